//! Many repositories: shares of a list, runs that go on where they stopped, and one report of it all.
//!
//! It does not know how one history is read.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::thread;

use serde_json::Value;

use crate::harness;

/// Six repositories beside a list of them: each has a token of its own and, but for the first, one that all share.
fn fleet() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut list = String::from("# the fleet\n\n");
    for number in 0..6 {
        let repository = folder.path().join(format!("org/repo-{number}"));
        fs::create_dir_all(&repository).unwrap();
        let token = |seed| harness::generate_with("@{\"ghp_\" base62*30 crc32-base62}", seed);
        let shared = if number > 0 { token(100) } else { String::new() };
        fs::write(repository.join("a.env"), format!("OWN={}\nSHARED={shared}\n", token(number))).unwrap();
        git(&repository, &["init", "-q"]);
        git(&repository, &["add", "."]);
        git(&repository, &["-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-q", "-m", "One"]);
        list += &format!("org/repo-{number}\n");
    }
    fs::write(folder.path().join("repos.txt"), list).unwrap();
    folder
}

fn git(folder: &Path, arguments: &[&str]) {
    let date = "2024-01-01T00:00:00Z";
    let mut git = Command::new("git");
    git.current_dir(folder).args(arguments).env("GIT_AUTHOR_DATE", date).env("GIT_COMMITTER_DATE", date);
    assert!(git.status().unwrap().success());
}

fn shard(folder: &Path, shard: &str, into: &str) -> Output {
    harness::tightlip(folder, &["history", "--repos", "repos.txt", "--shard", shard, "--into", into])
}

fn merged(folder: &Path, files: &[&str], format: &str) -> String {
    let output = harness::tightlip(folder, &[&["report", "merge", "--format", format], files].concat());
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn shards_side_by_side_come_to_the_report_of_one_machine() {
    let folder = fleet();
    let root = folder.path();
    thread::scope(|scope| {
        for index in 0..3 {
            scope.spawn(move || {
                let done = shard(root, &format!("{index}/3"), &format!("{index}.jsonl"));
                assert_eq!(done.status.code(), Some(1), "{}", String::from_utf8_lossy(&done.stderr));
            });
        }
    });
    assert_eq!(shard(root, "0/1", "all.jsonl").status.code(), Some(1));
    for format in ["json", "sarif", "html", "text"] {
        let together = merged(root, &["2.jsonl", "0.jsonl", "1.jsonl"], format);
        assert_eq!(together, merged(root, &["all.jsonl"], format), "{format}");
    }
    fs::create_dir(root.join("shares")).unwrap();
    for file in ["0.jsonl", "1.jsonl", "2.jsonl"] {
        fs::rename(root.join(file), root.join("shares").join(file)).unwrap();
    }
    assert_eq!(merged(root, &["shares"], "json"), merged(root, &["all.jsonl"], "json"), "a folder of shares");
    let report: Value = serde_json::from_str(&merged(root, &["all.jsonl"], "json")).unwrap();
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 7, "six of their own and the shared one once: {report}");
    let shared = findings.iter().find(|it| !it["related"].as_array().unwrap().is_empty()).unwrap();
    assert_eq!(shared["location"]["path"], "org/repo-1/a.env");
    assert_eq!(shared["related"].as_array().unwrap().len(), 4);
    assert_eq!(report["coverage"]["commits"], 6);
}

#[test]
fn a_run_that_was_stopped_goes_on_where_it_was() {
    let folder = fleet();
    let root = folder.path();
    shard(root, "0/1", "all.jsonl");
    let whole = fs::read_to_string(root.join("all.jsonl")).unwrap();
    let blocks: Vec<usize> = whole.match_indices("{\"type\":\"repository\"").map(|(at, _)| at).collect();
    assert_eq!(blocks.len(), 6);
    // The machine went away in the middle of the third block.
    fs::write(root.join("all.jsonl"), &whole[..blocks[2] + 90]).unwrap();
    assert!(!harness::tightlip(root, &["report", "merge", "all.jsonl"]).status.success(), "half a block is no report");
    let told = String::from_utf8(shard(root, "0/1", "all.jsonl").stderr).unwrap();
    assert_eq!(told.lines().count(), 4, "two were done: {told}");
    assert_eq!(fs::read_to_string(root.join("all.jsonl")).unwrap(), whole);
    assert!(shard(root, "0/1", "all.jsonl").stderr.is_empty(), "nothing is left to do");
}

#[test]
fn a_repository_that_cannot_be_read_is_said_and_tried_again() {
    let folder = fleet();
    let root = folder.path();
    fs::rename(root.join("org/repo-3"), root.join("away")).unwrap();
    shard(root, "0/1", "all.jsonl");
    let report: Value = serde_json::from_str(&merged(root, &["all.jsonl"], "json")).unwrap();
    assert_eq!(report["complete"], false);
    assert_eq!(report["notifications"][0]["path"], "org/repo-3/.", "{report}");
    fs::rename(root.join("away"), root.join("org/repo-3")).unwrap();
    shard(root, "0/1", "all.jsonl");
    let report: Value = serde_json::from_str(&merged(root, &["all.jsonl"], "json")).unwrap();
    assert_eq!((&report["complete"], report["coverage"]["commits"].as_u64()), (&Value::Bool(true), Some(6)));
}

#[test]
fn wrong_shares_are_refused() {
    let folder = fleet();
    for wrong in ["3/3", "1", "a/b", "0/0"] {
        assert_eq!(shard(folder.path(), wrong, "x.jsonl").status.code(), Some(2), "{wrong}");
    }
    let alone = harness::tightlip(folder.path(), &["history", "--repos", "repos.txt"]);
    assert_eq!(alone.status.code(), Some(2), "--into is missing");
}

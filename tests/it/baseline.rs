//! What happens to a finding over the months: the code around it moves, branches merge, rules are renamed.
//!
//! B01 … B14 are situations that other scanners' users report; each test names the ones it holds.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;
use tightlip::filter::Baseline;

use crate::harness::{self, tightlip};

const FILE: &str = ".tightlip-baseline";

/// Made of parts so that no scanner trips over this file.
fn password() -> String {
    ["Vel", "vet-Ham", "mer-", "2719"].concat()
}

fn token() -> String {
    harness::generate(r#"@{"ghp_" base62*30 crc32-base62}"#)
}

fn secret_env() -> String {
    format!("DB_PASSWORD={}\nTOKEN={}\n", password(), token())
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    // The policy makes it a root, whatever lies above.
    write(folder.path(), "tightlip.yaml", "version: 1\n");
    for (path, text) in files {
        write(folder.path(), path, text);
    }
    folder
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn baseline(folder: &Path) -> String {
    fs::read_to_string(folder.join(FILE)).unwrap()
}

fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = tightlip(folder, arguments);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn create(folder: &Path) -> String {
    let (code, _, errors) = run(folder, &["baseline", "create"]);
    assert_eq!((code, errors.as_str()), (0, ""));
    baseline(folder)
}

/// Exit code and report of a check against the baseline.
fn held(folder: &Path) -> (i32, Value) {
    let (code, out, errors) = run(folder, &["check", "--baseline", FILE, "--format", "json"]);
    (code, serde_json::from_str(&out).unwrap_or_else(|_| panic!("{code} {errors}")))
}

/// `path rule` of what is new.
fn new(report: &Value) -> Vec<String> {
    let all = report["findings"].as_array().unwrap().iter();
    let open = all.filter(|finding| finding["suppression"].is_null());
    open.map(|finding| format!("{} {}", finding["location"]["path"], finding["rule"]).replace('"', "")).collect()
}

fn notes(report: &Value) -> Vec<&str> {
    let all = report["notifications"].as_array().unwrap().iter();
    all.filter(|note| note["reason"] == "unused-baseline").map(|note| note["message"].as_str().unwrap()).collect()
}

#[test]
fn what_is_known_is_counted_and_does_not_fail_the_run() {
    let root = folder(&[(".env", &secret_env())]);
    assert_eq!(run(root.path(), &["check"]).0, 1);
    create(root.path());
    let (code, report) = held(root.path());
    assert_eq!(code, 0);
    assert_eq!(report["summary"]["findings"], 0);
    assert_eq!(report["summary"]["suppressed"], 2);
    assert_eq!(report["findings"][0]["suppression"]["kind"], "baseline");
    assert_eq!(run(root.path(), &["check", "--baseline", FILE, "--no-suppress"]).0, 1);
}

#[test]
fn b01_lines_inserted_above_change_nothing() {
    let root = folder(&[(".env", &secret_env())]);
    let before = create(root.path());
    write(root.path(), ".env", &format!("# new\n\nPORT=1\n{}", secret_env()));
    assert_eq!(held(root.path()).0, 0);
    run(root.path(), &["baseline", "update"]);
    assert_eq!(baseline(root.path()), before);
}

#[test]
fn b02_a_renamed_file_stays_known_and_an_update_follows_it() {
    let root = folder(&[("a/.env", &secret_env())]);
    create(root.path());
    fs::rename(root.path().join("a"), root.path().join("b")).unwrap();
    let (code, report) = held(root.path());
    assert_eq!((code, new(&report).len(), notes(&report).len()), (0, 0, 0));
    run(root.path(), &["baseline", "update"]);
    assert!(baseline(root.path()).contains(" b/.env\n") && !baseline(root.path()).contains(" a/.env\n"));
}

#[test]
fn b03_commits_may_be_squashed_rebased_and_amended() {
    let root = folder(&[(".env", &secret_env())]);
    let before = create(root.path());
    let git = |arguments: &[&str]| {
        let named = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "core.hooksPath=/dev/null"];
        let done = Command::new("git").current_dir(root.path()).args(named).args(arguments).output();
        assert!(done.is_ok_and(|output| output.status.success()), "git {arguments:?}");
    };
    git(&["init", "-q"]);
    git(&["add", "-A", "-f"]);
    git(&["commit", "-qm", "one"]);
    git(&["commit", "-q", "--amend", "-m", "another"]);
    assert_eq!(held(root.path()).0, 0);
    run(root.path(), &["baseline", "update"]);
    assert_eq!(baseline(root.path()), before);
}

#[test]
fn b04_a_known_value_at_a_new_place_is_new_and_says_where_it_is_known() {
    let root = folder(&[("a/.env", &secret_env())]);
    create(root.path());
    write(root.path(), "b/.env", &secret_env());
    let (code, report) = held(root.path());
    assert_eq!(code, 1);
    assert_eq!(new(&report).len(), 2);
    assert!(new(&report).iter().all(|line| line.starts_with("b/.env")), "{:?}", new(&report));
    let message = report["findings"][2]["message"].as_str().unwrap();
    assert!(message.ends_with("The baseline knows it in a/.env; this place is new."), "{message}");
}

#[test]
fn b05_a_rule_may_change_its_name() {
    let root = folder(&[(".env", &secret_env())]);
    let before = create(root.path());
    let renamed = before.replace(" plaintext-password ", " what-it-was-called-before ");
    assert_ne!(renamed, before);
    write(root.path(), FILE, &renamed);
    assert_eq!(held(root.path()).0, 0);
    run(root.path(), &["baseline", "update"]);
    assert_eq!(baseline(root.path()), before, "an update writes today's name");
}

#[test]
fn b06_two_branches_update_it_and_a_union_merge_is_a_baseline() {
    let root = folder(&[("a/.env", &secret_env())]);
    let start = create(root.path());
    write(root.path(), "b/.env", "OTHER_PASSWORD=Plum-Ladder-8812\n");
    run(root.path(), &["baseline", "update"]);
    let one = baseline(root.path());
    fs::remove_dir_all(root.path().join("b")).unwrap();
    write(root.path(), "c/.env", "THIRD_PASSWORD=Quiet-Meadow-4471\n");
    run(root.path(), &["baseline", "update"]);
    let other = baseline(root.path());
    assert!(start != one && one != other);
    // Everything twice and in the wrong order: the worst that a union merge leaves.
    write(root.path(), FILE, &format!("{other}{one}{start}"));
    write(root.path(), "b/.env", "OTHER_PASSWORD=Plum-Ladder-8812\n");
    let (code, report) = held(root.path());
    assert_eq!((code, notes(&report).len()), (0, 0));
    run(root.path(), &["baseline", "update"]);
    let merged = baseline(root.path());
    assert_eq!(merged.lines().count(), start.lines().count() + 2);
    let lines: Vec<&str> = merged.lines().skip(2).collect();
    assert!(lines.is_sorted(), "{lines:#?}");
}

#[test]
fn b07_no_value_can_be_had_back_from_it() {
    let root = folder(&[(".env", &secret_env())]);
    let text = create(root.path());
    assert!(!text.contains(&password()) && !text.contains(&token()[4..]));
    let hashes: Vec<&str> = text.lines().skip(2).map(|line| &line[..32]).collect();
    assert_eq!(hashes.len(), 2);
    for plain in [password(), token()] {
        // What anyone could compute from a guess alone; a guessable value leaves sixteen bits of a hash.
        let output = Command::new("sh").args(["-c", &format!("printf %s '{plain}' | sha256sum")]).output().unwrap();
        let hash = String::from_utf8(output.stdout).unwrap();
        assert!(hash.len() > 64 && hashes.iter().all(|known| !hash.contains(known)));
    }
    let (code, report) = held(root.path());
    assert_eq!((code, new(&report)), (0, vec![]), "and nothing in it looks like a secret to us");
}

#[test]
fn b08_a_missing_or_corrupt_baseline_is_an_error_with_its_line() {
    let root = folder(&[(".env", &secret_env())]);
    for command in
        [&["check", "--baseline", FILE][..], &["baseline", "update"], &["baseline", "prune"], &["baseline", "show"]]
    {
        let (code, out, errors) = run(root.path(), command);
        assert_eq!((code, out.as_str()), (2, ""), "{command:?}");
        assert!(errors.contains("there is no such baseline"), "{errors}");
    }
    let good = create(root.path());
    let entry = good.lines().last().unwrap();
    for (text, place) in [
        (String::new(), ":1: a baseline begins with"),
        (entry.to_owned(), ":1: a baseline begins with"),
        (format!("{good}<<<<<<< HEAD\n"), ":5: `<<<<<<< HEAD` is not `fingerprint number family path`"),
        (format!("{good}{}\n", entry.replacen(' ', " no ", 1)), ":5: the second word is not a number"),
        (format!("{good}{}\n", &entry[1..]), ":5: "),
        (good[..good.len() - 20].to_owned(), ":4: "),
    ] {
        write(root.path(), FILE, &text);
        let (code, _, errors) = run(root.path(), &["check", "--baseline", FILE]);
        assert_eq!(code, 2, "{text}");
        assert!(errors.contains(&format!("{FILE}{place}")), "{errors}");
        assert_eq!(run(root.path(), &["baseline", "update"]).0, 2, "{text}");
        assert_eq!(baseline(root.path()), text, "a broken baseline is not written over");
    }
}

#[test]
fn b09_stale_entries_are_news_and_prune_takes_them_out_alone() {
    let root = folder(&[("a/.env", &secret_env())]);
    create(root.path());
    write(root.path(), "a/.env", &format!("DB_PASSWORD={}\nNEW_PASSWORD=Plum-Ladder-8812\n", password()));
    let (code, report) = held(root.path());
    assert_eq!((code, new(&report).len()), (1, 1));
    assert_eq!(notes(&report), ["What this line knows is no longer there; `tightlip baseline prune` takes it out."]);
    assert_eq!(report["coverage"]["reasons"]["unused-baseline"], 1);
    let (_, out, _) =
        run(root.path(), &["check", "--baseline", FILE, "--format", "json", "--rule", "plaintext-password"]);
    assert_eq!(notes(&serde_json::from_str(&out).unwrap()).len(), 0, "only a full check can tell");
    run(root.path(), &["baseline", "prune"]);
    let (code, report) = held(root.path());
    assert_eq!((code, new(&report).len(), notes(&report).len()), (1, 1, 0), "nothing new came in");
}

#[test]
fn b10_the_report_is_the_same_for_one_thread_and_many() {
    let files: Vec<(String, String)> = (0..40).map(|n| (format!("d{}/f{n}.env", n % 7), secret_env())).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let root = folder(&files[..20]);
    create(root.path());
    for (path, text) in &files[20..] {
        write(root.path(), path, text);
    }
    let at = |threads| run(root.path(), &["check", "--baseline", FILE, "--format", "sarif", "--threads", threads]);
    let (one, many) = (at("1"), at("8"));
    assert_eq!(one.0, 1);
    assert!(one == many);
}

#[test]
fn b11_standard_output_holds_exactly_one_document() {
    let root = folder(&[(".env", &secret_env())]);
    create(root.path());
    write(root.path(), ".env", "A=b\n");
    let (_, out, errors) = run(root.path(), &["check", "--baseline", FILE, "--format", "sarif"]);
    assert_eq!(errors, "");
    let log: Value = serde_json::from_str(&out).unwrap();
    let notes = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"];
    assert_eq!(notes[0]["descriptor"]["id"], "unused-baseline");
}

#[test]
fn b12_known_values_are_masked_in_every_format_too() {
    let root = folder(&[(".env", &secret_env())]);
    create(root.path());
    for format in tightlip::report::Format::ALL {
        let arguments = ["check", "--baseline", FILE, "--show-suppressed", "--format", format.name()];
        let (_, out, _) = run(root.path(), &arguments);
        assert!(!out.contains(&password()) && !out.contains(&token()[4..]), "{format}: {out}");
    }
}

#[cfg(unix)]
#[test]
fn b13_a_baseline_of_an_incomplete_scan_says_so() {
    use std::os::unix::fs::PermissionsExt;
    let root = folder(&[("a/.env", &secret_env()), ("locked/.env", &secret_env())]);
    let locked = root.path().join("locked/.env");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&locked).is_ok() {
        // The superuser reads everything; a broken index is incomplete for everyone.
        fs::create_dir(root.path().join(".git")).unwrap();
        write(root.path(), ".git/HEAD", "ref: refs/heads/main\n");
        write(root.path(), ".git/index", "broken");
    }
    assert_eq!(run(root.path(), &["baseline", "create"]).0, 3);
    assert!(baseline(root.path()).contains(" a/.env\n"));
}

#[test]
fn b14_what_a_comment_silences_needs_no_entry() {
    let mark = ["tight", "lip: ignore[plaintext-password] local only"].concat();
    let root = folder(&[(".env", &format!("# {mark}\nDB_PASSWORD={}\n", password()))]);
    assert_eq!(create(root.path()).lines().count(), 2);
    let (code, report) = held(root.path());
    assert_eq!((code, &report["findings"][0]["suppression"]["kind"]), (0, &Value::from("inline")));
}

#[test]
fn create_never_replaces_a_baseline() {
    let root = folder(&[(".env", &secret_env())]);
    let before = create(root.path());
    write(root.path(), "b.env", &secret_env());
    let (code, _, errors) = run(root.path(), &["baseline", "create"]);
    assert_eq!(code, 2);
    assert!(errors.contains("`update` brings it up to date"), "{errors}");
    assert_eq!(baseline(root.path()), before);
}

#[test]
fn the_policy_names_it_and_a_name_without_a_file_is_an_error() {
    let root = folder(&[(".env", &secret_env())]);
    write(root.path(), "tightlip.yaml", "version: 1\nbaseline: known.txt\n");
    assert_eq!(run(root.path(), &["check"]).0, 2);
    assert_eq!(run(root.path(), &["baseline", "create"]).0, 0);
    assert!(root.path().join("known.txt").is_file());
    assert_eq!(run(root.path(), &["check"]).0, 0);
    fs::create_dir(root.path().join("below")).unwrap();
    assert_eq!(run(&root.path().join("below"), &["check", ".."]).0, 0, "it lies beside the policy");
}

#[test]
fn comments_stay_with_their_entries_and_are_the_reason() {
    let root = folder(&[("a/.env", &secret_env())]);
    let text = create(root.path());
    let (head, entries) = text.split_once("\n\n").unwrap();
    let (first, second) = entries.split_once('\n').unwrap();
    let commented = format!("{head}\n# ours until the move\n\n# expires in May\n{first}\n\n{second}# the end\n");
    write(root.path(), FILE, &commented);
    let (_, report) = held(root.path());
    let reasons: Vec<&Value> =
        report["findings"].as_array().unwrap().iter().map(|finding| &finding["suppression"]["reason"]).collect();
    assert!(reasons.contains(&&Value::from("expires in May")), "{reasons:?}");
    fs::rename(root.path().join("a"), root.path().join("b")).unwrap();
    run(root.path(), &["baseline", "update"]);
    assert_eq!(
        baseline(root.path()),
        commented
            .replace("\n\n# the end", "\n# the end")
            .replace(&format!("{first}\n\n"), &format!("{first}\n"))
            .replace(" a/.env", " b/.env")
    );
}

#[test]
fn show_lists_by_path() {
    let root = folder(&[("a/.env", &secret_env())]);
    create(root.path());
    let (code, out, _) = run(root.path(), &["baseline", "show"]);
    assert_eq!(code, 0);
    assert!(out.starts_with("a/.env\n  ") && out.ends_with("2 findings\n"), "{out}");
}

#[test]
fn sarif_says_what_is_new() {
    let root = folder(&[("a/.env", &secret_env())]);
    let states = |arguments: &[&str]| {
        let (_, out, _) = run(root.path(), &[&["check", "--format", "sarif"], arguments].concat());
        let log: Value = serde_json::from_str(&out).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap().clone();
        results.iter().map(|result| result["baselineState"].as_str().unwrap_or("none").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(states(&[]), ["none", "none"]);
    create(root.path());
    write(root.path(), "b.env", "OTHER_PASSWORD=Plum-Ladder-8812\n");
    assert_eq!(states(&["--baseline", FILE]), ["unchanged", "unchanged", "new"]);
}

#[test]
fn a_written_baseline_reads_back_the_same() {
    let text = "# tightlip baseline 1\n# preface\n\n# why\n00000000000000000000000000000001 2 f a b/c\n00000000000000000000000000000002 1 g d\n# end\n";
    let baseline = Baseline::read(text).unwrap();
    assert_eq!(baseline.to_string(), text);
    assert_eq!(Baseline::read(&text.replace('\n', "\r\n")).unwrap().to_string(), text);
    assert_eq!(baseline.count(), 3);
}

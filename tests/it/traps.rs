//! Traps of histories and files that other scanners fall into: each is built with plain git, and none hides a secret.

use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use data_encoding::BASE64;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::harness::tightlip;
use crate::repository::Repository;
use crate::staged::{json, token};

const RULE: &str = "github-personal-access-token";

/// A secret that a later commit takes away again.
fn added_and_removed() -> Repository {
    let repository = Repository::new();
    repository.write("a.txt", token(1)).commit("Add");
    repository.write("a.txt", "clean\n").commit("Remove");
    repository
}

/// `path rule` of every finding, in order.
fn found(report: &Value) -> Vec<String> {
    let finding = |finding: &Value| {
        format!("{} {}", finding["location"]["path"].as_str().unwrap(), finding["rule"].as_str().unwrap())
    };
    report["findings"].as_array().unwrap().iter().map(finding).collect()
}

fn run(folder: &Path, arguments: &[&str]) -> Value {
    json(&tightlip(folder, &[arguments, &["--format", "json"]].concat()))
}

fn history_with(folder: &Path, environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tightlip"));
    command.current_dir(folder).args(["history", "--format", "json"]).stdin(Stdio::null());
    command.envs(environment.iter().copied()).output().unwrap()
}

fn zipped(name: &str, content: &[u8]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file(name, SimpleFileOptions::default()).unwrap();
    writer.write_all(content).unwrap();
    writer.finish().unwrap().into_inner()
}

fn gzipped(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn tarred(name: &str, content: &[u8]) -> Vec<u8> {
    let mut header = tar::Header::new_gnu();
    header.set_size(content.len() as u64);
    header.set_cksum();
    let mut builder = tar::Builder::new(Vec::new());
    builder.append_data(&mut header, name, content).unwrap();
    builder.into_inner().unwrap()
}

#[test]
fn e01_to_e03_e08_configuration_and_its_variables_change_no_history() {
    let repository = added_and_removed();
    let expected = history_with(repository.path(), &[]).stdout;
    let settings: [&[&str]; 10] = [
        &["config", "color.ui", "always"],
        &["config", "color.diff", "always"],
        &["config", "diff.orderFile", "/no/such/file"],
        &["config", "diff.external", "touch hacked"],
        &["config", "diff.sops.textconv", "touch hacked"],
        &["config", "diff.noprefix", "true"],
        &["config", "diff.mnemonicPrefix", "true"],
        &["config", "log.showSignature", "true"],
        &["config", "format.pretty", "oneline"],
        &["config", "diff.renames", "copies"],
    ];
    repository.write(".git/info/attributes", "* diff=sops\n");
    for setting in settings {
        repository.git(setting);
    }
    assert!(history_with(repository.path(), &[]).stdout == expected, "the configuration changed what is found");
    let colours = [("GIT_CONFIG_COUNT", "1"), ("GIT_CONFIG_KEY_0", "color.ui"), ("GIT_CONFIG_VALUE_0", "always")];
    assert!(history_with(repository.path(), &colours).stdout == expected, "a variable changed what is found");
    assert!(!repository.path().join("hacked").exists());
    assert_eq!(found(&serde_json::from_slice(&expected).unwrap()), [format!("a.txt {RULE}")]);
}

#[test]
fn e04_e05_e11_variables_of_git_lead_to_no_other_history_and_git_is_not_needed() {
    let (repository, other) = (added_and_removed(), Repository::new());
    other.write("b.txt", "clean\n").commit("Clean");
    let git = other.path().join(".git");
    let objects = git.join("objects");
    let expected = history_with(repository.path(), &[]).stdout;
    let variables = [
        ("GIT_DIR", git.to_str().unwrap()),
        ("GIT_WORK_TREE", other.path().to_str().unwrap()),
        ("GIT_OBJECT_DIRECTORY", objects.to_str().unwrap()),
        ("GIT_INDEX_FILE", "/no/such/index"),
        ("PATH", ""),
    ];
    for variable in variables {
        assert!(history_with(repository.path(), &[variable]).stdout == expected, "{variable:?}");
    }
}

#[cfg(unix)]
#[test]
fn e09_a_repository_of_somebody_else_is_read_and_runs_nothing() {
    let repository = added_and_removed();
    repository.git(&["config", "core.fsmonitor", "touch hacked"]);
    let theirs = Command::new("chown").args(["-R", "12345"]).arg(repository.path()).output().unwrap();
    if !theirs.status.success() {
        println!("skipped: only root can give a repository to somebody else");
        return;
    }
    assert_eq!(found(&run(repository.path(), &["history"])), [format!("a.txt {RULE}")]);
    assert!(!repository.path().join("hacked").exists());
}

#[test]
fn r02_a_reftable_is_a_clear_error_and_no_green_zero() {
    let repository = Repository::without_git();
    let made = repository.try_git(&["init", "--quiet", "--initial-branch=main", "--ref-format=reftable"]);
    if !made.status.success() {
        println!("skipped: this git has no reftables");
        return;
    }
    repository.write("a.txt", token(1)).commit("Add");
    let output = tightlip(repository.path(), &["history"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code().is_some_and(|code| code >= 2) && said.contains("reftable"), "{said}");
}

#[test]
fn r13_offsets_of_64_bits_are_read() {
    let repository = added_and_removed();
    repository.git(&["repack", "-a", "-d", "--quiet"]);
    let packs = repository.path().join(".git/objects/pack");
    let pack = fs::read_dir(&packs).unwrap().map(|entry| entry.unwrap().path());
    let pack = pack.into_iter().find(|path| path.extension().is_some_and(|extension| extension == "pack")).unwrap();
    fs::remove_file(pack.with_extension("idx")).unwrap();
    let pack = pack.to_str().unwrap();
    repository.git(&["index-pack", "--index-version=2,0x40", pack]);
    assert_eq!(found(&run(repository.path(), &["history"])), [format!("a.txt {RULE}")]);
}

#[test]
fn h13_s07_archives_are_opened_where_that_is_asked_for() {
    let repository = Repository::new();
    let plan = zipped("tfplan", token(1).as_bytes());
    let nested = gzipped(&tarred("in/inner.zip", &zipped("deep.txt", token(2).as_bytes())));
    repository.write("plan", &plan).write("all.tar.gz", &nested);
    let expected = [format!("all.tar.gz!in/inner.zip!deep.txt {RULE}"), format!("plan!tfplan {RULE}")];
    assert_eq!(found(&run(repository.path(), &["check", "--archives"])), expected);
    assert_eq!(found(&run(repository.path(), &["check"])), Vec::<String>::new());
    repository.stage();
    assert_eq!(found(&run(repository.path(), &["check", "--staged", "--archives"])), expected);
    repository.commit("Add");
    repository.remove("plan").remove("all.tar.gz").commit("Remove");
    assert_eq!(found(&run(repository.path(), &["history", "--archives"])), expected);
}

#[test]
fn h14_the_release_of_a_chart_is_read_through_its_encodings() {
    let release = gzipped(format!("{{\"manifest\": \"token: {}\\n\"}}", token(1)).as_bytes());
    let data = BASE64.encode(BASE64.encode(&release).as_bytes());
    let secret = format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: sh.helm.release.v1.shop.v1}}\ntype: helm.sh/release.v1\ndata:\n  release: {data}\n"
    );
    let repository = Repository::new();
    repository.write("release.yaml", secret).commit("Add");
    repository.remove("release.yaml").commit("Remove");
    let report = run(repository.path(), &["history"]);
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{report:#}");
    // The whole entry of the Secret is the finding; the token that was found in it is named beside it.
    assert_eq!((&findings[0]["rule"], &findings[0]["also"]), (&"plaintext-secret".into(), &serde_json::json!([RULE])));
}

#[test]
fn h21_long_lines_and_large_files_are_read_to_their_end() {
    let repository = Repository::new();
    let line = format!("{} {}", "lorem ipsum, ".repeat(5 << 20 >> 4), token(1));
    let log = format!("{}{}\n", "2026-11-24 12:00:00 INFO nothing happened here\n".repeat(640_000), token(2));
    repository.write("line.txt", line).write("server.log", log).commit("Add");
    repository.remove("line.txt").remove("server.log").commit("Remove");
    let expected = [format!("line.txt {RULE}"), format!("server.log {RULE}")];
    assert_eq!(found(&run(repository.path(), &["history"])), expected);
}

#[test]
fn h22_no_offset_of_a_line_hides_a_secret() {
    let secret = token(1);
    let around = [64 << 10, 100_000, 125_000, 8 << 20].into_iter().flat_map(|at: usize| (at - 60..at + 10).step_by(7));
    let slid = (0..300_000).step_by(29_989);
    let repository = Repository::new();
    for offset in around.clone().chain(slid.clone()) {
        let filler = "x, ".repeat(offset.div_ceil(3));
        repository.write(&format!("{offset:08}.txt"), format!("{} {secret} {}", &filler[..offset], "y, ".repeat(9)));
    }
    let count = around.chain(slid).count();
    assert_eq!(found(&run(repository.path(), &["check"])).len(), count);
}

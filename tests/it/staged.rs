//! `check --staged`: what the next commit introduces, in repositories as plain git commands make them.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::harness::{self, tightlip};
use crate::repository::Repository;

/// A token with the shape and the checksum of a GitHub personal access token; another for each tail.
pub fn token(seed: u64) -> String {
    harness::generate_with(r#"@{"ghp_" base62*30 crc32-base62}"#, seed)
}

pub fn json(output: &Output) -> Value {
    let told = || format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("one document: {error}\n{}", told()))
}

/// `path:line rule` of each finding.
pub fn places(report: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let place = |finding: &Value| {
        let location = &finding["location"];
        format!("{}:{} {}", text(&location["path"]), location["start"]["line"], text(&finding["rule"]))
    };
    report["findings"].as_array().expect("findings").iter().map(place).collect()
}

fn staged_in(folder: &Path) -> (i32, Value) {
    let output = tightlip(folder, &["check", "--staged", "--format", "json"]);
    (output.status.code().expect("no signal"), json(&output))
}

fn staged(repository: &Repository) -> Vec<String> {
    let (code, report) = staged_in(repository.path());
    let places = places(&report);
    assert_eq!(code, i32::from(!places.is_empty()), "{report:#}");
    places
}

const RULE: &str = "github-personal-access-token";

#[test]
fn what_is_staged_counts_whatever_lies_on_disk() {
    let repository = Repository::new();
    repository.write("a.txt", "nothing\n").commit("First");
    repository.write("a.txt", token(1)).stage().write("a.txt", "nothing\n");
    repository.write("b.txt", token(2));
    assert_eq!(staged(&repository), [format!("a.txt:1 {RULE}")]);
}

#[test]
fn a_file_that_is_to_be_added_later_is_not_staged() {
    let repository = Repository::new();
    repository.write("a.txt", "nothing\n").commit("First");
    repository.write("b.txt", token(1)).git(&["add", "--intent-to-add", "b.txt"]);
    assert_eq!(staged(&repository), [""; 0]);
}

#[test]
fn nothing_staged_is_said_aloud() {
    let repository = Repository::new();
    repository.write("a.txt", token(1)).commit("First");
    let (code, report) = staged_in(repository.path());
    assert_eq!((code, &report["notifications"][0]["reason"]), (0, &Value::from("nothing-staged")));
    let output = tightlip(repository.path(), &["check", "--staged"]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("Nothing is staged"), "{output:?}");
}

#[test]
fn every_folder_of_the_repository_sees_all_of_it() {
    let repository = Repository::new();
    repository.write("sub/a.txt", "nothing\n").commit("First");
    repository.write("top.txt", token(1)).write("sub/b.txt", token(2)).stage();
    let expected = [format!("sub/b.txt:1 {RULE}"), format!("top.txt:1 {RULE}")];
    for folder in [repository.path().to_path_buf(), repository.path().join("sub")] {
        assert_eq!(places(&staged_in(&folder).1), expected, "{}", folder.display());
    }
}

#[test]
fn paths_narrow_what_is_told() {
    let repository = Repository::new();
    repository.write("one/a.txt", token(1)).write("two/a.txt", token(2)).stage();
    let output = tightlip(repository.path(), &["check", "--staged", "--format", "json", "two"]);
    assert_eq!(places(&json(&output)), [format!("two/a.txt:1 {RULE}")]);
}

#[test]
fn the_first_commit_has_no_parent() {
    let repository = Repository::new();
    repository.write("a.txt", token(1)).stage();
    assert_eq!(staged(&repository), [format!("a.txt:1 {RULE}")]);
}

#[test]
fn attributes_and_encodings_hide_nothing() {
    let repository = Repository::new();
    repository.write(".gitattributes", "* binary\n*.txt -diff\n*.enc diff=nothing\n");
    let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(token(1).encode_utf16().flat_map(u16::to_le_bytes)).collect();
    repository.write("a.txt", utf16).write("b.bin", [b"\0\0\0 ", token(2).as_bytes(), b" \0"].concat());
    repository.write("c.enc", token(3)).stage();
    assert_eq!(staged(&repository), ["a.txt", "b.bin", "c.enc"].map(|path| format!("{path}:1 {RULE}")));
}

#[test]
fn an_old_secret_in_an_edited_file_is_old() {
    let repository = Repository::new();
    repository.write("a.txt", format!("one\n{}\nthree\n", token(1))).commit("First");
    repository.write("a.txt", format!("zero\none\n{}\nthree\nfour {}\n", token(1), token(2))).stage();
    assert_eq!(staged(&repository), [format!("a.txt:5 {RULE}")]);
}

#[test]
fn a_second_copy_of_a_known_value_is_new_and_a_touched_line_is_too() {
    let repository = Repository::new();
    repository.write("a.txt", format!("{}\n", token(1))).commit("First");
    repository.write("a.txt", format!("{0}\nagain {0}\n", token(1))).stage();
    assert_eq!(staged(&repository), [format!("a.txt:2 {RULE}")]);
    repository.write("a.txt", format!("here {}\n", token(1))).stage();
    assert_eq!(staged(&repository), [format!("a.txt:1 {RULE}")]);
}

#[test]
fn other_line_breaks_and_indentation_bring_nothing() {
    let repository = Repository::new();
    let text = format!("key:\n  token: {}\n", token(1));
    repository.write("a.yaml", &text).commit("First");
    repository.write("a.yaml", text.replace('\n', "\r\n").replace("  ", "    ")).stage();
    assert_eq!(staged(&repository), [""; 0]);
}

#[test]
fn a_value_is_judged_with_the_file_around_it() {
    let secret = |password: &str| {
        format!("apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\nstringData:\n  password: {password}\n")
    };
    let repository = Repository::new();
    repository.write("a.yaml", secret("${PASSWORD}")).commit("First");
    repository.write("a.yaml", secret(&["Vel", "vet-Ham", "mer-2719"].concat())).stage();
    assert_eq!(staged(&repository), ["a.yaml:6 plaintext-secret"]);
}

#[test]
fn a_new_context_can_make_an_old_line_a_finding() {
    let password = ["Vel", "vet-Ham", "mer-2719"].concat();
    let object =
        |kind: &str| format!("apiVersion: v1\nkind: {kind}\nmetadata:\n  name: db\nstringData:\n  motto: {password}\n");
    let repository = Repository::new();
    repository.write("a.yaml", object("Motto")).commit("First");
    assert_eq!(staged(&repository), [""; 0]);
    repository.write("a.yaml", object("Secret")).stage();
    assert_eq!(staged(&repository), ["a.yaml:6 plaintext-secret"]);
}

#[test]
fn moving_a_file_brings_nothing_and_copying_it_neither() {
    let repository = Repository::new();
    let text = format!("one\ntwo\n{}\n", token(1));
    repository.write("a.txt", &text).write("b.txt", format!("{text}b\n")).commit("First");
    repository.git(&["mv", "a.txt", "moved.txt"]);
    repository.git(&["update-index", "--chmod=+x", "b.txt"]);
    assert_eq!(staged(&repository), [""; 0]);
    repository.git(&["reset", "--quiet", "--hard"]);
    repository.write("copy.txt", &text).stage();
    assert_eq!(staged(&repository), [""; 0]);
}

#[test]
fn a_file_that_is_moved_and_edited_brings_what_is_new_in_it() {
    let repository = Repository::new();
    repository.write("a.txt", format!("one\ntwo\n{}\n", token(1))).commit("First");
    repository.remove("a.txt");
    repository.write("sub/moved.txt", format!("zero\n{}\n{}\n", token(1), token(2))).stage();
    assert_eq!(staged(&repository), [format!("sub/moved.txt:3 {RULE}")]);
}

#[test]
fn a_value_that_another_file_still_holds_is_new_in_a_new_file() {
    let repository = Repository::new();
    repository.write("a.txt", format!("one {}\n", token(1))).commit("First");
    repository.write("b.txt", format!("two {}\n", token(1))).stage();
    assert_eq!(staged(&repository), [format!("b.txt:1 {RULE}")]);
}

#[test]
fn an_ignore_that_goes_away_brings_the_finding_back() {
    let repository = Repository::new();
    let value = format!("token = {}\n", token(1));
    // In two parts, so that this file ignores nothing itself.
    let ignore = ["# tightlip: ", "ignore"].concat();
    repository.write("a.sh", format!("{ignore}[{RULE}] a sample\n{value}")).commit("First");
    repository.write("a.sh", &value).stage();
    assert_eq!(staged(&repository), [format!("a.sh:1 {RULE}")]);
}

#[test]
fn a_merge_brings_only_what_no_side_has() {
    let repository = Repository::new();
    repository.write("a.txt", "one\ntwo\nthree\nfour\nfive\n").commit("First");
    repository.git(&["checkout", "--quiet", "-b", "side"]);
    repository.write("a.txt", format!("one {}\ntwo\nthree\nfour\nfive\n", token(1))).write("b.txt", token(2));
    repository.commit("Side");
    repository.git(&["checkout", "--quiet", "main"]);
    repository.write("a.txt", format!("one\ntwo\nthree\nfour\nfive {}\n", token(3))).commit("Main");
    repository.git(&["merge", "--no-commit", "--quiet", "side"]);
    assert_eq!(staged(&repository), [""; 0]);
    repository.write("c.txt", token(4)).write("b.txt", format!("{}\n{}\n", token(2), token(5))).stage();
    assert_eq!(staged(&repository), [format!("b.txt:2 {RULE}"), format!("c.txt:1 {RULE}")]);
}

#[test]
fn a_hook_may_have_an_index_of_its_own() {
    let repository = Repository::new();
    repository.write("sub/a.txt", "nothing\n").write("b.txt", "nothing\n").commit("First");
    repository.write("sub/a.txt", token(1)).write("b.txt", token(2));
    let program = env!("CARGO_BIN_EXE_tightlip");
    let script = format!("#!/bin/sh\ncd sub\nexec '{program}' check --staged --format json > ../.git/told\n");
    repository.write(".git/hooks/pre-commit", script);
    make_executable(&repository.path().join(".git/hooks/pre-commit"));
    let told = |arguments: &[&str]| {
        let output = repository.try_git(arguments);
        assert!(!output.status.success(), "the hook refuses the commit: {output:?}");
        let text = fs::read(repository.path().join(".git/told")).unwrap();
        places(&serde_json::from_slice(&text).unwrap())
    };
    let (a, b) = (format!("sub/a.txt:1 {RULE}"), format!("b.txt:1 {RULE}"));
    assert_eq!(told(&["commit", "--message=one", "--", "sub/a.txt"]), std::slice::from_ref(&a));
    assert_eq!(told(&["commit", "--message=all", "--all"]), [b, a]);
}

pub fn make_executable(file: &Path) {
    #[cfg(unix)]
    fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
}

#[test]
#[cfg(unix)]
fn a_link_is_read_as_its_target_and_a_deletion_is_nothing() {
    let repository = Repository::new();
    repository.write("gone.txt", token(1)).commit("First");
    repository.remove("gone.txt");
    std::os::unix::fs::symlink(format!("https://{}@example.org/", token(2)), repository.path().join("link")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", repository.path().join("passwd")).unwrap();
    repository.stage();
    assert_eq!(staged(&repository), [format!("link:1 {RULE}")]);
}

#[test]
fn a_submodule_is_counted() {
    let other = Repository::new();
    other.write("a.txt", token(1)).commit("First");
    let repository = Repository::new();
    repository.git(&["submodule", "add", "--quiet", &other.path().display().to_string(), "vendor"]);
    let (code, report) = staged_in(repository.path());
    assert_eq!((code, places(&report), &report["coverage"]["reasons"]["submodule"]), (0, vec![], &Value::from(1)));
}

#[test]
fn every_form_of_the_index_says_the_same() {
    let shapes: [&[&[&str]]; 4] = [
        &[&["update-index", "--index-version", "4"]],
        &[&["update-index", "--split-index"]],
        &[&["sparse-checkout", "init", "--cone", "--sparse-index"], &["sparse-checkout", "set", "kept"]],
        &[&["update-index", "--untracked-cache"]],
    ];
    for shape in shapes {
        let repository = Repository::new();
        repository.write("kept/a.txt", "nothing\n").write("folded/deep/b.txt", token(1)).commit("First");
        for command in shape {
            repository.git(command);
        }
        assert_eq!(staged(&repository), [""; 0], "{shape:?}");
        repository.write("kept/a.txt", token(2)).git(&["add", "kept"]);
        assert_eq!(staged(&repository), [format!("kept/a.txt:1 {RULE}")], "{shape:?}");
    }
}

#[test]
fn a_scan_leaves_the_repository_as_it_was() {
    let repository = Repository::new();
    repository.write("a.txt", "nothing\n").commit("First");
    repository.write("a.txt", token(1)).stage();
    let before = content(repository.path());
    assert_eq!(staged(&repository).len(), 1);
    assert_eq!(content(repository.path()), before);
}

/// Every file below `folder` with its bytes.
fn content(folder: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        match entry.path().is_dir() {
            true => files.extend(content(&entry.path())),
            false => files.push((entry.path(), fs::read(entry.path()).unwrap())),
        }
    }
    files.sort();
    files
}

#[test]
fn deleting_a_file_is_told_where_a_kustomization_names_it() {
    let repository = Repository::new();
    repository.write("apps/kustomization.yaml", "resources:\n  - web.yaml\n  - old.yaml\n");
    repository.write("apps/web.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n").commit("First");
    assert_eq!(staged(&repository), [""; 0]);
    repository.remove("apps/web.yaml").stage();
    assert_eq!(staged(&repository), ["apps/kustomization.yaml:2 kustomize-resource-missing"]);
}

#[test]
fn what_a_deployment_loses_is_told_in_the_file_that_did_not_change() {
    let secret = "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: db\nspec:\n  \
                  refreshInterval: 1h\n  secretStoreRef: {name: vault, kind: ClusterSecretStore}\n  \
                  target: {name: db}\n  data:\n  - secretKey: a\n    remoteRef: {key: a}\n";
    let web = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n";
    let repository = Repository::new();
    repository.write("apps/kustomization.yaml", "resources:\n  - web.yaml\n  - secret.yaml\n");
    repository.write("apps/web.yaml", web).write("apps/secret.yaml", secret).commit("First");
    repository.write("apps/kustomization.yaml", "resources:\n  - web.yaml\n").stage();
    assert_eq!(staged(&repository), ["apps/secret.yaml:4 external-secret-not-in-kustomization"]);
    repository.commit("Second");
    repository.write("apps/kustomization.yaml", "resources:\n  - web.yaml\n# nothing new\n").stage();
    assert_eq!(staged(&repository), [""; 0]);
}

#[test]
fn old_faults_of_a_manifest_do_not_block_new_work() {
    let object = |interval: &str, extra: &str| {
        format!(
            "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: db\nspec:\n  \
             refreshInterval: {interval}\n  secretStoreRef: {{name: a, kind: SecretStore}}\n  target: {{name: db}}\n  \
             data:\n  - secretKey: a\n    remoteRef: {{key: a}}\n{extra}"
        )
    };
    let repository = Repository::new();
    repository.write("a.yaml", object("soon", "")).commit("First");
    repository.write("a.yaml", object("soon", "  - secretKey: b\n    remoteRef: {key: b}\n")).stage();
    assert_eq!(staged(&repository), [""; 0]);
    repository.write("a.yaml", object("later", "")).stage();
    assert_eq!(staged(&repository), ["a.yaml:6 invalid-refresh-interval"]);
}

#[test]
fn a_policy_counts_as_it_is_staged() {
    let repository = Repository::new();
    repository.write("a.txt", "nothing\n").commit("First");
    repository.write("tightlip.yaml", "version: 1\nexclude: ['a.txt']\n").write("a.txt", token(1)).stage();
    repository.write("tightlip.yaml", "version: 1\n");
    let (_, report) = staged_in(repository.path());
    assert!(!places(&report).iter().any(|place| place.starts_with("a.txt")), "{report:#}");
    assert_eq!(report["coverage"]["reasons"]["excluded"], 1);
    let output = tightlip(repository.path(), &["check", "--staged", "--format", "json", "--policy-from", "HEAD"]);
    assert!(places(&json(&output)).contains(&format!("a.txt:1 {RULE}")));
}

#[test]
fn without_a_repository_there_is_nothing_to_compare() {
    let folder = tempfile::tempdir().unwrap();
    let bare = Repository::without_git();
    bare.git(&["init", "--quiet", "--bare"]);
    for (folder, words) in [(folder.path(), "not in a git repository"), (bare.path(), "bare repository")] {
        let output = tightlip(folder, &["check", "--staged"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains(words), "{output:?}");
    }
}

#[test]
fn git_need_not_be_installed() {
    let repository = Repository::new();
    repository.write("a.txt", token(1)).stage();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tightlip"));
    let output = command.current_dir(repository.path()).args(["check", "--staged"]).env("PATH", "").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
}

//! `check --since`: what a range of commits brings, in repositories as plain git commands make them.

use std::path::Path;

use serde_json::Value;

use crate::harness::tightlip;
use crate::repository::Repository;
use crate::staged::{json, places, token};

const RULE: &str = "github-personal-access-token";

fn since_in(folder: &Path, base: &str, more: &[&str]) -> (i32, Value) {
    let output = tightlip(folder, &[&["check", "--format", "json", "--since", base], more].concat());
    (output.status.code().expect("no signal"), json(&output))
}

fn since(repository: &Repository, base: &str) -> Value {
    let (code, report) = since_in(repository.path(), base, &[]);
    assert_eq!(code, i32::from(!places(&report).is_empty()), "{report:#}");
    report
}

#[test]
fn what_came_since_the_base_is_told_with_its_commit() {
    let repository = Repository::new();
    let base = repository.write("a.txt", format!("{}\n", token(1))).commit("First");
    let second = repository.write("a.txt", format!("{}\n{}\n", token(1), token(2))).commit("Second");
    repository.write("b.txt", "nothing\n").commit("Third");
    let report = since(&repository, &base);
    assert_eq!(places(&report), [format!("a.txt:2 {RULE}")]);
    let history = &report["findings"][0]["history"];
    assert_eq!((&history["commit"], &history["present"]), (&Value::from(second), &Value::from(true)));
    assert_eq!(history["author"], "Ada Example <ada@example.org>");
    assert_eq!(report["coverage"]["commits"], 2);
}

#[test]
fn what_came_and_went_inside_the_range_is_told_as_gone() {
    let repository = Repository::new();
    let base = repository.write("a.txt", "nothing\n").commit("First");
    let second = repository.write("a.txt", token(1)).write("gone.txt", token(2)).commit("Second");
    repository.write("a.txt", "nothing\n").remove("gone.txt").commit("Third");
    let report = since(&repository, &base);
    assert_eq!(places(&report), ["a.txt", "gone.txt"].map(|path| format!("{path}:1 {RULE}")));
    for finding in report["findings"].as_array().unwrap() {
        assert_eq!(
            (&finding["history"]["present"], &finding["history"]["commit"]),
            (&false.into(), &second.as_str().into())
        );
    }
}

#[test]
fn a_value_that_moves_along_is_told_once_with_every_place() {
    let repository = Repository::new();
    let base = repository.write("a.txt", "nothing\n").commit("First");
    let second = repository.write("b.txt", token(1)).commit("Second");
    repository.git(&["mv", "b.txt", "c.txt"]);
    repository.commit("Third");
    repository.write("c.txt", format!("above\n{}", token(1))).commit("Fourth");
    let report = since(&repository, &base);
    assert_eq!(places(&report), [format!("c.txt:2 {RULE}")]);
    let history = &report["findings"][0]["history"];
    assert_eq!(history["commit"], second.as_str());
    let paths: Vec<&str> = history["paths"].as_array().unwrap().iter().filter_map(|it| it["path"].as_str()).collect();
    assert_eq!(paths, ["b.txt", "c.txt"]);
}

/// Branches that parted, each with a value of its own; `side` is checked out.
fn parted() -> Repository {
    let repository = Repository::new();
    repository.write("a.txt", "nothing\n").commit("First");
    repository.git(&["checkout", "--quiet", "-b", "side"]);
    repository.write("side.txt", token(1)).commit("Side");
    repository.git(&["checkout", "--quiet", "main"]);
    repository.write("main.txt", token(2)).commit("Main");
    repository.git(&["checkout", "--quiet", "side"]);
    repository
}

#[test]
fn a_base_that_is_no_ancestor_counts_from_where_they_part() {
    let repository = parted();
    assert_eq!(places(&since(&repository, "main")), [format!("side.txt:1 {RULE}")]);
    let (_, report) = since_in(repository.path(), "side", &["--head", "main"]);
    assert_eq!(places(&report), [format!("main.txt:1 {RULE}")]);
    assert_eq!(report["findings"][0]["history"]["on_default_branch"], true);
}

#[test]
fn merging_the_base_into_the_branch_brings_nothing_of_the_base() {
    let repository = parted();
    repository.git(&["merge", "--quiet", "--no-edit", "main"]);
    assert_eq!(places(&since(&repository, "main")), [format!("side.txt:1 {RULE}")]);
}

#[test]
fn what_only_a_merge_itself_brings_is_told() {
    let repository = Repository::new();
    let base = repository.write("a.txt", "one\n").commit("First");
    repository.git(&["checkout", "--quiet", "-b", "side"]);
    repository.write("side.txt", "side\n").commit("Side");
    repository.git(&["checkout", "--quiet", "main"]);
    repository.write("main.txt", "main\n").commit("Main");
    repository.git(&["merge", "--quiet", "--no-commit", "side"]);
    let merge = repository.write("side.txt", token(1)).commit("Merge");
    repository.write("side.txt", "side\n").commit("Again");
    let report = since(&repository, &base);
    assert_eq!(places(&report), [format!("side.txt:1 {RULE}")]);
    assert_eq!(report["findings"][0]["history"]["commit"], merge.as_str());
}

#[test]
fn what_the_base_knows_is_old_wherever_it_wanders() {
    let repository = Repository::new();
    let base = repository.write("a.txt", format!("one\n{}\n", token(1))).commit("First");
    repository.git(&["mv", "a.txt", "b.txt"]);
    repository.commit("Moved");
    repository.write("b.txt", "one\n").commit("Removed");
    repository.write("b.txt", format!("one\n{}\n", token(1))).git(&["mv", "b.txt", "a.txt"]);
    repository.commit("Back");
    assert_eq!(places(&since(&repository, &base)), [""; 0]);
}

#[test]
fn a_missing_base_is_no_green_zero() {
    let repository = Repository::new();
    repository.write("a.txt", "nothing\n").commit("First");
    let first = repository.git(&["rev-parse", "HEAD"]);
    repository.write("a.txt", token(1)).commit("Second");
    let url = format!("file://{}", repository.path().display());
    let shallow = Repository::without_git();
    shallow.git(&["clone", "--quiet", "--depth", "1", &url, "."]);
    for base in [first.as_str(), "origin/no-such-branch"] {
        let (code, report) = since_in(shallow.path(), base, &[]);
        assert_eq!((code, &report["complete"]), (3, &Value::from(false)));
        let said = &report["notifications"][0];
        assert_eq!(said["reason"], "missing-base");
        assert!(said["message"].as_str().unwrap().contains("fetch-depth: 0"), "{said}");
    }
    let output = tightlip(repository.path(), &["check", "--since", "HEAD~1", "--head", "no-such"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_history_that_ends_inside_the_range_is_incomplete() {
    let repository = Repository::new();
    repository.write("a.txt", "nothing\n").commit("First");
    for number in 2..5 {
        repository.write("a.txt", format!("{number}\n")).commit("More");
    }
    repository.git(&["branch", "old", "HEAD~3"]);
    let url = format!("file://{}", repository.path().display());
    let shallow = Repository::without_git();
    shallow.git(&["clone", "--quiet", "--depth", "2", "--no-single-branch", &url, "."]);
    let (code, report) = since_in(shallow.path(), "origin/old", &[]);
    assert_eq!((code, &report["complete"]), (3, &Value::from(false)), "{report:#}");
}

#[test]
fn an_empty_range_is_said_aloud() {
    let repository = Repository::new();
    repository.write("a.txt", token(1)).commit("First");
    let (code, report) = since_in(repository.path(), "HEAD", &[]);
    assert_eq!((code, &report["notifications"][0]["reason"]), (0, &Value::from("empty-range")));
}

#[test]
fn faults_of_manifests_count_at_the_ends_only() {
    let object = |interval: &str| {
        format!(
            "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: db\nspec:\n  \
             refreshInterval: {interval}\n  secretStoreRef: {{name: a, kind: SecretStore}}\n  target: {{name: db}}\n  \
             data:\n  - secretKey: a\n    remoteRef: {{key: a}}\n"
        )
    };
    let repository = Repository::new();
    let base = repository.write("a.yaml", object("1h")).commit("First");
    repository.write("a.yaml", object("soon")).commit("Worse");
    assert_eq!(places(&since(&repository, &base)), ["a.yaml:6 invalid-refresh-interval"]);
    repository.write("a.yaml", object("2h")).commit("Better");
    assert_eq!(places(&since(&repository, &base)), [""; 0]);
}

#[test]
fn a_password_in_a_manifest_is_a_secret_even_when_it_is_gone() {
    let secret = |password: &str| {
        format!("apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\nstringData:\n  password: {password}\n")
    };
    let repository = Repository::new();
    let base = repository.write("a.yaml", secret("${PASSWORD}")).commit("First");
    repository.write("a.yaml", secret(&["Vel", "vet-Ham", "mer-2719"].concat())).commit("Oops");
    repository.write("a.yaml", secret("${PASSWORD}")).commit("Better");
    let report = since(&repository, &base);
    assert_eq!(places(&report), ["a.yaml:6 plaintext-secret"]);
    assert_eq!(report["findings"][0]["history"]["present"], false);
}

#[test]
fn a_file_that_falls_out_of_a_kustomization_is_told_where_nothing_changed() {
    let repository = Repository::new();
    repository.write("apps/kustomization.yaml", "resources:\n  - web.yaml\n");
    let base =
        repository.write("apps/web.yaml", "kind: ConfigMap\nmetadata: {name: web}\napiVersion: v1\n").commit("A");
    repository.remove("apps/web.yaml").commit("Second");
    assert_eq!(places(&since(&repository, &base)), ["apps/kustomization.yaml:2 kustomize-resource-missing"]);
}

#[test]
fn one_thread_and_many_say_the_same() {
    let repository = Repository::new();
    let base = repository.write("a.txt", "nothing\n").commit("First");
    for number in 1..12 {
        repository.write(&format!("{number}.txt"), token(number % 5 + 1)).commit("More");
        repository.remove(&format!("{number}.txt"));
    }
    let told = |threads: &str| since_in(repository.path(), &base, &["--threads", threads]).1;
    assert_eq!(told("1"), told("8"));
    assert_eq!(places(&told("1")).len(), 5);
}

/// `line message` of each finding about the policy.
fn weakened(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter().filter(|it| it["rule"] == "policy-weakened");
    let tell = |it: &Value| {
        let message = it["message"].as_str().unwrap();
        format!("{} {}", it["location"]["start"]["line"], message.split(':').next().unwrap())
    };
    findings.map(tell).collect()
}

#[test]
fn a_policy_that_asks_for_less_is_told_line_by_line() {
    let repository = Repository::new();
    let strict = "version: 1\nexclude: ['vendor/**']\nrules:\n  refresh-interval-ignored: error\n";
    let base = repository.write("tightlip.yaml", strict).commit("First");
    let loose = "\
version: 1
exclude:
  - 'vendor/**'
  - 'apps/**'
rules:
  plaintext-secret: note
  missing-field: off
  unknown-field: { paths: { 'dev/**': off } }
  password-in-uri: error
ignore:
  - { rule: plaintext-env-value, path: 'a/*', reason: known }
";
    repository.write("tightlip.yaml", loose).commit("Second");
    let expected = [
        "1 The policy lowers `refresh-interval-ignored` to",
        "4 The policy leaves out `apps/**`",
        "6 The policy lowers `plaintext-secret` to note",
        "7 The policy turns `missing-field` off",
        "8 The policy asks less of `unknown-field` in `dev/**`",
        "11 The policy ignores `plaintext-env-value` in `a/*`",
    ];
    let told = weakened(&since(&repository, &base));
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (told, expected) in told.iter().zip(expected) {
        assert!(told.starts_with(expected), "{told}");
    }
}

#[test]
fn a_stricter_policy_and_an_untouched_one_are_nothing_to_tell() {
    let repository = Repository::new();
    let loose = "version: 1\nexclude: ['vendor/**']\nrules: { missing-field: off }\n";
    let base = repository.write("tightlip.yaml", loose).commit("First");
    repository.write("a.txt", "nothing\n").commit("Second");
    assert_eq!(weakened(&since(&repository, &base)), [""; 0]);
    repository.write("tightlip.yaml", "# stricter\nversion: 1\n").commit("Third");
    assert_eq!(weakened(&since(&repository, &base)), [""; 0]);
}

#[test]
fn a_deleted_policy_is_told_and_no_policy_can_excuse_itself() {
    let repository = Repository::new();
    let base = repository.write("tightlip.yaml", "version: 1\n").commit("First");
    repository
        .write("tightlip.yaml", "version: 1\nrules: { policy-weakened: off, missing-field: off }\n")
        .commit("Second");
    let told = weakened(&since(&repository, &base));
    assert_eq!(told, ["2 The policy turns `policy-weakened` off", "2 The policy turns `missing-field` off"]);
    repository.remove("tightlip.yaml").commit("Third");
    assert_eq!(weakened(&since(&repository, &base)), ["1 The policy is deleted"]);
    let (_, report) = since_in(repository.path(), &base, &["--skip", "policy-weakened"]);
    assert_eq!(weakened(&report), [""; 0]);
}

#[test]
fn the_policy_of_the_base_can_judge_instead() {
    let repository = Repository::new();
    let base = repository.write("tightlip.yaml", "version: 1\n").commit("First");
    repository.write("tightlip.yaml", "version: 1\nexclude: ['*.txt']\n").write("a.txt", token(1)).commit("Second");
    assert_eq!(places(&since(&repository, &base)), ["tightlip.yaml:2 policy-weakened"]);
    let (_, report) = since_in(repository.path(), &base, &["--policy-from", &base]);
    assert_eq!(places(&report), [format!("a.txt:1 {RULE}"), "tightlip.yaml:2 policy-weakened".to_owned()]);
}

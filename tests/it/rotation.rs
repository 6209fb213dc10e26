//! `check --history`: how old sealed and encrypted values are, as git tells it.

use std::path::Path;

use serde_json::Value;

use crate::harness::tightlip;
use crate::repository::Repository;

/// Commits are made on 2023-11-14.
const OVERDUE: &str = "2024-03-01";

const POLICY: &str = "version: 1\nrotation: { annotation: acme.example/rotated-at, categories: { database: \"*-db\" }, max-age: { database: 90d } }\n";

fn sealed(user: &str, password: &str) -> String {
    format!(
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: web-db\nspec:\n  encryptedData:\n    user: {user}\n    password: >-\n      {password}\n      {password}\n"
    )
}

/// The exit code and `path:line message` of each finding, then `reason` of each notification.
fn told(folder: &Path, arguments: &[&str]) -> (Option<i32>, Vec<String>) {
    let rules = ["--rule", "rotation-overdue", "--rule", "rotation-date-missing"];
    let output = tightlip(folder, &[&["check", "--format", "json"], &rules[..], arguments].concat());
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    let finding = |it: &Value| {
        let at = &it["location"];
        format!("{}:{} {}", at["path"].as_str().unwrap(), at["start"]["line"], it["message"].as_str().unwrap())
    };
    let findings = report["findings"].as_array().unwrap().iter().map(finding);
    let reasons = report["notifications"].as_array().unwrap().iter();
    let told = findings.chain(reasons.map(|it| it["reason"].as_str().unwrap().to_owned())).collect();
    (output.status.code(), told)
}

/// The value of `user` is as old as the repository; that of `password` was changed in the last commit.
fn repository() -> Repository {
    let repository = Repository::new();
    repository.write("k8s/tightlip.yaml", POLICY).write("k8s/web.yaml", sealed("Aaa", "Bbb")).commit("First");
    repository.write("k8s/web.yaml", format!("# Moved\n{}", sealed("Aaa", "Bbb"))).commit("Second");
    repository.write("k8s/web.yaml", sealed("Aaa", "Ccc")).commit("Third");
    repository
}

#[test]
fn a_sealed_value_is_as_old_as_its_last_change() {
    let repository = repository();
    let folder = repository.path().join("k8s");
    let overdue = "web.yaml:7 The rotation of `web-db` on 2023-11-14, when git saw `user` change last, is 108 days ago; \
                   database is to be renewed after 90 (tightlip.yaml:2).";
    assert_eq!(told(&folder, &["--history", "--today", OVERDUE]), (Some(1), vec![overdue.to_owned()]));
    assert_eq!(told(&folder, &["--history", "--today", "2024-01-01"]), (Some(0), vec![]));
    assert_eq!(told(&folder, &["--today", OVERDUE]), (Some(0), vec![]));
}

#[test]
fn the_annotation_counts_before_the_history() {
    let repository = repository();
    let annotated =
        sealed("Aaa", "Ccc").replace("web-db", "web-db\n  annotations: { acme.example/rotated-at: 2024-02-01 }");
    repository.write("k8s/web.yaml", annotated).commit("Fourth");
    let folder = repository.path().join("k8s");
    assert_eq!(told(&folder, &["--history", "--today", OVERDUE]), (Some(0), vec![]));
}

#[test]
fn a_value_that_is_not_committed_is_new() {
    let repository = repository();
    repository.write("k8s/web.yaml", sealed("Ddd", "Eee"));
    let folder = repository.path().join("k8s");
    assert_eq!(told(&folder, &["--history", "--today", OVERDUE]), (Some(0), vec![]));
}

#[test]
fn a_history_that_does_not_reach_back_or_is_not_there_is_told() {
    let repository = repository();
    let url = format!("file://{}", repository.path().display());
    let shallow = Repository::without_git();
    shallow.git(&["clone", "--quiet", "--depth", "1", &url, "."]);
    let folder = shallow.path().join("k8s");
    assert_eq!(told(&folder, &["--history", "--today", "2024-01-01"]), (Some(3), vec!["shallow-history".to_owned()]));
    let (code, overdue) = told(&folder, &["--history", "--today", OVERDUE]);
    assert!(code == Some(1) && overdue[0].contains("on 2023-11-14 or earlier, when git"), "{overdue:?}");
    let bare = Repository::without_git();
    bare.write("tightlip.yaml", POLICY).write("web.yaml", sealed("Aaa", "Bbb"));
    assert_eq!(told(bare.path(), &["--history", "--today", OVERDUE]), (Some(0), vec!["unjudged-rule".to_owned()]));
}

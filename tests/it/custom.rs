//! An organisation's own rules: what they find, how they are named, set and silenced.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::harness::tightlip;

const POLICY: &str = r#"version: 1
bindings: { app: { path: "apps/{app}/**" } }
custom:
  - id: external-secret-owner-label
    match: { kinds: [ExternalSecret] }
    cel: has(object.metadata.labels) && has(object.metadata.labels.owner)
    message: "ExternalSecret {name} has no owner label"
  - id: remote-key-of-other-app
    match: { kinds: [ExternalSecret], paths: ["apps/**"] }
    each: spec.data[*].remoteRef.key
    cel: value.startsWith("team/" + app + "/")
    message: "{kind} {name} of {app} reads {value}"
    severity: error
    title: Remote key of another app
"#;

const EXTERNAL_SECRET: &str = "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: db\nspec:\n  secretStoreRef: { name: vault, kind: ClusterSecretStore }\n  target: { name: db }\n  data:\n    - secretKey: user\n      remoteRef: { key: team/web/db }\n    - secretKey: pass\n      remoteRef: { key: team/shop/db }\n";

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn check(folder: &Path, arguments: &[&str]) -> (i32, Value) {
    let output = tightlip(folder, &[&["check", "--format", "json"], arguments].concat());
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("no report: {text}"));
    (output.status.code().unwrap(), report)
}

/// `path:line rule severity: message` of the findings of own rules that nothing silences.
fn found(report: &Value) -> Vec<String> {
    let own = ["external-secret-owner-label", "remote-key-of-other-app"];
    let findings = report["findings"].as_array().unwrap().iter();
    let findings = findings.filter(|finding| own.contains(&finding["rule"].as_str().unwrap()));
    let findings = findings.filter(|finding| finding["suppression"].is_null());
    let line = |finding: &Value| {
        let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
        let location = &finding["location"];
        let at = format!("{}:{}", text(&location["path"]), location["start"]["line"]);
        format!("{at} {} {}: {}", text(&finding["rule"]), text(&finding["severity"]), text(&finding["message"]))
    };
    findings.map(line).collect()
}

#[test]
fn own_rules_find_objects_and_nodes_with_their_place() {
    let folder = folder(&[("tightlip.yaml", POLICY), ("apps/web/db.yaml", EXTERNAL_SECRET)]);
    let (code, report) = check(folder.path(), &[]);
    assert_eq!(
        found(&report),
        [
            "apps/web/db.yaml:3 external-secret-owner-label warning: ExternalSecret db has no owner label",
            "apps/web/db.yaml:12 remote-key-of-other-app error: ExternalSecret db of web reads team/shop/db",
        ]
    );
    assert_eq!(code, 1);
}

#[test]
fn a_label_that_an_overlay_adds_is_seen() {
    let kustomization = "resources: [db.yaml]\nlabels:\n  - pairs: { owner: platform }\n";
    let folder = folder(&[
        ("tightlip.yaml", POLICY),
        ("base/db.yaml", EXTERNAL_SECRET),
        ("base/kustomization.yaml", kustomization),
    ]);
    assert_eq!(found(&check(folder.path(), &[]).1), Vec::<String>::new());
}

#[test]
fn own_rules_are_set_and_silenced_like_any_other() {
    let ignored = EXTERNAL_SECRET
        .replace("team/shop/db }", concat!("team/shop/db } # tight", "lip: ignore[remote-key-of-other-app] shared"));
    let settings = format!("{POLICY}rules: {{ external-secret-owner-label: off }}\n");
    let folder = folder(&[("tightlip.yaml", &settings), ("apps/web/db.yaml", &ignored)]);
    let (_, report) = check(folder.path(), &[]);
    assert_eq!(found(&report), Vec::<String>::new());
    assert!(!report["notifications"].to_string().contains("unknown-rule"), "{}", report["notifications"]);
    let (_, report) = check(folder.path(), &["--no-suppress", "--rule", "remote-key-of-other-app"]);
    assert_eq!(found(&report).len(), 1);
    let (_, report) = check(folder.path(), &["--no-suppress", "--skip", "remote-key-of-other-app"]);
    assert_eq!(found(&report).len(), 0);
}

#[test]
fn own_rules_stand_among_the_rules_of_a_sarif_report() {
    let folder = folder(&[("tightlip.yaml", POLICY), ("apps/web/db.yaml", EXTERNAL_SECRET)]);
    let output = tightlip(folder.path(), &["check", "--format", "sarif"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rules = report["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let own = rules.iter().find(|rule| rule["id"] == "remote-key-of-other-app").expect("the rule is described");
    assert_eq!(own["shortDescription"]["text"], "Remote key of another app");
}

#[test]
fn a_rule_without_an_answer_is_told_once_and_finds_nothing() {
    let policy = "version: 1\ncustom:\n  - id: owned\n    match: { kinds: [ExternalSecret] }\n    cel: object.metadata.labels.owner == 'me'\n    message: no owner\n";
    let folder = folder(&[("tightlip.yaml", policy), ("a.yaml", EXTERNAL_SECRET), ("b.yaml", EXTERNAL_SECRET)]);
    let (_, report) = check(folder.path(), &["--rule", "owned"]);
    assert!(report["findings"].as_array().unwrap().is_empty());
    let told: Vec<&Value> = report["notifications"].as_array().unwrap().iter().collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["reason"], "unjudged-rule");
    assert_eq!(
        told[0]["message"],
        "The rule `owned` has no answer here: there is no `labels`; ask with `has(…)` first."
    );
}

#[test]
fn no_message_of_an_own_rule_holds_a_secret() {
    let password = ["Vel", "vet-Ham", "mer-", "2719"].concat();
    let policy = "version: 1\ncustom:\n  - id: own\n    match: { kinds: [Secret, ConfigMap] }\n    each: stringData.*\n    cel: \"false\"\n    message: \"{kind} holds {value} at {key}\"\n";
    let object = |kind: &str| {
        format!(
            "apiVersion: v1\nkind: {kind}\nmetadata: {{ name: a }}\nstringData: {{ password: {password}, mode: fast }}\n"
        )
    };
    let folder = folder(&[("tightlip.yaml", policy), ("a.yaml", &object("Secret")), ("b.yaml", &object("ConfigMap"))]);
    let output = tightlip(folder.path(), &["check", "--format", "json", "--rule", "own"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.contains(&password), "{text}");
    assert!(text.contains("ConfigMap holds fast at stringData.mode") && text.contains("Secret holds … at"), "{text}");
}

#[test]
fn a_mistake_in_an_expression_stops_the_run_and_has_its_place() {
    let policy = POLICY.replace("+ app +", "+ aap +");
    let folder = folder(&[("tightlip.yaml", &policy)]);
    let output = tightlip(folder.path(), &["check"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(told.contains("tightlip.yaml:11:10: in the expression, line 1, column 28: unknown name `aap`"), "{told}");
}

#[test]
fn standard_input_is_asked_too() {
    let folder = folder(&[("tightlip.yaml", POLICY)]);
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_tightlip"))
        .current_dir(folder.path())
        .args(["check", "--format", "json", "--path", "db.yaml", "-"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), EXTERNAL_SECRET.as_bytes()).unwrap();
    let report: Value = serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(found(&report), ["db.yaml:3 external-secret-owner-label warning: ExternalSecret db has no owner label"]);
}

/// A rule file; its examples hold generators, so that no scanner trips over this one.
const RULE_FILE: &str = r#"title: Token of our shop
family: shop-token
severity: error
confidence: high
message: "A token of our shop"
description: What our shop gives to its clients.
remediation: Revoke it in the shop.
match:
  token: { prefixes: [shop_], body: hex*24 }
examples:
  bad:
    - 'token: @{"shop_" hex*24}'
  good:
    - 'token: @{"shop_" hex*20}'
"#;

fn shop_token() -> String {
    crate::harness::generate(r#"token = "@{"shop_" hex*24}""#)
}

#[test]
fn rules_at_the_root_are_loaded_by_themselves() {
    let folder = folder(&[(".tightlip/rules/shop-token.yaml", RULE_FILE), ("settings.ini", &shop_token())]);
    fs::create_dir_all(folder.path().join(".git")).unwrap();
    fs::write(folder.path().join(".git/HEAD"), "ref: refs/heads/main\n").unwrap();
    let rules = |arguments: &[&str]| {
        let report = check(folder.path(), arguments).1;
        let findings = report["findings"].as_array().unwrap().iter();
        findings.map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(rules(&[]).contains(&"shop-token".to_owned()));
    assert!(rules(&["--rules-dir", ".tightlip/rules"]).contains(&"shop-token".to_owned()));
    assert!(!rules(&["--policy", "none"]).contains(&"shop-token".to_owned()));
}

#[test]
fn what_is_staged_is_judged_by_the_rules_that_are_staged() {
    let folder = folder(&[(".tightlip/rules/shop-token.yaml", RULE_FILE), ("settings.ini", &shop_token())]);
    let git = |arguments: &[&str]| {
        let mut command = std::process::Command::new("git");
        let done = command.current_dir(folder.path()).args(arguments).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    fs::remove_dir_all(folder.path().join(".tightlip")).unwrap();
    let (_, report) = check(folder.path(), &["--staged"]);
    assert!(report["findings"].to_string().contains("shop-token"), "{report}");
}

#[test]
fn own_rules_are_tested_by_their_examples_and_mistakes_have_a_place() {
    let object = "{ apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: { name: a } }";
    let owned =
        "{ apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: { name: a, labels: { owner: b } } }";
    let other = "{ path: apps/web/a.yaml, object: { apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: { name: a }, spec: { data: [{ remoteRef: { key: team/shop/a } }] } } }";
    let label = |bad: &str, good: &str| {
        format!(
            "message: \"ExternalSecret {{name}} has no owner label\"\n    examples:\n      bad:\n        - {bad}\n      good:\n        - {good}\n"
        )
    };
    let policy = |bad: &str, good: &str| {
        POLICY.replace("message: \"ExternalSecret {name} has no owner label\"\n", &label(bad, good))
            + &format!("    examples: {{ bad: [{other}], good: [{object}] }}\n")
    };
    let test = |policy: &str, rule: &str| {
        let folder = folder(&[("tightlip.yaml", policy), (".tightlip/rules/shop-token.yaml", rule)]);
        let output = tightlip(folder.path(), &["rules", "test"]);
        let told = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        (output.status.code().unwrap(), told.replace(&*folder.path().canonicalize().unwrap().to_string_lossy(), "ROOT"))
    };
    let (code, told) = test(&policy(object, owned), RULE_FILE);
    assert_eq!((code, told.trim()), (0, "3 rules of this repository hold against their 6 examples"));
    let (code, told) = test(&policy(owned, object), &RULE_FILE.replace("hex*20", "hex*24"));
    assert_eq!(code, 2);
    for expected in [
        "ROOT/.tightlip/rules/shop-token.yaml:14: good example 1 of shop-token: line 1 is reported",
        "ROOT/tightlip.yaml:10: bad example 1 of external-secret-owner-label: nothing is found in it",
        "ROOT/tightlip.yaml:12: good example 1 of external-secret-owner-label: it is reported",
    ] {
        assert!(told.contains(expected), "{told}");
    }
}

#[test]
fn an_own_rule_is_explained() {
    let folder = folder(&[("tightlip.yaml", POLICY)]);
    let output = tightlip(folder.path(), &["rules", "explain", "remote-key-of-other-app"]);
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.starts_with("remote-key-of-other-app: Remote key of another app\nerror, high confidence"), "{told}");
}

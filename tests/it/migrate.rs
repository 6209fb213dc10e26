//! Changing over from another tool: its files in, ours out, and a list of what has no twin.
//!
//! The files are written here, after the tools' public documentation.

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use tightlip::catalog::Catalog;
use tightlip::policy::Policy;

use crate::harness::tightlip;

fn password() -> String {
    ["Vel", "vet-Ham", "mer-", "2719"].concat()
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    // A repository is a root without a policy.
    for (path, text) in
        files.iter().chain(&[(".git/HEAD", "ref: refs/heads/main\n"), (".git/objects/x", ""), (".git/refs/x", "")])
    {
        write(folder.path(), path, text);
    }
    folder
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = tightlip(folder, arguments);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

const GITLEAKS: &str = r#"
title = "acme"
[extend]
useDefault = true
disabledRules = ["github-pat", "no-such-rule"]

[[rules]]
id = "acme-deploy-token"
description = "Deploy token of Acme"
regex = '''\bacme_dt_([a-zA-Z0-9]{32})\b'''
keywords = ["acme_dt_"]
entropy = 3.5

[[rules]]
id = "acme-loose"
regex = '''[0-9a-f]{16}'''

[[rules]]
id = "generic-api-key"
regex = '''key=(.*)'''
keywords = ["key"]
[[rules.allowlists]]
paths = ['''^docs/''']
stopwords = ["client"]

[[allowlists]]
description = "generated"
paths = ['''(^|/)vendor/''', '''(?i)readme''']
regexes = ["EXAMPLE"]
"#;

#[test]
fn a_configuration_of_gitleaks_becomes_a_policy_and_rules_that_prove_themselves() {
    let root = folder(&[(".gitleaks.toml", GITLEAKS)]);
    let (code, out, errors) = run(root.path(), &["migrate", "--write"]);
    assert_eq!((code, errors.as_str()), (0, ""), "{out}");
    let policy = fs::read_to_string(root.path().join("tightlip.yaml")).unwrap();
    Policy::read(&policy, Catalog::built_in().rules()).unwrap_or_else(|wrong| panic!("{policy}\n{wrong:?}"));
    assert!(policy.contains("  - \"**/vendor/**\"\n"), "{policy}");
    assert!(policy.contains("  github-personal-access-token: off\n"), "{policy}");
    assert!(policy.contains("  plaintext-credential: { paths: { \"docs/**\": off } }\n"), "{policy}");
    for lost in [
        "rule `no-such-rule` is off: it has no twin",
        "entropy of 3.5",
        "rule `acme-loose`: it has no keyword",
        "1 stopwords",
        "`(?i)readme` is no glob",
        "generated: 1 regexes",
    ] {
        assert!(out.contains(lost), "{lost}: {out}");
    }
    assert_eq!(run(root.path(), &["rules", "verify", "tightlip-rules"]).0, 0);
    let token = ["acme", "_dt_", &"a1B2c3D4".repeat(4)].concat();
    write(root.path(), "deploy.sh", &format!("login {token}\n"));
    let (code, out, _) = run(root.path(), &["check", "--rules-dir", "tightlip-rules"]);
    assert_eq!(code, 1);
    assert!(out.contains("error[acme-deploy-token]"), "{out}");
}

#[test]
fn known_findings_of_three_tools_become_a_baseline() {
    let env = format!("A=b\nDB_PASSWORD={}\n", password());
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let gitleaksignore = format!("# why\na/.env:generic-api-key:2\n{commit}:b/.env:generic-api-key:2\ngone/.env:x:9\n");
    let report = r#"[{"RuleID":"generic-api-key","File":"c/.env","StartLine":2,"EndLine":2,"Secret":"REDACTED"}]"#;
    let hashes = r#"{"version":"1.5.0","plugins_used":[],"filters_used":[{"path":"detect_secrets.filters.regex.should_exclude_file","pattern":["^vendor/"]}],"results":{"d/.env":[{"type":"Secret Keyword","line_number":2}],"e/.env":[{"type":"Secret Keyword","line_number":2,"is_secret":true}]}}"#;
    let files: Vec<(String, &str)> =
        ["a", "b", "c", "d", "e"].map(|name| (format!("{name}/.env"), env.as_str())).into();
    let mut files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    files.extend([
        (".gitleaksignore", gitleaksignore.as_str()),
        ("gitleaks-baseline.json", report),
        (".secrets.baseline", hashes),
    ]);
    let root = folder(&files);
    let (code, out, errors) = run(root.path(), &["migrate", "--write"]);
    assert_eq!((code, errors.as_str()), (0, ""), "{out}");
    assert!(out.contains("gone/.env:9: nothing is found there today"), "{out}");
    assert!(out.contains("e/.env:2 is marked as a true secret"), "{out}");
    assert!(fs::read_to_string(root.path().join("tightlip.yaml")).unwrap().contains("vendor/**"));
    let (code, out, _) = run(root.path(), &["check"]);
    assert_eq!(code, 1);
    assert!(out.contains("e/.env:2") && out.contains("1 finding (1 error), 4 suppressed"), "{out}");
}

#[test]
fn kube_linter_and_checkov_keep_what_is_theirs() {
    let kube = "checks:\n  exclude: [env-var-secret, no-read-only-root-fs]\n  include: [privileged]\n  ignorePaths: [\"ci/**\"]\ncustomChecks:\n  - name: ours\n";
    let checkov = "skip-check:\n  - CKV_SECRET_2,CKV_K8S_20\nskip-path: [\"^hack/\"]\nsoft-fail: true\n";
    let root = folder(&[(".kube-linter.yaml", kube), (".checkov.yaml", checkov)]);
    let (code, out, errors) = run(root.path(), &["migrate"]);
    assert_eq!((code, errors.as_str()), (0, ""));
    for wanted in [
        "  plaintext-env-value: off\n",
        "  aws-access-key-id: off\n",
        "  - \"ci/**\"\n",
        "  - \"hack/**\"\n",
        "check `no-read-only-root-fs` is off: it has no twin",
        "check `privileged` has no twin: keep kube-linter",
        "custom check `ours`",
        "check `CKV_K8S_20` is off",
        "soft-fail: run with `--exit-zero`",
    ] {
        assert!(out.contains(wanted), "{wanted}: {out}");
    }
    assert!(!root.path().join("tightlip.yaml").exists(), "nothing is written unless asked for");
}

#[test]
fn a_broken_file_and_a_policy_that_is_there_are_errors() {
    let root = folder(&[(".gitleaks.toml", "title = \"a\"\n[[rules]\n")]);
    let (code, _, errors) = run(root.path(), &["migrate"]);
    assert_eq!(code, 2);
    assert!(errors.contains(".gitleaks.toml: 2: "), "{errors}");
    write(root.path(), ".gitleaks.toml", GITLEAKS);
    write(root.path(), "tightlip.yaml", "version: 1\n");
    assert_eq!(run(root.path(), &["migrate", "--write"]).0, 2);
    assert!(!root.path().join("tightlip-rules").exists());
    fs::remove_file(root.path().join(".gitleaks.toml")).unwrap();
    assert_eq!(run(root.path(), &["migrate"]).0, 2, "nothing to migrate");
}

#[test]
fn comments_of_other_scanners_count_unless_the_policy_says_otherwise() {
    for mark in ["gitleaks:allow", "trufflehog:ignore", "ggignore", "pragma: allowlist secret"] {
        let root = folder(&[(".env", &format!("DB_PASSWORD={} # {mark}\n", password()))]);
        assert_eq!(run(root.path(), &["check"]).0, 0, "{mark}");
        assert_eq!(run(root.path(), &["check", "--no-suppress"]).0, 1, "{mark}");
        write(root.path(), "tightlip.yaml", "version: 1\nignore-markers: tightlip\n");
        assert_eq!(run(root.path(), &["check"]).0, 1, "{mark}");
    }
}

#[test]
fn the_annotation_of_kube_linter_silences_its_twin() {
    let pod = |annotation: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  annotations:\n    {annotation}\nspec:\n  containers:\n    - name: a\n      image: a\n      env:\n        - name: DB_PASSWORD\n          value: {}\n",
            password()
        )
    };
    let root = folder(&[("pod.yaml", &pod("a: b"))]);
    let rule = ["check", "--rule", "plaintext-env-value"];
    assert_eq!(run(root.path(), &rule).0, 1);
    write(root.path(), "pod.yaml", &pod("ignore-check.kube-linter.io/env-var-secret: local only"));
    assert_eq!(run(root.path(), &rule).0, 0);
    write(root.path(), "pod.yaml", &pod("ignore-check.kube-linter.io/privileged: local only"));
    assert_eq!(run(root.path(), &rule).0, 1);
}

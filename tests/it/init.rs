//! `tightlip init`: the policy it proposes for each profile's repository is read, is silent there, and finds again what
//! breaks the customs that can be seen.
//!
//! It does not know how customs are counted.

use std::fs;
use std::path::Path;

use tightlip::catalog::Catalog;
use tightlip::engine;
use tightlip::model::{Report, Rule, Severity, Tier};
use tightlip::policy::{PROFILES, Policy};

use crate::harness;

/// Mistakes against a custom that is seen in the good repository, each found again at its place.
const FOUND: &[(&str, &[&str])] = &[
    (
        "matih",
        &[
            "bad-not-owner",
            "bad-other-store",
            "bad-refresh-too-slow",
            "bad-store-account",
            "bad-store-auth",
            "bad-store-without-kind",
            "bad-target-name",
        ],
    ),
    ("recif", &["bad-other-key", "bad-other-store", "bad-store-account", "bad-store-version"]),
    (
        "xred-eln",
        &[
            "bad-annotation-missing",
            "bad-annotation-other-value",
            "bad-deletion-policy-delete",
            "bad-deletion-policy-missing",
            "bad-key-of-other-app",
            "bad-key-too-deep",
            "bad-key-without-prefix",
            "bad-mount-of-other-environment",
            "bad-no-kustomization",
            "bad-other-namespace",
            "bad-other-store",
            "bad-other-store-kind",
            "bad-path-of-other-environment",
            "bad-property-missing",
            "bad-refresh-left-out",
            "bad-refresh-too-slow",
            "bad-shared-key-misspelt",
            "bad-store-namespace",
            "bad-target-name-missing",
            "bad-vault-namespace",
            "bad-vault-namespace-missing",
        ],
    ),
];

fn good(profile: &str) -> tempfile::TempDir {
    let copy = harness::expanded(&harness::fixtures().join("profiles").join(profile).join("good"));
    let _ = fs::remove_file(copy.path().join("tightlip.yaml"));
    copy
}

fn proposed(root: &Path) -> String {
    let policy = Policy::default();
    engine::proposal(&harness::worktree(root, 1, &policy), &policy, 1)
}

fn read(text: &str) -> Policy {
    Policy::read(text, Catalog::built_in().rules()).unwrap_or_else(|wrong| panic!("{wrong:?}\n{text}"))
}

/// Everything above a note, with its place.
fn found(root: &Path, policy: Policy) -> Vec<String> {
    found_by(root, policy, &harness::usual_rules())
}

fn found_by(root: &Path, policy: Policy, rules: &[&'static Rule]) -> Vec<String> {
    let report = harness::check_by(root, rules, 1, policy);
    let told = report.findings.iter().filter(|finding| finding.severity > Severity::Note).cloned();
    harness::lines(&Report { findings: told.collect(), ..report }, "")
}

#[test]
fn what_is_proposed_is_silent_where_it_was_seen() {
    for (profile, _) in PROFILES {
        let root = good(profile);
        let text = proposed(root.path());
        let found = found(root.path(), read(&text));
        assert!(found.is_empty(), "{profile}: {found:#?}\n{text}");
    }
}

#[test]
fn what_breaks_a_custom_is_found_again() {
    let mut table = String::new();
    let mut missed = Vec::new();
    let conventions: Vec<&'static Rule> =
        harness::usual_rules().into_iter().filter(|rule| rule.tier == Tier::Convention).collect();
    for (profile, _) in PROFILES {
        let folder = harness::fixtures().join("profiles").join(profile);
        let policy = read(&proposed(good(profile).path()));
        let expected = fs::read_to_string(folder.join("expected.txt")).unwrap();
        for (mistake, line) in expected.lines().filter_map(|line| line.split_once(": ")) {
            let copy = good(profile);
            harness::lay_over(&folder.join(mistake), copy.path());
            let place = |line: &str| line.rsplit_once(':').map(|(place, _)| place.to_owned());
            let is_found =
                found_by(copy.path(), policy.clone(), &conventions).iter().any(|found| place(found) == place(line));
            let must = FOUND.iter().any(|(name, list)| name == profile && list.contains(&mistake));
            table.push_str(&format!("{profile} {mistake} {}\n", if is_found { "found" } else { "not inferable" }));
            if must && !is_found {
                missed.push(format!("{profile} {mistake}"));
            }
        }
    }
    println!("{table}");
    assert!(missed.is_empty(), "{missed:#?}\n{table}");
}

#[test]
fn a_profile_is_extended_and_nothing_is_overwritten() {
    let root = good("xred-eln");
    let run = |arguments: &[&str]| harness::tightlip(root.path(), arguments);
    let unknown = run(&["init", "--profile", "nobody"]);
    assert!(unknown.status.code() == Some(2) && String::from_utf8_lossy(&unknown.stderr).contains("xred-eln"));
    assert_eq!(run(&["init", "--profile", "xred-eln"]).status.code(), Some(0));
    let file = root.path().join("tightlip.yaml");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.starts_with("version: 1\nextends: [xred-eln]\n#"), "{text}");
    assert!(text.lines().skip(2).all(|line| line.starts_with('#')), "{text}");
    read(&text);
    let again = run(&["init"]);
    assert_eq!(again.status.code(), Some(2));
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    let shown = run(&["init", "--output", "-"]);
    assert_eq!(shown.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&shown.stdout).contains("stores:\n"));
}

#[test]
fn exceptions_are_named_by_file_and_line() {
    let root = tempfile::tempdir().unwrap();
    for name in ["a", "b", "c", "d", "e"] {
        let interval = if name == "e" { "5m" } else { "1h" };
        let text = format!(
            "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: {name}\nspec:\n  refreshInterval: {interval}\n  secretStoreRef: {{ kind: ClusterSecretStore, name: main }}\n  data: [{{ secretKey: x, remoteRef: {{ key: shop/{name}/db }} }}]\n"
        );
        fs::create_dir(root.path().join(name)).unwrap();
        fs::write(root.path().join(name).join("secret.yaml"), text).unwrap();
    }
    let text = proposed(root.path());
    assert!(
        text.contains(
            "  # 4 of 5 ExternalSecrets\n  #   not so: e/secret.yaml:6 (5m)\n  refresh-interval: { equals: \"1h\" }\n"
        ),
        "{text}"
    );
    assert!(text.contains("template: \"shop/{app}/"), "{text}");
    let found = found(root.path(), read(&text));
    assert_eq!(found, ["e/secret.yaml:6:20 refresh-interval-not-as-agreed"], "{text}");
}

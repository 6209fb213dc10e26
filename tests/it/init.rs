//! `tightlip init`: the policy it proposes for each profile's repository is read, is silent there, and finds again what
//! breaks the customs that can be seen.
//!
//! It does not know how customs are counted.

use std::fs;
use std::path::Path;

use tightlip::catalog::Catalog;
use tightlip::engine;
use tightlip::model::{Report, Severity};
use tightlip::policy::{PROFILES, Policy};

use crate::harness;

/// Mistakes of a profile.
type Mistakes = (&'static str, &'static [&'static str]);

/// Mistakes that the proposed policy does not find, and why.
const NOT_FOUND: &[(&str, &[Mistakes])] = &[
    (
        "It is forbidden, and what is not there may still be welcome.",
        &[
            (
                "arcodange",
                &[
                    "bad-age-file",
                    "bad-pod-talks-to-vault",
                    "bad-reference-to-other-backend",
                    "bad-sandbox-on-production-vault",
                    "bad-sealed-secret",
                    "bad-sops-file",
                    "bad-sops-rules",
                    "bad-static-database-password",
                    "bad-token-in-pipeline",
                ],
            ),
            (
                "emergence",
                &[
                    "bad-agent-injector",
                    "bad-direct-vault",
                    "bad-pem-as-variable",
                    "bad-store-in-chart",
                    "bad-store-of-other-provider",
                    "bad-template-makes-secret",
                ],
            ),
            ("matih", &["bad-env-from", "bad-key-as-variable", "bad-mount-writable"]),
            ("recif", &["bad-adc-as-variable"]),
            ("xred-eln", &["bad-store-in-app-folder"]),
        ],
    ),
    (
        "The repository does it once, which is no custom, or writes down no limit for it.",
        &[
            ("emergence", &["bad-mount-path", "bad-no-reload", "bad-reload-of-another"]),
            (
                "matih",
                &[
                    "bad-account-not-bound",
                    "bad-no-history-scan",
                    "bad-no-hook",
                    "bad-no-pull-request-scan",
                    "bad-rotation-overdue",
                ],
            ),
            (
                "recif",
                &[
                    "bad-account-not-bound",
                    "bad-account-not-bound-in-values",
                    "bad-adc-missing",
                    "bad-agent-env-by-key",
                    "bad-mount-path",
                ],
            ),
            ("xred-eln", &["bad-environment-lacks-key"]),
        ],
    ),
    (
        "Customs of Helm values are not proposed yet.",
        &[
            ("matih", &["bad-inline-user", "bad-keys-not-named"]),
            (
                "recif",
                &[
                    "bad-external-block-missing",
                    "bad-external-on-local",
                    "bad-inline-in-prod",
                    "bad-key-empty",
                    "bad-key-syntax-for-gcp",
                    "bad-key-value",
                    "bad-refresh-value",
                    "bad-store-kind-value",
                    "bad-store-name-missing",
                    "bad-store-name-value",
                    "bad-strategy-misspelt",
                ],
            ),
        ],
    ),
    (
        "What samples say is not proposed yet.",
        &[("emergence", &["bad-example-looks-real"]), ("recif", &["bad-example-looks-real"])],
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
    let report = harness::check_by(root, &harness::usual_rules(), 1, policy);
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
fn each_mistake_is_found_again_or_it_is_said_why_not() {
    let mut wrong = Vec::new();
    let (mut all, mut again) = (0, 0);
    for (profile, _) in PROFILES {
        let folder = harness::fixtures().join("profiles").join(profile);
        let policy = read(&proposed(good(profile).path()));
        let expected = fs::read_to_string(folder.join("expected.txt")).unwrap();
        for (mistake, line) in expected.lines().filter_map(|line| line.split_once(": ")) {
            let copy = good(profile);
            harness::lay_over(&folder.join(mistake), copy.path());
            let place = |line: &str| line.rsplit_once(':').map(|(place, _)| place.to_owned());
            let is_found = found(copy.path(), policy.clone()).iter().any(|found| place(found) == place(line));
            (all, again) = (all + 1, again + usize::from(is_found));
            match (is_found, why_not(profile, mistake)) {
                (true, Some(why)) => wrong.push(format!("{profile} {mistake} is found, although: {why}")),
                (false, None) => wrong.push(format!("{profile} {mistake} is not found")),
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let readme = fs::read_to_string(harness::fixtures().with_file_name("README.md")).unwrap();
    let words: Vec<&str> = readme.split_whitespace().collect();
    let figures = format!("of the {all} mistakes that prove the five profiles, {again} are found again");
    assert!(words.join(" ").contains(&figures), "{figures}");
}

fn why_not(profile: &str, mistake: &str) -> Option<&'static str> {
    let holds = |(_, profiles): &&(&str, &[Mistakes])| {
        profiles.iter().any(|(name, mistakes)| *name == profile && mistakes.contains(&mistake))
    };
    NOT_FOUND.iter().find(holds).map(|(why, _)| *why)
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

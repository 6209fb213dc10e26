//! Every manifest rule against its folder of samples, and rules, fixtures and checks against each other.

use std::collections::BTreeSet;
use std::fs;

use tightlip::catalog::Catalog;
use tightlip::checks::CHECKS;
use tightlip::model::Rule;

use crate::harness;

/// Folders of fixtures that are not a rule's.
const TREES: [&str; 5] = ["demo", "kustomize", "menagerie", "neutral", "profiles"];

/// Rules about the difference of two trees: `range` and `staged` prove them on repositories.
const COMPARING: [&str; 1] = ["policy-weakened"];

fn manifest_rules() -> Vec<&'static Rule> {
    let is_ours = |rule: &&Rule| !rule.is_credential() && !COMPARING.contains(&rule.id);
    Catalog::built_in().rules().iter().copied().filter(is_ours).collect()
}

#[test]
fn rules_checks_and_fixtures_agree() {
    let rules: BTreeSet<String> = manifest_rules().iter().map(|rule| rule.id.to_owned()).collect();
    let checks: Vec<String> = CHECKS.iter().map(|check| check.id.to_owned()).collect();
    assert!(checks.is_sorted_by(|one, other| one < other), "CHECKS is sorted by id, each id once");
    assert_eq!(rules, checks.into_iter().collect(), "rules/manifests and CHECKS name the same rules");
    let folders =
        fs::read_dir(harness::fixtures()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let folders: BTreeSet<String> = folders.filter(|name| !TREES.contains(&name.as_str())).collect();
    assert_eq!(rules, folders, "rules/manifests and fixtures name the same rules");
}

#[test]
fn each_rule_finds_its_bad_samples_and_nothing_else() {
    for rule in manifest_rules() {
        let folder = harness::fixtures().join(rule.id);
        let copy = harness::expanded(&folder);
        let roots = harness::nested_roots(copy.path());
        let mut lines = harness::lines(&harness::check(copy.path(), &[rule], 1), "");
        for root in roots {
            let prefix = format!("{}/", root.strip_prefix(copy.path()).unwrap().display());
            lines.extend(harness::lines(&harness::check(&root, &[rule], 1), &prefix));
        }
        lines.sort_by_key(|line| place(line));
        let actual: String = lines.iter().map(|line| format!("{line}\n")).collect();
        assert!(lines.iter().any(|line| line.starts_with("bad/")), "{}: no bad sample is found\n{actual}", rule.id);
        let loud: Vec<_> = lines.iter().filter(|line| !line.starts_with("bad/")).collect();
        assert!(loud.is_empty(), "{}: good samples are reported: {loud:#?}", rule.id);
        assert!(folder.join("good").is_dir(), "{}: no good samples", rule.id);
        harness::expect(&folder.join("expected.txt"), &actual);
    }
}

/// `path:line:column rule` with its numbers as numbers.
fn place(line: &str) -> (String, u32, u32) {
    let mut parts = line.split(' ').next().unwrap_or_default().rsplitn(3, ':');
    let mut number = || parts.next().and_then(|part| part.parse().ok()).unwrap_or(0);
    let (column, line) = (number(), number());
    (parts.next().unwrap_or_default().to_owned(), line, column)
}

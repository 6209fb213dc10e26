//! Every profile that ships: a repository as it should be is silent, and one mistake gives one finding.
//!
//! `fixtures/profiles/<name>/good` is a repository; each `bad-<what>` beside it holds only the files in which it differs.
//! `statements.yaml` is the table: each thing that the organisation says of itself, the rules that hold it, and the
//! mistakes that prove them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde::Deserialize;
use tightlip::catalog::Catalog;
use tightlip::model::{Confidence, Finding, Severity};
use tightlip::policy::{PROFILES, Policy};

use crate::harness;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Statement {
    statement: String,
    /// The faults of the catalogue that go against it.
    #[serde(default)]
    codes: Vec<String>,
    /// Each rule that holds it, with the mistakes that prove it.
    #[serde(default)]
    rules: BTreeMap<String, Vec<String>>,
    /// Codes that no mistake here shows by themselves, and why.
    #[serde(default)]
    elsewhere: BTreeMap<String, String>,
    not_checkable: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    /// The environment that is checked out.
    environment: Option<String>,
    statements: Vec<Statement>,
}

fn profiles() -> Vec<&'static str> {
    PROFILES.iter().map(|(name, _)| *name).collect()
}

fn table(profile: &str) -> Table {
    let file = harness::fixtures().join("profiles").join(profile).join("statements.yaml");
    let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    tightlip::text::settings::read(&text)
        .unwrap_or_else(|wrong| panic!("{}:{}: {}", file.display(), wrong.line, wrong.message))
}

/// The mistakes of a profile: the folders beside `good`.
fn mistakes(profile: &str) -> BTreeSet<String> {
    let folder = harness::fixtures().join("profiles").join(profile);
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with("bad-")).collect()
}

/// What is found in the good repository with the files of `mistake` laid over it.
fn found(profile: &str, mistake: Option<&str>) -> Vec<String> {
    let folder = harness::fixtures().join("profiles").join(profile);
    let copy = harness::expanded(&folder.join("good"));
    if let Some(mistake) = mistake {
        harness::lay_over(&folder.join(mistake), copy.path());
    }
    let text = format!("version: 1\nextends: [{profile}]\n");
    let mut policy = Policy::read(&text, Catalog::built_in().rules()).unwrap_or_else(|wrong| panic!("{wrong:?}"));
    policy.bindings.circumstances.environment = table(profile).environment;
    let report = harness::check_by(copy.path(), &harness::usual_rules(), 1, policy);
    let is_told = |finding: &&Finding| finding.severity > Severity::Note && finding.confidence > Confidence::Low;
    let told = report.findings.iter().filter(is_told);
    let shown: Vec<_> = told.cloned().collect();
    harness::lines(&tightlip::model::Report { findings: shown, ..report }, "")
}

#[test]
fn a_repository_that_keeps_to_its_profile_is_silent() {
    for profile in profiles() {
        assert_eq!(found(profile, None), Vec::<String>::new(), "{profile}");
    }
}

#[test]
fn each_mistake_is_found_once_where_it_is() {
    for profile in profiles() {
        let folder = harness::fixtures().join("profiles").join(profile);
        let lines = |mistake: &String| {
            let found = found(profile, Some(mistake));
            found.iter().map(|line| format!("{mistake}: {line}\n")).collect::<String>()
        };
        let actual: String = mistakes(profile).iter().map(lines).collect();
        harness::expect(&folder.join("expected.txt"), &actual);
    }
}

/// The codes of a rule, without what follows a dash: `VSO012-transport` is a part of VSO012.
fn codes_of(rule: &str) -> Vec<&'static str> {
    let catalog = Catalog::built_in();
    let rule = catalog.rules().iter().find(|known| known.id == rule);
    rule.map_or(Vec::new(), |rule| rule.aliases.iter().map(|alias| alias.split('-').next().unwrap_or(alias)).collect())
}

/// Prints the table as it goes: run with `--nocapture` to read it.
#[test]
fn every_statement_has_its_rules_and_every_rule_its_mistake() {
    for profile in profiles() {
        let expected = harness::fixtures().join("profiles").join(profile).join("expected.txt");
        let expected = fs::read_to_string(expected).unwrap_or_default();
        let mut proven = BTreeSet::new();
        for Statement { statement, codes, rules, elsewhere, not_checkable } in table(profile).statements {
            assert!(
                rules.is_empty() == not_checkable.is_some(),
                "{profile}: `{statement}` has rules, or a reason why not"
            );
            println!("{profile}: {statement} [{}]", codes.join(", "));
            not_checkable.iter().for_each(|reason| println!("    not checkable: {reason}"));
            elsewhere.iter().for_each(|(code, why)| println!("    {code}: {why}"));
            let covered: BTreeSet<&str> = rules.keys().flat_map(|rule| codes_of(rule)).collect();
            for code in &codes {
                let has_reason = elsewhere.contains_key(code) || not_checkable.is_some();
                assert!(
                    covered.contains(code.as_str()) != has_reason,
                    "{profile}: `{statement}`: {code} has a rule with that alias here, or a reason why not"
                );
            }
            for (rule, mistakes) in rules {
                assert!(!mistakes.is_empty(), "{profile}: nothing proves `{rule}` for `{statement}`");
                println!("    {rule}: {}", mistakes.join(", "));
                for mistake in mistakes {
                    let told: Vec<&str> =
                        expected.lines().filter(|line| line.starts_with(&format!("{mistake}: "))).collect();
                    let is_it = |line: &&&str| line.ends_with(&format!(" {rule}"));
                    assert_eq!(told.len(), 1, "{profile}: {mistake} is one finding, not {told:?}");
                    assert!(told.iter().any(|line| is_it(&line)), "{profile}: {mistake} is `{rule}`, not {told:?}");
                    proven.insert(mistake);
                }
            }
        }
        assert_eq!(mistakes(profile), proven, "{profile}: mistakes in the folder and in the table");
    }
}

#[test]
fn a_profile_has_a_folder_and_a_folder_its_profile() {
    let folder = harness::fixtures().join("profiles");
    let names = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(names.collect::<BTreeSet<_>>(), profiles().into_iter().map(str::to_owned).collect());
    assert!(profiles().iter().all(|name| Path::new(&folder).join(name).join("good").is_dir()));
}

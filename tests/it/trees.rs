//! Three trees as repositories have them, with every usual rule on: one of which nothing may be said, one with every
//! oddity, and the demonstration. And our own repository.
//!
//! It does not know what a single rule says: `fixtures` does.

use serde_json::Value;
use tightlip::model::{Finding, Notification, Report, SuppressionKind};

use crate::harness;

/// The neutral tree is worth its name only while it is large.
const MANY_FILES: u64 = 200;

#[test]
fn nothing_is_said_of_the_neutral_tree_and_all_of_it_is_understood() {
    let tree = harness::expanded(&harness::fixtures().join("neutral"));
    let report = harness::check(tree.path(), &harness::usual_rules(), 2);
    assert_eq!(told(&report), "", "of {} files", report.coverage.files);
    assert!(report.coverage.files >= MANY_FILES, "{} files", report.coverage.files);
}

#[test]
fn the_menagerie_says_what_is_expected_of_it() {
    let folder = harness::fixtures().join("menagerie");
    let tree = harness::expanded(&folder.join("tree"));
    harness::expect(&folder.join("expected.txt"), &told(&harness::check(tree.path(), &harness::usual_rules(), 2)));
}

/// It is for people who have just cloned: nothing is expanded.
#[test]
fn the_demonstration_says_what_is_expected_of_it() {
    let folder = harness::fixtures().join("demo");
    let report = harness::check(&folder, &harness::usual_rules(), 2);
    for subject in ["external-secrets", "helm", "kubernetes", "kustomize", "generic"] {
        let is_shown = report.findings.iter().any(|finding| finding.rule.tags.contains(&subject));
        assert!(is_shown, "nothing in it is about {subject}");
    }
    harness::expect(&folder.join("expected.txt"), &told(&report));
}

#[test]
fn our_own_repository_is_clean() {
    let output = harness::tightlip(harness::repository(), &["check", "--format", "json", "--show-suppressed"]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    let loud = report["findings"].as_array().unwrap().iter().filter(|finding| finding["suppression"].is_null());
    assert_eq!(loud.collect::<Vec<_>>(), Vec::<&Value>::new());
    assert_eq!(
        report["notifications"],
        Value::Array(Vec::new()),
        "all is understood, and each ignore silences something"
    );
    assert_eq!((output.status.code(), &report["complete"]), (Some(0), &Value::Bool(true)));
}

/// One line per finding and per notification: place, rule or reason, and what became of it.
fn told(report: &Report) -> String {
    let findings = report.findings.iter().map(line);
    findings.chain(report.notifications.iter().map(notice)).map(|line| format!("{line}\n")).collect()
}

fn line(finding: &Finding) -> String {
    let start = finding.location.region.start;
    let path = &finding.location.origin.path;
    let confidence = format!("{:?}", finding.confidence).to_lowercase();
    let also: String = finding.also.iter().map(|rule| format!(", also {}", rule.id)).collect();
    let quiet = finding.suppression.as_ref().map_or("", |suppression| match suppression.kind {
        SuppressionKind::Inline => ", ignored inline",
        SuppressionKind::Annotation => ", ignored by annotation",
        SuppressionKind::Policy => ", ignored by policy",
        SuppressionKind::Baseline => ", known",
    });
    format!("{path}:{}:{} {} {confidence}{also}{quiet}", start.line, start.column, finding.rule.id)
}

fn notice(notification: &Notification) -> String {
    let path = notification.path.as_ref().map(ToString::to_string).unwrap_or_default();
    let place = notification.position.map(|place| format!(":{}:{}", place.line, place.column)).unwrap_or_default();
    format!("{path}{place} ({})", notification.reason.name())
}

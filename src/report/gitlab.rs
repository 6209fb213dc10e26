//! The two reports that GitLab shows in a merge request: code quality, and secret detection.
//!
//! It does not show excerpts: GitLab draws the file beside each finding.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::encode::write_json;
use crate::model::{Class, Finding, Report, Rule, Severity};

/// https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
pub(super) fn write_code_quality(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut seen = Seen::default();
    let open = report.findings.iter().filter(|finding| finding.suppression.is_none());
    let findings = open.map(|finding| Issue {
        description: finding.message.clone(),
        check_name: finding.rule.id,
        fingerprint: seen.id(finding),
        severity: match finding.severity {
            Severity::Error => "critical",
            Severity::Warning => "major",
            Severity::Note => "minor",
        },
        location: Place {
            path: finding.location.origin.path.to_text().into_owned(),
            lines: Lines { begin: finding.location.region.start.line },
        },
    });
    // This report has no other way to say that its silence means nothing.
    let missed = report.notifications.iter().filter(|notification| notification.class() == Class::Incomplete);
    let missed = missed.map(|notification| {
        let path = notification.path.as_ref().map_or_else(|| ".".to_owned(), |path| path.to_text().into_owned());
        Issue {
            description: format!("Not looked at: {}", notification.message),
            check_name: notification.reason.name(),
            fingerprint: format!("{}:{path}", notification.reason.name()),
            severity: "blocker",
            location: Place { path, lines: Lines { begin: notification.position.map_or(1, |place| place.line) } },
        }
    });
    write_json(&findings.chain(missed).collect::<Vec<_>>(), out)
}

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Place,
}

#[derive(Serialize)]
struct Place {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

/// Equal findings get a number: GitLab would take them for one.
#[derive(Default)]
struct Seen(BTreeMap<String, u32>);

impl Seen {
    fn id(&mut self, finding: &Finding) -> String {
        let fingerprint = finding.fingerprint.to_string();
        let times = self.0.entry(fingerprint.clone()).or_default();
        *times += 1;
        match times {
            1 => fingerprint,
            more => format!("{fingerprint}-{more}"),
        }
    }
}

/// https://docs.gitlab.com/development/integrations/secure/#report of type `secret_detection`: credentials only.
pub(super) fn write_secret_detection(report: &Report, now: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut seen = Seen::default();
    let secrets = report.findings.iter().filter_map(|finding| Some((finding, credential(finding)?)));
    let open = secrets.filter(|(finding, _)| finding.suppression.is_none());
    let vulnerabilities: Vec<_> =
        open.map(|(finding, rule)| Vulnerability::of(finding, rule, seen.id(finding))).collect();
    let tool = || Tool {
        id: env!("CARGO_PKG_NAME"),
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        vendor: Vendor { name: env!("CARGO_PKG_NAME") },
    };
    let missed = report.notifications.iter().filter(|notification| notification.class() == Class::Incomplete);
    let document = SecretDetection {
        version: "15.0.7",
        scan: Scan {
            analyzer: tool(),
            scanner: tool(),
            r#type: "secret_detection",
            start_time: now,
            end_time: now,
            status: if report.coverage.is_complete() { "success" } else { "failure" },
            messages: missed.map(|note| Message { level: "fatal", value: &note.message }).collect(),
        },
        vulnerabilities,
    };
    write_json(&document, out)
}

/// The credential rule that found it, also where a manifest rule speaks for it.
fn credential(finding: &Finding) -> Option<&'static Rule> {
    std::iter::once(finding.rule).chain(finding.also.iter().copied()).find(|rule| rule.is_credential())
}

#[derive(Serialize)]
struct SecretDetection<'a> {
    version: &'static str,
    scan: Scan<'a>,
    vulnerabilities: Vec<Vulnerability<'a>>,
}

#[derive(Serialize)]
struct Scan<'a> {
    analyzer: Tool,
    scanner: Tool,
    r#type: &'static str,
    start_time: &'a str,
    end_time: &'a str,
    status: &'static str,
    messages: Vec<Message<'a>>,
}

#[derive(Serialize)]
struct Tool {
    id: &'static str,
    name: &'static str,
    version: &'static str,
    vendor: Vendor,
}

#[derive(Serialize)]
struct Vendor {
    name: &'static str,
}

#[derive(Serialize)]
struct Message<'a> {
    level: &'static str,
    value: &'a str,
}

#[derive(Serialize)]
struct Vulnerability<'a> {
    id: String,
    name: &'static str,
    description: &'a str,
    severity: &'static str,
    solution: &'static str,
    identifiers: [Identifier; 1],
    location: SecretLocation,
}

#[derive(Serialize)]
struct Identifier {
    r#type: &'static str,
    name: &'static str,
    value: &'static str,
}

#[derive(Serialize)]
struct SecretLocation {
    file: String,
    start_line: u32,
    end_line: u32,
    commit: Commit,
}

#[derive(Serialize)]
struct Commit {
    sha: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<String>,
}

impl<'a> Vulnerability<'a> {
    fn of(finding: &'a Finding, rule: &'static Rule, id: String) -> Vulnerability<'a> {
        let region = finding.location.region;
        let history = finding.history.as_ref();
        Vulnerability {
            id,
            name: rule.title,
            description: &finding.message,
            severity: match finding.severity {
                Severity::Error => "Critical",
                Severity::Warning => "Medium",
                Severity::Note => "Low",
            },
            solution: rule.remediation,
            identifiers: [Identifier { r#type: "tightlip_rule_id", name: rule.title, value: rule.id }],
            location: SecretLocation {
                file: finding.location.origin.path.to_text().into_owned(),
                start_line: region.start.line,
                end_line: region.end.line,
                commit: Commit {
                    // What GitLab's own analyzer says of files that were not looked at through a commit.
                    sha: history.map_or_else(|| "0000000".to_owned(), |history| history.commit.clone()),
                    author: history.map(|history| history.author.clone()),
                    date: history.map(|history| history.date.clone()),
                },
            },
        }
    }
}

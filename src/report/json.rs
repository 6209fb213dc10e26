//! Findings for programs: one document, or one object a line.
//!
//! It does not know masking (excerpts are masked) nor escaping (`encode` does that). Fields are only ever added within a
//! version.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::encode::{uri, write_json};
use super::summary::Tally;
use crate::model::{
    Attribution, Class, Confidence, Coverage, Excerpt, Finding, Fix, Location, Notification, Replacement, RepoPath,
    Report,
};
use crate::text::{Position, Span};

const SCHEMA: &str = "tightlip/report";
const VERSION: u32 = 1;

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let document = JsonDocument {
        head: JsonHead::of(report),
        findings: report.findings.iter().map(JsonFinding::of).collect(),
        notifications: report.notifications.iter().map(JsonNotification::of).collect(),
    };
    write_json(&document, out)
}

/// Findings, then notifications, then the summary: a reader that sees the last line knows that nothing is missing.
pub(super) fn write_lines(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for finding in &report.findings {
        write_json(&JsonLine::Finding(Box::new(JsonFinding::of(finding))), out)?;
    }
    for notification in &report.notifications {
        write_json(&JsonLine::Notification(JsonNotification::of(notification)), out)?;
    }
    write_json(&JsonLine::Summary(JsonHead::of(report)), out)
}

#[derive(Serialize)]
struct JsonDocument<'a> {
    #[serde(flatten)]
    head: JsonHead,
    findings: Vec<JsonFinding<'a>>,
    notifications: Vec<JsonNotification<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum JsonLine<'a> {
    Finding(Box<JsonFinding<'a>>),
    Notification(JsonNotification<'a>),
    Summary(JsonHead),
}

#[derive(Serialize)]
struct JsonHead {
    schema: &'static str,
    version: u32,
    tool: JsonTool,
    complete: bool,
    /// True where findings were held against a baseline or an earlier tree.
    compared: bool,
    summary: JsonSummary,
    coverage: JsonCoverage,
}

#[derive(Serialize)]
struct JsonTool {
    name: &'static str,
    version: &'static str,
}

/// Suppressed findings count in `suppressed` only.
#[derive(Serialize)]
struct JsonSummary {
    findings: u64,
    suppressed: u64,
    severity: JsonSeverities,
    confidence: JsonConfidences,
}

#[derive(Serialize)]
struct JsonSeverities {
    error: u64,
    warning: u64,
    note: u64,
}

#[derive(Serialize)]
struct JsonConfidences {
    high: usize,
    medium: usize,
    low: usize,
}

#[derive(Serialize)]
pub(super) struct JsonCoverage {
    files: u64,
    bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    commits: Option<u64>,
    structured: u64,
    reasons: BTreeMap<&'static str, u64>,
}

impl JsonHead {
    fn of(report: &Report) -> JsonHead {
        JsonHead {
            schema: SCHEMA,
            version: VERSION,
            tool: JsonTool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
            complete: report.coverage.is_complete(),
            compared: report.compared,
            summary: JsonSummary::of(report),
            coverage: JsonCoverage::of(&report.coverage),
        }
    }
}

impl JsonSummary {
    fn of(report: &Report) -> JsonSummary {
        let tally = Tally::of(&report.findings);
        let sure = |confidence: Confidence| {
            let told = report.findings.iter().filter(|finding| finding.suppression.is_none());
            told.filter(|finding| finding.confidence == confidence).count()
        };
        JsonSummary {
            findings: tally.findings(),
            suppressed: tally.suppressed,
            severity: JsonSeverities { error: tally.errors, warning: tally.warnings, note: tally.notes },
            confidence: JsonConfidences {
                high: sure(Confidence::High),
                medium: sure(Confidence::Medium),
                low: sure(Confidence::Low),
            },
        }
    }
}

impl JsonCoverage {
    pub fn of(coverage: &Coverage) -> JsonCoverage {
        JsonCoverage {
            files: coverage.files,
            bytes: coverage.bytes,
            commits: coverage.commits,
            structured: coverage.structured,
            reasons: coverage.reasons.iter().map(|(reason, &count)| (reason.name(), count)).collect(),
        }
    }
}

#[derive(Serialize)]
struct JsonFinding<'a> {
    rule: &'a str,
    title: &'a str,
    severity: &'static str,
    confidence: &'static str,
    message: &'a str,
    location: JsonLocation<'a>,
    related: Vec<JsonRelated<'a>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    units: &'a [String],
    also: Vec<&'a str>,
    fingerprint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<JsonFix<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    history: Option<JsonAttribution<'a>>,
    suppression: Option<JsonSuppression<'a>>,
}

/// What `tightlip fix` would apply, if it stands the proof.
#[derive(Serialize)]
struct JsonFix<'a> {
    safety: &'static str,
    replacements: Vec<JsonReplacement<'a>>,
}

#[derive(Serialize)]
struct JsonReplacement<'a> {
    #[serde(flatten)]
    path: JsonPath,
    start: JsonPosition,
    end: JsonPosition,
    /// Of the file as it lies on disk, the second exclusive.
    bytes: [usize; 2],
    text: &'a str,
}

#[derive(Serialize)]
pub(super) struct JsonAttribution<'a> {
    place: &'static str,
    object: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    commit: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    author: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    date: &'a str,
    paths: Vec<JsonPath>,
    more_paths: u64,
    present: bool,
    on_default_branch: bool,
}

#[derive(Serialize)]
struct JsonLocation<'a> {
    #[serde(flatten)]
    path: JsonPath,
    start: JsonPosition,
    end: JsonPosition,
    /// Of the file as it lies on disk, the second exclusive.
    bytes: [usize; 2],
    #[serde(skip_serializing_if = "Option::is_none")]
    key_path: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    decoders: &'a [&'static str],
    excerpt: JsonExcerpt<'a>,
}

#[derive(Serialize)]
struct JsonRelated<'a> {
    label: &'a str,
    location: JsonLocation<'a>,
}

#[derive(Serialize)]
struct JsonPath {
    path: String,
    /// Percent-encoded, where `path` cannot say it because the name is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
}

#[derive(Serialize)]
struct JsonPosition {
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct JsonExcerpt<'a> {
    first_line: u32,
    text: &'a str,
    /// The place, as bytes of `text`.
    highlight: [usize; 2],
}

#[derive(Serialize)]
struct JsonSuppression<'a> {
    kind: &'static str,
    reason: &'a str,
}

#[derive(Serialize)]
struct JsonNotification<'a> {
    class: &'static str,
    reason: &'static str,
    #[serde(flatten)]
    path: Option<JsonPath>,
    #[serde(flatten)]
    position: Option<JsonPosition>,
    message: &'a str,
}

impl<'a> JsonFinding<'a> {
    fn of(finding: &'a Finding) -> JsonFinding<'a> {
        JsonFinding {
            rule: finding.rule.id,
            title: finding.rule.title,
            severity: finding.severity.name(),
            confidence: finding.confidence.name(),
            message: &finding.message,
            location: JsonLocation::of(&finding.location),
            related: finding
                .related
                .iter()
                .map(|related| JsonRelated { label: &related.label, location: JsonLocation::of(&related.location) })
                .collect(),
            units: &finding.units,
            also: finding.also.iter().map(|rule| rule.id).collect(),
            fingerprint: finding.fingerprint.to_string(),
            fix: finding.fix.as_ref().map(JsonFix::of),
            history: finding.history.as_ref().map(JsonAttribution::of),
            suppression: finding
                .suppression
                .as_ref()
                .map(|suppression| JsonSuppression { kind: suppression.kind.name(), reason: &suppression.reason }),
        }
    }
}

impl<'a> JsonFix<'a> {
    fn of(fix: &'a Fix) -> JsonFix<'a> {
        let replacement = |it: &'a Replacement| JsonReplacement {
            path: JsonPath::of(&it.path),
            start: JsonPosition::of(it.region.start),
            end: JsonPosition::of(it.region.end),
            bytes: ends(it.edit.span),
            text: &it.edit.text,
        };
        JsonFix { safety: fix.safety.name(), replacements: fix.replacements.iter().map(replacement).collect() }
    }
}

impl<'a> JsonAttribution<'a> {
    pub fn of(attribution: &'a Attribution) -> JsonAttribution<'a> {
        JsonAttribution {
            place: attribution.place.name(),
            object: &attribution.object,
            commit: &attribution.commit,
            author: &attribution.author,
            date: &attribution.date,
            paths: attribution.paths.iter().map(JsonPath::of).collect(),
            more_paths: attribution.more_paths,
            present: attribution.present,
            on_default_branch: attribution.on_default_branch,
        }
    }
}

impl<'a> JsonLocation<'a> {
    fn of(location: &'a Location) -> JsonLocation<'a> {
        JsonLocation {
            path: JsonPath::of(&location.origin.path),
            start: JsonPosition::of(location.region.start),
            end: JsonPosition::of(location.region.end),
            bytes: ends(location.span),
            key_path: location.key_path.as_deref(),
            decoders: &location.decoders,
            excerpt: JsonExcerpt::of(&location.excerpt),
        }
    }
}

impl JsonPath {
    fn of(path: &RepoPath) -> JsonPath {
        let is_text = std::str::from_utf8(path.as_bytes()).is_ok();
        JsonPath { path: path.to_text().into_owned(), path_bytes: (!is_text).then(|| uri(path)) }
    }
}

impl JsonPosition {
    fn of(position: Position) -> JsonPosition {
        JsonPosition { line: position.line, column: position.column }
    }
}

impl<'a> JsonExcerpt<'a> {
    fn of(excerpt: &'a Excerpt) -> JsonExcerpt<'a> {
        JsonExcerpt { first_line: excerpt.first_line, text: &excerpt.text, highlight: ends(excerpt.highlight) }
    }
}

impl<'a> JsonNotification<'a> {
    fn of(notification: &'a Notification) -> JsonNotification<'a> {
        JsonNotification {
            class: class(notification.class()),
            reason: notification.reason.name(),
            path: notification.path.as_ref().map(JsonPath::of),
            position: notification.position.map(JsonPosition::of),
            message: &notification.message,
        }
    }
}

fn ends(span: Span) -> [usize; 2] {
    [span.start, span.end]
}

fn class(class: Class) -> &'static str {
    match class {
        Class::Incomplete => "incomplete",
        Class::Degraded => "degraded",
        Class::OutOfScope => "out-of-scope",
        Class::Info => "info",
    }
}

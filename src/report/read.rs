//! Reports of JSON lines read back, so that what many machines found can be told as one.
//!
//! It does not know where the lines lie. Fixes are not read: what was found elsewhere is not changed from here.

use serde::Deserialize;

use crate::catalog::Catalog;
use crate::model::{
    Attribution, Confidence, Coverage, Excerpt, Finding, Fingerprint, Location, Notification, Origin, Place, Reason,
    Related, RepoPath, Report, Severity, Suppression, SuppressionKind,
};
use crate::text::{Position, Region, Span};

/// The reports in `text`, each with the repository that a line before it names, and what is wrong with a line.
pub fn read_lines(text: &str, catalog: &Catalog) -> Result<Vec<(Option<String>, Report)>, String> {
    let (mut reports, mut repository, mut report) = (Vec::new(), None, Report::default());
    for (line, number) in text.lines().zip(1..) {
        let wrong = |why: String| format!("line {number}: {why}");
        match serde_json::from_str(line).map_err(|error| wrong(error.to_string()))? {
            Line::Repository { path } => (repository, report) = (Some(path), Report::default()),
            Line::Finding(finding) => report.findings.push(finding.read(catalog).map_err(wrong)?),
            Line::Notification(notification) => report.notifications.push(notification.read().map_err(wrong)?),
            Line::Summary(summary) => {
                let mut report = std::mem::take(&mut report);
                report.compared = summary.compared;
                report.coverage = summary.coverage.read().map_err(wrong)?;
                reports.push((repository.take(), report));
            }
        }
    }
    match repository.is_none() && report.findings.is_empty() && report.notifications.is_empty() {
        true => Ok(reports),
        false => Err("the last report has no summary: whoever wrote it has not finished".to_owned()),
    }
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Line {
    Repository { path: String },
    Finding(Box<ReadFinding>),
    Notification(ReadNotification),
    Summary(ReadSummary),
}

#[derive(Deserialize)]
struct ReadSummary {
    compared: bool,
    coverage: ReadCoverage,
}

#[derive(Deserialize)]
struct ReadCoverage {
    files: u64,
    bytes: u64,
    commits: Option<u64>,
    structured: u64,
    reasons: std::collections::BTreeMap<String, u64>,
}

#[derive(Deserialize)]
struct ReadFinding {
    rule: String,
    severity: String,
    confidence: String,
    message: String,
    location: ReadLocation,
    #[serde(default)]
    related: Vec<ReadRelated>,
    #[serde(default)]
    units: Vec<String>,
    #[serde(default)]
    also: Vec<String>,
    fingerprint: String,
    history: Option<ReadAttribution>,
    suppression: Option<ReadSuppression>,
}

#[derive(Deserialize)]
struct ReadRelated {
    label: String,
    location: ReadLocation,
}

#[derive(Deserialize)]
struct ReadLocation {
    #[serde(flatten)]
    path: ReadPath,
    start: ReadPosition,
    end: ReadPosition,
    bytes: [usize; 2],
    key_path: Option<String>,
    #[serde(default)]
    decoders: Vec<String>,
    excerpt: ReadExcerpt,
}

#[derive(Deserialize)]
struct ReadPath {
    path: String,
    path_bytes: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
struct ReadPosition {
    line: u32,
    column: u32,
}

#[derive(Deserialize)]
struct ReadExcerpt {
    first_line: u32,
    text: String,
    highlight: [usize; 2],
}

#[derive(Deserialize)]
struct ReadAttribution {
    place: String,
    object: String,
    #[serde(default)]
    commit: String,
    #[serde(default)]
    author: String,
    #[serde(default)]
    date: String,
    paths: Vec<ReadPath>,
    more_paths: u64,
    present: bool,
    on_default_branch: bool,
}

#[derive(Deserialize)]
struct ReadSuppression {
    kind: String,
    reason: String,
}

#[derive(Deserialize)]
struct ReadNotification {
    reason: String,
    path: Option<String>,
    path_bytes: Option<String>,
    line: Option<u32>,
    column: Option<u32>,
    message: String,
}

impl ReadCoverage {
    fn read(self) -> Result<Coverage, String> {
        let reasons = self.reasons.iter().map(|(name, count)| Ok((reason(name)?, *count)));
        Ok(Coverage {
            files: self.files,
            bytes: self.bytes,
            commits: self.commits,
            structured: self.structured,
            reasons: reasons.collect::<Result<_, String>>()?,
        })
    }
}

impl ReadFinding {
    fn read(self, catalog: &Catalog) -> Result<Finding, String> {
        let severities = [Severity::Note, Severity::Warning, Severity::Error];
        let confidences = [Confidence::Low, Confidence::Medium, Confidence::High];
        let related = self.related.into_iter().map(|it| Ok(Related { location: it.location.read()?, label: it.label }));
        Ok(Finding {
            rule: catalog.get(&self.rule).ok_or_else(|| catalog.unknown(&self.rule))?,
            severity: named(severities, Severity::name, &self.severity)?,
            confidence: named(confidences, Confidence::name, &self.confidence)?,
            message: self.message,
            location: self.location.read()?,
            related: related.collect::<Result<_, String>>()?,
            units: self.units,
            also: self.also.iter().filter_map(|id| catalog.get(id)).collect(),
            fingerprint: Fingerprint::read(&self.fingerprint).ok_or("a fingerprint is 32 digits of hexadecimal")?,
            fix: None,
            history: self.history.map(ReadAttribution::read).transpose()?,
            suppression: self.suppression.map(ReadSuppression::read).transpose()?,
        })
    }
}

impl ReadLocation {
    fn read(self) -> Result<Location, String> {
        let excerpt = self.excerpt;
        let highlight = span(excerpt.highlight)?;
        if excerpt.text.get(highlight.range()).is_none() {
            return Err("an excerpt does not hold its place".to_owned());
        }
        Ok(Location {
            origin: Origin { path: self.path.read() },
            span: span(self.bytes)?,
            region: Region { start: self.start.read(), end: self.end.read() },
            key_path: self.key_path,
            // There are as many as there are decoders.
            decoders: self.decoders.into_iter().map(|name| &*name.leak()).collect(),
            excerpt: Excerpt { first_line: excerpt.first_line, text: excerpt.text, highlight },
        })
    }
}

impl ReadPath {
    /// The bytes where the name is no text, else the name.
    fn read(self) -> RepoPath {
        let Some(encoded) = self.path_bytes else { return RepoPath::from(self.path.as_str()) };
        let mut pieces = encoded.split('%');
        let mut bytes = pieces.next().unwrap_or_default().as_bytes().to_vec();
        for piece in pieces {
            let escaped = piece.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
            bytes.extend(escaped);
            bytes.extend_from_slice(piece.get(2..).unwrap_or_default().as_bytes());
        }
        RepoPath::new(bytes)
    }
}

impl ReadPosition {
    fn read(self) -> Position {
        Position { line: self.line, column: self.column }
    }
}

impl ReadAttribution {
    fn read(self) -> Result<Attribution, String> {
        let places = [Place::File, Place::CommitMessage, Place::TagMessage, Place::Path];
        Ok(Attribution {
            place: named(places, Place::name, &self.place)?,
            object: self.object,
            commit: self.commit,
            author: self.author,
            date: self.date,
            paths: self.paths.into_iter().map(ReadPath::read).collect(),
            more_paths: self.more_paths,
            present: self.present,
            on_default_branch: self.on_default_branch,
        })
    }
}

impl ReadSuppression {
    fn read(self) -> Result<Suppression, String> {
        use SuppressionKind::{Annotation, Baseline, Inline, Policy};
        let kinds = [Inline, Annotation, Policy, Baseline];
        Ok(Suppression { kind: named(kinds, SuppressionKind::name, &self.kind)?, reason: self.reason })
    }
}

impl ReadNotification {
    fn read(self) -> Result<Notification, String> {
        let path_bytes = self.path_bytes;
        Ok(Notification {
            path: self.path.map(|path| ReadPath { path, path_bytes }.read()),
            position: self.line.zip(self.column).map(|(line, column)| Position { line, column }),
            reason: reason(&self.reason)?,
            message: self.message,
        })
    }
}

fn reason(name: &str) -> Result<Reason, String> {
    named(Reason::ALL, Reason::name, name)
}

/// The value that has this name in reports.
fn named<T: Copy, const N: usize>(all: [T; N], name: fn(T) -> &'static str, wanted: &str) -> Result<T, String> {
    let found = all.into_iter().find(|it| name(*it) == wanted);
    found.ok_or_else(|| format!("`{}` is no word of this version's reports", crate::text::visible(wanted)))
}

fn span([start, end]: [usize; 2]) -> Result<Span, String> {
    if start <= end { Ok(Span::new(start, end)) } else { Err("a place ends before it begins".to_owned()) }
}

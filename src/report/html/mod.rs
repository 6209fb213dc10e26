//! One page that shows a run to somebody who would rather look than read. It carries everything it needs.
//!
//! It does not draw: `view.js` does, from the data that is embedded here. It does not trust that data: what a repository
//! says reaches the page as JSON in which no `<` stands, and a policy lets no script run but ours.

use std::collections::BTreeMap;
use std::io::{self, Write};

use data_encoding::BASE64;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::encode::write_json;
use super::flow::{FlowFormat, write_flow};
use super::summary::Summary;
use crate::model::{
    Attribution, Confidence, Excerpt, Finding, Flow, Location, Notification, Report, Rule, Severity, Suppression,
};
use crate::text::visible;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("view.js");

/// What an ignore comment begins with, so that the page can offer one.
const MARK: &str = "tightlip: ignore";

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let headline = Summary::of(report, " · ", usize::MAX).headline.join(" · ");
    let script = format!("\n{SCRIPT}");
    let blanks = [
        ("script-hash", format!("sha256-{}", BASE64.encode(&Sha256::digest(script.as_bytes())))),
        ("title", escaped(&format!("tightlip: {headline}"))),
        ("style", STYLE.to_owned()),
        ("version", env!("CARGO_PKG_VERSION").to_owned()),
        ("headline", escaped(&headline)),
        ("data", data(report)?),
        ("flow", report.flow.as_ref().map_or_else(|| Ok("null".to_owned()), flow)?),
        ("script", SCRIPT.to_owned()),
    ];
    // One pass over the page: what is filled in is never looked at for blanks.
    for (index, part) in PAGE.split("{{").enumerate() {
        let text = match part.split_once("}}").filter(|_| index > 0) {
            Some((name, text)) => {
                let blank = blanks.iter().find(|(known, _)| *known == name);
                out.write_all(blank.map_or("", |(_, value)| value).as_bytes())?;
                text
            }
            None => part,
        };
        out.write_all(text.as_bytes())?;
    }
    Ok(())
}

fn data(report: &Report) -> io::Result<String> {
    let mut names = Names::default();
    let findings: Vec<PageFinding> = report.findings.iter().map(|finding| names.finding(finding)).collect();
    let page = Page {
        mark: MARK,
        complete: report.coverage.is_complete(),
        findings,
        notes: report.notifications.iter().map(PageNote::of).collect(),
        rules: names.rules.iter().map(|rule| PageRule::of(rule)).collect(),
        paths: names.paths,
    };
    embedded(&page)
}

/// JSON that may stand inside a script element: no `<` in it opens or closes anything.
fn embedded(value: &impl Serialize) -> io::Result<String> {
    let mut json = Vec::new();
    write_json(value, &mut json)?;
    let json = String::from_utf8(json).map_err(io::Error::other)?;
    Ok(json.trim_end().replace('<', "\\u003c"))
}

/// The way of secrets, as `graph --format json` says it.
fn flow(flow: &Flow) -> io::Result<String> {
    let mut json = Vec::new();
    write_flow(FlowFormat::Json, flow, &mut json)?;
    let value: serde_json::Value = serde_json::from_slice(&json)?;
    embedded(&value)
}

fn escaped(text: &str) -> String {
    visible(text).replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// Rules and paths stand once and are named by number: 5,000 findings fit into a few megabytes.
#[derive(Default)]
struct Names {
    rules: Vec<&'static Rule>,
    paths: Vec<String>,
    rule_at: BTreeMap<&'static str, usize>,
    path_at: BTreeMap<String, usize>,
}

impl Names {
    fn rule(&mut self, rule: &'static Rule) -> usize {
        *self.rule_at.entry(rule.id).or_insert_with(|| {
            self.rules.push(rule);
            self.rules.len() - 1
        })
    }

    fn path(&mut self, location: &Location) -> usize {
        let shown = location.origin.path.to_string();
        *self.path_at.entry(shown.clone()).or_insert_with(|| {
            self.paths.push(shown);
            self.paths.len() - 1
        })
    }

    fn finding<'a>(&mut self, finding: &'a Finding) -> PageFinding<'a> {
        let start = finding.location.region.start;
        PageFinding {
            rule: self.rule(finding.rule),
            severity: Severity::Error as u8 - finding.severity as u8,
            confidence: Confidence::High as u8 - finding.confidence as u8,
            message: visible(&finding.message),
            path: self.path(&finding.location),
            line: start.line,
            column: start.column,
            key: finding.location.key_path.as_deref().map(visible),
            excerpt: PageExcerpt::of(&finding.location.excerpt),
            related: finding
                .related
                .iter()
                .map(|related| PageRelated {
                    label: visible(&related.label),
                    path: self.path(&related.location),
                    line: related.location.region.start.line,
                    excerpt: PageExcerpt::of(&related.location.excerpt),
                })
                .collect(),
            also: finding.also.iter().map(|rule| self.rule(rule)).collect(),
            fingerprint: finding.fingerprint.to_string(),
            quiet: finding.suppression.as_ref().map(PageSuppression::of),
            history: finding.history.as_ref().map(PageHistory::of),
        }
    }
}

#[derive(Serialize)]
struct Page<'a> {
    mark: &'static str,
    complete: bool,
    rules: Vec<PageRule>,
    paths: Vec<String>,
    findings: Vec<PageFinding<'a>>,
    notes: Vec<PageNote>,
}

#[derive(Serialize)]
struct PageRule {
    id: &'static str,
    title: &'static str,
    why: &'static str,
    help: &'static str,
    references: &'static [&'static str],
}

/// Severity and confidence as numbers, 0 for the most.
#[derive(Serialize)]
struct PageFinding<'a> {
    rule: usize,
    severity: u8,
    confidence: u8,
    message: String,
    path: usize,
    line: u32,
    column: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    excerpt: PageExcerpt<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<PageRelated<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    also: Vec<usize>,
    fingerprint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    quiet: Option<PageSuppression>,
    #[serde(skip_serializing_if = "Option::is_none")]
    history: Option<PageHistory>,
}

/// The place is cut out here: a script would count other units than bytes.
#[derive(Serialize)]
struct PageExcerpt<'a> {
    first: u32,
    before: &'a str,
    here: &'a str,
    after: &'a str,
}

#[derive(Serialize)]
struct PageRelated<'a> {
    label: String,
    path: usize,
    line: u32,
    excerpt: PageExcerpt<'a>,
}

#[derive(Serialize)]
struct PageSuppression {
    kind: &'static str,
    reason: String,
}

#[derive(Serialize)]
struct PageHistory {
    commit: String,
    author: String,
    date: String,
    present: bool,
    paths: Vec<String>,
    more: u64,
}

#[derive(Serialize)]
struct PageNote {
    reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    message: String,
}

impl PageRule {
    fn of(rule: &Rule) -> PageRule {
        let Rule { id, title, rationale, remediation, references, .. } = *rule;
        PageRule { id, title, why: rationale, help: remediation, references }
    }
}

impl<'a> PageExcerpt<'a> {
    fn of(excerpt: &'a Excerpt) -> PageExcerpt<'a> {
        let (text, place) = (excerpt.text.as_str(), excerpt.highlight);
        let part = |range: std::ops::Range<usize>| text.get(range).unwrap_or_default();
        PageExcerpt {
            first: excerpt.first_line,
            before: part(0..place.start),
            here: part(place.range()),
            after: part(place.end..text.len()),
        }
    }
}

impl PageSuppression {
    fn of(suppression: &Suppression) -> PageSuppression {
        PageSuppression { kind: suppression.kind.name(), reason: visible(&suppression.reason) }
    }
}

impl PageHistory {
    fn of(history: &Attribution) -> PageHistory {
        PageHistory {
            commit: visible(&history.commit),
            author: visible(&history.author),
            date: visible(&history.date),
            present: history.present,
            paths: history.paths.iter().map(ToString::to_string).collect(),
            more: history.more_paths,
        }
    }
}

impl PageNote {
    fn of(notification: &Notification) -> PageNote {
        PageNote {
            reason: notification.reason.name(),
            path: notification.path.as_ref().map(ToString::to_string),
            message: visible(&notification.message),
        }
    }
}

//! SARIF 2.1.0: the dozen of its objects that we have something to say with.
//!
//! It does not know the root's place on a machine: every URI is relative to `%SRCROOT%`, which the consumer resolves.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::encode::{uri, write_json};
use super::json::{JsonAttribution, JsonCoverage};
use crate::model::{
    Class, Confidence, Excerpt, Finding, Fix, Location, Notification, Replacement, RepoPath, Report, Rule, Safety,
    Severity, Suppression, SuppressionKind,
};
use crate::text::{Position, Region};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const ROOT: &str = "%SRCROOT%";
/// More results than this in one run are refused by GitHub's code scanning.
const MOST_RESULTS: usize = 25_000;

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let shown = weightiest(&report.findings, MOST_RESULTS);
    let rules: BTreeMap<&str, &Rule> = shown.iter().map(|finding| (finding.rule.id, finding.rule)).collect();
    let index: BTreeMap<&str, usize> = rules.keys().enumerate().map(|(index, id)| (*id, index)).collect();
    let mut notifications: Vec<SarifNotification> = report.notifications.iter().map(SarifNotification::of).collect();
    if shown.len() < report.findings.len() {
        notifications.push(SarifNotification::cut(report.findings.len() - shown.len()));
    }
    let run = SarifRun {
        tool: SarifTool { driver: SarifDriver::of(rules.into_values()) },
        column_kind: "unicodeCodePoints",
        original_uri_base_ids: BTreeMap::from([(
            ROOT,
            SarifBase { description: SarifText::of("The root of the tree that was checked.") },
        )]),
        invocations: [SarifInvocation {
            execution_successful: report.coverage.is_complete(),
            tool_execution_notifications: notifications,
        }],
        results: shown
            .iter()
            .map(|finding| SarifResult {
                baseline_state: report.compared.then(|| baseline_state(finding)),
                ..SarifResult::of(finding, index[finding.rule.id])
            })
            .collect(),
        properties: SarifRunProperties { coverage: JsonCoverage::of(&report.coverage) },
    };
    write_json(&SarifLog { schema: SCHEMA, version: "2.1.0", runs: [run] }, out)
}

/// At most `most` findings, in their order; the suppressed and the lightest are the first to go.
fn weightiest(findings: &[Finding], most: usize) -> Vec<&Finding> {
    let mut kept: Vec<(usize, &Finding)> = findings.iter().enumerate().collect();
    if kept.len() > most {
        kept.sort_by_key(|&(index, finding)| {
            (finding.suppression.is_some(), Reverse((finding.severity, finding.confidence)), index)
        });
        kept.truncate(most);
        kept.sort_by_key(|&(index, _)| index);
    }
    kept.into_iter().map(|(_, finding)| finding).collect()
}

#[derive(Serialize)]
struct SarifLog<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [SarifRun<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifRun<'a> {
    tool: SarifTool<'a>,
    column_kind: &'static str,
    original_uri_base_ids: BTreeMap<&'static str, SarifBase>,
    invocations: [SarifInvocation; 1],
    results: Vec<SarifResult<'a>>,
    properties: SarifRunProperties,
}

#[derive(Serialize)]
struct SarifBase {
    description: SarifText,
}

#[derive(Serialize)]
struct SarifRunProperties {
    coverage: JsonCoverage,
}

#[derive(Serialize)]
struct SarifTool<'a> {
    driver: SarifDriver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifDriver<'a> {
    name: &'static str,
    semantic_version: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    information_uri: &'static str,
    rules: Vec<SarifRule<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifRule<'a> {
    id: &'a str,
    name: String,
    short_description: SarifText,
    full_description: SarifText,
    help: SarifHelp,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<&'a str>,
    default_configuration: SarifConfiguration,
    properties: SarifRuleProperties<'a>,
}

#[derive(Serialize)]
struct SarifText {
    text: String,
}

#[derive(Serialize)]
struct SarifHelp {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct SarifConfiguration {
    level: &'static str,
}

#[derive(Serialize)]
struct SarifRuleProperties<'a> {
    tags: Vec<&'a str>,
    precision: &'static str,
    #[serde(rename = "security-severity", skip_serializing_if = "Option::is_none")]
    security_severity: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifInvocation {
    execution_successful: bool,
    tool_execution_notifications: Vec<SarifNotification>,
}

#[derive(Serialize)]
struct SarifNotification {
    descriptor: SarifDescriptor,
    level: &'static str,
    message: SarifText,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<SarifPlace>,
}

#[derive(Serialize)]
struct SarifDescriptor {
    id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifPlace {
    physical_location: SarifPhysicalLocation<'static>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: &'static str,
    /// Confidence, out of 100.
    rank: u8,
    message: SarifText,
    locations: [SarifLocation<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<SarifLocation<'a>>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    /// Against the baseline, where there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<&'static str>,
    /// Present on every result: an empty list says "not suppressed", an absent one "nobody looked".
    suppressions: Vec<SarifSuppression<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<SarifFix<'a>>,
    #[serde(skip_serializing_if = "SarifResultProperties::is_empty")]
    properties: SarifResultProperties<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifFix<'a> {
    description: SarifText,
    artifact_changes: Vec<SarifChange<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifChange<'a> {
    artifact_location: SarifArtifactLocation,
    replacements: [SarifReplacement<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifReplacement<'a> {
    deleted_region: SarifRegion<'static>,
    inserted_content: SarifSnippet<'a>,
}

#[derive(Serialize)]
struct SarifResultProperties<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    also: Vec<&'a str>,
    /// The deployment units it holds in.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    units: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    history: Option<JsonAttribution<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    decoders: &'a [&'static str],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifLocation<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: SarifPhysicalLocation<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<SarifLogicalLocation<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<SarifText>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifPhysicalLocation<'a> {
    artifact_location: SarifArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<SarifRegion<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    context_region: Option<SarifRegion<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifArtifactLocation {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifRegion<'a> {
    start_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snippet: Option<SarifSnippet<'a>>,
}

#[derive(Serialize)]
struct SarifSnippet<'a> {
    text: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifLogicalLocation<'a> {
    fully_qualified_name: &'a str,
}

#[derive(Serialize)]
struct SarifSuppression<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    justification: &'a str,
}

impl SarifText {
    fn of(text: impl Into<String>) -> SarifText {
        SarifText { text: text.into() }
    }
}

impl<'a> SarifDriver<'a> {
    fn of(rules: impl Iterator<Item = &'a Rule>) -> SarifDriver<'a> {
        SarifDriver {
            name: env!("CARGO_PKG_NAME"),
            semantic_version: env!("CARGO_PKG_VERSION"),
            information_uri: env!("CARGO_PKG_REPOSITORY"),
            rules: rules.map(SarifRule::of).collect(),
        }
    }
}

impl<'a> SarifRule<'a> {
    fn of(rule: &'a Rule) -> SarifRule<'a> {
        SarifRule {
            id: rule.id,
            name: pascal_case(rule.id),
            short_description: SarifText::of(rule.title),
            full_description: SarifText::of(rule.description),
            help: SarifHelp::of(rule),
            help_uri: rule.references.iter().copied().find(|reference| reference.starts_with("https://")),
            default_configuration: SarifConfiguration { level: rule.severity.name() },
            properties: SarifRuleProperties {
                tags: std::iter::once("security").chain(rule.tags.iter().copied()).collect(),
                precision: rule.confidence.name(),
                security_severity: rule.is_credential().then(|| security_severity(rule.severity)),
            },
        }
    }
}

impl SarifHelp {
    fn of(rule: &Rule) -> SarifHelp {
        let references: Vec<String> = rule.references.iter().map(|reference| format!("- <{reference}>")).collect();
        let mut markdown = format!("**Why it matters.** {}\n\n**What to do.** {}", rule.rationale, rule.remediation);
        if !references.is_empty() {
            markdown += &format!("\n\n**References**\n\n{}", references.join("\n"));
        }
        SarifHelp { text: format!("{}\n\n{}", rule.rationale, rule.remediation), markdown }
    }
}

impl<'a> SarifResult<'a> {
    fn of(finding: &'a Finding, rule_index: usize) -> SarifResult<'a> {
        let related = finding.related.iter().zip(1..).map(|(related, id)| SarifLocation {
            id: Some(id),
            message: Some(SarifText::of(&related.label)),
            ..SarifLocation::of(&related.location)
        });
        SarifResult {
            rule_id: finding.rule.id,
            rule_index,
            level: finding.severity.name(),
            rank: rank(finding.confidence),
            message: SarifText::of(&finding.message),
            locations: [SarifLocation::of(&finding.location)],
            related_locations: related.collect(),
            partial_fingerprints: BTreeMap::from([("tightlip/v1", finding.fingerprint.to_string())]),
            baseline_state: None,
            suppressions: finding.suppression.iter().map(SarifSuppression::of).collect(),
            fixes: finding.fix.iter().map(|fix| SarifFix::of(finding.rule, fix)).collect(),
            properties: SarifResultProperties {
                also: finding.also.iter().map(|rule| rule.id).collect(),
                units: &finding.units,
                history: finding.history.as_ref().map(JsonAttribution::of),
                decoders: &finding.location.decoders,
            },
        }
    }
}

impl<'a> SarifFix<'a> {
    fn of(rule: &Rule, fix: &'a Fix) -> SarifFix<'a> {
        let change = |replacement: &'a Replacement| SarifChange {
            artifact_location: SarifArtifactLocation::of(&replacement.path),
            replacements: [SarifReplacement {
                deleted_region: SarifRegion::between(replacement.region),
                inserted_content: SarifSnippet { text: &replacement.edit.text },
            }],
        };
        let review = if fix.safety == Safety::Unsafe { " Read what it changes." } else { "" };
        SarifFix {
            description: SarifText::of(format!("{}{review}", rule.remediation)),
            artifact_changes: fix.replacements.iter().map(change).collect(),
        }
    }
}

impl SarifResultProperties<'_> {
    fn is_empty(&self) -> bool {
        self.also.is_empty() && self.units.is_empty() && self.history.is_none() && self.decoders.is_empty()
    }
}

impl<'a> SarifLocation<'a> {
    fn of(location: &'a Location) -> SarifLocation<'a> {
        let (region, excerpt) = (location.region, &location.excerpt);
        let name = location.key_path.as_deref();
        SarifLocation {
            id: None,
            physical_location: SarifPhysicalLocation {
                artifact_location: SarifArtifactLocation::of(&location.origin.path),
                region: Some(SarifRegion::of(region, excerpt)),
                context_region: SarifRegion::around(region, excerpt),
            },
            logical_locations: name.iter().map(|name| SarifLogicalLocation { fully_qualified_name: name }).collect(),
            message: None,
        }
    }
}

impl SarifArtifactLocation {
    fn of(path: &RepoPath) -> SarifArtifactLocation {
        SarifArtifactLocation { uri: uri(path), uri_base_id: ROOT }
    }
}

impl<'a> SarifRegion<'a> {
    fn of(region: Region, excerpt: &'a Excerpt) -> SarifRegion<'a> {
        let snippet = excerpt.text.get(excerpt.highlight.range()).filter(|text| !text.is_empty());
        SarifRegion { snippet: snippet.map(|text| SarifSnippet { text }), ..SarifRegion::between(region) }
    }

    fn between(region: Region) -> SarifRegion<'static> {
        SarifRegion {
            end_line: Some(region.end.line),
            end_column: Some(region.end.column),
            ..SarifRegion::at(region.start)
        }
    }

    fn at(position: Position) -> SarifRegion<'static> {
        SarifRegion {
            start_line: position.line,
            start_column: Some(position.column),
            end_line: None,
            end_column: None,
            snippet: None,
        }
    }

    /// The whole lines of the excerpt, where they hold the region and say more than it does.
    fn around(region: Region, excerpt: &'a Excerpt) -> Option<SarifRegion<'a>> {
        let last = excerpt.first_line.saturating_add(excerpt.text.matches('\n').count() as u32);
        let holds = excerpt.first_line <= region.start.line && region.end.line <= last;
        (holds && excerpt.highlight.len() < excerpt.text.len()).then(|| SarifRegion {
            start_line: excerpt.first_line,
            start_column: None,
            end_line: Some(last),
            end_column: None,
            snippet: Some(SarifSnippet { text: &excerpt.text }),
        })
    }
}

impl<'a> SarifSuppression<'a> {
    fn of(suppression: &'a Suppression) -> SarifSuppression<'a> {
        let kind = match suppression.kind {
            SuppressionKind::Inline | SuppressionKind::Annotation => "inSource",
            SuppressionKind::Policy | SuppressionKind::Baseline => "external",
        };
        SarifSuppression { kind, justification: &suppression.reason }
    }
}

impl SarifNotification {
    fn of(notification: &Notification) -> SarifNotification {
        let level = match notification.class() {
            Class::Incomplete => "error",
            Class::Degraded => "warning",
            Class::OutOfScope | Class::Info => "note",
        };
        let place = notification.path.as_ref().map(|path| SarifPlace {
            physical_location: SarifPhysicalLocation {
                artifact_location: SarifArtifactLocation::of(path),
                region: notification.position.map(SarifRegion::at),
                context_region: None,
            },
        });
        SarifNotification {
            descriptor: SarifDescriptor { id: notification.reason.name() },
            level,
            message: SarifText::of(&notification.message),
            locations: place.into_iter().collect(),
        }
    }

    fn cut(number: usize) -> SarifNotification {
        SarifNotification {
            descriptor: SarifDescriptor { id: "results-cut" },
            level: "warning",
            message: SarifText::of(format!(
                "This file holds {MOST_RESULTS} results, the most that a run may have; {number} of less weight were left \
                 out. The json and jsonl formats hold all of them."
            )),
            locations: Vec::new(),
        }
    }
}

/// GitHub's scale: from 7.0 on high, from 4.0 on medium, below low.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "8.0",
        Severity::Warning => "5.0",
        Severity::Note => "2.0",
    }
}

fn baseline_state(finding: &Finding) -> &'static str {
    match finding.suppression {
        Some(Suppression { kind: SuppressionKind::Baseline, .. }) => "unchanged",
        _ => "new",
    }
}

fn rank(confidence: Confidence) -> u8 {
    match confidence {
        Confidence::High => 90,
        Confidence::Medium => 60,
        Confidence::Low => 30,
    }
}

/// SARIF wants the name of a rule as one word.
fn pascal_case(id: &str) -> String {
    let word = |word: &str| {
        let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
        first.to_uppercase() + rest
    };
    id.split('-').map(word).collect()
}

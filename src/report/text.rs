//! Findings for people at a terminal; the only file that names miette.
//!
//! It does not know what a finding means: it shows the excerpt, the rule's reasons and the remedy, and stays on the lines
//! it was given, so nothing a repository holds can move the cursor.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{self, Write};

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode,
    SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};

use super::prose::{first_sentence, fit, prose, wrap};
use super::summary::{Summary, Tally, count, thousands};
use super::{Options, history};
use crate::model::{Class, Confidence, Finding, Location, Notification, Report, Rule, Severity, SuppressionKind};
use crate::text::{Position, Span, visible};

/// Findings that get a frame; what follows them gets a line each.
const MOST_FRAMES: usize = 50;
/// Notifications of one class that are named; incomplete ones all are.
const MOST_NOTIFICATIONS: usize = 20;
/// Columns of prose on a wider terminal: longer lines are hard to follow.
const MOST_COLUMNS: usize = 100;
/// Characters of a label: it hangs below the middle of the place, so half a line is all it has.
const MOST_LABEL: usize = 40;
/// Where text begins behind `help: ` and its like.
const INDENT: usize = 8;

pub(super) fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let (silenced, told): (Vec<&Finding>, Vec<&Finding>) =
        report.findings.iter().partition(|finding| finding.suppression.is_some());
    let mut page = Page::new(options, out);
    let (framed, listed) = told.split_at(told.len().min(MOST_FRAMES));
    framed.iter().try_for_each(|finding| page.finding(finding))?;
    page.list(listed)?;
    if options.show_suppressed {
        page.suppressed(&silenced)?;
    }
    page.notifications(&report.notifications)?;
    if !listed.is_empty() {
        page.rules(&told)?;
    }
    page.summary(report)
}

/// The deployments a finding holds in; the tree's own folder has no name.
fn units(units: &[String]) -> String {
    const MOST_NAMED: usize = 4;
    let mut names: Vec<&str> =
        units.iter().take(MOST_NAMED).map(|unit| if unit.is_empty() { "." } else { unit }).collect();
    let more = format!("{} more", units.len().saturating_sub(MOST_NAMED));
    if units.len() > MOST_NAMED {
        names.push(&more);
    }
    prose(&names.join(", "))
}

struct Page<'a> {
    options: &'a Options,
    theme: GraphicalTheme,
    handler: GraphicalReportHandler,
    /// Rules whose reasons and remedy have been told.
    explained: BTreeSet<&'static str>,
    out: &'a mut dyn Write,
}

impl<'a> Page<'a> {
    fn new(options: &'a Options, out: &'a mut dyn Write) -> Self {
        let theme = theme(options);
        let handler = GraphicalReportHandler::new_themed(theme.clone())
            .without_cause_chain()
            .without_primary_span_start()
            .with_wrap_lines(false);
        Page { options, theme, handler, explained: BTreeSet::new(), out }
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.head(finding)?;
        let frame = Frame::of(finding, self.options.width);
        let mut drawn = String::new();
        self.handler.render_report(&mut drawn, &frame).map_err(io::Error::other)?;
        self.out.write_all(drawn.as_bytes())?;
        if frame.source.is_none() {
            self.paragraph("at:", &place(&finding.location))?;
        }
        for related in &finding.related {
            self.paragraph("see:", &format!("{}: {}", place(&related.location), prose(&related.label)))?;
        }
        if !finding.units.is_empty() {
            self.paragraph("in:", &units(&finding.units))?;
        }
        if let Some(attribution) = &finding.history {
            self.paragraph("from:", &history::origin(attribution))?;
            self.paragraph("in:", &history::paths(attribution))?;
        }
        if !finding.also.is_empty() {
            self.paragraph("also:", &finding.also.iter().map(|rule| rule.id).collect::<Vec<_>>().join(", "))?;
        }
        self.explanation(finding.rule)?;
        writeln!(self.out)
    }

    /// `error[rule-id]`, and how sure we are where that is less than usual.
    fn head(&mut self, finding: &Finding) -> io::Result<()> {
        write!(self.out, "{}", self.weigh(finding.severity, code(finding.severity, finding.rule.id)))?;
        if finding.confidence < Confidence::High {
            let doubt = format!(" ({} confidence)", finding.confidence.name());
            write!(self.out, "{}", self.theme.styles.linum.style(doubt))?;
        }
        writeln!(self.out)
    }

    /// The whole story at a rule's first finding, a pointer to it at the others.
    fn explanation(&mut self, rule: &Rule) -> io::Result<()> {
        if self.explained.insert(rule.id) {
            self.paragraph("why:", &prose(first_sentence(rule.rationale)))?;
            self.paragraph("help:", &prose(rule.remediation))
        } else {
            self.paragraph("help:", &format!("tightlip rules explain {}", rule.id))
        }
    }

    fn paragraph(&mut self, label: &str, text: &str) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        let lines = wrap(text, columns(self.options.width, INDENT));
        for (index, line) in lines.iter().enumerate() {
            let shown = format!("{:<width$}", if index == 0 { label } else { "" }, width = INDENT - 2);
            writeln!(self.out, "  {}{line}", self.theme.styles.help.style(shown))?;
        }
        Ok(())
    }

    fn list(&mut self, findings: &[&Finding]) -> io::Result<()> {
        if findings.is_empty() {
            return Ok(());
        }
        self.title(&format!("{} in short", count(findings.len() as u64, "more finding", "more findings")))?;
        findings.iter().try_for_each(|finding| self.line(finding, ""))?;
        writeln!(self.out)
    }

    fn suppressed(&mut self, findings: &[&Finding]) -> io::Result<()> {
        if findings.is_empty() {
            return Ok(());
        }
        self.title("Suppressed")?;
        for finding in findings {
            let remark = finding.suppression.as_ref().map(|suppression| {
                let by = match suppression.kind {
                    SuppressionKind::Inline => "a comment",
                    SuppressionKind::Annotation => "an annotation",
                    SuppressionKind::Policy => "the policy",
                    SuppressionKind::Baseline => "the baseline",
                };
                let reason = if suppression.reason.is_empty() { "no reason given" } else { &suppression.reason };
                format!(" (by {by}: {})", prose(reason))
            });
            self.line(finding, &remark.unwrap_or_default())?;
        }
        writeln!(self.out)
    }

    /// `path:line:column: severity[rule-id]: message`
    fn line(&mut self, finding: &Finding, remark: &str) -> io::Result<()> {
        let (place, message) = (place(&finding.location), prose(&finding.message));
        let code = self.weigh(finding.severity, code(finding.severity, finding.rule.id));
        let from = finding.history.as_ref().map(|history| format!(" ({})", history::origin(history)));
        writeln!(self.out, "{place}: {code}: {message}{}{remark}", from.unwrap_or_default())
    }

    fn notifications(&mut self, all: &[Notification]) -> io::Result<()> {
        let classes = [
            (Class::Incomplete, "Not looked at"),
            (Class::Degraded, "Not understood"),
            (Class::Info, "Worth knowing"),
            (Class::OutOfScope, "Left out"),
        ];
        for (class, title) in classes {
            let told: Vec<&Notification> = all.iter().filter(|notification| notification.class() == class).collect();
            if told.is_empty() || self.options.quiet && matches!(class, Class::Info | Class::OutOfScope) {
                continue;
            }
            let most = if class == Class::Incomplete { told.len() } else { MOST_NOTIFICATIONS };
            self.title(title)?;
            for notification in told.iter().take(most) {
                self.notification(notification)?;
            }
            if told.len() > most {
                let rest = (told.len() - most) as u64;
                writeln!(self.out, "  and {}; `--format json` names all", count(rest, "more", "more"))?;
            }
            writeln!(self.out)?;
        }
        Ok(())
    }

    fn notification(&mut self, notification: &Notification) -> io::Result<()> {
        let place = match (&notification.path, notification.position) {
            (Some(path), Some(Position { line, column })) => format!("{path}:{line}:{column}: "),
            (Some(path), None) => format!("{path}: "),
            (None, _) => String::new(),
        };
        let lines = wrap(&format!("{place}{}", prose(&notification.message)), columns(self.options.width, 4));
        for (index, line) in lines.iter().enumerate() {
            writeln!(self.out, "{}{line}", if index == 0 { "  " } else { "    " })?;
        }
        Ok(())
    }

    /// How often each rule spoke: of many findings, the part that fits on a screen.
    fn rules(&mut self, findings: &[&Finding]) -> io::Result<()> {
        let mut counts: BTreeMap<(Severity, &str), u64> = BTreeMap::new();
        for finding in findings {
            *counts.entry((finding.severity, finding.rule.id)).or_default() += 1;
        }
        let mut rows: Vec<_> = counts.into_iter().collect();
        rows.sort_by_key(|&((severity, id), number)| (std::cmp::Reverse((severity, number)), id));
        self.title("By rule; `tightlip rules explain RULE` says why it matters and what to do")?;
        for ((severity, id), number) in rows {
            writeln!(self.out, "{:>8}  {}", thousands(number), self.weigh(severity, code(severity, id)))?;
        }
        writeln!(self.out)
    }

    fn summary(&mut self, report: &Report) -> io::Result<()> {
        let tally = Tally::of(&report.findings);
        let is_clean = tally.findings() == 0 && report.coverage.is_complete();
        if self.options.quiet && is_clean {
            return Ok(());
        }
        let separator = if self.options.unicode { " · " } else { "; " };
        let Summary { headline, gaps } = Summary::of(report, separator, self.options.width);
        let weight = match tally {
            _ if tally.errors > 0 || !report.coverage.is_complete() => Some(Severity::Error),
            _ if tally.warnings > 0 => Some(Severity::Warning),
            _ if tally.notes > 0 => Some(Severity::Note),
            _ => None,
        };
        for line in headline {
            match weight {
                Some(severity) => writeln!(self.out, "{}", self.weigh(severity, line))?,
                None => writeln!(self.out, "{line}")?,
            }
        }
        gaps.iter().try_for_each(|line| writeln!(self.out, "{}", self.theme.styles.linum.style(line)))
    }

    fn title(&mut self, title: &str) -> io::Result<()> {
        writeln!(self.out, "{}", self.theme.styles.help.style(title))
    }

    /// `text` in the colour of a severity.
    fn weigh(&self, severity: Severity, text: String) -> impl fmt::Display + use<> {
        let styles = &self.theme.styles;
        let style = match severity {
            Severity::Error => styles.error,
            Severity::Warning => styles.warning,
            Severity::Note => styles.advice,
        };
        style.style(text)
    }
}

fn theme(options: &Options) -> GraphicalTheme {
    let styles = if options.colour {
        let ansi = ThemeStyles::ansi();
        ThemeStyles {
            error: ansi.error.bold(),
            warning: ansi.warning.bold(),
            advice: ansi.advice.bold(),
            highlights: vec![ansi.error.bold()],
            ..ansi
        }
    } else {
        ThemeStyles::none()
    };
    let characters = if options.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() };
    GraphicalTheme { characters, styles }
}

/// Columns for prose that is indented by `indent`.
fn columns(width: usize, indent: usize) -> usize {
    width.min(MOST_COLUMNS).saturating_sub(indent)
}

fn code(severity: Severity, id: &str) -> String {
    format!("{}[{}]", severity.name(), visible(id))
}

fn place(location: &Location) -> String {
    let Position { line, column } = location.region.start;
    format!("{}:{line}:{column}", location.origin.path)
}

/// A finding as miette wants it: its sentence, its excerpt, and what to write below the place.
#[derive(Debug)]
struct Frame {
    severity: Severity,
    message: String,
    label: String,
    /// `None` where there is nothing to see: an empty file, a whole directory.
    source: Option<Source>,
}

#[derive(Debug)]
struct Source {
    name: String,
    text: String,
    place: Span,
    first_line: u32,
}

impl Frame {
    fn of(finding: &Finding, width: usize) -> Frame {
        Frame {
            severity: finding.severity,
            message: wrap(&prose(&finding.message), columns(width, 4)).join("\n"),
            label: label(finding),
            source: Source::of(&finding.location, width),
        }
    }
}

/// The key path says more than the rule's title, as long as it is short.
fn label(finding: &Finding) -> String {
    let key_path = finding.location.key_path.as_deref().map(prose);
    let label = key_path.filter(|path| path.chars().count() <= MOST_LABEL);
    let label = label.unwrap_or_else(|| prose(finding.rule.title));
    match finding.location.decoders.as_slice() {
        [] => label,
        decoders => format!("{label} (in {})", decoders.join(", ")),
    }
}

impl Source {
    fn of(location: &Location, width: usize) -> Option<Source> {
        let excerpt = &location.excerpt;
        if excerpt.text.trim().is_empty() {
            return None;
        }
        let last = excerpt.first_line as usize + excerpt.text.matches('\n').count();
        let brackets = if excerpt.highlight.slice(excerpt.text.as_bytes()).contains(&b'\n') { 4 } else { 0 };
        let gutter = last.to_string().len() + 4 + brackets;
        let (mut text, place) = fit(excerpt, width.saturating_sub(gutter));
        if place.is_empty() && place.start == text.len() {
            // Behind the last character there is nothing to point at, in a line break there is.
            text.push('\n');
        }
        Some(Source { name: self::place(location), text, place, first_line: excerpt.first_line })
    }
}

impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Frame {}

impl Diagnostic for Frame {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        })
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let place = self.source.as_ref()?.place;
        let label = LabeledSpan::new_primary_with_span(Some(self.label.clone()), (place.start, place.len()));
        Some(Box::new(std::iter::once(label)))
    }
}

/// Always the whole excerpt: it was cut to its context when it was captured.
impl SourceCode for Source {
    fn read_span<'a>(
        &'a self,
        _: &SourceSpan,
        _: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (all, line) = ((0, self.text.len()).into(), self.first_line.saturating_sub(1) as usize);
        let lines = self.text.lines().count();
        Ok(Box::new(MietteSpanContents::new_named(self.name.clone(), self.text.as_bytes(), all, line, 0, lines)))
    }
}

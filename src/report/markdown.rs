//! A summary for a pull request's comment: one table, then what to do about each rule.
//!
//! It does not show excerpts, and nothing that a repository says becomes a link, a mention or HTML.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::prose::first_sentence;
use super::summary::{Summary, count};
use crate::model::{Class, Finding, Report, Rule};
use crate::text::visible;

/// A comment holds 65,536 characters on GitHub; longer tables are not read either.
const MOST_ROWS: usize = 50;
const MOST_CHARACTERS: usize = 300;

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let summary = Summary::of(report, " · ", usize::MAX);
    let (title, rest) = (summary.headline.join(" · "), summary.gaps.join(" · "));
    let (findings, trust) = title.split_once(" · ").unwrap_or((&title, ""));
    writeln!(out, "### tightlip: {}\n\n{trust}\n", lower_first(findings))?;
    if !rest.is_empty() {
        writeln!(out, "{rest}\n")?;
    }
    missed(report, out)?;
    let mut open: Vec<&Finding> = report.findings.iter().filter(|finding| finding.suppression.is_none()).collect();
    open.sort_by_key(|finding| std::cmp::Reverse((finding.severity, finding.confidence)));
    if open.is_empty() {
        return Ok(());
    }
    writeln!(out, "| | Where | What |\n|---|---|---|")?;
    for finding in open.iter().take(MOST_ROWS) {
        let place = format!("{}:{}", finding.location.origin.path, finding.location.region.start.line);
        let what = format!("{} {}", code(finding.rule.id), plain(first_sentence(&finding.message)));
        writeln!(out, "| {} | {} | {what} |", finding.severity.name(), code(&place))?;
    }
    if open.len() > MOST_ROWS {
        let more = count((open.len() - MOST_ROWS) as u64, "finding", "findings");
        writeln!(out, "\n{more} more: the other formats hold all of them.")?;
    }
    let rules: BTreeMap<&str, &Rule> =
        open.iter().take(MOST_ROWS).map(|finding| (finding.rule.id, finding.rule)).collect();
    writeln!(out, "\n<details><summary>What to do</summary>\n")?;
    for rule in rules.values() {
        writeln!(out, "**{}** ({})  \n{}\n", plain(rule.title), code(rule.id), plain(rule.remediation))?;
    }
    writeln!(out, "</details>")
}

fn missed(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let missed = report.notifications.iter().filter(|notification| notification.class() == Class::Incomplete);
    let mut missed = missed.peekable();
    if missed.peek().is_none() {
        return Ok(());
    }
    writeln!(out, "> **Incomplete.** What follows was not looked at:\n>")?;
    for notification in missed.take(MOST_ROWS) {
        let path = notification.path.as_ref().map(|path| code(&path.to_string()) + " ").unwrap_or_default();
        writeln!(out, "> - {path}{}", plain(&notification.message))?;
    }
    writeln!(out)
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

/// A code span in a table: fenced by more backticks than it holds, bars escaped, on one line.
fn code(text: &str) -> String {
    let text = visible(&shortened(text)).replace('|', "\\|");
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Text and nothing else: Markdown's signs escaped, mentions, issue numbers and addresses broken up.
fn plain(text: &str) -> String {
    let text = visible(&shortened(&text.split_whitespace().collect::<Vec<_>>().join(" ")));
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' | '#' => out.extend([&*character.to_string(), "<!-- -->"]),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '!' | '$' => out.extend(['\\', character]),
            other => out.push(other),
        }
    }
    out.replace("://", ":<!-- -->//").replace("www.", "www<!-- -->.")
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MOST_CHARACTERS) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_cannot_mention_link_or_draw() {
        assert_eq!(plain("<img src=x> @all #1"), "&lt;img src=x&gt; @<!-- -->all #<!-- -->1");
        assert_eq!(plain("[a](http://b) | `c`"), "\\[a\\](http:<!-- -->//b) \\| \\`c\\`");
        assert_eq!(plain("x: y"), "x: y");
    }

    #[test]
    fn code_spans_hold_what_is_put_into_them() {
        assert_eq!(code("a/b.yaml:3"), "`a/b.yaml:3`");
        assert_eq!(code("a``b|c\n"), "```a``b\\|c\\n```");
        assert_eq!(code("`"), "`` ` ``");
    }
}

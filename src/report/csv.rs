//! One row a finding, for a spreadsheet.
//!
//! It does not trust a spreadsheet: a cell that it would compute is made text.

use std::io::{self, Write};

use crate::model::{Finding, Report};
use crate::text::visible;

/// Columns are only ever added, at the end.
const COLUMNS: &[&str] = &[
    "severity",
    "confidence",
    "rule",
    "title",
    "path",
    "line",
    "column",
    "key path",
    "message",
    "fingerprint",
    "suppressed",
    "reason",
    "commit",
    "author",
    "date",
    "present",
];

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    row(out, COLUMNS.iter().map(|name| (*name).to_owned()))?;
    report.findings.iter().try_for_each(|finding| row(out, cells(finding)))
}

fn cells(finding: &Finding) -> impl Iterator<Item = String> + '_ {
    let (place, start) = (&finding.location, finding.location.region.start);
    let suppression = finding.suppression.as_ref();
    let history = finding.history.as_ref();
    [
        finding.severity.name().to_owned(),
        finding.confidence.name().to_owned(),
        finding.rule.id.to_owned(),
        finding.rule.title.to_owned(),
        place.origin.path.to_string(),
        start.line.to_string(),
        start.column.to_string(),
        place.key_path.clone().unwrap_or_default(),
        finding.message.clone(),
        finding.fingerprint.to_string(),
        suppression.map_or("", |suppression| suppression.kind.name()).to_owned(),
        suppression.map(|suppression| suppression.reason.clone()).unwrap_or_default(),
        history.map(|history| history.commit.clone()).unwrap_or_default(),
        history.map(|history| history.author.clone()).unwrap_or_default(),
        history.map(|history| history.date.clone()).unwrap_or_default(),
        history.map_or("", |history| if history.present { "yes" } else { "no" }).to_owned(),
    ]
    .into_iter()
}

fn row(out: &mut dyn Write, cells: impl Iterator<Item = String>) -> io::Result<()> {
    let cells: Vec<String> = cells.map(|cell| quoted(&cell)).collect();
    writeln!(out, "{}", cells.join(","))
}

/// In quotes, on one line, and behind an apostrophe where a spreadsheet would take it for a formula.
fn quoted(cell: &str) -> String {
    let text = visible(cell).replace('"', "\"\"");
    // The wide forms are formulas in East Asian editions.
    let computes = text.trim_start().starts_with(['=', '+', '-', '@', '|', '%', '＝', '＋', '－', '＠']);
    format!("\"{}{text}\"", if computes { "'" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_text() {
        assert_eq!(quoted("=cmd|' /C calc'!A0"), "\"'=cmd|' /C calc'!A0\"");
        assert_eq!(quoted("  @SUM(A1)"), "\"'  @SUM(A1)\"");
        assert_eq!(quoted("\t=1"), "\"\\t=1\"");
        assert_eq!(quoted("a,\"b\"\nc"), "\"a,\"\"b\"\"\\nc\"");
    }
}

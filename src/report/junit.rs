//! JUnit XML, for Jenkins, GitLab and everything else that shows tests: a finding is a failed test.
//!
//! It does not know XML beyond what keeps a hostile text inside its quotes.

use std::io::{self, Write};

use super::summary::Tally;
use crate::model::{Class, Finding, Report};
use crate::text::visible;

/// One suite. The first test is the scan itself, so that a clean run is a passed test and an incomplete one an error.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let tally = Tally::of(&report.findings);
    let numbers = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"",
        report.findings.len() + 1,
        tally.findings(),
        u8::from(!report.coverage.is_complete()),
        tally.suppressed
    );
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"tightlip\" {numbers}>")?;
    writeln!(out, "  <testsuite name=\"tightlip\" {numbers}>")?;
    completeness(report, out)?;
    report.findings.iter().try_for_each(|finding| case(finding, out))?;
    writeln!(out, "  </testsuite>\n</testsuites>")
}

fn completeness(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if report.coverage.is_complete() {
        return writeln!(out, "    <testcase classname=\"tightlip\" name=\"everything in scope was looked at\"/>");
    }
    writeln!(out, "    <testcase classname=\"tightlip\" name=\"everything in scope was looked at\">")?;
    writeln!(out, "      <error message=\"The scan is incomplete.\" type=\"incomplete\">")?;
    for notification in report.notifications.iter().filter(|note| note.class() == Class::Incomplete) {
        let path = notification.path.as_ref().map(|path| format!("{path}: ")).unwrap_or_default();
        writeln!(out, "{}", escaped(&format!("{path}{}", notification.message)))?;
    }
    writeln!(out, "      </error>\n    </testcase>")
}

fn case(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let path = &finding.location.origin.path;
    let (start, excerpt) = (finding.location.region.start, &finding.location.excerpt);
    writeln!(
        out,
        "    <testcase classname=\"{}\" name=\"{} {}:{}\" file=\"{0}\" line=\"{2}\">",
        escaped(&path.to_string()),
        escaped(finding.rule.id),
        start.line,
        start.column
    )?;
    match &finding.suppression {
        Some(suppression) => writeln!(out, "      <skipped message=\"{}\"/>", escaped(&suppression.reason))?,
        None => {
            let (message, severity) = (escaped(&finding.message), finding.severity.name());
            writeln!(out, "      <failure message=\"{message}\" type=\"{severity}\">")?;
            writeln!(out, "{}:{}:{}\n", escaped(&path.to_string()), start.line, start.column)?;
            for (number, line) in (u64::from(excerpt.first_line)..).zip(excerpt.text.lines()) {
                writeln!(out, "{number:>5} | {}", escaped(line))?;
            }
            writeln!(out, "\nWhy: {}", escaped(finding.rule.rationale.trim()))?;
            writeln!(out, "Help: {}", escaped(finding.rule.remediation.trim()))?;
            writeln!(out, "      </failure>")?;
        }
    }
    writeln!(out, "    </testcase>")
}

/// On one line, without characters that XML forbids or that are not seen.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in visible(text).chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // Not characters in XML 1.0, not even as references.
            '\u{fffe}' | '\u{ffff}' => out.push(char::REPLACEMENT_CHARACTER),
            other => out.push(other),
        }
    }
    out
}

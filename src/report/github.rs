//! Workflow commands of GitHub Actions: a runner that reads them on standard output shows each finding at its line.
//!
//! It does not know how many a runner shows (ten of each level a step); the run's log has all of them.
//! <https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands>

use std::fmt::{self, Display, Formatter, Write as _};
use std::io::{self, Write};

use crate::model::{Class, Report, Severity};
use crate::text::is_hidden;

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for finding in report.findings.iter().filter(|finding| finding.suppression.is_none()) {
        let level = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let (path, region) = (finding.location.origin.path.to_text(), &finding.location.region);
        write!(out, "::{level} file={},line={}", Property(&path), region.start.line)?;
        match region.start.line == region.end.line {
            // Columns are shown within one line only.
            true => write!(out, ",col={},endColumn={}", region.start.column, region.end.column)?,
            false => write!(out, ",endLine={}", region.end.line)?,
        }
        let title = format!("{} ({})", finding.rule.title, finding.rule.id);
        writeln!(out, ",title={}::{}", Property(&title), Message(&finding.message))?;
    }
    let missed = report.notifications.iter().filter(|notification| notification.class() == Class::Incomplete);
    for notification in missed {
        let place = notification.path.as_ref().map(|path| format!("file={},", Property(&path.to_text())));
        let title = format!("Not looked at ({})", notification.reason.name());
        let message = Message(&notification.message);
        writeln!(out, "::error {}title={}::{message}", place.unwrap_or_default(), Property(&title))?;
    }
    Ok(())
}

/// What stands behind `::`: a line break would end the command.
struct Message<'a>(&'a str);

/// A value among others, in which their separators are written differently too.
struct Property<'a>(&'a str);

impl Display for Message<'_> {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '%' => f.write_str("%25")?,
                '\r' => f.write_str("%0D")?,
                '\n' => f.write_str("%0A")?,
                // The log of a run is shown by terminals too.
                hidden if is_hidden(hidden) => write!(f, "{}", hidden.escape_default())?,
                plain => f.write_char(plain)?,
            }
        }
        Ok(())
    }
}

impl Display for Property<'_> {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        f.write_str(&Message(self.0).to_string().replace(':', "%3A").replace(',', "%2C"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_begin_a_command_of_its_own() {
        assert_eq!(Property("a,b:c\n::stop%").to_string(), "a%2Cb%3Ac%0A%3A%3Astop%25");
        assert_eq!(Message("x\r\n::y: 1%").to_string(), "x%0D%0A::y: 1%25");
    }
}

//! The last lines of a run for people: how many findings, how much was looked at, how far a zero can be trusted.
//!
//! It does not know colours or frames.

use std::collections::BTreeMap;

use crate::model::{Class, Coverage, Finding, Reason, Report, Severity};

/// Findings by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub errors: u64,
    pub warnings: u64,
    pub notes: u64,
    pub suppressed: u64,
}

impl Tally {
    pub fn of<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Tally {
        let mut tally = Tally::default();
        for finding in findings {
            *match finding.severity {
                _ if finding.suppression.is_some() => &mut tally.suppressed,
                Severity::Error => &mut tally.errors,
                Severity::Warning => &mut tally.warnings,
                Severity::Note => &mut tally.notes,
            } += 1;
        }
        tally
    }

    /// Those that are not suppressed.
    pub fn findings(&self) -> u64 {
        self.errors + self.warnings + self.notes
    }
}

/// The summary in lines.
pub(super) struct Summary {
    /// Findings, reading, trust.
    pub headline: Vec<String>,
    /// What was not understood and what was left out; mostly nothing.
    pub gaps: Vec<String>,
}

impl Summary {
    /// Parts share a line of `width` characters as long as they fit, with `separator` between them.
    pub fn of(report: &Report, separator: &str, width: usize) -> Summary {
        let coverage = &report.coverage;
        let gaps = [(Class::Degraded, "degraded"), (Class::OutOfScope, "out of scope")]
            .into_iter()
            .filter(|&(class, _)| coverage.count(class) > 0)
            .map(|(class, name)| format!("{name}: {}", reasons(&coverage.reasons, class)));
        let headline = [findings(&Tally::of(&report.findings)), reading(coverage), trust(coverage)];
        Summary { headline: pack(headline, separator, width), gaps: pack(gaps, separator, width) }
    }
}

fn pack(parts: impl IntoIterator<Item = String>, separator: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line) if [&*line, separator, &part].into_iter().flat_map(str::chars).count() <= width => {
                line.push_str(separator);
                line.push_str(&part);
            }
            _ => lines.push(part),
        }
    }
    lines
}

fn findings(tally: &Tally) -> String {
    let severities: Vec<String> =
        [(tally.errors, "error", "errors"), (tally.warnings, "warning", "warnings"), (tally.notes, "note", "notes")]
            .into_iter()
            .filter(|&(number, ..)| number > 0)
            .map(|(number, one, many)| count(number, one, many))
            .collect();
    let mut out = match tally.findings() {
        0 => "No findings".to_owned(),
        number => format!("{} ({})", count(number, "finding", "findings"), severities.join(", ")),
    };
    if tally.suppressed > 0 {
        out += &format!(", {} suppressed", thousands(tally.suppressed));
    }
    out
}

fn reading(coverage: &Coverage) -> String {
    let read = bytes(coverage.bytes);
    match coverage.commits {
        None => format!("{}, {read} read", count(coverage.files, "file", "files")),
        Some(commits) => {
            let (commits, blobs) = (count(commits, "commit", "commits"), count(coverage.files, "blob", "blobs"));
            format!("{commits}, {blobs}, {read} read")
        }
    }
}

fn trust(coverage: &Coverage) -> String {
    match coverage.is_complete() {
        true => "complete".to_owned(),
        false => format!("incomplete: {}", reasons(&coverage.reasons, Class::Incomplete)),
    }
}

fn reasons(all: &BTreeMap<Reason, u64>, class: Class) -> String {
    let phrases = all.iter().filter(|&(reason, &number)| reason.class() == class && number > 0);
    phrases.map(|(&reason, &number)| phrase(reason, number)).collect::<Vec<_>>().join(", ")
}

fn phrase(reason: Reason, number: u64) -> String {
    let (one, many) = match reason {
        Reason::Unreadable => ("file unreadable", "files unreadable"),
        Reason::Truncated => ("file cut short", "files cut short"),
        Reason::InvalidSyntax => ("file with invalid syntax", "files with invalid syntax"),
        Reason::TooDeep => ("file nested too deep", "files nested too deep"),
        Reason::TooLarge => ("file too large to parse", "files too large to parse"),
        Reason::UnresolvedTemplate => ("unresolved template", "unresolved templates"),
        Reason::RemoteReference => ("remote reference", "remote references"),
        Reason::BrokenIndex => ("broken index", "broken indexes"),
        Reason::MissingObject => ("object missing", "objects missing"),
        Reason::CorruptObject => ("object corrupt", "objects corrupt"),
        Reason::OversizedObject => ("object too large", "objects too large"),
        Reason::ShallowHistory => ("history cut short", "histories cut short"),
        Reason::MissingBase => ("base missing", "bases missing"),
        Reason::UnreachableObjects => ("unreachable object", "unreachable objects"),
        Reason::UnknownRule => ("unknown rule", "unknown rules"),
        Reason::TooManyMatches => ("rule with too many matches", "rules with too many matches"),
        Reason::UnusedIgnore => ("unused ignore", "unused ignores"),
        Reason::UnusedBaseline => ("unused baseline", "unused baselines"),
        Reason::UnjudgedRule => ("rule without an answer", "rules without an answer"),
        Reason::PartialInventory => ("partial inventory", "partial inventories"),
        Reason::NothingStaged => ("nothing staged", "nothing staged"),
        Reason::EmptyRange => ("empty range", "empty ranges"),
        Reason::UnmergedPath => ("unmerged path", "unmerged paths"),
        Reason::Ignored => ("ignored", "ignored"),
        Reason::Excluded => ("excluded", "excluded"),
        Reason::SymbolicLink => ("symbolic link", "symbolic links"),
        Reason::NotAFile => ("special file", "special files"),
        Reason::Submodule => ("submodule", "submodules"),
        Reason::LfsPointer => ("LFS pointer", "LFS pointers"),
        Reason::GitDirectory => ("git directory", "git directories"),
    };
    count(number, one, many)
}

/// `1 file`, `1,204 files`.
pub(super) fn count(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(number), if number == 1 { one } else { many })
}

pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Decimal units, one digit behind the point.
fn bytes(number: u64) -> String {
    let units = [(1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    match units.into_iter().find(|&(size, _)| number >= size) {
        Some((size, unit)) => format!("{}.{} {unit}", number / size, number % size * 10 / size),
        None => count(number, "byte", "bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(coverage: Coverage, width: usize) -> Vec<String> {
        let Summary { headline, gaps } = Summary::of(&Report { coverage, ..Report::default() }, " · ", width);
        headline.into_iter().chain(gaps).collect()
    }

    #[test]
    fn a_clean_run_is_one_line() {
        let coverage = Coverage { files: 1_204, bytes: 13_149_000, ..Coverage::default() };
        assert_eq!(summary(coverage, 80), ["No findings · 1,204 files, 13.1 MB read · complete"]);
    }

    #[test]
    fn one_of_a_thing_is_singular() {
        let tally = Tally { errors: 1, notes: 2, suppressed: 1, ..Tally::default() };
        assert_eq!(findings(&tally), "3 findings (1 error, 2 notes), 1 suppressed");
        assert_eq!(findings(&Tally { warnings: 1, ..Tally::default() }), "1 finding (1 warning)");
        let coverage = Coverage { files: 1, bytes: 1, ..Coverage::default() };
        assert_eq!(reading(&coverage), "1 file, 1 byte read");
    }

    #[test]
    fn gaps_are_told_by_class() {
        let reasons = [
            (Reason::Unreadable, 1),
            (Reason::InvalidSyntax, 3),
            (Reason::Ignored, 120),
            (Reason::SymbolicLink, 4),
            (Reason::UnusedIgnore, 7),
        ];
        let coverage = Coverage { files: 2, bytes: 999, reasons: reasons.into(), ..Coverage::default() };
        assert_eq!(
            summary(coverage.clone(), 100),
            [
                "No findings · 2 files, 999 bytes read · incomplete: 1 file unreadable",
                "degraded: 3 files with invalid syntax · out of scope: 120 ignored, 4 symbolic links",
            ]
        );
        assert_eq!(summary(coverage, 60)[1], "incomplete: 1 file unreadable");
    }

    #[test]
    fn sizes_never_round_up_to_the_next_unit() {
        assert_eq!(bytes(999_999), "999.9 kB");
        assert_eq!(bytes(u64::MAX), "18446744.0 TB");
        assert_eq!(thousands(1_000_000), "1,000,000");
    }
}

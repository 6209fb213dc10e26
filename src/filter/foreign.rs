//! The ignores of other scanners, honoured where they stand: who changes over need not touch a line.
//!
//! It does not know which rules exist: such a comment speaks of its whole line, and it is never news that one is unused.

use std::ops::RangeInclusive;

use super::Ignore;
use crate::model::SuppressionKind;
use crate::text::{LineIndex, Span};

/// What stands in the comment, and how many lines below it speaks of.
/// gitleaks and betterleaks, trufflehog, ggshield, detect-secrets and ripsecrets, checkov.
const MARKS: &[(&str, u32)] = &[
    ("gitleaks:allow", 0),
    ("betterleaks:allow", 0),
    ("trufflehog:ignore", 0),
    ("ggignore", 0),
    ("pragma: allowlist secret", 0),
    ("pragma: whitelist secret", 0),
    ("pragma: allowlist nextline secret", 1),
    ("pragma: whitelist nextline secret", 1),
    ("checkov:skip=CKV_SECRET_", 0),
];

/// kube-linter's annotation on an object, up to the name of the check.
const ANNOTATION: &str = "ignore-check.kube-linter.io/";

/// Every such comment in the text, in order.
pub fn read(text: &[u8], lines: &LineIndex) -> Vec<Ignore> {
    let mut all: Vec<Ignore> = MARKS.iter().flat_map(|&(mark, below)| of_mark(text, lines, mark, below)).collect();
    all.sort_by_key(|ignore| ignore.first_line);
    all
}

fn of_mark(text: &[u8], lines: &LineIndex, mark: &'static str, below: u32) -> Vec<Ignore> {
    let in_comment = |&at: &usize| {
        let content = lines.line_content(text, lines.line_of(at));
        super::inline::is_comment(Span::new(content.start, at).slice(text))
    };
    let found = memchr::memmem::find_iter(text, mark).filter(in_comment);
    found.map(|at| every_rule(lines.line_of(at).saturating_add(below), mark)).collect()
}

fn every_rule(line: u32, mark: &str) -> Ignore {
    Ignore {
        kind: SuppressionKind::Inline,
        rules: Vec::new(),
        reason: mark.trim_end_matches("=CKV_SECRET_").to_owned(),
        first_line: line,
        last_line: line,
        foreign: true,
    }
}

/// The ignore that an annotation `key` of kube-linter's makes, for the object on `lines`; only checks with a twin.
pub fn of_annotation(key: &str, reason: &str, lines: RangeInclusive<u32>) -> Option<Ignore> {
    let rule = match key.strip_prefix(ANNOTATION)? {
        "env-var-secret" => "plaintext-env-value",
        _ => return None,
    };
    let ignore = Ignore::of_annotation(&format!("{rule} {reason}"), Span::new(0, 0), lines)?;
    Some(Ignore { foreign: true, ..ignore })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<(u32, String)> {
        let all = read(text.as_bytes(), &LineIndex::new(text.as_bytes()));
        all.into_iter().map(|ignore| (ignore.first_line, ignore.reason)).collect()
    }

    #[test]
    fn each_scanner_is_heard() {
        let text = "a: b # gitleaks:allow\nc = 1 // trufflehog:ignore\n-- ggignore\nd # pragma: allowlist secret\n# pragma: allowlist nextline secret\ne\nf # checkov:skip=CKV_SECRET_6:why\ng # betterleaks:allow";
        let expected = [1, 2, 3, 4, 6, 7, 8];
        assert_eq!(lines(text).iter().map(|(line, _)| *line).collect::<Vec<_>>(), expected);
        assert_eq!(lines(text)[5].1, "checkov:skip");
    }

    #[test]
    fn a_value_that_says_so_is_no_comment() {
        assert_eq!(lines("token: gitleaks:allow\nwrite `# ggignore` there\n"), []);
    }
}

//! Ignores that stand beside what they silence: `tightlip: ignore[rule-id] reason` in a comment of any language.
//!
//! It does not know comment syntax beyond what opens one, nor which rules exist.
//!
//! A comment behind code covers its own line; a comment alone on its line covers the next line that is not a comment.
//! `tightlip: ignore-start[rule-id] reason` covers everything up to `tightlip: ignore-end` (or the end of the file).

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::Ignore;
use crate::model::SuppressionKind;
use crate::text::{LineIndex, Span};

/// What every ignore comment begins with.
pub const MARK: &str = "tightlip: ignore";

/// What opens a comment somewhere.
const OPENERS: &[&[u8]] = &[b"#", b"//", b"/*", b"*", b"--", b";", b"<!--", b"%", b"\"", b"'", b"rem"];

/// True when `text` might hold an ignore comment: one search, no allocation.
pub fn is_possible(text: &[u8]) -> bool {
    static FINDER: LazyLock<Finder> = LazyLock::new(|| Finder::new(MARK));
    FINDER.find(text).is_some()
}

/// All ignore comments of a text, in order.
pub fn read(text: &[u8], lines: &LineIndex) -> Vec<Ignore> {
    let mut ignores: Vec<Ignore> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for at in memchr::memmem::find_iter(text, MARK.as_bytes()) {
        let line = lines.line_of(at);
        let content = lines.line_content(text, line);
        let Some(lead) = comment_lead(Span::new(content.start, at).slice(text)) else { continue };
        let rest = &text[at + MARK.len()..content.end.max(at + MARK.len())];
        if rest.starts_with(b"-end") {
            if let Some(index) = open.pop() {
                ignores[index].last_line = line;
            }
            continue;
        }
        let (is_block, rest) = rest.strip_prefix(b"-start").map_or((false, rest), |rest| (true, rest));
        let Some((rules, reason)) = rules_and_reason(text, rest, content.end) else { continue };
        let (first_line, last_line) = match (is_block, lead) {
            (true, _) => (line, lines.count()),
            (false, Lead::Behind) => (line, line),
            (false, Lead::Alone) => {
                let covered = next_code_line(text, lines, line);
                (covered, covered)
            }
        };
        if is_block {
            open.push(ignores.len());
        }
        ignores.push(Ignore { kind: SuppressionKind::Inline, rules, reason, first_line, last_line, foreign: false });
    }
    ignores
}

/// True when what stands before a mark opens a comment.
pub(super) fn is_comment(before: &[u8]) -> bool {
    comment_lead(before).is_some()
}

enum Lead {
    /// Something stands before the comment.
    Behind,
    /// Only the comment stands on its line.
    Alone,
}

/// What stands before the mark, if that ends in the opening of a comment.
fn comment_lead(before: &[u8]) -> Option<Lead> {
    let before = before.trim_ascii();
    let opener = OPENERS.iter().find(|opener| before.to_ascii_lowercase().ends_with(opener))?;
    let code = &before[..before.len() - opener.len()];
    if code.ends_with(b"`") {
        // Prose that quotes an ignore.
        return None;
    }
    let code = code.trim_ascii();
    let is_alone = code.iter().all(|byte| b"#/*-;<!%{ \t".contains(byte));
    Some(if is_alone { Lead::Alone } else { Lead::Behind })
}

fn rules_and_reason(text: &[u8], rest: &[u8], end: usize) -> Option<(Vec<(String, Span)>, String)> {
    let list = rest.strip_prefix(b"[")?;
    let close = memchr::memchr(b']', list)?;
    let start = end - list.len();
    let rules = super::local::rules(text, Span::new(start, start + close));
    let reason = String::from_utf8_lossy(&list[close + 1..]);
    let reason = reason.trim().trim_end_matches("*/").trim_end_matches("-->").trim();
    (!rules.is_empty()).then(|| (rules, reason.to_owned()))
}

/// The first line after `line` that is neither empty nor only a comment; the line itself where there is none.
fn next_code_line(text: &[u8], lines: &LineIndex, line: u32) -> u32 {
    let is_code = |&candidate: &u32| {
        let content = lines.line_content(text, candidate).slice(text).trim_ascii();
        !content.is_empty() && !content.starts_with(b"#") && !content.starts_with(b"//")
    };
    (line + 1..=lines.count()).take(50).find(is_code).unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `tl:` stands for the mark, so that this file ignores nothing itself.
    fn marked(text: &str) -> String {
        text.replace("tl:", "tightlip:")
    }

    fn ignores(text: &str) -> Vec<(String, u32, u32, String)> {
        let text = marked(text);
        let all = read(text.as_bytes(), &LineIndex::new(text.as_bytes()));
        let ids = |ignore: &Ignore| ignore.rules.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>().join("+");
        all.iter().map(|ignore| (ids(ignore), ignore.first_line, ignore.last_line, ignore.reason.clone())).collect()
    }

    #[test]
    fn a_comment_behind_code_covers_its_line() {
        assert_eq!(ignores("a: b\nc: d # tl: ignore[x-y] test only\n"), [("x-y".into(), 2, 2, "test only".into())]);
    }

    #[test]
    fn a_comment_alone_covers_the_next_line_of_code() {
        assert_eq!(ignores("# tl: ignore[x]\n# more\n\na: b\n"), [("x".into(), 4, 4, String::new())]);
    }

    #[test]
    fn a_block_covers_everything_between_its_marks() {
        let text = "a\n// tl: ignore-start[x, y] why\nb\n// tl: ignore-end\nc\n";
        assert_eq!(ignores(text), [("x+y".into(), 2, 4, "why".into())]);
        assert_eq!(ignores("# tl: ignore-start[x]\nb\nc"), [("x".into(), 1, 3, String::new())]);
    }

    #[test]
    fn other_comment_languages_count_and_prose_does_not() {
        assert_eq!(ignores("<a/> <!-- tl: ignore[x] why -->").len(), 1);
        assert_eq!(ignores("<a/> <!-- tl: ignore[x] why -->")[0].3, "why");
        assert_eq!(ignores("{{/* tl: ignore[x] */}}\nk: v")[0].1, 2);
        assert_eq!(ignores("write tl: ignore[x] to silence it"), []);
        assert_eq!(ignores("write `# tl: ignore[x]` to silence it"), []);
        assert_eq!(ignores("k: v # tl: ignore"), []);
    }

    #[test]
    fn the_place_of_each_rule_is_known() {
        let text = marked("k: v # tl: ignore[one, two]");
        let all = read(text.as_bytes(), &LineIndex::new(text.as_bytes()));
        assert_eq!(all[0].rules[1].1.slice(text.as_bytes()), b"two");
    }
}

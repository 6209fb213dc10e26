//! A changed file as a unified diff.
//!
//! It does not know which lines changed, nor that what it shows is masked: both come with the texts.

use std::io::{self, Write};
use std::ops::Range;

use crate::model::RepoPath;
use crate::text::{is_hidden, visible};

/// Lines shown before and after a change.
const CONTEXT: u32 = 3;

/// Runs of lines that differ, 0-based: before and after.
pub type Change = (Range<u32>, Range<u32>);

/// `before` and `after` are the two texts as they may be shown, with the same lines as those that `changes` is about.
pub fn write_diff(
    path: &RepoPath,
    before: &str,
    after: &str,
    changes: &[Change],
    out: &mut dyn Write,
) -> io::Result<()> {
    let name = visible(&path.to_text());
    writeln!(out, "--- a/{name}\n+++ b/{name}")?;
    let (old, new) = (lines(before), lines(after));
    for hunk in hunks(changes) {
        let (first, last) = (&hunk[0], &hunk[hunk.len() - 1]);
        let lead = first.0.start.min(CONTEXT);
        let tail = (old.len() as u32).saturating_sub(last.0.end).min(CONTEXT);
        let (from, to) = (first.0.start - lead, first.1.start - lead);
        let (old_length, new_length) = (last.0.end + tail - from, last.1.end + tail - to);
        writeln!(out, "@@ -{} +{} @@", extent(from, old_length), extent(to, new_length))?;
        let mut at = from;
        for (gone, came) in hunk {
            tell(' ', &old, at..gone.start, out)?;
            tell('-', &old, gone.clone(), out)?;
            tell('+', &new, came.clone(), out)?;
            at = gone.end;
        }
        tell(' ', &old, at..last.0.end + tail, out)?;
    }
    Ok(())
}

/// Changes that share their context stand together.
fn hunks(changes: &[Change]) -> Vec<&[Change]> {
    changes.chunk_by(|one, next| next.0.start - one.0.end <= 2 * CONTEXT).collect()
}

/// `first,length` as a diff says it: 1-based, and the line before for what is empty.
fn extent(first: u32, length: u32) -> String {
    format!("{},{length}", if length == 0 { first } else { first + 1 })
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

fn tell(sign: char, lines: &[&str], range: Range<u32>, out: &mut dyn Write) -> io::Result<()> {
    for line in lines.iter().take(range.end as usize).skip(range.start as usize) {
        let content = line.strip_suffix('\n');
        let shown: String = content.unwrap_or(line).chars().map(shown).collect();
        writeln!(out, "{sign}{shown}")?;
        if content.is_none() {
            writeln!(out, "\\ No newline at end of file")?;
        }
    }
    Ok(())
}

/// A carriage return belongs to the line break.
fn shown(character: char) -> char {
    if is_hidden(character) && !matches!(character, '\t' | '\r' | '\u{feff}') {
        char::REPLACEMENT_CHARACTER
    } else {
        character
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diff(before: &str, after: &str) -> String {
        let mut out = Vec::new();
        let changes = crate::text::changed_lines(before.as_bytes(), after.as_bytes());
        write_diff(&RepoPath::from("f.yaml"), before, after, &changes, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_change_stands_between_three_lines_on_either_side() {
        let before = "1\n2\n3\n4\n5\n6\n7\n8\n";
        let after = before.replace("5\n", "five\nand more\n");
        let expected = "--- a/f.yaml\n+++ b/f.yaml\n@@ -2,7 +2,8 @@\n 2\n 3\n 4\n-5\n+five\n+and more\n 6\n 7\n 8\n";
        assert_eq!(diff(before, &after), expected);
    }

    #[test]
    fn changes_far_apart_have_hunks_of_their_own() {
        let before: String = (1..=30).map(|line| format!("{line}\n")).collect();
        let after = before.replace("\n2\n", "\ntwo\n").replace("\n28\n", "\n28\nmore\n");
        let told = diff(&before, &after);
        assert_eq!(told.matches("@@ -").count(), 2);
        assert!(told.contains("@@ -1,5 +1,5 @@") && told.contains("@@ -26,5 +26,6 @@"), "{told}");
    }

    #[test]
    fn a_last_line_without_a_break_says_so() {
        assert!(
            diff("a", "a\nb").ends_with("-a\n\\ No newline at end of file\n+a\n+b\n\\ No newline at end of file\n")
        );
    }
}

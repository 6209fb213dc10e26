//! Which lines of a text are new, or differ, compared with what it was before.
//!
//! It does not know files or commits, nor where a line went that is there no more.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput};

use super::LineIndex;

/// The lines of a text that its earlier form does not have in that place. White space around a line does not make it
/// new: neither other line breaks nor another indentation are content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddedLines {
    /// 1-based, sorted, apart.
    ranges: Vec<Range<u32>>,
}

impl AddedLines {
    pub fn between(before: &[u8], after: &[u8]) -> AddedLines {
        let mut input = InternedInput::default();
        input.update_before(lines(before));
        input.update_after(lines(after));
        let diff = Diff::compute(Algorithm::Histogram, &input);
        let added = diff.hunks().map(|hunk| hunk.after.start + 1..hunk.after.end + 1);
        AddedLines { ranges: added.filter(|range| !range.is_empty()).collect() }
    }

    /// True when a line from `first` to `last`, both 1-based and included, is new.
    pub fn meet(&self, first: u32, last: u32) -> bool {
        let next = self.ranges.partition_point(|range| range.end <= first);
        self.ranges.get(next).is_some_and(|range| range.start <= last)
    }
}

/// Runs of lines that differ: in the text before, and what stands there after. 0-based, sorted, apart; here white space
/// counts.
pub fn changed_lines(before: &[u8], after: &[u8]) -> Vec<(Range<u32>, Range<u32>)> {
    let mut input = InternedInput::default();
    input.update_before(before.split_inclusive(|byte| *byte == b'\n'));
    input.update_after(after.split_inclusive(|byte| *byte == b'\n'));
    let diff = Diff::compute(Algorithm::Histogram, &input);
    diff.hunks().map(|hunk| (hunk.before, hunk.after)).collect()
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let index = LineIndex::new(text);
    (1..=index.count()).map(move |line| index.line(line).slice(text).trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first and the last line of each part.
    fn added(before: &str, after: &str) -> Vec<(u32, u32)> {
        let lines = AddedLines::between(before.as_bytes(), after.as_bytes());
        lines.ranges.iter().map(|range| (range.start, range.end - 1)).collect()
    }

    #[test]
    fn changed_and_inserted_lines_are_new() {
        assert_eq!(added("a\nb\nc\n", "a\nB\nc\nd\n"), [(2, 2), (4, 4)]);
        assert_eq!(added("", "a\nb\n"), [(1, 2)]);
        assert!(added("a\nb\nc\n", "a\nc\n").is_empty());
    }

    #[test]
    fn white_space_around_a_line_is_no_content() {
        assert!(added("a:\n  b: 1\n", "a:\r\n    b: 1 \r\n").is_empty());
    }

    #[test]
    fn line_breaks_and_indentation_count_where_a_difference_is_shown() {
        assert_eq!(changed_lines(b"a\nb\nc\n", b"a\n  b\nc\nd\n"), [(1..2, 1..2), (3..3, 3..4)]);
        assert_eq!(changed_lines(b"a\n", b"a\r\n"), [(0..1, 0..1)]);
        assert!(changed_lines(b"a\n", b"a\n").is_empty());
    }

    #[test]
    fn an_extent_meets_what_it_touches_and_no_more() {
        let lines = AddedLines { ranges: vec![3..5, 9..10] };
        let met: Vec<u32> = (1..12).filter(|&line| lines.meet(line, line)).collect();
        assert_eq!(met, [3, 4, 9]);
        assert!(lines.meet(1, 3) && lines.meet(5, 20) && !lines.meet(5, 8) && !lines.meet(10, 20));
    }
}

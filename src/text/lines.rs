//! Byte offsets to lines and columns, and back to whole lines: the only place where lines exist.
//!
//! It does not know what a line says.

use super::Span;

/// A place as people and editors name it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// 1-based.
    pub line: u32,
    /// 1-based, in Unicode scalar values (SARIF's `unicodeCodePoints`); a byte that is not UTF-8 counts as one.
    pub column: u32,
}

/// Two positions; the end is exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region {
    pub start: Position,
    pub end: Position,
}

/// Where the lines of one text begin.
///
/// A line ends at `\n` (a `\r` before it belongs to the line break). A text without any `\n` ends its lines at `\r`.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<usize>,
    length: usize,
}

impl LineIndex {
    pub fn new(text: &[u8]) -> Self {
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', text).map(|at| at + 1));
        if starts.len() == 1 {
            starts.extend(memchr::memchr_iter(b'\r', text).map(|at| at + 1));
        }
        LineIndex { starts, length: text.len() }
    }

    /// How many lines begin in the text; never 0.
    pub fn count(&self) -> u32 {
        self.starts.len() as u32
    }

    /// The 1-based line that holds `offset`.
    pub fn line_of(&self, offset: usize) -> u32 {
        self.starts.partition_point(|&start| start <= offset) as u32
    }

    /// The bytes of a 1-based line, its line break included; empty beyond the last line.
    pub fn line(&self, line: u32) -> Span {
        let index = (line as usize).saturating_sub(1);
        let start = self.starts.get(index).copied().unwrap_or(self.length);
        let end = self.starts.get(index + 1).copied().unwrap_or(self.length);
        Span::new(start, end)
    }

    /// The bytes of a 1-based line without its line break.
    pub fn line_content(&self, text: &[u8], line: u32) -> Span {
        let span = self.line(line);
        let kept = span.slice(text).iter().rposition(|byte| !matches!(byte, b'\n' | b'\r'));
        Span::new(span.start, span.start + kept.map_or(0, |last| last + 1))
    }

    pub fn position(&self, text: &[u8], offset: usize) -> Position {
        let line = self.line_of(offset);
        let before = Span::new(self.line(line).start, offset.min(self.length)).slice(text);
        let before = if line == 1 { before.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(before) } else { before };
        Position { line, column: characters(before) + 1 }
    }

    pub fn region(&self, text: &[u8], span: Span) -> Region {
        Region { start: self.position(text, span.start), end: self.position(text, span.end) }
    }
}

/// Unicode scalar values in `bytes`, each undecodable byte counted as one.
fn characters(bytes: &[u8]) -> u32 {
    bytes.utf8_chunks().map(|chunk| chunk.valid().chars().count() + chunk.invalid().len()).sum::<usize>() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, offset: usize) -> (u32, u32) {
        let position = LineIndex::new(text.as_bytes()).position(text.as_bytes(), offset);
        (position.line, position.column)
    }

    #[test]
    fn columns_count_characters_not_bytes() {
        assert_eq!(at("añb\nç=x", 3), (1, 3));
        assert_eq!(at("añb\nç=x", 7), (2, 2));
    }

    #[test]
    fn a_byte_order_mark_takes_no_column() {
        assert_eq!(at("\u{feff}key", 3), (1, 1));
    }

    #[test]
    fn crlf_belongs_to_the_line_it_ends() {
        let text = b"a\r\nb\r\n";
        let index = LineIndex::new(text);
        assert_eq!(index.line_content(text, 1).slice(text), b"a");
        assert_eq!(index.line_content(text, 2).slice(text), b"b");
        assert_eq!(index.line_of(3), 2);
        assert_eq!(index.line_of(4), 2);
    }

    #[test]
    fn carriage_returns_end_lines_only_where_there_is_no_newline() {
        assert_eq!(at("a\rb\rc", 4), (3, 1));
        assert_eq!(at("a\rb\nc", 2), (1, 3));
    }

    #[test]
    fn the_end_of_the_text_is_a_place() {
        assert_eq!(at("", 0), (1, 1));
        assert_eq!(at("ab\n", 3), (2, 1));
        assert_eq!(at("ab", 2), (1, 3));
    }
}

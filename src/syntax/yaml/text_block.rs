//! Blocks of text: `|` keeps its lines, `>` folds them.
//!
//! It does not know indentation that is written as a number, nor blocks without text: those are left to the full parser.

use super::block::Reader;
use super::lines;
use crate::syntax::Style;
use crate::text::Span;

/// What becomes of the line breaks at the end.
#[derive(Clone, Copy, PartialEq)]
enum Chomping {
    Clip,
    Strip,
    Keep,
}

/// Where the lines with text end, and what follows.
struct Tail {
    end: usize,
    /// The last of them has a line break.
    is_broken: bool,
    blank_lines: usize,
}

impl Reader<'_> {
    /// The block whose header begins here; its lines are indented further than `parent`.
    pub fn text_block(&mut self, parent: usize) -> Option<()> {
        let style = if self.bytes[self.at] == b'|' { Style::Literal } else { Style::Folded };
        self.at += 1;
        let chomping = match self.peek() {
            Some(b'-') => Chomping::Strip,
            Some(b'+') => Chomping::Keep,
            _ => Chomping::Clip,
        };
        self.at += usize::from(chomping != Chomping::Clip);
        self.end_line()?;
        let header = self.at;
        let (leading, indent) = self.leading_lines()?;
        if indent <= parent {
            return None;
        }
        let begin = if leading > 0 { header } else { self.at + indent };
        let value = self.builder.value().len();
        let tail = self.lines_of_text(style, indent, leading)?;
        let end = match chomping {
            Chomping::Strip => tail.end,
            Chomping::Clip => tail.end + usize::from(tail.is_broken),
            Chomping::Keep => self.at,
        };
        let breaks = if chomping == Chomping::Keep { tail.blank_lines } else { 0 };
        let breaks = breaks + usize::from(tail.is_broken && chomping != Chomping::Strip);
        self.builder.value().extend(std::iter::repeat_n('\n', breaks));
        self.builder.written(self.text, value, style, Span::new(begin, end));
        Some(())
    }

    /// Steps over blank lines before the text; how many they are, and how far the text is indented.
    fn leading_lines(&mut self) -> Option<(usize, usize)> {
        let (mut count, mut widest) = (0, 0);
        loop {
            let text = lines::skip_spaces(self.bytes, self.at);
            let indent = text - self.at;
            match self.bytes.get(text)? {
                b'\n' => {
                    (count, widest) = (count + 1, widest.max(indent));
                    self.at = text + 1;
                }
                b'\t' => return None,
                _ => return (widest <= indent).then_some((count, indent)),
            }
        }
    }

    /// Adds the lines to the value, without the breaks that follow the last one.
    fn lines_of_text(&mut self, style: Style, indent: usize, leading: usize) -> Option<Tail> {
        let (mut breaks, mut is_first, mut was_spaced) = (leading, true, false);
        loop {
            let start = self.at + indent;
            let end = start + memchr::memchr(b'\n', &self.bytes[start..]).unwrap_or(self.bytes.len() - start);
            let is_spaced = matches!(self.bytes[start], b' ' | b'\t');
            let folds = style == Style::Folded && !is_first && !was_spaced && !is_spaced;
            let value = self.builder.value();
            match folds {
                true if breaks == 0 => value.push(' '),
                true => value.extend(std::iter::repeat_n('\n', breaks)),
                false => value.extend(std::iter::repeat_n('\n', breaks + usize::from(!is_first))),
            }
            value.push_str(&self.text[start..end]);
            (is_first, was_spaced) = (false, is_spaced);
            if style == Style::Folded && matches!(self.bytes[end - 1], b' ' | b'\t') {
                // Where such a text ends is not easily said.
                return None;
            }
            self.at = (end + 1).min(self.bytes.len());
            let is_broken = end < self.bytes.len();
            breaks = self.blank_lines(indent)?;
            if !self.is_line_of_text(indent) {
                return Some(Tail { end, is_broken, blank_lines: breaks });
            }
        }
    }

    /// Steps over lines that hold no more than the indentation.
    fn blank_lines(&mut self, indent: usize) -> Option<usize> {
        let mut count = 0;
        loop {
            let text = lines::skip_spaces(self.bytes, self.at);
            match self.bytes.get(text) {
                Some(b'\n') if text - self.at <= indent => count += 1,
                None if text > self.at => return None,
                _ => return Some(count),
            }
            self.at = text + 1;
        }
    }

    fn is_line_of_text(&self, indent: usize) -> bool {
        self.at < self.bytes.len() && lines::skip_spaces(self.bytes, self.at) - self.at >= indent
    }
}

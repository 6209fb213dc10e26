//! The few lines a report shows, captured while the file was in memory, with every secret on them masked.
//!
//! It does not know the finding; reporters know nothing else of the source.

use super::Blob;
use crate::text::{Span, is_hidden};

/// Lines shown above and below the place.
const CONTEXT: u32 = 1;
/// Lines of the place itself; a longer one is cut.
const MOST_LINES: u32 = 6;
/// Characters of a line; a longer one is cut around the place.
const MOST_COLUMNS: usize = 160;

/// Bytes of a secret that is looked for by its text; a shorter one would be found everywhere.
const SHORTEST_HIDDEN: usize = 4;

/// How secrets are masked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Masking {
    /// How many characters at the start of each secret stay visible, for triage; 0 unless asked for.
    pub reveal: usize,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt {
    /// The 1-based line of the file on which `text` begins.
    pub first_line: u32,
    /// Lines joined by `\n`, control characters replaced, secrets masked with `*`.
    pub text: String,
    /// The place, as bytes of `text`.
    pub highlight: Span,
}

impl Excerpt {
    /// The lines around `span`, with each of `secrets` (sorted, spans of the blob's text) masked.
    pub fn capture(blob: &Blob, span: Span, secrets: &[Span], masking: Masking) -> Excerpt {
        let lines = blob.lines();
        let (first, last) = (lines.line_of(span.start), lines.line_of(span.end.max(span.start + 1) - 1));
        let last = last.min(first + MOST_LINES - 1);
        let (top, bottom) = (first.saturating_sub(CONTEXT).max(1), (last + CONTEXT).min(lines.count()));
        let mut pen = Pen { out: String::new(), span, secrets, masking, start: None, end: None };
        for line in top..=bottom {
            if line > top {
                pen.out.push('\n');
            }
            pen.line(blob.text, lines.line_content(blob.text, line));
        }
        let start = pen.start.unwrap_or(pen.out.len());
        let highlight = Span::new(start, pen.end.unwrap_or(start).max(start));
        Excerpt { first_line: blob.lines_before() + top, text: pen.out, highlight }
    }

    /// Masks what turned out to be a secret after the lines were captured.
    pub fn hide(&mut self, secret: &str) {
        for line in secret.lines().map(str::trim).filter(|line| line.len() >= SHORTEST_HIDDEN) {
            if self.text.contains(line) {
                // As many bytes as before: the highlight stays where it is.
                self.text = self.text.replace(line, &"*".repeat(line.len()));
            }
        }
    }
}

struct Pen<'a> {
    out: String,
    span: Span,
    secrets: &'a [Span],
    masking: Masking,
    start: Option<usize>,
    end: Option<usize>,
}

impl Pen<'_> {
    fn line(&mut self, text: &[u8], line: Span) {
        let shown = self.window(text, line);
        if shown.start > line.start {
            self.out.push('…');
        }
        let mut at = shown.start;
        for chunk in shown.slice(text).utf8_chunks() {
            for character in chunk.valid().chars() {
                self.character(at, character);
                at += character.len_utf8();
            }
            for _ in chunk.invalid() {
                self.character(at, char::REPLACEMENT_CHARACTER);
                at += 1;
            }
        }
        self.place(at, line);
        if shown.end < line.end {
            self.out.push('…');
        }
    }

    fn character(&mut self, at: usize, character: char) {
        if at >= self.span.start && at < self.span.end && self.start.is_none() {
            self.start = Some(self.out.len());
        }
        let shown = match character {
            _ if self.is_masked(at) => '*',
            '\t' => ' ',
            hidden if is_hidden(hidden) => char::REPLACEMENT_CHARACTER,
            visible => visible,
        };
        self.out.push(shown);
        if at >= self.span.start && at < self.span.end {
            self.end = Some(self.out.len());
        }
    }

    /// An empty span, or one in a line break, still has a place.
    fn place(&mut self, at: usize, line: Span) {
        if self.start.is_none() && self.span.start >= line.start && self.span.start <= at {
            self.start = Some(self.out.len());
        }
    }

    fn is_masked(&self, at: usize) -> bool {
        let next = self.secrets.partition_point(|secret| secret.end <= at);
        self.secrets.get(next).is_some_and(|secret| secret.start <= at && at - secret.start >= self.masking.reveal)
    }

    /// The part of a line that is shown: all of it, or what lies around the place.
    fn window(&self, text: &[u8], line: Span) -> Span {
        if line.len() <= MOST_COLUMNS {
            return line;
        }
        let middle = self.span.start.clamp(line.start, line.end);
        let start = boundary(text, middle.saturating_sub(MOST_COLUMNS / 4).max(line.start));
        Span::new(start, boundary(text, (start + MOST_COLUMNS).min(line.end)))
    }
}

/// The nearest offset at or before `at` that does not split a UTF-8 character.
fn boundary(text: &[u8], at: usize) -> usize {
    let is_continuation = |offset: usize| text.get(offset).is_some_and(|byte| byte & 0xC0 == 0x80);
    (at.saturating_sub(3)..=at).rev().find(|&offset| !is_continuation(offset)).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Origin, RepoPath};
    use crate::text::OffsetMap;

    fn capture(text: &str, span: Span, secrets: &[Span]) -> Excerpt {
        let origin = Origin { path: RepoPath::from("f") };
        let blob = Blob::new(&origin, text.as_bytes(), OffsetMap::Identity);
        Excerpt::capture(&blob, span, secrets, Masking::default())
    }

    #[test]
    fn secrets_on_context_lines_are_masked_too() {
        let excerpt =
            capture("a: hunter2\nb: x\nc: t0psecret\n", Span::new(11, 12), &[Span::new(3, 10), Span::new(19, 28)]);
        assert_eq!(excerpt.text, "a: *******\nb: x\nc: *********");
        assert_eq!(excerpt.first_line, 1);
        assert_eq!(excerpt.highlight.slice(excerpt.text.as_bytes()), b"b");
    }

    #[test]
    fn control_characters_do_not_reach_a_terminal() {
        assert_eq!(capture("k: \x1b[31m\u{202e}v", Span::new(0, 1), &[]).text, "k: \u{fffd}[31m\u{fffd}v");
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let text = format!("{}password=x{}", "é".repeat(5_000), "ü".repeat(5_000));
        let at = text.find("password").unwrap();
        let excerpt = capture(&text, Span::new(at, at + 8), &[]);
        assert!(excerpt.text.len() < 400);
        assert_eq!(excerpt.highlight.slice(excerpt.text.as_bytes()), b"password");
    }

    #[test]
    fn an_empty_place_at_the_end_of_the_text_is_shown() {
        let excerpt = capture("a:\n", Span::new(3, 3), &[]);
        assert_eq!(excerpt.text, "a:\n");
        assert_eq!(excerpt.highlight, Span::new(3, 3));
    }
}

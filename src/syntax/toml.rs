//! TOML to a tree: tables, arrays of tables, inline tables, strings of one line and of several.
//!
//! It does not know dates, and it checks nothing: what is no TOML is passed over to the next line.

use super::scan::{DEEPEST, add_string, line_end, string_end};
use super::{Builder, Style, Tree};
use crate::text::Span;

pub fn parse(text: &str) -> Tree {
    let mut reader = Reader { text, at: 0, builder: Builder::new() };
    reader.builder.mapping(0, None);
    while reader.at < text.len() {
        reader.line();
    }
    reader.builder.finish()
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    builder: Builder,
}

impl Reader<'_> {
    /// A table's name, an entry, or nothing.
    fn line(&mut self) {
        self.skip_blanks(true);
        match self.byte() {
            Some(b'[') => self.table(),
            Some(_) if self.entry(b"\n") => {}
            _ => self.skip_line(),
        }
    }

    /// `[a.b]` and `[[a.b]]`: mappings that stay open until the next one.
    fn table(&mut self) {
        while self.builder.depth() > 1 {
            self.builder.close(None);
        }
        self.at += self.text[self.at..].bytes().take_while(|&byte| byte == b'[').count();
        while let Some(part) = self.key_part() {
            self.builder.mapping(part.end, None);
            if !self.skip_byte(b'.') || self.builder.depth() > DEEPEST {
                break;
            }
        }
        self.skip_line();
    }

    /// `a.b = value`; false where none stands.
    fn entry(&mut self, ends: &[u8]) -> bool {
        let (start, depth) = (self.at, self.builder.depth());
        // Nothing may be added before it is clear that an entry stands here.
        let Some(operator) = self.operator() else { return false };
        self.at = start;
        while self.key_part().is_some() && self.skip_byte(b'.') && self.builder.depth() < depth + DEEPEST {
            self.builder.mapping(self.at, None);
        }
        self.at = operator;
        self.value(ends);
        while self.builder.depth() > depth {
            self.builder.close(None);
        }
        true
    }

    /// Behind the `=` of the entry that begins here.
    fn operator(&self) -> Option<usize> {
        let line = Span::new(self.at, line_end(self.text, self.at));
        let mut at = line.start;
        while at < line.end {
            match self.text.as_bytes()[at] {
                b'=' if at > line.start => return Some(at + 1),
                b'"' | b'\'' => at = string_end(self.text, at, line.end, false)?,
                byte if byte.is_ascii_alphanumeric() || b"_-. \t".contains(&byte) => at += 1,
                _ => return None,
            }
        }
        None
    }

    /// Adds a bare or a quoted part of a key, with the blanks around it passed over.
    fn key_part(&mut self) -> Option<Span> {
        self.skip_blanks(false);
        let start = self.at;
        match self.byte()? {
            b'"' | b'\'' => {
                self.at = string_end(self.text, start, line_end(self.text, start), false)?;
                add_string(self.text, Span::new(start, self.at), &mut self.builder);
            }
            _ => {
                let rest = self.text[start..].bytes();
                self.at += rest.take_while(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(byte)).count();
                if self.at == start {
                    return None;
                }
                self.builder.verbatim(Span::new(start, self.at), None);
            }
        }
        let part = Span::new(start, self.at);
        self.skip_blanks(false);
        Some(part)
    }

    /// Adds a value; what has none is an empty one.
    fn value(&mut self, ends: &[u8]) {
        self.skip_blanks(false);
        let start = self.at;
        let rest = &self.text[start..];
        let long = ["\"\"\"", "'''"].into_iter().find(|quotes| rest.starts_with(quotes));
        match self.byte() {
            _ if long.is_some() => self.long_string(long.unwrap_or_default()),
            Some(b'"' | b'\'') => match string_end(self.text, start, line_end(self.text, start), false) {
                Some(end) => {
                    add_string(self.text, Span::new(start, end), &mut self.builder);
                    self.at = end;
                }
                None => self.bare(ends),
            },
            Some(b'[') if self.builder.depth() < DEEPEST => self.array(),
            Some(b'{') if self.builder.depth() < DEEPEST => self.inline_table(),
            _ => self.bare(ends),
        }
    }

    fn long_string(&mut self, quotes: &str) {
        let inner = self.at + quotes.len();
        let length = self.text[inner..].find(quotes).unwrap_or(self.text.len() - inner);
        let end = (inner + length + quotes.len()).min(self.text.len());
        self.builder.slice(Span::new(inner, inner + length), Style::Literal, Span::new(self.at, end), None);
        self.at = end;
    }

    fn array(&mut self) {
        self.builder.sequence(self.at, None);
        self.at += 1;
        loop {
            self.skip_blanks(true);
            match self.byte() {
                None => break,
                Some(b']') => {
                    self.at += 1;
                    break;
                }
                Some(b',') => self.at += 1,
                Some(_) => {
                    let before = self.at;
                    self.value(b",]\n");
                    self.at = self.at.max(before + self.text[before..].chars().next().map_or(1, char::len_utf8));
                }
            }
        }
        self.builder.close(Some(self.at));
    }

    fn inline_table(&mut self) {
        self.builder.mapping(self.at, None);
        self.at += 1;
        loop {
            self.skip_blanks(true);
            match self.byte() {
                Some(b'}') => {
                    self.at += 1;
                    break;
                }
                Some(b',') => self.at += 1,
                Some(_) if self.entry(b",}\n") => {}
                _ => break,
            }
        }
        self.builder.close(Some(self.at));
    }

    /// Numbers, dates, words, and what is no TOML: up to one of `ends` or a comment.
    fn bare(&mut self, ends: &[u8]) {
        let rest = self.text[self.at..].bytes();
        let length = rest.take_while(|byte| !ends.contains(byte) && !matches!(byte, b'\n' | b'\r' | b'#')).count();
        let end = self.at + self.text[self.at..self.at + length].trim_end().len();
        self.builder.verbatim(Span::new(self.at, end), None);
        self.at += length;
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_byte(&mut self, byte: u8) -> bool {
        let found = self.byte() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// Blanks; with `lines` also line breaks and comments.
    fn skip_blanks(&mut self, lines: bool) {
        while let Some(byte) = self.byte() {
            match byte {
                b' ' | b'\t' => self.at += 1,
                b'\n' | b'\r' if lines => self.at += 1,
                b'#' if lines => self.at = line_end(self.text, self.at),
                _ => return,
            }
        }
    }

    fn skip_line(&mut self) {
        self.at = (line_end(self.text, self.at) + 1).min(self.text.len());
    }
}

//! Collections in brackets that end on the line they begin on.
//!
//! It does not know pairs without braces, empty entries or keys without a value: those are left to the full parser.

use super::block::{Reader, Scalar};
use super::lines;
use crate::text::Span;

/// More brackets inside each other are left to the full parser and its limits.
const DEEPEST: usize = 16;

impl Reader<'_> {
    /// The collection whose bracket stands here.
    pub fn flow(&mut self, depth: usize) -> Option<()> {
        let close = match self.peek()? {
            b'[' => {
                self.builder.sequence(self.at, None);
                b']'
            }
            _ => {
                self.builder.mapping(self.at, None);
                b'}'
            }
        };
        self.at += 1;
        self.skip_spaces();
        if depth == DEEPEST {
            return None;
        }
        while self.peek()? != close {
            if close == b'}' {
                let key = self.flow_scalar()?;
                self.at = key.span.end;
                self.add(key)?;
                self.skip_spaces();
                self.bytes[self.at..].starts_with(b": ").then_some(())?;
                self.at += 1;
                self.skip_spaces();
            }
            self.flow_node(depth)?;
            self.skip_spaces();
            match self.peek()? {
                b',' => self.at += 1,
                byte if byte == close => break,
                _ => return None,
            }
            self.skip_spaces();
            // A comma at the end is seldom written.
            (self.peek()? != close).then_some(())?;
        }
        self.at += 1;
        self.builder.close(Some(self.at));
        Some(())
    }

    fn flow_node(&mut self, depth: usize) -> Option<()> {
        if matches!(self.peek()?, b'[' | b'{') {
            return self.flow(depth + 1);
        }
        let scalar = self.flow_scalar()?;
        self.at = scalar.span.end;
        self.add(scalar)
    }

    fn flow_scalar(&self) -> Option<Scalar> {
        let first = self.peek()?;
        match first {
            b'"' | b'\'' => self.quoted(first),
            b'-' | b':' if !self.bytes.get(self.at + 1)?.is_ascii_alphanumeric() => None,
            _ if lines::begins_plain(&self.bytes[self.at..]) => {
                Some(Scalar::plain(Span::new(self.at, lines::plain_end_in_flow(self.bytes, self.at)?)))
            }
            _ => None,
        }
    }
}

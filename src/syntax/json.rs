//! JSON to a tree: also with comments, trailing commas and several values in one file, as editors and logs write it.
//!
//! It does not know what the keys mean. What stands before an error stays in the tree.

use super::{Builder, Style, SyntaxError, Tree, scalar};
use crate::text::{LineIndex, Span};

/// How many collections may be open at once; as many as in YAML.
const DEEPEST: usize = 255;

pub fn parse(text: &str) -> Tree {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut reader = Reader { text, at: start, builder: Builder::new(), open: Vec::new(), lines: None };
    while reader.at < text.len() {
        if let Err(wrong) = reader.values() {
            reader.stop(wrong);
            reader.skip_to_next_value();
        }
    }
    reader.builder.finish()
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    builder: Builder,
    open: Vec<Collection>,
    /// Made for the first error.
    lines: Option<LineIndex>,
}

#[derive(Clone, Copy, PartialEq)]
enum Collection {
    Mapping,
    Sequence,
}

/// What may come next.
#[derive(Clone, Copy, PartialEq)]
enum Next {
    Value,
    Colon,
    /// A comma, or the closing bracket.
    Comma,
    /// A key or an item, or the closing bracket.
    Entry,
}

struct Wrong {
    offset: usize,
    message: &'static str,
    too_deep: bool,
}

impl Reader<'_> {
    /// Reads values to the end of the text.
    fn values(&mut self) -> Result<(), Wrong> {
        let mut next = Next::Value;
        loop {
            self.skip_blanks()?;
            let Some(&byte) = self.text.as_bytes().get(self.at) else { return self.end() };
            next = match (next, byte) {
                (Next::Comma | Next::Entry, b'}' | b']') => self.close(byte)?,
                (Next::Comma, b',') => {
                    self.at += 1;
                    Next::Entry
                }
                (Next::Comma, _) => return Err(self.wrong("a comma or a closing bracket is missing")),
                (Next::Colon, b':') => {
                    self.at += 1;
                    Next::Value
                }
                (Next::Colon, _) => return Err(self.wrong("a colon is missing after the key")),
                // Between the values of a stream, some write a comma.
                (Next::Value, b',') if self.open.is_empty() => {
                    self.at += 1;
                    Next::Value
                }
                (Next::Entry, _) if self.open.last() == Some(&Collection::Mapping) => self.key(byte)?,
                (_, b'{') => self.open(Collection::Mapping)?,
                (_, b'[') => self.open(Collection::Sequence)?,
                _ => self.scalar(byte)?,
            };
        }
    }

    fn end(&self) -> Result<(), Wrong> {
        match self.open.last() {
            None => Ok(()),
            Some(Collection::Mapping) => Err(self.wrong("the text ends inside { }")),
            Some(Collection::Sequence) => Err(self.wrong("the text ends inside [ ]")),
        }
    }

    fn open(&mut self, collection: Collection) -> Result<Next, Wrong> {
        if self.open.len() == DEEPEST {
            let message = "collections are nested too deeply to be read";
            return Err(Wrong { offset: self.at, message, too_deep: true });
        }
        match collection {
            Collection::Mapping => self.builder.mapping(self.at, None),
            Collection::Sequence => self.builder.sequence(self.at, None),
        };
        self.open.push(collection);
        self.at += 1;
        Ok(Next::Entry)
    }

    fn close(&mut self, bracket: u8) -> Result<Next, Wrong> {
        let closed = if bracket == b'}' { Collection::Mapping } else { Collection::Sequence };
        if self.open.last() != Some(&closed) {
            return Err(self.wrong("a closing bracket does not fit the one that is open"));
        }
        self.open.pop();
        self.at += 1;
        self.builder.close(Some(self.at));
        Ok(self.after_value())
    }

    fn after_value(&self) -> Next {
        if self.open.is_empty() { Next::Value } else { Next::Comma }
    }

    fn key(&mut self, byte: u8) -> Result<Next, Wrong> {
        if byte == b'"' {
            self.string()?;
            return Ok(Next::Colon);
        }
        let word = self.word();
        if word.is_empty() {
            return Err(self.wrong("a key in quotes is missing"));
        }
        self.plain(word.len());
        Ok(Next::Colon)
    }

    fn scalar(&mut self, byte: u8) -> Result<Next, Wrong> {
        match byte {
            b'"' => self.string()?,
            _ => {
                let word = self.word();
                let is_number = word.starts_with(|first: char| matches!(first, '0'..='9' | '-' | '+' | '.'));
                if !is_number && !matches!(word, "true" | "false" | "null" | "NaN" | "Infinity") {
                    return Err(self.wrong("a value is missing, or it needs quotes"));
                }
                self.plain(word.len());
            }
        }
        Ok(self.after_value())
    }

    fn plain(&mut self, length: usize) {
        self.builder.verbatim(Span::new(self.at, self.at + length), None);
        self.at += length;
    }

    fn word(&self) -> &str {
        let rest = &self.text[self.at..];
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'-' | b'+' | b'.');
        &rest[..rest.bytes().take_while(|byte| is_part(byte)).count()]
    }

    fn string(&mut self) -> Result<(), Wrong> {
        let inner = self.at + 1;
        let mut end = inner;
        let mut has_escapes = false;
        loop {
            let found = memchr::memchr3(b'"', b'\\', b'\n', &self.text.as_bytes()[end..]);
            let Some(found) = found else { return Err(self.wrong("this quote is never closed")) };
            end += found;
            match self.text.as_bytes()[end] {
                b'"' => break,
                b'\\' => {
                    has_escapes = true;
                    end = (end + 2).min(self.text.len());
                }
                _ => return Err(self.wrong("this quote is not closed on its line")),
            }
        }
        let span = Span::new(self.at, end + 1);
        match has_escapes {
            false => self.builder.slice(Span::new(inner, end), Style::DoubleQuoted, span, None),
            true => self.builder.decoded(&scalar::unescaped(&self.text[inner..end]), Style::DoubleQuoted, span, None),
        };
        self.at = end + 1;
        Ok(())
    }

    fn skip_blanks(&mut self) -> Result<(), Wrong> {
        let bytes = self.text.as_bytes();
        loop {
            while bytes.get(self.at).is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')) {
                self.at += 1;
            }
            let rest = &bytes[self.at..];
            if rest.starts_with(b"//") {
                self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            } else if rest.starts_with(b"/*") {
                let end = memchr::memmem::find(&rest[2..], b"*/").map(|end| end + 4);
                self.at += end.ok_or_else(|| self.wrong("this comment is never closed"))?;
            } else {
                return Ok(());
            }
        }
    }

    fn wrong(&self, message: &'static str) -> Wrong {
        Wrong { offset: self.at, message, too_deep: false }
    }

    /// Notes the error and closes what is open, so that what was read stays.
    fn stop(&mut self, wrong: Wrong) {
        let lines = self.lines.get_or_insert_with(|| LineIndex::new(self.text.as_bytes()));
        let position = lines.position(self.text.as_bytes(), wrong.offset);
        self.builder.error(SyntaxError { position, message: wrong.message.to_owned(), too_deep: wrong.too_deep });
        if self.builder.waiting_key().is_some() {
            self.builder.verbatim(Span::new(self.at, self.at), None);
        }
        for _ in self.open.drain(..) {
            self.builder.close(None);
        }
    }

    /// To the next line that begins with a bracket: one bad line of a log does not hide the others.
    fn skip_to_next_value(&mut self) {
        let bytes = self.text.as_bytes();
        let begins = |&line: &usize| matches!(bytes.get(line + 1), Some(b'{' | b'['));
        let line = memchr::memchr_iter(b'\n', &bytes[self.at..]).map(|at| self.at + at).find(begins);
        self.at = line.map_or(bytes.len(), |line| line + 1);
    }
}

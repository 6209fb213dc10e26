//! XML to a tree: elements and attributes are entries; an element of text is a scalar, the text beside attributes is the
//! entry `value`.
//!
//! It does not know schemas or namespaces and checks nothing. `<key>…</key>` names the element behind it, as in property
//! lists.

use super::scan::{DEEPEST, trimmed};
use super::{Builder, Style, Tree};
use crate::text::Span;

pub fn parse(text: &str) -> Tree {
    let mut reader = Reader { text, at: 0, builder: Builder::new(), open: 0, passed: 0, key: None };
    reader.builder.mapping(0, None);
    while reader.next() {}
    reader.builder.finish()
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    builder: Builder,
    /// Elements that are mappings here, and those below them that are too deep to be.
    open: usize,
    passed: usize,
    /// What `<key>` said last.
    key: Option<Span>,
}

/// What stands in a start tag.
struct Tag {
    name: Span,
    attributes: Vec<(Span, Span)>,
    /// `<a/>`
    closed: bool,
}

impl Reader<'_> {
    /// Reads one tag and the text behind it; false at the end.
    fn next(&mut self) -> bool {
        let Some(length) = memchr::memchr(b'<', &self.text.as_bytes()[self.at..]) else { return false };
        self.at += length;
        let rest = &self.text[self.at..];
        match rest.as_bytes().get(1) {
            Some(b'!') if rest.starts_with("<!--") => self.skip_past("-->"),
            Some(b'!') if rest.starts_with("<![CDATA[") => self.skip_past("]]>"),
            Some(b'?') => self.skip_past("?>"),
            Some(b'!') => self.skip_past(">"),
            Some(b'/') => {
                self.skip_past(">");
                self.close();
            }
            Some(byte) if byte.is_ascii_alphabetic() || *byte == b'_' => self.element(),
            _ => self.at += 1,
        }
        self.at < self.text.len()
    }

    fn skip_past(&mut self, end: &str) {
        let rest = &self.text[self.at..];
        self.at += rest.find(end).map_or(rest.len(), |length| length + end.len());
    }

    fn element(&mut self) {
        let Some(tag) = self.tag() else { return self.at += 1 };
        let content = if tag.closed { None } else { self.content() };
        let named = self.key.take();
        match content {
            Some((value, end)) if &self.text[tag.name.range()] == "key" && tag.attributes.is_empty() => {
                self.key = Some(value);
                self.at = end;
            }
            Some((value, end)) if tag.attributes.is_empty() => {
                self.builder.verbatim(named.unwrap_or(tag.name), None);
                self.add_text(value);
                self.at = end;
            }
            content => self.collection(&tag, named.unwrap_or(tag.name), content),
        }
    }

    /// An element with attributes or with elements in it.
    fn collection(&mut self, tag: &Tag, name: Span, content: Option<(Span, usize)>) {
        if self.open >= DEEPEST {
            self.passed += usize::from(!tag.closed && content.is_none());
            return;
        }
        self.builder.verbatim(name, None);
        self.builder.mapping(tag.name.start, None);
        for (key, value) in &tag.attributes {
            self.builder.verbatim(*key, None);
            self.add_text(*value);
        }
        if let Some((value, end)) = content {
            self.builder.decoded("value", Style::Plain, tag.name, None);
            self.add_text(value);
            self.at = end;
        }
        match tag.closed || content.is_some() {
            true => self.builder.close(Some(self.at)),
            false => self.open += 1,
        }
    }

    fn close(&mut self) {
        match (self.passed, self.open) {
            (1.., _) => self.passed -= 1,
            (0, 1..) => {
                self.open -= 1;
                self.builder.close(Some(self.at));
            }
            _ => {}
        }
    }

    /// The start tag that begins here; `at` is then behind it.
    fn tag(&mut self) -> Option<Tag> {
        let name = self.name(self.at + 1);
        let mut tag = Tag { name, attributes: Vec::new(), closed: false };
        let mut at = name.end;
        loop {
            at += self.text[at..].len() - self.text[at..].trim_start().len();
            match self.text.as_bytes().get(at)? {
                b'>' => break,
                b'/' | b'?' => {
                    tag.closed = true;
                    at += 1;
                }
                b'<' => return None,
                _ => {
                    let key = self.name(at);
                    let rest = &self.text[key.end..];
                    let value = rest.trim_start().strip_prefix('=').map(str::trim_start).filter(|_| !key.is_empty());
                    let quote =
                        value.and_then(|value| value.chars().next()).filter(|quote| matches!(quote, '"' | '\''));
                    let (Some(value), Some(quote)) = (value, quote) else {
                        at = key.end.max(at + self.text[at..].chars().next()?.len_utf8());
                        continue;
                    };
                    let start = key.end + (rest.len() - value.len()) + 1;
                    let end = start + self.text[start..].find(quote)?;
                    tag.attributes.push((key, Span::new(start, end)));
                    at = end + 1;
                }
            }
        }
        self.at = at + 1;
        Some(tag)
    }

    fn name(&self, start: usize) -> Span {
        let is_part = |byte: &u8| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':' | b'%') || *byte >= 0x80
        };
        Span::new(start, start + self.text.as_bytes()[start..].iter().take_while(|byte| is_part(byte)).count())
    }

    /// The text of an element that holds nothing else, and where its end tag ends.
    fn content(&self) -> Option<(Span, usize)> {
        let rest = &self.text[self.at..];
        let (start, length) = match rest.trim_start().strip_prefix("<![CDATA[") {
            Some(inside) => (self.text.len() - inside.len(), inside.find("]]>")?),
            None => (self.at, memchr::memchr(b'<', rest.as_bytes())?),
        };
        let behind = &self.text[start + length..];
        let behind = behind.strip_prefix("]]>").unwrap_or(behind).trim_start();
        let end = behind.starts_with("</").then(|| behind.find('>'))??;
        let value = trimmed(self.text, Span::new(start, start + length));
        Some((value, self.text.len() - behind.len() + end + 1))
    }

    fn add_text(&mut self, span: Span) {
        let written = &self.text[span.range()];
        match written.contains('&') {
            true => self.builder.decoded(&unescaped(written), Style::Plain, span, None),
            false => self.builder.verbatim(span, None),
        };
    }
}

/// The five entities that every XML has.
fn unescaped(written: &str) -> String {
    let pairs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    pairs.iter().fold(written.to_owned(), |text, (entity, meant)| text.replace(entity, meant))
}

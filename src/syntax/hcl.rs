//! HCL to a tree: Terraform's configuration and variables, Packer, Nomad, Consul. Blocks and their labels are keys.
//!
//! It does not evaluate: only literals become values. An expression is passed over, but for the calls that hand on what
//! they are given (`jsonencode`, `sensitive`).

use super::scan::{DEEPEST, add_string, line_end, string_end};
use super::{Builder, Style, Tree};
use crate::text::Span;

/// Functions whose first argument is the value or holds it.
const HANDING_ON: &[&str] =
    &["base64encode", "jsonencode", "merge", "nonsensitive", "sensitive", "tomap", "tostring", "yamlencode"];

pub fn parse(text: &str) -> Tree {
    let mut reader = Reader { text, at: 0, builder: Builder::new() };
    reader.builder.mapping(0, None);
    while reader.at < text.len() {
        reader.body(0);
        // A bracket too many.
        reader.at += usize::from(reader.at < text.len());
    }
    reader.builder.finish()
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    builder: Builder,
}

impl Reader<'_> {
    /// Attributes and blocks up to a closing bracket, which is left.
    fn body(&mut self, depth: usize) {
        loop {
            self.skip_blanks(true);
            match self.byte() {
                None | Some(b'}' | b']' | b')') => return,
                Some(b',') => self.at += 1,
                Some(_) => self.item(depth),
            }
        }
    }

    /// `name = value`, `"name": value`, or `type "label" {`; anything else is passed over.
    fn item(&mut self, depth: usize) {
        let Some(name) = self.name() else { return self.skip_character() };
        let (after, mut names) = (self.at, vec![name]);
        self.skip_blanks(false);
        let operator = match self.byte() {
            Some(b'=') => !self.text[self.at..].starts_with("=="),
            Some(b':') => true,
            _ => false,
        };
        if operator {
            self.at += 1;
            self.at += usize::from(self.byte() == Some(b'>'));
            self.add_name(name);
            self.skip_blanks(false);
            return self.expression(depth);
        }
        while self.byte() != Some(b'{') {
            match self.name().filter(|_| names.len() < 8) {
                Some(label) => names.push(label),
                None => return self.at = after,
            }
            self.skip_blanks(false);
        }
        if depth + names.len() > DEEPEST {
            return self.at = self.text.len();
        }
        for name in &names {
            self.add_name(*name);
            self.builder.mapping(self.at, None);
        }
        self.at += 1;
        self.body(depth + names.len());
        self.at += usize::from(self.byte() == Some(b'}'));
        names.iter().for_each(|_| self.builder.close(None));
    }

    /// An identifier or a string.
    fn name(&mut self) -> Option<Span> {
        let start = self.at;
        self.at = match self.byte()? {
            b'"' => string_end(self.text, start, line_end(self.text, start), true)?,
            b'(' => start + self.text[start..line_end(self.text, start)].find(')')? + 1,
            _ => {
                let part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
                start + self.text[start..].bytes().take_while(part).count()
            }
        };
        (self.at > start).then_some(Span::new(start, self.at))
    }

    fn add_name(&mut self, name: Span) {
        match self.text.as_bytes()[name.start] {
            b'"' => add_string(self.text, name, &mut self.builder),
            _ => {
                self.builder.verbatim(name, None);
            }
        }
    }

    /// Adds one value for what stands here, an empty one for what is no literal.
    fn expression(&mut self, depth: usize) {
        let start = self.at;
        match self.byte() {
            Some(b'"') => {
                let end = string_end(self.text, start, line_end(self.text, start), true);
                self.at = end.unwrap_or(start);
                match end.filter(|_| self.is_whole()) {
                    Some(end) => return add_string(self.text, Span::new(start, end), &mut self.builder),
                    None => self.skip_expression(),
                }
            }
            Some(b'<') if self.text[start..].starts_with("<<") => return self.heredoc(),
            Some(b'{') if depth < DEEPEST => return self.object(depth),
            Some(b'[') if depth < DEEPEST => return self.list(depth),
            Some(byte) if byte.is_ascii_digit() || byte == b'-' => {
                let part = |byte: &u8| byte.is_ascii_alphanumeric() || b".-+".contains(byte);
                self.at += self.text[start..].bytes().take_while(part).count();
                self.builder.verbatim(Span::new(start, self.at), None);
                return self.skip_expression();
            }
            Some(_) if depth < DEEPEST && self.is_handed_on() => {
                self.skip_blanks(true);
                self.expression(depth + 1);
                return self.skip_to_bracket();
            }
            _ => self.skip_expression(),
        }
        self.builder.verbatim(Span::new(start, start), None);
    }

    /// Steps into the brackets of a call that hands on its first argument.
    fn is_handed_on(&mut self) -> bool {
        let rest = &self.text[self.at..];
        let call = HANDING_ON.iter().find(|name| rest.strip_prefix(**name).is_some_and(|rest| rest.starts_with('(')));
        self.at += call.map_or(0, |name| name.len() + 1);
        call.is_some()
    }

    /// True when nothing follows on the line that would make more of the string before it.
    fn is_whole(&self) -> bool {
        let rest = self.text[self.at..line_end(self.text, self.at)].trim_start();
        rest.is_empty()
            || rest.starts_with([',', '}', ']', ')', '#'])
            || rest.starts_with("//")
            || rest.starts_with("/*")
    }

    /// `<<TAG` or `<<-TAG` to the line that is only the tag.
    fn heredoc(&mut self) {
        let start = self.at;
        let first = line_end(self.text, start);
        let tag = self.text[start + 2..first].trim_start_matches(['-', '~']).trim();
        let begin = (first + 1).min(self.text.len());
        let ending = super::scan::lines(self.text, begin).find(|line| self.text[line.range()].trim() == tag);
        let end = ending.map_or(self.text.len(), |line| line.start);
        self.builder.slice(Span::new(begin.min(end), end), Style::Literal, Span::new(start, end), None);
        self.at = ending.map_or(end, |line| line.end);
    }

    fn object(&mut self, depth: usize) {
        self.builder.mapping(self.at, None);
        self.at += 1;
        self.body(depth + 1);
        self.at += usize::from(self.byte() == Some(b'}'));
        self.builder.close(Some(self.at));
    }

    fn list(&mut self, depth: usize) {
        self.builder.sequence(self.at, None);
        self.at += 1;
        loop {
            self.skip_blanks(true);
            match self.byte() {
                None | Some(b'}' | b')') => break,
                Some(b']') => {
                    self.at += 1;
                    break;
                }
                Some(b',') => self.at += 1,
                Some(_) => {
                    let before = self.at;
                    self.expression(depth + 1);
                    if self.at == before {
                        self.skip_character();
                    }
                }
            }
        }
        self.builder.close(Some(self.at));
    }

    /// To the end of the line or the closing bracket or the comma, outside strings and brackets.
    fn skip_expression(&mut self) {
        let mut open = 0usize;
        while let Some(byte) = self.byte() {
            match byte {
                b'"' => {
                    let end = string_end(self.text, self.at, line_end(self.text, self.at), true);
                    self.at = end.unwrap_or(self.at + 1);
                    continue;
                }
                b'(' | b'[' | b'{' => open += 1,
                b')' | b']' | b'}' | b',' | b'\n' if open == 0 => return,
                b')' | b']' | b'}' => open -= 1,
                _ => {}
            }
            self.at += 1;
        }
    }

    /// Behind the bracket that closes the call whose first argument was read.
    fn skip_to_bracket(&mut self) {
        while let Some(byte) = self.byte() {
            match byte {
                b')' => return self.at += 1,
                b'}' | b']' => return,
                b',' | b'\n' => self.at += 1,
                _ => self.skip_expression(),
            }
        }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_character(&mut self) {
        self.at += self.text[self.at..].chars().next().map_or(0, char::len_utf8);
    }

    /// Blanks and comments; with `lines` also line breaks.
    fn skip_blanks(&mut self, lines: bool) {
        while let Some(byte) = self.byte() {
            let rest = &self.text[self.at..];
            match byte {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\n' if lines => self.at += 1,
                b'#' => self.at = line_end(self.text, self.at),
                b'/' if rest.starts_with("//") => self.at = line_end(self.text, self.at),
                b'/' if rest.starts_with("/*") => self.at += rest.find("*/").map_or(rest.len(), |length| length + 2),
                _ => return,
            }
        }
    }
}

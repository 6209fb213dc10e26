//! The small language of parts, `"ghp_" base62*30 crc32-base62`, in which rule files write the body of a token and
//! samples write the secret to generate.
//!
//! It does not know how a part is matched or generated. `build.rs` compiles this file too.

use super::vocabulary::{ALPHABETS, CHECKSUMS, meaning};
use crate::model::{Alphabet, Checksum, Segment};
use crate::text::unknown;

/// One part.
#[derive(Clone, Debug)]
pub enum Part {
    /// `"text"` with the escapes `\"`, `\\` and `\n`, or `'text'` without any.
    Literal(String),
    /// `alphabet*N`, `alphabet*N..M`, `[A-Z2-7]*N`.
    Chars { alphabet: Alphabet, min: u16, max: u16 },
    /// `password*N`.
    Password(u16),
    /// The name of a checksum over what stands before it.
    Checksum(Checksum),
    /// `name` or `name(parts…)`, the name being one of [`FUNCTIONS`].
    Call { name: &'static str, arguments: Vec<Part> },
}

pub const FUNCTIONS: &[&str] = &["base64", "base64url", "hex", "jwt", "pem", "pem-escaped", "uuid"];

/// Functions inside functions; deeper is a mistake.
const DEPTH: usize = 8;

/// Why parts could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartError {
    /// Bytes from the start of the text.
    pub offset: usize,
    pub message: String,
}

/// The body of a token: literals and alphabets only.
pub fn body(text: &str) -> Result<Vec<Segment>, PartError> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    let parts = parser.parts(None)?;
    if parts.is_empty() {
        return Err(parser.error("a body has at least one part"));
    }
    parts
        .into_iter()
        .map(|part| match part {
            Part::Literal(literal) => Ok(Segment::Literal(literal.leak())),
            Part::Chars { alphabet, min, max } => Ok(Segment::Chars { alphabet, min, max }),
            _ => Err(PartError { offset: 0, message: "a body is made of literals and alphabets only".into() }),
        })
        .collect()
}

/// The parts from `at` up to the `}` that closes them, and the offset behind that.
pub fn generator(text: &str, at: usize) -> Result<(Vec<Part>, usize), PartError> {
    let mut parser = Parser { text, at, depth: 0 };
    let parts = parser.parts(Some('}'))?;
    if parts.is_empty() {
        return Err(PartError { offset: at, message: "a generator has at least one part".into() });
    }
    Ok((parts, parser.at))
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    /// Parts up to `close`, which is consumed, or up to the end.
    fn parts(&mut self, close: Option<char>) -> Result<Vec<Part>, PartError> {
        let mut parts = Vec::new();
        loop {
            self.spaces();
            match (self.peek(), close) {
                (None, None) => return Ok(parts),
                (None, Some(close)) => return Err(self.error(format!("`{close}` is missing"))),
                (Some(next), Some(close)) if next == close => {
                    self.at += close.len_utf8();
                    return Ok(parts);
                }
                _ => parts.push(self.part()?),
            }
        }
    }

    fn part(&mut self) -> Result<Part, PartError> {
        match self.peek() {
            Some('"' | '\'') => self.literal().map(Part::Literal),
            Some('[') => {
                let alphabet = self.class()?;
                if !self.eat('*') {
                    return Err(self.error("a class is followed by `*` and a length"));
                }
                let (min, max) = self.count()?;
                Ok(Part::Chars { alphabet, min, max })
            }
            Some('a'..='z') => self.word(),
            _ => Err(self.error("expected a literal, an alphabet with a length, or a function")),
        }
    }

    fn word(&mut self) -> Result<Part, PartError> {
        let start = self.at;
        let name = self.take_while(|next| next.is_ascii_lowercase() || next.is_ascii_digit() || next == '-');
        let wrong = |message| PartError { offset: start, message };
        if self.eat('*') {
            let (min, max) = self.count()?;
            if name == "password" {
                return Ok(Part::Password(max));
            }
            let alphabet = meaning(ALPHABETS, "alphabet", name).map_err(wrong)?;
            return Ok(Part::Chars { alphabet, min, max });
        }
        let function = FUNCTIONS.iter().find(|function| **function == name);
        if let Some(name) = function {
            return Ok(Part::Call { name, arguments: self.arguments()? });
        }
        if let Some((_, checksum)) = CHECKSUMS.iter().find(|(word, _)| *word == name) {
            return Ok(Part::Checksum(*checksum));
        }
        let known = FUNCTIONS.iter().copied().chain(CHECKSUMS.iter().map(|(word, _)| *word));
        Err(wrong(unknown("function or checksum", name, known)))
    }

    fn arguments(&mut self) -> Result<Vec<Part>, PartError> {
        if !self.eat('(') {
            return Ok(Vec::new());
        }
        if self.depth == DEPTH {
            return Err(self.error("functions are nested too deeply"));
        }
        self.depth += 1;
        let arguments = self.parts(Some(')'))?;
        self.depth -= 1;
        Ok(arguments)
    }

    fn literal(&mut self) -> Result<String, PartError> {
        let start = self.at;
        let mut literal = String::new();
        let mut characters = self.text[start..].char_indices();
        let quote = characters.next().map(|(_, quote)| quote);
        while let Some((index, next)) = characters.next() {
            match next {
                _ if Some(next) == quote => {
                    self.at = start + index + next.len_utf8();
                    return Ok(literal);
                }
                '\\' if quote == Some('"') => match characters.next() {
                    Some((_, 'n')) => literal.push('\n'),
                    Some((_, escaped @ ('"' | '\\'))) => literal.push(escaped),
                    _ => {
                        return Err(PartError { offset: start + index, message: "unknown escape in a literal".into() });
                    }
                },
                _ => literal.push(next),
            }
        }
        Err(PartError { offset: start, message: "a literal is not closed".into() })
    }

    /// `[A-Z2-7_-]`: single ASCII characters and ranges; a `-` that is neither between two others is itself.
    fn class(&mut self) -> Result<Alphabet, PartError> {
        let start = self.at;
        let inner = self.text[start + 1..].split_once(']').map(|(inner, _)| inner.as_bytes());
        let Some(inner) = inner.filter(|inner| !inner.is_empty() && inner.iter().all(u8::is_ascii_graphic)) else {
            return Err(self.error("a class holds ASCII characters and ranges between `[` and `]`"));
        };
        let mut ranges = Vec::new();
        let mut rest = inner;
        while let [first, tail @ ..] = rest {
            rest = match tail {
                [b'-', last, tail @ ..] => {
                    ranges.push((*first, *last));
                    tail
                }
                _ => {
                    ranges.push((*first, *first));
                    tail
                }
            };
        }
        if ranges.iter().any(|(first, last)| first > last) {
            return Err(self.error("a range of a class runs backwards"));
        }
        self.at = start + inner.len() + 2;
        Ok(Alphabet::of(&ranges))
    }

    fn count(&mut self) -> Result<(u16, u16), PartError> {
        let min = self.number()?;
        let max = if self.text[self.at..].starts_with("..") {
            self.at += 2;
            self.number()?
        } else {
            min
        };
        match min <= max && max > 0 {
            true => Ok((min, max)),
            false => Err(self.error("a length is `N` or `N..M`, N not above M, M not 0")),
        }
    }

    fn number(&mut self) -> Result<u16, PartError> {
        let digits = self.take_while(|next| next.is_ascii_digit());
        digits.parse().map_err(|_| self.error("expected a length between 0 and 65535"))
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let rest = &self.text[self.at..];
        let taken = &rest[..rest.find(|next| !wanted(next)).unwrap_or(rest.len())];
        self.at += taken.len();
        taken
    }

    fn spaces(&mut self) {
        self.take_while(char::is_whitespace);
    }

    fn eat(&mut self, expected: char) -> bool {
        let found = self.peek() == Some(expected);
        if found {
            self.at += expected.len_utf8();
        }
        found
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn error(&self, message: impl Into<String>) -> PartError {
        PartError { offset: self.at, message: message.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_read_part_by_part() {
        let segments = body(r#"base62*22 "_" [A-F-]*2..59"#).unwrap();
        assert_eq!(
            format!("{segments:?}"),
            "[Chars { alphabet: Alphabet(\"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz\"), min: 22, max: 22 }, \
             Literal(\"_\"), Chars { alphabet: Alphabet(\"-ABCDEF\"), min: 2, max: 59 }]"
        );
    }

    #[test]
    fn a_wrong_body_says_what_is_wrong() {
        let cases = [
            ("", "a body has at least one part"),
            ("hex", "a body is made of literals and alphabets only"),
            ("hexx*4", "unknown alphabet `hexx`, did you mean `hex`?"),
            ("hex*", "expected a length between 0 and 65535"),
            ("hex*70000", "expected a length between 0 and 65535"),
            ("hex*0", "a length is `N` or `N..M`, N not above M, M not 0"),
            ("hex*8..4", "a length is `N` or `N..M`, N not above M, M not 0"),
            ("\"open", "a literal is not closed"),
            (r#""\q""#, "unknown escape in a literal"),
            ("[z-a]*4", "a range of a class runs backwards"),
            ("[]*4", "a class holds ASCII characters and ranges between `[` and `]`"),
            ("[abc]", "a class is followed by `*` and a length"),
            ("pam(", "unknown function or checksum `pam`, did you mean `pem`?"),
            ("jwt)", "expected a literal, an alphabet with a length, or a function"),
            ("é*4", "expected a literal, an alphabet with a length, or a function"),
        ];
        for (text, expected) in cases {
            assert_eq!(body(text).unwrap_err().message, expected, "{text}");
        }
    }

    #[test]
    fn functions_do_not_nest_without_end() {
        let deep = format!("{}hex*2{}", "base64(".repeat(9), ")".repeat(9));
        assert_eq!(body(&deep).unwrap_err().message, "functions are nested too deeply");
    }
}

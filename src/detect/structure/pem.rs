//! Private keys in PEM armour: real lines, `\n` escapes in JSON and env files, indented blocks, comments, one line.
//!
//! It does not know public keys and certificates: their labels do not say `PRIVATE KEY`.

use super::{Found, Structure};
use crate::detect::candidate::Rank;
use crate::detect::sample;
use crate::model::Identity;
use crate::text::{Secret, Span};

pub const PRIVATE: Structure = Structure {
    name: "private-key",
    words: &[WORD],
    prefixes: &[],
    binary: true,
    find: |reader, at| found(reader.text, at, Kind::Plain),
};

pub const ENCRYPTED: Structure = Structure {
    name: "encrypted-private-key",
    words: &[WORD],
    prefixes: &[],
    binary: true,
    find: |reader, at| found(reader.text, at, Kind::Encrypted),
};

pub const PGP: Structure = Structure {
    name: "pgp-private-key",
    words: &[WORD],
    prefixes: &[],
    binary: true,
    find: |reader, at| found(reader.text, at, Kind::Pgp),
};

/// Rarer than dashes, which fill comment lines.
pub const WORD: &str = "BEGIN ";

const PGP_LABEL: &[u8] = b"PGP PRIVATE KEY BLOCK";

/// The shortest key there is, Ed25519 in PKCS #8, has 64 characters of base64.
const SHORTEST_BODY: usize = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Plain,
    Encrypted,
    Pgp,
}

pub struct Block {
    pub kind: Kind,
    /// From the dashes before `BEGIN` to those behind `END`, or to where the text breaks off.
    pub span: Span,
    pub body: Span,
    /// The base64 of the body, nothing else.
    pub content: Vec<u8>,
    /// It has its last line, and what the content begins with fits its label.
    pub sound: bool,
}

fn found(text: &[u8], at: usize, kind: Kind) -> Option<Found> {
    let block = read(text, at)?;
    (block.kind == kind).then(|| block.found(0))
}

impl Block {
    pub fn found(self, weight: usize) -> Found {
        let identity = Identity::Credential { value: Secret::new(self.content) };
        let found =
            Found { span: self.span, secret: self.body, confidence: None, rank: Rank::Verified, weight, identity };
        found.low_when(!self.sound)
    }
}

/// True where the first line of a private key says `BEGIN ` at `at`.
pub fn is_announced(text: &[u8], at: usize) -> bool {
    head(text, at).is_some()
}

/// Of a block's first line the label, the dashes and the spaces before its `BEGIN `.
fn head(text: &[u8], at: usize) -> Option<(Span, usize, usize)> {
    let dashes = text[..at].iter().rev().skip_while(|byte| **byte == b' ').take_while(|byte| **byte == b'-').count();
    let spaces = usize::from(text[..at].ends_with(b" "));
    let start = at + WORD.len();
    let line = &text[start..text.len().min(start + 64)];
    let span = Span::new(start, start + memchr::memchr(b'-', line)?);
    let label = span.slice(text).trim_ascii();
    (dashes >= 4 && (label == PGP_LABEL || label.ends_with(b"PRIVATE KEY"))).then_some((span, dashes, spaces))
}

/// The block whose `BEGIN ` is at `at`.
pub fn read(text: &[u8], at: usize) -> Option<Block> {
    let (label, dashes, spaces) = head(text, at)?;
    let (label_end, label) = (label.end, label.slice(text).trim_ascii());
    let pgp = label == PGP_LABEL;
    let mut body = Body { text, at: label_end, content: Vec::new(), encrypted: false };
    body.skip_dashes();
    let start = body.at;
    body.read();
    let content = body.content;
    if content.len() < SHORTEST_BODY || sample::is_sample(&content) {
        return None;
    }
    let encrypted = body.encrypted || label.ends_with(b"ENCRYPTED PRIVATE KEY") || has_cipher(label, &content);
    let kind = match (pgp, encrypted) {
        (true, _) => Kind::Pgp,
        (false, true) => Kind::Encrypted,
        (false, false) => Kind::Plain,
    };
    let ended = end_line(text, body.at);
    if ended.is_none() && !breaks_off(text, body.at) {
        return None;
    }
    let sound = ended.is_some() && (body.encrypted || pgp || fits(label, &content));
    let end = ended.unwrap_or(body.at);
    let body = trimmed(text, Span::new(start, body.at));
    Some(Block { kind, span: Span::new(at - dashes.min(5) - spaces, end), body, content, sound })
}

/// "openssh-key-v1", a zero, and the length of the cipher's name, up to whole base64 digits.
const OPENSSH: &[u8] = b"b3BlbnNzaC1rZXktdjEAAAAA";

/// What follows `OPENSSH` when the cipher is `none`.
const NO_CIPHER: &[u8] = b"BG5vbmU";

fn has_cipher(label: &[u8], content: &[u8]) -> bool {
    label == b"OPENSSH PRIVATE KEY"
        && content.strip_prefix(OPENSSH).is_some_and(|cipher| !cipher.starts_with(NO_CIPHER))
}

/// OpenSSH's magic bytes, else DER's SEQUENCE, whose first byte 0x30 is an `M`; SSH2's own format begins 0x3f6ff9eb.
fn fits(label: &[u8], content: &[u8]) -> bool {
    match label {
        b"OPENSSH PRIVATE KEY" => content.starts_with(OPENSSH),
        _ if label.starts_with(b"SSH2") => content.starts_with(b"P2/56"),
        _ => content.starts_with(b"M"),
    }
}

/// Reads base64 through whatever source files put between its lines.
struct Body<'t> {
    text: &'t [u8],
    at: usize,
    content: Vec<u8>,
    encrypted: bool,
}

impl Body<'_> {
    fn skip_dashes(&mut self) {
        while self.text.get(self.at).is_some_and(|byte| matches!(byte, b' ' | b'-')) {
            self.at += 1;
        }
    }

    fn read(&mut self) {
        loop {
            let here = &self.text[self.at..];
            match here.first() {
                Some(byte) if byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=') => self.word(here),
                Some(b'*') if here.starts_with(b"**") => return,
                Some(b' ' | b'\t' | b'\r' | b'\n' | b'#' | b'*' | b'>' | b'|') => self.at += 1,
                Some(b'\\' | b'&') => match escaped_break(here).or_else(|| entity(here)) {
                    Some(length) => self.at += length,
                    None => return,
                },
                Some(quote @ (b'"' | b'\'' | b'`')) => match reopened(here, *quote) {
                    Some(length) => self.at += length,
                    None => return,
                },
                _ => return,
            }
        }
    }

    /// A line of base64, or a header (`Proc-Type: 4,ENCRYPTED`, `Version: …`), which only stand before it.
    fn word(&mut self, here: &[u8]) {
        let base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
        let length = here.iter().position(|byte| !base64(byte)).unwrap_or(here.len());
        let name = here.iter().take(40).position(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'-'));
        let is_header = name.is_some_and(|name| here[name..].starts_with(b": "));
        if is_header && self.content.is_empty() {
            let end = here.iter().position(|byte| matches!(byte, b'\r' | b'\n' | b'\\')).unwrap_or(here.len());
            self.encrypted |= here[..end].ends_with(b"ENCRYPTED");
            self.at += end;
        } else {
            self.content.extend(&here[..length]);
            self.at += length;
        }
    }
}

/// The length of `\n`, `\r`, `\t`, `\\n`, or a backslash at the end of a line.
fn escaped_break(here: &[u8]) -> Option<usize> {
    let slashes = here.iter().take_while(|byte| **byte == b'\\').count();
    matches!(here.get(slashes)?, b'n' | b'r' | b't' | b'\n' | b'\r').then_some(slashes + 1)
}

/// The length of `&#10;`, `&#xA;` and the like.
fn entity(here: &[u8]) -> Option<usize> {
    let digits = here.strip_prefix(b"&#")?;
    let length = digits
        .iter()
        .take(4)
        .take_while(|byte| matches!(byte, b'x' | b'0' | b'1' | b'3' | b'9' | b'a' | b'A' | b'd' | b'D' | b'X'));
    let length = length.count();
    (digits.get(length) == Some(&b';')).then_some(length + 3)
}

/// True where a key just stops, at the end of the text or of its string. Anything else in its middle, `...` or `[snip]`,
/// says that somebody left the key out.
fn breaks_off(text: &[u8], at: usize) -> bool {
    matches!(text.get(at), None | Some(b'"' | b'\'' | b'`'))
}

/// The length from a closing quote to behind the one that goes on with the text: `" +` and the next line's `"`.
fn reopened(here: &[u8], quote: u8) -> Option<usize> {
    let between = here[1..].iter().take(80).take_while(|byte| b" \t\r\n+,.&\\".contains(byte)).count();
    (here.get(1 + between) == Some(&quote)).then_some(between + 2)
}

/// The end of the dashes behind `END …`, where that is what stands at `at`.
fn end_line(text: &[u8], at: usize) -> Option<usize> {
    let rest = &text[at..text.len().min(at + 80)];
    let dashes = rest.iter().take_while(|byte| matches!(byte, b'-' | b' ')).count();
    let label = rest[dashes..].strip_prefix(b"END ")?;
    let length = label.iter().position(|byte| *byte == b'-')?;
    let closing = label[length..].iter().take_while(|byte| **byte == b'-').count();
    Some(at + dashes + 4 + length + closing)
}

/// Without the line breaks and indents around it.
fn trimmed(text: &[u8], body: Span) -> Span {
    let slice = body.slice(text);
    let start = slice.iter().position(|byte| !b" \t\r\n".contains(byte)).unwrap_or(0);
    let end = slice.iter().rposition(|byte| !b" \t\r\n".contains(byte)).map_or(slice.len(), |last| last + 1);
    Span::new(body.start + start, body.start + end.max(start))
}

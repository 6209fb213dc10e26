//! Tokens: a prefix nobody else uses and a body of known shape.
//!
//! Boundaries, exactly. Left: the text begins there, or the byte before is no ASCII letter or digit, or an escape sequence
//! ends there (`\n`, `\t`, `\x1b`, `\u003d`, `%3D`). So `my-ghp_…`, `x_ghp_…` and `="ghp_…` hold a token and `xghp_…` does
//! not. Right: the byte after is no ASCII letter or digit, no `_`, and not in the alphabet of the last segment: a value
//! longer than the format allows is not one.
//!
//! It does not know how places to try are found.

use super::candidate::{Candidate, Rank};
use super::sample;
use super::shape::Reader;
use crate::model::{Confidence, Identity, Rule, Token};
use crate::text::{Secret, Span};

/// The token of `rule` that begins with `prefix` at `at`, where there is one.
pub fn find(rule: &'static Rule, token: &Token, prefix: &[u8], at: usize, reader: &mut Reader) -> Option<Candidate> {
    let text = reader.text;
    if !text.get(at..)?.starts_with(prefix) || !is_left_boundary(text, at) {
        return None;
    }
    let end = reader.end(token.body, at + prefix.len())?;
    let value = &text[at..end];
    if sample::is_sample(&value[prefix.len()..]) {
        return None;
    }
    let (rank, confidence) = match token.checksum.map(|checksum| checksum.verify(value, prefix.len())) {
        None => (Rank::Token, rule.confidence),
        Some(true) => (Rank::Verified, rule.confidence),
        Some(false) => (Rank::Token, Confidence::Low),
    };
    let span = Span::new(at, end);
    let identity = Identity::Credential { value: Secret::new(value) };
    Some(Candidate { rule, span, secret: span, rank, weight: prefix.len(), confidence, identity })
}

/// See the top of this file.
pub fn is_left_boundary(text: &[u8], at: usize) -> bool {
    match at.checked_sub(1).and_then(|last| text.get(last)) {
        Some(byte) if byte.is_ascii_alphanumeric() => ends_escape(&text[..at]),
        _ => true,
    }
}

/// True when `text` ends in an escape sequence whose last byte is a letter or digit.
fn ends_escape(text: &[u8]) -> bool {
    let escape = |length: usize, lead: &[u8], digit: fn(&u8) -> bool| {
        let tail = text.len().checked_sub(length).map(|from| &text[from..]);
        tail.and_then(|tail| tail.strip_prefix(lead)).is_some_and(|digits| digits.iter().all(digit))
    };
    escape(2, b"\\", |letter| b"ntrfvbae0".contains(letter))
        || escape(3, b"%", u8::is_ascii_hexdigit)
        || escape(4, b"\\x", u8::is_ascii_hexdigit)
        || escape(4, b"\\", |digit| matches!(digit, b'0'..=b'7'))
        || escape(6, b"\\u", u8::is_ascii_hexdigit)
}

/// The longest part of an escape sequence that follows its `\` or `%`.
pub const LONGEST_ESCAPE: usize = 5;

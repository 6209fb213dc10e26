//! JSON web tokens: a header that names its algorithm, a payload, a signature.
//!
//! It does not know what day it is: a scan tomorrow says what it says today.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Map, Value};

use super::{Found, Structure};
use crate::detect::shape::Reader;
use crate::model::Alphabet;
use crate::text::{Span, checksum};

pub const JWT: Structure = Structure {
    name: "jwt",
    words: &[],
    prefixes: PREFIXES,
    binary: false,
    find: |reader, at| {
        let token = Token::read(reader, at)?;
        let doubtful = token.unsigned() || token.short_lived() || token.public();
        (!token.of_kubernetes()).then(|| Found::verified(reader.text, token.span).low_when(doubtful))
    },
};

pub const KUBERNETES: Structure = Structure {
    name: "kubernetes-service-account-token",
    words: &[],
    prefixes: PREFIXES,
    binary: false,
    find: |reader, at| {
        let token = Token::read(reader, at)?;
        let doubtful = token.unsigned() || token.short_lived();
        token.of_kubernetes().then(|| Found::verified(reader.text, token.span).low_when(doubtful))
    },
};

/// `{"` and `{ `.
const PREFIXES: &[&str] = &["eyJ", "eyA"];

const BASE64URL: Alphabet = Alphabet::of(&[(b'0', b'9'), (b'A', b'Z'), (b'a', b'z'), (b'-', b'-'), (b'_', b'_')]);

/// A header with certificates in it has a few thousand bytes, a payload with many roles too.
const LONGEST_PART: usize = 16_384;

/// 2026-01-01, before this was written: what ended then has ended for good.
const LONG_AGO: f64 = 1_767_225_600.0;
/// Seconds of a session that is over before a scan sees it.
const ONE_DAY: f64 = 86_400.0;

struct Token {
    span: Span,
    header: Map<String, Value>,
    payload: Map<String, Value>,
}

impl Token {
    /// The token at `at`. Unlike other tokens it does not begin behind `-` or `_`, which are its own letters: that keeps
    /// one long run from being read again from each of them.
    fn read(reader: &mut Reader, at: usize) -> Option<Token> {
        let text = reader.text;
        if at.checked_sub(1).is_some_and(|last| matches!(text[last], b'-' | b'_' | b'.')) {
            return None;
        }
        let first = part(reader, at)?;
        let second = part(reader, dot(text, first)?)?;
        let third = match dot(text, second) {
            Some(start) => reader.reach(&BASE64URL, start),
            None => return None,
        };
        let joined = dot(text, third).is_some_and(|fourth| reader.reach(&BASE64URL, fourth) > fourth);
        if joined || third - second > LONGEST_PART {
            return None;
        }
        let span = Span::new(at, third);
        let header = checksum::jwt_header(span.slice(text))?;
        let payload = BASE64URL_NOPAD.decode(&text[first + 1..second]).ok()?;
        let Ok(Value::Object(payload)) = serde_json::from_slice(&payload) else { return None };
        let token = Token { span, header, payload };
        let signed = third > second + 1;
        ((signed || token.unsigned()) && !token.of_documentation()).then_some(token)
    }

    fn unsigned(&self) -> bool {
        self.header.get("alg").and_then(Value::as_str).is_some_and(|name| name.eq_ignore_ascii_case("none"))
    }

    fn short_lived(&self) -> bool {
        let Some(expires) = self.payload.get("exp").and_then(Value::as_f64) else { return false };
        let issued = self.payload.get("iat").and_then(Value::as_f64);
        expires < LONG_AGO || issued.is_some_and(|issued| expires - issued <= ONE_DAY)
    }

    /// Supabase's key for browsers.
    fn public(&self) -> bool {
        self.payload.get("role").and_then(Value::as_str) == Some("anon")
    }

    fn of_kubernetes(&self) -> bool {
        self.payload.get("iss").and_then(Value::as_str) == Some("kubernetes/serviceaccount")
            || self.payload.keys().any(|claim| claim.starts_with("kubernetes.io"))
    }

    /// The token that jwt.io shows, in the documentation of everything, and what its neighbours build for `example.com`.
    fn of_documentation(&self) -> bool {
        let claim = |name: &str| self.payload.get(name).and_then(Value::as_str).unwrap_or("");
        if claim("iss") == "Online JWT Builder" || claim("aud").ends_with("example.com") {
            return true;
        }
        self.payload.get("sub").and_then(Value::as_str) == Some("1234567890")
            && self.payload.get("name").and_then(Value::as_str).is_some_and(|name| name.ends_with(" Doe"))
    }
}

/// The end of a part that begins at `start` and is not empty.
fn part(reader: &mut Reader, start: usize) -> Option<usize> {
    let end = reader.reach(&BASE64URL, start);
    (start < end && end - start <= LONGEST_PART).then_some(end)
}

/// What follows the dot at `at`.
fn dot(text: &[u8], at: usize) -> Option<usize> {
    (text.get(at) == Some(&b'.')).then_some(at + 1)
}

//! The credentials of image registries in `config.json`: `"auths": { "registry": { "auth": "…" } }`.
//!
//! It does not know JSON: the file may itself be a string in one.

use data_encoding::{BASE64, BASE64_NOPAD};
use memchr::memmem;

use super::{Found, Structure};
use crate::model::Alphabet;
use crate::text::Span;
use crate::value;

pub const CONFIG_AUTH: Structure = Structure {
    name: "docker-config-auth",
    words: &["\"auth"],
    prefixes: &[],
    binary: false,
    find: |reader, at| {
        let text = reader.text;
        let start = string_after(text, at + "\"auth".len())?;
        let digits = reader.reach(&BASE64_DIGITS, start);
        let end = digits + text[digits..].iter().take(2).take_while(|byte| **byte == b'=').count();
        let closed = matches!(text.get(end), Some(b'"' | b'\\'));
        if !closed || digits - start < SHORTEST || end - start > LONGEST {
            return None;
        }
        memmem::rfind(&text[at.saturating_sub(NEAR)..at], b"\"auths")?;
        let span = Span::new(start, end);
        is_login(span.slice(text)).then(|| Found::verified(text, span))
    },
};

const BASE64_DIGITS: Alphabet = Alphabet::of(&[(b'0', b'9'), (b'A', b'Z'), (b'a', b'z'), (b'+', b'+'), (b'/', b'/')]);

/// Registries listed before this one take no more bytes than this.
const NEAR: usize = 8_192;
/// `u:p`.
const SHORTEST: usize = 4;
/// A token of a cloud's registry has a few thousand characters.
const LONGEST: usize = 8_192;

/// True where the entry is a string: which file it stands in is said far above.
pub fn is_announced(text: &[u8], at: usize) -> bool {
    string_after(text, at + "\"auth".len()).is_some()
}

/// Where the string begins that `": "` or `\": \"` leads to.
fn string_after(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..text.len().min(at + 32))?;
    let rest = rest.strip_prefix(b"\\").unwrap_or(rest).strip_prefix(b"\"")?;
    let rest = rest.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
    let rest = rest.strip_prefix(b"\\").unwrap_or(rest).strip_prefix(b"\"")?;
    Some(text.len().min(at + 32) - rest.len())
}

/// True for the base64 of `user:password` with a literal password.
fn is_login(base64: &[u8]) -> bool {
    let Ok(login) = BASE64.decode(base64).or_else(|_| BASE64_NOPAD.decode(base64)) else { return false };
    let Ok(login) = std::str::from_utf8(&login) else { return false };
    match login.split_once(':') {
        Some((user, password)) => {
            !user.is_empty() && !value::is_reference(password) && !value::is_placeholder(password)
        }
        None => false,
    }
}

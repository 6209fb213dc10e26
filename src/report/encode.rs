//! The two encodings that keep a hostile name inside its quotes: JSON strings and URIs.
//!
//! It does not know the documents they stand in.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, Serializer};

use crate::model::RepoPath;
use crate::text::is_hidden;

/// Writes `value` as one line of JSON. Characters that could disturb a terminal are written `\uXXXX`, so that the document
/// says the same and can be looked at.
pub(super) fn write_json(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *out, VisibleFormatter)).map_err(io::Error::from)?;
    out.write_all(b"\n")
}

struct VisibleFormatter;

impl Formatter for VisibleFormatter {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(is_hidden) {
            let (before, from) = rest.split_at(at);
            let hidden = from.chars().next().unwrap_or_default();
            CompactFormatter.write_string_fragment(out, before)?;
            for unit in hidden.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = &from[hidden.len_utf8()..];
        }
        CompactFormatter.write_string_fragment(out, rest)
    }
}

/// The bytes of a path as a relative URI.
pub(super) fn uri(path: &RepoPath) -> String {
    let mut out = String::with_capacity(path.as_bytes().len());
    for &byte in path.as_bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(byte as char),
            _ => write!(out, "%{byte:02X}").expect("a string takes every write"),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_escaped_and_read_back() {
        let text = "a\u{202e}b\u{9b}31m\u{7f}\n\u{1b}[0m\"\\ é 𝄞 \u{feff}";
        let mut out = Vec::new();
        write_json(&text, &mut out).unwrap();
        let line = String::from_utf8(out).unwrap();
        assert!(!line.trim_end_matches('\n').contains(is_hidden), "{line:?}");
        assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
    }

    #[test]
    fn uris_keep_every_byte_of_a_path() {
        assert_eq!(uri(&RepoPath::new(b"a b/c:\xff\n%.yaml")), "a%20b/c%3A%FF%0A%25.yaml");
        assert_eq!(uri(&RepoPath::from("größe")), "gr%C3%B6%C3%9Fe");
    }
}

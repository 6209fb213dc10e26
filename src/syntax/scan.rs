//! What the loose readers share: lines, blanks, and strings in quotes.
//!
//! It does not know any one syntax. Loose readers take what they understand and pass over the rest: they have no errors.

use super::{Builder, Style, scalar};
use crate::text::Span;

/// How many collections a loose reader opens into each other; people stop long before.
pub const DEEPEST: usize = 64;

/// The lines of `text` from `from` on, without their breaks.
pub fn lines(text: &str, from: usize) -> impl Iterator<Item = Span> {
    let mut at = from.max(if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 });
    std::iter::from_fn(move || {
        let line = (at < text.len()).then(|| Span::new(at, line_end(text, at)))?;
        at = line.end + if text[line.end..].starts_with("\r\n") { 2 } else { 1 };
        Some(line)
    })
}

/// Where the line that `at` lies in ends: before a line feed, a carriage return, or both.
pub fn line_end(text: &str, at: usize) -> usize {
    memchr::memchr2(b'\n', b'\r', &text.as_bytes()[at..]).map_or(text.len(), |length| at + length)
}

/// `span` without the blanks at its ends.
pub fn trimmed(text: &str, span: Span) -> Span {
    let inner = &text[span.range()];
    let start = span.start + (inner.len() - inner.trim_start().len());
    Span::new(start, (start + inner.trim().len()).min(span.end))
}

/// The end of the string whose opening quote stands at `start`: behind its closing quote, before `limit`. A backslash
/// keeps a double quote from closing it, `${…}` any quote where `holes`.
pub fn string_end(text: &str, start: usize, limit: usize, holes: bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let quote = *bytes.get(start)?;
    let (mut at, mut depth) = (start + 1, 0usize);
    while at < limit {
        match bytes[at] {
            b'\\' if quote != b'\'' => at += 1,
            b'{' if holes && (depth > 0 || matches!(bytes[at - 1], b'$' | b'%')) => depth += 1,
            b'}' if depth > 0 => depth -= 1,
            byte if byte == quote && depth == 0 => return Some(at + 1),
            _ => {}
        }
        at += 1;
    }
    None
}

/// Adds the string written under `span`, its quotes included.
pub fn add_string(text: &str, span: Span, builder: &mut Builder) {
    let inner = Span::new(span.start + 1, (span.end - 1).max(span.start + 1));
    let written = &text[inner.range()];
    match text.as_bytes()[span.start] {
        b'"' if written.contains('\\') => builder.decoded(&scalar::unescaped(written), Style::DoubleQuoted, span, None),
        b'"' => builder.slice(inner, Style::DoubleQuoted, span, None),
        _ => builder.slice(inner, Style::SingleQuoted, span, None),
    };
}

/// Adds the value that `span` of a line is: in quotes, or as it stands.
pub fn add_value(text: &str, span: Span, builder: &mut Builder) {
    let span = trimmed(text, span);
    let quoted = matches!(text.as_bytes().get(span.start), Some(b'"' | b'\'')) && span.len() > 1;
    match quoted && string_end(text, span.start, span.end, false) == Some(span.end) {
        true => add_string(text, span, builder),
        false => {
            builder.verbatim(span, None);
        }
    }
}

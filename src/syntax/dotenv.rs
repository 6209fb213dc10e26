//! A dotenv file to a tree: one mapping of the names that it sets.
//!
//! It does not know what the names mean and expands nothing. A line that sets nothing is passed over.

use super::{Builder, Style, Tree, scalar};
use crate::text::Span;

pub fn parse(text: &str) -> Tree {
    let mut builder = Builder::new();
    let mut at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut is_empty = true;
    while at < text.len() {
        let end = line_end(text, at);
        if let Some((key, rest)) = assignment(text, Span::new(at, end)) {
            if is_empty {
                builder.mapping(key.start, None);
                is_empty = false;
            }
            builder.verbatim(key, None);
            at = value(text, rest, &mut builder).max(rest.end);
        } else {
            at = end;
        }
        // To the end of the line on which a quoted value ended.
        at = (line_end(text, at) + 1).min(text.len());
    }
    builder.finish()
}

/// Lines end at a line feed, at a carriage return, or at both.
fn line_end(text: &str, at: usize) -> usize {
    memchr::memchr2(b'\n', b'\r', &text.as_bytes()[at..]).map_or(text.len(), |length| at + length)
}

/// The name and what stands behind its `=`, up to the end of the line.
fn assignment(text: &str, line: Span) -> Option<(Span, Span)> {
    let whole = &text[line.range()];
    let unindented = whole.trim_start_matches([' ', '\t']);
    let exported = unindented.strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t']));
    let rest = exported.unwrap_or(unindented).trim_start_matches([' ', '\t']);
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    let length = rest.bytes().take_while(|byte| is_part(byte)).count();
    let key = Span::new(line.end - rest.len(), line.end - rest.len() + length);
    let value = rest[length..].trim_start_matches([' ', '\t']).strip_prefix('=')?;
    (length > 0).then(|| (key, Span::new(line.end - value.len(), line.end)))
}

/// Adds the value that `rest` of a line begins; returns where it ends.
fn value(text: &str, rest: Span, builder: &mut Builder) -> usize {
    let written = &text[rest.range()];
    let start = rest.end - written.trim_start_matches([' ', '\t']).len();
    if let Some(end) = closing_quote(text, start) {
        quoted(text, Span::new(start, end), builder);
        return end;
    }
    let comment = written.match_indices('#').find(|&(at, _)| at > 0 && written[..at].ends_with([' ', '\t']));
    let kept = written[..comment.map_or(written.len(), |(at, _)| at)].trim_end();
    match kept.trim_start_matches([' ', '\t']) {
        "" => builder.verbatim(Span::new(rest.start, rest.start), None),
        _ => builder.verbatim(Span::new(start, rest.start + kept.len()), None),
    };
    rest.end
}

/// The end of the quoted value that begins at `start`; it may lie some lines further on. A quote that is followed by more
/// text is part of an unquoted value.
fn closing_quote(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let quote = *bytes.get(start).filter(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
    let mut at = start + 1;
    loop {
        at += memchr::memchr2(quote, b'\\', &bytes[at..])?;
        match bytes[at] {
            b'\\' if quote == b'"' => at = (at + 2).min(bytes.len()),
            b'\\' => at += 1,
            _ => break,
        }
    }
    let behind = text[at + 1..].trim_start_matches([' ', '\t']);
    (behind.is_empty() || behind.starts_with(['\n', '\r', '#'])).then_some(at + 1)
}

fn quoted(text: &str, span: Span, builder: &mut Builder) {
    let inner = Span::new(span.start + 1, span.end - 1);
    let written = &text[inner.range()];
    let is_double = text.as_bytes()[span.start] == b'"';
    let style = if is_double { Style::DoubleQuoted } else { Style::SingleQuoted };
    match is_double && written.contains('\\') {
        true => builder.decoded(&decoded(written), style, span, None),
        false => builder.slice(inner, style, span, None),
    };
}

fn decoded(written: &str) -> String {
    let mut value = String::with_capacity(written.len());
    let mut rest = written;
    while let Some((before, behind)) = rest.split_once('\\') {
        value.push_str(before);
        let meant = scalar::dotenv_escape(behind);
        value.push(meant.unwrap_or('\\'));
        rest = &behind[usize::from(meant.is_some())..];
    }
    value.push_str(rest);
    value
}

//! What a line of YAML is made of, as far as bytes tell: where scalars end, what their escapes mean, what is left behind
//! them.
//!
//! It does not know what the parts are to each other. What it is not sure of is `None`.

use super::super::{Style, scalar};

/// The length of `---` and `...`.
pub const MARK: usize = 3;

/// Neither control characters nor anything that some read as a break or a mark.
pub fn is_printable(text: &str) -> bool {
    let is_control = |byte: u8| byte < b' ' && byte != b'\n' && byte != b'\t' || byte == 0x7f;
    if text.bytes().fold(false, |any, byte| any | is_control(byte)) {
        return false;
    }
    let is_odd = |character: char| {
        matches!(character, '\u{80}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
    };
    text.is_ascii() || !text.chars().any(is_odd)
}

/// At the start of a line.
pub fn is_document_mark(line: &[u8]) -> bool {
    line.starts_with(b"---") || line.starts_with(b"...")
}

pub fn skip_spaces(bytes: &[u8], at: usize) -> usize {
    at + bytes[at..].iter().take_while(|&&byte| byte == b' ').count()
}

/// Where the next line begins, when only a comment is left on this one. A comment stands behind a space.
pub fn end(bytes: &[u8], at: usize) -> Option<usize> {
    let end = skip_spaces(bytes, at);
    match bytes.get(end) {
        None => Some(end),
        Some(b'\n') => Some(end + 1),
        Some(b'#') if end == 0 || matches!(bytes[end - 1], b' ' | b'\n') => Some(next(bytes, end)),
        Some(_) => None,
    }
}

/// Where the next line begins.
pub fn next(bytes: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |length| at + length + 1)
}

/// True for text that can be nothing but a scalar without quotes.
pub fn begins_plain(text: &[u8]) -> bool {
    match *text {
        [b'-' | b':', second, ..] => second.is_ascii_graphic(),
        [first, ..] => first >= 0x80 || first.is_ascii_alphanumeric() || b"_/.$~+<=^\\();".contains(&first),
        [] => false,
    }
}

/// Bytes at which a plain scalar may end.
const STOPS: [bool; 256] = stops(b"\n\t:#");

/// The end of the plain scalar at `start`: before its colon, a comment or the end of the line, spaces left out.
pub fn plain_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        at += bytes[at..].iter().take_while(|&&byte| !STOPS[usize::from(byte)]).count();
        match bytes.get(at) {
            Some(b'\t') => return None,
            Some(b':') if !matches!(bytes.get(at + 1), None | Some(b' ' | b'\n' | b'\t')) => at += 1,
            Some(b'#') if bytes[at - 1] != b' ' => at += 1,
            _ => break,
        }
    }
    Some(trimmed(bytes, start, at))
}

const FLOW_STOPS: [bool; 256] = stops(b"\n\t:#,[]{}");

/// As `plain_end`, between brackets.
pub fn plain_end_in_flow(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        at += bytes[at..].iter().take_while(|&&byte| !FLOW_STOPS[usize::from(byte)]).count();
        match (bytes.get(at)?, bytes.get(at + 1)?) {
            (b',' | b']' | b'}', _) | (b':', b' ') => return Some(trimmed(bytes, start, at)),
            (b':', next) if next.is_ascii_alphanumeric() || *next == b'/' => at += 1,
            (b'#', _) if bytes[at - 1] != b' ' => at += 1,
            _ => return None,
        }
    }
}

const fn stops(bytes: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut index = 0;
    while index < bytes.len() {
        table[bytes[index] as usize] = true;
        index += 1;
    }
    table
}

fn trimmed(bytes: &[u8], start: usize, end: usize) -> usize {
    end - bytes[start..end].iter().rev().take_while(|&&byte| byte == b' ').count()
}

/// Where the quote stands that ends what begins at `at`, and whether a quote is written in it.
pub fn single_quote_end(bytes: &[u8], mut at: usize) -> Option<(usize, bool)> {
    let mut escaped = false;
    loop {
        at += memchr::memchr2(b'\'', b'\n', &bytes[at..])?;
        match (bytes[at], bytes.get(at + 1)) {
            (b'\n', _) => return None,
            (_, Some(b'\'')) => (at, escaped) = (at + 2, true),
            _ => return Some((at, escaped)),
        }
    }
}

/// Where the quote stands that ends what begins at `at`, and whether there are escapes before it.
pub fn double_quote_end(bytes: &[u8], mut at: usize) -> Option<(usize, bool)> {
    let mut escaped = false;
    loop {
        at += memchr::memchr3(b'"', b'\\', b'\n', &bytes[at..])?;
        match bytes[at] {
            b'\n' => return None,
            b'\\' if bytes.get(at + 1)? == &b'\n' => return None,
            b'\\' => (at, escaped) = (at + 2, true),
            _ => return Some((at, escaped)),
        }
    }
}

/// Adds what `written`, which stood between quotes, means.
pub fn unescape(written: &str, style: Style, value: &mut String) -> Option<()> {
    if style == Style::SingleQuoted {
        for (index, part) in written.split("''").enumerate() {
            if index > 0 {
                value.push('\'');
            }
            value.push_str(part);
        }
        return Some(());
    }
    let mut rest = written;
    while let Some((before, behind)) = rest.split_once('\\') {
        value.push_str(before);
        if !behind.starts_with(['0', 'a', 'b', 't', 'n', 'v', 'f', 'r', 'e', ' ', '"', '/', '\\', 'N', '_']) {
            return None;
        }
        let (meant, length) = scalar::escape(behind)?;
        value.push(meant);
        rest = &behind[length..];
    }
    value.push_str(rest);
    Some(())
}

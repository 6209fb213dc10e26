//! From the value of a scalar back to the bytes in which it is written.
//!
//! It does not know where in a document the scalar stands. It reads the written form once more and compares it with the
//! value as it goes: what it returns is exact, or it is the whole scalar.

use super::Style;
use crate::text::Span;

/// Where `within` of a decoded `value` stands in `text`, the scalar being written under `span`.
pub fn source_span(text: &str, span: Span, value: &str, style: Style, within: Span) -> Span {
    let mut walk = Walk::new(value, within, span);
    let mut walked = read(text, span, style, &mut walk);
    if walked.is_none() && style == Style::DoubleQuoted {
        walk = Walk::new(value, within, span);
        walked = flow(text, inside(span), Reading::Dotenv, &mut walk);
    }
    walked.and_then(|()| walk.found()).unwrap_or(span)
}

/// The value as it would be if `original` stood where `text` does, of the same length: what is written as it is meant
/// is taken from there. `None` where the two cannot be laid upon each other.
pub fn value_in(original: &str, text: &str, span: Span, value: &str, style: Style) -> Option<String> {
    let mut walk = Walk::new(value, Span::new(0, usize::MAX), span);
    walk.copy = Some((original, String::with_capacity(value.len())));
    read(text, span, style, &mut walk)?;
    walk.copy.filter(|_| walk.at == value.len()).map(|(_, copy)| copy)
}

fn read(text: &str, span: Span, style: Style, walk: &mut Walk) -> Option<()> {
    match style {
        Style::Literal | Style::Folded => block(text, span, style, walk),
        Style::Plain => flow(text, span, Reading::Plain, walk),
        Style::SingleQuoted => flow(text, inside(span), Reading::Single, walk),
        Style::DoubleQuoted => flow(text, inside(span), Reading::Double, walk),
    }
}

/// The character that an escape of double quotes means, and its length behind the backslash. YAML's escapes, which take
/// in JSON's; a pair of surrogates is one character, a lone one is U+FFFD, and what is no escape means itself.
pub fn escape(rest: &str) -> Option<(char, usize)> {
    let first = rest.chars().next()?;
    let meant = match first {
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        't' => '\t',
        'n' => '\n',
        'v' => '\u{b}',
        'f' => '\u{c}',
        'r' => '\r',
        'e' => '\u{1b}',
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        'x' | 'u' | 'U' => return Some(code_point(rest, first).unwrap_or((first, 1))),
        other => other,
    };
    Some((meant, first.len_utf8()))
}

/// What a text between double quotes means; as `escape` has it.
pub fn unescaped(written: &str) -> String {
    let mut value = String::with_capacity(written.len());
    let mut rest = written;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        value.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some((meant, length)) = escape(rest) else { break };
        value.push(meant);
        rest = &rest[length..];
    }
    value.push_str(rest);
    value
}

/// As `escape`, for the quotes of a dotenv file: the few that every reader of such files knows.
pub fn dotenv_escape(rest: &str) -> Option<char> {
    match rest.bytes().next()? {
        b'n' => Some('\n'),
        b'r' => Some('\r'),
        b't' => Some('\t'),
        byte @ (b'"' | b'\\' | b'$' | b'\'' | b'`') => Some(byte as char),
        _ => None,
    }
}

fn code_point(rest: &str, kind: char) -> Option<(char, usize)> {
    let hex = |from: usize, digits: usize| {
        let text = rest.get(from..from + digits)?;
        text.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(text, 16).ok()).flatten()
    };
    let digits = match kind {
        'x' => 2,
        'u' => 4,
        _ => 8,
    };
    let code = hex(1, digits)?;
    let low = || hex(7, 4).filter(|low| rest.get(5..7) == Some("\\u") && (0xDC00..0xE000).contains(low));
    match code {
        0xD800..0xDC00 if kind == 'u' => match low() {
            Some(low) => Some((char::from_u32(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00))?, 11)),
            None => Some((char::REPLACEMENT_CHARACTER, 5)),
        },
        _ => Some((char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 1 + digits)),
    }
}

/// Compares the value with what is read, piece by piece, and notes where the wanted part begins and ends.
struct Walk<'a> {
    value: &'a str,
    within: Span,
    /// How much of the value has been met.
    at: usize,
    start: Option<usize>,
    end: usize,
    /// Another text, and the value as it would be in that text.
    copy: Option<(&'a str, String)>,
}

impl<'a> Walk<'a> {
    fn new(value: &'a str, within: Span, span: Span) -> Self {
        Walk { value, within, at: 0, start: None, end: span.start, copy: None }
    }

    /// The next piece of the value is exactly what stands under `source`.
    fn verbatim(&mut self, text: &str, source: Span) -> Option<()> {
        let piece = text.get(source.range())?;
        let before = self.at;
        self.advance(piece)?;
        if let Some((original, copy)) = &mut self.copy {
            copy.push_str(original.get(source.range())?);
        }
        let wanted = self.within;
        if self.start.is_none() && wanted.start < self.at {
            self.start = Some(source.start + (wanted.start - before));
        }
        if before < wanted.end {
            self.end = source.start + (wanted.end.min(self.at) - before);
        }
        Some(())
    }

    /// The next piece of the value is `piece`, written as `source` and not to be divided.
    fn written(&mut self, piece: &str, source: Span) -> Option<()> {
        let before = self.at;
        self.advance(piece)?;
        if let Some((_, copy)) = &mut self.copy {
            copy.push_str(piece);
        }
        if self.start.is_none() && self.within.start < self.at {
            self.start = Some(source.start);
        }
        if before < self.within.end && before < self.at {
            self.end = source.end;
        }
        Some(())
    }

    fn advance(&mut self, piece: &str) -> Option<()> {
        self.value[self.at..].starts_with(piece).then(|| self.at += piece.len())
    }

    fn is_done(&self) -> bool {
        self.at > self.within.start && self.at >= self.within.end
    }

    fn found(&self) -> Option<Span> {
        match self.start {
            Some(start) => Some(Span::new(start, self.end.max(start))),
            None if self.within.start == self.at && self.at > 0 => Some(Span::new(self.end, self.end)),
            None => None,
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Reading {
    Plain,
    Single,
    Double,
    /// Double quotes in which line breaks stay and few escapes exist.
    Dotenv,
}

fn inside(span: Span) -> Span {
    if span.len() < 2 { span } else { Span::new(span.start + 1, span.end - 1) }
}

/// Plain and quoted scalars: escapes, and line breaks that fold.
fn flow(text: &str, span: Span, reading: Reading, walk: &mut Walk) -> Option<()> {
    let special: &[char] = match reading {
        Reading::Plain => &['\n', '\r'],
        Reading::Single => &['\n', '\r', '\''],
        Reading::Double => &['\n', '\r', '\\'],
        Reading::Dotenv => &['\\'],
    };
    let mut at = span.start;
    while at < span.end && !walk.is_done() {
        let rest = text.get(at..span.end)?;
        let run = rest.find(special).unwrap_or(rest.len());
        let ends_line = rest[run..].starts_with(['\n', '\r']);
        let kept = if ends_line { rest[..run].trim_end_matches([' ', '\t']).len() } else { run };
        walk.verbatim(text, Span::new(at, at + kept))?;
        at += kept;
        let rest = &rest[kept..];
        at += match reading {
            _ if rest.is_empty() => 0,
            _ if ends_line => fold(rest, at, false, walk)?,
            Reading::Single => {
                walk.written("'", Span::new(at, at + 2))?;
                2
            }
            Reading::Dotenv => unescape_dotenv(text, rest, at, walk)?,
            _ if rest[1..].starts_with(['\n', '\r']) => 1 + fold(&rest[1..], at + 1, true, walk)?,
            _ => {
                let (meant, length) = escape(&rest[1..])?;
                walk.written(meant.encode_utf8(&mut [0; 4]), Span::new(at, at + 1 + length))?;
                1 + length
            }
        };
    }
    Some(())
}

fn unescape_dotenv(text: &str, rest: &str, at: usize, walk: &mut Walk) -> Option<usize> {
    match dotenv_escape(&rest[1..]) {
        Some(meant) => {
            walk.written(meant.encode_utf8(&mut [0; 4]), Span::new(at, at + 2))?;
            Some(2)
        }
        None => {
            walk.verbatim(text, Span::new(at, at + 1))?;
            Some(1)
        }
    }
}

/// Line breaks and the blanks around them: one break is a space (nothing where it is escaped), each further one itself.
fn fold(rest: &str, at: usize, escaped: bool, walk: &mut Walk) -> Option<usize> {
    let mut breaks = Vec::new();
    let mut length = 0;
    loop {
        let blanks = rest[length..].bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        length += blanks;
        let Some(line_break) = line_break(&rest[length..]) else { break };
        breaks.push(Span::new(at + length, at + length + line_break));
        length += line_break;
    }
    match breaks.as_slice() {
        [_, further @ ..] if escaped => further.iter().try_for_each(|&further| walk.written("\n", further))?,
        [only] => walk.written(" ", *only)?,
        several => lines_between(several, walk)?,
    }
    Some(length)
}

/// Several breaks between two folded lines: the first is given up, the others stay.
fn lines_between(breaks: &[Span], walk: &mut Walk) -> Option<()> {
    let [first, second, further @ ..] = breaks else { return Some(()) };
    walk.written("\n", Span::new(first.start, second.end))?;
    further.iter().try_for_each(|&further| walk.written("\n", further))
}

fn line_break(rest: &str) -> Option<usize> {
    match rest.as_bytes() {
        [b'\r', b'\n', ..] => Some(2),
        [b'\n' | b'\r', ..] => Some(1),
        _ => None,
    }
}

/// Block scalars: lines without their indentation, folded or not.
fn block(text: &str, span: Span, style: Style, walk: &mut Walk) -> Option<()> {
    let begin = text.get(..span.start)?.rfind('\n').map_or(0, |end| end + 1);
    let written = text.get(begin..span.end)?;
    let indent = indent_of(written, walk.value)?;
    let mut breaks = Vec::new();
    // Whether the last line with content began with a blank: such lines do not fold.
    let mut last: Option<bool> = None;
    let mut at = begin;
    for line in written.split_inclusive('\n') {
        if walk.is_done() {
            break;
        }
        let content = line.trim_end_matches('\n').trim_end_matches('\r');
        let inner = match content.get(indent..) {
            Some(inner) => inner,
            None if content.bytes().all(|byte| byte == b' ') => "",
            None => return None,
        };
        if !inner.is_empty() {
            let spaced = inner.starts_with([' ', '\t']);
            match breaks.as_slice() {
                [only] if style == Style::Folded && last == Some(false) && !spaced => walk.written(" ", *only)?,
                several if style == Style::Folded && last == Some(false) && !spaced => lines_between(several, walk)?,
                all => all.iter().try_for_each(|&one| walk.written("\n", one))?,
            }
            breaks.clear();
            last = Some(spaced);
            walk.verbatim(text, Span::new(at + content.len() - inner.len(), at + content.len()))?;
        }
        if content.len() < line.len() {
            breaks.push(Span::new(at + content.len(), at + line.len()));
        }
        at += line.len();
    }
    if walk.is_done() {
        return Some(());
    }
    // How many of the last breaks belong to the value is the header's choice.
    let left = walk.value.len() - walk.at;
    breaks.iter().take(left).try_for_each(|&one| walk.written("\n", one))
}

/// By how many spaces the block is indented: what the first line with content has more than its value.
fn indent_of(written: &str, value: &str) -> Option<usize> {
    let spaces = |line: &str| line.bytes().take_while(|&byte| byte == b' ').count();
    let line = written.split('\n').find(|line| !line.trim_matches([' ', '\r']).is_empty())?;
    spaces(line).checked_sub(spaces(value.trim_start_matches('\n')))
}

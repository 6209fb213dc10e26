//! Where the actions of a template begin and end, and what sort each is.
//!
//! It does not know the functions that an action calls, but for those that indent.

use super::{Control, Hole, HoleKind};
use crate::text::Span;

/// All actions in order, and the offset of one that never ends: the rest of its line counts as its own.
pub fn find(text: &str) -> (Vec<Hole>, Option<usize>) {
    let mut holes = Vec::new();
    let mut quotes = Quotes { text, none_until: 0 };
    let opening = memchr::memmem::Finder::new(b"{{");
    let mut at = 0;
    while let Some(found) = opening.find(&text.as_bytes()[at..]) {
        let start = at + found;
        let Some(end) = quotes.end_of_action(start) else {
            let length = text[start..].find(['\n', '\r']).unwrap_or(text.len() - start);
            holes.push(Hole { span: Span::new(start, start + length), kind: HoleKind::Value });
            return (holes, Some(start));
        };
        at = end;
        holes.push(Hole { span: Span::new(start, end), kind: kind(inner(&text[start..end])) });
    }
    (holes, None)
}

struct Quotes<'a> {
    text: &'a str,
    /// Up to here no quote that opens is closed on its line: known so that no line is searched twice.
    none_until: usize,
}

impl Quotes<'_> {
    /// Where the action that begins at `start` ends. Closing braces inside quotes do not count.
    fn end_of_action(&mut self, start: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        if inner(&self.text[start..]).starts_with("/*") {
            let end = start + memchr::memmem::find(&bytes[start..], b"*/")? + 2;
            return Some(end + memchr::memmem::find(&bytes[end..], b"}}")? + 2);
        }
        let mut at = start + 2;
        while at < bytes.len() {
            match bytes[at] {
                b'}' if bytes[at..].starts_with(b"}}") => return Some(at + 2),
                b'`' => at += memchr::memchr(b'`', &bytes[at + 1..]).map_or(0, |length| length + 1),
                b'"' | b'\'' if at >= self.none_until => at = self.closing(at).unwrap_or(at),
                _ => {}
            }
            at += 1;
        }
        None
    }

    /// The quote that closes the one at `open`, on the same line.
    fn closing(&mut self, open: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let mut at = open + 1;
        while at < bytes.len() && bytes[at] != b'\n' {
            match bytes[at] {
                b'\\' => at += 2,
                byte if byte == bytes[open] => return Some(at),
                _ => at += 1,
            }
        }
        self.none_until = at;
        None
    }
}

/// What stands between the braces, without the marks that trim.
fn inner(action: &str) -> &str {
    let inner = action.strip_prefix("{{").unwrap_or(action);
    let inner = inner.strip_suffix("}}").unwrap_or(inner);
    let trimmed = inner.strip_prefix('-').filter(|rest| rest.starts_with(char::is_whitespace));
    trimmed.unwrap_or(inner).trim_start()
}

fn kind(inner: &str) -> HoleKind {
    if inner.starts_with("/*") {
        return HoleKind::Comment;
    }
    let word = inner.split(|byte: char| !byte.is_ascii_alphanumeric()).next().unwrap_or_default();
    match word {
        "if" => HoleKind::Control(Control::If),
        "else" => HoleKind::Control(Control::Else),
        "end" => HoleKind::Control(Control::End),
        "range" => HoleKind::Control(Control::Range),
        "with" => HoleKind::Control(Control::With),
        "define" => HoleKind::Control(Control::Define),
        "block" => HoleKind::Control(Control::Block),
        "break" => HoleKind::Control(Control::Break),
        "continue" => HoleKind::Control(Control::Continue),
        _ if is_assignment(inner) => HoleKind::Assignment,
        _ if indentation(inner).is_some() => HoleKind::Indented,
        _ => HoleKind::Value,
    }
}

/// `$name := …` or `$name = …`.
fn is_assignment(inner: &str) -> bool {
    let Some(name) = inner.strip_prefix('$') else { return false };
    let rest = name.trim_start_matches(|byte: char| byte.is_alphanumeric() || byte == '_').trim_start();
    rest.starts_with(":=") || (rest.starts_with('=') && !rest.starts_with("=="))
}

/// The spaces that the last `indent` or `nindent` of an action writes; `None` inside where they are no plain number.
pub fn indentation(action: &str) -> Option<Option<usize>> {
    let at = action.rfind("indent")?;
    let before = action[..at].strip_suffix('n').unwrap_or(&action[..at]);
    let rest = &action[at + "indent".len()..];
    let begins = |byte: char| byte.is_whitespace() || matches!(byte, '|' | '(' | '{');
    if !(before.is_empty() || before.ends_with(begins)) || !rest.starts_with(char::is_whitespace) {
        return None;
    }
    let rest = rest.trim_start();
    let number = rest.split(|byte: char| !byte.is_ascii_digit()).next().unwrap_or_default();
    Some(number.parse().ok())
}

//! Marks inside of text while a template runs: what came from which value, what is unknown, and what is only written
//! under a condition that is unknown. They stand in the text itself, so that whatever joins texts joins them, too.
//!
//! It does not know templates. The marks are characters of a private plane; text that holds such characters of its own is
//! not read.

use std::borrow::Cow;
use std::ops::Range;

/// Opens what a value wrote; the character behind it is the value's number.
const ORIGIN: char = '\u{F0000}';
const END: char = '\u{F0001}';
/// Stands for text that is not known.
pub const UNKNOWN: char = '\u{F0002}';
/// Around text that may be written or not.
pub const MAYBE: char = '\u{F0003}';
pub const SURE: char = '\u{F0004}';
/// The number 0.
const FIRST: u32 = 0xF_1000;
pub const MOST_ORIGINS: usize = 50_000;
/// The first byte of every mark.
const LEAD: u8 = 0xF3;

/// True where a text could be taken for one with marks.
pub fn holds_marks(text: &str) -> bool {
    memchr::memchr(LEAD, text.as_bytes()).is_some() && text.chars().any(is_mark)
}

fn is_mark(character: char) -> bool {
    matches!(u32::from(character), 0xF_0000..=0xF_FFFF)
}

/// `text` as written by the value `number`.
pub fn marked(text: &str, number: usize) -> String {
    let number = u32::try_from(number).ok().and_then(|number| char::from_u32(FIRST + number)).unwrap_or(END);
    format!("{ORIGIN}{number}{text}{END}")
}

/// The value that wrote all of `text`, and the text without its mark.
pub fn only_origin(text: &str) -> Option<(usize, &str)> {
    let mut characters = text.strip_prefix(ORIGIN)?.chars();
    let number = number(characters.next()?)?;
    let inner = characters.as_str().strip_suffix(END)?;
    (!holds_marks(inner)).then_some((number, inner))
}

fn number(character: char) -> Option<usize> {
    u32::from(character).checked_sub(FIRST).and_then(|number| usize::try_from(number).ok())
}

/// The text alone; `None` where some of it is unknown.
pub fn exact(text: &str) -> Option<Cow<'_, str>> {
    if !holds_marks(text) {
        return Some(Cow::Borrowed(text));
    }
    if text.contains([UNKNOWN, MAYBE]) {
        return None;
    }
    Some(Cow::Owned(text.chars().filter(|&character| !is_mark(character)).collect()))
}

/// The numbers of the values that wrote some of `text`.
pub fn origins(text: &str) -> Vec<usize> {
    let mut characters = text.chars();
    let mut found = Vec::new();
    while let Some(character) = characters.next() {
        if character == ORIGIN {
            found.extend(characters.next().and_then(number));
        }
    }
    found
}

/// Whether any text is written for sure; `None` where that is unknown.
pub fn is_written(text: &str) -> Option<bool> {
    if !holds_marks(text) {
        return Some(!text.is_empty());
    }
    let mut depth = 0;
    let mut may_be = false;
    for character in text.chars() {
        match character {
            MAYBE => depth += 1,
            SURE => depth -= 1,
            UNKNOWN => may_be = true,
            _ if is_mark(character) => {}
            _ if depth > 0 => may_be = true,
            _ => return Some(true),
        }
    }
    if may_be { None } else { Some(false) }
}

/// A text without its marks, and what they said. `UNKNOWN` stays.
#[derive(Debug, Default)]
pub struct Plain {
    pub text: String,
    /// For places: (offset in `text`, offset in the text with marks), of what stands behind each mark.
    shifts: Vec<(usize, usize)>,
    /// Which value wrote what, in order.
    pub origins: Vec<(Range<usize>, usize)>,
    pub maybe: Vec<Range<usize>>,
}

impl Plain {
    pub fn of(marked: &str) -> Plain {
        let mut plain = Plain { text: String::with_capacity(marked.len()), ..Plain::default() };
        plain.shifts.push((0, 0));
        let (mut open, mut maybe): (Vec<(usize, usize)>, Vec<usize>) = (Vec::new(), Vec::new());
        let mut rest = marked;
        while let Some(at) = memchr::memchr(LEAD, rest.as_bytes()) {
            let (before, behind) = rest.split_at(at);
            plain.text.push_str(before);
            let Some(character) = behind.chars().next() else { break };
            let here = plain.text.len();
            rest = &behind[character.len_utf8()..];
            match character {
                ORIGIN => {
                    let next = rest.chars().next();
                    rest = &rest[next.map_or(0, char::len_utf8)..];
                    open.extend(next.and_then(number).map(|number| (here, number)));
                }
                END => plain.origins.extend(open.pop().map(|(start, number)| (start..here, number))),
                MAYBE => maybe.push(here),
                SURE => plain.maybe.extend(maybe.pop().map(|start| start..here)),
                other => plain.text.push(other),
            }
            plain.shifts.push((plain.text.len(), marked.len() - rest.len()));
        }
        plain.text.push_str(rest);
        plain
    }

    /// The offset in the text with marks.
    pub fn source(&self, offset: usize) -> usize {
        let behind = self.shifts.partition_point(|(at, _)| *at <= offset);
        let (at, source) = self.shifts[behind.max(1) - 1];
        source + (offset - at)
    }

    pub fn is_maybe(&self, span: &Range<usize>) -> bool {
        self.maybe.iter().any(|maybe| maybe.start <= span.start && span.start < maybe.end)
    }

    /// The value that wrote all of `span`.
    pub fn only_origin(&self, span: &Range<usize>) -> Option<usize> {
        let found = self.origins.iter().find(|(range, _)| range == span);
        found.map(|(_, number)| *number)
    }

    /// The values that wrote some of `span`.
    pub fn origins_in(&self, span: &Range<usize>) -> impl Iterator<Item = usize> {
        let touches = move |range: &Range<usize>| range.start < span.end && span.start < range.end;
        self.origins.iter().filter(move |(range, _)| touches(range)).map(|(_, number)| *number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_come_out_with_what_they_said() {
        let text = format!("a: {}\n{MAYBE}b: {UNKNOWN}{SURE}c", marked("xy", 7));
        let plain = Plain::of(&text);
        assert_eq!(plain.text, format!("a: xy\nb: {UNKNOWN}c"));
        assert_eq!((plain.origins.clone(), plain.maybe.as_slice()), (vec![(3..5, 7)], std::slice::from_ref(&(6..13))));
        for (offset, character) in plain.text.char_indices() {
            assert!(text[plain.source(offset)..].starts_with(character), "{offset}");
        }
        assert_eq!(only_origin(&marked("xy", 7)), Some((7, "xy")));
        assert_eq!(origins(&text), [7]);
    }

    #[test]
    fn what_is_unknown_is_no_text() {
        assert_eq!(exact(&marked("a", 1)).as_deref(), Some("a"));
        assert_eq!(exact(&format!("a{UNKNOWN}")), None);
        assert_eq!(is_written(&format!("{UNKNOWN}")), None);
        assert_eq!(is_written(&format!("{MAYBE}a{SURE}")), None);
        assert_eq!(is_written(&format!("{MAYBE}a{SURE}b")), Some(true));
        assert_eq!(is_written(&marked("", 1)), Some(false));
    }
}

//! Places as an editor counts them: lines from 0, and columns in the units that client and server agreed on.
//!
//! It does not know what stands at a place.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use lsp_types::{ClientCapabilities, PositionEncodingKind, Range, Uri};

use crate::text::{LineIndex, Position, Region, decode};

/// The units of a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    /// What every client knows.
    #[default]
    Utf16,
    Utf32,
}

impl Encoding {
    /// The first of the client's own order that we know.
    pub fn agreed(client: &ClientCapabilities) -> Encoding {
        let offered = client.general.as_ref().and_then(|general| general.position_encodings.as_ref());
        let ours = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];
        let known = |kind: &PositionEncodingKind| ours.into_iter().find(|encoding| encoding.kind() == *kind);
        offered.into_iter().flatten().find_map(known).unwrap_or_default()
    }

    pub fn kind(self) -> PositionEncodingKind {
        match self {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
            Encoding::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    fn width(self, character: char) -> usize {
        match self {
            Encoding::Utf8 => character.len_utf8(),
            Encoding::Utf16 => character.len_utf16(),
            Encoding::Utf32 => 1,
        }
    }
}

/// A text whose places can be named in both ways.
pub struct Text {
    pub text: String,
    lines: LineIndex,
    encoding: Encoding,
}

impl Text {
    /// `bytes` as they lie on disk or in the editor.
    pub fn new(bytes: &[u8], encoding: Encoding) -> Text {
        let text = String::from_utf8_lossy(&decode(bytes).text).into_owned();
        Text { lines: LineIndex::new(text.as_bytes()), text, encoding }
    }

    pub fn range(&self, region: Region) -> Range {
        Range { start: self.position(region.start), end: self.position(region.end) }
    }

    pub fn position(&self, position: Position) -> lsp_types::Position {
        let before = self.line(position.line).chars().take(position.column.saturating_sub(1) as usize);
        let units: usize = before.map(|character| self.encoding.width(character)).sum();
        lsp_types::Position { line: position.line.saturating_sub(1), character: units as u32 }
    }

    /// The range of the bytes from `start` to `end`.
    pub fn range_of(&self, start: usize, end: usize) -> Range {
        let at = |offset| self.position(self.lines.position(self.text.as_bytes(), offset));
        Range { start: at(start), end: at(end) }
    }

    /// The byte at a place; what lies beyond a line's end is its end.
    pub fn offset(&self, position: lsp_types::Position) -> usize {
        let line = position.line.saturating_add(1);
        let mut left = position.character as usize;
        let within = self.line(line).chars().take_while(|character| {
            let width = self.encoding.width(*character);
            let fits = width <= left;
            left = left.saturating_sub(width);
            fits
        });
        let bytes: usize = within.map(char::len_utf8).sum();
        self.mark(line) + self.lines.line_content(self.text.as_bytes(), line).start + bytes
    }

    /// A line without its break, and without the byte order mark that takes no column.
    fn line(&self, line: u32) -> &str {
        let span = self.lines.line_content(self.text.as_bytes(), line);
        self.text.get(span.start + self.mark(line)..span.end).unwrap_or_default()
    }

    fn mark(&self, line: u32) -> usize {
        const MARK: char = '\u{feff}';
        if line == 1 && self.text.starts_with(MARK) { MARK.len_utf8() } else { 0 }
    }
}

/// The file that a URI names; `None` for what lies in no file.
pub fn path_of(uri: &Uri) -> Option<PathBuf> {
    let encoded = uri.as_str().strip_prefix("file://")?;
    let encoded = &encoded[encoded.find('/')?..];
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let [first, after @ ..] = rest {
        let escape = |digits: &[u8]| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok();
        let escaped = (*first == b'%').then(|| after.get(..2).and_then(escape)).flatten();
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { &after[2..] } else { after };
    }
    let text = String::from_utf8(bytes).ok()?;
    // `/c:/folder` is what Windows calls `c:/folder`.
    let is_drive = cfg!(windows) && text.as_bytes().get(2) == Some(&b':');
    Some(PathBuf::from(if is_drive { &text[1..] } else { &text }))
}

/// The URI of an absolute path.
pub fn uri_of(path: &Path) -> Option<Uri> {
    let mut uri = String::from("file://");
    let text = path.to_str()?.replace('\\', "/");
    if !text.starts_with('/') {
        uri.push('/');
    }
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(byte as char),
            _ => write!(uri, "%{byte:02X}").ok()?,
        }
    }
    uri.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there_and_back(encoding: Encoding, offset: usize) -> (u32, u32) {
        let text = Text::new("\u{feff}a: 1\r\nk: é𝄞x\n".as_bytes(), encoding);
        let place = text.range_of(offset, offset).start;
        assert_eq!(text.offset(place), offset, "{encoding:?}");
        (place.line, place.character)
    }

    #[test]
    fn columns_are_counted_in_the_units_agreed_on() {
        // After the mark and its line stand `k: `, two bytes, four bytes, `x`.
        let x = 3 + 6 + 3 + 2 + 4;
        assert_eq!(there_and_back(Encoding::Utf8, x), (1, 9));
        assert_eq!(there_and_back(Encoding::Utf16, x), (1, 6));
        assert_eq!(there_and_back(Encoding::Utf32, x), (1, 5));
    }

    #[test]
    fn a_place_beyond_the_text_is_its_end() {
        let text = Text::new(b"ab\ncd", Encoding::Utf16);
        let beyond = |line, character| text.offset(lsp_types::Position { line, character });
        assert_eq!((beyond(0, 99), beyond(1, 99), beyond(99, 0)), (2, 5, 5));
    }

    #[test]
    fn a_path_survives_its_uri() {
        let path = Path::new("/a b/größe%20/#1.yaml");
        assert_eq!(path_of(&uri_of(path).unwrap()).as_deref(), Some(path));
        assert_eq!(path_of(&"untitled:1".parse().unwrap()), None);
    }
}

//! One piece of content and where it came from.
//!
//! It does not know how to read itself: the bytes are in memory and decoded when a `Blob` is made.

use std::cell::OnceCell;

use super::RepoPath;
use crate::text::{LineIndex, OffsetMap, Position, Region, Span};

/// Where a blob came from. A commit, an index entry or an archive member will be said here too.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    pub path: RepoPath,
}

/// Decoded text of a file, or one window of a very large file.
pub struct Blob<'a> {
    pub origin: &'a Origin,
    /// UTF-8 where the file is text; spans in this blob are offsets into it.
    pub text: &'a [u8],
    pub binary: bool,
    /// True for a window of a larger file: no syntax is read from it.
    pub partial: bool,
    map: OffsetMap,
    /// Bytes and line breaks of the file before this window.
    before: (usize, u32),
    lines: OnceCell<LineIndex>,
}

impl<'a> Blob<'a> {
    pub fn new(origin: &'a Origin, text: &'a [u8], map: OffsetMap) -> Self {
        let binary = crate::text::is_binary(text);
        Blob { origin, text, binary, partial: false, map, before: (0, 0), lines: OnceCell::new() }
    }

    /// A window that starts `bytes` bytes and `lines` line breaks into the file.
    pub fn window(origin: &'a Origin, text: &'a [u8], bytes: usize, lines: u32) -> Self {
        Blob { partial: true, before: (bytes, lines), ..Blob::new(origin, text, OffsetMap::Identity) }
    }

    pub fn path(&self) -> &'a RepoPath {
        &self.origin.path
    }

    /// The text when it is UTF-8.
    pub fn as_str(&self) -> Option<&'a str> {
        std::str::from_utf8(self.text).ok()
    }

    /// The lines of this blob's text, counted from 1 at its start; built on first use.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(self.text))
    }

    /// How many of the file's lines end before this blob begins.
    pub fn lines_before(&self) -> u32 {
        self.before.1
    }

    /// `span` of the text, as bytes of the file.
    pub fn file_span(&self, span: Span) -> Span {
        self.map.to_file(self.text, span).shift(self.before.0)
    }

    /// `span` of the text, as lines and columns of the file. In a window, columns of its first line count from the
    /// window's start.
    pub fn region(&self, span: Span) -> Region {
        let region = self.lines().region(self.text, span);
        let moved = |position: Position| Position { line: position.line + self.before.1, ..position };
        Region { start: moved(region.start), end: moved(region.end) }
    }
}

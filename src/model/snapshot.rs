//! A readable tree of files: the working tree today, an index or a commit later.
//!
//! It does not know what is in the files.

use std::io::{self, Read};

use super::{Notification, Reason, RepoPath};

/// Files up to this many bytes are read whole; larger ones in windows.
pub const WHOLE: usize = 64 << 20;

/// What a tree holds.
#[derive(Debug, Default)]
pub struct Listing {
    /// Files in scope, sorted.
    pub files: Vec<RepoPath>,
    /// What could not be listed, and what is out of scope and worth naming.
    pub notifications: Vec<Notification>,
    /// What is out of scope, counted.
    pub left_out: Vec<(Reason, u64)>,
}

/// Shared by all threads; lists work, never spawns any of it.
pub trait Snapshot: Sync {
    fn list(&self) -> Listing;

    /// True when something of that name is there, listed or not.
    fn holds(&self, path: &RepoPath) -> bool;

    /// True for a part of a repository: files above it, which are not shown, say something about it.
    fn is_part(&self) -> bool {
        false
    }

    /// Reads a file from its start until `buffer` holds `WHOLE` bytes. Where there may be more, the rest comes back as a
    /// reader. An error says what is incomplete, in words for the user.
    fn read(&self, path: &RepoPath, buffer: &mut Buffer) -> Result<Option<Box<dyn Read>>, Notification>;
}

impl<T: Snapshot + ?Sized> Snapshot for &T {
    fn list(&self) -> Listing {
        (**self).list()
    }

    fn holds(&self, path: &RepoPath) -> bool {
        (**self).holds(path)
    }

    fn is_part(&self) -> bool {
        (**self).is_part()
    }

    fn read(&self, path: &RepoPath, buffer: &mut Buffer) -> Result<Option<Box<dyn Read>>, Notification> {
        (**self).read(path, buffer)
    }
}

/// Memory that one thread reuses from file to file.
#[derive(Default)]
pub struct Buffer {
    /// Grows and keeps its size, so that no byte is zeroed twice.
    bytes: Vec<u8>,
    filled: usize,
}

/// A buffer larger than this is given back before the next file.
const KEPT: usize = 4 << 20;

impl Buffer {
    /// First size of a buffer: larger than nine in ten source files.
    const FIRST: usize = 64 << 10;

    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.filled]
    }

    /// Forgets the content, and the memory of an unusually large file.
    pub fn clear(&mut self) {
        self.filled = 0;
        if self.bytes.len() > KEPT {
            self.bytes = Vec::new();
        }
    }

    /// Forgets all but the last `kept` bytes, which move to the front.
    pub fn keep_last(&mut self, kept: usize) {
        let from = self.filled.saturating_sub(kept);
        self.bytes.copy_within(from..self.filled, 0);
        self.filled -= from;
    }

    /// Reads until `limit` bytes are held or the source ends; true when the source ended. With `short_is_end` a read that
    /// leaves room counts as the end, which saves a call for a file on disk.
    pub fn fill(&mut self, source: &mut dyn Read, limit: usize, short_is_end: bool) -> io::Result<bool> {
        while self.filled < limit {
            if self.bytes.len() == self.filled {
                let grown = (self.bytes.len() * 2).max(Self::FIRST).min(limit);
                self.bytes.resize(grown, 0);
            }
            let end = self.bytes.len().min(limit);
            let room = &mut self.bytes[self.filled..end];
            let asked = room.len();
            match source.read(room) {
                Ok(0) => return Ok(true),
                Ok(count) => {
                    self.filled += count;
                    if short_is_end && count < asked {
                        return Ok(true);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_holds_what_a_source_gives_up_to_the_limit() {
        let source: Vec<u8> = (0..200_000u32).map(|n| n as u8).collect();
        let mut reader = &source[..];
        let mut buffer = Buffer::default();
        assert!(!buffer.fill(&mut reader, 150_000, false).unwrap());
        assert_eq!(buffer.bytes(), &source[..150_000]);
        buffer.keep_last(1_000);
        assert!(buffer.fill(&mut reader, 150_000, false).unwrap());
        assert_eq!(buffer.bytes(), &source[149_000..]);
        buffer.clear();
        assert!(buffer.bytes().is_empty());
    }
}

//! Whether a version of a text can hold anything that the version it was made from did not: only what was changed, and
//! as much around it as a matcher sees, is looked at.
//!
//! It does not find anything: where the answer is yes, the whole text is scanned. It takes no part in what lies in
//! several versions; that the two ways agree on any edit is a test (`tests/it/windows.rs`).

use std::ops::Range;

use super::Detector;
use crate::model::{Blob, Origin};
use crate::text::{Decoded, OffsetMap, decode, is_binary};

/// A matcher that `reaches_far` does not tell of sees its own line and at most this many bytes to either side: a URI is
/// the longest, with 1,024.
const REACH: usize = 1_100;

impl Detector {
    /// True where a scan of `blob` (a text, no binary) finds nothing, and nothing that many lines decide is announced.
    pub fn is_quiet(&self, blob: &Blob) -> bool {
        let pass = self.pass(blob);
        pass.is_quiet(blob)
    }

    /// True where `text` is as quiet as what it was made from: a plain text in which `is_quiet` held, under a name for
    /// which the same rules count, and from which `changes` made this one.
    pub fn stays_quiet(&self, origin: &Origin, text: &[u8], changes: &[Range<usize>]) -> bool {
        let windows = windows(text, changes);
        let looked_at: usize = windows.iter().map(Range::len).sum();
        if 2 * looked_at > text.len() {
            return false;
        }
        windows.into_iter().all(|window| {
            let mut blob = Blob::new(origin, &text[window], OffsetMap::Identity);
            // The head of the whole text decides, not that of a part.
            blob.binary = false;
            self.is_quiet(&blob)
        })
    }
}

/// True for a text whose bytes are what detectors see, in every version alike.
pub fn is_plain(bytes: &[u8]) -> bool {
    let Decoded { map, .. } = decode(bytes);
    matches!(map, OffsetMap::Identity) && !is_binary(bytes)
}

/// What must be looked at where `changes` were made: whole lines, in order, apart from each other.
fn windows(text: &[u8], changes: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut windows: Vec<Range<usize>> = Vec::new();
    for change in changes {
        // No line is searched twice, however long it is and however often it was changed.
        let floor = windows.last().map_or(0, |last| last.end);
        if change.end + 2 * REACH < floor {
            continue;
        }
        // A match that the change touches is announced on its line or at most so far before it, and sees as much again.
        let first = line_start(text, floor, change.start).min(change.start.saturating_sub(REACH));
        let start = line_start(text, floor, first.saturating_sub(REACH));
        let end = line_end(text, (change.end + 2 * REACH).max(floor));
        match windows.last_mut() {
            Some(last) if start <= last.end => last.end = last.end.max(end),
            _ => windows.push(start..end),
        }
    }
    windows
}

/// Where the line of `at` begins, or `floor` where that is behind it.
fn line_start(text: &[u8], floor: usize, at: usize) -> usize {
    let line = &text[floor.min(text.len())..at.clamp(floor.min(text.len()), text.len())];
    memchr::memrchr(b'\n', line).map_or(floor, |end| floor + end + 1)
}

/// Where the line behind the one of `at` begins.
fn line_end(text: &[u8], at: usize) -> usize {
    let at = at.min(text.len());
    memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |end| at + end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_whole_lines_around_changes_and_joined_where_they_meet() {
        let text: Vec<u8> = (0..1_000).flat_map(|line| format!("line {line:04}\n").into_bytes()).collect();
        let all = windows(&text, &[5_000..5_010, 5_020..5_020, 9_990..10_000]);
        assert_eq!(all.len(), 2);
        for window in &all {
            assert_eq!((window.start % 10, window.end % 10), (0, 0), "{window:?}");
        }
        assert!(all[0].start <= 5_000 - 2 * REACH && all[0].end >= 5_020 + 2 * REACH, "{all:?}");
        assert_eq!(all[1].end, text.len());
    }

    #[test]
    fn a_line_without_end_is_looked_at_as_a_whole_and_searched_once() {
        let text = vec![b'x'; 4_000_000];
        let changes: Vec<_> = (0..1_000_000).map(|at| 4 * at..4 * at + 1).collect();
        assert_eq!(windows(&text, &changes).as_slice(), std::slice::from_ref(&(0..text.len())));
    }
}

//! Where matching is worth trying: the starts of runs by table, and a few words by the bytes they begin with.
//!
//! A prefix of run bytes stands at a run's start, behind one of `/ + - _` in it, or behind an escape sequence that its
//! first bytes belong to. A prefix with other bytes in it (`hvs.`, `SG.`, `v1.0-`) stands across a run's start: what
//! follows its last other byte inside the run, the rest directly before it. What cannot promise a run of 16 is a word.
//! It does not know what is found there.

use std::borrow::Cow;

use super::token::LONGEST_ESCAPE;
use crate::text::{Openings, SHORTEST_RUN, Span, is_run_byte};

/// What to try, as the index of a matcher.
pub type Target = u16;

/// Prefixes by the run they stand at.
pub struct RunTable {
    /// One bit for the hash of each three first bytes that some inner prefix may have.
    firsts: Box<[u64; 1024]>,
    /// Prefixes of run bytes only, sorted by their first three bytes; of a shorter one the third is zero.
    inner: Vec<(u32, &'static [u8], Target)>,
    /// Prefixes with another byte in them, sorted by the last such byte.
    across: Vec<(u8, &'static [u8], Target)>,
    /// One bit for the hash of each three bytes that the part before a run may end in.
    ends: Box<[u64; 1024]>,
    /// One bit for each two bytes that a shorter part may end in.
    short_ends: Box<[u64; 1024]>,
}

impl RunTable {
    /// Prefixes of at least two bytes.
    pub fn new(prefixes: impl Iterator<Item = (&'static [u8], Target)>) -> Self {
        let mut table = RunTable {
            firsts: Box::new([0; 1024]),
            inner: Vec::new(),
            across: Vec::new(),
            ends: Box::new([0; 1024]),
            short_ends: Box::new([0; 1024]),
        };
        for (prefix, target) in prefixes {
            match prefix.iter().rposition(|&byte| !is_run_byte(byte)) {
                Some(last) => {
                    match prefix[..=last].last_chunk() {
                        Some(end) => set(&mut table.ends, hash(*end)),
                        None => {
                            let before = prefix[..last].last().map_or(0..=u8::MAX, |&byte| byte..=byte);
                            before.for_each(|before| set(&mut table.short_ends, pair(before, prefix[last])));
                        }
                    }
                    table.across.push((prefix[last], prefix, target));
                }
                None => {
                    mark(&mut table.firsts, prefix);
                    let first = [0, 1, 2].map(|at| prefix.get(at).copied().unwrap_or(0));
                    table.inner.push((number(first), prefix, target));
                }
            }
        }
        table.inner.sort();
        table.across.sort();
        table
    }

    /// Calls `found` with each prefix that stands in `run` or across its start, and with where it begins.
    pub fn probe(&self, text: &[u8], run: Span, mut found: impl FnMut(usize, &'static [u8], Target)) {
        let byte_before = |distance| run.start.checked_sub(distance).map_or(b' ', |at| text[at]);
        let before = byte_before(1);
        self.inner(text, run.start, &mut found);
        if matches!(before, b'\\' | b'%') {
            for at in run.start + 1..=run.start + LONGEST_ESCAPE {
                self.inner(text, at, &mut found);
            }
        }
        let may_end = |end: &[u8; 3]| is_set(&self.ends, hash(*end));
        let may_end_short = is_set(&self.short_ends, pair(byte_before(2), before));
        if may_end_short || text[..run.start].last_chunk().is_some_and(may_end) {
            self.across(text, run.start, before, &mut found);
        }
        // A prefix behind these has no run of 16 before it.
        let starts = Span::new(run.start, run.end - SHORTEST_RUN);
        for (index, &byte) in starts.slice(text).iter().enumerate() {
            if is_separator(byte) {
                self.inner(text, run.start + index + 1, &mut found);
            }
        }
    }

    #[inline]
    fn inner(&self, text: &[u8], at: usize, found: &mut impl FnMut(usize, &'static [u8], Target)) {
        match text[at..].first_chunk::<3>() {
            Some(first) if is_set(&self.firsts, hash(*first)) => self.inner_at(text, at, found),
            _ => {}
        }
    }

    #[inline(never)]
    fn inner_at(&self, text: &[u8], at: usize, found: &mut impl FnMut(usize, &'static [u8], Target)) {
        let here = &text[at..];
        for first in [number([here[0], here[1], here[2]]), number([here[0], here[1], 0])] {
            let start = self.inner.partition_point(|(known, ..)| *known < first);
            for (_, prefix, target) in self.inner[start..].iter().take_while(|(known, ..)| *known == first) {
                if here.starts_with(prefix) {
                    found(at, prefix, *target);
                }
            }
        }
    }

    #[inline(never)]
    fn across(&self, text: &[u8], at: usize, end: u8, found: &mut impl FnMut(usize, &'static [u8], Target)) {
        let first = self.across.partition_point(|(known, ..)| *known < end);
        for (_, prefix, target) in self.across[first..].iter().take_while(|(known, ..)| *known == end) {
            let before = prefix.len() - inside_run(prefix).len();
            if let Some(start) = at.checked_sub(before).filter(|&start| text[start..].starts_with(prefix)) {
                found(start, prefix, *target);
            }
        }
    }
}

/// What of a prefix stands inside the run that it announces.
pub fn inside_run(prefix: &[u8]) -> &[u8] {
    let start = prefix.iter().rposition(|&byte| !is_run_byte(byte)).map_or(0, |last| last + 1);
    &prefix[start..]
}

/// Of the bytes of a run, those that are no letter or digit.
fn is_separator(run_byte: u8) -> bool {
    run_byte < b'0' || run_byte == b'_'
}

fn pair(first: u8, second: u8) -> usize {
    usize::from(u16::from_be_bytes([first, second]))
}

fn number(first: [u8; 3]) -> u32 {
    let [one, two, three] = first;
    u32::from_be_bytes([0, one, two, three])
}

fn hash(first: [u8; 3]) -> usize {
    let [one, two, three] = first;
    (u32::from_le_bytes([one, two, three, 0]).wrapping_mul(0x9e37_79b1) >> 16) as usize
}

/// Sets the bits of what texts that begin with `prefix` can have as their first three bytes.
fn mark(firsts: &mut [u64; 1024], prefix: &[u8]) {
    match *prefix {
        [one] => (0..=u8::MAX).for_each(|two| mark(firsts, &[one, two])),
        [one, two] => (0..=u8::MAX).for_each(|three| set(firsts, hash([one, two, three]))),
        [one, two, three, ..] => set(firsts, hash([one, two, three])),
        _ => {}
    }
}

fn set<const N: usize>(bits: &mut [u64; N], index: usize) {
    bits[index >> 6] |= 1 << (index & 63);
}

fn is_set<const N: usize>(bits: &[u64; N], index: usize) -> bool {
    bits[index >> 6] & 1 << (index & 63) != 0
}

/// Words that no run announces, searched in one pass.
pub struct WordTable {
    openings: Openings,
    /// One bit for the hash of each three bytes that some word may begin with.
    firsts: Box<[u64; 1024]>,
    /// Sorted.
    words: Vec<(Cow<'static, [u8]>, Target)>,
    /// For each byte: how many words begin with a lower one.
    lower: Box<[usize; 257]>,
}

impl WordTable {
    pub fn new(words: impl Iterator<Item = (Cow<'static, [u8]>, Target)>) -> Self {
        let mut words: Vec<_> = words.filter(|(word, _)| !word.is_empty()).collect();
        words.sort();
        words.dedup();
        let mut firsts = Box::new([0; 1024]);
        words.iter().for_each(|(word, _)| mark(&mut firsts, word));
        let lower = |byte| words.partition_point(|(word, _)| usize::from(word[0]) < byte);
        let lower = Box::new(std::array::from_fn(lower));
        WordTable { lower, openings: Openings::new(words.iter().map(|(word, _)| &**word)), firsts, words }
    }

    /// Calls `found` with every place at which a word stands, in ascending order, overlapping ones included.
    pub fn each(&self, text: &[u8], mut found: impl FnMut(usize, &[u8], Target)) {
        self.openings.each(text, |at| {
            let here = &text[at..];
            let first = here
                .first_chunk()
                .copied()
                .unwrap_or_else(|| std::array::from_fn(|at| here.get(at).map_or(0, |&byte| byte)));
            if is_set(&self.firsts, hash(first)) {
                self.at(at, here, &mut found);
            }
        });
    }

    fn at(&self, at: usize, here: &[u8], found: &mut impl FnMut(usize, &[u8], Target)) {
        let first = usize::from(here[0]);
        for (word, target) in &self.words[self.lower[first]..self.lower[first + 1]] {
            if here.starts_with(word) {
                found(at, word, *target);
            }
        }
    }
}

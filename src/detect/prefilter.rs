//! Where matching is worth trying: the starts of runs by table, and a few words by a packed search.
//!
//! A prefix of run bytes stands at a run's start, behind one of `/ + - _` in it, or behind an escape sequence that its
//! first bytes belong to. A prefix with other bytes in it (`hvs.`, `SG.`, `v1.0-`) stands across a run's start: what
//! follows its last other byte inside the run, the rest directly before it. What cannot promise a run of 16 is a word.
//! It does not know what is found there.

use std::borrow::Cow;

use aho_corasick::packed;
use memchr::memmem;

use super::token::LONGEST_ESCAPE;
use crate::text::{SHORTEST_RUN, Span, is_run_byte};

/// What to try, as the index of a matcher.
pub type Target = u16;

/// Prefixes by the run they stand at.
pub struct RunTable {
    /// One bit for the hash of each three first bytes that some inner prefix may have.
    firsts: Box<[u64; 1024]>,
    /// Prefixes of run bytes only, sorted.
    inner: Vec<(&'static [u8], Target)>,
    /// Prefixes with another byte in them, sorted by the last such byte.
    across: Vec<(u8, &'static [u8], Target)>,
    /// One bit for each two bytes that may end the part before a run.
    ends: Box<[u64; 1024]>,
}

impl RunTable {
    /// Prefixes of at least two bytes.
    pub fn new(prefixes: impl Iterator<Item = (&'static [u8], Target)>) -> Self {
        let mut table =
            RunTable { firsts: Box::new([0; 1024]), inner: Vec::new(), across: Vec::new(), ends: Box::new([0; 1024]) };
        for (prefix, target) in prefixes {
            match prefix.iter().rposition(|&byte| !is_run_byte(byte)) {
                Some(last) => {
                    let before = prefix[..last].last().map_or(0..=u8::MAX, |&byte| byte..=byte);
                    before.for_each(|before| set(&mut table.ends, pair(before, prefix[last])));
                    table.across.push((prefix[last], prefix, target));
                }
                None => {
                    mark(&mut table.firsts, prefix);
                    table.inner.push((prefix, target));
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
        if is_set(&self.ends, pair(byte_before(2), before)) {
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
        // What `here` begins with sorts at or before it, and shares its first two bytes.
        let end = self.inner.partition_point(|(prefix, _)| *prefix <= here);
        for (prefix, target) in self.inner[..end].iter().rev().take_while(|(prefix, _)| prefix[..2] == here[..2]) {
            if here.starts_with(prefix) {
                found(at, prefix, *target);
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

fn hash(first: [u8; 3]) -> usize {
    let [one, two, three] = first;
    (u32::from_le_bytes([one, two, three, 0]).wrapping_mul(0x9e37_79b1) >> 16) as usize
}

/// Sets the bits of what texts that begin with `prefix`, of two bytes at least, can have as their first three.
fn mark(firsts: &mut [u64; 1024], prefix: &[u8]) {
    match *prefix {
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

/// Words that no run announces, searched in one pass; those under four bytes each in one of their own, because one of
/// them in the packed search would slow it down three times.
pub struct WordTable {
    /// Sorted; a word comes right before the words that begin with it.
    words: Vec<(Cow<'static, [u8]>, Target)>,
    packed: Option<Packed>,
    short: Vec<(memmem::Finder<'static>, Target)>,
}

pub enum Packed {
    Teddy(packed::Searcher),
    /// Where there is no vector unit, or there are too many words.
    Automaton(aho_corasick::AhoCorasick),
}

/// From this length on a word goes into the packed search.
const PACKED_FROM: usize = 4;

impl WordTable {
    pub fn new(words: impl Iterator<Item = (Cow<'static, [u8]>, Target)>) -> Self {
        let (mut words, short): (Vec<_>, Vec<_>) = words.partition(|(word, _)| word.len() >= PACKED_FROM);
        words.sort();
        words.dedup();
        let mut shortest: Vec<&[u8]> = Vec::new();
        for (word, _) in &words {
            if shortest.last().is_none_or(|known| !word.starts_with(known)) {
                shortest.push(word);
            }
        }
        let short = short.into_iter().filter(|(word, _)| !word.is_empty());
        let short = short.map(|(word, target)| (memmem::Finder::new(&word).into_owned(), target)).collect();
        WordTable { packed: Packed::new(&shortest), words, short }
    }

    /// Calls `found` with every place at which a word stands, overlapping ones included. Each target sees its places in
    /// ascending order.
    pub fn each(&self, text: &[u8], mut found: impl FnMut(usize, &[u8], Target)) {
        let mut from = 0;
        while let Some(at) = self.packed.as_ref().and_then(|packed| packed.find(text, from)) {
            let here = &text[at..];
            let first = self.words.partition_point(|(word, _)| **word < here[..PACKED_FROM]);
            let candidates = self.words[first..].iter();
            for (word, target) in candidates.take_while(|(word, _)| word[..PACKED_FROM] == here[..PACKED_FROM]) {
                if here.starts_with(word) {
                    found(at, word, *target);
                }
            }
            from = at + 1;
        }
        for (finder, target) in &self.short {
            for at in finder.find_iter(text) {
                found(at, finder.needle(), *target);
            }
        }
    }
}

impl Packed {
    pub fn new(words: &[&[u8]]) -> Option<Packed> {
        if words.is_empty() {
            return None;
        }
        let teddy = packed::Config::new().builder().extend(words).build();
        teddy.map(Packed::Teddy).or_else(|| aho_corasick::AhoCorasick::new(words).ok().map(Packed::Automaton))
    }

    /// Where the first word at or behind `from` begins.
    pub fn find(&self, text: &[u8], from: usize) -> Option<usize> {
        let rest = from..text.len();
        match self {
            Packed::Teddy(searcher) => searcher.find_in(text, rest.into()).map(|found| found.start()),
            Packed::Automaton(words) => {
                words.find(aho_corasick::Input::new(text).range(rest)).map(|found| found.start())
            }
        }
    }
}

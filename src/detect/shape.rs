//! Segments against bytes: where a token's body or an assignment's value ends, if it has the shape at all.
//!
//! It does not know prefixes, words or checksums, nor what may stand before.

use crate::model::{Alphabet, Segment};
use crate::text::is_run_byte;

/// Ways to divide a body among its segments that are tried at one place. Real formats need one; the limit keeps text
/// made against us linear.
const MOST_TRIES: u32 = 512;

/// One text, and how far runs of each alphabet reach in it: neighbouring places share the walk.
pub struct Reader<'t> {
    pub text: &'t [u8],
    reaches: Vec<(Alphabet, usize, usize)>,
}

impl<'t> Reader<'t> {
    pub fn new(text: &'t [u8]) -> Self {
        Reader { text, reaches: Vec::new() }
    }

    /// Where `segments` end when they begin at `start`. Each takes as much as it can, gives back what the rest needs,
    /// and the end is bounded: the next byte is no letter, digit or `_`, and not in the last segment's alphabet.
    pub fn end(&mut self, segments: &[Segment], start: usize) -> Option<usize> {
        self.divide(segments, start, &mut { MOST_TRIES })
    }

    fn divide(&mut self, segments: &[Segment], at: usize, tries: &mut u32) -> Option<usize> {
        let Some((first, rest)) = segments.split_first() else {
            return is_right_boundary(self.text, at).then_some(at);
        };
        let (alphabet, min, max) = match first {
            Segment::Literal(literal) => {
                let found = self.text.get(at..)?.starts_with(literal.as_bytes());
                return if found { self.divide(rest, at + literal.len(), tries) } else { None };
            }
            Segment::Chars { alphabet, min, max } => (alphabet, at + usize::from(*min), at + usize::from(*max)),
        };
        let reach = self.reach(alphabet, at);
        if reach < min {
            return None;
        }
        if rest.is_empty() {
            return (reach <= max && is_right_boundary(self.text, reach)).then_some(reach);
        }
        for end in (min..=reach.min(max)).rev() {
            *tries = tries.checked_sub(1)?;
            if let Some(end) = self.divide(rest, end, tries) {
                return Some(end);
            }
            if ends_the_alphabet(alphabet, rest) {
                return None;
            }
        }
        None
    }

    /// The first place from `at` on whose byte is not in `alphabet`.
    pub fn reach(&mut self, alphabet: &Alphabet, at: usize) -> usize {
        let walk = || {
            let tail = self.text.get(at..).unwrap_or_default();
            at + tail.iter().position(|&byte| !alphabet.contains(byte)).unwrap_or(tail.len())
        };
        match self.reaches.iter_mut().find(|(known, ..)| known == alphabet) {
            Some((_, start, end)) if *start <= at && at <= *end => *end,
            Some((_, start, end)) => {
                (*start, *end) = (at, walk());
                *end
            }
            None => {
                let end = walk();
                self.reaches.push((*alphabet, at, end));
                end
            }
        }
    }
}

/// True when the next segment is a literal that cannot begin inside a run of `alphabet`: giving back is then useless.
fn ends_the_alphabet(alphabet: &Alphabet, rest: &[Segment]) -> bool {
    match rest.first() {
        Some(Segment::Literal(literal)) => literal.bytes().next().is_some_and(|byte| !alphabet.contains(byte)),
        _ => false,
    }
}

fn is_right_boundary(text: &[u8], at: usize) -> bool {
    !text.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

/// How many run bytes every text of this shape begins with.
pub fn leading_run(segments: &[Segment]) -> usize {
    let mut length = 0;
    for segment in segments {
        match segment {
            Segment::Literal(literal) => {
                let run = literal.bytes().take_while(|&byte| is_run_byte(byte)).count();
                length += run;
                if run < literal.len() {
                    return length;
                }
            }
            Segment::Chars { alphabet, min, .. } => match alphabet.bytes().all(is_run_byte) {
                true => length += usize::from(*min),
                false => return length,
            },
        }
    }
    length
}

/// The most run bytes that a text of this shape can consist of; `None` where it also holds others.
pub fn longest_run(segments: &[Segment]) -> Option<usize> {
    segments.iter().try_fold(0, |length, segment| match segment {
        Segment::Literal(literal) => literal.bytes().all(is_run_byte).then_some(length + literal.len()),
        Segment::Chars { alphabet, max, .. } => alphabet.bytes().all(is_run_byte).then_some(length + usize::from(*max)),
    })
}

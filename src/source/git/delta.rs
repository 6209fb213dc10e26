//! The difference between two objects, as packs write it: copy this much from there, insert these bytes.
//!
//! It does not know where the base comes from, and it believes no number that a delta claims.

use super::inflate::{Broken, LARGEST};

/// No more than this is reserved on the word of a delta alone.
const RESERVED: usize = 16 << 20;

/// One instruction, bounds not yet checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'d> {
    /// `length` bytes of the base from `from` on.
    Copy {
        from: usize,
        length: usize,
    },
    Insert(&'d [u8]),
}

/// A decoded delta.
#[derive(Clone, Copy)]
pub struct Delta<'d> {
    base_size: u64,
    pub size: u64,
    steps: &'d [u8],
}

impl<'d> Delta<'d> {
    pub fn new(bytes: &'d [u8]) -> Result<Delta<'d>, Broken> {
        let (base_size, rest) = size(bytes).ok_or(Broken::Corrupt)?;
        let (size, steps) = size(rest).ok_or(Broken::Corrupt)?;
        Ok(Delta { base_size, size, steps })
    }

    /// Where the result is not what the base is: what is inserted, and the places (empty ranges) at which pieces meet that
    /// do not do so in the base. In order; all of it for a delta that does not hold together.
    pub fn changes(&self) -> Vec<std::ops::Range<usize>> {
        let mut changes: Vec<std::ops::Range<usize>> = Vec::new();
        // Where the base would go on; its start is where the result starts.
        let (mut at, mut expected) = (0, Some(0));
        for step in self.steps() {
            let Ok(step) = step else { return std::iter::once(0..self.size as usize).collect() };
            let length = match step {
                Step::Copy { from, length } => {
                    if expected != Some(from) {
                        changes.push(at..at);
                    }
                    expected = Some(from + length);
                    length
                }
                Step::Insert(bytes) => {
                    changes.push(at..at + bytes.len());
                    expected = None;
                    bytes.len()
                }
            };
            at += length;
        }
        if expected.is_none_or(|end| end as u64 != self.base_size) {
            changes.push(at..at);
        }
        changes
    }

    /// What the delta does, in the order of the result.
    pub fn steps(&self) -> Steps<'d> {
        Steps(self.steps)
    }

    /// Makes `out` hold what the delta makes of `base`.
    pub fn apply(&self, base: &[u8], out: &mut Vec<u8>) -> Result<(), Broken> {
        match self.size {
            _ if self.base_size != base.len() as u64 => return Err(Broken::Corrupt),
            size if size > LARGEST => return Err(Broken::TooLarge),
            _ => {}
        }
        let size = self.size as usize;
        out.clear();
        out.reserve(size.min(RESERVED));
        for step in self.steps() {
            let piece = match step? {
                Step::Copy { from, length } => base.get(from..).and_then(|rest| rest.get(..length)),
                Step::Insert(bytes) => Some(bytes),
            };
            let piece = piece.filter(|piece| piece.len() <= size - out.len()).ok_or(Broken::Corrupt)?;
            out.extend_from_slice(piece);
        }
        if out.len() == size { Ok(()) } else { Err(Broken::Corrupt) }
    }
}

pub struct Steps<'d>(&'d [u8]);

impl<'d> Iterator for Steps<'d> {
    type Item = Result<Step<'d>, Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        let (&command, rest) = self.0.split_first()?;
        let step = match command {
            0 => None,
            1..=127 => rest.split_at_checked(usize::from(command)).map(|(bytes, rest)| {
                self.0 = rest;
                Step::Insert(bytes)
            }),
            _ => copy(command, rest).map(|(step, rest)| {
                self.0 = rest;
                step
            }),
        };
        if step.is_none() {
            self.0 = &[];
        }
        Some(step.ok_or(Broken::Corrupt))
    }
}

/// Bits 0 to 3 of the command say which bytes of the offset follow, bits 4 to 6 which bytes of the length.
fn copy(command: u8, mut rest: &[u8]) -> Option<(Step<'_>, &[u8])> {
    let mut number = |bits: std::ops::Range<u8>| {
        let mut number = 0usize;
        for (index, bit) in bits.enumerate() {
            if command & (1 << bit) != 0 {
                let (&byte, after) = rest.split_first()?;
                number |= usize::from(byte) << (8 * index);
                rest = after;
            }
        }
        Some(number)
    };
    let (from, length) = (number(0..4)?, number(4..7)?);
    Some((Step::Copy { from, length: if length == 0 { 0x1_0000 } else { length } }, rest))
}

/// A number in seven-bit pieces, the least first.
fn size(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut size = 0u64;
    for (index, &byte) in bytes.iter().enumerate().take(9) {
        size |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((size, &bytes[index + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(delta: &[u8], base: &[u8]) -> Result<Vec<u8>, Broken> {
        let mut out = b"left over".to_vec();
        Delta::new(delta)?.apply(base, &mut out).map(|()| out)
    }

    #[test]
    fn copies_and_inserts_make_the_result() {
        let delta = [6, 7, 0x91, 2, 3, 2, b'x', b'y', 0x90, 2];
        assert_eq!(applied(&delta, b"abcdef").unwrap(), b"cdexyab");
    }

    #[test]
    fn changes_are_what_is_inserted_and_where_pieces_meet() {
        let changes = |delta: &[u8]| Delta::new(delta).unwrap().changes();
        // The base as it is, in two pieces.
        assert!(changes(&[6, 6, 0x90, 3, 0x91, 3, 3]).is_empty());
        // Its start and its end are left out.
        assert_eq!(changes(&[6, 3, 0x91, 2, 3]), [0..0, 3..3]);
        // Something in between.
        assert_eq!(changes(&[6, 8, 0x90, 3, 2, b'x', b'y', 0x91, 3, 3]), [3..5, 5..5]);
    }

    #[test]
    fn nothing_outside_the_base_or_beyond_the_promised_size_is_copied() {
        for hostile in [
            &[6, 3, 0x91, 4, 3][..],              // reaches over the end of the base
            &[6, 3, 0x9f, 255, 255, 255, 255, 3], // begins far behind it
            &[6, 2, 0x90, 3],                     // makes more than it promised
            &[6, 4, 0x90, 3],                     // makes less
            &[5, 3, 0x90, 3],                     // is of another base
            &[6, 3, 3, b'a'],                     // ends inside an insert
            &[6, 3, 0],                           // the reserved instruction
            &[6, 3, 0x91],                        // ends inside a copy
            &[0xff; 32],
            &[],
        ] {
            assert_eq!(applied(hostile, b"abcdef"), Err(Broken::Corrupt), "{hostile:?}");
        }
    }

    #[test]
    fn a_delta_that_promises_gigabytes_is_refused_before_anything_is_made() {
        let delta = [6, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x90, 3];
        assert_eq!(applied(&delta, b"abcdef"), Err(Broken::TooLarge));
    }
}

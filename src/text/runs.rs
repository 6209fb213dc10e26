//! Where bytes that could be a machine-made value stand: runs of at least 16 of `[A-Za-z0-9+/_-]`, found with SIMD.
//!
//! It does not know prefixes, words or rules. The only `unsafe` of the project is here and in `openings`: vector loads and
//! the call into code that was compiled for the instruction set it was asked about. The scalar twin says what is right.

#![allow(unsafe_code)]

use super::Span;

/// The shortest run that is reported, in bytes.
pub const SHORTEST_RUN: usize = 16;

const BLOCK: usize = 64;

/// True for the bytes that runs are made of.
pub const fn is_run_byte(byte: u8) -> bool {
    matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' | b'_' | b'-')
}

/// Calls `found` with every maximal run of at least `SHORTEST_RUN` run bytes, in order.
pub fn runs(text: &[u8], found: impl FnMut(Span)) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2, which is all that `avx2::runs` asks for.
        return unsafe { avx2::runs(text, found) };
    }
    #[cfg(target_arch = "aarch64")]
    return neon::runs(text, found);
    #[cfg(not(target_arch = "aarch64"))]
    by_blocks(text, scalar_mask, found)
}

/// The runs of `text`, from one bit per byte and block of 64. `mask` must be right for a block padded with zeros.
#[inline(always)]
fn by_blocks(text: &[u8], mask: impl Fn(&[u8; BLOCK]) -> u64, mut found: impl FnMut(Span)) {
    let (blocks, tail) = text.as_chunks::<BLOCK>();
    let (mut ends, mut open) = (Ends::default(), None);
    for (index, block) in blocks.iter().enumerate() {
        let bits = mask(block);
        let full = ends.next(bits);
        if full != 0 || open.is_some() {
            open = report(index * BLOCK, bits, full, open, &mut found);
        }
    }
    let mut last = [0; BLOCK];
    last[..tail.len()].copy_from_slice(tail);
    let bits = mask(&last);
    if let Some(start) = report(blocks.len() * BLOCK, bits, ends.next(bits), open, &mut found) {
        found(Span::new(start, text.len()));
    }
}

/// For the block before: the places at which 1, 2, 4 and 8 run bytes in a row end.
#[derive(Default)]
struct Ends {
    one: u64,
    two: u64,
    four: u64,
    eight: u64,
}

impl Ends {
    /// The places at which 16 run bytes in a row end, in the next block.
    #[inline(always)]
    fn next(&mut self, one: u64) -> u64 {
        let two = one & (one << 1 | self.one >> 63);
        let four = two & (two << 2 | self.two >> 62);
        let eight = four & (four << 4 | self.four >> 60);
        let full = eight & (eight << 8 | self.eight >> 56);
        *self = Ends { one, two, four, eight };
        full
    }
}

/// Tells `found` of the runs that end in this block. `open` is where the run began that the last block ended in, and is
/// returned for this one. Kept apart so that the loop over blocks stays in registers.
#[inline(never)]
fn report(
    base: usize,
    bits: u64,
    mut full: u64,
    mut open: Option<usize>,
    found: &mut impl FnMut(Span),
) -> Option<usize> {
    let mut at = 0;
    loop {
        let start = match open.take() {
            Some(start) => start,
            None if full == 0 => return None,
            None => {
                at = full.trailing_zeros();
                base + at as usize + 1 - SHORTEST_RUN
            }
        };
        let end = at + (!(bits >> at)).trailing_zeros();
        if end >= u64::BITS {
            return Some(start);
        }
        found(Span::new(start, base + end as usize));
        full &= u64::MAX << end;
    }
}

#[cfg_attr(target_arch = "aarch64", allow(dead_code))]
fn scalar_mask(block: &[u8; BLOCK]) -> u64 {
    block.iter().rev().fold(0, |bits, &byte| bits << 1 | u64::from(is_run_byte(byte)))
}

/// For each low half of a byte, the high halves (as bits) with which it makes a run byte.
const LOW: [u8; 16] = {
    let mut table = [0; 16];
    let mut byte = 0u8;
    while byte < 128 {
        if is_run_byte(byte) {
            table[byte as usize & 15] |= 1 << (byte >> 4);
        }
        byte += 1;
    }
    table
};

/// The bit of each high half; bytes above 127 have none.
const HIGH: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0];

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::*;

    use super::{BLOCK, HIGH, LOW, Span, by_blocks};

    #[target_feature(enable = "avx2")]
    pub fn runs(text: &[u8], found: impl FnMut(Span)) {
        let low = _mm256_broadcastsi128_si256(load16(&LOW));
        let high = _mm256_broadcastsi128_si256(load16(&HIGH));
        let nibble = _mm256_set1_epi8(15);
        let half = |bytes: __m256i| {
            let high = _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), nibble));
            let both = _mm256_and_si256(_mm256_shuffle_epi8(low, bytes), high);
            let misses = _mm256_cmpeq_epi8(both, _mm256_setzero_si256());
            !_mm256_movemask_epi8(misses) as u32
        };
        let mask = |block: &[u8; BLOCK]| {
            let (first, second) = load64(block);
            u64::from(half(first)) | u64::from(half(second)) << 32
        };
        by_blocks(text, mask, found)
    }

    #[target_feature(enable = "avx2")]
    fn load16(bytes: &[u8; 16]) -> __m128i {
        // SAFETY: 16 bytes are readable there, and the load asks for no alignment.
        unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
    }

    #[target_feature(enable = "avx2")]
    fn load64(bytes: &[u8; BLOCK]) -> (__m256i, __m256i) {
        // SAFETY: 64 bytes are readable there, and the loads ask for no alignment.
        unsafe { (_mm256_loadu_si256(bytes.as_ptr().cast()), _mm256_loadu_si256(bytes.as_ptr().add(32).cast())) }
    }
}

#[cfg(target_arch = "aarch64")]
mod neon {
    use std::arch::aarch64::*;

    use super::{BLOCK, HIGH, LOW, Span, by_blocks};

    pub fn runs(text: &[u8], found: impl FnMut(Span)) {
        by_blocks(text, mask, found)
    }

    /// NEON is part of every aarch64 target.
    fn mask(block: &[u8; BLOCK]) -> u64 {
        let (quarters, _) = block.as_chunks::<16>();
        let bits = |quarter: &[u8; 16]| u64::from(mask16(quarter));
        bits(&quarters[0]) | bits(&quarters[1]) << 16 | bits(&quarters[2]) << 32 | bits(&quarters[3]) << 48
    }

    fn mask16(bytes: &[u8; 16]) -> u16 {
        const PLACES: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];
        // SAFETY: each load reads the 16 bytes of an array of 16; the rest works on registers.
        unsafe {
            let (low, high, places) = (vld1q_u8(LOW.as_ptr()), vld1q_u8(HIGH.as_ptr()), vld1q_u8(PLACES.as_ptr()));
            let bytes = vld1q_u8(bytes.as_ptr());
            let by_low = vqtbl1q_u8(low, vandq_u8(bytes, vdupq_n_u8(15)));
            let hits = vtstq_u8(by_low, vqtbl1q_u8(high, vshrq_n_u8::<4>(bytes)));
            let bits = vandq_u8(hits, places);
            u16::from(vaddv_u8(vget_low_u8(bits))) | u16::from(vaddv_u8(vget_high_u8(bits))) << 8
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fast(text: &[u8]) -> Vec<Span> {
        let mut spans = Vec::new();
        runs(text, |span| spans.push(span));
        spans
    }

    /// Written without blocks or bits.
    fn plain(text: &[u8]) -> Vec<Span> {
        let mut spans = Vec::new();
        let mut start = 0;
        for end in 0..=text.len() {
            if end == text.len() || !is_run_byte(text[end]) {
                if end - start >= SHORTEST_RUN {
                    spans.push(Span::new(start, end));
                }
                start = end + 1;
            }
        }
        spans
    }

    fn by_scalar_blocks(text: &[u8]) -> Vec<Span> {
        let mut spans = Vec::new();
        by_blocks(text, scalar_mask, |span| spans.push(span));
        spans
    }

    #[test]
    fn every_byte_is_classified_alike() {
        for byte in 0..=u8::MAX {
            for at in 0..80 {
                let mut text = [b'a'; 80];
                text[at] = byte;
                assert_eq!(fast(&text), plain(&text), "byte {byte} at {at}");
            }
        }
    }

    #[test]
    fn runs_of_every_length_are_found_at_every_place() {
        for length in 0..200 {
            for before in 0..130 {
                for after in [0, 1, 63] {
                    let text = [vec![b' '; before], vec![b'x'; length], vec![b'.'; after]].concat();
                    assert_eq!(fast(&text), plain(&text), "{before} + {length} + {after}");
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn random_bytes_give_the_same_runs(text in prop::collection::vec(any::<u8>(), 0..400), skip in 0usize..64) {
            let text = &text[skip.min(text.len())..];
            prop_assert_eq!(fast(text), plain(text));
            prop_assert_eq!(by_scalar_blocks(text), plain(text));
        }

        #[test]
        fn texts_of_mostly_run_bytes_give_the_same_runs(
            text in prop::collection::vec(prop_oneof![12 => Just(b'a'), 6 => Just(b'/'), 1 => any::<u8>()], 0..1000),
            skip in 0usize..64,
        ) {
            let text = &text[skip.min(text.len())..];
            prop_assert_eq!(fast(text), plain(text));
            prop_assert_eq!(by_scalar_blocks(text), plain(text));
        }
    }
}

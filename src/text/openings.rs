//! Where one of some fifty words may begin, by the first four bytes, found with SIMD: no place is missed, some are wrong.
//!
//! It does not know which of the words it is: whoever asks looks again. As in `runs`, the only `unsafe` are vector loads and
//! the call into code that was compiled for the instruction set it was asked about, and the scalar twin says what is right.
//!
//! Words are dealt into eight buckets. Two tables for each of the four bytes, one for each half of the byte, tell in which
//! buckets a word has it there: the Teddy algorithm of Hyperscan.

#![allow(unsafe_code)]

/// How many of a word's bytes are looked at.
const LOOKED_AT: usize = 4;

const BUCKETS: usize = 8;

pub struct Openings {
    /// For each of the first bytes and each low half of a byte: one bit for each bucket.
    low: [[u8; 16]; LOOKED_AT],
    high: [[u8; 16]; LOOKED_AT],
}

impl Openings {
    /// Of words that are not empty. A shorter word goes on with any byte.
    pub fn new<'w>(words: impl Iterator<Item = &'w [u8]>) -> Openings {
        let mut firsts: Vec<&[u8]> = words.map(|word| &word[..word.len().min(LOOKED_AT)]).collect();
        firsts.sort_unstable();
        firsts.dedup();
        // Each word into the bucket that then fits the least text more.
        let mut buckets = [Bucket::default(); BUCKETS];
        for first in firsts {
            let growth = |bucket: &Bucket| bucket.with(first).fits() - bucket.fits();
            let least = (0..BUCKETS).min_by(|&one, &other| growth(&buckets[one]).total_cmp(&growth(&buckets[other])));
            let bucket = &mut buckets[least.unwrap_or(0)];
            *bucket = bucket.with(first);
        }
        let table = |place: usize, halves: fn(&Bucket) -> &[u16; LOOKED_AT]| {
            std::array::from_fn(|half| {
                let has = |bucket: &Bucket| u8::from(halves(bucket)[place] >> half & 1 == 1);
                (0..BUCKETS).fold(0, |bits, index| bits | has(&buckets[index]) << index)
            })
        };
        Openings {
            low: std::array::from_fn(|place| table(place, |bucket| &bucket.low)),
            high: std::array::from_fn(|place| table(place, |bucket| &bucket.high)),
        }
    }

    /// Calls `found` with every place at which a word may begin, in order.
    pub fn each(&self, text: &[u8], mut found: impl FnMut(usize)) {
        let mut from = 0;
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has AVX2, which is all that `avx2::each` asks for.
            from = unsafe { avx2::each(self, text, &mut found) };
        }
        #[cfg(target_arch = "aarch64")]
        {
            from = neon::each(self, text, &mut found);
        }
        self.each_scalar(text, from, &mut found);
    }

    fn each_scalar(&self, text: &[u8], from: usize, found: &mut impl FnMut(usize)) {
        (from..text.len()).filter(|&at| self.may_begin(&text[at..])).for_each(found);
    }

    fn may_begin(&self, text: &[u8]) -> bool {
        let buckets = (0..LOOKED_AT).fold(u8::MAX, |buckets, place| {
            let byte = text.get(place).copied().unwrap_or(0);
            buckets & self.low[place][usize::from(byte & 15)] & self.high[place][usize::from(byte >> 4)]
        });
        buckets != 0
    }
}

/// For each of the first bytes: one bit for each low and each high half that a word of the bucket has there.
#[derive(Clone, Copy, Default)]
struct Bucket {
    low: [u16; LOOKED_AT],
    high: [u16; LOOKED_AT],
}

impl Bucket {
    fn with(mut self, first: &[u8]) -> Bucket {
        for place in 0..LOOKED_AT {
            let (low, high) =
                first.get(place).map_or((u16::MAX, u16::MAX), |byte| (1 << (byte & 15), 1 << (byte >> 4)));
            self.low[place] |= low;
            self.high[place] |= high;
        }
        self
    }

    /// How likely it is that a text goes on with a word of this bucket, as far as the tables tell.
    fn fits(&self) -> f32 {
        let bytes = |place: usize| {
            (0..=u8::MAX).filter(move |byte| self.low[place] >> (byte & 15) & self.high[place] >> (byte >> 4) & 1 == 1)
        };
        (0..LOOKED_AT).map(|place| bytes(place).map(frequency).sum::<f32>()).product()
    }
}

/// About how many of a hundred bytes of source text are this one.
fn frequency(byte: u8) -> f32 {
    match byte {
        b' ' => 18.0,
        b'e' | b't' => 7.0,
        b'a' | b'i' | b'n' | b'o' | b'r' | b's' => 4.5,
        b'c' | b'd' | b'l' | b'm' | b'p' | b'u' => 2.5,
        b'a'..=b'z' => 1.2,
        b'/' | b'_' | b'"' | b'-' | b'.' | b':' | b'(' | b')' | b',' | b'\n' => 1.5,
        b'!'..=b'~' => 0.4,
        _ => 0.1,
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::*;

    use super::{LOOKED_AT, Openings};

    const BLOCK: usize = 32;

    /// Returns up to where it looked: less than a block is left.
    #[target_feature(enable = "avx2")]
    pub fn each(openings: &Openings, text: &[u8], found: &mut impl FnMut(usize)) -> usize {
        let low = openings.low.map(|table| table16(&table));
        let high = openings.high.map(|table| table16(&table));
        let nibble = _mm256_set1_epi8(15);
        let mut at = 0;
        while let Some(block) = text[at..].first_chunk::<{ BLOCK + LOOKED_AT - 1 }>() {
            let mut buckets = _mm256_set1_epi8(-1);
            for place in 0..LOOKED_AT {
                let bytes = load(block, place);
                let halves = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), nibble);
                let high = _mm256_shuffle_epi8(high[place], halves);
                let low = _mm256_shuffle_epi8(low[place], _mm256_and_si256(bytes, nibble));
                buckets = _mm256_and_si256(buckets, _mm256_and_si256(low, high));
            }
            let misses = _mm256_cmpeq_epi8(buckets, _mm256_setzero_si256());
            let mut hits = !_mm256_movemask_epi8(misses) as u32;
            while hits != 0 {
                found(at + hits.trailing_zeros() as usize);
                hits &= hits - 1;
            }
            at += BLOCK;
        }
        at
    }

    #[target_feature(enable = "avx2")]
    fn table16(table: &[u8; 16]) -> __m256i {
        // SAFETY: 16 bytes are readable there, and the load asks for no alignment.
        _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(table.as_ptr().cast()) })
    }

    #[target_feature(enable = "avx2")]
    fn load(block: &[u8; BLOCK + LOOKED_AT - 1], place: usize) -> __m256i {
        let bytes: &[u8; BLOCK] = block[place..].first_chunk().unwrap_or(&[0; BLOCK]);
        // SAFETY: 32 bytes are readable there, and the load asks for no alignment.
        unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
    }
}

#[cfg(target_arch = "aarch64")]
mod neon {
    use std::arch::aarch64::*;

    use super::{LOOKED_AT, Openings};

    const BLOCK: usize = 16;

    /// Returns up to where it looked: less than a block is left. NEON is part of every aarch64 target.
    pub fn each(openings: &Openings, text: &[u8], found: &mut impl FnMut(usize)) -> usize {
        let mut at = 0;
        while let Some(block) = text[at..].first_chunk::<{ BLOCK + LOOKED_AT - 1 }>() {
            let mut hits = hits(openings, block);
            while hits != 0 {
                found(at + hits.trailing_zeros() as usize / 4);
                hits &= !(15 << (hits.trailing_zeros() & !3));
            }
            at += BLOCK;
        }
        at
    }

    /// Four bits for each byte.
    fn hits(openings: &Openings, block: &[u8; BLOCK + LOOKED_AT - 1]) -> u64 {
        // SAFETY: each load reads 16 bytes: of an array of 16, or of one of 19 from 0, 1, 2 or 3 on.
        unsafe {
            let mut buckets = vdupq_n_u8(u8::MAX);
            for place in 0..LOOKED_AT {
                let bytes = vld1q_u8(block[place..].as_ptr());
                let low = vqtbl1q_u8(vld1q_u8(openings.low[place].as_ptr()), vandq_u8(bytes, vdupq_n_u8(15)));
                let high = vqtbl1q_u8(vld1q_u8(openings.high[place].as_ptr()), vshrq_n_u8::<4>(bytes));
                buckets = vandq_u8(buckets, vandq_u8(low, high));
            }
            let hits = vreinterpretq_u16_u8(vtstq_u8(buckets, buckets));
            vget_lane_u64::<0>(vreinterpret_u64_u8(vshrn_n_u16::<4>(hits)))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WORDS: &[&[u8]] =
        &[b"session", b"Q~", b"://", b"-us", b"$6$", b"BEGIN ", b"pwd=", b"\"auth", b"s\xe4tze", b"~"];

    fn fast(openings: &Openings, text: &[u8]) -> Vec<usize> {
        let mut places = Vec::new();
        openings.each(text, |at| places.push(at));
        places
    }

    fn plain(openings: &Openings, text: &[u8]) -> Vec<usize> {
        let mut places = Vec::new();
        openings.each_scalar(text, 0, &mut |at| places.push(at));
        places
    }

    #[test]
    fn every_word_is_seen_at_every_place() {
        let openings = Openings::new(WORDS.iter().copied());
        for word in WORDS {
            for before in 0..70 {
                for behind in 0..40 {
                    let text = [&vec![b' '; before], *word, &vec![b' '; behind]].concat();
                    assert!(fast(&openings, &text).contains(&before), "{word:?} at {before} of {}", text.len());
                }
            }
        }
    }

    #[test]
    fn few_places_of_ordinary_text_are_wrong() {
        let openings = Openings::new(WORDS.iter().copied().filter(|word| word.len() > 2));
        let text = "fn main() { let answer = compute(the_question, &mut state)?; }\n".repeat(10);
        assert!(fast(&openings, text.as_bytes()).len() * 20 < text.len());
    }

    #[test]
    fn no_word_is_no_place() {
        assert!(fast(&Openings::new([].into_iter()), b"any text, of more than a block's length").is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn random_bytes_give_the_same_places(text in prop::collection::vec(any::<u8>(), 0..400), skip in 0usize..32) {
            let openings = Openings::new(WORDS.iter().copied());
            let text = &text[skip.min(text.len())..];
            prop_assert_eq!(fast(&openings, text), plain(&openings, text));
        }
    }
}

//! Bytes of a file to UTF-8 text, with the way back to the file's own offsets.
//!
//! It does not know file names or formats; UTF-8 and unknown bytes pass through untouched.

use std::borrow::Cow;

use super::Span;

/// How many bytes are looked at to tell text from binary (git's own figure) and UTF-16 from either.
const PROBE: usize = 8_000;

/// Decoded units between two remembered offsets of a UTF-16 file.
const STRIDE: usize = 64;

pub struct Decoded<'a> {
    pub text: Cow<'a, [u8]>,
    pub map: OffsetMap,
}

/// From offsets in the decoded text to offsets in the file.
#[derive(Clone, Debug, Default)]
pub enum OffsetMap {
    #[default]
    Identity,
    /// (decoded offset, file offset) at every `STRIDE`th character; between them each step is decoded again.
    Wide { unit: Unit, checkpoints: Vec<(usize, usize)> },
}

/// What a character is made of in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Utf16,
    Utf32,
}

impl Unit {
    fn bytes(self) -> usize {
        match self {
            Unit::Utf16 => 2,
            Unit::Utf32 => 4,
        }
    }

    /// How many bytes of the file `character` takes.
    fn length(self, character: char) -> usize {
        match self {
            Unit::Utf16 => 2 * character.len_utf16(),
            Unit::Utf32 => 4,
        }
    }
}

impl OffsetMap {
    /// `span` of the decoded `text`, as bytes of the file it was decoded from.
    pub fn to_file(&self, text: &[u8], span: Span) -> Span {
        Span::new(self.offset_in_file(text, span.start), self.offset_in_file(text, span.end))
    }

    fn offset_in_file(&self, text: &[u8], offset: usize) -> usize {
        let OffsetMap::Wide { unit, checkpoints } = self else { return offset };
        let nearest = checkpoints.partition_point(|&(decoded, _)| decoded <= offset).saturating_sub(1);
        let (decoded, file) = checkpoints.get(nearest).copied().unwrap_or_default();
        let between = Span::new(decoded, offset.max(decoded)).slice(text);
        file + String::from_utf8_lossy(between).chars().map(|character| unit.length(character)).sum::<usize>()
    }
}

/// UTF-16 and UTF-32 (with a byte-order mark, or recognised by their zero bytes) become UTF-8; everything else stays as
/// it is.
pub fn decode(bytes: &[u8]) -> Decoded<'_> {
    match wide(bytes) {
        Some(encoding) => encoding.decode(bytes),
        None => Decoded { text: Cow::Borrowed(bytes), map: OffsetMap::Identity },
    }
}

/// True when decoded text holds a NUL byte among its first 8,000 bytes.
pub fn is_binary(text: &[u8]) -> bool {
    memchr::memchr(0, &text[..text.len().min(PROBE)]).is_some()
}

struct Wide {
    unit: Unit,
    big_endian: bool,
    mark: usize,
}

fn wide(bytes: &[u8]) -> Option<Wide> {
    let marked = |unit: Unit, big_endian| Some(Wide { unit, big_endian, mark: unit.bytes() });
    match bytes {
        [0xFF, 0xFE, 0, 0, ..] => marked(Unit::Utf32, false),
        [0, 0, 0xFE, 0xFF, ..] => marked(Unit::Utf32, true),
        [0xFF, 0xFE, ..] => marked(Unit::Utf16, false),
        [0xFE, 0xFF, ..] => marked(Unit::Utf16, true),
        _ => unmarked(bytes),
    }
}

/// Without a mark: mostly ASCII text has zeros in nearly every unit, and nearly none in the byte that tells.
fn unmarked(bytes: &[u8]) -> Option<Wide> {
    let probe = &bytes[..bytes.len().min(PROBE) & !3];
    if probe.len() < 8 || memchr::memchr(0, probe).is_none() {
        return None;
    }
    let quarters = probe.len() / 4;
    let (mostly, hardly) = (quarters * 9 / 10, quarters / 50);
    let zeros: [usize; 4] =
        std::array::from_fn(|from| probe[from..].iter().step_by(4).filter(|&&byte| byte == 0).count());
    let lanes = zeros.map(|zeros| {
        if zeros >= mostly {
            '0'
        } else if zeros <= hardly {
            'x'
        } else {
            '?'
        }
    });
    let (unit, big_endian) = match lanes {
        ['x', '0', 'x', '0'] => (Unit::Utf16, false),
        ['0', 'x', '0', 'x'] => (Unit::Utf16, true),
        ['x', '0', '0', '0'] => (Unit::Utf32, false),
        ['0', '0', '0', 'x'] => (Unit::Utf32, true),
        _ => return None,
    };
    Some(Wide { unit, big_endian, mark: 0 })
}

impl Wide {
    fn decode(self, bytes: &[u8]) -> Decoded<'static> {
        let whole = &bytes[self.mark..];
        match self.unit {
            Unit::Utf16 => {
                let units = whole.chunks_exact(2).map(|unit| self.number(unit) as u16);
                self.text(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)), bytes)
            }
            Unit::Utf32 => {
                let units = whole.chunks_exact(4).map(|unit| self.number(unit));
                self.text(units.map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)), bytes)
            }
        }
    }

    fn number(&self, unit: &[u8]) -> u32 {
        let add = |number: u32, byte: &u8| number << 8 | u32::from(*byte);
        if self.big_endian { unit.iter().fold(0, add) } else { unit.iter().rev().fold(0, add) }
    }

    fn text(&self, characters: impl Iterator<Item = char>, bytes: &[u8]) -> Decoded<'static> {
        let mut text = String::with_capacity(bytes.len() / self.unit.bytes());
        let mut checkpoints = Vec::with_capacity(bytes.len() / (self.unit.bytes() * STRIDE) + 1);
        let mut file = self.mark;
        for (count, character) in characters.enumerate() {
            if count % STRIDE == 0 {
                checkpoints.push((text.len(), file));
            }
            text.push(character);
            file += self.unit.length(character);
        }
        let map = OffsetMap::Wide { unit: self.unit, checkpoints };
        Decoded { text: Cow::Owned(text.into_bytes()), map }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16le(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn utf16_without_a_mark_is_recognised_and_maps_back() {
        let source = "password = \"größe 𝄞\"\n".repeat(20);
        let bytes = utf16le(&source);
        let decoded = decode(&bytes);
        assert_eq!(decoded.text, source.as_bytes());
        let at = source.rfind("größe").unwrap();
        let span = decoded.map.to_file(&decoded.text, Span::new(at, at + "größe 𝄞".len()));
        assert_eq!(span.slice(&bytes), utf16le("größe 𝄞"));
    }

    #[test]
    fn utf16_with_a_mark_counts_the_mark() {
        let mut bytes = vec![0xFE, 0xFF];
        bytes.extend("ab".encode_utf16().flat_map(u16::to_be_bytes));
        let decoded = decode(&bytes);
        assert_eq!(&*decoded.text, b"ab");
        assert_eq!(decoded.map.to_file(&decoded.text, Span::new(1, 2)), Span::new(4, 6));
    }

    #[test]
    fn utf32_is_read_with_a_mark_and_without() {
        let source = "token = \"größe 𝄞\"\n".repeat(20);
        let at = source.rfind("größe").unwrap();
        for (mark, little) in [(vec![0xFF, 0xFE, 0, 0], true), (vec![0, 0, 0xFE, 0xFF], false), (Vec::new(), true)] {
            let write = |text: &str| -> Vec<u8> {
                let unit = |character: char| {
                    if little { (character as u32).to_le_bytes() } else { (character as u32).to_be_bytes() }
                };
                text.chars().flat_map(unit).collect()
            };
            let bytes = [mark, write(&source)].concat();
            let decoded = decode(&bytes);
            assert_eq!(decoded.text, source.as_bytes());
            let span = decoded.map.to_file(&decoded.text, Span::new(at, at + "größe 𝄞".len()));
            assert_eq!(span.slice(&bytes), write("größe 𝄞"));
        }
    }

    #[test]
    fn text_and_true_binaries_pass_through() {
        for bytes in [&b"plain"[..], b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0>\0\x01\0\0\0", b"", b"\0"] {
            assert_eq!(&*decode(bytes).text, bytes);
        }
    }
}

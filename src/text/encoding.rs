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
    Utf16 { checkpoints: Vec<(usize, usize)> },
}

impl OffsetMap {
    /// `span` of the decoded `text`, as bytes of the file it was decoded from.
    pub fn to_file(&self, text: &[u8], span: Span) -> Span {
        Span::new(self.offset_in_file(text, span.start), self.offset_in_file(text, span.end))
    }

    fn offset_in_file(&self, text: &[u8], offset: usize) -> usize {
        let OffsetMap::Utf16 { checkpoints } = self else { return offset };
        let nearest = checkpoints.partition_point(|&(decoded, _)| decoded <= offset).saturating_sub(1);
        let (decoded, file) = checkpoints.get(nearest).copied().unwrap_or_default();
        let between = Span::new(decoded, offset.max(decoded)).slice(text);
        file + 2 * String::from_utf8_lossy(between).encode_utf16().count()
    }
}

/// UTF-16 (with a byte-order mark, or recognised by its zero bytes) becomes UTF-8; everything else stays as it is.
pub fn decode(bytes: &[u8]) -> Decoded<'_> {
    match utf16(bytes) {
        Some(encoding) => decode_utf16(bytes, encoding),
        None => Decoded { text: Cow::Borrowed(bytes), map: OffsetMap::Identity },
    }
}

/// True when decoded text holds a NUL byte among its first 8,000 bytes.
pub fn is_binary(text: &[u8]) -> bool {
    memchr::memchr(0, &text[..text.len().min(PROBE)]).is_some()
}

struct Utf16 {
    big_endian: bool,
    mark: usize,
}

fn utf16(bytes: &[u8]) -> Option<Utf16> {
    match bytes {
        // FF FE 00 00 is UTF-32, which is not decoded.
        [0xFF, 0xFE, 0, 0, ..] => None,
        [0xFF, 0xFE, ..] => Some(Utf16 { big_endian: false, mark: 2 }),
        [0xFE, 0xFF, ..] => Some(Utf16 { big_endian: true, mark: 2 }),
        _ => unmarked_utf16(bytes),
    }
}

/// Without a mark: mostly ASCII text has a zero in nearly every second byte and nearly none in the others.
fn unmarked_utf16(bytes: &[u8]) -> Option<Utf16> {
    let probe = &bytes[..bytes.len().min(PROBE) & !1];
    if probe.len() < 8 || memchr::memchr(0, probe).is_none() {
        return None;
    }
    let pairs = probe.len() / 2;
    let zeros = |from: usize| probe[from..].iter().step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let (mostly, hardly) = (pairs * 9 / 10, pairs / 50);
    match (even, odd) {
        _ if odd >= mostly && even <= hardly => Some(Utf16 { big_endian: false, mark: 0 }),
        _ if even >= mostly && odd <= hardly => Some(Utf16 { big_endian: true, mark: 0 }),
        _ => None,
    }
}

fn decode_utf16(bytes: &[u8], encoding: Utf16) -> Decoded<'_> {
    let units = bytes[encoding.mark..].chunks_exact(2).map(|pair| match encoding.big_endian {
        true => u16::from_be_bytes([pair[0], pair[1]]),
        false => u16::from_le_bytes([pair[0], pair[1]]),
    });
    let mut text = String::with_capacity(bytes.len() / 2);
    let mut checkpoints = Vec::with_capacity(bytes.len() / (2 * STRIDE) + 1);
    let mut file = encoding.mark;
    for (count, unit) in char::decode_utf16(units).enumerate() {
        if count % STRIDE == 0 {
            checkpoints.push((text.len(), file));
        }
        let character = unit.unwrap_or(char::REPLACEMENT_CHARACTER);
        text.push(character);
        file += 2 * character.len_utf16();
    }
    Decoded { text: Cow::Owned(text.into_bytes()), map: OffsetMap::Utf16 { checkpoints } }
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
    fn text_and_true_binaries_pass_through() {
        for bytes in [&b"plain"[..], b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0>\0\x01\0\0\0", b"", b"\0"] {
            assert_eq!(&*decode(bytes).text, bytes);
        }
    }
}

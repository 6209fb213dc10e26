//! The checks that some token formats carry in themselves, so that a value can be told from a look-alike offline.
//!
//! It does not know which vendor uses which: callers cut the token and say what is covered. `model::Checksum` does.

use crc32fast::hash as crc32;
use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};

/// CRC-32 (IEEE) in base 62 (0-9A-Za-z), left-padded with `0` to 6 characters.
pub fn crc32_base62(covered: &[u8]) -> String {
    in_base(crc32(covered), b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 6)
}

/// CRC-32 in base 36 (0-9a-z), left-padded with `0` to 7 characters.
pub fn crc32_base36(covered: &[u8]) -> String {
    in_base(crc32(covered), BASE36, 7)
}

/// CRC-32 as 8 lower-case hex digits, the highest byte first.
pub fn crc32_hex(covered: &[u8]) -> String {
    HEXLOWER.encode(&crc32(covered).to_be_bytes())
}

/// CRC-32 as 8 upper-case hex digits, the highest byte first.
pub fn crc32_hex_upper(covered: &[u8]) -> String {
    HEXUPPER.encode(&crc32(covered).to_be_bytes())
}

/// CRC-32 as 8 lower-case hex digits, the lowest byte first.
pub fn crc32_hex_little_endian(covered: &[u8]) -> String {
    HEXLOWER.encode(&crc32(covered).to_le_bytes())
}

/// A length as 2 digits of base 36; `None` above 1,295.
pub fn length_base36(length: usize) -> Option<String> {
    (length < 36 * 36).then(|| in_base(length as u32, BASE36, 2))
}

const BASE36: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";

fn in_base(mut number: u32, digits: &[u8], width: usize) -> String {
    let mut out = vec![digits[0]; width];
    for place in out.iter_mut().rev() {
        *place = digits[number as usize % digits.len()];
        number /= digits.len() as u32;
    }
    out.into_iter().map(char::from).collect()
}

/// The 6 characters that complete `unfinished` (human-readable part, `1`, data) to a bech32 string (BIP 173), in the
/// case of what they follow; `None` where it is not one.
pub fn bech32(unfinished: &[u8]) -> Option<String> {
    let upper = unfinished.iter().any(u8::is_ascii_uppercase);
    if upper && unfinished.iter().any(u8::is_ascii_lowercase) {
        return None;
    }
    let separator = memchr::memrchr(b'1', unfinished)?;
    let (human, data) = (&unfinished[..separator], &unfinished[separator + 1..]);
    let human: Vec<u8> = human.iter().map(u8::to_ascii_lowercase).collect();
    let mut residue = human.iter().map(|byte| byte >> 5).fold(1, bech32_step);
    residue = bech32_step(residue, 0);
    residue = human.iter().map(|byte| byte & 31).fold(residue, bech32_step);
    for byte in data {
        let value = BECH32.iter().position(|letter| *letter == byte.to_ascii_lowercase())?;
        residue = bech32_step(residue, value as u8);
    }
    residue = [0; 6].into_iter().fold(residue, bech32_step) ^ 1;
    let letters = (0..6).rev().map(|place| char::from(BECH32[(residue >> (5 * place)) as usize & 31]));
    Some(letters.map(|letter| if upper { letter.to_ascii_uppercase() } else { letter }).collect())
}

const BECH32: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

fn bech32_step(residue: u32, value: u8) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let shifted = (residue & 0x01ff_ffff) << 5 ^ u32::from(value);
    let taps = GENERATOR.iter().enumerate().filter(|(bit, _)| residue >> (25 + bit) & 1 == 1);
    taps.fold(shifted, |sum, (_, tap)| sum ^ tap)
}

/// The characters that complete `unfinished` to base 32 whose last two bytes are the CRC-16 (XMODEM, low byte first) of
/// those before them. The bits that `unfinished` leaves open in its last byte are zero.
pub fn crc16_base32(unfinished: &[u8]) -> Option<String> {
    let mut payload = base32_bits(unfinished)?;
    let crc = crc16(&payload);
    payload.extend(crc.to_le_bytes());
    let whole = BASE32_NOPAD.encode(&payload);
    whole.as_bytes().starts_with(unfinished).then(|| whole[unfinished.len()..].to_owned())
}

/// True when `token` is base 32 and its last two bytes are the CRC-16 of those before them.
pub fn is_crc16_base32(token: &[u8]) -> bool {
    let Ok(bytes) = BASE32_NOPAD.decode(token) else { return false };
    match bytes.split_last_chunk::<2>() {
        Some((payload, crc)) => !payload.is_empty() && crc16(payload).to_le_bytes() == *crc,
        None => false,
    }
}

/// Base 32 of any length to bytes, the last one filled up with zero bits.
fn base32_bits(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = vec![0u8; (text.len() * 5).div_ceil(8)];
    for (index, letter) in text.iter().enumerate() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'2'..=b'7' => letter - b'2' + 26,
            _ => return None,
        };
        for bit in 0..5 {
            let place = index * 5 + bit;
            bytes[place / 8] |= (value >> (4 - bit) & 1) << (7 - place % 8);
        }
    }
    Some(bytes)
}

fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0u16, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte) << 8, |crc, _| match crc & 0x8000 {
            0 => crc << 1,
            _ => crc << 1 ^ 0x1021,
        })
    })
}

/// The header of three base64url parts joined by dots, where it is a JSON object with an `alg`.
pub fn jwt_header(token: &[u8]) -> Option<serde_json::Map<String, serde_json::Value>> {
    let mut parts = token.split(|byte| *byte == b'.');
    let (header, payload, _signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || payload.is_empty() {
        return None;
    }
    let header = BASE64URL_NOPAD.decode(header).ok()?;
    match serde_json::from_slice(&header).ok()? {
        serde_json::Value::Object(header) if header.contains_key("alg") => Some(header),
        _ => None,
    }
}

/// Vectors come from Python's `zlib.crc32` and `binascii.crc_hqx` and from BIP 173; none is a live credential.
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc32_agrees_with_zlib_in_every_writing() {
        assert_eq!(crc32_base62("Qz7".repeat(10).as_bytes()), "45OJGq");
        assert_eq!(crc32_base62(b"n165"), "00pZ3l");
        assert_eq!(crc32_hex("Qz7k".repeat(8).as_bytes()), "66f7d950");
        assert_eq!(crc32_hex(b"n3"), "057735c0");
        assert_eq!(crc32_hex_little_endian(format!("glsa_{}", "Qz7k".repeat(8)).as_bytes()), "966a4c38");
        assert_eq!(crc32_hex_upper(format!("ATATT3{}", "Qz7k".repeat(8)).as_bytes()), "C0088AFA");
        assert_eq!(crc32_base36(format!("glpat-{}.0s", "b2c6MQp".repeat(4)).as_bytes()), "06wcnhp");
    }

    #[test]
    fn lengths_are_two_digits_of_base_36() {
        assert_eq!(length_base36(28).as_deref(), Some("0s"));
        assert_eq!(length_base36(1295).as_deref(), Some("zz"));
        assert_eq!(length_base36(1296), None);
    }

    #[test]
    fn bech32_agrees_with_bip_173() {
        assert_eq!(bech32(b"A1").as_deref(), Some("2UEL5L"));
        assert_eq!(bech32(b"abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7l").as_deref(), Some("mqqqxw"));
        assert_eq!(bech32(b"abcdef1b"), None, "b is no letter of bech32");
        assert_eq!(bech32(b"aB1q"), None, "mixed case");
        assert_eq!(bech32(b"abc"), None, "no separator");
    }

    #[test]
    fn crc16_agrees_with_binascii() {
        let seed = ["SUCQCAQDAQCQMBYIBEFAWDANBYHR", "AEISCMKBKFQXDAMRUGY4DUPB6I"].concat();
        assert_eq!(crc16_base32(seed.as_bytes()).as_deref(), Some("FTRY"));
        assert!(is_crc16_base32(format!("{seed}FTRY").as_bytes()));
        assert!(!is_crc16_base32(format!("{seed}FTRZ").as_bytes()));
        assert!(!is_crc16_base32(b"") && !is_crc16_base32(b"AAAA") && !is_crc16_base32(b"1"));
    }

    #[test]
    fn a_jwt_is_three_parts_and_its_header_names_an_algorithm() {
        let part = |json: &str| BASE64URL_NOPAD.encode(json.as_bytes());
        let token = |header: &str| format!("{}.{}.c2ln", part(header), part("{}"));
        assert!(jwt_header(token(r#"{"alg":"HS256","typ":"JWT"}"#).as_bytes()).is_some());
        assert!(jwt_header(token(r#"{"typ":"JWT"}"#).as_bytes()).is_none());
        assert!(jwt_header(token(r#"["alg"]"#).as_bytes()).is_none());
        assert!(jwt_header(format!("{}.x", token(r#"{"alg":"HS256"}"#)).as_bytes()).is_none());
        assert!(jwt_header(b"a.b").is_none());
    }
}

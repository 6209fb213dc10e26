//! What each `Checksum` covers and where it stands in a token.
//!
//! It does not know the arithmetic, which is `text::checksum`, nor what a wrong checksum means for a finding.

use super::Checksum;
use crate::text::checksum;

impl Checksum {
    /// True when `token` carries the checksum of its own bytes. `prefix` is the length of the rule's prefix in it.
    pub fn verify(self, token: &[u8], prefix: usize) -> bool {
        match self {
            Checksum::Jwt => checksum::jwt_header(token).is_some(),
            Checksum::NatsCrc16 => checksum::is_crc16_base32(token),
            _ => token
                .len()
                .checked_sub(self.length())
                .and_then(|end| Some(self.append(&token[..end], prefix)?.as_bytes() == &token[end..]))
                .unwrap_or(false),
        }
    }

    /// What completes `unfinished`, a token up to where its checksum begins (the `_`, `=` or `.` before it included).
    /// `None` where nothing can: a JWT, a token of another shape. A NATS seed is unfinished after 54 characters.
    pub fn append(self, unfinished: &[u8], prefix: usize) -> Option<String> {
        let body = unfinished.get(prefix..)?;
        match self {
            Checksum::Crc32Base62 => Some(checksum::crc32_base62(body)),
            Checksum::Crc32Hex => Some(checksum::crc32_hex(body.strip_suffix(b"_")?)),
            Checksum::Crc32HexLittleEndianWithPrefix => {
                Some(checksum::crc32_hex_little_endian(unfinished.strip_suffix(b"_")?))
            }
            Checksum::Crc32HexUpperWithPrefix => Some(checksum::crc32_hex_upper(unfinished.strip_suffix(b"=")?)),
            Checksum::GitlabRoutable => {
                let payload = body.strip_suffix(b".")?.split(|byte| *byte == b'.').next()?;
                let length = checksum::length_base36(payload.len())?;
                let crc = checksum::crc32_base36(&[unfinished, length.as_bytes()].concat());
                Some(length + &crc)
            }
            Checksum::Bech32 => checksum::bech32(unfinished),
            Checksum::NatsCrc16 => checksum::crc16_base32(unfinished),
            Checksum::Jwt => None,
        }
    }

    /// Characters that the checksum itself takes at the end of a token.
    fn length(self) -> usize {
        match self {
            Checksum::Crc32Base62 | Checksum::Bech32 => 6,
            Checksum::Crc32Hex | Checksum::Crc32HexLittleEndianWithPrefix | Checksum::Crc32HexUpperWithPrefix => 8,
            Checksum::GitlabRoutable => 9,
            Checksum::NatsCrc16 => 4,
            Checksum::Jwt => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tokens without their checksum, and the length of their prefix.
    fn unfinished() -> Vec<(Checksum, String, usize)> {
        let body = "Qz7k".repeat(8);
        vec![
            (Checksum::Crc32Base62, format!("ghp_{}", "Qz7".repeat(10)), 4),
            (Checksum::Crc32Hex, format!("zpka_{body}_"), 5),
            (Checksum::Crc32HexLittleEndianWithPrefix, format!("glsa_{body}_"), 5),
            (Checksum::Crc32HexUpperWithPrefix, format!("ATATT3{body}="), 6),
            (Checksum::GitlabRoutable, format!("glpat-{}.", "b2c6MQp".repeat(4)), 6),
            (Checksum::GitlabRoutable, format!("glpat-{}.01.", "b2c6MQp".repeat(4)), 6),
            (Checksum::Bech32, format!("AGE-SECRET-KEY-1{}", "QPZRY9X8GF2T".repeat(4)), 15),
            (Checksum::NatsCrc16, format!("SU{}", "CQCA".repeat(13)), 2),
        ]
    }

    #[test]
    fn what_is_appended_verifies_and_one_changed_character_does_not() {
        for (checksum, unfinished, prefix) in unfinished() {
            let token = unfinished.clone() + &checksum.append(unfinished.as_bytes(), prefix).unwrap();
            assert!(checksum.verify(token.as_bytes(), prefix), "{checksum:?}");
            let mut changed = token.into_bytes();
            changed[prefix + 3] = if changed[prefix + 3] == b'A' { b'C' } else { b'A' };
            assert!(!checksum.verify(&changed, prefix), "{checksum:?}");
        }
    }

    #[test]
    fn each_vendor_covers_its_own_part_of_the_token() {
        let expected = ["45OJGq", "66f7d950", "966a4c38", "C0088AFA", "0s06wcnhp", "0s00iwue3"];
        for ((checksum, unfinished, prefix), expected) in unfinished().into_iter().zip(expected) {
            assert_eq!(checksum.append(unfinished.as_bytes(), prefix).as_deref(), Some(expected), "{checksum:?}");
        }
    }

    #[test]
    fn nothing_is_too_short_to_be_asked_about() {
        for (checksum, _, prefix) in unfinished() {
            for length in 0..12 {
                assert!(!checksum.verify(&b"............"[..length], prefix), "{checksum:?}");
            }
        }
    }
}

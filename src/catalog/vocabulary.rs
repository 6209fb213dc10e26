//! The words that a rule file may use where it has a choice.
//!
//! It does not know where in a file a word stood. `build.rs` compiles this file too.

use crate::model::{Alphabet, Checksum, Confidence, Safety, Severity, Tier};
use crate::text::unknown;

pub type Words<T> = &'static [(&'static str, T)];

pub const SEVERITIES: Words<Severity> =
    &[("error", Severity::Error), ("warning", Severity::Warning), ("note", Severity::Note)];

pub const CONFIDENCES: Words<Confidence> =
    &[("high", Confidence::High), ("medium", Confidence::Medium), ("low", Confidence::Low)];

pub const TIERS: Words<Tier> =
    &[("correctness", Tier::Correctness), ("convention", Tier::Convention), ("pedantic", Tier::Pedantic)];

pub const SAFETIES: Words<Safety> = &[("safe", Safety::Safe), ("unsafe", Safety::Unsafe)];

pub const CHECKSUMS: Words<Checksum> = &[
    ("crc32-base62", Checksum::Crc32Base62),
    ("crc32-hex", Checksum::Crc32Hex),
    ("crc32-hex-le-prefix", Checksum::Crc32HexLittleEndianWithPrefix),
    ("crc32-hex-upper-prefix", Checksum::Crc32HexUpperWithPrefix),
    ("gitlab-routable", Checksum::GitlabRoutable),
    ("bech32", Checksum::Bech32),
    ("nats-crc16", Checksum::NatsCrc16),
    ("jwt", Checksum::Jwt),
];

const DIGITS: (u8, u8) = (b'0', b'9');
const LOWER: (u8, u8) = (b'a', b'z');
const UPPER: (u8, u8) = (b'A', b'Z');

pub const ALPHABETS: Words<Alphabet> = &[
    ("base62", Alphabet::of(&[DIGITS, UPPER, LOWER])),
    ("base62-lower", Alphabet::of(&[DIGITS, LOWER])),
    ("upper-alnum", Alphabet::of(&[DIGITS, UPPER])),
    ("base64", Alphabet::of(&[DIGITS, UPPER, LOWER, (b'+', b'+'), (b'/', b'/')])),
    ("base64url", Alphabet::of(&[DIGITS, UPPER, LOWER, (b'-', b'-'), (b'_', b'_')])),
    ("base32", Alphabet::of(&[UPPER, (b'2', b'7')])),
    ("base32-lower", Alphabet::of(&[LOWER, (b'2', b'7')])),
    ("hex", Alphabet::of(&[DIGITS, (b'a', b'f')])),
    ("hex-upper", Alphabet::of(&[DIGITS, (b'A', b'F')])),
    ("digits", Alphabet::of(&[DIGITS])),
    ("alpha", Alphabet::of(&[UPPER, LOWER])),
    ("lower", Alphabet::of(&[LOWER])),
    ("upper", Alphabet::of(&[UPPER])),
    ("base58", Alphabet::of(&[(b'1', b'9'), (b'A', b'H'), (b'J', b'N'), (b'P', b'Z'), (b'a', b'k'), (b'm', b'z')])),
];

/// The functions of `detect::structure` and `detect::keyed`.
pub const STRUCTURES: Words<&str> = &[
    ("ado-connection-string", "ado-connection-string"),
    ("connection-string", "connection-string"),
    ("docker-config-auth", "docker-config-auth"),
    ("encrypted-private-key", "encrypted-private-key"),
    ("gcp-service-account", "gcp-service-account"),
    ("jdbc-password", "jdbc-password"),
    ("jwt", "jwt"),
    ("keyed-password", "keyed-password"),
    ("keyed-secret", "keyed-secret"),
    ("kubernetes-service-account-token", "kubernetes-service-account-token"),
    ("pgp-private-key", "pgp-private-key"),
    ("private-key", "private-key"),
    ("putty-private-key", "putty-private-key"),
];

/// What `word` stands for, else a sentence that names it as a wrong `kind` and offers the nearest right one.
pub fn meaning<T: Copy>(words: Words<T>, kind: &str, word: &str) -> Result<T, String> {
    let known = words.iter().find(|(name, _)| *name == word);
    known.map(|(_, meaning)| *meaning).ok_or_else(|| unknown(kind, word, words.iter().map(|(name, _)| *name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_understood() {
        assert_eq!(
            meaning(ALPHABETS, "alphabet", "bas62").unwrap_err(),
            "unknown alphabet `bas62`, did you mean `base62`?"
        );
        assert_eq!(
            meaning(SEVERITIES, "severity", "eror").unwrap_err(),
            "unknown severity `eror`, did you mean `error`?"
        );
    }

    #[test]
    fn a_word_from_elsewhere_gets_the_list() {
        assert_eq!(
            meaning(SEVERITIES, "severity", "critical").unwrap_err(),
            "unknown severity `critical`, known are error, warning, note"
        );
    }

    #[test]
    fn alphabets_hold_what_their_names_say() {
        let size = |name| meaning(ALPHABETS, "alphabet", name).map(|alphabet| alphabet.bytes().count());
        let sizes = [
            ("base62", 62),
            ("base62-lower", 36),
            ("upper-alnum", 36),
            ("base64", 64),
            ("base64url", 64),
            ("base32", 32),
            ("base32-lower", 32),
            ("hex", 16),
            ("hex-upper", 16),
            ("digits", 10),
            ("alpha", 52),
            ("lower", 26),
            ("upper", 26),
            ("base58", 58),
        ];
        assert_eq!(sizes.len(), ALPHABETS.len());
        for (name, expected) in sizes {
            assert_eq!(size(name), Ok(expected), "{name}");
        }
    }
}

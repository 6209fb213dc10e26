//! What stays the same about a finding when lines, names and rules move.
//!
//! It does not hold the value: 128 bits of a keyed hash leave this file, or 16 where the value could be guessed.

use std::fmt;

use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::Identity;

/// Fixed and public: it separates our hashes from everybody else's, it does not hide anything.
const KEY: &[u8] = b"tightlip fingerprint v1";

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(u128);

impl Fingerprint {
    /// `family` is the rule's; no rule id, path, line or index enters.
    pub fn of(family: &str, identity: &Identity) -> Fingerprint {
        match identity {
            Identity::Credential { value } => digest(&[b"credential", value.expose()]),
            Identity::Guessable { subject, key_path, value } => {
                let sixteen_bits = digest(&[b"value", value.expose()]).0 >> 112;
                let bits = (sixteen_bits as u16).to_be_bytes();
                digest(&[b"guessable", subject.as_bytes(), key_path.as_bytes(), &bits])
            }
            Identity::Manifest { subject, key_path, value } => {
                digest(&[b"manifest", family.as_bytes(), subject.as_bytes(), key_path.as_bytes(), value.as_bytes()])
            }
        }
    }

    /// What `Display` wrote.
    pub fn read(text: &str) -> Option<Fingerprint> {
        Self::is_written(text).then(|| u128::from_str_radix(text, 16).ok().map(Fingerprint)).flatten()
    }

    /// True for what `Display` writes.
    pub fn is_written(text: &str) -> bool {
        text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    }

    /// Equal only for what is the same in every bit, guessable values included: to tell findings apart while they are
    /// held. It never leaves the process.
    pub fn exact(identity: &Identity) -> Fingerprint {
        match identity {
            Identity::Guessable { subject, key_path, value } => {
                digest(&[b"exact", subject.as_bytes(), key_path.as_bytes(), value.expose()])
            }
            whole => Fingerprint::of("", whole),
        }
    }
}

/// HMAC-SHA-256 over the parts, each behind its length, cut to 128 bits.
fn digest(parts: &[&[u8]]) -> Fingerprint {
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    let bytes = mac.finalize().into_bytes();
    Fingerprint(u128::from_be_bytes(bytes[..16].try_into().expect("SHA-256 has 32 bytes")))
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Secret;

    fn guessable(value: &str) -> Fingerprint {
        let identity =
            Identity::Guessable { subject: "Secret/db".into(), key_path: "data.p".into(), value: Secret::new(value) };
        Fingerprint::of("f", &identity)
    }

    #[test]
    fn a_credential_keeps_its_fingerprint_under_another_rule() {
        let identity = Identity::Credential { value: Secret::new("abc") };
        assert_eq!(Fingerprint::of("one", &identity), Fingerprint::of("two", &identity));
    }

    #[test]
    fn a_guessable_value_leaves_at_most_sixteen_bits() {
        let distinct: std::collections::HashSet<_> = (0..200_000).map(|n| guessable(&n.to_string())).collect();
        assert!(distinct.len() <= 1 << 16, "{} fingerprints", distinct.len());
        assert!(distinct.len() > 60_000, "{} fingerprints", distinct.len());
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(digest(&[b"ab", b"c"]), digest(&[b"a", b"bc"]));
    }
}

//! PuTTY's own format for private keys.
//!
//! It does not know whether the passphrase of an encrypted one is weak.

use memchr::memmem;

use super::{Found, Structure};
use crate::text::Span;

pub const PRIVATE: Structure = Structure {
    name: "putty-private-key",
    words: &[WORD],
    prefixes: &[],
    binary: false,
    find: |reader, at| {
        let text = reader.text;
        let file = &text[at..text.len().min(at + LONGEST)];
        let private = memmem::find(file, b"Private-Lines:")?;
        let digits = private + memchr::memchr(b'\n', &file[private..])? + 1;
        let length = file[digits..]
            .iter()
            .position(|byte| !(byte.is_ascii_alphanumeric() || b"+/=\r\n \t".contains(byte)))
            .unwrap_or(file.len() - digits);
        // The block ends where the next header's name begins, whose letters are base64 too.
        let body = match memmem::find(&file[digits..], b"Private-MAC") {
            Some(end) => end,
            None => length,
        };
        let body = file[digits..digits + body].trim_ascii_end();
        let key = body.iter().filter(|byte| byte.is_ascii_alphanumeric()).count();
        let secret = Span::new(at + digits, at + digits + body.len());
        let found = Found { span: Span::new(at, secret.end), ..Found::verified(text, secret) };
        let encrypted = memmem::find(&file[..private], b"Encryption: none").is_none();
        (key >= SHORTEST_BODY).then(|| found.low_when(encrypted))
    },
};

const WORD: &str = "PuTTY-User-Key-File-";

/// A key file is shorter, in bytes.
const LONGEST: usize = 16_384;
/// Characters of base64 that the shortest private part has: an Ed25519 key.
const SHORTEST_BODY: usize = 40;

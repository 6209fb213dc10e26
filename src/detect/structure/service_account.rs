//! A Google service account's key file: JSON with `"type": "service_account"` and a private key in it.
//!
//! It does not know JSON: the file may itself be a string in one.

use memchr::memmem;

use super::{Structure, pem};

pub const GCP: Structure = Structure {
    name: "gcp-service-account",
    words: &[pem::WORD],
    prefixes: &[],
    binary: false,
    find: |reader, at| {
        let text = reader.text;
        let block = pem::read(text, at)?;
        let before = &text[block.span.start.saturating_sub(NEAR)..block.span.start];
        let after = &text[block.span.end..text.len().min(block.span.end + NEAR)];
        let names_itself = [before, after].iter().any(|near| memmem::find(near, b"service_account").is_some());
        let is_field = memmem::rfind(&before[before.len().saturating_sub(32)..], b"private_key").is_some();
        // It owns the key that `private-key` would report, too.
        (names_itself && is_field).then(|| block.found(1))
    },
};

/// The file's other fields are within this many bytes.
const NEAR: usize = 2_048;

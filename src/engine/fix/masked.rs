//! The two texts of a changed file as they may be shown: secrets masked, lines kept.
//!
//! It does not know what changed.

use super::FixedFile;
use crate::engine::examine::Examiner;
use crate::model::{Blob, Origin, RepoPath};
use crate::text::{Span, decode};

pub fn file(examiner: &Examiner, path: &RepoPath, before: &[u8], after: &[u8]) -> FixedFile {
    let shown = (text(examiner, path, before), text(examiner, path, after));
    FixedFile { path: path.clone(), before: before.to_vec(), after: after.to_vec(), shown }
}

fn text(examiner: &Examiner, path: &RepoPath, bytes: &[u8]) -> String {
    let origin = Origin { path: path.clone() };
    let decoded = decode(bytes);
    let blob = Blob::new(&origin, &decoded.text, decoded.map);
    let (_, secrets) = examiner.secrets(&blob);
    masked(&String::from_utf8_lossy(&decoded.text), &secrets)
}

/// Each character of a secret but its line breaks as `*`. `secrets` are sorted, apart.
fn masked(text: &str, secrets: &[Span]) -> String {
    let is_secret = |at: usize| {
        let next = secrets.partition_point(|secret| secret.end <= at);
        secrets.get(next).is_some_and(|secret| secret.start <= at)
    };
    let shown = |(at, character): (usize, char)| match character {
        '\n' | '\r' => character,
        _ if is_secret(at) => '*',
        _ => character,
    };
    text.char_indices().map(shown).collect()
}

//! The two texts of a changed file as they may be shown: secrets masked, lines kept.
//!
//! It does not know what changed.

use crate::engine::examine::Examiner;
use crate::engine::merge;
use crate::model::{Blob, Finding, Origin, RepoPath};
use crate::text::{Span, decode};

/// The file that says `bytes`. `findings` are those of the whole tree: some secrets only the graph knows.
pub fn text(examiner: &Examiner, path: &RepoPath, bytes: &[u8], findings: &[Finding]) -> String {
    let origin = Origin { path: path.clone() };
    let decoded = decode(bytes);
    let blob = Blob::new(&origin, &decoded.text, decoded.map);
    let (_, secrets) = examiner.secrets(&blob);
    let told = findings.iter().filter(|finding| finding.location.origin.path == *path && is_secret(finding));
    let secrets = merge::joined(secrets.into_iter().chain(told.map(|finding| finding.location.span)).collect());
    masked(&String::from_utf8_lossy(&decoded.text), &secrets)
}

/// True where the place of the finding is masked in what is shown of it.
fn is_secret(finding: &Finding) -> bool {
    let excerpt = &finding.location.excerpt;
    excerpt.text.get(excerpt.highlight.range()).is_some_and(|text| text.contains('*'))
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

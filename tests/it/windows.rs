//! A version of a text looked at only where it was changed comes to the same as one looked at as a whole, whatever the
//! edit.

use proptest::prelude::*;
use std::ops::Range;

use tightlip::catalog::{Catalog, generator};
use tightlip::detect::Detector;
use tightlip::model::{Blob, Origin, RepoPath};
use tightlip::text::OffsetMap;

/// Lines of no interest, as long as they are whole and in one piece.
const PLAIN: &[&str] = &[
    "fn main() { println!(\"hello\"); }\n",
    "# a comment of some length that says nothing about anything at all\n",
    "password: ${PASSWORD}\n",
    "the quick brown fox\n",
    "\n",
    "-----BEGIN CERTIFICATE-----\n",
    "\"auth\": {\n",
    "aws_secret_access_key =\n",
    "url = \"https://user:",
    "\"@host.internal/path\"\n",
    "server=db.internal;user id=sa;",
];

fn detector() -> Detector {
    Detector::new(Catalog::built_in().rules())
}

/// Pieces of every sort of secret, whole and broken.
fn secrets() -> Vec<String> {
    let catalog = Catalog::built_in();
    let bad = catalog.rules().iter().flat_map(|rule| rule.bad.iter());
    bad.filter_map(|example| Some(generator::expand(example.text, 7).ok()?.text)).collect()
}

/// One edit: what of the base is copied, and what is inserted behind it.
#[derive(Clone, Debug)]
struct Piece {
    from: usize,
    length: usize,
    inserted: Vec<u8>,
}

/// The edited text and its changes, as a delta would tell them.
fn edited(base: &[u8], pieces: &[Piece]) -> (Vec<u8>, Vec<Range<usize>>) {
    let (mut text, mut changes, mut expected) = (Vec::new(), Vec::new(), Some(0));
    for piece in pieces {
        let from = piece.from % (base.len() + 1);
        let copied = &base[from..base.len().min(from + piece.length)];
        if !copied.is_empty() {
            if expected != Some(from) {
                changes.push(text.len()..text.len());
            }
            text.extend_from_slice(copied);
            expected = Some(from + copied.len());
        }
        if !piece.inserted.is_empty() {
            changes.push(text.len()..text.len() + piece.inserted.len());
            text.extend_from_slice(&piece.inserted);
            expected = None;
        }
    }
    if expected != Some(base.len()) {
        changes.push(text.len()..text.len());
    }
    (text, changes)
}

/// Text of plain lines and parts of secrets, some of them cut in the middle: an edit can make them whole.
fn material(secrets: Vec<String>) -> impl Strategy<Value = Vec<u8>> {
    let plain = (0..PLAIN.len()).prop_map(|line| PLAIN[line].as_bytes().to_vec());
    let cut = (0..secrets.len(), any::<prop::sample::Index>(), any::<bool>()).prop_map(move |(number, at, head)| {
        let secret = secrets[number].as_bytes();
        let at = at.index(secret.len().max(1));
        if head { secret[..at].to_vec() } else { secret[at..].to_vec() }
    });
    let piece = prop_oneof![20 => plain, 1 => cut];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn what_stays_quiet_by_its_changes_is_quiet_as_a_whole(
        base in material(secrets()),
        filler in 0usize..4,
        pieces in prop::collection::vec((any::<usize>(), 0usize..6_000, material(secrets())), 1..5),
    ) {
        let origin = Origin { path: RepoPath::from("any") };
        let detector = detector();
        // Far from each other, so that windows leave something out.
        let quiet_lines = PLAIN[3].repeat(filler * 300);
        let base = [quiet_lines.as_bytes(), &base, quiet_lines.as_bytes()].concat();
        prop_assume!(detector.is_quiet(&Blob::new(&origin, &base, OffsetMap::Identity)));
        let pieces: Vec<Piece> =
            pieces.into_iter().map(|(from, length, inserted)| Piece { from, length, inserted }).collect();
        let (text, changes) = edited(&base, &pieces);
        if detector.stays_quiet(&origin, &text, &changes) {
            let mut drafts = Vec::new();
            detector.scan(&Blob::new(&origin, &text, OffsetMap::Identity), &mut drafts);
            prop_assert!(drafts.is_empty(), "{:?} in {:?}", drafts, String::from_utf8_lossy(&text));
        }
    }
}

#[test]
fn a_change_in_a_long_text_that_brings_a_secret_is_seen_and_another_is_passed_over() {
    let origin = Origin { path: RepoPath::from("any") };
    let (detector, base) = (detector(), PLAIN[3].repeat(5_000).into_bytes());
    for (number, secret) in secrets().into_iter().enumerate() {
        let at = PLAIN[3].len() * (number % 4_000);
        let text = [&base[..at], b"\n", secret.as_bytes(), b"\n", &base[at..]].concat();
        let change = at..at + secret.len() + 2;
        let is_quiet = detector.is_quiet(&Blob::new(&origin, &text, OffsetMap::Identity));
        assert_eq!(detector.stays_quiet(&origin, &text, std::slice::from_ref(&change)), is_quiet, "{secret}");
    }
    let text = [&base[..], b"one line more\n"].concat();
    let added = base.len()..text.len();
    assert!(detector.stays_quiet(&origin, &text, std::slice::from_ref(&added)));
}

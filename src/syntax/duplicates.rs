//! Which keys stand twice in one mapping, in time that grows with the keys and not with their pairs.
//!
//! It does not know whether that is a fault. Two keys that a template's control flow separates are not the same key: at
//! most one of them is rendered.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use super::tree::{Duplicate, Tree};
use super::{Hole, HoleKind, Node};

/// Up to this many keys, comparing each with all is faster than hashing.
const FEW: usize = 12;

/// All of a tree's duplicates, in the order of their second key.
pub fn find(tree: &Tree, text: &str) -> Vec<Duplicate> {
    let is_control = |hole: &&Hole| matches!(hole.kind, HoleKind::Control(_));
    let controls: Vec<usize> = tree.holes.iter().filter(is_control).map(|hole| hole.span.start).collect();
    let mut found = Vec::new();
    let mut keys = Vec::new();
    for mapping in tree.mappings(text) {
        keys.clear();
        keys.extend(mapping.own_entries().filter_map(|(key, _)| Some((key.as_str()?, key))));
        if !tree.holes.is_empty() {
            keys.retain(|(_, key)| !key.is_masked());
        }
        if has_repeats(&keys) {
            among(&keys, &controls, &mut found);
        }
    }
    found.sort_unstable_by_key(|duplicate| duplicate.key);
    found
}

/// True when some may repeat: of few keys only their ends are compared, of many only the hashes, sorted, which is several
/// times faster than a table of the keys.
fn has_repeats(keys: &[(&str, Node)]) -> bool {
    if keys.len() <= FEW {
        let mut marks = [0; FEW];
        return keys.iter().enumerate().any(|(at, (name, _))| {
            marks[at] = mark(name);
            marks[..at].contains(&marks[at])
        });
    }
    let state = RandomState::new();
    let mut hashes: Vec<u64> = keys.iter().map(|(name, _)| state.hash_one(name)).collect();
    hashes.sort_unstable();
    hashes.windows(2).any(|pair| pair[0] == pair[1])
}

/// Equal for equal names: the first and the last bytes, and the length.
fn mark(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let Some((first, last)) = bytes.first_chunk().zip(bytes.last_chunk()) else {
        return bytes.iter().fold(bytes.len() as u64, |mark, &byte| mark << 8 | u64::from(byte));
    };
    u64::from_le_bytes(*first) ^ u64::from_le_bytes(*last).rotate_left(29) ^ (bytes.len() as u64) << 56
}

fn among(keys: &[(&str, Node)], controls: &[usize], found: &mut Vec<Duplicate>) {
    let mut known: HashMap<&str, Node> = HashMap::with_capacity(keys.len());
    for &(name, key) in keys {
        match known.get(name) {
            Some(&first) if !separated(first, key, controls) => {
                found.push(Duplicate { key: key.id(), first: first.id() });
            }
            _ => {
                known.insert(name, key);
            }
        }
    }
}

/// True when a branch of the template begins or ends between the two.
fn separated(first: Node, second: Node, controls: &[usize]) -> bool {
    let next = controls.partition_point(|&at| at < first.span().end);
    controls.get(next).is_some_and(|&at| at < second.span().start)
}

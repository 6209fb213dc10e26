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
    for mapping in tree.nodes(text).filter(|node| !node.is_alias() && node.is_mapping()) {
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

/// True when some may repeat: of many keys only the hashes are compared, sorted, which is several times faster than a
/// table of the keys.
fn has_repeats(keys: &[(&str, Node)]) -> bool {
    if keys.len() <= FEW {
        return (1..keys.len()).any(|at| keys[..at].iter().any(|(name, _)| *name == keys[at].0));
    }
    let state = RandomState::new();
    let mut hashes: Vec<u64> = keys.iter().map(|(name, _)| state.hash_one(name)).collect();
    hashes.sort_unstable();
    hashes.windows(2).any(|pair| pair[0] == pair[1])
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

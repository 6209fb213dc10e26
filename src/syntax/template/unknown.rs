//! Which nodes of a template hold more than is written, because a masked action would have written it.
//!
//! It does not know what would have been written. Where it cannot tell whose content an action is, every node that it may
//! belong to is unknown.

use super::super::tree::{Content, NONE, NodeId, Raw, Tree};
use super::{Hole, HoleKind, action};

/// Nobody indents further; a bound for files that are one long line.
const FARTHEST_COLUMN: usize = 512;

/// Sorted, each once.
pub fn find(tree: &Tree, text: &str, holes: &[Hole]) -> Vec<NodeId> {
    let mut unknown = Vec::new();
    // The place between two nodes at which every owner is already unknown.
    let mut settled = None;
    for hole in holes.iter().filter(|hole| hole.kind.writes()) {
        let following = tree.nodes.partition_point(|node| (node.start as usize) <= hole.span.start);
        let touched = following.checked_sub(1).map(|last| &tree.nodes[last]);
        match touched.filter(|node| is_scalar(node) && (node.end as usize) > hole.span.start) {
            // An unknown key: who knows how many entries it stands for.
            Some(scalar) if scalar.key as usize == following - 1 => unknown.push(NodeId(scalar.parent)),
            Some(_) => {}
            None if settled == Some(following) || in_comment(text, hole) => {}
            None => match owner(tree, text, hole, following) {
                Ok(owner) => unknown.push(owner),
                Err(candidates) => {
                    settled = Some(following);
                    unknown.extend(candidates);
                }
            },
        }
    }
    unknown.sort_unstable();
    unknown.dedup();
    unknown
}

fn in_comment(text: &str, hole: &Hole) -> bool {
    let near = hole.span.start.saturating_sub(FARTHEST_COLUMN);
    let line = text.as_bytes()[near..hole.span.start].rsplit(|&byte| byte == b'\n').next().unwrap_or_default();
    line.trim_ascii_start().starts_with(b"#") || line.windows(2).any(|pair| pair == b" #")
}

fn is_scalar(node: &Raw) -> bool {
    matches!(node.content, Content::Slice { .. } | Content::Decoded { .. })
}

/// The node that a hole adds to, or all that it may add to. `following` is the first node behind the hole.
fn owner(tree: &Tree, text: &str, hole: &Hole, following: usize) -> Result<NodeId, Vec<NodeId>> {
    let Some(last) = following.checked_sub(1) else { return Err(Vec::new()) };
    let candidates = open_at(tree, last, following);
    let fits = |id: &u32, column: usize| {
        let node = &tree.nodes[*id as usize];
        match is_scalar(node) {
            true => column_at(text, tree.nodes[node.key as usize].start as usize) < column,
            false => column_at(text, node.start as usize) == column,
        }
    };
    let column = column_of_content(text, hole);
    let owner = column.and_then(|column| candidates.iter().find(|&id| fits(id, column)));
    owner.map(|&id| NodeId(id)).ok_or_else(|| candidates.into_iter().map(NodeId).collect())
}

/// From inside out: the empty value at `last`, and the collections that hold it up to the first that goes on behind the
/// hole.
fn open_at(tree: &Tree, last: usize, following: usize) -> Vec<u32> {
    let around = shared_ancestor(tree, last as u32, following);
    let mut candidates = Vec::new();
    let mut id = last as u32;
    while let Some(node) = tree.nodes.get(id as usize) {
        let is_empty_value = node.start == node.end && node.key != NONE && node.key != id;
        if !is_scalar(node) || is_empty_value {
            candidates.push(id);
        }
        if id == around {
            break;
        }
        id = node.parent;
    }
    candidates
}

/// The innermost collection that holds `last` and still `following`; a parent stands before its children.
fn shared_ancestor(tree: &Tree, last: u32, following: usize) -> u32 {
    let parent = |id: u32| tree.nodes.get(id as usize).map_or(NONE, |node| node.parent);
    let (mut left, mut right) = (last, parent(following as u32));
    while left != right && left != NONE && right != NONE {
        if left > right {
            left = parent(left);
        } else {
            right = parent(right);
        }
    }
    if left == right { left } else { NONE }
}

/// At which column the action's lines will stand, if that can be told.
fn column_of_content(text: &str, hole: &Hole) -> Option<usize> {
    let written = &text[hole.span.range()];
    match hole.kind {
        HoleKind::Indented => action::indentation(written)?,
        _ => (!written.starts_with("{{-")).then(|| column_at(text, hole.span.start)),
    }
}

fn column_at(text: &str, offset: usize) -> usize {
    let near = offset.saturating_sub(FARTHEST_COLUMN);
    match memchr::memrchr(b'\n', &text.as_bytes()[near..offset]) {
        Some(end) => offset - (near + end + 1),
        None if near == 0 => offset,
        None => usize::MAX,
    }
}

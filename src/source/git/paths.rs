//! The paths of a history, each once, as a chain of names.
//!
//! It does not know which object stands at a path.

use std::collections::HashMap;

use super::trees::{NameId, Trees};
use crate::model::RepoPath;

/// The number of a path in `Paths`; the root is 0.
pub type PathId = u32;

pub const ROOT: PathId = 0;

/// Folders inside folders; git's own limit for one path is 4,096 bytes.
pub const DEEPEST: u16 = 2_048;

pub struct Paths {
    /// The folder above, the name in it, and how deep that is.
    nodes: Vec<(PathId, NameId, u16)>,
    known: HashMap<(PathId, NameId), PathId>,
}

impl Paths {
    pub fn new() -> Paths {
        Paths { nodes: vec![(ROOT, 0, 0)], known: HashMap::new() }
    }

    /// The path of `name` in `folder`; `None` where that is too deep.
    pub fn child(&mut self, folder: PathId, name: NameId) -> Option<PathId> {
        if let Some(&known) = self.known.get(&(folder, name)) {
            return Some(known);
        }
        let depth = self.nodes[folder as usize].2 + 1;
        if depth > DEEPEST {
            return None;
        }
        let id = self.nodes.len() as PathId;
        self.nodes.push((folder, name, depth));
        self.known.insert((folder, name), id);
        Some(id)
    }

    pub fn count(&self) -> usize {
        self.nodes.len()
    }

    pub fn path(&self, mut id: PathId, trees: &Trees) -> RepoPath {
        let mut names = Vec::new();
        while id != ROOT {
            let (folder, name, _) = self.nodes[id as usize];
            names.push(trees.name(name));
            id = folder;
        }
        names.reverse();
        RepoPath::new(names.join(&b'/'))
    }
}

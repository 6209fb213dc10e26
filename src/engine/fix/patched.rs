//! A tree to which fixes are applied, and what its files said before.
//!
//! It does not know what was changed in them. Nothing is written.

use std::collections::BTreeMap;
use std::ops::Deref;

use crate::model::{RepoPath, Snapshot};
use crate::source::Overlay;

#[derive(Clone)]
pub struct Patched<'a> {
    tree: Overlay<&'a dyn Snapshot>,
    /// Each changed file: what it said when it was first read, and what it says.
    files: BTreeMap<RepoPath, (Vec<u8>, Vec<u8>)>,
}

impl<'a> Patched<'a> {
    pub fn new(inner: &'a dyn Snapshot) -> Self {
        Patched { tree: Overlay::new(inner), files: BTreeMap::new() }
    }

    pub fn put(&mut self, path: &RepoPath, bytes: Vec<u8>) {
        let before = match self.files.remove(path) {
            Some((before, _)) => before,
            None => self.tree.bytes(path).unwrap_or_default(),
        };
        self.tree.put(path, bytes.clone());
        self.files.insert(path.clone(), (before, bytes));
    }

    /// Each changed file with what it said and what it says.
    pub fn changed(&self) -> impl Iterator<Item = (&RepoPath, &[u8], &[u8])> {
        let changed = self.files.iter().filter(|(_, (before, after))| before != after);
        changed.map(|(path, (before, after))| (path, before.as_slice(), after.as_slice()))
    }
}

impl<'a> Deref for Patched<'a> {
    type Target = Overlay<&'a dyn Snapshot>;

    fn deref(&self) -> &Self::Target {
        &self.tree
    }
}

//! A tree in which some files say something else than they do where it was read from.
//!
//! It does not know what was changed in them. Nothing is written.

use std::collections::BTreeMap;
use std::io::Read;

use crate::model::{Buffer, Listing, Notification, RepoPath, Snapshot, WHOLE};

#[derive(Clone)]
pub struct Patched<'a> {
    inner: &'a dyn Snapshot,
    /// Each changed file: what it said when it was first read, and what it says.
    files: BTreeMap<RepoPath, (Vec<u8>, Vec<u8>)>,
}

impl<'a> Patched<'a> {
    pub fn new(inner: &'a dyn Snapshot) -> Self {
        Patched { inner, files: BTreeMap::new() }
    }

    /// The file as it is here; `None` for what cannot be read as a whole.
    pub fn bytes(&self, path: &RepoPath) -> Option<Vec<u8>> {
        let mut buffer = Buffer::default();
        let is_whole = matches!(self.read(path, &mut buffer), Ok(None));
        is_whole.then(|| buffer.bytes().to_vec())
    }

    pub fn put(&mut self, path: &RepoPath, bytes: Vec<u8>) {
        let before = match self.files.remove(path) {
            Some((before, _)) => before,
            None => self.bytes(path).unwrap_or_default(),
        };
        self.files.insert(path.clone(), (before, bytes));
    }

    /// Each changed file with what it said and what it says.
    pub fn changed(&self) -> impl Iterator<Item = (&RepoPath, &[u8], &[u8])> {
        let changed = self.files.iter().filter(|(_, (before, after))| before != after);
        changed.map(|(path, (before, after))| (path, before.as_slice(), after.as_slice()))
    }
}

impl Snapshot for Patched<'_> {
    fn list(&self) -> Listing {
        self.inner.list()
    }

    fn holds(&self, path: &RepoPath) -> bool {
        self.inner.holds(path)
    }

    fn read(&self, path: &RepoPath, buffer: &mut Buffer) -> Result<Option<Box<dyn Read>>, Notification> {
        let Some((_, mut after)) = self.files.get(path).map(|(before, after)| (before, after.as_slice())) else {
            return self.inner.read(path, buffer);
        };
        // Reading from memory cannot fail.
        let ended = buffer.fill(&mut after, WHOLE, false).unwrap_or(true);
        Ok((!ended).then(|| Box::new(std::io::empty()) as Box<dyn Read>))
    }
}

//! A tree in which some files say something else than they do where it is read from: fixes that are tried, texts that
//! nobody saved yet.
//!
//! It does not know who changed them. Nothing is written.

use std::collections::BTreeMap;
use std::io::Read;

use crate::model::{Buffer, Listing, Notification, RepoPath, Snapshot, WHOLE};

#[derive(Clone)]
pub struct Overlay<S> {
    pub inner: S,
    texts: BTreeMap<RepoPath, Vec<u8>>,
}

impl<S: Snapshot> Overlay<S> {
    pub fn new(inner: S) -> Self {
        Overlay { inner, texts: BTreeMap::new() }
    }

    pub fn put(&mut self, path: &RepoPath, bytes: Vec<u8>) {
        self.texts.insert(path.clone(), bytes);
    }

    /// The file says again what it says below.
    pub fn drop(&mut self, path: &RepoPath) {
        self.texts.remove(path);
    }

    /// The file as it is here; `None` for what cannot be read as a whole.
    pub fn bytes(&self, path: &RepoPath) -> Option<Vec<u8>> {
        let mut buffer = Buffer::default();
        let is_whole = matches!(self.read(path, &mut buffer), Ok(None));
        is_whole.then(|| buffer.bytes().to_vec())
    }
}

impl<S: Snapshot> Snapshot for Overlay<S> {
    /// What lies below, and what is only here: a file that is there and not listed is left out for a reason.
    fn list(&self) -> Listing {
        let mut listing = self.inner.list();
        listing.files.extend(self.texts.keys().filter(|path| !self.inner.holds(path)).cloned());
        listing.files.sort_unstable();
        listing.files.dedup();
        listing
    }

    fn holds(&self, path: &RepoPath) -> bool {
        self.texts.contains_key(path) || self.inner.holds(path)
    }

    fn is_part(&self) -> bool {
        self.inner.is_part()
    }

    fn read(&self, path: &RepoPath, buffer: &mut Buffer) -> Result<Option<Box<dyn Read>>, Notification> {
        let Some(mut text) = self.texts.get(path).map(Vec::as_slice) else { return self.inner.read(path, buffer) };
        // Reading from memory cannot fail.
        let ended = buffer.fill(&mut text, WHOLE, false).unwrap_or(true);
        Ok((!ended).then(|| Box::new(std::io::empty()) as Box<dyn Read>))
    }
}

//! A readable tree of files: the working tree today, an index or a commit later.
//!
//! It does not know what is in the files.

use std::io::Read;

use super::{Notification, RepoPath};

/// A file that is in scope.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    pub path: RepoPath,
}

/// What a tree holds.
#[derive(Debug, Default)]
pub struct Listing {
    /// Sorted by path.
    pub entries: Vec<Entry>,
    /// What could not be listed, and what is out of scope.
    pub notifications: Vec<Notification>,
}

/// Shared by all threads; lists work, never spawns.
pub trait Snapshot: Sync {
    fn list(&self) -> Listing;

    /// Opens a file for one pass. An error says what is incomplete, in words for the user.
    fn open(&self, path: &RepoPath) -> Result<Box<dyn Read>, Notification>;
}

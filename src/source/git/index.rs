//! What git knows of a working tree: the files its index names.
//!
//! It does not know what is on disk, and it reads no object.

use std::path::Path;

use gix::index::entry::Mode;

use crate::model::{Notification, Reason, RepoPath};

/// The index of the repository around a folder, relative to that folder.
#[derive(Debug, Default)]
pub struct Tracked {
    /// Sorted.
    pub files: Vec<RepoPath>,
    pub submodules: Vec<RepoPath>,
}

/// The tracked files below `folder`; `None` where no repository holds it.
pub fn tracked(folder: &Path) -> Result<Option<Tracked>, Notification> {
    let broken = |error: &dyn std::fmt::Display| {
        let message =
            format!("The git index could not be read, so tracked files that .gitignore names may be missing: {error}");
        Notification { path: None, position: None, reason: Reason::BrokenIndex, message }
    };
    let Some(top) = crate::source::repository_above(folder) else { return Ok(None) };
    let repository = super::open(top).map_err(|error| broken(&error))?;
    if repository.workdir().is_none() {
        return Ok(None);
    }
    let index = repository.index_or_empty().map_err(|error| broken(&error))?;
    let above = RepoPath::from_path(folder.strip_prefix(top).unwrap_or(Path::new("")));
    let mut tracked = Tracked::default();
    for entry in index.entries() {
        let path = RepoPath::new(entry.path(&index));
        let Some(path) = path.below(&above) else { continue };
        match entry.mode {
            Mode::COMMIT => tracked.submodules.push(path),
            Mode::FILE | Mode::FILE_EXECUTABLE => tracked.files.push(path),
            _ => {}
        }
    }
    tracked.files.sort();
    // A conflicted file stands in the index up to three times.
    tracked.files.dedup();
    Ok(Some(tracked))
}

//! What git knows of a working tree: the files its index names.
//!
//! It does not know what is on disk, and it reads no object but the folders that a sparse index leaves folded.

use std::path::Path;

use gix::index::entry::{Flags, Mode, Stage};
use gix::index::extension;

use super::repository::Repository;
use super::tree::{Entry, Folders, Form, Listed, below};
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
        said(Reason::BrokenIndex, message)
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

/// What the index would make a commit of. Its folders are those whose trees it has already written.
pub(super) fn staged(repository: &Repository, file: &Path) -> Listed {
    repository.with(|handle| match read(handle, file) {
        Ok(index) => listed(handle, &index),
        Err(error) => {
            let notifications = vec![said(Reason::BrokenIndex, format!("The git index could not be read: {error}"))];
            Listed { notifications, ..Listed::default() }
        }
    })
}

/// A repository in which nothing was ever staged has no index.
fn read(handle: &gix::Repository, file: &Path) -> gix::Result<gix::index::File> {
    let options = gix::index::decode::Options { thread_limit: Some(1), ..Default::default() };
    // git itself leaves the checksum to fsck.
    gix::index::File::at_or_default(file, handle.object_hash(), true, options)
}

fn listed(handle: &gix::Repository, index: &gix::index::File) -> Listed {
    let mut listed = Listed::default();
    let mut unmerged = 0;
    for entry in index.entries() {
        let path = RepoPath::new(entry.path(index));
        let form = match entry.mode {
            // "I shall add this later": there is no content yet.
            _ if entry.flags.contains(Flags::INTENT_TO_ADD) => continue,
            _ if entry.stage() != Stage::Unconflicted => {
                unmerged += u64::from(entry.stage() == Stage::Ours);
                continue;
            }
            Mode::FILE | Mode::FILE_EXECUTABLE => Form::File,
            Mode::SYMLINK => Form::Link,
            Mode::COMMIT => Form::Submodule,
            Mode::DIR => {
                let folder = path.as_bytes().strip_suffix(b"/").map_or(path.clone(), RepoPath::new);
                listed.walk(handle, entry.id, &folder, None, 0);
                continue;
            }
            _ => continue,
        };
        listed.entries.push(Entry { path, id: entry.id, form });
    }
    if unmerged > 0 {
        let message = format!("{unmerged} files are not merged yet; they are looked at once they are staged.");
        listed.notifications.push(said(Reason::UnmergedPath, message));
    }
    if let Some(root) = index.tree() {
        let mut folders = Folders::default();
        written(root, &RepoPath::from(""), &listed.entries, 0, &mut folders);
        listed.folders = folders;
    }
    listed
}

/// The folders whose trees the index knows by id. A commit is made of these very trees, so they hide nothing.
fn written(folder: &extension::Tree, path: &RepoPath, entries: &[Entry], first: usize, folders: &mut Folders) {
    let prefix = if path.as_bytes().is_empty() { Vec::new() } else { [path.as_bytes(), b"/"].concat() };
    let length = entries[first..].partition_point(|entry| entry.path.as_bytes().starts_with(&prefix));
    if folder.num_entries.is_some() {
        folders.insert(path.clone(), (folder.id, first..first + length));
    }
    for child in &folder.children {
        let path = below(path, &child.name);
        let start = [path.as_bytes(), b"/"].concat();
        let first = first + entries[first..first + length].partition_point(|entry| entry.path.as_bytes() < &start[..]);
        written(child, &path, entries, first, folders);
    }
}

fn said(reason: Reason, message: String) -> Notification {
    Notification { path: None, position: None, reason, message }
}

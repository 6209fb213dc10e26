//! Since when a file holds a value: along the first parents of `HEAD`, as far back as every version has it.
//!
//! It does not know what the values are, and a renamed file begins anew.

use std::path::{Path, PathBuf};

use gix::ObjectId;
use gix::object::Kind;
use jiff::civil::Date;

use super::repository::{Repository, object};
use crate::model::{Past, RepoPath, Since};

/// `HEAD` and its first parents.
pub struct FirstParents {
    repository: Repository,
    /// From the repository's top to the folder that paths start from.
    below: PathBuf,
    /// The trees, newest first, each with the day of its commit (UTC).
    trees: Vec<(ObjectId, Date)>,
    pub is_shallow: bool,
}

impl FirstParents {
    /// The history around `folder`, for paths from there.
    pub fn around(folder: &Path) -> Result<FirstParents, String> {
        let repository = Repository::around(folder)?;
        let top = repository.top().ok_or("a bare repository has no files of its own")?;
        let told = |error: std::io::Error| error.to_string();
        let folder = folder.canonicalize().map_err(told)?;
        let below = folder.strip_prefix(top.canonicalize().map_err(told)?).unwrap_or(Path::new("")).to_owned();
        let (trees, is_shallow) = repository.with(|handle| (trees(handle), handle.is_shallow().unwrap_or(true)));
        Ok(FirstParents { below, trees: trees.map_err(|error| error.to_string())?, is_shallow, repository })
    }
}

fn trees(handle: &gix::Repository) -> gix::Result<Vec<(ObjectId, Date)>> {
    let mut trees = Vec::new();
    let mut next = Some(handle.head_commit()?);
    while let Some(commit) = next {
        let time = jiff::Timestamp::from_second(commit.time()?.seconds).unwrap_or(jiff::Timestamp::MAX);
        trees.push((commit.tree_id()?.detach(), jiff::tz::Offset::UTC.to_datetime(time).date()));
        // At the end of a shallow clone the parent is named and not there.
        next = commit.parent_ids().next().and_then(|parent| handle.find_commit(parent.detach()).ok());
    }
    Ok(trees)
}

impl Past for FirstParents {
    fn since(&self, path: &RepoPath, value: &str) -> Option<Since> {
        let (path, value) = (self.below.join(path.to_path()), squeezed(value.as_bytes()));
        self.repository.with(|handle| {
            let (mut since, mut known) = (None, None);
            for (tree, day) in &self.trees {
                let blob = blob_at(handle, *tree, &path);
                let holds = || blob.is_some_and(|blob| holds(handle, blob, &value));
                if known.is_none_or(|known| Some(known) != blob) && !holds() {
                    return since;
                }
                (since, known) = (Some(Since { day: *day, is_exact: true }), blob);
            }
            since.map(|since| Since { is_exact: !self.is_shallow, ..since })
        })
    }
}

fn blob_at(handle: &gix::Repository, tree: ObjectId, path: &Path) -> Option<ObjectId> {
    let entry = handle.find_tree(tree).ok()?.lookup_entry_by_path(path).ok()??;
    entry.mode().is_blob().then(|| entry.object_id())
}

fn holds(handle: &gix::Repository, blob: ObjectId, value: &[u8]) -> bool {
    let text = object(handle, blob, Kind::Blob).unwrap_or_default();
    memchr::memmem::find(&squeezed(&text), value).is_some()
}

/// Without blanks and line breaks: long values are folded.
fn squeezed(text: &[u8]) -> Vec<u8> {
    text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect()
}

impl std::fmt::Debug for FirstParents {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} commits", self.trees.len())
    }
}

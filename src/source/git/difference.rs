//! Two or more trees side by side: what the later one changes.
//!
//! It does not look into any file.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::PathBuf;

use gix::ObjectId;
use globset::GlobSet;

use super::repository::Repository;
use super::tree::{Entry, Form, Listed, ObjectTree};
use super::{index, tree};
use crate::model::{Notification, Reason, RepoPath};

/// A tree and those that it was made from: none for the first, several for a merge.
pub struct Comparison {
    pub after: ObjectTree,
    pub parents: Vec<Parent>,
}

pub struct Parent {
    pub tree: ObjectTree,
    /// Sorted by path.
    pub changes: Vec<Change>,
}

/// A path at which two trees differ in content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Added {
        path: RepoPath,
        /// Where the earlier tree holds the same content: a file that went away, else any.
        same_as: Option<RepoPath>,
    },
    Modified {
        path: RepoPath,
    },
    Removed {
        path: RepoPath,
    },
}

impl Comparison {
    /// True when no parent differs from the later tree.
    pub fn is_empty(&self) -> bool {
        self.parents.iter().all(|parent| parent.changes.is_empty())
    }

    /// Paths that match are left out of every tree.
    pub fn leave_out(&mut self, exclude: &GlobSet) {
        self.after.exclude = exclude.clone();
        self.parents.iter_mut().for_each(|parent| parent.tree.exclude = exclude.clone());
    }
}

impl Change {
    pub fn path(&self) -> &RepoPath {
        match self {
            Change::Added { path, .. } | Change::Modified { path } | Change::Removed { path } => path,
        }
    }
}

impl Repository {
    /// The index against `HEAD`, and during a merge against what is merged. `own_index` is what a hook was given.
    pub fn staged(&self, own_index: Option<OsString>) -> Result<Comparison, String> {
        if self.top().is_none() {
            return Err(format!("{} is a bare repository: it has no index to commit from", self.git_dir().display()));
        }
        let mut staged = index::staged(self, &self.index_file(own_index.map(PathBuf::from)));
        let mut heads = self.with(head).map_err(|error| format!("HEAD cannot be read: {error}"))?;
        heads.extend(self.merged());
        let known = std::mem::take(&mut staged.folders);
        let after = ObjectTree::new(self, staged);
        let parents = if heads.is_empty() { vec![None] } else { heads.into_iter().map(Some).collect() };
        let parent = |commit: Option<ObjectId>| self.parent(commit, &after, &known);
        Ok(Comparison { parents: parents.into_iter().map(parent).collect(), after })
    }

    /// The tree of a revision, in any of git's ways to name one.
    pub fn tree_of(&self, revision: &str) -> Result<ObjectTree, String> {
        let commit = self.commit(revision).ok_or_else(|| format!("{revision} is no commit of this repository"))?;
        Ok(ObjectTree::new(self, self.listed(commit, None)))
    }

    /// True for a revision that leads to a commit.
    pub fn knows(&self, revision: &str) -> bool {
        self.commit(revision).is_some()
    }

    /// The commits that the refs below `prefix` lead to, in full hexadecimal.
    pub fn tips(&self, prefix: &str) -> Vec<String> {
        let tips = self.with(|handle| {
            let references = handle.references()?;
            let found = references.prefixed(prefix)?.filter_map(Result::ok);
            let peeled = found.filter_map(|mut reference| Some(reference.peel_to_id().ok()?.detach().to_string()));
            Ok::<Vec<String>, gix::Error>(peeled.collect())
        });
        let mut tips = tips.unwrap_or_default();
        tips.retain(|id| self.knows(id));
        tips.sort();
        tips.dedup();
        tips
    }

    pub(super) fn commit(&self, revision: &str) -> Option<ObjectId> {
        self.with(|handle| {
            let id = handle.rev_parse_single(revision).ok()?;
            Some(id.object().ok()?.peel_to_commit().ok()?.id)
        })
    }

    fn parent(&self, commit: Option<ObjectId>, after: &ObjectTree, known: &tree::Folders) -> Parent {
        let listed = commit.map_or_else(Listed::default, |commit| self.listed(commit, Some((known, after.entries()))));
        let tree = ObjectTree::new(self, listed);
        Parent { changes: changes(tree.entries(), after.entries()), tree }
    }

    /// What the tree of `commit` holds; where that cannot be read, the words for it.
    pub(super) fn listed(&self, commit: ObjectId, known: Option<(&tree::Folders, &[Entry])>) -> Listed {
        let tree = self.with(|handle| Ok::<_, gix::Error>(handle.find_commit(commit)?.tree_id()?.detach()));
        match tree {
            Ok(tree) => Listed::of(self, tree, known),
            Err(error) => {
                let message = format!("Commit {} cannot be read: {error}.", commit.to_hex_with_len(12));
                let said = Notification { path: None, position: None, reason: Reason::MissingObject, message };
                Listed { notifications: vec![said], ..Listed::default() }
            }
        }
    }

    /// The other sides of a merge that is not committed yet.
    fn merged(&self) -> Vec<ObjectId> {
        let text = std::fs::read(self.git_dir().join("MERGE_HEAD")).unwrap_or_default();
        text.split(|&byte| byte == b'\n').filter_map(|line| ObjectId::from_hex(line.trim_ascii()).ok()).collect()
    }
}

/// The commit of `HEAD`, if there is one yet.
fn head(handle: &gix::Repository) -> gix::Result<Vec<ObjectId>> {
    let mut head = handle.head()?;
    Ok(head.try_peel_to_id()?.map(gix::Id::detach).into_iter().collect())
}

/// What differs between two sorted lists. Submodules have no content here.
pub(super) fn changes(before: &[Entry], after: &[Entry]) -> Vec<Change> {
    let content = |entry: &&Entry| entry.form != Form::Submodule;
    let mut old = before.iter().filter(content).peekable();
    let mut removed: HashMap<ObjectId, &RepoPath> = HashMap::new();
    let mut differing: Vec<(Change, ObjectId)> = Vec::new();
    for new in after.iter().filter(content) {
        while let Some(gone) = old.next_if(|old| old.path < new.path) {
            removed.entry(gone.id).or_insert(&gone.path);
            differing.push((Change::Removed { path: gone.path.clone() }, gone.id));
        }
        let path = new.path.clone();
        match old.next_if(|old| old.path == new.path) {
            None => differing.push((Change::Added { path, same_as: None }, new.id)),
            Some(old) if (old.id, old.form) != (new.id, new.form) => {
                differing.push((Change::Modified { path }, new.id))
            }
            Some(_) => {}
        }
    }
    for gone in old {
        removed.entry(gone.id).or_insert(&gone.path);
        differing.push((Change::Removed { path: gone.path.clone() }, gone.id));
    }
    find_origins(&mut differing, &removed, before);
    differing.into_iter().map(|(change, _)| change).collect()
}

/// Fills `same_as`: a file that went away comes before one that stayed.
fn find_origins(differing: &mut [(Change, ObjectId)], removed: &HashMap<ObjectId, &RepoPath>, before: &[Entry]) {
    let is_new = |change: &Change| matches!(change, Change::Added { .. });
    let mut elsewhere: HashMap<ObjectId, Option<&RepoPath>> =
        differing.iter().filter(|(change, _)| is_new(change)).map(|(_, id)| (*id, removed.get(id).copied())).collect();
    if elsewhere.is_empty() {
        return;
    }
    for entry in before {
        if let Some(place) = elsewhere.get_mut(&entry.id) {
            place.get_or_insert(&entry.path);
        }
    }
    for (change, id) in differing {
        if let Change::Added { same_as, .. } = change {
            *same_as = elsewhere.get(id).copied().flatten().cloned();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(files: &[(&str, u8)]) -> Vec<Entry> {
        let entry = |&(path, content): &(&str, u8)| Entry {
            path: RepoPath::from(path),
            id: ObjectId::from([content; 20]),
            form: Form::File,
        };
        files.iter().map(entry).collect()
    }

    #[test]
    fn a_rename_knows_where_it_came_from_and_a_file_that_went_away_comes_first() {
        let before = entries(&[("a", 1), ("b", 2), ("c", 1), ("kept", 3)]);
        let after = entries(&[("a", 1), ("b", 4), ("moved", 1), ("new", 5), ("kept", 3)]);
        let mut after = after;
        after.sort_by(|one, other| one.path.cmp(&other.path));
        let added = |path: &str, same_as: Option<&str>| Change::Added {
            path: RepoPath::from(path),
            same_as: same_as.map(RepoPath::from),
        };
        let expected = [
            Change::Modified { path: RepoPath::from("b") },
            Change::Removed { path: RepoPath::from("c") },
            added("moved", Some("c")),
            added("new", None),
        ];
        assert_eq!(changes(&before, &after), expected);
    }
}

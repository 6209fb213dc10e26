//! What leads from a base to a head: the two end trees, and every commit in between against its own parents.
//!
//! It does not look into any file, and of what a commit leaves alone it reads nothing.

use std::collections::{HashMap, HashSet};

use gix::ObjectId;
use gix::object::Kind;
use gix::objs::TreeRefIter;
use gix::objs::tree::{EntryKind, EntryMode};
use gix::revision::walk::Sorting;
use gix::traverse::commit::simple::CommitTimeOrder;

use super::difference::{Comparison, Parent, changes};
use super::repository::{Repository, object};
use super::tree::{DEEPEST, Entry, Form, Listed, ObjectTree, below, damaged, too_deep};
use crate::model::{Notification, Reason, RepoPath};

pub struct Range {
    /// The head's tree against that of each merge base.
    pub ends: Comparison,
    /// Parents before children.
    pub commits: Vec<Commit>,
    /// Why some of it cannot be compared.
    pub notifications: Vec<Notification>,
}

/// A commit with what it changes: its trees hold nothing else.
pub struct Commit {
    /// In full hexadecimal.
    pub id: String,
    /// `Name <address>`.
    pub author: String,
    /// RFC 3339, with the committer's own offset.
    pub date: String,
    pub on_default_branch: bool,
    pub comparison: Comparison,
}

impl Commit {
    /// The object that a changed file is, in full hexadecimal; empty where the commit does not change it.
    pub fn content(&self, path: &RepoPath) -> String {
        self.comparison.after.entry(path).map(|entry| entry.id.to_string()).unwrap_or_default()
    }
}

/// Where a range cannot be taken.
pub enum NoRange {
    /// The user's mistake.
    Head(String),
    /// The base, or what connects it with the head, is not in this clone.
    Base(String),
}

impl Repository {
    /// What `head` has and none of `bases`: without any, all of its history.
    pub fn range(&self, bases: &[String], head: &str) -> Result<Range, NoRange> {
        let missing = || NoRange::Head(format!("{head} is no commit of this repository"));
        let head = self.commit(head).ok_or_else(missing)?;
        let missing = |base: &str| NoRange::Base(format!("{base} is no commit of this clone"));
        let bases = bases.iter().map(|base| self.commit(base).ok_or_else(|| missing(base)));
        let bases = &bases.collect::<Result<Vec<ObjectId>, NoRange>>()?;
        let merge_bases = self.merge_bases(bases, head)?;
        let head_listed = self.listed(head, None);
        let known = Some((&head_listed.folders, &head_listed.entries[..]));
        let earlier: Vec<ObjectTree> = match merge_bases.as_slice() {
            [] => vec![ObjectTree::new(self, Listed::default())],
            bases => bases.iter().map(|&base| ObjectTree::new(self, self.listed(base, known))).collect(),
        };
        let after = ObjectTree::new(self, head_listed);
        let parent = |tree: ObjectTree| Parent { changes: changes(tree.entries(), after.entries()), tree };
        let parents = earlier.into_iter().map(parent).collect();
        let mut notifications = Vec::new();
        let commits = self.commits(bases, head, &mut notifications);
        Ok(Range { ends: Comparison { after, parents }, commits, notifications })
    }

    fn merge_bases(&self, bases: &[ObjectId], head: ObjectId) -> Result<Vec<ObjectId>, NoRange> {
        if bases.is_empty() {
            return Ok(Vec::new());
        }
        self.with(|handle| {
            let found = handle.merge_bases_many(head, bases);
            let found: Vec<ObjectId> = found.unwrap_or_default().into_iter().map(gix::Id::detach).collect();
            match found.is_empty() {
                true if handle.is_shallow().unwrap_or(true) => {
                    Err(NoRange::Base("this shallow clone does not reach back to where base and head part".to_owned()))
                }
                // Histories that share nothing: all of the head is news against the bases themselves.
                true => Ok(bases.to_vec()),
                false => Ok(found),
            }
        })
    }

    fn commits(&self, bases: &[ObjectId], head: ObjectId, notifications: &mut Vec<Notification>) -> Vec<Commit> {
        self.with(|handle| {
            let newest_first = Sorting::ByCommitTime(CommitTimeOrder::NewestFirst);
            let walk = handle.rev_walk([head]).with_hidden(bases.iter().copied()).sorting(newest_first);
            let mut found = Vec::new();
            match walk.all() {
                Ok(walk) => {
                    for info in walk {
                        match info {
                            Ok(info) => found.push((info.id, info.parent_ids.to_vec())),
                            Err(error) => {
                                notifications.push(unread(format!("A commit of the range is missing: {error}.")))
                            }
                        }
                    }
                }
                Err(error) => notifications.push(unread(format!("The commits of the range cannot be read: {error}."))),
            }
            let boundary: HashSet<ObjectId> =
                handle.shallow_commits().ok().flatten().map(|ids| ids.iter().copied().collect()).unwrap_or_default();
            let default = default_branch(handle);
            let read = |id: ObjectId| self.read_commit(handle, id, &boundary, default, notifications);
            parents_first(found).into_iter().filter_map(read).collect()
        })
    }

    fn read_commit(
        &self,
        handle: &gix::Repository,
        id: ObjectId,
        boundary: &HashSet<ObjectId>,
        default: Option<ObjectId>,
        notifications: &mut Vec<Notification>,
    ) -> Option<Commit> {
        if boundary.contains(&id) {
            let short = id.to_hex_with_len(12);
            let message = format!("This shallow clone has no parents of commit {short}: what it brings is not known.");
            notifications.push(Notification { path: None, position: None, reason: Reason::ShallowHistory, message });
            return None;
        }
        let commit = || -> gix::Result<Commit> {
            let commit = handle.find_commit(id)?;
            let tree = commit.tree_id()?.detach();
            let parents: Vec<ObjectId> = commit.parent_ids().map(gix::Id::detach).collect();
            let trees = parents.iter().map(|&parent| Ok(handle.find_commit(parent)?.tree_id()?.detach()));
            let trees = trees.collect::<gix::Result<Vec<ObjectId>>>()?;
            let author = commit.author()?.trim();
            let date = commit.time()?.format_or_unix(gix::date::time::format::ISO8601_STRICT);
            let is_ancestor =
                |tip| handle.merge_base(id, tip).is_ok_and(|base| base.is_some_and(|base| base.detach() == id));
            Ok(Commit {
                id: id.to_string(),
                author: format!("{} <{}>", author.name, author.email),
                date,
                on_default_branch: default.is_some_and(is_ancestor),
                comparison: self.compared(handle, tree, &trees),
            })
        };
        commit().map_err(|error| notifications.push(unread(format!("Commit {id} cannot be read: {error}.")))).ok()
    }

    /// What a tree has that none of its parents has in that place.
    fn compared(&self, handle: &gix::Repository, tree: ObjectId, parents: &[ObjectId]) -> Comparison {
        let mut differing = Differing { after: Listed::default(), before: Vec::new() };
        differing.before.resize_with(parents.len().max(1), Listed::default);
        let parents: Vec<Option<ObjectId>> = match parents {
            [] => vec![None],
            parents => parents.iter().copied().map(Some).collect(),
        };
        differing.walk(handle, tree, &parents, &RepoPath::from(""), 0);
        let after = ObjectTree::new(self, differing.after);
        let trees = differing.before.into_iter().map(|listed| ObjectTree::new(self, listed));
        let parents = trees.map(|tree| Parent { changes: changes(tree.entries(), after.entries()), tree });
        Comparison { parents: parents.collect(), after }
    }
}

/// The entries at which a tree differs from all of its parents, and what those have there.
struct Differing {
    after: Listed,
    before: Vec<Listed>,
}

/// What one tree object names, in its order.
type Names = Vec<(Vec<u8>, EntryMode, ObjectId)>;

impl Differing {
    fn walk(
        &mut self,
        handle: &gix::Repository,
        tree: ObjectId,
        parents: &[Option<ObjectId>],
        folder: &RepoPath,
        depth: usize,
    ) {
        if depth > DEEPEST {
            return self.after.notifications.push(too_deep(folder));
        }
        if self.after.is_full(folder) {
            return;
        }
        let names = read(handle, tree, folder, &mut self.after);
        let olds: Vec<Names> = (0..parents.len())
            .map(|at| parents[at].map_or_else(Names::new, |id| read(handle, id, folder, &mut self.before[at])))
            .collect();
        let olds: Vec<HashMap<&[u8], (EntryMode, ObjectId)>> = olds.iter().map(by_name).collect();
        for (name, mode, id) in &names {
            let old: Vec<Option<(EntryMode, ObjectId)>> = olds.iter().map(|old| old.get(&name[..]).copied()).collect();
            if old.iter().any(|old| old.is_some_and(|(old, same)| same == *id && form(old) == form(*mode))) {
                continue;
            }
            let path = below(folder, name);
            let folders: Vec<Option<ObjectId>> =
                old.iter().map(|old| old.filter(|(mode, _)| mode.is_tree()).map(|(_, id)| id)).collect();
            for (at, old) in old.into_iter().enumerate() {
                if let Some((mode, id)) = old.filter(|(old, _)| !(old.is_tree() && mode.is_tree())) {
                    self.was(handle, at, mode, id, &path, depth);
                }
            }
            match form(*mode) {
                None => self.walk(handle, *id, &folders, &path, depth + 1),
                Some(form) => self.after.entries.push(Entry { path, id: *id, form }),
            }
        }
        // What a merge lets go is no news of its own.
        if let [old] = olds.as_slice() {
            let kept: HashSet<&[u8]> = names.iter().map(|(name, ..)| &name[..]).collect();
            let mut gone: Vec<_> = old.iter().filter(|(name, _)| !kept.contains(*name)).collect();
            gone.sort_by_key(|(name, _)| **name);
            for (name, &(mode, id)) in gone {
                self.was(handle, 0, mode, id, &below(folder, name), depth);
            }
        }
    }

    /// Notes what a parent has at `path`.
    fn was(
        &mut self,
        handle: &gix::Repository,
        at: usize,
        mode: EntryMode,
        id: ObjectId,
        path: &RepoPath,
        depth: usize,
    ) {
        match form(mode) {
            None => self.before[at].walk(handle, id, path, None, depth + 1),
            Some(form) => self.before[at].entries.push(Entry { path: path.clone(), id, form }),
        }
    }
}

fn by_name(names: &Names) -> HashMap<&[u8], (EntryMode, ObjectId)> {
    names.iter().map(|(name, mode, id)| (&name[..], (*mode, *id))).collect()
}

/// `None` for a folder.
fn form(mode: EntryMode) -> Option<Form> {
    match mode.kind() {
        EntryKind::Tree => None,
        EntryKind::Blob | EntryKind::BlobExecutable => Some(Form::File),
        EntryKind::Link => Some(Form::Link),
        EntryKind::Commit => Some(Form::Submodule),
    }
}

fn read(handle: &gix::Repository, id: ObjectId, folder: &RepoPath, listed: &mut Listed) -> Names {
    let data = match object(handle, id, Kind::Tree) {
        Ok(data) => data,
        Err(fault) => {
            listed.notifications.push(fault.about(id, folder));
            return Names::new();
        }
    };
    let mut names = Names::new();
    for entry in TreeRefIter::from_bytes(&data, handle.object_hash()) {
        match entry {
            Ok(entry) => names.push((entry.filename.to_vec(), entry.mode, entry.oid.to_owned())),
            Err(_) => {
                listed.notifications.push(damaged(id, folder));
                break;
            }
        }
    }
    names
}

/// Every commit after those of its parents that are among them; of the others the older first.
fn parents_first(newest_first: Vec<(ObjectId, Vec<ObjectId>)>) -> Vec<ObjectId> {
    let parents: HashMap<ObjectId, &[ObjectId]> =
        newest_first.iter().map(|(id, parents)| (*id, &parents[..])).collect();
    let (mut done, mut order) = (HashSet::new(), Vec::with_capacity(newest_first.len()));
    for (id, _) in newest_first.iter().rev() {
        let mut stack = vec![(*id, false)];
        while let Some((id, are_parents_done)) = stack.pop() {
            let Some(parents) = parents.get(&id) else { continue };
            if are_parents_done {
                order.push(id);
            } else if done.insert(id) {
                stack.push((id, true));
                stack.extend(parents.iter().map(|&parent| (parent, false)));
            }
        }
    }
    order
}

/// What the remote calls its main branch, else what it is usually called.
fn default_branch(handle: &gix::Repository) -> Option<ObjectId> {
    let names = ["refs/remotes/origin/HEAD", "refs/heads/main", "refs/heads/master"];
    let tip = |name: &str| Some(handle.try_find_reference(name).ok()??.peel_to_id().ok()?.detach());
    names.into_iter().find_map(tip)
}

fn unread(message: String) -> Notification {
    Notification { path: None, position: None, reason: Reason::MissingObject, message }
}

//! A tree of files as the object database holds it: the tree of a commit, or what the index would make one.
//!
//! It does not know the files on disk. A name is data here: nothing is opened by it, so that `..` or a leading `/` lead
//! nowhere.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::ops::Range;

use gix::ObjectId;
use gix::object::Kind;
use gix::objs::TreeRefIter;
use gix::objs::tree::EntryKind;
use globset::GlobSet;

use super::Repository;
use super::repository::object;
use crate::model::{Buffer, Listing, Notification, Reason, RepoPath, Snapshot};

/// A tree with more in it is listed up to here: trees that repeat each other can name more than any memory holds.
const MOST_ENTRIES: usize = 2 << 20;

/// What a folder counts for among these: it is an object of its own to read.
const FOLDER: usize = 8;

/// Folders in folders: a path of 4,096 bytes, which is all that most systems take, seldom has a quarter of it.
pub(super) const DEEPEST: usize = 1_024;

#[derive(Clone)]
pub struct ObjectTree {
    repository: Repository,
    /// Sorted by path.
    entries: Vec<Entry>,
    notifications: Vec<Notification>,
    /// Paths that are left out, relative to the root.
    pub exclude: GlobSet,
}

/// Which content: two files that have the same one are alike in every byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Content(ObjectId);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub path: RepoPath,
    pub id: ObjectId,
    pub form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    File,
    Link,
    Submodule,
}

impl ObjectTree {
    pub(super) fn new(repository: &Repository, mut listed: Listed) -> ObjectTree {
        if !listed.entries.is_sorted_by(|one, other| one.path < other.path) {
            listed.entries.sort_by(|one, other| one.path.cmp(&other.path));
            listed.forget_twins();
        }
        ObjectTree {
            repository: repository.clone(),
            entries: listed.entries,
            notifications: listed.notifications,
            exclude: GlobSet::empty(),
        }
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(super) fn entry(&self, path: &RepoPath) -> Option<&Entry> {
        self.entries.binary_search_by(|entry| entry.path.cmp(path)).ok().map(|index| &self.entries[index])
    }

    /// What stands at `path`: equal where the content is.
    pub fn content(&self, path: &RepoPath) -> Option<Content> {
        self.entry(path).map(|entry| Content(entry.id))
    }

    /// True for what the policy or the command line leaves out.
    pub fn leaves_out(&self, path: &RepoPath) -> bool {
        !self.exclude.is_empty() && self.exclude.is_match(path.to_path())
    }
}

impl Snapshot for ObjectTree {
    fn list(&self) -> Listing {
        let mut left_out: BTreeMap<Reason, u64> = BTreeMap::new();
        let mut files = Vec::with_capacity(self.entries.len());
        for entry in &self.entries {
            let reason = match entry.form {
                Form::Submodule => Reason::Submodule,
                Form::Link => Reason::SymbolicLink,
                Form::File if self.leaves_out(&entry.path) => Reason::Excluded,
                Form::File => {
                    files.push(entry.path.clone());
                    continue;
                }
            };
            *left_out.entry(reason).or_default() += 1;
        }
        Listing { files, notifications: self.notifications.clone(), left_out: left_out.into_iter().collect() }
    }

    /// What lies behind a link or in a submodule is not known, so it is not missing either.
    fn holds(&self, path: &RepoPath) -> bool {
        let mut above = Some(path.clone());
        while let Some(at) = above {
            match self.entry(&at) {
                Some(entry) if at == *path || entry.form != Form::File => return true,
                _ => above = (!at.as_bytes().is_empty()).then(|| at.parent()),
            }
        }
        let folder = [path.as_bytes(), b"/"].concat();
        let next = self.entries.partition_point(|entry| entry.path.as_bytes() < folder.as_slice());
        self.entries.get(next).is_some_and(|entry| entry.path.as_bytes().starts_with(&folder))
    }

    /// A link reads as the text of its target.
    fn read(&self, path: &RepoPath, buffer: &mut Buffer) -> Result<Option<Box<dyn Read>>, Notification> {
        match self.entry(path) {
            Some(entry) if entry.form != Form::Submodule => self.repository.read(entry.id, path, buffer),
            _ => Err(Notification::new(Reason::MissingObject, path, "The tree holds no such file.")),
        }
    }
}

/// What a walk through trees brings together.
#[derive(Default)]
pub(super) struct Listed {
    pub entries: Vec<Entry>,
    pub notifications: Vec<Notification>,
    /// The folders that were walked: the id of their tree, and where their entries lie.
    pub folders: Folders,
    /// How many folders were read.
    pub read: usize,
}

pub(super) type Folders = HashMap<RepoPath, (ObjectId, Range<usize>)>;

impl Listed {
    /// Lists the tree `id`. Folders that `known` has with the same id are copied instead of read.
    pub fn of(repository: &Repository, id: ObjectId, known: Option<(&Folders, &[Entry])>) -> Listed {
        let mut listed = Listed::default();
        repository.with(|handle| listed.walk(handle, id, &RepoPath::from(""), known, 0));
        listed
    }

    /// Adds what the tree `id` holds under the name `folder`.
    pub fn walk(
        &mut self,
        handle: &gix::Repository,
        id: ObjectId,
        folder: &RepoPath,
        known: Option<(&Folders, &[Entry])>,
        depth: usize,
    ) {
        if let Some((folders, entries)) = known
            && let Some((same, range)) = folders.get(folder)
            && *same == id
        {
            self.entries.extend_from_slice(&entries[range.clone()]);
            return;
        }
        if depth > DEEPEST {
            return self.notifications.push(too_deep(folder));
        }
        if self.is_full(folder) {
            return;
        }
        let data = match object(handle, id, Kind::Tree) {
            Ok(data) => data,
            Err(fault) => return self.notifications.push(fault.about(id, folder)),
        };
        let first = self.entries.len();
        for entry in TreeRefIter::from_bytes(&data, handle.object_hash()) {
            let Ok(entry) = entry else {
                self.notifications.push(damaged(id, folder));
                break;
            };
            let path = below(folder, entry.filename);
            let form = match entry.mode.kind() {
                EntryKind::Tree => {
                    self.walk(handle, entry.oid.to_owned(), &path, known, depth + 1);
                    continue;
                }
                EntryKind::Blob | EntryKind::BlobExecutable => Form::File,
                EntryKind::Link => Form::Link,
                EntryKind::Commit => Form::Submodule,
            };
            self.entries.push(Entry { path, id: entry.oid.to_owned(), form });
        }
        self.folders.insert(folder.clone(), (id, first..self.entries.len()));
    }

    /// Counts a folder that is to be read; true where there were too many already, which is said once.
    pub fn is_full(&mut self, folder: &RepoPath) -> bool {
        self.read += 1;
        let is_full = self.entries.len() + FOLDER * self.read > MOST_ENTRIES;
        if is_full && self.notifications.iter().all(|said| said.reason != Reason::Truncated) {
            let message = "The tree holds too much: what comes from here on is not read.";
            self.notifications.push(Notification::new(Reason::Truncated, folder, message));
        }
        is_full
    }

    /// git never writes one name twice; whoever does may want one of them to go unseen.
    fn forget_twins(&mut self) {
        let notifications = &mut self.notifications;
        self.entries.dedup_by(|second, first| {
            let same = second.path == first.path;
            if same && second.id != first.id {
                let message = "The tree names this path twice; only one of its contents is read.";
                notifications.push(Notification::new(Reason::CorruptObject, &second.path, message));
            }
            same
        });
    }
}

pub(super) fn damaged(tree: ObjectId, folder: &RepoPath) -> Notification {
    let message = format!("The folder's tree {} is damaged from some entry on.", tree.to_hex_with_len(12));
    Notification::new(Reason::CorruptObject, folder, message)
}

pub(super) fn too_deep(folder: &RepoPath) -> Notification {
    let message = format!("Folders lie in folders here, more than {DEEPEST} deep; what is below is not read.");
    Notification::new(Reason::Truncated, folder, message)
}

pub(super) fn below(folder: &RepoPath, name: &[u8]) -> RepoPath {
    match folder.as_bytes() {
        b"" => RepoPath::new(name),
        folder => RepoPath::new([folder, b"/", name].concat()),
    }
}

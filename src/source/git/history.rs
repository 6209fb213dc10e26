//! The histories of one or several repositories over one set of objects: what the engine asks, in the order in which it
//! asks it.
//!
//! It does not know what is looked for, and it spawns nothing: it lists units of work and does one when it is told to.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use super::attribution::{Attribution, Commits, Start};
use super::commits;
use super::inflate::Broken;
use super::objects::{Kind, Objects, Scratch, Slot};
use super::refs::Tips;
use super::trees::{Learner, Trees};
use super::walk::{Buffers, Unit, Visitor};
use crate::model::{Notification, Reason, RepoPath};

pub use super::commits::Signature;

/// Repositories that are looked at together: what they share is read once.
pub struct History {
    objects: Objects,
    pub repositories: Vec<Repository>,
}

/// One of them.
pub struct Repository {
    /// What the user calls it.
    pub name: RepoPath,
    tips: Vec<Slot>,
    default_branch: Option<Slot>,
    shallow: HashSet<Slot>,
    /// Refs that could not be read, and where the history is known to end.
    pub notifications: Vec<Notification>,
}

/// What is read first: commits, tags and trees. Many threads learn at once.
pub struct Structure {
    trees: Learner,
}

/// What one thread learned.
pub type Learned = Commits;

impl History {
    /// Opens the repositories at or above `folders`. `branches` are the names to start from; empty is all there are.
    pub fn open(folders: &[PathBuf], branches: &[String]) -> Result<History, String> {
        let mut opened = Vec::new();
        let mut stores = BTreeSet::new();
        for folder in folders {
            let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", folder.display());
            let top = folder.canonicalize().map_err(|error| wrong(&error))?;
            let top = repository_at(&top).ok_or_else(|| wrong(&"there is no repository here or above"))?;
            let repository = super::open_with_refs(&top).map_err(|error| wrong(&error))?;
            if opened
                .iter()
                .any(|(known, ..): &(gix::Repository, Tips, RepoPath)| known.common_dir() == repository.common_dir())
            {
                continue;
            }
            let tips = Tips::of(&repository, branches).map_err(|error| wrong(&error))?;
            let objects = repository.common_dir().join("objects");
            let alternates = gix::odb::alternate::resolve(objects.clone(), &top).map_err(|error| wrong(&error))?;
            stores.extend(alternates.into_iter().chain([objects]).map(|store| store.canonicalize().unwrap_or(store)));
            opened.push((repository, tips, RepoPath::from_path(folder)));
        }
        let Some(hash) = opened.first().map(|(repository, ..)| repository.object_hash()) else {
            return Err("there is no repository to look at".to_owned());
        };
        if opened.iter().any(|(repository, ..)| repository.object_hash() != hash) {
            return Err("the repositories have different object formats: look at them one by one".to_owned());
        }
        let objects = Objects::open(stores, hash);
        let repositories =
            opened.into_iter().map(|(repository, tips, name)| Repository::new(&repository, tips, name, &objects));
        Ok(History { repositories: repositories.collect(), objects })
    }

    pub fn objects(&self) -> &Objects {
        &self.objects
    }

    pub fn structure(&self) -> Structure {
        Structure { trees: Learner::new() }
    }

    /// Shows the objects of a unit to `visitor`.
    pub fn walk(&self, unit: Unit, kinds: &[Kind], buffers: &mut Buffers, visitor: &mut impl Visitor) {
        self.objects.walk(unit, kinds, buffers, visitor);
    }

    /// What each repository's names reach, once everything is learned.
    pub fn attribute(&self, trees: &Trees, commits: &Commits, unreachable: bool) -> Vec<Attribution> {
        let of = |repository: &Repository| {
            let start = Start {
                tips: &repository.tips,
                default_branch: repository.default_branch,
                shallow: &repository.shallow,
                unreachable,
            };
            Attribution::new(&self.objects, commits, trees, &start)
        };
        self.repositories.iter().map(of).collect()
    }

    /// Who made a commit or a tag, and when.
    pub fn signature(&self, slot: Slot, scratch: &mut Scratch) -> Signature {
        self.objects.read(slot, scratch).map(|bytes| commits::signature(&bytes)).unwrap_or_default()
    }
}

impl Structure {
    /// Takes in a commit, a tag or a tree.
    pub fn learn(&self, objects: &Objects, slot: Slot, kind: Kind, bytes: &[u8], learned: &mut Learned) {
        match kind {
            Kind::Tree => self.trees.learn(slot, bytes, objects),
            _ => learned.learn(slot, kind, bytes, objects),
        }
    }

    pub fn finish(self) -> Trees {
        self.trees.finish()
    }
}

impl Repository {
    fn new(repository: &gix::Repository, tips: Tips, name: RepoPath, objects: &Objects) -> Repository {
        let mut notifications = tips.notifications;
        let missing = tips.ids.iter().filter(|id| objects.slot(id).is_none()).count();
        if missing > 0 {
            let message = format!("Refs lead to {missing} objects that are not there.");
            notifications.push(Notification { path: None, position: None, reason: Reason::MissingObject, message });
        }
        let shallow = std::fs::read(repository.common_dir().join("shallow")).unwrap_or_default();
        let shallow: Vec<&[u8]> = shallow.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).collect();
        if let [first, ..] = shallow.as_slice() {
            let end = String::from_utf8_lossy(&first[..first.len().min(12)]);
            let message = format!(
                "This clone is shallow: its history ends at {end} ({} such places), and nothing before was read. \
                 `git fetch --unshallow` brings the rest.",
                shallow.len()
            );
            notifications.push(Notification { path: None, position: None, reason: Reason::ShallowHistory, message });
        }
        let shallow = shallow.iter().filter_map(|id| objects.slot(&data_encoding::HEXLOWER.decode(id).ok()?));
        Repository {
            name,
            shallow: shallow.collect(),
            default_branch: tips.default_branch.and_then(|id| objects.slot(&id)),
            tips: tips.ids.iter().filter_map(|id| objects.slot(id)).collect(),
            notifications,
        }
    }
}

/// The folder itself where it is a repository without a working tree, else the working tree around it.
fn repository_at(folder: &Path) -> Option<PathBuf> {
    let is_bare = folder.join("HEAD").is_file() && folder.join("objects").is_dir();
    match is_bare {
        true => Some(folder.to_path_buf()),
        false => crate::source::repository_above(folder).map(Path::to_path_buf),
    }
}

/// Why an object was not read, for the user.
pub fn reason(why: Broken) -> (Reason, &'static str) {
    match why {
        Broken::Corrupt => (Reason::CorruptObject, "The object does not hold together"),
        Broken::TooLarge => (Reason::Truncated, "The object is larger than 512 MiB"),
        Broken::BaseMissing => (Reason::CorruptObject, "The object is a difference from one that cannot be read"),
    }
}

//! One repository, opened for reading: where it lies, and its objects by id.
//!
//! It does not know what a scan compares.

use std::io::Cursor;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use gix::ObjectId;
use gix::object::Kind;

use super::quarantine::Quarantine;
use crate::model::{Buffer, Notification, Reason, RepoPath, WHOLE};

/// Shared by all threads; cloning it is cheap.
#[derive(Clone)]
pub struct Repository {
    shared: Arc<Shared>,
}

struct Shared {
    origin: gix::ThreadSafeRepository,
    /// Handles that no thread uses right now: each keeps the packs it has mapped.
    idle: Mutex<Vec<gix::Repository>>,
    /// Lives as long as its objects are read.
    _quarantine: Option<Quarantine>,
}

impl Repository {
    /// The repository around `folder`: a working tree or a bare repository, at it or above it.
    pub fn around(folder: &Path) -> Result<Repository, String> {
        Repository::around_with(folder, &[])
    }

    /// The same with more folders of objects, for a hook that decides about a push.
    pub fn around_with(folder: &Path, more_objects: &[PathBuf]) -> Result<Repository, String> {
        let folder = folder.canonicalize().map_err(|error| format!("{}: {error}", folder.display()))?;
        let is_top = |above: &&Path| crate::source::repository_above(above) == Some(*above) || is_bare(above);
        let top = folder.ancestors().find(is_top);
        let top = top.ok_or_else(|| format!("{} is not in a git repository", folder.display()))?;
        let opened = super::open_with_refs(top).map_err(|error| format!("{}: {error}", top.display()))?;
        let mut origin = opened.into_sync();
        let quarantine = match more_objects {
            [] => None,
            folders => Some(Quarantine::open(&mut origin, folders)?),
        };
        Ok(Repository { shared: Arc::new(Shared { origin, idle: Mutex::default(), _quarantine: quarantine }) })
    }

    /// Where git looks for hooks. This is the one thing that the user's own configuration is asked for.
    pub fn hooks(&self) -> Result<PathBuf, String> {
        let top = self.top().ok_or("a bare repository has no commits of its own to check")?;
        let configured = gix::open(self.git_dir()).map_err(|error| error.to_string())?;
        let written = configured.config_snapshot().trusted_path("core.hooksPath").map_err(|error| error.to_string())?;
        Ok(written.map_or_else(|| configured.common_dir().join("hooks"), |folder| top.join(folder)))
    }

    /// The folder of the working tree; `None` in a bare repository.
    pub fn top(&self) -> Option<&Path> {
        self.shared.origin.work_dir()
    }

    pub fn git_dir(&self) -> &Path {
        self.shared.origin.git_dir()
    }

    /// The branch that is checked out; `None` where it is a commit.
    pub fn branch(&self) -> Option<String> {
        let head = std::fs::read_to_string(self.git_dir().join("HEAD")).ok()?;
        head.strip_prefix("ref: refs/heads/").map(|name| name.trim_end().to_owned())
    }

    /// The index that a commit is made from. A hook may have one of its own.
    pub(super) fn index_file(&self, own: Option<PathBuf>) -> PathBuf {
        match (own, self.top()) {
            (Some(own), Some(top)) => top.join(own),
            (Some(own), None) => own,
            (None, _) => self.git_dir().join("index"),
        }
    }

    /// Runs `work` with a handle that is this thread's for as long.
    pub(super) fn with<T>(&self, work: impl FnOnce(&gix::Repository) -> T) -> T {
        let idle = self.shared.idle.lock().ok().and_then(|mut idle| idle.pop());
        let handle = idle.unwrap_or_else(|| self.shared.origin.to_thread_local());
        let done = work(&handle);
        if let Ok(mut idle) = self.shared.idle.lock() {
            idle.push(handle);
        }
        done
    }

    /// Reads a blob as `Snapshot::read` wants it; `path` is for the words when it cannot be read.
    pub(super) fn read(
        &self,
        id: ObjectId,
        path: &RepoPath,
        buffer: &mut Buffer,
    ) -> Result<Option<Box<dyn Read>>, Notification> {
        let data = self.with(|repository| object(repository, id, Kind::Blob)).map_err(|fault| fault.about(id, path))?;
        let mut content = Cursor::new(data);
        match buffer.fill(&mut content, WHOLE, false) {
            Ok(true) => Ok(None),
            _ => Ok(Some(Box::new(content))),
        }
    }
}

/// Why an object cannot be had.
pub(super) enum Fault {
    Missing,
    Corrupt(String),
    TooLarge(u64),
}

impl Fault {
    pub fn about(self, id: ObjectId, path: &RepoPath) -> Notification {
        let id = id.to_hex_with_len(12);
        match self {
            Fault::Missing => Notification::new(
                Reason::MissingObject,
                path,
                format!("Object {id} is not in this repository: fetch it, or clone without a filter."),
            ),
            Fault::Corrupt(why) => {
                Notification::new(Reason::CorruptObject, path, format!("Object {id} cannot be read: {why}."))
            }
            Fault::TooLarge(size) => Notification::new(
                Reason::OversizedObject,
                path,
                format!("Object {id} says it has {size} bytes, more than the {} that are read.", super::MOST_DECODED),
            ),
        }
    }
}

/// The bytes of an object of one kind.
pub(super) fn object(repository: &gix::Repository, id: ObjectId, kind: Kind) -> Result<Vec<u8>, Fault> {
    match repository.try_find_object(id) {
        Ok(None) => Err(Fault::Missing),
        Ok(Some(object)) if object.kind == kind => Ok(object.detach().data),
        Ok(Some(object)) => Err(Fault::Corrupt(format!("it is a {}, not a {kind}", object.kind))),
        Err(error) => match repository.try_find_header(id) {
            Ok(Some(header)) if header.size() > super::MOST_DECODED => Err(Fault::TooLarge(header.size())),
            _ => Err(Fault::Corrupt(error.to_string())),
        },
    }
}

/// What git takes for a bare repository.
fn is_bare(folder: &Path) -> bool {
    folder.join("HEAD").is_file() && folder.join("objects").is_dir() && folder.join("refs").is_dir()
}

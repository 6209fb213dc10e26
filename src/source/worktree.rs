//! The files on disk: the walk that `.gitignore` shapes, and every file that git tracks whatever `.gitignore` says.
//!
//! It does not follow links, never opens anything but regular files, and does not look into `.git`.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;

use globset::GlobSet;
use ignore::{DirEntry, WalkBuilder, WalkState};

use super::git;
use crate::model::{Buffer, Listing, Notification, Reason, RepoPath, Snapshot, WHOLE};

/// How the working tree is listed.
#[derive(Clone, Debug)]
pub struct Settings {
    pub root: PathBuf,
    pub gitignore: bool,
    /// Paths that the policy or the command line leaves out, relative to the root.
    pub exclude: GlobSet,
    /// Files that are listed whatever the walk says: the user named them.
    pub named: Vec<RepoPath>,
    /// What is walked; empty is the whole root.
    pub folders: Vec<RepoPath>,
    pub threads: usize,
}

pub struct Worktree {
    settings: Settings,
}

impl Worktree {
    pub fn new(settings: Settings) -> Self {
        Worktree { settings }
    }
}

impl Snapshot for Worktree {
    fn list(&self) -> Listing {
        let mut found = Found::default();
        let tracked = git::tracked(&self.settings.root).unwrap_or_else(|notification| {
            found.notifications.push(notification);
            None
        });
        let is_repository = tracked.is_some();
        let tracked = tracked.unwrap_or_default();
        walk(&self.settings, is_repository, &tracked.submodules, &mut found);
        found.count(Reason::Submodule, tracked.submodules.len() as u64);
        let beside_the_walk = tracked.files.into_iter().chain(self.settings.named.iter().cloned());
        let mut left = beside_the_walk.filter(|path| self.is_file(path)).collect();
        found.files.append(&mut left);
        found.files.sort_unstable();
        found.files.dedup();
        found.into_listing(&self.settings.exclude)
    }

    fn holds(&self, path: &RepoPath) -> bool {
        self.settings.root.join(path.to_path()).symlink_metadata().is_ok()
    }

    fn is_part(&self) -> bool {
        let is_repository = |folder: &Path| folder.join(".git").symlink_metadata().is_ok();
        !is_repository(&self.settings.root) && self.settings.root.ancestors().any(is_repository)
    }

    fn read(&self, path: &RepoPath, buffer: &mut Buffer) -> Result<Option<Box<dyn Read>>, Notification> {
        let failed = |error: io::Error| Notification::new(Reason::Unreadable, path, sentence(&error));
        let mut file = open(&self.settings.root.join(path.to_path())).map_err(failed)?;
        match buffer.fill(&mut file, WHOLE, true).map_err(failed)? {
            true => Ok(None),
            false => Ok(Some(Box::new(file))),
        }
    }
}

impl Worktree {
    fn is_file(&self, path: &RepoPath) -> bool {
        self.settings.root.join(path.to_path()).symlink_metadata().is_ok_and(|metadata| metadata.is_file())
    }
}

#[derive(Default)]
struct Found {
    files: Vec<RepoPath>,
    notifications: Vec<Notification>,
    left_out: BTreeMap<Reason, u64>,
}

impl Found {
    fn count(&mut self, reason: Reason, number: u64) {
        if number > 0 {
            *self.left_out.entry(reason).or_default() += number;
        }
    }

    fn into_listing(mut self, exclude: &GlobSet) -> Listing {
        let before = self.files.len();
        self.files.retain(|path| !exclude.is_match(path.to_path()));
        self.count(Reason::Excluded, (before - self.files.len()) as u64);
        self.notifications.sort();
        Listing { files: self.files, notifications: self.notifications, left_out: self.left_out.into_iter().collect() }
    }
}

/// What a thread of the walk saw.
enum Seen {
    File(RepoPath),
    /// A folder and how many entries it has on disk, whatever the walk shows of them.
    Folder(u64),
    Other(Reason),
    Failed(Notification),
}

fn walk(settings: &Settings, is_repository: bool, submodules: &[RepoPath], found: &mut Found) {
    let pruned = Arc::new(AtomicU64::new(0));
    let walker = {
        let pruned = Arc::clone(&pruned);
        let submodules: Vec<PathBuf> = submodules.iter().map(|path| settings.root.join(path.to_path())).collect();
        let is_ours = move |entry: &DirEntry| {
            let pass = entry.depth() == 0
                || (entry.file_name() != ".git" && !submodules.iter().any(|folder| folder == entry.path()));
            if !pass {
                pruned.fetch_add(1, Ordering::Relaxed);
            }
            pass
        };
        let mut folders = settings.folders.iter().map(|folder| settings.root.join(folder.to_path()));
        let mut builder = WalkBuilder::new(folders.next().unwrap_or_else(|| settings.root.clone()));
        for folder in folders {
            builder.add(folder);
        }
        builder
            .standard_filters(false)
            .git_ignore(settings.gitignore)
            .git_exclude(settings.gitignore)
            // Above a repository nobody's .gitignore counts; without one, only those below the root do.
            .parents(settings.gitignore && is_repository)
            .require_git(false)
            .follow_links(false)
            .threads(settings.threads)
            .filter_entry(is_ours)
            .build_parallel()
    };
    let (sender, receiver) = mpsc::channel();
    walker.run(|| {
        let sender = sender.clone();
        Box::new(move |entry| {
            let seen = match entry {
                Ok(entry) => see(settings, &entry),
                Err(error) => Some(Seen::Failed(unlisted(settings, &error))),
            };
            // The receiver outlives the walk; a failed send could only mean that nobody wants more.
            match seen.is_none_or(|seen| sender.send(seen).is_ok()) {
                true => WalkState::Continue,
                false => WalkState::Quit,
            }
        })
    });
    drop(sender);
    let (mut on_disk, mut shown) = (0, 0);
    for seen in receiver {
        shown += u64::from(!matches!(seen, Seen::Failed(_)));
        match seen {
            Seen::File(path) => found.files.push(path),
            Seen::Folder(entries) => on_disk += entries,
            Seen::Other(reason) => found.count(reason, 1),
            Seen::Failed(notification) => found.notifications.push(notification),
        }
    }
    // A root was shown and is nobody's entry. A folder that .gitignore names counts once.
    let roots = settings.folders.len().max(1) as u64;
    let accounted = (shown + pruned.load(Ordering::Relaxed)).saturating_sub(roots);
    if settings.gitignore {
        found.count(Reason::Ignored, u64::saturating_sub(on_disk, accounted));
    }
}

/// The type comes from the directory entry: nothing is opened here, so that no FIFO can block.
fn see(settings: &Settings, entry: &DirEntry) -> Option<Seen> {
    let kind = entry.file_type()?;
    if kind.is_dir() {
        let entries = if settings.gitignore { std::fs::read_dir(entry.path()).map_or(0, Iterator::count) } else { 0 };
        return Some(Seen::Folder(entries as u64));
    }
    if kind.is_symlink() {
        return Some(Seen::Other(Reason::SymbolicLink));
    }
    match kind.is_file() {
        true => Some(Seen::File(relative(settings, entry.path()))),
        false => Some(Seen::Other(Reason::NotAFile)),
    }
}

fn relative(settings: &Settings, path: &Path) -> RepoPath {
    RepoPath::from_path(path.strip_prefix(&settings.root).unwrap_or(path))
}

fn unlisted(settings: &Settings, error: &ignore::Error) -> Notification {
    let path = path_of(error).map_or_else(|| RepoPath::from(""), |path| relative(settings, path));
    let why = error.io_error().map_or_else(|| format!("{error}."), sentence);
    Notification::new(Reason::Unreadable, &path, why)
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        ignore::Error::Partial(errors) => errors.iter().find_map(path_of),
        _ => None,
    }
}

/// A regular file that is swapped for a link or a FIFO after it was listed neither leads away nor blocks.
#[cfg(unix)]
pub(super) fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_CLOEXEC).open(path)
}

#[cfg(not(unix))]
pub(super) fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

fn sentence(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "No permission to read it.".to_owned(),
        io::ErrorKind::NotFound => "It disappeared while the scan ran.".to_owned(),
        _ => format!("It could not be read: {error}."),
    }
}

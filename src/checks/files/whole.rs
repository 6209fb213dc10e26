//! The tree of files as a check sees it: which are there, what they say, what git would ignore.
//!
//! It does not know whether it lies on a disk, in the index or in a commit.

use super::ci::is_of_ci;
use crate::graph::{FileId, Place};
use crate::model::{Buffer, RepoPath, Snapshot};
use crate::policy::Policy;
use crate::text::Span;

pub struct Whole<'a> {
    /// Sorted.
    pub files: &'a [RepoPath],
    pub snapshot: &'a dyn Snapshot,
    pub policy: &'a Policy,
    pub ignores: &'a dyn Fn(&RepoPath) -> bool,
}

impl Whole<'_> {
    pub fn has(&self, path: &RepoPath) -> bool {
        self.files.binary_search(path).is_ok()
    }

    /// True where people or machines keep house: a folder with none of these is a part of a repository, and what is
    /// missing from it may be elsewhere.
    pub fn is_kept(&self) -> bool {
        const SIGNS: &[&str] = &["contributing", "license", "licence", "makefile", "readme"];
        let is_sign = |path: &RepoPath| {
            let name = String::from_utf8_lossy(path.as_bytes()).to_ascii_lowercase();
            !name.contains('/') && SIGNS.iter().any(|sign| name.split('.').next().unwrap_or_default() == *sign)
        };
        self.files.iter().any(|path| is_of_ci(path) || is_sign(path))
    }

    /// The text of a file that can be read and is text.
    pub fn text(&self, path: &RepoPath) -> Option<String> {
        let mut buffer = Buffer::default();
        self.snapshot.read(path, &mut buffer).ok()?.is_none().then_some(())?;
        String::from_utf8(buffer.bytes().to_vec()).ok()
    }

    /// A place in one of the files.
    pub fn place(&self, path: &RepoPath, span: Span) -> Option<Place> {
        let index = self.files.binary_search(path).ok()?;
        Some(Place::new(FileId::try_from(index).ok()?, span))
    }
}

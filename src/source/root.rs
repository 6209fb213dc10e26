//! From the paths a user typed to the root that is looked at.
//!
//! It does not read anything but names.

use std::io;
use std::path::{Path, PathBuf};

use crate::model::RepoPath;

/// The file that marks a root and holds its settings.
pub const POLICY_FILE: &str = "tightlip.yaml";

/// What is looked at, and which part of it is reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    pub folder: PathBuf,
    /// The asked paths, relative to the folder; the empty path is all of it.
    pub scope: Vec<RepoPath>,
    /// The policy file that was found on the way up.
    pub policy: Option<PathBuf>,
    /// False when neither a policy nor a repository says where the tree ends: what lies outside may matter.
    pub is_whole: bool,
}

/// The root of `paths`: the nearest folder above all of them that holds `tightlip.yaml`, else the repository's, else
/// the deepest folder that holds them all.
pub fn find_root(paths: &[PathBuf]) -> io::Result<Root> {
    let asked: Vec<PathBuf> = paths.iter().map(|path| path.canonicalize_keeping_link()).collect::<io::Result<_>>()?;
    let start = common_folder(&asked);
    let with_policy = start.ancestors().find(|folder| folder.join(POLICY_FILE).is_file());
    let repository = repository_above(&start);
    // A policy above the repository belongs to somebody else.
    let with_policy = with_policy.filter(|folder| repository.is_none_or(|top| folder.starts_with(top)));
    let folder = with_policy.or(repository).unwrap_or(&start).to_path_buf();
    let scope = asked.iter().filter_map(|path| path.strip_prefix(&folder).ok()).map(RepoPath::from_path).collect();
    Ok(Root {
        policy: with_policy.map(|folder| folder.join(POLICY_FILE)),
        is_whole: with_policy.or(repository).is_some(),
        folder,
        scope,
    })
}

/// The nearest folder at or above `folder` that git would take for a working tree: an empty `.git` is none.
pub fn repository_above(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|above| {
        let git = above.join(".git");
        git.is_file() || git.join("HEAD").is_file()
    })
}

trait Canonical {
    fn canonicalize_keeping_link(&self) -> io::Result<PathBuf>;
}

impl Canonical for PathBuf {
    /// The parent is resolved, the last part stays: a link named on the command line is reported as a link.
    fn canonicalize_keeping_link(&self) -> io::Result<PathBuf> {
        let is_link = self.symlink_metadata()?.file_type().is_symlink();
        match (is_link && !self.is_dir(), self.parent(), self.file_name()) {
            (true, Some(parent), Some(name)) => {
                let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
                Ok(parent.canonicalize()?.join(name))
            }
            _ => self.canonicalize(),
        }
    }
}

fn common_folder(paths: &[PathBuf]) -> PathBuf {
    let folder = |path: &PathBuf| match path.is_dir() {
        true => path.clone(),
        false => path.parent().map_or_else(|| path.clone(), Path::to_path_buf),
    };
    let mut folders = paths.iter().map(folder);
    let first = folders.next().unwrap_or_default();
    folders.fold(first, |common, folder| {
        let shared = common.ancestors().find(|ancestor| folder.starts_with(ancestor));
        shared.unwrap_or(Path::new("/")).to_path_buf()
    })
}

//! The rules that lie in a repository itself: `.tightlip/rules/` at its root, read from disk or from a tree of git.
//!
//! It does not know what the rules look for.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::output::Failure;
use crate::catalog::{Catalog, CatalogError};
use crate::model::{Buffer, RepoPath, Snapshot};
use crate::source::git::ObjectTree;

/// Where they lie, from the root.
pub const FOLDER: &str = ".tightlip/rules";

/// Each file as messages name it, and what it says.
pub type RuleFiles = Vec<(PathBuf, String)>;

/// The rule files at the root `folder`. Links are not followed: they could lead anywhere.
pub fn on_disk(folder: &Path) -> Result<RuleFiles, Failure> {
    let rules = folder.join(FOLDER);
    let told = |error: std::io::Error| Failure::new(format!("{}: {error}", rules.display()));
    let is_link = |path: &Path| path.symlink_metadata().is_ok_and(|it| it.file_type().is_symlink());
    if is_link(&rules) || rules.parent().is_some_and(is_link) {
        return Ok(Vec::new());
    }
    let entries = match std::fs::read_dir(&rules) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(Vec::new()),
        entries => entries.map_err(told)?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let entry = entry.map_err(told)?;
        if entry.file_type().map_err(told)?.is_file() && is_rule_file(&entry.path()) {
            files.push((entry.path(), std::fs::read_to_string(entry.path()).map_err(told)?));
        }
    }
    files.sort();
    Ok(files)
}

/// The rule files of a tree, below its folder `root`; `whose` names the tree for the user.
pub fn in_tree(tree: &ObjectTree, root: &RepoPath, whose: &str) -> Result<RuleFiles, Failure> {
    let Some(folder) = root.join(FOLDER.as_bytes()) else { return Ok(Vec::new()) };
    let mut files = Vec::new();
    let is_own = |path: &&RepoPath| path.parent() == folder && is_rule_file(&path.to_path());
    for path in tree.list().files.iter().filter(is_own) {
        let mut buffer = Buffer::default();
        tree.read(path, &mut buffer).map_err(|notification| Failure::new(notification.message))?;
        let text = String::from_utf8_lossy(buffer.bytes()).into_owned();
        files.push((path.to_path().into_owned(), text));
    }
    // Messages name the tree as well: the file on disk may say something else.
    let named = |(path, text): (PathBuf, String)| (Path::new(&format!("{whose}:")).join(path), text);
    Ok(files.into_iter().map(named).collect())
}

/// The built-in rules, those of `folder`, and those of `files`.
pub fn catalog(folder: Option<&Path>, files: &[(PathBuf, String)]) -> Result<Catalog, Failure> {
    let refused = |errors: Vec<CatalogError>| Failure::all(errors.iter().map(ToString::to_string));
    let built_in = Catalog::built_in();
    let Some(folder) = folder else { return built_in.with_files(files).map_err(refused) };
    let real = folder.canonicalize().ok();
    let is_same =
        |(path, _): &(PathBuf, String)| real.is_some() && path.parent().and_then(|it| it.canonicalize().ok()) == real;
    let catalog = built_in.with_folder(folder).map_err(refused)?;
    match files.iter().any(is_same) {
        true => Ok(catalog),
        false => catalog.with_files(files).map_err(refused),
    }
}

fn is_rule_file(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "yaml")
}

//! The names from which history is reached: branches, tags, remotes, stash, notes, pull requests, detached heads.
//!
//! It does not know commits; a name that leads nowhere is said, not followed.

use std::collections::BTreeSet;

use gix::refs::TargetRef;

use crate::model::{Notification, Reason};

/// Where a repository's names lead.
#[derive(Debug, Default)]
pub struct Tips {
    /// Ids of commits, tags and whatever else somebody gave a name to; sorted, each once.
    pub ids: BTreeSet<Vec<u8>>,
    /// Where the default branch ends.
    pub default_branch: Option<Vec<u8>>,
    pub notifications: Vec<Notification>,
}

/// Names that most repositories give to their default branch, where no HEAD says it.
const USUAL: &[&str] =
    &["refs/remotes/origin/main", "refs/heads/main", "refs/remotes/origin/master", "refs/heads/master"];

impl Tips {
    /// All names, or those that `branches` asks for: a full name, or a branch's.
    pub fn of(repository: &gix::Repository, branches: &[String]) -> Result<Tips, String> {
        let mut tips = Tips::default();
        let platform = repository.references().map_err(|error| format!("the refs cannot be read: {error}"))?;
        let all = platform.all().map_err(|error| format!("the refs cannot be read: {error}"))?;
        let mut found = vec![false; branches.len()];
        for reference in all {
            let reference = match reference {
                Ok(reference) => reference,
                Err(error) => {
                    let message =
                        format!("A ref could not be read, so nothing was looked at that only it names: {error}");
                    tips.notifications.push(Notification {
                        path: None,
                        position: None,
                        reason: Reason::Unreadable,
                        message,
                    });
                    continue;
                }
            };
            let name = reference.name().as_bstr().to_string();
            let TargetRef::Object(id) = reference.target() else { continue };
            let asked = branches.iter().position(|branch| is_named(&name, branch));
            if let Some(asked) = asked {
                found[asked] = true;
            }
            if branches.is_empty() || asked.is_some() {
                tips.ids.insert(id.as_bytes().to_vec());
            }
        }
        if let Some(missing) = branches.iter().zip(&found).find(|(_, found)| !**found) {
            return Err(format!("there is no branch `{}`", missing.0));
        }
        if branches.is_empty() {
            tips.ids.extend(heads(repository));
        }
        tips.default_branch = default_branch(repository);
        Ok(tips)
    }
}

/// `main` is `refs/heads/main` and `refs/remotes/main`, such as `origin/main`.
fn is_named(name: &str, asked: &str) -> bool {
    name == asked
        || ["refs/heads/", "refs/remotes/", "refs/tags/", "refs/"]
            .iter()
            .any(|folder| name.strip_prefix(folder) == Some(asked))
}

/// HEAD of the repository and of its linked worktrees, where they are detached.
fn heads(repository: &gix::Repository) -> Vec<Vec<u8>> {
    let folder = repository.common_dir();
    let worktrees = std::fs::read_dir(folder.join("worktrees")).into_iter().flatten().flatten();
    let files = worktrees.map(|worktree| worktree.path().join("HEAD")).chain([folder.join("HEAD")]);
    files.filter_map(|file| data_encoding::HEXLOWER.decode(std::fs::read(file).ok()?.trim_ascii()).ok()).collect()
}

/// What the remote says first; a clone's HEAD is where its owner works.
fn default_branch(repository: &gix::Repository) -> Option<Vec<u8>> {
    let follow = |name: &str| {
        let reference = repository.try_find_reference(name).ok()??;
        let target = match reference.target() {
            TargetRef::Object(id) => return Some(id.as_bytes().to_vec()),
            TargetRef::Symbolic(name) => name.as_bstr().to_string(),
        };
        let reference = repository.try_find_reference(target.as_str()).ok()??;
        match reference.target() {
            TargetRef::Object(id) => Some(id.as_bytes().to_vec()),
            TargetRef::Symbolic(_) => None,
        }
    };
    let is_bare = repository.workdir().is_none();
    let head = if is_bare { follow("HEAD") } else { None };
    let names = std::iter::once("refs/remotes/origin/HEAD").chain(USUAL.iter().copied()).chain(["HEAD"]);
    head.or_else(|| names.into_iter().find_map(follow))
}

#[cfg(test)]
mod tests {
    use super::is_named;

    #[test]
    fn a_branch_is_known_by_its_short_name_too() {
        for asked in ["main", "refs/heads/main", "heads/main"] {
            assert!(is_named("refs/heads/main", asked), "{asked}");
        }
        assert!(is_named("refs/remotes/origin/main", "origin/main"));
        assert!(!is_named("refs/heads/feature/main", "main"));
    }
}

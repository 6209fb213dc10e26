//! `check --staged` and `check --since`: which trees are compared, and whose policy judges them.
//!
//! It does not know how trees are compared.

use std::path::{Path, PathBuf};

use super::args::Check;
use super::check::{PolicyFile, excluded, prepare};
use super::output::Failure;
use crate::engine::{self, Plan};
use crate::model::{Buffer, Notification, Reason, RepoPath, Report, Snapshot};
use crate::source::POLICY_FILE;
use crate::source::git::{Comparison, NoRange, ObjectTree, Repository};

/// The index that git hands to a hook; nothing else of the environment counts.
const OWN_INDEX: &str = "GIT_INDEX_FILE";

pub fn staged(arguments: &Check) -> Result<Report, Failure> {
    let repository = repository_of(&arguments.paths)?;
    let mut comparison = repository.staged(std::env::var_os(OWN_INDEX)).map_err(Failure::new)?;
    let plan = plan_for(arguments, &repository, &mut comparison)?;
    let mut report = engine::introduced(&comparison, &plan);
    if comparison.is_empty() {
        report.notifications.push(said(Reason::NothingStaged, "Nothing is staged: there was nothing to look at."));
    }
    Ok(report)
}

pub fn range(arguments: &Check) -> Result<Report, Failure> {
    let base = arguments.since.clone().unwrap_or_default();
    between(arguments, &repository_of(&arguments.paths)?, &[base], &arguments.head)
}

/// What `head` has and none of `bases`: without any, all of its history.
pub fn between(arguments: &Check, repository: &Repository, bases: &[String], head: &str) -> Result<Report, Failure> {
    let mut range = match repository.range(bases, head) {
        Ok(range) => range,
        Err(NoRange::Head(why)) => return Err(Failure::new(why)),
        Err(NoRange::Base(why)) => return Ok(without_base(&why)),
    };
    let plan = plan_for(arguments, repository, &mut range.ends)?;
    range.commits.iter_mut().for_each(|commit| commit.comparison.leave_out(&range.ends.after.exclude));
    let mut report = engine::range(&range, &plan);
    if range.commits.is_empty() {
        let message = format!("{head} brings no commit that is not in the base: there was nothing to look at.");
        report.notifications.push(said(Reason::EmptyRange, message));
    }
    Ok(report)
}

/// Nothing can be said of what a range brings while its beginning is not there.
fn without_base(why: &str) -> Report {
    let message = format!(
        "Nothing was compared: {why}. Fetch the history that it needs: `fetch-depth: 0` for actions/checkout, \
         `GIT_DEPTH: 0` for GitLab, `git fetch --unshallow` elsewhere."
    );
    let mut report = Report { notifications: vec![said(Reason::MissingBase, message)], ..Report::default() };
    report.coverage.reasons.insert(Reason::MissingBase, 1);
    report
}

/// The policy file of a revision, for the root at `folder`.
pub fn policy_of(revision: &str, folder: &Path) -> Result<Option<PolicyFile>, Failure> {
    let repository = Repository::around(folder).map_err(Failure::new)?;
    let below = repository.top().and_then(|top| folder.strip_prefix(top).ok()).map(RepoPath::from_path);
    let path = below.unwrap_or_else(|| RepoPath::from("")).join(POLICY_FILE.as_bytes());
    policy_at(&repository, revision, &path.unwrap_or_else(|| RepoPath::from(POLICY_FILE)))
}

fn policy_at(repository: &Repository, revision: &str, path: &RepoPath) -> Result<Option<PolicyFile>, Failure> {
    let tree = repository.tree_of(revision).map_err(Failure::new)?;
    policy_in(&tree, path, revision)
}

/// The policy that stands in a tree; `whose` names the tree for the user.
fn policy_in(tree: &ObjectTree, path: &RepoPath, whose: &str) -> Result<Option<PolicyFile>, Failure> {
    if !tree.holds(path) {
        return Ok(None);
    }
    let mut buffer = Buffer::default();
    tree.read(path, &mut buffer).map_err(|notification| Failure::new(notification.message))?;
    let text = String::from_utf8_lossy(buffer.bytes()).into_owned();
    let (folder, tree) = (path.parent(), tree.clone());
    let beside = move |name: &str| {
        let path = folder.join(name.as_bytes()).filter(|path| tree.holds(path));
        let path = path.ok_or_else(|| format!("{name} is not there"))?;
        let mut buffer = Buffer::default();
        tree.read(&path, &mut buffer).map_err(|notification| notification.message)?;
        Ok(String::from_utf8_lossy(buffer.bytes()).into_owned())
    };
    Ok(Some(PolicyFile::Object(format!("{path} of {whose}"), text, Box::new(beside))))
}

/// The repository around the first path: one call looks at one repository.
fn repository_of(paths: &[PathBuf]) -> Result<Repository, Failure> {
    let here = PathBuf::from(".");
    let path = paths.first().unwrap_or(&here);
    let folder = if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(path) };
    let folder = if folder.as_os_str().is_empty() { here.as_path() } else { folder };
    Repository::around(folder).map_err(Failure::new)
}

/// The plan by the policy of the later tree, and the comparison without what that policy leaves out.
fn plan_for(arguments: &Check, repository: &Repository, comparison: &mut Comparison) -> Result<Plan, Failure> {
    let path = RepoPath::from(POLICY_FILE);
    let file = match &arguments.policy_from {
        Some(revision) => policy_at(repository, revision, &path)?,
        None if arguments.staged => policy_in(&comparison.after, &path, "the index")?,
        None => policy_in(&comparison.after, &path, &arguments.head)?,
    };
    let (mut plan, policy) = prepare(&arguments.scan, &arguments.output, file)?;
    plan.scope = scope(repository, &arguments.paths)?;
    comparison.leave_out(&excluded(&arguments.scan, &policy)?);
    Ok(plan)
}

/// The asked paths below the root. The current folder is none: a commit has no folder that it is made in.
fn scope(repository: &Repository, paths: &[PathBuf]) -> Result<Vec<RepoPath>, Failure> {
    let top = repository.top().unwrap_or(repository.git_dir());
    let below = |path: &PathBuf| {
        let full = std::path::absolute(path).map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
        let full = full.canonicalize().unwrap_or(full);
        let outside = || Failure::new(format!("{} is not in the repository {}", path.display(), top.display()));
        full.strip_prefix(top).map(RepoPath::from_path).map_err(|_| outside())
    };
    paths.iter().filter(|path| path.as_path() != Path::new(".")).map(below).collect()
}

fn said(reason: Reason, message: impl Into<String>) -> Notification {
    Notification { path: None, position: None, reason, message: message.into() }
}

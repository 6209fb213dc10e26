//! What bindings want to know of a run: the environment that is asked for, the branches, the repository's name.
//!
//! It does not know what is bound to them.

use std::path::Path;

use super::args::Scan;
use crate::policy::{Bindings, Circumstances};
use crate::source::git::Repository;

/// Where pipelines say which branch a change is to be merged into.
const TARGET: &[&str] = &[
    "GITHUB_BASE_REF",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
    "BITBUCKET_PR_DESTINATION_BRANCH",
    "SYSTEM_PULLREQUEST_TARGETBRANCHNAME",
    "CHANGE_TARGET",
];

/// Where pipelines that check out a commit say which branch it is of.
const CURRENT: &[&str] = &["GITHUB_REF_NAME", "CI_COMMIT_BRANCH", "BITBUCKET_BRANCH", "BRANCH_NAME"];

/// Where pipelines say what the repository is called, with or without its owner.
const NAME: &[&str] = &["GITHUB_REPOSITORY", "CI_PROJECT_NAME", "BITBUCKET_REPO_SLUG"];

/// `base` is the revision that a range starts from. A repository is opened only where a binding asks for it.
pub fn circumstances(scan: &Scan, bindings: &Bindings, folder: &Path, base: Option<&str>) -> Circumstances {
    let today = bindings.circumstances.today;
    let mut run = Circumstances { environment: scan.env.clone(), today, ..Circumstances::default() };
    if bindings.list.iter().any(|(_, binding)| !binding.branch.is_empty()) {
        let base = base.map(|base| base.strip_prefix("origin/").unwrap_or(base).to_owned());
        run.target_branch = base.or_else(|| first_of(TARGET));
        let here = Repository::around(folder).ok().and_then(|repository| repository.branch());
        run.current_branch = here.or_else(|| first_of(CURRENT));
    }
    if bindings.list.iter().any(|(_, binding)| binding.repository) {
        let folder_name = || Some(folder.canonicalize().ok()?.file_name()?.to_string_lossy().into_owned());
        let named = first_of(NAME).and_then(|name| name.rsplit('/').next().map(str::to_owned));
        run.repository = named.or_else(folder_name);
    }
    run
}

fn first_of(variables: &[&str]) -> Option<String> {
    variables.iter().filter_map(|name| std::env::var(name).ok()).find(|value| !value.is_empty())
}

//! What a range of commits brings: the difference of its ends, and the secrets that any commit in between held.
//!
//! It does not know how commits are walked.

use std::collections::{BTreeMap, HashSet};

use rayon::prelude::*;

use super::difference::{Gathered, between_trees, in_commit, is_leak, known_at, layout_of};
use super::side::Cache;
use super::{Plan, conclude, in_parallel};
use crate::engine::examine::Outcome;
use crate::graph::Layout;
use crate::model::{Attribution, Class, Finding, Fingerprint, Notification, Place, RepoPath, Report};
use crate::source::git::{Commit, Range};

/// Paths that one finding names.
const MOST_PATHS: usize = 20;

/// Everything that the range introduces, each secret with the first commit that did.
pub fn range(range: &Range, plan: &Plan) -> Report {
    in_parallel(plan.threads, || {
        let layout = layout_of(
            std::iter::once(&range.ends).chain(range.commits.iter().map(|commit| &commit.comparison)),
            &range.ends.after,
        );
        let cache = Cache::default();
        let mut gathered = between_trees(&range.ends, plan, &layout, &cache);
        let brought = range.commits.par_iter().map(|commit| in_commit(&commit.comparison, plan, &layout, &cache));
        let brought: Vec<_> = brought.collect();
        let introductions = introductions(range, &brought);
        for finding in gathered.outcomes.iter_mut().flat_map(|outcome| &mut outcome.findings).filter(|it| is_leak(it)) {
            let introduced = introductions.get(&finding.fingerprint);
            finding.history = introduced.map(|introduced| introduced.attribution(range, finding, true));
        }
        Passing { range, plan, layout: &layout, cache: &cache }.gather(brought, &introductions, &mut gathered);
        gathered.notifications.extend(range.notifications.iter().cloned());
        let mut report = conclude(gathered.notifications, &gathered.left_out, gathered.outcomes);
        report.coverage.commits = Some(range.commits.len() as u64);
        report
    })
}

/// What one commit brings, by file, and what of it could not be read.
type Brought = (Vec<(RepoPath, Outcome)>, Vec<Notification>);

/// The first commit of the range that brought a secret.
struct Introduction {
    commit: usize,
    /// Every place in which a commit brought it.
    paths: Vec<RepoPath>,
}

fn introductions(range: &Range, brought: &[Brought]) -> BTreeMap<Fingerprint, Introduction> {
    let mut introductions: BTreeMap<Fingerprint, Introduction> = BTreeMap::new();
    for (commit, (files, _)) in brought.iter().enumerate().take(range.commits.len()) {
        for (path, outcome) in files {
            for finding in outcome.findings.iter().filter(|finding| is_leak(finding)) {
                let new = Introduction { commit, paths: Vec::new() };
                let paths = &mut introductions.entry(finding.fingerprint).or_insert(new).paths;
                if !paths.contains(path) {
                    paths.push(path.clone());
                }
            }
        }
    }
    introductions
}

impl Introduction {
    fn attribution(&self, range: &Range, finding: &Finding, present: bool) -> Attribution {
        let commit: &Commit = &range.commits[self.commit];
        let mut paths = self.paths.clone();
        paths.push(finding.location.origin.path.clone());
        paths.sort();
        paths.dedup();
        let more_paths = paths.len().saturating_sub(MOST_PATHS) as u64;
        paths.truncate(MOST_PATHS);
        Attribution {
            place: Place::File,
            object: commit.content(&finding.location.origin.path),
            commit: commit.id.clone(),
            author: commit.author.clone(),
            date: commit.date.clone(),
            paths,
            more_paths,
            present,
            on_default_branch: commit.on_default_branch,
        }
    }
}

/// What came inside the range and is gone at its end.
struct Passing<'a> {
    range: &'a Range,
    plan: &'a Plan,
    layout: &'a Layout,
    cache: &'a Cache,
}

impl Passing<'_> {
    fn gather(
        &self,
        brought: Vec<Brought>,
        introductions: &BTreeMap<Fingerprint, Introduction>,
        gathered: &mut Gathered,
    ) {
        let findings = gathered.outcomes.iter().flat_map(|outcome| &outcome.findings);
        let mut told: HashSet<Fingerprint> = findings.map(|finding| finding.fingerprint).collect();
        let after = &self.range.ends.after;
        let mut seen: HashSet<_> = gathered.paths.iter().map(|path| (path.clone(), after.content(path))).collect();
        let mut said: HashSet<Notification> = HashSet::new();
        for (commit, (files, unread)) in self.range.commits.iter().zip(brought) {
            said.extend(unread);
            for (path, mut outcome) in files {
                outcome.findings.retain(|finding| is_leak(finding) && !told.contains(&finding.fingerprint));
                outcome.findings.retain(|finding| !self.is_old(&path, finding) && told.insert(finding.fingerprint));
                for finding in &mut outcome.findings {
                    let introduced = introductions.get(&finding.fingerprint);
                    finding.history = introduced.map(|it| it.attribution(self.range, finding, false));
                }
                said.extend(outcome.notifications.drain(..).filter(|said| said.class() == Class::Incomplete));
                if !seen.insert((path.clone(), commit.comparison.after.content(&path))) {
                    // The same content was counted already.
                    outcome = Outcome { findings: outcome.findings, ..Outcome::default() };
                }
                gathered.outcomes.push(outcome);
            }
        }
        said.retain(|notification| !gathered.notifications.contains(notification));
        gathered.notifications.extend(said);
    }

    /// True for what the same file held before the range, or holds at its end as old news.
    fn is_old(&self, path: &RepoPath, finding: &Finding) -> bool {
        let ends = &self.range.ends;
        let trees = ends.parents.iter().map(|parent| &parent.tree).chain([&ends.after]);
        trees.into_iter().any(|tree| known_at(tree, path, finding.fingerprint, self.plan, self.layout, self.cache))
    }
}

//! A tree that is looked at again and again while somebody writes in it: what a file comes to is kept until it says
//! something else.
//!
//! It does not know who writes. A file that comes or goes moves the numbers of all others in the graph: such a tree is
//! opened anew.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::examine::{Examiner, Outcome, Pass};
use super::{Plan, conclude, graph, in_parallel, merge, survey};
use crate::graph::{Layout, is_kustomization};
use crate::model::{Buffer, Finding, Listing, Names, RepoPath, Report, Snapshot};

pub struct Session {
    plan: Plan,
    listing: Listing,
    layout: Layout,
    /// One for each file of the listing.
    outcomes: Vec<Outcome>,
}

impl Session {
    /// Looks at every file of `snapshot`.
    pub fn open(snapshot: &dyn Snapshot, plan: Plan) -> Session {
        let listing = snapshot.list();
        let layout = survey(snapshot, &listing.files);
        let mut session = Session { plan, listing, layout, outcomes: Vec::new() };
        session.outcomes = session.examine(snapshot, &session.listing.files);
        session
    }

    /// Looks at a file again. False where it is none of the tree's: the tree is to be opened anew if that is to change.
    pub fn look_again(&mut self, snapshot: &dyn Snapshot, path: &RepoPath) -> bool {
        let Ok(index) = self.listing.files.binary_search(path) else { return false };
        let mut moved = BTreeSet::from([index]);
        if is_kustomization(path) {
            let layout = survey(snapshot, &self.listing.files);
            let before = std::mem::replace(&mut self.layout, layout);
            moved.extend(self.judged_otherwise_than(&before));
        }
        let paths: Vec<RepoPath> = moved.iter().map(|&index| self.listing.files[index].clone()).collect();
        for (index, outcome) in moved.into_iter().zip(self.examine(snapshot, &paths)) {
            self.outcomes[index] = outcome;
        }
        true
    }

    /// True for a file that the tree was opened with.
    pub fn holds(&self, path: &RepoPath) -> bool {
        self.listing.files.binary_search(path).is_ok()
    }

    /// What one file says against itself, whatever its deployments come to.
    pub fn findings_in(&self, path: &RepoPath) -> Vec<Finding> {
        let index = self.listing.files.binary_search(path).ok();
        index.map_or_else(Vec::new, |index| merge::yielding(self.outcomes[index].findings.clone()))
    }

    /// What the whole tree comes to: the same as a check of it.
    pub fn report(&self, snapshot: &dyn Snapshot) -> Report {
        let mut outcomes = self.outcomes.clone();
        let outcomes = in_parallel(self.plan.threads, || {
            graph::run(snapshot, &self.examiner(), &mut outcomes);
            outcomes
        });
        conclude(self.listing.notifications.clone(), &self.listing.left_out, outcomes)
    }

    /// What the deployments of the tree can be asked for by name.
    pub fn names(&self) -> Names {
        in_parallel(self.plan.threads, || graph::names(&self.examiner(), self.outcomes.clone()))
    }

    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The files that the layout takes for something else than `before` did.
    fn judged_otherwise_than(&self, before: &Layout) -> impl Iterator<Item = usize> {
        let is_other = |path: &RepoPath| {
            self.layout.role(path) != before.role(path) || self.layout.is_input(path) != before.is_input(path)
        };
        self.listing.files.iter().enumerate().filter(move |(_, path)| is_other(path)).map(|(index, _)| index)
    }

    fn examine(&self, snapshot: &dyn Snapshot, paths: &[RepoPath]) -> Vec<Outcome> {
        let examiner = self.examiner();
        let examine = |buffer: &mut Buffer, path: &RepoPath| examiner.as_asked(snapshot, path, buffer);
        match paths {
            [only] => vec![examine(&mut Buffer::default(), only)],
            _ => in_parallel(self.plan.threads, || paths.par_iter().map_init(Buffer::default, examine).collect()),
        }
    }

    fn examiner(&self) -> Examiner<'_> {
        Examiner { pass: Pass::default(), plan: &self.plan, layout: &self.layout, files: &self.listing.files }
    }
}

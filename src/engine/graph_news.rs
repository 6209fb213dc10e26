//! What the graph of a tree says and those of the trees before it did not.
//!
//! It does not know which deployments a change reaches: where that cannot be told for sure, all of each tree are built.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::difference::Known;
use super::examine::Outcome;
use super::reach::Reach;
use super::side::{Alike, Parts, Side};
use crate::model::{Finding, RepoPath};

/// The findings of the graph in `later` that each of the earlier trees lacks; outside of `changed` they are all alike.
pub fn of(later: &Side, earlier: &[&Side], changed: &BTreeSet<&RepoPath>) -> Vec<Finding> {
    let reach = Reach::of(later, earlier, changed);
    reach.and_then(|reach| within(&reach, later, earlier, changed)).unwrap_or_else(|| {
        let parts = later.parts(|_| true, None);
        let known = Alike { side: later, parts: &parts, changed };
        let found = later.graph_findings(parts.clone()).0;
        earlier.iter().fold(found, |found, side| match found.is_empty() {
            true => found,
            false => lacking(found, side.graph_findings(side.parts(|_| true, Some(&known))).0),
        })
    })
}

/// The same, from what is in reach alone; `None` where more turns out to be.
fn within(reach: &Reach, later: &Side, earlier: &[&Side], changed: &BTreeSet<&RepoPath>) -> Option<Vec<Finding>> {
    let all = |side: &Side, parts: Parts| {
        let (found, charts_stand_alone) = side.graph_findings(parts);
        charts_stand_alone.then_some(found)
    };
    let parts = later.parts(|path| reach.holds(path), None);
    let known = Alike { side: later, parts: &parts, changed };
    let found = earlier.iter().try_fold(all(later, parts.clone())?, |found, side| {
        let parts = side.parts(|path| reach.holds(path), Some(&known));
        Some(lacking(found, all(side, parts)?))
    })?;
    let is_of_tree = |finding: &Finding| {
        let mut checks = later.plan.checks.iter();
        checks.any(|(check, rule)| rule.id == finding.rule.id && check.is_of_tree())
    };
    // What a chart takes in from another one can be told of it for several of its users.
    let is_settled = |finding: &Finding| is_of_tree(finding) || reach.is_for(&finding.location.origin.path);
    found.iter().all(is_settled).then_some(found)
}

/// Those of `found` that are not in `before`, as multisets.
fn lacking(mut found: Vec<Finding>, before: Vec<Finding>) -> Vec<Finding> {
    let (root, mut known) = (RepoPath::from(""), Known::default());
    known.learn(vec![(&root, Arc::new(Outcome { findings: before, ..Outcome::default() }))], &mut Vec::new());
    found.retain(|finding| !known.take(finding, |_| true));
    found
}

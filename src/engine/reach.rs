//! How far a change reaches: of which charts the deployments may differ between two trees.
//!
//! It does not build them, and it knows charts only: where anything else differs, or one deployment may decide about
//! another, it has no answer.

use std::collections::BTreeSet;

use super::side::{Alike, Side};
use crate::document::Role;
use crate::graph::{Contents, Inventory, has_releases, is_about_chart, is_same, users, with_dependencies};
use crate::model::RepoPath;

/// The charts that a change can matter to.
#[derive(Default)]
pub struct Reach {
    charts: BTreeSet<RepoPath>,
    /// The same with all that they take in.
    needed: BTreeSet<RepoPath>,
    /// Manifests outside of charts may ask for what a chart makes.
    others: BTreeSet<RepoPath>,
}

impl Reach {
    /// `None` where everything is to be built.
    pub fn of(later: &Side, earlier: &[&Side], changed: &BTreeSet<&RepoPath>) -> Option<Reach> {
        let sides: Vec<&Side> = std::iter::once(later).chain(earlier.iter().copied()).collect();
        if later.plan.renderer.is_some() {
            return None;
        }
        let differing = said_otherwise(later, earlier, changed);
        let stays = |path: &&RepoPath| sides.iter().all(|side| side.layout.exists(path));
        if differing.is_empty() && changed.iter().all(stays) {
            return Some(Reach::default());
        }
        if later.plan.policy.looks_across() || !sides.iter().all(holds_charts_only) {
            return None;
        }
        let touched = touched(&sides, &differing)?;
        if touched.is_empty() {
            return Some(Reach::default());
        }
        let parts = later.parts(|path| says_what_is_made(later, path), None);
        let alike = Alike { side: later, parts: &parts, changed };
        let of = |side: &Side| side.parts(|path| says_what_is_made(side, path), Some(&alike));
        let known: Vec<(&Side, Inventory)> = sides.iter().map(|side| (*side, of(side).inventory())).collect();
        if known.iter().any(|(side, inventory)| has_releases(inventory, &side.layout)) {
            return None;
        }
        let users = |(side, inventory): &(&Side, Inventory)| users(inventory, &side.layout, touched.clone());
        let charts: BTreeSet<RepoPath> = known.iter().flat_map(users).collect();
        let needed =
            |(side, inventory): &(&Side, Inventory)| with_dependencies(inventory, &side.layout, charts.clone());
        let needed = known.iter().flat_map(needed).collect();
        let others = known.iter().flat_map(|(side, inventory)| outside_of_charts(side, inventory)).collect();
        Some(Reach { charts, needed, others })
    }

    /// True for a file that what is in reach is made from.
    pub fn holds(&self, path: &RepoPath) -> bool {
        self.others.contains(path) || is_in(path, &self.needed)
    }

    /// True for a file of which only deployments in reach can say anything.
    pub fn is_for(&self, path: &RepoPath) -> bool {
        is_in(path, &self.charts)
    }
}

fn is_in(path: &RepoPath, folders: &BTreeSet<RepoPath>) -> bool {
    let above = |folder: &RepoPath| (!folder.as_bytes().is_empty()).then(|| folder.parent());
    std::iter::successors(Some(path.parent()), above).any(|folder| folders.contains(&folder))
}

fn holds_charts_only(side: &&Side) -> bool {
    side.layout.kustomizations().is_empty()
}

/// The changed files that say something else to the graph than in one of the earlier trees.
fn said_otherwise(later: &Side, earlier: &[&Side], changed: &BTreeSet<&RepoPath>) -> Vec<RepoPath> {
    let is_there = |path: &&&RepoPath| later.layout.exists(path) || earlier.iter().any(|side| side.layout.exists(path));
    let paths: Vec<RepoPath> = changed.iter().filter(is_there).map(|path| (*path).clone()).collect();
    let after = later.contents(&paths);
    let differs: Vec<Vec<bool>> = earlier.iter().map(|side| differs(&paths, &after, &side.contents(&paths))).collect();
    let numbered = paths.into_iter().enumerate();
    numbered.filter(|(at, _)| differs.iter().any(|differs| differs[*at])).map(|(_, path)| path).collect()
}

fn differs(paths: &[RepoPath], after: &[Option<Contents>], before: &[Option<Contents>]) -> Vec<bool> {
    let differs = |(path, (after, before)): (&RepoPath, (&Option<Contents>, &Option<Contents>))| match (after, before) {
        (Some(after), Some(before)) => !is_same(path, after, before),
        (after, before) => after.is_some() || before.is_some(),
    };
    paths.iter().zip(after.iter().zip(before)).map(differs).collect()
}

/// The charts that hold one of these files; `None` where one lies in none, or where files that did not change became part
/// of a chart or ceased to be.
fn touched(sides: &[&Side], paths: &[RepoPath]) -> Option<BTreeSet<RepoPath>> {
    let mut touched = BTreeSet::new();
    for (side, other) in sides.iter().flat_map(|side| sides.iter().map(move |other| (side, other))) {
        let theirs = other.layout.charts();
        let mut new = side.layout.charts().iter().filter(|chart| theirs.binary_search(chart).is_err());
        if new.any(|chart| other.layout.below(chart).next().is_some()) {
            return None;
        }
    }
    for side in sides {
        for path in paths.iter().filter(|path| side.layout.exists(path)) {
            let above: Vec<RepoPath> = side.layout.charts_above(path).collect();
            if above.is_empty() {
                return None;
            }
            touched.extend(above);
        }
    }
    Some(touched)
}

/// True for what tells how charts belong together and who else deploys something.
fn says_what_is_made(side: &Side, path: &RepoPath) -> bool {
    *side.layout.role(path) == Role::Plain || is_about_chart(path)
}

fn outside_of_charts<'s>(side: &'s Side, inventory: &'s Inventory) -> impl Iterator<Item = RepoPath> + 's {
    let outside = |path: &&RepoPath| !side.layout.is_in_chart(path);
    inventory.all().filter_map(|(file, _)| inventory.path(file)).filter(outside).cloned()
}

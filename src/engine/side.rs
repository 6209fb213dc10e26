//! One of the trees that are compared, with what its neighbourhood makes of each file.
//!
//! It does not know the others.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use rayon::prelude::*;

use super::examine::{Examiner, Outcome, Pass};
use super::{Plan, graph};
use crate::graph::{Contents, Inventory, Layout};
use crate::model::{Buffer, Finding, RepoPath, Snapshot};
use crate::source::git::{Content, ObjectTree};

/// The findings of one content under one name. Where the layout is the same, they are.
pub type Cache = Mutex<HashMap<(RepoPath, Content), Arc<Outcome>>>;

pub struct Side<'a> {
    pub tree: &'a ObjectTree,
    pub layout: Cow<'a, Layout>,
    pub plan: &'a Plan,
    /// Of all trees with this layout.
    pub cache: Option<&'a Cache>,
}

/// What files of a tree say to the graph.
#[derive(Clone)]
pub struct Parts {
    /// All files of the tree: an index here is a file's number.
    files: Vec<RepoPath>,
    /// Those that were asked for, and what each of them says.
    numbers: Vec<usize>,
    outcomes: Vec<Outcome>,
}

impl Parts {
    pub fn inventory(self) -> Inventory {
        let contents = self.outcomes.into_iter().filter_map(|outcome| outcome.contents);
        graph::inventory(&self.files, contents.collect())
    }
}

/// A tree of which the same files were asked for; those that are not among the changed ones hold the same.
pub struct Alike<'a> {
    pub side: &'a Side<'a>,
    pub parts: &'a Parts,
    pub changed: &'a BTreeSet<&'a RepoPath>,
}

impl Alike<'_> {
    /// True where a file says there what it says in `other`.
    fn holds(&self, path: &RepoPath, other: &Side) -> bool {
        let (own, theirs) = (&self.side.layout, &other.layout);
        let is_seen_alike = || own.role(path) == theirs.role(path) && own.is_input(path) == theirs.is_input(path);
        !self.changed.contains(path) && is_seen_alike()
    }
}

impl Side<'_> {
    pub fn examine<'p>(&self, paths: BTreeSet<&'p RepoPath>) -> Vec<(&'p RepoPath, Arc<Outcome>)> {
        let paths: Vec<&RepoPath> = paths.into_iter().collect();
        let examine = |buffer: &mut Buffer, path: &'p RepoPath| (path, self.file(path, buffer));
        paths.into_par_iter().map_init(Buffer::default, examine).collect()
    }

    pub fn file(&self, path: &RepoPath, buffer: &mut Buffer) -> Arc<Outcome> {
        let key = self.tree.content(path).map(|content| (path.clone(), content));
        let cache = || Some((self.cache?.lock().ok()?, key.clone()?));
        if let Some(known) = cache().and_then(|(cache, key)| cache.get(&key).cloned()) {
            return known;
        }
        let outcome = Arc::new(self.examiner(&[]).file(self.tree, path, buffer));
        if let Some((mut cache, key)) = cache() {
            cache.insert(key, Arc::clone(&outcome));
        }
        outcome
    }

    /// What those of the tree's files say to the graph that are `wanted`. What another tree holds as well is taken from
    /// there.
    pub fn parts(&self, wanted: impl Fn(&RepoPath) -> bool, known: Option<&Alike>) -> Parts {
        let files = self.tree.list().files;
        let numbers: Vec<usize> = (0..files.len()).filter(|&number| wanted(&files[number])).collect();
        let known = known.filter(|known| known.parts.numbers == numbers && known.parts.files == files);
        let examiner = self.examiner(&files);
        let gather = |buffer: &mut Buffer, (at, &number): (usize, &usize)| {
            let path = &files[number];
            match known.filter(|known| known.holds(path, self)) {
                Some(known) => known.parts.outcomes[at].clone(),
                None => examiner.gather(self.tree, path, buffer),
            }
        };
        let outcomes = numbers.par_iter().enumerate().map_init(Buffer::default, gather).collect();
        Parts { outcomes, numbers, files }
    }

    /// What the checks of the graph say of what is made from `parts`; and whether its charts are nothing to other units.
    pub fn graph_findings(&self, parts: Parts) -> (Vec<Finding>, bool) {
        let mut outcomes = parts.outcomes;
        let charts_stand_alone = graph::run(self.tree, &self.examiner(&parts.files), &mut outcomes);
        (outcomes.into_iter().flat_map(|outcome| outcome.findings).collect(), charts_stand_alone)
    }

    /// What each of `paths` says to the graph, in their order: `None` where it says nothing or is not there. The files are
    /// numbered as they stand in `paths`.
    pub fn contents(&self, paths: &[RepoPath]) -> Vec<Option<Contents>> {
        let examiner = self.examiner(paths);
        let gather = |buffer: &mut Buffer, path: &RepoPath| examiner.gather(self.tree, path, buffer);
        let outcomes: Vec<Outcome> = paths.par_iter().map_init(Buffer::default, gather).collect();
        outcomes.into_iter().map(|outcome| outcome.contents.map(|(_, contents)| contents)).collect()
    }

    fn examiner<'e>(&'e self, files: &'e [RepoPath]) -> Examiner<'e> {
        Examiner { pass: Pass::default(), plan: self.plan, layout: &self.layout, files }
    }
}

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

    /// What the checks of the graph say where it is made from those of the tree's files that are `wanted`; and whether
    /// what they say of its charts says nothing of other units.
    pub fn graph_findings(&self, wanted: impl Fn(&RepoPath) -> bool + Sync) -> (Vec<Finding>, bool) {
        let files = self.tree.list().files;
        let examiner = self.examiner(&files);
        let paths: Vec<&RepoPath> = files.iter().filter(|path| wanted(path)).collect();
        let mut outcomes = self.gather(&examiner, &paths);
        let charts_stand_alone = graph::run(self.tree, &examiner, &mut outcomes);
        (outcomes.into_iter().flat_map(|outcome| outcome.findings).collect(), charts_stand_alone)
    }

    /// What those of the tree's files say to the graph that are `wanted`.
    pub fn inventory(&self, wanted: impl Fn(&Side, &RepoPath) -> bool) -> Inventory {
        let files = self.tree.list().files;
        let examiner = self.examiner(&files);
        let paths: Vec<&RepoPath> = files.iter().filter(|path| wanted(self, path)).collect();
        let outcomes = self.gather(&examiner, &paths);
        graph::inventory(&files, outcomes.into_iter().filter_map(|outcome| outcome.contents).collect())
    }

    /// What each of `paths` says to the graph, in their order: `None` where it says nothing or is not there. The files are
    /// numbered as they stand in `paths`.
    pub fn contents(&self, paths: &[RepoPath]) -> Vec<Option<Contents>> {
        let outcomes = self.gather(&self.examiner(paths), &paths.iter().collect::<Vec<_>>());
        outcomes.into_iter().map(|outcome| outcome.contents.map(|(_, contents)| contents)).collect()
    }

    fn gather(&self, examiner: &Examiner, paths: &[&RepoPath]) -> Vec<Outcome> {
        let gather = |buffer: &mut Buffer, path: &&RepoPath| examiner.gather(self.tree, path, buffer);
        paths.par_iter().map_init(Buffer::default, gather).collect()
    }

    fn examiner<'e>(&'e self, files: &'e [RepoPath]) -> Examiner<'e> {
        Examiner { pass: Pass::default(), plan: self.plan, layout: &self.layout, files }
    }
}

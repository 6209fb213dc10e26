//! The past of one repository as the judges need it: which paths there ever were, what each is to its neighbours, and
//! what is asked for.
//!
//! It does not know findings. A role comes from the whole of the past: what any kustomization ever named as a patch is one.

use globset::GlobSet;

use crate::document::{Document, Role};
use crate::graph::Layout;
use crate::model::RepoPath;
use crate::source::git::{Attribution, History, Kind, PathId, Scratch, Slot, Trees};
use crate::syntax::Syntax;

/// Which part of a history is looked at.
#[derive(Default)]
pub struct Scope {
    /// Only what a commit of this time (seconds since 1970) or later brought first.
    pub since: Option<i64>,
    /// Only files that match; empty is all.
    pub paths: GlobSet,
    /// Not files that match.
    pub exclude: GlobSet,
    /// Also what no ref reaches.
    pub unreachable: bool,
}

pub struct Past<'s> {
    pub attribution: Attribution,
    pub layout: Layout,
    /// The path of every file there ever was, and whether it is asked for.
    paths: Vec<Option<(RepoPath, bool)>>,
    slots: Slot,
    scope: &'s Scope,
}

impl<'s> Past<'s> {
    pub fn new(attribution: Attribution, trees: &Trees, source: &History, scope: &'s Scope) -> Past<'s> {
        let asked = |path: &RepoPath| {
            let path = path.to_path();
            (scope.paths.is_empty() || scope.paths.is_match(&path)) && !scope.exclude.is_match(&path)
        };
        let mut paths: Vec<Option<(RepoPath, bool)>> = vec![None; attribution.paths.count()];
        let slots = source.objects().count() as Slot;
        for id in (0..slots).flat_map(|slot| attribution.paths_of(slot)) {
            let known = &mut paths[id as usize];
            if known.is_none() {
                let path = attribution.paths.path(id, trees);
                let is_asked = asked(&path);
                *known = Some((path, is_asked));
            }
        }
        let layout = Layout::new(paths.iter().flatten().map(|(path, _)| path.clone()));
        let mut past = Past { attribution, layout, paths, slots, scope };
        past.survey(source);
        past
    }

    pub fn path(&self, id: PathId) -> &RepoPath {
        static NOWHERE: std::sync::LazyLock<RepoPath> = std::sync::LazyLock::new(|| RepoPath::from(""));
        self.paths.get(id as usize).and_then(Option::as_ref).map_or(&NOWHERE, |(path, _)| path)
    }

    /// Every file's path.
    pub fn all_paths(&self) -> impl Iterator<Item = (PathId, &RepoPath)> {
        self.paths.iter().zip(0..).filter_map(|(path, id)| path.as_ref().map(|(path, _)| (id, path)))
    }

    /// Every object that this past reaches.
    pub fn slots(&self) -> impl Iterator<Item = Slot> {
        (0..self.slots).filter(|&slot| self.attribution.reaches(slot))
    }

    /// The paths at which an object is asked for; `None` where it is not. What never had a path has none.
    pub fn asked(&self, slot: Slot) -> Option<Vec<PathId>> {
        if !self.attribution.reaches(slot) {
            return None;
        }
        let is_late = |since| self.attribution.introducer(slot).is_some_and(|(_, time)| time >= since);
        if !self.scope.since.is_none_or(is_late) {
            return None;
        }
        let is_asked = |id: &PathId| self.paths[*id as usize].as_ref().is_some_and(|(_, is_asked)| *is_asked);
        let paths: Vec<PathId> = self.attribution.paths_of(slot).filter(is_asked).collect();
        let is_nameless = self.attribution.paths_of(slot).next().is_none();
        (!paths.is_empty() || is_nameless && self.scope.paths.is_empty()).then_some(paths)
    }

    /// Reads every version of every kustomization: they say what other files are.
    fn survey(&mut self, source: &History) {
        let kustomizations = self.layout.kustomizations();
        if !kustomizations.is_empty() {
            let mut scratch = Scratch::default();
            let objects = source.objects();
            let blobs = (0..objects.count() as Slot).filter(|&slot| objects.kind(slot) == Some(Kind::Blob));
            for slot in blobs {
                for id in self.attribution.paths_of(slot).collect::<Vec<_>>() {
                    let path = self.path(id).clone();
                    if kustomizations.binary_search(&path).is_err() {
                        continue;
                    }
                    let Ok(bytes) = objects.read(slot, &mut scratch) else { continue };
                    let text = String::from_utf8_lossy(&bytes);
                    let tree = Syntax::Yaml.parse(&text);
                    for document in Document::all(&path, &Role::Kustomization, &text, &tree) {
                        self.layout.learn(&document);
                    }
                }
            }
        }
        // What never stood at a path may have been generated, ignored or elsewhere: nobody can tell afterwards.
        for path in self.layout.unaccounted() {
            self.layout.excuse(path);
        }
    }
}

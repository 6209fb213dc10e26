//! What a tree has that the trees it was made from had not: findings compared by fingerprint, as multisets.
//!
//! It does not know commits: whoever compares says which trees.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::examine::Outcome;
use super::side::{Cache, Side};
use super::weakened::weakened;
use super::{Plan, conclude, graph_news, in_parallel, survey};
use crate::document::Role;
use crate::graph::{Layout, is_kustomization};
use crate::model::{Buffer, Class, Finding, Fingerprint, Notification, Reason, RepoPath, Report, Snapshot};
use crate::source::git::{Change, Comparison, ObjectTree, Parent};
use crate::source::{IGNORE_FILE, POLICY_FILE};
use crate::syntax::Syntax;
use crate::text::{AddedLines, decode};

/// Texts above this many bytes are compared by their findings only.
const MOST_COMPARED: usize = 16 << 20;

/// What the later tree of `comparison` brings: what each of its parents lacks.
pub fn introduced(comparison: &Comparison, plan: &Plan) -> Report {
    in_parallel(plan.threads, || {
        let layout = layout_of([comparison], &comparison.after);
        let gathered = between_trees(comparison, plan, &layout, &Cache::default());
        conclude(gathered.notifications, &gathered.left_out, gathered.outcomes)
    })
}

/// What came of a comparison before it is a report.
pub(super) struct Gathered {
    /// What was examined of the later tree.
    pub paths: Vec<RepoPath>,
    pub outcomes: Vec<Outcome>,
    pub notifications: Vec<Notification>,
    pub left_out: Vec<(Reason, u64)>,
}

/// The neighbourhood of files in `tree`, as far as it matters to what changes.
pub(super) fn layout_of<'a>(comparisons: impl IntoIterator<Item = &'a Comparison>, tree: &ObjectTree) -> Layout {
    let mut parents = comparisons.into_iter().flat_map(|comparison| &comparison.parents);
    match parents.any(|parent| parent.changes.iter().any(asks_for_layout)) {
        true => survey(tree, &tree.list().files),
        false => Layout::default(),
    }
}

/// True where `path` holds a finding of this fingerprint.
pub(super) fn known_at(
    tree: &ObjectTree,
    path: &RepoPath,
    fingerprint: Fingerprint,
    plan: &Plan,
    layout: &Layout,
    cache: &Cache,
) -> bool {
    let side = Side { tree, layout: Cow::Borrowed(layout), plan, cache: Some(cache) };
    let holds = |outcome: Arc<Outcome>| outcome.findings.iter().any(|finding| finding.fingerprint == fingerprint);
    tree.content(path).is_some() && holds(side.file(path, &mut Buffer::default()))
}

/// Two whole trees: also what changed without being touched.
pub(super) fn between_trees(comparison: &Comparison, plan: &Plan, layout: &Layout, cache: &Cache) -> Gathered {
    let later = Side { tree: &comparison.after, layout: Cow::Borrowed(layout), plan, cache: Some(cache) };
    let mut earlier: Vec<Earlier> = comparison.parents.iter().map(|parent| Earlier::new(parent, &later)).collect();
    for (earlier, parent) in earlier.iter_mut().zip(&comparison.parents) {
        earlier.look_around(parent, &later);
    }
    let (examined, unread) = compare(&later, &earlier);
    let (paths, mut outcomes): (Vec<RepoPath>, Vec<Outcome>) = examined.into_iter().unzip();
    for (path, outcome) in paths.iter().zip(&mut outcomes) {
        // What did not change has had its notifications before.
        if earlier.iter().all(|earlier| !earlier.changed.contains_key(path)) {
            outcome.notifications.clear();
        }
    }
    let whole = weakened_policy(comparison, plan).into_iter().chain(graph_news(comparison, &later, &earlier)).collect();
    outcomes.push(Outcome { findings: whole, ..Outcome::default() });
    let mut listing = comparison.after.list();
    listing.left_out.retain(|(reason, _)| *reason == Reason::Submodule);
    listing.left_out.push((Reason::Excluded, left_out(comparison)));
    listing.notifications.extend(unread);
    listing.notifications.extend(comparison.parents.iter().flat_map(|parent| parent.tree.list().notifications));
    Gathered { paths, outcomes, notifications: listing.notifications, left_out: listing.left_out }
}

/// What the graph of the later tree says and that of no parent did.
fn graph_news(comparison: &Comparison, later: &Side, earlier: &[Earlier]) -> Vec<Finding> {
    let changes = || comparison.parents.iter().flat_map(|parent| &parent.changes);
    if !changes().any(asks_for_layout) || !later.plan.has_unit_checks() {
        return Vec::new();
    }
    let sides: Vec<&Side> = earlier.iter().map(|earlier| &earlier.side).collect();
    graph_news::of(later, &sides, &changes().map(Change::path).collect())
}

/// What the policy asks less strictly than that of any parent.
fn weakened_policy(comparison: &Comparison, plan: &Plan) -> Vec<Finding> {
    let path = RepoPath::from(POLICY_FILE);
    let read = |tree: &ObjectTree| {
        tree.content(&path)?;
        let mut buffer = Buffer::default();
        tree.read(&path, &mut buffer).ok()?;
        Some(String::from_utf8_lossy(buffer.bytes()).into_owned())
    };
    let after = read(&comparison.after);
    let parents = comparison.parents.iter().map(|parent| read(&parent.tree));
    let told = parents.map(|before| weakened(&path, before.as_deref(), after.as_deref(), plan));
    let in_both = |one: Vec<Finding>, other: Vec<Finding>| {
        let is_told = |finding: &Finding| other.iter().any(|told| told.fingerprint == finding.fingerprint);
        one.into_iter().filter(is_told).collect()
    };
    told.reduce(in_both).unwrap_or_default()
}

/// The changed files of one commit, in the neighbourhood of another tree: by path, what is new in each, and what could
/// not be read.
pub(super) fn in_commit(
    comparison: &Comparison,
    plan: &Plan,
    layout: &Layout,
    cache: &Cache,
) -> (Vec<(RepoPath, Outcome)>, Vec<Notification>) {
    let later = Side { tree: &comparison.after, layout: Cow::Borrowed(layout), plan, cache: Some(cache) };
    let earlier: Vec<Earlier> = comparison.parents.iter().map(|parent| Earlier::new(parent, &later)).collect();
    let (examined, mut unread) = compare(&later, &earlier);
    let trees = comparison.parents.iter().map(|parent| &parent.tree).chain([&comparison.after]);
    unread.extend(trees.flat_map(|tree| tree.list().notifications));
    (examined, unread)
}

/// The files that may differ, each with the findings that every parent lacks.
fn compare(later: &Side, earlier: &[Earlier]) -> (Vec<(RepoPath, Outcome)>, Vec<Notification>) {
    let paths: BTreeSet<&RepoPath> = earlier.iter().flat_map(Earlier::paths_after).collect();
    let examined = later.examine(paths);
    let compared: Vec<News> = earlier.iter().map(|earlier| earlier.news(later, &examined)).collect();
    let only_new = |(index, (path, outcome)): (usize, &(&RepoPath, Arc<Outcome>))| {
        let mut outcome = Outcome::clone(outcome);
        let mut at = 0..outcome.findings.len();
        outcome.findings.retain(|_| at.next().is_none_or(|at| compared.iter().all(|news| news.is_new[index][at])));
        ((*path).clone(), outcome)
    };
    let new = examined.iter().enumerate().map(only_new).collect();
    (new, compared.into_iter().flat_map(|news| news.unread).collect())
}

/// Changed paths that the policy or the command line leaves out.
fn left_out(comparison: &Comparison) -> u64 {
    let changes = comparison.parents.iter().flat_map(|parent| &parent.changes).map(Change::path);
    changes.filter(|path| comparison.after.leaves_out(path)).collect::<BTreeSet<_>>().len() as u64
}

/// A parent, and what lies between it and the later tree.
struct Earlier<'a> {
    side: Side<'a>,
    changed: BTreeMap<&'a RepoPath, &'a Change>,
    /// Files that did not change and may say something else all the same.
    affected: BTreeSet<RepoPath>,
}

/// The findings of each examined file, in their order: true for those that a parent lacks.
struct News {
    is_new: Vec<Vec<bool>>,
    unread: Vec<Notification>,
}

impl<'a> Earlier<'a> {
    fn new(parent: &'a Parent, later: &Side<'a>) -> Earlier<'a> {
        let told = |change: &&Change| later.plan.is_in_scope(change.path()) && !later.tree.leaves_out(change.path());
        let changed = parent.changes.iter().filter(told).map(|change| (change.path(), change)).collect();
        let side = Side { tree: &parent.tree, layout: later.layout.clone(), plan: later.plan, cache: later.cache };
        Earlier { side, changed, affected: BTreeSet::new() }
    }

    /// Gives the parent a layout of its own, and finds what else may differ.
    fn look_around(&mut self, parent: &Parent, later: &Side) {
        if !parent.changes.iter().any(moves_something) {
            return;
        }
        let layout = survey(&parent.tree, &parent.tree.list().files);
        self.affected = affected(&layout, &later.layout, &parent.changes);
        self.affected.retain(|path| later.plan.is_in_scope(path));
        self.side.layout = Cow::Owned(layout);
        self.side.cache = None;
    }

    /// What the later tree holds of all that may differ.
    fn paths_after(&self) -> impl Iterator<Item = &RepoPath> {
        let there = self.changed.iter().filter(|(_, change)| !matches!(change, Change::Removed { .. }));
        there.map(|(&path, _)| path).chain(&self.affected)
    }

    /// Where the parent holds what `path` holds later: there, or where the same content stood.
    fn home<'p>(&'p self, path: &'p RepoPath) -> Option<&'p RepoPath> {
        match self.changed.get(path) {
            Some(Change::Added { same_as, .. }) => same_as.as_ref().filter(|path| !self.side.tree.leaves_out(path)),
            Some(Change::Removed { .. }) => None,
            Some(Change::Modified { .. }) => Some(path),
            None => self.affected.contains(path).then_some(path),
        }
    }

    fn news(&self, later: &Side, examined: &[(&RepoPath, Arc<Outcome>)]) -> News {
        let mut news = News { is_new: Vec::with_capacity(examined.len()), unread: Vec::new() };
        let mut known = Known::default();
        let with_findings = examined.iter().filter(|(_, outcome)| !outcome.findings.is_empty());
        let homes: BTreeSet<&RepoPath> = with_findings.filter_map(|(path, _)| self.home(path)).collect();
        known.learn(self.side.examine(homes.clone()), &mut news.unread);
        for (path, outcome) in examined {
            news.is_new.push(self.compare(path, outcome, later, &mut known));
        }
        if self.may_have_moved(examined, &news).next().is_some() {
            let elsewhere = self.paths_before().filter(|path| !homes.contains(path)).collect();
            known.learn(self.side.examine(elsewhere), &mut news.unread);
            let moved: Vec<(usize, usize)> = self.may_have_moved(examined, &news).collect();
            for (file, at) in moved {
                let finding = &examined[file].1.findings[at];
                // A credential has only moved when it left; a manifest's finding belongs to the tree, not to a file.
                let left = |path: &RepoPath| matches!(self.changed.get(path), Some(Change::Removed { .. }));
                let is_known = known.take(finding, |path| !is_leak(finding) || left(path));
                news.is_new[file][at] = !is_known;
            }
        }
        news
    }

    /// Which findings of one file are new, as far as its own earlier content tells.
    fn compare(&self, path: &RepoPath, outcome: &Outcome, later: &Side, known: &mut Known) -> Vec<bool> {
        let mut is_new = vec![false; outcome.findings.len()];
        if is_new.is_empty() || !(self.changed.contains_key(path) || self.affected.contains(path)) {
            return is_new;
        }
        let home = self.home(path);
        let is_edited = matches!(self.changed.get(path), Some(Change::Modified { .. }));
        let added = if is_edited { added_lines(self.side.tree, later.tree, path) } else { None };
        let is_touched = |finding: &Finding| added.as_ref().is_some_and(|added| touches(finding, added));
        let (touched, still): (Vec<usize>, Vec<usize>) =
            (0..is_new.len()).partition(|&at| is_touched(&outcome.findings[at]));
        // Of several alike, those on old lines are the old ones.
        for at in still {
            let finding = &outcome.findings[at];
            is_new[at] = !known.take(finding, |path| Some(path) == home);
        }
        for at in touched {
            let finding = &outcome.findings[at];
            is_new[at] = !known.take(finding, |path| Some(path) == home) || is_leak(finding);
        }
        is_new
    }

    /// New findings that another file of the parent may account for, by file and place.
    fn may_have_moved<'n>(
        &'n self,
        examined: &'n [(&RepoPath, Arc<Outcome>)],
        news: &'n News,
    ) -> impl Iterator<Item = (usize, usize)> + 'n {
        examined.iter().enumerate().flat_map(move |(file, (path, outcome))| {
            let is_added = matches!(self.changed.get(*path), Some(Change::Added { .. }));
            let can_move = move |at: &usize| is_added || !is_leak(&outcome.findings[*at]);
            let new = (0..outcome.findings.len()).filter(move |&at| news.is_new[file][at]);
            new.filter(can_move).map(move |at| (file, at))
        })
    }

    /// What the parent holds of all that may differ.
    fn paths_before(&self) -> impl Iterator<Item = &RepoPath> {
        let there = self.changed.iter().filter(|(_, change)| !matches!(change, Change::Added { .. }));
        there.map(|(&path, _)| path).chain(&self.affected)
    }
}

/// The findings of an earlier tree that no later finding has been matched with.
#[derive(Default)]
pub(super) struct Known<'p> {
    /// By file; a finding that was ignored there is told apart.
    counts: BTreeMap<&'p RepoPath, HashMap<(Fingerprint, bool), u32>>,
}

impl<'p> Known<'p> {
    pub(super) fn learn(&mut self, examined: Vec<(&'p RepoPath, Arc<Outcome>)>, unread: &mut Vec<Notification>) {
        for (path, outcome) in examined {
            let counts = self.counts.entry(path).or_default();
            for finding in &outcome.findings {
                *counts.entry((finding.fingerprint, finding.suppression.is_some())).or_default() += 1;
            }
            unread.extend(outcome.notifications.iter().filter(|said| said.class() == Class::Incomplete).cloned());
        }
    }

    /// Matches `finding` with one that is known in a file of these. Where an ignore went away, the finding is new.
    pub(super) fn take(&mut self, finding: &Finding, is_of: impl Fn(&RepoPath) -> bool) -> bool {
        let quiet: &[bool] = if finding.suppression.is_some() { &[true, false] } else { &[false] };
        let files = self.counts.iter_mut().filter(|(path, _)| is_of(path));
        for (_, counts) in files {
            for &quiet in quiet {
                if let Some(count) = counts.get_mut(&(finding.fingerprint, quiet)).filter(|count| **count > 0) {
                    *count -= 1;
                    return true;
                }
            }
        }
        false
    }
}

/// The lines of `path` that are new; `None` where that cannot be said.
fn added_lines(before: &ObjectTree, after: &ObjectTree, path: &RepoPath) -> Option<AddedLines> {
    let read = |tree: &ObjectTree| {
        let mut buffer = Buffer::default();
        let ended = tree.read(path, &mut buffer).ok()?.is_none();
        (ended && buffer.bytes().len() <= MOST_COMPARED).then_some(buffer)
    };
    let (before, after) = (read(before)?, read(after)?);
    Some(AddedLines::between(&decode(before.bytes()).text, &decode(after.bytes()).text))
}

/// True for a secret that stands in the file, whichever half of the rules found it.
pub(super) fn is_leak(finding: &Finding) -> bool {
    finding.rule.is_credential() || finding.rule.tags.contains(&"credential")
}

/// True when a new line holds a part of what the finding rests on.
fn touches(finding: &Finding, added: &AddedLines) -> bool {
    let here = std::iter::once(&finding.location);
    let extent = here.chain(finding.related.iter().map(|related| &related.location));
    extent.into_iter().any(|location| added.meet(location.region.start.line, location.region.end.line))
}

/// The files that did not change and whose findings may: kustomizations that name what came or went, their neighbours,
/// and files that another role fell to. What looks across files belongs here.
fn affected(before: &Layout, after: &Layout, changes: &[Change]) -> BTreeSet<RepoPath> {
    let moved: BTreeSet<RepoPath> =
        changes.iter().filter(|change| moves_something(change)).map(|change| change.path().clone()).collect();
    let is_unchanged = |path: &RepoPath| changes.binary_search_by(|change| change.path().cmp(path)).is_err();
    let stays = |path: &&RepoPath| is_unchanged(path) && before.exists(path) && after.exists(path);
    let mut affected = BTreeSet::new();
    for layout in [before, after] {
        affected.extend(layout.dependents(&moved).filter(stays).cloned());
        let has_new_role = |path: &&RepoPath| stays(path) && before.role(path) != after.role(path);
        for path in &moved {
            match layout.role(path) {
                Role::Kustomization => {
                    let folder = path.parent();
                    let beside = layout.below(&folder).filter(|path| path.parent() == folder);
                    affected.extend(beside.filter(stays).cloned());
                    affected.extend(layout.named_by(path).filter(has_new_role).cloned());
                }
                Role::ChartMetadata => affected.extend(layout.below(&path.parent()).filter(has_new_role).cloned()),
                _ => {}
            }
        }
    }
    affected
}

/// True where a path came or went, or a kustomization may name others now.
fn moves_something(change: &Change) -> bool {
    !matches!(change, Change::Modified { .. }) || is_kustomization(change.path())
}

/// True where what a file is to its neighbours matters to what is said of it.
fn asks_for_layout(change: &Change) -> bool {
    moves_something(change)
        || Syntax::of_path(change.path()).is_some()
        || change.path().file_name() == IGNORE_FILE.as_bytes()
}

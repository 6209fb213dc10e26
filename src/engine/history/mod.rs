//! The history of repositories: every blob once, every message, every name, and for each finding where it came from.
//!
//! It does not know packs or trees: `source::git` shows it objects and says which commits brought them.

mod gather;
mod judge;
mod past;
mod queue;

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};

use super::examine::{Examiner, Outcome, Pass};
use super::{Plan, once};
use crate::model::{Attribution, Class, Coverage, Finding, Notification, Origin, Place, Reason, RepoPath, Report};
use crate::source::git::{
    Broken, Buffers, Commits, History, Kind, Object, PathId, Scratch, Slot, Structure, Trees, Unit, Verdict, Visitor,
};
use gather::{Gathered, Group, Sighting};
use judge::{Judge, unread};
use past::Past;
pub use past::Scope;
use queue::Queue;

/// Paths that a finding names.
const MOST_PATHS: usize = 20;
/// Objects without content that are named one by one.
const MOST_NAMED: usize = 100;

/// Commits and trees make the history; messages and blobs are what is looked at.
const MADE_OF: &[Kind] = &[Kind::Commit, Kind::Tag, Kind::Tree];
const LOOKED_AT: &[Kind] = &[Kind::Blob, Kind::Commit, Kind::Tag];

/// How far a run is, for those who watch from another thread.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicU64,
    total: AtomicU64,
}

impl Progress {
    /// Blobs that were looked at.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Blobs there are; 0 until that is known.
    pub fn total(&self) -> u64 {
        self.total.load(Ordering::Relaxed)
    }

    pub(super) fn step(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }
}

/// Looks at the histories of `source`.
pub fn history(source: &History, scope: &Scope, plan: &Plan, progress: &Progress) -> Report {
    let (trees, commits, mut broken) = learn(source, plan);
    let attributions = source.attribute(&trees, &commits, scope.unreachable);
    let pasts = attributions.into_iter().map(|attribution| Past::new(attribution, &trees, source, scope));
    let repositories: Vec<Past> = pasts.collect();
    let (mut gathered, commits) = judge(source, &repositories, plan, progress, &mut broken);
    let names = names(&trees, &repositories, plan, &mut gathered);
    let told = Teller { source, trees: &trees, repositories: &repositories, names, scratch: Scratch::default() };
    told.report(gathered, commits, broken)
}

/// Reads commits, tags and trees; what could not be read comes back too.
fn learn(source: &History, plan: &Plan) -> (Trees, Commits, Vec<(Slot, Broken)>) {
    let structure = source.structure();
    let units = source.objects().units(MADE_OF);
    let learned = Queue::run(plan.threads, units, |queue| {
        let mut learner =
            Learner { source, structure: &structure, queue, commits: Commits::default(), broken: Vec::new() };
        let mut buffers = Buffers::default();
        while let Some(unit) = queue.next() {
            source.walk(unit, MADE_OF, &mut buffers, &mut learner);
        }
        (learner.commits, learner.broken)
    });
    let (mut commits, mut broken) = (Commits::default(), Vec::new());
    for (some, wrong) in learned {
        commits.extend(some);
        broken.extend(wrong);
    }
    (structure.finish(), commits, broken)
}

struct Learner<'l> {
    source: &'l History,
    structure: &'l Structure,
    queue: &'l Queue<Unit>,
    commits: Commits,
    broken: Vec<(Slot, Broken)>,
}

impl Visitor for Learner<'_> {
    fn object(&mut self, object: Object) -> Verdict {
        self.structure.learn(self.source.objects(), object.slot, object.kind, object.bytes, &mut self.commits);
        Verdict::Telling
    }

    fn broken(&mut self, slot: Slot, why: Broken) {
        self.broken.push((slot, why));
    }

    fn is_anybody_idle(&self) -> bool {
        self.queue.is_anybody_idle()
    }

    fn give_away(&mut self, unit: Unit) {
        self.queue.give_away(unit);
    }
}

/// Looks at blobs and messages; how many commits there were comes back too.
fn judge(
    source: &History,
    repositories: &[Past],
    plan: &Plan,
    progress: &Progress,
    broken: &mut Vec<(Slot, Broken)>,
) -> (Gathered, u64) {
    let objects = source.objects();
    let blobs = (0..objects.count() as Slot).filter(|&slot| objects.kind(slot) == Some(Kind::Blob)).count();
    progress.total.store(blobs as u64, Ordering::Relaxed);
    let judged = Queue::run(plan.threads, objects.units(LOOKED_AT), |queue| {
        let (gathered, broken) = (Gathered::default(), Vec::new());
        let mut judge = Judge { plan, objects, repositories, queue, progress, gathered, commits: 0, broken };
        let mut buffers = Buffers::default();
        while let Some(unit) = queue.next() {
            source.walk(unit, LOOKED_AT, &mut buffers, &mut judge);
        }
        (judge.gathered, judge.commits, judge.broken)
    });
    let (mut all, mut commits) = (Gathered::default(), 0);
    for (gathered, count, wrong) in judged {
        all.extend(gathered);
        commits += count;
        broken.extend(wrong);
    }
    (all, commits)
}

/// Looks at the names of files and folders. Those that hold a secret come back with what may be shown of them.
fn names(trees: &Trees, repositories: &[Past], plan: &Plan, gathered: &mut Gathered) -> HashMap<Vec<u8>, String> {
    let mut masked = HashMap::new();
    let origin = Origin { path: RepoPath::from(Place::Path.name()) };
    for name in trees.names() {
        let Some(first) = repositories.first() else { break };
        let mut outcome = Outcome::default();
        Examiner { pass: Pass::default(), plan, layout: &first.layout, files: &[] }.whole(&origin, name, &mut outcome);
        let Some(finding) = outcome.findings.first() else { continue };
        masked.insert(name.to_vec(), finding.location.excerpt.text.clone());
        for (number, past) in repositories.iter().enumerate() {
            let holds = |path: &RepoPath| path.as_bytes().split(|&byte| byte == b'/').any(|part| *part == **name);
            let paths: BTreeSet<PathId> = past.all_paths().filter(|(_, path)| holds(path)).map(|(id, _)| id).collect();
            let Some(sighting) = sighting_of_paths(number, past, &paths) else { continue };
            for (finding, exact) in outcome.findings.iter().zip(&outcome.exact) {
                gathered.finding(finding.clone(), *exact, sighting(paths.iter().copied().collect()));
            }
        }
    }
    masked
}

/// How the earliest file at one of `paths` was seen; `None` where none is asked for.
fn sighting_of_paths<'p>(
    repository: usize,
    past: &'p Past,
    paths: &BTreeSet<PathId>,
) -> Option<impl Fn(Vec<PathId>) -> Sighting + 'p> {
    let here = |slot: &Slot| past.asked(*slot).is_some_and(|asked| asked.iter().any(|path| paths.contains(path)));
    let slots: Vec<Slot> = past.slots().filter(here).collect();
    let &first = slots.iter().min_by_key(|&&slot| past.attribution.rank(slot))?;
    let (present, on_default_branch) = slots.iter().fold((false, false), |(present, default), &slot| {
        (present | past.attribution.is_present(slot), default | past.attribution.is_on_default_branch(slot))
    });
    let rank = past.attribution.rank(first);
    Some(move |paths| Sighting { repository, rank, place: Place::Path, slot: first, paths, present, on_default_branch })
}

/// Makes a report of what was gathered.
struct Teller<'t> {
    source: &'t History,
    trees: &'t Trees,
    repositories: &'t [Past<'t>],
    /// Names that hold a secret.
    names: HashMap<Vec<u8>, String>,
    scratch: Scratch,
}

impl Teller<'_> {
    fn report(mut self, gathered: Gathered, commits: u64, broken: Vec<(Slot, Broken)>) -> Report {
        let mut report = Report::default();
        let (files, bytes, structured) = (gathered.blobs, gathered.bytes, gathered.structured);
        report.coverage = Coverage { files, bytes, structured, commits: Some(commits), ..Coverage::default() };
        let (groups, notifications) = gathered.into_parts();
        report.findings = groups.into_iter().map(|group| self.finding(group)).collect();
        let gaps = self.gaps(broken);
        for (notification, count) in notifications.into_iter().chain(gaps) {
            *report.coverage.reasons.entry(notification.reason).or_default() += count;
            if notification.class() != Class::OutOfScope {
                report.notifications.push(self.shown(notification, count));
            }
        }
        report.notifications.sort();
        report.findings.sort_by(|one, other| one.order().cmp(&other.order()));
        report.findings = once(report.findings);
        report
    }

    /// The finding with its place in history.
    fn finding(&mut self, group: Group) -> Finding {
        let Group { mut finding, first, paths, present, on_default_branch } = group;
        let past = &self.repositories[first.repository];
        let objects = self.source.objects();
        let introducer = past.attribution.introducer(first.slot).map(|(slot, _)| slot);
        let introducer = introducer.filter(|&slot| matches!(objects.kind(slot), Some(Kind::Commit | Kind::Tag)));
        let signature = introducer.map(|slot| self.source.signature(slot, &mut self.scratch)).unwrap_or_default();
        let mut all: Vec<RepoPath> = paths.iter().map(|&id| self.path(first.repository, past.path(id))).collect();
        all.sort();
        all.dedup();
        let more_paths = all.len().saturating_sub(MOST_PATHS) as u64;
        all.truncate(MOST_PATHS);
        finding.location.origin.path = self.path(first.repository, &finding.location.origin.path);
        finding.history = Some(Attribution {
            place: first.place,
            object: if first.place == Place::Path { String::new() } else { objects.hex(first.slot) },
            commit: introducer.map(|slot| objects.hex(slot)).unwrap_or_default(),
            author: signature.name.clone(),
            date: if introducer.is_some() { signature.date() } else { String::new() },
            paths: all,
            more_paths,
            present,
            on_default_branch,
        });
        finding
    }

    /// A path as it may be shown: behind the repository's name where there are several, without secrets.
    fn path(&self, repository: usize, path: &RepoPath) -> RepoPath {
        let mut bytes = Vec::new();
        if self.repositories.len() > 1 {
            bytes.extend_from_slice(self.source.repositories[repository].name.as_bytes());
            bytes.push(b'/');
        }
        for (index, part) in path.as_bytes().split(|&byte| byte == b'/').enumerate() {
            if index > 0 {
                bytes.push(b'/');
            }
            bytes.extend_from_slice(self.names.get(part).map_or(part, |masked| masked.as_bytes()));
        }
        RepoPath::new(bytes)
    }

    fn shown(&self, notification: Notification, count: u64) -> Notification {
        let message = match count {
            0 | 1 => notification.message,
            more if notification.path.is_some() => format!("{} (in {more} versions)", notification.message),
            _ => notification.message,
        };
        Notification { path: notification.path.map(|path| self.path(0, &path)), message, ..notification }
    }

    /// What was not looked at, with how much of it there is.
    fn gaps(&self, mut broken: Vec<(Slot, Broken)>) -> Vec<(Notification, u64)> {
        let objects = self.source.objects();
        let mut gaps = Vec::new();
        for (repository, past) in self.source.repositories.iter().zip(self.repositories) {
            gaps.extend(repository.notifications.iter().cloned().map(|notification| (notification, 1)));
            let missing = past.attribution.missing.len() as u64;
            if missing > 0 {
                let message = format!(
                    "{missing} objects that the history names are not in the repository: a partial clone, or damage. \
                     Nothing was fetched."
                );
                gaps.push((said(Reason::MissingObject, message), missing));
            }
            let submodules = past.attribution.submodules.len() as u64;
            if submodules > 0 {
                gaps.push((said(Reason::Submodule, String::new()), submodules));
            }
        }
        let is_reached = |slot: Slot| self.repositories.iter().any(|past| past.attribution.reaches(slot));
        let unknown = (0..objects.count() as Slot).filter(|&slot| objects.kind(slot).is_none() && is_reached(slot));
        broken.extend(unknown.map(|slot| (slot, Broken::Corrupt)));
        broken.extend(self.trees.broken().iter().map(|&slot| (slot, Broken::Corrupt)));
        broken.sort_by_key(|(slot, _)| *slot);
        broken.dedup_by_key(|(slot, _)| *slot);
        broken.retain(|&(slot, _)| objects.kind(slot).is_some_and(|kind| kind != Kind::Blob) || is_reached(slot));
        for (index, &(slot, why)) in broken.iter().enumerate() {
            let past = self.repositories.iter().find(|past| past.attribution.reaches(slot));
            let path = past.and_then(|past| Some(past.path(past.attribution.paths_of(slot).next()?)));
            let notification = unread(slot, why, path, objects);
            match (index, gaps.last_mut()) {
                (MOST_NAMED.., Some((_, count))) => *count += 1,
                _ => gaps.push((notification, 1)),
            }
        }
        let unreached = (0..objects.count() as Slot)
            .filter(|&slot| objects.kind(slot) == Some(Kind::Blob) && !is_reached(slot))
            .count() as u64;
        if unreached > 0 {
            let message =
                format!("{unreached} blobs that no ref reaches were not looked at; `--unreachable` looks at them too.");
            gaps.push((said(Reason::UnreachableObjects, message), unreached));
        }
        gaps
    }
}

fn said(reason: Reason, message: String) -> Notification {
    Notification { path: None, position: None, reason, message }
}

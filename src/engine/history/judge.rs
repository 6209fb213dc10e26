//! One object of a history, judged in each way in which its paths say that it is to be read.
//!
//! It does not know packs, and it leaves out no path that could make a difference: paths that mean the same are judged
//! once.
use std::sync::LazyLock;

use super::super::Plan;
use super::super::examine::{Examiner, Outcome, Pass};
use super::Progress;
use super::gather::{Gathered, Sighting};
use super::past::Past;
use super::queue::Queue;
use crate::detect::{is_lockfile, is_plain, keyed};
use crate::document::{FileKind, Role};
use crate::model::{Class, Finding, Notification, Origin, Place, RepoPath};
use crate::source::git::{self, Broken, Delta, Kind, Object, Objects, PathId, Slot, Unit, Verdict, Visitor};
use crate::syntax::Syntax;

/// A version of long ago, of which nothing is known.
const PAST: Pass = Pass { is_quiet: false, is_past: true };

/// Looks at what one thread is shown.
pub struct Judge<'j> {
    pub plan: &'j Plan,
    pub objects: &'j Objects,
    pub repositories: &'j [Past<'j>],
    pub queue: &'j Queue<Unit>,
    pub progress: &'j Progress,
    pub gathered: Gathered,
    pub commits: u64,
    pub broken: Vec<(Slot, Broken)>,
}

/// Everything about a path that changes what its content comes to.
#[derive(PartialEq, Eq)]
struct Reading<'p> {
    syntax: Option<Syntax>,
    role: &'p Role,
    trust: keyed::Trust,
    is_lockfile: bool,
    in_kustomization: bool,
    kind: FileKind,
    /// The path itself, where that counts.
    own: Option<&'p RepoPath>,
}

/// A way to read an object, and the paths at which that is the way.
struct Occurrence<'p> {
    reading: Reading<'p>,
    paths: Vec<(usize, PathId)>,
}

impl Visitor for Judge<'_> {
    fn object(&mut self, object: Object) -> Verdict {
        match object.kind {
            Kind::Blob => {
                self.progress.step();
                return self.blob(object);
            }
            Kind::Commit => self.message(object, Place::CommitMessage),
            Kind::Tag => self.message(object, Place::TagMessage),
            Kind::Tree => {}
        }
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

impl<'j> Judge<'j> {
    /// Judges a file's content at all its paths. It is quiet where every rule that counts for any file found nothing.
    fn blob(&mut self, object: Object) -> Verdict {
        let (slot, bytes, repositories) = (object.slot, object.bytes, self.repositories);
        let asked = repositories.iter().enumerate().filter_map(|(number, past)| Some((number, past.asked(slot)?)));
        let asked: Vec<(usize, Vec<PathId>)> = asked.collect();
        if asked.is_empty() {
            return Verdict::Telling;
        }
        self.gathered.blobs += 1;
        self.gathered.bytes += bytes.len() as u64;
        let is_plain = is_plain(bytes);
        let pass = Pass { is_quiet: is_plain && self.stays_quiet(&object), is_past: true };
        let (mut structured, mut is_quiet) = (false, is_plain);
        for (number, _) in asked.iter().filter(|(_, paths)| paths.is_empty()) {
            let path = RepoPath::new(self.objects.hex(slot));
            let outcome = self.examined(*number, &path, bytes, pass);
            is_quiet &= outcome.is_quiet;
            self.take(&outcome, slot, Place::File, *number, &[]);
        }
        for occurrence in self.occurrences(&asked) {
            let (number, path) = occurrence.paths[0];
            let read_at = repositories[number].path(path);
            let mut outcome = self.examined(number, read_at, bytes, pass);
            // What lies in an archive keeps its way in.
            let inside = |finding: &Finding| {
                finding.location.origin.path.as_bytes().strip_prefix(read_at.as_bytes()).unwrap_or_default().to_vec()
            };
            let insides: Vec<Vec<u8>> = outcome.findings.iter().map(inside).collect();
            structured |= outcome.structured;
            is_quiet &= outcome.is_quiet;
            for paths in occurrence.paths.chunk_by(|one, other| one.0 == other.0) {
                let (number, path) = paths[0];
                for (finding, inside) in outcome.findings.iter_mut().zip(&insides) {
                    let path = repositories[number].path(path).as_bytes();
                    finding.location.origin.path = RepoPath::new([path, inside].concat());
                }
                self.take(&outcome, slot, Place::File, number, paths);
            }
        }
        self.gathered.structured += u64::from(structured);
        if is_quiet { Verdict::Quiet } else { Verdict::Telling }
    }

    /// True where detectors find nothing, as the difference to a quiet base tells.
    fn stays_quiet(&self, object: &Object) -> bool {
        static ANY: LazyLock<Origin> = LazyLock::new(|| Origin { path: RepoPath::from("any") });
        let by_change = |delta: &Delta| self.plan.detector.stays_quiet(&ANY, object.bytes, &delta.changes());
        object.delta.as_ref().is_some_and(by_change)
    }

    fn message(&mut self, object: Object, place: Place) {
        let repositories = self.repositories;
        let mut is_counted = false;
        for (number, past) in repositories.iter().enumerate() {
            if past.asked(object.slot).is_none() {
                continue;
            }
            self.commits += u64::from(object.kind == Kind::Commit && !is_counted);
            is_counted = true;
            let outcome = self.examined(number, &RepoPath::from(place.name()), git::message(object.bytes), PAST);
            self.take(&outcome, object.slot, place, number, &[]);
        }
    }

    fn examined(&self, repository: usize, path: &RepoPath, bytes: &[u8], pass: Pass) -> Outcome {
        let mut outcome = Outcome::default();
        let examiner = Examiner { pass, plan: self.plan, layout: &self.repositories[repository].layout, files: &[] };
        examiner.whole(&Origin { path: path.clone() }, bytes, &mut outcome);
        outcome
    }

    fn take(&mut self, outcome: &Outcome, slot: Slot, place: Place, repository: usize, paths: &[(usize, PathId)]) {
        let attribution = &self.repositories[repository].attribution;
        for notification in &outcome.notifications {
            self.gathered.notification(notification.clone());
        }
        for (finding, &exact) in outcome.findings.iter().zip(&outcome.exact) {
            let sighting = Sighting {
                repository,
                rank: attribution.rank(slot),
                place,
                slot,
                paths: paths.iter().map(|&(_, path)| path).collect(),
                present: attribution.is_present(slot),
                on_default_branch: attribution.is_on_default_branch(slot),
            };
            self.gathered.finding(finding.clone(), exact, sighting);
        }
    }

    /// The ways to read an object.
    fn occurrences(&self, asked: &[(usize, Vec<PathId>)]) -> Vec<Occurrence<'j>> {
        let mut all: Vec<Occurrence> = Vec::with_capacity(1);
        for (number, paths) in asked {
            for &path in paths {
                let reading = self.reading(*number, path);
                match all.iter_mut().find(|known| known.reading == reading) {
                    Some(known) => known.paths.push((*number, path)),
                    None => all.push(Occurrence { reading, paths: vec![(*number, path)] }),
                }
            }
        }
        all
    }

    fn reading(&self, repository: usize, path: PathId) -> Reading<'j> {
        let past = &self.repositories[repository];
        let path = past.path(path);
        let syntax = Syntax::of_path(path);
        let role = past.layout.role(path);
        let is_own = self.plan.depends_on_paths() || *role == Role::Kustomization;
        Reading {
            syntax,
            role,
            trust: keyed::trust_of_path(path),
            is_lockfile: is_lockfile(path.file_name()),
            in_kustomization: syntax.is_some() && !past.layout.kustomizations_in(&path.parent()).is_empty(),
            kind: FileKind::of(path, &[]),
            own: is_own.then_some(path),
        }
    }
}

/// What an object that could not be read means for the run.
pub fn unread(slot: Slot, why: Broken, path: Option<&RepoPath>, objects: &Objects) -> Notification {
    let (reason, message) = git::reason(why);
    let message = format!("{message}, and was not looked at: {}.", objects.hex(slot));
    debug_assert_eq!(reason.class(), Class::Incomplete);
    Notification { path: path.cloned(), position: None, reason, message }
}

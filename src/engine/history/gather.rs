//! What a history comes to: of the same secret in many versions of many files, one finding.
//!
//! It does not know how anything was found. Two findings are the same when rule and whole value are, so no secret is lost
//! in another; the earliest place that nobody ignores is the one that is shown.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Class, Finding, Fingerprint, Notification, Place, Reason, RepoPath};
use crate::source::git::{PathId, Slot};

/// Where a finding was seen.
pub struct Sighting {
    /// The number of the repository.
    pub repository: usize,
    /// In the order of history.
    pub rank: u32,
    pub place: Place,
    pub slot: Slot,
    pub paths: Vec<PathId>,
    pub present: bool,
    pub on_default_branch: bool,
}

/// All sightings of one finding.
pub struct Group {
    /// At its first place.
    pub finding: Finding,
    pub first: Sighting,
    pub paths: BTreeSet<PathId>,
    pub present: bool,
    pub on_default_branch: bool,
}

/// What one thread gathered, or all of them.
#[derive(Default)]
pub struct Gathered {
    /// By repository, rule and exact value.
    groups: BTreeMap<(usize, &'static str, Fingerprint), Group>,
    /// One of each reason and path, and how many there were.
    notifications: BTreeMap<(Reason, Option<RepoPath>), (Notification, u64)>,
    pub blobs: u64,
    pub bytes: u64,
    pub structured: u64,
}

impl Gathered {
    pub fn finding(&mut self, finding: Finding, exact: Fingerprint, sighting: Sighting) {
        let key = (sighting.repository, finding.rule.id, exact);
        let group = Group {
            finding,
            paths: sighting.paths.iter().copied().collect(),
            present: sighting.present,
            on_default_branch: sighting.on_default_branch,
            first: sighting,
        };
        self.group(key, group);
    }

    /// Ignores that silence nothing are not news here: they may have done so in another version.
    pub fn notification(&mut self, notification: Notification) {
        if notification.class() == Class::Info && notification.reason != Reason::TooManyMatches {
            return;
        }
        self.count(notification, 1);
    }

    /// Takes in what another thread gathered.
    pub fn extend(&mut self, other: Gathered) {
        for (key, group) in other.groups {
            self.group(key, group);
        }
        for (notification, count) in other.notifications.into_values() {
            self.count(notification, count);
        }
        self.blobs += other.blobs;
        self.bytes += other.bytes;
        self.structured += other.structured;
    }

    pub fn into_parts(self) -> (Vec<Group>, Vec<(Notification, u64)>) {
        (self.groups.into_values().collect(), self.notifications.into_values().collect())
    }

    fn group(&mut self, key: (usize, &'static str, Fingerprint), mut new: Group) {
        let Some(known) = self.groups.get_mut(&key) else {
            self.groups.insert(key, new);
            return;
        };
        if new.order() < known.order() {
            std::mem::swap(known, &mut new);
        }
        known.finding.confidence = known.finding.confidence.max(new.finding.confidence);
        known.paths.append(&mut new.paths);
        known.present |= new.present;
        known.on_default_branch |= new.on_default_branch;
    }

    fn count(&mut self, notification: Notification, count: u64) {
        let key = (notification.reason, notification.path.clone());
        match self.notifications.get_mut(&key) {
            None => drop(self.notifications.insert(key, (notification, count))),
            Some((known, counted)) => {
                *counted += count;
                if notification < *known {
                    *known = notification;
                }
            }
        }
    }
}

impl Group {
    /// What is not ignored first, then what came first, then by place: the same on any number of threads.
    fn order(&self) -> impl Ord + '_ {
        let finding = &self.finding;
        (finding.suppression.is_some(), self.first.rank, self.first.slot, finding.order())
    }
}

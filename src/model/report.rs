//! What a run comes to: findings, notifications, and how much was looked at.
//!
//! It does not know any output format.

use std::collections::BTreeMap;

use super::{Class, Finding, Flow, Notification, Reason};

/// How much was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Files of a tree, blobs of a history.
    pub files: u64,
    pub bytes: u64,
    /// Commits whose messages were read; `None` where no history was asked for.
    pub commits: Option<u64>,
    /// Files that were read as YAML, JSON or dotenv.
    pub structured: u64,
    /// Everything that was not looked at or not understood, by reason.
    pub reasons: BTreeMap<Reason, u64>,
}

impl Coverage {
    pub fn count(&self, class: Class) -> u64 {
        self.reasons.iter().filter(|(reason, _)| reason.class() == class).map(|(_, count)| count).sum()
    }

    /// True when every byte in scope was seen by a detector.
    pub fn is_complete(&self) -> bool {
        self.count(Class::Incomplete) == 0
    }
}

/// Everything a reporter tells.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// In `Finding::order`, suppressed ones included.
    pub findings: Vec<Finding>,
    /// Sorted. Of the out-of-scope class only what a user would want named; all of them are in `coverage`.
    pub notifications: Vec<Notification>,
    pub coverage: Coverage,
    /// True where findings were held against what was known before: those that are not suppressed are new.
    pub compared: bool,
    /// The way of secrets, for the reports that can draw it; `None` where nobody asked.
    pub flow: Option<Flow>,
}

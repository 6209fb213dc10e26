//! A finding: a rule, a place, a sentence, and what became of it.
//!
//! It does not hold source text beyond its excerpts, in which every secret is already masked.

use super::{Confidence, Excerpt, Fingerprint, Origin, Rule, Severity};
use crate::text::{Region, Span};

/// A place in a source file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    pub origin: Origin,
    /// Bytes of the file as it lies on disk.
    pub span: Span,
    pub region: Region,
    /// The key path inside a structured file (`spec.data[secretKey=token].remoteRef`), where there is one.
    pub key_path: Option<String>,
    pub excerpt: Excerpt,
}

/// Another place that belongs to the same finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    pub location: Location,
    /// What this place is to the finding: "first defined here".
    pub label: String,
}

#[derive(Clone, Debug)]
pub struct Finding {
    pub rule: &'static Rule,
    /// The rule's own, or what the policy makes of it.
    pub severity: Severity,
    pub confidence: Confidence,
    pub message: String,
    pub location: Location,
    pub related: Vec<Related>,
    /// Rules that found the same thing and gave way.
    pub also: Vec<&'static Rule>,
    pub fingerprint: Fingerprint,
    /// Why it is quiet; a suppressed finding is kept and counted.
    pub suppression: Option<Suppression>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    pub kind: SuppressionKind,
    /// The reason that was written beside it; empty where none was.
    pub reason: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SuppressionKind {
    /// A comment in the file.
    Inline,
    /// An annotation on the object.
    Annotation,
    /// An `ignore` entry of the policy.
    Policy,
}

impl Finding {
    /// Findings are reported in this order, whatever the number of threads.
    pub fn order(&self) -> impl Ord + '_ {
        (&self.location.origin.path, self.location.span, self.rule.id, &self.message, self.fingerprint)
    }
}

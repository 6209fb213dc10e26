//! A finding: a rule, a place, a sentence, and what became of it.
//!
//! It does not hold source text beyond its excerpts, in which every secret is already masked.

use super::{Confidence, Excerpt, Fingerprint, Fix, Origin, RepoPath, Rule, Severity};
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
    /// How the value was written, outermost first (`base64`, `gzip`); empty where it stands in the clear.
    pub decoders: Vec<&'static str>,
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
    /// The deployment units it holds in, for what only a whole deployment can tell; at most as many as a report can bear.
    pub units: Vec<String>,
    /// Rules that found the same thing and gave way.
    pub also: Vec<&'static Rule>,
    pub fingerprint: Fingerprint,
    /// What would cure it, where that is known.
    pub fix: Option<Fix>,
    /// Where it stands in the repository's history; `None` for what was found in a tree.
    pub history: Option<Attribution>,
    /// Why it is quiet; a suppressed finding is kept and counted.
    pub suppression: Option<Suppression>,
}

/// Where something stands in a repository's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribution {
    /// What sort of place it is; all but files have a made-up path.
    pub place: Place,
    /// The object in whose text it stands, in full hexadecimal; empty where it stands in a name.
    pub object: String,
    /// The commit that brought it first (a tag that names it alone), in full hexadecimal; empty where none did.
    pub commit: String,
    /// `Name <address>`, as the commit says.
    pub author: String,
    /// When it was committed, RFC 3339 with the committer's own offset.
    pub date: String,
    /// Where its blob stood, sorted; at most as many as a report can bear.
    pub paths: Vec<RepoPath>,
    /// How many paths more there are.
    pub more_paths: u64,
    /// True when a tip (the head, for a range) still holds it.
    pub present: bool,
    /// True when the default branch still holds it.
    pub on_default_branch: bool,
}

/// Where in a history something can stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    #[default]
    File,
    CommitMessage,
    TagMessage,
    /// The name of a file or folder.
    Path,
}

impl Place {
    /// The word in reports; also the path that stands in for a file's.
    pub fn name(self) -> &'static str {
        match self {
            Place::File => "file",
            Place::CommitMessage => "commit-message",
            Place::TagMessage => "tag-message",
            Place::Path => "path",
        }
    }
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
    /// A line of the baseline.
    Baseline,
}

impl SuppressionKind {
    /// The word in reports: stable.
    pub fn name(self) -> &'static str {
        match self {
            SuppressionKind::Inline => "inline",
            SuppressionKind::Annotation => "annotation",
            SuppressionKind::Policy => "policy",
            SuppressionKind::Baseline => "baseline",
        }
    }
}

impl Finding {
    /// Findings are reported in this order, whatever the number of threads.
    pub fn order(&self) -> impl Ord + '_ {
        (&self.location.origin.path, self.location.span, self.rule.id, &self.message, self.fingerprint)
    }
}

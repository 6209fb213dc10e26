//! Ignores by path, rule and value, and the thresholds that decide what counts.
//!
//! It does not know where these wishes were written.

use globset::GlobSet;

use crate::model::{Confidence, Finding, Severity, Suppression, SuppressionKind};

/// An ignore that the policy states once for many places.
#[derive(Clone, Debug)]
pub struct PathIgnore {
    pub rule: &'static str,
    /// Empty matches every path.
    pub paths: GlobSet,
    /// The finding's fingerprint, for one value and no other.
    pub fingerprint: Option<String>,
    pub reason: String,
}

impl PathIgnore {
    pub fn matches(&self, finding: &Finding) -> bool {
        let path = finding.location.origin.path.to_path();
        finding.rule.id == self.rule
            && (self.paths.is_empty() || self.paths.is_match(path))
            && self.fingerprint.as_ref().is_none_or(|wanted| finding.fingerprint.to_string() == *wanted)
    }

    pub fn suppression(&self) -> Suppression {
        Suppression { kind: SuppressionKind::Policy, reason: self.reason.clone() }
    }
}

/// What is reported, and what makes the run fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// Findings below are left out of reports.
    pub confidence: Confidence,
    /// Findings at or above make the run fail.
    pub fail_on: Severity,
}

impl Threshold {
    pub fn reports(&self, finding: &Finding) -> bool {
        finding.confidence >= self.confidence
    }

    pub fn fails(&self, finding: &Finding) -> bool {
        finding.suppression.is_none() && self.reports(finding) && finding.severity >= self.fail_on
    }
}

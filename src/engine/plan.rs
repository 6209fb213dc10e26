//! What a run will do: rules with their severities, scope, limits. Made once from arguments and policy.
//!
//! It does not know what the user typed.

use std::sync::Arc;

use globset::GlobSet;

use super::render::Renderer;
use crate::catalog::Catalog;
use crate::checks::custom::CustomRules;
use crate::checks::{BY_NAME, CHECKS, Check};
use crate::detect::Detector;
use crate::detect::keyed::KeyedRules;
use crate::filter::PathIgnore;
use crate::model::{Finding, Masking, Past, RepoPath, Rule, Severity, Suppression};
use crate::policy::Policy;

/// A rule that is on, with what the policy changes about it.
#[derive(Clone, Debug)]
pub struct ActiveRule {
    pub rule: &'static Rule,
    pub severity: Severity,
    /// Other severities under some paths, first match wins; `None` is off.
    pub by_path: Vec<(GlobSet, Option<Severity>)>,
}

impl ActiveRule {
    pub fn new(rule: &'static Rule) -> Self {
        ActiveRule { rule, severity: rule.severity, by_path: Vec::new() }
    }
}

pub struct Plan {
    pub(super) catalog: Catalog,
    rules: Vec<ActiveRule>,
    pub(super) detector: Detector,
    pub(super) keyed: KeyedRules,
    /// The credential rules that are off, for masking; `None` where all are on.
    pub(super) silent: Option<(Detector, KeyedRules)>,
    pub(super) checks: Vec<(&'static Check, &'static Rule)>,
    /// What the repository wishes: its conventions, and what lies outside of it.
    pub policy: Policy,
    /// What is reported; empty is everything.
    pub scope: Vec<RepoPath>,
    pub ignores: Vec<PathIgnore>,
    /// A comparison also says where the policy asks for less than it did.
    pub watches_policy: bool,
    /// Inline ignores and annotations count.
    pub suppress: bool,
    /// The ignores of other scanners count, too.
    pub foreign_markers: bool,
    /// Archives are opened.
    pub archives: bool,
    pub masking: Masking,
    pub threads: usize,
    /// Has charts rendered by Helm, where the user asks for that.
    pub renderer: Option<Renderer>,
    /// Knows how old values are, where the user asks for that.
    pub past: Option<Arc<dyn Past>>,
}

impl Plan {
    /// `rules` are those that are on; `catalog` is all that have a name.
    pub fn new(catalog: Catalog, mut rules: Vec<ActiveRule>) -> Plan {
        rules.sort_by_key(|active| active.rule.id);
        let all: Vec<&'static Rule> = rules.iter().map(|active| active.rule).collect();
        let find = |id: &str| all.binary_search_by_key(&id, |rule| rule.id).ok().map(|index| all[index]);
        let off = |rule: &&'static Rule| rule.is_credential() && find(rule.id).is_none();
        let off: Vec<&'static Rule> = catalog.rules().iter().copied().filter(off).collect();
        Plan {
            silent: (!off.is_empty()).then(|| (Detector::new(&off), KeyedRules::of(&off))),
            detector: Detector::new(&all),
            keyed: KeyedRules::of(&all),
            checks: CHECKS.iter().filter_map(|check| Some((check, find(check.id)?))).collect(),
            catalog,
            rules,
            policy: Policy::default(),
            scope: Vec::new(),
            ignores: Vec::new(),
            watches_policy: true,
            suppress: true,
            foreign_markers: true,
            archives: false,
            masking: Masking::default(),
            threads: 1,
            renderer: None,
            past: None,
        }
    }

    /// The rule that has this id or alias, on or off.
    pub fn rule(&self, name: &str) -> Option<&'static Rule> {
        self.catalog.get(name)
    }

    /// True when any rule needs the graph, if only to be told that it is wrong.
    pub(super) fn has_unit_checks(&self) -> bool {
        !self.policy.custom.is_empty()
            || self.checks.iter().any(|(check, _)| check.is_of_unit() || BY_NAME.contains(&check.id))
    }

    /// The policy's own rules that are on.
    pub(super) fn custom(&self) -> CustomRules<'_> {
        CustomRules::new(self.policy.custom.iter().filter(|custom| self.is_active(custom.rule)))
    }

    pub(super) fn is_active(&self, rule: &Rule) -> bool {
        self.rules.binary_search_by_key(&rule.id, |active| active.rule.id).is_ok()
    }

    /// True where the policy treats some paths otherwise than others.
    pub(super) fn depends_on_paths(&self) -> bool {
        self.rules.iter().any(|active| !active.by_path.is_empty())
            || self.ignores.iter().any(|ignore| !ignore.paths.is_empty())
    }

    pub(super) fn by_policy(&self, finding: &Finding) -> Option<Suppression> {
        let mut ignores = self.ignores.iter().filter(|_| self.suppress);
        ignores.find(|ignore| ignore.matches(finding)).map(PathIgnore::suppression)
    }

    /// The finding with the policy's severity; `None` where the policy turns its rule off for this path.
    pub(super) fn weigh(&self, mut finding: Finding) -> Option<Finding> {
        let Ok(index) = self.rules.binary_search_by_key(&finding.rule.id, |active| active.rule.id) else {
            return Some(finding);
        };
        let active = &self.rules[index];
        let path = finding.location.origin.path.to_path();
        let by_path = active.by_path.iter().find(|(paths, _)| paths.is_match(&path)).map(|(_, severity)| *severity);
        finding.severity = by_path.unwrap_or(Some(active.severity))?;
        Some(finding)
    }
}

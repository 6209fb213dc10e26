//! A rule against its own examples: the bad ones must be found, the good ones must not.
//!
//! It does not know how the rule matches.

use std::io::Cursor;

use super::{ActiveRule, Plan, check};
use crate::catalog::{Catalog, generator};
use crate::model::{Confidence, Example, Finding, Reason, RepoPath, Rule};
use crate::policy::custom::Sample;
use crate::policy::{Custom, Policy, Said};
use crate::source::Stdin;
use crate::text::Span;

/// Examples expand to the same text every time.
const SEED: u64 = 1;

/// An example that does not show what its rule promises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disproof {
    pub is_bad: bool,
    /// In the list of bad or of good ones.
    pub index: usize,
    pub sentence: String,
}

impl Disproof {
    fn new(rule: &Rule, is_bad: bool, index: usize, wrong: &str) -> Disproof {
        let kind = if is_bad { "bad" } else { "good" };
        Disproof { is_bad, index, sentence: format!("{kind} example {} of {}: {wrong}", index + 1, rule.id) }
    }
}

/// What is wrong with the examples of a rule of the policy.
pub fn prove_custom(custom: &Custom, policy: &Policy, catalog: &Catalog) -> Vec<Disproof> {
    let mut plan = Plan::new(catalog.clone(), vec![ActiveRule::new(custom.rule)]);
    plan.policy = policy.clone();
    plan.policy.custom = vec![custom.clone()];
    let judged = |sample: &Sample| {
        let input = Stdin::new(RepoPath::from(sample.path.as_str()), Cursor::new(sample.text.clone().into_bytes()));
        let report = check(&input, &plan);
        let doubt = report.notifications.into_iter().find(|it| it.reason == Reason::UnjudgedRule);
        (!report.findings.is_empty(), doubt.map(|doubt| doubt.message))
    };
    let wrong = |sample: &Sample, is_bad: bool| match judged(sample) {
        (_, Some(doubt)) => Some(doubt),
        (found, None) if found == is_bad => None,
        (true, None) => Some("it is reported".to_owned()),
        (false, None) => Some("nothing is found in it".to_owned()),
    };
    let of = |samples: &[Said<Sample>], is_bad: bool| {
        let all = samples.iter().enumerate();
        let disproof = |(index, sample): (usize, &Said<Sample>)| {
            Some(Disproof::new(custom.rule, is_bad, index, &wrong(sample, is_bad)?))
        };
        all.filter_map(disproof).collect::<Vec<_>>()
    };
    let mut disproofs = of(&custom.bad, true);
    disproofs.extend(of(&custom.good, false));
    disproofs
}

/// What is wrong with the examples of a credential rule; the built-in manifest rules have fixtures instead.
pub fn prove(rule: &'static Rule, catalog: &Catalog) -> Vec<Disproof> {
    let plan = Plan::new(catalog.clone(), vec![ActiveRule::new(rule)]);
    let bad = rule.bad.iter().enumerate().filter_map(|(index, example)| {
        let wrong = match found(example, &plan) {
            Err(error) => error,
            Ok((findings, secrets)) if !findings.iter().any(|finding| names_a_secret(finding, &secrets)) => {
                "nothing is found in it".to_owned()
            }
            Ok(_) => return None,
        };
        Some(Disproof::new(rule, true, index, &wrong))
    });
    let good = rule.good.iter().enumerate().filter_map(|(index, example)| {
        let wrong = match found(example, &plan) {
            Err(error) => error,
            Ok((findings, _)) => {
                let loud = findings.iter().find(|finding| finding.confidence > Confidence::Low)?;
                format!("line {} is reported", loud.location.region.start.line)
            }
        };
        Some(Disproof::new(rule, false, index, &wrong))
    });
    bad.chain(good).collect()
}

fn found(example: &Example, plan: &Plan) -> Result<(Vec<Finding>, Vec<Span>), String> {
    let expanded = generator::expand(example.text, SEED).map_err(|error| error.message)?;
    let input = Stdin::new(RepoPath::from(example.path), Cursor::new(expanded.text.into_bytes()));
    Ok((check(&input, plan).findings, expanded.secrets))
}

/// Where the example generates its secret, that secret is what must be found.
fn names_a_secret(finding: &Finding, secrets: &[Span]) -> bool {
    secrets.is_empty() || secrets.iter().any(|secret| secret.intersects(finding.location.span))
}

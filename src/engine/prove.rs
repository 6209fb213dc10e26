//! A rule against its own examples: the bad ones must be found, the good ones must not.
//!
//! It does not know how the rule matches.

use std::io::Cursor;

use super::{ActiveRule, Plan, check};
use crate::catalog::{Catalog, generator};
use crate::model::{Confidence, Example, Finding, RepoPath, Rule};
use crate::source::Stdin;
use crate::text::Span;

/// Examples expand to the same text every time.
const SEED: u64 = 1;

/// What is wrong with the examples of a credential rule, one sentence each; manifest rules have fixtures instead.
pub fn prove(rule: &'static Rule, catalog: &Catalog) -> Vec<String> {
    let plan = Plan::new(catalog.clone(), vec![ActiveRule::new(rule)]);
    let bad = rule.bad.iter().enumerate().filter_map(|(index, example)| {
        let wrong = match found(example, &plan) {
            Err(error) => error,
            Ok((findings, secrets)) if !findings.iter().any(|finding| names_a_secret(finding, &secrets)) => {
                "nothing is found in it".to_owned()
            }
            Ok(_) => return None,
        };
        Some(format!("bad example {} of {}: {wrong}", index + 1, rule.id))
    });
    let good = rule.good.iter().enumerate().filter_map(|(index, example)| {
        let wrong = match found(example, &plan) {
            Err(error) => error,
            Ok((findings, _)) => {
                let loud = findings.iter().find(|finding| finding.confidence > Confidence::Low)?;
                format!("line {} is reported", loud.location.region.start.line)
            }
        };
        Some(format!("good example {} of {}: {wrong}", index + 1, rule.id))
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

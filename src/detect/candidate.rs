//! What the matchers found, and which of several rules keeps a value that more than one of them claims.
//!
//! It does not know how a rule matches.

use std::collections::BTreeMap;

use super::structure::Found;
use crate::model::{Confidence, Draft, Identity, Rule};
use crate::text::Span;

/// Findings of one rule in one blob; what is beyond is counted only.
const MOST_PER_RULE: u32 = 1_000;

/// How much a match says about the value: the greater one keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// The key or the address beside it says so.
    Context,
    /// A vendor's word and a value of that vendor's shape.
    Assignment,
    Pattern,
    /// Its own prefix says so.
    Token,
    /// Its checksum or its inner structure says so.
    Verified,
}

pub struct Candidate {
    pub rule: &'static Rule,
    /// What is shown.
    pub span: Span,
    /// What is masked; inside `span`.
    pub secret: Span,
    pub rank: Rank,
    /// Among equals the greater one keeps the value: the bytes of prefix or word that spoke for it.
    pub weight: usize,
    pub confidence: Confidence,
    pub identity: Identity,
}

/// The candidates of one blob.
#[derive(Default)]
pub struct Candidates {
    found: Vec<Candidate>,
    /// For each rule by the address of its static.
    counts: BTreeMap<*const Rule, u32>,
    capped: usize,
}

impl Candidates {
    pub fn push(&mut self, candidate: Candidate) {
        let count = self.counts.entry(candidate.rule as *const Rule).or_default();
        match *count < MOST_PER_RULE {
            true => {
                *count += 1;
                self.found.push(candidate);
            }
            false => self.capped += 1,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Drafts in the order of the text, no two of which overlap; the number of matches beyond the cap.
    pub fn settle(mut self, drafts: &mut Vec<Draft>) -> usize {
        let key = |c: &Candidate| (std::cmp::Reverse((c.rank, c.weight, c.span.len())), c.span, c.rule.id);
        self.found.sort_by(|one, other| key(one).cmp(&key(other)));
        let mut kept: BTreeMap<usize, Draft> = BTreeMap::new();
        for candidate in self.found {
            let before = kept.range_mut(..candidate.span.end).next_back().map(|(_, draft)| draft);
            match before {
                Some(draft) if draft.span.intersects(candidate.span) => give_way(candidate.rule, draft),
                _ => drop(kept.insert(candidate.span.start, candidate.draft())),
            }
        }
        drafts.extend(kept.into_values());
        self.capped
    }
}

pub fn give_way(rule: &'static Rule, to: &mut Draft) {
    if to.rule.id != rule.id && to.also.iter().all(|also| also.id != rule.id) {
        to.also.push(rule);
    }
}

impl Candidate {
    pub fn of(rule: &'static Rule, found: Found) -> Candidate {
        Candidate {
            rule,
            span: found.span,
            secret: found.secret,
            rank: found.rank,
            weight: found.weight,
            confidence: found.confidence.unwrap_or(rule.confidence),
            identity: found.identity,
        }
    }

    fn draft(self) -> Draft {
        Draft {
            rule: self.rule,
            confidence: self.confidence,
            span: self.span,
            secrets: vec![self.secret],
            blanks: Vec::new(),
            related: Vec::new(),
            key_path: None,
            decoders: Vec::new(),
            identity: self.identity,
            also: Vec::new(),
            edits: Vec::new(),
            review: false,
        }
    }
}

//! Regular expressions, each compiled when its first anchor is seen and tried only around its anchors.
//!
//! It does not know how anchors are found.

use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};

use super::candidate::{Candidate, Rank};
use super::sample;
use crate::model::{Identity, Pattern, Rule};
use crate::text::{Secret, Span};

pub struct Matcher {
    rule: &'static Rule,
    pattern: &'static Pattern,
    regex: OnceLock<Option<Regex>>,
}

impl Matcher {
    pub fn new(rule: &'static Rule, pattern: &'static Pattern) -> Self {
        Matcher { rule, pattern, regex: OnceLock::new() }
    }

    /// The bytes around an anchor at `at` that a match may lie in.
    pub fn window(&self, text: &[u8], at: usize) -> Span {
        let start = at.saturating_sub(self.pattern.before.into());
        Span::new(start, (at + usize::from(self.pattern.after)).min(text.len()))
    }

    /// Every match inside `window`. One that the end of the window may have cut is none.
    pub fn find(&self, text: &[u8], window: Span, mut found: impl FnMut(Candidate)) {
        let Some(regex) = self.regex.get_or_init(|| compile(self.pattern.regex).ok()) else { return };
        let visible = &text[..window.end];
        let mut from = window.start;
        while let Some(groups) = regex.captures_at(visible, from) {
            let Some(whole) = groups.get(0) else { return };
            from = whole.end().max(whole.start() + 1);
            let secret = groups.name("secret").unwrap_or(whole);
            let cut = whole.end() == window.end && window.end < text.len();
            if !cut && !secret.is_empty() && !sample::is_sample(secret.as_bytes()) {
                found(self.candidate(Span::new(secret.start(), secret.end()), secret.as_bytes()));
            }
            if from > visible.len() {
                return;
            }
        }
    }

    fn candidate(&self, span: Span, value: &[u8]) -> Candidate {
        Candidate {
            rule: self.rule,
            span,
            secret: span,
            rank: Rank::Pattern,
            weight: 0,
            confidence: self.rule.confidence,
            identity: Identity::Credential { value: Secret::new(value) },
        }
    }
}

/// The regex of a rule, over bytes and without Unicode.
pub fn compile(regex: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(regex).unicode(false).build()
}

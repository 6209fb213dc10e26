//! `scripts:` what scripts may say of secrets.
//!
//! It does not know shells.

use serde::Deserialize;

use super::files::{Pattern, patterns};
use super::keys::{Key, key};
use super::layer::layered;
use super::place::Said;
use super::verifier::Verifier;
use super::{Level, RuleSetting};
use crate::model::{RepoPath, Severity};
use crate::text::settings::Spanned;

/// What its keys mean.
pub const KEYS: &[Key] = &[
    key("scripts", "What scripts say of secrets.", &[]),
    key("scripts.no-literal-secrets", "Scripts generate or read secrets.", &["literal-in-script"]),
    key("scripts.no-literal-secrets.paths", "The scripts that are meant. Default: all.", &[]),
    key("scripts.no-literal-secrets.severity", "What it weighs. Default: what the rule says itself.", &[]),
    key("scripts.no-literal-secrets.allow", "Scripts that may.", &[]),
];

/// The rule that this convention switches on.
const RULE: &str = "literal-in-script";

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Shape {
    no_literal_secrets: Option<Spanned<LiteralsShape>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LiteralsShape {
    paths: Option<Vec<Spanned<String>>>,
    severity: Option<Spanned<String>>,
    allow: Option<Vec<Spanned<String>>>,
}

#[derive(Clone, Debug, Default)]
pub struct Scripts {
    pub no_literal_secrets: Option<Said<Literals>>,
}

/// Which scripts may hold no literals.
#[derive(Clone, Debug)]
pub struct Literals {
    paths: Option<Vec<Pattern>>,
    allow: Vec<Pattern>,
    severity: Option<Severity>,
}

layered!(Scripts { no_literal_secrets });

impl Shape {
    pub fn verified(self, verifier: &mut Verifier) -> Scripts {
        Scripts { no_literal_secrets: self.no_literal_secrets.map(|literals| literals_of(literals, verifier)) }
    }
}

fn literals_of(written: Spanned<LiteralsShape>, verifier: &mut Verifier) -> Said<Literals> {
    let (referenced, defined) = (written.referenced, written.defined);
    let LiteralsShape { paths, severity, allow } = written.value;
    let severity = verifier.word(severity, "severity", &["error", "note", "warning"]).map(|word| match word.value {
        "error" => Severity::Error,
        "warning" => Severity::Warning,
        _ => Severity::Note,
    });
    let (paths, allow) = (patterns(paths, verifier), patterns(allow, verifier).unwrap_or_default());
    verifier.said(Spanned::new(Literals { paths, allow, severity }, referenced, defined))
}

impl Literals {
    pub fn cover(&self, path: &RepoPath) -> bool {
        let is_in = |list: &[Pattern]| list.iter().any(|pattern| pattern.matches(path));
        self.paths.as_ref().is_none_or(|paths| is_in(paths)) && !is_in(&self.allow)
    }
}

impl Scripts {
    /// The severity that it asks for, as `rules:` would say it.
    pub fn setting(&self) -> Option<RuleSetting> {
        let severity = self.no_literal_secrets.as_ref()?.severity?;
        Some(RuleSetting { rule: RULE, level: Some(Level::On(severity)), paths: Vec::new() })
    }
}

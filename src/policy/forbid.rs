//! `forbid:` the ways to keep secrets in git that an organisation does not want.
//!
//! It does not know how each of them looks.

use super::keys::{Key, key};
use super::place::Said;
use super::verifier::Verifier;
use crate::text::settings::Spanned;

/// What its keys mean.
pub const KEYS: &[Key] = &[key(
    "forbid",
    "Ways to keep secrets in git that are not wanted.",
    &["forbidden-mechanism", "forbidden-age-file", "generation-time-injection"],
)];

/// What can be forbidden.
pub const MECHANISMS: &[&str] =
    &["age", "argocd-vault-plugin", "helm-secrets", "plain-secret", "sealed-secrets", "sops"];

pub type Shape = Vec<Spanned<String>>;

/// The mechanisms that are forbidden, each with the line that says so.
#[derive(Clone, Debug, Default)]
pub struct Forbid(Vec<Said<&'static str>>);

pub fn verified(written: Shape, verifier: &mut Verifier) -> Forbid {
    let words = written.into_iter().filter_map(|word| verifier.word(Some(word), "mechanism", MECHANISMS));
    Forbid(words.collect())
}

impl Forbid {
    /// Where `mechanism` is forbidden; `None` where it is not.
    pub fn of(&self, mechanism: &str) -> Option<&Said<&'static str>> {
        self.0.iter().find(|known| known.value == mechanism)
    }
}

//! `gates:` the moments at which a repository is to be scanned for credentials.
//!
//! It does not know how a scan is wired up.

use super::keys::{Key, key};
use super::place::Said;
use super::verifier::Verifier;
use crate::text::settings::Spanned;

/// What its keys mean.
pub const KEYS: &[Key] = &[key(
    "gates",
    "The moments at which the repository is scanned for credentials; some file of it asks for each.",
    &["scan-gate-missing"],
)];

/// What can be asked for.
const GATES: &[&str] = &["history", "pre-commit", "pull-request"];

pub type Shape = Vec<Spanned<String>>;

/// The scans that are wanted, each with the line that says so.
#[derive(Clone, Debug, Default)]
pub struct Gates(pub Vec<Said<&'static str>>);

pub fn verified(written: Shape, verifier: &mut Verifier) -> Gates {
    Gates(written.into_iter().filter_map(|word| verifier.word(Some(word), "gate", GATES)).collect())
}

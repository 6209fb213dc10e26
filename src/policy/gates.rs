//! `gates:` the moments at which a repository is to be scanned for credentials.
//!
//! It does not know how a scan is wired up.

use super::place::Said;
use super::verifier::Verifier;
use crate::text::settings::Spanned;

/// What can be asked for.
const GATES: &[&str] = &["history", "pre-commit", "pull-request"];

pub type Shape = Vec<Spanned<String>>;

/// The scans that are wanted, each with the line that says so.
#[derive(Clone, Debug, Default)]
pub struct Gates(pub Vec<Said<&'static str>>);

pub fn verified(written: Shape, verifier: &mut Verifier) -> Gates {
    Gates(written.into_iter().filter_map(|word| verifier.word(Some(word), "gate", GATES)).collect())
}

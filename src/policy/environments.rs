//! `environments:` what the environments of an organisation share and what they do not.
//!
//! It does not know which environments there are.

use serde::Deserialize;

use super::keys::{Key, key};
use super::layer::layered;
use super::place::Said;
use super::verifier::Verifier;
use crate::text::settings::Spanned;

/// What its keys mean.
pub const KEYS: &[Key] = &[
    key("environments", "What environments share and what they do not, by the binding `env`.", &[]),
    key(
        "environments.parity",
        "What every environment has if one has it. Environments that are branches are read from the repository.",
        &["environments-differ"],
    ),
    key("environments.isolated", "Environments that share no backend's address.", &["environments-share-backend"]),
];

const PARITY: &[&str] = &["external-secrets", "remote-keys"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    parity: Option<Vec<Spanned<String>>>,
    isolated: Option<Vec<Spanned<String>>>,
}

#[derive(Clone, Debug, Default)]
pub struct Environments {
    /// What every environment has if one has it.
    pub parity: Option<Vec<Said<&'static str>>>,
    /// Environments that share no backend.
    pub isolated: Option<Vec<Said<String>>>,
}

layered!(Environments { parity, isolated });

impl Shape {
    pub fn verified(self, verifier: &mut Verifier) -> Environments {
        let parity = self.parity.map(|list| {
            list.into_iter().filter_map(|word| verifier.word(Some(word), "kind of parity", PARITY)).collect()
        });
        Environments { parity, isolated: verifier.list(self.isolated) }
    }
}

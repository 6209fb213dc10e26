//! `placeholders:` what samples may say in the place of a secret.
//!
//! It does not know which files are samples.

use serde::Deserialize;

use super::keys::{Key, key};
use super::layer::layered;
use super::place::Said;
use super::verifier::Verifier;
use crate::text::settings::Spanned;

/// What its keys mean.
pub const KEYS: &[Key] = &[
    key("placeholders", "What samples say in the place of a secret.", &[]),
    key("placeholders.only", "The only texts that may stand there, beside none.", &["placeholder-not-agreed"]),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    only: Option<Vec<Spanned<String>>>,
}

#[derive(Clone, Debug, Default)]
pub struct Placeholders {
    pub only: Option<Vec<Said<String>>>,
}

layered!(Placeholders { only });

impl Shape {
    pub fn verified(self, verifier: &mut Verifier) -> Placeholders {
        Placeholders { only: verifier.list(self.only) }
    }
}

//! `placeholders:` what samples may say in the place of a secret.
//!
//! It does not know which files are samples.

use serde::Deserialize;

use super::layer::layered;
use super::place::Said;
use super::verifier::Verifier;
use crate::text::settings::Spanned;

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

//! `images:` what may be in an image.
//!
//! It does not know Dockerfiles.

use serde::Deserialize;

use super::keys::{Key, key};
use super::layer::layered;
use super::place::Said;
use super::verifier::Verifier;
use crate::text::settings::Spanned;

/// What its keys mean.
pub const KEYS: &[Key] = &[
    key("images", "What is in an image.", &[]),
    key(
        "images.no-credentials",
        "Dockerfiles and compose files set no variable that is a credential by its name, not even to a harmless value.",
        &["credential-variable-in-image"],
    ),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Shape {
    no_credentials: Option<Spanned<bool>>,
}

#[derive(Clone, Debug, Default)]
pub struct Images {
    pub no_credentials: Option<Said<bool>>,
}

layered!(Images { no_credentials });

impl Shape {
    pub fn verified(self, verifier: &mut Verifier) -> Images {
        Images { no_credentials: self.no_credentials.map(|written| verifier.said(written)) }
    }
}

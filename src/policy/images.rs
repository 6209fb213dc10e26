//! `images:` what may be in an image.
//!
//! It does not know Dockerfiles.

use serde::Deserialize;

use super::layer::layered;
use super::place::Said;
use super::verifier::Verifier;
use crate::text::settings::Spanned;

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

//! `ci:` how jobs of a CI system are to prove who they are.
//!
//! It does not know any CI system's files.

use serde::Deserialize;

use super::keys::{Key, key};
use super::layer::layered;
use super::place::Said;
use super::template::Template;
use super::verifier::Verifier;
use crate::text::settings::Spanned;

/// What its keys mean.
pub const KEYS: &[Key] = &[
    key("ci", "How jobs of a CI system prove who they are.", &[]),
    key("ci.auth", "They log in by OpenID Connect, with no credential that lasts.", &["static-credential-in-ci"]),
    key("ci.role", "A template of the role that they take in Vault.", &["ci-role-not-as-agreed"]),
    key("ci.forbid-variables", "Variables that no job uses.", &["static-credential-in-ci"]),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Shape {
    auth: Option<Spanned<String>>,
    role: Option<Spanned<String>>,
    forbid_variables: Option<Vec<Spanned<String>>>,
}

#[derive(Clone, Debug, Default)]
pub struct Ci {
    /// `oidc` is all that can be asked for.
    pub auth: Option<Said<&'static str>>,
    /// The role that a job takes in Vault.
    pub role: Option<Said<Template>>,
    pub forbid_variables: Option<Vec<Said<String>>>,
}

layered!(Ci { auth, role, forbid_variables });

impl Shape {
    pub fn verified(self, verifier: &mut Verifier) -> Ci {
        Ci {
            auth: verifier.word(self.auth, "way to log in", &["oidc"]),
            role: verifier.template(self.role),
            forbid_variables: verifier.list(self.forbid_variables),
        }
    }
}

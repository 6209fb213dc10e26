//! `helm:`: how charts get at secrets, and what their values may say.
//!
//! It does not know charts: paths are keys of values files.

use serde::Deserialize;

use super::key_pattern::KeyPattern;
use super::keys::{Key, key};
use super::layer::layered;

/// What its keys mean.
pub const KEYS: &[Key] = &[
    key(
        "helm",
        "How charts get at secrets, and what their values may say. Paths are keys with dots between them; `*` is one key, `**` any number.",
        &[],
    ),
    key("helm.strategy", "The value that chooses where secrets come from.", &["secret-strategy-not-allowed"]),
    key("helm.strategy.path", "Its path in the values.", &[]),
    key(
        "helm.strategy.modes",
        "What it may be in each environment, by the binding `env`. What no list holds is allowed nowhere.",
        &[],
    ),
    key(
        "helm.roles",
        "What values mean that the chart hands on to an ExternalSecret, by path; the first that matches counts. They are held against `stores.shared` and `external-secrets`.",
        &["external-value-not-allowed"],
    ),
    key("helm.when-external", "What the other values say where the strategy is `external`.", &[]),
    key("helm.when-external.required", "Paths that are set.", &["strategy-value-missing"]),
    key("helm.when-external.forbidden", "Paths that are not set.", &["strategy-value-forbidden"]),
    key(
        "helm.when-external.no-inline-credentials",
        "No value is a credential. Default: `false`.",
        &["strategy-value-forbidden"],
    ),
    key("helm.when-none", "The same where the strategy is `none`.", &[]),
    key("helm.when-none.required", "Paths that are set.", &["strategy-value-missing"]),
    key("helm.when-none.forbidden", "Paths that are not set.", &["strategy-value-forbidden"]),
    key(
        "helm.when-none.no-inline-credentials",
        "No value is a credential. Default: `false`.",
        &["strategy-value-forbidden"],
    ),
    key(
        "helm.existing-secret-only",
        "Blocks that name an `existingSecret` and hold no setting of `keys` themselves.",
        &["existing-secret-not-used"],
    ),
    key("helm.with-keys", "Those of them that also name the Secret's keys.", &[]),
    key("helm.keys", "Settings that have no place there, each with the one that names a key of the Secret.", &[]),
    key(
        "helm.no-secret-values",
        "Values hold no credentials, not even weak defaults.",
        &["credential-in-referring-chart"],
    ),
    key("helm.no-secret-templates", "Templates make no Secret.", &["secret-made-by-chart"]),
];

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Helm {
    /// The value that says where secrets come from, and what it may be in which environment.
    pub strategy: Option<Strategy>,
    /// What values mean that the chart hands on to an ExternalSecret; the first pattern that matches counts.
    #[serde(deserialize_with = "super::pairs::read")]
    pub roles: Option<Vec<(KeyPattern, ValueRole)>>,
    pub when_external: Option<Demands>,
    pub when_none: Option<Demands>,
    /// Blocks that name an existing Secret and hold no credentials themselves.
    pub existing_secret_only: Option<Vec<KeyPattern>>,
    /// Those of them that also say which keys of the Secret are meant.
    pub with_keys: Option<Vec<KeyPattern>>,
    /// An inline setting, and the one that names a key of the Secret in its place.
    #[serde(deserialize_with = "super::pairs::read")]
    pub keys: Option<Vec<(String, String)>>,
    /// Values hold no credentials, not even doubtful ones.
    pub no_secret_values: Option<bool>,
    /// Charts refer to Secrets that somebody else makes.
    pub no_secret_templates: Option<bool>,
}

layered!(Helm {
    strategy,
    roles,
    when_external,
    when_none,
    existing_secret_only,
    with_keys,
    keys,
    no_secret_values,
    no_secret_templates,
});

/// `{ path: secrets.provider, modes: { prod: [external, none] } }`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Strategy {
    pub path: KeyPattern,
    /// By environment. What is in none of the lists is no mode at all.
    #[serde(deserialize_with = "super::pairs::read_all")]
    pub modes: Vec<(String, Vec<String>)>,
}

impl Strategy {
    /// What is allowed in an environment; `None` where nobody says.
    pub fn allowed(&self, environment: &str) -> Option<&[String]> {
        self.modes.iter().find(|(name, _)| name == environment).map(|(_, modes)| modes.as_slice())
    }

    /// Every mode that is allowed anywhere, each once.
    pub fn known(&self) -> Vec<&str> {
        let mut known: Vec<&str> = self.modes.iter().flat_map(|(_, modes)| modes).map(String::as_str).collect();
        known.sort_unstable();
        known.dedup();
        known
    }
}

/// What the other values must say once the strategy is chosen.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Demands {
    pub required: Vec<KeyPattern>,
    pub forbidden: Vec<KeyPattern>,
    pub no_inline_credentials: bool,
}

/// What a value is to the ExternalSecret that the chart makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ValueRole {
    StoreName,
    StoreKind,
    RefreshInterval,
    RemoteKey,
}

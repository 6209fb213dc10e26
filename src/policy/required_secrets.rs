//! `required-secrets:`: Secrets that a platform counts on, where they live and how they are read.
//!
//! It does not know who makes them.

use serde::Deserialize;

use super::keys::{Key, key};
use super::workloads::{MountRoot, Way};

/// What its keys mean.
pub const KEYS: &[Key] = &[
    key("required-secrets", "Secrets that the platform counts on.", &["required-secret-not-made"]),
    key("required-secrets[].name", "Its name.", &[]),
    key("required-secrets[].namespace", "The namespace where it is read, and made.", &[]),
    key("required-secrets[].via", "How it is read.", &["secret-taken-otherwise", "file-secret-outside-volume"]),
    key("required-secrets[].mount", "The folder below which it is mounted.", &["secret-mounted-elsewhere"]),
    key("required-secrets[].unless-strategy", "The strategy of `helm.strategy` with which nobody needs it.", &[]),
];

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RequiredSecret {
    pub name: String,
    pub namespace: String,
    pub via: Option<Way>,
    pub mount: Option<MountRoot>,
    /// With this strategy nobody needs it.
    pub unless_strategy: Option<String>,
}

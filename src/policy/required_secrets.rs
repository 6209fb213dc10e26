//! `required-secrets:`: Secrets that a platform counts on, where they live and how they are read.
//!
//! It does not know who makes them.

use serde::Deserialize;

use super::workloads::{MountRoot, Way};

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

//! `tenancy:`: which keys of the backend belong to which tenant.
//!
//! It does not know the tenants.

use serde::Deserialize;

use super::keys::{Key, key};
use super::layer::layered;
use super::place::Said;
use super::template::Template;
use super::verifier::Verifier;
use crate::text::settings::Spanned;

/// What its keys mean.
pub const KEYS: &[Key] = &[
    key("tenancy", "Which keys of the backend belong to which tenant, by the binding `tenant`.", &[]),
    key(
        "tenancy.remote-key",
        "A template of a tenant's keys. Of several tenants that fit the longest name counts.",
        &["foreign-tenant-key"],
    ),
    key("tenancy.shared", "Keys that belong to no tenant, each with the namespaces that may read it.", &[]),
    key(
        "tenancy.store-conditions",
        "Each ClusterSecretStore says which namespaces may use it.",
        &["store-without-conditions"],
    ),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Shape {
    remote_key: Option<Spanned<String>>,
    #[serde(default, deserialize_with = "super::pairs::read")]
    shared: Option<Vec<(String, Vec<String>)>>,
    store_conditions: Option<StoreConditions>,
}

#[derive(Clone, Debug, Default)]
pub struct Tenancy {
    /// What a tenant's keys look like: `{tenant}-*`.
    pub remote_key: Option<Said<Template>>,
    /// Keys that belong to no tenant, each with the namespaces that may read it.
    pub shared: Option<Vec<(String, Vec<String>)>>,
    pub store_conditions: Option<StoreConditions>,
}

layered!(Tenancy { remote_key, shared, store_conditions });

impl Shape {
    pub fn verified(self, verifier: &mut Verifier) -> Tenancy {
        let Shape { remote_key, shared, store_conditions } = self;
        Tenancy { remote_key: verifier.template(remote_key), shared, store_conditions }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StoreConditions {
    /// A ClusterSecretStore says which namespaces may use it.
    Required,
}

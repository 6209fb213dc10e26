//! `stores:` where an organisation's secrets come from: the stores that are there already, who may define others, and how
//! they log in.
//!
//! It does not know which stores a repository defines.

use serde::Deserialize;

use super::keys::{Key, key};
use super::layer::layered;
use super::place::Said;
use super::shape::{Pairs, Written};
use super::verifier::{ByName, Verifier};
use crate::text::settings::Spanned;

/// What its keys mean.
pub const KEYS: &[Key] = &[
    key("stores", "Where secrets come from.", &[]),
    key(
        "stores.shared",
        "The stores that are there for everybody; ExternalSecrets read from no others.",
        &["store-reference-not-as-agreed"],
    ),
    key("stores.shared[].kind", "Its kind.", &[]),
    key("stores.shared[].name", "Its name.", &[]),
    key("stores.shared[].namespace", "Its namespace.", &["store-settings-not-as-agreed"]),
    key(
        "stores.shared[].provider",
        "Its provider, as the key below `spec.provider` is called.",
        &["store-provider-not-as-agreed"],
    ),
    key("stores.shared[].providers", "Several, of which it has one.", &["store-provider-not-as-agreed"]),
    key(
        "stores.shared[].vault-namespace",
        "Its namespace in Vault, or one for each environment.",
        &["store-settings-not-as-agreed"],
    ),
    key(
        "stores.shared[].vault-version",
        "Its version of the KV engine, or one for each environment.",
        &["store-settings-not-as-agreed"],
    ),
    key("stores.shared[].path", "Its mount in Vault, or one for each environment.", &["store-settings-not-as-agreed"]),
    key(
        "stores.shared[].auth-mount-path",
        "Its login's mount in Vault, or one for each environment.",
        &["store-settings-not-as-agreed"],
    ),
    key("stores.shared[].auth", "How it logs in: the key below `auth`, or `authType`.", &["store-auth-not-as-agreed"]),
    key(
        "stores.shared[].service-account",
        "As whom it logs in: `namespace/name`, or `name` in any namespace.",
        &["store-identity-not-as-agreed"],
    ),
    key(
        "stores.defined-by-apps",
        "`false`: an application's folder defines no store. Default: `true`.",
        &["store-defined-by-app"],
    ),
    key("stores.providers", "The providers that any store may have.", &["store-provider-not-as-agreed"]),
    key("stores.auth", "How any store of a provider logs in.", &["store-auth-not-as-agreed"]),
];

const KINDS: &[&str] = &["SecretStore", "ClusterSecretStore"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Shape {
    shared: Option<Vec<Spanned<SharedShape>>>,
    defined_by_apps: Option<Spanned<bool>>,
    providers: Option<Vec<Spanned<String>>>,
    auth: Option<Pairs<Spanned<String>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct SharedShape {
    kind: Spanned<String>,
    name: Spanned<String>,
    namespace: Option<Spanned<String>>,
    provider: Option<Spanned<String>>,
    providers: Option<Vec<Spanned<String>>>,
    vault_namespace: Option<Spanned<Written>>,
    vault_version: Option<Spanned<Written>>,
    path: Option<Spanned<Written>>,
    auth_mount_path: Option<Spanned<Written>>,
    auth: Option<Spanned<String>>,
    service_account: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Default)]
pub struct Stores {
    pub shared: Option<Vec<Said<Shared>>>,
    pub defined_by_apps: Option<Said<bool>>,
    /// The providers that any store may have.
    pub providers: Option<Vec<Said<String>>>,
    /// How a store of a provider logs in.
    pub auth: Option<Vec<(String, Said<String>)>>,
}

/// A store that everybody reads from.
#[derive(Clone, Debug)]
pub struct Shared {
    pub kind: &'static str,
    pub name: String,
    pub namespace: Option<Said<String>>,
    /// One of them; empty for any.
    pub providers: Vec<Said<String>>,
    pub vault_namespace: Option<ByName<String>>,
    pub vault_version: Option<ByName<String>>,
    pub path: Option<ByName<String>>,
    pub auth_mount_path: Option<ByName<String>>,
    /// The key below `auth`, or the provider's `authType`.
    pub auth: Option<Said<String>>,
    /// `namespace/name`, or `name`.
    pub service_account: Option<Said<String>>,
}

layered!(Stores { shared, defined_by_apps, providers, auth });

impl Shape {
    pub fn verified(self, verifier: &mut Verifier) -> Stores {
        let shared = |list: Vec<Spanned<SharedShape>>| {
            let stores = list.into_iter().map(|shape| verifier.part(shape, shared));
            stores.filter_map(|store| Some(Said { value: store.value?, place: store.place })).collect()
        };
        Stores {
            shared: self.shared.map(shared),
            defined_by_apps: self.defined_by_apps.map(|it| verifier.said(it)),
            providers: verifier.list(self.providers),
            auth: verifier.pairs(self.auth),
        }
    }
}

/// `None` where what it is called cannot be read.
fn shared(verifier: &mut Verifier, shape: SharedShape) -> Option<Shared> {
    let text = |text: &str| Ok(text.to_owned());
    let mut providers = verifier.list(shape.providers).unwrap_or_default();
    providers.extend(shape.provider.map(|provider| verifier.said(provider)));
    Some(Shared {
        kind: verifier.word(Some(shape.kind), "kind of store", KINDS)?.value,
        name: shape.name.value,
        namespace: shape.namespace.map(|it| verifier.said(it)),
        providers,
        vault_namespace: verifier.by_name(shape.vault_namespace, text),
        vault_version: verifier.by_name(shape.vault_version, text),
        path: verifier.by_name(shape.path, text),
        auth_mount_path: verifier.by_name(shape.auth_mount_path, text),
        auth: shape.auth.map(|it| verifier.said(it)),
        service_account: shape.service_account.map(|it| verifier.said(it)),
    })
}

impl Stores {
    /// True where the shared stores are listed and this one is none of them.
    pub fn excludes(&self, kind: &str, name: &str) -> bool {
        self.shared.as_ref().is_some_and(|shared| !shared.iter().any(|store| store.is(kind, name)))
    }

    pub fn shared(&self, kind: &str, name: &str) -> Option<&Said<Shared>> {
        self.shared.iter().flatten().find(|store| store.is(kind, name))
    }
}

impl Shared {
    pub fn is(&self, kind: &str, name: &str) -> bool {
        (self.kind, self.name.as_str()) == (kind, name)
    }
}

//! `vault:` how an organisation uses the Vault Secrets Operator: who logs in as what, and where secrets lie.
//!
//! It does not know what a Vault holds.

use serde::Deserialize;

use super::keys::{Key, key};
use super::layer::layered;
use super::place::Said;
use super::template::Template;
use super::verifier::Verifier;
use crate::text::settings::Spanned;

/// What its keys mean.
pub const KEYS: &[Key] = &[
    key("vault", "How the Vault Secrets Operator is used.", &[]),
    key("vault.auth", "What a VaultAuth says.", &["vault-auth-not-as-agreed"]),
    key("vault.auth.method", "Its method.", &[]),
    key("vault.auth.mount", "A template of its mount.", &[]),
    key("vault.auth.role", "A template of its role.", &[]),
    key("vault.auth.service-account", "A template of its ServiceAccount.", &[]),
    key("vault.auth.never-roles", "Templates of roles that no workload takes.", &[]),
    key("vault.static", "Where a VaultStaticSecret reads; one of the list fits.", &["vault-path-not-as-agreed"]),
    key("vault.static[].mount", "A template of its mount.", &[]),
    key("vault.static[].type", "Its engine.", &[]),
    key("vault.static[].path", "A template of its path.", &[]),
    key("vault.dynamic", "Where a VaultDynamicSecret reads.", &["vault-path-not-as-agreed"]),
    key("vault.dynamic.mount", "A template of its mount.", &[]),
    key("vault.dynamic.path", "A template of its path.", &[]),
    key(
        "vault.dynamic.for",
        "What has to come from there: nothing else hands out the credentials of a database.",
        &["static-database-credentials"],
    ),
];

const METHODS: &[&str] = &["kubernetes", "jwt", "appRole", "aws", "gcp"];
const TYPES: &[&str] = &["kv-v1", "kv-v2"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Shape {
    auth: Option<Spanned<AuthShape>>,
    r#static: Option<Vec<Spanned<StaticShape>>>,
    dynamic: Option<Spanned<DynamicShape>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct AuthShape {
    method: Option<Spanned<String>>,
    mount: Option<Spanned<String>>,
    role: Option<Spanned<String>>,
    service_account: Option<Spanned<String>>,
    #[serde(default)]
    never_roles: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StaticShape {
    mount: Option<Spanned<String>>,
    r#type: Option<Spanned<String>>,
    path: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DynamicShape {
    mount: Option<Spanned<String>>,
    path: Option<Spanned<String>>,
    #[serde(default)]
    r#for: Vec<Spanned<String>>,
}

#[derive(Clone, Debug, Default)]
pub struct Vault {
    pub auth: Option<Said<Auth>>,
    /// One of them has to fit.
    pub r#static: Option<Vec<Said<Static>>>,
    pub dynamic: Option<Said<Dynamic>>,
}

/// What a VaultAuth says.
#[derive(Clone, Debug)]
pub struct Auth {
    pub method: Option<Said<&'static str>>,
    pub mount: Option<Said<Template>>,
    pub role: Option<Said<Template>>,
    pub service_account: Option<Said<Template>>,
    pub never_roles: Vec<Said<Template>>,
}

/// Where a VaultStaticSecret reads.
#[derive(Clone, Debug)]
pub struct Static {
    pub mount: Option<Said<Template>>,
    pub r#type: Option<Said<&'static str>>,
    pub path: Option<Said<Template>>,
}

/// Where a VaultDynamicSecret reads, and what has to be one.
#[derive(Clone, Debug)]
pub struct Dynamic {
    pub mount: Option<Said<Template>>,
    pub path: Option<Said<Template>>,
    /// `database` is the one word it knows.
    pub for_databases: bool,
}

layered!(Vault { auth, r#static, dynamic });

impl Shape {
    pub fn verified(self, verifier: &mut Verifier) -> Vault {
        let of_static = |list: Vec<Spanned<StaticShape>>| {
            list.into_iter().map(|shape| verifier.part(shape, static_secret)).collect()
        };
        Vault {
            r#static: self.r#static.map(of_static),
            auth: self.auth.map(|shape| verifier.part(shape, auth)),
            dynamic: self.dynamic.map(|shape| verifier.part(shape, dynamic)),
        }
    }
}

fn auth(verifier: &mut Verifier, shape: AuthShape) -> Auth {
    Auth {
        method: verifier.word(shape.method, "method", METHODS),
        mount: verifier.template(shape.mount),
        role: verifier.template(shape.role),
        service_account: verifier.template(shape.service_account),
        never_roles: shape.never_roles.into_iter().filter_map(|role| verifier.template(Some(role))).collect(),
    }
}

fn static_secret(verifier: &mut Verifier, shape: StaticShape) -> Static {
    Static {
        mount: verifier.template(shape.mount),
        r#type: verifier.word(shape.r#type, "type", TYPES),
        path: verifier.template(shape.path),
    }
}

fn dynamic(verifier: &mut Verifier, shape: DynamicShape) -> Dynamic {
    let uses = shape.r#for.into_iter().filter_map(|word| verifier.word(Some(word), "use", &["database"]));
    let for_databases = uses.count() > 0;
    Dynamic { mount: verifier.template(shape.mount), path: verifier.template(shape.path), for_databases }
}

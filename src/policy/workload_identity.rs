//! `workload-identity:`: ServiceAccounts that stand for an identity of the cloud, so that no key is needed.
//!
//! It does not know which identities exist.

use serde::Deserialize;

use super::keys::{Key, key};
use super::layer::layered;

/// What its keys mean.
pub const KEYS: &[Key] = &[
    key("workload-identity", "ServiceAccounts that stand for an identity of the cloud, so that no key is needed.", &[]),
    key(
        "workload-identity.when-strategy",
        "The strategy of `helm.strategy` under which they are bound. Default: always.",
        &[],
    ),
    key(
        "workload-identity.service-accounts",
        "The accounts that are bound: `namespace/name`, or `name` in any namespace.",
        &["identity-not-bound"],
    ),
    key("workload-identity.annotations", "The annotations of which a bound account has one.", &[]),
    key(
        "workload-identity.stores",
        "The accounts that stores log in with are bound, each to the cloud of its store.",
        &["identity-not-bound"],
    ),
];

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct WorkloadIdentity {
    /// The strategy of the charts under which the accounts must be bound; absent: always.
    pub when_strategy: Option<String>,
    pub service_accounts: Option<Vec<AccountName>>,
    /// One of them must be there.
    pub annotations: Option<Vec<String>>,
    /// The accounts that stores log in with are bound, each to the cloud of its store.
    pub stores: Option<bool>,
}

layered!(WorkloadIdentity { when_strategy, service_accounts, annotations, stores });

/// `namespace/name`, or `name` in any namespace.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub struct AccountName {
    pub namespace: Option<String>,
    pub name: String,
}

impl From<String> for AccountName {
    fn from(written: String) -> AccountName {
        match written.split_once('/') {
            Some((namespace, name)) => AccountName { namespace: Some(namespace.to_owned()), name: name.to_owned() },
            None => AccountName { namespace: None, name: written },
        }
    }
}

impl AccountName {
    /// An unknown namespace may be the one that is meant.
    pub fn matches(&self, namespace: Option<&str>, name: &str) -> bool {
        let same = |wanted: &String| namespace.is_none_or(|namespace| namespace == wanted);
        self.name == name && self.namespace.as_ref().is_none_or(same)
    }
}

//! The ServiceAccounts that stores log in with: whether the cloud is told who they are.
//!
//! Source: what the AWS and Azure providers of external-secrets 2.9 refuse. It does not know roles in the cloud, nor
//! accounts that are made elsewhere.

use super::{Deployment, UnitReporter};
use crate::graph::{Data, Object, is_open, may_be_same};

/// Where a store names an account, and the annotation without which the provider gives up; the field beside the account,
/// from the provider's settings, that makes it needless.
static IDENTITIES: &[(&str, &str, &str)] = &[
    ("aws.auth.jwt.serviceAccountRef", "eks.amazonaws.com/role-arn", ""),
    ("azurekv.serviceAccountRef", "azure.workload.identity/client-id", "azurekv.authSecretRef"),
];

/// `store-account-without-identity`
pub fn without_identity(deployment: &Deployment, reporter: &mut UnitReporter) {
    for (_, store) in deployment.objects().filter(|(_, object)| is_store(object)) {
        let Some(provider) = store.data.at("spec.provider") else { continue };
        for (path, annotation, instead) in IDENTITIES {
            let Some(reference) = provider.at(path) else { continue };
            if !instead.is_empty() && provider.at(instead).is_some_and(|it| !it.is_null()) {
                continue;
            }
            let Some((name, account)) = account(deployment, store, reference) else { continue };
            let annotations = account.data.at("metadata.annotations");
            let is_told = annotations.is_some_and(|all| all.is_unknown() || all.get(annotation).is_some());
            if is_told || account.opaque.is_some() || account.data.is_unknown() {
                continue;
            }
            let text = name.as_str().unwrap_or_default();
            let draft = reporter.at_data(name).blank("account", text).blank("annotation", *annotation);
            draft.related(account.name().map_or(account.data.place, |name| name.place), "the account").emit();
        }
    }
}

fn is_store(object: &Object) -> bool {
    object.is("external-secrets.io", "SecretStore") || object.is("external-secrets.io", "ClusterSecretStore")
}

/// The account that a store names, if this unit makes it.
fn account<'a>(deployment: &Deployment<'a>, store: &'a Object, reference: &'a Data) -> Option<(&'a Data, &'a Object)> {
    let name = reference.get("name")?;
    let text = name.as_str().filter(|text| !is_open(text))?;
    let namespace = reference.str_at("namespace").or(deployment.unit().namespace_of(store));
    let mut accounts = deployment.objects().map(|(_, object)| object).filter(|object| {
        object.is("", "ServiceAccount")
            && object.name_text() == Some(text)
            && may_be_same(deployment.unit().namespace_of(object), namespace)
    });
    accounts.next().map(|account| (name, account))
}

//! ServiceAccounts that are to stand for an identity of the cloud: each with the annotation that binds it.
//!
//! It does not know whether the identity exists, nor what is annotated by hand.

use std::collections::BTreeMap;

use super::UnitReporter;
use super::deployed::{Deployed, objects};
use super::effective_values::Values;
use super::secret_strategy::{mode, modes, strategy};
use crate::graph::{Data, Graph, Place, may_be_same};
use crate::policy::WorkloadIdentity;

/// Where a store names the account it logs in with, and the annotation that its cloud looks for.
const STORES: [(&str, &str); 3] = [
    ("spec.provider.aws.auth.jwt.serviceAccountRef", "eks.amazonaws.com/role-arn"),
    ("spec.provider.azurekv.serviceAccountRef", "azure.workload.identity/client-id"),
    ("spec.provider.gcpsm.auth.workloadIdentity.serviceAccountRef", "iam.gke.io/gcp-service-account"),
];

/// `identity-not-bound`
pub fn not_bound(graph: &Graph, reporter: &mut UnitReporter) {
    let Some(policy) = &graph.policy.workload_identity else { return };
    let wanted: Vec<&str> = policy.annotations.iter().flatten().map(String::as_str).collect();
    let objects = objects(graph);
    let accounts = || objects.iter().filter(|deployed| deployed.object.is("", "ServiceAccount"));
    let mut lacking: BTreeMap<Place, Lacking> = BTreeMap::new();
    let is_wanted = policy.when_strategy.as_deref().is_none_or(|wanted| modes(graph).contains(&wanted));
    for account in accounts().filter(|_| is_wanted) {
        let name = account.object.name_text().unwrap_or_default();
        if policy.service_accounts.iter().flatten().any(|wanted| wanted.matches(account.namespace, name)) {
            lacks(account, wanted.clone(), Vec::new(), &mut lacking);
        }
    }
    for account in accounts().filter(|_| policy.stores == Some(true)) {
        let (wanted, stores) = wanted_by_stores(account, &objects).into_iter().unzip();
        lacks(account, wanted, stores, &mut lacking);
    }
    for (place, name) in in_values(graph, policy) {
        lacking.entry(place).or_insert(Lacking { name, wanted: wanted.clone(), stores: Vec::new() });
    }
    for (place, Lacking { name, wanted, stores }) in lacking {
        let key = if stores.is_empty() { "workload-identity.service-accounts" } else { "workload-identity.stores" };
        let draft = reporter.at(place, &*name).blank("account", &*name).blank("annotations", wanted.join(" or "));
        let draft = draft.blank("policy", graph.policy.line_of(key).unwrap_or_default());
        stores.into_iter().fold(draft, |draft, store| draft.related(store, "the store that logs in with it")).emit();
    }
}

/// An account without the annotation it needs.
struct Lacking<'w> {
    name: String,
    /// One of these would do.
    wanted: Vec<&'w str>,
    /// Where stores name it.
    stores: Vec<Place>,
}

/// Takes in an account that has none of the annotations.
fn lacks<'w>(
    account: &Deployed,
    mut wanted: Vec<&'w str>,
    stores: Vec<Place>,
    lacking: &mut BTreeMap<Place, Lacking<'w>>,
) {
    wanted.sort_unstable();
    wanted.dedup();
    let annotations = account.object.data.at("metadata.annotations");
    let has = |annotations: &Data| annotations.is_unknown() || wanted.iter().any(|it| is_set(annotations, it));
    let is_open = account.object.data.get("metadata").is_some_and(Data::is_unknown);
    if let Some(name) = account.object.name()
        && !wanted.is_empty()
        && !is_open
        && !annotations.is_some_and(has)
    {
        let lack = Lacking { name: name.as_str().unwrap_or_default().to_owned(), wanted, stores };
        lacking.entry(name.place).or_insert(lack);
    }
}

fn is_set(annotations: &Data, name: &str) -> bool {
    annotations.get(name).is_some_and(|value| value.as_str() != Some(""))
}

/// The annotations of the clouds whose stores log in with this account, and where they say so.
fn wanted_by_stores(account: &Deployed, objects: &[Deployed]) -> Vec<(&'static str, Place)> {
    let stores = objects.iter().filter(|it| matches!(it.object.kind(), "SecretStore" | "ClusterSecretStore"));
    let name = account.object.name_text();
    let refers = |store: &Deployed, reference: &Data| {
        let namespace = reference.str_at("namespace").or(store.namespace);
        reference.str_at("name") == name && may_be_same(namespace, account.namespace)
    };
    let wanted = stores.flat_map(|store| {
        let annotation = |(path, annotation): &(&str, &'static str)| {
            let reference = store.object.data.at(path).filter(|reference| refers(store, reference))?;
            Some((*annotation, reference.get("name").unwrap_or(reference).place))
        };
        STORES.iter().filter_map(annotation).collect::<Vec<_>>()
    });
    wanted.collect()
}

/// Accounts that the values of a chart describe, and leave without any of the annotations.
fn in_values(graph: &Graph, policy: &WorkloadIdentity) -> Vec<(Place, String)> {
    let accounts = policy.service_accounts.as_deref().unwrap_or_default();
    let annotations = policy.annotations.as_deref().unwrap_or_default();
    let Some(strategy) = strategy(graph).filter(|_| !accounts.is_empty()) else { return Vec::new() };
    let mut found = Vec::new();
    for values in Values::all(graph) {
        let chosen = mode(&values, strategy);
        if policy.when_strategy.is_some() && chosen.map(|(mode, _)| mode) != policy.when_strategy.as_deref() {
            continue;
        }
        let blocks = values.blocks(&|key| key.to_ascii_lowercase().ends_with("serviceaccount"));
        for block in &blocks {
            let name = block.get("name").and_then(Data::as_str).filter(|name| !name.is_empty());
            let is_meant = match name {
                Some(name) => accounts.iter().any(|account| account.name == name),
                None => blocks.len() == 1,
            };
            let is_made = block.get("create").is_none_or(|create| create.as_str() != Some("false"));
            let is_bound = annotations.iter().any(|it| block.any("annotations", &|data| is_set(data, it)));
            if is_meant && is_made && !is_bound {
                let name = name.unwrap_or("serviceAccount").to_owned();
                let key = block.key_of("annotations").unwrap_or(block.key).place;
                let chosen = chosen.map(|(_, place)| place.place).filter(|place| place.file != key.file);
                found.push((chosen.unwrap_or(key), name));
            }
        }
    }
    found
}

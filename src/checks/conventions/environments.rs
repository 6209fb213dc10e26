//! `environments:` backends that two isolated environments share, and what one environment has and another lacks.
//!
//! It does not know branches: environments are compared inside one tree.

use std::collections::{BTreeMap, BTreeSet};

use crate::checks::deployment::head;
use crate::checks::{Deployment, UnitReporter};
use crate::facts::external_secrets::GROUP;
use crate::graph::{Data, Graph, Object, Place, all, is_open};
use crate::policy::bindings::Binding;

/// Where an object says which backend it talks to: group, kind, path.
const BACKENDS: &[(&str, &str, &str)] = &[
    ("secrets.hashicorp.com", "VaultConnection", "spec.address"),
    (GROUP, "SecretStore", "spec.provider.vault.server"),
    (GROUP, "ClusterSecretStore", "spec.provider.vault.server"),
    (GROUP, "SecretStore", "spec.provider.azurekv.vaultUrl"),
    (GROUP, "ClusterSecretStore", "spec.provider.azurekv.vaultUrl"),
    (GROUP, "SecretStore", "spec.provider.gcpsm.projectID"),
    (GROUP, "ClusterSecretStore", "spec.provider.gcpsm.projectID"),
];

/// `environments-share-backend`
pub fn isolated(graph: &Graph, reporter: &mut UnitReporter) {
    let environments = graph.policy.environments.as_ref().and_then(|it| it.isolated.as_ref());
    let Some(isolated) = environments else { return };
    let mut backends: BTreeMap<String, Vec<(usize, Place)>> = BTreeMap::new();
    for unit in 0..graph.units.len() {
        let deployment = Deployment { graph, unit };
        for object in &deployment.unit().objects {
            let environment = deployment.binding("env", object);
            let rank = isolated.iter().position(|it| Some(it.value.as_str()) == environment.as_deref());
            let (Some(rank), Some(address)) = (rank, address(object)) else { continue };
            let text = address.as_str().unwrap_or_default().trim_end_matches('/').to_ascii_lowercase();
            backends.entry(text).or_default().push((rank, address.place));
        }
    }
    for (address, mut uses) in backends {
        uses.sort();
        uses.dedup();
        // The last that is listed is the one to protect: the others reach into it.
        let Some(&(last, protected)) = uses.last() else { continue };
        for &(rank, place) in uses.iter().filter(|(rank, _)| *rank != last) {
            let draft = reporter.at(place, &*address).blank("address", &*address);
            let draft = draft.blank("environment", &isolated[rank].value).blank("other", &isolated[last].value);
            draft.blank("policy", isolated[rank].place.to_string()).related(protected, "the other environment").emit();
        }
    }
}

fn address(object: &Object) -> Option<&Data> {
    let mut known = BACKENDS.iter().filter(|(group, kind, _)| object.is(group, kind));
    let address = known.find_map(|(_, _, path)| object.data.at(path))?;
    address.as_str().is_some_and(|text| !text.is_empty() && !is_open(text)).then_some(address)
}

/// One environment of an application: what it reads, by ExternalSecret.
#[derive(Default)]
struct Environment<'a> {
    objects: BTreeMap<&'a str, &'a Object>,
    keys: BTreeMap<&'a str, BTreeSet<&'a str>>,
    start: Option<Place>,
}

/// `environments-differ`
pub fn parity(graph: &Graph, reporter: &mut UnitReporter) {
    let Some(parity) = graph.policy.environments.as_ref().and_then(|it| it.parity.as_ref()) else { return };
    let Some(policy) = parity.first().map(|first| first.place.to_string()) else { return };
    let asks = |what: &str| parity.iter().any(|it| it.value == what);
    for environments in families(graph).into_values().filter(|environments| environments.len() > 1) {
        let names: BTreeSet<&str> = environments.values().flat_map(|it| it.objects.keys().copied()).collect();
        for name in names {
            let with = environments.iter().find(|(_, it)| it.objects.contains_key(name)).map(|(env, _)| env.as_str());
            for (environment, own) in &environments {
                let (Some(start), Some(with)) = (own.start, with) else { continue };
                let Some(object) = own.objects.get(name) else {
                    if asks("external-secrets") {
                        let draft = reporter.at(start, name).blank("environment", environment);
                        let what = format!("the ExternalSecret `{name}`");
                        draft.blank("what", what).blank("other", with).blank("policy", policy.clone()).emit();
                    }
                    continue;
                };
                for (other, theirs) in environments.iter().filter(|_| asks("remote-keys")) {
                    let lacked = theirs.keys.get(name).into_iter().flatten().find(|key| !own.keys[name].contains(*key));
                    let Some(lacked) = lacked else { continue };
                    let draft = reporter.at(head(object), format!("{name} {lacked}")).blank("environment", environment);
                    let what = format!("the key `{lacked}` of `{name}`");
                    draft.blank("what", what).blank("other", other).blank("policy", policy.clone()).emit();
                    break;
                }
            }
        }
    }
}

/// The units that are one application in several environments, by their folder without the environment's name.
fn families<'a>(graph: &'a Graph<'a>) -> BTreeMap<String, BTreeMap<String, Environment<'a>>> {
    let mut families: BTreeMap<String, BTreeMap<String, Environment>> = BTreeMap::new();
    let by_folder = |binding: &Binding| binding.path.iter().any(|template| template.text().contains('/'));
    if !graph.policy.bindings.get("env").is_some_and(by_folder) {
        return families;
    }
    for unit in graph.units.iter().filter(|unit| unit.complete) {
        let root = unit.root.to_text();
        let path = format!("{root}/.");
        let Some(environment) = graph.policy.bindings.by_path("env", &path) else { continue };
        if !root.split('/').any(|part| part == environment) {
            continue;
        }
        let parts = root.split('/').map(|part| if part == environment { "*" } else { part });
        let family = families.entry(parts.collect::<Vec<_>>().join("/")).or_default();
        let known = family.entry(environment).or_default();
        for object in unit.objects.iter().filter(|object| object.is(GROUP, "ExternalSecret")) {
            let Some(name) = object.name_text() else { continue };
            known.objects.insert(name, object);
            let keys = all(&object.data, "spec.data[].secretKey").into_iter().filter_map(Data::as_str);
            known.keys.entry(name).or_default().extend(keys);
        }
        let file = graph
            .inventory
            .files
            .iter()
            .position(|file| file.parent() == unit.root && crate::graph::is_kustomization(file));
        known.start = known.start.or(file.and_then(|file| u32::try_from(file).ok()).map(Place::start_of));
    }
    families
}

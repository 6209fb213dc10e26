//! What an ExternalSecret asks its backend for, judged by the store that it names.
//!
//! It does not know what the backend holds.

use super::{Deployment, UnitReporter};
use crate::facts::remote_keys;
use crate::graph::{Data, Lookup, Object, all, is_open};
use crate::model::Confidence;
use crate::syntax::Change;

/// `remote-key-invalid-for-provider`
pub fn invalid(deployment: &Deployment, reporter: &mut UnitReporter) {
    for request in requests(deployment) {
        let Some((provider, settings)) = provider(request.store) else { continue };
        let service = settings.str_at("service");
        for (key, text) in request.keys() {
            let Some(fault) = remote_keys::fault(provider, service, text) else { continue };
            let name = service.map_or_else(|| provider.to_owned(), |service| format!("{provider} ({service})"));
            let draft = reporter.at(key.place, text).blank("key", text).blank("provider", name).blank("fault", fault);
            draft.related(request.store.data.place, "the store").confidence(request.confidence(deployment)).emit();
        }
    }
}

/// `remote-key-repeats-mount`
pub fn repeats_mount(deployment: &Deployment, reporter: &mut UnitReporter) {
    for request in requests(deployment) {
        let Some(("vault", settings)) = provider(request.store) else { continue };
        let Some(mount) = settings.get("path").filter(|path| path.as_str().is_some_and(|path| !path.is_empty())) else {
            continue;
        };
        let path = mount.as_str().unwrap_or_default().trim_matches('/');
        for (key, text) in request.keys() {
            let repeated = [format!("{path}/"), "data/".to_owned()].into_iter().find(|start| text.starts_with(start));
            let Some(repeated) = repeated else { continue };
            let draft =
                reporter.at(key.place, text).blank("key", text).blank("repeated", repeated).blank("mount", path);
            let draft = draft.related(mount.place, "the mount").confidence(request.confidence(deployment));
            draft.fix([(key.place, Change::value(text, below_mount(text, path)))]).emit();
        }
    }
}

/// The key without the mount and `data/`, however often they stand before it.
fn below_mount<'k>(key: &'k str, mount: &str) -> &'k str {
    let prefix = format!("{mount}/");
    let mut rest = key;
    while let Some(shorter) = rest.strip_prefix(&prefix).or_else(|| rest.strip_prefix("data/")) {
        rest = shorter;
    }
    rest
}

/// `metadata-policy-without-effect`
pub fn metadata_policy(deployment: &Deployment, reporter: &mut UnitReporter) {
    for request in requests(deployment) {
        let Some(("vault", settings)) = provider(request.store) else { continue };
        if settings.str_at("version") != Some("v1") {
            continue;
        }
        for remote in request.remotes {
            let Some(policy) = remote.get("metadataPolicy").filter(|policy| policy.as_str() == Some("Fetch")) else {
                continue;
            };
            reporter.at_data(policy).related(settings.place, "the store reads version v1").emit();
        }
    }
}

/// The references of one ExternalSecret to one store, and what it asks for there.
struct Request<'a> {
    user: &'a Object,
    store: &'a Object,
    remotes: Vec<&'a Data>,
}

impl<'a> Request<'a> {
    fn keys(&self) -> impl Iterator<Item = (&'a Data, &'a str)> {
        let keys = self.remotes.iter().filter_map(|remote| remote.get("key"));
        keys.filter_map(|key| Some((key, key.as_str()?))).filter(|(_, text)| !text.is_empty() && !is_open(text))
    }

    fn confidence(&self, deployment: &Deployment) -> Confidence {
        let opaque = self.store.opaque.is_some();
        if opaque { Confidence::Low } else { deployment.confidence_in(self.user, Confidence::High) }
    }
}

/// Only those whose every entry is read from one known store.
fn requests<'a>(deployment: &'a Deployment<'a>) -> impl Iterator<Item = Request<'a>> {
    let flow = deployment.flow();
    let references = flow.references.iter().zip(deployment.graph.lookups(deployment.unit));
    references.filter_map(|(reference, lookup)| {
        let Lookup::Found(member) = *lookup else { return None };
        let user = deployment.object(reference.object);
        let spec = match user.kind() {
            "ExternalSecret" => user.data.get("spec")?,
            "ClusterExternalSecret" => user.data.at("spec.externalSecretSpec")?,
            _ => return None,
        };
        let is_default = spec.at("secretStoreRef.name").is_some_and(|name| name.place == reference.place);
        let is_only = is_default && !has_own_stores(spec);
        let store = deployment.graph.object(member.0, deployment.graph.store(member).object);
        let remotes = [all(spec, "data[].remoteRef"), all(spec, "dataFrom[].extract")].concat();
        is_only.then_some(Request { user, store, remotes })
    })
}

fn has_own_stores(spec: &Data) -> bool {
    ["data[].sourceRef", "dataFrom[].sourceRef"].iter().any(|path| !all(spec, path).is_empty())
}

/// The one provider of a store, with its settings.
fn provider(store: &Object) -> Option<(&str, &Data)> {
    match store.data.at("spec.provider")?.entries() {
        [(name, settings)] => Some((name.as_str()?, settings)),
        _ => None,
    }
}

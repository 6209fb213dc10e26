//! `external-secrets.remote-key`: where in the backend an ExternalSecret reads.
//!
//! It does not know which keys a backend accepts.

use super::{Fit, external_secrets, fit, key_place, set, wanted};
use crate::checks::{Deployment, UnitReporter};
use crate::graph::{Data, Lookup, Object, all, is_open};
use crate::policy::external_secrets::RemoteKey;
use crate::policy::{Said, Template};

fn convention<'a>(deployment: &Deployment<'a>) -> Option<&'a Said<RemoteKey>> {
    deployment.policy().external_secrets.as_ref()?.remote_key.as_ref()
}

/// `remote-key-not-as-agreed`
pub fn shape(deployment: &Deployment, reporter: &mut UnitReporter) {
    for (object, key, templates) in strangers(deployment) {
        let text = key.as_str().unwrap_or_default();
        if templates.iter().any(|template| template.captures(text).is_some()) {
            continue;
        }
        let Some(first) = templates.first() else { continue };
        let draft = reporter.at(key.place, text).blank("key", text);
        let draft = draft.blank("wanted", wanted(deployment, object, templates.iter().copied()));
        draft.blank("policy", first.place.to_string()).emit();
    }
}

/// `remote-key-of-another-app`
pub fn owner(deployment: &Deployment, reporter: &mut UnitReporter) {
    for (object, key, templates) in strangers(deployment) {
        let text = key.as_str().unwrap_or_default();
        let other = templates.iter().find_map(|template| match fit(deployment, object, template, text) {
            Fit::OtherBinding { name, found, bound } => Some((name, found, bound, template)),
            Fit::Fits | Fit::OtherShape => None,
        });
        let Some((name, found, bound, template)) = other else { continue };
        let draft = reporter.at(key.place, text).blank("key", text).blank("name", name).blank("found", found);
        draft.blank("bound", bound).blank("policy", template.place.to_string()).emit();
    }
}

/// `remote-property-missing`
pub fn property(deployment: &Deployment, reporter: &mut UnitReporter) {
    let Some(agreed) = convention(deployment).filter(|agreed| agreed.needs_property) else { return };
    for (_, spec) in external_secrets(deployment) {
        for entry in spec.get("data").into_iter().flat_map(Data::items) {
            let Some(remote) = entry.get("remoteRef").filter(|remote| remote.is_mapping()) else { continue };
            if remote.get("property").is_some_and(|property| property.is_unknown() || !property.is_null()) {
                continue;
            }
            let secret_key = entry.str_at("secretKey").unwrap_or_default();
            let place = key_place(entry, "remoteRef").unwrap_or(remote.place);
            let draft = reporter.at(place, secret_key).blank("key", remote.str_at("key").unwrap_or_default());
            let draft = draft.blank("secret_key", secret_key).blank("policy", agreed.place.to_string());
            draft.fix((!secret_key.is_empty()).then(|| set(remote, "property", secret_key))).emit();
        }
    }
}

/// The keys that no template allows, each with the templates that it should have fitted.
fn strangers<'a>(deployment: &'a Deployment<'a>) -> Vec<(&'a Object, &'a Data, Vec<&'a Said<Template>>)> {
    let Some(agreed) = convention(deployment) else { return Vec::new() };
    let mut strangers = Vec::new();
    for (object, spec) in external_secrets(deployment) {
        let store = store_of(deployment, spec);
        let templates = templates_for(agreed, store);
        let mounted = store.and_then(|store| store.str_at("spec.provider.vault.path"));
        for key in [all(spec, "data[].remoteRef.key"), all(spec, "dataFrom[].extract.key")].concat() {
            let Some(text) = key.as_str().filter(|text| !text.is_empty() && !is_open(text)) else { continue };
            let is_shared = agreed.shared.iter().any(|shared| shared.captures(text).is_some());
            let fits = |template: &&Said<Template>| matches!(fit(deployment, object, template, text), Fit::Fits);
            // That it repeats the mount of a store that is here is told by another rule.
            let repeats = mounted.is_some_and(|mount| repeats(text, mount.trim_matches('/')));
            if !is_shared && !repeats && !templates.is_empty() && !templates.iter().any(fits) {
                strangers.push((object, key, templates.clone()));
            }
        }
    }
    strangers
}

fn repeats(key: &str, mount: &str) -> bool {
    key.starts_with("data/") || key.strip_prefix(mount).is_some_and(|rest| rest.starts_with('/'))
}

/// Templates by provider hold where the store is known.
fn templates_for<'a>(agreed: &'a RemoteKey, store: Option<&Data>) -> Vec<&'a Said<Template>> {
    let provider = store.and_then(|store| store.at("spec.provider")?.entries().first()?.0.as_str());
    let holds =
        |of: &Option<String>| of.as_ref().is_none_or(|of| provider.is_some_and(|it| it.eq_ignore_ascii_case(of)));
    agreed.templates.iter().filter(|(of, _)| holds(of)).map(|(_, template)| template).collect()
}

/// The store that all of an ExternalSecret reads from, if it is in the repository.
fn store_of<'a>(deployment: &'a Deployment<'a>, spec: &Data) -> Option<&'a Data> {
    let name = spec.at("secretStoreRef.name")?;
    let references = deployment.flow().references.iter().zip(deployment.graph.lookups(deployment.unit));
    let mut found = references.filter(|(reference, _)| reference.place == name.place);
    let (_, Lookup::Found(member)) = found.next()? else { return None };
    Some(&deployment.graph.object(member.0, deployment.graph.store(*member).object).data)
}

//! What ExternalSecrets have in common: namespace, annotations, policies, the Secret's name, the folder.
//!
//! It does not know their keys, nor their stores.

use std::collections::BTreeMap;

use super::apps::App;
use super::facts::{Facts, Seen};
use super::majority::{is_most, majority};
use super::page::{Entry, quoted};
use crate::graph::{Data, Place, is_open};

/// Annotations that say when something was done, by whom, or to what.
const OWN: &[&str] = &["kubectl.kubernetes.io/", "checksum/", "meta.helm.sh/", "tightlip/"];

/// The last operator that serves `v1beta1`, where that is what is written.
pub fn targets(facts: &Facts) -> Vec<Entry> {
    let old = |seen: &&Seen| seen.object.version() == "v1beta1";
    let count = facts.external_secrets.iter().filter(old).count();
    let others = facts.external_secrets.iter().filter(|seen| !old(seen));
    let entry = Entry {
        key: "external-secrets",
        value: quoted("0.16"),
        comment: format!(
            "{count} of {} ExternalSecrets are v1beta1, which later operators do not serve",
            facts.external_secrets.len()
        ),
        exceptions: others.map(|seen| (seen.head(), seen.object.version().to_owned())).collect(),
    };
    if count > 0 && is_most(count, facts.external_secrets.len()) { vec![entry] } else { Vec::new() }
}

pub fn all(facts: &Facts) -> Vec<Entry> {
    let mut entries = Vec::new();
    entries.extend(namespace(facts));
    entries.extend(annotations(facts));
    for (key, field, usual) in
        [("deletion-policy", "deletionPolicy", None), ("creation-policy", "creationPolicy", Some("Owner"))]
    {
        entries.extend(policy(facts, key, field, usual));
    }
    entries.extend(target_name(facts));
    entries.extend(listed(facts));
    entries
}

fn entry(key: &'static str, value: String, count: usize, all: usize, exceptions: Vec<(Place, String)>) -> Entry {
    Entry { key, value, comment: format!("{count} of {all} ExternalSecrets"), exceptions }
}

fn namespace(facts: &Facts) -> Option<Entry> {
    let own = facts.external_secrets.iter().filter(|seen| seen.object.kind() == "ExternalSecret");
    let found = |seen: &Seen| {
        let place = seen.object.data.at("metadata.namespace").map_or(seen.head(), |it| it.place);
        (seen.namespace.filter(|name| !is_open(name)).map(str::to_owned), place)
    };
    let agreed = majority(own.map(found).collect())?;
    Some(entry("namespace", quoted(&agreed.value), agreed.count, agreed.all, agreed.others))
}

fn annotations(facts: &Facts) -> Option<Entry> {
    let of = |seen: &Seen| seen.object.data.at("metadata.annotations").map_or(Vec::new(), |it| it.entries().to_vec());
    let mut names: BTreeMap<String, ()> = BTreeMap::new();
    for seen in &facts.external_secrets {
        names.extend(of(seen).iter().filter_map(|(name, _)| Some((name.as_str()?.to_owned(), ()))));
    }
    let (mut agreed, mut exceptions) = (Vec::new(), Vec::new());
    for name in names.keys().filter(|name| !OWN.iter().any(|own| name.starts_with(own))) {
        let value = |seen: &Seen| {
            let found = seen.object.data.at("metadata.annotations").and_then(|it| it.get(name));
            (found.and_then(Data::as_str).map(str::to_owned), found.map_or(seen.head(), |found| found.place))
        };
        // A date is not a custom, whoever shares it.
        let found = majority(facts.external_secrets.iter().map(value).collect());
        if let Some(found) = found.filter(|found| found.value.parse::<jiff::civil::Date>().is_err()) {
            agreed.push(format!("{}: {}", quoted(name), quoted(&found.value)));
            exceptions.extend(found.others.into_iter().map(|(place, text)| (place, format!("{name}: {text}"))));
        }
    }
    let (all, value) = (facts.external_secrets.len(), format!("{{ {} }}", agreed.join(", ")));
    let count = all.saturating_sub(exceptions.len());
    (!agreed.is_empty()).then(|| entry("annotations", value, count, all, exceptions))
}

fn policy(facts: &Facts, key: &'static str, field: &str, usual: Option<&str>) -> Option<Entry> {
    let value = |seen: &Seen| {
        let found = seen.at("target").and_then(|target| target.get(field)).filter(|found| !found.is_null());
        let text = found.and_then(Data::as_str).or(usual).filter(|text| !is_open(text));
        (text.map(str::to_owned), found.map_or(seen.head(), |found| found.place))
    };
    let agreed = majority(facts.external_secrets.iter().map(value).collect())?;
    Some(entry(key, agreed.value, agreed.count, agreed.all, agreed.others))
}

/// Named at all, and named as the ExternalSecret.
fn target_name(facts: &Facts) -> Option<Entry> {
    let all = facts.external_secrets.len();
    let name = |seen: &&Seen| seen.at("target.name").is_some();
    let (named, unnamed): (Vec<&Seen>, Vec<&Seen>) = facts.external_secrets.iter().partition(name);
    let is_own = |seen: &&&Seen| seen.at("target.name").and_then(Data::as_str) == seen.object.name_text();
    let (own, others): (Vec<&Seen>, Vec<&Seen>) = named.iter().partition(|seen| is_own(seen));
    let is_required = named.len() > 1 && is_most(named.len(), all);
    let is_equal = own.len() > 1 && is_most(own.len(), named.len());
    let mut exceptions = Vec::new();
    if is_required {
        exceptions.extend(unnamed.iter().map(|seen| (seen.head(), "missing".to_owned())));
    }
    if is_equal {
        let place = |seen: &&Seen| {
            seen.at("target.name").map(|name| (name.place, name.as_str().unwrap_or_default().to_owned()))
        };
        exceptions.extend(others.iter().filter_map(place));
    }
    let parts = [is_required.then_some("required: true"), is_equal.then_some("equals: metadata.name")];
    let parts: Vec<&str> = parts.into_iter().flatten().collect();
    let value = format!("{{ {} }}", parts.join(", "));
    (!parts.is_empty()).then(|| entry("target-name", value, all - exceptions.len().min(all), all, exceptions))
}

/// Where their files lie: in the folders of the applications.
pub fn location(facts: &Facts, app: Option<&App>) -> Option<Entry> {
    let folder = app?.folder()?;
    let all = facts.external_secrets.len();
    let (there, elsewhere): (Vec<&Seen>, Vec<&Seen>) =
        facts.external_secrets.iter().partition(|seen| folder.captures(&seen.path).is_some());
    let exceptions = elsewhere.iter().map(|seen| (seen.head(), seen.path.clone())).collect();
    (there.len() > 1 && is_most(there.len(), all))
        .then(|| entry("location", quoted(folder.text()), there.len(), all, exceptions))
}

fn listed(facts: &Facts) -> Option<Entry> {
    let all = facts.external_secrets.len();
    let (with, without): (Vec<&Seen>, Vec<&Seen>) = facts.external_secrets.iter().partition(|seen| seen.is_listed);
    let exceptions = without.iter().map(|seen| (seen.head(), "in no kustomization".to_owned())).collect();
    (with.len() > 1 && is_most(with.len(), all))
        .then(|| entry("listed-in-kustomization", "true".to_owned(), with.len(), all, exceptions))
}

//! `external-secrets.remote-key`: the shape that most keys have.
//!
//! It does not know which keys a backend holds.

use std::collections::BTreeSet;

use super::apps::App;
use super::facts::Facts;
use super::majority::is_most;
use super::page::{Entry, quoted};
use super::shape::{Text, shape};
use crate::graph::{Data, Place};

/// With so many, what all keys end with is no chance.
const MANY: usize = 5;

pub fn remote_key(facts: &Facts, app: Option<&App>) -> Option<Entry> {
    let keys: Vec<Text> = facts
        .external_secrets
        .iter()
        .flat_map(|seen| {
            let app = app.and_then(|app| app.of(&seen.path));
            let key = move |(text, place)| Text::new(text, app.clone(), place);
            seen.remote_keys().into_iter().map(key)
        })
        .collect();
    let shape = shape(&keys, MANY);
    let fits = |key: &&Text| shape.as_ref().is_none_or(|shape| key.fits(shape));
    let (fitting, others): (Vec<&Text>, Vec<&Text>) = keys.iter().partition(fits);
    let root = |key: &Text| key.segments.first().map(|it| (*it).to_owned());
    let own: BTreeSet<String> = fitting.iter().filter_map(|key| root(key)).collect();
    let is_near = |key: &&Text| own.len() == 1 && root(key).is_some_and(|root| own.contains(&root));
    let (near, far): (Vec<&Text>, Vec<&Text>) = others.into_iter().partition(is_near);
    let shared: BTreeSet<&str> = near.iter().map(|key| key.text).collect();
    let mut parts = Vec::new();
    if let Some(shape) = &shape {
        parts.push(format!("template: {}", quoted(shape.text())));
        if !shared.is_empty() {
            let shared: Vec<String> = shared.iter().map(|key| quoted(key)).collect();
            parts.push(format!("shared: [{}]", shared.join(", ")));
        }
    }
    let (with, without) = properties(facts);
    let needs_property = with > 1 && is_most(with, with + without.len());
    if needs_property {
        parts.push("property: required".to_owned());
    }
    let mut exceptions: Vec<(Place, String)> = far.iter().map(|key| (key.place, key.text.to_owned())).collect();
    if needs_property {
        exceptions.extend(without.into_iter().map(|place| (place, "no property".to_owned())));
    }
    (!parts.is_empty()).then(|| Entry {
        key: "remote-key",
        value: format!("{{ {} }}", parts.join(", ")),
        comment: format!("{} of {} keys have this shape", fitting.len(), keys.len()),
        exceptions,
    })
}

/// How many entries name a property, and where the others are.
fn properties(facts: &Facts) -> (usize, Vec<Place>) {
    let entries = facts.external_secrets.iter().flat_map(|seen| seen.at("data").into_iter().flat_map(Data::items));
    let remotes: Vec<&Data> = entries.filter_map(|entry| entry.get("remoteRef")).filter(|it| it.is_mapping()).collect();
    let is_named = |remote: &&&Data| remote.get("property").is_some_and(|property| !property.is_null());
    let (with, without): (Vec<&Data>, Vec<&Data>) = remotes.iter().partition(|remote| is_named(remote));
    (with.len(), without.into_iter().map(|remote| remote.place).collect())
}

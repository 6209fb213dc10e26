//! `external-secrets.remote-key`: the shape that most keys have.
//!
//! It does not know which keys a backend holds.

use std::collections::{BTreeMap, BTreeSet};

use super::apps::App;
use super::facts::Facts;
use super::majority::is_most;
use super::page::{Entry, quoted};
use crate::graph::{Data, Place};
use crate::policy::Template;

struct Key<'a> {
    text: &'a str,
    segments: Vec<&'a str>,
    app: Option<String>,
    place: Place,
}

pub fn remote_key(facts: &Facts, app: Option<&App>) -> Option<Entry> {
    let keys: Vec<Key> = facts
        .external_secrets
        .iter()
        .flat_map(|seen| {
            let app = app.and_then(|app| app.of(&seen.path));
            let key = move |(text, place)| Key { text, segments: text.split('/').collect(), app: app.clone(), place };
            seen.remote_keys().into_iter().map(key)
        })
        .collect();
    let shape = shape(&keys);
    let fits = |key: &&Key| {
        shape.as_ref().is_none_or(|shape| shape.matches(key.text, &|name| key.app.clone().filter(|_| name == "app")))
    };
    let (fitting, others): (Vec<&Key>, Vec<&Key>) = keys.iter().partition(fits);
    let root = |key: &Key| key.segments.first().map(|it| (*it).to_owned());
    let own: BTreeSet<String> = fitting.iter().filter_map(|key| root(key)).collect();
    let is_near = |key: &&Key| own.len() == 1 && root(key).is_some_and(|root| own.contains(&root));
    let (near, far): (Vec<&Key>, Vec<&Key>) = others.into_iter().partition(is_near);
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

/// The shape of two keys in three, if it says anything.
fn shape(keys: &[Key]) -> Option<Template> {
    let mut lengths: BTreeMap<usize, usize> = BTreeMap::new();
    keys.iter().for_each(|key| *lengths.entry(key.segments.len()).or_default() += 1);
    let (&length, &count) = lengths.iter().max_by_key(|(_, count)| **count)?;
    if count < 2 || count * 3 < keys.len() * 2 {
        return None;
    }
    let usual: Vec<&Key> = keys.iter().filter(|key| key.segments.len() == length).collect();
    let segment = |at: usize| {
        let first = usual[0].segments[at];
        let is_app = |key: &&Key| key.app.as_deref() == Some(key.segments[at]);
        // What all have at the end is as much a name as a custom.
        let is_same = usual.iter().all(|key| key.segments[at] == first);
        match () {
            () if usual.iter().filter(|key| is_app(key)).count() * 3 >= usual.len() * 2 => "{app}".to_owned(),
            () if is_same && !first.contains(['*', '{', '}']) && (at + 1 < length || usual.len() > 4) => {
                first.to_owned()
            }
            () => beginning(&usual, at),
        }
    };
    let text = (0..length).map(segment).collect::<Vec<_>>().join("/");
    let says_something = text.chars().any(|char| char != '*' && char != '/');
    Template::parse(&text).ok().filter(|_| says_something)
}

/// What all begin with, up to a hyphen: `recif-*`.
fn beginning(keys: &[&Key], at: usize) -> String {
    let first = keys[0].segments[at];
    let starts = first.match_indices('-').map(|(at, _)| &first[..=at]).rev();
    let names: BTreeSet<&str> = keys.iter().map(|key| key.segments[at]).collect();
    let all_start = |start: &&str| {
        names.len() > 1
            && !start.contains(['*', '{', '}'])
            && keys.iter().all(|key| key.segments[at].len() > start.len() && key.segments[at].starts_with(start))
    };
    starts.into_iter().find(all_start).map_or("*".to_owned(), |start| format!("{start}*"))
}

/// How many entries name a property, and where the others are.
fn properties(facts: &Facts) -> (usize, Vec<Place>) {
    let entries = facts.external_secrets.iter().flat_map(|seen| seen.at("data").into_iter().flat_map(Data::items));
    let remotes: Vec<&Data> = entries.filter_map(|entry| entry.get("remoteRef")).filter(|it| it.is_mapping()).collect();
    let is_named = |remote: &&&Data| remote.get("property").is_some_and(|property| !property.is_null());
    let (with, without): (Vec<&Data>, Vec<&Data>) = remotes.iter().partition(|remote| is_named(remote));
    (with.len(), without.into_iter().map(|remote| remote.place).collect())
}

//! Secrets that were not renewed for longer than their sort allows, as their annotation says, or else how long a sealed or
//! encrypted value has been the same.
//!
//! It does not know what the backend holds, nor who keeps the history.

use jiff::civil::Date;

use super::UnitReporter;
use crate::graph::{Data, Graph, objects_of};
use crate::model::Since;
use crate::policy::{Category, Rotation};

/// Where the annotation may stand: on the object, or on the Secret that it templates.
const PLACES: [&str; 4] = [
    "metadata.annotations",
    "spec.target.template.metadata.annotations",
    "spec.template.metadata.annotations",
    "spec.destination.annotations",
];

/// A maker of Secrets with a category.
struct Dated {
    object: Data,
    category: Category,
    name: Data,
}

/// `rotation-overdue`
pub fn overdue(graph: &Graph, reporter: &mut UnitReporter) {
    let today = graph.policy.bindings.circumstances.today;
    let Some((rotation, today)) = graph.policy.rotation.as_ref().zip(today) else { return };
    for dated in dated(graph, rotation) {
        let Some(most) = dated.category.most_days else { continue };
        let too_old = |day: Date| {
            let days = age(day, today);
            let message = || format!("is {days} days ago; {} is to be renewed after {most}", dated.category.name);
            (days > most).then(message)
        };
        let name = dated.name.as_str().unwrap_or_default();
        let Some(written) = annotation(&dated.object, rotation) else {
            let Some((key, value, since)) = oldest(&dated.object, graph) else { continue };
            let Some(problem) = too_old(since.day) else { continue };
            let draft = reporter.at(value.place, key).blank("name", name).blank("problem", problem);
            draft.blank("date", in_history(key, since)).emit();
            continue;
        };
        let text = written.as_str().unwrap_or_default();
        let problem = match day(text) {
            _ if text.contains(['{', '$']) => continue,
            None => "is no day such as 2027-01-31".to_owned(),
            Some(day) => match too_old(day) {
                Some(problem) => problem,
                None => continue,
            },
        };
        let draft = reporter.at(written.place, text).blank("name", name);
        draft.blank("date", text).blank("problem", problem).emit();
    }
}

/// `rotation-date-missing`
pub fn missing(graph: &Graph, reporter: &mut UnitReporter) {
    let Some(rotation) = &graph.policy.rotation else { return };
    let all = dated(graph, rotation);
    // Where nobody has begun to write it down, each Secret would be news.
    let has_begun = all.iter().any(|dated| annotation(&dated.object, rotation).is_some());
    let is_dated = |object| annotation(object, rotation).is_some() || oldest(object, graph).is_some();
    for dated in all.iter().filter(|dated| has_begun && !is_dated(&dated.object)) {
        let name = dated.name.as_str().unwrap_or_default();
        let draft = reporter.at(dated.name.place, name).blank("name", name);
        draft.blank("category", &*dated.category.name).blank("annotation", &*rotation.annotation).emit();
    }
}

fn dated(graph: &Graph, rotation: &Rotation) -> Vec<Dated> {
    let objects = graph.inventory.all().flat_map(|(_, contents)| objects_of(contents));
    let dated = |object: crate::graph::Object| {
        let makes = matches!(
            (object.group(), object.kind()),
            ("", "Secret")
                | ("external-secrets.io", "ExternalSecret")
                | ("bitnami.com", "SealedSecret")
                | ("secrets.hashicorp.com", "VaultStaticSecret")
        );
        let name = object.name().filter(|_| makes)?.clone();
        let category = rotation.category(name.as_str()?)?.clone();
        Some(Dated { object: object.data, category, name })
    };
    objects.filter_map(dated).collect()
}

fn annotation<'d>(object: &'d Data, rotation: &Rotation) -> Option<&'d Data> {
    PLACES.iter().filter_map(|path| object.at(path)).find_map(|annotations| annotations.get(&rotation.annotation))
}

/// Of the values that lie in git sealed or encrypted, the one that has been the same for longest, with its key.
fn oldest<'d>(object: &'d Data, graph: &Graph) -> Option<(&'d str, &'d Data, Since)> {
    let past = graph.inventory.past.as_ref()?;
    let path = graph.inventory.path(object.place.file)?;
    let entries = |path: &str| object.at(path).map(Data::entries).unwrap_or_default();
    let sealed = entries("spec.encryptedData").iter();
    let plain = entries("data").iter().chain(entries("stringData"));
    let encrypted = plain.filter(|(_, value)| value.as_str().is_some_and(|text| text.starts_with("ENC[")));
    let dated = |(key, value): &'d (Data, Data)| {
        let since = past.since(path, value.as_str().filter(|text| !text.is_empty())?)?;
        Some((key.as_str()?, value, since))
    };
    sealed.chain(encrypted).filter_map(dated).min_by_key(|(.., since)| since.day)
}

fn in_history(key: &str, since: Since) -> String {
    let earlier = if since.is_exact { "" } else { " or earlier" };
    format!("{}{earlier}, when git saw `{key}` change last,", since.day)
}

/// The day of `2026-11-23` and of `2026-11-23T08:00:00Z`.
fn day(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok()
}

fn age(day: Date, today: Date) -> i64 {
    day.until(today).map_or(0, |span| i64::from(span.get_days()))
}

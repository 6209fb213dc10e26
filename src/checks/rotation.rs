//! Secrets that were not renewed for longer than their sort allows, as their annotation says.
//!
//! It does not know when anything was really changed.

use jiff::civil::Date;

use super::UnitReporter;
use crate::graph::{Data, Graph, objects_of};
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
        let (Some(written), Some(most)) = (annotation(&dated.object, rotation), dated.category.most_days) else {
            continue;
        };
        let text = written.as_str().unwrap_or_default();
        let problem = match day(text) {
            _ if text.contains(['{', '$']) => continue,
            None => "is no day such as 2027-01-31".to_owned(),
            Some(day) => match age(day, today) {
                days if days > most => {
                    format!("is {days} days ago; {} is to be renewed after {most}", dated.category.name)
                }
                _ => continue,
            },
        };
        let draft = reporter.at(written.place, text).blank("name", dated.name.as_str().unwrap_or_default());
        draft.blank("date", text).blank("problem", problem).emit();
    }
}

/// `rotation-date-missing`
pub fn missing(graph: &Graph, reporter: &mut UnitReporter) {
    let Some(rotation) = &graph.policy.rotation else { return };
    let all = dated(graph, rotation);
    // Where nobody has begun to write it down, each Secret would be news.
    let has_begun = all.iter().any(|dated| annotation(&dated.object, rotation).is_some());
    for dated in all.iter().filter(|dated| has_begun && annotation(&dated.object, rotation).is_none()) {
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

/// The day of `2026-11-23` and of `2026-11-23T08:00:00Z`.
fn day(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok()
}

fn age(day: Date, today: Date) -> i64 {
    day.until(today).map_or(0, |span| i64::from(span.get_days()))
}

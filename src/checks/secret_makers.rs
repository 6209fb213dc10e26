//! Objects that make Secrets: two for one Secret, none that really makes it, one that no kustomization lists, one that
//! nobody wants.
//!
//! It does not know what the Secrets hold.

use std::collections::BTreeMap;

use super::secret_references::{describe, maker};
use super::{Deployment, UnitReporter};
use crate::graph::{Claim, Data, Graph, Member, Place, Producer, UnitKind, Unlisted, is_open, may_be_same};
use crate::model::Confidence;
use crate::syntax::{Change, New};

/// `secret-made-twice`
pub fn made_twice(deployment: &Deployment, reporter: &mut UnitReporter) {
    let mut makers: BTreeMap<&str, Vec<(usize, &Producer)>> = BTreeMap::new();
    let sure = |producer: &Producer| producer.claim == Claim::Makes && !is_open(&producer.name);
    for (index, producer) in deployment.flow().producers.iter().enumerate().filter(|(_, producer)| sure(producer)) {
        makers.entry(&producer.name).or_default().push((index, producer));
    }
    for mut same in makers.into_values().filter(|makers| makers.len() > 1) {
        same.sort_by_key(|(_, producer)| producer.place);
        let (first, rest) = (same[0], &same[1..]);
        let clashes = rest.iter().find(|(_, it)| it.place != first.1.place && it.namespace == first.1.namespace);
        let Some((second, producer)) = clashes else { continue };
        let usual = match deployment.unit().kind {
            UnitKind::Folder => Confidence::Medium,
            _ => Confidence::High,
        };
        let collection = deployment.graph.is_collection(deployment.unit);
        let draft = reporter.at(producer.place, &*producer.name).blank("name", &*producer.name);
        let draft = draft.blank("one", maker(deployment, (deployment.unit, first.0)));
        let draft = draft.blank("other", maker(deployment, (deployment.unit, *second)));
        let draft = draft.confidence(if collection { Confidence::Low } else { usual });
        draft.related(first.1.place, "made here first").emit();
    }
}

/// `vault-destination-not-created`
pub fn not_created(deployment: &Deployment, reporter: &mut UnitReporter) {
    for producer in deployment.flow().producers.iter().filter(|producer| producer.claim == Claim::Joins) {
        let object = deployment.object(producer.object);
        let is_vault = object.group() == "secrets.hashicorp.com";
        if !is_vault || is_open(&producer.name) || has_maker(deployment, producer) {
            continue;
        }
        let confidence = deployment.confidence_of_absence(Confidence::Medium);
        let place = object.data.at("spec.destination.create").map_or(producer.place, |create| create.place);
        let draft = reporter.at(place, &*producer.name).blank("name", &*producer.name);
        let draft = draft.blank("maker", describe(object)).confidence(confidence);
        draft.fix(object.data.at("spec.destination").map(created)).emit();
    }
}

/// The destination that the operator makes itself.
fn created(destination: &Data) -> (Place, Change) {
    let to = New::Plain("true".to_owned());
    match destination.get("create") {
        Some(create) => (create.place, Change::Value { from: "false".to_owned(), to }),
        None => (destination.place, Change::entry("create", to)),
    }
}

fn has_maker(deployment: &Deployment, wanted: &Producer) -> bool {
    let (namespace, graph) = (wanted.namespace.as_deref(), deployment.graph);
    graph.externals.has_secret(namespace, &wanted.name)
        || graph
            .producers_of(&wanted.name)
            .into_iter()
            .map(|member| graph.producer(member))
            .any(|other| other.claim != Claim::Joins && may_be_same(other.namespace.as_deref(), namespace))
}

/// `external-secret-not-in-kustomization`
pub fn not_listed(graph: &Graph, reporter: &mut UnitReporter) {
    for (index, unlisted) in graph.unlisted.iter().enumerate() {
        let object = &graph.strays.objects[unlisted.object];
        let place = object.name().map_or(object.data.place, |name| name.place);
        let kustomization = graph.inventory.path(unlisted.kustomization);
        let name = kustomization.map_or_else(String::new, |path| path.to_text().into_owned());
        let draft = reporter.at(place, "").blank("object", describe(object)).blank("kustomization", name);
        let list = resources(graph, unlisted.kustomization);
        let draft = list.into_iter().fold(draft, |draft, place| draft.related(place, "it is missing from this list"));
        let draft = draft.fix(listed(graph, unlisted));
        graph.left_by(index).fold(draft, |draft, place| draft.related(place, "this asks for it")).emit();
    }
}

/// The file among the resources of the kustomization.
fn listed(graph: &Graph, unlisted: &Unlisted) -> Option<(Place, Change)> {
    let kustomization = graph.inventory.path(unlisted.kustomization)?;
    let file = graph.inventory.path(unlisted.file)?.below(&kustomization.parent())?;
    let path = New::text(std::str::from_utf8(file.as_bytes()).ok()?);
    let root = graph.inventory.contents(unlisted.kustomization)?.documents.first()?;
    Some(match root.get("resources") {
        Some(list) => (list.place, Change::Item(path)),
        None => (root.place, Change::entry("resources", New::List(vec![path]))),
    })
}

/// Where the kustomization lists its resources.
fn resources(graph: &Graph, kustomization: u32) -> Option<Place> {
    let contents = graph.inventory.contents(kustomization)?;
    let document = contents.documents.first()?;
    let (key, _) = document.entry("resources").or_else(|| document.entries().first())?;
    Some(key.place)
}

/// `secret-never-consumed`
pub fn never_consumed(deployment: &Deployment, reporter: &mut UnitReporter) {
    let graph = deployment.graph;
    for (index, producer) in deployment.flow().producers.iter().enumerate() {
        let member: Member = (deployment.unit, index);
        if producer.claim != Claim::Makes || is_open(&producer.name) || is_wanted(deployment, producer) {
            continue;
        }
        let object = graph.object(deployment.unit, producer.object);
        // A label makes it a repository of Argo CD, or what another controller looks for.
        if object.data.at("metadata.labels").is_some() || object.data.str_at("type").is_some_and(|it| it != "Opaque") {
            continue;
        }
        let draft = reporter.at(producer.place, &*producer.name).blank("name", &*producer.name);
        draft
            .blank("maker", maker(deployment, member))
            .confidence(deployment.confidence_of_absence(Confidence::Medium))
            .emit();
    }
}

fn is_wanted(deployment: &Deployment, producer: &Producer) -> bool {
    let namespace = producer.namespace.as_deref();
    deployment.graph.consumers_of(&producer.name).any(|consumer| may_be_same(consumer.namespace.as_deref(), namespace))
}

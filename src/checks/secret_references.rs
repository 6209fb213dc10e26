//! References to Secrets that lead nowhere, and keys that their Secret does not hold.
//!
//! It does not know how a Secret comes about: the graph does.

use std::collections::BTreeMap;

use super::conventions::external_secrets::is_misplaced;
use super::{Deployment, UnitReporter};
use crate::graph::{Consumer, Fate, Member, Object, Place, UnitKind};
use crate::model::Confidence;
use crate::syntax::{Change, New};
use crate::text::{closest, is_slip, only_closest};

/// How many names a list in a message holds.
const MOST_NAMES: usize = 12;

/// `secret-name-unresolved`
pub fn name_unresolved(deployment: &Deployment, reporter: &mut UnitReporter) {
    for wanted in wanted(deployment) {
        match wanted.fate {
            Fate::Misnamed(near) => misnamed(deployment, &wanted, *near, reporter),
            Fate::OnlyIn(makers) => only_in(deployment, &wanted, makers, reporter),
            _ => {}
        }
    }
}

/// `secret-in-other-namespace`
pub fn other_namespace(deployment: &Deployment, reporter: &mut UnitReporter) {
    for wanted in wanted(deployment) {
        let Fate::OtherNamespace(makers) = wanted.fate else { continue };
        let producer = deployment.graph.producer(makers[0]);
        // Whose namespace is not the agreed one is told at the maker.
        if is_misplaced(deployment, makers[0].0, deployment.graph.object(makers[0].0, producer.object)) {
            continue;
        }
        let namespace = |namespace: Option<&str>| namespace.unwrap_or("another one").to_owned();
        let draft = reporter.at(wanted.place(), wanted.name());
        let draft = draft.blank("name", wanted.name()).blank("maker", maker(deployment, makers[0]));
        let draft = draft.blank("wanted", namespace(wanted.consumers[0].namespace.as_deref()));
        let draft = draft.blank("made", namespace(producer.namespace.as_deref()));
        let maker = deployment.graph.object(makers[0].0, producer.object);
        let place = maker.data.at("metadata.namespace").map_or(producer.place, |namespace| namespace.place);
        let draft = draft.related(place, "made here").confidence(wanted.confidence(deployment));
        wanted.others().fold(draft, |draft, place| draft.related(place, "asked for here, too")).emit();
    }
}

/// `prefix-breaks-secret-name`
pub fn renamed(deployment: &Deployment, reporter: &mut UnitReporter) {
    for wanted in wanted(deployment) {
        let Fate::Renamed(member) = *wanted.fate else { continue };
        let producer = deployment.graph.producer(member);
        // Settings of kustomize can name a field of another kind as a reference, too.
        let sure = wanted.consumers.iter().any(|consumer| consumer.sure);
        let confidence = if sure { wanted.confidence(deployment) } else { Confidence::Low };
        let draft = reporter.at(producer.place, wanted.name());
        let draft = draft.blank("name", wanted.name()).blank("made", &*producer.name);
        let draft = draft.blank("maker", maker(deployment, member)).confidence(confidence);
        let draft = draft.fix(kept_name(deployment.graph.object(member.0, producer.object), wanted.name()));
        let places = std::iter::once(wanted.place()).chain(wanted.others());
        places.fold(draft, |draft, place| draft.related(place, "still asks for the old name")).emit();
    }
}

/// A target of that name, which no prefix changes.
fn kept_name(object: &Object, name: &str) -> Option<(Place, Change)> {
    let spec = object.data.get("spec").filter(|_| object.kind() == "ExternalSecret")?;
    let name = New::text(name);
    Some(match spec.get("target") {
        Some(target) => (target.place, Change::entry("name", name)),
        None => (spec.place, Change::entry("target", New::mapping("name", name))),
    })
}

/// `secret-made-nowhere`
pub fn made_nowhere(deployment: &Deployment, reporter: &mut UnitReporter) {
    if deployment.unit().kind == UnitKind::Chart {
        return;
    }
    let is_open = |wanted: &Wanted| {
        *wanted.fate == Fate::Unknown && wanted.consumers.iter().any(|consumer| consumer.sure && !consumer.optional)
    };
    let missing: Vec<Wanted> = wanted(deployment).into_iter().filter(is_open).collect();
    let Some(first) = missing.first() else { return };
    let names: Vec<String> = missing.iter().take(MOST_NAMES).map(|wanted| format!("`{}`", wanted.name())).collect();
    let more = missing.len().saturating_sub(MOST_NAMES);
    let list = if more > 0 { format!("{} and {more} more", names.join(", ")) } else { names.join(", ") };
    let draft = reporter.at(first.place(), "").blank("names", list);
    let places = missing.iter().skip(1).map(Wanted::place);
    places.fold(draft, |draft, place| draft.related(place, "asked for here")).emit();
}

/// `secret-key-unresolved`
pub fn key_unresolved(deployment: &Deployment, reporter: &mut UnitReporter) {
    let flow = deployment.flow();
    let fates = deployment.graph.fates(deployment.unit);
    for (consumer, fate) in flow.consumers.iter().zip(fates).filter(|(consumer, _)| !consumer.optional) {
        let Fate::Found { producers, missing } = fate else { continue };
        for (key, place) in missing.iter().map(|&index| &consumer.keys[index]) {
            let holder = deployment.graph.producer(producers[0]);
            let object = deployment.graph.object(producers[0].0, holder.object);
            let known: Vec<&str> = holder.keys.known.iter().map(|(key, _)| &**key).collect();
            let near = closest(key, known.iter().copied()).filter(|near| !near.is_empty());
            let hint = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it holds {}.", list(&known)),
            };
            let is_sure = consumer.sure && producers[0].0 == deployment.unit;
            let usual = if is_sure { Confidence::High } else { Confidence::Medium };
            let confidence = deployment.confidence_in(object, usual);
            let draft = reporter.at(*place, &**key).blank("key", &**key).blank("name", &*consumer.name);
            let draft = draft.blank("maker", maker(deployment, producers[0])).blank("hint", hint);
            let near_place = near.and_then(|near| holder.keys.known.iter().find(|(key, _)| &**key == near)?.1);
            let label = if near_place.is_some() { "the nearest key is made here" } else { "the Secret is made here" };
            let draft = draft.related(near_place.unwrap_or(holder.place), label).confidence(confidence);
            let only = only_closest(key, known.iter().copied()).filter(|near| !near.is_empty());
            draft.fix(only.map(|near| (*place, Change::value(&**key, near)))).emit();
        }
    }
}

fn list(keys: &[&str]) -> String {
    match keys.len() {
        0 => "no keys".to_owned(),
        count if count > MOST_NAMES => format!("{count} other keys"),
        _ => keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", "),
    }
}

/// One name that is asked for, with everybody who asks for it in one unit and namespace.
pub(super) struct Wanted<'a> {
    pub consumers: Vec<&'a Consumer>,
    pub fate: &'a Fate,
}

impl Wanted<'_> {
    pub fn name(&self) -> &str {
        &self.consumers[0].name
    }

    pub fn place(&self) -> Place {
        self.consumers[0].place
    }

    fn places(&self) -> impl Iterator<Item = Place> {
        self.consumers.iter().map(|consumer| consumer.place)
    }

    fn others(&self) -> impl Iterator<Item = Place> {
        self.consumers[1..].iter().map(|consumer| consumer.place)
    }

    fn confidence(&self, deployment: &Deployment) -> Confidence {
        let sure = self.consumers.iter().any(|consumer| consumer.sure);
        let usual = if sure { Confidence::High } else { Confidence::Medium };
        let opaque = self.consumers.iter().all(|consumer| deployment.object(consumer.object).opaque.is_some());
        if opaque || deployment.graph.is_collection(deployment.unit) { Confidence::Low } else { usual }
    }
}

/// Every name that the unit asks for and does not find in itself, in the order of the first who asks.
pub(super) fn wanted<'a>(deployment: &'a Deployment) -> Vec<Wanted<'a>> {
    type Asking<'a> = Vec<(&'a Consumer, &'a Fate)>;
    let mut groups: BTreeMap<(Option<&str>, &str), Asking> = BTreeMap::new();
    for (consumer, fate) in deployment.flow().consumers.iter().zip(deployment.graph.fates(deployment.unit)) {
        if !consumer.optional && !matches!(fate, Fate::Found { .. } | Fate::Elsewhere) {
            groups.entry((consumer.namespace.as_deref(), &consumer.name)).or_default().push((consumer, fate));
        }
    }
    let groups = groups.into_values().map(|mut consumers| {
        consumers.sort_by_key(|(consumer, _)| (!consumer.sure, consumer.place));
        consumers.dedup_by_key(|(consumer, _)| consumer.place);
        Wanted { fate: consumers[0].1, consumers: consumers.into_iter().map(|(consumer, _)| consumer).collect() }
    });
    let mut wanted: Vec<Wanted> = groups.collect();
    wanted.sort_by_key(Wanted::place);
    wanted
}

fn misnamed(deployment: &Deployment, wanted: &Wanted, near: Member, reporter: &mut UnitReporter) {
    let producer = deployment.graph.producer(near);
    let why = format!("{} makes `{}`", maker(deployment, near), producer.name);
    let at_maker = is_makers_fault(deployment, wanted, near);
    let draft = reporter.at(if at_maker { producer.place } else { wanted.place() }, wanted.name());
    let draft = draft.blank("name", wanted.name()).blank("why", why).confidence(wanted.confidence(deployment));
    let draft = draft.fix(match at_maker {
        _ if !is_only_slip(deployment, wanted, near) => Vec::new(),
        true => vec![(producer.place, Change::value(&*producer.name, wanted.name()))],
        false => wanted.places().map(|place| (place, Change::value(wanted.name(), &*producer.name))).collect(),
    });
    let askers = wanted.others().chain(at_maker.then(|| wanted.place()));
    let draft = if at_maker { draft } else { draft.related(producer.place, "made here, under another name") };
    askers.fold(draft, |draft, place| draft.related(place, "asked for here")).emit();
}

/// True where the unit makes no other Secret that could be meant as well.
fn is_only_slip(deployment: &Deployment, wanted: &Wanted, near: Member) -> bool {
    let meant = &deployment.graph.producer(near).name;
    let mut others = deployment.graph.flows[near.0].producers.iter().filter(|producer| producer.name != *meant);
    !others.any(|other| is_slip(wanted.name(), &other.name))
}

/// Whose name is wrong: the maker's, where nobody asks for what it makes and others, or its own name, agree on what is
/// asked for.
fn is_makers_fault(deployment: &Deployment, wanted: &Wanted, near: Member) -> bool {
    let producer = deployment.graph.producer(near);
    let own_name = deployment.graph.object(near.0, producer.object).name_text().unwrap_or_default();
    let is_asked = deployment.graph.consumers_of(&producer.name).next().is_some();
    let differs = own_name != &*producer.name && !is_slip(own_name, &producer.name);
    let agrees = own_name == wanted.name() || (differs && wanted.name().starts_with(own_name));
    !is_asked && (agrees || wanted.consumers.len() > 1)
}

fn only_in(deployment: &Deployment, wanted: &Wanted, makers: &[Member], reporter: &mut UnitReporter) {
    let units: Vec<String> =
        makers.iter().take(3).map(|(unit, _)| format!("`{}`", deployment.graph.units[*unit].name)).collect();
    let why = format!("only {} makes it", units.join(", "));
    let producer = deployment.graph.producer(makers[0]);
    let draft = reporter.at(wanted.place(), wanted.name()).blank("name", wanted.name()).blank("why", why);
    let usual = wanted.confidence(deployment).min(Confidence::Medium);
    draft
        .related(producer.place, "made here for another deployment")
        .confidence(deployment.confidence_of_absence(usual))
        .emit();
}

/// `ExternalSecret db`, for messages.
pub(super) fn maker(deployment: &Deployment, (unit, producer): Member) -> String {
    describe(deployment.graph.object(unit, deployment.graph.flows[unit].producers[producer].object))
}

pub(super) fn describe(object: &Object) -> String {
    match object.name_text() {
        Some(name) => format!("{} {name}", object.kind()),
        None => object.kind().to_owned(),
    }
}

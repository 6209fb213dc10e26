//! References to stores and Vault connections that lead nowhere, or where they may not.
//!
//! It does not know backends.

use super::secret_references::describe;
use super::{Deployment, UnitReporter};
use crate::graph::{Data, Lookup, Place, StoreKind, StoreReference, UnitKind};
use crate::model::Confidence;
use crate::syntax::{Change, New};
use crate::text::is_slip;

/// `store-not-found`
pub fn not_found(deployment: &Deployment, reporter: &mut UnitReporter) {
    missing(deployment, StoreKind::is_external, reporter);
}

/// `vault-reference-not-found`
pub fn vault_not_found(deployment: &Deployment, reporter: &mut UnitReporter) {
    missing(deployment, |kind| !kind.is_external(), reporter);
}

fn missing(deployment: &Deployment, is_ours: impl Fn(StoreKind) -> bool, reporter: &mut UnitReporter) {
    let graph = deployment.graph;
    for (reference, lookup) in lookups(deployment).filter(|(reference, _)| is_ours(reference.kind)) {
        let (why, near, confidence) = match lookup {
            Lookup::Misnamed(near) => {
                (format!("did you mean `{}`?", graph.store(*near).name), Some(*near), Confidence::High)
            }
            Lookup::OnlyIn(makers) => {
                let unit = &graph.units[makers[0].0].name;
                (format!("only `{unit}` defines it."), Some(makers[0]), Confidence::Medium)
            }
            Lookup::Unknown { others: true } if deployment.unit().kind != UnitKind::Folder => (
                format!("this repository defines {} of other names.", plural(reference.kind)),
                None,
                Confidence::Medium,
            ),
            Lookup::OtherNamespace(other) if !reference.kind.is_external() => {
                let namespace = graph.store(*other).namespace.as_deref().unwrap_or("another namespace").to_owned();
                (format!("the one of that name is in {namespace}."), Some(*other), Confidence::High)
            }
            _ => continue,
        };
        let draft = reporter.at(reference.place, &*reference.name).confidence(sure(deployment, reference, confidence));
        let draft = draft.blank("kind", reference.kind.name()).blank("name", &*reference.name).blank("why", why);
        let draft = match lookup {
            Lookup::Misnamed(near) => draft.fix(misspelt(deployment, reference, &graph.store(*near).name)),
            _ => draft,
        };
        match near {
            Some(near) => draft.related(graph.store(near).place, "defined here").emit(),
            None => draft.emit(),
        }
    }
}

/// The name that was meant, where no other could be.
fn misspelt(deployment: &Deployment, reference: &StoreReference, near: &str) -> Option<(Place, Change)> {
    let stores = deployment.graph.flows.iter().flat_map(|flow| &flow.stores);
    let mut others = stores.filter(|store| store.kind == reference.kind && &*store.name != near);
    let is_only = !others.any(|other| is_slip(&reference.name, &other.name));
    is_only.then(|| (reference.place, Change::value(&*reference.name, near)))
}

fn plural(kind: StoreKind) -> String {
    format!("{}s", kind.name())
}

/// `store-defined-nowhere`
pub fn defined_nowhere(deployment: &Deployment, reporter: &mut UnitReporter) {
    let is_open = |lookup: &Lookup| match lookup {
        Lookup::Unknown { others } => !others || deployment.unit().kind == UnitKind::Folder,
        _ => false,
    };
    let missing: Vec<&StoreReference> =
        lookups(deployment).filter(|(_, lookup)| is_open(lookup)).map(|(reference, _)| reference).collect();
    let Some(first) = missing.first() else { return };
    let mut names: Vec<String> = missing.iter().map(|it| format!("{} `{}`", it.kind.name(), it.name)).collect();
    names.sort();
    names.dedup();
    let places = missing.iter().skip(1).filter(|other| other.name != first.name).map(|reference| reference.place);
    let draft = reporter.at(first.place, "").blank("names", names.join(", "));
    places.fold(draft, |draft, place| draft.related(place, "referred to here")).emit();
}

/// `store-kind-mismatch`
pub fn kind_mismatch(deployment: &Deployment, reporter: &mut UnitReporter) {
    for (reference, lookup) in lookups(deployment) {
        let Lookup::OtherKind(other) = *lookup else { continue };
        let store = deployment.graph.store(other);
        let said = match reference.kind_place {
            Some(_) => format!("as {}", reference.kind.name()),
            None => format!("without a kind, which means {}", reference.kind.name()),
        };
        let place = reference.kind_place.unwrap_or(reference.place);
        let draft = reporter.at(place, &*reference.name).confidence(sure(deployment, reference, Confidence::High));
        let draft = draft.blank("name", &*reference.name).blank("said", said).blank("kind", store.kind.name());
        draft.related(store.place, "defined here").fix([of_kind(reference, store.kind.name())]).emit();
    }
}

/// What makes the reference one to a store of this kind.
pub fn of_kind(reference: &StoreReference, kind: &str) -> (Place, Change) {
    match reference.kind_place {
        Some(place) => (place, Change::value(reference.kind.name(), kind)),
        None => (reference.holder, Change::entry("kind", New::text(kind))),
    }
}

/// `store-in-other-namespace`
pub fn other_namespace(deployment: &Deployment, reporter: &mut UnitReporter) {
    for (reference, lookup) in lookups(deployment).filter(|(reference, _)| reference.kind.is_external()) {
        let Lookup::OtherNamespace(other) = *lookup else { continue };
        let store = deployment.graph.store(other);
        let usual = if other.0 == deployment.unit { Confidence::High } else { Confidence::Medium };
        let draft = reporter.at(reference.place, &*reference.name).confidence(sure(deployment, reference, usual));
        let draft = draft.blank("name", &*reference.name);
        let draft = draft.blank("defined", store.namespace.as_deref().unwrap_or_default());
        let draft = draft.blank("wanted", reference.namespace.as_deref().unwrap_or_default());
        draft.related(store.place, "defined here").emit();
    }
}

/// `prefix-breaks-reference`
pub fn renamed(deployment: &Deployment, reporter: &mut UnitReporter) {
    for (reference, lookup) in lookups(deployment) {
        let Lookup::Renamed(member) = *lookup else { continue };
        let store = deployment.graph.store(member);
        let draft =
            reporter.at(reference.place, &*reference.name).confidence(sure(deployment, reference, Confidence::High));
        let draft = draft.blank("name", &*reference.name).blank("kind", store.kind.name()).blank("now", &*store.name);
        let change = (reference.place, Change::value(&*reference.name, &*store.name));
        draft.related(store.place, "renamed here").fix([change]).emit();
    }
}

/// `store-excludes-namespace`
pub fn excludes_namespace(deployment: &Deployment, reporter: &mut UnitReporter) {
    for (reference, lookup) in lookups(deployment).filter(|(it, _)| it.kind == StoreKind::ClusterSecretStore) {
        let Lookup::Found(member) = *lookup else { continue };
        let user = deployment.object(reference.object);
        let Some(namespace) = deployment.unit().namespace_of(user).filter(|it| !it.contains("${")) else { continue };
        let store = deployment.graph.object(member.0, deployment.graph.store(member).object);
        let Some(conditions) = store.data.at("spec.conditions").filter(|conditions| !conditions.items().is_empty())
        else {
            continue;
        };
        if user.kind() == "ClusterExternalSecret"
            || conditions.items().iter().any(|condition| admits(condition, namespace))
        {
            continue;
        }
        let draft =
            reporter.at(reference.place, &*reference.name).confidence(sure(deployment, reference, Confidence::High));
        let draft = draft.blank("name", &*reference.name).blank("namespace", namespace);
        draft.related(conditions.place, "the conditions of the store").emit();
    }
}

/// True also where that cannot be told: selectors and expressions depend on the cluster.
fn admits(condition: &Data, namespace: &str) -> bool {
    let has = |field: &str| condition.get(field).is_some_and(|value| !value.is_null());
    has("namespaceSelector")
        || has("namespaceRegexes")
        || condition.is_unknown()
        || condition.get("namespaces").is_some_and(|list| list.items().iter().any(|it| it.as_str() == Some(namespace)))
}

/// `vault-auth-namespace-not-allowed`
pub fn not_allowed(deployment: &Deployment, reporter: &mut UnitReporter) {
    let guarded = |kind| matches!(kind, StoreKind::VaultAuth | StoreKind::VaultAuthGlobal);
    for (reference, lookup) in lookups(deployment).filter(|(reference, _)| guarded(reference.kind)) {
        let Lookup::Found(member) = *lookup else { continue };
        let store = deployment.graph.store(member);
        let user = deployment.unit().namespace_of(deployment.object(reference.object));
        let (Some(own), Some(user)) = (store.namespace.as_deref(), user) else { continue };
        let object = deployment.graph.object(member.0, store.object);
        let allowed = object.data.at("spec.allowedNamespaces");
        let admits = |list: &Data| {
            list.is_unknown()
                || list.items().iter().any(|it| matches!(it.as_str(), Some(name) if name == user || name == "*"))
        };
        if own == user || allowed.is_some_and(admits) {
            continue;
        }
        let draft =
            reporter.at(reference.place, &*reference.name).confidence(sure(deployment, reference, Confidence::High));
        let draft = draft.blank("auth", describe(object)).blank("own", own).blank("namespace", user);
        draft.related(allowed.map_or(store.place, |allowed| allowed.place), "allows other namespaces only").emit();
    }
}

fn lookups<'a>(deployment: &'a Deployment) -> impl Iterator<Item = (&'a StoreReference, &'a Lookup)> {
    // Where the stores are agreed on, a reference to another is told by the convention, and those are not missed.
    let is_agreed = deployment.policy().stores.as_ref().is_some_and(|stores| stores.shared.is_some());
    let is_told = move |(reference, lookup): &(&StoreReference, &Lookup)| {
        is_agreed && reference.kind.is_external() && !matches!(lookup, Lookup::Found(_))
    };
    let lookups = deployment.flow().references.iter().zip(deployment.graph.lookups(deployment.unit));
    lookups.filter(move |pair| !is_told(pair))
}

fn sure(deployment: &Deployment, reference: &StoreReference, usual: Confidence) -> Confidence {
    match deployment.graph.is_collection(deployment.unit) {
        true => Confidence::Low,
        false => deployment.confidence_in(deployment.object(reference.object), usual),
    }
}

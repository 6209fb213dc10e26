//! Secrets that a platform counts on: each made by something, in the namespace where it is read.
//!
//! It does not know what the backend holds.

use super::UnitReporter;
use super::deployed::{Deployed, objects};
use super::secret_strategy::modes;
use crate::graph::{Consumer, Data, Graph};
use crate::policy::RequiredSecret;

/// `required-secret-not-made`
pub fn not_made(graph: &Graph, reporter: &mut UnitReporter) {
    let objects = objects(graph);
    let modes = modes(graph);
    for required in graph.policy.required_secrets.iter().flatten() {
        let unless = required.unless_strategy.as_deref();
        if !modes.is_empty() && modes.iter().all(|&mode| Some(mode) == unless) {
            continue;
        }
        let made: Vec<(&Deployed, &Data)> =
            objects.iter().filter_map(|it| Some((it, made_by(it, required)?))).collect();
        let is_external = graph.externals.has_secret(Some(&required.namespace), &required.name);
        let is_open = objects.iter().any(|it| makes_secrets(it) && name_of(it).is_none());
        let here = made.iter().any(|(it, _)| it.namespace.is_none_or(|namespace| namespace == required.namespace));
        if here || is_external || is_open {
            continue;
        }
        let wanted = readers(graph, required);
        let place = match (made.first(), wanted.first()) {
            // `secret-in-other-namespace` speaks of the reader.
            (Some(_), Some(_)) => continue,
            (Some((maker, name)), None) => Some((
                maker.object.data.at("metadata.namespace").map_or(name.place, |namespace| namespace.place),
                format!("it is made in {}", maker.namespace.unwrap_or_default()),
            )),
            (None, Some(reader)) => Some((reader.place, "nothing makes it".to_owned())),
            (None, None) => None,
        };
        let Some((place, problem)) = place else { continue };
        let draft = reporter.at(place, &*required.name).blank("name", &*required.name);
        let draft = draft
            .blank("namespace", &*required.namespace)
            .blank("problem", problem)
            .blank("policy", required.place.to_string());
        wanted.iter().skip(1).fold(draft, |draft, reader| draft.related(reader.place, "read here, too")).emit();
    }
}

/// Where a Secret's name is written, by kind: the field that overrides, and the object's own.
fn name_of<'o>(deployed: &'o Deployed) -> Option<&'o Data> {
    let data = &deployed.object.data;
    let fields = ["spec.target.name", "spec.destination.name", "spec.secretName", "metadata.name"];
    let name = fields.iter().find_map(|field| data.at(field).filter(|name| !name.is_null()))?;
    name.as_str().is_some_and(|name| !crate::graph::is_open(name)).then_some(name)
}

fn makes_secrets(deployed: &Deployed) -> bool {
    matches!(
        deployed.object.kind(),
        "Secret"
            | "ExternalSecret"
            | "SealedSecret"
            | "VaultStaticSecret"
            | "VaultDynamicSecret"
            | "InfisicalSecret"
            | "Certificate"
    )
}

fn made_by<'o>(deployed: &'o Deployed, required: &RequiredSecret) -> Option<&'o Data> {
    name_of(deployed).filter(|name| makes_secrets(deployed) && name.as_str() == Some(&required.name))
}

/// Who reads the Secret where it is required to be.
fn readers<'g>(graph: &'g Graph, required: &RequiredSecret) -> Vec<&'g Consumer> {
    let in_namespace = |consumer: &&Consumer| consumer.namespace.as_deref().is_none_or(|it| it == required.namespace);
    let mut readers: Vec<&Consumer> = graph.consumers_of(&required.name).filter(in_namespace).collect();
    readers.sort_by_key(|consumer| consumer.place);
    readers.dedup_by_key(|consumer| consumer.place);
    readers
}

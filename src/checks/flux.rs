//! What Flux applies although it cannot read it: files that SOPS has encrypted, without a word about decryption.
//!
//! It does not know keys, nor whether what is encrypted is complete.

use std::collections::HashMap;

use super::UnitReporter;
use super::secret_references::describe;
use crate::graph::{Data, Graph, Object, Place, UnitKind};

/// `encrypted-manifest-without-decryption`
pub fn without_decryption(graph: &Graph, reporter: &mut UnitReporter) {
    for (place, object) in undecrypting(graph) {
        let path = object.data.at("spec.path");
        let Some(folder) = path.and_then(Data::as_str).map(|path| path.trim_matches(['.', '/'])) else { continue };
        let Some(name) = object.name_text() else { continue };
        let own = format!("{folder} ({name})");
        let is_own = |unit: &&crate::graph::Unit| unit.name == folder || unit.name == own;
        let units = graph.units.iter().filter(|unit| unit.kind == UnitKind::Release).filter(is_own);
        let Some(encrypted) = units.flat_map(|unit| &unit.objects).find(|object| is_encrypted(object)) else {
            continue;
        };
        let draft = reporter.at(path.map_or(place, |path| path.place), name).blank("name", name);
        let draft = draft.blank("object", describe(encrypted));
        draft.related(encrypted.name().map_or(encrypted.data.place, |name| name.place), "encrypted here").emit();
    }
}

/// Flux Kustomizations that decrypt nothing in any unit: a parent's patch often brings it to all of them.
fn undecrypting<'g>(graph: &'g Graph) -> Vec<(Place, &'g Object)> {
    let mut found: HashMap<Place, (&Object, bool)> = HashMap::new();
    for object in graph.units.iter().flat_map(|unit| &unit.objects) {
        if object.is("kustomize.toolkit.fluxcd.io", "Kustomization") {
            let decrypts = object.opaque.is_some() || object.data.at("spec.decryption").is_some_and(|it| !it.is_null());
            found.entry(object.data.place).or_insert((object, false)).1 |= decrypts;
        }
    }
    let mut found: Vec<_> = found.into_iter().filter(|(_, (_, decrypts))| !decrypts).collect();
    found.sort_by_key(|(place, _)| *place);
    found.into_iter().map(|(place, (object, _))| (place, object)).collect()
}

/// With what SOPS leaves beside the values.
fn is_encrypted(object: &Object) -> bool {
    object.data.at("sops.mac").and_then(Data::as_str).is_some_and(|mac| mac.starts_with("ENC["))
}

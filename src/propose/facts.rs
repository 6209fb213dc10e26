//! What is there to be counted: ExternalSecrets, the stores and who names them, each place once.
//!
//! It does not know what is usual.

use std::collections::HashSet;

use crate::facts::external_secrets::GROUP;
use crate::graph::{Data, Graph, Object, Place, UnitKind, is_open};

/// An ExternalSecret, or the one that a ClusterExternalSecret makes.
pub struct Seen<'a> {
    pub object: &'a Object,
    pub spec: &'a Data,
    pub path: String,
    pub namespace: Option<&'a str>,
    /// A kustomization, a chart or a release deploys it.
    pub is_listed: bool,
}

/// Where somebody names a store.
pub struct Reference<'a> {
    pub kind: &'static str,
    pub name: &'a str,
    pub place: Place,
}

pub struct Facts<'a> {
    pub external_secrets: Vec<Seen<'a>>,
    pub stores: Vec<&'a Object>,
    pub references: Vec<Reference<'a>>,
}

impl<'a> Facts<'a> {
    pub fn of(graph: &'a Graph<'a>) -> Facts<'a> {
        let mut facts = Facts { external_secrets: Vec::new(), stores: Vec::new(), references: Vec::new() };
        // Overlays of one base share its places.
        let (mut objects, mut places) = (HashSet::new(), HashSet::new());
        for (unit, flow) in graph.units.iter().zip(&graph.flows) {
            for object in unit.objects.iter().filter(|object| object.group() == GROUP) {
                if !objects.insert((object.data.place, unit.namespace_of(object))) {
                    continue;
                }
                let spec = match object.kind() {
                    "ExternalSecret" => object.data.get("spec"),
                    "ClusterExternalSecret" => object.data.at("spec.externalSecretSpec"),
                    "SecretStore" | "ClusterSecretStore" => {
                        facts.stores.push(object);
                        continue;
                    }
                    _ => continue,
                };
                let Some((spec, path)) = spec.zip(graph.inventory.path(object.data.place.file)) else { continue };
                facts.external_secrets.push(Seen {
                    object,
                    spec,
                    path: path.to_text().into_owned(),
                    namespace: unit.namespace_of(object),
                    is_listed: unit.kind != UnitKind::Folder,
                });
            }
            for reference in flow.references.iter().filter(|it| it.kind.is_external() && !is_open(&it.name)) {
                if places.insert(reference.place) {
                    let (kind, name) = (reference.kind.name(), &*reference.name);
                    facts.references.push(Reference { kind, name, place: reference.place });
                }
            }
        }
        facts
    }
}

impl<'a> Seen<'a> {
    /// Where to point at what is not there.
    pub fn head(&self) -> Place {
        self.object.name().map_or(self.object.data.place, |name| name.place)
    }

    /// What is written at a path of its spec, null aside.
    pub fn at(&self, path: &str) -> Option<&'a Data> {
        self.spec.at(path).filter(|value| !value.is_null())
    }

    /// The keys it reads, as far as they are known.
    pub fn remote_keys(&self) -> Vec<(&'a str, Place)> {
        let found = [
            crate::graph::all(self.spec, "data[].remoteRef.key"),
            crate::graph::all(self.spec, "dataFrom[].extract.key"),
        ];
        let known = |key: &&'a Data| key.as_str().filter(|text| !text.is_empty() && !is_open(text));
        found.concat().iter().filter_map(|key| Some((known(key)?, key.place))).collect()
    }
}

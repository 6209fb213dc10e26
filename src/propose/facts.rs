//! What is there to be counted: ExternalSecrets, the stores and who names them, objects of the Vault Secrets Operator; each
//! place once.
//!
//! It does not know what is usual.

use std::collections::HashSet;

use crate::facts::external_secrets::GROUP;
use crate::facts::vault_operator::GROUP as VAULT;
use crate::graph::{Data, Graph, Object, Place, UnitKind, is_open};

/// An ExternalSecret, the one that a ClusterExternalSecret makes, or a login or a secret of Vault's operator.
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

#[derive(Default)]
pub struct Facts<'a> {
    pub external_secrets: Vec<Seen<'a>>,
    /// VaultAuths, VaultStaticSecrets and VaultDynamicSecrets.
    pub vault: Vec<Seen<'a>>,
    pub stores: Vec<&'a Object>,
    pub references: Vec<Reference<'a>>,
}

impl<'a> Facts<'a> {
    pub fn of(graph: &'a Graph<'a>) -> Facts<'a> {
        let mut facts = Facts::default();
        // Overlays of one base share its places.
        let (mut objects, mut places) = (HashSet::new(), HashSet::new());
        for (unit, flow) in graph.units.iter().zip(&graph.flows) {
            for object in unit.objects.iter().filter(|object| [GROUP, VAULT].contains(&object.group())) {
                if !objects.insert((object.data.place, unit.namespace_of(object))) {
                    continue;
                }
                let (list, spec) = match object.kind() {
                    "ExternalSecret" => (&mut facts.external_secrets, object.data.get("spec")),
                    "ClusterExternalSecret" => (&mut facts.external_secrets, object.data.at("spec.externalSecretSpec")),
                    "VaultAuth" | "VaultStaticSecret" | "VaultDynamicSecret" => {
                        (&mut facts.vault, object.data.get("spec"))
                    }
                    "SecretStore" | "ClusterSecretStore" => {
                        facts.stores.push(object);
                        continue;
                    }
                    _ => continue,
                };
                let Some((spec, path)) = spec.zip(graph.inventory.path(object.data.place.file)) else { continue };
                list.push(Seen {
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

    /// All that read something from a backend, and their logins.
    pub fn readers(&self) -> impl Iterator<Item = &Seen<'a>> {
        self.external_secrets.iter().chain(&self.vault)
    }

    pub fn of_vault(&self, kind: &str) -> Vec<&Seen<'a>> {
        self.vault.iter().filter(|seen| seen.object.kind() == kind).collect()
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
            self.at("path").into_iter().collect(),
        ];
        let known = |key: &&'a Data| key.as_str().filter(|text| !text.is_empty() && !is_open(text));
        found.concat().iter().filter_map(|key| Some((known(key)?, key.place))).collect()
    }
}

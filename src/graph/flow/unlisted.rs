//! Manifests about secrets that lie beside a kustomization which does not list them: they never reach a cluster.
//!
//! It does not know whether that is meant.

use std::collections::BTreeSet;

use super::Graph;
use crate::document::kustomize::KUSTOMIZATION_NAMES;
use crate::graph::{FileId, Inventory, Object, UnitKind};

/// A file of manifests that no kustomization lists, beside one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unlisted {
    pub file: FileId,
    /// The kustomization that could list it.
    pub kustomization: FileId,
    /// The unit of its folder, and its first object about secrets there.
    pub unit: usize,
    pub object: usize,
}

/// The groups of which every kind is about secrets, and the kinds of those of which only some are.
const ABOUT_SECRETS: [(&str, &[&str]); 7] = [
    ("external-secrets.io", &[]),
    ("generators.external-secrets.io", &[]),
    ("secrets.hashicorp.com", &[]),
    ("secrets.infisical.com", &[]),
    ("bitnami.com", &["SealedSecret"]),
    ("isindir.github.com", &["SopsSecret"]),
    ("", &["Secret"]),
];

pub fn is_about_secrets(object: &Object) -> bool {
    let (group, kind) = (object.group(), object.kind());
    ABOUT_SECRETS.iter().any(|(known, kinds)| *known == group && (kinds.is_empty() || kinds.contains(&kind)))
}

pub fn find(graph: &Graph) -> Vec<Unlisted> {
    let deployed = |unit: &&crate::graph::Unit| !matches!(unit.kind, UnitKind::Folder | UnitKind::Stream);
    let listed: BTreeSet<FileId> = graph
        .units
        .iter()
        .filter(deployed)
        .flat_map(|unit| unit.objects.iter().map(|object| object.data.place.file))
        .collect();
    let mut found: Vec<Unlisted> = Vec::new();
    for (unit, folder) in graph.units.iter().enumerate().filter(|(_, unit)| unit.kind == UnitKind::Folder) {
        for (index, object) in folder.objects.iter().enumerate().filter(|(_, object)| is_about_secrets(object)) {
            let file = object.data.place.file;
            if listed.contains(&file) || found.iter().any(|known| known.file == file) {
                continue;
            }
            let kustomization = kustomization_beside(graph.inventory, file);
            found.extend(kustomization.map(|kustomization| Unlisted { file, kustomization, unit, object: index }));
        }
    }
    found.sort_by_key(|unlisted| unlisted.file);
    found
}

fn kustomization_beside(inventory: &Inventory, file: FileId) -> Option<FileId> {
    let folder = inventory.path(file)?.parent();
    let paths = KUSTOMIZATION_NAMES.iter().filter_map(|name| folder.join(name.as_bytes()));
    paths.into_iter().find_map(|path| inventory.id(&path))
}

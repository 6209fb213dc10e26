//! Deployment units: the sets of objects that reach a cluster together.
//!
//! It does not know what objects refer to, and it asks no cluster.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Layout;
use super::data::{Data, FileId, Place};
use super::inventory::{Contents, Inventory};
use super::object::Object;
use crate::document::Role;

/// What makes a set of objects one deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnitKind {
    /// A kustomization that no other names, or that a release points at.
    Kustomization,
    /// Manifests in a folder that no kustomization lists.
    Folder,
    /// A chart with one of its values files.
    Chart,
    /// What an Argo CD Application or a Flux object applies.
    Release,
    /// Manifests on standard input.
    Stream,
}

/// Something that belongs to a unit and that we do not see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    pub cause: Cause,
    /// What is missing, in words.
    pub what: String,
    pub place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// It would have to be downloaded.
    Remote,
    /// It is not in the tree, or lies outside of it.
    Missing,
    /// It cannot be read, or means nothing to the tool that deploys it.
    Invalid,
    /// A chart would have to be rendered, a plugin run.
    NotRun,
    /// A limit of ours.
    TooMuch,
}

#[derive(Clone, Debug)]
pub struct Unit {
    /// The folder or file it starts from: `overlays/prod`.
    pub name: String,
    pub kind: UnitKind,
    pub objects: Vec<Object>,
    /// False when there may be objects beside these.
    pub complete: bool,
    pub gaps: Vec<Gap>,
    /// Where objects go that name no namespace, if that is known.
    pub namespace: Option<Arc<str>>,
}

impl Unit {
    /// Where an object of this unit ends up, if that is known.
    pub fn namespace_of<'a>(&'a self, object: &'a Object) -> Option<&'a str> {
        object.namespace().or(self.namespace.as_deref())
    }
}

/// Every unit of the tree, sorted by name.
pub fn units(inventory: &Inventory, layout: &Layout) -> Vec<Unit> {
    let _ = layout;
    folders(inventory)
}

/// The plain manifests, one unit a folder.
fn folders(inventory: &Inventory) -> Vec<Unit> {
    let mut units: BTreeMap<String, Unit> = BTreeMap::new();
    for (index, path) in inventory.files.iter().enumerate() {
        let Some(contents) = inventory.contents(index as FileId).filter(|contents| contents.role == Role::Plain) else {
            continue;
        };
        let objects = objects_of(contents);
        if objects.is_empty() {
            continue;
        }
        let name = path.parent().to_text().into_owned();
        let unit = units.entry(name.clone()).or_insert_with(|| Unit {
            name,
            kind: UnitKind::Folder,
            objects: Vec::new(),
            complete: true,
            gaps: Vec::new(),
            namespace: None,
        });
        unit.complete &= !contents.broken;
        unit.objects.extend(objects);
    }
    units.into_values().collect()
}

/// The objects of a file, Lists unfolded.
pub fn objects_of(contents: &Contents) -> Vec<Object> {
    contents.documents.iter().flat_map(unlisted).cloned().filter_map(Object::of).collect()
}

/// The items of a List, else the document itself.
pub fn unlisted(document: &Data) -> Vec<&Data> {
    let is_list = document.str_at("kind").is_some_and(|kind| kind.ends_with("List"));
    match document.get("items").filter(|items| is_list && items.is_sequence()) {
        Some(items) => items.items().iter().collect(),
        None => vec![document],
    }
}

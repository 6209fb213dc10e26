//! Plain manifests: files that nobody lists, and how far one deployment of them reaches.
//!
//! It does not know who applies them. Two objects with one id cannot belong to one deployment, and this alone divides a
//! tree.

use std::collections::{BTreeMap, HashSet};

use super::data::{FileId, Place};
use super::inventory::Inventory;
use super::object::{Object, ObjectId};
use super::unit::{Cause, Gap, Unit, UnitKind, objects_of};
use crate::model::RepoPath;

/// A folder with what lies directly in it and below.
#[derive(Default)]
struct Folder {
    files: Vec<FileId>,
    folders: BTreeMap<Vec<u8>, Folder>,
}

/// The units that `files` make up: as large as they can be without two objects of one id.
pub fn units(inventory: &Inventory, files: &[FileId]) -> Vec<Unit> {
    let mut root = Folder::default();
    for &file in files {
        let Some(path) = inventory.path(file) else { continue };
        let parent = path.parent();
        let parts = parent.as_bytes().split(|&byte| byte == b'/').filter(|part| !part.is_empty());
        parts.fold(&mut root, |folder, part| folder.folders.entry(part.to_vec()).or_default()).files.push(file);
    }
    let mut units = Vec::new();
    divide(root, &RepoPath::from(""), inventory, &mut units);
    units
}

fn divide(folder: Folder, path: &RepoPath, inventory: &Inventory, units: &mut Vec<Unit>) {
    let mut files = Vec::new();
    folder.gather(&mut files);
    // One folder below and nothing beside it: that one is the deployment's root.
    let is_passage = folder.files.is_empty() && folder.folders.len() == 1;
    if !is_passage && !repeats(&files, inventory) {
        return units.extend(unit(path, &files, inventory));
    }
    if !folder.files.is_empty() {
        units.extend(unit(path, &folder.files, inventory));
    }
    for (name, below) in folder.folders {
        if let Some(path) = path.join(&name) {
            divide(below, &path, inventory, units);
        }
    }
}

impl Folder {
    fn gather(&self, files: &mut Vec<FileId>) {
        files.extend(&self.files);
        self.folders.values().for_each(|folder| folder.gather(files));
    }
}

fn repeats(files: &[FileId], inventory: &Inventory) -> bool {
    let mut known: HashSet<ObjectId> = HashSet::new();
    objects(files, inventory).any(|object| !object.written.name.is_empty() && !known.insert(object.written))
}

fn objects(files: &[FileId], inventory: &Inventory) -> impl Iterator<Item = Object> {
    let all = files.iter().filter_map(|&file| inventory.contents(file)).flat_map(objects_of);
    all.filter(|object| object.data.get("apiVersion").is_some())
}

/// The unit of these files as they are.
pub fn unit(path: &RepoPath, files: &[FileId], inventory: &Inventory) -> Option<Unit> {
    let objects: Vec<Object> = objects(files, inventory).collect();
    let broken = |&&file: &&FileId| inventory.contents(file).is_some_and(|contents| contents.broken);
    let gap = |&file: &FileId| {
        let what = inventory.path(file).map(|path| format!("{path} cannot be read")).unwrap_or_default();
        Gap { cause: Cause::Invalid, what, place: Place::start_of(file) }
    };
    let gaps: Vec<Gap> = files.iter().filter(broken).map(gap).collect();
    let unit = Unit { gaps, ..Unit::new(path, UnitKind::Folder, objects) };
    (!unit.objects.is_empty()).then_some(unit.closed())
}

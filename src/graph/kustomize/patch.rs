//! Patches of all three kinds: read, matched with their objects, applied.
//!
//! It does not know how a build goes on: what it cannot do is told, and the objects it should have changed are opaque.

use super::json_patch;
use super::layer::{Layer, field};
use super::merge::{self, Merged};
use super::resource::{Id, Resource, id_of};
use super::select::Selector;
use crate::graph::data::{Data, Place};
use crate::graph::unit::Cause;

/// What was not done, and why.
pub struct Refused {
    pub cause: Cause,
    pub what: String,
    pub place: Place,
}

impl Refused {
    pub fn new(cause: Cause, what: impl Into<String>, place: Place) -> Refused {
        Refused { cause, what: what.into(), place }
    }
}

/// The documents of one patch.
enum Patch<'a> {
    Merges(Vec<&'a Data>),
    Operations(&'a Data),
}

/// `patchesStrategicMerge`: each item is a file, or a patch as it stands.
pub fn apply_merges(resources: &mut Vec<Resource>, layer: &Layer, refused: &mut Vec<Refused>) {
    for item in layer.list("patchesStrategicMerge") {
        let inline = layer.inventory.embedded(item.place).filter(|all| all.iter().any(|one| id_of(one).is_some()));
        let documents = match inline {
            Some(documents) => Ok(documents),
            None => documents_of(layer, item),
        };
        match documents {
            Ok(documents) => {
                let patches: Vec<&Data> = documents.iter().filter(|patch| patch.is_mapping()).collect();
                if patches.is_empty() {
                    refused.push(Refused::new(Cause::Invalid, "a patch that is empty", item.place));
                }
                patches.iter().for_each(|patch| merge_by_id(resources, patch, Allowed::default(), refused));
            }
            Err(reason) => refused.push(reason),
        }
    }
}

/// `patches` and `patchesJson6902`: each item says what to apply and to which objects.
pub fn apply(resources: &mut Vec<Resource>, layer: &Layer, entries: &[&Data], refused: &mut Vec<Refused>) {
    for &entry in entries {
        let target = field(entry, "target").map(|target| (Selector::of(target), target.place));
        if let Some((None, place)) = target {
            refused.push(Refused::new(Cause::Invalid, "a target that kustomize cannot read", place));
            continue;
        }
        if let Some((Some(selector), place)) = &target
            && is_ours_to_match(layer, entry)
            && !resources.iter().any(|resource| selector.selects(resource))
        {
            refused.push(Refused::new(Cause::Idle, describe(entry), *place));
        }
        let selector = target.and_then(|(selector, _)| selector);
        match read(layer, entry) {
            Ok(patch) => apply_one(resources, &patch, entry, selector.as_ref(), refused),
            Err(reason) => {
                let touched = |resource: &&mut Resource| selector.as_ref().is_some_and(|known| known.selects(resource));
                resources.iter_mut().filter(touched).for_each(|resource| resource.obscure(UNREAD, reason.place));
                refused.push(reason);
            }
        }
    }
}

/// A component patches whatever its users have, and what a release adds is often meant for several.
fn is_ours_to_match(layer: &Layer, entry: &Data) -> bool {
    let is_component = layer.root.and_then(|root| root.str_at("kind")) == Some("Component");
    layer.place.contains(entry.place) && !is_component
}

/// What a target asks for, in words: `kind Deployment, name web`.
fn describe(entry: &Data) -> String {
    let target = field(entry, "target").map(Data::entries).unwrap_or_default();
    let words = target.iter().filter_map(|(key, value)| Some(format!("{} {}", key.as_str()?, value.as_str()?)));
    words.collect::<Vec<_>>().join(", ")
}

const UNREAD: &str = "a patch that cannot be read";

fn apply_one(
    resources: &mut Vec<Resource>,
    patch: &Patch,
    entry: &Data,
    selector: Option<&Selector>,
    refused: &mut Vec<Refused>,
) {
    let allowed = Allowed::of(entry);
    match (patch, selector) {
        (Patch::Merges(patches), Some(selector)) => {
            if let [_, second, ..] = patches.as_slice() {
                let what = "several patches in one entry that has a target";
                refused.push(Refused::new(Cause::Invalid, what, second.place));
            }
            if let Some(patch) = patches.first() {
                merge_into(resources, patch, allowed, |resource| selector.selects(resource), refused);
            }
        }
        (Patch::Merges(patches), None) => {
            patches.iter().for_each(|patch| merge_by_id(resources, patch, allowed, refused));
        }
        (Patch::Operations(operations), Some(selector)) => {
            for resource in resources.iter_mut().filter(|resource| selector.selects(resource)) {
                resource.remember();
                if let Err(failed) = json_patch::apply(&mut resource.object.data, operations) {
                    resource.obscure("an operation that kustomize refuses", failed.0);
                    refused.push(Refused::new(Cause::Invalid, "an operation of a JSON patch fails", failed.0));
                }
            }
        }
        (Patch::Operations(operations), None) => {
            refused.push(Refused::new(Cause::Invalid, "a JSON patch has no target", operations.place));
        }
    }
}

/// What a strategic merge may change beside the content.
#[derive(Clone, Copy, Default)]
struct Allowed {
    name: bool,
    kind: bool,
}

impl Allowed {
    fn of(entry: &Data) -> Allowed {
        let option = |name| field(entry, "options").and_then(|options| field(options, name)).is_some_and(Data::is_true);
        Allowed { name: option("allowNameChange"), kind: option("allowKindChange") }
    }
}

/// A patch that says itself which object it is for: exactly one must have, or have had, its id.
fn merge_by_id(resources: &mut Vec<Resource>, patch: &Data, allowed: Allowed, refused: &mut Vec<Refused>) {
    let Some(id) = id_of(patch) else {
        return refused.push(Refused::new(Cause::Invalid, "a patch without apiVersion and kind", patch.place));
    };
    let named = resources.iter().filter(|resource| resource.was_ever(&id)).count();
    if named != 1 {
        let place = patch.at("metadata.name").map_or(patch.place, |name| name.place);
        let cause = if named == 0 { Cause::Unmatched } else { Cause::Invalid };
        return refused.push(Refused::new(cause, no_target(&id, named), place));
    }
    merge_into(resources, patch, allowed, |resource| resource.was_ever(&id), refused);
}

fn no_target(id: &Id, found: usize) -> String {
    let found = if found == 0 { "no object" } else { "several objects" };
    format!("{found} for the patch of {} {}", id.kind, id.name)
}

fn merge_into(
    resources: &mut Vec<Resource>,
    patch: &Data,
    allowed: Allowed,
    selected: impl Fn(&Resource) -> bool,
    refused: &mut Vec<Refused>,
) {
    resources.retain_mut(|resource| {
        if !selected(resource) {
            return true;
        }
        if allowed.name || allowed.kind {
            resource.remember();
        }
        let before = resource.object.data.clone();
        match merge::merge(&mut resource.object.data, patch) {
            Ok(Merged::Removed) => return false,
            Ok(Merged::Kept) => {}
            Err(mismatch) => {
                resource.object.data = before.clone();
                resource.obscure("a patch that does not fit", mismatch.0);
                refused.push(Refused::new(Cause::Invalid, "a patch puts a list and a mapping together", mismatch.0));
            }
        }
        restore_identity(&mut resource.object.data, &before, allowed);
        true
    });
}

/// A merge never changes type and namespace, and the name only if it may.
fn restore_identity(data: &mut Data, before: &Data, allowed: Allowed) {
    for key in if allowed.kind { &["apiVersion"][..] } else { &["apiVersion", "kind"] } {
        if let Some(known) = before.get(key).filter(|known| data.get(key) != Some(*known)) {
            data.set(key, known.clone());
        }
    }
    for key in if allowed.name { &["namespace"][..] } else { &["namespace", "name"] } {
        let known = before.get("metadata").and_then(|metadata| metadata.get(key));
        if data.get("metadata").and_then(|metadata| metadata.get(key)) == known {
            continue;
        }
        let Some(metadata) = data.get_mut("metadata") else { continue };
        match known {
            Some(known) => metadata.set(key, known.clone()),
            None => drop(metadata.remove(key)),
        }
    }
}

fn read<'a>(layer: &Layer<'a>, entry: &'a Data) -> Result<Patch<'a>, Refused> {
    let inline = field(entry, "patch").filter(|patch| patch.as_str().is_none_or(|text| !text.trim().is_empty()));
    let documents = match (inline, field(entry, "path")) {
        (Some(patch), None) => match layer.inventory.embedded(patch.place) {
            Some(documents) if !documents.is_empty() => documents,
            _ => return Err(Refused::new(Cause::Invalid, UNREAD, patch.place)),
        },
        (None, Some(path)) => documents_of(layer, path)?,
        _ => return Err(Refused::new(Cause::Invalid, "a patch needs one of `path` and `patch`", entry.place)),
    };
    let documents: Vec<&Data> = documents.iter().filter(|document| !document.is_null()).collect();
    let is_json = inline.and_then(Data::as_str).is_some_and(|text| text.trim_start().starts_with('['));
    match documents.as_slice() {
        [only, ..] if json_patch::is_patch(only) && !(is_json && json_patch::has_bare_keys(only)) => {
            Ok(Patch::Operations(only))
        }
        merges if !merges.is_empty() && merges.iter().all(|document| document.is_mapping()) => {
            Ok(Patch::Merges(documents))
        }
        _ => Err(Refused::new(Cause::Invalid, UNREAD, field(entry, "path").or(inline).unwrap_or(entry).place)),
    }
}

/// What the file at a path says.
pub fn documents_of<'a>(layer: &Layer<'a>, path: &Data) -> Result<&'a [Data], Refused> {
    let named = path.as_str().unwrap_or_default();
    match layer.file(path) {
        Some((_, contents)) if contents.broken => {
            Err(Refused::new(Cause::Invalid, format!("{named} cannot be read"), path.place))
        }
        Some((_, contents)) => Ok(&contents.documents),
        None => Err(Refused::new(Cause::Missing, format!("{named} is not here"), path.place)),
    }
}

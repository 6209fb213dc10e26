//! Kustomization files that kustomize refuses, or soon will, whatever they name.
//!
//! It does not know the values of fields, only which fields there are.

use super::{Context, Reporter};
use crate::document::Document;
use crate::document::kustomize::Kustomization;
use crate::model::Edit;
use crate::syntax::{Change, Node};
use crate::text::{closest, only_closest};

/// `unknown-kustomization-field`
pub fn unknown(document: &Document, _context: &Context, reporter: &mut Reporter) {
    for field in Kustomization::of(document).iter().flat_map(Kustomization::unknown_fields) {
        let name = field.key.as_str().unwrap_or_default();
        let near = closest(name, field.known.iter().copied());
        let suggestion = near.map_or_else(String::new, |known| format!(" Did you mean `{known}`?"));
        let draft = reporter.at_key(field.key, field.value).blank("field", name).blank("suggestion", suggestion);
        let only = only_closest(name, field.known.iter().copied());
        draft.fix(only.and_then(|near| renamed(field.key, near))).emit();
    }
}

/// `deprecated-kustomization-field`
pub fn deprecated(document: &Document, _context: &Context, reporter: &mut Reporter) {
    for (key, value, instead) in Kustomization::of(document).iter().flat_map(Kustomization::deprecated_fields) {
        let name = key.as_str().unwrap_or_default();
        let draft = reporter.at_key(key, value).blank("field", name).blank("instead", instead);
        draft.fix(moved(key, value, instead).unwrap_or_default()).emit();
    }
}

/// The key under another name, where none of that name is there.
fn renamed(key: Node, name: &str) -> Option<Edit> {
    let is_free = key.parent()?.get(name).is_none();
    is_free.then(|| Change::value(key.as_str()?, name).at(key)).flatten()
}

/// The same entries under the field that takes the place of this one, where they are written there as they are here, or
/// only under `path`. What has to be thought over is left alone.
fn moved(key: Node, value: Node, instead: &str) -> Option<Vec<Edit>> {
    let items = match key.as_str()? {
        "bases" | "imageTags" | "patchesJson6902" => Vec::new(),
        // A patch that is written out here has several lines and gets no edit.
        "patchesStrategicMerge" => {
            value.items().map(|item| Change::Under("path").at(item)).collect::<Option<Vec<Edit>>>()?
        }
        _ => return None,
    };
    Some([vec![renamed(key, instead)?], items].concat())
}

/// `empty-kustomization`
pub fn empty(document: &Document, _context: &Context, reporter: &mut Reporter) {
    if let Some(kustomization) = Kustomization::of(document).filter(Kustomization::is_empty) {
        reporter.at(kustomization.root).emit();
    }
}

/// `several-kustomizations-in-folder`
pub fn several(document: &Document, context: &Context, reporter: &mut Reporter) {
    let Some(kustomization) = Kustomization::of(document) else { return };
    let files = context.layout.kustomizations_in(&document.path.parent());
    let name = |path: &crate::model::RepoPath| String::from_utf8_lossy(path.file_name()).into_owned();
    // The preferred name is the one to keep, so the fault is the others'.
    if let Some(first) = files.first().filter(|first| *first != document.path && files.contains(document.path)) {
        let place = kustomization.root.own_entries().next().map_or(kustomization.root, |(key, _)| key);
        reporter.at(place).blank("path", name(document.path)).blank("first", name(first)).emit();
    }
}

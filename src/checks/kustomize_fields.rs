//! Kustomization files that kustomize refuses, or soon will, whatever they name.
//!
//! It does not know the values of fields, only which fields there are.

use super::{Context, Reporter};
use crate::document::Document;
use crate::document::kustomize::Kustomization;
use crate::text::closest;

/// `unknown-kustomization-field`
pub fn unknown(document: &Document, _context: &Context, reporter: &mut Reporter) {
    for field in Kustomization::of(document).iter().flat_map(Kustomization::unknown_fields) {
        let name = field.key.as_str().unwrap_or_default();
        let suggestion = closest(name, field.known.iter().copied())
            .map_or_else(String::new, |known| format!(" Did you mean `{known}`?"));
        reporter.at_key(field.key, field.value).blank("field", name).blank("suggestion", suggestion).emit();
    }
}

/// `deprecated-kustomization-field`
pub fn deprecated(document: &Document, _context: &Context, reporter: &mut Reporter) {
    for (key, value, instead) in Kustomization::of(document).iter().flat_map(Kustomization::deprecated_fields) {
        let name = key.as_str().unwrap_or_default();
        reporter.at_key(key, value).blank("field", name).blank("instead", instead).emit();
    }
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

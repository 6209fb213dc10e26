//! Objects that take, give or admit more than anybody can have meant: every secret of a backend, every namespace.
//!
//! It does not know which namespaces there are, nor what a backend holds.

use super::schema::is_filled_in_later;
use super::{Context, Reporter};
use crate::document::{Document, ExternalSecret, Form, Manifest, SecretStore};
use crate::facts::external_secrets::GROUP;
use crate::syntax::Node;

/// `find-takes-everything`
pub fn find_everything(document: &Document, _context: &Context, reporter: &mut Reporter) {
    let entries = ExternalSecret::all(document).into_iter().flat_map(|it| it.data_from().collect::<Vec<_>>());
    for find in entries.filter_map(|entry| entry.get("find")).filter(|_| document.form() == Form::Whole) {
        let narrows = |field: &str| find.get(field).is_some_and(|value| !is_empty(value));
        let path = find.get("path").filter(|path| !matches!(path.as_str(), None | Some("" | "/")));
        let name = find.at("name.regexp").filter(|name| !name.is_null());
        let is_narrow = name.is_some_and(|name| name.as_str().is_none_or(|text| !matches_all(text)));
        if path.is_none() && !is_narrow && !narrows("tags") && !find.is_null() {
            let place = name.unwrap_or(find);
            reporter.at_key(place.key().unwrap_or(place), place).emit();
        }
    }
}

/// True for expressions that any name fits.
fn matches_all(expression: &str) -> bool {
    let bare = expression.trim_start_matches('^').trim_end_matches('$');
    matches!(bare, "" | "." | ".*" | ".+" | "(.*)" | "(.+)")
}

/// `push-to-every-store`
pub fn push_everywhere(document: &Document, _context: &Context, reporter: &mut Reporter) {
    for manifest in of_kinds(document, &["ClusterPushSecret", "PushSecret"]) {
        let spec = if manifest.kind() == "PushSecret" { "spec" } else { "spec.pushSecretSpec" };
        let stores = manifest.root.at(spec).and_then(|spec| spec.get("secretStoreRefs"));
        for selector in stores.into_iter().flat_map(Node::items).filter_map(|store| store.get("labelSelector")) {
            if is_empty_mapping(selector) {
                reporter.at_key(selector.key().unwrap_or(selector), selector).emit();
            }
        }
    }
}

/// `selector-admits-every-namespace`
pub fn every_namespace(document: &Document, _context: &Context, reporter: &mut Reporter) {
    for manifest in of_kinds(document, &["ClusterExternalSecret", "ClusterPushSecret"]) {
        let Some(spec) = manifest.root.get("spec") else { continue };
        let several = spec.get("namespaceSelectors").into_iter().flat_map(Node::items);
        for selector in spec.get("namespaceSelector").into_iter().chain(several).filter(|it| is_empty_mapping(*it)) {
            let what = "this object makes its Secret in every namespace";
            reporter.at_key(selector.key().unwrap_or(selector), selector).blank("what", what).emit();
        }
    }
    for selector in conditions(document).into_iter().filter_map(|condition| condition.get("namespaceSelector")) {
        if is_empty_mapping(selector) {
            let what = "every namespace may use this store, whatever the other conditions say";
            reporter.at_key(selector.key().unwrap_or(selector), selector).blank("what", what).emit();
        }
    }
}

/// `namespace-expression-not-anchored`
pub fn not_anchored(document: &Document, _context: &Context, reporter: &mut Reporter) {
    let lists = conditions(document).into_iter().filter_map(|condition| condition.get("namespaceRegexes"));
    for expression in lists.flat_map(Node::items).filter(|it| !is_filled_in_later(*it)) {
        let Some(text) = expression.as_str() else { continue };
        let is_anchored = text.starts_with('^') && text.ends_with('$') || text.starts_with("\\A");
        if !is_anchored && !matches_all(text) {
            reporter.at(expression).blank("expression", text).emit();
        }
    }
}

/// `store-open-to-all-namespaces`
pub fn open_store(document: &Document, _context: &Context, reporter: &mut Reporter) {
    for store in SecretStore::all(document).iter().filter(|it| document.form() == Form::Whole && it.is_cluster_wide()) {
        let has_conditions = store.spec.get("conditions").is_some_and(|list| list.items().next().is_some());
        if !has_conditions {
            reporter.at_key(store.spec.key().unwrap_or(store.spec), store.spec).emit();
        }
    }
}

/// `secret-written-into-other-kind`
pub fn other_kind(document: &Document, _context: &Context, reporter: &mut Reporter) {
    for external_secret in ExternalSecret::all(document).iter().filter(|_| document.form() != Form::Fragment) {
        let Some(manifest) = external_secret.spec.at("target.manifest").filter(|it| it.is_mapping()) else { continue };
        let Some(kind) = manifest.get("kind").filter(|kind| !is_filled_in_later(*kind)) else { continue };
        if !external_secret.makes_secret() {
            reporter.at(kind).blank("kind", kind.as_str().unwrap_or_default()).emit();
        }
    }
}

/// `fake-store`
pub fn fake_store(document: &Document, _context: &Context, reporter: &mut Reporter) {
    for store in SecretStore::all(document).iter().filter(|_| document.form() == Form::Whole) {
        if let Some(fake) = store.provider("fake") {
            reporter.at_key(fake.key().unwrap_or(fake), fake).emit();
        }
    }
}

fn conditions<'a>(document: &Document<'a>) -> Vec<Node<'a>> {
    let stores =
        SecretStore::all(document).into_iter().filter(|it| document.form() == Form::Whole && it.is_cluster_wide());
    stores.filter_map(|store| store.spec.get("conditions")).flat_map(Node::items).collect()
}

fn of_kinds<'a>(document: &Document<'a>, kinds: &[&str]) -> Vec<Manifest<'a>> {
    let is_meant = |manifest: &&Manifest| manifest.group() == GROUP && kinds.contains(&manifest.kind());
    document.manifests().iter().filter(|_| document.form() == Form::Whole).filter(is_meant).copied().collect()
}

fn is_empty(value: Node) -> bool {
    value.is_null() || is_empty_mapping(value)
}

fn is_empty_mapping(value: Node) -> bool {
    value.is_mapping()
        && value.entries().iter().all(|(key, value)| {
            matches!(key.as_str(), Some("matchLabels" | "matchExpressions"))
                && (value.is_null() || value.own_entries().next().is_none() && value.items().next().is_none())
        })
}

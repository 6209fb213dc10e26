//! Keys that stand twice where only one of them can count.
//!
//! It does not know what the values are. What a template's branches keep apart is no duplicate.

use std::collections::HashMap;

use super::{Context, Reporter};
use crate::document::{Document, ExternalSecret, Form, Role};
use crate::syntax::Node;

/// `duplicate-mapping-key`
pub fn in_mapping(document: &Document, _context: &Context, reporter: &mut Reporter) {
    if document.manifest().is_none() && *document.role == Role::Plain {
        return;
    }
    for duplicate in &document.root.tree().duplicates {
        let (key, first) = (document.root.peer(duplicate.key), document.root.peer(duplicate.first));
        if !document.root.span().intersects(key.span()) || key.as_str() == Some("<<") {
            continue;
        }
        let name = key.as_str().unwrap_or_default();
        reporter.at(key).blank("key", name).related(first.span(), "stands here already").emit();
    }
}

/// `duplicate-secret-key`
pub fn in_external_secret(document: &Document, _context: &Context, reporter: &mut Reporter) {
    for external_secret in ExternalSecret::all(document).into_iter().filter(|_| document.form() == Form::Whole) {
        let mut known: HashMap<&str, Node> = HashMap::new();
        for node in external_secret.data().filter_map(|entry| entry.get("secretKey")) {
            let Some(key) = node.as_str().filter(|_| !super::schema::is_filled_in_later(node)) else { continue };
            match known.get(key) {
                Some(first) => {
                    reporter.at(node).blank("key", key).related(first.span(), "filled here already").emit();
                }
                None => {
                    known.insert(key, node);
                }
            }
        }
    }
}

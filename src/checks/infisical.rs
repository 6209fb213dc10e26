//! What the Infisical operator needs in an InfisicalSecret before it can fetch anything.
//!
//! Source: the operator's documentation of `secrets.infisical.com/v1alpha1`. It does not know every field: what it has no
//! name for is left alone.

use super::fields::{listed, may_be_completed};
use super::schema::is_filled_in_later;
use super::{Context, Reporter};
use crate::document::{Document, Form};
use crate::model::Confidence;
use crate::syntax::Node;

/// Where the operator writes to: one of these.
const TARGETS: [&str; 3] = ["managedSecretReference", "managedKubeSecretReferences", "managedKubeConfigMapReferences"];

/// `infisical-secret-incomplete`
pub fn incomplete(document: &Document, context: &Context, reporter: &mut Reporter) {
    let ours = document.manifests().iter().filter(|it| it.is("secrets.infisical.com", "InfisicalSecret"));
    for spec in ours.filter_map(|manifest| manifest.root.get("spec")) {
        if document.form() != Form::Whole || !spec.is_mapping() {
            continue;
        }
        for (place, problem) in gaps(spec) {
            let draft = reporter.at_key(place.key().unwrap_or(place), place).blank("problem", problem);
            match may_be_completed(document, context) {
                true => draft.confidence(Confidence::Medium).emit(),
                false => draft.emit(),
            }
        }
    }
}

fn gaps(spec: Node) -> Vec<(Node, String)> {
    let mut found = Vec::new();
    match spec.get("authentication").filter(|it| is_there(*it)) {
        None => found.push((spec, "`authentication` is missing".to_owned())),
        Some(ways) => ways.entries().into_iter().for_each(|(_, way)| scope(way, &mut found)),
    }
    if !TARGETS.iter().any(|target| spec.get(target).is_some_and(is_there)) {
        found.push((spec, format!("none of {} says where to write", listed(&TARGETS, "and"))));
    }
    let single = spec.get("managedSecretReference").filter(|it| it.is_mapping());
    let several = spec.get("managedKubeSecretReferences").into_iter().flat_map(Node::items);
    for target in single.into_iter().chain(several) {
        let lacking =
            ["secretName", "secretNamespace"].into_iter().filter(|field| !target.get(field).is_some_and(is_there));
        found.extend(lacking.map(|field| (target, format!("`{field}` of the Secret is missing"))));
    }
    found
}

/// The part of a project that one way of logging in reads.
fn scope<'a>(way: Node<'a>, found: &mut Vec<(Node<'a>, String)>) {
    let Some(scope) = way.get("secretsScope").filter(|scope| scope.is_mapping()) else { return };
    let lacking = ["envSlug", "secretsPath"].into_iter().filter(|field| !scope.get(field).is_some_and(is_there));
    found.extend(lacking.map(|field| (scope, format!("`{field}` is missing from the scope"))));
}

fn is_there(value: Node) -> bool {
    !value.is_null() && (value.as_str() != Some("") || is_filled_in_later(value))
}

//! Credentials in the values of charts: in values files, and where Flux, Argo CD and kustomize take values inline.
//!
//! It does not know what a chart does with a value: the words of its keys decide.

use super::{Reporter, Scalar};
use crate::document::{Document, Role};
use crate::model::Confidence;
use crate::syntax::{Leaf, Node};
use crate::value::{self, Class, Kind, Verdict};

/// Where manifests hold values of charts: group, kind, path to them.
const INLINE: &[(&str, &str, &str)] = &[
    ("argoproj.io", "Application", "spec.source.helm.values"),
    ("argoproj.io", "Application", "spec.source.helm.valuesObject"),
    ("argoproj.io", "Application", "spec.sources.helm.values"),
    ("argoproj.io", "Application", "spec.sources.helm.valuesObject"),
    ("argoproj.io", "ApplicationSet", "spec.template.spec.source.helm.values"),
    ("argoproj.io", "ApplicationSet", "spec.template.spec.source.helm.valuesObject"),
    ("helm.cattle.io", "HelmChart", "spec.valuesContent"),
    ("helm.toolkit.fluxcd.io", "HelmRelease", "spec.values"),
];

/// `plaintext-secret-in-values`
pub fn credential(document: &Document, scalar: &Scalar, reporter: &mut Reporter) {
    if let Verdict::Credential(confidence) = scalar.verdict()
        && is_value(document, scalar.leaf)
    {
        report(scalar.leaf, confidence, reporter);
    }
}

/// `weak-default-in-values`
pub fn weak_default(document: &Document, scalar: &Scalar, reporter: &mut Reporter) {
    if scalar.verdict() == Verdict::WeakDefault && is_value(document, scalar.leaf) {
        // The same words name things under keys that promise what machines make: `apiKey: default`.
        let is_chosen = value::kind_of(scalar.leaf.keys) == Some(Kind::Password);
        report(scalar.leaf, if is_chosen { Confidence::High } else { Confidence::Medium }, reporter);
    }
}

/// `inline-and-existing-secret`
pub fn inline_and_existing(document: &Document, scalar: &Scalar, reporter: &mut Reporter) {
    let is_set =
        matches!(scalar.verdict(), Verdict::Credential(Confidence::Medium | Confidence::High) | Verdict::WeakDefault);
    let leaf = scalar.leaf;
    let Some(existing) = is_set.then(|| existing_secret(leaf)).flatten().filter(|_| is_value(document, leaf)) else {
        return;
    };
    let key = leaf.keys.last().copied().unwrap_or("");
    // The credential itself is the finding of another rule; here it is only masked.
    let draft = reporter.at(existing).secret(leaf.whole()).blank("key", key);
    draft.related(leaf.whole(), "the credential that is not used").emit();
}

fn report(leaf: &Leaf, confidence: Confidence, reporter: &mut Reporter) {
    let draft = reporter.secret(leaf.node, leaf.whole(), leaf.value).confidence(confidence);
    draft.blank("key", leaf.keys.join(".")).emit();
}

/// True for what a chart takes as values.
pub fn is_value(document: &Document, leaf: &Leaf) -> bool {
    let is_below = |path: &str| {
        let mut keys = leaf.keys.iter();
        path.split('.').all(|part| keys.next() == Some(&part))
    };
    match (document.role, document.manifest()) {
        (Role::ChartValues, _) => true,
        (Role::Kustomization, _) => is_below("helmCharts.valuesInline"),
        (_, Some(manifest)) => INLINE.iter().any(|(group, kind, path)| manifest.is(group, kind) && is_below(path)),
        _ => false,
    }
}

/// A neighbour that names a Secret: `existingSecret: db-credentials`, also as a mapping that does.
fn existing_secret<'a>(leaf: &Leaf<'a>) -> Option<Node<'a>> {
    let mut neighbours = leaf.node.parent()?.own_entries();
    let (_, value) = neighbours.find(|(key, value)| {
        let key = key.as_str().unwrap_or("");
        let names =
            key.to_ascii_lowercase().contains("existingsecret") && value::class_of(key) == Some(Class::Reference);
        names && (is_name(*value) || ["name", "secretName"].iter().any(|name| value.get(name).is_some_and(is_name)))
    })?;
    Some(value)
}

fn is_name(node: Node) -> bool {
    !node.is_null() && !node.is_bool() && node.as_str().is_some_and(|name| !name.is_empty())
}

//! Credentials in the values of charts: in values files, and where Flux, Argo CD and kustomize take values inline.
//!
//! It does not know what a chart does with a value: the words of its keys decide.

use super::{Context, Reporter};
use crate::document::{Document, Role};
use crate::model::Confidence;
use crate::syntax::{Leaf, Node, leaves};
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
pub fn credential(document: &Document, _context: &Context, reporter: &mut Reporter) {
    each(document, &mut |leaf| {
        if let Verdict::Credential(confidence) = judge(leaf) {
            report(leaf, confidence, reporter);
        }
    });
}

/// `weak-default-in-values`
pub fn weak_default(document: &Document, _context: &Context, reporter: &mut Reporter) {
    each(document, &mut |leaf| {
        if judge(leaf) == Verdict::WeakDefault {
            // The same words name things under keys that promise what machines make: `apiKey: default`.
            let chosen = value::kind_of(leaf.keys) == Some(Kind::Password);
            report(leaf, if chosen { Confidence::High } else { Confidence::Medium }, reporter);
        }
    });
}

/// `inline-and-existing-secret`
pub fn inline_and_existing(document: &Document, _context: &Context, reporter: &mut Reporter) {
    each(document, &mut |leaf| {
        let known =
            matches!(judge(leaf), Verdict::Credential(Confidence::Medium | Confidence::High) | Verdict::WeakDefault);
        let Some(existing) = known.then(|| existing_secret(leaf)).flatten() else { return };
        let key = leaf.keys.last().copied().unwrap_or("");
        // The credential itself is the finding of another rule; here it is only masked.
        let draft = reporter.at(existing).secret(leaf.whole()).blank("key", key);
        draft.related(leaf.whole(), "the credential that is not used").emit();
    });
}

fn report(leaf: &Leaf, confidence: Confidence, reporter: &mut Reporter) {
    let draft = reporter.secret(leaf.node, leaf.whole(), leaf.value).confidence(confidence);
    draft.blank("key", leaf.keys.join(".")).emit();
}

fn each(document: &Document, visit: &mut dyn FnMut(&Leaf)) {
    for root in roots(document) {
        leaves(root, value::may_hold_credentials, visit);
    }
}

/// The mappings (or strings) that hold values.
fn roots<'a>(document: &Document<'a>) -> Vec<Node<'a>> {
    match (document.role, document.manifest()) {
        (Role::ChartValues, _) => vec![document.root],
        (Role::Kustomization, _) => follow(document.root, "helmCharts.valuesInline"),
        (_, Some(manifest)) => {
            let paths = INLINE.iter().filter(|(group, kind, _)| manifest.is(group, kind));
            paths.flat_map(|(_, _, path)| follow(manifest.root, path)).collect()
        }
        _ => Vec::new(),
    }
}

/// Follows a path of keys, through every item of lists.
fn follow<'a>(root: Node<'a>, path: &str) -> Vec<Node<'a>> {
    path.split('.').fold(vec![root], |nodes, key| {
        let values = nodes.into_iter().filter_map(|node| node.get(key));
        values.flat_map(|value| if value.is_sequence() { value.items().collect() } else { vec![value] }).collect()
    })
}

fn judge(leaf: &Leaf) -> Verdict {
    let telling = leaf.keys.iter().rev().take(2).any(|key| value::is_telling(key));
    // Passwords in URIs have a rule of their own.
    if leaf.value.is_empty() || !telling || leaf.node.is_masked() || value::kind_of(leaf.keys) == Some(Kind::Connection)
    {
        return Verdict::Innocent;
    }
    let siblings = leaf.node.sibling_keys();
    value::judge(value::Context { keys: leaf.keys, siblings: &siblings, quoted: leaf.is_quoted() }, leaf.value).verdict
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

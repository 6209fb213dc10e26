//! Credentials written where a manifest could refer to a Secret: `env` of containers, and `value` beside a `…Ref`.
//!
//! It does not know the kinds of custom resources: an `env` list looks the same in all of them.

use super::{Context, Reporter};
use crate::document::Document;
use crate::model::Confidence;
use crate::syntax::{Leaf, leaves};
use crate::text::Span;
use crate::value::{self, Kind, Verdict};

/// `plaintext-env-value`
pub fn run(document: &Document, _context: &Context, reporter: &mut Reporter) {
    for manifest in document.manifests().iter().filter(|manifest| !holds_data(manifest.kind())) {
        leaves(manifest.root, |_| false, &mut |leaf| {
            if (names_a_variable(leaf) || stands_beside_a_reference(leaf))
                && let Some(written) = written(leaf)
                && let Some(confidence) = judge(leaf, &leaf.value[written.range()])
            {
                let name = leaf.keys.iter().rev().find(|key| !value::is_inheriting(key)).copied().unwrap_or("");
                let draft = reporter.secret(leaf.node, leaf.span(written), &leaf.value[written.range()]);
                let draft = draft.confidence(confidence);
                draft.blank("variable", name).blank("kind", manifest.kind()).emit();
            }
        });
    }
}

/// Kinds whose strings are data, not settings of a workload.
fn holds_data(kind: &str) -> bool {
    matches!(kind, "ConfigMap" | "CustomResourceDefinition" | "Secret")
}

/// The `value` of `{name: …, value: …}` in a list called `env`, `extraEnv`, `envVars`.
fn names_a_variable(leaf: &Leaf) -> bool {
    let [.., list, name] = leaf.keys else { return false };
    leaf.node.key().and_then(|key| key.as_str()) == Some("value")
        && *name != "value"
        && list.to_ascii_lowercase().contains("env")
}

/// `value: …` where `secretRef: …` or `valueFrom: …` could stand.
fn stands_beside_a_reference(leaf: &Leaf) -> bool {
    let refers = |key: &&str| key.ends_with("Ref") || key.ends_with("From");
    leaf.keys.last() == Some(&"value") && leaf.node.sibling_keys().iter().any(refers)
}

/// Where the literal stands in the value: all of it, or the default of a template's action.
fn written(leaf: &Leaf) -> Option<Span> {
    match leaf.node.is_masked() {
        true => value::literal_in_action(leaf.value),
        false => Some(Span::new(0, leaf.value.len())),
    }
}

fn judge(leaf: &Leaf, literal: &str) -> Option<Confidence> {
    let telling = leaf.keys.iter().rev().take(2).any(|key| value::is_telling(key));
    // Passwords in URIs have a rule of their own.
    if !telling || value::kind_of(leaf.keys) == Some(Kind::Connection) {
        return None;
    }
    let siblings = leaf.node.sibling_keys();
    let around = value::Context { keys: leaf.keys, siblings: &siblings, quoted: leaf.is_quoted() };
    match value::judge(around, literal).verdict {
        Verdict::Credential(confidence) => Some(confidence),
        // It is deployed as it stands.
        Verdict::WeakDefault => Some(Confidence::Medium),
        _ => None,
    }
}

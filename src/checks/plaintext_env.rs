//! Credentials written where a manifest could refer to a Secret: `env` of containers, and `value` beside a `…Ref`.
//!
//! It does not know the kinds of custom resources: an `env` list looks the same in all of them.

use super::{Reporter, Scalar};
use crate::document::Document;
use crate::model::Confidence;
use crate::syntax::{Change, Leaf};
use crate::value::{self, Verdict};

/// `plaintext-env-value`
pub fn run(document: &Document, scalar: &Scalar, reporter: &mut Reporter) {
    let confidence = match scalar.verdict() {
        Verdict::Credential(confidence) => confidence,
        // It is deployed as it stands.
        Verdict::WeakDefault => Confidence::Medium,
        _ => return,
    };
    let leaf = scalar.leaf;
    let Some(manifest) = document.manifest_at(leaf.whole()).filter(|manifest| !holds_data(manifest.kind())) else {
        return;
    };
    if !leaf.is_embedded() && (names_a_variable(leaf) || stands_beside_a_reference(leaf)) {
        let name = leaf.keys.iter().rev().find(|key| !value::is_inheriting(key)).copied().unwrap_or("");
        let literal = scalar.literal().unwrap_or_default();
        let draft = reporter.secret(leaf.node, leaf.span(literal), &leaf.value[literal.range()]).confidence(confidence);
        let change = stands_beside_a_reference(leaf).then(|| Change::Remove.at(leaf.node)).flatten();
        draft.blank("variable", name).blank("kind", manifest.kind()).fix(change).emit();
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

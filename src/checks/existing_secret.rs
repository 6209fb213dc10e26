//! Charts that only refer to Secrets: blocks of values that name an existing one, values without credentials, templates
//! that make none.
//!
//! It does not know charts beyond their folders.

use super::{Context, Reporter, Scalar};
use crate::document::{Document, Form, Role};
use crate::model::{Confidence, Edit};
use crate::policy::{Helm, Policy};
use crate::syntax::{Change, Node};
use crate::value::Verdict;

/// `existing-secret-not-used`
pub fn not_used(document: &Document, context: &Context, reporter: &mut Reporter) {
    let Some(helm) = context.policy.helm.as_ref().filter(|helm| helm.existing_secret_only.is_some()) else { return };
    if *document.role == Role::ChartValues {
        blocks(document.root, &mut Vec::new(), &mut |keys, block| judge(helm, keys, block, reporter));
    }
}

/// Calls `see` with every mapping below `node` and the keys above it.
fn blocks<'a>(node: Node<'a>, keys: &mut Vec<&'a str>, see: &mut dyn FnMut(&[&'a str], Node<'a>)) {
    for (key, value) in node.own_entries().filter(|(_, value)| value.is_mapping() && !value.is_alias()) {
        keys.push(key.as_str().unwrap_or_default());
        see(keys, value);
        blocks(value, keys, see);
        keys.pop();
    }
}

fn judge(helm: &Helm, keys: &[&str], block: Node, reporter: &mut Reporter) {
    if !helm.existing_secret_only.iter().flatten().any(|pattern| pattern.matches(keys)) {
        return;
    }
    let name = keys.join(".");
    let written = || helm.keys.iter().flatten().filter_map(|(inline, key)| Some((block.entry(inline)?, inline, key)));
    let existing = block.get("existingSecret").filter(|existing| !is_empty(*existing));
    // The password rather than the user's name: that is what leaks.
    if let Some(((_, value), inline, key)) = written().max_by_key(|((_, value), ..)| (!is_empty(*value), value.span()))
    {
        let draft = reporter.at_key(value, value).blank("block", name).blank("inline", inline);
        let draft = draft.blank("problem", format!("`existingSecret` with `{key}` says which Secret holds it"));
        let draft = if is_empty(value) { draft } else { draft.secret(value.content_span()) };
        let others = written().map(|((_, other), ..)| other).filter(|other| other.span() != value.span());
        let draft = others.fold(draft, |draft, other| draft.related(other.span(), "inline, too"));
        match existing {
            Some(existing) => {
                let edits: Option<Vec<Edit>> = written().map(|((_, inline), ..)| Change::Remove.at(inline)).collect();
                draft.related(existing.span(), "the Secret that holds it").fix(edits.unwrap_or_default()).emit();
            }
            None => draft.emit(),
        }
        return;
    }
    let Some(existing) = existing.filter(|_| helm.with_keys.iter().flatten().any(|pattern| pattern.matches(keys)))
    else {
        return;
    };
    let lacking: Vec<&str> =
        helm.keys.iter().flatten().map(|(_, key)| &**key).filter(|key| block.get(key).is_none()).collect();
    if !lacking.is_empty() {
        let draft = reporter.at(existing).blank("block", name).blank("inline", "existingSecret");
        draft.blank("problem", format!("the keys of the Secret are named by {}", lacking.join(" and "))).emit();
    }
}

fn is_empty(node: Node) -> bool {
    node.is_null() || node.as_str().is_some_and(str::is_empty)
}

/// `credential-in-referring-chart`
pub fn credential(document: &Document, scalar: &Scalar, reporter: &mut Reporter) {
    if *document.role != Role::ChartValues || !is_asked_for(scalar.policy, |helm| helm.no_secret_values) {
        return;
    }
    let verdict = scalar.verdict();
    if matches!(verdict, Verdict::Credential(Confidence::Medium | Confidence::High) | Verdict::WeakDefault) {
        let leaf = scalar.leaf;
        let draft = reporter.secret(leaf.node, leaf.whole(), leaf.value);
        draft.blank("key", leaf.keys.join(".")).emit();
    }
}

/// `secret-made-by-chart`
pub fn made_by_chart(document: &Document, context: &Context, reporter: &mut Reporter) {
    if !is_asked_for(context.policy, |helm| helm.no_secret_templates) || document.form() != Form::Template {
        return;
    }
    for manifest in document.manifests().iter().filter(|manifest| manifest.kind() == "Secret") {
        // A ServiceAccount's token is filled in by the cluster.
        let data = ["data", "stringData"].into_iter().find_map(|field| manifest.root.entry(field));
        let (Some((kind, value)), Some(_)) = (manifest.root.entry("kind"), data) else { continue };
        reporter.at_key(kind, value).blank("name", manifest.name().unwrap_or("without a name")).emit();
    }
}

fn is_asked_for(policy: &Policy, asks: impl Fn(&Helm) -> Option<bool>) -> bool {
    policy.helm.as_ref().and_then(asks) == Some(true)
}

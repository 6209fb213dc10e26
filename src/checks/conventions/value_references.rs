//! `value-references:` values that refer to a backend that is not the organisation's.
//!
//! It does not know what the references lead to.

use crate::checks::{Context, Reporter, values_secrets};
use crate::document::Document;
use crate::policy::value_references::backend;
use crate::syntax::leaves;

/// `value-reference-to-other-backend`
pub fn other_backend(document: &Document, context: &Context, reporter: &mut Reporter) {
    let Some(agreed) = &context.policy.value_references else { return };
    let Some(policy) = agreed.first().map(|first| first.place.to_string()) else { return };
    let names: Vec<&str> = agreed.iter().map(|name| name.value).collect();
    leaves(document.root, |_| true, &mut |leaf| {
        let found = leaf.node.as_str().and_then(backend).filter(|found| !names.contains(found));
        if let Some(found) = found.filter(|_| values_secrets::is_value(document, leaf)) {
            let draft = reporter.at(leaf.node).blank("backend", found).blank("wanted", names.join(", "));
            draft.blank("policy", policy.clone()).emit();
        }
    });
}

//! Passwords in connection strings, wherever a manifest or a values file holds a string.
//!
//! It does not know Secrets: what stands in one is plaintext as a whole.

use super::{Reporter, Scalar};
use crate::document::Document;
use crate::value::Verdict;
use crate::value::uri;

/// `password-in-uri`
pub fn run(document: &Document, scalar: &Scalar, reporter: &mut Reporter) {
    let leaf = scalar.leaf;
    if leaf.is_embedded() {
        return;
    }
    for password in uri::passwords(leaf.value) {
        let Verdict::Credential(confidence) = password.verdict(leaf.value).verdict else { continue };
        let (span, literal) = (leaf.span(password.span), &leaf.value[password.span.range()]);
        let is_secret = document.manifest_at(span).is_some_and(|manifest| manifest.is("", "Secret"));
        if is_secret || leaf.node.tree().is_masked(span) {
            continue;
        }
        let target = if password.host.is_empty() { "the server" } else { password.host };
        let draft = reporter.secret(leaf.node, span, literal).confidence(confidence);
        draft.blank("target", target).emit();
    }
}

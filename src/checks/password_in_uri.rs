//! Passwords in connection strings, wherever a manifest or a values file holds a string.
//!
//! It does not know Secrets: what stands in one is plaintext as a whole.

use super::{Context, Reporter};
use crate::document::{Document, Role};
use crate::syntax::{Leaf, leaves};
use crate::value::Verdict;
use crate::value::uri;

/// `password-in-uri`
pub fn run(document: &Document, _context: &Context, reporter: &mut Reporter) {
    let manifests = document.manifests();
    let roots: Vec<_> = match document.role {
        Role::ChartValues | Role::Kustomization => vec![document.root],
        _ => manifests.iter().filter(|manifest| !manifest.is("", "Secret")).map(|manifest| manifest.root).collect(),
    };
    for root in roots {
        leaves(root, |_| false, &mut |leaf| judge(leaf, reporter));
    }
}

fn judge(leaf: &Leaf, reporter: &mut Reporter) {
    for password in uri::passwords(leaf.value) {
        let Verdict::Credential(confidence) = password.verdict(leaf.value).verdict else { continue };
        let (span, literal) = (leaf.span(password.span), &leaf.value[password.span.range()]);
        if leaf.node.tree().is_masked(span) {
            continue;
        }
        let target = if password.host.is_empty() { "the server" } else { password.host };
        let draft = reporter.secret(leaf.node, span, literal).confidence(confidence);
        draft.blank("target", target).emit();
    }
}

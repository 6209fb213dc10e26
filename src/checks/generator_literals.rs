//! What kustomize's secret generators take from the repository: literals, and files of variables.
//!
//! It does not know what the files hold: other rules read them.

use super::{Context, Reporter};
use crate::document::kustomize::Reference;
use crate::document::{Document, Kustomization};
use crate::graph::Destination;
use crate::model::Confidence;
use crate::syntax::Node;
use crate::text::Span;
use crate::value::{self, Verdict};

/// `plaintext-generator-literal`
pub fn run(document: &Document, _context: &Context, reporter: &mut Reporter) {
    let Some(kustomization) = Kustomization::of(document) else { return };
    for generator in kustomization.root.get("secretGenerator").into_iter().flat_map(Node::items) {
        let name = generator.str_at("name").unwrap_or("without a name");
        for literal in generator.get("literals").into_iter().flat_map(Node::items) {
            judge(literal, name, reporter);
        }
    }
}

/// `generator-reads-committed-variables`
pub fn committed_variables(document: &Document, context: &Context, reporter: &mut Reporter) {
    let Some(kustomization) = Kustomization::of(document) else { return };
    let of_secrets = |reference: &Reference| matches!(reference.field, "secretGenerator.envs" | "secretGenerator.env");
    for reference in kustomization.references().into_iter().filter(of_secrets) {
        let is_sealed = ["enc", "sops", "example", "sample"].iter().any(|word| reference.path.contains(word));
        let destination = context.layout.resolve(document.path, &reference);
        if matches!(destination, Destination::File(_)) && !is_sealed {
            reporter.at(reference.node).blank("path", reference.path).emit();
        }
    }
}

fn judge(node: Node, generator: &str, reporter: &mut Reporter) {
    let Some((text, (key, value))) = node.as_str().and_then(|text| Some((text, text.split_once('=')?))) else { return };
    // kustomize strips one pair of quotes.
    let bare =
        [('"', '"'), ('\'', '\'')].iter().find_map(|(open, close)| value.strip_prefix(*open)?.strip_suffix(*close));
    let bare = bare.unwrap_or(value);
    let confidence = match value::judge_in_secret(key, bare).verdict {
        Verdict::Credential(confidence) => confidence,
        // It is deployed as it stands.
        Verdict::WeakDefault => Confidence::Medium,
        _ => return,
    };
    let start = text.len() - value.len() + (value.len() - bare.len()) / 2;
    let span = node.value_span(Span::new(start, start + bare.len()));
    if !node.tree().is_masked(span) {
        reporter.secret(node, span, bare).confidence(confidence).blank("key", key).blank("generator", generator).emit();
    }
}

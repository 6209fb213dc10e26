//! Credentials in the literals of kustomize's secret generators.
//!
//! It does not know generators' files: those are read by the rules for what they hold.

use super::{Context, Reporter};
use crate::document::{Document, Kustomization};
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

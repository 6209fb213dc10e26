//! Secrets whose data stands in the repository: `data` is base64, which hides nothing.
//!
//! It does not know SOPS integrity nor which keys a type of Secret wants: other rules look at those.

use data_encoding::BASE64;

use super::{Context, Reporter};
use crate::document::{Document, Manifest};
use crate::model::{Confidence, DraftBuilder};
use crate::syntax::{Node, Syntax, leaves};
use crate::value::{self, Verdict};

/// A longer value of `data` is not decoded; Kubernetes takes no Secret of more than 1 MiB.
const LONGEST: usize = 2 << 20;

/// `plaintext-secret`
pub fn run(document: &Document, _context: &Context, reporter: &mut Reporter) {
    for manifest in document.manifests().iter().filter(|manifest| manifest.is("", "Secret")) {
        for (field, encoded) in [("stringData", false), ("data", true)] {
            for (key, value) in manifest.root.get(field).map(Node::entries).unwrap_or_default() {
                entry(manifest, key.as_str().unwrap_or(""), value, encoded, reporter);
            }
        }
    }
}

fn entry(manifest: &Manifest, key: &str, node: Node, encoded: bool, reporter: &mut Reporter) {
    let Some(written) = node.as_str().filter(|written| !written.is_empty() && written.len() <= LONGEST) else { return };
    if node.is_masked() {
        return default_of_template(manifest, key, node, written, reporter);
    }
    // `${VAR}` in `data` is filled in with base64 later; a hole leaves nothing to judge.
    if node.is_null() || value::is_reference(written) {
        return;
    }
    let decoded = if encoded { decoded(written) } else { None };
    let Some(confidence) = judge(key, decoded.as_deref().unwrap_or(written)) else { return };
    report(manifest, key, reporter.secret(node, node.content_span(), written).confidence(confidence));
}

/// `{{ .Values.password | default "literal" | b64enc }}`: what is deployed where nobody sets the value.
fn default_of_template(manifest: &Manifest, key: &str, node: Node, written: &str, reporter: &mut Reporter) {
    let Some(span) = value::literal_in_action(written) else { return };
    let literal = &written[span.range()];
    let Some(confidence) = judge(key, literal) else { return };
    report(manifest, key, reporter.secret(node, node.value_span(span), literal).confidence(confidence));
}

fn report(manifest: &Manifest, key: &str, draft: DraftBuilder) {
    draft.blank("key", key).blank("name", manifest.name().unwrap_or("without a name")).emit();
}

/// How sure it is that an entry is a credential in the clear; `None` for one that is not.
fn judge(key: &str, text: &str) -> Option<Confidence> {
    match value::judge_in_secret(key, text).verdict {
        Verdict::Credential(confidence) => Some(confidence),
        // It is deployed as it stands.
        Verdict::WeakDefault => Some(Confidence::Medium),
        Verdict::Innocent | Verdict::Name => holds_credential(text),
        Verdict::Reference | Verdict::Placeholder | Verdict::Empty => None,
    }
}

/// An entry that is a file of configuration with a credential in it.
fn holds_credential(text: &str) -> Option<Confidence> {
    let tree = Syntax::of_text(text).filter(|_| value::may_hold_credentials(text))?.parse(text);
    let mut surest = None;
    for root in tree.documents(text) {
        leaves(root, |_| false, &mut |leaf| {
            let siblings = || leaf.node.sibling_keys();
            let around = value::Context { keys: leaf.keys, siblings: &siblings, quoted: leaf.is_quoted() };
            surest = surest.max(match value::judge(around, leaf.value).verdict {
                Verdict::Credential(confidence) => Some(confidence),
                _ => None,
            });
        });
    }
    surest
}

/// The text behind the base64 of `data`; what is no text is shown with U+FFFD.
fn decoded(written: &str) -> Option<String> {
    let compact: Vec<u8> = written.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    Some(String::from_utf8_lossy(&BASE64.decode(&compact).ok()?).into_owned())
}

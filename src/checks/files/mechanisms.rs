//! `forbid:` of the policy: ways to keep secrets in git that the organisation does not want.
//!
//! It does not judge whether a mechanism is used well.

use super::super::{Context, Reporter};
use crate::document::{Document, File};
use crate::syntax::{Node, leaves};
use crate::text::Span;

/// `forbidden-mechanism`
pub fn documents(document: &Document, context: &Context, reporter: &mut Reporter) {
    let Some(forbid) = &context.policy.forbid else { return };
    for (mechanism, node) in used_in(document) {
        if let Some(agreed) = forbid.of(mechanism) {
            let draft = reporter.at(node).blank("mechanism", words(mechanism));
            let draft = draft.blank("policy", agreed.place.to_string());
            // However well it is sealed, it is not wanted.
            let sealed = (mechanism == "sealed-secrets").then(|| document.root.at("spec.encryptedData")).flatten();
            sealed.into_iter().fold(draft, |draft, sealed| draft.related(sealed.span(), "what it seals")).emit();
        }
    }
}

/// Each mechanism that a document uses, and the node that shows it.
fn used_in<'a>(document: &Document<'a>) -> Vec<(&'static str, Node<'a>)> {
    let root = document.root;
    let metadata = root.get("sops").filter(|sops| sops.get("mac").is_some());
    let rules = root.get("creation_rules").filter(|_| document.path.file_name() == b".sops.yaml");
    let mut used: Vec<_> = metadata.or(rules).map(|node| ("sops", node)).into_iter().collect();
    for manifest in document.manifests() {
        let kind = manifest.root.get("kind");
        // It is the values that are not wanted: what else is said of them is said in one place.
        let value =
            ["data", "stringData"].iter().find_map(|field| Some(manifest.root.get(field)?.own_entries().next()?.1));
        match manifest.kind() {
            "SealedSecret" if manifest.group() == "bitnami.com" => {
                used.extend(kind.map(|kind| ("sealed-secrets", kind)))
            }
            "Secret" if manifest.group().is_empty() && metadata.is_none() => {
                used.extend(value.map(|value| ("plain-secret", value)));
            }
            _ => {}
        }
    }
    used
}

/// `forbidden-age-file`
pub fn age_file(file: &File, context: &Context, reporter: &mut Reporter) {
    const OPENINGS: &[&[u8]] = &[b"age-encryption.org/v1", b"-----BEGIN AGE ENCRYPTED FILE-----"];
    let Some(agreed) = context.policy.forbid.as_ref().and_then(|forbid| forbid.of("age")) else { return };
    if OPENINGS.iter().any(|opening| file.bytes.starts_with(opening)) {
        reporter.at_span(Span::new(0, 0), "age").blank("policy", agreed.place.to_string()).emit();
    }
}

/// `generation-time-injection`
pub fn injection(document: &Document, context: &Context, reporter: &mut Reporter) {
    let Some(forbid) = &context.policy.forbid else { return };
    let (plugin, helm) = (forbid.of("argocd-vault-plugin"), forbid.of("helm-secrets"));
    if plugin.is_none() && helm.is_none() || document.manifest().is_none() {
        return;
    }
    leaves(document.root, |_| false, &mut |leaf| {
        let takes = |text: &str| text.contains("<path:") && text.contains('#') && text.contains('>');
        let agreed = match leaf.value {
            text if takes(text) => plugin,
            text if text.starts_with("secrets://") || text.starts_with("secrets+") => helm,
            _ => None,
        };
        if let Some(agreed) = agreed {
            let draft = reporter.at(leaf.node).blank("mechanism", words(agreed.value));
            draft.blank("policy", agreed.place.to_string()).emit();
        }
    });
}

fn words(mechanism: &str) -> &'static str {
    match mechanism {
        "argocd-vault-plugin" => "the Argo CD Vault plugin",
        "helm-secrets" => "helm-secrets",
        "plain-secret" => "a Secret with its data",
        "sealed-secrets" => "Sealed Secrets",
        _ => "SOPS",
    }
}

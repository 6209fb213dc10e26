//! The names that can stand where the cursor is: stores, Secrets, and the keys of the Secret that is asked for.
//!
//! It does not know who makes them. What is being written is rarely whole: the word under the cursor is taken for a word
//! of its own, and the rest is read as far as it can be.

use lsp_types::{CompletionItem, CompletionItemKind, CompletionTextEdit, TextEdit};

use super::positions::Text;
use crate::model::Names;
use crate::syntax::{Node, Syntax};

/// Stands for the word that is being written.
const WORD: &str = "tightlip-word-under-cursor";

pub fn complete(text: &Text, offset: usize, syntax: Syntax, names: &Names) -> Vec<CompletionItem> {
    let source = &text.text;
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    let (before, after) = source.as_bytes().split_at(offset.min(source.len()));
    let start = offset - before.iter().rev().take_while(|byte| is_part(byte)).count();
    let end = offset + after.iter().take_while(|byte| is_part(byte)).count();
    let (Some(head), Some(tail)) = (source.get(..start), source.get(end..)) else { return Vec::new() };
    let probe = format!("{head}{WORD}{tail}");
    let tree = syntax.parse(&probe);
    let word = tree.nodes(&probe).find(|node| !node.is_key() && node.as_str() == Some(WORD));
    let range = text.range_of(start, end);
    let item = |(label, detail): (String, String)| CompletionItem {
        kind: Some(CompletionItemKind::REFERENCE),
        detail: Some(detail),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text: label.clone() })),
        label,
        ..CompletionItem::default()
    };
    word.map_or_else(Vec::new, |word| candidates(word, names)).into_iter().map(item).collect()
}

/// Each name with what it is.
fn candidates(word: Node, names: &Names) -> Vec<(String, String)> {
    let keys = word.keys_above();
    let stores = |kinds: &[&str]| {
        let wanted = names.stores.iter().filter(|(kind, _)| kinds.contains(kind));
        wanted.map(|(kind, name)| (name.clone(), (*kind).to_owned())).collect()
    };
    let secrets = || names.secrets.keys().map(|name| (name.clone(), "Secret".to_owned())).collect();
    match keys.as_slice() {
        [.., "secretStoreRef" | "secretStoreRefs" | "storeRef", "name"] => {
            match word.parent().and_then(|holder| holder.str_at("kind")) {
                Some(kind) => stores(&[kind]),
                None => stores(&["SecretStore", "ClusterSecretStore"]),
            }
        }
        [.., "vaultAuthRef"] => stores(&["VaultAuth"]),
        [.., "vaultConnectionRef"] => stores(&["VaultConnection"]),
        [.., "secretKeyRef" | "secretRef" | "imagePullSecrets", "name"] | [.., "secretName" | "existingSecret"] => {
            secrets()
        }
        [.., "secretKeyRef", "key"] | [.., "secret", "items", "key"] => secret_above(word)
            .and_then(|secret| Some((secret, names.secrets.get(secret)?)))
            .map(|(secret, keys)| keys.iter().map(|key| (key.clone(), format!("key of {secret}"))).collect())
            .unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// The Secret whose keys are chosen from: named beside the key, or around the list of items.
fn secret_above(word: Node<'_>) -> Option<&str> {
    std::iter::successors(word.parent(), |node| node.parent()).find_map(|node| {
        node.str_at("name").filter(|_| node.get("key").is_some()).or_else(|| node.str_at("secretName"))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::lsp::positions::Encoding;

    /// What is offered at the `|`.
    fn offered(text: &str) -> Vec<String> {
        let keys = ["user", "word"].map(str::to_owned);
        let names = Names {
            stores: BTreeSet::from([("ClusterSecretStore", "wide".to_owned()), ("SecretStore", "near".to_owned())]),
            secrets: BTreeMap::from([("db".to_owned(), BTreeSet::from(keys)), ("tls".to_owned(), BTreeSet::new())]),
        };
        let offset = text.find('|').unwrap();
        let text = Text::new(text.replacen('|', "", 1).as_bytes(), Encoding::Utf16);
        complete(&text, offset, Syntax::Yaml, &names).into_iter().map(|item| item.label).collect()
    }

    #[test]
    fn stores_of_the_kind_that_is_asked_for_are_offered() {
        assert_eq!(offered("spec:\n  secretStoreRef:\n    kind: ClusterSecretStore\n    name: |\n"), ["wide"]);
        assert_eq!(offered("spec:\n  secretStoreRef: {name: ne|}\n"), ["wide", "near"]);
    }

    #[test]
    fn keys_of_the_secret_that_is_asked_for_are_offered() {
        assert_eq!(offered("valueFrom:\n  secretKeyRef:\n    name: db\n    key: w|or\n"), ["user", "word"]);
        assert_eq!(offered("secret:\n  secretName: db\n  items:\n    - key: |\n      path: a\n"), ["user", "word"]);
        assert_eq!(offered("secretKeyRef:\n  name: |\n  key: word\n"), ["db", "tls"]);
    }

    #[test]
    fn nothing_is_offered_elsewhere() {
        assert!(offered("metadata:\n  name: |\n").is_empty());
        assert!(offered("sec|ret: [").is_empty());
    }
}

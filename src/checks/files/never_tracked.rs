//! Files that belong into no repository, whatever the text in them looks like: key stores, what `vault operator init` prints.
//!
//! It does not know passwords: a store that nobody can open today is still a copy for whoever finds its password.

use super::super::{Context, Reporter};
use crate::document::{Document, File, FileKind};
use crate::model::RepoPath;
use crate::syntax::Node;
use crate::text::Span;

/// How the containers begin that hold private keys.
const MAGIC: &[&[u8]] = &[
    // Java
    &[0xfe, 0xed, 0xfe, 0xed],
    &[0xce, 0xce, 0xce, 0xce],
    // KeePass
    &[0x03, 0xd9, 0xa2, 0x9a],
];

/// `committed-key-store`
pub fn key_store(file: &File, _: &Context, reporter: &mut Reporter) {
    if file.kind != FileKind::KeyStore || !is_store(file.bytes) || holds_public_keys_only(file.path) {
        return;
    }
    let name = String::from_utf8_lossy(file.path.file_name()).into_owned();
    let draft = reporter.at_span(Span::new(0, 0), name.clone()).blank("file", name);
    draft.emit();
}

fn is_store(bytes: &[u8]) -> bool {
    // PKCS #12: a sequence with the version 3.
    let is_pkcs12 = bytes.first() == Some(&0x30)
        && bytes.get(..12).is_some_and(|head| memchr::memmem::find(head, &[2, 1, 3]).is_some());
    is_pkcs12 || MAGIC.iter().any(|magic| bytes.starts_with(magic))
}

/// Trust stores; and the key that every Android build makes for itself.
fn holds_public_keys_only(path: &RepoPath) -> bool {
    let name = String::from_utf8_lossy(path.file_name()).to_ascii_lowercase();
    ["cacert", "debug.keystore", "truststore", "trust-store", "trust_store", "trusted"]
        .iter()
        .any(|word| name.contains(word))
}

/// `committed-vault-init-output`
pub fn vault_init_output(document: &Document, _: &Context, reporter: &mut Reporter) {
    const KEYS: &[&str] = &[
        "unseal_keys_b64",
        "unseal_keys_hex",
        "recovery_keys_b64",
        "recovery_keys_hex",
        "keys_base64",
        "keys",
        "unseal_keys",
    ];
    let root = document.root;
    let Some(token) = root.get("root_token").filter(|token| is_written(*token)) else { return };
    let lists = KEYS.iter().filter_map(|key| root.get(key));
    let keys: Vec<Node> =
        lists.flat_map(|list| list.items().collect::<Vec<_>>()).filter(|key| is_written(*key)).collect();
    if keys.is_empty() {
        return;
    }
    let draft = reporter.at(token).blank("count", keys.len().to_string()).secret(token.content_span());
    keys.iter().fold(draft, |draft, key| draft.secret(key.content_span())).emit();
}

/// False for what stands for a value: `...`, `<redacted>`, `ENC[…]`.
fn is_written(node: Node) -> bool {
    let long = |text: &str| text.len() >= 20 && text.bytes().all(|byte| byte.is_ascii_graphic());
    node.as_str().is_some_and(|text| {
        long(text)
            && !text.starts_with("ENC[")
            && !crate::value::is_placeholder(text)
            && !crate::value::is_reference(text)
    })
}

//! Secrets that the API server or a controller refuses for the form of their data.
//!
//! It does not know whether a value is a credential: other rules look at that.

use data_encoding::BASE64;

use super::fields::{listed, may_be_completed};
use super::schema::is_filled_in_later;
use super::{Context, Reporter};
use crate::document::{Document, ExternalSecret, Form};
use crate::model::Confidence;
use crate::syntax::{Change, Node};
use crate::value::{self, Verdict};

/// `secret-data-not-base64`
pub fn not_base64(document: &Document, _context: &Context, reporter: &mut Reporter) {
    for manifest in document.manifests().iter().filter(|it| it.is("", "Secret") && document.form() == Form::Whole) {
        for (key, value) in manifest.root.get("data").map(Node::entries).unwrap_or_default() {
            let Some(written) = value.as_str().filter(|_| !value.is_null() && !is_filled_in_later(value)) else {
                continue;
            };
            let key = key.as_str().unwrap_or_default();
            if is_base64(written) || stands_for_more(key, written) {
                continue;
            }
            let change = is_surely_plain(written).then(|| Change::value(written, BASE64.encode(written.as_bytes())));
            let draft = reporter.secret(value, value.content_span(), written).blank("key", key);
            draft.fix(change.and_then(|change| change.at(value))).emit();
        }
    }
}

/// True for what no encoder can have made: anything else may be base64 with a slip in it.
fn is_surely_plain(written: &str) -> bool {
    let may_be_encoded =
        |byte: u8| byte.is_ascii_alphanumeric() || byte.is_ascii_whitespace() || b"+/-_=".contains(&byte);
    !written.bytes().all(may_be_encoded)
}

/// Line breaks inside of a block are no part of it.
fn is_base64(written: &str) -> bool {
    let compact: Vec<u8> = written.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    BASE64.decode(&compact).is_ok()
}

fn stands_for_more(key: &str, written: &str) -> bool {
    value::is_left_open(written)
        || value::is_reference(written)
        || matches!(
            value::judge_in_secret(key, written).verdict,
            Verdict::Placeholder | Verdict::Reference | Verdict::WeakDefault
        )
}

/// The types of Secrets that the API server looks into: all of these keys, or one of those.
static TYPES: &[(&str, &[&str], &[&str])] = &[
    ("kubernetes.io/basic-auth", &[], &["username", "password"]),
    ("kubernetes.io/dockercfg", &[".dockercfg"], &[]),
    ("kubernetes.io/dockerconfigjson", &[".dockerconfigjson"], &[]),
    ("kubernetes.io/ssh-auth", &["ssh-privatekey"], &[]),
    ("kubernetes.io/tls", &["tls.crt", "tls.key"], &[]),
];

/// `typed-secret-lacks-key`
pub fn lacks_key(document: &Document, context: &Context, reporter: &mut Reporter) {
    if document.form() != Form::Whole {
        return;
    }
    for manifest in document.manifests().iter().filter(|it| it.is("", "Secret")) {
        let written = |field| manifest.root.get(field).map(Node::entries).unwrap_or_default();
        let entries = ["data", "stringData"].into_iter().flat_map(written);
        let keys: Vec<&str> = entries.filter_map(|(key, _)| key.as_str()).collect();
        judge(manifest.root.get("type"), &keys, context, document, reporter);
    }
    for external_secret in ExternalSecret::all(document).iter().filter(|it| it.makes_secret()) {
        if let Some(keys) = keys_of(external_secret) {
            judge(external_secret.spec.at("target.template.type"), &keys, context, document, reporter);
        }
    }
}

/// The keys of the Secret that it makes; `None` where they cannot be told.
fn keys_of<'a>(external_secret: &ExternalSecret<'a>) -> Option<Vec<&'a str>> {
    let template = external_secret.template()?;
    let joins = matches!(external_secret.spec.str_at("target.creationPolicy"), Some("Merge" | "CreateOrMerge"));
    let has = |field: &str| template.get(field).is_some_and(|it| !it.is_null());
    if joins || has("templateFrom") || template.str_at("mergePolicy") == Some("Merge") {
        return None;
    }
    match template.get("data").filter(|data| !data.is_null()) {
        Some(data) => data.entries().into_iter().map(|(key, _)| key.as_str()).collect(),
        None if external_secret.data_from().next().is_some() => None,
        None => external_secret.data().map(|entry| entry.str_at("secretKey")).collect(),
    }
}

fn judge(kind: Option<Node>, keys: &[&str], context: &Context, document: &Document, reporter: &mut Reporter) {
    let Some(kind) = kind.filter(|_| !keys.is_empty()) else { return };
    let Some((name, all, one)) = TYPES.iter().find(|(name, ..)| kind.as_str() == Some(name)) else { return };
    let lacking: Vec<&str> = all.iter().copied().filter(|key| !keys.contains(key)).collect();
    let missing = match (lacking.as_slice(), one.iter().any(|key| keys.contains(key))) {
        ([], true) => return,
        ([], false) if one.is_empty() => return,
        ([], false) => listed(one, "or"),
        (lacking, _) => listed(lacking, "and"),
    };
    // A merge key or a tool after this one can bring more.
    let sure = if may_be_completed(document, context) { Confidence::Medium } else { Confidence::High };
    reporter.at(kind).blank("type", *name).blank("missing", missing).confidence(sure).emit();
}

/// `sealed-value-not-sealed`
pub fn not_sealed(document: &Document, _context: &Context, reporter: &mut Reporter) {
    for manifest in document.manifests().iter().filter(|it| it.is("bitnami.com", "SealedSecret")) {
        if document.form() != Form::Whole {
            continue;
        }
        for (key, value) in manifest.root.at("spec.encryptedData").map(Node::entries).unwrap_or_default() {
            let Some(written) = value.as_str().filter(|_| !is_filled_in_later(value)) else { continue };
            // Documents shorten what nobody reads.
            if is_sealed(written) || is_shortened(written) || value::is_left_open(written) {
                continue;
            }
            let draft = reporter.secret(value, value.content_span(), written);
            draft.blank("key", key.as_str().unwrap_or_default()).emit();
        }
    }
}

/// Two bytes with the length of the encrypted session key, the key, and AES-GCM with its tag of 16 bytes.
fn is_sealed(written: &str) -> bool {
    let compact: Vec<u8> = written.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let Ok(bytes) = BASE64.decode(&compact) else { return false };
    let [high, low, rest @ ..] = bytes.as_slice() else { return false };
    let key = usize::from(*high) << 8 | usize::from(*low);
    matches!(key, 256 | 384 | 512 | 1024) && rest.len() >= key + 16
}

/// The beginning of a sealed value, as examples show it.
fn is_shortened(written: &str) -> bool {
    written.contains("..") || written.starts_with("Ag") && written.len() < SHORTEST_KEY
}

/// What the shortest session key takes in base64.
const SHORTEST_KEY: usize = 256 / 3 * 4;

/// `sealed-secret-open-scope`
pub fn open_scope(document: &Document, _context: &Context, reporter: &mut Reporter) {
    for manifest in document.manifests().iter().filter(|it| it.is("bitnami.com", "SealedSecret")) {
        for path in ["metadata", "spec.template.metadata"] {
            let annotations = manifest.root.at(path).and_then(|metadata| metadata.get("annotations"));
            let scope = annotations.and_then(|all| all.get("sealedsecrets.bitnami.com/cluster-wide"));
            if let Some(scope) = scope.filter(|scope| scope.as_str() == Some("true")) {
                return reporter.at_key(scope.key().unwrap_or(scope), scope).emit();
            }
        }
    }
}

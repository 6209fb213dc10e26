//! Credentials in Terraform and OpenTofu: literals where a data source could be read, values that plans print, and states.
//!
//! It does not evaluate: a value that is put together is not seen.

use super::super::{Context, Reporter};
use super::confidence;
use crate::document::{File, FileKind};
use crate::syntax::{Leaf, Node, leaves};
use crate::value::{self, Class, Verdict};

/// Resources whose purpose is to hold a secret: type, and the argument that takes it.
const HOLDERS: &[(&str, &str)] = &[
    ("aws_secretsmanager_secret_version", "secret_string"),
    ("aws_ssm_parameter", "value"),
    ("azurerm_key_vault_secret", "value"),
    ("github_actions_organization_secret", "plaintext_value"),
    ("github_actions_secret", "plaintext_value"),
    ("google_secret_manager_secret_version", "secret_data"),
    ("kubernetes_secret", "data"),
    ("kubernetes_secret_v1", "data"),
    ("vault_generic_secret", "data_json"),
    ("vault_kv_secret", "data_json"),
    ("vault_kv_secret_v2", "data_json"),
];

/// Of these only some hold a secret: the argument that says so, and its value.
const ASKED: &[(&str, &str, &str)] = &[("aws_ssm_parameter", "type", "SecureString")];

/// `plaintext-secret-in-terraform`
pub fn literal(file: &File, _: &Context, reporter: &mut Reporter) {
    let Some(root) = root_of(file) else { return };
    leaves(root, value::may_hold_credentials, &mut |leaf| {
        let Some(sure) = confidence(verdict_of(leaf)) else { return };
        let key = leaf.keys.iter().rev().find(|key| **key != "default").copied().unwrap_or("");
        let draft = reporter.secret(leaf.node, leaf.whole(), leaf.value).confidence(sure);
        draft.key_path(leaf.key_path()).blank("key", key).emit();
    });
}

fn verdict_of(leaf: &Leaf) -> Verdict {
    let own = leaf.keys.last().copied().unwrap_or("");
    if value::kind_of(leaf.keys) == Some(value::Kind::Connection) {
        return Verdict::Innocent;
    }
    if holds_secrets(leaf) && !leaf.value.contains(['{', '\n']) {
        return value::judge_in_secret(own, leaf.value).verdict;
    }
    if !leaf.keys.iter().rev().take(2).any(|key| value::is_telling(key)) {
        return Verdict::Innocent;
    }
    let siblings = || leaf.node.sibling_keys();
    value::judge(value::Context { keys: leaf.keys, siblings: &siblings, quoted: leaf.is_quoted() }, leaf.value).verdict
}

/// True in the argument of a resource that exists to hold a secret.
fn holds_secrets(leaf: &Leaf) -> bool {
    let ["resource", kind, _, argument, below @ ..] = leaf.keys else { return false };
    // A `name` beside a `value` stands in its place.
    let own = leaf.node.key().and_then(Node::as_str).filter(|_| below.is_empty() && !leaf.is_embedded());
    let argument = own.unwrap_or(argument);
    let is_held = HOLDERS.iter().any(|(known, taking)| known == kind && *taking == argument);
    let asked = ASKED.iter().find(|(known, ..)| known == kind);
    is_held && asked.is_none_or(|(_, argument, wanted)| beside(leaf, argument) == Some(wanted))
}

fn beside<'a>(leaf: &Leaf<'a>, argument: &str) -> Option<&'a str> {
    leaf.node.parent()?.get(argument)?.as_str()
}

/// `credential-not-marked-sensitive`
pub fn not_sensitive(file: &File, _: &Context, reporter: &mut Reporter) {
    let Some(root) = root_of(file) else { return };
    let blocks = root.own_entries().filter_map(|(kind, named)| {
        let kind = kind.as_str().filter(|kind| matches!(*kind, "output" | "variable"))?;
        let (name, body) = named.own_entries().next()?;
        Some((kind, name, body))
    });
    for (kind, name, body) in blocks {
        let written = name.as_str().unwrap_or("");
        if promises_a_credential(written) && takes_text(file, body) && !is_marked(body) {
            reporter.at_key(name, body).blank("kind", kind).blank("name", written).emit();
        }
    }
}

fn root_of<'a>(file: &File<'a>) -> Option<Node<'a>> {
    (file.kind == FileKind::Terraform).then_some(file.root?)
}

fn promises_a_credential(name: &str) -> bool {
    let kind = match value::class_of(name) {
        Some(Class::Value(kind)) => kind,
        _ => return false,
    };
    !matches!(kind, value::Kind::Connection)
}

/// False for numbers, switches, and structures of which a credential may be a part.
fn takes_text(file: &File, body: Node) -> bool {
    let written = |key: &str| {
        let start = body.get(key)?.span().start;
        file.text?.get(start..)?.lines().next().map(str::trim)
    };
    let is_text = |default: &str| default.starts_with('"') || default.starts_with("null");
    body.is_mapping()
        && matches!(written("type"), None | Some("string" | "\"string\""))
        && written("default").is_none_or(is_text)
        && written("value").is_none_or(|value| !matches!(value, "true" | "false"))
}

fn is_marked(body: Node) -> bool {
    body.get("sensitive").is_some() || body.get("ephemeral").is_some()
}

/// `committed-terraform-state`
pub fn state(file: &File, _: &Context, reporter: &mut Reporter) {
    let Some(root) = file.root.filter(|_| file.kind == FileKind::TerraformState) else { return };
    let has = |key: &str| {
        root.get(key).is_some_and(|node| node.items().next().is_some() || node.own_entries().next().is_some())
    };
    let is_state = root.get("terraform_version").is_some() || root.get("serial").is_some();
    if is_state && (has("resources") || has("outputs") || has("modules")) {
        let place = root.get("terraform_version").or_else(|| root.get("serial")).unwrap_or(root);
        reporter.at(place).emit();
    }
}

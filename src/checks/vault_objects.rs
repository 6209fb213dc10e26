//! What the Vault Secrets Operator refuses, or leaves without effect, although each field by itself is right.
//!
//! Source: the controllers of vault-secrets-operator 1.4.1. It does not know Vault: neither its mounts nor its roles.

use super::fields::{listed, may_be_completed};
use super::schema::is_filled_in_later;
use super::{Context, Reporter};
use crate::document::{Document, Form, Manifest};
use crate::facts::vault_operator::GROUP;
use crate::model::Confidence;
use crate::syntax::{Change, Node};

/// What each method needs: all of these, and one of those.
static METHODS: &[(&str, &[&str], &[&str])] = &[
    ("appRole", &["roleId"], &["secretRef", "secretIDPath"]),
    ("aws", &["role"], &[]),
    ("gcp", &["role", "workloadIdentityServiceAccount"], &[]),
    ("jwt", &["role"], &["serviceAccount", "secretRef"]),
    ("kubernetes", &["role", "serviceAccount"], &[]),
];

/// `vault-auth-incomplete`
pub fn auth_incomplete(document: &Document, context: &Context, reporter: &mut Reporter) {
    for spec in specs(document, &["VaultAuth"]) {
        // A VaultAuthGlobal can bring all that is not here.
        if has(spec, "vaultAuthGlobalRef") {
            continue;
        }
        let Some((place, problem)) = gap(spec) else { continue };
        let draft = reporter.at_key(place.key().unwrap_or(place), place).blank("problem", problem);
        match may_be_completed(document, context) {
            true => draft.confidence(Confidence::Medium).emit(),
            false => draft.emit(),
        }
    }
}

fn gap(spec: Node) -> Option<(Node, String)> {
    let Some(method) = spec.get("method").filter(|method| !is_empty(*method)) else {
        return Some((spec, "`method` is missing".to_owned()));
    };
    if !has(spec, "mount") {
        return Some((spec, "`mount` is missing".to_owned()));
    }
    let (name, all, one) = METHODS.iter().find(|(name, ..)| method.as_str() == Some(name))?;
    let Some(block) = spec.get(name).filter(|block| !is_empty(*block)) else {
        return Some((method, format!("`method: {name}` needs the block `{name}`")));
    };
    if is_filled_in_later(block) {
        return None;
    }
    if let Some(field) = all.iter().find(|field| !has(block, field)) {
        return Some((block, format!("`{name}` needs `{field}`")));
    }
    let lacks_all = !one.is_empty() && !one.iter().any(|field| has(block, field));
    lacks_all.then(|| (block, format!("`{name}` needs {}", listed(one, "or"))))
}

/// `vault-auth-conflict`
pub fn auth_conflict(document: &Document, _context: &Context, reporter: &mut Reporter) {
    for spec in specs(document, &["VaultAuth", "VaultAuthGlobal"]) {
        let both = ["secretRef", "secretIDPath"];
        if let Some(block) = spec.get("appRole").filter(|block| both.iter().all(|field| has(*block, field))) {
            let problem = format!("{} exclude each other", listed(&both, "and"));
            reporter.at_key(block.key().unwrap_or(block), block).blank("problem", problem).emit();
        }
        let Some(method) = spec.get("method").filter(|it| !is_empty(*it) && !is_filled_in_later(*it)) else { continue };
        let others = METHODS.iter().filter(|(name, ..)| method.as_str() != Some(name));
        for block in others.filter_map(|(name, ..)| spec.get(name)).filter(|block| !is_empty(*block)) {
            let name = block.key().and_then(Node::as_str).unwrap_or_default();
            let problem = format!("the block `{name}` does not belong to `method: {}`", method.as_str().unwrap_or(""));
            reporter.at_key(block.key().unwrap_or(block), block).blank("problem", problem).emit();
        }
    }
}

/// `vault-auth-open-to-all-namespaces`
pub fn auth_open(document: &Document, _context: &Context, reporter: &mut Reporter) {
    for spec in specs(document, &["VaultAuth", "VaultAuthGlobal", "HCPAuth"]) {
        let list = spec.get("allowedNamespaces").into_iter().flat_map(Node::items);
        list.filter(|item| item.as_str() == Some("*")).for_each(|item| reporter.at(item).emit());
    }
}

/// `vault-path-repeats-data`
pub fn path_repeats_data(document: &Document, _context: &Context, reporter: &mut Reporter) {
    for spec in specs(document, &["VaultStaticSecret"]) {
        let (Some(path), Some(mount)) = (spec.get("path"), spec.str_at("mount")) else { continue };
        let text = path.as_str().unwrap_or_default().trim_matches('/');
        let is_second = spec.str_at("type") == Some("kv-v2");
        let Some((first, rest)) = text.split_once('/') else { continue };
        if is_filled_in_later(path) || !(first == mount.trim_matches('/') || is_second && first == "data") {
            continue;
        }
        let data = if is_second { "/data" } else { "" };
        let rest = rest.trim_start_matches("data/");
        let draft = reporter.at(path).blank("first", first).blank("rest", rest);
        let draft = draft.blank("read", format!("{}{data}/{text}", mount.trim_matches('/')));
        draft.fix(Change::value(path.as_str().unwrap_or_default(), rest).at(path)).emit();
    }
}

/// `vault-setting-without-effect`
pub fn without_effect(document: &Document, context: &Context, reporter: &mut Reporter) {
    for spec in specs(document, &["VaultStaticSecret", "VaultDynamicSecret", "VaultPKISecret", "HCPVaultSecretsApp"]) {
        let idle = of_destination(spec).into_iter().chain(of_static_secret(spec));
        for (field, place, reason) in idle {
            let draft = reporter.at_key(place.key().unwrap_or(place), place).blank("field", field);
            let draft = draft.blank("reason", reason);
            match may_be_completed(document, context) {
                true => draft.confidence(Confidence::Medium).emit(),
                false => draft.emit(),
            }
        }
    }
}

type Idle<'a> = (&'static str, Node<'a>, &'static str);

/// What the operator sets only on a Secret that it made.
fn of_destination(spec: Node) -> Vec<Idle> {
    let Some(destination) = spec.get("destination").filter(|it| it.is_mapping()) else { return Vec::new() };
    if destination.get("create").is_some_and(|create| is_true(create) || is_filled_in_later(create)) {
        return Vec::new();
    }
    let own = ["labels", "annotations", "type", "overwrite"];
    let idle = own.into_iter().filter_map(|field| Some((field, destination.get(field)?)));
    idle.filter(|(field, value)| !is_empty(*value) && (*field != "overwrite" || is_true(*value)))
        .map(|(field, value)| (field, value, "the Secret is not the operator's own without `create: true`"))
        .collect()
}

fn of_static_secret(spec: Node) -> Vec<Idle> {
    let mut idle = Vec::new();
    let compares = spec.get("hmacSecretData").is_none_or(|it| it.as_str() != Some("false"));
    let targets = spec.get("rolloutRestartTargets").filter(|targets| targets.items().next().is_some());
    if let Some(targets) = targets.filter(|_| !compares) {
        idle.push(("rolloutRestartTargets", targets, "changes are not noticed with `hmacSecretData: false`"));
    }
    let version = spec.get("version").filter(|version| !is_empty(*version) && version.as_str() != Some("0"));
    if let Some(version) = version.filter(|_| spec.str_at("type") == Some("kv-v1")) {
        idle.push(("version", version, "`kv-v1` keeps one version"));
    }
    idle
}

/// `vault-static-credentials-not-allowed`
pub fn static_credentials(document: &Document, context: &Context, reporter: &mut Reporter) {
    for spec in specs(document, &["VaultDynamicSecret"]) {
        let Some(path) = spec.get("path").filter(|path| !is_filled_in_later(*path)) else { continue };
        let is_static = path.as_str().is_some_and(|path| path.trim_start_matches('/').starts_with("static-creds/"));
        if !is_static || spec.get("allowStaticCreds").is_some_and(|it| is_true(it) || is_filled_in_later(it)) {
            continue;
        }
        match may_be_completed(document, context) {
            true => reporter.at(path).confidence(Confidence::Medium).emit(),
            false => reporter.at(path).emit(),
        }
    }
}

fn specs<'a>(document: &Document<'a>, kinds: &[&str]) -> Vec<Node<'a>> {
    let ours = |manifest: &&Manifest| manifest.group() == GROUP && kinds.contains(&manifest.kind());
    let whole = document.manifests().iter().filter(|_| document.form() == Form::Whole).filter(ours);
    whole.filter_map(|it| it.root.get("spec")).filter(|it| it.is_mapping() && it.get("$patch").is_none()).collect()
}

fn has(mapping: Node, field: &str) -> bool {
    mapping.get(field).is_some_and(|value| !is_empty(value))
}

fn is_empty(value: Node) -> bool {
    value.is_null() || value.as_str() == Some("") || value.is_mapping() && value.own_entries().next().is_none()
}

fn is_true(value: Node) -> bool {
    value.is_bool() && value.as_str().is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

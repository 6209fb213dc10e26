//! Jobs of CI systems: what they print, and how they prove who they are (`ci:` of the policy).
//!
//! It does not know what a command does with what it is given.

use super::super::{Context, Reporter};
use super::script::Script;
use crate::document::{Document, is_workflow};
use crate::model::RepoPath;
use crate::policy::Subject;
use crate::policy::ci::Ci;
use crate::syntax::{Node, leaves};
use crate::value::{self, Class};

/// `secret-printed-in-ci-log`
pub fn printed(script: &Script, _: &Context, reporter: &mut Reporter) {
    // What is printed inside a group or a loop may go into a file.
    if !is_workflow(script.path) || ["} >", "} |", "done >", "done |", "fi >"].iter().any(|end| script.says(end)) {
        return;
    }
    for command in script.commands().filter(|command| !command.hands_on()) {
        let words = command.words();
        if !words.first().is_some_and(|name| matches!(name.text, "echo" | "printf")) {
            continue;
        }
        let told = words.iter().skip(1).find_map(|word| Some((word, secret_in(word.text)?)));
        if let Some((word, name)) = told {
            reporter.at_span(script.span(word.span()), name).blank("variable", name).emit();
        }
    }
}

/// The secret that a word expands to: `X` of `${{ secrets.X }}`, or a variable whose name promises a credential.
fn secret_in(word: &str) -> Option<&str> {
    // A mark that makes the runner hide the value.
    if word.contains("add-mask") {
        return None;
    }
    if word.contains("${{") {
        return secrets_in(word).find(|name| !name.is_empty());
    }
    let name = word.trim_start_matches('$').trim_start_matches('{').trim_end_matches('}');
    let is_variable = word.starts_with('$') && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (is_variable && matches!(value::class_of(name), Some(Class::Value(_)))).then_some(name)
}

/// What a job could have without a credential that lasts, by OpenID Connect.
const STATIC: &[&str] = &[
    "ARM_CLIENT_SECRET",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AZURE_CLIENT_SECRET",
    "AZURE_CREDENTIALS",
    "GCP_CREDENTIALS",
    "GCP_SA_KEY",
    "GOOGLE_CREDENTIALS",
    "KUBECONFIG",
    "KUBE_CONFIG",
    "VAULT_SECRET_ID",
    "VAULT_TOKEN",
];

/// `static-credential-in-ci`
pub fn static_credential(document: &Document, context: &Context, reporter: &mut Reporter) {
    let Some(ci) = context.policy.ci.as_ref().filter(|_| is_workflow(document.path)) else { return };
    leaves(document.root, |_| false, &mut |leaf| {
        if leaf.is_embedded() {
            return;
        }
        let key = leaf.keys.last().copied().unwrap_or("");
        let is_setting =
            leaf.keys.iter().rev().skip(1).take(1).any(|above| matches!(*above, "env" | "variables" | "with"));
        let given = is_setting && comes_from_settings(leaf.value);
        let names = secrets_in(leaf.value).chain(given.then_some(key));
        let Some((name, policy)) = names.into_iter().find_map(|name| Some((name, forbidden(ci, name)?))) else {
            return;
        };
        let draft = reporter.at(leaf.node).blank("variable", name).blank("policy", policy);
        draft.emit();
    });
}

/// The line of the policy that does not want `name`.
fn forbidden(ci: &Ci, name: &str) -> Option<String> {
    let listed = ci.forbid_variables.iter().flatten().find(|listed| listed.as_str() == name);
    let by_auth = ci.auth.as_ref().filter(|_| STATIC.contains(&name)).map(|auth| auth.place.to_string());
    listed.map(|listed| listed.place.to_string()).or(by_auth)
}

/// `${{ secrets.X }}`, `$X`: set by hand and not made by a step.
fn comes_from_settings(value: &str) -> bool {
    value.contains("secrets.") || value.starts_with('$') && !value.starts_with("${{")
}

/// `X` of each `secrets.X`.
fn secrets_in(value: &str) -> impl Iterator<Item = &str> {
    let name = |rest: &'_ str| rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    value.split("secrets.").skip(1).map(move |rest| &rest[..name(rest)])
}

/// `ci-role-not-as-agreed`
pub fn role(document: &Document, context: &Context, reporter: &mut Reporter) {
    let agreed = context.policy.ci.as_ref().and_then(|ci| ci.role.as_ref());
    let Some(agreed) = agreed.filter(|_| is_workflow(document.path)) else { return };
    let path = document.path.to_text();
    let bindings = context.policy.bindings.of(Subject::file(&path));
    // Without what the template asks for nothing is known to be wrong.
    if agreed.names().any(|name| bindings(name).is_none()) {
        return;
    }
    for role in roles(document.root) {
        let written = role.as_str().unwrap_or("");
        if !written.is_empty() && !written.contains('$') && !agreed.matches(written, &bindings) {
            let draft = reporter.at(role).blank("role", written).blank("wanted", agreed.filled(&bindings));
            draft.blank("policy", agreed.place.to_string()).emit();
        }
    }
}

/// The roles that jobs take in Vault: of `hashicorp/vault-action` and its forks, and GitLab's variable.
fn roles(node: Node) -> Vec<Node> {
    let mut roles = Vec::new();
    let takes_role = node.str_at("uses").is_some_and(|action| action.contains("vault"));
    roles.extend(node.at("with.role").filter(|_| takes_role));
    roles.extend(node.get("VAULT_AUTH_ROLE").filter(|role| role.as_str().is_some()));
    let children = node.items().chain(node.own_entries().map(|(_, value)| value));
    children.for_each(|child| roles.extend(if child.is_alias() { Vec::new() } else { self::roles(child) }));
    roles
}

/// True for a CI system's file whatever its syntax.
pub fn is_of_ci(path: &RepoPath) -> bool {
    is_workflow(path) || path.file_name() == b"Jenkinsfile"
}

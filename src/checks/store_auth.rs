//! A store's backend and how the operator logs in to it: one of each, and complete.
//!
//! Source: what the providers of external-secrets 2.9 refuse when a store is validated or first used. It does not know
//! whether the credentials exist or open anything.

use super::external_secret_rules::{is_store, problem};
use super::fields::listed;
use super::schema::{Fault, FaultKind, faults, is_filled_in_later};
use super::{Context, Reporter};
use crate::document::{Document, Form, SecretStore};
use crate::facts::Choice;
use crate::syntax::Node;

/// `store-provider-count`
pub fn provider_count(document: &Document, context: &Context, reporter: &mut Reporter) {
    for fault in faults(document, context).into_iter().filter(is_about_provider) {
        let FaultKind::Choice { ref present, .. } = fault.kind else { continue };
        let found = match present.len() {
            0 => "none".to_owned(),
            _ => listed(present, "and"),
        };
        reporter.at_key(fault.key, fault.value).blank("found", found).emit();
    }
}

/// `store-auth-conflict`
pub fn conflict(document: &Document, context: &Context, reporter: &mut Reporter) {
    for fault in faults(document, context).into_iter().filter(|fault| is_store(fault) && !is_about_provider(fault)) {
        let Some(problem) = problem(&fault).filter(|_| is_conflict(&fault)) else { continue };
        reporter.at_key(fault.key, fault.value).blank("problem", problem).emit();
    }
    for (key, value, problem) in written(document, CONFLICTS) {
        reporter.at_key(key, value).blank("problem", problem).emit();
    }
}

/// `store-auth-incomplete`
pub fn incomplete(document: &Document, context: &Context, reporter: &mut Reporter) {
    for fault in faults(document, context).into_iter().filter(|fault| is_store(fault) && !is_about_provider(fault)) {
        let Some(problem) = problem(&fault).filter(|_| !is_conflict(&fault)) else { continue };
        reporter.at_key(fault.key, fault.value).blank("problem", problem).emit();
    }
    for (key, value, problem) in written(document, GAPS) {
        reporter.at_key(key, value).blank("problem", problem).emit();
    }
}

fn is_about_provider(fault: &Fault) -> bool {
    is_store(fault) && fault.key.as_str() == Some("provider") && matches!(fault.kind, FaultKind::Choice { .. })
}

/// True where too much is there, false where too little is.
fn is_conflict(fault: &Fault) -> bool {
    match &fault.kind {
        FaultKind::Choice { choice, present, .. } => present.len() > 1 && !matches!(choice, Choice::Together(_)),
        _ => false,
    }
}

/// A provider and what may be wrong with its settings: the place and the problem.
type Condition = (&'static str, fn(Node) -> Option<(Node, String)>);

/// Settings that contradict each other.
static CONFLICTS: &[Condition] = &[
    ("azurekv", |settings| {
        let auth =
            settings.get("authSecretRef").filter(|auth| is_service_principal(settings) && has(*auth, "clientId"))?;
        let both = has(auth, "clientSecret") && has(auth, "clientCertificate");
        both.then(|| (auth, format!("{} exclude each other", listed(&["clientSecret", "clientCertificate"], "and"))))
    }),
    ("gitlab", |settings| {
        let inherits = settings.get("inheritFromGroups").filter(|it| it.as_str() == Some("true"))?;
        let groups = settings.get("groupIDs").and_then(|groups| groups.items().next());
        groups.map(|_| (inherits, format!("{} exclude each other", listed(&["inheritFromGroups", "groupIDs"], "and"))))
    }),
    ("vault", |settings| {
        let required = settings.at("checkAndSet.required").filter(|it| it.as_str() == Some("true"))?;
        let is_old = settings.str_at("version") == Some("v1");
        is_old.then(|| (required, "`checkAndSet.required` and `version: v1` exclude each other".to_owned()))
    }),
];

/// Settings that need another one.
static GAPS: &[Condition] = &[
    ("azurekv", |settings| {
        let auth = settings.get("authSecretRef").filter(|auth| !auth.is_null());
        let lacking = match auth {
            _ if !is_service_principal(settings) => return None,
            _ if !has(settings, "tenantId") => "tenantId",
            None => "authSecretRef",
            Some(auth) if !has(auth, "clientId") => "authSecretRef.clientId",
            Some(auth) if !has(auth, "clientSecret") && !has(auth, "clientCertificate") => "authSecretRef.clientSecret",
            Some(_) => return None,
        };
        Some((settings, format!("`authType: ServicePrincipal`, the default, needs `{lacking}`")))
    }),
    ("azurekv", |settings| {
        let cloud = settings.get("environmentType").filter(|it| it.as_str() == Some("AzureStackCloud"))?;
        (!has(settings, "customCloudConfig"))
            .then(|| (cloud, "`environmentType: AzureStackCloud` needs `customCloudConfig`".to_owned()))
    }),
    ("azurekv", |settings| {
        let cloud = settings.get("customCloudConfig").filter(|it| !it.is_null())?;
        let uses_sdk =
            settings.get("useAzureSDK").is_some_and(|it| it.as_str() == Some("true") || is_filled_in_later(it));
        (!uses_sdk).then(|| (cloud, "`customCloudConfig` needs `useAzureSDK: true`".to_owned()))
    }),
    ("gcpsm", |settings| {
        let secret = settings.at("auth.secretRef").filter(|it| !it.is_null())?;
        (!has(settings, "projectID")).then(|| (secret, "`auth.secretRef` needs `projectID`".to_owned()))
    }),
    ("gcpsm", |settings| {
        let federation = settings.at("auth.workloadIdentityFederation")?;
        let from = ["serviceAccountRef", "awsSecurityCredentials"].into_iter().find(|field| has(federation, field))?;
        (!has(federation, "audience")).then(|| (federation, format!("`{from}` needs `audience`")))
    }),
];

fn written<'a>(document: &Document<'a>, conditions: &[Condition]) -> Vec<(Node<'a>, Node<'a>, String)> {
    let mut found = Vec::new();
    for store in SecretStore::all(document).iter().filter(|_| document.form() == Form::Whole) {
        for (provider, judge) in conditions {
            let problem = store.provider(provider).filter(|it| it.is_mapping()).and_then(judge);
            found.extend(problem.map(|(value, problem)| (value.key().unwrap_or(value), value, problem)));
        }
    }
    found
}

/// Azure's default.
fn is_service_principal(settings: Node) -> bool {
    settings.get("authType").is_none_or(|kind| kind.is_null() || kind.as_str() == Some("ServicePrincipal"))
}

fn has(settings: Node, field: &str) -> bool {
    settings.get(field).is_some_and(|value| !value.is_null())
}

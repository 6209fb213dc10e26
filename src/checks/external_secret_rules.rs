//! What external-secrets refuses in an ExternalSecret or a PushSecret although each field by itself is right.
//!
//! Source: the validating webhook of external-secrets 2.9. It does not know the fields' own rules, nor stores.

use super::fields::{listed, may_be_completed};
use super::schema::{Fault, FaultKind, faults, is_filled_in_later};
use super::{Context, Reporter};
use crate::document::{Document, ExternalSecret, Form};
use crate::facts::Choice;
use crate::model::Confidence;
use crate::syntax::Node;

/// `external-secret-without-data`
pub fn without_data(document: &Document, context: &Context, reporter: &mut Reporter) {
    for external_secret in whole(document) {
        let has_entries = |field: &str| {
            let value = external_secret.spec.get(field);
            value.is_some_and(|value| value.items().next().is_some() || value.as_str().is_some() && !value.is_null())
        };
        if !has_entries("data") && !has_entries("dataFrom") {
            let spec = external_secret.spec;
            let draft = reporter.at_key(spec.key().unwrap_or(spec), spec);
            match may_be_completed(document, context) {
                true => draft.confidence(Confidence::Medium).emit(),
                false => draft.emit(),
            }
        }
    }
}

/// `external-secret-source-conflict`
pub fn source_conflict(document: &Document, context: &Context, reporter: &mut Reporter) {
    for fault in faults(document, context) {
        let Some(problem) = problem(&fault).filter(|_| !is_store(&fault)) else { continue };
        reporter.at_key(fault.key, fault.value).blank("problem", problem).emit();
    }
    for entry in whole(document).iter().flat_map(ExternalSecret::data_from) {
        let Some(generator) = entry.at("sourceRef.generatorRef").filter(|it| !it.is_null()) else { continue };
        let other = ["extract", "find"].into_iter().find(|field| entry.get(field).is_some_and(|it| !it.is_null()));
        if let Some(other) = other {
            let problem = format!("{} exclude each other", listed(&["generatorRef", other], "and"));
            reporter.at_key(generator.key().unwrap_or(generator), generator).blank("problem", problem).emit();
        }
    }
}

/// `external-secret-policy-conflict`
pub fn policy_conflict(document: &Document, _context: &Context, reporter: &mut Reporter) {
    for external_secret in whole(document) {
        let Some(target) = external_secret.spec.get("target") else { continue };
        let Some(deletion) = target.get("deletionPolicy") else { continue };
        let reason = match (deletion.as_str(), target.str_at("creationPolicy")) {
            (Some("Delete"), Some("Merge" | "None" | "CreateOrMerge")) => {
                "it would delete a Secret that it does not own"
            }
            (Some("Merge"), Some("None")) => "there is no Secret to take keys out of",
            _ => continue,
        };
        let draft = reporter.at(deletion).blank("deletion", deletion.as_str().unwrap_or_default());
        draft.blank("creation", target.str_at("creationPolicy").unwrap_or_default()).blank("reason", reason).emit();
    }
}

/// `external-secret-privileged-template`
pub fn privileged_template(document: &Document, _context: &Context, reporter: &mut Reporter) {
    for external_secret in ExternalSecret::all(document).iter().filter(|_| document.form() != Form::Fragment) {
        let Some(template) = external_secret.template() else { continue };
        if let Some(kind) = template.get("type").filter(|kind| is_privileged(*kind, template)) {
            let problem = format!("a Secret of type `{}`", kind.as_str().unwrap_or_default());
            reporter.at(kind).blank("problem", problem).emit();
        }
        let targets = template.get("templateFrom").into_iter().flat_map(Node::items).filter_map(|it| it.get("target"));
        for target in targets.filter(|target| external_secret.makes_secret() && !is_plain_target(*target)) {
            let problem = format!("`{}` of a Secret", target.as_str().unwrap_or_default());
            reporter.at(target).blank("problem", problem).emit();
        }
    }
}

/// `generator-in-data`
pub fn generator_in_data(document: &Document, _context: &Context, reporter: &mut Reporter) {
    let data = ExternalSecret::all(document).into_iter().flat_map(|it| it.data().collect::<Vec<_>>());
    for generator in data.filter_map(|entry| entry.at("sourceRef.generatorRef")).filter(|it| !it.is_null()) {
        if document.form() != Form::Fragment {
            reporter.at_key(generator.key().unwrap_or(generator), generator).emit();
        }
    }
}

/// What is wrong with the fields of a choice; `None` for other faults.
pub fn problem(fault: &Fault) -> Option<String> {
    let FaultKind::Choice { choice, fields, present } = &fault.kind else { return None };
    Some(match choice {
        Choice::Together(_) => format!("{} belong together", listed(fields, "and")),
        _ if present.len() > 1 => format!("{} exclude each other", listed(present, "and")),
        _ => format!("one of {} is needed", listed(fields, "and")),
    })
}

/// True for the faults that `store_auth` tells.
pub fn is_store(fault: &Fault) -> bool {
    matches!(fault.manifest.kind(), "SecretStore" | "ClusterSecretStore")
}

fn whole<'a>(document: &Document<'a>) -> Vec<ExternalSecret<'a>> {
    if document.form() != Form::Whole {
        return Vec::new();
    }
    ExternalSecret::all(document).into_iter().filter(|it| it.spec.get("$patch").is_none()).collect()
}

/// Secrets of these types make the cluster hand out credentials that nobody granted.
fn is_privileged(kind: Node, template: Node) -> bool {
    let names_account = template
        .at("metadata.annotations")
        .is_some_and(|annotations| annotations.get("kubernetes.io/service-account.name").is_some());
    let writes_annotations = || {
        let mut sources = template.get("templateFrom").into_iter().flat_map(Node::items);
        sources.any(|it| it.str_at("target").is_some_and(|target| target.eq_ignore_ascii_case("Annotations")))
    };
    match kind.as_str() {
        Some("bootstrap.kubernetes.io/token") => true,
        Some("kubernetes.io/service-account-token") => names_account || writes_annotations(),
        _ => false,
    }
}

fn is_plain_target(target: Node) -> bool {
    let is_any_of = |text: &str| ["", "data", "annotations", "labels"].contains(&text.to_ascii_lowercase().as_str());
    is_filled_in_later(target) || target.is_null() || target.as_str().is_none_or(is_any_of)
}

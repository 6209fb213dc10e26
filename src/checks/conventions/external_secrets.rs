//! `external-secrets:` namespace, place, annotations, name and policies of an ExternalSecret.
//!
//! It does not know its remote keys, nor its store.

use super::{Fit, external_secrets, fit, fits_any, set, set_below, wanted};
use crate::checks::deployment::head;
use crate::checks::{Deployment, UnitReporter};
use crate::facts::external_secrets::GROUP;
use crate::graph::{Data, Object, UnitKind, is_open};
use crate::policy::external_secrets::{ExternalSecrets, TargetName};
use crate::policy::{Said, Template};

fn convention<'a>(deployment: &Deployment<'a>) -> Option<&'a ExternalSecrets> {
    deployment.policy().external_secrets.as_ref()
}

/// `external-secret-in-wrong-namespace`
pub fn namespace(deployment: &Deployment, reporter: &mut UnitReporter) {
    let Some(agreed) = convention(deployment).and_then(|it| it.namespace.as_ref()) else { return };
    for (object, _) in external_secrets(deployment).filter(|(object, _)| object.kind() == "ExternalSecret") {
        let found = deployment.unit().namespace_of(object);
        if found.is_some_and(|found| matches!(fit(deployment, object, agreed, found), Fit::Fits)) {
            continue;
        }
        let written = object.data.at("metadata.namespace");
        let place = written.map_or(head(object), |namespace| namespace.place);
        let said = found.map_or("it names no namespace".to_owned(), |found| format!("it is in `{found}`"));
        let draft = reporter.at(place, found.unwrap_or_default()).blank("said", said);
        let draft = draft.blank("wanted", wanted(deployment, object, [agreed]));
        let draft = draft.blank("policy", agreed.place.to_string());
        // What a kustomization writes is not cured here.
        let is_own = found == written.and_then(Data::as_str);
        let change = object.data.get("metadata").filter(|_| is_own).zip(agreed_namespace(deployment, object, agreed));
        let draft = draft.fix(change.map(|(metadata, namespace)| set(metadata, "namespace", &namespace)));
        // Elsewhere it makes another Secret.
        if found.is_none() { draft.emit() } else { draft.wants_review().emit() }
    }
}

/// The only namespace that the policy leaves to an ExternalSecret.
fn agreed_namespace(deployment: &Deployment, object: &Object, agreed: &Said<Template>) -> Option<String> {
    let filled = agreed.filled(&deployment.bindings_of(object));
    (!filled.contains(['{', '*'])).then_some(filled)
}

/// True where the namespace of an ExternalSecret is the mistake: what follows from it is not told again.
pub fn is_misplaced(deployment: &Deployment, unit: usize, object: &Object) -> bool {
    let Some(agreed) = convention(deployment).and_then(|it| it.namespace.as_ref()) else { return false };
    let there = Deployment { graph: deployment.graph, unit };
    let found = there.unit().namespace_of(object);
    object.is(GROUP, "ExternalSecret")
        && !found.is_some_and(|found| matches!(fit(&there, object, agreed, found), Fit::Fits))
}

/// `external-secret-in-wrong-folder`
pub fn location(deployment: &Deployment, reporter: &mut UnitReporter) {
    let Some(agreed) = convention(deployment).and_then(|it| it.location.as_ref()) else { return };
    for (object, _) in external_secrets(deployment) {
        let path = deployment.path_of(object);
        if agreed.iter().any(|template| template.captures(&path).is_some()) {
            continue;
        }
        let Some(first) = agreed.first() else { continue };
        let templates: Vec<String> =
            agreed.iter().map(|template| format!("`{template}`", template = template.value)).collect();
        let draft = reporter.at(head(object), path).blank("wanted", templates.join(" or "));
        draft.blank("policy", first.place.to_string()).emit();
    }
}

/// `required-annotation-missing`
pub fn annotations(deployment: &Deployment, reporter: &mut UnitReporter) {
    let Some(agreed) = convention(deployment).and_then(|it| it.annotations.as_ref()) else { return };
    for (object, _) in external_secrets(deployment) {
        let written = object.data.at("metadata.annotations");
        for (name, value) in agreed {
            let found = written.and_then(|annotations| annotations.get(name));
            if found.is_some_and(|found| {
                found.is_unknown() || found.as_str().is_some_and(|it| it == value.value || is_open(it))
            }) {
                continue;
            }
            let place = found.map_or(head(object), |found| found.place);
            let said = if found.is_some() { "has another value" } else { "is missing" };
            let draft = reporter.at(place, &**name).blank("annotation", name).blank("said", said);
            let draft = draft.blank("wanted", &value.value).blank("policy", value.place.to_string());
            let metadata = object.data.get("metadata");
            draft.fix(metadata.map(|metadata| set_below(metadata, "annotations", name, &value.value))).emit();
        }
    }
}

/// `target-name-not-as-agreed`
pub fn target_name(deployment: &Deployment, reporter: &mut UnitReporter) {
    let Some(agreed) = convention(deployment).and_then(|it| it.target_name.as_ref()) else { return };
    for (object, spec) in external_secrets(deployment) {
        let Some(own) = object.name() else { continue };
        let target = spec.at("target.name").filter(|name| !name.is_null());
        if target.is_some_and(Data::is_unknown) {
            continue;
        }
        let name = target.unwrap_or(own);
        let text = name.as_str().unwrap_or_default();
        let templates = agreed.templates.as_deref();
        let (place, said, wish) = match target {
            None if agreed.required => {
                (head(object), "`spec.target.name` is missing".to_owned(), "it named".to_owned())
            }
            Some(target) if agreed.as_metadata && target.as_str() != own.as_str() && !is_open(text) => (
                target.place,
                format!("the Secret is called `{text}`"),
                format!("`{}`", own.as_str().unwrap_or_default()),
            ),
            _ => match templates.filter(|templates| !fits_any(deployment, object, templates, text)) {
                Some(templates) => {
                    (name.place, format!("the Secret is called `{text}`"), wanted(deployment, object, templates))
                }
                None => continue,
            },
        };
        let draft = reporter.at(place, text).blank("said", said).blank("wanted", wish);
        let draft = draft.blank("policy", agreed.place.to_string());
        let name = agreed_name(deployment, object, agreed);
        let keeps_its_name = name.as_deref() == target.unwrap_or(own).as_str();
        let draft = draft.fix(name.map(|name| set_below(spec, "target", "name", &name)));
        // Another name is news to those who read the Secret.
        if keeps_its_name { draft.emit() } else { draft.wants_review().emit() }
    }
}

/// The only name that the policy leaves to the Secret: that of the ExternalSecret where it fits.
fn agreed_name(deployment: &Deployment, object: &Object, agreed: &TargetName) -> Option<String> {
    let own = object.name_text()?;
    match agreed.templates.as_deref() {
        None => Some(own.to_owned()),
        Some(templates) if fits_any(deployment, object, templates, own) => Some(own.to_owned()),
        Some([_]) if agreed.as_metadata => None,
        Some([only]) => {
            let filled = only.filled(&|name| deployment.label_of(name, object).or(deployment.binding(name, object)));
            (!filled.contains(['{', '*'])).then_some(filled)
        }
        Some(_) => None,
    }
}

/// `secret-lifecycle-not-as-agreed`
pub fn lifecycle(deployment: &Deployment, reporter: &mut UnitReporter) {
    let Some(agreed) = convention(deployment) else { return };
    let wishes =
        [("deletionPolicy", &agreed.deletion_policy, ""), ("creationPolicy", &agreed.creation_policy, "Owner")];
    let tells_target = agreed.target_name.as_ref().is_some_and(|target| target.required);
    for (object, spec) in external_secrets(deployment) {
        // Without any target its name is what is missed.
        if spec.get("target").is_none() && tells_target {
            continue;
        }
        for (field, wish, usual) in &wishes {
            let Some(wish) = wish else { continue };
            lifecycle_field(object, spec, field, wish, usual, reporter);
        }
    }
}

fn lifecycle_field(
    object: &Object,
    spec: &Data,
    field: &str,
    wish: &Said<&str>,
    usual: &str,
    reporter: &mut UnitReporter,
) {
    let found = spec.get("target").and_then(|target| target.get(field)).filter(|found| !found.is_null());
    let is_agreed = match found {
        Some(found) => found.as_str().is_none_or(|text| text == wish.value || is_open(text)),
        None => usual == wish.value || spec.get(field).is_some() || spec.get("target").is_some_and(Data::is_unknown),
    };
    if is_agreed {
        return;
    }
    let said = found.map_or("is missing".to_owned(), |found| format!("is `{}`", found.as_str().unwrap_or_default()));
    let draft = reporter.at(found.map_or(head(object), |found| found.place), field);
    let draft = draft.blank("field", field).blank("said", said).blank("wanted", wish.value);
    let change = set_below(spec, "target", field, wish.value);
    draft.blank("policy", wish.place.to_string()).fix([change]).emit();
}

/// `external-secret-without-kustomization`
pub fn listed(deployment: &Deployment, reporter: &mut UnitReporter) {
    let Some(agreed) = convention(deployment).and_then(|it| it.listed_in_kustomization.as_ref()) else { return };
    if deployment.unit().kind != UnitKind::Folder || !agreed.value {
        return;
    }
    for (object, _) in external_secrets(deployment) {
        reporter
            .at(head(object), object.name_text().unwrap_or_default())
            .blank("policy", agreed.place.to_string())
            .emit();
    }
}

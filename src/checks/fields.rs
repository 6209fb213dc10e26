//! Fields that an object's kind does not have, that it lacks, or that hold what they cannot.
//!
//! It does not know the kinds: `facts` does. Which fields exclude each other is `external_secret_rules` and `store_auth`.

use super::schema::{Fault, FaultKind, LONGEST_SLIP, faults};
use super::{Context, Reporter};
use crate::document::Document;
use crate::facts::Shape;
use crate::model::Confidence;
use crate::syntax::{Node, Style};
use crate::text::closest;
use crate::value;

/// `unknown-field`
pub fn unknown(document: &Document, context: &Context, reporter: &mut Reporter) {
    for fault in faults(document, context) {
        let FaultKind::Unknown(shape) = fault.kind else { continue };
        let name = fault.key.as_str().unwrap_or_default();
        let draft = reporter
            .at_key(fault.key, fault.value)
            .blank("field", name)
            .blank("holder", holder(&fault, fault.key.parent()));
        draft.blank("suggestion", suggestion(name, shape)).emit();
    }
}

/// `missing-field`
pub fn missing(document: &Document, context: &Context, reporter: &mut Reporter) {
    for fault in faults(document, context) {
        let FaultKind::Missing(field) = fault.kind else { continue };
        let draft = reporter.at_key(fault.key, fault.value).blank("field", field.name);
        let draft = draft.blank("holder", holder(&fault, Some(fault.value)));
        match may_be_completed(document, context) {
            // `key:` with nothing behind it says that a patch will bring the value.
            true if fault.value.get(field.name).is_some() => draft.confidence(Confidence::Low).emit(),
            true => draft.confidence(Confidence::Medium).emit(),
            false => draft.emit(),
        }
    }
}

/// `invalid-field-type`
pub fn wrong_type(document: &Document, context: &Context, reporter: &mut Reporter) {
    for fault in faults(document, context) {
        let FaultKind::Type(expected) = fault.kind else { continue };
        let draft = reporter.at_key(fault.key, fault.value).blank("field", name(&fault)).blank("expected", expected);
        let draft = draft.blank("found", describe(fault.value));
        if is_left_open(fault.value) { draft.confidence(Confidence::Low).emit() } else { draft.emit() }
    }
}

/// `invalid-field-value`
pub fn wrong_value(document: &Document, context: &Context, reporter: &mut Reporter) {
    for fault in faults(document, context) {
        let value = fault.value.as_str().unwrap_or_default();
        let expected = match fault.kind {
            FaultKind::NotAmong(values) => {
                let others = others(values, value);
                match (value.len() <= LONGEST_SLIP).then(|| closest(value, others.iter().copied())).flatten() {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("it takes {}.", listed(&others, "or")),
                }
            }
            FaultKind::Malformed(expected) => format!("it takes {expected}."),
            FaultKind::Duration if !super::refresh::is_refresh(fault.key) => {
                "it takes a duration such as `1m30s`.".into()
            }
            _ => continue,
        };
        let draft = reporter.at(fault.value).blank("field", name(&fault)).blank("value", value);
        let draft = draft.blank("expected", expected);
        if is_left_open(fault.value) { draft.confidence(Confidence::Low).emit() } else { draft.emit() }
    }
}

/// True for `...`, `SECRET_NAME` and `[PROJECT_ID]`: a form that somebody fills in before it is applied.
fn is_left_open(value: Node) -> bool {
    let written = match value.is_sequence() {
        true => value.items().next().filter(|_| value.items().count() == 1),
        false => Some(value),
    };
    written.and_then(Node::as_str).is_some_and(value::is_left_open)
}

/// `field-not-in-target-release`
pub fn not_in_release(document: &Document, context: &Context, reporter: &mut Reporter) {
    let Some(target) = context.policy.targets.external_secrets else { return };
    for fault in faults(document, context) {
        let FaultKind::NotInRelease { of_value, ref words } = fault.kind else { continue };
        let what = match fault.value.as_str().filter(|_| of_value) {
            Some(value) => format!("`{value}` for `{}`", name(&fault)),
            None => format!("`{}`", name(&fault)),
        };
        let draft = reporter.at_key(fault.key, fault.value).blank("what", what).blank("words", words.as_str());
        draft.blank("target", target.to_string()).emit();
    }
}

/// True for a file that a kustomization may use as a base: patches of other folders can add to it.
pub fn may_be_completed(document: &Document, context: &Context) -> bool {
    !context.layout.kustomizations_in(&document.path.parent()).is_empty()
}

/// `a`, `b` and `c`, each in backticks.
pub fn listed(names: &[&str], conjunction: &str) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} {conjunction} {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// What has, or should have, the field: "`target` of ExternalSecret".
fn holder(fault: &Fault, mapping: Option<Node>) -> String {
    let kind = fault.manifest.kind();
    match mapping.filter(|mapping| mapping.is_mapping()).and_then(|mapping| mapping.keys_above().pop()) {
        Some(key) => format!("`{key}` of {kind}"),
        None => kind.to_owned(),
    }
}

fn suggestion(name: &str, shape: &Shape) -> String {
    match (name.len() <= LONGEST_SLIP).then(|| closest(name, shape.names())).flatten() {
        Some(near) if near == name => " (only `v1` has it)".to_owned(),
        Some(near) => format!(" (did you mean `{near}`?)"),
        None => String::new(),
    }
}

/// The field's name; of an item in a list, the list's.
fn name<'a>(fault: &Fault<'a>) -> &'a str {
    fault.value.keys_above().pop().unwrap_or_default()
}

/// What may stand there instead of `wrong`. The empty word, which some enumerations hold, is no help.
fn others(values: &[&'static str], wrong: &str) -> Vec<&'static str> {
    values.iter().copied().filter(|value| !value.is_empty() && *value != wrong).collect()
}

fn describe(value: Node) -> &'static str {
    match value.as_str() {
        None if value.is_sequence() => "a list",
        None => "a mapping",
        Some(_) if value.style() != Some(Style::Plain) => "a string",
        Some(_) if value.is_bool() => "a truth value",
        Some(text) if text.parse::<f64>().is_ok() => "a number",
        Some(_) => "a string",
    }
}

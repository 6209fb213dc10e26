//! How often an ExternalSecret looks again, and settings under which it never does.
//!
//! It does not know how often it should: that is the policy's.

use super::schema::{FaultKind, faults, is_filled_in_later};
use super::{Context, Reporter};
use crate::document::{Document, ExternalSecret, Form};
use crate::facts::duration;
use crate::syntax::{Change, New, Node};

/// `invalid-refresh-interval`
pub fn invalid(document: &Document, context: &Context, reporter: &mut Reporter) {
    for fault in faults(document, context) {
        if !matches!(fault.kind, FaultKind::Duration) || !is_refresh(fault.key) {
            continue;
        }
        let (field, value) = (fault.key.as_str().unwrap_or_default(), fault.value.as_str().unwrap_or_default());
        let is_store = fault.manifest.kind().ends_with("SecretStore");
        let takes_seconds = is_store && duration::parse(value).is_some();
        let expected = match (takes_seconds, suggestion(value)) {
            (true, _) => "a whole number of seconds in the target release".to_owned(),
            (false, Some(near)) => format!("a duration, written `{near}`"),
            (false, None) => "a duration such as `1h30m`".to_owned(),
        };
        let draft = reporter.at(fault.value).blank("field", field).blank("value", value);
        draft.blank("expected", expected).fix(converted(value, takes_seconds).and_then(|it| it.at(fault.value))).emit();
    }
}

/// The same time in the form that is taken.
fn converted(value: &str, to_seconds: bool) -> Option<Change> {
    let to = match to_seconds {
        true => {
            let seconds = duration::parse(value).filter(|seconds| *seconds >= 0.0 && seconds.fract() == 0.0)?;
            New::Plain(format!("{seconds:.0}"))
        }
        false => New::Text(suggestion(value)?),
    };
    Some(Change::Value { from: value.to_owned(), to })
}

/// `refresh-interval-ignored`
pub fn ignored(document: &Document, _context: &Context, reporter: &mut Reporter) {
    for external_secret in ExternalSecret::all(document).into_iter().filter(|_| document.form() == Form::Whole) {
        let policy = external_secret.spec.str_at("refreshPolicy");
        let Some(policy @ ("CreatedOnce" | "OnChange")) = policy else { continue };
        for field in ["refreshInterval", "syncWindows"] {
            let Some((key, value)) = external_secret.spec.entry(field) else { continue };
            if !value.is_null() && seconds(value) != Some(0.0) {
                let draft = reporter.at_key(key, value).blank("field", field).blank("policy", policy);
                draft.fix(Change::Remove.at(value)).emit();
            }
        }
    }
}

/// `immutable-target-never-refreshed`
pub fn immutable(document: &Document, _context: &Context, reporter: &mut Reporter) {
    for external_secret in ExternalSecret::all(document).into_iter().filter(|_| document.form() == Form::Whole) {
        let spec = external_secret.spec;
        let Some(immutable) = spec.at("target.immutable").filter(|it| it.is_bool()) else { continue };
        let is_set = immutable.as_str().is_some_and(|text| text.eq_ignore_ascii_case("true"));
        let is_periodic = matches!(spec.str_at("refreshPolicy"), None | Some("Periodic"));
        let is_once = spec.get("refreshInterval").and_then(seconds).is_some_and(|seconds| seconds <= 0.0);
        if is_set && is_periodic && !is_once {
            reporter.at_key(immutable.key().unwrap_or(immutable), immutable).emit();
        }
    }
}

/// True for the keys whose durations are this file's.
pub fn is_refresh(key: Node) -> bool {
    matches!(key.as_str(), Some("refreshInterval" | "refreshTime"))
}

fn seconds(value: Node) -> Option<f64> {
    value.as_str().filter(|_| !is_filled_in_later(value)).and_then(duration::parse)
}

/// What was probably meant: seconds without a unit, or days.
fn suggestion(value: &str) -> Option<String> {
    let days = |days: &str| days.parse::<u32>().ok()?.checked_mul(24).map(|hours| format!("{hours}h"));
    match value.strip_suffix('d') {
        Some(rest) => days(rest),
        None => value.parse::<u64>().ok().map(|seconds| format!("{seconds}s")),
    }
}

//! `external-secrets.refresh-interval`: how often an ExternalSecret is to look again.
//!
//! It does not know which intervals the operator refuses: `refresh` tells those.

use super::{external_secrets, set};
use crate::checks::deployment::head;
use crate::checks::{Deployment, UnitReporter};
use crate::facts::duration;
use crate::graph::Data;
use crate::policy::Duration;
use crate::policy::external_secrets::Interval;

/// What the operator takes where no interval is written.
const USUAL: &str = "1h";

/// `refresh-interval-not-as-agreed`
pub fn interval(deployment: &Deployment, reporter: &mut UnitReporter) {
    let convention = deployment.policy().external_secrets.as_ref().and_then(|it| it.refresh_interval.as_ref());
    let Some(agreed) = convention else { return };
    for (object, spec) in external_secrets(deployment) {
        let written = spec.get("refreshInterval").filter(|interval| !interval.is_null());
        let once = spec.get("refreshPolicy").filter(|it| matches!(it.as_str(), Some("CreatedOnce" | "OnChange")));
        let (place, text, what) = match (once, written) {
            (Some(once), _) => (once.place, "0", format!("`refreshPolicy: {}` never looks again", text(once))),
            (None, Some(interval)) => {
                let Some(text) = interval.as_str() else { continue };
                (interval.place, text, format!("it refreshes every `{text}`"))
            }
            (None, None) => (head(object), USUAL, format!("`refreshInterval` is left out, which means `{USUAL}`")),
        };
        // What is no duration is told by another rule.
        let Some(seconds) = duration::parse(text) else { continue };
        let Some((bound, limit)) = limit(agreed, seconds) else { continue };
        let draft =
            reporter.at(place, text).confidence(deployment.confidence_in(object, crate::model::Confidence::High));
        let draft = draft.blank("what", what).blank("wanted", format!("{bound}`{}`", limit.text));
        let change = once.is_none().then(|| set(spec, "refreshInterval", &limit.text));
        draft.blank("policy", agreed.place.to_string()).fix(change).emit();
    }
}

fn text(data: &Data) -> &str {
    data.as_str().unwrap_or_default()
}

/// What an interval of so many seconds would have to be.
pub fn missed(agreed: &Interval, seconds: f64) -> Option<String> {
    limit(agreed, seconds).map(|(bound, limit)| format!("{bound}`{}`", limit.text))
}

/// What an interval of so many seconds goes past, with the words before it. Zero is never.
fn limit(agreed: &Interval, seconds: f64) -> Option<(&'static str, &Duration)> {
    let never = seconds <= 0.0;
    let differs = |limit: f64| (limit - seconds).abs() > 1e-9;
    match agreed {
        Interval { equals: Some(equals), .. } if differs(equals.seconds) => Some(("", equals)),
        Interval { max: Some(max), .. } if never || seconds > max.seconds => Some(("at most ", max)),
        Interval { min: Some(min), .. } if seconds < min.seconds => Some(("at least ", min)),
        _ => None,
    }
}

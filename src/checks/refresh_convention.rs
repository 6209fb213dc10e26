//! `external-secrets.refresh-interval`: how often an ExternalSecret is to look again.
//!
//! It does not know which intervals the operator refuses: `refresh` tells those.

use super::conventions::external_secrets;
use super::deployment::head;
use super::{Deployment, UnitReporter};
use crate::facts::duration;
use crate::graph::Data;
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
        let Some(wanted) = missed(agreed, seconds) else { continue };
        let draft =
            reporter.at(place, text).confidence(deployment.confidence_in(object, crate::model::Confidence::High));
        draft.blank("what", what).blank("wanted", wanted).blank("policy", agreed.place.to_string()).emit();
    }
}

fn text(data: &Data) -> &str {
    data.as_str().unwrap_or_default()
}

/// What an interval of so many seconds would have to be. Zero is never.
fn missed(agreed: &Interval, seconds: f64) -> Option<String> {
    let never = seconds <= 0.0;
    let differs = |limit: f64| (limit - seconds).abs() > 1e-9;
    if let Some(equals) = agreed.equals.as_ref().filter(|equals| differs(equals.seconds)) {
        return Some(format!("`{}`", equals.text));
    }
    if let Some(max) = agreed.max.as_ref().filter(|max| never || seconds > max.seconds) {
        return Some(format!("at most `{}`", max.text));
    }
    agreed.min.as_ref().filter(|min| seconds < min.seconds).map(|min| format!("at least `{}`", min.text))
}

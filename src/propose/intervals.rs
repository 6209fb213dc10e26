//! `external-secrets.refresh-interval`: the interval that nearly all have, else the longest.
//!
//! It does not know which intervals the operator takes.

use super::facts::{Facts, Seen};
use super::majority::majority;
use super::page::{Entry, quoted};
use crate::facts::duration;
use crate::graph::Place;

/// What the operator takes where no interval is written.
const USUAL: &str = "1h";

pub fn interval(facts: &Facts) -> Option<Entry> {
    let written: Vec<(String, f64, Place)> = facts.external_secrets.iter().filter_map(written).collect();
    // `60s` and `1m` are the same.
    let first = |seconds: f64| written.iter().find(|(_, other, _)| (other - seconds).abs() < 1e-9);
    let named = |(_, seconds, place): &(String, f64, Place)| (first(*seconds).map(|it| it.0.clone()), *place);
    if let Some(agreed) = majority(written.iter().map(named).collect()) {
        return Some(Entry {
            key: "refresh-interval",
            value: format!("{{ equals: {} }}", quoted(&agreed.value)),
            comment: format!("{} of {} ExternalSecrets", agreed.count, agreed.all),
            exceptions: agreed.others,
        });
    }
    let longest = written.iter().max_by(|one, other| one.1.total_cmp(&other.1))?;
    let (never, some): (Vec<_>, Vec<_>) = written.iter().partition(|(_, seconds, _)| *seconds <= 0.0);
    (some.len() > 1 && super::majority::is_most(some.len(), written.len())).then(|| Entry {
        key: "refresh-interval",
        value: format!("{{ max: {} }}", quoted(&longest.0)),
        comment: format!("the longest of {} ExternalSecrets that do not agree", written.len()),
        exceptions: never.into_iter().map(|(text, _, place)| (*place, text.clone())).collect(),
    })
}

/// The interval as it is written, in seconds, and where. What is no duration is told by a rule of its own.
fn written(seen: &Seen) -> Option<(String, f64, Place)> {
    let once = seen.at("refreshPolicy").filter(|it| matches!(it.as_str(), Some("CreatedOnce" | "OnChange")));
    let (text, place) = match (once, seen.at("refreshInterval")) {
        (Some(once), _) => ("0", once.place),
        (None, Some(interval)) => (interval.as_str()?, interval.place),
        (None, None) => (USUAL, seen.head()),
    };
    Some((text.to_owned(), duration::parse(text)?, place))
}

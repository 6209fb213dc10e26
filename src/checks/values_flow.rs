//! Values of charts judged by where they go: what a template writes into a Secret, or into a variable for a credential, is
//! one, whatever it is called.
//!
//! It does not know templates: the graph follows the values.

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::BASE64;

use super::{Deployment, UnitReporter};
use crate::graph::{Graph, Place, Sink, ValueFlow};
use crate::model::Confidence;
use crate::value::{self, Verdict};

/// The rules that judge a value by what it is called: where it goes says more.
pub const BY_NAME: [&str; 2] = ["plaintext-secret-in-values", "weak-default-in-values"];

/// The rule that judges a value by where it goes.
pub const BY_USE: &str = "plaintext-value-used-as-secret";

/// Where values are written that charts take for the names of Secrets or of keys in them, and for nothing else.
pub fn names_in_values(graph: &Graph) -> BTreeSet<Place> {
    let flows = || graph.units.iter().flat_map(|unit| &unit.value_flows);
    let mut names: BTreeSet<Place> = flows().filter(|flow| flow.sink == Sink::Name).map(|flow| flow.value).collect();
    for flow in flows().filter(|flow| flow.sink != Sink::Name) {
        names.remove(&flow.value);
    }
    names
}

/// `plaintext-value-used-as-secret`
pub fn run(deployment: &Deployment, reporter: &mut UnitReporter) {
    // One value can go to several places: the first that says credential is told.
    let mut told: BTreeMap<Place, (&ValueFlow, Confidence)> = BTreeMap::new();
    for flow in &deployment.unit().value_flows {
        if let Some(confidence) = confidence(flow) {
            let known = told.entry(flow.value).or_insert((flow, confidence));
            if known.1 < confidence {
                *known = (flow, confidence);
            }
        }
    }
    for (flow, confidence) in told.into_values() {
        let (what, label) = match &flow.sink {
            Sink::Secret(key) => (format!("the key `{key}` of a Secret"), "written into the Secret here"),
            Sink::Variable(name) => (format!("the variable `{name}`"), "written into the variable here"),
            Sink::Name | Sink::Other => continue,
        };
        let draft = reporter.secret(flow.value, &flow.text).blank("use", what).confidence(confidence);
        draft.related(flow.template, label).emit();
    }
}

/// How sure it is that the value is a credential; `None` where it is none.
fn confidence(flow: &ValueFlow) -> Option<Confidence> {
    let verdict = match &flow.sink {
        Sink::Secret(key) => value::judge_in_secret(key, &decoded(&flow.text)).verdict,
        Sink::Variable(name) => {
            let context = value::Context { keys: &[name], siblings: &Vec::new, quoted: true };
            value::judge(context, &flow.text).verdict
        }
        Sink::Name | Sink::Other => return None,
    };
    match verdict {
        Verdict::Credential(confidence) if confidence > Confidence::Low => Some(confidence),
        _ => None,
    }
}

/// What a Secret would hold of a value that is written down in base64.
fn decoded(text: &str) -> String {
    let decoded = BASE64.decode(text.trim().as_bytes()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    decoded.filter(|text| text.len() >= 4 && !text.contains(char::is_control)).unwrap_or_else(|| text.to_owned())
}

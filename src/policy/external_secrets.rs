//! `external-secrets:` how an organisation writes its ExternalSecrets.
//!
//! It does not know where they stand, nor what they say.

use serde::Deserialize;

use super::layer::layered;
use super::place::Said;
use super::verifier::{Duration, Verifier};
use crate::text::settings::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Shape {
    refresh_interval: Option<Spanned<IntervalShape>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IntervalShape {
    equals: Option<Spanned<String>>,
    min: Option<Spanned<String>>,
    max: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Default)]
pub struct ExternalSecrets {
    pub refresh_interval: Option<Said<Interval>>,
}

/// How often one looks again.
#[derive(Clone, Debug)]
pub struct Interval {
    pub equals: Option<Said<Duration>>,
    pub min: Option<Said<Duration>>,
    pub max: Option<Said<Duration>>,
}

layered!(ExternalSecrets { refresh_interval });

impl Shape {
    pub fn verified(self, verifier: &mut Verifier) -> ExternalSecrets {
        ExternalSecrets { refresh_interval: self.refresh_interval.map(|interval| interval_of(interval, verifier)) }
    }
}

fn interval_of(written: Spanned<IntervalShape>, verifier: &mut Verifier) -> Said<Interval> {
    let (referenced, defined) = (written.referenced, written.defined);
    let IntervalShape { equals, min, max } = written.value;
    let interval =
        Interval { equals: verifier.duration(equals), min: verifier.duration(min), max: verifier.duration(max) };
    verifier.said(Spanned::new(interval, referenced, defined))
}

//! Patches of kustomizations that meet no object.
//!
//! It does not know how kustomize builds: the graph does, and remembers them.

use super::{Deployment, UnitReporter};
use crate::graph::Cause;

/// `patch-selects-nothing`
pub fn selects_nothing(deployment: &Deployment, reporter: &mut UnitReporter) {
    unmatched(deployment, Cause::Idle, reporter);
}

/// `patch-without-object`
pub fn without_object(deployment: &Deployment, reporter: &mut UnitReporter) {
    unmatched(deployment, Cause::Unmatched, reporter);
}

/// Silent where any object is missing from what is seen: it may be the one.
fn unmatched(deployment: &Deployment, cause: Cause, reporter: &mut UnitReporter) {
    let gaps = &deployment.unit().gaps;
    if gaps.iter().any(|gap| !matches!(gap.cause, Cause::Idle | Cause::Unmatched)) {
        return;
    }
    for gap in gaps.iter().filter(|gap| gap.cause == cause) {
        reporter.at(gap.place, &*gap.what).blank("what", &*gap.what).emit();
    }
}

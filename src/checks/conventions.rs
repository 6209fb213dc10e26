//! What the checks of conventions share: their subjects, as a deployment has them.
//!
//! It does not know any convention.

use super::Deployment;
use crate::facts::external_secrets::GROUP;
use crate::graph::{Data, Object};

/// The ExternalSecrets of a unit with their specs, those that a ClusterExternalSecret makes among them. Names with holes
/// and objects that only the cluster completes are left out by what reads them.
pub fn external_secrets<'a>(deployment: &Deployment<'a>) -> impl Iterator<Item = (&'a Object, &'a Data)> {
    deployment.unit().objects.iter().filter_map(|object| match (object.group(), object.kind()) {
        (GROUP, "ExternalSecret") => Some((object, object.data.get("spec")?)),
        (GROUP, "ClusterExternalSecret") => Some((object, object.data.at("spec.externalSecretSpec")?)),
        _ => None,
    })
}

//! What the checks of conventions look at: every object of a tree with its namespace.
//!
//! It does not know what is asked of them.

use crate::graph::{Graph, Object};

/// An object and the namespace it ends up in, if that is known.
pub struct Deployed<'g> {
    pub object: &'g Object,
    pub namespace: Option<&'g str>,
}

/// Each object as a unit deploys it.
pub fn objects<'g>(graph: &Graph<'g>) -> Vec<Deployed<'g>> {
    let of_unit = |unit: &'g crate::graph::Unit| {
        unit.objects.iter().map(|object| Deployed { object, namespace: unit.namespace_of(object) })
    };
    graph.units.iter().flat_map(of_unit).collect()
}

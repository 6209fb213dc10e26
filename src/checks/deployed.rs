//! What the checks of conventions look at: every object of a tree, also those that only the templates of charts hold.
//!
//! It does not know what is asked of them.

use std::borrow::Cow;

use crate::document::Role;
use crate::graph::{Graph, Object, objects_of};

/// An object and the namespace it ends up in, if that is known.
pub struct Deployed<'g> {
    pub object: Cow<'g, Object>,
    pub namespace: Option<String>,
}

/// Each object as a unit deploys it; of charts, as their templates have it.
pub fn objects<'g>(graph: &Graph<'g>) -> Vec<Deployed<'g>> {
    let of_units = graph.units.iter().flat_map(|unit| {
        let deployed = |object: &'g Object| Deployed {
            namespace: unit.namespace_of(object).map(str::to_owned),
            object: Cow::Borrowed(object),
        };
        unit.objects.iter().map(deployed)
    });
    let templates = graph.inventory.all().filter(|(_, contents)| contents.role == Role::ChartTemplate);
    let of_templates = templates
        .flat_map(|(_, contents)| objects_of(contents))
        .map(|object| Deployed { namespace: object.namespace().map(str::to_owned), object: Cow::Owned(object) });
    of_units.chain(of_templates).collect()
}

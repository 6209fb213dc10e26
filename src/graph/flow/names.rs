//! What a graph's stores and Secrets are called, for whoever wants to write a reference to one.
//!
//! It does not know units: a name that any of them knows is worth offering.

use super::{Graph, walk};
use crate::model::Names;

pub fn names(graph: &Graph) -> Names {
    let mut names = Names::default();
    for flow in graph.flows.iter().chain([&graph.stray]) {
        let stores = flow.stores.iter().filter(|store| !walk::is_open(&store.name));
        names.stores.extend(stores.map(|store| (store.kind.name(), store.name.to_string())));
        for producer in flow.producers.iter().filter(|producer| !walk::is_open(&producer.name)) {
            let keys = producer.keys.known.iter().map(|(key, _)| key.to_string());
            names.secrets.entry(producer.name.to_string()).or_default().extend(keys);
        }
    }
    names
}

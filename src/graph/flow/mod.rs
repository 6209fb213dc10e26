//! The secret flow of every unit: which objects make Secrets, which ask for them, which stores they come from, and where a
//! chain breaks.
//!
//! It does not know rules: it says what is, not what is wrong with it.

mod consumers;
mod producers;
mod resolve;
mod stores;
mod unlisted;
mod walk;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

pub use consumers::Consumer;
pub use producers::{Claim, Keys, Producer};
pub use resolve::{Fate, Lookup};
pub use stores::{Store, StoreKind, StoreReference};
pub use unlisted::Unlisted;
pub use walk::{all, is_open};

use super::{Inventory, Object, Place, Unit};
use crate::policy::Externals;

/// What one unit's objects make, want and refer to.
#[derive(Debug, Default)]
pub struct Flow {
    pub producers: Vec<Producer>,
    pub consumers: Vec<Consumer>,
    pub stores: Vec<Store>,
    pub references: Vec<StoreReference>,
}

/// The flows of all units of a tree, side by side.
pub struct Graph<'a> {
    pub inventory: &'a Inventory,
    pub units: &'a [Unit],
    pub flows: Vec<Flow>,
    pub externals: &'a Externals,
    /// Manifests that a kustomization beside them does not list, sorted by file.
    pub unlisted: Vec<Unlisted>,
    index: Index,
}

/// A member of a unit's list: (unit, index in the list).
type Member = (usize, usize);

#[derive(Debug, Default)]
struct Index {
    producers: HashMap<Arc<str>, Vec<Member>>,
    /// Producers of a name with holes.
    patterns: Vec<Member>,
    stores: HashMap<Arc<str>, Vec<Member>>,
    /// The units in which a place of a file is deployed as a reference: overlays of one base share it.
    uses: HashMap<Place, BTreeSet<usize>>,
}

impl<'a> Graph<'a> {
    pub fn new(inventory: &'a Inventory, units: &'a [Unit], externals: &'a Externals) -> Graph<'a> {
        let flows: Vec<Flow> = units.iter().map(Flow::of).collect();
        let index = Index::of(&flows);
        let mut graph = Graph { inventory, units, flows, externals, unlisted: Vec::new(), index };
        graph.unlisted = unlisted::find(&graph);
        graph
    }

    pub fn object(&self, unit: usize, object: usize) -> &'a Object {
        &self.units[unit].objects[object]
    }

    pub fn producer(&self, (unit, index): Member) -> &Producer {
        &self.flows[unit].producers[index]
    }

    pub fn store(&self, (unit, index): Member) -> &Store {
        &self.flows[unit].stores[index]
    }
}

impl Flow {
    fn of(unit: &Unit) -> Flow {
        Flow {
            producers: producers::of_unit(unit),
            consumers: consumers::of_unit(unit),
            stores: stores::of_unit(unit),
            references: stores::references(unit),
        }
    }
}

impl Index {
    fn of(flows: &[Flow]) -> Index {
        let mut index = Index::default();
        for (unit, flow) in flows.iter().enumerate() {
            for (at, producer) in flow.producers.iter().enumerate() {
                match walk::is_open(&producer.name) {
                    true => index.patterns.push((unit, at)),
                    false => index.producers.entry(producer.name.clone()).or_default().push((unit, at)),
                }
            }
            for (at, store) in flow.stores.iter().enumerate() {
                index.stores.entry(store.name.clone()).or_default().push((unit, at));
            }
            let places = flow.consumers.iter().map(|it| it.place).chain(flow.references.iter().map(|it| it.place));
            for place in places {
                index.uses.entry(place).or_default().insert(unit);
            }
        }
        index
    }
}

/// False where both are known and differ. A variable in a namespace can be anything.
pub fn may_be_same(one: Option<&str>, other: Option<&str>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one == other || one.contains("${") || other.contains("${"),
        _ => true,
    }
}

//! The secret flow of every unit: which objects make Secrets, which ask for them, which stores they come from, and where a
//! chain breaks.
//!
//! It does not know rules: it says what is, not what is wrong with it.

mod consumers;
mod draw;
mod names;
mod producers;
mod resolve;
mod stores;
mod unlisted;
mod walk;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

pub use consumers::Consumer;
pub use draw::draw;
pub use names::names;
pub use producers::{Claim, Keys, Producer};
pub use resolve::{Fate, Lookup};
pub use stores::{Store, StoreKind, StoreReference};
pub use unlisted::Unlisted;
pub use walk::{all, is_open};

use super::{Inventory, Object, Place, Unit, UnitKind, is_of_release};
use crate::model::RepoPath;
use crate::policy::{Externals, Policy};

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
    /// What lies beside kustomizations and is deployed by none, as if it were a unit.
    pub strays: Unit,
    stray: Flow,
    pub policy: &'a Policy,
    pub externals: &'a Externals,
    /// Manifests that a kustomization beside them does not list, sorted by file.
    pub unlisted: Vec<Unlisted>,
    index: Index,
    collections: Vec<bool>,
    /// Worked out when a unit's references are first asked for.
    fates: Vec<OnceLock<Vec<Fate>>>,
    lookups: Vec<OnceLock<Vec<Lookup>>>,
    orphans: OnceLock<HashMap<usize, BTreeSet<Place>>>,
}

/// A member of a unit's list: (unit, index in the list).
pub type Member = (usize, usize);

#[derive(Debug, Default)]
struct Index {
    producers: HashMap<Arc<str>, Vec<Member>>,
    /// Producers of a name with holes.
    patterns: Vec<Member>,
    stores: HashMap<Arc<str>, Vec<Member>>,
    consumers: HashMap<Arc<str>, Vec<Member>>,
    /// Consumers of a name with holes.
    open_consumers: Vec<Member>,
    /// The units in which a place of a file is deployed as a reference: overlays of one base share it.
    uses: HashMap<Place, BTreeSet<usize>>,
}

impl<'a> Graph<'a> {
    pub fn new(inventory: &'a Inventory, units: &'a [Unit], strays: Vec<Object>, policy: &'a Policy) -> Graph<'a> {
        let strays = Unit::new(&RepoPath::from(""), UnitKind::Folder, strays);
        let flows: Vec<Flow> = units.iter().map(Flow::of).collect();
        let index = Index::of(units, &flows);
        let collections = units.iter().map(is_collection).collect();
        let mut graph = Graph {
            inventory,
            units,
            stray: Flow::of(&strays),
            strays,
            policy,
            externals: &policy.externals,
            unlisted: Vec::new(),
            index,
            collections,
            fates: flows.iter().map(|_| OnceLock::new()).collect(),
            lookups: flows.iter().map(|_| OnceLock::new()).collect(),
            orphans: OnceLock::new(),
            flows,
        };
        graph.unlisted = unlisted::find(&graph);
        graph
    }

    /// True for a folder of samples: some of its objects could not be in one cluster together.
    pub fn is_collection(&self, unit: usize) -> bool {
        self.collections[unit]
    }

    pub fn object(&self, unit: usize, object: usize) -> &'a Object {
        &self.units[unit].objects[object]
    }

    /// What becomes of each of the unit's consumers, in their order.
    pub fn fates(&self, unit: usize) -> &[Fate] {
        let fate = |consumer: &Consumer| self.fate(unit, consumer);
        self.fates[unit].get_or_init(|| self.flows[unit].consumers.iter().map(fate).collect())
    }

    /// What becomes of each of the unit's references to stores, in their order.
    pub fn lookups(&self, unit: usize) -> &[Lookup] {
        let lookup = |reference: &StoreReference| self.lookup(unit, reference);
        self.lookups[unit].get_or_init(|| self.flows[unit].references.iter().map(lookup).collect())
    }

    /// The places, in any unit, that refer to what an unlisted manifest would have made.
    pub fn left_by(&self, unlisted: usize) -> impl Iterator<Item = Place> {
        let orphans = self.orphans.get_or_init(|| self.orphans());
        orphans.get(&unlisted).into_iter().flatten().copied()
    }

    fn orphans(&self) -> HashMap<usize, BTreeSet<Place>> {
        let mut orphans: HashMap<usize, BTreeSet<Place>> = HashMap::new();
        for (unit, flow) in self.flows.iter().enumerate() {
            for (consumer, fate) in flow.consumers.iter().zip(self.fates(unit)) {
                if let Fate::Unlisted(index) = fate {
                    orphans.entry(*index).or_default().insert(consumer.place);
                }
            }
            for (reference, lookup) in flow.references.iter().zip(self.lookups(unit)) {
                if let Lookup::Unlisted(index) = lookup {
                    orphans.entry(*index).or_default().insert(reference.place);
                }
            }
        }
        orphans
    }

    /// True where nothing that a chart makes or asks for can matter to any other unit.
    pub fn charts_stand_alone(&self) -> bool {
        let units = self.units.iter().zip(&self.flows);
        let (charts, others): (Vec<_>, Vec<_>) = units.partition(|(unit, _)| unit.kind == UnitKind::Chart);
        let shows = |(unit, flow): (&Unit, &Flow)| {
            let names = flow.producers.iter().map(|it| &it.name).chain(flow.consumers.iter().map(|it| &it.name));
            names.into_iter().any(|name| is_shown(name)) || !flow.stores.is_empty() || holds_flux(unit)
        };
        let may_look = |(unit, flow): (&Unit, &Flow)| flow.is_something() || holds_flux(unit);
        let is_looked_at = may_look((&self.strays, &self.stray)) || others.into_iter().any(may_look);
        !is_looked_at || !charts.into_iter().any(shows)
    }

    /// Everybody, in any unit, who asks for a Secret of that name.
    pub fn consumers_of(&self, name: &str) -> impl Iterator<Item = &Consumer> {
        let members = self.index.consumers.get(name).into_iter().flatten();
        let open =
            self.index.open_consumers.iter().filter(move |member| walk::matches(&self.consumer(**member).name, name));
        members.chain(open).map(|member| self.consumer(*member))
    }

    fn consumer(&self, (unit, index): Member) -> &Consumer {
        &self.flows[unit].consumers[index]
    }

    pub fn producer(&self, (unit, index): Member) -> &Producer {
        &self.flows[unit].producers[index]
    }

    pub fn store(&self, (unit, index): Member) -> &Store {
        &self.flows[unit].stores[index]
    }
}

impl Flow {
    fn is_something(&self) -> bool {
        let made = self.producers.len() + self.stores.len();
        made + self.consumers.len() + self.references.len() > 0
    }

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
    fn of(units: &[Unit], flows: &[Flow]) -> Index {
        let mut index = Index::default();
        for (unit, flow) in flows.iter().enumerate() {
            if units[unit].kind == UnitKind::Chart {
                index.chart(unit, flow);
                continue;
            }
            for (at, producer) in flow.producers.iter().enumerate() {
                match walk::is_open(&producer.name) {
                    true => index.patterns.push((unit, at)),
                    false => index.producers.entry(producer.name.clone()).or_default().push((unit, at)),
                }
            }
            for (at, store) in flow.stores.iter().enumerate() {
                index.stores.entry(store.name.clone()).or_default().push((unit, at));
            }
            for (at, consumer) in flow.consumers.iter().enumerate() {
                match walk::is_open(&consumer.name) {
                    true => index.open_consumers.push((unit, at)),
                    false => index.consumers.entry(consumer.name.clone()).or_default().push((unit, at)),
                }
            }
            let places = flow.consumers.iter().map(|it| it.place).chain(flow.references.iter().map(|it| it.place));
            for place in places {
                index.uses.entry(place).or_default().insert(unit);
            }
        }
        index
    }
}

impl Index {
    /// Of a chart others see what is called the same in each of its releases.
    fn chart(&mut self, unit: usize, flow: &Flow) {
        for (at, producer) in flow.producers.iter().enumerate().filter(|(_, producer)| is_shown(&producer.name)) {
            self.producers.entry(producer.name.clone()).or_default().push((unit, at));
        }
        for (at, consumer) in flow.consumers.iter().enumerate().filter(|(_, consumer)| is_shown(&consumer.name)) {
            self.consumers.entry(consumer.name.clone()).or_default().push((unit, at));
        }
    }
}

/// True for a name in a chart that is the same in each of its releases.
fn is_shown(name: &str) -> bool {
    !walk::is_open(name) && !is_of_release(name)
}

/// True where an object may apply what another unit holds.
fn holds_flux(unit: &Unit) -> bool {
    unit.objects.iter().any(|object| object.is("kustomize.toolkit.fluxcd.io", "Kustomization"))
}

fn is_collection(unit: &Unit) -> bool {
    let mut seen = HashMap::new();
    unit.kind == UnitKind::Folder
        && unit.objects.iter().any(|object| {
            let id = (object.group().to_owned(), object.kind().to_owned(), object.namespace(), object.name_text());
            let file = object.data.place.file;
            *seen.entry(id).or_insert(file) != file
        })
}

/// False where both are known and differ. A variable in a namespace can be anything.
pub fn may_be_same(one: Option<&str>, other: Option<&str>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one == other || one.contains("${") || other.contains("${"),
        _ => true,
    }
}

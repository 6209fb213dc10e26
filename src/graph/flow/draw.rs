//! The graph as plain data that can be drawn.
//!
//! It does not know formats, nor lines: whoever asks says where a place is.

use std::collections::BTreeMap;

use super::{Fate, Graph, Lookup, Member, walk};
use crate::facts::consumers::Delivery;
use crate::graph::{Object, Place, UnitKind};
use crate::model::{Flow, FlowMaker, FlowPlace, FlowReader, FlowSecret, FlowStore, FlowUnit};

type Secrets = BTreeMap<(Option<String>, String), FlowSecret>;

/// The flow of every unit that has one.
pub fn draw(graph: &Graph, locate: &dyn Fn(Place) -> FlowPlace) -> Flow {
    let unit = |unit: usize| Drawing { graph, unit, locate, secrets: Secrets::new() }.unit();
    let units = (0..graph.units.len()).map(unit).filter(|unit| !unit.secrets.is_empty());
    Flow { units: units.collect() }
}

struct Drawing<'a> {
    graph: &'a Graph<'a>,
    unit: usize,
    locate: &'a dyn Fn(Place) -> FlowPlace,
    secrets: Secrets,
}

impl Drawing<'_> {
    fn unit(mut self) -> FlowUnit {
        self.producers();
        self.consumers();
        let unit = &self.graph.units[self.unit];
        FlowUnit {
            name: unit.name.clone(),
            kind: kind(unit.kind),
            complete: unit.complete,
            secrets: self.secrets.into_values().collect(),
        }
    }

    fn secret(&mut self, namespace: Option<&str>, name: &str) -> &mut FlowSecret {
        let key = (namespace.map(str::to_owned), name.to_owned());
        self.secrets.entry(key).or_insert_with_key(|(namespace, name)| FlowSecret {
            name: name.clone(),
            namespace: namespace.clone(),
            keys: Vec::new(),
            open: false,
            makers: Vec::new(),
            readers: Vec::new(),
            fault: None,
        })
    }

    fn producers(&mut self) {
        let graph = self.graph;
        for producer in graph.flows[self.unit].producers.iter().filter(|producer| !walk::is_open(&producer.name)) {
            let object = graph.object(self.unit, producer.object);
            let maker = FlowMaker {
                object: describe(object),
                place: (self.locate)(producer.place),
                stores: self.stores(producer.object),
                remote: remote(object),
            };
            let secret = self.secret(producer.namespace.as_deref(), &producer.name);
            secret.keys.extend(producer.keys.known.iter().map(|(key, _)| key.to_string()));
            secret.keys.sort();
            secret.keys.dedup();
            secret.open |= producer.keys.open;
            secret.makers.push(maker);
        }
    }

    fn stores(&self, object: usize) -> Vec<FlowStore> {
        let flow = &self.graph.flows[self.unit];
        let references = flow.references.iter().zip(self.graph.lookups(self.unit));
        let mut stores: Vec<FlowStore> = references
            .filter(|(reference, _)| reference.object == object)
            .map(|(reference, lookup)| FlowStore {
                object: format!("{} {}", reference.kind.name(), reference.name),
                fault: match lookup {
                    Lookup::Found(_) | Lookup::Elsewhere | Lookup::Unknown { others: false } => None,
                    Lookup::OtherKind(_) => Some("it is of the other kind".to_owned()),
                    Lookup::OtherNamespace(_) => Some("it is in another namespace".to_owned()),
                    Lookup::Renamed(_) => Some("a prefix has renamed it".to_owned()),
                    Lookup::Unlisted(_) => Some("no kustomization lists it".to_owned()),
                    Lookup::OnlyIn(_) => Some("only another overlay defines it".to_owned()),
                    Lookup::Misnamed(_) | Lookup::Unknown { others: true } => Some("there is none".to_owned()),
                },
            })
            .collect();
        stores.sort_by(|one, other| one.object.cmp(&other.object));
        stores.dedup();
        stores
    }

    fn consumers(&mut self) {
        let graph = self.graph;
        for (consumer, fate) in graph.flows[self.unit].consumers.iter().zip(graph.fates(self.unit)) {
            let mut reader = FlowReader {
                object: describe(graph.object(self.unit, consumer.object)),
                place: (self.locate)(consumer.place),
                keys: consumer.keys.iter().map(|(key, _)| key.to_string()).collect(),
                delivery: delivery(consumer.delivery),
                optional: consumer.optional,
                fault: None,
            };
            let namespace = match fate {
                Fate::Found { producers, missing } => {
                    let keys: Vec<&str> = missing.iter().map(|&index| &*consumer.keys[index].0).collect();
                    reader.fault = (!keys.is_empty()).then(|| format!("no key {}", keys.join(", ")));
                    own(producers, self.unit).and_then(|member| graph.producer(member).namespace.as_deref())
                }
                _ => consumer.namespace.as_deref(),
            };
            let secret = self.secret(namespace, &consumer.name);
            secret.fault = secret.fault.take().or(fault(graph, fate));
            secret.readers.push(reader);
        }
    }
}

fn own(producers: &[Member], unit: usize) -> Option<Member> {
    producers.iter().copied().find(|(owner, _)| *owner == unit)
}

/// Why nobody makes the Secret.
fn fault(graph: &Graph, fate: &Fate) -> Option<String> {
    let made = |member: &Member| graph.producer(*member);
    Some(match fate {
        Fate::Found { .. } | Fate::Elsewhere => return None,
        Fate::OnlyIn(members) => format!("only {} makes it", graph.units[members[0].0].name),
        Fate::Unlisted(_) => "what makes it is in no kustomization".to_owned(),
        Fate::OtherNamespace(members) => {
            format!("made in namespace {}", made(&members[0]).namespace.as_deref().unwrap_or("?"))
        }
        Fate::Renamed(member) => format!("a prefix has made it `{}`", made(member).name),
        Fate::Misnamed(member) => format!("nobody makes it; `{}` is made", made(member).name),
        Fate::Unknown => "nobody in this repository makes it".to_owned(),
    })
}

/// What an object fetches: key, and the backend's name for it.
fn remote(object: &Object) -> Vec<(String, String)> {
    let text = |data: &crate::graph::Data, path: &str| data.str_at(path).unwrap_or_default().to_owned();
    let with_property = |reference: &crate::graph::Data| match reference.str_at("property") {
        Some(property) => format!("{}#{property}", text(reference, "key")),
        None => text(reference, "key"),
    };
    let mut fetched = Vec::new();
    for entry in walk::all(&object.data, "spec.data[]") {
        if let Some(reference) = entry.get("remoteRef") {
            fetched.push((text(entry, "secretKey"), with_property(reference)));
        }
    }
    let extracts = walk::all(&object.data, "spec.dataFrom[].extract").into_iter();
    fetched.extend(extracts.map(|reference| (String::new(), with_property(reference))));
    if let (Some(mount), Some(path)) = (object.data.str_at("spec.mount"), object.data.str_at("spec.path")) {
        fetched.push((String::new(), format!("{mount}/{path}")));
    }
    fetched
}

fn describe(object: &Object) -> String {
    format!("{} {}", object.kind(), object.name_text().unwrap_or("?"))
}

fn kind(kind: UnitKind) -> &'static str {
    match kind {
        UnitKind::Kustomization => "kustomization",
        UnitKind::Folder => "folder",
        UnitKind::Chart => "chart",
        UnitKind::Release => "release",
        UnitKind::Stream => "stream",
    }
}

fn delivery(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::Variable | Delivery::Environment => "environment",
        Delivery::File => "file",
        Delivery::ImagePull => "image pull",
        Delivery::Controller => "controller",
    }
}

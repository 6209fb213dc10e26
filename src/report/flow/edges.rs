//! The flow as nodes and edges, which is all that a picture needs.
//!
//! It does not know which language draws them.

use std::collections::BTreeMap;

use crate::model::FlowUnit;

/// What a node is, for its shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    Store,
    Maker,
    Secret,
    Reader,
}

pub struct Edge {
    pub from: usize,
    pub to: usize,
    pub label: String,
    pub fault: Option<String>,
}

/// Nodes in the order in which they are first met; an edge names them by index.
#[derive(Default)]
pub struct Network {
    pub nodes: Vec<(Shape, String)>,
    pub edges: Vec<Edge>,
    known: BTreeMap<(Shape, String), usize>,
}

impl Network {
    pub fn of(unit: &FlowUnit) -> Network {
        let mut network = Network::default();
        for secret in &unit.secrets {
            let namespace = secret.namespace.as_ref().map_or_else(String::new, |namespace| format!("{namespace}/"));
            let node = network.node(Shape::Secret, format!("Secret {namespace}{}", secret.name));
            for maker in &secret.makers {
                let from = network.node(Shape::Maker, maker.object.clone());
                network.edge(from, node, String::new(), None);
                for store in &maker.stores {
                    let source = network.node(Shape::Store, store.object.clone());
                    network.edge(source, from, String::new(), store.fault.clone());
                }
            }
            for reader in &secret.readers {
                let to = network.node(Shape::Reader, reader.object.clone());
                let fault = reader.fault.clone().or_else(|| secret.fault.clone());
                network.edge(node, to, reader.keys.join(", "), fault);
            }
        }
        network
    }

    fn node(&mut self, shape: Shape, label: String) -> usize {
        let next = self.nodes.len();
        let key = (shape, label);
        *self.known.entry(key.clone()).or_insert_with(|| {
            self.nodes.push(key);
            next
        })
    }

    fn edge(&mut self, from: usize, to: usize, label: String, fault: Option<String>) {
        let is_known = |edge: &Edge| (edge.from, edge.to, &edge.label) == (from, to, &label) && edge.fault == fault;
        if !self.edges.iter().rev().take(64).any(is_known) {
            self.edges.push(Edge { from, to, label, fault });
        }
    }
}

//! The way of secrets through deployments, ready to be drawn: store → object → Secret → whoever reads it.
//!
//! It does not know how it was worked out, nor any format.

use super::RepoPath;

/// Every unit that has any Secret to show, sorted by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    pub units: Vec<FlowUnit>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowUnit {
    pub name: String,
    /// `kustomization`, `folder`, …
    pub kind: &'static str,
    /// False when there may be more than is seen.
    pub complete: bool,
    pub secrets: Vec<FlowSecret>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowSecret {
    pub name: String,
    pub namespace: Option<String>,
    pub keys: Vec<String>,
    /// There may be other keys.
    pub open: bool,
    pub makers: Vec<FlowMaker>,
    pub readers: Vec<FlowReader>,
    /// Why nobody can read it: no one makes it.
    pub fault: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowMaker {
    /// `ExternalSecret db`.
    pub object: String,
    pub place: FlowPlace,
    pub stores: Vec<FlowStore>,
    /// What is fetched: the Secret's key (empty for all there are) and the backend's name of it.
    pub remote: Vec<(String, String)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowStore {
    /// `ClusterSecretStore vault`.
    pub object: String,
    pub fault: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowReader {
    /// `Deployment web`.
    pub object: String,
    pub place: FlowPlace,
    /// Empty for the whole Secret.
    pub keys: Vec<String>,
    /// `environment`, `file`, `image pull`, `controller`.
    pub delivery: &'static str,
    pub optional: bool,
    pub fault: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FlowPlace {
    pub path: RepoPath,
    /// From 1.
    pub line: u32,
}

/// Which part of the flow is wanted; nothing set is all of it.
#[derive(Clone, Debug, Default)]
pub struct FlowFilter {
    pub secret: Option<String>,
    pub workload: Option<String>,
    pub store: Option<String>,
}

impl Flow {
    /// Only what `filter` asks for.
    pub fn only(mut self, filter: &FlowFilter) -> Flow {
        for unit in &mut self.units {
            unit.secrets.retain(|secret| filter.takes(secret));
        }
        self.units.retain(|unit| !unit.secrets.is_empty());
        self
    }
}

impl FlowSecret {
    pub fn is_broken(&self) -> bool {
        self.fault.is_some()
            || self.readers.iter().any(|reader| reader.fault.is_some())
            || self.makers.iter().any(|maker| maker.stores.iter().any(|store| store.fault.is_some()))
    }
}

impl FlowFilter {
    fn takes(&self, secret: &FlowSecret) -> bool {
        let is_name = |wanted: &Option<String>, object: &str| {
            wanted.as_ref().is_none_or(|wanted| object == wanted || object.split(' ').nth(1) == Some(wanted))
        };
        let stores = || secret.makers.iter().flat_map(|maker| &maker.stores);
        self.secret.as_ref().is_none_or(|wanted| secret.name == *wanted)
            && (self.workload.is_none() || secret.readers.iter().any(|reader| is_name(&self.workload, &reader.object)))
            && (self.store.is_none() || stores().any(|store| is_name(&self.store, &store.object)))
    }
}

//! An object on its way through a build: what it is now, and every name it had.
//!
//! It does not know which step changes it.

use std::sync::Arc;

use super::config::Selected;
use super::schema;
use crate::graph::data::{Data, Place};
use crate::graph::object::{Object, Opacity};

/// Stands for the namespace of objects that have none; no namespace can be called that.
const CLUSTER: &str = "_cluster_";

#[derive(Clone, Debug)]
pub struct Resource {
    pub object: Object,
    /// Oldest first.
    pub previous: Vec<PastId>,
    pub prefixes: Vec<Arc<str>>,
    pub suffixes: Vec<Arc<str>>,
    /// The content's hash will end the name.
    pub hashed: bool,
    /// The variables that read from it.
    pub variables: Vec<Arc<str>>,
}

/// What an object was called before a step renamed it. Its group and version are those it has now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastId {
    pub kind: Arc<str>,
    pub name: Arc<str>,
    /// Effective: `default` where none was written.
    pub namespace: Arc<str>,
}

/// Who an object is within one build. Two objects never share it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Id {
    pub api_version: Arc<str>,
    pub kind: Arc<str>,
    pub name: Arc<str>,
    /// Effective.
    pub namespace: Arc<str>,
}

impl Resource {
    pub fn new(object: Object) -> Resource {
        let (previous, prefixes, suffixes, variables) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Resource { object, previous, prefixes, suffixes, hashed: false, variables }
    }

    pub fn data(&self) -> &Data {
        &self.object.data
    }

    pub fn kind(&self) -> &str {
        self.object.kind()
    }

    pub fn name(&self) -> &str {
        self.data().str_at("metadata.name").unwrap_or_default()
    }

    /// As written; empty where none is.
    pub fn namespace(&self) -> &str {
        self.object.namespace().unwrap_or_default()
    }

    pub fn is_cluster_scoped(&self) -> bool {
        schema::is_cluster_scoped(self.data().str_at("apiVersion").unwrap_or_default(), self.kind())
    }

    pub fn effective_namespace(&self) -> &str {
        if self.is_cluster_scoped() { CLUSTER } else { effective(self.namespace()) }
    }

    pub fn id(&self) -> Id {
        let text = |path: &str| self.data().at(path).and_then(Data::shared_text).cloned().unwrap_or_default();
        let namespace = match self.data().at("metadata.namespace").and_then(Data::shared_text) {
            Some(text) if !text.is_empty() && !self.is_cluster_scoped() => text.clone(),
            _ => self.effective_namespace().into(),
        };
        Id { api_version: text("apiVersion"), kind: text("kind"), name: text("metadata.name"), namespace }
    }

    /// Its kind, name and namespace when it was read.
    pub fn original(&self) -> (&str, &str, &str) {
        match self.previous.first() {
            Some(past) => (&past.kind, &past.name, &past.namespace),
            None => (self.kind(), self.name(), self.effective_namespace()),
        }
    }

    /// True when it has, or ever had, this id.
    pub fn was_ever(&self, id: &Id) -> bool {
        self.data().str_at("apiVersion") == Some(&id.api_version)
            && self
                .names()
                .any(|(kind, name, namespace)| (kind, name, namespace) == (&id.kind, &id.name, &id.namespace))
    }

    /// Kind, name and effective namespace: now, then as they were.
    pub fn names(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        let past = self.previous.iter().map(|past| (&*past.kind, &*past.name, &*past.namespace));
        std::iter::once((self.kind(), self.name(), self.effective_namespace())).chain(past)
    }

    /// True when `selected` means this group and version, and a kind it had first.
    pub fn was_selected(&self, selected: &Selected) -> bool {
        selected.matches(self.object.group(), self.object.version(), self.original().0)
    }

    /// Keeps what it is called now, before a step changes it.
    pub fn remember(&mut self) {
        let Id { kind, name, namespace, .. } = self.id();
        self.previous.push(PastId { kind, name, namespace });
    }

    /// Gives it a name; the place stays the one where the name is written.
    pub fn rename(&mut self, name: String) {
        set_metadata(&mut self.object.data, "name", name);
    }

    /// Takes the place of a generated object: its names, its labels, and with `merge` its data too.
    pub fn inherit(&mut self, known: &Resource, merge: bool) {
        self.previous.clone_from(&known.previous);
        self.prefixes.clone_from(&known.prefixes);
        self.suffixes.clone_from(&known.suffixes);
        self.variables.clone_from(&known.variables);
        self.hashed &= known.hashed;
        let (data, known) = (&mut self.object, &known.object);
        data.written = known.written.clone();
        if data.opaque.is_none() {
            data.opaque.clone_from(&known.opaque);
        }
        for path in [&["metadata", "labels"][..], &["metadata", "annotations"]] {
            join(&mut data.data, &known.data, path);
        }
        for path in [&["data"][..], &["binaryData"]].into_iter().filter(|_| merge) {
            join(&mut data.data, &known.data, path);
        }
        for key in ["name", "namespace"] {
            if let Some(text) = known.data.at("metadata").and_then(|metadata| metadata.get(key)) {
                data.data.get_mut("metadata").into_iter().for_each(|metadata| metadata.set(key, text.clone()));
            }
        }
    }

    /// Says that its data may be wrong from here on; the first reason stays.
    pub fn obscure(&mut self, reason: &str, place: Place) {
        self.object.opaque.get_or_insert_with(|| Opacity { reason: reason.into(), place });
    }
}

/// The namespace that an object without one lands in.
pub fn effective(namespace: &str) -> &str {
    if namespace.is_empty() { "default" } else { namespace }
}

/// The id that a document claims, as a patch does.
pub fn id_of(data: &Data) -> Option<Id> {
    Some(Resource::new(Object::of(data.clone())?).id())
}

/// Writes `metadata.<key>`; where the key is there, at its place.
pub fn set_metadata(data: &mut Data, key: &str, text: impl Into<Arc<str>>) {
    let place = data.place;
    if data.get("metadata").is_none_or(|metadata| !metadata.is_mapping()) {
        data.set("metadata", Data::mapping(Vec::new(), place));
    }
    let Some(metadata) = data.get_mut("metadata") else { return };
    let place = metadata.get(key).map_or(metadata.place, |known| known.place);
    metadata.set(key, Data::text(text, place));
}

/// Adds the entries of a mapping that `data` lacks.
fn join(data: &mut Data, known: &Data, path: &[&str]) {
    let Some(from) = path.iter().try_fold(known, |known, key| known.get(key)) else { return };
    let mut target = data;
    for key in path {
        if target.get(key).is_none() {
            target.set(key, Data::mapping(Vec::new(), from.place));
        }
        let Some(next) = target.get_mut(key) else { return };
        target = next;
    }
    for (key, value) in from.entries() {
        if let Some(name) = key.as_str().filter(|name| target.get(name).is_none()) {
            target.set(name, value.clone());
        }
    }
}

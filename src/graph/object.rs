//! A Kubernetes object as a unit deploys it: after the build its data is what the cluster would get.
//!
//! It does not know its references, nor whether what it says is allowed.

use std::sync::Arc;

use super::data::{Data, Place};

/// Who an object is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    /// Empty for the core group.
    pub group: Arc<str>,
    pub kind: Arc<str>,
    pub namespace: Option<Arc<str>>,
    pub name: Arc<str>,
}

/// Why an object's data cannot be trusted to be all of the truth, and where that is decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opacity {
    /// The end of "it is changed by …": `a plugin that is not run`.
    pub reason: Arc<str>,
    pub place: Place,
}

#[derive(Clone, Debug)]
pub struct Object {
    /// Effective: names, namespaces and patches applied. Each node keeps the place where it, or what it was made from, is
    /// written.
    pub data: Data,
    /// As its file names it.
    pub written: ObjectId,
    /// Something touches it that is not understood: what its data says may be wrong.
    pub opaque: Option<Opacity>,
    /// Made by a generator of a kustomization: it stands in no file of its own.
    pub generated: bool,
}

impl Object {
    /// `None` for what is no object: `kind` is missing. kustomize does without `apiVersion`, a cluster does not.
    pub fn of(data: Data) -> Option<Object> {
        let written = ObjectId::of(&data)?;
        Some(Object { data, written, opaque: None, generated: false })
    }

    /// Empty for the core group.
    pub fn group(&self) -> &str {
        group_of(self.data.str_at("apiVersion").unwrap_or_default())
    }

    /// `v1` of `external-secrets.io/v1`.
    pub fn version(&self) -> &str {
        let api_version = self.data.str_at("apiVersion").unwrap_or_default();
        api_version.split_once('/').map_or(api_version, |(_, version)| version)
    }

    pub fn kind(&self) -> &str {
        self.data.str_at("kind").unwrap_or_default()
    }

    /// `is("external-secrets.io", "ExternalSecret")`: kinds of the same name exist in several groups.
    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.kind() == kind && self.group() == group
    }

    /// The effective name: its text as the cluster gets it, its place where the name is written.
    pub fn name(&self) -> Option<&Data> {
        self.data.at("metadata.name").filter(|name| name.as_str().is_some_and(|name| !name.is_empty()))
    }

    /// The effective name's text.
    pub fn name_text(&self) -> Option<&str> {
        self.name()?.as_str()
    }

    /// The effective namespace, where the manifests say one; a unit may know one for those that do not.
    pub fn namespace(&self) -> Option<&str> {
        self.data.str_at("metadata.namespace").filter(|namespace| !namespace.is_empty())
    }

    /// `group/Kind/namespace/name` as effective.
    pub fn subject(&self) -> String {
        let (namespace, name) = (self.namespace().unwrap_or_default(), self.name_text().unwrap_or_default());
        format!("{}/{}/{namespace}/{name}", self.group(), self.kind())
    }
}

impl ObjectId {
    pub fn of(data: &Data) -> Option<ObjectId> {
        let text = |path: &str| data.at(path).filter(|value| !value.is_null()).and_then(Data::shared_text).cloned();
        Some(ObjectId {
            group: group_of(data.str_at("apiVersion").unwrap_or_default()).into(),
            kind: text("kind")?,
            namespace: text("metadata.namespace").filter(|namespace| !namespace.is_empty()),
            name: text("metadata.name").unwrap_or_default(),
        })
    }
}

fn group_of(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

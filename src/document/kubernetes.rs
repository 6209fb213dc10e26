//! A Kubernetes object as it is written: identity and the places where workloads hold credentials.
//!
//! It does not know what deploys it, nor its effective name.

use crate::syntax::Node;

/// A mapping with `apiVersion` and `kind`.
#[derive(Clone, Copy)]
pub struct Manifest<'a> {
    pub root: Node<'a>,
    api_version: &'a str,
    kind: &'a str,
}

impl<'a> Manifest<'a> {
    pub fn of(root: Node<'a>) -> Option<Manifest<'a>> {
        let (api_version, kind) = (root.get("apiVersion")?.as_str()?, root.get("kind")?.as_str()?);
        Some(Manifest { root, api_version, kind })
    }

    pub fn kind(&self) -> &'a str {
        self.kind
    }

    pub fn api_version(&self) -> &'a str {
        self.api_version
    }

    /// Empty for the core group.
    pub fn group(&self) -> &'a str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// `v1` of `external-secrets.io/v1`.
    pub fn version(&self) -> &'a str {
        self.api_version.split_once('/').map_or(self.api_version, |(_, version)| version)
    }

    /// `is("external-secrets.io", "ExternalSecret")`: kinds of the same name exist in several groups.
    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.group() == group && self.kind == kind
    }

    pub fn name(&self) -> Option<&'a str> {
        self.root.str_at("metadata.name")
    }

    pub fn namespace(&self) -> Option<&'a str> {
        self.root.str_at("metadata.namespace")
    }

    /// `group/Kind/namespace/name` as written.
    pub fn subject(&self) -> String {
        let part = |part: Option<&str>| part.unwrap_or("").to_owned();
        format!("{}/{}/{}/{}", self.group(), self.kind, part(self.namespace()), part(self.name()))
    }
}

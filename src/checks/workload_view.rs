//! What a workload says of Secrets, field by field, as it is written: in a manifest, in a chart's template, or in the
//! values that a chart makes one from.
//!
//! It does not judge, and it does not know what is deployed with what.

use crate::document::{Document, Form, Role};
use crate::facts::consumers::{POD_SPECS, pod_spec};
use crate::syntax::Node;

/// One workload, or one file of values.
pub struct Workload<'a> {
    /// The manifest, or the values.
    pub root: Node<'a>,
    pub is_values: bool,
    /// A part of a workload: what it lacks may stand elsewhere.
    pub is_part: bool,
    pub variables: Vec<Variable<'a>>,
    pub sources: Vec<Source<'a>>,
    pub volumes: Vec<Volume<'a>>,
    pub mounts: Vec<Mount<'a>>,
}

/// `valueFrom.secretKeyRef` of an environment variable.
pub struct Variable<'a> {
    /// The variable's name, where it has one.
    pub variable: Option<&'a str>,
    pub name: Node<'a>,
    pub key: Option<Node<'a>>,
}

/// A Secret that becomes environment variables as a whole.
pub struct Source<'a> {
    pub name: Node<'a>,
    /// The field that says so: `secretRef`.
    pub field: Node<'a>,
}

/// A volume with a Secret in it.
pub struct Volume<'a> {
    pub volume: &'a str,
    /// The name of the Secret.
    pub name: Node<'a>,
}

/// A volume in a container.
pub struct Mount<'a> {
    pub volume: &'a str,
    pub path: Node<'a>,
    pub read_only: Option<Node<'a>>,
}

impl<'a> Workload<'a> {
    pub fn all(document: &Document<'a>) -> Vec<Workload<'a>> {
        if *document.role == Role::ChartValues {
            return vec![Workload::read(document.root, document.root, true, true)];
        }
        let mut found = Vec::new();
        for manifest in document.manifests() {
            let inline = match (manifest.group(), manifest.kind()) {
                ("helm.toolkit.fluxcd.io", "HelmRelease") => manifest.root.at("spec.values"),
                ("argoproj.io", "Application") => manifest.root.at("spec.source.helm.valuesObject"),
                _ => None,
            };
            let spec = pod_path(manifest.group(), manifest.kind()).and_then(|path| manifest.root.at(path));
            found.extend(inline.map(|values| Workload::read(manifest.root, values, true, true)));
            found
                .extend(spec.map(|spec| Workload::read(manifest.root, spec, false, document.form() == Form::Fragment)));
        }
        found
    }

    fn read(root: Node<'a>, within: Node<'a>, is_values: bool, is_part: bool) -> Workload<'a> {
        let (variables, sources, volumes, mounts) = Default::default();
        let mut workload = Workload { root, is_values, is_part, variables, sources, volumes, mounts };
        workload.walk(within);
        workload
    }

    /// Recursion is as deep as the parsers let collections nest.
    fn walk(&mut self, node: Node<'a>) {
        if node.is_alias() {
            return;
        }
        self.volumes.extend(volume(node));
        self.mounts.extend(mount(node));
        for (key, value) in node.own_entries() {
            match key.as_str().unwrap_or_default() {
                "secretKeyRef" if value.is_mapping() => self.variables.extend(variable(value)),
                "secretRef" if value.is_mapping() && key_of_list(node).is_some_and(takes_all) => {
                    self.sources.extend(value.get("name").map(|name| Source { name, field: key }));
                }
                name if self.is_values && takes_all(name) && is_name(value) => {
                    self.sources.push(Source { name: value, field: key });
                }
                _ => self.walk(value),
            }
        }
        node.items().for_each(|item| self.walk(item));
    }

    /// The Secret in the volume that a container mounts.
    pub fn secret_at(&self, mount: &Mount) -> Option<&Volume<'a>> {
        self.volumes.iter().find(|volume| volume.volume == mount.volume)
    }
}

/// Where a kind keeps its pods' specification; a template may leave the version, and so the group, open.
fn pod_path(group: &str, kind: &str) -> Option<&'static str> {
    let open = group.contains("{{") || group.contains("}}");
    let by_kind = || POD_SPECS.iter().find(|spec| open && spec.kind == kind).map(|spec| spec.path);
    pod_spec(group, kind).or_else(by_kind)
}

fn variable(reference: Node<'_>) -> Option<Variable<'_>> {
    let item = reference.parent().and_then(Node::parent);
    let named = item.and_then(|item| item.str_at("name")).or_else(|| item?.key()?.as_str());
    Some(Variable { variable: named, name: reference.get("name")?, key: reference.get("key") })
}

fn volume(node: Node<'_>) -> Vec<Volume<'_>> {
    let Some(volume) = node.str_at("name") else { return Vec::new() };
    let own = node.at("secret.secretName");
    let projected = node.at("projected.sources").into_iter().flat_map(Node::items);
    let projected = projected.filter_map(|source| source.at("secret.name"));
    own.into_iter().chain(projected).map(|name| Volume { volume, name }).collect()
}

fn mount(node: Node<'_>) -> Option<Mount<'_>> {
    let (volume, path) = (node.str_at("name")?, node.get("mountPath")?);
    Some(Mount { volume, path, read_only: node.get("readOnly") })
}

/// The key of the list that an item stands in.
fn key_of_list(item: Node<'_>) -> Option<&str> {
    item.parent()?.key()?.as_str()
}

/// `envFrom`, and what charts call a setting that ends up there.
fn takes_all(key: &str) -> bool {
    matches!(
        key,
        "envFrom" | "extraEnvFrom" | "extraEnvVarsSecret" | "extraEnvVarsSecrets" | "envFromSecret" | "envFromSecrets"
    )
}

fn is_name(node: Node) -> bool {
    !node.is_null() && !node.is_bool() && node.as_str().is_some_and(|name| !name.is_empty())
}

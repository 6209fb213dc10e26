//! The transformers that write names, namespaces, labels and annotations.
//!
//! It does not know who refers to what they rename.

use super::config::{Config, FieldSpec};
use super::fields;
use super::resource::{Resource, set_metadata};
use super::schema;
use crate::graph::data::Data;

/// Kinds whose names are part of what they are.
const NEVER_RENAMED: [(&str, &str); 3] =
    [("", "CustomResourceDefinition"), ("apiregistration.k8s.io", "APIService"), ("", "Namespace")];

/// Which of the subjects of a role binding follow the namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subjects {
    NamedDefault,
    Accounts,
    None,
}

pub fn add_prefix(resources: &mut [Resource], config: &Config, prefix: &Data) {
    add_to_names(resources, &config.prefix, prefix, |resource| &mut resource.prefixes, |text, prefix| prefix + text);
}

pub fn add_suffix(resources: &mut [Resource], config: &Config, suffix: &Data) {
    add_to_names(
        resources,
        &config.suffix,
        suffix,
        |resource| &mut resource.suffixes,
        |text, suffix| text.to_owned() + &suffix,
    );
}

fn add_to_names(
    resources: &mut [Resource],
    specs: &[FieldSpec],
    affix: &Data,
    affixes: fn(&mut Resource) -> &mut Vec<std::sync::Arc<str>>,
    join: fn(&str, String) -> String,
) {
    let Some(text) = affix.shared_text() else { return };
    for resource in resources.iter_mut() {
        let (kind, group) = (resource.original().0, resource.object.group());
        if NEVER_RENAMED.iter().any(|(of, never)| *never == kind && (of.is_empty() || *of == group)) {
            continue;
        }
        for spec in specs {
            if !resource.was_selected(&spec.of) {
                continue;
            }
            if spec.is(&["metadata", "name"]) {
                affixes(resource).push(text.clone());
                resource.remember();
            }
            fields::change(&mut resource.object.data, &spec.path, false, &mut |name| {
                if let Some(known) = name.as_str() {
                    *name = Data::text(join(known, text.to_string()), name.place);
                }
            });
        }
    }
}

/// Gives every object that can have one this namespace.
pub fn set_namespace(
    resources: &mut [Resource],
    config: &Config,
    namespace: &Data,
    unset_only: bool,
    subjects: Subjects,
) {
    let Some(text) = namespace.shared_text() else { return };
    let set = |field: &mut Data| {
        if !(unset_only && field.as_str().is_some_and(|known| !known.is_empty())) {
            *field = Data::text(text.clone(), namespace.place);
        }
    };
    for resource in resources.iter_mut() {
        resource.remember();
        let api_version = resource.data().str_at("apiVersion").unwrap_or_default().to_owned();
        if !schema::is_cluster_scoped(&api_version, resource.kind())
            && (!unset_only || resource.namespace().is_empty())
            && resource.data().str_at("metadata.namespace") != Some(text)
        {
            let place = namespace.place;
            let data = &mut resource.object.data;
            set_metadata(data, "namespace", text.clone());
            if let Some(written) = data.get_mut("metadata").and_then(|metadata| metadata.get_mut("namespace")) {
                written.place = place;
            }
        }
        if matches!(resource.kind(), "RoleBinding" | "ClusterRoleBinding") {
            set_subjects(&mut resource.object.data, subjects, &set);
        }
        for spec in &config.namespace {
            let is_name = spec.is(&["metadata", "name"]);
            let handled = spec.is(&["metadata", "namespace"])
                || is_name && api_version != "v1"
                || spec.is(&["subjects", "namespace"]) && spec.of.kind.ends_with("RoleBinding");
            let (group, version) = (resource.object.group(), resource.object.version());
            if !handled && spec.of.matches(group, version, resource.kind()) {
                fields::change(&mut resource.object.data, &spec.path, spec.create, &mut |field| set(field));
            }
        }
    }
}

fn set_subjects(data: &mut Data, subjects: Subjects, set: &dyn Fn(&mut Data)) {
    let follows = |subject: &Data| match subjects {
        Subjects::NamedDefault => subject.str_at("name") == Some("default"),
        Subjects::Accounts => subject.str_at("kind") == Some("ServiceAccount"),
        Subjects::None => false,
    };
    if !data.get("subjects").is_some_and(|subjects| subjects.items().iter().any(follows)) {
        return;
    }
    for subject in data.get_mut("subjects").and_then(Data::items_mut).into_iter().flatten() {
        if follows(subject) {
            let mut namespace = subject.get("namespace").cloned().unwrap_or_else(|| Data::text("", subject.place));
            set(&mut namespace);
            subject.set("namespace", namespace);
        }
    }
}

/// Labels on the objects themselves: selectors see no others.
pub fn add_labels(resources: &mut [Resource], labels: &[(Data, Data)]) {
    for resource in resources.iter_mut().filter(|_| !labels.is_empty()) {
        add_pairs(&mut resource.object.data, &["metadata".into(), "labels".into()], labels);
    }
}

pub fn add_annotations(resources: &mut [Resource], config: &Config, annotations: &[(Data, Data)]) {
    for resource in resources.iter_mut().filter(|_| !annotations.is_empty()) {
        for spec in &config.annotations {
            let object = &resource.object;
            if spec.of.matches(object.group(), object.version(), object.kind()) {
                add_pairs(&mut resource.object.data, &spec.path, annotations);
            }
        }
    }
}

fn add_pairs(data: &mut Data, path: &[Box<str>], pairs: &[(Data, Data)]) {
    fields::change(data, path, true, &mut |field| {
        if !field.is_mapping() {
            *field = Data::mapping(Vec::new(), field.place);
        }
        for (key, value) in pairs {
            if let Some(key) = key.as_str() {
                field.set(key, value.clone());
            }
        }
    });
}

//! `vars`: `$(NAME)` in arguments, environments, labels and a few other fields becomes what a field of an object says.
//!
//! It does not know containers' own `$(NAME)`: what no variable is called stays as it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::config::{Config, Selected};
use super::fields;
use super::layer::{field, field_text};
use super::patch::Refused;
use super::replace;
use super::resource::{Resource, effective};
use crate::graph::data::{Data, Place};
use crate::graph::unit::Cause;

/// A variable: the field of an object that it reads.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    pub name: Arc<str>,
    path: Box<str>,
    pub place: Place,
}

/// Reads a layer's `vars` and marks the objects that they mean, which may be renamed later.
pub fn declare(resources: &mut [Resource], entries: &[&Data]) -> Vec<Variable> {
    let mut variables = Vec::new();
    for entry in entries {
        let (Some(name), Some(object)) = (field(entry, "name").and_then(Data::shared_text), field(entry, "objref"))
        else {
            continue;
        };
        let wanted = type_of(object);
        let called = field_text(object, "name").unwrap_or_default();
        let namespace = field_text(object, "namespace").unwrap_or_default();
        let is_meant = |resource: &&mut Resource| {
            let (group, version) = (resource.object.group(), resource.object.version());
            resource.names().any(|(kind, known, within)| {
                group == &*wanted.group
                    && version == &*wanted.version
                    && kind == &*wanted.kind
                    && known == called
                    && (namespace.is_empty() || effective(namespace) == within)
            })
        };
        if let Some(resource) = resources.iter_mut().find(is_meant) {
            resource.variables.push(name.clone());
        }
        let path = field(entry, "fieldref").and_then(|reference| field_text(reference, "fieldPath"));
        let path = path.filter(|path| !path.is_empty()).unwrap_or("metadata.name").into();
        variables.push(Variable { name: name.clone(), path, place: entry.place });
    }
    variables
}

fn type_of(object: &Data) -> Selected {
    let selected = Selected::of(object);
    match field_text(object, "apiVersion").filter(|version| !version.is_empty()) {
        None => selected,
        Some(version) => {
            let (group, version) = version.split_once('/').unwrap_or(("", version));
            Selected { group: group.into(), version: version.into(), ..selected }
        }
    }
}

/// Fills the variables in.
pub fn resolve(resources: &mut [Resource], config: &Config, variables: &[Variable], refused: &mut Vec<Refused>) {
    let mut values: BTreeMap<&str, Data> = BTreeMap::new();
    for variable in variables {
        let source = resources.iter().find(|resource| resource.variables.contains(&variable.name));
        // Here an index stands behind the list's name: `ports[0]`.
        let parts = replace::split(&variable.path.replace("[", ".").replace("]", ""));
        match source.and_then(|source| parts.iter().try_fold(source.data(), |data, part| replace::step(data, part))) {
            Some(value) if value.as_str().is_some() => drop(values.insert(&variable.name, value.clone())),
            _ => {
                let what = format!("nothing for the variable {} to read", variable.name);
                refused.push(Refused::new(Cause::Invalid, what, variable.place));
            }
        }
    }
    if values.is_empty() {
        return;
    }
    for resource in resources.iter_mut() {
        for spec in &config.variables {
            let object = &resource.object;
            if spec.of.matches(object.group(), object.version(), object.kind())
                && fields::any(&object.data, &spec.path, &mut |field| mentions(field))
            {
                fields::change(&mut resource.object.data, &spec.path, false, &mut |field| fill(field, &values));
            }
        }
    }
}

fn mentions(field: &Data) -> bool {
    field.as_str().is_some_and(|text| text.contains('$'))
        || field.items().iter().any(mentions)
        || field.entries().iter().any(|(_, value)| mentions(value))
}

fn fill(field: &mut Data, values: &BTreeMap<&str, Data>) {
    if let Some(text) = field.as_str().filter(|text| text.contains('$')) {
        *field = Data::text(expand(text, values), field.place);
        return;
    }
    field.items_mut().into_iter().flatten().for_each(|item| fill(item, values));
    field.entries_mut().into_iter().flatten().for_each(|(_, value)| fill(value, values));
}

/// `$$` is one `$`; a name that no variable has stays as it is.
fn expand(text: &str, values: &BTreeMap<&str, Data>) -> String {
    let mut expanded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        expanded.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let named = after.strip_prefix('(').and_then(|inner| inner.split_once(')'));
        rest = match (after.strip_prefix('$'), named) {
            (None, Some((name, behind))) => {
                match values.get(name).and_then(Data::as_str) {
                    Some(value) => expanded.push_str(value),
                    None => expanded.push_str(&rest[at..at + name.len() + 3]),
                }
                behind
            }
            (escaped, _) => {
                expanded.push('$');
                escaped.unwrap_or(after)
            }
        };
    }
    expanded + rest
}

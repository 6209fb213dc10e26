//! Checks of what an organisation's policy asks for. Each is silent where its key is absent.
//!
//! It does not know what the operators accept: a value that they refuse is told by other checks.

pub mod environments;
pub mod external_secrets;
pub mod refresh;
pub mod remote_keys;
pub mod stores;
pub mod value_references;
pub mod vault;

use super::Deployment;
use crate::facts::external_secrets::GROUP;
use crate::graph::{Data, Object, Place, is_open};
use crate::policy::{Said, Subject, Template};
use crate::syntax::{Change, New};

/// How a text stands to a template.
enum Fit {
    Fits,
    OtherShape,
    /// It is of the template's shape, and a blank stands for something else than it is bound to.
    OtherBinding {
        name: String,
        found: String,
        bound: String,
    },
}

/// The ExternalSecrets of a unit with their specs, in the environments that the convention holds in: where an object is
/// of no known environment it may be of one of those.
fn external_secrets<'a>(deployment: &'a Deployment<'a>) -> impl Iterator<Item = (&'a Object, &'a Data)> {
    let environments = deployment.policy().external_secrets.as_ref().and_then(|it| it.environments.as_ref());
    let is_meant = move |object: &Object| {
        let environment = deployment.binding("env", object);
        let holds = |known: &Vec<Said<String>>| {
            environment.as_ref().is_none_or(|environment| known.iter().any(|it| it.value == *environment))
        };
        environments.is_none_or(holds)
    };
    let spec = |object: &'a Object| match (object.group(), object.kind()) {
        (GROUP, "ExternalSecret") => Some((object, object.data.get("spec")?)),
        (GROUP, "ClusterExternalSecret") => Some((object, object.data.at("spec.externalSecretSpec")?)),
        _ => None,
    };
    deployment.unit().objects.iter().filter_map(spec).filter(move |(object, _)| is_meant(object))
}

/// A blank without a value can be anything; a label says as well as a folder whose an object is.
fn fit(deployment: &Deployment, object: &Object, template: &Template, text: &str) -> Fit {
    let value = deployment.bindings_of(object);
    if is_open(text) || template.matches(text, &value) {
        return Fit::Fits;
    }
    let Some(captures) = template.captures(text) else { return Fit::OtherShape };
    let labelled = |name: &str| deployment.label_of(name, object);
    let other = captures.into_iter().find_map(|(name, found)| {
        let bound = value(name)?;
        let is_bound = bound == found || labelled(name).is_some_and(|label| label == found);
        (!is_bound).then(|| (name.to_owned(), found, labelled(name).unwrap_or(bound)))
    });
    other.map_or(Fit::Fits, |(name, found, bound)| Fit::OtherBinding { name, found, bound })
}

/// True where one of the templates fits.
fn fits_any(deployment: &Deployment, object: &Object, templates: &[Said<Template>], text: &str) -> bool {
    templates.iter().any(|template| matches!(fit(deployment, object, template, text), Fit::Fits))
}

/// What the texts of an object would have to look like: `xred-eln/demo/*`.
fn wanted<'t>(
    deployment: &Deployment,
    object: &Object,
    templates: impl IntoIterator<Item = &'t Said<Template>>,
) -> String {
    let value = |name: &str| deployment.label_of(name, object).or_else(|| deployment.binding(name, object));
    let filled = templates.into_iter().map(|template| format!("`{}`", template.filled(&value)));
    filled.collect::<Vec<_>>().join(" or ")
}

/// What makes `mapping` say `wish` for `key`.
fn set(mapping: &Data, key: &str, wish: &str) -> (Place, Change) {
    match mapping.get(key) {
        Some(found) => (found.place, Change::value(found.as_str().unwrap_or_default(), wish)),
        None => (mapping.place, Change::entry(key, New::text(wish))),
    }
}

/// The same below a mapping that may not be there yet.
fn set_below(parent: &Data, name: &str, key: &str, wish: &str) -> (Place, Change) {
    match parent.get(name) {
        Some(mapping) => set(mapping, key, wish),
        None => (parent.place, Change::entry(name, New::mapping(key, New::text(wish)))),
    }
}

/// The key of an entry, to point at.
fn key_place(data: &Data, key: &str) -> Option<Place> {
    data.entries().iter().find(|(name, _)| name.as_str() == Some(key)).map(|(name, _)| name.place)
}

/// What is written for `key`, unless it is filled in later.
fn text<'d>(data: &'d Data, path: &str) -> Option<(&'d Data, &'d str)> {
    let value = data.at(path)?;
    value.as_str().filter(|text| !text.is_empty() && !is_open(text)).map(|text| (value, text))
}

/// The application in whose folder a file lies.
fn app_of(deployment: &Deployment, path: &str) -> Option<String> {
    let bindings = &deployment.policy().bindings;
    ["app", "service"].into_iter().find_map(|name| bindings.value(name, Subject::file(path)))
}

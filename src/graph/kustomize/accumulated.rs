//! What the layers of a build have gathered so far: objects, no two with one id, and what changes them later.
//!
//! It does not know the order of the steps.

use std::collections::HashSet;
use std::sync::Arc;

use super::config::Config;
use super::generate::{Behavior, Generated};
use super::layer::Layer;
use super::patch::Refused;
use super::resource::{Id, Resource};
use super::schema;
use super::variables::Variable;
use crate::graph::data::{Data, Place};
use crate::graph::unit::{Cause, Gap};

/// Gaps of one build. Who has fixed these sees the others.
const MOST_GAPS: usize = 200;

/// Objects of one build. Layers that name two others each, with a prefix, double them.
const MOST_OBJECTS: usize = 50_000;

/// What the layers so far have gathered.
#[derive(Clone, Default)]
pub struct Accumulated {
    pub resources: Vec<Resource>,
    pub config: Arc<Config>,
    pub variables: Vec<Variable>,
    pub gaps: Vec<Gap>,
    /// The ids of the resources, while they are only added to.
    ids: HashSet<Id>,
    ids_hold: bool,
}

impl Accumulated {
    /// Adds objects; kustomize refuses two with one id, here the first stays.
    pub fn add_all(&mut self, resources: impl Iterator<Item = Resource>, place: Place) {
        if !self.ids_hold {
            self.ids = self.resources.iter().map(Resource::id).collect();
            self.ids_hold = true;
        }
        for resource in resources {
            if self.resources.len() >= MOST_OBJECTS {
                let what = format!("more than {MOST_OBJECTS} objects");
                return self.add_gap(Refused::new(Cause::TooMuch, what, place));
            }
            let id = resource.id();
            if self.ids.contains(&id) {
                let what = format!("{} {} is there twice", id.kind, id.name);
                self.add_gap(Refused::new(Cause::Invalid, what, place));
                continue;
            }
            self.ids.insert(id);
            self.resources.push(resource);
        }
    }

    /// Adds what is not known yet: two layers on one base have its gaps once.
    pub fn add_gap(&mut self, gap: impl Into<Gap>) {
        let gap = gap.into();
        if self.gaps.len() < MOST_GAPS && !self.gaps.contains(&gap) {
            self.gaps.push(gap);
        }
    }

    /// Each name that an object has and had.
    pub fn weight(&self) -> usize {
        self.resources.iter().map(|resource| 1 + resource.previous.len()).sum()
    }

    pub fn take_in(&mut self, base: &Accumulated, place: Place) {
        self.add_all(base.resources.iter().cloned(), place);
        self.config.merge(&base.config);
        self.add_variables(base.variables.clone());
        base.gaps.iter().for_each(|gap| self.add_gap(gap.clone()));
    }

    /// Adds variables; kustomize refuses a second one of the same name.
    pub fn add_variables(&mut self, variables: Vec<Variable>) {
        for variable in variables {
            if self.variables.iter().any(|known| known.name == variable.name) {
                let what = format!("the variable {} is there already", variable.name);
                self.add_gap(Refused::new(Cause::Invalid, what, variable.place));
            } else {
                self.variables.push(variable);
            }
        }
    }

    /// Adds what a generator made, or joins it with the object that has its name.
    pub fn absorb(&mut self, generated: Generated, place: Place) {
        for missing in &generated.missing {
            let what = format!("{} is not here", missing.as_str().unwrap_or_default());
            self.add_gap(Refused::new(Cause::Missing, what, missing.place));
        }
        let Generated { mut resource, behavior, .. } = generated;
        let id = resource.id();
        let known = self.resources.iter().position(|known| known.was_ever(&id));
        match (known, behavior) {
            (None, Behavior::Create) => self.add_all(std::iter::once(resource), place),
            (Some(at), Behavior::Merge | Behavior::Replace) => {
                resource.inherit(&self.resources[at], behavior == Behavior::Merge);
                self.resources[at] = resource;
            }
            (None, _) => {
                let what = format!("no {} {} to merge with or to replace", id.kind, id.name);
                self.add_gap(Refused::new(Cause::Invalid, what, place));
                // What it holds is deployed under this name or not at all.
                self.add_all(std::iter::once(resource), place);
            }
            (Some(_), Behavior::Create) => {
                let what = format!("{} {} is there already", id.kind, id.name);
                self.add_gap(Refused::new(Cause::Invalid, what, place));
            }
        }
    }

    /// A step may have given two objects one id, which kustomize refuses.
    pub fn drop_repeats(&mut self, place: Place) {
        self.ids_hold = false;
        let resources = std::mem::take(&mut self.resources);
        self.add_all(resources.into_iter(), place);
    }

    /// A schema can say which fields of its kind name other objects; those are not followed.
    pub fn obscure_custom(&mut self, layer: &Layer, schema: &Data) {
        const NAMES_OBJECTS: &str = "x-kubernetes-object-ref-kind";
        let follows = layer
            .file(schema)
            .is_none_or(|(_, contents)| contents.documents.iter().any(|one| has_key(one, NAMES_OBJECTS)));
        let custom =
            |resource: &&mut Resource| !schema::is_built_in(resource.data().str_at("apiVersion").unwrap_or_default());
        for resource in self.resources.iter_mut().filter(custom).filter(|_| follows) {
            resource.obscure("references that its schema declares", schema.place);
        }
    }

    pub fn obscure_all(&mut self, reason: &str, place: Place) {
        self.resources.iter_mut().for_each(|resource| resource.obscure(reason, place));
    }
}

fn has_key(data: &Data, name: &str) -> bool {
    data.entries().iter().any(|(key, value)| key.as_str() == Some(name) || has_key(value, name))
        || data.items().iter().any(|item| has_key(item, name))
}

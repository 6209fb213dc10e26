//! Back-references: where an object names another that was renamed on the way, it gets the new name.
//!
//! It does not know any kind but what the configuration says of it. A reference is followed only to an object of the same
//! build.

use std::collections::HashMap;

use super::config::{Config, FieldSpec, Selected};
use super::fields;
use super::resource::Resource;
use crate::graph::data::{Data, Place};

/// Two objects that a reference may mean, to kustomize a reason to stop.
pub struct Ambiguous {
    pub place: Place,
    pub name: String,
}

/// Rewrites every reference to an object that has another name, or another namespace, than it had.
pub fn follow(resources: &mut [Resource], config: &Config) -> Vec<Ambiguous> {
    let targets = Targets::of(resources);
    let mut ambiguous = Vec::new();
    if targets.by_name.is_empty() {
        return ambiguous;
    }
    let by_kind = by_kind(config);
    for at in 0..resources.len() {
        let kind = resources[at].original().0;
        let specs: Vec<(&Selected, &FieldSpec)> =
            [kind, ""].iter().filter_map(|kind| by_kind.get(kind)).flatten().copied().collect();
        // The whole object, so that its fields can be changed while the others are looked at.
        let mut referrer = resources[at].clone();
        for (target, spec) in specs {
            if referrer.was_selected(&spec.of) {
                rewrite(&mut referrer, spec, target, &targets, resources, &mut ambiguous);
            }
        }
        resources[at] = referrer;
    }
    ambiguous
}

fn by_kind(config: &Config) -> HashMap<&str, Vec<(&Selected, &FieldSpec)>> {
    let mut by_kind: HashMap<&str, Vec<(&Selected, &FieldSpec)>> = HashMap::new();
    for reference in &config.references {
        for spec in &reference.from {
            by_kind.entry(&spec.of.kind).or_default().push((&reference.to, spec));
        }
    }
    by_kind
}

/// Objects by the names that they had.
struct Targets {
    by_name: HashMap<Box<str>, Vec<usize>>,
}

impl Targets {
    fn of(resources: &[Resource]) -> Targets {
        let mut by_name: HashMap<Box<str>, Vec<usize>> = HashMap::new();
        for (at, resource) in resources.iter().enumerate() {
            for past in &resource.previous {
                let known = by_name.entry((*past.name).into()).or_default();
                if known.last() != Some(&at) {
                    known.push(at);
                }
            }
        }
        Targets { by_name }
    }
}

fn rewrite(
    referrer: &mut Resource,
    spec: &FieldSpec,
    target: &Selected,
    targets: &Targets,
    resources: &[Resource],
    ambiguous: &mut Vec<Ambiguous>,
) {
    let mut found = Vec::new();
    let scope = Scope { referrer, spec, target, targets, resources };
    fields::any(&referrer.object.data, &spec.path, &mut |field| {
        let items = if field.is_sequence() { field.items() } else { std::slice::from_ref(field) };
        for item in items {
            match scope.meant(item) {
                Ok(Some(meant)) => found.push((item.place, meant)),
                Ok(None) => {}
                Err(name) => ambiguous.push(Ambiguous { place: item.place, name }),
            }
        }
        false
    });
    if found.is_empty() {
        return;
    }
    let mut found = found.into_iter();
    let mut next = found.next();
    fields::change(&mut referrer.object.data, &spec.path, false, &mut |field| {
        let items = match field.is_sequence() {
            true => field.items_mut().map(Vec::as_mut_slice).unwrap_or_default(),
            false => std::slice::from_mut(field),
        };
        for item in items {
            if let Some((place, meant)) = next.take() {
                if place == item.place {
                    write(item, &resources[meant]);
                    next = found.next();
                } else {
                    next = Some((place, meant));
                }
            }
        }
    });
}

fn write(field: &mut Data, meant: &Resource) {
    if !field.is_mapping() {
        *field = Data::text(meant.name(), field.place);
        return;
    }
    for (key, text) in [("name", meant.name()), ("namespace", meant.namespace())] {
        let place = field.get(key).map_or(field.place, |known| known.place);
        if !text.is_empty() {
            field.set(key, Data::text(text, place));
        }
    }
}

struct Scope<'a> {
    referrer: &'a Resource,
    spec: &'a FieldSpec,
    target: &'a Selected,
    targets: &'a Targets,
    resources: &'a [Resource],
}

impl Scope<'_> {
    /// The object that a name, or a mapping with `name` and `namespace`, means; `Err` with the name where there are two.
    fn meant(&self, field: &Data) -> Result<Option<usize>, String> {
        let name = if field.is_mapping() { field.get("name") } else { Some(field) };
        let Some(name) = name.filter(|name| !name.is_null()).and_then(Data::as_str) else { return Ok(None) };
        let Some(named) = self.targets.by_name.get(name) else { return Ok(None) };
        let mut candidates: Vec<usize> = named.iter().copied().filter(|&at| self.may_mean(at, name)).collect();
        if let Some(namespace) = field.str_at("namespace").filter(|_| field.is_mapping()) {
            let originally = |&at: &usize| self.resources[at].original().2 == namespace;
            let now = |&at: &usize| self.resources[at].effective_namespace() == namespace;
            let of_all = |test: &dyn Fn(&usize) -> bool| (0..self.resources.len()).any(|at| test(&at));
            match of_all(&originally) {
                true => candidates.retain(originally),
                false => candidates.retain(now),
            }
        }
        if candidates.len() > 1 {
            candidates.retain(|&at| self.is_same_context(at, true));
        }
        if candidates.len() > 1 {
            candidates.retain(|&at| self.is_same_context(at, false));
        }
        let Some(&first) = candidates.first() else { return Ok(None) };
        let called = |at: usize| {
            let namespace = if field.is_mapping() { self.resources[at].namespace() } else { "" };
            (self.resources[at].name(), namespace)
        };
        if candidates.iter().any(|&at| called(at) != called(first)) {
            return Err(name.to_owned());
        }
        let unchanged = called(first).0 == name && called(first).1.is_empty();
        Ok((!unchanged).then_some(first))
    }

    fn may_mean(&self, at: usize, name: &str) -> bool {
        let candidate = &self.resources[at];
        let (group, version) = (candidate.object.group(), candidate.object.version());
        let was =
            |selected: &Selected| candidate.previous.iter().any(|past| selected.matches(group, version, &past.kind));
        candidate.previous.iter().any(|past| &*past.name == name)
            && was(self.target)
            && self.role().is_none_or(|role| was(&role))
            && self.is_in_reach(candidate)
    }

    /// What a role binding says of the role that it names.
    fn role(&self) -> Option<Selected> {
        let ends = self.spec.path.ends_with(&["roleRef".into(), "name".into()]);
        let role = self.referrer.data().get("roleRef").filter(|_| ends)?;
        let (group, kind) = (role.str_at("apiGroup")?, role.str_at("kind")?);
        Some(Selected { group: group.into(), version: "".into(), kind: kind.into() })
    }

    /// Same namespace, or one of the two has none. A role binding may name an account elsewhere.
    fn is_in_reach(&self, candidate: &Resource) -> bool {
        let referrer = self.referrer;
        let same = candidate.effective_namespace() == referrer.effective_namespace();
        let bound = || {
            let subjects = referrer.data().get("subjects").map(Data::items).unwrap_or_default();
            referrer.kind() == "RoleBinding"
                && subjects.iter().any(|subject| {
                    subject.str_at("kind") == Some("ServiceAccount")
                        && subject.str_at("namespace") == Some(candidate.namespace())
                })
        };
        referrer.is_cluster_scoped()
            || candidate.is_cluster_scoped()
            || same
            || candidate.kind() == "ServiceAccount" && bound()
    }

    /// Renamed by the same layers. `open` lets through what no layer renamed.
    fn is_same_context(&self, at: usize, open: bool) -> bool {
        let candidate = &self.resources[at];
        let fits = |one: &[std::sync::Arc<str>], other: &[std::sync::Arc<str>]| {
            open && (one.is_empty() || other.is_empty()) || same_end(one, other)
        };
        fits(&candidate.prefixes, &self.referrer.prefixes) && fits(&candidate.suffixes, &self.referrer.suffixes)
    }
}

/// The shorter list ends the longer one; nothing ends only nothing.
fn same_end<T: PartialEq>(one: &[T], other: &[T]) -> bool {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    long.ends_with(short) && short.is_empty() == long.is_empty()
}

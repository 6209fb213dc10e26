//! What a check of the graph sees, one unit with all others beside it, and how it says where: in any file of the tree.
//!
//! It does not know the files' texts: places become lines when the engine has read them again.

use crate::graph::{Data, Graph, Object, Place, Unit, UnitKind};
use crate::model::{Confidence, Rule};
use crate::policy::{Policy, Subject};

/// One unit and all that stands beside it.
pub struct Deployment<'a> {
    pub graph: &'a Graph<'a>,
    /// The index of the unit.
    pub unit: usize,
}

/// A finding in the making: places in the tree's files, no text yet.
#[derive(Clone, Debug)]
pub struct UnitDraft {
    pub rule: &'static Rule,
    pub confidence: Confidence,
    pub place: Place,
    /// What is wrong there, for the fingerprint: a name, never a secret.
    pub value: String,
    pub blanks: Vec<(&'static str, String)>,
    pub related: Vec<(Place, String)>,
    /// The units it holds in, by index.
    pub units: Vec<usize>,
}

/// Collects the drafts of one rule on one unit.
pub struct UnitReporter<'d> {
    rule: &'static Rule,
    units: Vec<usize>,
    drafts: &'d mut Vec<UnitDraft>,
}

#[must_use = "a draft is reported by `emit`"]
pub struct UnitDraftBuilder<'d> {
    drafts: &'d mut Vec<UnitDraft>,
    draft: UnitDraft,
}

impl<'a> Deployment<'a> {
    pub fn unit(&self) -> &'a Unit {
        &self.graph.units[self.unit]
    }

    pub fn policy(&self) -> &'a Policy {
        self.graph.policy
    }

    /// What a blank such as `{app}` stands for in `object`: by what deploys it, else by the file it stands in.
    pub fn binding(&self, name: &str, object: &Object) -> Option<String> {
        let bindings = &self.policy().bindings;
        let label = |label: &str| {
            let of = |path: &str| object.data.at(path)?.get(label)?.as_str().map(str::to_owned);
            of("metadata.labels").or_else(|| of("spec.template.metadata.labels"))
        };
        let namespace = self.unit().namespace_of(object);
        let file = self.path_of(object);
        let is_root = !matches!(self.unit().kind, UnitKind::Folder | UnitKind::Stream);
        let root = is_root.then(|| format!("{}/.", self.unit().root.to_text()));
        let subject = |path| Subject { path, namespace, label: &label };
        let by_unit = root.and_then(|root| bindings.value(name, Subject::file(&root)));
        by_unit.or_else(|| bindings.value(name, subject(&file)))
    }

    /// As `binding`, to fill templates with.
    pub fn bindings_of<'o>(&'o self, object: &'o Object) -> impl Fn(&str) -> Option<String> + 'o {
        move |name| self.binding(name, object)
    }

    /// The file in which the object is written.
    pub fn path_of(&self, object: &Object) -> String {
        let path = self.graph.inventory.path(object.data.place.file);
        path.map(|path| path.to_text().into_owned()).unwrap_or_default()
    }

    pub fn flow(&self) -> &crate::graph::Flow {
        &self.graph.flows[self.unit]
    }

    pub fn object(&self, index: usize) -> &'a Object {
        self.graph.object(self.unit, index)
    }

    pub fn objects(&self) -> impl Iterator<Item = (usize, &'a Object)> {
        self.unit().objects.iter().enumerate()
    }

    /// The objects of one kind.
    pub fn of_kind(&self, group: &str, kind: &str) -> impl Iterator<Item = &'a Object> {
        self.unit().objects.iter().filter(move |object| object.is(group, kind))
    }

    /// How sure one can be of something that is missing: more may be there than is seen.
    pub fn confidence_of_absence(&self, usual: Confidence) -> Confidence {
        if self.unit().complete { usual } else { Confidence::Low }
    }

    /// How sure one can be of what an object says.
    pub fn confidence_in(&self, object: &Object, usual: Confidence) -> Confidence {
        if object.opaque.is_some() { Confidence::Low } else { usual }
    }
}

impl<'d> UnitReporter<'d> {
    pub fn new(rule: &'static Rule, units: Vec<usize>, drafts: &'d mut Vec<UnitDraft>) -> Self {
        UnitReporter { rule, units, drafts }
    }

    /// A fault at `place`, known by `value`.
    pub fn at(&mut self, place: Place, value: impl Into<String>) -> UnitDraftBuilder<'_> {
        let draft = UnitDraft {
            rule: self.rule,
            confidence: self.rule.confidence,
            place,
            value: value.into(),
            blanks: Vec::new(),
            related: Vec::new(),
            units: self.units.clone(),
        };
        UnitDraftBuilder { drafts: self.drafts, draft }
    }

    /// A fault at what `data` says.
    pub fn at_data(&mut self, data: &Data) -> UnitDraftBuilder<'_> {
        self.at(data.place, data.as_str().unwrap_or_default())
    }
}

impl UnitDraftBuilder<'_> {
    /// Fills `{name}` of the rule's message. Never give it a secret.
    pub fn blank(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.draft.blanks.push((name, value.into()));
        self
    }

    /// Another place, in this file or another.
    pub fn related(mut self, place: Place, label: impl Into<String>) -> Self {
        self.draft.related.push((place, label.into()));
        self
    }

    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.draft.confidence = confidence;
        self
    }

    pub fn emit(self) {
        self.drafts.push(self.draft);
    }
}

/// Where something is missing from an object: at its head, which says who it is.
pub fn head(object: &Object) -> Place {
    let metadata = object.data.entries().iter().find(|(key, _)| key.as_str() == Some("metadata"));
    metadata.map_or(object.data.place, |(key, _)| key.place)
}

/// Of drafts that say the same of the same place in several units, one that names them all.
pub fn merge(mut drafts: Vec<UnitDraft>) -> Vec<UnitDraft> {
    let key = |draft: &UnitDraft| (draft.place, draft.rule.id, draft.value.clone());
    drafts.sort_by_cached_key(key);
    let mut merged: Vec<UnitDraft> = Vec::with_capacity(drafts.len());
    for draft in drafts {
        match merged.last_mut().filter(|last| key(last) == key(&draft)) {
            Some(last) => {
                // Surer where it is surer, in whichever unit.
                last.confidence = last.confidence.max(draft.confidence);
                last.units.extend(draft.units);
                last.units.dedup();
            }
            None => merged.push(draft),
        }
    }
    merged
}

//! An object held against the table of its kind: each place where the two disagree.
//!
//! It does not know which rule a disagreement belongs to, and it looks at one object only. What a template fills in, or a
//! tool after it, is unknown and never a disagreement.

use super::Context;
use super::value_forms::{is_boolean, is_data_key, is_label, is_name, is_schedule, is_text};
use crate::document::{Document, Form, Manifest};
use crate::facts::{self, Choice, Field, Kind, Presence, Shape, duration, releases};
use crate::model::Release;
use crate::syntax::Node;
use crate::text::closest;

pub struct Fault<'a> {
    pub manifest: Manifest<'a>,
    /// The key of the field, or what stands nearest to it.
    pub key: Node<'a>,
    /// What is wrong, or the mapping in which something is.
    pub value: Node<'a>,
    pub kind: FaultKind,
}

pub enum FaultKind {
    /// No such field; the mapping has those of `Shape`.
    Unknown(&'static Shape),
    Missing(&'static Field),
    /// What was expected, in words.
    Type(&'static str),
    /// Not one of the enumeration.
    NotAmong(&'static [&'static str]),
    /// Not of the form that was expected, in words.
    Malformed(&'static str),
    /// Not a duration.
    Duration,
    /// The field, or this value of it, is not in the target release: "came with 2.8".
    NotInRelease {
        of_value: bool,
        words: String,
    },
    /// So many of these fields cannot be there.
    Choice {
        choice: Choice,
        fields: Vec<&'static str>,
        present: Vec<&'static str>,
    },
}

/// All disagreements of a document's objects with their tables, in the order of the fields as written.
pub fn faults<'a>(document: &Document<'a>, context: &Context) -> Vec<Fault<'a>> {
    if document.form() == Form::Fragment {
        return Vec::new();
    }
    let mut faults = Vec::new();
    for manifest in document.manifests().iter().copied() {
        let Some(spec) = table_of(&manifest) else { continue };
        let target = target(context);
        let first = target.or((manifest.version() == "v1").then_some(releases::FIRST_WITH_V1));
        let is_open = document.form() == Form::Template || is_patch(manifest.root);
        Comparison { manifest, target, first, is_open, faults: &mut faults }.root(spec);
    }
    faults
}

/// The release that the policy names.
pub fn target(context: &Context) -> Option<Release> {
    context.policy.targets.external_secrets
}

/// True when something will still be put in the scalar's place: a template's hole, a variable, an encrypted value.
pub fn is_filled_in_later(node: Node) -> bool {
    let marks = ["{{", "${", "$(", "ENC[AES256_GCM"];
    let is_blank = |text: &str| text.split_once('<').is_some_and(|(_, rest)| rest.contains('>'));
    node.as_str().is_some_and(|text| node.is_masked() || is_blank(text) || marks.iter().any(|mark| text.contains(mark)))
        || node.tag().is_some_and(|tag| !tag.starts_with("!!") && !tag.starts_with("tag:yaml.org"))
}

/// The table of `spec`; `None` for kinds and versions that there is none for.
fn table_of(manifest: &Manifest) -> Option<&'static Kind> {
    let is_old =
        releases::served(manifest.kind(), manifest.version())?.until.is_some_and(|it| it <= releases::FIRST_WITH_V1);
    facts::external_secrets::spec_of(manifest.kind())
        .filter(|_| manifest.group() == facts::external_secrets::GROUP && !is_old)
}

/// A strategic merge patch that no kustomization names.
fn is_patch(root: Node) -> bool {
    root.get("$patch").is_some() || root.get("spec").is_some_and(|spec| spec.get("$patch").is_some())
}

struct Comparison<'a, 'f> {
    manifest: Manifest<'a>,
    /// The release that the policy names.
    target: Option<Release>,
    /// The oldest release that can be meant: the target, or what the API version gives away.
    first: Option<Release>,
    /// More may be there than is written: nothing is missing, and nothing is one too many.
    is_open: bool,
    faults: &'f mut Vec<Fault<'a>>,
}

/// What stands in one mapping.
#[derive(Default)]
struct Present<'a> {
    fields: Vec<&'static str>,
    unknown: Vec<&'a str>,
    /// One of the fields is younger than the target release.
    is_ahead: bool,
}

/// Longer keys are no misspellings, and this many are looked at.
pub const LONGEST_SLIP: usize = 64;
const MOST_SLIPS: usize = 16;

impl Present<'_> {
    fn misspells(&self, field: &Field, shape: &Shape) -> bool {
        let slips = self.unknown.iter().filter(|name| name.len() <= LONGEST_SLIP).take(MOST_SLIPS);
        slips.into_iter().any(|name| closest(name, shape.names()) == Some(field.name))
    }
}

impl<'a> Comparison<'a, '_> {
    fn root(&mut self, spec: &'static Kind) {
        let root = self.manifest.root;
        match root.entry("spec") {
            Some((key, value)) if !value.is_null() => self.value(key, value, spec, None),
            _ if self.is_open => {}
            _ => {
                let (key, value) = root.entry("kind").unwrap_or((root, root));
                self.push(key, value, FaultKind::Missing(&SPEC));
            }
        }
        let known = |key: &str| OBJECT.field(key).is_some() || key == "sops";
        for (key, value) in root.entries() {
            if key.as_str().is_some_and(|name| !known(name)) && !is_filled_in_later(key) {
                self.push(key, value, FaultKind::Unknown(&OBJECT));
            }
        }
    }

    fn value(&mut self, key: Node<'a>, value: Node<'a>, kind: &'static Kind, field: Option<&'static Field>) {
        if value.is_null() || is_filled_in_later(value) {
            return;
        }
        match kind {
            Kind::Any => {}
            Kind::Object(shape) if value.is_mapping() => self.mapping(key, value, shape),
            Kind::Map(inner) if value.is_mapping() => {
                for (key, value) in value.entries() {
                    self.value(key, value, inner, None);
                }
            }
            Kind::List(inner) if value.is_sequence() => {
                for item in value.items() {
                    self.value(item.own_entries().next().map_or(item, |(key, _)| key), item, inner, None);
                }
            }
            Kind::Object(_) | Kind::Map(_) => self.push(key, value, FaultKind::Type("a mapping")),
            Kind::List(_) => self.push(key, value, FaultKind::Type("a list")),
            _ => self.scalar(key, value, kind, field),
        }
    }

    fn mapping(&mut self, key: Node<'a>, mapping: Node<'a>, shape: &'static Shape) {
        let mut here = Present::default();
        for (key, value) in mapping.entries() {
            let Some(name) = key.as_str().filter(|_| !is_filled_in_later(key)) else { continue };
            match shape.field(name).filter(|field| !field.only_v1 || self.manifest.version() != "v1beta1") {
                None => {
                    here.unknown.push(name);
                    self.push(key, value, FaultKind::Unknown(shape));
                }
                Some(field) => {
                    if !value.is_null() {
                        here.fields.push(field.name);
                    }
                    // What a younger field holds is younger too.
                    match self.release(key, value, (field.since, field.until), false) {
                        true => here.is_ahead = true,
                        false => self.value(key, value, &field.kind, Some(field)),
                    }
                }
            }
        }
        if !self.is_open {
            self.absent(key, mapping, shape, &here);
        }
    }

    /// What is missing, and what cannot be together. One fault is told once: a field that is there under a wrong name is
    /// not missing, nor is one whose successor is there too early.
    fn absent(&mut self, key: Node<'a>, mapping: Node<'a>, shape: &'static Shape, here: &Present<'a>) {
        for field in shape.fields {
            let is_missing = field.is_required(self.first, self.target) && !here.fields.contains(&field.name);
            let is_succeeded = here.is_ahead && matches!(field.presence, Presence::RequiredUntil(_));
            if is_missing && !is_succeeded && !here.misspells(field, shape) {
                self.push(key, mapping, FaultKind::Missing(field));
            }
        }
        for &choice in shape.choices {
            let fields = choice.fields(shape);
            let present: Vec<_> = fields.iter().copied().filter(|field| here.fields.contains(field)).collect();
            let is_explained = present.is_empty() && !here.unknown.is_empty();
            if !choice.allows(present.len()) && !is_explained {
                self.push(key, mapping, FaultKind::Choice { choice, fields, present });
            }
        }
    }

    fn scalar(&mut self, key: Node<'a>, value: Node<'a>, kind: &'static Kind, field: Option<&'static Field>) {
        let Some(text) = value.as_str() else {
            return self.push(key, value, FaultKind::Type(expected(kind)));
        };
        match kind {
            Kind::Duration if !is_text(value) || duration::parse(text).is_none() => {
                self.push(key, value, FaultKind::Duration);
            }
            Kind::SecondsOrDuration if !self.is_store_interval(value, text) => {
                self.push(key, value, FaultKind::Duration)
            }
            Kind::Duration | Kind::SecondsOrDuration => {}
            Kind::Boolean if !is_boolean(value) => self.push(key, value, FaultKind::Type(expected(kind))),
            Kind::Integer if !value.is_integer() => self.push(key, value, FaultKind::Type(expected(kind))),
            Kind::Boolean | Kind::Integer => {}
            _ if !is_text(value) => self.push(key, value, FaultKind::Type("a string")),
            Kind::Enum(values) => self.enumerated(key, value, text, values, field),
            Kind::Name if !is_name(text) => self.push(key, value, FaultKind::Malformed(NAME)),
            Kind::Namespace if !is_label(text) => self.push(key, value, FaultKind::Malformed(NAMESPACE)),
            Kind::DataKey if !is_data_key(text) => self.push(key, value, FaultKind::Malformed(DATA_KEY)),
            Kind::Schedule if !is_schedule(text) => self.push(key, value, FaultKind::Malformed(SCHEDULE)),
            _ => {}
        }
    }

    fn enumerated(
        &mut self,
        key: Node<'a>,
        value: Node<'a>,
        text: &str,
        values: &'static [&'static str],
        field: Option<&'static Field>,
    ) {
        let release =
            |list: &[(&str, Release)]| list.iter().find(|(name, _)| *name == text).map(|(_, release)| *release);
        let (since, until) = field.map_or((None, None), |field| (release(field.newer), release(field.gone)));
        let is_gone = until.zip(self.first).is_some_and(|(until, first)| until <= first);
        match values.contains(&text) {
            true if is_gone && self.target.is_none() => self.push(key, value, FaultKind::NotAmong(values)),
            true => {
                self.release(key, value, (since, until), true);
            }
            false => self.push(key, value, FaultKind::NotAmong(values)),
        }
    }

    /// True, and told, when the target release is outside of `life`.
    fn release(
        &mut self,
        key: Node<'a>,
        value: Node<'a>,
        life: (Option<Release>, Option<Release>),
        of_value: bool,
    ) -> bool {
        let Some(target) = self.target else { return false };
        let words = match life {
            (Some(since), _) if target < since => format!("came with {since}"),
            (_, Some(until)) if target >= until => format!("was removed with {until}"),
            _ => return false,
        };
        self.push(key, value, FaultKind::NotInRelease { of_value, words });
        true
    }

    fn is_store_interval(&self, value: Node, text: &str) -> bool {
        let takes_durations = self.target.is_none_or(|target| target >= releases::STORE_INTERVAL_AS_DURATION);
        value.is_integer() || takes_durations && is_text(value) && duration::parse(text).is_some()
    }

    fn push(&mut self, key: Node<'a>, value: Node<'a>, kind: FaultKind) {
        self.faults.push(Fault { manifest: self.manifest, key, value, kind });
    }
}

static SPEC: Field = facts::required("spec", Kind::Any);

/// What stands at the root of every object.
static OBJECT: Shape = Shape {
    fields: &[
        facts::optional("apiVersion", Kind::Any),
        facts::optional("kind", Kind::Any),
        facts::optional("metadata", Kind::Any),
        facts::optional("spec", Kind::Any),
        facts::optional("status", Kind::Any),
    ],
    choices: &[],
    reference: None,
};

const NAME: &str = "a name in lower case: letters, digits, `-` and `.`, at most 253 characters";
const NAMESPACE: &str = "a namespace: lower-case letters, digits and `-`, at most 63 characters";
const DATA_KEY: &str = "a key of a Secret: letters, digits, `-`, `_` and `.`, at most 253 characters";
const SCHEDULE: &str = "a schedule: five fields, or a word such as `@daily`";

fn expected(kind: &Kind) -> &'static str {
    match kind {
        Kind::Boolean => "`true` or `false`, without quotes",
        Kind::Integer => "a whole number, without quotes",
        Kind::Duration => "a duration",
        Kind::SecondsOrDuration => "a number of seconds or a duration",
        _ => "a string",
    }
}

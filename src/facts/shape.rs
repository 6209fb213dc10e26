//! The notation in which the operators' kinds are written down: fields, kinds of values, and which fields may stand
//! together.
//!
//! It does not know any kind itself, nor how a manifest is compared with one.

use crate::model::Release;

/// One key of a mapping.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    pub name: &'static str,
    pub kind: Kind,
    pub presence: Presence,
    /// The first release that knows it; `None`: older than every release that these tables go back to.
    pub since: Option<Release>,
    /// The first release that no longer knows it.
    pub until: Option<Release>,
    /// Values of an enumeration that are younger than the field.
    pub newer: &'static [(&'static str, Release)],
    /// Values that a release has taken away.
    pub gone: &'static [(&'static str, Release)],
    /// It came after `v1beta1` was closed.
    pub only_v1: bool,
}

/// Whether a key must be there. A default that the operator fills in makes a key optional.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    Optional,
    Required,
    /// Optional from this release on.
    RequiredUntil(Release),
    /// Required from this release on.
    RequiredSince(Release),
}

/// What a value may be.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Not judged.
    Any,
    Text,
    Boolean,
    Integer,
    /// A whole number from the first to the last, both included.
    Between(i64, i64),
    /// A Go duration: `1h30m`.
    Duration,
    /// One number and one of these units, each a letter: `90m`, but not `1h30m`.
    OneUnit(&'static str),
    /// Seconds, or a Go duration.
    SecondsOrDuration,
    /// Name of an object: a DNS-1123 subdomain, at most 253 characters.
    Name,
    /// Name of a namespace: a DNS-1123 label, at most 63 characters.
    Namespace,
    /// Key in a Secret or ConfigMap: letters, digits, `-`, `_` and `.`, at most 253 characters.
    DataKey,
    /// Five fields of a cron table, or `@daily` and its like.
    Schedule,
    Enum(&'static [&'static str]),
    List(&'static Kind),
    /// Free keys, each with a value of this kind.
    Map(&'static Kind),
    Object(Shape),
}

/// A mapping with known keys.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Sorted by name.
    pub fields: &'static [Field],
    pub choices: &'static [Choice],
    /// Set where it points at an object that can live in another namespace.
    pub reference: Option<Reference>,
}

/// Which namespace a store's reference means when it names none. In a namespaced store it is always the store's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference {
    /// None: a cluster-wide store is refused.
    NeedsNamespace,
    /// The one of the ExternalSecret that uses the cluster-wide store.
    FollowsExternalSecret,
    /// None either, and the bundle it points at is no credential.
    CertificateAuthority,
}

/// How many of a few fields may stand together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    ExactlyOne(&'static [&'static str]),
    AtMostOne(&'static [&'static str]),
    AtLeastOne(&'static [&'static str]),
    /// All or none of them.
    Together(&'static [&'static str]),
    /// Exactly one of the mapping's fields, whichever.
    OneField,
}

pub const fn optional(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, presence: Presence::Optional, since: None, until: None, newer: &[], gone: &[], only_v1: false }
}

pub const fn required(name: &'static str, kind: Kind) -> Field {
    Field { presence: Presence::Required, ..optional(name, kind) }
}

pub const fn object(fields: &'static [Field]) -> Kind {
    choice(&[], fields)
}

/// An object in which only some combinations of fields are accepted.
pub const fn choice(choices: &'static [Choice], fields: &'static [Field]) -> Kind {
    Kind::Object(Shape { fields, choices, reference: None })
}

pub const fn reference(reference: Reference, fields: &'static [Field]) -> Kind {
    Kind::Object(Shape { fields, choices: &[], reference: Some(reference) })
}

impl Field {
    pub const fn since(self, major: u32, minor: u32) -> Field {
        Field { since: Some(Release::new(major, minor)), ..self }
    }

    pub const fn until(self, major: u32, minor: u32) -> Field {
        Field { until: Some(Release::new(major, minor)), ..self }
    }

    pub const fn required_until(self, major: u32, minor: u32) -> Field {
        Field { presence: Presence::RequiredUntil(Release::new(major, minor)), ..self }
    }

    pub const fn required_since(self, major: u32, minor: u32) -> Field {
        Field { presence: Presence::RequiredSince(Release::new(major, minor)), ..self }
    }

    pub const fn newer(self, values: &'static [(&'static str, Release)]) -> Field {
        Field { newer: values, ..self }
    }

    pub const fn gone(self, values: &'static [(&'static str, Release)]) -> Field {
        Field { gone: values, ..self }
    }

    pub const fn only_v1(self) -> Field {
        Field { only_v1: true, ..self }
    }

    /// True when every release from `first` to `last` requires it; `None` is an open end.
    pub fn is_required(&self, first: Option<Release>, last: Option<Release>) -> bool {
        match self.presence {
            Presence::Optional => false,
            Presence::Required => true,
            Presence::RequiredUntil(release) => last.is_some_and(|last| last < release),
            Presence::RequiredSince(release) => first.is_some_and(|first| first >= release),
        }
    }
}

impl Shape {
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.binary_search_by(|field| field.name.cmp(name)).ok().map(|index| &self.fields[index])
    }

    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.fields.iter().map(|field| field.name)
    }
}

impl Choice {
    /// True when so many of its fields may be there.
    pub fn allows(&self, present: usize) -> bool {
        match *self {
            Choice::ExactlyOne(_) | Choice::OneField => present == 1,
            Choice::AtMostOne(_) => present <= 1,
            Choice::AtLeastOne(_) => present >= 1,
            Choice::Together(fields) => present == 0 || present == fields.len(),
        }
    }

    /// The fields that it is about.
    pub fn fields(&self, shape: &Shape) -> Vec<&'static str> {
        match *self {
            Choice::ExactlyOne(fields)
            | Choice::AtMostOne(fields)
            | Choice::AtLeastOne(fields)
            | Choice::Together(fields) => fields.to_vec(),
            Choice::OneField => shape.names().collect(),
        }
    }
}

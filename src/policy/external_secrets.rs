//! `external-secrets:` how an organisation writes its ExternalSecrets.
//!
//! It does not know where they stand, nor what they say.

use serde::Deserialize;

use super::keys::{Key, key};
use super::layer::layered;
use super::place::Said;
use super::shape::{Pairs, Written};
use super::template::Template;
use super::verifier::{Duration, Verifier};
use crate::text::settings::Spanned;

/// What its keys mean.
pub const KEYS: &[Key] = &[
    key("external-secrets", "How ExternalSecrets are written.", &[]),
    key(
        "external-secrets.environments",
        "The environments, by the binding `env`, in which the other keys hold. Default: all.",
        &[],
    ),
    key("external-secrets.location", "Templates of the paths where they stand.", &["external-secret-in-wrong-folder"]),
    key(
        "external-secrets.namespace",
        "A template of the namespace they are deployed to.",
        &["external-secret-in-wrong-namespace"],
    ),
    key(
        "external-secrets.annotations",
        "Annotations that each of them has, with their values.",
        &["required-annotation-missing"],
    ),
    key(
        "external-secrets.refresh-interval",
        "How often they look again. One that is left out is `1h`.",
        &["refresh-interval-not-as-agreed"],
    ),
    key("external-secrets.refresh-interval.equals", "Exactly this often: a duration in `h`, `m`, `s`.", &[]),
    key("external-secrets.refresh-interval.min", "At least so much time lies between.", &[]),
    key("external-secrets.refresh-interval.max", "At most so much time lies between.", &[]),
    key(
        "external-secrets.deletion-policy",
        "What becomes of the Secret when the value is gone from the backend.",
        &["secret-lifecycle-not-as-agreed"],
    ),
    key("external-secrets.creation-policy", "Who owns the Secret.", &["secret-lifecycle-not-as-agreed"]),
    key("external-secrets.target-name", "The name of the Secret, `spec.target.name`.", &["target-name-not-as-agreed"]),
    key("external-secrets.target-name.required", "It is written out. Default: `false`.", &[]),
    key("external-secrets.target-name.template", "Templates of which one fits.", &[]),
    key("external-secrets.target-name.equals", "It is the ExternalSecret's own name.", &[]),
    key(
        "external-secrets.remote-key",
        "What is read from the backend.",
        &["remote-key-not-as-agreed", "remote-key-of-another-app"],
    ),
    key(
        "external-secrets.remote-key.template",
        "Templates of which one fits, or one for each provider. A blank that stands for something else makes it the key of another.",
        &[],
    ),
    key("external-secrets.remote-key.shared", "Templates of keys that anybody may read.", &[]),
    key(
        "external-secrets.remote-key.property",
        "Whether each key names one property of what lies there. Default: `optional`.",
        &["remote-property-missing"],
    ),
    key(
        "external-secrets.listed-in-kustomization",
        "A kustomization leads to each of them.",
        &["external-secret-without-kustomization"],
    ),
];

const DELETION: &[&str] = &["Delete", "Merge", "Retain"];
const CREATION: &[&str] = &["Owner", "Orphan", "Merge", "None", "CreateOrMerge"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Shape {
    environments: Option<Vec<Spanned<String>>>,
    location: Option<Spanned<Written>>,
    namespace: Option<Spanned<String>>,
    annotations: Option<Pairs<Spanned<String>>>,
    refresh_interval: Option<Spanned<IntervalShape>>,
    deletion_policy: Option<Spanned<String>>,
    creation_policy: Option<Spanned<String>>,
    target_name: Option<Spanned<TargetNameShape>>,
    remote_key: Option<Spanned<RemoteKeyShape>>,
    listed_in_kustomization: Option<Spanned<bool>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IntervalShape {
    equals: Option<Spanned<String>>,
    min: Option<Spanned<String>>,
    max: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TargetNameShape {
    #[serde(default)]
    required: bool,
    template: Option<Spanned<Written>>,
    equals: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RemoteKeyShape {
    template: Option<Spanned<Written>>,
    shared: Option<Vec<Spanned<String>>>,
    property: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Default)]
pub struct ExternalSecrets {
    /// Where the other keys hold; everywhere by default.
    pub environments: Option<Vec<Said<String>>>,
    pub location: Option<Vec<Said<Template>>>,
    pub namespace: Option<Said<Template>>,
    pub annotations: Option<Vec<(String, Said<String>)>>,
    pub refresh_interval: Option<Said<Interval>>,
    pub deletion_policy: Option<Said<&'static str>>,
    pub creation_policy: Option<Said<&'static str>>,
    pub target_name: Option<Said<TargetName>>,
    pub remote_key: Option<Said<RemoteKey>>,
    pub listed_in_kustomization: Option<Said<bool>>,
}

/// How often one looks again.
#[derive(Clone, Debug)]
pub struct Interval {
    pub equals: Option<Said<Duration>>,
    pub min: Option<Said<Duration>>,
    pub max: Option<Said<Duration>>,
}

/// The Secret's name, `spec.target.name`.
#[derive(Clone, Debug)]
pub struct TargetName {
    pub required: bool,
    /// One of them has to fit.
    pub templates: Option<Vec<Said<Template>>>,
    /// It is that of the ExternalSecret.
    pub as_metadata: bool,
}

/// What is read from the backend.
#[derive(Clone, Debug)]
pub struct RemoteKey {
    /// For the providers that are named, else for all.
    pub templates: Vec<(Option<String>, Said<Template>)>,
    /// Keys that anybody may read.
    pub shared: Vec<Said<Template>>,
    pub needs_property: bool,
}

layered!(ExternalSecrets {
    environments,
    location,
    namespace,
    annotations,
    refresh_interval,
    deletion_policy,
    creation_policy,
    target_name,
    remote_key,
    listed_in_kustomization,
});

impl Shape {
    pub fn verified(self, verifier: &mut Verifier) -> ExternalSecrets {
        ExternalSecrets {
            environments: verifier.list(self.environments),
            location: verifier.templates(self.location),
            namespace: verifier.template(self.namespace),
            annotations: verifier.pairs(self.annotations),
            refresh_interval: self.refresh_interval.map(|shape| verifier.part(shape, interval)),
            deletion_policy: verifier.word(self.deletion_policy, "deletion policy", DELETION),
            creation_policy: verifier.word(self.creation_policy, "creation policy", CREATION),
            target_name: self.target_name.map(|shape| verifier.part(shape, target_name)),
            remote_key: self.remote_key.map(|shape| verifier.part(shape, remote_key)),
            listed_in_kustomization: self.listed_in_kustomization.map(|listed| verifier.said(listed)),
        }
    }
}

fn interval(verifier: &mut Verifier, shape: IntervalShape) -> Interval {
    Interval {
        equals: verifier.duration(shape.equals),
        min: verifier.duration(shape.min),
        max: verifier.duration(shape.max),
    }
}

fn target_name(verifier: &mut Verifier, shape: TargetNameShape) -> TargetName {
    let equals = verifier.word(shape.equals, "field", &["metadata.name"]);
    TargetName {
        required: shape.required,
        templates: verifier.templates(shape.template),
        as_metadata: equals.is_some(),
    }
}

fn remote_key(verifier: &mut Verifier, shape: RemoteKeyShape) -> RemoteKey {
    let templates = shape.template.map_or_else(Vec::new, |template| {
        let (referenced, defined) = (template.referenced, template.defined);
        match template.value {
            Written::Named(pairs) => {
                let pair = |(provider, text): (Spanned<String>, _)| {
                    Some((Some(provider.value), verifier.template(Some(text))?))
                };
                pairs.0.into_iter().filter_map(pair).collect()
            }
            other => {
                let templates = verifier.templates(Some(Spanned::new(other, referenced, defined)));
                templates.into_iter().flatten().map(|template| (None, template)).collect()
            }
        }
    });
    let shared = shape.shared.into_iter().flatten().filter_map(|text| verifier.template(Some(text)));
    let shared = shared.collect();
    let property = verifier.word(shape.property, "word", &["required", "optional"]);
    RemoteKey { templates, shared, needs_property: property.is_some_and(|word| word.value == "required") }
}

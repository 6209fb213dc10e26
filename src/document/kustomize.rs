//! A kustomization or a Component as it is written: the files and folders it names, and the fields kustomize knows.
//!
//! It does not know whether what it names exists, nor what a build makes of it.

use super::{Document, Role};
use crate::syntax::Node;

/// A folder may hold one of them. Case counts.
/// <https://github.com/kubernetes-sigs/kustomize/blob/master/api/konfig/general.go>
pub const KUSTOMIZATION_NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// The mapping that kustomize reads from a kustomization file.
#[derive(Clone, Copy)]
pub struct Kustomization<'a> {
    pub root: Node<'a>,
}

/// What a kustomization wants from something it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// Objects in a file, or a folder with a kustomization of its own.
    Resource,
    /// A folder whose kustomization is a Component.
    Component,
    /// A file with a part of an object.
    Patch,
    /// A file whose content ends up in a ConfigMap or a Secret.
    GeneratorInput,
    /// A generator, transformer or validator: its configuration as a file or a folder.
    Plugin,
    /// A file that configures kustomize itself: `configurations`, `crds`, `replacements`, `openapi`.
    Settings,
    /// A file of values for a chart that kustomize renders.
    ChartValues,
}

/// A file or folder that a kustomization names.
#[derive(Clone, Copy)]
pub struct Reference<'a> {
    pub usage: Usage,
    /// The field as it is known, `patches.path`.
    pub field: &'static str,
    /// The scalar; it can hold more than the path (`key=path`).
    pub node: Node<'a>,
    pub path: &'a str,
}

/// A key that kustomize refuses, beside the keys that it takes at that place.
pub struct UnknownField<'a> {
    pub key: Node<'a>,
    pub value: Node<'a>,
    pub known: Vec<&'static str>,
}

impl<'a> Kustomization<'a> {
    /// `None` for another tool's object in a file of that name, and for all but the first document: kustomize reads no
    /// further.
    pub fn of(document: &Document<'a>) -> Option<Kustomization<'a>> {
        if *document.role != Role::Kustomization {
            return None;
        }
        let root = document.root;
        // Ids are the same whatever the text, so that none is needed to find the first root.
        let first = root.tree().documents("").next()?.id() == root.id();
        let group = root.str_at("apiVersion").is_none_or(|version| version.starts_with("kustomize.config.k8s.io/"));
        (first && group && (root.is_mapping() || root.is_null())).then_some(Kustomization { root })
    }

    pub fn is_component(&self) -> bool {
        self.root.str_at("kind") == Some("Component")
    }

    /// True where kustomize refuses to build for want of any field beside `apiVersion` and `kind`. An empty list counts
    /// as a field, nothing at all or an empty string does not.
    pub fn is_empty(&self) -> bool {
        let says_nothing = |value: Node| value.is_null() || value.as_str() == Some("");
        let is_type = |key: Node| matches!(key.as_str(), Some("apiVersion" | "kind"));
        self.root.entries().into_iter().all(|(key, value)| is_type(key) || says_nothing(value))
    }

    /// Every file and folder it names, in the order of the fields below; inline content and empty strings are left out.
    pub fn references(&self) -> Vec<Reference<'a>> {
        let mut found = Vec::new();
        for &(usage, field) in REFERENCES {
            collect(self.root, field, usage, field, &mut found);
        }
        found
    }

    /// Keys that the strict decoder of kustomize refuses.
    pub fn unknown_fields(&self) -> Vec<UnknownField<'a>> {
        let mut found = Vec::new();
        find_unknown(self.root, FIELDS, &mut found);
        found
    }

    /// Fields that still work and warn, each with the field that takes its place.
    pub fn deprecated_fields(&self) -> Vec<(Node<'a>, Node<'a>, &'static str)> {
        let replacement =
            |key: Node| DEPRECATED.iter().find(|(name, _)| is_field(key, name)).map(|&(_, instead)| instead);
        let entries = self.root.entries().into_iter().filter(|(_, value)| !value.is_null());
        entries.filter_map(|(key, value)| Some((key, value, replacement(key)?))).collect()
    }
}

impl Reference<'_> {
    /// True where the file's content goes into a ConfigMap or a Secret, values of charts included.
    pub fn is_generator_input(&self) -> bool {
        self.field.starts_with("configMapGenerator.") || self.field.starts_with("secretGenerator.")
    }

    /// True for a path below the repository: not fetched, not absolute, not filled in by something else.
    pub fn is_local(&self) -> bool {
        !is_remote(self.path) && !self.path.starts_with('/') && !self.path.contains("{{") && !self.path.contains("${")
    }
}

/// True for what kustomize would download or clone: a URL, an scp-like address, a bare `github.com/…`.
/// <https://github.com/kubernetes-sigs/kustomize/blob/master/api/internal/git/repospec.go>
pub fn is_remote(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    let path = path.strip_prefix("git::").unwrap_or(&path);
    let user = path.split_once('@').map(|(user, _)| user);
    let names_a_user = |user: &str| {
        user.starts_with(|first: char| first.is_ascii_alphabetic())
            && user.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    ["http://", "https://", "ssh://", "file://", "oci://", "github.com/", "github.com:"]
        .iter()
        .any(|prefix| path.starts_with(prefix))
        || user.is_some_and(names_a_user)
}

/// Follows `field` from `node` through mappings and lists and takes the scalars at its end.
fn collect<'a>(node: Node<'a>, rest: &str, usage: Usage, field: &'static str, found: &mut Vec<Reference<'a>>) {
    let (name, rest) = rest.split_once('.').unwrap_or((rest, ""));
    for (_, value) in node.entries().into_iter().filter(|(key, _)| is_field(*key, name)) {
        let values = if value.is_sequence() { value.items().collect() } else { vec![value] };
        for value in values {
            match value.as_str() {
                _ if !rest.is_empty() => collect(value, rest, usage, field, found),
                Some(text) if !is_inline(text) && !value.is_null() && !value.is_masked() => {
                    found.push(refer(usage, field, value, text))
                }
                _ => {}
            }
        }
    }
}

fn refer<'a>(usage: Usage, field: &'static str, node: Node<'a>, text: &'a str) -> Reference<'a> {
    let (key, path) = match field.ends_with(".files") {
        true => text.split_once('=').unwrap_or(("", text)),
        false => ("", text),
    };
    let usage = match usage {
        // Flux and home-made charts read their values from a ConfigMap that is generated from the file.
        Usage::GeneratorInput if super::helm::is_values_name(key.as_bytes()) => Usage::ChartValues,
        usage => usage,
    };
    Reference { usage, field, node, path }
}

/// `patchesStrategicMerge`, `generators` and their like take YAML in the place of a path.
fn is_inline(text: &str) -> bool {
    text.is_empty() || text.contains('\n') || text.trim_start().starts_with('{')
}

/// Keys are matched as Go's JSON decoder does: whatever their case.
fn is_field(key: Node, name: &str) -> bool {
    key.as_str().is_some_and(|key| key.eq_ignore_ascii_case(name))
}

fn find_unknown<'a>(node: Node<'a>, fields: &'static [Field], found: &mut Vec<UnknownField<'a>>) {
    for item in node.items() {
        find_unknown(item, fields, found);
    }
    for (key, value) in node.own_entries().filter(|(key, _)| key.as_str() != Some("<<") && !key.is_masked()) {
        match fields.iter().find(|field| is_field(key, field.name)) {
            Some(field) if field.inner.is_empty() => {}
            Some(field) => find_unknown(value, field.inner, found),
            None => found.push(UnknownField { key, value, known: fields.iter().map(|field| field.name).collect() }),
        }
    }
}

static REFERENCES: &[(Usage, &str)] = &[
    (Usage::Resource, "resources"),
    (Usage::Resource, "bases"),
    (Usage::Component, "components"),
    (Usage::Settings, "crds"),
    (Usage::Settings, "configurations"),
    (Usage::Settings, "openapi.path"),
    (Usage::Settings, "replacements.path"),
    (Usage::Patch, "patches.path"),
    (Usage::Patch, "patchesStrategicMerge"),
    (Usage::Patch, "patchesJson6902.path"),
    (Usage::Plugin, "generators"),
    (Usage::Plugin, "transformers"),
    (Usage::Plugin, "validators"),
    (Usage::GeneratorInput, "configMapGenerator.files"),
    (Usage::GeneratorInput, "configMapGenerator.envs"),
    (Usage::GeneratorInput, "configMapGenerator.env"),
    (Usage::GeneratorInput, "secretGenerator.files"),
    (Usage::GeneratorInput, "secretGenerator.envs"),
    (Usage::GeneratorInput, "secretGenerator.env"),
    (Usage::ChartValues, "helmCharts.valuesFile"),
    (Usage::ChartValues, "helmCharts.additionalValuesFiles"),
    (Usage::ChartValues, "helmChartInflationGenerator.values"),
];

static DEPRECATED: &[(&str, &str)] = &[
    ("bases", "resources"),
    ("commonLabels", "labels"),
    ("helmChartInflationGenerator", "helmCharts"),
    ("imageTags", "images"),
    ("patchesJson6902", "patches"),
    ("patchesStrategicMerge", "patches"),
    ("vars", "replacements"),
];

/// A field of the API and, where its keys are fixed, what may stand in it or in each of its items.
struct Field {
    name: &'static str,
    inner: &'static [Field],
}

const fn field(name: &'static str) -> Field {
    Field { name, inner: &[] }
}

const fn holding(name: &'static str, inner: &'static [Field]) -> Field {
    Field { name, inner }
}

/// As of kustomize 5.8: <https://github.com/kubernetes-sigs/kustomize/tree/master/api/types>
static FIELDS: &[Field] = &[
    field("apiVersion"),
    field("kind"),
    holding("metadata", &[field("name"), field("namespace"), field("labels"), field("annotations")]),
    field("resources"),
    field("components"),
    field("crds"),
    field("bases"),
    field("namePrefix"),
    field("nameSuffix"),
    field("namespace"),
    field("commonLabels"),
    field("commonAnnotations"),
    field("configurations"),
    field("generators"),
    field("transformers"),
    field("validators"),
    field("buildMetadata"),
    field("openapi"),
    field("patchesStrategicMerge"),
    holding("labels", LABEL),
    holding("patches", PATCH),
    holding("patchesJson6902", PATCH),
    holding("images", IMAGE),
    holding("imageTags", IMAGE),
    holding("replicas", &[field("name"), field("count")]),
    holding("replacements", REPLACEMENT),
    holding("vars", &[field("name"), field("objref"), field("fieldref")]),
    holding("configMapGenerator", GENERATOR),
    holding("secretGenerator", SECRET_GENERATOR),
    holding("generatorOptions", GENERATOR_OPTIONS),
    holding("helmGlobals", &[field("chartHome"), field("configHome")]),
    holding("helmCharts", HELM_CHART),
    field("helmChartInflationGenerator"),
    holding("sortOptions", &[field("order"), field("legacySortOptions")]),
];

static LABEL: &[Field] = &[
    field("pairs"),
    field("includeSelectors"),
    field("includeTemplates"),
    field("includeVolumeClaimTemplates"),
    field("fields"),
];

static PATCH: &[Field] = &[
    field("path"),
    field("patch"),
    holding("target", SELECTOR),
    holding("options", &[field("allowNameChange"), field("allowKindChange")]),
];

static SELECTOR: &[Field] = &[
    field("group"),
    field("version"),
    field("kind"),
    field("name"),
    field("namespace"),
    field("annotationSelector"),
    field("labelSelector"),
];

static IMAGE: &[Field] = &[field("name"), field("newName"), field("newTag"), field("tagSuffix"), field("digest")];

static REPLACEMENT: &[Field] = &[
    field("path"),
    field("sourceValue"),
    holding(
        "source",
        &[
            field("group"),
            field("version"),
            field("kind"),
            field("name"),
            field("namespace"),
            field("fieldPath"),
            holding("options", REPLACEMENT_OPTIONS),
        ],
    ),
    holding(
        "targets",
        &[
            holding("select", SELECTOR),
            holding("reject", SELECTOR),
            field("fieldPaths"),
            holding("options", REPLACEMENT_OPTIONS),
        ],
    ),
];

static REPLACEMENT_OPTIONS: &[Field] = &[field("delimiter"), field("index"), field("encoding"), field("create")];

static GENERATOR_OPTIONS: &[Field] =
    &[field("labels"), field("annotations"), field("disableNameSuffixHash"), field("immutable")];

static GENERATOR: &[Field] = &[
    field("namespace"),
    field("name"),
    field("behavior"),
    field("literals"),
    field("files"),
    field("envs"),
    field("env"),
    holding("options", GENERATOR_OPTIONS),
];

static SECRET_GENERATOR: &[Field] = &[
    field("namespace"),
    field("name"),
    field("behavior"),
    field("literals"),
    field("files"),
    field("envs"),
    field("env"),
    field("type"),
    holding("options", GENERATOR_OPTIONS),
];

static HELM_CHART: &[Field] = &[
    field("name"),
    field("version"),
    field("repo"),
    field("releaseName"),
    field("namespace"),
    field("valuesFile"),
    field("additionalValuesFiles"),
    field("valuesInline"),
    field("valuesMerge"),
    field("includeCRDs"),
    field("skipHooks"),
    field("apiVersions"),
    field("kubeVersion"),
    field("nameTemplate"),
    field("skipTests"),
    field("debug"),
    field("devel"),
];

//! `generators` and `transformers`: the built-in ones do what the fields of a kustomization do; all others would have to
//! be run.
//!
//! It does not know what a plugin does: whatever it may have changed is opaque.

use super::layer::{Layer, field, field_text};
use super::names::{self, Subjects};
use super::patch::{self, Refused};
use super::{Accumulated, Generator, replace};
use crate::graph::data::{Data, Place};
use crate::graph::unit::{Cause, Gap};

/// What a plugin is told, or the place where it is named and cannot be found.
pub type Configuration = Result<Data, Place>;

pub fn generate(layer: &Layer, configurations: &[Configuration], accumulated: &mut Accumulated) {
    for configuration in configurations {
        let generator = configuration.as_ref().ok().and_then(|data| match built_in(data) {
            Some("SecretGenerator") => Some((Generator::Secret, data)),
            Some("ConfigMapGenerator") => Some((Generator::ConfigMap, data)),
            _ => None,
        });
        let generated = generator.and_then(|(generator, data)| {
            let mut entry = data.clone();
            if let (Some(name), None) = (data.at("metadata.name"), field(data, "name")) {
                entry.set("name", name.clone());
            }
            generator.generate(layer, &entry)
        });
        match generated {
            Some(generated) => accumulated.absorb(generated, layer.place),
            None => {
                let place = place_of(configuration);
                accumulated.add_gap(Gap { cause: Cause::NotRun, what: "a generator that is not run".into(), place });
            }
        }
    }
}

pub fn transform(
    layer: &Layer,
    configurations: &[Configuration],
    accumulated: &mut Accumulated,
    refused: &mut Vec<Refused>,
) {
    for configuration in configurations {
        let done = configuration.as_ref().is_ok_and(|data| apply(layer, data, accumulated, refused));
        if !done {
            let place = place_of(configuration);
            accumulated.obscure_all("a transformer that is not run", place);
            refused.push(Refused::new(Cause::NotRun, "a transformer that is not run", place));
        }
    }
}

fn place_of(configuration: &Configuration) -> Place {
    configuration.as_ref().map_or_else(|place| *place, |data| data.place)
}

fn built_in(data: &Data) -> Option<&str> {
    (data.str_at("apiVersion") == Some("builtin")).then(|| data.str_at("kind"))?
}

/// False for what is not ours to do.
fn apply(layer: &Layer, data: &Data, accumulated: &mut Accumulated, refused: &mut Vec<Refused>) -> bool {
    let Some(kind) = built_in(data) else { return false };
    let config = accumulated.config.with_field_specs(field(data, "fieldSpecs"));
    let resources = &mut accumulated.resources;
    let text = |name| data.get(name).filter(|value| value.as_str().is_some_and(|text| !text.is_empty()));
    let pairs = |name| field(data, name).map(Data::entries).unwrap_or_default();
    match kind {
        "NamespaceTransformer" => {
            let Some(namespace) = data.at("metadata.namespace") else { return true };
            let subjects = match field_text(data, "setRoleBindingSubjects") {
                Some("allServiceAccounts") => Subjects::Accounts,
                Some("none") => Subjects::None,
                _ => Subjects::NamedDefault,
            };
            let unset_only = field(data, "unsetOnly").is_some_and(Data::is_true);
            names::set_namespace(resources, &config, namespace, unset_only, subjects);
        }
        "PrefixTransformer" | "PrefixSuffixTransformer" | "SuffixTransformer" => {
            text("prefix").into_iter().for_each(|prefix| names::add_prefix(resources, &config, prefix));
            text("suffix").into_iter().for_each(|suffix| names::add_suffix(resources, &config, suffix));
        }
        "LabelTransformer" => names::add_labels(resources, pairs("labels")),
        "AnnotationsTransformer" => names::add_annotations(resources, &config, pairs("annotations")),
        "PatchTransformer" | "PatchJson6902Transformer" => patch::apply(resources, layer, &[data], refused),
        "ReplacementTransformer" => {
            for replacement in field(data, "replacements").map(Data::items).unwrap_or_default() {
                replace::apply_one(resources, replacement, refused);
            }
        }
        // They name nothing.
        "ImageTagTransformer" | "ReplicaCountTransformer" => {}
        _ => return false,
    }
    true
}

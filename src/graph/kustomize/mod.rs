//! kustomize without kustomize: what a kustomization builds, with the place of each word in the files it came from.
//!
//! It runs nothing, fetches nothing and never guesses: what would have to be downloaded, run or rendered is a gap, and an
//! object that it could have changed is opaque. It does not know images and replicas, which name nothing.
//! The order of the steps is that of
//! <https://github.com/kubernetes-sigs/kustomize/blob/master/api/internal/target/kusttarget.go>.

mod accumulated;
mod config;
mod fields;
mod generate;
mod json_patch;
mod layer;
mod merge;
mod names;
mod patch;
mod plugin;
mod references;
mod replace;
mod resource;
mod schema;
mod select;
mod variables;

use std::collections::HashMap;
use std::sync::Arc;

pub use layer::Edits;

use super::data::{Data, Place};
use super::inventory::Inventory;
use super::layout::{KustomizationKind, Layout};
use super::object::Object;
use super::unit::{Cause, Gap, objects_of, unlisted};
use crate::model::RepoPath;
use accumulated::Accumulated;
use config::Config;
use generate::Generator;
use layer::{Layer, Target, field};
use names::Subjects;
use patch::Refused;
use resource::Resource;

/// Kustomizations inside each other; people stop at five.
const DEEPEST: usize = 64;

/// Layers of one build: a component is applied anew wherever it is named.
const MOST_LAYERS: usize = 20_000;

/// Names that all builds of a tree may keep for those that share a layer: some 200 MB.
const MOST_GATHERED: usize = 4_000_000;

/// What one build gives.
pub struct Build {
    pub objects: Vec<Object>,
    pub gaps: Vec<Gap>,
}

/// Builds kustomizations of one tree. What several share is read once.
pub struct Builder<'a> {
    inventory: &'a Inventory,
    layout: &'a Layout,
    built: HashMap<RepoPath, Arc<Accumulated>>,
    open: Vec<RepoPath>,
    layers: usize,
    gathered: usize,
}

impl<'a> Builder<'a> {
    pub fn new(inventory: &'a Inventory, layout: &'a Layout) -> Builder<'a> {
        Builder { inventory, layout, built: HashMap::new(), open: Vec::new(), layers: 0, gathered: 0 }
    }

    /// What `kustomize build <folder>` gives.
    pub fn build(&mut self, folder: &RepoPath, asked_at: Place) -> Build {
        self.layers = 0;
        finish((*self.folder(folder, asked_at)).clone())
    }

    /// The same with what a release adds; the folder need not hold a kustomization if the release lists resources.
    pub fn build_with(&mut self, folder: &RepoPath, edits: &Edits, asked_at: Place) -> Build {
        self.layers = 0;
        let mut accumulated = Accumulated::default();
        let found = self.kustomization(folder, asked_at, &mut accumulated.gaps);
        if let Some((root, place)) = found.or((!edits.resources.is_empty()).then_some((None, asked_at))) {
            self.layer(&self.layer_of(folder, root, place, Some(edits)), &mut accumulated);
        }
        finish(accumulated)
    }

    /// Folders that a build so far has taken in.
    pub fn has_built(&self, folder: &RepoPath) -> bool {
        self.built.contains_key(folder)
    }

    fn layer_of<'e>(
        &self,
        folder: &RepoPath,
        root: Option<&'e Data>,
        place: Place,
        edits: Option<&'e Edits>,
    ) -> Layer<'e>
    where
        'a: 'e,
    {
        Layer { inventory: self.inventory, layout: self.layout, folder: folder.clone(), place, root, edits }
    }

    /// A folder as a resource: what its kustomization gives, whoever asks.
    fn folder(&mut self, folder: &RepoPath, asked_at: Place) -> Arc<Accumulated> {
        if let Some(known) = self.built.get(folder) {
            return known.clone();
        }
        let mut accumulated = Accumulated::default();
        if let Some(refused) = self.refuse_to_enter(folder, asked_at) {
            accumulated.add_gap(refused);
            return Arc::new(accumulated);
        }
        if let Some((root, place)) = self.kustomization(folder, asked_at, &mut accumulated.gaps) {
            self.open.push(folder.clone());
            self.layer(&self.layer_of(folder, root, place, None), &mut accumulated);
            self.open.pop();
        }
        self.gathered += accumulated.weight();
        let accumulated = Arc::new(accumulated);
        self.built.insert(folder.clone(), accumulated.clone());
        accumulated
    }

    fn refuse_to_enter(&mut self, folder: &RepoPath, asked_at: Place) -> Option<Refused> {
        self.layers += 1;
        if self.open.contains(folder) {
            return Some(Refused::new(Cause::Invalid, format!("{folder} names itself through others"), asked_at));
        }
        let too_much = self.open.len() >= DEEPEST || self.layers > MOST_LAYERS || self.gathered > MOST_GATHERED;
        too_much
            .then(|| Refused::new(Cause::TooMuch, "kustomizations too deep inside each other, or too many", asked_at))
    }

    /// The kustomization of a folder.
    fn kustomization(
        &self,
        folder: &RepoPath,
        asked_at: Place,
        gaps: &mut Vec<Gap>,
    ) -> Option<(Option<&'a Data>, Place)> {
        let mut refuse = |cause, what: String, place| gaps.push(Refused::new(cause, what, place).into());
        let files = self.layout.kustomizations_in(folder);
        let Some(file) = files.first().and_then(|path| self.inventory.id(path)) else {
            refuse(Cause::Missing, format!("{folder} holds no kustomization"), asked_at);
            return None;
        };
        let contents = self.inventory.contents(file)?;
        let root = contents.documents.first();
        let place = root.map_or(Place::start_of(file), |root| root.place);
        if let Some(second) = files.get(1).and_then(|path| self.inventory.id(path)) {
            refuse(Cause::Invalid, format!("{folder} holds several kustomizations"), Place::start_of(second));
        }
        if contents.broken {
            refuse(Cause::Invalid, "a kustomization that cannot be read".to_owned(), place);
        } else if root.is_none_or(is_empty) {
            refuse(Cause::Invalid, "a kustomization that is empty".to_owned(), place);
        }
        Some((root, place))
    }

    fn layer(&mut self, layer: &Layer, accumulated: &mut Accumulated) {
        self.resources(layer, accumulated);
        let (config, unread) = Config::usual().with_configurations(layer);
        accumulated.config.merge(&config);
        for path in unread {
            let what = format!("{} is not here", path.as_str().unwrap_or_default());
            accumulated.add_gap(Refused::new(Cause::Missing, what, path.place));
        }
        generate(layer, accumulated);
        let generators = self.configurations(layer, "generators");
        plugin::generate(layer, &generators, accumulated);
        self.components(layer, accumulated);
        let transformers = self.configurations(layer, "transformers");
        transform(layer, &transformers, accumulated);
    }

    /// What the plugins of a field are told: as it stands, in a file, or as the objects of a kustomization.
    fn configurations(&mut self, layer: &Layer, name: &str) -> Vec<plugin::Configuration> {
        let mut found = Vec::new();
        for entry in layer.list(name) {
            let inline = self.inventory.embedded(entry.place).filter(|all| all.iter().any(Data::is_mapping));
            let documents = match (inline, layer.target(entry.as_str().unwrap_or_default())) {
                (Some(documents), _) => Some(documents.to_vec()),
                (None, Target::File(file)) => self.inventory.contents(file).map(|contents| contents.documents.clone()),
                (None, Target::Folder(folder)) => {
                    let built = self.folder(&folder, entry.place);
                    let all = built.resources.iter().map(|resource| resource.object.data.clone()).collect();
                    (!built.gaps.iter().any(Gap::hides_objects)).then_some(all)
                }
                _ => None,
            };
            match documents {
                Some(documents) => found.extend(documents.into_iter().filter(Data::is_mapping).map(Ok)),
                None => found.push(Err(entry.place)),
            }
        }
        found
    }

    fn resources(&mut self, layer: &Layer, accumulated: &mut Accumulated) {
        let bases = layer.root.and_then(|root| field(root, "bases")).map(Data::items).unwrap_or_default();
        for entry in layer.list("resources").into_iter().chain(bases) {
            let Some(path) = entry.as_str() else { continue };
            let mut refuse = |cause, why: &str| {
                accumulated.add_gap(Refused::new(cause, format!("{path} {why}"), entry.place));
            };
            match layer.target(path) {
                Target::Folder(folder) if self.is_component(&folder) => refuse(Cause::Invalid, "is a component"),
                Target::Folder(folder) => {
                    let base = self.folder(&folder, entry.place);
                    accumulated.take_in(&base, entry.place);
                }
                Target::File(file) => match self.inventory.contents(file) {
                    None => refuse(Cause::Missing, "was not read"),
                    Some(contents) => {
                        if contents.broken {
                            refuse(Cause::Invalid, "cannot be read");
                        }
                        let lost = contents.documents.iter().flat_map(unlisted).any(is_lost);
                        if lost {
                            refuse(Cause::Invalid, "holds something that is no object");
                        }
                        accumulated.add_all(objects_of(contents).into_iter().map(Resource::new), entry.place);
                    }
                },
                Target::Remote => refuse(Cause::Remote, "is not fetched"),
                Target::Outside => refuse(Cause::Missing, "lies outside of the tree"),
                Target::Missing => refuse(Cause::Missing, "is not here"),
            }
        }
    }

    /// Components change what has been gathered where they are named.
    fn components(&mut self, layer: &Layer, accumulated: &mut Accumulated) {
        for entry in layer.list("components") {
            let Some(path) = entry.as_str() else { continue };
            let folder = match layer.target(path) {
                Target::Folder(folder) => folder,
                Target::Remote => {
                    let what = format!("{path} is not fetched");
                    accumulated.add_gap(Refused::new(Cause::Remote, what, entry.place));
                    accumulated.obscure_all("a component that is not here", entry.place);
                    continue;
                }
                _ => {
                    let what = format!("{path} is not a folder of this tree");
                    accumulated.add_gap(Refused::new(Cause::Missing, what, entry.place));
                    continue;
                }
            };
            if let Some(refused) = self.refuse_to_enter(&folder, entry.place) {
                accumulated.add_gap(refused);
                continue;
            }
            if let Some((root, place)) = self.kustomization(&folder, entry.place, &mut accumulated.gaps) {
                self.open.push(folder.clone());
                self.layer(&self.layer_of(&folder, root, place, None), accumulated);
                self.open.pop();
            }
        }
    }

    fn is_component(&self, folder: &RepoPath) -> bool {
        let file = self.layout.kustomizations_in(folder).into_iter().next();
        file.and_then(|file| self.layout.kustomization_kind(&file)) == Some(KustomizationKind::Component)
    }
}

/// True where kustomize finds nothing but the type. An empty list counts as a field, an empty text does not.
fn is_empty(root: &Data) -> bool {
    let says_nothing = |(key, value): &(Data, Data)| {
        matches!(key.as_str(), Some("apiVersion" | "kind")) || value.is_null() || value.as_str() == Some("")
    };
    root.entries().iter().all(says_nothing)
}

/// A document that kustomize would refuse: it says something, and not what it is.
fn is_lost(document: &Data) -> bool {
    let is_empty = document.is_null() || document.is_mapping() && document.entries().is_empty();
    !is_empty && !document.is_unknown() && Object::of(document.clone()).is_none()
}

fn generate(layer: &Layer, accumulated: &mut Accumulated) {
    for generator in Generator::ALL {
        for entry in layer.list(generator.field()) {
            match generator.generate(layer, entry) {
                Some(generated) => accumulated.absorb(generated, entry.place),
                None => {
                    let what = format!("a {} without a name", generator.field());
                    accumulated.add_gap(Refused::new(Cause::Invalid, what, entry.place));
                }
            }
        }
    }
    for field in ["helmCharts", "helmChartInflationGenerator"] {
        for entry in layer.list(field) {
            let what = "a chart that is not rendered";
            accumulated.add_gap(Refused::new(Cause::NotRun, what, entry.place));
        }
    }
}

fn transform(layer: &Layer, transformers: &[plugin::Configuration], accumulated: &mut Accumulated) {
    let (resources, config) = (&mut accumulated.resources, &accumulated.config);
    let mut refused = Vec::new();
    patch::apply_merges(resources, layer, &mut refused);
    patch::apply(resources, layer, &layer.list("patches"), &mut refused);
    if let Some(namespace) = layer.text("namespace") {
        names::set_namespace(resources, config, namespace, false, Subjects::NamedDefault);
    }
    if let Some(prefix) = layer.text("namePrefix") {
        names::add_prefix(resources, config, prefix);
    }
    if let Some(suffix) = layer.text("nameSuffix") {
        names::add_suffix(resources, config, suffix);
    }
    for labels in layer.list("labels") {
        names::add_labels(resources, field(labels, "pairs").map(Data::entries).unwrap_or_default());
    }
    names::add_labels(resources, layer.mapping("commonLabels"));
    names::add_annotations(resources, config, layer.mapping("commonAnnotations"));
    patch::apply(resources, layer, &layer.list("patchesJson6902"), &mut refused);
    replace::apply(resources, layer, &mut refused);
    plugin::transform(layer, transformers, accumulated, &mut refused);
    let declared = variables::declare(&mut accumulated.resources, &layer.list("vars"));
    accumulated.add_variables(declared);
    refused.into_iter().for_each(|refused| accumulated.add_gap(refused));
    for schema in layer.list("crds") {
        accumulated.obscure_custom(layer, schema);
    }
    accumulated.drop_repeats(layer.place);
}

/// The steps that follow the outermost layer: hashes, references, variables.
fn finish(mut accumulated: Accumulated) -> Build {
    let mut refused = Vec::new();
    let resources = &mut accumulated.resources;
    for resource in resources.iter_mut().filter(|resource| resource.hashed) {
        let name = format!("{}-{}", resource.name(), generate::hash(resource.data()));
        resource.remember();
        resource.rename(name);
    }
    for ambiguous in references::follow(resources, &accumulated.config) {
        let what = format!("several objects that {} may mean", ambiguous.name);
        refused.push(Refused::new(Cause::Invalid, what, ambiguous.place));
    }
    variables::resolve(resources, &accumulated.config, &accumulated.variables, &mut refused);
    resources.retain(|resource| !is_local(resource.data()));
    refused.into_iter().for_each(|refused| accumulated.add_gap(refused));
    let objects = accumulated.resources.into_iter().map(|resource| resource.object).collect();
    Build { objects, gaps: accumulated.gaps }
}

/// An object that is there for the build alone.
fn is_local(data: &Data) -> bool {
    let annotations = data.at("metadata.annotations");
    annotations
        .and_then(|all| all.get("config.kubernetes.io/local-config"))
        .is_some_and(|mark| mark.as_str() != Some("false"))
}

impl From<Refused> for Gap {
    fn from(refused: Refused) -> Gap {
        Gap { cause: refused.cause, what: refused.what, place: refused.place }
    }
}

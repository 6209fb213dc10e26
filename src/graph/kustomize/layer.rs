//! One kustomization as a build reads it: its fields, what a release adds to them, and the files that they name.
//!
//! It does not know what the fields do.

use crate::document::kustomize::is_remote;
use crate::graph::data::{Data, FileId, Place};
use crate::graph::inventory::{Contents, Inventory};
use crate::graph::layout::Layout;
use crate::model::RepoPath;

/// What Argo CD or Flux adds to the kustomization that it builds.
#[derive(Clone, Debug, Default)]
pub struct Edits {
    /// Paths, for a folder that has no kustomization of its own.
    pub resources: Vec<Data>,
    pub components: Vec<Data>,
    pub patches: Vec<Data>,
    pub namespace: Option<Data>,
    pub prefix: Option<Data>,
    pub suffix: Option<Data>,
}

pub struct Layer<'a> {
    pub inventory: &'a Inventory,
    pub layout: &'a Layout,
    /// Paths are relative to it.
    pub folder: RepoPath,
    /// The whole kustomization, or what stands in for it.
    pub place: Place,
    /// Nothing for a folder without a kustomization.
    pub root: Option<&'a Data>,
    pub edits: Option<&'a Edits>,
}

/// Where a path leads.
#[derive(Debug)]
pub enum Target {
    File(FileId),
    Folder(RepoPath),
    /// It would have to be downloaded.
    Remote,
    /// Absolute, or above the tree.
    Outside,
    Missing,
}

impl<'a> Layer<'a> {
    /// The items of a list field, and those that a release adds.
    pub fn list(&self, name: &str) -> Vec<&'a Data> {
        let own = self.root.and_then(|root| field(root, name)).map(Data::items).unwrap_or_default();
        let added = self.edits.map_or(&[][..], |edits| match name {
            "resources" => &edits.resources,
            "components" => &edits.components,
            "patches" => &edits.patches,
            _ => &[],
        });
        own.iter().chain(added).filter(|item| !item.is_null()).collect()
    }

    /// A field that holds a text which is not empty.
    pub fn text(&self, name: &str) -> Option<&'a Data> {
        let edited = self.edits.and_then(|edits| match name {
            "namespace" => edits.namespace.as_ref(),
            "namePrefix" => edits.prefix.as_ref(),
            "nameSuffix" => edits.suffix.as_ref(),
            _ => None,
        });
        let own = || self.root.and_then(|root| field(root, name));
        edited.or_else(own).filter(|value| value.as_str().is_some_and(|text| !text.is_empty()))
    }

    pub fn mapping(&self, name: &str) -> &'a [(Data, Data)] {
        self.root.and_then(|root| field(root, name)).map(Data::entries).unwrap_or_default()
    }

    /// Where a path leads that this layer names.
    pub fn target(&self, path: &str) -> Target {
        let Some(target) = self.folder.join(path.as_bytes()) else { return Target::Outside };
        match self.inventory.id(&target) {
            Some(file) => Target::File(file),
            None if self.layout.is_folder(&target) => Target::Folder(target),
            None if is_remote(path) => Target::Remote,
            None => Target::Missing,
        }
    }

    /// The file that a path names, if it was read.
    pub fn file(&self, path: &Data) -> Option<(FileId, &'a Contents)> {
        match self.target(path.as_str()?) {
            Target::File(file) => Some((file, self.inventory.contents(file)?)),
            _ => None,
        }
    }
}

/// A field as Go's JSON decoder finds it: by its name, else whatever its case. Null is as good as nothing.
pub fn field<'d>(data: &'d Data, name: &str) -> Option<&'d Data> {
    let ignoring_case = || {
        let entries = data.entries().iter();
        let mut named = entries.filter(|(key, _)| key.as_str().is_some_and(|key| key.eq_ignore_ascii_case(name)));
        named.next().map(|(_, value)| value)
    };
    data.get(name).or_else(ignoring_case).filter(|value| !value.is_null())
}

/// `field` as a scalar's text.
pub fn field_text<'d>(data: &'d Data, name: &str) -> Option<&'d str> {
    field(data, name)?.as_str()
}

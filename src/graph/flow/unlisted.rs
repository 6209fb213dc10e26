//! Manifests about secrets that lie beside or below a kustomization and are led to by nobody: they never reach a cluster.
//!
//! It does not know whether that is meant.

use super::Graph;
use crate::document::Role;
use crate::document::kustomize::KUSTOMIZATION_NAMES;
use crate::graph::{Data, FileId, Inventory, Object};

/// A file of manifests that nobody deploys, below a kustomization that could.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unlisted {
    pub file: FileId,
    /// The nearest kustomization above.
    pub kustomization: FileId,
    /// Its first object about secrets: the index in `Graph::strays`.
    pub object: usize,
}

/// The groups of which every kind is about secrets, and the kinds of those of which only some are.
const ABOUT_SECRETS: [(&str, &[&str]); 7] = [
    ("external-secrets.io", &[]),
    ("generators.external-secrets.io", &[]),
    ("secrets.hashicorp.com", &[]),
    ("secrets.infisical.com", &[]),
    ("bitnami.com", &["SealedSecret"]),
    ("isindir.github.com", &["SopsSecret"]),
    ("", &["Secret"]),
];

fn is_about_secrets(object: &Object) -> bool {
    let (group, kind) = (object.group(), object.kind());
    ABOUT_SECRETS.iter().any(|(known, kinds)| *known == group && (kinds.is_empty() || kinds.contains(&kind)))
}

pub fn find(graph: &Graph) -> Vec<Unlisted> {
    let mut found: Vec<Unlisted> = Vec::new();
    for (object, stray) in graph.strays.objects.iter().enumerate().filter(|(_, stray)| is_about_secrets(stray)) {
        let file = stray.data.place.file;
        if found.iter().any(|known| known.file == file) {
            continue;
        }
        let kustomization = kustomization_above(graph.inventory, file);
        // A path that leads nowhere was probably meant for this file, and is told by itself.
        let kustomization = kustomization.filter(|&above| !names_nothing(graph.inventory, above));
        let kustomization = kustomization.filter(|_| !is_read_by_plugin(graph.inventory, file));
        found.extend(kustomization.map(|kustomization| Unlisted { file, kustomization, object }));
    }
    found.sort_by_key(|unlisted| unlisted.file);
    found
}

/// True where a generator or a transformer beside the file, such as the one of KSOPS, names it: its own fields are not
/// known, so that any scalar counts.
fn is_read_by_plugin(inventory: &Inventory, file: FileId) -> bool {
    let Some(path) = inventory.path(file) else { return false };
    let (folder, name) = (path.parent(), path.file_name());
    let beside = |other: &FileId| inventory.path(*other).is_some_and(|other| other.parent() == folder);
    let files = 0..FileId::try_from(inventory.files.len()).unwrap_or(FileId::MAX);
    let contents = files.filter(beside).filter_map(|other| inventory.contents(other));
    let mut settings = contents.filter(|contents| contents.role == Role::KustomizeSettings);
    settings.any(|contents| contents.documents.iter().any(|document| mentions(document, name)))
}

fn mentions(data: &Data, name: &[u8]) -> bool {
    let is_name = |text: &str| text.trim_start_matches("./").as_bytes() == name;
    data.as_str().is_some_and(is_name)
        || data.items().iter().chain(data.entries().iter().map(|(_, value)| value)).any(|below| mentions(below, name))
}

/// True where the kustomization lists a file that is not there.
fn names_nothing(inventory: &Inventory, kustomization: FileId) -> bool {
    let (Some(contents), Some(path)) = (inventory.contents(kustomization), inventory.path(kustomization)) else {
        return false;
    };
    let resources = contents.documents.iter().filter_map(|document| document.get("resources")).flat_map(Data::items);
    let is_file = |entry: &&str| entry.ends_with(".yaml") || entry.ends_with(".yml");
    let mut files = resources.filter_map(Data::as_str).filter(is_file).filter(|entry| !entry.contains("://"));
    files.any(|entry| path.parent().join(entry.as_bytes()).is_some_and(|target| inventory.id(&target).is_none()))
}

fn kustomization_above(inventory: &Inventory, file: FileId) -> Option<FileId> {
    let folder = inventory.path(file)?.parent();
    let above = std::iter::successors(Some(folder), |folder| (!folder.as_bytes().is_empty()).then(|| folder.parent()));
    let mut paths = above.flat_map(|folder| {
        KUSTOMIZATION_NAMES.iter().filter_map(move |name| folder.join(name.as_bytes())).collect::<Vec<_>>()
    });
    paths.find_map(|path| inventory.id(&path))
}

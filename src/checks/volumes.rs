//! Secrets that a container sees as files.
//!
//! It does not know which programs read their files again.

use super::{Context, Reporter};
use crate::document::{Document, Form};
use crate::facts::consumers::{CONTAINERS, pod_spec};
use crate::syntax::Node;

/// `secret-mounted-by-subpath`
pub fn by_subpath(document: &Document, _context: &Context, reporter: &mut Reporter) {
    for manifest in document.manifests().iter().filter(|_| document.form() == Form::Whole) {
        let Some(pod) = pod_spec(manifest.group(), manifest.kind()).and_then(|path| manifest.root.at(path)) else {
            continue;
        };
        if manifest.kind().ends_with("Job") || is_reloaded(manifest.root) {
            continue;
        }
        let volumes =
            pod.get("volumes").into_iter().flat_map(Node::items).filter(|volume| volume.get("secret").is_some());
        let names: Vec<&str> = volumes.filter_map(|volume| volume.str_at("name")).collect();
        let containers = CONTAINERS.iter().filter_map(|list| pod.get(list)).flat_map(Node::items);
        for mount in containers.filter_map(|container| container.get("volumeMounts")).flat_map(Node::items) {
            let is_secret = mount.str_at("name").is_some_and(|name| names.contains(&name));
            let Some(path) = mount.get("subPath").filter(|path| is_secret && !path.is_null()) else { continue };
            reporter.at(path).blank("volume", mount.str_at("name").unwrap_or_default()).emit();
        }
    }
}

fn is_reloaded(root: Node) -> bool {
    let places = ["metadata.annotations", "spec.template.metadata.annotations"].into_iter();
    let keys = places.filter_map(|path| root.at(path)).flat_map(Node::entries).filter_map(|(key, _)| key.as_str());
    keys.into_iter().any(|key| key.contains("reloader.stakater.com") || key.starts_with("checksum/"))
}

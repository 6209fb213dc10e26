//! Our builds of kustomizations against kustomize's own.
//!
//! It does not judge: what is compared is who the objects are, what they refer to, and which keys they hold.

mod fixtures;
mod generated;
mod kubectl;
mod repositories;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tightlip::document::{Document, Role};
use tightlip::graph::{Builder, Cause, Contents, Data, Inventory, Layout, Object, Place};
use tightlip::model::RepoPath;
use tightlip::syntax::Syntax;

/// The tree below `root`, as the engine would hand it over.
fn survey(root: &Path) -> (Inventory, Layout) {
    let mut paths = Vec::new();
    list(root, root, &mut paths);
    let mut layout = Layout::new(paths.iter().cloned());
    let read = |path: &RepoPath| fs::read(root.join(path.to_path())).unwrap_or_default();
    for path in layout.kustomizations() {
        let text = String::from_utf8_lossy(&read(&path)).into_owned();
        let tree = Syntax::Yaml.parse(&text);
        for document in Document::all(&path, &Role::Kustomization, &text, &tree) {
            layout.learn(&document);
        }
    }
    let mut inventory = Inventory::new(paths.iter().cloned());
    for path in &paths {
        if Syntax::of_path(path).is_some() || layout.is_input(path) {
            let file = inventory.id(path).expect("a listed file");
            inventory.add(file, Contents::read(file, path, &layout, &read(path)));
        }
    }
    (inventory, layout)
}

fn list(folder: &Path, root: &Path, paths: &mut Vec<RepoPath>) {
    for entry in fs::read_dir(folder).expect("a readable folder").flatten() {
        let kind = entry.file_type().expect("a file type");
        if kind.is_dir() && entry.file_name() != ".git" {
            list(&entry.path(), root, paths);
        } else if kind.is_file() {
            paths.push(RepoPath::from_path(entry.path().strip_prefix(root).expect("below the root")));
        }
    }
}

/// What we build of `folder`: one line an object, and whether all of it is understood.
struct Ours {
    lines: String,
    /// Objects that are opaque, of how many.
    opaque: (usize, usize),
    causes: Vec<(Cause, String)>,
}

fn ours(inventory: &Inventory, layout: &Layout, folder: &RepoPath) -> Ours {
    let build = Builder::new(inventory, layout).build(folder, Place::start_of(0));
    let opaque = build.objects.iter().filter(|object| object.opaque.is_some()).count();
    let refusing = build.gaps.iter().filter(|gap| gap.hides_objects());
    let causes = refusing.map(|gap| (gap.cause, gap.what.clone())).collect();
    Ours { lines: told(&build.objects), opaque: (opaque, build.objects.len()), causes }
}

/// Each object in one line, its references and the keys of its data below it; sorted.
fn told(objects: &[Object]) -> String {
    let mut told: Vec<String> = objects.iter().map(told_of).collect();
    told.sort();
    told.concat()
}

fn told_of(object: &Object) -> String {
    let namespace = object.namespace().unwrap_or("-");
    let name = object.name_text().unwrap_or("-");
    let api_version = object.data.str_at("apiVersion").unwrap_or("-");
    let mut lines = BTreeMap::new();
    references(&object.data, &mut Vec::new(), &mut lines);
    let lines: String =
        lines.iter().flat_map(|(key, values)| values.iter().map(move |v| format!("  {key} {v}\n"))).collect();
    format!("{api_version} {} {namespace}/{name}\n{lines}", object.kind())
}

/// What a reference's name stands under, with the key above it.
const REFERENCES: &[&str] = &[
    "secretKeyRef.name",
    "secretKeyRef.key",
    "configMapKeyRef.name",
    "secretRef.name",
    "configMapRef.name",
    "secret.secretName",
    "secret.name",
    "tls.secretName",
    "configMap.name",
    "imagePullSecrets.name",
    "secrets.name",
    "secretStoreRef.name",
    "secretStoreRef.kind",
    "target.name",
    "remoteRef.key",
    "remoteRef.property",
    "data.secretKey",
    "extract.key",
    "auth.secretRef",
    "serviceAccountRef.name",
    "serviceAccountRef.namespace",
    "spec.serviceAccountName",
    "spec.serviceName",
    "spec.vaultAuthRef",
    "spec.vaultConnectionRef",
    "spec.secretName",
    "destination.name",
    "valuesFrom.name",
    "existingSecret",
    "scaleTargetRef.name",
    "roleRef.name",
    "subjects.name",
    "subjects.namespace",
    "env.name",
    "env.value",
    "sourceRef.name",
    "claimName",
    "annotations.nginx.ingress.kubernetes.io/auth-secret",
    "annotations.secret.reloader.stakater.com/reload",
];

fn references(data: &Data, keys: &mut Vec<String>, found: &mut BTreeMap<String, Vec<String>>) {
    if let Some(text) = data.as_str() {
        let is_data = matches!(keys.first().map(String::as_str), Some("data" | "stringData" | "binaryData"));
        let path = keys.join(".");
        if is_data && keys.len() == 2 && !data.is_null() {
            found.entry(path).or_default().push("is there".to_owned());
        } else if REFERENCES.iter().any(|known| path == *known || path.ends_with(&format!(".{known}")))
            && !data.is_null()
        {
            let values = found.entry(path).or_default();
            values.push(format!("{text:?}"));
            values.sort();
        }
    }
    for (key, value) in data.entries() {
        keys.push(key.as_str().unwrap_or("?").to_owned());
        references(value, keys, found);
        keys.pop();
    }
    data.items().iter().for_each(|item| references(item, keys, found));
}

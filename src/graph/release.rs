//! Releases: what a Flux Kustomization, an Argo CD Application or ApplicationSet applies from a folder of the tree, and what
//! it changes on the way.
//!
//! It does not know what the folder holds. It reads the objects as they are written, and of an ApplicationSet only what can
//! be said without a cluster: folders of the tree and lists.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::data::{Content, Data, Place};
use super::inventory::Inventory;
use super::kustomize::Edits;
use super::layout::Layout;
use super::unit::unlisted;
use crate::document::Role;
use crate::model::RepoPath;

/// Releases of one tree; an ApplicationSet makes one a folder.
const MOST: usize = 10_000;

#[derive(Clone, Debug)]
pub struct Release {
    pub name: Arc<str>,
    pub folder: RepoPath,
    /// Where it names the folder.
    pub place: Place,
    pub edits: Edits,
    /// Where objects go that name no namespace.
    pub namespace: Option<Arc<str>>,
    pub reading: Reading,
    pub substitution: Option<Substitution>,
}

/// How a folder without a kustomization is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Flux writes a kustomization that lists everything below.
    Everything,
    /// Argo CD takes the manifests of the folder as they are, or of the folders below too.
    Directory { recurse: bool },
}

/// Flux's `${NAME}`.
#[derive(Clone, Debug, Default)]
pub struct Substitution {
    values: BTreeMap<Arc<str>, Arc<str>>,
    /// There are more, in objects of the cluster.
    open: bool,
}

/// The releases of the tree whose folders are in it, in the order of their files.
pub fn releases(inventory: &Inventory, layout: &Layout) -> Vec<Release> {
    let mut releases = Vec::new();
    for file in 0..inventory.files.len() {
        let Some(contents) = u32::try_from(file).ok().and_then(|file| inventory.contents(file)) else { continue };
        if contents.role != Role::Plain {
            continue;
        }
        for object in contents.documents.iter().flat_map(unlisted) {
            match (group(object), object.str_at("kind")) {
                ("kustomize.toolkit.fluxcd.io", Some("Kustomization")) => releases.extend(flux(object)),
                ("argoproj.io", Some("Application")) => releases.extend(applications(object)),
                ("argoproj.io", Some("ApplicationSet")) => releases.extend(application_set(object, inventory)),
                _ => {}
            }
        }
        if releases.len() > MOST {
            break;
        }
    }
    releases.retain(|release| layout.is_folder(&release.folder));
    releases
}

fn group(object: &Data) -> &str {
    object.str_at("apiVersion").and_then(|version| version.split_once('/')).map_or("", |(group, _)| group)
}

fn name_of(object: &Data) -> Arc<str> {
    object.at("metadata.name").and_then(Data::shared_text).cloned().unwrap_or_default()
}

fn flux(object: &Data) -> Option<Release> {
    let spec = object.get("spec")?;
    let text = |name| spec.get(name).filter(|value| value.as_str().is_some_and(|text| !text.is_empty())).cloned();
    let items = |name| spec.get(name).map(|list| list.items().to_vec()).unwrap_or_default();
    let (folder, place) = match spec.get("path").filter(|path| !path.is_null()) {
        Some(path) => (RepoPath::from("").join(path.as_str()?.trim_start_matches('/').as_bytes())?, path.place),
        None => return None,
    };
    let namespace = text("targetNamespace");
    Some(Release {
        name: name_of(object),
        folder,
        place,
        namespace: namespace.as_ref().and_then(Data::shared_text).cloned(),
        edits: Edits {
            namespace,
            prefix: text("namePrefix"),
            suffix: text("nameSuffix"),
            patches: items("patches"),
            components: items("components"),
            resources: Vec::new(),
        },
        reading: Reading::Everything,
        substitution: spec.get("postBuild").map(Substitution::of),
    })
}

fn applications(object: &Data) -> Vec<Release> {
    let Some(spec) = object.get("spec") else { return Vec::new() };
    let several = spec.get("sources").map(Data::items).unwrap_or_default();
    let sources = several.iter().chain(spec.get("source"));
    sources.filter_map(|source| application(object, spec, source)).collect()
}

fn application(object: &Data, spec: &Data, source: &Data) -> Option<Release> {
    let path = source.get("path")?;
    let of_kustomize = |name| source.at("kustomize").and_then(|settings| settings.get(name));
    let text = |name| of_kustomize(name).filter(|value| value.as_str().is_some_and(|text| !text.is_empty())).cloned();
    let items = |name| of_kustomize(name).map(|list| list.items().to_vec()).unwrap_or_default();
    let namespace = spec.at("destination.namespace").and_then(Data::shared_text).cloned();
    Some(Release {
        name: name_of(object),
        folder: RepoPath::from("").join(path.as_str()?.trim_start_matches('/').as_bytes())?,
        place: path.place,
        namespace,
        edits: Edits {
            namespace: text("namespace"),
            prefix: text("namePrefix"),
            suffix: text("nameSuffix"),
            patches: items("patches"),
            components: items("components"),
            resources: Vec::new(),
        },
        reading: Reading::Directory { recurse: source.at("directory.recurse").is_some_and(Data::is_true) },
        substitution: None,
    })
}

fn application_set(object: &Data, inventory: &Inventory) -> Vec<Release> {
    let Some(template) = object.at("spec.template") else { return Vec::new() };
    let generators = object.at("spec.generators").map(Data::items).unwrap_or_default();
    let mut releases = Vec::new();
    for generator in generators {
        let listed = generator.at("list.elements").map(Data::items).unwrap_or_default();
        let listed = listed.iter().map(|element| {
            let values = element.entries().iter();
            values.filter_map(|(key, value)| Some((key.as_str()?.to_owned(), value.as_str()?.to_owned()))).collect()
        });
        let found = folders(generator, inventory);
        let found = found.iter().map(|folder| {
            let (path, name) = (folder.to_text(), String::from_utf8_lossy(folder.file_name()).into_owned());
            BTreeMap::from([
                ("path".to_owned(), path.clone().into_owned()),
                ("path.path".to_owned(), path.into_owned()),
                ("path.basename".to_owned(), name.clone()),
                ("path.basenameNormalized".to_owned(), name),
            ])
        });
        for values in listed.chain(found).take(MOST) {
            let mut filled = template.clone();
            fill(&mut filled, &|text| expand(text, &values));
            releases.extend(applications(&filled));
        }
    }
    releases
}

/// The folders that a git generator means: each part of a path is a name or has `*` in it.
fn folders(generator: &Data, inventory: &Inventory) -> Vec<RepoPath> {
    let directories = generator.at("git.directories").map(Data::items).unwrap_or_default();
    let (excluded, wanted): (Vec<&Data>, Vec<&Data>) =
        directories.iter().partition(|entry| entry.get("exclude").is_some_and(Data::is_true));
    if wanted.is_empty() {
        return Vec::new();
    }
    let is_meant = |entries: &[&Data], folder: &RepoPath| {
        entries.iter().any(|entry| entry.str_at("path").is_some_and(|pattern| fits(pattern, &folder.to_text())))
    };
    let mut folders: Vec<RepoPath> = inventory.files.iter().flat_map(above).collect();
    folders.sort_unstable();
    folders.dedup();
    folders.retain(|folder| is_meant(&wanted, folder) && !is_meant(&excluded, folder));
    folders
}

/// The folders that a file lies in, but for the root.
fn above(path: &RepoPath) -> Vec<RepoPath> {
    let parents = std::iter::successors(Some(path.parent()), |folder| Some(folder.parent()));
    parents.take_while(|folder| !folder.as_bytes().is_empty()).collect()
}

fn fits(pattern: &str, path: &str) -> bool {
    let (patterns, parts) = (pattern.trim_matches('/').split('/'), path.split('/'));
    patterns.clone().count() == parts.clone().count()
        && patterns.zip(parts).all(|(pattern, part)| fits_part(pattern, part))
}

fn fits_part(pattern: &str, part: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else { return pattern == part };
    let Some(rest) = part.strip_prefix(before) else { return false };
    if !after.contains('*') {
        return rest.ends_with(after);
    }
    (0..=rest.len()).filter(|&at| rest.is_char_boundary(at)).any(|at| fits_part(after, &rest[at..]))
}

/// `{{path}}` and `{{.path.path}}`; what is not known stays.
fn expand(text: &str, values: &BTreeMap<String, String>) -> Option<String> {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, behind) = after.split_once("}}")?;
        expanded.push_str(before);
        match values.get(name.trim().trim_start_matches('.')) {
            Some(value) => expanded.push_str(value),
            None => expanded.extend(["{{", name, "}}"]),
        }
        rest = behind;
    }
    (rest.len() < text.len()).then(|| expanded + rest)
}

/// Changes the scalars for which there is another text.
fn fill(data: &mut Data, text: &dyn Fn(&str) -> Option<String>) {
    if let Some(new) = data.as_str().and_then(text) {
        let plain = matches!(data.content, Content::Scalar { plain: true, .. });
        data.content = Content::Scalar { text: new.into(), plain };
        return;
    }
    if holds(data, text) {
        data.items_mut().into_iter().flatten().for_each(|item| fill(item, text));
        data.entries_mut().into_iter().flatten().for_each(|(_, value)| fill(value, text));
    }
}

fn holds(data: &Data, text: &dyn Fn(&str) -> Option<String>) -> bool {
    data.as_str().is_some_and(|known| text(known).is_some())
        || data.items().iter().any(|item| holds(item, text))
        || data.entries().iter().any(|(_, value)| holds(value, text))
}

impl Substitution {
    fn of(post_build: &Data) -> Substitution {
        let entries = post_build.get("substitute").map(Data::entries).unwrap_or_default();
        let pair = |(key, value): &(Data, Data)| Some((key.shared_text()?.clone(), value.shared_text()?.clone()));
        let open = post_build.get("substituteFrom").is_some_and(|from| !from.items().is_empty());
        Substitution { values: entries.iter().filter_map(pair).collect(), open }
    }

    /// Fills in what is known. What the cluster knows stays as it is written, and so its names are symbolic.
    pub fn apply(&self, data: &mut Data) {
        const SWITCH: &str = "kustomize.toolkit.fluxcd.io/substitute";
        let is_off = ["metadata.labels", "metadata.annotations"].iter().any(|path| {
            data.at(path).and_then(|all| all.get(SWITCH)).is_some_and(|value| value.as_str() == Some("disabled"))
        });
        if !is_off {
            fill(data, &|text| self.expand(text));
        }
    }

    fn expand(&self, text: &str) -> Option<String> {
        let mut expanded = String::new();
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            let Some(length) = rest[at..].find('}') else { break };
            let (before, whole, behind) = (&rest[..at], &rest[at..=at + length], &rest[at + length + 1..]);
            match before.strip_suffix('$') {
                // `$${NAME}` is not for Flux.
                Some(before) => expanded.extend([before, whole]),
                None => {
                    expanded.push_str(before);
                    expanded.push_str(&self.value(whole));
                }
            }
            rest = behind;
        }
        (rest.len() < text.len()).then(|| expanded + rest)
    }

    /// The value of `${NAME}`, `${NAME:=usual}` or `${NAME:-usual}`; other forms stay.
    fn value(&self, whole: &str) -> String {
        let inner = whole.trim_start_matches("${").trim_end_matches('}');
        let name = inner.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
        let behind = &inner[name.len()..];
        let usual = [":=", ":-", "=", "-"].into_iter().find_map(|operator| behind.strip_prefix(operator));
        match (self.values.get(name), usual) {
            (Some(value), _) if behind.is_empty() || usual.is_some() => value.to_string(),
            (None, Some(usual)) if !self.open => usual.to_owned(),
            (None, None) if !self.open && behind.is_empty() => String::new(),
            _ => whole.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_flux_knows_is_filled_in_and_the_rest_stays() {
        let values = BTreeMap::from([("APP".into(), "web".into())]);
        let closed = Substitution { values: values.clone(), open: false };
        let open = Substitution { values, open: true };
        let told = |substitution: &Substitution, text: &str| substitution.expand(text).unwrap_or(text.to_owned());
        assert_eq!(told(&closed, "${APP}-tls, ${APP:=x}"), "web-tls, web");
        assert_eq!(told(&closed, "${NS:=default} ${NOTHING}."), "default .");
        assert_eq!(told(&open, "${NS:=default} ${NOTHING}"), "${NS:=default} ${NOTHING}");
        assert_eq!(told(&closed, "$${APP} ${APP/x/y} ${"), "${APP} ${APP/x/y} ${");
    }

    #[test]
    fn folders_fit_part_by_part() {
        assert!(fits("apps/*", "apps/web") && fits("apps/*-prod", "apps/web-prod") && fits("a/b", "a/b"));
        assert!(!fits("apps/*", "apps/web/base") && !fits("apps/*-prod", "apps/web") && !fits("*", "a/b"));
    }

    #[test]
    fn templates_take_what_a_generator_gives() {
        let values = BTreeMap::from([("path.path".to_owned(), "apps/web".to_owned())]);
        assert_eq!(expand("{{.path.path}}/{{ other }}", &values).as_deref(), Some("apps/web/{{ other }}"));
        assert_eq!(expand("plain", &values), None);
    }
}

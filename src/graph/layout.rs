//! What each path is to its neighbours: chart template, values, patch, generator input; and which paths exist.
//!
//! It does not know the content of anything but kustomizations, and it reads nothing: the caller shows it their
//! documents.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::document::helm::{CHART_FILE, TEMPLATES, VALUES, is_values_name};
use crate::document::kustomize::{KUSTOMIZATION_NAMES, Reference, Usage};
use crate::document::{Document, Kustomization, Role};
use crate::model::RepoPath;

/// The paths of one tree. Roles are worked out when they are asked for; only what kustomizations name is kept.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// Every file, sorted.
    paths: Vec<RepoPath>,
    /// Folders with a `Chart.yaml`, sorted.
    charts: Vec<RepoPath>,
    named: HashMap<RepoPath, Naming>,
    /// Each kustomization with a path that it names.
    uses: Vec<(RepoPath, RepoPath)>,
    kinds: HashMap<RepoPath, KustomizationKind>,
    /// What generators take in, whatever else it is.
    inputs: HashSet<RepoPath>,
    /// Named, not in the inventory, and nobody's fault.
    excused: BTreeSet<RepoPath>,
}

/// What kustomizations want from one file. Where they disagree the first of this list wins, whatever the order in which
/// they are read: a resource is applied as it stands, so it is judged as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Naming {
    Resource,
    ChartValues,
    Patch,
    Settings,
    GeneratorInput,
}

/// What a file with a kustomization's name holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KustomizationKind {
    Kustomization,
    Component,
    /// An object with a name of its own: kustomize takes such a file as a resource.
    Object,
}

/// Where a path that a kustomization names leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    File(RepoPath),
    Folder(RepoPath),
    Missing,
    /// Remote, absolute, above the repository, ignored, or in a part of the tree that was not listed.
    OutOfSight,
}

impl Layout {
    pub fn new(paths: impl IntoIterator<Item = RepoPath>) -> Layout {
        let mut paths: Vec<RepoPath> = paths.into_iter().collect();
        paths.sort_unstable();
        let mut charts: Vec<RepoPath> =
            paths.iter().filter(|path| path.file_name() == CHART_FILE.as_bytes()).map(RepoPath::parent).collect();
        charts.sort_unstable();
        Layout { paths, charts, ..Layout::default() }
    }

    /// The kustomization files, sorted: their documents are to be shown to `learn`.
    pub fn kustomizations(&self) -> Vec<RepoPath> {
        self.paths.iter().filter(|path| is_kustomization(path)).cloned().collect()
    }

    /// Takes in what a kustomization names. The result does not depend on the order in which documents are shown.
    pub fn learn(&mut self, document: &Document) {
        if *document.role != Role::Kustomization {
            return;
        }
        if let Some(kind) = kind_of(document) {
            self.kinds.entry(document.path.clone()).or_insert(kind);
        }
        let Some(kustomization) = Kustomization::of(document) else { return };
        for reference in kustomization.references() {
            let Some(path) = self.target(document.path, &reference) else { continue };
            self.uses.push((document.path.clone(), path.clone()));
            let Some(naming) = naming(reference.usage) else { continue };
            if reference.is_generator_input() {
                self.inputs.insert(path.clone());
            }
            self.named.entry(path).and_modify(|known| *known = naming.min(*known)).or_insert(naming);
        }
    }

    /// Paths that kustomizations name and the inventory lacks, sorted. The caller may know of them: ignored, a link, a
    /// submodule, outside what was asked for.
    pub fn unaccounted(&self) -> Vec<RepoPath> {
        let lacks = |path: &&RepoPath| !self.exists(path) && !self.is_folder(path) && !self.is_excused(path);
        let mut paths: Vec<RepoPath> = self.named.keys().filter(lacks).cloned().collect();
        paths.sort_unstable();
        paths
    }

    /// Nothing is said about `path`, nor about what lies below it.
    pub fn excuse(&mut self, path: RepoPath) {
        self.excused.insert(path);
    }

    /// The kustomizations that one of `moved` may matter to: they name it, or a folder that holds it.
    pub fn dependents<'l>(&'l self, moved: &BTreeSet<RepoPath>) -> impl Iterator<Item = &'l RepoPath> {
        let touches = |named: &RepoPath| {
            let inside = if named.as_bytes().is_empty() { Vec::new() } else { [named.as_bytes(), b"/"].concat() };
            let below = moved.range(RepoPath::new(&inside)..).next();
            moved.contains(named) || below.is_some_and(|path| path.as_bytes().starts_with(&inside))
        };
        self.uses.iter().filter(move |(_, named)| touches(named)).map(|(from, _)| from)
    }

    /// The paths that the kustomization file at `from` names.
    pub fn named_by<'l>(&'l self, from: &RepoPath) -> impl Iterator<Item = &'l RepoPath> {
        self.uses.iter().filter(move |(user, _)| user == from).map(|(_, named)| named)
    }

    /// The files of the inventory below `folder`.
    pub fn below(&self, folder: &RepoPath) -> impl Iterator<Item = &RepoPath> {
        let prefix = if folder.as_bytes().is_empty() { Vec::new() } else { [folder.as_bytes(), b"/"].concat() };
        let first = self.paths.partition_point(|known| known.as_bytes() < prefix.as_slice());
        self.paths[first..].iter().take_while(move |known| known.as_bytes().starts_with(&prefix))
    }

    /// The role of a file. Its own name comes first, then the chart it lies in, then what kustomizations make of it.
    pub fn role(&self, path: &RepoPath) -> &Role {
        match self.named.get(path) {
            _ if is_kustomization(path) => &Role::Kustomization,
            _ if path.file_name() == CHART_FILE.as_bytes() => &Role::ChartMetadata,
            _ if self.is_template(path) => &Role::ChartTemplate,
            Some(Naming::Resource) => &Role::Plain,
            Some(Naming::Patch) => &Role::Patch,
            Some(Naming::Settings) => &Role::KustomizeSettings,
            Some(Naming::ChartValues) => &Role::ChartValues,
            _ if is_values(path) => &Role::ChartValues,
            Some(Naming::GeneratorInput) => &Role::GeneratorInput,
            None => &Role::Plain,
        }
    }

    /// True for a file whose bytes a deployment is made from: they end up in a generated ConfigMap or Secret, or are run
    /// as a chart's template.
    pub fn is_input(&self, path: &RepoPath) -> bool {
        let is_run = matches!(path.extension(), Some(b"yaml" | b"yml" | b"tpl"));
        self.inputs.contains(path) || is_run && self.is_template(path)
    }

    /// The folders with a `Chart.yaml`, sorted.
    pub fn charts(&self) -> &[RepoPath] {
        &self.charts
    }

    /// True for a file of the inventory.
    pub fn exists(&self, path: &RepoPath) -> bool {
        self.paths.binary_search(path).is_ok()
    }

    /// True for a folder that holds a file of the inventory, itself or further down.
    pub fn is_folder(&self, path: &RepoPath) -> bool {
        let prefix = if path.as_bytes().is_empty() { Vec::new() } else { [path.as_bytes(), b"/"].concat() };
        let next = self.paths.partition_point(|known| known.as_bytes() < prefix.as_slice());
        self.paths.get(next).is_some_and(|known| known.as_bytes().starts_with(&prefix))
    }

    /// The kustomization files of `folder`, the preferred name first. kustomize wants exactly one.
    pub fn kustomizations_in(&self, folder: &RepoPath) -> Vec<RepoPath> {
        let names = KUSTOMIZATION_NAMES.iter().filter_map(|name| folder.join(name.as_bytes()));
        names.filter(|path| self.exists(path)).collect()
    }

    /// What the kustomization file at `path` holds; `None` where it could not be read.
    pub fn kustomization_kind(&self, path: &RepoPath) -> Option<KustomizationKind> {
        self.kinds.get(path).copied()
    }

    /// Where a path leads that the kustomization file at `from` names.
    pub fn resolve(&self, from: &RepoPath, reference: &Reference) -> Destination {
        match self.target(from, reference) {
            None => Destination::OutOfSight,
            Some(path) if self.exists(&path) => Destination::File(path),
            Some(path) if self.is_folder(&path) => Destination::Folder(path),
            Some(path) if self.is_excused(&path) => Destination::OutOfSight,
            Some(_) => Destination::Missing,
        }
    }

    fn target(&self, from: &RepoPath, reference: &Reference) -> Option<RepoPath> {
        reference.is_local().then(|| from.parent().join(reference.path.as_bytes())).flatten()
    }

    fn is_excused(&self, path: &RepoPath) -> bool {
        std::iter::successors(Some(path.clone()), |path| (!path.as_bytes().is_empty()).then(|| path.parent()))
            .any(|path| self.excused.contains(&path))
    }

    /// True for whatever lies in a chart's folder.
    pub fn is_in_chart(&self, path: &RepoPath) -> bool {
        self.charts_above(path).next().is_some()
    }

    /// The folders of the charts that a file lies in.
    pub fn charts_above(&self, path: &RepoPath) -> impl Iterator<Item = RepoPath> {
        let above = |folder: &RepoPath| (!folder.as_bytes().is_empty()).then(|| folder.parent());
        std::iter::successors(Some(path.parent()), above).filter(|folder| self.is_chart(folder.as_bytes()))
    }

    /// True for what lies in the `templates` folder of a chart, subcharts included.
    fn is_template(&self, path: &RepoPath) -> bool {
        let mut end = 0;
        path.as_bytes().split(|&byte| byte == b'/').any(|part| {
            let folder = &path.as_bytes()[..end.max(1) - 1];
            let below = end + part.len() < path.as_bytes().len();
            end += part.len() + 1;
            below && part == TEMPLATES.as_bytes() && self.is_chart(folder)
        })
    }

    fn is_chart(&self, folder: &[u8]) -> bool {
        self.charts.binary_search_by(|chart| chart.as_bytes().cmp(folder)).is_ok()
    }
}

/// True for a file that kustomize would take for a kustomization, by its name.
pub fn is_kustomization(path: &RepoPath) -> bool {
    KUSTOMIZATION_NAMES.iter().any(|name| name.as_bytes() == path.file_name())
}

/// Values by name, or a YAML file in a folder called `values`.
fn is_values(path: &RepoPath) -> bool {
    let is_yaml = matches!(path.extension(), Some(b"yaml" | b"yml"));
    is_values_name(path.file_name()) || (is_yaml && path.parent().file_name() == VALUES.as_bytes())
}

fn kind_of(document: &Document) -> Option<KustomizationKind> {
    if document.manifest().is_some_and(|manifest| manifest.name().is_some()) {
        return Some(KustomizationKind::Object);
    }
    Some(match Kustomization::of(document)?.is_component() {
        true => KustomizationKind::Component,
        false => KustomizationKind::Kustomization,
    })
}

fn naming(usage: Usage) -> Option<Naming> {
    Some(match usage {
        Usage::Resource | Usage::Component => Naming::Resource,
        Usage::Patch => Naming::Patch,
        Usage::Plugin | Usage::Settings => Naming::Settings,
        Usage::GeneratorInput => Naming::GeneratorInput,
        Usage::ChartValues => Naming::ChartValues,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(paths: &[&str]) -> Layout {
        Layout::new(paths.iter().map(|&path| RepoPath::from(path)))
    }

    #[test]
    fn a_chart_gives_roles_to_what_lies_in_it() {
        let layout = layout(&["Chart.yaml", "sub/web/Chart.yaml"]);
        let role = |path: &str| layout.role(&RepoPath::from(path)).clone();
        assert_eq!(role("Chart.yaml"), Role::ChartMetadata);
        assert_eq!(role("templates/deployment.yaml"), Role::ChartTemplate);
        assert_eq!(role("sub/web/templates/tests/pod.yaml"), Role::ChartTemplate);
        assert_eq!(role("sub/web/values.yaml"), Role::ChartValues);
        assert_eq!(role("sub/web/ci/tls-values.yaml"), Role::ChartValues);
        assert_eq!(role("sub/web/values/prod.yaml"), Role::ChartValues);
        assert_eq!(role("sub/web/crds/crd.yaml"), Role::Plain);
    }

    #[test]
    fn a_templates_folder_outside_a_chart_is_nothing_special() {
        let layout = layout(&["chart/Chart.yaml"]);
        for path in
            ["templates/mail.yaml", "chart-old/templates/a.yaml", "chart/files/templates/a.yaml", "chart/templates"]
        {
            assert_eq!(layout.role(&RepoPath::from(path)), &Role::Plain, "{path}");
        }
    }

    #[test]
    fn folders_are_those_that_hold_a_file() {
        let layout = layout(&["apps/web/a.yaml", "apps-old/b.yaml"]);
        for folder in ["", "apps", "apps/web", "apps-old"] {
            assert!(layout.is_folder(&RepoPath::from(folder)), "{folder}");
        }
        for other in ["app", "apps/web/a.yaml", "apps/we", "zoo"] {
            assert!(!layout.is_folder(&RepoPath::from(other)), "{other}");
        }
        assert!(layout.exists(&RepoPath::from("apps/web/a.yaml")));
        assert!(!layout.exists(&RepoPath::from("apps/web")));
    }

    #[test]
    fn every_kustomization_file_of_a_folder_is_found_and_only_by_its_exact_name() {
        let layout =
            layout(&["a/kustomization.yml", "a/Kustomization", "a/kustomization.yaml", "a/KUSTOMIZATION.yaml"]);
        let found = layout.kustomizations_in(&RepoPath::from("a"));
        assert_eq!(found, ["a/kustomization.yaml", "a/kustomization.yml", "a/Kustomization"].map(RepoPath::from));
    }
}

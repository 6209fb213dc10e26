//! Deployment units: the sets of objects that reach a cluster together.
//!
//! It does not know what objects refer to, and it asks no cluster.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::chart::{self, ValueFlow};
use super::data::{Data, FileId, Place};
use super::folder;
use super::inventory::{Contents, Inventory};
use super::kustomize::{Build, Builder};
use super::layout::{KustomizationKind, Layout};
use super::object::Object;
use super::release::{Reading, Release, releases};
use crate::document::Role;
use crate::document::helm::CHART_FILE;
use crate::document::kustomize::KUSTOMIZATION_NAMES;
use crate::model::RepoPath;

/// Objects of all units. They share what they do not change, so that this is some 300 MB at most.
const MOST_OBJECTS: usize = 500_000;

/// What makes a set of objects one deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnitKind {
    /// A kustomization that no other names.
    Kustomization,
    /// Manifests that no kustomization lists.
    Folder,
    /// A chart with one of its values files.
    Chart,
    /// What an Argo CD Application or a Flux object applies.
    Release,
    /// Manifests on standard input.
    Stream,
}

/// Something that belongs to a unit and that we do not see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    pub cause: Cause,
    /// What is missing, in words: `../base is not here`.
    pub what: String,
    pub place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// It would have to be downloaded.
    Remote,
    /// It is not in the tree, or lies outside of it.
    Missing,
    /// It cannot be read, or means nothing to the tool that deploys it.
    Invalid,
    /// A chart would have to be rendered, a plugin run.
    NotRun,
    /// A limit of ours.
    TooMuch,
    /// A patch for an object that is not here: the build fails.
    Unmatched,
    /// A patch whose target selects nothing: nothing is lost, and nothing is done.
    Idle,
}

impl Gap {
    /// True where there may be objects that are not seen.
    pub fn hides_objects(&self) -> bool {
        self.cause != Cause::Idle
    }
}

#[derive(Clone, Debug)]
pub struct Unit {
    /// The folder or file it starts from, `overlays/prod`; with the release's name where several start there.
    pub name: String,
    /// That folder or file.
    pub root: RepoPath,
    pub kind: UnitKind,
    pub objects: Vec<Object>,
    /// False when there may be objects beside these.
    pub complete: bool,
    pub gaps: Vec<Gap>,
    /// Where objects go that name no namespace, if that is known.
    pub namespace: Option<Arc<str>>,
    /// Of a chart: where its values go.
    pub value_flows: Vec<ValueFlow>,
}

impl Unit {
    pub fn new(root: &RepoPath, kind: UnitKind, objects: Vec<Object>) -> Unit {
        let name = if root.as_bytes().is_empty() { ".".to_owned() } else { root.to_text().into_owned() };
        Unit {
            name,
            root: root.clone(),
            kind,
            objects,
            complete: true,
            gaps: Vec::new(),
            namespace: None,
            value_flows: Vec::new(),
        }
    }

    /// Manifests that come on standard input: all there is.
    pub fn stream(name: &str, contents: &Contents) -> Unit {
        let unit = Unit::new(&RepoPath::from(name), UnitKind::Stream, objects_of(contents));
        Unit { complete: !contents.broken, ..unit }
    }

    /// Where an object of this unit ends up, if that is known.
    pub fn namespace_of<'a>(&'a self, object: &'a Object) -> Option<&'a str> {
        object.namespace().or(self.namespace.as_deref())
    }

    /// With what its gaps say of it.
    pub fn closed(self) -> Unit {
        Unit { complete: !self.gaps.iter().any(Gap::hides_objects), ..self }
    }

    fn built(root: &RepoPath, kind: UnitKind, build: Build) -> Unit {
        Unit { gaps: build.gaps, ..Unit::new(root, kind, build.objects) }.closed()
    }
}

/// Makes so many units that know nothing of each other, in their order: the caller says how many at a time.
pub type Spread<'s> = dyn Fn(usize, &(dyn Fn(usize) -> Unit + Sync)) -> Vec<Unit> + 's;

/// One after the other.
pub fn in_turn(count: usize, unit: &(dyn Fn(usize) -> Unit + Sync)) -> Vec<Unit> {
    (0..count).map(unit).collect()
}

/// Every unit of the tree, sorted by name.
pub fn units(inventory: &Inventory, layout: &Layout, spread: &Spread) -> Vec<Unit> {
    let mut units =
        Units { inventory, layout, builder: Builder::new(inventory, layout), found: Vec::new(), objects: 0 };
    let mut listed = Listed::of(inventory, layout);
    let releases = releases(inventory, layout);
    units.releases(&releases, &mut listed);
    units.kustomizations(&listed, &releases);
    let is_left = |file: &FileId| !listed.files.contains(file) && !is_beside_kustomization(*file, inventory, layout);
    let left: Vec<FileId> = plain_files(inventory, layout).filter(is_left).collect();
    units.found.extend(folder::units(inventory, &left));
    units.found.extend(chart::units(inventory, layout, spread));
    let mut found = units.found;
    found.sort_by(|one, other| (&one.name, one.kind).cmp(&(&other.name, other.kind)));
    found
}

/// True where an object of the tree applies what lies elsewhere in it.
pub fn has_releases(inventory: &Inventory, layout: &Layout) -> bool {
    !releases(inventory, layout).is_empty() || chart::is_released(inventory, layout)
}

/// Objects in files beside or below a kustomization, to which no kustomization and no release leads: written, and not
/// deployed.
pub fn strays(inventory: &Inventory, layout: &Layout) -> Vec<Object> {
    let mut claimed = Listed::of(inventory, layout).files;
    for release in releases(inventory, layout) {
        claimed.extend(read_by(&release, inventory, layout));
    }
    let left = plain_files(inventory, layout)
        .filter(|file| !claimed.contains(file) && is_beside_kustomization(*file, inventory, layout));
    left.filter_map(|file| inventory.contents(file)).flat_map(objects_of).collect()
}

struct Units<'a> {
    inventory: &'a Inventory,
    layout: &'a Layout,
    builder: Builder<'a>,
    found: Vec<Unit>,
    objects: usize,
}

impl<'a> Units<'a> {
    fn add(&mut self, mut unit: Unit, place: Place) {
        if self.objects > MOST_OBJECTS {
            unit.gaps.push(Gap { cause: Cause::TooMuch, what: "very many objects in all".to_owned(), place });
            unit.objects = Vec::new();
        }
        self.objects += unit.objects.len();
        self.found.push(unit.closed());
    }

    fn releases(&mut self, releases: &[Release], listed: &mut Listed) {
        let mut starts: BTreeMap<&RepoPath, usize> = BTreeMap::new();
        releases.iter().for_each(|release| *starts.entry(&release.folder).or_default() += 1);
        let is_chart = |release: &&Release| {
            release.folder.join(CHART_FILE.as_bytes()).is_some_and(|chart| self.layout.exists(&chart))
                && self.layout.kustomizations_in(&release.folder).is_empty()
        };
        let (_, releases): (Vec<&Release>, Vec<&Release>) = releases.iter().partition(is_chart);
        for release in releases {
            let mut unit = self.release(release, listed);
            if starts.get(&release.folder).is_some_and(|&count| count > 1) {
                unit.name = format!("{} ({})", unit.name, release.name);
            }
            unit.namespace = release.namespace.clone();
            if let Some(substitution) = &release.substitution {
                unit.objects.iter_mut().for_each(|object| substitution.apply(&mut object.data));
            }
            self.add(unit, release.place);
        }
    }

    fn release(&mut self, release: &Release, listed: &mut Listed) -> Unit {
        let folder = &release.folder;
        if !self.layout.kustomizations_in(folder).is_empty() {
            let build = self.builder.build_with(folder, &release.edits, release.place);
            return Unit::built(folder, UnitKind::Release, build);
        }
        let files = read_by(release, self.inventory, self.layout);
        listed.files.extend(&files);
        match release.reading {
            Reading::Directory { .. } => {
                let unit = folder::unit(folder, &files, self.inventory);
                let empty = || Unit::new(folder, UnitKind::Release, Vec::new());
                Unit { kind: UnitKind::Release, ..unit.unwrap_or_else(empty) }
            }
            Reading::Everything => {
                let mut edits = release.edits.clone();
                let folders = self.outermost_below(folder);
                edits.resources = self.paths(release, &files, &folders);
                listed.folders.extend(folders);
                let build = self.builder.build_with(folder, &edits, release.place);
                Unit::built(folder, UnitKind::Release, build)
            }
        }
    }

    /// The folders with a kustomization that lie below `folder` and in no other such folder.
    fn outermost_below(&self, folder: &RepoPath) -> Vec<RepoPath> {
        let own = self.layout.kustomizations().into_iter().map(|path| path.parent());
        let below: Vec<RepoPath> = own.filter(|root| root.is_within(folder) && root != folder).collect();
        let is_inside = |root: &RepoPath| below.iter().any(|other| other != root && root.is_within(other));
        below.iter().filter(|root| !is_inside(root)).cloned().collect()
    }

    /// What the kustomization lists that Flux writes.
    fn paths(&self, release: &Release, files: &[FileId], folders: &[RepoPath]) -> Vec<Data> {
        let files = files.iter().filter_map(|&file| self.inventory.path(file));
        let paths = files.chain(folders).filter_map(|path| path.below(&release.folder));
        paths.map(|path| Data::text(&*path.to_text(), release.place)).collect()
    }

    /// The kustomizations that nobody names, and of those that only name each other the first.
    fn kustomizations(&mut self, listed: &Listed, releases: &[Release]) {
        let released: HashSet<&RepoPath> = releases.iter().map(|release| &release.folder).collect();
        let is_root = |path: &RepoPath| self.layout.kustomization_kind(path) == Some(KustomizationKind::Kustomization);
        let (named, roots): (Vec<RepoPath>, Vec<RepoPath>) = self
            .layout
            .kustomizations()
            .into_iter()
            .filter(|path| is_root(path) && !released.contains(&path.parent()))
            .partition(|path| listed.folders.contains(&path.parent()));
        for (path, is_certain) in roots.iter().map(|path| (path, true)).chain(named.iter().map(|path| (path, false))) {
            let folder = path.parent();
            let Some(file) = self.inventory.id(path) else { continue };
            if is_certain || !self.builder.has_built(&folder) {
                let build = self.builder.build(&folder, Place::start_of(file));
                self.add(Unit::built(&folder, UnitKind::Kustomization, build), Place::start_of(file));
            }
        }
    }
}

/// What kustomizations name.
struct Listed {
    files: HashSet<FileId>,
    folders: HashSet<RepoPath>,
}

impl Listed {
    fn of(inventory: &Inventory, layout: &Layout) -> Listed {
        let mut listed = Listed { files: HashSet::new(), folders: HashSet::new() };
        for path in layout.kustomizations() {
            if layout.kustomization_kind(&path) == Some(KustomizationKind::Object) {
                continue;
            }
            let Some(root) = inventory.contents_at(&path).and_then(|contents| contents.documents.first()) else {
                continue;
            };
            for field in ["resources", "bases", "components", "transformers", "generators"] {
                let items = root.get(field).map(Data::items).unwrap_or_default();
                for target in items.iter().filter_map(Data::as_str) {
                    let Some(target) = path.parent().join(target.as_bytes()) else { continue };
                    match inventory.id(&target) {
                        Some(file) => drop(listed.files.insert(file)),
                        None => drop(listed.folders.insert(target)),
                    }
                }
            }
        }
        listed
    }
}

/// Files that hold whole objects of a cluster.
fn plain_files<'a>(inventory: &'a Inventory, layout: &'a Layout) -> impl Iterator<Item = FileId> + 'a {
    let files = 0..FileId::try_from(inventory.files.len()).unwrap_or(FileId::MAX);
    files.filter(move |&file| {
        let holds_objects = |contents: &Contents| contents.documents.iter().flat_map(unlisted).any(is_object);
        let contents = inventory.contents(file).filter(|contents| contents.role == Role::Plain);
        let is_plain = contents.is_some_and(holds_objects);
        let path = inventory.path(file);
        is_plain && path.is_some_and(|path| !is_kustomization(path) && !layout.is_in_chart(path))
    })
}

/// The plain files of a release's folder.
fn read_by(release: &Release, inventory: &Inventory, layout: &Layout) -> Vec<FileId> {
    if !layout.kustomizations_in(&release.folder).is_empty() {
        return Vec::new();
    }
    let belongs = |path: &RepoPath| match release.reading {
        Reading::Directory { recurse: false } => path.parent() == release.folder,
        Reading::Directory { recurse: true } => path.is_within(&release.folder),
        Reading::Everything => {
            path.is_within(&release.folder) && !has_kustomization_between(path, &release.folder, layout)
        }
    };
    let files = plain_files(inventory, layout).filter(|&file| inventory.path(file).is_some_and(belongs));
    files.collect()
}

fn has_kustomization_between(path: &RepoPath, folder: &RepoPath, layout: &Layout) -> bool {
    let parents = std::iter::successors(Some(path.parent()), |parent| Some(parent.parent()));
    let mut between = parents.take_while(|parent| parent != folder && !parent.as_bytes().is_empty());
    between.any(|parent| !layout.kustomizations_in(&parent).is_empty())
}

/// True where the nearest folder above says with a kustomization what is deployed. That of the whole tree says it only of
/// what lies beside it.
fn is_beside_kustomization(file: FileId, inventory: &Inventory, layout: &Layout) -> bool {
    let Some(path) = inventory.path(file) else { return false };
    let above = |folder: &RepoPath| (!folder.parent().as_bytes().is_empty()).then(|| folder.parent());
    std::iter::successors(Some(path.parent()), above).any(|folder| !layout.kustomizations_in(&folder).is_empty())
}

fn is_kustomization(path: &RepoPath) -> bool {
    KUSTOMIZATION_NAMES.iter().any(|name| name.as_bytes() == path.file_name())
}

/// The objects of a file, Lists unfolded.
pub fn objects_of(contents: &Contents) -> Vec<Object> {
    contents.documents.iter().flat_map(unlisted).cloned().filter_map(Object::of).collect()
}

fn is_object(document: &Data) -> bool {
    document.get("apiVersion").is_some() && document.get("kind").is_some()
}

/// The items of a List, else the document itself.
pub fn unlisted(document: &Data) -> Vec<&Data> {
    let is_list = document.str_at("kind").is_some_and(|kind| kind.ends_with("List"));
    match document.get("items").filter(|items| is_list && items.is_sequence()) {
        Some(items) => items.items().iter().collect(),
        None => vec![document],
    }
}

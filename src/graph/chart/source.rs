//! The charts of a tree as they are written: metadata, dependencies, values, templates.
//!
//! It does not run anything.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use super::machine::Template;
use super::marks;
use super::worth::{self, Makers, Worth};
use crate::document::Role;
use crate::document::helm::{CHART_FILE, TEMPLATES, is_values_name};
use crate::graph::data::{Data, FileId, Place};
use crate::graph::inventory::{Contents, Inventory};
use crate::graph::layout::Layout;
use crate::model::RepoPath;
use crate::syntax::program::{Program, parse};

/// Where charts keep those that they bring along.
const VENDORED: &str = "charts";

/// Where charts of the first format name what they take in.
const OLDER: &str = "requirements.yaml";

/// A dependency's repository that is a path.
const BESIDE: &str = "file://";

pub struct Chart {
    pub folder: RepoPath,
    pub metadata: Data,
    pub values: Option<Data>,
    pub templates: Vec<File>,
    pub dependencies: Vec<Dependency>,
    /// Values files beside `values.yaml`.
    pub further: Vec<FileId>,
}

/// A file below a chart's `templates`, parsed when it is first needed.
pub struct File {
    pub file: FileId,
    bytes: Arc<[u8]>,
    /// The names of the templates that it defines.
    defines: Vec<String>,
    program: OnceLock<Option<Parsed>>,
    /// It writes objects; others only define templates.
    is_whole: bool,
    pub is_worth_running: bool,
}

struct Parsed {
    body: Template,
    defines: HashMap<String, Template>,
}

/// Every template that a chart and those below it define, by name: the file that does.
#[derive(Default)]
pub struct Templates<'c> {
    files: HashMap<&'c str, &'c File>,
    #[cfg(test)]
    given: Option<&'c HashMap<String, Template>>,
}

#[derive(Clone)]
pub struct Dependency {
    pub name: Arc<str>,
    /// The name of its values: its alias, or its own name.
    pub key: Arc<str>,
    version: Arc<str>,
    repository: Arc<str>,
    pub condition: Option<Arc<str>>,
    pub tags: Vec<Arc<str>>,
    pub imports_values: bool,
    pub place: Place,
}

pub struct Charts {
    pub charts: Vec<Chart>,
    by_folder: HashMap<RepoPath, usize>,
}

impl Charts {
    pub fn of(inventory: &Inventory, layout: &Layout) -> Charts {
        let charts: Vec<Chart> =
            layout.charts().iter().filter_map(|folder| Chart::of(folder, inventory, layout)).collect();
        let by_folder = charts.iter().enumerate().map(|(at, chart)| (chart.folder.clone(), at)).collect();
        Charts { charts, by_folder }
    }

    pub fn at(&self, folder: &RepoPath) -> Option<&Chart> {
        self.by_folder.get(folder).map(|&at| &self.charts[at])
    }

    /// The chart that a dependency means: vendored, named by its path, or the only one of the tree with that name and
    /// major version.
    pub fn dependency(&self, chart: &Chart, dependency: &Dependency) -> Option<&Chart> {
        let is_meant = |other: &&Chart| other.name() == &*dependency.name;
        let mut vendored = self.vendored(chart).filter(is_meant);
        if let Some(vendored) = vendored.next() {
            return Some(vendored);
        }
        if dependency.repository.starts_with(BESIDE) {
            return self.beside(chart, dependency);
        }
        let is_same = |other: &&Chart| {
            major(other.metadata.str_at("version").unwrap_or_default())
                .is_some_and(|own| Some(own) == major(&dependency.version))
        };
        let mut found = self.charts.iter().filter(is_meant).filter(is_same);
        found.next().filter(|_| found.next().is_none())
    }

    /// The chart that a dependency names by its path.
    pub fn beside(&self, chart: &Chart, dependency: &Dependency) -> Option<&Chart> {
        let path = dependency.repository.strip_prefix(BESIDE)?;
        self.at(&chart.folder.join(path.as_bytes())?)
    }

    /// The charts in these folders.
    pub fn all(&self, folders: &BTreeSet<RepoPath>) -> impl Iterator<Item = &Chart> {
        folders.iter().filter_map(|folder| self.at(folder))
    }

    /// The charts that lie in `chart`.
    pub fn vendored(&self, chart: &Chart) -> impl Iterator<Item = &Chart> {
        let folder = chart.folder.join(VENDORED.as_bytes());
        self.charts.iter().filter(move |other| folder.as_ref().is_some_and(|folder| other.folder.parent() == *folder))
    }

    /// The charts that are deployed by themselves.
    pub fn applications(&self) -> impl Iterator<Item = &Chart> {
        self.charts.iter().filter(|chart| {
            let above = chart.folder.parent();
            let is_vendored = above.file_name() == VENDORED.as_bytes() && self.at(&above.parent()).is_some();
            !is_vendored && !chart.is_library()
        })
    }
}

impl Chart {
    fn of(folder: &RepoPath, inventory: &Inventory, layout: &Layout) -> Option<Chart> {
        let at = |name: &str| folder.join(name.as_bytes());
        let document = |name: &str| inventory.contents_at(&at(name)?)?.documents.first().cloned();
        let metadata = document(CHART_FILE)?;
        let older = document(OLDER);
        let listed = metadata.get("dependencies").or_else(|| older.as_ref()?.get("dependencies"));
        let dependencies = listed.map(Data::items).unwrap_or_default().iter().filter_map(Dependency::of).collect();
        let templates = at(TEMPLATES)?;
        let mut files: Vec<File> = layout.below(&templates).filter_map(|path| File::of(path, inventory)).collect();
        choose(&mut files);
        let own = |path: &&RepoPath| is_further_values(path, folder);
        let further = layout.below(folder).filter(own).filter_map(|path| inventory.id(path)).collect();
        let values = document("values.yaml");
        Some(Chart { folder: folder.clone(), values, templates: files, dependencies, further, metadata })
    }

    pub fn name(&self) -> &str {
        self.metadata.str_at("name").unwrap_or_default()
    }

    /// The templates that are run: those worth it, or all that write objects.
    pub fn runs(&self, all: bool) -> impl Iterator<Item = &File> {
        self.templates.iter().filter(move |file| file.is_worth_running || all && file.is_whole)
    }

    pub fn is_library(&self) -> bool {
        self.metadata.str_at("type") == Some("library")
    }
}

/// `values-prod.yaml`, `values/prod.yaml`, `ci/prod-values.yaml`.
fn is_further_values(path: &RepoPath, folder: &RepoPath) -> bool {
    let parent = path.parent();
    let is_own = parent == *folder
        || ["ci", "values"].iter().any(|name| folder.join(name.as_bytes()).is_some_and(|own| own == parent));
    let is_yaml = matches!(path.extension(), Some(b"yaml" | b"yml"));
    let is_named = is_values_name(path.file_name()) || parent.file_name() == b"values" && is_yaml;
    is_own && is_named && !(parent == *folder && path.file_name() == b"values.yaml")
}

/// Marks the files that are worth running.
fn choose(files: &mut [File]) {
    let makers = Makers::of(files.iter().map(File::text));
    let worth = |file: &File| if file.is_whole { worth::worth(file.text(), &makers) } else { Worth::Nothing };
    let worth: Vec<Worth> = files.iter().map(worth).collect();
    let least = if worth.contains(&Worth::Asks) { Worth::Implies } else { Worth::Writes };
    files.iter_mut().zip(worth).for_each(|(file, worth)| file.is_worth_running = worth >= least);
}

impl File {
    fn of(path: &RepoPath, inventory: &Inventory) -> Option<File> {
        let file = inventory.id(path)?;
        let bytes = inventory.contents(file)?.bytes.clone()?;
        let is_whole = !holds_definitions(path);
        let defines = defined(std::str::from_utf8(&bytes).unwrap_or_default());
        Some(File { file, bytes, defines, program: OnceLock::new(), is_whole, is_worth_running: false })
    }

    /// What of it can be written.
    fn text(&self) -> &str {
        let text = std::str::from_utf8(&self.bytes).unwrap_or_default();
        if self.is_whole { text } else { definitions(text) }
    }

    /// What it writes itself; `None` where it cannot be read.
    pub fn body(&self) -> Option<&Template> {
        self.parsed().map(|parsed| &parsed.body)
    }

    fn parsed(&self) -> Option<&Parsed> {
        let parse = || {
            let text = std::str::from_utf8(&self.bytes).ok().filter(|text| !marks::holds_marks(text))?;
            let (program, text): (Program, Arc<str>) = (parse(text)?, text.into());
            let template = |steps| Template { steps, text: text.clone() };
            Some(Parsed {
                body: template(Arc::new(program.body)),
                defines: program.defines.into_iter().map(|(name, steps)| (name, template(steps))).collect(),
            })
        };
        self.program.get_or_init(parse).as_ref()
    }
}

/// True for a template that writes nothing itself.
fn holds_definitions(path: &RepoPath) -> bool {
    path.file_name().starts_with(b"_") || path.extension() == Some(b"tpl")
}

/// What counts of a file that only defines templates: from its first action to its last.
fn definitions(text: &str) -> &str {
    let (first, last) = (text.find("{{"), text.rfind("}}").map(|last| last + "}}".len()));
    let (start, end) = (first.unwrap_or(text.len()), last.unwrap_or(text.len()));
    let is_readable = !text[end..].contains("{{") && !marks::holds_marks(text);
    text.get(start..end).filter(|_| is_readable).unwrap_or(text)
}

/// True where a chart comes to the same with either of two versions of a file.
pub fn is_same(path: &RepoPath, one: &Contents, other: &Contents) -> bool {
    let counts = |contents: &'_ Contents| -> Option<String> {
        let text = std::str::from_utf8(contents.bytes.as_ref()?).ok()?;
        Some(definitions(text).to_owned())
    };
    let is_of_definitions = one.role == Role::ChartTemplate && other.role == one.role && holds_definitions(path);
    one == other || is_of_definitions && counts(one).is_some_and(|own| counts(other) == Some(own))
}

/// True for a file that says what its chart is called and takes in.
pub fn is_about_chart(path: &RepoPath) -> bool {
    [CHART_FILE, OLDER].iter().any(|name| path.file_name() == name.as_bytes())
}

/// The names in `{{ define "name" }}` and `{{ block "name" . }}`.
fn defined(text: &str) -> Vec<String> {
    let of = |word: &'static str| {
        memchr::memmem::find_iter(text.as_bytes(), word).filter_map(move |at| {
            let is_action = text[..at].trim_end().trim_end_matches('-').ends_with("{{");
            let (name, _) =
                text[at + word.len()..].trim_start().strip_prefix('"').filter(|_| is_action)?.split_once('"')?;
            Some(name.to_owned())
        })
    };
    of("define ").chain(of("block ")).collect()
}

impl<'c> Templates<'c> {
    /// Takes in what a chart defines; who comes later wins.
    pub fn add(&mut self, chart: &'c Chart) {
        for file in &chart.templates {
            self.files.extend(file.defines.iter().map(|name| (name.as_str(), file)));
        }
    }

    pub fn get(&self, name: &str) -> Option<&'c Template> {
        #[cfg(test)]
        if let Some(given) = self.given {
            return given.get(name);
        }
        self.files.get(name)?.parsed()?.defines.get(name)
    }

    /// Of no chart.
    #[cfg(test)]
    pub fn given(templates: &'c HashMap<String, Template>) -> Templates<'c> {
        Templates { given: Some(templates), ..Templates::default() }
    }
}

impl Dependency {
    fn of(data: &Data) -> Option<Dependency> {
        let text = |key: &str| data.get(key).and_then(Data::shared_text).cloned();
        let name = text("name")?;
        let tags = data.get("tags").map(Data::items).unwrap_or_default();
        Some(Dependency {
            key: text("alias").filter(|alias| !alias.is_empty()).unwrap_or_else(|| name.clone()),
            name,
            version: text("version").unwrap_or_default(),
            repository: text("repository").unwrap_or_default(),
            condition: text("condition"),
            tags: tags.iter().filter_map(Data::shared_text).cloned().collect(),
            imports_values: data.get("import-values").is_some(),
            place: data.place,
        })
    }
}

/// `2` of `2.x.x`, `^2.1.0`, `~2`, `v2.3`.
fn major(version: &str) -> Option<u32> {
    let version = version.trim_start_matches(['^', '~', '>', '=', 'v', ' ']);
    version.split('.').next()?.parse().ok()
}

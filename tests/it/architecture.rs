//! The house as it was drawn: which room may import which, which room encloses which crate, how each file opens.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};

use crate::harness;

/// A room and the rooms it may import, beside itself. The table in `src/lib.rs`, as data.
const ROOMS: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("model", &["text"]),
    ("expr", &["text"]),
    ("syntax", &["text", "model"]),
    ("value", &["text", "model"]),
    ("facts", &["text", "model"]),
    ("catalog", &["text", "model"]),
    ("policy", &["text", "model", "expr"]),
    ("source", &["text", "model"]),
    ("document", &["text", "model", "syntax", "value"]),
    ("detect", &["text", "model", "syntax", "value"]),
    ("filter", &["text", "model"]),
    ("graph", &["text", "model", "document", "policy", "facts", "value", "syntax"]),
    ("checks", &["text", "model", "expr", "syntax", "value", "facts", "catalog", "policy", "document", "graph"]),
    ("propose", &["text", "model", "document", "graph", "policy", "facts"]),
    (
        "engine",
        &[
            "text", "model", "syntax", "value", "facts", "catalog", "policy", "source", "document", "detect", "filter",
            "graph", "checks", "propose",
        ],
    ),
    ("report", &["text", "model", "catalog"]),
    (
        "lsp",
        &[
            "text", "model", "syntax", "value", "facts", "catalog", "policy", "source", "document", "detect", "filter",
            "graph", "checks", "propose", "engine", "report",
        ],
    ),
    (
        "cli",
        &[
            "text", "model", "syntax", "value", "facts", "catalog", "policy", "source", "document", "detect", "filter",
            "graph", "checks", "propose", "engine", "report", "lsp",
        ],
    ),
];

/// A crate and the only places (prefixes below `src`) that name it.
const ENCLOSED: &[(&str, &[&str])] = &[
    ("cel", &["expr/"]),
    ("clap", &["cli/args.rs", "cli/history_args.rs", "cli/hook_args.rs", "cli/mod.rs", "cli/completions.rs"]),
    ("clap_complete", &["cli/completions.rs"]),
    ("clap_mangen", &["cli/completions.rs"]),
    ("regex_syntax", &["cli/migrate/samples.rs"]),
    // `syntax` has a module of that name.
    ("toml", &["cli/migrate/gitleaks.rs", "syntax/"]),
    ("flate2", &["detect/decode.rs", "source/archive.rs"]),
    ("lsp_server", &["lsp/"]),
    ("lsp_types", &["lsp/"]),
    ("miette", &["report/text.rs"]),
    ("gix", &["source/git/"]),
    ("granit_parser", &["syntax/yaml.rs", "syntax/yaml/"]),
    ("imara_diff", &["text/added.rs"]),
    ("ignore", &["source/ignored.rs", "source/worktree.rs"]),
    ("rayon", &["engine/"]),
    ("ruzstd", &["source/archive.rs"]),
    ("serde_saphyr", &["text/settings.rs"]),
    ("tar", &["source/archive.rs"]),
    ("zip", &["source/archive.rs"]),
];

struct SourceFile {
    /// Below `src`, with `/`.
    path: String,
    text: String,
    syntax: syn::File,
}

impl SourceFile {
    /// The room a file lies in; the files directly in `src` are the door.
    fn room(&self) -> Option<&str> {
        self.path.split_once('/').map(|(room, _)| room)
    }

    /// The modules above an item at the top of this file.
    fn module(&self) -> Vec<String> {
        let path = self.path.trim_end_matches(".rs");
        let path = path.strip_suffix("/mod").unwrap_or(path);
        path.split('/').map(str::to_owned).collect()
    }
}

fn sources() -> Vec<SourceFile> {
    let root = harness::repository().join("src");
    let mut files: Vec<PathBuf> = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => files.push(path),
            }
        }
    }
    files.sort();
    let read = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        let syntax = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let path = path.strip_prefix(&root).unwrap_or(Path::new("")).to_string_lossy().replace('\\', "/");
        SourceFile { path, text, syntax }
    };
    files.iter().filter(|path| path.extension().is_some_and(|end| end == "rs")).map(read).collect()
}

/// Every path in a file, absolute: `crate::`, `self::` and `super::` resolved from the module it stands in.
struct Paths {
    module: Vec<String>,
    found: Vec<Vec<String>>,
}

impl Paths {
    fn of(file: &SourceFile) -> Vec<Vec<String>> {
        let mut paths = Paths { module: file.module(), found: Vec::new() };
        paths.visit_file(&file.syntax);
        paths.found
    }

    fn add(&mut self, segments: Vec<String>) {
        let mut absolute = match segments.first().map(String::as_str) {
            Some("crate") => vec!["crate".to_owned()],
            Some("self" | "super") => [&["crate".to_owned()], self.module.as_slice()].concat(),
            _ => Vec::new(),
        };
        for segment in segments {
            match segment.as_str() {
                "crate" | "self" => {}
                "super" => drop(absolute.pop()),
                _ => absolute.push(segment),
            }
        }
        self.found.push(absolute);
    }

    fn add_use(&mut self, before: Vec<String>, tree: &syn::UseTree) {
        let with = |name: String| [before.clone(), vec![name]].concat();
        match tree {
            syn::UseTree::Path(path) => self.add_use(with(path.ident.to_string()), &path.tree),
            syn::UseTree::Name(name) => self.add(with(name.ident.to_string())),
            syn::UseTree::Rename(name) => self.add(with(name.ident.to_string())),
            syn::UseTree::Glob(_) => self.add(before),
            syn::UseTree::Group(group) => group.items.iter().for_each(|item| self.add_use(before.clone(), item)),
        }
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.add_use(Vec::new(), &item.tree);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.add(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        // Tokens inside a macro call are not parsed; what they name is imported at the top by this house's habit.
        visit::visit_macro(self, item);
    }
}

#[test]
fn rooms_import_only_from_the_floors_below() {
    let allowed: BTreeMap<&str, &[&str]> = ROOMS.iter().copied().collect();
    let mut wrong = Vec::new();
    for file in sources() {
        let Some(room) = file.room() else { continue };
        let Some(below) = allowed.get(room) else {
            wrong.push(format!("{}: the room `{room}` is not in the floor table", file.path));
            continue;
        };
        for path in Paths::of(&file) {
            let [top, imported, ..] = path.as_slice() else { continue };
            if top == "crate"
                && allowed.contains_key(imported.as_str())
                && imported != room
                && !below.contains(&imported.as_str())
            {
                wrong.push(format!("{}: `{room}` may not import `{imported}` ({})", file.path, path.join("::")));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn each_enclosed_crate_is_named_in_its_room_only() {
    let mut wrong = Vec::new();
    for file in sources() {
        for path in Paths::of(&file) {
            let Some(first) = path.first() else { continue };
            let home = ENCLOSED.iter().find(|(name, _)| name == first);
            if let Some((name, places)) = home.filter(|_| path.len() > 1)
                && !places.iter().any(|place| file.path.starts_with(place))
            {
                wrong.push(format!("{}: `{name}` is at home in {places:?} only", file.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_enclosed_crate_is_used_where_it_is_at_home() {
    let files = sources();
    for (name, places) in ENCLOSED {
        let is_home = |file: &&SourceFile| places.iter().any(|place| file.path.starts_with(place));
        let used = files
            .iter()
            .filter(is_home)
            .flat_map(Paths::of)
            .any(|path| path.first().is_some_and(|first| first == name));
        assert!(used, "`{name}` is not used in {places:?}: take it out of the table");
    }
}

#[test]
fn each_file_says_why_it_exists_and_what_it_does_not_know() {
    let door = ["lib.rs", "main.rs"];
    let mut wrong = Vec::new();
    for file in sources().iter().filter(|file| !door.contains(&file.path.as_str())) {
        let opening: Vec<&str> = file.text.lines().take_while(|line| line.starts_with("//!")).collect();
        let says_why = opening.first().is_some_and(|line| line.len() > 20);
        let words = opening.join(" ").to_lowercase();
        let refuses = ["not ", "never", "no ", "nothing", "without"].iter().any(|word| words.contains(word));
        if !says_why || !refuses || opening.len() < 3 {
            wrong.push(file.path.clone());
        }
    }
    assert!(wrong.is_empty(), "no opening that says why it exists and what it does not know: {wrong:#?}");
}

#[test]
fn the_floor_table_stands_in_the_library_as_it_is_held_here() {
    let library = fs::read_to_string(harness::repository().join("src/lib.rs")).unwrap();
    for (room, _) in ROOMS {
        assert!(library.contains(&format!("pub mod {room};")), "src/lib.rs does not open the room `{room}`");
        let named = library.lines().filter(|line| line.starts_with("//! |")).any(|line| line.contains(room));
        assert!(named, "the floor table in src/lib.rs does not name `{room}`");
    }
    let folders =
        fs::read_dir(harness::repository().join("src")).unwrap().flatten().filter(|entry| entry.path().is_dir());
    assert_eq!(folders.count(), ROOMS.len(), "each folder of src is a room of the table");
}

#[test]
fn main_stays_short() {
    let main = fs::read_to_string(harness::repository().join("src/main.rs")).unwrap();
    assert!(main.lines().count() < 40, "main.rs parses, runs, exits");
}

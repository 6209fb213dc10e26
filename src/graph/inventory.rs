//! Everything the graph is made from: the files of a tree and what those say that are manifests, kustomizations or
//! their inputs.
//!
//! It does not read files and it does not build: the caller hands over each file once, in any order.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::data::{Data, FileId, Place};
use super::layout::Layout;
use crate::document::{Document, Role};
use crate::model::{Past, RepoPath};
use crate::syntax::{Node, Style, Syntax};
use crate::text::Span;

/// All of a tree that deployments are made from.
#[derive(Debug, Default)]
pub struct Inventory {
    /// Every file of the tree, sorted; a `FileId` is the index.
    pub files: Vec<RepoPath>,
    contents: HashMap<FileId, Contents>,
    /// Charts that take one of these files as values are run as a whole, others as far as their text makes it worth it;
    /// `None` runs all of all.
    pub doubted: Option<HashSet<FileId>>,
    /// What Helm made of a chart's folder with a further values file, or with none.
    pub renderings: HashMap<(RepoPath, Option<RepoPath>), String>,
    /// How old values are, where somebody asked.
    pub past: Option<Arc<dyn Past>>,
}

/// What one file says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contents {
    pub role: Role,
    /// One for each document; Lists are not unfolded.
    pub documents: Vec<Data>,
    /// Some of it could not be read.
    pub broken: bool,
    /// The bytes, of a file that a generator takes in.
    pub bytes: Option<Arc<[u8]>>,
    /// YAML that is written inside a scalar, by the scalar's place.
    embedded: HashMap<Place, Vec<Data>>,
}

impl Inventory {
    pub fn new(files: impl IntoIterator<Item = RepoPath>) -> Inventory {
        let mut files: Vec<RepoPath> = files.into_iter().collect();
        files.sort_unstable();
        files.dedup();
        Inventory { files, ..Inventory::default() }
    }

    pub fn id(&self, path: &RepoPath) -> Option<FileId> {
        self.files.binary_search(path).ok().and_then(|index| FileId::try_from(index).ok())
    }

    pub fn path(&self, file: FileId) -> Option<&RepoPath> {
        self.files.get(file as usize)
    }

    /// Takes in what a file says; what was known of it is forgotten.
    pub fn add(&mut self, file: FileId, contents: Contents) {
        self.contents.insert(file, contents);
    }

    pub fn contents(&self, file: FileId) -> Option<&Contents> {
        self.contents.get(&file)
    }

    /// Every file that says something, in the order of their paths.
    pub fn all(&self) -> impl Iterator<Item = (FileId, &Contents)> {
        let files = 0..FileId::try_from(self.files.len()).unwrap_or(FileId::MAX);
        files.filter_map(|file| Some((file, self.contents(file)?)))
    }

    pub fn contents_at(&self, path: &RepoPath) -> Option<&Contents> {
        self.contents(self.id(path)?)
    }

    /// The documents that stand inside the scalar at `place`; `None` where it holds no YAML.
    pub fn embedded(&self, place: Place) -> Option<&[Data]> {
        self.contents(place.file)?.embedded.get(&place).map(Vec::as_slice)
    }
}

impl Contents {
    /// What the documents of a parsed file say.
    pub fn of(file: FileId, role: &Role, documents: &[Document]) -> Contents {
        let mut contents = Contents { role: role.clone(), ..Contents::default() };
        for document in documents {
            contents.documents.push(Data::of(document.root, file));
            contents.broken |= !document.root.tree().errors.is_empty();
            embed(document.root, file, &mut contents.embedded);
        }
        contents
    }

    /// What a file says whose text has not been parsed yet.
    pub fn read(file: FileId, path: &RepoPath, layout: &Layout, bytes: &[u8]) -> Contents {
        let role = layout.role(path);
        let syntax = Syntax::of_path(path).filter(|syntax| *syntax != Syntax::Dotenv);
        let mut contents = match (syntax, std::str::from_utf8(bytes)) {
            (Some(syntax), Ok(text)) => {
                let syntax = if *role == Role::ChartTemplate { Syntax::YamlTemplate } else { syntax };
                let tree = syntax.parse(text);
                let mut contents = Contents::of(file, role, &Document::all(path, role, text, &tree));
                contents.broken |= !tree.errors.is_empty();
                contents
            }
            (unread, _) => Contents { role: role.clone(), broken: unread.is_some(), ..Contents::default() },
        };
        contents.bytes = layout.is_input(path).then(|| bytes.into());
        contents
    }
}

/// Fields whose text is YAML or JSON of its own: patches, the plugins' inline configurations, and a chart's values.
const EMBEDDING: [&str; 6] = ["patch", "patchesStrategicMerge", "generators", "transformers", "validators", "values"];

/// Reads what stands inside the scalars of the fields above, each node with its place in the file.
fn embed(root: Node, file: FileId, embedded: &mut HashMap<Place, Vec<Data>>) {
    let tree_has_text = |node: Node| node.as_str().is_some_and(|text| text.contains([':', '[']));
    let mut waiting = vec![root];
    while let Some(node) = waiting.pop() {
        waiting.extend(node.items().filter(|item| !item.is_alias()));
        for (key, value) in node.own_entries().filter(|(_, value)| !value.is_alias()) {
            waiting.push(value);
            if key.as_str().is_some_and(|key| EMBEDDING.iter().any(|name| name.eq_ignore_ascii_case(key))) {
                let scalars = std::iter::once(value).chain(value.items()).filter(|&scalar| tree_has_text(scalar));
                embedded.extend(scalars.map(|scalar| (Place::new(file, scalar.span()), documents_in(scalar, file))));
            }
        }
    }
}

/// The documents inside a scalar; none where it holds a fault.
fn documents_in(scalar: Node, file: FileId) -> Vec<Data> {
    let text = scalar.as_str().unwrap_or_default();
    let tree = Syntax::Yaml.parse(text);
    if !tree.errors.is_empty() {
        return Vec::new();
    }
    let source = Source::of(scalar, text, file);
    let mut documents: Vec<Data> = tree.documents(text).map(|root| Data::of(root, file)).collect();
    documents.iter_mut().for_each(|document| source.relocate(document));
    documents
}

/// Where a scalar's value is written. Finding a place reads the scalar from its start, so that lines are found once.
struct Source<'a> {
    scalar: Node<'a>,
    file: FileId,
    /// Of a block as it stands, each line: offset in the value, offset in the file.
    lines: Vec<(usize, usize)>,
    exact: bool,
}

impl<'a> Source<'a> {
    /// Steps that may be spent on one scalar. Beyond them everything in it stands where the scalar stands.
    const MOST_STEPS: usize = 4 << 20;

    fn of(scalar: Node<'a>, text: &str, file: FileId) -> Source<'a> {
        let starts = || std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|end| end + 1));
        let exact = starts().count().saturating_mul(text.len()) < Self::MOST_STEPS;
        let is_block = exact && scalar.style() == Some(Style::Literal);
        let line = |start: usize| {
            let end = text.len().min(start + 1);
            (start, scalar.value_span(Span::new(start.min(end), end)).start)
        };
        let lines = if is_block { starts().map(line).collect() } else { Vec::new() };
        Source { scalar, file, lines, exact }
    }

    /// From places in the scalar's value to places in the file.
    fn relocate(&self, data: &mut Data) {
        data.place = self.place(data.place.span());
        for (key, value) in data.entries_mut().into_iter().flatten() {
            self.relocate(key);
            self.relocate(value);
        }
        data.items_mut().into_iter().flatten().for_each(|item| self.relocate(item));
    }

    fn place(&self, within: Span) -> Place {
        let span = match self.exact {
            false => self.scalar.span(),
            true if self.lines.is_empty() => self.scalar.value_span(within),
            true => {
                let start = self.offset(within.start);
                Span::new(start, self.offset(within.end).max(start))
            }
        };
        Place::new(self.file, span)
    }

    fn offset(&self, at: usize) -> usize {
        let line = self.lines.partition_point(|(start, _)| *start <= at).max(1) - 1;
        let (start, source) = self.lines[line];
        source + (at - start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents(text: &str) -> Contents {
        let (path, tree) = (RepoPath::from("kustomization.yaml"), Syntax::Yaml.parse(text));
        Contents::of(3, &Role::Kustomization, &Document::all(&path, &Role::Kustomization, text, &tree))
    }

    #[test]
    fn what_is_written_inside_a_scalar_knows_its_place_in_the_file() {
        let text = "\
patches:
  - patch: |-
      - op: replace
        path: /spec/name
        value: 'new'
  - patch: \"{kind: A, name: \\\"b\\\"}\"
patchesStrategicMerge: [file.yaml, 'kind: C']
";
        let contents = contents(text);
        let written = |place: Place| std::str::from_utf8(place.span().slice(text.as_bytes())).unwrap().to_owned();
        let mut found: Vec<_> = contents.embedded.iter().collect();
        found.sort_by_key(|(place, _)| **place);
        let documents: Vec<&Data> = found.iter().flat_map(|(_, documents)| documents.iter()).collect();
        assert_eq!(documents.len(), 3);
        let operation = &documents[0].items()[0];
        assert_eq!(written(operation.get("path").unwrap().place), "/spec/name");
        assert_eq!(written(operation.get("value").unwrap().place), "'new'");
        assert_eq!(written(documents[1].get("name").unwrap().place), "\\\"b\\\"");
        assert_eq!(written(documents[2].get("kind").unwrap().place), "C");
    }

    #[test]
    fn a_faulty_patch_holds_no_documents_and_a_path_is_none() {
        let contents = contents("patches: [{patch: 'a: [b'}, {patch: web.yaml}]\n");
        assert_eq!(contents.embedded.values().map(Vec::len).collect::<Vec<_>>(), [0]);
    }
}

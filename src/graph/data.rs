//! What a manifest says, as an owned tree in which every node knows its place in a source file: objects outlive the
//! texts they were read from, and a patch from one file can stand inside an object from another.
//!
//! It does not know kinds. Copies share their branches; a change copies the path from the root to it and nothing else.

use std::sync::Arc;

use crate::syntax::{self, Style};
use crate::text::Span;

/// Nodes that aliases may add to one document: an alias bomb ends here, people stay a hundred times below.
const MOST_ALIASED: usize = 100_000;

/// Deeper than any schema, and shallow enough for a recursive walk.
const DEEPEST: usize = 200;

/// A file of the inventory, by its number there.
pub type FileId = u32;

/// A range of bytes in a source file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub file: FileId,
    start: u32,
    end: u32,
}

impl Place {
    /// Structured files are shorter than 4 GiB; what lies beyond is cut off.
    pub fn new(file: FileId, span: Span) -> Place {
        let cut = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Place { file, start: cut(span.start), end: cut(span.end) }
    }

    /// For what a file as a whole says, or fails to say.
    pub fn start_of(file: FileId) -> Place {
        Place { file, start: 0, end: 0 }
    }

    pub fn span(self) -> Span {
        Span::new(self.start as usize, self.end as usize)
    }

    /// True when both lie in the same file and `other` lies inside this one, edges included.
    pub fn contains(self, other: Place) -> bool {
        self.file == other.file && self.span().contains(other.span())
    }
}

/// A node: what it says and where that is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Data {
    pub place: Place,
    pub content: Content,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// The decoded text; `plain` when it is written without quotes, so that it may mean a number, a boolean or null.
    Scalar {
        text: Arc<str>,
        plain: bool,
    },
    Mapping(Arc<Vec<(Data, Data)>>),
    Sequence(Arc<Vec<Data>>),
    /// Something is here that cannot be known: a template's hole, a branch that goes too deep.
    Unknown,
}

impl Data {
    /// A copy of `node`, aliases and merge keys expanded. What a mapping says twice it says once: the last time.
    pub fn of(node: syntax::Node, file: FileId) -> Data {
        copy(node, file, DEEPEST, &mut Budget { aliased: MOST_ALIASED, in_alias: false })
    }

    /// A quoted scalar that stands for what is written at `place`.
    pub fn text(text: impl Into<Arc<str>>, place: Place) -> Data {
        Data { place, content: Content::Scalar { text: text.into(), plain: false } }
    }

    pub fn mapping(entries: Vec<(Data, Data)>, place: Place) -> Data {
        Data { place, content: Content::Mapping(Arc::new(entries)) }
    }

    pub fn sequence(items: Vec<Data>, place: Place) -> Data {
        Data { place, content: Content::Sequence(Arc::new(items)) }
    }

    /// A mapping's value for `key`.
    pub fn get(&self, key: &str) -> Option<&Data> {
        self.entry(key).map(|(_, value)| value)
    }

    /// As `get`, with the key.
    pub fn entry(&self, key: &str) -> Option<&(Data, Data)> {
        self.entries().iter().find(|(name, _)| name.as_str() == Some(key))
    }

    /// Follows a path of keys: `at("spec.target.name")`. Keys with dots need `get`.
    pub fn at(&self, path: &str) -> Option<&Data> {
        path.split('.').try_fold(self, |data, key| data.get(key))
    }

    /// `at(path)` as a scalar's text.
    pub fn str_at(&self, path: &str) -> Option<&str> {
        self.at(path)?.as_str()
    }

    /// The text of a scalar, `null` and numbers included; `None` for collections and what is unknown.
    pub fn as_str(&self) -> Option<&str> {
        self.shared_text().map(|text| &**text)
    }

    /// As `as_str`, to keep.
    pub fn shared_text(&self) -> Option<&Arc<str>> {
        match &self.content {
            Content::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// A mapping's keys and values in order; nothing for other nodes.
    pub fn entries(&self) -> &[(Data, Data)] {
        match &self.content {
            Content::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// A sequence's items; nothing for other nodes.
    pub fn items(&self) -> &[Data] {
        match &self.content {
            Content::Sequence(items) => items,
            _ => &[],
        }
    }

    pub fn is_mapping(&self) -> bool {
        matches!(self.content, Content::Mapping(_))
    }

    pub fn is_sequence(&self) -> bool {
        matches!(self.content, Content::Sequence(_))
    }

    pub fn is_unknown(&self) -> bool {
        matches!(self.content, Content::Unknown)
    }

    /// True for nothing, `~` and `null`, unquoted.
    pub fn is_null(&self) -> bool {
        self.plain().is_some_and(|text| matches!(text, "" | "~" | "null" | "Null" | "NULL"))
    }

    /// True for an unquoted `true`.
    pub fn is_true(&self) -> bool {
        self.plain().is_some_and(|text| matches!(text, "true" | "True" | "TRUE"))
    }

    /// The text of a scalar that is written without quotes.
    fn plain(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar { text, plain: true } => Some(text),
            _ => None,
        }
    }

    /// The entries of a mapping, to change; the branches that they share with copies stay as they are there.
    pub fn entries_mut(&mut self) -> Option<&mut Vec<(Data, Data)>> {
        match &mut self.content {
            Content::Mapping(entries) => Some(Arc::make_mut(entries)),
            _ => None,
        }
    }

    /// The items of a sequence, to change.
    pub fn items_mut(&mut self) -> Option<&mut Vec<Data>> {
        match &mut self.content {
            Content::Sequence(items) => Some(Arc::make_mut(items)),
            _ => None,
        }
    }

    /// A mapping's value for `key`, to change.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Data> {
        // Looked up before anything is copied: most look-ups find nothing.
        let at = self.entries().iter().position(|(name, _)| name.as_str() == Some(key))?;
        self.entries_mut().map(|entries| &mut entries[at].1)
    }

    /// Gives a mapping's `key` a value; a new key takes the value's place. Nothing happens to other nodes.
    pub fn set(&mut self, key: &str, value: Data) {
        match self.get_mut(key) {
            Some(known) => *known = value,
            None => {
                if let Some(entries) = self.entries_mut() {
                    entries.push((Data::text(key, value.place), value));
                }
            }
        }
    }

    /// Takes `key` out of a mapping.
    pub fn remove(&mut self, key: &str) -> Option<Data> {
        let at = self.entries().iter().position(|(name, _)| name.as_str() == Some(key))?;
        self.entries_mut().map(|entries| entries.remove(at).1)
    }

    /// From this node to the one that is written at `place`, as `syntax::Node::key_path` says it:
    /// `spec.data[secretKey=token].remoteRef.key`.
    pub fn key_path(&self, place: Place) -> Option<String> {
        let mut path = String::new();
        find(self, place, &mut path).then(|| path.strip_prefix('.').unwrap_or(&path).to_owned())
    }
}

/// Writes the path to the innermost node at `place` into `path`; false where there is none.
fn find(data: &Data, place: Place, path: &mut String) -> bool {
    let length = path.len();
    for (key, value) in data.entries() {
        let name = key.as_str().unwrap_or("?");
        match name.contains(['.', '[', ']', '"', ' ']) {
            true => path.push_str(&format!("[{name:?}]")),
            false => path.extend([".", name]),
        }
        if find(value, place, path) || key.place == place {
            return true;
        }
        path.truncate(length);
    }
    for item in data.items() {
        let named = ["name", "secretKey", "key", "id"].iter().find_map(|field| Some((field, item.str_at(field)?)));
        path.push_str(&named.map_or_else(|| "[]".to_owned(), |(field, name)| format!("[{field}={name}]")));
        if find(item, place, path) {
            return true;
        }
        path.truncate(length);
    }
    data.place == place
}

struct Budget {
    aliased: usize,
    in_alias: bool,
}

fn copy(node: syntax::Node, file: FileId, depth: usize, budget: &mut Budget) -> Data {
    let place = Place::new(file, node.span());
    let outside = !budget.in_alias;
    budget.in_alias |= node.is_alias();
    if budget.in_alias {
        budget.aliased = budget.aliased.saturating_sub(1);
    }
    let content = match (budget.aliased.min(depth), node.kind()) {
        (0, _) => Content::Unknown,
        _ if node.is_unknown() => Content::Unknown,
        (_, syntax::Kind::Scalar) => match node.as_str() {
            Some(text) => Content::Scalar { text: text.into(), plain: node.style() == Some(Style::Plain) },
            None => Content::Unknown,
        },
        (_, syntax::Kind::Sequence) => {
            Content::Sequence(Arc::new(node.items().map(|item| copy(item, file, depth - 1, budget)).collect()))
        }
        (_, syntax::Kind::Mapping) => Content::Mapping(Arc::new(copy_entries(node, file, depth - 1, budget))),
    };
    if outside {
        budget.in_alias = false;
    }
    Data { place, content }
}

fn copy_entries(node: syntax::Node, file: FileId, depth: usize, budget: &mut Budget) -> Vec<(Data, Data)> {
    let mut entries: Vec<(Data, Data)> = Vec::new();
    let repeats = node.tree().duplicates.iter().any(|duplicate| node.span().contains(node.peer(duplicate.key).span()));
    for (key, value) in node.entries() {
        let entry = (copy(key, file, depth, budget), copy(value, file, depth, budget));
        match entries.iter_mut().find(|(known, _)| repeats && known.as_str() == entry.0.as_str()) {
            Some(known) => *known = entry,
            None => entries.push(entry),
        }
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Syntax;

    fn data(text: &str) -> Data {
        let tree = Syntax::Yaml.parse(text);
        Data::of(tree.documents(text).next().expect("a document"), 7)
    }

    fn nodes(data: &Data) -> usize {
        let below: usize = data.entries().iter().map(|(key, value)| nodes(key) + nodes(value)).sum();
        1 + below + data.items().iter().map(nodes).sum::<usize>()
    }

    #[test]
    fn every_node_keeps_its_place() {
        let text = "a:\n  b: [x, 'y']\n";
        let data = data(text);
        let item = &data.at("a.b").unwrap().items()[1];
        assert_eq!((item.as_str(), item.place.file), (Some("y"), 7));
        assert_eq!(item.place.span().slice(text.as_bytes()), b"'y'");
        assert_eq!(data.key_path(item.place).as_deref(), Some("a.b[]"));
    }

    #[test]
    fn aliases_and_merge_keys_are_expanded_and_the_last_of_two_keys_counts() {
        let data = data("base: &b {a: 1, b: 2}\nown: {<<: *b, b: 3}\nsame: *b\nc: 1\nc: 2\n");
        assert_eq!(data.str_at("own.a"), Some("1"));
        assert_eq!(data.str_at("own.b"), Some("3"));
        assert_eq!(data.str_at("same.b"), Some("2"));
        assert_eq!(data.str_at("c"), Some("2"));
        assert_eq!(data.entries().len(), 4);
    }

    #[test]
    fn nulls_stay_and_quotes_are_told() {
        let data = data("a:\nb: ~\nc: 'null'\nd: true\ne: 'true'\n");
        assert!(data.get("a").unwrap().is_null() && data.get("b").unwrap().is_null());
        assert!(!data.get("c").unwrap().is_null());
        assert!(data.get("d").unwrap().is_true() && !data.get("e").unwrap().is_true());
    }

    #[test]
    fn an_alias_bomb_and_a_cycle_end() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let names = vec![format!("*a{}", level - 1); 9].join(", ");
            text.push_str(&format!("a{level}: &a{level} [{names}]\n"));
        }
        assert!(nodes(&data(&text)) < 3 * MOST_ALIASED);
        assert!(nodes(&data("a: &a [*a, *a, *a]\n")) < 3 * MOST_ALIASED);
    }

    #[test]
    fn a_change_leaves_copies_as_they_were() {
        let before = data("a: {b: {c: 1}}\nd: {e: 2}\n");
        let mut after = before.clone();
        let place = after.place;
        after.get_mut("a").unwrap().get_mut("b").unwrap().set("c", Data::text("9", place));
        assert_eq!((before.str_at("a.b.c"), after.str_at("a.b.c")), (Some("1"), Some("9")));
        let shared = |data: &Data| data.get("d").unwrap().entries().as_ptr();
        assert_eq!(shared(&before), shared(&after));
    }
}

//! The tree that every syntax fills: an arena of nodes, read through `Node`, a node next to its text.
//!
//! It does not know which syntax it came from. Aliases stay aliases in the arena and are followed on access, so that no
//! input can make it grow.

use std::collections::HashSet;

use super::scalar;
use super::template::Hole;
use crate::text::{Position, Span};

/// How many aliases are followed in a row.
const MOST_HOPS: usize = 16;

/// How many mappings are merged into one.
const MOST_MERGES: usize = 16;

/// How many siblings before and after a node's own key describe it; enough for any mapping that people write, and a
/// bound for those that machines write.
const MOST_SIBLINGS: usize = 64;

/// Among how many of its first entries an item's name is looked for.
const MOST_ENTRIES_TO_A_NAME: usize = 32;

/// Marks "no node" in the arena's links.
pub(super) const NONE: u32 = u32::MAX;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(super) u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Scalar,
    Mapping,
    Sequence,
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// A key that stands twice in one mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duplicate {
    pub key: NodeId,
    pub first: NodeId,
}

/// Why a part of the text has no nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    pub position: Position,
    pub message: String,
    /// A limit was reached; the text may be fine.
    pub too_deep: bool,
}

/// All documents of one text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tree {
    pub(super) nodes: Vec<Raw>,
    /// The root of each document that has one.
    pub(super) roots: Vec<NodeId>,
    /// The values that are not written as they are meant, one after the other.
    pub(super) decoded: String,
    /// Few nodes have a tag: (node, start, end), sorted.
    pub(super) tags: Vec<(u32, u32, u32)>,
    /// In a template: the nodes that a masked action adds to, sorted.
    pub(super) unknown: Vec<NodeId>,
    pub duplicates: Vec<Duplicate>,
    pub errors: Vec<SyntaxError>,
    /// In a template: what was masked, sorted.
    pub holes: Vec<Hole>,
}

/// 32 bytes: a tree has about one node for every 25 bytes of text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Raw {
    pub content: Content,
    pub start: u32,
    pub end: u32,
    pub parent: u32,
    pub next: u32,
    /// Of a mapping's value, its key; of a key, itself.
    pub key: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Content {
    /// The value is this part of the text: no escapes, no folding.
    Slice {
        style: Style,
        start: u32,
        end: u32,
    },
    /// The value is this part of `Tree::decoded`.
    Decoded {
        style: Style,
        start: u32,
        end: u32,
    },
    /// Children alternate: key, value.
    Mapping {
        first: u32,
    },
    Sequence {
        first: u32,
    },
    Alias {
        target: u32,
    },
}

impl Tree {
    /// The root of each document, in order. `text` is the text that was parsed.
    pub fn documents<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Node<'a>> {
        self.roots.iter().map(move |&id| self.node(id, text))
    }

    /// Every node once, in document order: what is behind an alias is visited where it was defined.
    pub fn nodes<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Node<'a>> {
        (0..self.nodes.len() as u32).map(move |id| self.node(NodeId(id), text))
    }

    /// Every mapping once, in document order.
    pub(super) fn mappings<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Node<'a>> {
        let is_mapping = |(_, node): &(usize, &Raw)| matches!(node.content, Content::Mapping { .. });
        self.nodes.iter().enumerate().filter(is_mapping).map(move |(id, _)| self.node(NodeId(id as u32), text))
    }

    pub fn node<'a>(&'a self, id: NodeId, text: &'a str) -> Node<'a> {
        Node { tree: self, text, id: id.0 }
    }

    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// True when any part of `span` was a hole of the template.
    pub fn is_masked(&self, span: Span) -> bool {
        let next = self.holes.partition_point(|hole| hole.span.end <= span.start);
        self.holes.get(next).is_some_and(|hole| hole.span.start < span.end)
    }
}

/// A node and the text it lies in. Copies are free. Everything but `span` and `is_alias` looks through aliases.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    tree: &'a Tree,
    text: &'a str,
    id: u32,
}

impl<'a> Node<'a> {
    pub fn id(self) -> NodeId {
        NodeId(self.id)
    }

    /// Another node of the same tree.
    pub fn peer(self, id: NodeId) -> Node<'a> {
        Node { id: id.0, ..self }
    }

    pub fn tree(self) -> &'a Tree {
        self.tree
    }

    /// The whole text that it lies in.
    pub fn source(self) -> &'a str {
        self.text
    }

    /// Where it is written: of an alias, the `*name`; of a quoted scalar, with its quotes; of a block scalar, its lines
    /// without the header.
    pub fn span(self) -> Span {
        let raw = self.raw();
        Span::new(raw.start as usize, raw.end as usize)
    }

    pub fn is_alias(self) -> bool {
        matches!(self.raw().content, Content::Alias { .. })
    }

    pub fn kind(self) -> Kind {
        match self.resolved().raw().content {
            Content::Mapping { .. } => Kind::Mapping,
            Content::Sequence { .. } => Kind::Sequence,
            _ => Kind::Scalar,
        }
    }

    pub fn is_mapping(self) -> bool {
        self.kind() == Kind::Mapping
    }

    pub fn is_sequence(self) -> bool {
        self.kind() == Kind::Sequence
    }

    /// The decoded value of a scalar; `None` for collections and dangling aliases.
    #[inline]
    pub fn as_str(self) -> Option<&'a str> {
        let node = self.resolved();
        match node.raw().content {
            Content::Slice { start, end, .. } => node.text.get(start as usize..end as usize),
            Content::Decoded { start, end, .. } => node.tree.decoded.get(start as usize..end as usize),
            _ => None,
        }
    }

    /// How the scalar is written; `None` for collections.
    pub fn style(self) -> Option<Style> {
        match self.resolved().raw().content {
            Content::Slice { style, .. } | Content::Decoded { style, .. } => Some(style),
            _ => None,
        }
    }

    /// The tag as written (`!vault`), of the node itself or of what the alias names.
    pub fn tag(self) -> Option<&'a str> {
        let tags = &self.tree.tags;
        let at = tags.binary_search_by_key(&self.resolved().id, |&(node, ..)| node).ok()?;
        let (_, start, end) = tags[at];
        self.text.get(start as usize..end as usize)
    }

    /// True for nothing, `~` and `null`, unquoted.
    pub fn is_null(self) -> bool {
        self.style() == Some(Style::Plain) && matches!(self.as_str(), Some("" | "~" | "null" | "Null" | "NULL"))
    }

    /// True for an unquoted `true` or `false`.
    pub fn is_bool(self) -> bool {
        self.style() == Some(Style::Plain)
            && matches!(self.as_str(), Some("true" | "false" | "True" | "False" | "TRUE" | "FALSE"))
    }

    /// True for an unquoted integer.
    pub fn is_integer(self) -> bool {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        self.style() == Some(Style::Plain)
            && self.as_str().is_some_and(|text| digits(text.strip_prefix(['-', '+']).unwrap_or(text)))
    }

    /// True when a template's hole lies in it, however deep.
    pub fn is_masked(self) -> bool {
        self.tree.is_masked(self.span())
    }

    /// True when more belongs to it than is written: a scalar with a hole in it; a value that looks empty, a mapping or a
    /// list to which a masked action adds. What a collection's children lack does not make it unknown.
    pub fn is_unknown(self) -> bool {
        let node = self.resolved();
        match node.kind() {
            Kind::Scalar if node.is_masked() => true,
            _ => node.tree.unknown.binary_search(&node.id()).is_ok(),
        }
    }

    /// A mapping's value for `key`, a merge key's included; the last one where the key stands twice.
    pub fn get(self, key: &str) -> Option<Node<'a>> {
        self.entry(key).map(|(_, value)| value)
    }

    /// As `get`, with the key.
    pub fn entry(self, key: &str) -> Option<(Node<'a>, Node<'a>)> {
        self.own_entry(key).or_else(|| self.merged().into_iter().find_map(|source| source.own_entry(key)))
    }

    /// Follows a path of keys: `at("spec.target.name")`. Keys with dots need `get`.
    pub fn at(self, path: &str) -> Option<Node<'a>> {
        path.split('.').try_fold(self, |node, key| node.get(key))
    }

    /// `at(path)` as a scalar's value.
    pub fn str_at(self, path: &str) -> Option<&'a str> {
        self.at(path)?.as_str()
    }

    /// Key and value of each entry that is written here; nothing for other kinds.
    pub fn own_entries(self) -> impl Iterator<Item = (Node<'a>, Node<'a>)> {
        let node = self.resolved();
        let mut children = node.chain(if node.is_mapping() { node.first_child() } else { NONE });
        std::iter::from_fn(move || Some((children.next()?, children.next()?)))
    }

    /// Key and value of each entry, with what merge keys (`<<`) bring and do not override.
    pub fn entries(self) -> Vec<(Node<'a>, Node<'a>)> {
        let mut entries: Vec<_> = self.own_entries().filter(|(key, _)| key.as_str() != Some("<<")).collect();
        let sources = self.merged();
        if sources.is_empty() {
            return entries;
        }
        let mut known: HashSet<_> = entries.iter().map(|(key, _)| key.as_str()).chain([Some("<<")]).collect();
        for source in sources {
            entries.extend(source.own_entries().filter(|(key, _)| known.insert(key.as_str())));
        }
        entries
    }

    /// A sequence's items; nothing for other kinds.
    pub fn items(self) -> impl Iterator<Item = Node<'a>> {
        let node = self.resolved();
        node.chain(if node.is_sequence() { node.first_child() } else { NONE })
    }

    /// True for the key of a mapping's entry.
    pub fn is_key(self) -> bool {
        self.raw().key == self.id
    }

    /// The collection it is written in.
    pub fn parent(self) -> Option<Node<'a>> {
        let parent = self.raw().parent;
        (parent != NONE).then_some(Node { id: parent, ..self })
    }

    /// The key of the entry whose value this is.
    pub fn key(self) -> Option<Node<'a>> {
        let key = self.raw().key;
        (key != NONE && key != self.id).then_some(Node { id: key, ..self })
    }

    /// The keys above this node, outermost first, its own key last; list items add nothing.
    pub fn keys_above(self) -> Vec<&'a str> {
        let upwards = std::iter::successors(Some(self), |node| node.parent());
        let mut keys: Vec<_> = upwards.filter_map(|node| node.key()?.as_str()).collect();
        keys.reverse();
        keys
    }

    /// The keys of the mapping that this node is a value of, its own included. Of a huge mapping: its first keys and
    /// those that follow this one.
    pub fn sibling_keys(self) -> Vec<&'a str> {
        let Some((parent, own)) = self.parent().zip(self.key()) else { return Vec::new() };
        let first = parent.keys_from(parent.first_child()).take(MOST_SIBLINGS).take_while(|key| key.id < own.id);
        let following = parent.keys_from(own.id).take(MOST_SIBLINGS);
        first.chain(following).filter_map(Node::as_str).collect()
    }

    /// From the document's root to this node: `spec.data[secretKey=token].remoteRef.key`. List items are named by what
    /// identifies them, never by index; keys with dots are quoted.
    pub fn key_path(self) -> String {
        let mut parts = Vec::new();
        let mut node = self;
        while let Some(parent) = node.parent() {
            match parent.is_sequence() {
                true => parts.push(node.item_name()),
                false => {
                    let Some(key) = node.key() else { break };
                    let key = key.as_str().unwrap_or("?");
                    parts.push(match key.contains(['.', '[', ']', '"', ' ']) {
                        true => format!("[{key:?}]"),
                        false => format!(".{key}"),
                    });
                }
            }
            node = parent;
        }
        let path: String = parts.into_iter().rev().collect();
        path.strip_prefix('.').map_or_else(|| path.clone(), str::to_owned)
    }

    fn item_name(self) -> String {
        let value_of = |field| {
            let mut entries = self.own_entries().take(MOST_ENTRIES_TO_A_NAME);
            entries.find(|(key, _)| key.as_str() == Some(field))?.1.as_str()
        };
        let named = ["name", "secretKey", "key", "id"].into_iter().find_map(|field| Some((field, value_of(field)?)));
        named.map_or_else(|| "[]".to_owned(), |(field, name)| format!("[{field}={name}]"))
    }

    /// Where a range of the decoded value (bytes) is written: exact wherever it can be known, the whole scalar elsewhere.
    /// A range over several lines of a block takes in their indentation.
    pub fn value_span(self, within: Span) -> Span {
        let node = self.resolved();
        match node.raw().content {
            Content::Slice { start, .. } => within.shift(start as usize),
            Content::Decoded { style, .. } => {
                let value = node.as_str().unwrap_or_default();
                scalar::source_span(node.text, node.span(), value, style, within)
            }
            _ => node.span(),
        }
    }

    /// The value's own bytes: without quotes.
    pub fn content_span(self) -> Span {
        let length = self.as_str().map_or(0, str::len);
        if length == 0 { self.resolved().span() } else { self.value_span(Span::new(0, length)) }
    }

    /// What an alias stands for; the node itself otherwise.
    #[inline]
    pub fn resolved(self) -> Node<'a> {
        if self.is_alias() { self.followed() } else { self }
    }

    fn followed(self) -> Node<'a> {
        let mut node = self;
        for _ in 0..MOST_HOPS {
            match node.raw().content {
                Content::Alias { target } if target != NONE => node.id = target,
                _ => break,
            }
        }
        node
    }

    /// The mappings that `<<` names, in order of precedence, those that they merge themselves included.
    fn merged(self) -> Vec<Node<'a>> {
        let mut all = Vec::new();
        let mut waiting = self.merge_sources();
        while all.len() < MOST_MERGES
            && let Some(source) = waiting.pop()
        {
            all.push(source);
            waiting.extend(source.merge_sources());
        }
        all
    }

    /// What its own `<<` names, the first one last.
    fn merge_sources(self) -> Vec<Node<'a>> {
        let Some((_, value)) = self.own_entries().find(|(key, _)| key.as_str() == Some("<<")) else {
            return Vec::new();
        };
        let named: Vec<Node> =
            if value.is_sequence() { value.items().take(MOST_MERGES).collect() } else { vec![value] };
        named.into_iter().rev().filter(|source| source.is_mapping()).collect()
    }

    fn own_entry(self, key: &str) -> Option<(Node<'a>, Node<'a>)> {
        self.own_entries().filter(|(name, _)| name.as_str() == Some(key)).last()
    }

    fn first_child(self) -> u32 {
        match self.raw().content {
            Content::Mapping { first } | Content::Sequence { first } => first,
            _ => NONE,
        }
    }

    /// In a mapping: the key `first` and those after it.
    fn keys_from(self, first: u32) -> impl Iterator<Item = Node<'a>> {
        self.chain(first).filter(|node| node.is_key())
    }

    fn chain(self, first: u32) -> impl Iterator<Item = Node<'a>> {
        let mut next = first;
        std::iter::from_fn(move || {
            let node = (next != NONE).then_some(Node { id: next, ..self })?;
            next = node.raw().next;
            Some(node)
        })
    }

    #[inline]
    fn raw(self) -> &'a Raw {
        &self.tree.nodes[self.id as usize]
    }
}

/// A node as text, for messages about places that have no value of their own.
impl std::fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} at {:?} ({})", self.kind(), self.span(), self.key_path())
    }
}

//! The tree that every syntax fills: an arena of nodes, read through `Node`, a node next to its text.
//!
//! It does not know which syntax it came from. Aliases stay aliases in the arena and are followed on access, so that no
//! input can make it grow.

use super::template::Hole;
use crate::text::{Position, Span};

/// How many aliases or merge keys are followed in a row.
const MOST_HOPS: usize = 16;

/// Marks "no node" in the arena's links.
const NONE: u32 = u32::MAX;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

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
#[derive(Clone, Debug, Default)]
pub struct Tree {
    nodes: Vec<Raw>,
    /// The root of each document that has one.
    roots: Vec<NodeId>,
    pub duplicates: Vec<Duplicate>,
    pub errors: Vec<SyntaxError>,
    /// In a template: what was masked, sorted.
    pub holes: Vec<Hole>,
}

#[derive(Clone, Debug)]
struct Raw {
    content: Content,
    start: u32,
    end: u32,
    /// Span of the tag, empty where there is none.
    tag: (u32, u32),
    parent: u32,
    next: u32,
}

#[derive(Clone, Debug)]
enum Content {
    /// The value is the text under the node's own span.
    Verbatim,
    /// The value differs from the text under the span: quotes, escapes, folding.
    Decoded(Box<str>, Style),
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

/// Fills a tree in document order; keeps its own stack.
pub struct Builder {
    tree: Tree,
    /// Open collections and the last child of each.
    open: Vec<(u32, u32)>,
}

impl Default for Builder {
    fn default() -> Self {
        Builder::new()
    }
}

impl Builder {
    pub fn new() -> Self {
        Builder { tree: Tree::default(), open: Vec::new() }
    }

    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// Opens a mapping; its children follow as key, value, key, value.
    pub fn mapping(&mut self, start: usize, tag: Option<Span>) -> NodeId {
        let id = self.add(Content::Mapping { first: NONE }, Span::new(start, start), tag);
        self.open.push((id.0, NONE));
        id
    }

    pub fn sequence(&mut self, start: usize, tag: Option<Span>) -> NodeId {
        let id = self.add(Content::Sequence { first: NONE }, Span::new(start, start), tag);
        self.open.push((id.0, NONE));
        id
    }

    /// Closes the innermost collection. `end` is the closing bracket's end; a block collection ends with its last child.
    pub fn close(&mut self, end: Option<usize>) {
        let Some((id, last)) = self.open.pop() else { return };
        let end = end.map(|end| end as u32).or_else(|| self.tree.nodes.get(last as usize).map(|child| child.end));
        let node = &mut self.tree.nodes[id as usize];
        node.end = end.unwrap_or(node.start).max(node.start);
    }

    /// A scalar whose value is exactly the text under `span`.
    pub fn verbatim(&mut self, span: Span, tag: Option<Span>) -> NodeId {
        self.add(Content::Verbatim, span, tag)
    }

    /// A scalar whose value is not the text under `span`, which includes quotes or the block's indentation.
    pub fn decoded(&mut self, value: &str, style: Style, span: Span, tag: Option<Span>) -> NodeId {
        self.add(Content::Decoded(value.into(), style), span, tag)
    }

    pub fn alias(&mut self, span: Span, target: Option<NodeId>) -> NodeId {
        self.add(Content::Alias { target: target.map_or(NONE, |id| id.0) }, span, None)
    }

    pub fn error(&mut self, error: SyntaxError) {
        self.tree.errors.push(error);
    }

    pub fn duplicate(&mut self, key: NodeId, first: NodeId) {
        self.tree.duplicates.push(Duplicate { key, first });
    }

    /// Forgets the unfinished document, after an error in it.
    pub fn abandon(&mut self) {
        if let Some(&(root, _)) = self.open.first() {
            self.tree.roots.retain(|id| id.0 < root);
            self.tree.duplicates.retain(|duplicate| duplicate.key.0 < root);
            self.tree.nodes.truncate(root as usize);
            self.open.clear();
        }
    }

    pub fn finish(mut self) -> Tree {
        while !self.open.is_empty() {
            self.close(None);
        }
        self.tree
    }

    fn add(&mut self, content: Content, span: Span, tag: Option<Span>) -> NodeId {
        let id = self.tree.nodes.len() as u32;
        let tag = tag.map_or((0, 0), |tag| (tag.start as u32, tag.end as u32));
        let parent = self.open.last().map_or(NONE, |&(parent, _)| parent);
        self.tree.nodes.push(Raw { content, start: span.start as u32, end: span.end as u32, tag, parent, next: NONE });
        match self.open.last_mut() {
            None => self.tree.roots.push(NodeId(id)),
            Some((parent, last)) => {
                if *last != NONE {
                    self.tree.nodes[*last as usize].next = id;
                } else if let Content::Mapping { first } | Content::Sequence { first } =
                    &mut self.tree.nodes[*parent as usize].content
                {
                    *first = id;
                }
                *last = id;
            }
        }
        NodeId(id)
    }
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

    pub fn tree(self) -> &'a Tree {
        self.tree
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
    pub fn as_str(self) -> Option<&'a str> {
        let node = self.resolved();
        match &node.raw().content {
            Content::Verbatim => node.text.get(node.span().range()),
            Content::Decoded(value, _) => Some(value),
            _ => None,
        }
    }

    /// How the scalar is written; `None` for collections.
    pub fn style(self) -> Option<Style> {
        match &self.resolved().raw().content {
            Content::Verbatim => Some(Style::Plain),
            Content::Decoded(_, style) => Some(*style),
            _ => None,
        }
    }

    /// The tag as written (`!vault`), of the node itself or of what the alias names.
    pub fn tag(self) -> Option<&'a str> {
        let (start, end) = self.resolved().raw().tag;
        (start < end).then(|| self.text.get(start as usize..end as usize)).flatten()
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

    /// True when a template's hole touches it: its value is unknown.
    pub fn is_masked(self) -> bool {
        self.tree.is_masked(self.span())
    }

    /// A mapping's value for `key`, a merge key's included; the last one where the key stands twice.
    pub fn get(self, key: &str) -> Option<Node<'a>> {
        self.entry(key).map(|(_, value)| value)
    }

    /// As `get`, with the key.
    pub fn entry(self, key: &str) -> Option<(Node<'a>, Node<'a>)> {
        self.own_entry(key).or_else(|| self.merged(0).into_iter().find_map(|source| source.own_entry(key)))
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
        let first = match node.raw().content {
            Content::Mapping { first } => first,
            _ => NONE,
        };
        let mut children = node.chain(first);
        std::iter::from_fn(move || Some((children.next()?, children.next()?)))
    }

    /// Key and value of each entry, with what merge keys (`<<`) bring and do not override.
    pub fn entries(self) -> Vec<(Node<'a>, Node<'a>)> {
        let mut entries: Vec<_> = self.own_entries().filter(|(key, _)| key.as_str() != Some("<<")).collect();
        for source in self.merged(0) {
            for (key, value) in source.own_entries() {
                if key.as_str() != Some("<<") && !entries.iter().any(|(known, _)| known.as_str() == key.as_str()) {
                    entries.push((key, value));
                }
            }
        }
        entries
    }

    /// A sequence's items; nothing for other kinds.
    pub fn items(self) -> impl Iterator<Item = Node<'a>> {
        let node = self.resolved();
        let first = match node.raw().content {
            Content::Sequence { first } => first,
            _ => NONE,
        };
        node.chain(first)
    }

    /// True for a scalar that is the key of a mapping's entry.
    pub fn is_key(self) -> bool {
        self.parent().is_some_and(|parent| parent.own_entries().any(|(key, _)| key.id == self.id))
    }

    /// The collection it is written in.
    pub fn parent(self) -> Option<Node<'a>> {
        let parent = self.raw().parent;
        (parent != NONE).then_some(Node { id: parent, ..self })
    }

    /// The key of the entry whose value this is.
    pub fn key(self) -> Option<Node<'a>> {
        let parent = self.parent()?;
        parent.own_entries().find(|(_, value)| value.id == self.id).map(|(key, _)| key)
    }

    /// The keys above this node, outermost first, its own key last; list items add nothing.
    pub fn keys_above(self) -> Vec<&'a str> {
        let upwards = std::iter::successors(Some(self), |node| node.parent());
        let mut keys: Vec<_> = upwards.filter_map(|node| node.key()?.as_str()).collect();
        keys.reverse();
        keys
    }

    /// The keys of the mapping that this node is a value of, its own included.
    pub fn sibling_keys(self) -> Vec<&'a str> {
        self.parent().into_iter().flat_map(Node::own_entries).filter_map(|(key, _)| key.as_str()).collect()
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
        let named = ["name", "secretKey", "key", "id"].into_iter().find_map(|field| Some((field, self.str_at(field)?)));
        named.map_or_else(|| "[]".to_owned(), |(field, name)| format!("[{field}={name}]"))
    }

    /// Where a range of the decoded value (bytes) is written. Exact for plain scalars, quoted ones without escapes and
    /// literal blocks; elsewhere the nearest enclosing span that is known.
    pub fn value_span(self, within: Span) -> Span {
        let node = self.resolved();
        match &node.raw().content {
            Content::Verbatim => within.shift(node.span().start),
            Content::Decoded(value, style) => super::yaml::source_span(node.text, node.span(), value, *style, within),
            _ => node.span(),
        }
    }

    /// The value's own bytes: without quotes.
    pub fn content_span(self) -> Span {
        let length = self.as_str().map_or(0, str::len);
        if length == 0 { self.resolved().span() } else { self.value_span(Span::new(0, length)) }
    }

    /// What an alias stands for; the node itself otherwise.
    pub fn resolved(self) -> Node<'a> {
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
    fn merged(self, hops: usize) -> Vec<Node<'a>> {
        let Some((_, value)) = self.own_entries().find(|(key, _)| key.as_str() == Some("<<")) else {
            return Vec::new();
        };
        let direct: Vec<Node> = if value.is_sequence() { value.items().collect() } else { vec![value] };
        let mut all = Vec::new();
        for source in direct.into_iter().filter(|source| source.is_mapping()) {
            all.push(source);
            if hops < MOST_HOPS && all.len() < MOST_HOPS {
                all.extend(source.merged(hops + 1));
            }
            all.truncate(MOST_HOPS);
        }
        all
    }

    fn own_entry(self, key: &str) -> Option<(Node<'a>, Node<'a>)> {
        self.own_entries().filter(|(name, _)| name.as_str() == Some(key)).last()
    }

    fn chain(self, first: u32) -> impl Iterator<Item = Node<'a>> {
        let mut next = first;
        std::iter::from_fn(move || {
            let node = (next != NONE).then_some(Node { id: next, ..self })?;
            next = node.raw().next;
            Some(node)
        })
    }

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

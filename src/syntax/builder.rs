//! How a syntax fills a tree: in document order, with the stack of open collections kept here.
//!
//! It does not know any syntax, and it never looks at the text.

use super::tree::{Content, NONE, NodeId, Raw, Style, SyntaxError, Tree};
use crate::text::Span;

/// A tree seldom has more nodes than one for so many bytes of text.
const BYTES_PER_NODE: usize = 20;

/// Fills a tree in document order; keeps its own stack.
#[derive(Default)]
pub struct Builder {
    tree: Tree,
    open: Vec<Open>,
    /// What the tree held when the current document began.
    document: Mark,
}

/// A collection that is not closed yet.
struct Open {
    id: u32,
    last: u32,
    /// In a mapping: the key that waits for its value.
    key: u32,
    is_mapping: bool,
}

#[derive(Clone, Copy, Default)]
struct Mark {
    nodes: usize,
    roots: usize,
    decoded: usize,
    tags: usize,
}

impl Builder {
    pub fn new() -> Self {
        Builder::default()
    }

    /// With room for the nodes that a text of `length` bytes usually has.
    pub fn for_text(length: usize) -> Self {
        let mut builder = Builder::default();
        builder.tree.nodes.reserve(length / BYTES_PER_NODE);
        builder
    }

    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// The key whose value is the next node.
    pub fn waiting_key(&self) -> Option<Span> {
        let key = self.tree.nodes.get(self.open.last()?.key as usize)?;
        Some(Span::new(key.start as usize, key.end as usize))
    }

    /// From here on, nodes belong to a new document.
    pub fn document(&mut self) {
        let Tree { nodes, roots, decoded, tags, .. } = &self.tree;
        self.document = Mark { nodes: nodes.len(), roots: roots.len(), decoded: decoded.len(), tags: tags.len() };
    }

    /// Opens a mapping; its children follow as key, value, key, value.
    pub fn mapping(&mut self, start: usize, tag: Option<Span>) -> NodeId {
        self.collection(start, tag, true)
    }

    pub fn sequence(&mut self, start: usize, tag: Option<Span>) -> NodeId {
        self.collection(start, tag, false)
    }

    /// Closes the innermost collection. `end` is the closing bracket's end; a block collection ends with its last child.
    pub fn close(&mut self, end: Option<usize>) {
        let Some(Open { id, last, .. }) = self.open.pop() else { return };
        let end = end.map(|end| end as u32).or_else(|| self.tree.nodes.get(last as usize).map(|child| child.end));
        let node = &mut self.tree.nodes[id as usize];
        node.end = end.unwrap_or(node.start).max(node.start);
    }

    /// A plain scalar whose value is exactly the text under `span`.
    pub fn verbatim(&mut self, span: Span, tag: Option<Span>) -> NodeId {
        self.slice(span, Style::Plain, span, tag)
    }

    /// A scalar whose value is the part `value` of the text: all of `span`, or what stands between its quotes.
    pub fn slice(&mut self, value: Span, style: Style, span: Span, tag: Option<Span>) -> NodeId {
        let content = Content::Slice { style, start: value.start as u32, end: value.end as u32 };
        self.add(content, span, tag)
    }

    /// A scalar whose value is not the text under `span`, which includes quotes or the block's indentation.
    pub fn decoded(&mut self, value: &str, style: Style, span: Span, tag: Option<Span>) -> NodeId {
        let start = self.tree.decoded.len() as u32;
        self.tree.decoded.push_str(value);
        self.add(Content::Decoded { style, start, end: self.tree.decoded.len() as u32 }, span, tag)
    }

    /// Where a value that is not written as it is meant can be put together; `written` makes a scalar of it.
    pub fn value(&mut self) -> &mut String {
        &mut self.tree.decoded
    }

    /// A scalar whose value is what was put together since `start`; where `text` says the same under `span`, it is a part
    /// of the text all the same.
    pub fn written(&mut self, text: &str, start: usize, style: Style, span: Span) -> NodeId {
        if text.get(span.range()) == self.tree.decoded.get(start..) {
            self.tree.decoded.truncate(start);
            return self.slice(span, style, span, None);
        }
        let content = Content::Decoded { style, start: start as u32, end: self.tree.decoded.len() as u32 };
        self.add(content, span, None)
    }

    pub fn alias(&mut self, span: Span, target: Option<NodeId>) -> NodeId {
        self.add(Content::Alias { target: target.map_or(NONE, |id| id.0) }, span, None)
    }

    pub fn error(&mut self, error: SyntaxError) {
        self.tree.errors.push(error);
    }

    /// Forgets the unfinished document, after an error in it.
    pub fn abandon(&mut self) {
        let Mark { nodes, roots, decoded, tags } = self.document;
        self.tree.nodes.truncate(nodes);
        self.tree.roots.truncate(roots);
        self.tree.decoded.truncate(decoded);
        self.tree.tags.truncate(tags);
        self.open.clear();
    }

    pub fn finish(mut self) -> Tree {
        while !self.open.is_empty() {
            self.close(None);
        }
        self.tree
    }

    fn collection(&mut self, start: usize, tag: Option<Span>, is_mapping: bool) -> NodeId {
        let content = if is_mapping { Content::Mapping { first: NONE } } else { Content::Sequence { first: NONE } };
        let id = self.add(content, Span::new(start, start), tag);
        self.open.push(Open { id: id.0, last: NONE, key: NONE, is_mapping });
        id
    }

    fn add(&mut self, content: Content, span: Span, tag: Option<Span>) -> NodeId {
        let id = self.tree.nodes.len() as u32;
        self.tree.tags.extend(tag.map(|tag| (id, tag.start as u32, tag.end as u32)));
        let (parent, key) = self.place(id);
        let (start, end) = (span.start as u32, span.end as u32);
        self.tree.nodes.push(Raw { content, start, end, parent, next: NONE, key });
        NodeId(id)
    }

    /// Links a node that comes next to what stands before it; returns its parent and its key.
    fn place(&mut self, id: u32) -> (u32, u32) {
        let Some(open) = self.open.last_mut() else {
            self.tree.roots.push(NodeId(id));
            return (NONE, NONE);
        };
        if let Some(last) = self.tree.nodes.get_mut(open.last as usize) {
            last.next = id;
        } else if let Content::Mapping { first } | Content::Sequence { first } =
            &mut self.tree.nodes[open.id as usize].content
        {
            *first = id;
        }
        open.last = id;
        let key = match (open.is_mapping, open.key) {
            (false, _) => NONE,
            (true, NONE) => {
                open.key = id;
                id
            }
            (true, key) => {
                open.key = NONE;
                key
            }
        };
        (open.id, key)
    }
}

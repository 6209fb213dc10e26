//! A chart's template as YAML with holes: each `{{ … }}` is masked by text of the same length, so that every span is one
//! of the template itself.
//!
//! It does not evaluate anything: both branches of an `if` stay in the tree, and what an action would have written is
//! unknown, never empty.

pub(super) mod action;
mod blocks;
mod unknown;

use super::tree::Content;
use super::{SyntaxError, Tree, scalar, yaml};
use crate::text::{LineIndex, Span};

/// A masked `{{ … }}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hole {
    pub span: Span,
    pub kind: HoleKind,
}

/// What an action does, as far as its first word tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoleKind {
    Control(Control),
    /// Writes a value where it stands.
    Value,
    /// Writes lines of its own: `indent`, `nindent`.
    Indented,
    /// Writes nothing: `{{ $name := … }}`.
    Assignment,
    Comment,
}

/// The words that decide whether and how often the text between them is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    If,
    Else,
    End,
    Range,
    With,
    Define,
    Block,
    Break,
    Continue,
}

impl HoleKind {
    /// True where text comes out of the action itself.
    pub fn writes(self) -> bool {
        matches!(self, HoleKind::Value | HoleKind::Indented)
    }
}

pub fn parse(text: &str) -> Tree {
    let (holes, unclosed) = action::find(text);
    let masked = masked(text, &holes);
    let mut tree = yaml::parse(&masked);
    tree.unknown = unknown::find(&tree, text, &holes);
    tree.holes = holes;
    unmask(text, &masked, &mut tree);
    if let Some(offset) = unclosed {
        let position = LineIndex::new(text.as_bytes()).position(text.as_bytes(), offset);
        let message = "this {{ is never closed".to_owned();
        tree.errors.push(SyntaxError { position, message, too_deep: false });
    }
    tree
}

/// The YAML that is read in the place of a template.
#[cfg(test)]
pub(super) fn mask(text: &str) -> String {
    masked(text, &action::find(text).0)
}

/// Puts the actions back into the values that were decoded from the masked text; the others lie in the template itself.
fn unmask(text: &str, masked: &str, tree: &mut Tree) {
    for id in 0..tree.nodes.len() {
        let node = &tree.nodes[id];
        let Content::Decoded { style, start, end } = node.content else { continue };
        let span = Span::new(node.start as usize, node.end as usize);
        if !tree.is_masked(span) {
            continue;
        }
        let value = &tree.decoded[start as usize..end as usize];
        if let Some(value) = scalar::value_in(text, masked, span, value, style) {
            let start = tree.decoded.len() as u32;
            tree.decoded.push_str(&value);
            tree.nodes[id].content = Content::Decoded { style, start, end: tree.decoded.len() as u32 };
        }
    }
}

/// The text with every hole filled by as many bytes; line breaks stay.
fn masked(text: &str, holes: &[Hole]) -> String {
    let mut masked = text.as_bytes().to_vec();
    let mut rest = holes;
    while !rest.is_empty() {
        let (line, further) = rest.split_at(on_one_line(text, rest));
        mask_line(text, line, &mut masked);
        rest = further;
    }
    blocks::mend(text, &mut masked);
    divide(text, holes, &mut masked);
    // A hole is filled with ASCII from end to end, and little else is changed: brackets and blanks, ASCII too.
    String::from_utf8(masked).unwrap_or_default()
}

/// How many of the first holes share a line with the one before them.
fn on_one_line(text: &str, holes: &[Hole]) -> usize {
    let between = |pair: &[Hole]| &text.as_bytes()[pair[0].span.end..pair[1].span.start];
    let apart = |pair: &[Hole]| memchr::memchr(b'\n', between(pair)).is_some();
    holes.windows(2).position(apart).map_or(holes.len(), |before| before + 1)
}

/// Holes that have their line to themselves become blanks, as does what writes nothing or writes its own lines. The
/// others become a word.
fn mask_line(text: &str, holes: &[Hole], masked: &mut [u8]) {
    let (Some(first), Some(last)) = (holes.first(), holes.last()) else { return };
    let before = memchr::memrchr(b'\n', &text.as_bytes()[..first.span.start]).map_or(0, |end| end + 1);
    let before = &text[before..first.span.start];
    let behind = &text[last.span.end..];
    let behind = &behind[..memchr::memchr(b'\n', behind.as_bytes()).unwrap_or(behind.len())];
    let is_blank = |pair: &[Hole]| text[pair[0].span.end..pair[1].span.start].trim().is_empty();
    let has_text = !behind.trim().is_empty() || !holes.windows(2).all(is_blank);
    let alone = before.trim().is_empty() && !has_text;
    // `key: {{ if … }}"a"{{ else }}"b"{{ end }}`: one value, whichever branch is taken.
    let begins_value = before.trim_end().ends_with([':', '-']) && has_text;
    for hole in holes {
        let is_word = match hole.kind {
            HoleKind::Value => !alone,
            HoleKind::Control(_) => begins_value,
            _ => false,
        };
        fill(&mut masked[hole.span.range()], if is_word { b'x' } else { b' ' });
    }
}

/// What a `define` holds is a document of its own: `---` where it begins and where it ends.
fn divide(text: &str, holes: &[Hole], masked: &mut [u8]) {
    let mut open = Vec::new();
    for hole in holes {
        let HoleKind::Control(control) = hole.kind else { continue };
        match control {
            Control::If | Control::Range | Control::With | Control::Block | Control::Define => open.push(control),
            Control::Else | Control::Break | Control::Continue => {}
            Control::End if open.pop() == Some(Control::Define) => mark_document(text, hole.span, masked),
            Control::End => {}
        }
        if control == Control::Define {
            mark_document(text, hole.span, masked);
        }
    }
}

fn mark_document(text: &str, span: Span, masked: &mut [u8]) {
    let begins_line = span.start == 0 || text.as_bytes()[span.start - 1] == b'\n';
    let ends_line = text[span.end..].split('\n').next().unwrap_or_default().trim().is_empty();
    if begins_line && ends_line && !text[span.start..span.end.min(span.start + 3)].contains(['\n', '\r']) {
        masked[span.start..span.start + 3].copy_from_slice(b"---");
    }
}

/// A word cannot go on in the next line, where it would stand at the wrong indentation: there come blanks.
fn fill(hole: &mut [u8], filling: u8) {
    if memchr::memchr2(b'\n', b'\r', hole).is_none() {
        return hole.fill(filling);
    }
    let mut filling = filling;
    for byte in hole {
        match byte {
            b'\n' => filling = b' ',
            b'\r' => {}
            _ => *byte = filling,
        }
    }
}

//! Two trees of one file, before and after its edits: whether everything that no edit touches still says the same, in
//! the same place.
//!
//! It does not know what the edits are for.

use super::{Node, Style, Tree};
use crate::model::Edit;

/// True where `after` reads as well as `before`, and no scalar outside of `edits` changed its value or the keys that
/// lead to it. `edits` are spans of the text before, sorted, apart.
pub fn keeps_the_rest(before: &Tree, text: &str, after: &Tree, new: &str, edits: &[Edit]) -> bool {
    let reads = after.errors.len() <= before.errors.len() && after.duplicates.len() <= before.duplicates.len();
    let Ok(shifts) = Shifts::of(edits) else { return false };
    reads && !touches_anchored(before, text, edits) && shifts.kept_before(before, text) == shifts.kept_after(after, new)
}

/// What stands behind an anchor stands everywhere that it is named.
fn touches_anchored(tree: &Tree, text: &str, edits: &[Edit]) -> bool {
    let aliases = tree.nodes(text).filter(|node| node.is_alias());
    aliases
        .map(|alias| alias.resolved().span())
        .any(|anchored| edits.iter().any(|edit| anchored.intersects(edit.span) || anchored.contains(edit.span)))
}

/// A scalar that no edit touches: where it begins in the text after, what it says, and where the keys above it begin.
type Kept<'a> = (usize, Option<&'a str>, Option<Style>, Vec<usize>);

/// How far the edits move what comes after them.
struct Shifts<'e> {
    edits: &'e [Edit],
}

impl<'e> Shifts<'e> {
    fn of(edits: &'e [Edit]) -> Result<Self, ()> {
        let apart = edits.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start);
        if apart { Ok(Shifts { edits }) } else { Err(()) }
    }

    /// Where the text after has what begins at `offset` of the text before.
    fn moved(&self, offset: usize) -> usize {
        let earlier = self.edits.iter().take_while(|edit| edit.span.end <= offset);
        earlier.fold(offset, |at, edit| at + edit.text.len() - edit.span.len())
    }

    /// What is only put in takes nothing away: a scalar around it has to say the same as before.
    fn is_edited(&self, node: Node) -> bool {
        self.edits.iter().any(|edit| !edit.span.is_empty() && edit.span.intersects(node.span()))
    }

    /// True for what begins in the text of an edit.
    fn is_new(&self, node: Node) -> bool {
        let mut moved = 0isize;
        self.edits.iter().any(|edit| {
            let start = edit.span.start.saturating_add_signed(moved);
            moved += edit.text.len() as isize - edit.span.len() as isize;
            (start..start + edit.text.len()).contains(&node.span().start)
        })
    }

    fn kept_before<'a>(&self, tree: &'a Tree, text: &'a str) -> Vec<Kept<'a>> {
        kept(tree, text, |node| !self.is_edited(node), |offset| self.moved(offset))
    }

    fn kept_after<'a>(&self, tree: &'a Tree, text: &'a str) -> Vec<Kept<'a>> {
        kept(tree, text, |node| !self.is_new(node), |offset| offset)
    }
}

fn kept<'a>(
    tree: &'a Tree,
    text: &'a str,
    is_kept: impl Fn(Node) -> bool,
    place: impl Fn(usize) -> usize,
) -> Vec<Kept<'a>> {
    let scalars = tree.nodes(text).filter(|node| node.is_alias() || node.style().is_some());
    let scalars = scalars.filter(|node| !node.span().is_empty() && is_kept(*node));
    let keys = |node: Node<'a>| {
        let above = std::iter::successors(Some(node), |node| node.parent()).filter_map(Node::key);
        above.filter(|key| is_kept(*key)).map(|key| place(key.span().start)).collect()
    };
    scalars.map(|node| (place(node.span().start), node.as_str(), node.style(), keys(node))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Syntax;
    use crate::text::Span;

    fn keeps(before: &str, start: usize, end: usize, text: &str) -> bool {
        let edit = Edit { span: Span::new(start, end), text: text.to_owned() };
        let after = [&before[..start], text, &before[end..]].concat();
        keeps_the_rest(&Syntax::Yaml.parse(before), before, &Syntax::Yaml.parse(&after), &after, &[edit])
    }

    #[test]
    fn a_value_and_a_new_entry_leave_the_rest_alone() {
        assert!(keeps("a: b\nc: d\n", 3, 4, "longer"));
        assert!(keeps("a:\n  b: c\nd: e\n", 9, 9, "\n  f: g"));
    }

    #[test]
    fn what_moves_to_another_parent_is_noticed() {
        assert!(!keeps("a:\n  b: c\n  d: e\n", 9, 9, "\nf:"), "d is below f now");
        assert!(!keeps("a: b\nc: d\n", 3, 4, "{"), "it reads no more");
        assert!(!keeps("a: b\nc: d\n", 4, 4, "\nc: e"), "a key stands twice");
        assert!(!keeps("a: b\nc: d\n", 4, 5, " # "), "an entry is gone");
    }

    #[test]
    fn what_an_alias_names_and_what_stands_in_a_text_is_noticed() {
        assert!(!keeps("a: &x b\nc: *x\n", 6, 7, "d"));
        assert!(!keeps("a: |\n  one\n  two\n", 10, 10, " and a half"));
    }
}

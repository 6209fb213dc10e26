//! An item of a list that is to come later: its lines are put behind those of another.
//!
//! It does not know why the order matters. Where a comment could lose what it is about, there are no edits.

use super::Node;
use super::edit::{before, end_of, line_end, line_start};
use crate::model::Edit;
use crate::text::Span;

/// What puts `item` behind `other`, which stands below it in the same list.
pub fn moved_behind(item: Node, other: Node) -> Option<[Edit; 2]> {
    let source = item.source();
    let (own, others) = (lines(item)?, lines(other)?);
    let is_below = own.end <= others.start && source.get(..others.end)?.ends_with('\n');
    let place = Span::new(others.end, others.end);
    let put = Edit { span: place, text: source.get(own.range())?.to_owned() };
    is_below.then(|| [Edit { span: own, text: String::new() }, put])
}

/// The whole lines of an item that begins and ends with its own.
fn lines(item: Node) -> Option<Span> {
    let source = item.source();
    let is_template = !item.tree().holes.is_empty();
    let dash = before(source, item.span().start)?.strip_suffix("- ")?;
    let is_item = item.parent().is_some_and(Node::is_sequence) && dash.bytes().all(|byte| byte == b' ');
    let start = line_start(source, item.span().start);
    let above = source.get(..start)?.trim_end_matches(['\n', '\r']);
    let is_commented = above.rsplit('\n').next().is_some_and(|line| line.trim_start().starts_with('#'));
    let (_, end) = line_end(source, end_of(item));
    (is_item && !is_template && !is_commented && !item.is_alias()).then(|| Span::new(start, end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{Syntax, keeps_the_rest};

    fn moved(text: &str) -> Option<String> {
        let tree = Syntax::Yaml.parse(text);
        let list = tree.documents(text).next()?.get("l")?;
        let (first, last) = (list.items().next()?, list.items().last()?);
        let edits = moved_behind(first, last)?;
        let [gone, put] = &edits;
        let after = [&text[..gone.span.start], &text[gone.span.end..put.span.start], &put.text, &text[put.span.end..]];
        let after = after.concat();
        assert!(keeps_the_rest(&tree, text, &Syntax::Yaml.parse(&after), &after, &edits), "{after}");
        Some(after)
    }

    #[test]
    fn an_item_goes_with_all_its_lines() {
        for (before, after) in [
            ("l:\n- a: 1 # one\n  b: 2\n- c\nm: n\n", "l:\n- c\n- a: 1 # one\n  b: 2\nm: n\n"),
            ("l:\r\n  - a\r\n  - b\r\n  - c\r\n", "l:\r\n  - b\r\n  - c\r\n  - a\r\n"),
        ] {
            assert_eq!(moved(before).as_deref(), Some(after));
        }
    }

    #[test]
    fn what_a_comment_speaks_of_stays() {
        for text in ["l:\n# of a\n- a\n- b\n", "l: [a, b]\n", "l:\n- a\n# of b\n- b\n", "l:\n- a\n- b"] {
            assert_eq!(moved(text), None, "{text}");
        }
    }
}

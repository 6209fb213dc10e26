//! Every construct of every syntax, with the bytes it was read from.

use tightlip::syntax::{Kind, Node, Syntax};

/// The tree as lines: indentation is depth, then what the node is, the text under its span, and its value where that is
/// something else.
fn drawn(syntax: Syntax, text: &str) -> Vec<String> {
    let tree = syntax.parse(text);
    let mut lines: Vec<String> = tree.nodes(text).map(|node| line(node, text)).collect();
    lines.extend(tree.duplicates.iter().map(|twice| format!("twice: {:?}", tree.node(twice.key, text).span())));
    lines.extend(
        tree.errors.iter().map(|error| format!("{}:{} {}", error.position.line, error.position.column, error.message)),
    );
    lines
}

fn line(node: Node, text: &str) -> String {
    let depth = std::iter::successors(node.parent(), |parent| parent.parent()).count();
    let written = &text[node.span().range()];
    let value = match node.as_str() {
        Some(value) if value != written => format!(" = {value:?}"),
        _ => String::new(),
    };
    let sort = match node.kind() {
        _ if node.is_alias() => "alias",
        _ if node.is_key() => "key",
        Kind::Mapping => "mapping",
        Kind::Sequence => "sequence",
        Kind::Scalar => "scalar",
    };
    let tag = node.tag().map(|tag| format!(" {tag}")).unwrap_or_default();
    format!("{}{sort}{tag} {written:?}{value}", "  ".repeat(depth))
}

#[test]
fn smoke() {
    for src in [
        "a:\n  b:\n  # c\n\nc: d\n",
        "a: |+\n\n\nb: >-\n   x\n   y\n\n\nc: d",
        "[a: b, c: , {d}, ? e]",
        "x: &a\n  k: v\ny: !t\n- 1\n- *a\n",
        "a: b\na: c\n---\n}\n---\nb: \"x\\ny\"\n",
        "a:\r\n  b: |\r\n\r\n    x\r\n    y\r\n\r\nc:\r\n",
    ] {
        println!("== {src:?}\n{}", drawn(Syntax::Yaml, src).join("\n"));
    }
}

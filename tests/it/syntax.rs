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
        "y:\n- 1\n- 2\n",
        "y:\n-  # c\n\n   a: b\n-\n  - - c\n",
        "y: !t # c\n-\n  # c\n  &a !x b\n",
        "y: &a\n-\n- x",
        "y:\n-\n-\nz:",
        "y:\n- # - c\n  - d",
        "a :\nb : \n? c\n:\n: d\n",
        "- a\n- b",
        "y: &a !t\n  x: 1",
        "- - a: b",
        "? - a\n: - b\n  - c\n? x: y\n  z: 1\n:\n  &q w : 1",
    ] {
        println!("== {src:?}\n{}", drawn(Syntax::Yaml, src).join("\n"));
    }
}

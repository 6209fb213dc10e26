//! Every construct of every syntax, with the bytes it was read from.

mod dotenv;
mod hostile;
mod json;
mod properties;
mod template;
mod yaml;

use tightlip::syntax::{Kind, Node, Syntax};

/// Holds each text of a table against the drawing of its tree.
fn draws(syntax: Syntax, table: &[(&str, &str)]) {
    let drawings: Vec<_> = table.iter().map(|(text, _)| (*text, drawing(syntax, text))).collect();
    let drawings: Vec<_> = drawings.iter().map(|(text, drawing)| (*text, drawing.as_str())).collect();
    assert_eq!(drawings, table);
}

/// Documents, then keys that stand twice, then errors. A collection is drawn as its bytes and its children, a scalar as
/// the text under its span and, where that is something else, its value.
fn drawing(syntax: Syntax, text: &str) -> String {
    let tree = syntax.parse(text);
    let mut parts: Vec<String> = tree.documents(text).map(|root| drawn(root, text)).collect();
    parts.extend(tree.duplicates.iter().map(|twice| format!("twice {}", drawn(tree.node(twice.key, text), text))));
    parts.extend(
        tree.errors.iter().map(|error| format!("{}:{} {}", error.position.line, error.position.column, error.message)),
    );
    parts.join(" | ")
}

fn drawn(node: Node, text: &str) -> String {
    let span = node.span();
    let written = &text[span.range()];
    let tag = node.tag().filter(|_| !node.is_alias()).map(|tag| format!("{tag} ")).unwrap_or_default();
    let unknown = if node.is_unknown() { "?" } else { "" };
    let shown = match node.kind() {
        _ if node.is_alias() => written.to_owned(),
        Kind::Mapping => {
            let entry = |(key, value)| format!("{}: {}", drawn(key, text), drawn(value, text));
            format!("{}..{}{{{}}}", span.start, span.end, node.own_entries().map(entry).collect::<Vec<_>>().join(", "))
        }
        Kind::Sequence => {
            let items: Vec<_> = node.items().map(|item| drawn(item, text)).collect();
            format!("{}..{}[{}]", span.start, span.end, items.join(", "))
        }
        Kind::Scalar => match node.as_str() {
            Some(value) if value != written => format!("{written:?}={value:?}"),
            _ => format!("{written:?}"),
        },
    };
    format!("{tag}{shown}{unknown}")
}

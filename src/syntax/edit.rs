//! From a change in the words of the tree, "this scalar says that", to the bytes that make it: quotes, indentation and
//! line breaks as they are around.
//!
//! It does not know why anything is changed. Where it is not sure how people would write it, there is no edit.

use super::{Node, Style};
use crate::model::Edit;
use crate::text::Span;

/// What a node is to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The scalar that says `from`, a key too, says `to`.
    Value { from: String, to: New },
    /// The mapping gets an entry.
    Entry { key: String, value: New },
    /// The list gets one more item; a key with nothing behind it gets a list.
    Item(New),
    /// The item of a list becomes a mapping that holds it under this key.
    Under(&'static str),
    /// The entry whose value this is goes, with its line.
    Remove,
    /// The text gets one more line, at its end: for lists of lines, which have no tree.
    Line(String),
}

/// What is new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum New {
    /// Quoted where it would mean something else without.
    Text(String),
    /// A number or a truth value, as it is written.
    Plain(String),
    Mapping(Vec<(String, New)>),
    List(Vec<New>),
}

impl Change {
    pub fn value(from: impl Into<String>, to: impl Into<String>) -> Change {
        Change::Value { from: from.into(), to: New::Text(to.into()) }
    }

    pub fn entry(key: impl Into<String>, value: New) -> Change {
        Change::Entry { key: key.into(), value }
    }

    /// The bytes that change, of the text that `node` lies in.
    pub fn at(&self, node: Node) -> Option<Edit> {
        let is_template = !node.tree().holes.is_empty();
        match self {
            Change::Value { from, to } => replaced(node, from, to),
            // A new line may stand in a branch of the template that is not always there.
            _ if is_template || node.is_alias() => None,
            Change::Entry { key, value } => with_entry(node, key, value),
            Change::Item(value) => with_item(node, value),
            Change::Under(key) => under(node, key),
            Change::Remove => removed(node),
            Change::Line(_) => None,
        }
    }

    /// The bytes that change of a text without nodes. Whether it ends with a line break stays as it is.
    pub fn at_end(&self, text: &str) -> Option<Edit> {
        let Change::Line(line) = self else { return None };
        let line_break = line_break(text, text.len());
        let text_of_line = match text.ends_with('\n') {
            true => format!("{line}{line_break}"),
            false if text.is_empty() => line.clone(),
            false => format!("{line_break}{line}"),
        };
        Some(Edit { span: Span::new(text.len(), text.len()), text: text_of_line })
    }
}

impl New {
    pub fn text(text: impl Into<String>) -> New {
        New::Text(text.into())
    }

    /// A mapping of one entry.
    pub fn mapping(key: impl Into<String>, value: New) -> New {
        New::Mapping(vec![(key.into(), value)])
    }
}

fn replaced(node: Node, from: &str, to: &New) -> Option<Edit> {
    let style = if node.is_alias() { Style::Plain } else { node.style()? };
    let span = node.span();
    let written = node.source().get(span.range())?;
    let is_known = node.as_str() == Some(from) && !node.is_masked();
    let is_one_line = !written.is_empty() && !written.contains(['\n', '\r']);
    if !is_known || !is_one_line || matches!(style, Style::Literal | Style::Folded) {
        return None;
    }
    let style = if is_json(node) { Style::DoubleQuoted } else { style };
    let text = match to {
        New::Plain(word) => word.clone(),
        New::Text(text) => quoted(text, style)?,
        New::Mapping(_) | New::List(_) => return None,
    };
    Some(Edit { span, text })
}

fn with_entry(mapping: Node, key: &str, value: &New) -> Option<Edit> {
    if !mapping.is_mapping() || mapping.get(key).is_some() {
        return None;
    }
    let json =
        mapping.own_entries().next().map_or(is_json(mapping), |(key, _)| key.style() == Some(Style::DoubleQuoted));
    let source = mapping.source();
    if is_flow(mapping, '{') {
        let last = mapping.own_entries().last().map(|(key, _)| key);
        return into_flow(mapping, last, &format!("{}: {}", key_text(key, json)?, in_flow(value, json)?));
    }
    // The last entry of one line has the plainest place behind it.
    let is_short = |(_, value): &(Node, Node)| value.is_alias() || is_plain_line(*value);
    let (own, place) = match mapping.own_entries().filter(is_short).last() {
        Some((own, value)) => (own, own.span().end.max(value.span().end)),
        None => (mapping.own_entries().next()?.0, end_of(mapping)),
    };
    let indent = indent_of(own)?;
    let mut lines = Vec::new();
    in_block(&format!("{indent}{}:", key_text(key, false)?), &indent, value, &mut lines)?;
    after_line(source, place, &lines)
}

fn with_item(list: Node, value: &New) -> Option<Edit> {
    let source = list.source();
    if list.is_null() && list.span().is_empty() {
        let key = list.key()?;
        let indent = indent_of(key)?;
        let mut lines = Vec::new();
        in_block(&format!("{indent}-"), &format!("{indent}  "), value, &mut lines)?;
        return after_line(source, key.span().end, &lines);
    }
    if !list.is_sequence() {
        return None;
    }
    if is_flow(list, '[') {
        return into_flow(list, list.items().last(), &in_flow(value, is_json(list))?);
    }
    let last = list.items().last()?;
    let before = before(source, last.span().start)?;
    let indent = before.strip_suffix('-').or_else(|| before.trim_end_matches(' ').strip_suffix('-'))?;
    if !indent.bytes().all(|byte| byte == b' ') {
        return None;
    }
    let mut lines = Vec::new();
    in_block(&format!("{indent}-"), &format!("{indent}  "), value, &mut lines)?;
    after_line(source, end_of(last), &lines)
}

fn under(item: Node, key: &str) -> Option<Edit> {
    let is_item = item.parent().is_some_and(Node::is_sequence) && !is_json(item);
    let start = item.span().start;
    (is_item && is_plain_line(item) && !item.span().is_empty())
        .then(|| Edit { span: Span::new(start, start), text: format!("{key}: ") })
}

fn removed(value: Node) -> Option<Edit> {
    let (key, mapping, source) = (value.key()?, value.parent()?, value.source());
    let end = key.span().end.max(value.span().end);
    if is_flow(mapping, '{') {
        // With the comma that stands before it.
        let before = mapping.own_entries().take_while(|(other, _)| other.id() != key.id()).last()?;
        let span = Span::new(before.0.span().end.max(before.1.span().end), end);
        let is_plain = is_plain_line(value) && !source.get(span.range())?.contains(['#', '\n']);
        return is_plain.then(|| Edit { span, text: String::new() });
    }
    let has_others = mapping.own_entries().nth(1).is_some();
    let (start, (line_end, next)) = (line_start(source, key.span().start), line_end(source, end));
    let is_alone = before(source, key.span().start)?.bytes().all(|byte| byte == b' ') && end == line_end;
    (has_others && is_alone && is_plain_line(value) && next > line_end)
        .then(|| Edit { span: Span::new(start, next), text: String::new() })
}

/// True where the text is JSON, or looks like it there.
fn is_json(node: Node) -> bool {
    let key = std::iter::successors(Some(node), |node| node.parent()).find_map(Node::key);
    key.is_some_and(|key| key.style() == Some(Style::DoubleQuoted))
}

fn is_flow(node: Node, bracket: char) -> bool {
    node.source().get(node.span().range()).is_some_and(|text| text.starts_with(bracket))
}

/// True for a scalar that begins and ends on one line.
fn is_plain_line(node: Node) -> bool {
    let is_block = matches!(node.style(), None | Some(Style::Literal | Style::Folded));
    let text = node.source().get(node.span().range());
    !node.is_alias() && !is_block && text.is_some_and(|text| !text.contains(['\n', '\r']))
}

/// Where the last thing in `node` ends.
pub(super) fn end_of(node: Node) -> usize {
    let mut node = node;
    loop {
        let last = match () {
            () if node.is_alias() => None,
            () if is_flow(node, '{') || is_flow(node, '[') => None,
            () if node.is_mapping() => node.own_entries().last().map(|(key, value)| match value.span().is_empty() {
                true => key,
                false => value,
            }),
            () => node.items().last(),
        };
        match last {
            Some(last) => node = last,
            None => {
                let written = node.source().get(node.span().range()).unwrap_or_default();
                return node.span().start + written.trim_end().len();
            }
        }
    }
}

/// Puts `text` behind the last of a collection in brackets. `last` is its last key or item.
fn into_flow(node: Node, last: Option<Node>, text: &str) -> Option<Edit> {
    let (source, span) = (node.source(), node.span());
    let inside = source.get(span.start + 1..span.end.checked_sub(1)?)?;
    let end = span.start + 1 + inside.trim_end().len();
    let Some(last) = last else {
        let place = span.start + 1;
        return inside.trim().is_empty().then(|| Edit { span: Span::new(place, place), text: text.to_owned() });
    };
    // A comment could swallow what comes behind it.
    if source.get(last.span().end..end)?.contains('#') {
        return None;
    }
    let comma = if inside.trim_end().ends_with(',') { "" } else { "," };
    let first_on_line = before(source, last.span().start)?;
    let gap = match first_on_line.bytes().all(|byte| matches!(byte, b' ' | b'\t')) && inside.contains('\n') {
        true => format!("{}{first_on_line}", line_break(source, last.span().start)),
        false => " ".to_owned(),
    };
    Some(Edit { span: Span::new(end, end), text: format!("{comma}{gap}{text}") })
}

/// Whole lines behind the line on which `place` lies.
fn after_line(source: &str, place: usize, lines: &[String]) -> Option<Edit> {
    let (end, _) = line_end(source, place);
    let line_break = line_break(source, place);
    let text = lines.iter().fold(String::new(), |text, line| text + line_break + line);
    Some(Edit { span: Span::new(end, end), text })
}

pub(super) fn line_start(source: &str, place: usize) -> usize {
    source.get(..place).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1)
}

/// Where the line of `place` ends, without and with its line break.
pub(super) fn line_end(source: &str, place: usize) -> (usize, usize) {
    match source.get(place..).and_then(|rest| rest.find('\n')) {
        None => (source.len(), source.len()),
        Some(at) => {
            let next = place + at + 1;
            (next - if source[..next].ends_with("\r\n") { 2 } else { 1 }, next)
        }
    }
}

/// The line break of that line, or else that of the text.
fn line_break(source: &str, place: usize) -> &'static str {
    let (end, next) = line_end(source, place);
    let is_long = if end == next { source.contains("\r\n") } else { next - end == 2 };
    if is_long { "\r\n" } else { "\n" }
}

/// What stands before `place` on its line.
pub(super) fn before(source: &str, place: usize) -> Option<&str> {
    let start = line_start(source, place);
    let text = source.get(start..place)?;
    Some(if start == 0 { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text })
}

/// The spaces that put a line under `key`: it is the first on its line, behind nothing but dashes.
fn indent_of(key: Node) -> Option<String> {
    let before = before(key.source(), key.span().start)?;
    before.bytes().all(|byte| matches!(byte, b' ' | b'-')).then(|| " ".repeat(before.len()))
}

/// `head` with `value` behind it, in lines; what comes below is indented by two more than `indent`.
fn in_block(head: &str, indent: &str, value: &New, lines: &mut Vec<String>) -> Option<()> {
    let is_item = head.ends_with('-');
    match value {
        New::Mapping(entries) => {
            let below = if is_item { indent.to_owned() } else { format!("{indent}  ") };
            if !is_item {
                lines.push(head.to_owned());
            }
            for (index, (key, value)) in entries.iter().enumerate() {
                let start = if is_item && index == 0 { format!("{head} ") } else { below.clone() };
                in_block(&format!("{start}{}:", key_text(key, false)?), &below, value, lines)?;
            }
        }
        New::List(items) => {
            lines.push(head.to_owned());
            let below = format!("{indent}  ");
            for item in items {
                in_block(&format!("{below}-"), &format!("{below}  "), item, lines)?;
            }
        }
        New::Text(text) => lines.push(format!("{head} {}", quoted(text, Style::Plain)?)),
        New::Plain(word) => lines.push(format!("{head} {word}")),
    }
    Some(())
}

fn in_flow(value: &New, json: bool) -> Option<String> {
    let style = if json { Style::DoubleQuoted } else { Style::Plain };
    Some(match value {
        New::Text(text) => quoted(text, style)?,
        New::Plain(word) => word.clone(),
        New::List(items) => {
            let items: Option<Vec<String>> = items.iter().map(|item| in_flow(item, json)).collect();
            format!("[{}]", items?.join(", "))
        }
        New::Mapping(entries) => {
            let entry =
                |(key, value): &(String, New)| Some(format!("{}: {}", key_text(key, json)?, in_flow(value, json)?));
            let entries: Option<Vec<String>> = entries.iter().map(entry).collect();
            format!("{{{}}}", entries?.join(", "))
        }
    })
}

fn key_text(key: &str, json: bool) -> Option<String> {
    quoted(key, if json { Style::DoubleQuoted } else { Style::Plain })
}

/// `text` as a scalar of that style; of double quotes where it would mean something else.
fn quoted(text: &str, style: Style) -> Option<String> {
    if text.chars().any(char::is_control) {
        return None;
    }
    match style {
        Style::Plain if means_itself(text) => Some(text.to_owned()),
        Style::SingleQuoted => Some(format!("'{}'", text.replace('\'', "''"))),
        _ => Some(format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))),
    }
}

/// True for a text that is itself without quotes, for every reader of YAML: no number, date, truth value or sign.
fn means_itself(text: &str) -> bool {
    const WORDS: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"];
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_./-$".contains(&byte);
    let begins = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_./".contains(&byte));
    let is_number = text.parse::<f64>().is_ok()
        || ["0x", "0o", "0b"].iter().any(|start| text.starts_with(start))
        || !text.bytes().any(|byte| byte.is_ascii_alphabetic());
    begins && text.bytes().all(is_plain) && !is_number && !WORDS.contains(&text.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{Syntax, keeps_the_rest};

    /// The text with the change made at `path`; `key` means the key there.
    fn changed(text: &str, path: &str, change: Change) -> Option<String> {
        let tree = Syntax::Yaml.parse(text);
        let root = tree.documents(text).next()?;
        let node = match path.strip_prefix("key ") {
            Some(path) => root.at(path)?.key()?,
            None if path.is_empty() => root,
            None => root.at(path)?,
        };
        let edit = change.at(node)?;
        let after = [&text[..edit.span.start], &edit.text, &text[edit.span.end..]].concat();
        assert!(keeps_the_rest(&tree, text, &Syntax::Yaml.parse(&after), &after, &[edit]), "{after}");
        Some(after)
    }

    fn entry() -> Change {
        Change::entry("kind", New::text("Store"))
    }

    #[test]
    fn a_value_keeps_its_quotes_its_anchor_and_its_comment() {
        let to = || Change::value("a", "b-c");
        for (before, after) in [
            ("k: a # why\n", "k: b-c # why\n"),
            ("k: 'a'\r\n", "k: 'b-c'\r\n"),
            ("{\"k\": \"a\"}", "{\"k\": \"b-c\"}"),
            ("k: &x a\nl: {m: n}\n", "k: &x b-c\nl: {m: n}\n"),
            ("k: !!str a\n", "k: !!str b-c\n"),
            ("\u{feff}k: a", "\u{feff}k: b-c"),
        ] {
            assert_eq!(changed(before, "k", to()).as_deref(), Some(after));
        }
        for before in ["k: |\n  a\n", "k: other\n", "k:\n"] {
            assert_eq!(changed(before, "k", to()), None, "{before}");
        }
    }

    #[test]
    fn a_text_that_would_mean_something_else_is_quoted() {
        for (to, after) in [("true", "k: \"true\"\n"), ("60s", "k: 60s\n"), ("1e3", "k: \"1e3\"\n"), ("", "k: \"\"\n")]
        {
            assert_eq!(changed("k: a\n", "k", Change::value("a", to)).as_deref(), Some(after));
        }
        let number = Change::Value { from: "a".into(), to: New::Plain("3600".into()) };
        assert_eq!(changed("k: 'a'\n", "k", number).as_deref(), Some("k: 3600\n"));
    }

    #[test]
    fn an_entry_stands_under_its_siblings() {
        for (before, after) in [
            ("s:\n  name: a # why\n  more:\n    - x\n", "s:\n  name: a # why\n  kind: Store\n  more:\n    - x\n"),
            ("s:\r\n    name: a", "s:\r\n    name: a\r\n    kind: Store"),
            ("s: {name: a}\n", "s: {name: a, kind: Store}\n"),
            ("s: { name: a, }\n", "s: { name: a, kind: Store }\n"),
            ("s: {}\n", "s: {kind: Store}\n"),
            ("{\"s\": {\"name\": \"a\"}}\n", "{\"s\": {\"name\": \"a\", \"kind\": \"Store\"}}\n"),
            (
                "{\n  \"s\": {\n    \"n\": 1\n  }\n}\n",
                "{\n  \"s\": {\n    \"n\": 1,\n    \"kind\": \"Store\"\n  }\n}\n",
            ),
            ("s:\n  m:\n    n: |\n      text\n\nt: u\n", "s:\n  m:\n    n: |\n      text\n  kind: Store\n\nt: u\n"),
        ] {
            assert_eq!(changed(before, "s", entry()).as_deref(), Some(after));
        }
        let strange = Change::entry("on", New::mapping("a.example/b: c", New::text("yes")));
        let quoted = "s:\n  m: n\n  \"on\":\n    \"a.example/b: c\": \"yes\"\n";
        assert_eq!(changed("s:\n  m: n\n", "s", strange).as_deref(), Some(quoted));
        assert_eq!(changed("s:\n  kind: a\n", "s", entry()), None, "there is one");
        assert_eq!(changed("s: {name: a # why\n  }\n", "s", entry()), None, "a comment would swallow it");
    }

    #[test]
    fn a_list_grows_at_its_end() {
        let item = || Change::Item(New::text("b.yaml"));
        for (before, after) in [
            ("l:\n- a.yaml\n# - c.yaml\n", "l:\n- a.yaml\n- b.yaml\n# - c.yaml\n"),
            ("l:\n  - a.yaml # why\r\nm: n\n", "l:\n  - a.yaml # why\r\n  - b.yaml\r\nm: n\n"),
            ("l: []\n", "l: [b.yaml]\n"),
            ("l: [a.yaml]\n", "l: [a.yaml, b.yaml]\n"),
            ("l:\nm: n\n", "l:\n- b.yaml\nm: n\n"),
        ] {
            assert_eq!(changed(before, "l", item()).as_deref(), Some(after));
        }
        let target = New::Mapping(vec![("kind".into(), New::text("Deployment")), ("name".into(), New::text("web"))]);
        let list = Change::entry("l", New::List(vec![target.clone()]));
        let with_list = "a: b\nl:\n  - kind: Deployment\n    name: web\n";
        assert_eq!(changed("a: b\n", "", list).as_deref(), Some(with_list));
        assert_eq!(
            changed(with_list, "l", Change::Item(target)),
            Some(format!("{with_list}  - kind: Deployment\n    name: web\n"))
        );
    }

    #[test]
    fn an_entry_goes_only_where_nothing_else_goes_with_it() {
        assert_eq!(changed("s:\n  a: b\n  c: d\n", "s.c", Change::Remove).as_deref(), Some("s:\n  a: b\n"));
        assert_eq!(changed("s: {a: b, c: d}\n", "s.c", Change::Remove).as_deref(), Some("s: {a: b}\n"));
        for before in ["s:\n  c: d\n", "s:\n  a: b\n  c: d # why\n", "s: {c: d, a: b}\n"] {
            assert_eq!(changed(before, "s.c", Change::Remove), None, "{before}");
        }
    }

    #[test]
    fn keys_are_renamed_and_items_put_under_one() {
        let rename = Change::value("bases", "resources");
        assert_eq!(changed("bases:\n- a\n", "key bases", rename).as_deref(), Some("resources:\n- a\n"));
        let text = "l:\n- a.yaml\n";
        let tree = Syntax::Yaml.parse(text);
        let item = tree.documents(text).next().unwrap().get("l").unwrap().items().next().unwrap();
        let edit = Change::Under("path").at(item).unwrap();
        assert_eq!((edit.span, edit.text.as_str()), (Span::new(5, 5), "path: "));
    }
}

//! Paths with lists: `spec.tls[].secretName`, and names with blanks: `{metadata.name}-app`.
//!
//! It does not know what lies at the end of a path.

use std::sync::Arc;

use crate::graph::{Data, Place};

/// Every node that `path` leads to: keys, `[]` for each item of a list, `*` for each value of a mapping.
pub fn all<'d>(data: &'d Data, path: &str) -> Vec<&'d Data> {
    let mut nodes = vec![data];
    for step in path.split('.').filter(|step| !step.is_empty()) {
        let (key, of_each) = step.strip_suffix("[]").map_or((step, false), |key| (key, true));
        nodes = nodes.into_iter().flat_map(|node| values(node, key)).collect();
        if of_each {
            nodes = nodes.into_iter().flat_map(Data::items).collect();
        }
    }
    nodes
}

fn values<'d>(node: &'d Data, key: &str) -> Vec<&'d Data> {
    match key {
        "" => vec![node],
        "*" => node.entries().iter().map(|(_, value)| value).collect(),
        key => node.get(key).into_iter().collect(),
    }
}

/// `pattern` with each `{path}` filled in from the first of `sources` that has it, and where the first blank is written;
/// `None` where one stays open.
pub fn fill(pattern: &str, sources: &[&Data]) -> Option<(Arc<str>, Option<Place>)> {
    let (mut filled, mut place, mut rest) = (String::new(), None, pattern);
    while let Some((before, behind)) = rest.split_once('{') {
        let (path, after) = behind.split_once('}')?;
        let value = sources.iter().find_map(|source| source.at(path).filter(|value| !value.is_null()))?;
        filled.push_str(before);
        filled.push_str(value.as_str().filter(|text| !text.is_empty())?);
        place = place.or(Some(value.place));
        rest = after;
    }
    filled.push_str(rest);
    Some((filled.into(), place))
}

/// True where `name` is what `pattern` says, in which `*` and `${…}` stand for anything.
pub fn matches(pattern: &str, name: &str) -> bool {
    let pieces = pieces(pattern);
    let (Some((first, rest)), true) = (pieces.split_first(), pieces.len() > 1) else { return pattern == name };
    let Some(mut name) = name.strip_prefix(first) else { return false };
    let Some((last, between)) = rest.split_last() else { return name.is_empty() };
    for piece in between {
        let Some(at) = name.find(piece) else { return false };
        name = &name[at + piece.len()..];
    }
    name.ends_with(last)
}

/// True for a name that is not all written down.
pub fn is_open(name: &str) -> bool {
    pieces(name).len() > 1 || name.contains("{{") || name.contains("$(") || name.starts_with("ENC[")
}

/// What is written between the holes.
fn pieces(pattern: &str) -> Vec<&str> {
    let (mut pieces, mut rest) = (Vec::new(), pattern);
    loop {
        let star = rest.find('*').map(|at| (at, at + 1));
        let variable = rest.find("${").and_then(|at| Some((at, at + rest[at..].find('}')? + 1)));
        let next = match (star, variable) {
            (Some(one), Some(other)) => one.min(other),
            (Some(only), None) | (None, Some(only)) => only,
            (None, None) => break,
        };
        pieces.push(&rest[..next.0]);
        rest = &rest[next.1..];
    }
    pieces.push(rest);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Syntax;

    fn data(text: &str) -> Data {
        let tree = Syntax::Yaml.parse(text);
        Data::of(tree.documents(text).next().expect("a document"), 0)
    }

    #[test]
    fn paths_lead_through_lists_and_any_key() {
        let data = data("a: [{b: 1}, {b: 2}]\nc: {x: {d: 3}, y: {d: 4}}\ne: [5]\n");
        let texts = |path: &str| all(&data, path).into_iter().filter_map(Data::as_str).collect::<Vec<_>>().join(" ");
        assert_eq!(texts("a[].b"), "1 2");
        assert_eq!(texts("c.*.d"), "3 4");
        assert_eq!(texts("e[]"), "5");
        assert_eq!(texts("a.b"), "");
    }

    #[test]
    fn blanks_are_filled_from_the_first_that_has_them() {
        let (item, object) = (data("name: u\n"), data("metadata: {name: db}\nspec: {n: ''}\n"));
        let filled = |pattern: &str| fill(pattern, &[&item, &object]).map(|(name, _)| name.to_string());
        assert_eq!(filled("{name}.{metadata.name}-x").as_deref(), Some("u.db-x"));
        assert_eq!(filled("{spec.n}"), None);
        assert_eq!(filled("{spec.none}"), None);
    }

    #[test]
    fn stars_and_variables_stand_for_anything() {
        for (pattern, name) in
            [("a", "a"), ("a-*", "a-"), ("*.b.c", "x.b.c"), ("${APP}-secret", "web-secret"), ("*", "")]
        {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("a", "ab"), ("a-*", "b-a"), ("*.b.c", "x.b.d"), ("ab*ba", "aba"), ("a-*-a", "a-a")] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
        assert!(is_open("${A}") && is_open("{{ x }}") && is_open("a*") && !is_open("a-b") && !is_open("${a"));
    }
}

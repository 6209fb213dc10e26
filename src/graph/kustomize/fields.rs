//! Fields by kustomize's paths, `spec/template/spec/containers/env`, which say nothing of lists: each list on the way is
//! taken item by item.
//!
//! It does not know what is done with the fields.

use crate::graph::data::{Content, Data};

/// `a/b\/c` as its parts; a leading slash counts for nothing.
pub fn split(path: &str) -> Vec<Box<str>> {
    split_at(path.strip_prefix('/').filter(|rest| !rest.is_empty()).unwrap_or(path), '/')
}

/// Divides at a character that no backslash stands before.
pub fn split_at(path: &str, divider: char) -> Vec<Box<str>> {
    let mut parts: Vec<String> = Vec::new();
    for part in path.split(divider) {
        match parts.last_mut().filter(|last| last.ends_with('\\')) {
            Some(last) => {
                last.pop();
                last.push(divider);
                last.push_str(part);
            }
            None => parts.push(part.to_owned()),
        }
    }
    parts.into_iter().map(String::into_boxed_str).collect()
}

/// True when a field at `path` passes the test.
pub fn any(data: &Data, path: &[Box<str>], test: &mut dyn FnMut(&Data) -> bool) -> bool {
    match (path, &data.content) {
        ([], _) => test(data),
        (_, Content::Sequence(items)) => items.iter().any(|item| any(item, path, test)),
        ([key, rest @ ..], _) => data.get(name(key)).is_some_and(|value| any(value, rest, test)),
    }
}

/// Changes each field at `path`. With `create`, a missing one is made, unless it lies below a list that is not there.
pub fn change(data: &mut Data, path: &[Box<str>], create: bool, apply: &mut dyn FnMut(&mut Data)) {
    let [key, rest @ ..] = path else { return apply(data) };
    if let Some(items) = data.items_mut() {
        return items.iter_mut().for_each(|item| change(item, path, create, apply));
    }
    let missing = data.get(name(key)).is_none_or(|value| value.is_null() && !rest.is_empty());
    if create && missing && data.is_mapping() && !key.ends_with("[]") {
        let place = data.place;
        data.set(key, if rest.is_empty() { Data::text("", place) } else { Data::mapping(Vec::new(), place) });
    }
    if let Some(value) = data.get_mut(name(key)) {
        change(value, rest, create, apply);
    }
}

/// A part may say that it names a list: `containers[]`.
fn name(part: &str) -> &str {
    part.strip_suffix("[]").unwrap_or(part)
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
    fn paths_are_divided_where_nothing_escapes() {
        assert_eq!(split("spec/name").join("|"), "spec|name");
        assert_eq!(split(r"/metadata/annotations/a.io\/b").join("|"), "metadata|annotations|a.io/b");
    }

    #[test]
    fn lists_on_the_way_are_taken_item_by_item() {
        let mut data = data("spec: {c: [{e: [{n: a}, {n: b}]}, {x: 1}]}");
        let path = split("spec/c[]/e/n");
        let place = data.place;
        change(&mut data, &path, false, &mut |field| *field = Data::text("z", place));
        let mut found = Vec::new();
        any(&data, &path, &mut |field| {
            found.extend(field.as_str().map(str::to_owned));
            false
        });
        assert_eq!(found, ["z", "z"]);
    }

    #[test]
    fn a_missing_field_is_made_only_when_asked() {
        let mut made = data("a: {}");
        let place = made.place;
        change(&mut made, &split("a/b/c"), false, &mut |field| *field = Data::text("1", place));
        assert!(made.at("a.b").is_none());
        change(&mut made, &split("a/b/c"), true, &mut |field| *field = Data::text("1", place));
        assert_eq!(made.str_at("a.b.c"), Some("1"));
    }
}

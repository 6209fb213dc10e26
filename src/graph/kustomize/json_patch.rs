//! JSON patches (RFC 6902), as kustomize applies them.
//!
//! It does not know which object a patch is for. A patch is applied as a whole or not at all.

use crate::graph::data::{Content, Data, Place};

/// The operation that cannot be done.
#[derive(Debug, PartialEq, Eq)]
pub struct Failed(pub Place);

/// Applies a list of operations.
pub fn apply(data: &mut Data, operations: &Data) -> Result<(), Failed> {
    let mut patched = data.clone();
    for operation in operations.items() {
        perform(&mut patched, operation).ok_or(Failed(operation.place))?;
    }
    *data = patched;
    Ok(())
}

/// True for a document that is a list of operations.
pub fn is_patch(data: &Data) -> bool {
    data.is_sequence() && data.items().iter().all(|item| item.get("op").is_some() && item.get("path").is_some())
}

/// True for `[{op: add, …}]`: what begins like JSON must be JSON to kustomize, and there keys have quotes.
pub fn has_bare_keys(operations: &Data) -> bool {
    let mut keys = operations.items().iter().flat_map(|operation| operation.entries()).map(|(key, _)| key);
    keys.any(|key| matches!(key.content, Content::Scalar { plain: true, .. }))
}

fn perform(data: &mut Data, operation: &Data) -> Option<()> {
    let path = pointer(operation.str_at("path")?)?;
    let from = || pointer(operation.str_at("from")?);
    match operation.str_at("op")? {
        "add" => add(data, &path, operation.get("value")?.clone(), operation.get("path")?),
        "replace" => {
            let value = operation.get("value")?.clone();
            *at_mut(data, &path)? = value;
            Some(())
        }
        "remove" => remove(data, &path).map(|_| ()),
        "move" => {
            let value = remove(data, &from()?)?;
            add(data, &path, value, operation.get("path")?)
        }
        "copy" => {
            let value = at_mut(data, &from()?)?.clone();
            add(data, &path, value, operation.get("path")?)
        }
        "test" => {
            let known = at_mut(data, &path);
            let value = operation.get("value").filter(|value| !value.is_null());
            match (known, value) {
                (Some(known), Some(value)) => says_the_same(known, value).then_some(()),
                (known, None) => known.is_none_or(|known| known.is_null()).then_some(()),
                (None, Some(_)) => None,
            }
        }
        _ => None,
    }
}

/// `/a/b~1c/0` as its parts.
fn pointer(path: &str) -> Option<Vec<String>> {
    if path.is_empty() {
        return Some(Vec::new());
    }
    let parts = path.strip_prefix('/')?.split('/');
    Some(parts.map(|part| part.replace("~1", "/").replace("~0", "~")).collect())
}

fn at_mut<'d>(data: &'d mut Data, path: &[String]) -> Option<&'d mut Data> {
    path.iter().try_fold(data, |data, part| match data.is_sequence() {
        true => {
            let at = index(part, data.items().len())?;
            data.items_mut()?.get_mut(at)
        }
        false => data.get_mut(part),
    })
}

fn add(data: &mut Data, path: &[String], value: Data, key: &Data) -> Option<()> {
    let Some((last, above)) = path.split_last() else {
        *data = value;
        return Some(());
    };
    let parent = at_mut(data, above)?;
    if parent.is_sequence() {
        let length = parent.items().len();
        let at = if last == "-" { length } else { index(last, length + 1)? };
        parent.items_mut()?.insert(at, value);
        return Some(());
    }
    match parent.get_mut(last) {
        Some(known) => *known = value,
        None => parent.entries_mut()?.push((Data::text(last.as_str(), key.place), value)),
    }
    Some(())
}

fn remove(data: &mut Data, path: &[String]) -> Option<Data> {
    let (last, above) = path.split_last()?;
    let parent = at_mut(data, above)?;
    match parent.is_sequence() {
        true => {
            let at = index(last, parent.items().len())?;
            Some(parent.items_mut()?.remove(at))
        }
        false => parent.remove(last),
    }
}

/// An index below `length`; a negative one counts from the end.
fn index(part: &str, length: usize) -> Option<usize> {
    let at: i64 = part.parse().ok()?;
    let at = if at < 0 { at + i64::try_from(length).ok()? } else { at };
    usize::try_from(at).ok().filter(|&at| at < length)
}

/// Equal but for the places and the quotes.
fn says_the_same(one: &Data, other: &Data) -> bool {
    one.as_str() == other.as_str()
        && one.items().len() == other.items().len()
        && one.items().iter().zip(other.items()).all(|(one, other)| says_the_same(one, other))
        && one.entries().len() == other.entries().len()
        && one.entries().iter().all(|(key, value)| {
            key.as_str().and_then(|key| other.get(key)).is_some_and(|other| says_the_same(value, other))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Syntax;

    fn data(text: &str) -> Data {
        let tree = Syntax::Yaml.parse(text);
        Data::of(tree.documents(text).next().expect("a document"), 0)
    }

    fn patched(object: &str, patch: &str, path: &str) -> Option<String> {
        let mut object = data(object);
        apply(&mut object, &data(patch)).ok()?;
        Some(object.str_at(path).unwrap_or("gone").to_owned())
    }

    #[test]
    fn each_operation_does_what_the_standard_says() {
        let object = "{a: {b: x, 'c/d': y}, l: [{n: 1}, {n: 2}]}";
        let one = |patch: &str, path: &str| patched(object, patch, path).unwrap_or("failed".to_owned());
        assert_eq!(one("[{op: replace, path: /a/b, value: z}]", "a.b"), "z");
        assert_eq!(one("[{op: add, path: /a/new, value: z}]", "a.new"), "z");
        assert_eq!(one("[{op: remove, path: /a/c~1d}]", "a.c/d"), "gone");
        assert_eq!(one("[{op: move, from: /a/b, path: /a/e}]", "a.e"), "x");
        assert_eq!(one("[{op: copy, from: /l/-1/n, path: /a/e}]", "a.e"), "2");
        assert_eq!(one("[{op: test, path: /a/b, value: x}, {op: remove, path: /a/b}]", "a.b"), "gone");
        assert_eq!(one("[{op: add, path: /l/-, value: {n: 3}}, {op: copy, from: /l/2/n, path: /a/e}]", "a.e"), "3");
        assert_eq!(one("[{op: add, path: /l/0, value: {n: 0}}, {op: copy, from: /l/1/n, path: /a/e}]", "a.e"), "1");
    }

    #[test]
    fn what_cannot_be_done_leaves_the_object_as_it_was() {
        let object = "{a: {b: x}, l: [1]}";
        for patch in [
            "[{op: replace, path: /a/nothing, value: z}]",
            "[{op: remove, path: /a/nothing}]",
            "[{op: add, path: /nothing/b, value: z}]",
            "[{op: add, path: /l/3, value: z}]",
            "[{op: test, path: /a/b, value: y}]",
            "[{op: move, path: /a/b}]",
            "[{op: odd, path: /a/b}]",
            "[{op: remove, path: a/b}]",
        ] {
            assert_eq!(patched(object, patch, "a.b"), None, "{patch}");
        }
        let mut known = data(object);
        assert!(apply(&mut known, &data("[{op: remove, path: /a/b}, {op: remove, path: /a/b}]")).is_err());
        assert_eq!(known.str_at("a.b"), Some("x"));
    }
}

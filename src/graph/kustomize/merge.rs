//! Strategic merge as kustomize does it: mappings are joined, lists replaced, but for the lists of built-in kinds that have
//! a key; null removes, and so does `$patch: delete`.
//!
//! It does not know which object a patch is for.

use super::schema::merge_keys;
use crate::graph::data::{Data, Place};

const DIRECTIVE: &str = "$patch";

/// What is left of a node after a patch.
#[derive(Debug, PartialEq, Eq)]
pub enum Merged {
    Kept,
    Removed,
}

/// The patch and the object do not go together: a list where a mapping is.
#[derive(Debug, PartialEq, Eq)]
pub struct Mismatch(pub Place);

/// Merges `patch` into the object `data`.
pub fn merge(data: &mut Data, patch: &Data) -> Result<Merged, Mismatch> {
    let text = |name| data.str_at(name).unwrap_or_default().to_owned();
    let lists = Lists { api_version: text("apiVersion"), kind: text("kind") };
    lists.merge_mapping(data, patch, &mut Vec::new())
}

/// The type whose lists are looked up.
struct Lists {
    api_version: String,
    kind: String,
}

impl Lists {
    fn merge_mapping<'p>(&self, data: &mut Data, patch: &'p Data, path: &mut Vec<&'p str>) -> Result<Merged, Mismatch> {
        match directive(patch) {
            Some("delete") => return Ok(Merged::Removed),
            Some("replace") => {
                *data = cleaned(patch);
                return Ok(Merged::Kept);
            }
            _ => {}
        }
        for (key, value) in patch.entries() {
            let Some(name) = key.as_str().filter(|&name| name != DIRECTIVE) else { continue };
            path.push(name);
            self.merge_field(data, key, name, value, path)?;
            path.pop();
        }
        Ok(Merged::Kept)
    }

    fn merge_field<'p>(
        &self,
        data: &mut Data,
        key: &Data,
        name: &str,
        value: &'p Data,
        path: &mut Vec<&'p str>,
    ) -> Result<(), Mismatch> {
        let known = data.get(name).filter(|known| !known.is_null());
        let joined = known.is_some_and(|known| {
            known.is_mapping() && value.is_mapping()
                || known.is_sequence() && value.is_sequence() && self.keys(path).is_some()
        });
        if value.is_null() || is_deleted(value) {
            data.remove(name);
        } else if joined {
            let Some(known) = data.get_mut(name) else { return Ok(()) };
            let merged = match value.is_mapping() {
                true => self.merge_mapping(known, value, path)?,
                false => self.merge_list(known, value, path)?,
            };
            if merged == Merged::Removed {
                data.remove(name);
            }
        } else if known.is_some_and(|known| is_other_kind(known, value)) {
            return Err(Mismatch(value.place));
        } else {
            put(data, key, cleaned(value));
        }
        Ok(())
    }

    fn merge_list<'p>(&self, data: &mut Data, patch: &'p Data, path: &mut Vec<&'p str>) -> Result<Merged, Mismatch> {
        let alone = patch.items().iter().find(|item| item.entries().len() == 1).and_then(directive);
        match alone {
            Some("delete") => return Ok(Merged::Removed),
            Some("replace") => {
                *data = cleaned(patch);
                return Ok(Merged::Kept);
            }
            _ => {}
        }
        let Some(keys) = self.keys(path) else { return Ok(Merged::Kept) };
        let mut rest: Vec<Data> = data.items().to_vec();
        let mut merged = Vec::new();
        for item in patch.items().iter().filter(|item| directive(item) != Some("merge") || item.entries().len() > 1) {
            let known = rest.iter().position(|known| is_same(known, item, keys)).map(|at| rest.remove(at));
            match (directive(item), known) {
                (Some("delete"), _) => {}
                (_, Some(mut known)) if known.is_mapping() => {
                    if self.merge_mapping(&mut known, item, path)? == Merged::Kept {
                        merged.push(known);
                    }
                }
                (_, _) => merged.push(cleaned(item)),
            }
        }
        merged.append(&mut rest);
        if let Some(items) = data.items_mut() {
            *items = merged;
        }
        Ok(Merged::Kept)
    }

    fn keys(&self, path: &[&str]) -> Option<&'static [&'static str]> {
        merge_keys(&self.api_version, &self.kind, path)
    }
}

/// The items mean the same thing: the first key is equal, and so are the others where both have them.
fn is_same(one: &Data, other: &Data, keys: &[&str]) -> bool {
    keys.iter().enumerate().all(|(index, key)| {
        if key.is_empty() {
            return one.as_str().is_some() && one.as_str() == other.as_str();
        }
        match (one.str_at(key), other.str_at(key)) {
            (Some(one), Some(other)) => one == other,
            _ => index > 0,
        }
    })
}

fn directive(data: &Data) -> Option<&str> {
    data.get(DIRECTIVE)?.as_str()
}

fn is_deleted(value: &Data) -> bool {
    value.is_mapping() && directive(value) == Some("delete")
}

fn is_other_kind(known: &Data, value: &Data) -> bool {
    let kind = |data: &Data| (data.is_mapping(), data.is_sequence());
    !known.is_unknown() && !value.is_unknown() && kind(known) != kind(value)
}

/// What a patch adds: without nulls, and without the words that are meant for the merge.
fn cleaned(data: &Data) -> Data {
    let mut data = data.clone();
    if data.entries().iter().any(|(key, value)| !is_clean(key, value))
        && let Some(entries) = data.entries_mut()
    {
        entries.retain(|(key, value)| key.as_str() != Some(DIRECTIVE) && !value.is_null() && !is_deleted(value));
        entries.iter_mut().for_each(|(_, value)| *value = cleaned(value));
    }
    if data.items().iter().any(|item| directive(item).is_some() || !is_plain(item))
        && let Some(items) = data.items_mut()
    {
        items.retain(|item| directive(item).is_none() || item.entries().len() > 1 && !is_deleted(item));
        items.iter_mut().for_each(|item| *item = cleaned(item));
    }
    data
}

fn is_clean(key: &Data, value: &Data) -> bool {
    key.as_str() != Some(DIRECTIVE) && !value.is_null() && is_plain(value)
}

fn is_plain(data: &Data) -> bool {
    data.entries().is_empty() && data.items().is_empty()
}

/// Sets a field, whose key is written in the patch where it is new.
fn put(data: &mut Data, key: &Data, value: Data) {
    match key.as_str().and_then(|name| data.get_mut(name)) {
        Some(known) => *known = value,
        None => {
            if let Some(entries) = data.entries_mut() {
                entries.push((key.clone(), value));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Syntax;

    fn data(text: &str, file: u32) -> Data {
        let tree = Syntax::Yaml.parse(text);
        Data::of(tree.documents(text).next().expect("a document"), file)
    }

    const POD: &str = "\
apiVersion: v1
kind: Pod
spec:
  containers:
  - name: a
    env: [{name: X, value: '1'}, {name: Y, value: '2'}]
    args: [one, two]
  - name: b
";

    #[test]
    fn lists_of_pods_are_joined_by_name_and_their_values_point_into_the_patch() {
        let mut pod = data(POD, 0);
        let patch =
            "spec: {containers: [{name: a, env: [{name: Y, value: '3'}, {name: Z, value: '4'}], args: [three]}]}";
        assert_eq!(merge(&mut pod, &data(patch, 1)), Ok(Merged::Kept));
        let containers = pod.at("spec.containers").unwrap().items();
        assert_eq!(containers.len(), 2);
        let env: Vec<_> = containers[0].get("env").unwrap().items().iter().map(|item| item.str_at("name")).collect();
        assert_eq!(env, [Some("Y"), Some("Z"), Some("X")]);
        let value = containers[0].get("env").unwrap().items()[0].get("value").unwrap();
        assert_eq!((value.as_str(), value.place.file), (Some("3"), 1));
        assert_eq!(containers[0].get("args").unwrap().items().len(), 1);
    }

    #[test]
    fn lists_of_custom_resources_are_replaced() {
        let mut secret = data("apiVersion: x.io/v1\nkind: A\nspec: {data: [{name: a}, {name: b}]}", 0);
        merge(&mut secret, &data("spec: {data: [{name: c}]}", 1)).unwrap();
        assert_eq!(secret.at("spec.data").unwrap().items().len(), 1);
    }

    #[test]
    fn null_and_directives_remove() {
        let mut pod = data(POD, 0);
        let patch = "spec: {containers: [{name: a, $patch: delete}, {name: b, env: null}], volumes: null}";
        merge(&mut pod, &data(patch, 1)).unwrap();
        let containers = pod.at("spec.containers").unwrap().items();
        assert_eq!(containers.iter().map(|item| item.str_at("name")).collect::<Vec<_>>(), [Some("b")]);
        assert_eq!(merge(&mut pod, &data("$patch: delete", 1)), Ok(Merged::Removed));
        let replaced = merge(&mut pod, &data("spec: {$patch: replace, hostname: x, gone: null}", 1));
        assert_eq!(replaced, Ok(Merged::Kept));
        assert_eq!(pod.get("spec").unwrap().entries().len(), 1);
    }

    #[test]
    fn a_list_in_place_of_a_mapping_is_a_fault_with_a_place() {
        let mut pod = data(POD, 0);
        assert_eq!(merge(&mut pod, &data("spec: [a]", 1)).unwrap_err().0.file, 1);
    }
}

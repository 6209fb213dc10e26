//! Replacements: a value from one object written into fields of others.
//!
//! It does not look into text that is itself YAML: an object with such a target is opaque.

use regex::Regex;

use super::config::Selected;
use super::fields::split_at;
use super::layer::{Layer, field, field_text};
use super::patch::{Refused, documents_of};
use super::resource::{Resource, effective};
use super::select::Selector;
use crate::graph::data::{Content, Data, Place};
use crate::graph::unit::Cause;

const NAME: &str = "metadata.name";

/// Applies what a layer's `replacements` say, in order.
pub fn apply(resources: &mut [Resource], layer: &Layer, refused: &mut Vec<Refused>) {
    for entry in layer.list("replacements") {
        let Some(path) = field(entry, "path") else {
            apply_one(resources, entry, refused);
            continue;
        };
        match documents_of(layer, path) {
            Ok(documents) => {
                for document in documents {
                    let several = document.items();
                    let all = if document.is_sequence() { several } else { std::slice::from_ref(document) };
                    all.iter().for_each(|replacement| apply_one(resources, replacement, refused));
                }
            }
            Err(reason) => refused.push(reason),
        }
    }
}

pub fn apply_one(resources: &mut [Resource], replacement: &Data, refused: &mut Vec<Refused>) {
    let value = match value_of(resources, replacement) {
        Ok(value) => Some(value),
        Err(reason) => {
            refused.push(reason);
            None
        }
    };
    for target in field(replacement, "targets").map(Data::items).unwrap_or_default() {
        let selector = field(target, "select").and_then(Selector::of);
        let rejects = field(target, "reject").map(Data::items).unwrap_or_default();
        let rejects: Option<Vec<Selector>> = rejects.iter().map(Selector::of).collect();
        let (Some(selector), Some(rejects)) = (selector, rejects) else {
            refused.push(Refused::new(Cause::Invalid, "a target that kustomize cannot read", target.place));
            continue;
        };
        let is_rejected = |resource: &Resource| {
            rejects.iter().any(|reject| {
                !reject.is_open() && reject.selects_any_id(resource)
                    || reject.has_metadata() && reject.fits_metadata(resource)
            })
        };
        let is_meant = |resource: &&mut Resource| {
            selector.selects_any_id(resource) && selector.fits_metadata(resource) && !is_rejected(resource)
        };
        for resource in resources.iter_mut().filter(is_meant) {
            match &value {
                Some(value) => write(resource, value, target, refused),
                None => resource.obscure("a replacement without a source", target.place),
            }
        }
    }
}

fn value_of(resources: &[Resource], replacement: &Data) -> Result<Data, Refused> {
    let refuse = |what: &str, place: Place| Err(Refused::new(Cause::Invalid, what, place));
    if let Some(value) = field(replacement, "sourceValue") {
        return Ok(value.clone());
    }
    let Some(source) = field(replacement, "source") else {
        return refuse("a replacement has no source", replacement.place);
    };
    let (wanted, name) = (Selected::of(source), field_text(source, "name").unwrap_or_default());
    let namespace = field_text(source, "namespace").unwrap_or_default();
    let is_meant = |resource: &&Resource| {
        let (group, version) = (resource.object.group(), resource.object.version());
        resource.names().any(|(kind, known, within)| {
            wanted.matches(group, version, kind)
                && (name.is_empty() || name == known)
                && (namespace.is_empty() || effective(namespace) == within)
        })
    };
    let found: Vec<&Resource> = resources.iter().filter(is_meant).collect();
    let [resource] = found.as_slice() else {
        let what = if found.is_empty() {
            "the source of a replacement is not there"
        } else {
            "a replacement has several sources"
        };
        return refuse(what, source.place);
    };
    let path = field(source, "fieldPath").and_then(Data::as_str).unwrap_or(NAME);
    let parts = split(path);
    let value = parts.iter().try_fold(resource.data(), |data, part| step(data, part));
    let Some(value) = value.filter(|value| !value.is_null()) else {
        return refuse("the source of a replacement lacks the field", source.place);
    };
    let Some(options) = Division::of(source) else { return Ok(value.clone()) };
    let part =
        value.as_str().and_then(|text| text.split(&*options.delimiter).nth(usize::try_from(options.index).ok()?));
    part.map(|part| Data::text(part, value.place))
        .map_or_else(|| refuse("no such part in the source", source.place), Ok)
}

/// A part of a text between delimiters.
struct Division {
    delimiter: Box<str>,
    index: i64,
}

impl Division {
    fn of(data: &Data) -> Option<Division> {
        let options = field(data, "options")?;
        let delimiter = field_text(options, "delimiter").filter(|delimiter| !delimiter.is_empty())?;
        let index = field_text(options, "index").and_then(|index| index.parse().ok()).unwrap_or(0);
        Some(Division { delimiter: delimiter.into(), index })
    }

    fn put(&self, text: &str, value: &str) -> String {
        let mut parts: Vec<&str> = text.split(&*self.delimiter).collect();
        match usize::try_from(self.index) {
            Err(_) => parts.insert(0, value),
            Ok(at) if at >= parts.len() => parts.push(value),
            Ok(at) => parts[at] = value,
        }
        parts.join(&self.delimiter)
    }
}

fn write(resource: &mut Resource, value: &Data, target: &Data, refused: &mut Vec<Refused>) {
    let create = field(target, "options").and_then(|options| field(options, "create")).is_some_and(Data::is_true);
    let division = Division::of(target);
    let usual = [Data::text(NAME, target.place)];
    let paths = field(target, "fieldPaths").map(Data::items).filter(|paths| !paths.is_empty()).unwrap_or(&usual);
    for path in paths {
        let mut found = 0;
        let parts = split(path.as_str().unwrap_or_default());
        let mut set = |field: &mut Data| {
            found += 1;
            *field = match (&division, field.as_str(), value.as_str()) {
                (Some(division), Some(known), Some(new)) => Data::text(division.put(known, new), value.place),
                // A scalar keeps its own type: only the text is copied.
                (_, Some(_), Some(new)) => {
                    let plain = matches!(field.content, Content::Scalar { plain: true, .. });
                    Data { place: value.place, content: Content::Scalar { text: new.into(), plain } }
                }
                _ => value.clone(),
            };
        };
        visit(&mut resource.object.data, &parts, create, &mut set);
        if found == 0 {
            resource.obscure("a replacement into a field that is not there", path.place);
            refused.push(Refused::new(Cause::Invalid, "a replacement into a field that is not there", path.place));
        }
    }
}

/// `spec.containers.[name=web].env`; brackets protect dots, a backslash too.
pub fn split(path: &str) -> Vec<Box<str>> {
    let mut parts: Vec<Box<str>> = Vec::new();
    let mut pieces = split_at(path, '.').into_iter();
    while let Some(piece) = pieces.next() {
        if !piece.starts_with('[') {
            parts.push(piece);
            continue;
        }
        let mut whole = piece.into_string();
        while !whole.ends_with(']')
            && let Some(next) = pieces.next()
        {
            whole.push('.');
            whole.push_str(&next);
        }
        let is_condition = whole.contains('=');
        parts.push(if is_condition { whole.into() } else { whole.trim_matches(['[', ']']).into() });
    }
    parts
}

/// One step towards a source: a key, an index, the item that a condition names.
pub fn step<'d>(data: &'d Data, part: &str) -> Option<&'d Data> {
    match (data.is_sequence(), Condition::of(part)) {
        (true, Some(condition)) => data.items().iter().find(|item| condition.names(item)),
        (true, None) => data.items().get(part.parse::<usize>().ok()?),
        (false, _) => data.get(part),
    }
}

/// `[name=value]`, or `[=value]` for an item that is the value.
struct Condition<'p> {
    field: &'p str,
    value: &'p str,
}

impl<'p> Condition<'p> {
    fn of(part: &'p str) -> Option<Condition<'p>> {
        let (field, value) = part.strip_prefix('[')?.strip_suffix(']')?.split_once('=')?;
        Some(Condition { field, value })
    }

    fn text<'d>(&self, item: &'d Data) -> Option<&'d str> {
        if self.field.is_empty() { item.as_str() } else { item.str_at(self.field) }
    }

    fn names(&self, item: &Data) -> bool {
        self.text(item) == Some(self.value)
    }
}

/// Calls `set` on every field that a target's path means: conditions are patterns, `*` is every item.
fn visit(data: &mut Data, path: &[Box<str>], create: bool, set: &mut dyn FnMut(&mut Data)) {
    let [part, rest @ ..] = path else { return set(data) };
    if data.is_sequence() {
        let place = data.place;
        let Some(items) = data.items_mut() else { return };
        if let Some(condition) = Condition::of(part) {
            let pattern = Regex::new(condition.value).ok();
            let fits = |item: &Data| {
                condition.text(item).is_some_and(|text| pattern.as_ref().is_some_and(|regex| regex.is_match(text)))
            };
            if create && !items.iter().any(&fits) {
                let value = Data::text(condition.value, place);
                let new = Data::mapping(vec![(Data::text(condition.field, place), value.clone())], place);
                items.push(if condition.field.is_empty() { value } else { new });
            }
            items.iter_mut().filter(|item| fits(item)).for_each(|item| visit(item, rest, create, set));
        } else if &**part == "*" {
            items.iter_mut().for_each(|item| visit(item, rest, create, set));
        } else if let Some(item) = part.parse::<usize>().ok().and_then(|at| items.get_mut(at)) {
            visit(item, rest, create, set);
        }
        return;
    }
    if create && data.is_mapping() && data.get(part).is_none() {
        let place = data.place;
        let is_list = rest.first().is_some_and(|next| Condition::of(next).is_some());
        data.set(
            part,
            match rest.is_empty() {
                true => Data::text("", place),
                false if is_list => Data::sequence(Vec::new(), place),
                false => Data::mapping(Vec::new(), place),
            },
        );
    }
    if let Some(field) = data.get_mut(part) {
        visit(field, rest, create, set);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_and_backslashes_protect_dots() {
        let parts = |path| split(path).join("|");
        assert_eq!(parts("spec.containers.[name=a.b].image"), "spec|containers|[name=a.b]|image");
        assert_eq!(parts("metadata.annotations.[a.b/c]"), "metadata|annotations|a.b/c");
        assert_eq!(parts(r"metadata.annotations.a\.b/c"), "metadata|annotations|a.b/c");
        assert_eq!(parts("spec.rules.0.host"), "spec|rules|0|host");
    }
}

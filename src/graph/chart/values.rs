//! The values that a chart gets, merged as Helm merges them, each scalar with its place.
//!
//! It does not know which files are given to Helm.

use super::source::Dependency;
use crate::graph::data::{Data, Place};

/// The key whose values every chart below gets, too.
const GLOBAL: &str = "global";

/// `layer` over the chart's own values.
pub fn of_chart(layer: Option<&Data>, own: Option<&Data>, place: Place) -> Data {
    let mut values =
        layer.filter(|layer| layer.is_mapping()).cloned().unwrap_or_else(|| Data::mapping(Vec::new(), place));
    if let Some(own) = own {
        fill(&mut values, own);
    }
    values
}

/// `high` over `low`, as of two files that are given one after the other.
pub fn over(low: &mut Data, high: &Data) {
    for (key, value) in high.entries() {
        let Some(key) = key.as_str() else { continue };
        match low.get_mut(key) {
            Some(known) if known.is_mapping() && value.is_mapping() => over(known, value),
            _ => low.set(key, value.clone()),
        }
    }
}

/// What a chart above gives to the one whose values are under `key`, over that one's own.
pub fn of_dependency(key: &str, above: &Data, own: Option<&Data>) -> Data {
    let mut values = of_chart(above.get(key), own, above.place);
    if let Some(global) = above.get(GLOBAL).filter(|global| global.is_mapping()) {
        match values.get_mut(GLOBAL) {
            Some(known) if known.is_mapping() => over(known, global),
            _ => values.set(GLOBAL, global.clone()),
        }
    }
    values
}

/// Takes over what `values` do not say. A `null` there takes away what the chart would say.
fn fill(values: &mut Data, own: &Data) {
    for (name, value) in own.entries() {
        let Some(key) = name.as_str() else { continue };
        match values.get_mut(key) {
            None => values.set(key, value.clone()),
            Some(known) if known.is_null() && !value.is_null() => drop(values.remove(key)),
            Some(known) if known.is_mapping() && value.is_mapping() => fill(known, value),
            Some(_) => {}
        }
    }
}

/// Whether a chart is switched on: its condition decides where it is set, else its tags.
pub fn is_enabled(dependency: &Dependency, values: &Data) -> bool {
    let switch = |data: &Data| match data.as_str() {
        Some("true") => Some(true),
        Some("false") => Some(false),
        _ => None,
    };
    let paths = dependency.condition.iter().flat_map(|paths| paths.split(','));
    if let Some(is_on) = paths.filter_map(|path| values.at(path.trim())).find_map(switch) {
        return is_on;
    }
    let tags = dependency.tags.iter().filter_map(|tag| switch(values.get("tags")?.get(tag)?));
    let tags: Vec<bool> = tags.collect();
    tags.is_empty() || tags.contains(&true)
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
    fn maps_are_merged_lists_replaced_and_null_takes_away() {
        let values = of_chart(
            Some(&data("a: {x: 1, y: null}\nlist: [9]\n")),
            Some(&data("a: {x: 0, y: 2, z: 3}\nlist: [1, 2]\nown: 4\n")),
            Place::start_of(0),
        );
        assert_eq!((values.str_at("a.x"), values.str_at("a.y"), values.str_at("a.z")), (Some("1"), None, Some("3")));
        assert_eq!((values.get("list").unwrap().items().len(), values.str_at("own")), (1, Some("4")));
    }

    #[test]
    fn a_chart_below_gets_its_key_and_what_is_global() {
        let above = data("global: {g: above}\ndb: {auth: {user: above}, global: {g: below, h: 1}}\n");
        let values = of_dependency("db", &above, Some(&data("auth: {user: own, name: own}\n")));
        assert_eq!(values.str_at("auth.user"), Some("above"));
        assert_eq!(values.str_at("auth.name"), Some("own"));
        assert_eq!((values.str_at("global.g"), values.str_at("global.h")), (Some("above"), Some("1")));
    }
}

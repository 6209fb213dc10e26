//! What a chart is installed with: a file of values over the chart's own `values.yaml`, as `helm -f` lays them.
//!
//! It does not know which files somebody names on the command line: those of one folder, or of the only chart below it,
//! belong together.

use crate::document::Role;
use crate::document::helm::CHART_FILE;
use crate::graph::{Data, Graph};
use crate::model::RepoPath;
use crate::policy::{KeyPattern, Subject};

/// One file of values with the one below it.
pub struct Values<'g> {
    pub environment: Option<String>,
    /// The last one wins.
    layers: Vec<&'g Data>,
}

impl<'g> Values<'g> {
    /// What each file of values comes to. A file that others are laid over speaks through them, unless it is the only one.
    pub fn all(graph: &Graph<'g>) -> Vec<Values<'g>> {
        let files: Vec<(&RepoPath, &Data)> = files(graph).collect();
        let base = |path: &RepoPath| base_of(path, &files, graph);
        let below: Vec<Option<usize>> = files.iter().map(|(path, _)| base(path)).collect();
        let is_below = |index: usize| below.contains(&Some(index));
        let values = |(index, (path, data)): (usize, &(&'g RepoPath, &'g Data))| {
            let layers = below[index].map(|base| files[base].1).into_iter().chain([*data]).collect();
            let environment = graph.policy.bindings.environment(Subject::file(&path.to_text()));
            (!is_below(index)).then_some(Values { environment, layers })
        };
        files.iter().enumerate().filter_map(values).collect()
    }

    /// What stands at a path without stars, where it says something.
    pub fn get(&self, path: &KeyPattern) -> Option<&'g Data> {
        self.at(path.parts())
    }

    fn at(&self, keys: &[String]) -> Option<&'g Data> {
        let in_layer = |layer: &&'g Data| keys.iter().try_fold(*layer, |data, key| data.get(key));
        self.layers.iter().rev().find_map(in_layer).filter(|data| !data.is_null())
    }

    /// The nearest thing above a path that is written in the same file as `beside`: where something is missing.
    pub fn nearest(&self, path: &KeyPattern, beside: &Data) -> Option<&'g Data> {
        let parts = path.parts();
        let in_layer = |layer: &'g Data, length: usize| {
            let (last, above) = parts[..length].split_last()?;
            let holder = above.iter().try_fold(layer, |data, key| data.get(key))?;
            holder.entry(last).map(|(key, _)| key)
        };
        let layer = self.layers.iter().find(|layer| layer.place.file == beside.place.file)?;
        (1..=parts.len()).rev().find_map(|length| in_layer(layer, length))
    }

    /// Everything that a pattern matches and that no later layer covers, with its keys.
    pub fn matching(&self, pattern: &KeyPattern) -> Vec<(String, &'g Data)> {
        let mut found = Vec::new();
        self.each_leaf(&mut |keys, data| {
            if pattern.matches(keys) {
                found.push((keys.join("."), data));
            }
        });
        found
    }

    /// The mappings under keys of that sort, wherever they stand.
    pub fn blocks(&self, is_sought: &dyn Fn(&str) -> bool) -> Vec<Block<'g>> {
        let mut found: Vec<(Vec<&str>, Block)> = Vec::new();
        for layer in &self.layers {
            blocks_below(layer, &mut Vec::new(), &mut |keys, key, block| {
                if !keys.last().is_some_and(|last| is_sought(last)) {
                    return;
                }
                match found.iter_mut().find(|(known, _)| known == keys) {
                    Some((_, known)) => {
                        known.key = key;
                        known.layers.push(block);
                    }
                    None => found.push((keys.to_vec(), Block { key, layers: vec![block] })),
                }
            });
        }
        found.into_iter().map(|(_, block)| block).collect()
    }

    /// Calls `see` with each value that counts and the keys above it.
    pub fn each_leaf(&self, see: &mut dyn FnMut(&[&'g str], &'g Data)) {
        for (index, layer) in self.layers.iter().enumerate() {
            let above = &self.layers[index + 1..];
            walk(layer, &mut Vec::new(), &mut |keys, data| {
                let covers = |layer: &&Data| keys.iter().try_fold(*layer, |data, key| data.get(key)).is_some();
                if !above.iter().any(covers) {
                    see(keys, data);
                }
            });
        }
    }
}

/// A mapping of values that several layers write, the last one last.
pub struct Block<'g> {
    /// Its key, in the last layer that has it.
    pub key: &'g Data,
    layers: Vec<&'g Data>,
}

impl<'g> Block<'g> {
    pub fn get(&self, key: &str) -> Option<&'g Data> {
        self.layers.iter().rev().find_map(|layer| layer.get(key))
    }

    /// The key itself, where it is written last.
    pub fn key_of(&self, key: &str) -> Option<&'g Data> {
        self.layers.iter().rev().find_map(|layer| layer.entry(key)).map(|(key, _)| key)
    }

    /// True where what any layer says at `key` is such.
    pub fn any(&self, key: &str, is_such: &dyn Fn(&Data) -> bool) -> bool {
        self.layers.iter().filter_map(|layer| layer.get(key)).any(is_such)
    }
}

/// Recursion is as deep as `Data` lets collections nest.
fn blocks_below<'d>(data: &'d Data, keys: &mut Vec<&'d str>, see: &mut dyn FnMut(&[&'d str], &'d Data, &'d Data)) {
    for (key, value) in data.entries().iter().filter(|(_, value)| value.is_mapping()) {
        keys.push(key.as_str().unwrap_or_default());
        see(keys, key, value);
        blocks_below(value, keys, see);
        keys.pop();
    }
}

/// Recursion is as deep as `Data` lets collections nest.
fn walk<'d>(data: &'d Data, keys: &mut Vec<&'d str>, see: &mut dyn FnMut(&[&'d str], &'d Data)) {
    if !data.is_mapping() {
        return see(keys, data);
    }
    for (key, value) in data.entries() {
        keys.push(key.as_str().unwrap_or_default());
        walk(value, keys, see);
        keys.pop();
    }
}

fn files<'g>(graph: &Graph<'g>) -> impl Iterator<Item = (&'g RepoPath, &'g Data)> {
    let inventory = graph.inventory;
    inventory.all().filter(|(_, contents)| contents.role == Role::ChartValues).filter_map(move |(file, contents)| {
        let values = contents.documents.first().filter(|values| values.is_mapping() && values.get("kind").is_none())?;
        Some((inventory.path(file)?, values))
    })
}

/// The values that a file is laid over: `values.yaml` beside it, of the only chart below it, or of the chart around it.
fn base_of(path: &RepoPath, files: &[(&RepoPath, &Data)], graph: &Graph) -> Option<usize> {
    let find = |wanted: RepoPath| files.iter().position(|(known, _)| **known == wanted);
    let own = |folder: &RepoPath| folder.join(b"values.yaml").and_then(find);
    let folder = path.parent();
    let is_own = path.file_name() == b"values.yaml";
    let charts = || {
        let files = graph.inventory.files.iter();
        files.filter(|file| file.file_name() == CHART_FILE.as_bytes()).map(RepoPath::parent)
    };
    if is_own && charts().any(|chart| chart == folder) {
        return None;
    }
    let below: Vec<RepoPath> = charts().filter(|chart| chart.is_within(&folder) && *chart != folder).collect();
    let around =
        charts().filter(|chart| folder.is_within(chart) && *chart != folder).max_by_key(|it| it.as_bytes().len());
    let candidates = (!is_own).then(|| folder.clone()).into_iter();
    let candidates = candidates.chain((below.len() == 1).then(|| below[0].clone())).chain(around);
    candidates.into_iter().find_map(|folder| own(&folder))
}

//! `rules/` as a verified catalog. `build.rs` compiles the built-in rules into statics with the same parser that reads a
//! user's rules at run time.
//!
//! It does not know how rules are matched.

mod file;
pub mod generator;
mod parts;
mod shape;
mod vocabulary;

use std::path::{Path, PathBuf};

pub use file::CatalogError;
pub use parts::PartError;

use crate::model::Rule;
use crate::text::closest;
use file::Reader;

mod built_in {
    use crate::model::*;

    include!(concat!(env!("OUT_DIR"), "/rules.rs"));
}

/// The rules that are known, sorted by id.
#[derive(Clone, Debug)]
pub struct Catalog {
    rules: Vec<&'static Rule>,
}

impl Catalog {
    /// The rules in the binary.
    pub fn built_in() -> Catalog {
        Catalog { rules: built_in::RULES.iter().collect() }
    }

    /// These rules and those of a user's `folder`, whose names must be new.
    pub fn with_folder(mut self, folder: &Path) -> Result<Catalog, Vec<CatalogError>> {
        let mut reader = Reader::new(compiles, false);
        self.rules.iter().for_each(|rule| reader.reserve(rule));
        self.rules.extend(leaked(reader.folder(folder)?));
        self.rules.sort_by_key(|rule| rule.id);
        Ok(self)
    }

    /// These rules and those of the rule files `files`, each with its path, whose names must be new.
    pub fn with_files(mut self, files: &[(PathBuf, String)]) -> Result<Catalog, Vec<CatalogError>> {
        let mut reader = Reader::new(compiles, false);
        self.rules.iter().for_each(|rule| reader.reserve(rule));
        let (mut rules, mut errors) = (Vec::new(), Vec::new());
        for (path, text) in files {
            match reader.file(path, text) {
                Ok(rule) => rules.push(rule),
                Err(wrong) => errors.extend(wrong),
            }
        }
        self.rules.extend(leaked(rules));
        self.rules.sort_by_key(|rule| rule.id);
        if errors.is_empty() { Ok(self) } else { Err(errors) }
    }

    /// These rules and those of a policy, whose names are new.
    pub fn with_rules(mut self, rules: impl IntoIterator<Item = &'static Rule>) -> Catalog {
        self.rules.extend(rules);
        self.rules.sort_by_key(|rule| rule.id);
        self
    }

    pub fn rules(&self) -> &[&'static Rule] {
        &self.rules
    }

    /// The rule that has this id or alias.
    pub fn get(&self, name: &str) -> Option<&'static Rule> {
        self.rules.iter().copied().find(|rule| rule.id == name || rule.aliases.contains(&name))
    }

    /// Every rule that has this id or alias: a catalogue's code can stand for several.
    pub fn all(&self, name: &str) -> Vec<&'static Rule> {
        let is_named = |rule: &&&'static Rule| rule.id == name || rule.aliases.contains(&name);
        self.rules.iter().filter(is_named).copied().collect()
    }

    /// The sentence for a name that no rule has.
    pub fn unknown(&self, name: &str) -> String {
        match self.suggest(name) {
            Some(near) => format!("There is no rule `{name}`; did you mean `{near}`?"),
            None => format!("There is no rule `{name}`; `tightlip rules list` names them all."),
        }
    }

    /// The id or alias that `word` was probably meant to be.
    pub fn suggest(&self, word: &str) -> Option<&'static str> {
        let names = self.rules.iter().flat_map(|rule| [rule.id].into_iter().chain(rule.aliases.iter().copied()));
        closest(word, names)
    }
}

/// The credential rules of a folder, judged by themselves.
pub fn read_folder(folder: &Path) -> Result<Vec<&'static Rule>, Vec<CatalogError>> {
    Ok(leaked(Reader::new(compiles, false).folder(folder)?).collect())
}

/// A user's rules live as long as the process.
fn leaked(rules: Vec<Rule>) -> impl Iterator<Item = &'static Rule> {
    rules.leak().iter()
}

fn compiles(regex: &str) -> Result<(), String> {
    let built = regex::bytes::RegexBuilder::new(regex).unicode(false).build();
    built.map(|_| ()).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Matcher;

    #[test]
    fn what_the_build_made_is_what_the_files_say() {
        let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
        let mut reader = Reader::new(compiles, true);
        let mut read: Vec<Rule> = Vec::new();
        for folder in ["credentials", "manifests"].map(|folder| rules.join(folder)) {
            read.extend(reader.folder(&folder).unwrap());
        }
        read.sort_by_key(|rule| rule.id);
        let built_in = Catalog::built_in();
        assert_eq!(read.len(), built_in.rules().len());
        for (read, built_in) in read.iter().zip(built_in.rules()) {
            assert_eq!(format!("{read:#?}"), format!("{built_in:#?}"));
        }
    }

    #[test]
    fn each_structure_that_a_rule_may_name_is_proven_by_a_built_in_rule() {
        let rules = Catalog::built_in();
        let is_named = |name: &str| {
            rules.rules().iter().any(|rule| matches!(rule.matcher, Matcher::Structure(own) if own == name))
        };
        for (name, _) in vocabulary::STRUCTURES {
            assert!(is_named(name), "no rule asks for `{name}`");
        }
    }
}

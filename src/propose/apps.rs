//! `bindings.app`: the folder that an application has, told by keys and names that repeat it.
//!
//! It does not know what else a folder may stand for.

use super::facts::{Facts, Seen};
use super::page::{Entry, quoted};
use crate::policy::Template;

/// Folders below which one looks.
const DEEPEST: usize = 4;

pub struct App {
    template: Template,
    count: usize,
    all: usize,
}

impl App {
    pub fn of(&self, path: &str) -> Option<String> {
        self.template.captures(path)?.into_iter().map(|(_, value)| value).next()
    }

    /// Where an application's files lie, as far as that says anything.
    pub fn folder(&self) -> Option<&Template> {
        (!self.template.text().starts_with(['*', '{'])).then_some(&self.template)
    }

    pub fn entry(&self) -> Entry {
        Entry {
            key: "app",
            value: format!("{{ path: {} }}", quoted(self.template.text())),
            comment: format!("{} of {} objects that read secrets repeat the folder's name", self.count, self.all),
            exceptions: Vec::new(),
        }
    }
}

/// The folder whose name is repeated most, where at least half do and there are several.
pub fn binding(facts: &Facts) -> Option<App> {
    let first = facts.readers().next()?;
    let folders: Vec<&str> = first.path.split('/').collect();
    let is_shared = |depth: &usize| {
        let prefix = format!("{}/", folders[..=*depth].join("/"));
        facts.readers().all(|seen| seen.path.starts_with(&prefix))
    };
    let shared = (0..folders.len().saturating_sub(1)).take_while(is_shared).count();
    let prefix: String = folders[..shared].iter().map(|folder| format!("{folder}/")).collect();
    let candidate = |skipped: usize| {
        let template = Template::parse(&format!("{prefix}{}{{app}}/**", "*/".repeat(skipped))).ok()?;
        let mut app = App { template, count: 0, all: facts.readers().count() };
        let mut names = std::collections::BTreeSet::new();
        for seen in facts.readers() {
            let Some(name) = app.of(&seen.path) else { continue };
            app.count += usize::from(repeats(seen, &name));
            names.insert(name);
        }
        (names.len() > 1 && app.count > 1 && app.count * 2 >= app.all).then_some(app)
    };
    // Of equals the outermost.
    (0..DEEPEST).filter_map(candidate).rev().max_by_key(|app| app.count)
}

fn repeats(seen: &Seen, name: &str) -> bool {
    let is_word = |text: &str| {
        text.match_indices(name).any(|(at, _)| {
            let ends = [text[..at].chars().next_back(), text[at + name.len()..].chars().next()];
            ends.into_iter().flatten().all(|char| !char.is_alphanumeric())
        })
    };
    seen.object.name_text().is_some_and(is_word) || seen.remote_keys().iter().any(|(key, _)| is_word(key))
}

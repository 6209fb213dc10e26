//! `tightlip rules test`: a repository's own rules, in `.tightlip/rules/` and in `custom:` of its policy, against their
//! examples.
//!
//! It does not know how a rule matches.

use std::path::{Path, PathBuf};

use super::check::{PolicyFile, read_policy};
use super::exit::Exit;
use super::output::{Failure, say};
use super::own_rules;
use crate::engine::{self, Disproof};
use crate::source::{POLICY_FILE, find_root};
use crate::syntax::Syntax;

pub fn run(folder: &Path) -> Result<Exit, Failure> {
    let root =
        find_root(&[folder.to_path_buf()]).map_err(|error| Failure::new(format!("{}: {error}", folder.display())))?;
    let files = own_rules::on_disk(&root.folder)?;
    let catalog = own_rules::catalog(None, &files)?;
    let policy = read_policy(None, root.policy.clone().map(PolicyFile::Disk), &catalog)?;
    let catalog = catalog.with_rules(policy.custom.iter().map(|custom| custom.rule));
    let (mut wrong, mut examples) = (Vec::new(), 0);
    for (path, text) in &files {
        let id = path.file_stem().unwrap_or_default().to_string_lossy();
        let Some(rule) = catalog.get(&id) else { continue };
        examples += rule.bad.len() + rule.good.len();
        let placed =
            |disproof: Disproof| format!("{}:{}: {}", path.display(), line_of(&disproof, text), disproof.sentence);
        wrong.extend(engine::prove(rule, &catalog).into_iter().map(placed));
    }
    let named = |file: &str| match &root.policy {
        Some(policy) if file == POLICY_FILE => policy.clone(),
        _ => PathBuf::from(file),
    };
    for custom in &policy.custom {
        examples += custom.bad.len() + custom.good.len();
        for disproof in engine::prove_custom(custom, &policy, &catalog) {
            let samples = if disproof.is_bad { &custom.bad } else { &custom.good };
            let place = &samples[disproof.index].place;
            wrong.push(format!("{}:{}: {}", named(&place.file).display(), place.line, disproof.sentence));
        }
    }
    if !wrong.is_empty() {
        return Err(Failure::all(wrong));
    }
    let untested = policy.custom.iter().filter(|custom| custom.bad.is_empty() || custom.good.is_empty());
    let untested: Vec<&str> = untested.map(|custom| custom.rule.id).collect();
    say(|out| {
        let rules = files.len() + policy.custom.len();
        writeln!(out, "{rules} rules of this repository hold against their {examples} examples")?;
        for id in untested {
            writeln!(out, "{id} has no bad or no good example")?;
        }
        Ok(())
    })?;
    Ok(Exit::Clean)
}

/// Where the example stands in its rule file; the first line where that cannot be told.
fn line_of(disproof: &Disproof, text: &str) -> usize {
    let tree = Syntax::Yaml.parse(text);
    let list = if disproof.is_bad { "examples.bad" } else { "examples.good" };
    let example = tree.documents(text).next().and_then(|root| root.at(list)?.items().nth(disproof.index));
    example.map_or(1, |node| 1 + text[..node.span().start.min(text.len())].matches('\n').count())
}

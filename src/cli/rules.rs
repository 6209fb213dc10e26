//! `tightlip rules`: the catalog for reading, and its proof.
//!
//! It does not know how a rule matches.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::args::{Rules, RulesCommand};
use super::check::{PolicyFile, read_policy};
use super::exit::Exit;
use super::output::{Failure, say};
use super::{own_rules, rules_test};
use crate::catalog::{Catalog, read_folder};
use crate::engine;
use crate::filter::inline::MARK;
use crate::model::{Rule, Safety, Tier};
use crate::source::find_root;

pub fn run(arguments: &Rules) -> Result<Exit, Failure> {
    match &arguments.command {
        RulesCommand::List => list(),
        RulesCommand::Explain { id } => explain(id),
        RulesCommand::Verify { folder } => verify(folder.as_deref()),
        RulesCommand::Test { folder } => rules_test::run(folder),
    }
}

fn list() -> Result<Exit, Failure> {
    let catalog = Catalog::built_in();
    let widest = catalog.rules().iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    say(|out| {
        for rule in catalog.rules() {
            let (severity, confidence) = (rule.severity.name(), rule.confidence.name());
            writeln!(out, "{:widest$}  {severity:7}  {confidence:6}  {}", rule.id, rule.title)?;
        }
        Ok(())
    })?;
    Ok(Exit::Clean)
}

fn explain(name: &str) -> Result<Exit, Failure> {
    let catalog = Catalog::built_in();
    let mut rules = catalog.all(name);
    if rules.is_empty() {
        rules.push(own_rule(name).ok_or_else(|| Failure::new(catalog.unknown(name)))?);
    }
    say(|out| pages(&rules, out))?;
    Ok(Exit::Clean)
}

/// The rule of the repository around the current folder that has this id.
fn own_rule(name: &str) -> Option<&'static Rule> {
    let root = find_root(&[PathBuf::from(".")]).ok()?;
    let catalog = own_rules::catalog(None, &own_rules::on_disk(&root.folder).ok()?).ok()?;
    let policy = read_policy(None, root.policy.map(PolicyFile::Disk), &catalog).ok()?;
    catalog.with_rules(policy.custom.iter().map(|custom| custom.rule)).get(name)
}

/// A page for each rule: a catalogue's code can stand for several.
fn pages(rules: &[&Rule], out: &mut dyn Write) -> io::Result<()> {
    for (at, rule) in rules.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        page(rule, out)?;
    }
    Ok(())
}

fn page(rule: &Rule, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}: {}", rule.id, rule.title)?;
    write!(out, "{}, {} confidence", rule.severity.name(), rule.confidence.name())?;
    match rule.tier {
        Tier::Correctness => writeln!(out)?,
        Tier::Convention => writeln!(out, ", on when the policy says so")?,
        Tier::Pedantic => writeln!(out, ", on when asked for")?,
    }
    for (heading, text) in [("What", rule.description), ("Why", rule.rationale), ("What to do", rule.remediation)] {
        writeln!(out, "\n{heading}\n{}", indented(text))?;
    }
    if let Some(samples) = samples(rule.id) {
        writeln!(out, "\nSamples\n{samples}")?;
    }
    if let Some(safety) = rule.fix {
        let (option, how) = match safety {
            Safety::Safe => ("", "where that is certain"),
            Safety::Unsafe => (" --unsafe", "to be read before it is written"),
        };
        writeln!(
            out,
            "\nWhat can be fixed\n{}",
            indented(&format!("`tightlip fix{option} --rule {}`, {how}.", rule.id))
        )?;
    }
    let silence = format!("# {MARK}[{}] and the reason", rule.id);
    writeln!(out, "\nWhere it is right as it stands\n{}", indented(&silence))?;
    for (heading, list) in [("Also known as", rule.aliases), ("Read more", rule.references)] {
        if !list.is_empty() {
            writeln!(out, "\n{heading}\n{}", indented(&list.join("\n")))?;
        }
    }
    Ok(())
}

/// The rules' pages, which tests make of the fixtures.
const PAGES: &str = include_str!("../../docs/rules-manifests.md");

/// What a rule finds and what it leaves alone, as its page shows it: two columns in, without the fences.
fn samples(id: &str) -> Option<String> {
    let (_, page) = PAGES.split_once(&format!("\n## {id}\n"))?;
    let page = page.split("\n## ").next()?;
    let from = [page.find("\nBy this policy:"), page.find("\nBad, `")].into_iter().flatten().min()?;
    let to = page.rfind("\n```\n")?;
    let lines = page.get(from..to)?.lines().filter(|line| !line.starts_with("```"));
    let shown: Vec<String> = lines.map(|line| format!("  {line}").trim_end().to_owned()).collect();
    Some(shown.join("\n").trim_start_matches('\n').to_owned())
}

/// Two columns in, wrapped at 100.
fn indented(text: &str) -> String {
    let mut out = String::new();
    for paragraph in text.lines() {
        let mut column = 0;
        for word in paragraph.split_whitespace() {
            let width = word.chars().count() + 1;
            if column == 0 || column + width > 98 {
                out.push_str(if out.is_empty() { "  " } else { "\n  " });
                column = 0;
            } else {
                out.push(' ');
            }
            out.push_str(word);
            column += width;
        }
        if column == 0 {
            out.push('\n');
        }
    }
    out
}

fn verify(folder: Option<&Path>) -> Result<Exit, Failure> {
    let catalog = Catalog::built_in();
    let (rules, catalog) = match folder {
        None => (catalog.rules().to_vec(), catalog),
        Some(folder) => {
            let refused =
                |errors: Vec<crate::catalog::CatalogError>| Failure::all(errors.iter().map(ToString::to_string));
            (read_folder(folder).map_err(refused)?, catalog.with_folder(folder).map_err(refused)?)
        }
    };
    let wrong: Vec<String> =
        rules.iter().flat_map(|rule| engine::prove(rule, &catalog)).map(|it| it.sentence).collect();
    if !wrong.is_empty() {
        return Err(Failure::all(wrong));
    }
    let proven = rules.iter().filter(|rule| rule.is_credential()).count();
    say(|out| writeln!(out, "{} rules read, {proven} proven by their examples", rules.len()))?;
    Ok(Exit::Clean)
}

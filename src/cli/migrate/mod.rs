//! `tightlip migrate`: what another tool's files say, as a policy, rules and a baseline of ours, and what has no twin.
//!
//! It does not guess: a rule that does not find its own sample, a pattern that is no glob, an entry behind which we find
//! nothing is listed and left out.

mod gitleaks;
mod globs;
mod kubernetes;
mod places;
mod samples;
mod twins;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::args::{Migrate, Scan};
use super::check::Asked;
use super::exit::Exit;
use super::output::{Failure, say};
use crate::catalog::Catalog;
use crate::filter::{BASELINE_FILE, Baseline};
use crate::model::Masking;
use crate::source::{POLICY_FILE, find_root};

/// Where the rules of the other tool go.
const RULES: &str = "tightlip-rules";

/// What is looked for when nothing is named.
const USUAL: &[&str] = &[
    ".gitleaks.toml",
    "gitleaks.toml",
    ".gitleaksignore",
    "gitleaks-baseline.json",
    ".secrets.baseline",
    ".kube-linter.yaml",
    ".kube-linter.yml",
    ".checkov.yaml",
    ".checkov.yml",
];

/// What the files come to.
#[derive(Default)]
struct Carried {
    exclude: BTreeSet<String>,
    /// Rules that are off, everywhere or below a glob.
    off: BTreeSet<(String, Option<String>)>,
    /// Rule files by id.
    rules: BTreeMap<String, String>,
    /// Where the other tool knows a finding.
    known: BTreeSet<places::Place>,
    /// What has no twin: one sentence each, with its file.
    lost: Vec<String>,
    /// Files that a configuration builds on.
    more: Vec<PathBuf>,
}

/// A file of another tool.
struct Foreign<'a> {
    name: &'a str,
    text: &'a str,
}

impl Carried {
    fn lose(&mut self, file: &Foreign, sentence: impl std::fmt::Display) {
        self.lost.push(format!("{}: {sentence}", file.name));
    }

    /// Leaves paths out that a regular expression names, where a glob can say the same.
    fn exclude_regex(&mut self, file: &Foreign, pattern: &str) {
        match globs::of_regex(pattern) {
            Some(globs) => self.exclude.extend(globs),
            None => {
                self.lose(file, format!("the path pattern `{pattern}` is no glob: write what it means below `exclude`"))
            }
        }
    }
}

pub fn run(arguments: &Migrate) -> Result<Exit, Failure> {
    let root = find_root(&[PathBuf::from(".")]).map_err(|error| Failure::new(error.to_string()))?.folder;
    let mut files: Vec<(PathBuf, u8)> = match arguments.files.is_empty() {
        true => USUAL.iter().map(|name| root.join(name)).filter(|path| path.is_file()).map(|path| (path, 0)).collect(),
        false => arguments.files.iter().map(|path| (path.clone(), 0)).collect(),
    };
    if files.is_empty() {
        return Err(Failure::new(format!("nothing to migrate: there is none of {}", USUAL.join(", "))));
    }
    let mut carried = Carried::default();
    let mut at = 0;
    while let Some((path, depth)) = files.get(at).cloned() {
        at += 1;
        let shown = path.strip_prefix(&root).unwrap_or(&path).display().to_string();
        let text = fs::read_to_string(&path).map_err(|error| Failure::new(format!("{shown}: {error}")))?;
        read(&Foreign { name: &shown, text: &text }, &mut carried)
            .map_err(|error| Failure::new(format!("{shown}: {error}")))?;
        for more in std::mem::take(&mut carried.more) {
            // Two levels, as gitleaks has it: a loop ends there, too.
            match root.join(&more) {
                path if depth < 2 && path.is_file() => files.push((path, depth + 1)),
                _ => carried.lost.push(format!("{shown}: it builds on {}, which was not read", more.display())),
            }
        }
    }
    prove(&mut carried)?;
    let baseline = baseline(&root, &mut carried)?;
    let written = documents(&carried, baseline);
    if arguments.write {
        write(&root, &written)?;
    }
    tell(&carried, &written, arguments.write)
}

fn read(file: &Foreign, carried: &mut Carried) -> Result<(), String> {
    let name = file.name.rsplit('/').next().unwrap_or(file.name);
    match name {
        _ if name.ends_with(".toml") => gitleaks::configuration(file, carried),
        _ if name.ends_with("gitleaksignore") => places::ignore_file(file, carried),
        _ if name.contains("kube-linter") => kubernetes::kube_linter(file, carried),
        _ if name.contains("checkov") => kubernetes::checkov(file, carried),
        _ => places::json(file, carried),
    }
}

/// Leaves out the rules that do not find their own sample.
fn prove(carried: &mut Carried) -> Result<(), Failure> {
    let folder = Scratch::new()?;
    for (id, text) in &carried.rules {
        folder.write(id, text)?;
    }
    let mut wrong: BTreeMap<String, String> = BTreeMap::new();
    for id in carried.rules.keys() {
        let alone = Scratch::new()?;
        alone.write(id, &carried.rules[id])?;
        let mistakes: Vec<String> = match Catalog::built_in().with_folder(alone.path()) {
            Err(errors) => errors.iter().map(|error| error.message.clone()).collect(),
            Ok(catalog) => {
                let disproofs = catalog.get(id).map(|rule| crate::engine::prove(rule, &catalog)).unwrap_or_default();
                disproofs.into_iter().map(|disproof| disproof.sentence).collect()
            }
        };
        if let Some(first) = mistakes.first() {
            wrong.insert(id.clone(), first.clone());
        }
    }
    for (id, why) in wrong {
        carried.rules.remove(&id);
        carried.lost.push(format!("rule `{id}`: {why}"));
    }
    Ok(())
}

/// A folder of its own that goes away again.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Scratch, Failure> {
        static NUMBER: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("tightlip-migrate-{}-{number}", std::process::id()));
        fs::create_dir(&path).map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
        Ok(Scratch(path))
    }

    fn path(&self) -> &Path {
        &self.0
    }

    fn write(&self, id: &str, text: &str) -> Result<(), Failure> {
        let path = self.0.join(format!("{id}.yaml"));
        fs::write(&path, text).map_err(|error| Failure::new(format!("{}: {error}", path.display())))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Of what we find today, that which the other tool knows.
fn baseline(root: &Path, carried: &mut Carried) -> Result<Option<Baseline>, Failure> {
    if carried.known.is_empty() {
        return Ok(None);
    }
    let scan = Scan::default();
    let report = Asked::of(&scan, Masking::default(), None, &[root.to_path_buf()])?.look(&scan)?;
    let mut found = BTreeSet::new();
    let known: Vec<_> = report
        .findings
        .into_iter()
        .filter(|finding| {
            let (region, path) = (finding.location.region, finding.location.origin.path.to_text());
            let here = carried
                .known
                .iter()
                .filter(|place| place.path == path && (region.start.line..=region.end.line).contains(&place.line));
            let here: Vec<_> = here.cloned().collect();
            let is_known = !here.is_empty();
            found.extend(here);
            is_known
        })
        .collect();
    for place in carried.known.difference(&found) {
        carried.lost.push(format!("{}:{}: nothing is found there today", place.path, place.line));
    }
    Ok((!known.is_empty()).then(|| Baseline::of(&known)))
}

/// Name and text of each file that is to be written.
fn documents(carried: &Carried, baseline: Option<Baseline>) -> Vec<(PathBuf, String)> {
    let mut all = vec![(PathBuf::from(POLICY_FILE), policy(carried, baseline.is_some()))];
    all.extend(carried.rules.iter().map(|(id, text)| (Path::new(RULES).join(format!("{id}.yaml")), text.clone())));
    all.extend(baseline.map(|baseline| (PathBuf::from(BASELINE_FILE), baseline.to_string())));
    all
}

fn policy(carried: &Carried, has_baseline: bool) -> String {
    let mut out = "version: 1\n".to_owned();
    if !carried.exclude.is_empty() {
        out += "exclude:\n";
        carried.exclude.iter().for_each(|glob| out += &format!("  - {}\n", quoted(glob)));
    }
    let mut rules: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (rule, glob) in &carried.off {
        rules.entry(rule).or_default().extend(glob.as_deref());
    }
    // A rule of the other tool is named in the policy only once it has a file.
    let known = |rule: &&str| Catalog::built_in().get(rule).is_some();
    let rules: Vec<_> = rules.into_iter().filter(|(rule, _)| known(rule)).collect();
    if !rules.is_empty() {
        out += "rules:\n";
        for (rule, globs) in rules {
            let paths: Vec<String> = globs.iter().map(|glob| format!("{}: off", quoted(glob))).collect();
            match carried.off.contains(&(rule.to_owned(), None)) {
                true => out += &format!("  {rule}: off\n"),
                false => out += &format!("  {rule}: {{ paths: {{ {} }} }}\n", paths.join(", ")),
            }
        }
    }
    if has_baseline {
        out += &format!("baseline: {BASELINE_FILE}\n");
    }
    out
}

/// A double-quoted YAML scalar: JSON's are.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

fn write(root: &Path, documents: &[(PathBuf, String)]) -> Result<(), Failure> {
    let there = documents.iter().find(|(name, _)| root.join(name).symlink_metadata().is_ok());
    if let Some((name, _)) = there {
        let name = name.display();
        return Err(Failure::new(format!("{name} is there already: run without --write and take over what is new")));
    }
    for (name, text) in documents {
        let path = root.join(name);
        let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
        let written = folder.and_then(|()| fs::write(&path, text));
        written.map_err(|error| Failure::new(format!("{}: {error}", name.display())))?;
    }
    Ok(())
}

fn tell(carried: &Carried, documents: &[(PathBuf, String)], written: bool) -> Result<Exit, Failure> {
    say(|out| {
        for (name, text) in documents {
            match written {
                true => writeln!(out, "wrote {}", name.display())?,
                false => writeln!(out, "--- {}\n{text}", name.display())?,
            }
        }
        if !carried.rules.is_empty() {
            writeln!(out, "Check with `--rules-dir {RULES}` to use the {} rules.", carried.rules.len())?;
        }
        if carried.lost.is_empty() {
            return writeln!(out, "Everything was carried over.");
        }
        writeln!(out, "Not carried over:")?;
        carried.lost.iter().try_for_each(|sentence| writeln!(out, "  {}", crate::text::visible(sentence)))
    })?;
    Ok(Exit::Clean)
}

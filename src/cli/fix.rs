//! `tightlip fix`: shows, or writes, what cures findings.
//!
//! It does not know how a fix is worked out or proven.

use std::io::Write;
use std::path::Path;

use super::args::{Fix, Scan};
use super::check::Asked;
use super::exit::Exit;
use super::output::{Failure, note, say};
use crate::catalog::Catalog;
use crate::engine::{Fixed, FixedFile, Wish};
use crate::model::{Finding, Masking, Rule};
use crate::report::write_diff;
use crate::source::replace;
use crate::text::changed_lines;

pub fn run(arguments: &Fix) -> Result<Exit, Failure> {
    let scan = Scan { beside_others: true, ..arguments.scan.clone() };
    let asked = Asked::of(&scan, Masking::default(), None, &arguments.paths)?;
    let root = asked.root.folder.clone();
    let wish = Wish { with_unsafe: arguments.with_unsafe, rules: named(&scan.rules)?, ..Wish::default() };
    let fixed = asked.fix(&scan, wish)?;
    for left in &fixed.left {
        note(&format!("{} is not fixed: {}.", place(&left.finding), left.why));
    }
    match arguments.write {
        true => write(&root, &fixed),
        false => show(&fixed),
    }
}

fn named(names: &[String]) -> Result<Vec<&'static Rule>, Failure> {
    let catalog = Catalog::built_in();
    match names.iter().find(|name| catalog.all(name).is_empty()) {
        Some(name) => Err(Failure::new(catalog.unknown(name))),
        None => Ok(names.iter().flat_map(|name| catalog.all(name)).collect()),
    }
}

fn show(fixed: &Fixed) -> Result<Exit, Failure> {
    say(|out| fixed.files.iter().try_for_each(|file| diff(file, out)))?;
    if fixed.files.is_empty() {
        note("Nothing to fix.");
        return Ok(untouched(fixed));
    }
    note(&format!(
        "{} would be fixed in {}; `--write` does it.",
        findings(fixed.cured.len()),
        files(fixed.files.len())
    ));
    Ok(Exit::Findings)
}

fn diff(file: &FixedFile, out: &mut dyn Write) -> std::io::Result<()> {
    let (before, after) = &file.shown;
    write_diff(&file.path, before, after, &changed_lines(&file.before, &file.after), out)
}

/// Each file is written by itself: what cannot be written leaves the others as they are wanted.
fn write(root: &Path, fixed: &Fixed) -> Result<Exit, Failure> {
    let mut failures = Vec::new();
    for file in &fixed.files {
        if let Err(why) = replace(root, &file.path, &file.before, &file.after) {
            failures.push(format!("{} is not written: {why}.", file.path));
        }
    }
    if !failures.is_empty() {
        return Err(Failure::all(failures));
    }
    say(|out| fixed.cured.iter().try_for_each(|finding| writeln!(out, "{}", place(finding))))?;
    note(&format!("{} fixed in {}.", findings(fixed.cured.len()), files(fixed.files.len())));
    Ok(untouched(fixed))
}

/// What was not looked at could want a fix, too.
fn untouched(fixed: &Fixed) -> Exit {
    if fixed.after.coverage.is_complete() { Exit::Clean } else { Exit::Incomplete }
}

fn place(finding: &Finding) -> String {
    let start = finding.location.region.start;
    format!("{}:{}:{} {}", finding.location.origin.path, start.line, start.column, finding.rule.id)
}

fn findings(count: usize) -> String {
    if count == 1 { "1 finding".to_owned() } else { format!("{count} findings") }
}

fn files(count: usize) -> String {
    if count == 1 { "1 file".to_owned() } else { format!("{count} files") }
}

//! `tightlip report`: from files that other runs wrote to one report.
//!
//! It does not know how a report is read back or merged.

use std::fs;
use std::path::PathBuf;

use super::args::ReportCommand;
use super::exit::{Exit, conclude};
use super::output::Failure;
use super::own_rules;
use crate::report::{merge, read_lines};

pub fn run(command: &ReportCommand) -> Result<Exit, Failure> {
    let ReportCommand::Merge { files, rules_dir, output } = command;
    let catalog = own_rules::catalog(rules_dir.as_deref(), &[])?;
    let mut reports = Vec::new();
    for file in &all(files)? {
        let refused = |why: &dyn std::fmt::Display| Failure::new(format!("{}: {why}", file.display()));
        let text = fs::read_to_string(file).map_err(|error| refused(&error))?;
        reports.extend(read_lines(&text, &catalog).map_err(|why| refused(&why))?);
    }
    conclude(merge(reports), output)
}

/// A folder stands for the files of JSON lines in it.
fn all(named: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in named {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let told = |error: std::io::Error| Failure::new(format!("{}: {error}", path.display()));
        for entry in fs::read_dir(path).map_err(told)? {
            let path = entry.map_err(told)?.path();
            files.extend(Some(path).filter(|path| path.extension().is_some_and(|end| end == "jsonl")));
        }
    }
    files.sort();
    Ok(files)
}

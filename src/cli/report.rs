//! `tightlip report`: from files that other runs wrote to one report.
//!
//! It does not know how a report is read back or merged.

use std::fs;

use super::args::ReportCommand;
use super::exit::{Exit, conclude};
use super::output::Failure;
use super::own_rules;
use crate::report::{merge, read_lines};

pub fn run(command: &ReportCommand) -> Result<Exit, Failure> {
    let ReportCommand::Merge { files, rules_dir, output } = command;
    let catalog = own_rules::catalog(rules_dir.as_deref(), &[])?;
    let mut reports = Vec::new();
    for file in files {
        let refused = |why: &dyn std::fmt::Display| Failure::new(format!("{}: {why}", file.display()));
        let text = fs::read_to_string(file).map_err(|error| refused(&error))?;
        reports.extend(read_lines(&text, &catalog).map_err(|why| refused(&why))?);
    }
    conclude(merge(reports), output)
}

//! `tightlip history`: from what was typed to repositories, a run, and what it comes to.
//!
//! It does not know how objects are read or judged.

use std::path::PathBuf;

use super::baseline::Known;
use super::check::{PolicyFile, globs, prepare};
use super::exit::{Exit, conclude};
use super::fleet;
use super::history_args::History;
use super::output::Failure;
use super::own_rules::{self, RuleFiles};
use super::progress::told;
use crate::engine::{self, Scope};
use crate::model::Report;
use crate::policy::{Policy, glob_set};
use crate::source::{find_root, git};

pub fn run(arguments: &History) -> Result<Exit, Failure> {
    match &arguments.fleet {
        Some(fleet) => fleet::run(arguments, fleet),
        None => conclude(look(arguments, &arguments.repositories)?, &arguments.output),
    }
}

/// What `repositories` hold, together.
pub(super) fn look(arguments: &History, repositories: &[PathBuf]) -> Result<Report, Failure> {
    let root = match repositories {
        // Several repositories have several policies: none of them speaks for the others.
        [only] if arguments.fleet.is_none() => find_root(std::slice::from_ref(only)).ok(),
        _ => None,
    };
    let rules = root.as_ref().map_or(Ok(RuleFiles::new()), |root| own_rules::on_disk(&root.folder))?;
    let policy = root.and_then(|root| root.policy).map(PolicyFile::Disk);
    let (plan, policy) = prepare(&arguments.scan, &arguments.output, policy, &rules)?;
    let scope = Scope {
        since: arguments.since_date.as_deref().map(since).transpose()?,
        paths: glob_set(&globs(&arguments.paths)?),
        exclude: glob_set(policy.exclude.iter().chain(&globs(&arguments.scan.exclude)?)),
        unreachable: arguments.unreachable,
    };
    let known = Known::of(&arguments.scan, &Policy::default(), None)?;
    let source = git::History::open(repositories, &arguments.branches).map_err(Failure::new)?;
    let mut report = told(arguments.output.quiet, |progress| engine::history(&source, &scope, &plan, progress));
    known.hold(&mut report, false);
    Ok(report)
}

/// The first second of a day, since 1970.
fn since(day: &str) -> Result<i64, Failure> {
    let date: Result<jiff::civil::Date, _> = day.parse();
    let start = date.and_then(|date| date.to_zoned(jiff::tz::TimeZone::UTC));
    start
        .map(|start| start.timestamp().as_second())
        .map_err(|_| Failure::new(format!("`{day}` is no day: write it as 2024-05-31")))
}

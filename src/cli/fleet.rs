//! `tightlip history --repos`: many repositories, one after the other, a share of them on each machine.
//!
//! It does not know how a repository is looked at. What a file already holds is not looked at again: an interrupted run
//! goes on where it was.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use serde_json::{Value, json};

use super::exit::{Exit, judge};
use super::history;
use super::history_args::{Fleet, History};
use super::output::{Failure, note};
use crate::filter::Threshold;
use crate::model::{Notification, Reason, RepoPath, Report};
use crate::report::{self, Format, Options};

/// Looks at the repositories of this share that the file does not hold yet, each as a block of its JSON lines.
pub fn run(arguments: &History, fleet: &Fleet) -> Result<Exit, Failure> {
    let named = fs::read_to_string(&fleet.repos).map_err(|error| told(&fleet.repos, &error))?;
    let repositories = named.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let own: Vec<&str> = repositories.enumerate().filter(|(at, _)| fleet.shard.takes(*at)).map(|(_, it)| it).collect();
    let done = kept(&fleet.into)?;
    let mut exit = Exit::Clean;
    for (number, repository) in own.iter().enumerate().filter(|(_, repository)| !done.contains(**repository)) {
        if !arguments.output.quiet {
            note(&format!("{} of {}: {repository}", number + 1, own.len()));
        }
        let report = look(arguments, fleet, repository);
        exit = worse(exit, judge(&report, threshold(arguments), arguments.output.strict));
        append(&fleet.into, repository, &report)?;
    }
    Ok(if arguments.output.exit_zero { Exit::Clean } else { exit })
}

/// A repository that cannot be opened does not keep the others from being looked at.
fn look(arguments: &History, fleet: &Fleet, repository: &str) -> Report {
    // A name in the list is one beside the list.
    let path = fleet.repos.parent().unwrap_or(Path::new("")).join(repository);
    let mut report = history::look(arguments, &[path]).unwrap_or_else(|failure| {
        let notification = Notification::new(Reason::Unreadable, &RepoPath::from("."), failure.to_string());
        let mut report = Report { notifications: vec![notification], ..Report::default() };
        report.coverage.reasons.insert(Reason::Unreadable, 1);
        report
    });
    report.findings.retain(|finding| threshold(arguments).reports(finding));
    report
}

fn threshold(arguments: &History) -> Threshold {
    Threshold { confidence: arguments.output.confidence.into(), fail_on: arguments.output.fail_on.into() }
}

fn worse(one: Exit, other: Exit) -> Exit {
    let weight = |exit: Exit| match exit {
        Exit::Clean => 0,
        Exit::Incomplete => 1,
        Exit::Findings | Exit::Usage => 2,
    };
    if weight(other) > weight(one) { other } else { one }
}

/// The repositories whose blocks in the file are whole and complete. All else is taken out of it.
fn kept(file: &Path) -> Result<BTreeSet<String>, Failure> {
    let text = match fs::read_to_string(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeSet::new()),
        text => text.map_err(|error| told(file, &error))?,
    };
    let (mut done, mut whole, mut block) = (BTreeSet::new(), String::new(), String::new());
    let mut repository = None;
    for line in text.split_inclusive('\n').filter(|line| line.ends_with('\n')) {
        let said: Value = serde_json::from_str(line).unwrap_or_default();
        if said["type"] == "repository" {
            (block, repository) = (String::new(), said["path"].as_str().map(str::to_owned));
        }
        block.push_str(line);
        if said["type"] == "summary" {
            let is_complete = said["complete"] == true;
            if let Some(repository) = repository.take().filter(|_| is_complete) {
                whole.push_str(&block);
                done.insert(repository);
            }
        }
    }
    if whole != text {
        let beside = file.with_extension("partial");
        fs::write(&beside, whole).and_then(|()| fs::rename(&beside, file)).map_err(|error| told(file, &error))?;
    }
    Ok(done)
}

/// Written in one go: a reader sees a block that is not whole only where the machine stopped.
fn append(file: &Path, repository: &str, report: &Report) -> Result<(), Failure> {
    let mut block = format!("{}\n", json!({"type": "repository", "path": repository})).into_bytes();
    let written = report::write(Format::Jsonl, report, &Options::default(), &mut block).and_then(|()| {
        let mut file = OpenOptions::new().create(true).append(true).open(file)?;
        file.write_all(&block).and_then(|()| file.sync_data())
    });
    written.map_err(|error| told(file, &error))
}

fn told(file: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("{}: {error}", file.display()))
}

/// A machine's share of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    index: usize,
    count: usize,
}

impl Shard {
    pub const ALL: Shard = Shard { index: 0, count: 1 };

    fn takes(self, position: usize) -> bool {
        position % self.count == self.index
    }
}

impl std::str::FromStr for Shard {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Shard, Self::Err> {
        let number = |text: &str| text.parse::<usize>().ok();
        let (index, count) = text.split_once('/').ok_or("write it as I/N, such as 0/8")?;
        match (number(index), number(count)) {
            (Some(index), Some(count)) if index < count => Ok(Shard { index, count }),
            _ => Err("I counts from 0 and is less than N"),
        }
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

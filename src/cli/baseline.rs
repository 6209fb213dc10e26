//! `tightlip baseline`, and the baseline that a check is held against.
//!
//! It does not know what an entry says; `filter` does. A file that is missing or broken is an error, never an empty
//! baseline.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::args::{Baseline as Arguments, BaselineCommand, BaselineScan, Scan};
use super::check::Asked;
use super::exit::Exit;
use super::output::{Failure, say};
use crate::filter::{BASELINE_FILE, Baseline};
use crate::model::{Masking, Notification, Reason, RepoPath, Report};
use crate::policy::Policy;
use crate::source::find_root;
use crate::text::Position;

pub fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    match &arguments.command {
        BaselineCommand::Create(asked) => create(asked),
        BaselineCommand::Update(asked) => follow(asked, true),
        BaselineCommand::Prune(asked) => follow(asked, false),
        BaselineCommand::Show(asked) => show(asked),
    }
}

/// The baseline of a run, if there is one.
pub(crate) struct Known {
    /// Where it lies, or would.
    path: PathBuf,
    baseline: Option<Baseline>,
    counts: bool,
}

impl Known {
    /// What `--baseline` or the policy names; a name without a readable file is the user's mistake.
    pub fn of(scan: &Scan, policy: &Policy, root: Option<&Path>) -> Result<Known, Failure> {
        let below_root = |name: &str| root.unwrap_or(Path::new("")).join(name);
        let named = scan.baseline.clone().or_else(|| policy.baseline.as_deref().map(below_root));
        Ok(Known {
            baseline: named.as_deref().map(read).transpose()?,
            path: named.unwrap_or_else(|| below_root(BASELINE_FILE)),
            counts: !scan.no_suppress,
        })
    }

    /// Marks what is known. After a full run, entries that no finding needs are news.
    pub fn hold(&self, report: &mut Report, is_full: bool) {
        let Some(baseline) = self.baseline.as_ref().filter(|_| self.counts) else { return };
        let unused = baseline.hold(&mut report.findings).unused;
        report.compared = true;
        let Some(&first) = unused.first().filter(|_| is_full) else { return };
        let message = match unused.len() {
            1 => "What this line knows is no longer there; `tightlip baseline prune` takes it out.".to_owned(),
            more => format!(
                "What {more} lines know is no longer there, this one first; `tightlip baseline prune` takes them out."
            ),
        };
        let place = Position { line: first, column: 1 };
        let name = RepoPath::from_path(Path::new(self.path.file_name().unwrap_or(self.path.as_os_str())));
        *report.coverage.reasons.entry(Reason::UnusedBaseline).or_default() += unused.len() as u64;
        report.notifications.push(Notification::new(Reason::UnusedBaseline, &name, message).at(place));
    }
}

fn read(path: &Path) -> Result<Baseline, Failure> {
    let text = fs::read_to_string(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => Failure::new(format!(
            "{}: there is no such baseline; `tightlip baseline create` writes one",
            path.display()
        )),
        _ => Failure::new(format!("{}: {error}", path.display())),
    })?;
    Baseline::read(&text).map_err(|corrupt| Failure::new(format!("{}:{corrupt}", path.display())))
}

fn create(asked: &BaselineScan) -> Result<Exit, Failure> {
    let (tree, path) = open(asked)?;
    let there_is =
        || Failure::new(format!("{}: there is a baseline already; `update` brings it up to date", path.display()));
    if path.symlink_metadata().is_ok() {
        return Err(there_is());
    }
    let report = look(asked, &tree)?;
    let baseline = Baseline::of(&report.findings);
    let written = OpenOptions::new().write(true).create_new(true).open(&path);
    written.and_then(|mut file| file.write_all(baseline.to_string().as_bytes())).map_err(|error| {
        match error.kind() {
            ErrorKind::AlreadyExists => there_is(),
            _ => unwritten(&path, &error),
        }
    })?;
    say(|out| writeln!(out, "{}: {} written", path.display(), findings(baseline.count())))?;
    Ok(trusted(&report))
}

fn follow(asked: &BaselineScan, grow: bool) -> Result<Exit, Failure> {
    let (tree, path) = open(asked)?;
    let old = read(&path)?;
    let report = look(asked, &tree)?;
    let next = old.follow(&Baseline::of(&report.findings), grow);
    if next != old || fs::read_to_string(&path).is_ok_and(|text| text != next.to_string()) {
        replace(&path, &next.to_string()).map_err(|error| unwritten(&path, &error))?;
    }
    let (before, after) = (old.count(), next.count());
    say(|out| writeln!(out, "{}: {} known, {before} before", path.display(), findings(after)))?;
    Ok(trusted(&report))
}

fn show(asked: &BaselineScan) -> Result<Exit, Failure> {
    let (_, path) = open(asked)?;
    let baseline = read(&path)?;
    let mut by_path: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (place, entry) in baseline.entries() {
        let times = if entry.count > 1 { format!(" × {}", entry.count) } else { String::new() };
        let comments = entry.comments.iter().map(|text| format!("  # {}", crate::text::visible(text)));
        let line = format!("  {}{times}{}", crate::text::visible(&entry.family), comments.collect::<String>());
        by_path.entry(place).or_default().push(line);
    }
    say(|out| {
        for (place, mut lines) in by_path {
            lines.sort();
            writeln!(out, "{}\n{}", crate::text::visible(place), lines.join("\n"))?;
        }
        writeln!(out, "{}", findings(baseline.count()))
    })?;
    Ok(Exit::Clean)
}

/// The whole root, and where its baseline lies: `--baseline`, else what the policy names, else the usual name.
fn open(asked: &BaselineScan) -> Result<(Asked, PathBuf), Failure> {
    let unread = |error| Failure::new(format!("{}: {error}", asked.folder.display()));
    let root = find_root(std::slice::from_ref(&asked.folder)).map_err(unread)?;
    let tree = Asked::of(&asked.scan, Masking::default(), None, &[root.folder])?;
    let named = || tree.root.folder.join(tree.policy.baseline.as_deref().unwrap_or(BASELINE_FILE));
    let path = asked.scan.baseline.clone().unwrap_or_else(named);
    Ok((tree, path))
}

/// Everything that every rule finds, known or not.
fn look(asked: &BaselineScan, tree: &Asked) -> Result<Report, Failure> {
    if !asked.scan.rules.is_empty() || !asked.scan.skip.is_empty() {
        return Err(Failure::new("a baseline is of all rules; turn rules off in the policy"));
    }
    tree.look(&asked.scan)
}

/// Writes beside and renames, so that a reader never meets half a baseline.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let beside = PathBuf::from(name);
    fs::write(&beside, text)?;
    fs::rename(&beside, path)
}

/// What was not looked at will be new on the day it is.
fn trusted(report: &Report) -> Exit {
    match report.coverage.is_complete() {
        true => Exit::Clean,
        false => Exit::Incomplete,
    }
}

fn findings(number: u64) -> String {
    format!("{number} {}", if number == 1 { "finding" } else { "findings" })
}

fn unwritten(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("{} could not be written: {error}", path.display()))
}

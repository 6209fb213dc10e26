//! `tightlip hook`: puts a hook into a repository and takes it away, and answers where git, a server or pre-commit calls.
//!
//! It does not know how ranges are compared, and it never changes a hook that is not its own.

use std::env;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::args::Check;
use super::difference;
use super::exit::{Exit, conclude};
use super::hook_args::{Hook, HookCommand, HookRun};
use super::output::{Failure, say};
use crate::model::{Notification, Reason, Report};
use crate::source::git::Repository;

/// What tells our hook from somebody else's.
const MARK: &str = "Written by `tightlip hook install`";

/// What a hook that stood here before is called from then on.
const EARLIER: &str = "pre-commit.before-tightlip";

pub fn run(arguments: &Hook) -> Result<Exit, Failure> {
    match &arguments.command {
        HookCommand::Install => install(),
        HookCommand::Uninstall => uninstall(),
        HookCommand::PreCommit(run) => pre_commit(run),
        HookCommand::PrePush { remote, run, .. } => updates(run, Side::Sender(remote), &here(&[])?),
        HookCommand::PreReceive(run) => updates(run, Side::Receiver, &here(&quarantine())?),
    }
}

fn install() -> Result<Exit, Failure> {
    let folder = folder()?;
    let (hook, earlier) = (folder.join("pre-commit"), folder.join(EARLIER));
    let failed = |error: io::Error| Failure::new(format!("{}: {error}", hook.display()));
    fs::create_dir_all(&folder).map_err(failed)?;
    if hook.symlink_metadata().is_ok() && !is_ours(&hook) {
        if earlier.symlink_metadata().is_ok() {
            return Err(Failure::new(format!("{} is in the way of the hook that is there", earlier.display())));
        }
        fs::rename(&hook, &earlier).map_err(failed)?;
    }
    fs::write(&hook, script()?).and_then(|()| make_executable(&hook)).map_err(failed)?;
    let chained = if earlier.exists() { ", after the hook that was there" } else { "" };
    say(|out| writeln!(out, "{} checks what is staged before each commit{chained}.", hook.display()))?;
    Ok(Exit::Clean)
}

fn uninstall() -> Result<Exit, Failure> {
    let folder = folder()?;
    let (hook, earlier) = (folder.join("pre-commit"), folder.join(EARLIER));
    let failed = |error: io::Error| Failure::new(format!("{}: {error}", hook.display()));
    if !is_ours(&hook) {
        say(|out| writeln!(out, "{} is no hook of tightlip; nothing was changed.", hook.display()))?;
        return Ok(Exit::Clean);
    }
    fs::remove_file(&hook).map_err(failed)?;
    if earlier.symlink_metadata().is_ok() {
        fs::rename(&earlier, &hook).map_err(failed)?;
    }
    say(|out| writeln!(out, "{} is as it was before.", hook.display()))?;
    Ok(Exit::Clean)
}

fn here(more_objects: &[PathBuf]) -> Result<Repository, Failure> {
    Repository::around_with(Path::new("."), more_objects).map_err(Failure::new)
}

fn folder() -> Result<PathBuf, Failure> {
    here(&[])?.hooks().map_err(Failure::new)
}

fn is_ours(hook: &Path) -> bool {
    fs::read_to_string(hook).is_ok_and(|text| text.contains(MARK))
}

fn script() -> Result<String, Failure> {
    let program = env::current_exe().map_err(|error| Failure::new(format!("this program has no name: {error}")))?;
    let program = program.display().to_string().replace('\'', r"'\''");
    Ok(format!(
        "#!/bin/sh\n# {MARK}; `tightlip hook uninstall` brings back what was here.\n\
         earlier=\"$(dirname \"$0\")/{EARLIER}\"\n\
         if [ -x \"$earlier\" ]; then \"$earlier\" \"$@\" || exit $?; fi\n\
         exec '{program}' hook pre-commit\n"
    ))
}

#[cfg(unix)]
fn make_executable(hook: &Path) -> io::Result<()> {
    fs::set_permissions(hook, std::os::unix::fs::PermissionsExt::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_hook: &Path) -> io::Result<()> {
    Ok(())
}

/// What is staged; the range, where pre-commit was started with one.
fn pre_commit(run: &HookRun) -> Result<Exit, Failure> {
    let revision = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let check = run.check();
    let report = match (revision("PRE_COMMIT_FROM_REF"), revision("PRE_COMMIT_TO_REF")) {
        (Some(from), Some(to)) => difference::range(&Check { since: Some(from), head: to, ..check })?,
        _ => difference::staged(&Check { staged: true, ..check })?,
    };
    conclude(report, &run.output)
}

/// Who reads ref updates from standard input.
#[derive(Clone, Copy)]
enum Side<'a> {
    /// Before a push, with the remote's name: `<local ref> <new> <remote ref> <old>`.
    Sender(&'a str),
    /// Before a push is taken in: `<old> <new> <ref>`.
    Receiver,
}

/// One report for all refs that standard input names. What goes away is no news.
fn updates(run: &HookRun, side: Side, repository: &Repository) -> Result<Exit, Failure> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text).map_err(|error| Failure::new(format!("standard input: {error}")))?;
    let mut whole = Report::default();
    for line in text.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let (old, new) = match (side, words.as_slice()) {
            (Side::Sender(_), [_, new, _, old]) | (Side::Receiver, [old, new, _]) => (*old, *new),
            _ => return Err(Failure::new(format!("standard input: `{}` names no update", crate::text::visible(line)))),
        };
        if is_nothing(new) {
            continue;
        }
        let bases = match side {
            _ if repository.knows(old) => vec![old.to_owned()],
            // What the other side has is what this clone last saw there.
            Side::Sender(remote) => repository.tips(&format!("refs/remotes/{remote}/")),
            Side::Receiver => repository.tips("refs/"),
        };
        add(&mut whole, difference::between(&run.check(), repository, &bases, new)?);
    }
    if whole.coverage.commits.is_none() && whole.notifications.is_empty() {
        let message = "Nothing new is pushed: there was nothing to look at.".to_owned();
        whole.notifications.push(Notification { path: None, position: None, reason: Reason::EmptyRange, message });
    }
    conclude(whole, &run.output)
}

/// The id of no object.
fn is_nothing(id: &str) -> bool {
    id.bytes().all(|byte| byte == b'0')
}

fn add(whole: &mut Report, part: Report) {
    whole.findings.extend(part.findings);
    whole.findings.sort_by(|one, other| one.order().cmp(&other.order()));
    whole.notifications.extend(part.notifications);
    whole.notifications.sort();
    whole.notifications.dedup();
    let (coverage, more) = (&mut whole.coverage, part.coverage);
    coverage.files += more.files;
    coverage.bytes += more.bytes;
    coverage.structured += more.structured;
    coverage.commits = coverage.commits.into_iter().chain(more.commits).reduce(|one, other| one + other);
    for (reason, count) in more.reasons {
        *coverage.reasons.entry(reason).or_default() += count;
    }
}

/// The folders in which a server keeps the objects of a push that it has not accepted yet.
fn quarantine() -> Vec<PathBuf> {
    let alternates = env::var_os("GIT_ALTERNATE_OBJECT_DIRECTORIES").unwrap_or_default();
    let own = env::var_os("GIT_OBJECT_DIRECTORY").or_else(|| env::var_os("GIT_QUARANTINE_PATH"));
    own.map(PathBuf::from).into_iter().chain(env::split_paths(&alternates)).filter(|folder| folder.is_dir()).collect()
}

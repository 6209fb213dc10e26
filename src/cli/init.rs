//! `tightlip init`: a first policy, from what a repository does or from a profile. What is there already stays.
//!
//! It does not know how customs are found.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

use super::args::Init;
use super::check::available_threads;
use super::exit::Exit;
use super::output::{Failure, say};
use crate::engine;
use crate::policy::{PROFILES, Policy, glob_set};
use crate::source::{POLICY_FILE, Settings, Worktree};

pub fn run(arguments: &Init) -> Result<Exit, Failure> {
    let folder = &arguments.path;
    if !folder.is_dir() {
        return Err(Failure::new(format!("{}: there is no such folder", folder.display())));
    }
    let profile = arguments.profile.as_deref();
    if let Some(name) = profile.filter(|name| !PROFILES.iter().any(|(known, _)| known == name)) {
        let known: Vec<&str> = PROFILES.iter().map(|(known, _)| *known).collect();
        return Err(Failure::new(format!("there is no profile `{name}`; there are {}", known.join(", "))));
    }
    let file = arguments.output.clone().unwrap_or_else(|| folder.join(POLICY_FILE));
    let is_shown = file == Path::new("-");
    if !is_shown && file.symlink_metadata().is_ok() {
        return Err(there_already(&file));
    }
    let threads = available_threads();
    let source = Worktree::new(Settings {
        root: folder.clone(),
        gitignore: true,
        exclude: glob_set([]),
        named: Vec::new(),
        folders: Vec::new(),
        threads,
    });
    let seen = engine::proposal(&source, &Policy::default(), threads);
    let text = profile.map_or_else(|| seen.clone(), |name| extending(name, &seen));
    if is_shown {
        say(|out| out.write_all(text.as_bytes()))?;
        return Ok(Exit::Clean);
    }
    let written = OpenOptions::new().write(true).create_new(true).open(&file);
    match written.and_then(|mut new| new.write_all(text.as_bytes())) {
        Ok(()) => Ok(Exit::Clean),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(there_already(&file)),
        Err(error) => Err(Failure::new(format!("{}: {error}", file.display()))),
    }
}

fn there_already(file: &Path) -> Failure {
    Failure::new(format!("{}: it is there already, and stays as it is", file.display()))
}

/// A policy that extends a profile, with what the repository does as comments.
fn extending(profile: &str, seen: &str) -> String {
    let comments: String =
        seen.lines().filter(|line| *line != "version: 1").map(|line| format!("# {line}\n")).collect();
    format!("version: 1\nextends: [{profile}]\n{comments}")
}

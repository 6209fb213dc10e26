//! What is made of the arguments' description beside the parser: shell completions, manual pages, and the page of commands.
//!
//! It does not know what any command does.

use std::fs;
use std::path::Path;

use clap::CommandFactory;
use clap_complete::{Shell, generate};

use super::args::{self, Arguments};
use super::exit::Exit;
use super::output::{Failure, say};

const NAME: &str = "tightlip";

pub fn write(shell: args::Shell) -> Result<Exit, Failure> {
    let shell = match shell {
        args::Shell::Bash => Shell::Bash,
        args::Shell::Zsh => Shell::Zsh,
        args::Shell::Fish => Shell::Fish,
        args::Shell::Powershell => Shell::PowerShell,
    };
    let mut script = Vec::new();
    generate(shell, &mut Arguments::command(), NAME, &mut script);
    say(|out| out.write_all(&script))?;
    Ok(Exit::Clean)
}

/// One page a command, `tightlip-baseline-create.1` and so on.
pub fn manual(folder: &Path) -> Result<Exit, Failure> {
    let written = fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(Arguments::command(), folder));
    written.map_err(|error| Failure::new(format!("{}: {error}", folder.display())))?;
    Ok(Exit::Clean)
}

/// Every command with its path (`baseline create`) and its help, as it is on a terminal of 100 columns.
pub fn commands() -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut arguments = Arguments::command();
    arguments.build();
    collect(&arguments, "", &mut all);
    all
}

fn collect(command: &clap::Command, before: &str, all: &mut Vec<(String, String)>) {
    for command in command.get_subcommands().filter(|command| command.get_name() != "help") {
        let path = format!("{before} {}", command.get_name()).trim().to_owned();
        let help = command.clone().term_width(100).render_help().to_string();
        all.push((path.clone(), help));
        collect(command, &path, all);
    }
}

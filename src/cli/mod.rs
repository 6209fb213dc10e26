//! The door for people and scripts: arguments in, reports and an exit code out. One file per subcommand.
//!
//! It does not know how anything is found.

pub(crate) mod args;
pub(crate) mod baseline;
pub(crate) mod check;
mod circumstances;
mod completions;
mod difference;
mod exit;
mod fix;
mod fleet;
mod graph;
mod history;
mod history_args;
mod hook;
mod hook_args;
mod init;
mod lsp;
mod migrate;
pub(crate) mod output;
mod own_rules;
mod progress;
mod render;
mod report;
mod rules;
mod rules_test;

use std::process::ExitCode;

use clap::Parser;

use args::{Arguments, Command};
pub use completions::commands;
pub use exit::Exit;

/// Runs the program that the process was started as.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match arguments.command {
        Command::Check(arguments) => check::run(&arguments),
        Command::History(arguments) => history::run(&arguments),
        Command::Fix(arguments) => fix::run(&arguments),
        Command::Hook(arguments) => hook::run(&arguments),
        Command::Graph(arguments) => graph::run(&arguments),
        Command::Lsp(scan) => lsp::run(&scan),
        Command::Init(arguments) => init::run(&arguments),
        Command::Rules(arguments) => rules::run(&arguments),
        Command::Report { command } => report::run(&command),
        Command::Baseline(arguments) => baseline::run(&arguments),
        Command::Migrate(arguments) => migrate::run(&arguments),
        Command::Completions { shell } => completions::write(shell),
        Command::Man { folder } => completions::manual(&folder),
    };
    done.unwrap_or_else(|failure| {
        output::complain(&failure);
        Exit::Usage
    })
    .into()
}

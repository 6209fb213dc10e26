//! What the user, or git, types after `tightlip hook`.
//!
//! It does not know what a hook does.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::args::{Check, Output, Scan};

#[derive(Debug, Args)]
pub struct Hook {
    #[command(subcommand)]
    pub command: HookCommand,
}

#[derive(Debug, Subcommand)]
pub enum HookCommand {
    /// Checks what is staged before each commit from now on; a hook that is there runs first.
    Install,
    /// Takes the hook away and brings back the one that was there.
    Uninstall,
    /// What is staged, or the range that pre-commit was started with.
    PreCommit(HookRun),
    /// What a push sends, by the ref updates on standard input.
    PrePush {
        /// The remote's name, as git gives it.
        #[arg(default_value = "origin")]
        remote: String,
        /// The remote's address, as git gives it.
        address: Option<String>,
        #[command(flatten)]
        run: HookRun,
    },
    /// What a push brings, by the ref updates on standard input: for servers.
    PreReceive(HookRun),
}

#[derive(Debug, Args)]
pub struct HookRun {
    /// Judge by the tightlip.yaml of this revision instead.
    #[arg(long, value_name = "REV", conflicts_with = "policy")]
    pub policy_from: Option<String>,
    #[command(flatten)]
    pub scan: Scan,
    #[command(flatten)]
    pub output: Output,
}

impl HookRun {
    /// The same wishes for a check of the whole repository.
    pub fn check(&self) -> Check {
        Check {
            render: false,
            history: false,
            paths: vec![PathBuf::from(".")],
            path: "stdin".to_owned(),
            staged: false,
            since: None,
            head: "HEAD".to_owned(),
            policy_from: self.policy_from.clone(),
            scan: self.scan.clone(),
            output: self.output.clone(),
        }
    }
}

//! One integration binary; each module is a subject.

// A test says aloud what it skips and what it measured.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod architecture;
mod baseline;
mod beside;
mod catalog;
mod cli;
mod codes;
mod crds;
mod custom;
mod decoding;
mod docs;
mod fix;
mod fixtures;
mod fleet;
mod formats;
mod harness;
mod history;
mod hooks;
mod hostile_history;
mod init;
mod kustomize;
mod layout;
mod layouts_git;
mod lsp;
mod migrate;
mod mutations;
mod policy_schema;
mod profiles;
mod range;
mod readme;
mod recall;
mod report;
mod repository;
mod shapes;
mod staged;
mod syntax;
mod traps;
mod trees;
mod units;
mod windows;

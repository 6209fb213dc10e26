//! One integration binary; each module is a subject.

mod architecture;
mod catalog;
mod cli;
mod decoding;
mod fixtures;
mod harness;
mod history;
mod hooks;
mod hostile_history;
mod kustomize;
mod layout;
mod layouts_git;
mod mutations;
mod range;
mod readme;
mod recall;
mod report;
mod repository;
mod shapes;
mod staged;
mod syntax;
mod trees;
mod units;
mod windows;

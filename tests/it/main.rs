//! One integration binary; each module is a subject.

mod architecture;
mod baseline;
mod catalog;
mod cli;
mod docs;
mod fixtures;
mod formats;
mod harness;
mod history;
mod hostile_history;
mod kustomize;
mod layout;
mod migrate;
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

//! One integration binary; each module is a subject.

mod architecture;
mod catalog;
mod cli;
mod decoding;
mod fixtures;
mod harness;
mod history;
mod kustomize;
mod layout;
mod mutations;
mod readme;
mod recall;
mod report;
mod repository;
mod shapes;
mod staged;
mod syntax;
mod trees;

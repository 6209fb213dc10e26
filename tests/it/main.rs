//! One integration binary; each module is a subject.

mod architecture;
mod catalog;
mod cli;
mod decoding;
mod fixtures;
mod harness;
mod layout;
mod readme;
mod recall;
mod report;
mod repository;
mod shapes;
mod syntax;
mod trees;

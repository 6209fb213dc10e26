//! One integration binary; each module is a subject.

mod architecture;
mod baseline;
mod catalog;
mod cli;
mod fixtures;
mod formats;
mod harness;
mod layout;
mod readme;
mod recall;
mod report;
mod repository;
mod syntax;
mod trees;

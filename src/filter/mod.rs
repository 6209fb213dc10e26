//! The fate of a finding: why it is quiet, if it is.
//!
//! It does not find anything and it drops nothing: a suppressed finding stays, marked.

mod ignore;
pub mod inline;
mod scope;

pub use ignore::Ignore;
pub use scope::{PathIgnore, Threshold};

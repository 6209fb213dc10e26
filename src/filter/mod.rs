//! The fate of a finding: why it is quiet, if it is.
//!
//! It does not find anything and it drops nothing: a suppressed finding stays, marked.

mod baseline;
pub mod foreign;
pub mod inline;
mod local;
mod scope;

pub use baseline::{BASELINE_FILE, Baseline, Corrupt, Entry, Held};
pub use local::Ignore;
pub use scope::{PathIgnore, Threshold};

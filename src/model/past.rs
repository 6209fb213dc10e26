//! What is known of the time before: since when a file has said what it says.
//!
//! It does not know who keeps the history.

use std::fmt::Debug;

use jiff::civil::Date;

use super::RepoPath;

/// Tells the ages of values.
pub trait Past: Debug + Send + Sync {
    /// Since when `path` holds `value` without a break; `None` where its last version does not.
    fn since(&self, path: &RepoPath, value: &str) -> Option<Since>;
}

/// The day of a change, or one after it where the history does not reach back far enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Since {
    pub day: Date,
    pub is_exact: bool,
}

//! What the policy says, and where it says it: `tightlip.yaml:12`. A finding names the line that asks for it.
//!
//! It does not know what is said.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A line of a policy, of a file that it extends, or of a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub file: Arc<str>,
    /// 1-based.
    pub line: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// A value and the line that says it.
#[derive(Clone, Debug)]
pub struct Said<T> {
    pub value: T,
    pub place: Place,
}

impl<T> Said<T> {
    pub fn map<U>(self, to: impl FnOnce(T) -> U) -> Said<U> {
        Said { value: to(self.value), place: self.place }
    }
}

impl<T> Deref for Said<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

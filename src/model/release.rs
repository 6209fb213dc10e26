//! A release of an operator.
//!
//! It does not know what changed between two of them.

use std::fmt;

/// `major.minor` of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Release {
    pub major: u32,
    pub minor: u32,
}

impl Release {
    pub const fn new(major: u32, minor: u32) -> Release {
        Release { major, minor }
    }

    /// Reads `2.9`, `v2.9` and `2.9.1`; the patch release is of no matter.
    pub fn parse(text: &str) -> Option<Release> {
        let mut parts = text.strip_prefix('v').unwrap_or(text).split('.');
        let release = Release::new(parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let patch_is_fine = parts.next().is_none_or(|patch| patch.parse::<u32>().is_ok());
        (patch_is_fine && parts.next().is_none()).then_some(release)
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_read_and_ordered_as_numbers() {
        assert!(Release::parse("0.16") < Release::parse("v0.17.2"));
        assert!(Release::parse("2.10") > Release::parse("2.9"));
        for wrong in ["2", "2.x", "", "1.2.3.4", "latest", "1.2.x"] {
            assert_eq!(Release::parse(wrong), None, "{wrong}");
        }
    }
}

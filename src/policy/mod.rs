//! `tightlip.yaml`: settings of one repository, read, verified and typed.
//!
//! It does not know how the rules it names work.

/// Which versions of the operators a repository is written for; what is absent is unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Targets {
    pub external_secrets: Option<Release>,
    pub vault_secrets_operator: Option<Release>,
    pub kubernetes: Option<Release>,
}

/// `major.minor` of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release {
    pub major: u32,
    pub minor: u32,
}

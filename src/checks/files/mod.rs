//! Rules about files that are no Kubernetes objects: images, infrastructure, scripts, workflows, and the tree they lie in.
//!
//! It does not know how a file came into the tree.

mod script;
mod whole;

pub mod agreed_files;
pub mod ci;
pub mod commands;
pub mod compose;
pub mod dockerfile;
pub mod gates;
pub mod mechanisms;
pub mod never_tracked;
pub mod not_ignored;
pub mod placeholders;
pub mod sops;
pub mod terraform;

pub use script::{Script, script_of, scripts_in};
pub use whole::Whole;

use crate::model::{Confidence, RepoPath};
use crate::value::Verdict;

/// How sure it is that a value is a credential; `None` for one that is not. Defaults that everybody knows are none here.
fn confidence(verdict: Verdict) -> Option<Confidence> {
    match verdict {
        Verdict::Credential(confidence) => Some(confidence),
        _ => None,
    }
}

/// True where people make things up: what is found there is doubtful.
pub fn is_for_tests(path: &RepoPath) -> bool {
    const WORDS: &[&str] = &[
        "demo", "e2e", "test", "tests", "testdata", "fixture", "fixtures", "mock", "mocks", "example", "examples",
        "sample", "samples", "dummy",
    ];
    path.to_text().to_ascii_lowercase().split(['/', '.', '-', '_']).any(|part| WORDS.contains(&part))
}

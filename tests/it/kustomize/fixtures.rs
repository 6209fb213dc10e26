//! One subject of kustomize a folder, each with what kustomize makes of it on record.
//!
//! It does not need kustomize, but under `TIGHTLIP_BLESS=1`, which asks it anew.

use std::fs;
use std::path::PathBuf;

use tightlip::model::RepoPath;

use super::{kubectl, ours, survey, told};
use crate::harness;

/// The issue asks for at least so many.
const MANY_CASES: usize = 60;

/// What stands in place of the objects where kustomize refuses to build.
const REFUSED: &str = "refused\n";

fn cases() -> Vec<PathBuf> {
    let entries = fs::read_dir(harness::fixtures().join("kustomize")).expect("a readable folder").flatten();
    let mut cases: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    cases.sort();
    cases
}

/// A case with several layers is built from its folder `prod`.
fn root(case: &std::path::Path) -> RepoPath {
    RepoPath::from(if case.join("prod").is_dir() { "prod" } else { "" })
}

#[test]
fn each_case_is_built_as_kustomize_builds_it() {
    let blessed = std::env::var_os("TIGHTLIP_BLESS").is_some() && kubectl::is_here();
    let mut wrong = Vec::new();
    for case in cases() {
        let expected = case.join("expected.txt");
        let root = root(&case);
        if blessed {
            let built = kubectl::build(&case.join(root.to_path()));
            let text = built.map_or_else(|_| REFUSED.to_owned(), |objects| told(&objects));
            fs::write(&expected, text).expect("a writable expectation");
        }
        let expected = fs::read_to_string(&expected).expect("a recorded build");
        let (inventory, layout) = survey(&case);
        let ours = ours(&inventory, &layout, &root);
        let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match expected == REFUSED {
            true if ours.causes.is_empty() => wrong.push(format!("{name}: kustomize refuses, and nothing is said")),
            false if !ours.causes.is_empty() => wrong.push(format!("{name}: {:?}", ours.causes)),
            false if ours.lines != expected => {
                wrong.push(format!("{name}\n--- kustomize\n{expected}--- ours\n{}", ours.lines));
            }
            false if ours.opaque.0 > 0 => wrong.push(format!("{name}: {} objects are opaque", ours.opaque.0)),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn there_are_many_cases() {
    assert!(cases().len() >= MANY_CASES, "{} cases", cases().len());
}

//! Runs the engine on folders as users have them: generators expanded, each folder with a policy a root of its own.
//!
//! It does not know what is expected.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use globset::GlobSet;
use tightlip::catalog::{Catalog, generator};
use tightlip::engine::{self, ActiveRule, Plan};
use tightlip::model::{Report, Rule, Tier};
use tightlip::policy::{Policy, glob_set};
use tightlip::source::{POLICY_FILE, Settings, Worktree};

/// Generators expand to the same text every time.
const SEED: u64 = 1;

pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub fn fixtures() -> PathBuf {
    repository().join("fixtures")
}

/// Every rule that is on without a policy.
pub fn usual_rules() -> Vec<&'static Rule> {
    Catalog::built_in().rules().iter().copied().filter(|rule| rule.tier != Tier::Pedantic).collect()
}

/// What one sample generates.
pub fn generate(text: &str) -> String {
    generate_with(text, SEED)
}

/// The same sample with other values.
pub fn generate_with(text: &str, seed: u64) -> String {
    generator::expand(text, seed).unwrap_or_else(|error| panic!("{text}: {}", error.message)).text
}

/// A copy of `folder` in which every `@{…}` is what it generates.
pub fn expanded(folder: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().expect("a temporary folder");
    copy_expanded(folder, copy.path());
    copy
}

fn copy_expanded(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display())) {
        let (source, target) = entry.map(|entry| (entry.path(), to.join(entry.file_name()))).expect("a readable entry");
        if source.is_dir() {
            fs::create_dir(&target).expect("a new folder");
            copy_expanded(&source, &target);
            continue;
        }
        let bytes = fs::read(&source).expect("a readable file");
        let expand = |text: &str| {
            let expanded = generator::expand(text, SEED);
            expanded.unwrap_or_else(|error| panic!("{}: {}", source.display(), error.message)).text.into_bytes()
        };
        let bytes = std::str::from_utf8(&bytes).ok().filter(|text| text.contains("@{")).map_or(bytes.clone(), expand);
        fs::write(&target, bytes).expect("a new file");
    }
}

/// The engine's report on `root` with these rules on, by the policy that lies there.
pub fn check(root: &Path, rules: &[&'static Rule], threads: usize) -> Report {
    let policy = policy_of(root);
    let mut plan = Plan::new(Catalog::built_in(), rules.iter().map(|rule| ActiveRule::new(rule)).collect());
    plan.policy = policy.clone();
    plan.threads = threads;
    let nested = nested_roots(root);
    let mut exclude: Vec<_> = policy.exclude.clone();
    exclude.extend(nested.iter().map(|folder| {
        let below = folder.strip_prefix(root).expect("a folder below the root");
        globset::Glob::new(&format!("{}/**", below.display())).expect("a plain path")
    }));
    let exclude: GlobSet = glob_set(&exclude);
    let settings = Settings {
        root: root.to_path_buf(),
        gitignore: true,
        exclude,
        named: Vec::new(),
        folders: Vec::new(),
        threads,
    };
    engine::check(&Worktree::new(settings), &plan)
}

/// The binary, run in `folder`.
pub fn tightlip(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tightlip"));
    command.current_dir(folder).args(arguments).stdin(Stdio::null()).env_remove("NO_COLOR").output().unwrap()
}

/// Folders below `root` that have a policy of their own.
pub fn nested_roots(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if entry.file_name() == POLICY_FILE && folder != root {
                found.push(folder.clone());
            }
        }
    }
    found.sort();
    found
}

/// One line per finding: `path:line:column rule-id`, the path relative to `base`.
pub fn lines(report: &Report, prefix: &str) -> Vec<String> {
    let line = |finding: &tightlip::model::Finding| {
        let start = finding.location.region.start;
        format!("{prefix}{}:{}:{} {}", finding.location.origin.path, start.line, start.column, finding.rule.id)
    };
    report.findings.iter().map(line).collect()
}

/// Compares with a file of expectations, or rewrites it under `TIGHTLIP_BLESS=1`.
pub fn expect(file: &Path, actual: &str) {
    if std::env::var_os("TIGHTLIP_BLESS").is_some() {
        return fs::write(file, actual).expect("a writable expectation");
    }
    let expected = fs::read_to_string(file).unwrap_or_default();
    assert!(
        expected == actual,
        "{} differs; run with TIGHTLIP_BLESS=1 and read the difference\n--- expected\n{expected}--- actual\n{actual}",
        file.display()
    );
}

fn policy_of(root: &Path) -> Policy {
    let Ok(text) = fs::read_to_string(root.join(POLICY_FILE)) else { return Policy::default() };
    let files = |path: &str| fs::read_to_string(root.join(path)).map_err(|error| error.to_string());
    Policy::load(POLICY_FILE, &text, Catalog::built_in().rules(), &files)
        .unwrap_or_else(|wrong| panic!("{}: {wrong:?}", root.display()))
}

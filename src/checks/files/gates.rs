//! `gates:` of the policy: whether scans for credentials are wired up.
//!
//! It does not know whether they run: only that a file of the repository asks for them.

use super::ci::is_of_ci;
use super::whole::Whole;
use crate::checks::UnitReporter;
use crate::graph::Place;
use crate::model::RepoPath;
use crate::syntax::{Change, New, Syntax};
use crate::text::Span;

/// What scans for credentials, as commands, hooks and actions name it.
const SCANNERS: &[&str] = &[
    "betterleaks",
    "detect-secrets",
    "ggshield",
    "git-secrets",
    "gitleaks",
    "kingfisher",
    "noseyparker",
    "ripsecrets",
    "secret-detection",
    "secret_detection",
    "secretlint",
    "talisman",
    "tightlip",
    "trufflehog",
];

const HOOK_FILES: &[&str] = &[
    ".githooks/pre-commit",
    ".husky/pre-commit",
    ".pre-commit-config.yaml",
    ".pre-commit-config.yml",
    "lefthook.yaml",
    "lefthook.yml",
];

/// `scan-gate-missing`
pub fn run(tree: &Whole, reporter: &mut UnitReporter) {
    let Some(gates) = &tree.policy.gates else { return };
    let Some(place) = tree.place(&RepoPath::from("tightlip.yaml"), Span::new(0, 0)) else { return };
    if !tree.is_kept() && !HOOK_FILES.iter().any(|path| tree.has(&RepoPath::from(*path))) {
        return;
    }
    for gate in &gates.0 {
        let is_there = match gate.value {
            "pre-commit" => {
                HOOK_FILES.iter().any(|path| tree.text(&RepoPath::from(*path)).is_some_and(|text| scans(&text)))
            }
            "pull-request" => in_ci(tree, |text| PULL_REQUESTS.iter().any(|word| text.contains(word))),
            _ => in_ci(tree, |text| HISTORIES.iter().any(|word| text.contains(word))),
        };
        if !is_there {
            let draft = reporter.at(place, gate.value).blank("gate", words(gate.value));
            let hook = (gate.value == "pre-commit").then(|| hook(tree)).flatten();
            draft.blank("policy", gate.place.to_string()).fix(hook).emit();
        }
    }
}

/// Our own hook at the end of the list of hooks, if there is one list.
fn hook(tree: &Whole) -> Option<(Place, Change)> {
    let mut lists = HOOK_LISTS.iter().map(|path| RepoPath::from(*path)).filter(|path| tree.has(path));
    let (Some(path), None) = (lists.next(), lists.next()) else { return None };
    let text = tree.text(&path)?;
    let parsed = Syntax::Yaml.parse(&text);
    let list = parsed.documents(&text).next()?.get("repos").filter(|list| list.is_sequence())?;
    let entry = |key: &str, value| (key.to_owned(), value);
    let hook = New::Mapping(vec![
        entry("id", New::text("tightlip")),
        entry("name", New::text("tightlip")),
        entry("language", New::text("system")),
        entry("pass_filenames", New::Plain("false".to_owned())),
        entry("entry", New::text("tightlip check --staged")),
    ]);
    let item = New::Mapping(vec![entry("repo", New::text("local")), entry("hooks", New::List(vec![hook]))]);
    Some((tree.place(&path, list.span())?, Change::Item(item)))
}

/// Where the framework called pre-commit keeps its hooks.
const HOOK_LISTS: &[&str] = &[".pre-commit-config.yaml", ".pre-commit-config.yml"];

/// How a job says that it runs for changes that are proposed.
const PULL_REQUESTS: &[&str] = &["CHANGE_TARGET", "merge_request", "pull_request", "changeRequest"];

/// How a job says that it looks at all of a history, or that it runs again and again.
const HISTORIES: &[&str] = &["cron", "fetch-depth: 0", "schedule", "tightlip history"];

fn in_ci(tree: &Whole, asks: impl Fn(&str) -> bool) -> bool {
    let files = tree.files.iter().filter(|path| is_of_ci(path));
    files.filter_map(|path| tree.text(path)).any(|text| scans(&text) && asks(&text))
}

fn scans(text: &str) -> bool {
    SCANNERS.iter().any(|scanner| text.contains(scanner))
}

fn words(gate: &str) -> &'static str {
    match gate {
        "pre-commit" => "before a commit",
        "pull-request" => "of a pull request",
        _ => "of the history",
    }
}

//! `files.ignored`: the files with secrets that the root's `.gitignore` keeps out.
//!
//! It does not know the lists of other folders, nor what lies on anybody's disk.

use globset::{Glob, GlobMatcher};

use super::page::{Entry, quoted};
use crate::model::RepoPath;

/// Words of a file's name, its ending among them, that tell of secrets.
const WORDS: &[&str] = &[
    "agekey",
    "credential",
    "credentials",
    "env",
    "envrc",
    "key",
    "keys",
    "kubeconfig",
    "p12",
    "password",
    "passwords",
    "pem",
    "pfx",
    "secret",
    "secrets",
    "tfstate",
    "token",
    "tokens",
];

/// The files of a tree, and what its root says of those that it does not hold.
pub struct Listed<'a> {
    pub files: &'a [RepoPath],
    pub gitignore: &'a str,
}

pub fn files(listed: &Listed) -> Option<Entry> {
    let lines = listed.gitignore.lines().map(str::trim_end);
    let kept_out = |line: &&str| {
        matcher(line).is_some_and(|matcher| !listed.files.iter().any(|path| matches(&matcher, line, path)))
    };
    let patterns: Vec<String> = lines.filter(|line| tells_of_secrets(line)).filter(kept_out).map(quoted).collect();
    (!patterns.is_empty()).then(|| Entry {
        key: "ignored",
        value: format!("[{}]", patterns.join(", ")),
        comment: ".gitignore names them".to_owned(),
        exceptions: Vec::new(),
    })
}

/// True for a pattern of files that means the same in the policy: `.env`, `deploy/values-secret.yaml`.
fn tells_of_secrets(line: &str) -> bool {
    let name = line.rsplit('/').next().unwrap_or_default();
    !line.starts_with(['#', '!', '/'])
        && name.split(|char: char| !char.is_ascii_alphanumeric()).any(|word| WORDS.contains(&word))
}

fn matcher(line: &str) -> Option<GlobMatcher> {
    Glob::new(line).ok().map(|glob| glob.compile_matcher())
}

fn matches(matcher: &GlobMatcher, line: &str, path: &RepoPath) -> bool {
    let bytes = if line.contains('/') { path.as_bytes() } else { path.file_name() };
    matcher.is_match(&*String::from_utf8_lossy(bytes))
}

//! Files that somebody is told to make from a sample, with secrets in them, and that git would then add.
//!
//! It does not know what is on other people's disks: the sample in the repository says what will be.

use super::agreed_files::LIST;
use super::whole::Whole;
use crate::checks::UnitReporter;
use crate::graph::Place;
use crate::model::RepoPath;
use crate::syntax::Change;
use crate::text::Span;

/// Endings of samples, with the dot or dash before them.
const ENDINGS: &[&str] = &[".example", ".sample", ".template", ".dist", "-example", ".tmpl"];

/// Names whose files hold secrets once they are filled in.
const HOLDERS: &[&str] = &[
    ".env",
    ".env.local",
    ".env.production",
    ".env.prod",
    ".env.dev",
    ".env.development",
    ".env.staging",
    ".env.secret",
    ".env.secrets",
    ".envrc",
    ".netrc",
    "credentials.json",
    "secret.yaml",
    "secret.yml",
    "secrets.auto.tfvars",
    "secrets.env",
    "secrets.tfvars",
    "secrets.toml",
    "secrets.yaml",
    "secrets.yml",
    "terraform.tfvars",
    "values-secret.yaml",
    "values-secrets.yaml",
];

/// `secret-file-not-ignored`
pub fn run(tree: &Whole, reporter: &mut UnitReporter) {
    for sample in tree.files {
        let Some(made) = made_from(sample).filter(|made| !tree.has(made) && !(tree.ignores)(made)) else { continue };
        let Some(place) = tree.place(sample, Span::new(0, 0)) else { continue };
        let name = String::from_utf8_lossy(made.file_name()).into_owned();
        reporter.at(place, name.clone()).blank("file", name).fix(listed(tree, &made)).emit();
    }
}

/// The file named in the nearest list above it, where its path is nothing but itself there.
fn listed(tree: &Whole, made: &RepoPath) -> Option<(Place, Change)> {
    let mut folder = made.parent();
    loop {
        let list = folder.join(LIST.as_bytes()).filter(|list| tree.has(list));
        if let Some(place) = list.and_then(|list| tree.place(&list, Span::new(0, 0))) {
            let below = made.as_bytes().strip_prefix(folder.as_bytes())?;
            let line = format!("/{}", std::str::from_utf8(below).ok()?.trim_start_matches('/'));
            return is_plain(&line).then_some((place, Change::Line(line)));
        }
        folder = Some(folder.parent()).filter(|parent| *parent != folder)?;
    }
}

/// True for what git takes as no pattern.
fn is_plain(line: &str) -> bool {
    line.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"./_-".contains(&byte))
}

/// `.env` of `.env.example`, `values-secret.yaml` of `values-secret.example.yaml`.
pub fn made_from(sample: &RepoPath) -> Option<RepoPath> {
    let name = std::str::from_utf8(sample.file_name()).ok()?;
    let behind = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)).map(str::to_owned);
    let inside = || {
        ENDINGS.iter().find(|ending| name.contains(&format!("{ending}."))).map(|ending| name.replacen(ending, "", 1))
    };
    let made = behind.or_else(inside)?;
    HOLDERS.contains(&made.as_str()).then(|| sample.parent().join(made.as_bytes()))?
}

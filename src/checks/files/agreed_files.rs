//! `files:` of the policy: files that git is to ignore, that no repository may hold, or that hold what none may.
//!
//! It does not know which files are usual.

use std::sync::LazyLock;

use regex::Regex;

use super::super::{Context, Reporter};
use super::not_ignored::made_from;
use super::whole::Whole;
use crate::checks::UnitReporter;
use crate::document::File;
use crate::model::RepoPath;
use crate::syntax::Change;
use crate::text::Span;

/// Where the finding goes that something is missing: the list that would name it, else the policy that wants it.
pub const LIST: &str = ".gitignore";
const POLICY: &str = "tightlip.yaml";

/// `agreed-file-not-ignored`
pub fn not_ignored(tree: &Whole, reporter: &mut UnitReporter) {
    let agreed = tree.policy.files.as_ref().and_then(|files| files.ignored.as_ref());
    for pattern in agreed.into_iter().flatten() {
        let sample = pattern.sample();
        // What is in the repository already is told by `forbidden-file`.
        if (tree.ignores)(&sample) || tree.files.iter().any(|path| pattern.matches(path)) {
            continue;
        }
        let at_start = |path: &str| tree.place(&RepoPath::from(path), Span::new(0, 0));
        let policy = || at_start(POLICY).filter(|_| tree.is_kept());
        let Some(place) = at_start(LIST).or_else(policy) else { continue };
        let draft = reporter.at(place, pattern.written.as_str()).blank("file", pattern.written.as_str());
        let draft = draft.blank("policy", pattern.written.place.to_string());
        // A pattern of the policy means the same in git's list.
        let list = at_start(LIST).map(|list| (list, Change::Line(pattern.written.value.clone())));
        let draft = draft.fix(list);
        let samples = tree.files.iter().filter(|path| made_from(path).is_some_and(|made| pattern.matches(&made)));
        let samples = samples.filter_map(|path| tree.place(path, Span::new(0, 0)));
        samples.fold(draft, |draft, sample| draft.related(sample, "a sample of it")).emit();
    }
}

/// `forbidden-file`
pub fn forbidden(file: &File, context: &Context, reporter: &mut Reporter) {
    let Some(pattern) = context.policy.files.as_ref().and_then(|files| files.forbids(file.path)) else { return };
    let draft = reporter.at_span(Span::new(0, 0), file.path.to_text()).blank("file", file.path.to_text());
    draft.blank("pattern", pattern.written.as_str()).blank("policy", pattern.written.place.to_string()).emit();
}

/// `forbidden-content`
pub fn content(file: &File, context: &Context, reporter: &mut Reporter) {
    let agreed = context.policy.files.as_ref().and_then(|files| files.content.as_ref());
    let (Some(agreed), Some(text)) = (agreed, file.text) else { return };
    let keys: Vec<Span> = spans(&UNSEAL_KEYS, text);
    let tokens = || spans(&ROOT_TOKEN, text);
    for wanted in agreed {
        let found = match (wanted.value, tokens()) {
            ("unseal-keys", _) => keys.clone(),
            (_, tokens) if tokens.is_empty() => Vec::new(),
            (_, tokens) => keys.iter().copied().chain(tokens).collect(),
        };
        if let Some(first) = found.first().filter(|_| !keys.is_empty()) {
            let draft = reporter.at_span(*first, wanted.value).blank("content", words(wanted.value));
            let draft = draft.blank("policy", wanted.place.to_string());
            return found.iter().fold(draft, |draft, span| draft.secret(*span)).emit();
        }
    }
}

fn spans(pattern: &Regex, text: &str) -> Vec<Span> {
    pattern.find_iter(text).map(|found| Span::new(found.start(), found.end())).collect()
}

/// A share, with the name that Vault prints before it.
static UNSEAL_KEYS: LazyLock<Regex> = LazyLock::new(|| {
    let name = r#"(?:unseal|recovery)[ _]keys?(?:_b64|_hex| \d+)"?\s*:[\s\[\-"']*[A-Za-z0-9+/=]{32,}"#;
    Regex::new(&format!("(?i){name}")).expect("a regular expression of ours")
});

static ROOT_TOKEN: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r#"(?i)(?:root_token"?|initial root token)\s*:\s*"?[A-Za-z0-9._-]{16,}"#;
    Regex::new(pattern).expect("a regular expression of ours")
});

fn words(content: &str) -> &'static str {
    match content {
        "unseal-keys" => "Vault's unseal keys",
        _ => "what `vault operator init` printed",
    }
}

//! Credentials that scripts hand to the commands which deploy: `helm --set`, `kubectl create secret`, `vault kv put`.
//!
//! It does not know where a script runs: what is a file and what a CI job's `run` is judged alike.

use super::super::{Context, Reporter};
use super::confidence;
use super::script::{Script, Word};
use crate::model::Confidence;
use crate::value::{self, Class, Verdict};

/// Options of Helm, helmfile and Argo CD that set a value.
const SETTING: &[&str] = &["--set", "--set-string", "--set-literal", "--helm-set", "--helm-set-string", "--parameter"];

/// `credential-in-helm-argument`
pub fn helm_argument(script: &Script, _: &Context, reporter: &mut Reporter) {
    for command in script.commands() {
        let words = command.words();
        let Some(name) = words.first().map(|word| word.text) else { continue };
        if !matches!(name, "helm" | "helmfile" | "argocd" | "werf") {
            continue;
        }
        for (_, list) in values_of(&words, SETTING) {
            for (path, value) in pairs(list) {
                let key = path.rsplit('.').next().unwrap_or(path);
                let keys: Vec<&str> = path.split('.').collect();
                let around = value::Context { keys: &keys, siblings: &|| vec![key], quoted: true };
                let verdict = value::judge(around, value.text).verdict;
                report(script, (path, value), confidence(verdict), reporter);
            }
        }
    }
}

/// `literal-secret-in-script`
pub fn literal_secret(script: &Script, _: &Context, reporter: &mut Reporter) {
    for command in script.commands() {
        let words = command.words();
        for (key, value) in entries_of_secrets(&words) {
            let verdict = value::judge_in_secret(key, value.text).verdict;
            report(script, (key, value), confidence(verdict), reporter);
        }
    }
}

/// `literal-in-script`
pub fn literal(script: &Script, context: &Context, reporter: &mut Reporter) {
    let agreed = context.policy.scripts.as_ref().and_then(|scripts| scripts.no_literal_secrets.as_ref());
    let Some(agreed) = agreed.filter(|agreed| agreed.cover(script.path)) else { return };
    let mut report = |key: &str, value: Word| {
        let draft =
            reporter.secret_under(format!("{}[{key}]", script.key_path()), script.span(value.span()), value.text);
        draft.blank("key", key).blank("policy", agreed.place.to_string()).emit();
    };
    for command in script.commands() {
        let words = command.words();
        for (key, value) in entries_of_secrets(&words) {
            if is_literal(value_in_secret(key, value)) {
                report(key, value);
            }
        }
    }
    for (name, value) in script.assignments() {
        let around = value::Context { keys: &[name], siblings: &|| vec![name], quoted: false };
        if is_literal(value::judge(around, value.text).verdict) {
            report(name, value);
        }
    }
}

/// A default that everybody knows is a literal, too.
fn is_literal(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Credential(_) | Verdict::WeakDefault)
}

/// Under a key that says nothing a word is rather a setting.
fn value_in_secret(key: &str, value: Word) -> Verdict {
    match value::class_of(key) {
        Some(Class::Value(_) | Class::Ambiguous) => value::judge_in_secret(key, value.text).verdict,
        _ => Verdict::Innocent,
    }
}

fn report(script: &Script, entry: (&str, Word), sure: Option<Confidence>, reporter: &mut Reporter) {
    let ((key, value), Some(sure)) = (entry, sure) else { return };
    let key_path = match script.key_path() {
        path if path.is_empty() => key.to_owned(),
        path => format!("{path}[{key}]"),
    };
    let draft = reporter.secret_under(key_path, script.span(value.span()), value.text);
    draft.confidence(sure).blank("key", key).emit();
}

/// What a command writes into a Secret or a store: key and value.
fn entries_of_secrets<'s>(words: &[Word<'s>]) -> Vec<(&'s str, Word<'s>)> {
    let arguments: Vec<Word> = words.iter().filter(|word| !word.text.starts_with('-')).copied().collect();
    let names: Vec<&str> = arguments.iter().map(|word| word.text).collect();
    let pairs_behind = |count: usize| arguments.iter().skip(count).filter_map(|word| word.split_once('=')).collect();
    let entries: Vec<(&str, Word)> = match names.as_slice() {
        ["kubectl" | "oc", "create", "secret", ..] => {
            let literals = values_of(words, &["--from-literal"]).filter_map(|(_, literal)| literal.split_once('='));
            literals.chain(values_of(words, &["--docker-password"])).collect()
        }
        ["vault" | "bao", "kv", "put" | "patch", ..] => pairs_behind(4),
        ["vault" | "bao", "write", path, ..] if holds_entries(path) => pairs_behind(3),
        ["aws", "secretsmanager", "create-secret" | "put-secret-value" | "update-secret", ..] => {
            values_of(words, &["--secret-string"]).collect()
        }
        ["az", "keyvault", "secret", "set", ..] => values_of(words, &["--value"]).collect(),
        ["gh", "secret", "set", ..] => values_of(words, &["--body", "-b"]).collect(),
        _ => Vec::new(),
    };
    // `@file` and `-` are read from elsewhere.
    entries.into_iter().filter(|(_, value)| !value.text.starts_with(['@', '-'])).collect()
}

/// Paths of Vault under which people keep entries of their own.
fn holds_entries(path: &str) -> bool {
    ["secret/", "kv/", "kvv1/", "kvv2/"].iter().any(|mount| path.starts_with(mount))
}

/// Each of `options` with what stands behind it, without its dashes: `--set x` and `--set=x`.
fn values_of<'w, 's>(words: &'w [Word<'s>], options: &'w [&str]) -> impl Iterator<Item = (&'s str, Word<'s>)> + 'w {
    let value = |index: usize| {
        let word = words[index];
        let glued = word.split_once('=').filter(|(option, _)| options.contains(option));
        let apart = || options.contains(&word.text).then(|| Some((word.text, *words.get(index + 1)?))).flatten();
        let (option, value) = glued.or_else(apart)?;
        Some((option.trim_start_matches('-'), value))
    };
    (0..words.len()).filter_map(value)
}

/// `a.b=c` of `a.b=c,d=e`. Lists and escapes are passed over.
fn pairs<'s>(list: Word<'s>) -> Vec<(&'s str, Word<'s>)> {
    let text = list.text.replace("${", "");
    if text.contains(['{', '\\']) {
        return Vec::new();
    }
    let mut pairs = Vec::new();
    let mut start = list.start;
    for part in list.text.split(',') {
        pairs.extend(Word { text: part, start }.split_once('='));
        start += part.len() + 1;
    }
    pairs
}

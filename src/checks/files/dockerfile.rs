//! Credentials that a Dockerfile leaves in the image: written in `ENV` and `ARG`, or copied in as files.
//!
//! It does not know the build's context: what `COPY . .` takes along is not seen.

use super::super::{Context, Reporter};
use super::{compose, confidence};
use crate::document::{File, FileKind};
use crate::syntax::{Instruction, Node, instructions};
use crate::text::Span;
use crate::value;

/// `credential-in-image`
pub fn credential(file: &File, _: &Context, reporter: &mut Reporter) {
    let Some((text, root)) = parts(file) else { return };
    for instruction in named(text, &["ENV", "ARG"]) {
        for (key, node) in root.own_entries().filter(|(key, _)| instruction.arguments.contains(key.span())) {
            let (key, Some(written)) = (key.as_str().unwrap_or(""), node.as_str()) else { continue };
            let around = value::Context { keys: &[key], siblings: &|| vec![key], quoted: false };
            let verdict = value::judge(around, written).verdict;
            let Some(sure) = confidence(verdict) else { continue };
            let draft = reporter.secret(node, node.content_span(), written).confidence(sure);
            draft.blank("variable", key).blank("instruction", said(text, instruction.name).to_ascii_uppercase()).emit();
        }
    }
}

/// `credential-variable-in-image`
pub fn variable(file: &File, context: &Context, reporter: &mut Reporter) {
    let agreed = context.policy.images.as_ref().and_then(|images| images.no_credentials.as_ref());
    let Some(agreed) = agreed.filter(|agreed| agreed.value) else { return };
    let mut report = |key: Node, node: Node| {
        // An image that is told where its credential lies has none.
        let name = key.as_str().unwrap_or("");
        if matches!(value::class_of(name), Some(value::Class::Value(_))) {
            let draft = reporter.at(node).secret(node.content_span());
            draft.blank("variable", name).blank("policy", agreed.place.to_string()).emit();
        }
    };
    if let Some((text, root)) = parts(file) {
        for instruction in named(text, &["ENV", "ARG"]) {
            let set = root.own_entries().filter(|(key, _)| instruction.arguments.contains(key.span()));
            set.filter(|(_, node)| node.as_str().is_some_and(|text| !text.is_empty()))
                .for_each(|(key, node)| report(key, node));
        }
    }
    for (key, node) in file.root.filter(|_| file.kind == FileKind::Compose).map(compose::settings).unwrap_or_default() {
        if node.as_str().is_some_and(|text| !text.is_empty() && !value::is_reference(text)) {
            report(key, node);
        }
    }
}

/// `build-argument-kept-in-image`
pub fn kept_argument(file: &File, _: &Context, reporter: &mut Reporter) {
    let Some((text, root)) = parts(file) else { return };
    let arguments: Vec<&str> = named(text, &["ARG"]).map(|it| name_of(said(text, it.arguments))).collect();
    for instruction in named(text, &["ENV"]) {
        for (key, node) in root.own_entries().filter(|(key, _)| instruction.arguments.contains(key.span())) {
            let (name, written) = (key.as_str().unwrap_or(""), node.as_str().unwrap_or(""));
            let taken = arguments.iter().find(|argument| refers_to(written, argument));
            if taken.is_some() && matches!(value::class_of(name), Some(value::Class::Value(_))) {
                reporter.at_key(key, node).blank("variable", name).emit();
            }
        }
    }
}

/// `secret-file-in-image`
pub fn secret_file(file: &File, _: &Context, reporter: &mut Reporter) {
    let Some((text, _)) = parts(file) else { return };
    for instruction in named(text, &["COPY", "ADD"]) {
        let sources = words(text, instruction.arguments);
        // The last is where they go.
        for source in sources.iter().take(sources.len().saturating_sub(1)) {
            let written = said(text, *source);
            if holds_a_secret(written) && !from_another_stage(text, instruction) {
                reporter.at_span(*source, written).blank("file", written).emit();
            }
        }
    }
}

fn parts<'a>(file: &File<'a>) -> Option<(&'a str, Node<'a>)> {
    (file.kind == FileKind::Dockerfile).then_some((file.text?, file.root?))
}

fn named<'t>(text: &'t str, names: &'t [&str]) -> impl Iterator<Item = Instruction> + 't {
    let is_wanted = |it: &Instruction| names.iter().any(|name| said(text, it.name).eq_ignore_ascii_case(name));
    instructions(text).into_iter().filter(is_wanted)
}

fn said(text: &str, span: Span) -> &str {
    text.get(span.range()).unwrap_or("")
}

/// `NAME` of `NAME=default`.
fn name_of(argument: &str) -> &str {
    argument.split(['=', ' ']).next().unwrap_or("")
}

/// `$NAME`, `${NAME}`, and nothing else.
fn refers_to(value: &str, name: &str) -> bool {
    let inner = value.strip_prefix('$').map(|rest| rest.trim_start_matches('{').trim_end_matches('}'));
    !name.is_empty() && inner == Some(name)
}

/// What `COPY` takes and where it goes, without options and without the marks of a JSON list.
fn words(text: &str, arguments: Span) -> Vec<Span> {
    let mut words = Vec::new();
    let mut at = arguments.start;
    let is_gap = |character: char| character.is_whitespace() || matches!(character, '[' | ']' | ',' | '"' | '\'');
    for word in said(text, arguments).split(is_gap) {
        if !word.is_empty() && !word.starts_with("--") && word != "\\" {
            words.push(Span::new(at, at + word.len()));
        }
        at += word.len();
        at += said(text, Span::new(at, arguments.end)).chars().next().map_or(0, char::len_utf8);
    }
    words
}

/// What another stage made is no file of the repository.
fn from_another_stage(text: &str, instruction: Instruction) -> bool {
    said(text, instruction.arguments).split_whitespace().any(|word| word.starts_with("--from="))
}

/// True for names that only files with secrets have.
fn holds_a_secret(path: &str) -> bool {
    const NAMES: &[&str] = &[
        ".env",
        ".env.local",
        ".env.production",
        ".env.prod",
        ".git-credentials",
        ".htpasswd",
        ".netrc",
        ".pgpass",
        ".vault-token",
        "id_dsa",
        "id_ecdsa",
        "id_ed25519",
        "id_rsa",
        "kubeconfig",
        "secrets.env",
    ];
    const FOLDERS: &[&str] = &[".aws/credentials", ".docker/config.json", ".kube/config"];
    let lower = path.trim_end_matches('/').to_ascii_lowercase();
    let name = lower.rsplit('/').next().unwrap_or("");
    NAMES.contains(&name)
        || FOLDERS.iter().any(|known| lower.ends_with(known))
        || matches!(name, ".ssh" | ".aws" | ".kube")
        || [".agekey", ".jks", ".kdbx", ".keystore", ".p12", ".pfx", ".ppk"].iter().any(|end| name.ends_with(end))
            && !name.contains("trust")
        || (name.ends_with(".key") || name.ends_with("-key.pem") || name.ends_with(".private.pem")) && !is_public(name)
}

fn is_public(name: &str) -> bool {
    ["pub", "public", "apt", "gpg", "archive", "repo", "signing"].iter().any(|word| name.contains(word))
}

//! Credentials in compose files, and `env_file` entries that point at committed credentials.
//!
//! It does not know what an image does with a variable: its name decides.

use super::super::{Context, Reporter};
use super::whole::Whole;
use super::{confidence, is_for_tests};
use crate::checks::UnitReporter;
use crate::document::{Document, is_compose};
use crate::model::{Confidence, RepoPath};
use crate::syntax::{Leaf, Node, Syntax, leaves};
use crate::text::Span;
use crate::value::{self, Verdict};

/// `credential-in-compose`
pub fn credential(document: &Document, _: &Context, reporter: &mut Reporter) {
    if !is_compose(document.path) {
        return;
    }
    leaves(document.root, |_| false, &mut |leaf| {
        let Some(sure) = confidence(verdict_of(leaf)).filter(|_| is_setting(leaf)) else {
            return;
        };
        let name = leaf.keys.last().copied().unwrap_or("");
        let sure = if is_for_tests(document.path) { Confidence::Low } else { sure };
        let draft = reporter.secret(leaf.node, leaf.whole(), leaf.value).confidence(sure);
        draft.key_path(leaf.key_path()).blank("variable", name).emit();
    });
}

/// `environment:` of a service, `args:` of its build.
fn is_setting(leaf: &Leaf) -> bool {
    leaf.keys.iter().rev().skip(1).take(1).any(|key| matches!(*key, "environment" | "args"))
}

fn verdict_of(leaf: &Leaf) -> Verdict {
    let own = leaf.keys.last().copied().unwrap_or("");
    if !value::is_telling(own) || value::kind_of(leaf.keys) == Some(value::Kind::Connection) {
        return Verdict::Innocent;
    }
    let siblings = || leaf.node.sibling_keys();
    value::judge(value::Context { keys: leaf.keys, siblings: &siblings, quoted: leaf.is_quoted() }, leaf.value).verdict
}

/// `env-file-in-repository`
pub fn env_file(tree: &Whole, reporter: &mut UnitReporter) {
    for path in tree.files.iter().filter(|path| is_compose(path)) {
        let Some(text) = tree.text(path) else { continue };
        let parsed = Syntax::Yaml.parse(&text);
        for root in parsed.documents(&text) {
            for (service, file) in env_files(root) {
                let written = file.as_str().unwrap_or("");
                let Some(named) = path.parent().join(written.as_bytes()).filter(|named| tree.has(named)) else {
                    continue;
                };
                let Some(count) = credentials_in(tree, &named).filter(|count| *count > 0) else { continue };
                let Some(place) = tree.place(path, file.content_span()) else { continue };
                let draft = reporter.at(place, written).blank("file", named.to_text());
                let draft = draft.blank("service", service).blank("count", count.to_string());
                let first = tree.place(&named, Span::new(0, 0));
                first.into_iter().fold(draft, |draft, first| draft.related(first, "the file")).emit();
            }
        }
    }
}

/// The variables of all services and the arguments of their builds, where they are written as mappings.
pub fn settings(root: Node) -> Vec<(Node, Node)> {
    let services = root.get("services").into_iter().flat_map(|services| services.entries());
    let blocks = services.flat_map(|(_, service)| [service.get("environment"), service.at("build.args")]);
    blocks.flatten().flat_map(|block| block.own_entries().collect::<Vec<_>>()).collect()
}

/// Each service with the files that it takes variables from: `env_file: .env`, a list, `- path: .env`.
fn env_files<'a>(root: Node<'a>) -> Vec<(&'a str, Node<'a>)> {
    let services = root.get("services").into_iter().flat_map(|services| services.entries());
    let mut files = Vec::new();
    for (name, service) in services {
        let Some(listed) = service.get("env_file") else { continue };
        let name = name.as_str().unwrap_or("");
        let each = listed.items().chain(Some(listed).filter(|node| !node.is_sequence()));
        files.extend(each.map(|file| (name, file.get("path").unwrap_or(file))));
    }
    files
}

/// How many values of a dotenv file are credentials, for certain.
fn credentials_in(tree: &Whole, path: &RepoPath) -> Option<usize> {
    let text = tree.text(path)?;
    let parsed = Syntax::Dotenv.parse(&text);
    let mut count = 0;
    for root in parsed.documents(&text) {
        leaves(root, |_| false, &mut |leaf| {
            let is_sure = matches!(verdict_of(leaf), Verdict::Credential(sure) if sure >= Confidence::Medium);
            count += usize::from(is_sure);
        });
    }
    Some(count)
}

//! Files that SOPS is to encrypt: values that were added in the clear, and files that were never encrypted at all.
//!
//! It does not decrypt, and it does not judge whether the right people hold the keys.

use regex::Regex;

use super::super::{Context, Reporter};
use super::whole::Whole;
use crate::checks::UnitReporter;
use crate::document::Document;
use crate::model::RepoPath;
use crate::syntax::{Leaf, Node, Syntax, leaves};
use crate::value;

/// Where SOPS keeps its rules.
const RULES_FILE: &[u8] = b".sops.yaml";

/// `sops-value-not-encrypted`
pub fn plaintext_value(document: &Document, _: &Context, reporter: &mut Reporter) {
    let metadata = document.root.get("sops").filter(|sops| sops.get("mac").is_some());
    let Some(selection) = metadata.and_then(Selection::of) else { return };
    let mut open = Vec::new();
    for (_, value) in document.root.own_entries().filter(|(key, _)| key.as_str() != Some("sops")) {
        leaves(value, |_| false, &mut |leaf| {
            if is_open(leaf.node, leaf.value) && selection.takes(&leaf.node.keys_above()) {
                open.push((leaf.node.id(), leaf.whole()));
            }
        });
    }
    let Some((first, span)) = open.first().copied() else { return };
    let node = document.root.peer(first);
    let key = node.keys_above().join(".");
    let draft = reporter.secret(node, span, node.as_str().unwrap_or("")).blank("key", key);
    let draft = draft.blank("count", open.len().to_string());
    open[1..].iter().fold(draft, |draft, (_, span)| draft.secret(*span)).emit();
}

/// True for a scalar that SOPS would have written otherwise.
fn is_open(node: Node, text: &str) -> bool {
    !text.is_empty() && !node.is_null() && !text.starts_with("ENC[")
}

/// Which values SOPS encrypts: a key that is selected selects all below it.
enum Selection {
    Matching(Regex),
    NotMatching(Regex),
    EndingIn(String),
    NotEndingIn(String),
}

impl Selection {
    /// What the metadata or a rule says; `None` where its pattern cannot be read.
    fn of(settings: Node) -> Option<Selection> {
        let pattern = |key: &str| settings.str_at(key).filter(|pattern| !pattern.is_empty());
        if let Some(regex) = pattern("encrypted_regex") {
            return Regex::new(regex).ok().map(Selection::Matching);
        }
        if let Some(regex) = pattern("unencrypted_regex") {
            return Regex::new(regex).ok().map(Selection::NotMatching);
        }
        if settings.get("encrypted_comment_regex").or(settings.get("unencrypted_comment_regex")).is_some() {
            return None;
        }
        Some(match pattern("encrypted_suffix") {
            Some(suffix) => Selection::EndingIn(suffix.to_owned()),
            None => Selection::NotEndingIn(pattern("unencrypted_suffix").unwrap_or("_unencrypted").to_owned()),
        })
    }

    fn takes(&self, keys: &[&str]) -> bool {
        match self {
            Selection::Matching(regex) => keys.iter().any(|key| regex.is_match(key)),
            Selection::NotMatching(regex) => !keys.iter().any(|key| regex.is_match(key)),
            Selection::EndingIn(suffix) => keys.iter().any(|key| key.ends_with(suffix)),
            Selection::NotEndingIn(suffix) => !keys.iter().any(|key| key.ends_with(suffix)),
        }
    }
}

/// `file-not-encrypted-with-sops`
pub fn not_encrypted(tree: &Whole, reporter: &mut UnitReporter) {
    for rules_file in tree.files.iter().filter(|path| path.file_name() == RULES_FILE) {
        let Some(text) = tree.text(rules_file) else { continue };
        let parsed = Syntax::Yaml.parse(&text);
        let Some(rules) = parsed.documents(&text).next().and_then(|root| root.get("creation_rules")) else { continue };
        let rules: Vec<CreationRule> = rules.items().map(CreationRule::of).collect();
        let folder = rules_file.parent();
        for path in tree.files.iter().filter(|path| path.is_within(&folder)) {
            if governing(tree, path).as_ref() == Some(rules_file) {
                judge(tree, path, &folder, &rules, reporter);
            }
        }
    }
}

fn judge(tree: &Whole, path: &RepoPath, folder: &RepoPath, rules: &[CreationRule], reporter: &mut UnitReporter) {
    let Some((syntax, below)) = Syntax::of_path(path).zip(path.below(folder)) else { return };
    let below = below.to_text().into_owned();
    // The first rule that matches decides; one without a pattern takes everything.
    let Some(rule) = rules.iter().find(|rule| rule.path.as_ref().is_none_or(|pattern| pattern.is_match(&below))) else {
        return;
    };
    let Some(selection) = rule.selection.as_ref().filter(|_| rule.path.is_some() && is_meant(&below)) else { return };
    let Some(text) = tree.text(path).filter(|text| !text.contains("ENC[") && !text.contains("sops")) else { return };
    let parsed = syntax.parse(&text);
    for root in parsed.documents(&text) {
        let mut first = None;
        leaves(root, |_| false, &mut |leaf| {
            if first.is_none() && says_something(leaf) && selection.takes(&leaf.node.keys_above()) {
                first = Some(leaf.whole());
            }
        });
        if let Some(place) = first.and_then(|span| tree.place(path, span)) {
            return reporter.at(place, String::new()).emit();
        }
    }
}

/// The rules that SOPS would find for a file: the nearest above it.
fn governing(tree: &Whole, path: &RepoPath) -> Option<RepoPath> {
    let mut folder = path.parent();
    loop {
        let rules = folder.join(RULES_FILE).filter(|rules| tree.has(rules));
        if rules.is_some() || folder.as_bytes().is_empty() {
            return rules;
        }
        folder = folder.parent();
    }
}

/// A pattern like `.*\.yaml` takes files that nobody wants encrypted: the name has to say so, too.
fn is_meant(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or("").to_ascii_lowercase();
    let is_sample = ["example", "sample", "template", "dist"].iter().any(|word| name.contains(word));
    !is_sample
        && name != ".sops.yaml"
        && name.split(['.', '-', '_']).any(|part| matches!(part, "sops" | "enc" | "encrypted"))
}

fn says_something(leaf: &Leaf) -> bool {
    let stands_for_more = value::is_placeholder(leaf.value) || value::is_reference(leaf.value);
    is_open(leaf.node, leaf.value) && !leaf.node.is_bool() && !stands_for_more
}

struct CreationRule {
    path: Option<Regex>,
    /// `None` where it cannot be told.
    selection: Option<Selection>,
}

impl CreationRule {
    fn of(rule: Node) -> CreationRule {
        match rule.str_at("path_regex").map(Regex::new) {
            None => CreationRule { path: None, selection: None },
            Some(Ok(path)) => CreationRule { path: Some(path), selection: Selection::of(rule) },
            // It may match anything.
            Some(Err(_)) => CreationRule { path: None, selection: None },
        }
    }
}

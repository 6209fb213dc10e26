//! A shell script as its commands: a file of its own, or a text that a CI system hands to a shell.
//!
//! It does not know what commands do, and it follows no variable.

use crate::document::Document;
use crate::model::RepoPath;
use crate::syntax::{Kind, Node, command_words};
use crate::text::Span;

/// Keys under which CI systems take a script, or a list of lines of one.
const KEYS: &[&str] = &["after_script", "bash", "before_script", "commands", "inlineScript", "run", "script"];

/// A longer text is data.
const LONGEST: usize = 1 << 20;

pub struct Script<'a> {
    pub path: &'a RepoPath,
    text: &'a str,
    /// The scalar that it is written in.
    node: Option<Node<'a>>,
    commands: Vec<Vec<Span>>,
}

/// One command of a script.
#[derive(Clone, Copy)]
pub struct Command<'s> {
    script: &'s Script<'s>,
    words: &'s [Span],
}

/// A word of a command without its quotes, and where it begins in the script.
#[derive(Clone, Copy, Debug)]
pub struct Word<'s> {
    pub text: &'s str,
    pub start: usize,
}

/// The script that a file is.
pub fn script_of<'a>(path: &'a RepoPath, text: &'a str) -> Vec<Script<'a>> {
    let short = text.len() <= LONGEST;
    short.then(|| Script { path, text, node: None, commands: command_words(text) }).into_iter().collect()
}

/// The scripts that a workflow hands to shells.
pub fn scripts_in<'a>(document: &Document<'a>) -> Vec<Script<'a>> {
    let mut scripts = Vec::new();
    add(document.path, document.root, false, &mut scripts);
    scripts
}

/// Recursion is as deep as the parsers let collections nest.
fn add<'a>(path: &'a RepoPath, node: Node<'a>, is_script: bool, scripts: &mut Vec<Script<'a>>) {
    match node.kind() {
        Kind::Scalar => {
            let text = node.as_str().filter(|text| is_script && !node.is_alias() && text.len() <= LONGEST);
            scripts.extend(text.map(|text| Script { path, text, node: Some(node), commands: command_words(text) }));
        }
        Kind::Sequence => node.items().for_each(|item| add(path, item, is_script, scripts)),
        Kind::Mapping => {
            for (key, value) in node.own_entries() {
                add(path, value, key.as_str().is_some_and(|key| KEYS.contains(&key)), scripts);
            }
        }
    }
}

impl<'a> Script<'a> {
    pub fn commands(&self) -> impl Iterator<Item = Command<'_>> {
        self.commands.iter().map(|words| Command { script: self, words })
    }

    /// What commands are given as variables: `NAME=value`, alone or before a command.
    pub fn assignments(&self) -> impl Iterator<Item = (&'a str, Word<'a>)> {
        let words =
            self.commands.iter().flatten().map(|span| Word { text: &self.text[span.range()], start: span.start });
        words.filter_map(|word| word.split_once('=').filter(|(name, _)| is_variable(name)))
    }

    /// True where `what` is anywhere in it.
    pub fn says(&self, what: &str) -> bool {
        self.text.contains(what)
    }

    /// Where a range of the script is written in the file.
    pub fn span(&self, within: Span) -> Span {
        self.node.map_or(within, |node| node.value_span(within))
    }

    /// The keys that lead to it; empty for a file.
    pub fn key_path(&self) -> String {
        self.node.map(Node::key_path).unwrap_or_default()
    }
}

impl<'s> Command<'s> {
    /// The words from the command's name on: what is set for it, `sudo` and make's marks are passed over.
    pub fn words(self) -> Vec<Word<'s>> {
        let words = self.words.iter().map(|span| Word::new(self.script.text, *span));
        let is_before = |word: &Word| {
            matches!(word.text, "sudo" | "exec" | "env" | "time" | "-" | "then" | "do" | "else" | "if" | "!")
                || word.text.split_once('=').is_some_and(|(name, _)| is_variable(name))
        };
        let mut words: Vec<Word> = words.skip_while(is_before).collect();
        if let Some(name) = words.first_mut() {
            let bare = name.text.trim_start_matches(['@', '-']);
            *name = Word { text: bare.rsplit('/').next().unwrap_or(bare), start: name.start };
        }
        words
    }
}

impl Command<'_> {
    /// True where its output goes into a file or into another command, or is taken by what stands around it: `$(…)`,
    /// `<(…)`.
    pub fn hands_on(self) -> bool {
        let text = self.script.text;
        let start = self.words.first().map_or(0, |word| word.start);
        if text.get(..start).unwrap_or("").trim_end().ends_with('(') {
            return true;
        }
        let end = self.words.last().map_or(0, |word| word.end);
        let redirects = |word: &Span| text.get(word.range()).is_some_and(|word| word.contains('>'));
        let follows = text.get(end..).unwrap_or("").trim_start_matches([' ', '\t']);
        self.words.iter().any(redirects) || follows.starts_with('|') && !follows.starts_with("||")
    }
}

impl<'s> Word<'s> {
    fn new(text: &'s str, span: Span) -> Word<'s> {
        Word { text: text.get(span.range()).unwrap_or(""), start: span.start }.unquoted()
    }

    /// Without one pair of quotes around it.
    pub fn unquoted(self) -> Word<'s> {
        let inner = ['"', '\''].iter().find_map(|quote| self.text.strip_prefix(*quote)?.strip_suffix(*quote));
        inner.map_or(self, |text| Word { text, start: self.start + 1 })
    }

    /// What stands before and behind `separator`, the latter without quotes.
    pub fn split_once(self, separator: char) -> Option<(&'s str, Word<'s>)> {
        let (before, behind) = self.text.split_once(separator)?;
        let start = self.start + self.text.len() - behind.len();
        Some((before, Word { text: behind, start }.unquoted()))
    }

    pub fn span(self) -> Span {
        Span::new(self.start, self.start + self.text.len())
    }
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

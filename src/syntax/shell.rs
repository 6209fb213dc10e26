//! Shell scripts to a tree: one mapping of what they assign, export and hand to commands as options.
//!
//! It does not expand, and it knows no control structure: each command is a list of words. Makefiles and batch files are
//! near enough to be read as well.

use super::scan::{add_string, line_end, string_end};
use super::{Builder, Style, Tree};
use crate::text::Span;

/// More words than this in one command are data.
const MOST_WORDS: usize = 4096;

/// Options whose argument is itself `NAME=value`, or a list of such.
const ASSIGNING: &[&str] = &[
    "--build-arg",
    "--env",
    "--from-literal",
    "--set",
    "--set-string",
    "--set-literal",
    "-e",
    "--define",
    "--var",
    "-var",
];

/// Options that are a password for these commands, and how they are written. With `true` the value may be glued on.
const OPTIONS: &[(&str, &str, bool)] = &[
    ("7z", "-p", true),
    ("docker", "-p", false),
    ("helm", "-p", false),
    ("ldapadd", "-w", false),
    ("ldapmodify", "-w", false),
    ("ldapsearch", "-w", false),
    ("mariadb", "-p", true),
    ("mongo", "-p", false),
    ("mongodump", "-p", false),
    ("mongosh", "-p", false),
    ("mysql", "-p", true),
    ("mysqladmin", "-p", true),
    ("mysqldump", "-p", true),
    ("oc", "-p", false),
    ("podman", "-p", false),
    ("redis-cli", "-a", false),
    ("sqlcmd", "-P", true),
    ("sshpass", "-p", true),
    ("unzip", "-P", false),
    ("zip", "-P", false),
];

/// Commands whose `-u` or `--user` is `name:password`.
const LOGINS: &[&str] = &["curl", "http", "https", "wget", "xh"];

pub fn parse(text: &str) -> Tree {
    let mut builder = Builder::new();
    builder.mapping(0, None);
    commands(text, Span::new(0, text.len()), &mut builder);
    builder.finish()
}

/// The words of each command in `text`, as they are written: with their quotes, in order.
pub fn command_words(text: &str) -> Vec<Vec<Span>> {
    let mut lexer = Lexer { text, at: 0, limit: text.len(), heredocs: Vec::new() };
    let mut commands = Vec::new();
    loop {
        let (words, end) = lexer.command();
        // A here-document is no command.
        lexer.bodies(end);
        if !words.is_empty() {
            commands.push(words);
        }
        if end == End::Text {
            return commands;
        }
    }
}

/// Adds what the commands under `span` say, as entries of the mapping that is open.
pub fn commands(text: &str, span: Span, builder: &mut Builder) {
    let mut lexer = Lexer { text, at: span.start, limit: span.end, heredocs: Vec::new() };
    loop {
        let (words, end) = lexer.command();
        let piped = text[lexer.at..span.end].trim_start_matches([' ', '|', '\t']);
        let sets_passwords = piped.trim_start_matches("sudo ").starts_with("chpasswd");
        Command { text, words: &words, builder }.interpret(sets_passwords);
        for (tag, body) in lexer.bodies(end) {
            builder.verbatim(tag, None);
            builder.slice(body, Style::Literal, body, None);
        }
        if end == End::Text {
            return;
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum End {
    Command,
    Line,
    Text,
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    limit: usize,
    /// The tags of the here-documents that begin on the next line.
    heredocs: Vec<Span>,
}

impl Lexer<'_> {
    /// The words of the next command, and what ended it.
    fn command(&mut self) -> (Vec<Span>, End) {
        let mut words = Vec::new();
        while self.at < self.limit {
            let rest = &self.text[self.at..self.limit];
            match self.text.as_bytes()[self.at] {
                b' ' | b'\t' => self.at += 1,
                b'\\' if rest[1..].starts_with(['\n', '\r']) => {
                    self.at += if rest[1..].starts_with("\r\n") { 3 } else { 2 };
                }
                b'\n' | b'\r' => {
                    self.at += 1;
                    return (words, End::Line);
                }
                b'#' => self.at = line_end(self.text, self.at).min(self.limit),
                b';' | b'|' | b'(' | b')' | b'{' | b'}' | b'&' => {
                    self.at += 1;
                    return (words, End::Command);
                }
                b'<' if rest.starts_with("<<") && !rest.starts_with("<<<") => self.heredoc(),
                _ => {
                    let word = self.word();
                    if words.len() < MOST_WORDS {
                        words.push(word);
                    }
                }
            }
        }
        (words, End::Text)
    }

    /// To the next blank or operator outside quotes and brackets.
    fn word(&mut self) -> Span {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut open = 0usize;
        while self.at < self.limit {
            match bytes[self.at] {
                b'\\' => self.at += 1,
                b'"' | b'\'' | b'`' => match string_end(self.text, self.at, self.limit, false) {
                    Some(end) => {
                        self.at = end;
                        continue;
                    }
                    // A lone apostrophe: the line is no command.
                    None => self.at = line_end(self.text, self.at).min(self.limit) - 1,
                },
                b'(' | b'{' if open > 0 || self.at > start && bytes[self.at - 1] == b'$' => open += 1,
                b')' | b'}' if open > 0 => open -= 1,
                b' ' | b'\t' | b';' | b'|' | b'(' | b')' | b'&' if open == 0 => break,
                b'\n' | b'\r' => break,
                _ => {}
            }
            self.at += 1;
        }
        self.at = self.at.min(self.limit).max(start + 1);
        while !self.text.is_char_boundary(self.at) {
            self.at += 1;
        }
        Span::new(start, self.at)
    }

    /// `<<TAG`, `<<-'TAG'`.
    fn heredoc(&mut self) {
        self.at += 2;
        let rest = &self.text[self.at..self.limit];
        self.at += rest.len() - rest.trim_start_matches(['-', ' ', '"', '\'', '\\']).len();
        let rest = &self.text[self.at..self.limit];
        let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        if length > 0 {
            self.heredocs.push(Span::new(self.at, self.at + length));
        }
        self.at += length;
        self.at += usize::from(self.text[self.at..self.limit].starts_with(['"', '\'']));
    }

    /// The here-documents that begin behind the end of a line: tag and body.
    fn bodies(&mut self, end: End) -> Vec<(Span, Span)> {
        if end != End::Line || self.heredocs.is_empty() {
            return Vec::new();
        }
        let tags = std::mem::take(&mut self.heredocs);
        let mut bodies = Vec::new();
        for tag in tags {
            let mut lines = super::scan::lines(self.text, self.at).take_while(|line| line.end <= self.limit);
            let Some(last) = lines.find(|line| self.text[line.range()].trim() == &self.text[tag.range()]) else {
                break;
            };
            bodies.push((tag, Span::new(self.at, last.start)));
            self.at = last.end;
        }
        bodies
    }
}

struct Command<'a, 'b> {
    text: &'a str,
    words: &'a [Span],
    builder: &'b mut Builder,
}

impl<'a> Command<'a, '_> {
    fn interpret(&mut self, sets_passwords: bool) {
        let names = self.words.iter().filter(|word| !self.said(**word).contains('='));
        let name =
            names.map(|word| self.said(*word)).find(|word| !matches!(*word, "sudo" | "exec" | "env" | "time" | "-"));
        let name = name.map_or("", |name| name.rsplit('/').next().unwrap_or(name));
        if let [key, operator, first, ..] = self.words
            && matches!(self.said(*operator), "=" | ":=" | "?=" | "+=" | "::=")
            && is_name(self.said(*key))
        {
            let last = self.words.last().unwrap_or(first);
            return self.add(*key, Span::new(first.start, last.end));
        }
        let mut words = self.words.iter().copied().peekable();
        while let Some(word) = words.next() {
            let said = self.said(word);
            if sets_passwords && self.login(word, ':') {
                continue;
            }
            let next = words.peek().copied().filter(|next| !self.said(*next).starts_with('-'));
            match next {
                Some(value) if ASSIGNING.contains(&said) => self.assignments(self.unquoted(value)),
                Some(value) if matches!(said, "-H" | "--header") => self.header(self.unquoted(value)),
                Some(value) if matches!(said, "-u" | "--user") && LOGINS.contains(&name) => {
                    _ = self.login(value, ':');
                }
                Some(value) if matches!(said, "-U" | "--user") && name == "smbclient" => _ = self.login(value, '%'),
                Some(value) if is_long_option(said) => {
                    self.add(Span::new(word.start + leading_dashes(said), word.end), value);
                }
                Some(value) if OPTIONS.iter().any(|(command, option, _)| *command == name && *option == said) => {
                    self.add_password(word, value);
                }
                Some(value) if matches!(said, "setenv" | "SETX" | "setx") => {
                    self.add(value, words.nth(1).unwrap_or(value))
                }
                _ => self.alone(name, word),
            }
        }
    }

    /// A word that says all by itself: `NAME=value`, `--name=value`, `-Dname=value`, `-pvalue`.
    fn alone(&mut self, name: &str, word: Span) {
        let said = self.said(word);
        let inner = self.unquoted(word);
        let glued = OPTIONS.iter().find(|(command, option, glued)| {
            *glued && *command == name && said.len() > option.len() && said.starts_with(option)
        });
        match glued {
            Some((_, option, _)) => {
                let at = word.start + option.len();
                self.add_password(Span::new(word.start, at), Span::new(at, word.end));
            }
            None => self.assignment(inner),
        }
    }

    /// `NAME=value`, with dashes or `-D` before the name; of `--set` and its like, what stands behind.
    fn assignment(&mut self, inner: Span) {
        let said = self.said(inner);
        let Some(equals) = said.find('=') else { return };
        let value = Span::new(inner.start + equals + 1, inner.end);
        if ASSIGNING.contains(&&said[..equals]) {
            return self.assignments(self.unquoted(value));
        }
        let dashes = leading_dashes(&said[..equals]);
        let define = usize::from(dashes == 1 && said[1..].starts_with(['D', 'P']) && equals > 3);
        let key = Span::new(inner.start + dashes + define, inner.start + equals);
        if is_name(self.said(key).trim_end_matches('+')) {
            self.add(key, value);
        }
    }

    /// `a=b` or `a=b,c=d`.
    fn assignments(&mut self, list: Span) {
        let said = self.said(list);
        let single = said.matches('=').count() < 2 || said.contains(['"', '\'', '{']);
        if single {
            return self.assignment(list);
        }
        let mut at = list.start;
        for part in said.split(',') {
            self.assignment(Span::new(at, at + part.len()));
            at += part.len() + 1;
        }
    }

    /// `name:password`, with the separator that the command has.
    fn login(&mut self, word: Span, separator: char) -> bool {
        let inner = self.unquoted(word);
        let said = self.said(inner);
        let Some(at) = said.find(separator).filter(|&at| at > 0 && !said[at..].starts_with("://")) else {
            return false;
        };
        self.add_password(Span::new(inner.start, inner.start + at), Span::new(inner.start + at + 1, inner.end));
        true
    }

    /// `Authorization: Bearer x`.
    fn header(&mut self, inner: Span) {
        let said = self.said(inner);
        if let Some(at) = said.find(':').filter(|&at| is_name(&said[..at])) {
            let value = Span::new(inner.start + at + 1, inner.end);
            self.builder.verbatim(Span::new(inner.start, inner.start + at), None);
            self.builder.verbatim(super::scan::trimmed(self.text, value), None);
        }
    }

    fn add(&mut self, key: Span, value: Span) {
        self.builder.verbatim(key, None);
        self.value(value);
    }

    /// An option or a name that is no key by itself, and a password.
    fn add_password(&mut self, key: Span, value: Span) {
        self.builder.decoded("password", Style::Plain, key, None);
        self.value(value);
    }

    fn value(&mut self, value: Span) {
        let said = self.said(value);
        let is_string = said.starts_with(['"', '\'']) && self.unquoted(value) != value;
        match is_string {
            true => add_string(self.text, value, self.builder),
            false if said.contains(['"', '\'', '\\']) && !said.contains("$(") => {
                let plain: String = said.chars().filter(|character| !matches!(character, '"' | '\'' | '\\')).collect();
                self.builder.decoded(&plain, Style::Plain, value, None);
            }
            false => {
                self.builder.verbatim(value, None);
            }
        }
    }

    /// What stands between the quotes of a word that is one string, else the word.
    fn unquoted(&self, word: Span) -> Span {
        let quoted = self.said(word).starts_with(['"', '\'']) && word.len() > 1;
        match quoted && string_end(self.text, word.start, word.end, false) == Some(word.end) {
            true => Span::new(word.start + 1, word.end - 1),
            false => word,
        }
    }

    fn said(&self, span: Span) -> &'a str {
        self.text.get(span.range()).unwrap_or("")
    }
}

fn leading_dashes(word: &str) -> usize {
    word.bytes().take_while(|&byte| byte == b'-').count()
}

fn is_long_option(word: &str) -> bool {
    let dashes = leading_dashes(word);
    matches!(dashes, 1 | 2) && word.len() > dashes + 1 && is_name(&word[dashes..])
}

fn is_name(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

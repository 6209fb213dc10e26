//! The policy as text: sections of entries, each with its counts and its exceptions as comments.
//!
//! It does not know what the keys mean.

use crate::graph::Place;

/// Exceptions that are named; the rest is counted.
const MOST_NAMED: usize = 10;

/// One key of a section.
pub struct Entry {
    pub key: &'static str,
    /// YAML on one line, or lines that are indented already.
    pub value: String,
    /// `12 of 13 ExternalSecrets`
    pub comment: String,
    /// Where it is not so, with what is there instead.
    pub exceptions: Vec<(Place, String)>,
}

pub struct Page<'l> {
    text: String,
    line: &'l dyn Fn(Place) -> String,
}

impl<'l> Page<'l> {
    pub fn new(line: &'l dyn Fn(Place) -> String) -> Page<'l> {
        let text = "# What this repository does today, as far as it does it often enough to be a custom. Read it, and keep what is meant.\nversion: 1\n";
        Page { text: text.to_owned(), line }
    }

    pub fn section(&mut self, name: &str, entries: Vec<Entry>) {
        if entries.is_empty() {
            return;
        }
        self.text.push_str(&format!("{name}:\n"));
        for Entry { key, value, comment, exceptions } in entries {
            self.text.push_str(&format!("  # {}\n", plain(&comment)));
            for (place, found) in exceptions.iter().take(MOST_NAMED) {
                let line = (self.line)(*place);
                self.text.push_str(&format!("  #   not so: {} ({})\n", plain(&line), plain(found)));
            }
            if exceptions.len() > MOST_NAMED {
                self.text.push_str(&format!("  #   not so: {} more\n", exceptions.len() - MOST_NAMED));
            }
            let space = if value.starts_with('\n') { "" } else { " " };
            self.text.push_str(&format!("  {key}:{space}{value}\n"));
        }
    }

    pub fn finish(mut self, end: &str) -> String {
        self.text.push_str(end);
        self.text
    }
}

/// A scalar that means its text and nothing else.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for char in text.chars() {
        match char {
            '"' | '\\' => quoted.extend(['\\', char]),
            char if is_hidden(char) => quoted.push_str(&format!("\\U{:08X}", u32::from(char))),
            char => quoted.push(char),
        }
    }
    quoted.push('"');
    quoted
}

/// Text that stays in its comment.
fn plain(text: &str) -> String {
    text.chars().map(|char| if is_hidden(char) { '\u{fffd}' } else { char }).collect()
}

fn is_hidden(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

//! Files of logins to a tree: `.netrc`, and `.pgpass` with its five fields.
//!
//! It does not know hosts; each login is a mapping.

use super::scan::lines;
use super::{Builder, Style, Tree};
use crate::text::Span;

/// `machine`, `login` and `password`, each with the word behind it, over any number of lines.
pub fn netrc(text: &str) -> Tree {
    let mut builder = Builder::new();
    builder.mapping(0, None);
    let mut words = words(text);
    while let Some(word) = words.next() {
        if !matches!(&text[word.range()], "login" | "password" | "account") {
            continue;
        }
        if let Some(value) = words.next() {
            builder.verbatim(word, None);
            builder.verbatim(value, None);
        }
    }
    builder.finish()
}

fn words(text: &str) -> impl Iterator<Item = Span> {
    text.split_whitespace().map(|word| {
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        Span::new(start, start + word.len())
    })
}

/// `host:port:database:user:password`; a backslash keeps a colon.
pub fn pgpass(text: &str) -> Tree {
    let mut builder = Builder::new();
    builder.mapping(0, None);
    for line in lines(text, 0).filter(|line| !text[line.range()].trim_start().starts_with('#')) {
        let bytes = text[line.range()].as_bytes();
        let mut colons = (0..bytes.len()).filter(|&at| bytes[at] == b':' && (at == 0 || bytes[at - 1] != b'\\'));
        if let Some(last) = colons.nth(3) {
            builder.decoded("password", Style::Plain, Span::new(line.start, line.start + last), None);
            builder.verbatim(Span::new(line.start + last + 1, line.end), None);
        }
    }
    builder.finish()
}

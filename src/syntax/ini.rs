//! Settings in lines to a tree: INI, Java properties, `.npmrc`, `.pypirc`, `my.cnf`, git's configuration, systemd units.
//!
//! It does not know which program reads them. Sections hold their keys; a line that sets nothing is passed over.

use super::scan::{add_value, lines, string_end, trimmed};
use super::{Builder, Style, Tree};
use crate::text::Span;

/// Keys whose value is a list of assignments: systemd writes the first, supervisord the second.
const ENVIRONMENTS: &[&str] = &["Environment", "environment"];

pub fn parse(text: &str) -> Tree {
    let mut builder = Builder::new();
    builder.mapping(0, None);
    let mut lines = lines(text, 0);
    while let Some(line) = lines.next() {
        let line = trimmed(text, line);
        let written = &text[line.range()];
        if written.is_empty() || written.starts_with(['#', ';', '!']) {
            continue;
        }
        if let Some(name) = section(text, line) {
            if builder.depth() > 1 {
                builder.close(None);
            }
            builder.verbatim(name, None);
            builder.mapping(line.end, None);
        } else if let Some((key, value)) = assignment(text, line) {
            builder.verbatim(key, None);
            match continued(text, value) {
                true => joined(text, value, &mut lines, &mut builder),
                false if ENVIRONMENTS.contains(&&text[key.range()]) => assignments(text, value, &mut builder),
                false => add_value(text, uncommented(text, value), &mut builder),
            }
        }
    }
    builder.finish()
}

/// `[name]`, also with a comment behind it.
fn section(text: &str, line: Span) -> Option<Span> {
    let inside = text[line.range()].strip_prefix('[')?;
    let length = inside.find(']')?;
    let behind = inside[length + 1..].trim_start();
    (behind.is_empty() || behind.starts_with(['#', ';'])).then(|| Span::new(line.start + 1, line.start + 1 + length))
}

/// `key = value`; `key: value` and `key value` where no `=` stands on the line.
fn assignment(text: &str, line: Span) -> Option<(Span, Span)> {
    let written = &text[line.range()];
    let length = written.find('=').or_else(|| written.find(':')).or_else(|| written.find([' ', '\t']))?;
    let (key, value) = (Span::new(line.start, line.start + length), Span::new(line.start + length + 1, line.end));
    let key = trimmed(text, key);
    // `=>`, `==` and the like belong to something else.
    let is_operator = text[value.range()].starts_with(['=', '>', '~']);
    (!key.is_empty() && !is_operator).then_some((key, value))
}

/// Up to a `#` or `;` that a blank precedes, outside quotes.
fn uncommented(text: &str, value: Span) -> Span {
    let value = trimmed(text, value);
    let bytes = text.as_bytes();
    let quoted = matches!(bytes.get(value.start), Some(b'"' | b'\''));
    let from = quoted.then(|| string_end(text, value.start, value.end, false)).flatten().unwrap_or(value.start + 1);
    let is_comment = |at: &usize| matches!(bytes[*at], b'#' | b';') && matches!(bytes[*at - 1], b' ' | b'\t');
    let end = (from..value.end).find(is_comment).unwrap_or(value.end);
    Span::new(value.start, end)
}

/// True for a value that goes on in the next line.
fn continued(text: &str, value: Span) -> bool {
    text[value.range()].bytes().rev().take_while(|&byte| byte == b'\\').count() % 2 == 1
}

/// The value that begins under `value` and goes on in the next lines.
fn joined(text: &str, value: Span, lines: &mut impl Iterator<Item = Span>, builder: &mut Builder) {
    let (mut whole, mut last) = (String::new(), value);
    loop {
        let written = text[last.range()].trim_start();
        let goes_on = continued(text, last);
        whole.push_str(&written[..written.len() - usize::from(goes_on)]);
        match lines.next().filter(|_| goes_on) {
            Some(next) => last = next,
            None => break,
        }
    }
    builder.decoded(whole.trim(), Style::Plain, trimmed(text, Span::new(value.start, last.end)), None);
}

/// `"A=x" B=y` and `A="x",B="y"`: the items of a list, without what separates them.
fn assignments(text: &str, value: Span, builder: &mut Builder) {
    let bytes = text.as_bytes();
    builder.sequence(value.start, None);
    let mut at = value.start;
    while at < value.end {
        match bytes[at] {
            b' ' | b'\t' | b',' => at += 1,
            _ => {
                let end = item_end(text, at, value.end);
                item(text, Span::new(at, end), builder);
                at = end.max(at + 1);
            }
        }
    }
    builder.close(Some(value.end));
}

fn item_end(text: &str, start: usize, limit: usize) -> usize {
    let mut at = start;
    while at < limit {
        match text.as_bytes()[at] {
            b' ' | b'\t' | b',' => return at,
            b'"' | b'\'' => at = string_end(text, at, limit, false).unwrap_or(limit),
            _ => at += 1,
        }
    }
    at
}

/// `A="x"` is an entry of its own, because the quotes are no part of its value.
fn item(text: &str, item: Span, builder: &mut Builder) {
    let written = &text[item.range()];
    match written.find('=').filter(|_| !written.starts_with(['"', '\''])) {
        Some(length) => {
            builder.mapping(item.start, None);
            builder.verbatim(Span::new(item.start, item.start + length), None);
            add_value(text, Span::new(item.start + length + 1, item.end), builder);
            builder.close(None);
        }
        None => add_value(text, item, builder),
    }
}

//! Dockerfiles to a tree: what `ENV` and `ARG` set and what `RUN` and its like hand to commands.
//!
//! It does not know stages or what an instruction does; the commands themselves are the shell's.

use super::scan::{line_end, trimmed};
use super::{Builder, Syntax, Tree, shell};
use crate::text::Span;

/// One instruction of a Dockerfile: `COPY`, and what stands behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruction {
    pub name: Span,
    pub arguments: Span,
}

pub fn parse(text: &str) -> Tree {
    let mut builder = Builder::new();
    builder.mapping(0, None);
    for instruction in instructions(text) {
        interpret(text, instruction, &mut builder);
    }
    builder.finish()
}

/// The instructions of a Dockerfile, in order; comments and empty lines are none.
pub fn instructions(text: &str) -> Vec<Instruction> {
    let mut instructions = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let end = instruction_end(text, at);
        let span = trimmed(text, Span::new(at, end));
        let written = &text[span.range()];
        let length = written.find([' ', '\t']).unwrap_or(written.len());
        if length > 0 && !is_passed_over(written) {
            let name = Span::new(span.start, span.start + length);
            instructions.push(Instruction { name, arguments: trimmed(text, Span::new(name.end, span.end)) });
        }
        at = (end + 1).min(text.len());
    }
    instructions
}

/// The end of the line, or of the lines that a backslash or a backtick joins to it; of here-documents, too.
fn instruction_end(text: &str, start: usize) -> usize {
    let mut end = line_end(text, start);
    while end < text.len() && text[start..end].ends_with(['\\', '`']) {
        let next = end + if text[end..].starts_with("\r\n") { 2 } else { 1 };
        end = line_end(text, next.min(text.len()));
        // Comments and empty lines do not end what is joined.
        while end < text.len() && is_passed_over(&text[next..end]) {
            let following = end + if text[end..].starts_with("\r\n") { 2 } else { 1 };
            let next_end = line_end(text, following.min(text.len()));
            end = next_end;
            if !is_passed_over(&text[following.min(text.len())..next_end]) {
                break;
            }
        }
    }
    heredoc_end(text, start, end).unwrap_or(end)
}

fn is_passed_over(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}

fn heredoc_end(text: &str, start: usize, end: usize) -> Option<usize> {
    let (_, tag) = text[start..end].split_once("<<")?;
    let tag = tag.trim_start_matches(['-', '"', '\'']);
    let tag = &tag[..tag.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count()];
    let mut lines = super::scan::lines(text, end);
    (!tag.is_empty()).then(|| lines.find(|line| text[line.range()].trim() == tag))?.map(|line| line.end)
}

fn interpret(text: &str, instruction: Instruction, builder: &mut Builder) {
    let rest = instruction.arguments;
    match text[instruction.name.range()].to_ascii_uppercase().as_str() {
        "ENV" if !first_word(&text[rest.range()]).contains('=') => pair(text, rest, builder),
        "ENV" | "ARG" => shell::commands(text, rest, builder),
        "RUN" | "CMD" | "ENTRYPOINT" | "HEALTHCHECK" | "SHELL" | "ONBUILD" => {
            if text[rest.range()].starts_with('[') && text[rest.range()].ends_with(']') {
                return list(text, rest, builder);
            }
            shell::commands(text, rest, builder);
        }
        _ => {}
    }
}

fn first_word(text: &str) -> &str {
    text.split([' ', '\t']).next().unwrap_or("")
}

/// `ENV NAME the rest of the line`.
fn pair(text: &str, rest: Span, builder: &mut Builder) {
    let length = first_word(&text[rest.range()]).len();
    if length > 0 && length < rest.len() {
        builder.verbatim(Span::new(rest.start, rest.start + length), None);
        super::scan::add_value(text, Span::new(rest.start + length, rest.end), builder);
    }
}

/// `["mysqld", "--password=x"]`, which is JSON.
fn list(text: &str, span: Span, builder: &mut Builder) {
    let inner = &text[span.range()];
    let tree = Syntax::Json.parse(inner);
    builder.decoded("command", super::Style::Plain, Span::new(span.start, span.start), None);
    builder.sequence(span.start, None);
    let items = tree.documents(inner).next().into_iter().flat_map(|root| root.items().collect::<Vec<_>>());
    for item in items.filter(|item| item.as_str().is_some()) {
        super::scan::add_string(text, item.span().shift(span.start), builder);
    }
    builder.close(Some(span.end));
}

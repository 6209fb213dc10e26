//! Text and actions to a program.
//!
//! It does not mend: a template that Go would refuse is no program, and nothing is said of it.

use std::sync::Arc;

use super::lexer::{Word, words};
use super::{Base, Branch, Command, Operand, Pipe, Program, Step};
use crate::syntax::HoleKind;
use crate::syntax::template::action;
use crate::text::Span;

/// Blocks and parentheses in one another; nobody nests a tenth of it.
const DEEPEST: usize = 60;

/// The program that `text` is; `None` where it is none.
pub fn parse(text: &str) -> Option<Program> {
    let (holes, unclosed) = action::find(text);
    if unclosed.is_some() {
        return None;
    }
    let pieces = pieces(text, &holes)?;
    let mut parser = Parser { pieces: pieces.into_iter(), defines: Vec::new() };
    let (body, end) = parser.steps(0)?;
    matches!(end, Closing::Text).then_some(Program { body, defines: parser.defines })
}

enum Piece {
    Text(Span),
    Action(Vec<Word>, Span),
}

/// The text between the holes, trimmed, and the words of each hole.
fn pieces(text: &str, holes: &[crate::syntax::Hole]) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let (mut at, mut trims) = (0, false);
    for hole in holes {
        let (inner, before, after) = inner(&text[hole.span.range()]);
        push_text(text, Span::new(at, hole.span.start), trims, before, &mut pieces);
        (at, trims) = (hole.span.end, after);
        if hole.kind != HoleKind::Comment {
            pieces.push(Piece::Action(words(inner)?, hole.span));
        }
    }
    push_text(text, Span::new(at, text.len()), trims, false, &mut pieces);
    Some(pieces)
}

fn push_text(text: &str, span: Span, trims_start: bool, trims_end: bool, pieces: &mut Vec<Piece>) {
    let space = |c: char| matches!(c, ' ' | '\t' | '\r' | '\n');
    let mut written = &text[span.range()];
    let mut start = span.start;
    if trims_start {
        let trimmed = written.trim_start_matches(space);
        start += written.len() - trimmed.len();
        written = trimmed;
    }
    if trims_end {
        written = written.trim_end_matches(space);
    }
    if !written.is_empty() {
        pieces.push(Piece::Text(Span::new(start, start + written.len())));
    }
}

/// What stands between the braces, and whether the text before and behind is trimmed.
fn inner(action: &str) -> (&str, bool, bool) {
    let inner = action.strip_prefix("{{").unwrap_or(action);
    let inner = inner.strip_suffix("}}").unwrap_or(inner);
    let start = inner.strip_prefix('-').filter(|rest| rest.starts_with(char::is_whitespace));
    let inner = start.unwrap_or(inner);
    let end = inner.strip_suffix('-').filter(|rest| rest.ends_with(char::is_whitespace));
    (end.unwrap_or(inner), start.is_some(), end.is_some())
}

/// What a list of steps ends with.
enum Closing {
    Text,
    End,
    /// With what stands behind `else`.
    Else(Vec<Word>, Span),
}

struct Parser {
    pieces: std::vec::IntoIter<Piece>,
    defines: Vec<(String, Arc<Vec<Step>>)>,
}

impl Parser {
    fn steps(&mut self, depth: usize) -> Option<(Vec<Step>, Closing)> {
        if depth > DEEPEST {
            return None;
        }
        let mut steps = Vec::new();
        while let Some(piece) = self.pieces.next() {
            let (words, span) = match piece {
                Piece::Text(span) => {
                    steps.push(Step::Text(span));
                    continue;
                }
                Piece::Action(words, span) => (words, span),
            };
            let rest = words.get(1..).unwrap_or_default();
            match words.first() {
                Some(Word::Name(name)) if name == "end" => return Some((steps, Closing::End)),
                Some(Word::Name(name)) if name == "else" => return Some((steps, Closing::Else(rest.to_vec(), span))),
                Some(Word::Name(name)) => match name.as_str() {
                    "if" | "with" | "range" => steps.push(self.block(name, rest, span, depth)?),
                    "define" => drop(self.define(rest, depth)?),
                    "block" => {
                        let name = self.define(rest.get(..1)?, depth)?;
                        steps.push(Step::Call { name, pipe: Some(pipe(&rest[1..], 0)?), span });
                    }
                    "template" => {
                        let [Word::Text(name), arguments @ ..] = rest else { return None };
                        let pipe = if arguments.is_empty() { None } else { Some(pipe(arguments, 0)?) };
                        steps.push(Step::Call { name: name.clone(), pipe, span });
                    }
                    "break" => steps.push(Step::Break),
                    "continue" => steps.push(Step::Continue),
                    _ => steps.push(Step::Write(pipe(&words, 0)?, span)),
                },
                Some(Word::Variable(name)) if matches!(rest.first(), Some(Word::Declare | Word::Assign)) => {
                    let declares = rest.first() == Some(&Word::Declare);
                    steps.push(Step::Assign { name: name.clone(), declares, pipe: pipe(&rest[1..], 0)? });
                }
                Some(_) => steps.push(Step::Write(pipe(&words, 0)?, span)),
                None => return None,
            }
        }
        Some((steps, Closing::Text))
    }

    fn define(&mut self, words: &[Word], depth: usize) -> Option<String> {
        let [Word::Text(name)] = words else { return None };
        let (body, Closing::End) = self.steps(depth + 1)? else { return None };
        self.defines.push((name.clone(), Arc::new(body)));
        Some(name.clone())
    }

    fn block(&mut self, keyword: &str, words: &[Word], span: Span, depth: usize) -> Option<Step> {
        let (names, words) = names(words);
        let pipe = pipe(words, 0)?;
        let (body, end) = self.steps(depth + 1)?;
        let otherwise = match end {
            Closing::Text => return None,
            Closing::End => Vec::new(),
            Closing::Else(words, span) => match words.as_slice() {
                [] => {
                    let (otherwise, Closing::End) = self.steps(depth + 1)? else { return None };
                    otherwise
                }
                // `else if`: it shares the `end`.
                [Word::Name(keyword), rest @ ..] if keyword == "if" || keyword == "with" => {
                    vec![self.block(keyword, rest, span, depth + 1)?]
                }
                _ => return None,
            },
        };
        let name = (keyword != "range").then(|| names.first().cloned()).flatten();
        let branch = Branch { name, pipe, body, otherwise, span };
        Some(match keyword {
            "if" => Step::If(branch),
            "with" => Step::With(branch),
            _ => Step::Range { names, branch },
        })
    }
}

/// `$i, $x := …`: the names, and what stands behind them.
fn names(words: &[Word]) -> (Vec<String>, &[Word]) {
    match words {
        [Word::Variable(one), Word::Declare | Word::Assign, rest @ ..] => (vec![one.clone()], rest),
        [Word::Variable(one), Word::Comma, Word::Variable(two), Word::Declare | Word::Assign, rest @ ..] => {
            (vec![one.clone(), two.clone()], rest)
        }
        _ => (Vec::new(), words),
    }
}

fn pipe(words: &[Word], depth: usize) -> Option<Pipe> {
    let mut rest = words;
    let pipe = pipe_of(&mut rest, depth)?;
    rest.is_empty().then_some(pipe)
}

/// Reads up to the end or to a `)` that it did not open.
fn pipe_of(rest: &mut &[Word], depth: usize) -> Option<Pipe> {
    if depth > DEEPEST {
        return None;
    }
    let mut pipe = Pipe::default();
    let mut operands: Vec<Operand> = Vec::new();
    while let Some((word, behind)) = rest.split_first() {
        if *word == Word::Close {
            break;
        }
        *rest = behind;
        let base = match word {
            Word::Pipe => {
                pipe.commands.push(Command { operands: std::mem::take(&mut operands) });
                continue;
            }
            Word::Field { name, joined: true } if !operands.is_empty() => {
                operands.last_mut()?.fields.push(name.clone());
                continue;
            }
            Word::Field { name, .. } => {
                operands.push(Operand { base: Base::Dot, fields: vec![name.clone()] });
                continue;
            }
            Word::Open => {
                let inner = pipe_of(rest, depth + 1)?;
                *rest = rest.strip_prefix(&[Word::Close])?;
                Base::Pipe(inner)
            }
            Word::Dot => Base::Dot,
            Word::Variable(name) => Base::Variable(name.clone()),
            Word::Text(text) => Base::Text(text.clone()),
            Word::Integer(number) => Base::Integer(*number),
            Word::Float(number) => Base::Float(*number),
            Word::Name(name) => match name.as_str() {
                "true" => Base::Bool(true),
                "false" => Base::Bool(false),
                "nil" => Base::Nil,
                _ => Base::Function(name.clone()),
            },
            Word::Close | Word::Comma | Word::Declare | Word::Assign => return None,
        };
        operands.push(Operand { base, fields: Vec::new() });
    }
    pipe.commands.push(Command { operands });
    pipe.commands.iter().all(|command| !command.operands.is_empty()).then_some(pipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_trim_the_text_beside_them() {
        let text = "a \n{{- /* c */ -}}\n b{{ if .x -}} c {{- else if .y }}d{{ end }}";
        let program = parse(text).unwrap();
        let written = |step: &Step| match step {
            Step::Text(span) => text[span.range()].to_owned(),
            _ => "?".to_owned(),
        };
        assert_eq!(program.body.iter().map(written).collect::<Vec<_>>(), ["a", "b", "?"]);
        let Step::If(branch) = &program.body[2] else { panic!("no if") };
        assert_eq!(branch.body.iter().map(written).collect::<Vec<_>>(), ["c"]);
        assert!(matches!(&branch.otherwise[..], [Step::If(inner)] if inner.otherwise.is_empty()));
    }

    #[test]
    fn templates_are_taken_out_of_the_body() {
        let program = parse("{{ define \"x\" }}a{{ end }}b{{ block \"y\" . }}c{{ end }}").unwrap();
        assert_eq!(program.defines.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["x", "y"]);
        assert_eq!(program.body.len(), 2);
    }

    #[test]
    fn what_go_refuses_is_no_program() {
        for text in ["{{ if .a }}", "{{ end }}", "{{ else }}", "{{ (a }}", "{{ }}", "{{ a | }}", "{{ open", "{{ \"a }}"]
        {
            assert!(parse(text).is_none(), "{text}");
        }
        let deep = format!("{}a{}", "{{ if .a }}".repeat(1000), "{{ end }}".repeat(1000));
        assert!(parse(&deep).is_none());
        assert!(parse(&format!("{{{{ {}a{} }}}}", "(".repeat(1000), ")".repeat(1000))).is_none());
    }
}

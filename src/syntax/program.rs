//! A Go template as a program: text, actions, and the blocks that actions open.
//!
//! It does not know functions, nor what a value is: whoever runs a program does.

mod lexer;
mod parser;

use std::sync::Arc;

use crate::text::Span;

pub use parser::parse;

/// What one file says: its own body, and the templates that it defines.
#[derive(Debug, Default)]
pub struct Program {
    pub body: Vec<Step>,
    pub defines: Vec<(String, Arc<Vec<Step>>)>,
}

#[derive(Debug)]
pub enum Step {
    /// Written as it stands, what markers trim left out.
    Text(Span),
    /// Writes what the pipe says.
    Write(Pipe, Span),
    /// `{{ $x := … }}` and `{{ $x = … }}`
    Assign {
        name: String,
        declares: bool,
        pipe: Pipe,
    },
    If(Branch),
    With(Branch),
    Range {
        /// The index's and the element's, or only the element's.
        names: Vec<String>,
        branch: Branch,
    },
    /// `{{ template "name" . }}`
    Call {
        name: String,
        pipe: Option<Pipe>,
        span: Span,
    },
    Break,
    Continue,
}

/// `if`, `with` or `range`, with what is taken otherwise.
#[derive(Debug)]
pub struct Branch {
    /// The name that the pipe's value gets: `{{ with $x := … }}`.
    pub name: Option<String>,
    pub pipe: Pipe,
    pub body: Vec<Step>,
    pub otherwise: Vec<Step>,
    pub span: Span,
}

/// Commands of which each takes the last one's value as its last argument.
#[derive(Debug, Default)]
pub struct Pipe {
    pub commands: Vec<Command>,
}

/// A function with its arguments, or a lone value.
#[derive(Debug)]
pub struct Command {
    pub operands: Vec<Operand>,
}

/// A value and the fields that are taken of it.
#[derive(Debug)]
pub struct Operand {
    pub base: Base,
    pub fields: Vec<String>,
}

#[derive(Debug)]
pub enum Base {
    Dot,
    /// Without its `$`: empty for `$` itself.
    Variable(String),
    Function(String),
    Text(String),
    Integer(i64),
    Float(f64),
    Bool(bool),
    Nil,
    Pipe(Pipe),
}

//! Expressions in CEL, for rules that an organisation writes itself: compiled once, evaluated within bounds. The only room
//! that names the CEL crate.
//!
//! It does not know what an expression is about, nor what it means when one is false.

mod bounds;
mod functions;
mod value;

use std::sync::{Arc, LazyLock};

use cel::common::types::CelBool;
use cel::common::value::CowVal;
use cel::context::VariableResolver;
use cel::parser::PrattParser;
use cel::{Context, Env, ExecutionError, IdedExpr};

pub use value::Value;

/// Bytes of one expression. Those that people write have some hundred.
const LONGEST: usize = 4096;

/// An expression that can be evaluated.
#[derive(Clone, Debug)]
pub struct Expression {
    root: Arc<IdedExpr>,
    names: Arc<[String]>,
}

/// Why an expression is none, and where in its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// 1-based, as is the column, in characters.
    pub line: usize,
    pub column: usize,
    pub message: String,
}

/// Why an expression has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unjudged {
    /// It looks at something that is not written down.
    Unknown,
    /// It asks for what is not there, or mixes types.
    Fault(String),
}

impl Expression {
    /// Compiles `source`, which may name `variables` and nothing else.
    pub fn compile(source: &str, variables: &[&str]) -> Result<Expression, Mistake> {
        if source.len() > LONGEST {
            let message = format!("an expression has at most {LONGEST} bytes, this one has {}", source.len());
            return Err(Mistake { line: 1, column: 1, message });
        }
        let mut root = PrattParser::new().max_recursion_depth(bounds::DEEPEST).parse(source).map_err(|wrong| {
            let first = wrong.errors.first();
            let at = |position: isize| usize::try_from(position).unwrap_or(0).max(1);
            let (line, column) = first.map_or((1, 1), |error| (at(error.pos.0), at(error.pos.1)));
            let message = first.map_or_else(|| "it is no expression".to_owned(), |error| error.msg.clone());
            Mistake { line, column, message }
        })?;
        let names = bounds::enclose(&mut root, variables).map_err(|wrong| wrong.placed_in(source))?;
        Ok(Expression { root: Arc::new(root), names: names.into() })
    }

    /// True where it looks at the variable `name`.
    pub fn asks_for(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }

    /// What it says of the values in `scope`: true or false.
    pub fn holds(&self, scope: &Scope) -> Result<bool, Unjudged> {
        static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(functions::environment()));
        let mut context = Context::with_env(ENVIRONMENT.clone());
        context.set_variable_resolver(scope);
        functions::refill();
        let answer = cel::Value::resolve_val(&self.root, &context).map_err(|error| unjudged(&error))?;
        match answer.downcast_ref::<CelBool>() {
            Some(answer) => Ok(*answer.inner()),
            None if answer.downcast_ref::<value::Unknown>().is_some() => Err(Unjudged::Unknown),
            None => Err(Unjudged::Fault(format!("it is a {}, not true or false", answer.get_type().name()))),
        }
    }
}

/// What the names in an expression stand for.
#[derive(Debug, Default)]
pub struct Scope<'v> {
    variables: Vec<(&'v str, &'v Value)>,
}

impl<'v> Scope<'v> {
    /// A scope in which `name` stands for `value`, too.
    pub fn with(mut self, name: &'v str, value: &'v Value) -> Self {
        self.variables.push((name, value));
        self
    }
}

impl VariableResolver for Scope<'_> {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        let (_, value) = self.variables.iter().find(|(name, _)| *name == variable)?;
        Some(CowVal::Borrowed(value.val()))
    }
}

/// Never the crate's own sentence where that could hold a value: a value can be a secret.
fn unjudged(error: &ExecutionError) -> Unjudged {
    Unjudged::Fault(match error {
        ExecutionError::FunctionError { function, .. } if function == functions::KNOWN => return Unjudged::Unknown,
        ExecutionError::FunctionError { function, message } if function.starts_with('@') => message.clone(),
        ExecutionError::NoSuchOverload(overload) if overload.argument_types().iter().any(|it| it == value::UNKNOWN) => {
            return Unjudged::Unknown;
        }
        ExecutionError::UnexpectedType { got, .. } if got == value::UNKNOWN => return Unjudged::Unknown,
        ExecutionError::NoSuchKey(key) => format!("there is no `{key}`; ask with `has(…)` first"),
        ExecutionError::IndexOutOfBounds(_) => "a list is shorter than its index".to_owned(),
        ExecutionError::NoSuchOverload(overload) => {
            format!("`{}` is not made for {}", overload.function(), overload.argument_types().join(" and "))
        }
        ExecutionError::UnexpectedType { got, want } => format!("a {got} stands where a {want} is needed"),
        ExecutionError::UndeclaredReference(name) => format!("`{name}` is not known"),
        ExecutionError::FunctionError { function, .. } => format!("`{function}` cannot read its argument"),
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => "it divides by zero".to_owned(),
        _ => "its values do not fit together".to_owned(),
    })
}

#[cfg(test)]
mod tests;

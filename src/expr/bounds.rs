//! An expression within bounds: which names it may use, how deep it is, and calls of our own around everything that can
//! grow, so that no expression takes long on any document.
//!
//! It does not know what the calls do.

use cel::IdedExpr;
use cel::common::ast::{CallExpr, EntryExpr, Expr, LiteralValue, operators};

use super::Mistake;
use super::functions::{COUNTED, KNOWN, MATCHES, THERE, compile};
use crate::text::unknown;

/// How deep an expression may be nested: each level takes stack.
pub const DEEPEST: u16 = 48;

/// What CEL calls by a name; operators have names that nobody can write.
const FUNCTIONS: &[&str] = &[
    "bool",
    "bytes",
    "contains",
    "double",
    "duration",
    "dyn",
    "endsWith",
    "getDate",
    "getDayOfMonth",
    "getDayOfWeek",
    "getDayOfYear",
    "getFullYear",
    "getHours",
    "getMilliseconds",
    "getMinutes",
    "getMonth",
    "getSeconds",
    "int",
    "matches",
    "size",
    "startsWith",
    "string",
    "timestamp",
    "type",
    "uint",
];

/// What `type(x)` can be compared with.
const TYPES: &[&str] = &["bool", "bytes", "double", "int", "list", "map", "null_type", "string", "uint"];

/// What is wrong, and by which word.
pub struct Refused {
    word: String,
    message: String,
}

impl Refused {
    /// With the place at which its word stands first.
    pub fn placed_in(self, source: &str) -> Mistake {
        let is_word = |character: char| character.is_alphanumeric() || character == '_';
        let stands_alone = |&(at, _): &(usize, &str)| {
            let (before, behind) = (&source[..at], &source[at + self.word.len()..]);
            !before.ends_with(is_word) && !behind.starts_with(is_word)
        };
        let at = source.match_indices(self.word.as_str()).find(stands_alone).map_or(0, |(at, _)| at);
        let before = &source[..at];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Mistake {
            line: 1 + before.matches('\n').count(),
            column: 1 + before[line_start..].chars().count(),
            message: self.message,
        }
    }
}

/// Puts our calls into an expression, in which only `variables` have a meaning; those that it looks at.
pub fn enclose(root: &mut IdedExpr, variables: &[&str]) -> Result<Vec<String>, Refused> {
    let names = variables.iter().map(|&name| name.to_owned()).collect();
    let mut walk = Walk { names, variables: variables.len(), used: Vec::new(), depth: 0 };
    walk.visit(root)?;
    Ok(walk.used)
}

struct Walk {
    /// What has a meaning here, innermost last.
    names: Vec<String>,
    /// How many of the names were given; the others are those of comprehensions.
    variables: usize,
    used: Vec<String>,
    depth: u16,
}

impl Walk {
    fn visit(&mut self, node: &mut IdedExpr) -> Result<(), Refused> {
        if self.depth == 2 * DEEPEST {
            return refuse("", "it is nested too deeply");
        }
        self.depth += 1;
        match &mut node.expr {
            Expr::Ident(name) => self.name(name)?,
            Expr::Select(select) => self.visit(&mut select.operand)?,
            Expr::Call(_) => self.call(node)?,
            Expr::List(list) => {
                list.elements.iter_mut().try_for_each(|element| self.visit(element))?;
                wrap(COUNTED, node);
            }
            Expr::Map(map) => {
                for entry in &mut map.entries {
                    if let EntryExpr::MapEntry(entry) = &mut entry.expr {
                        self.visit(&mut entry.key)?;
                        self.visit(&mut entry.value)?;
                    }
                }
                wrap(COUNTED, node);
            }
            Expr::Comprehension(_) => self.comprehension(node)?,
            Expr::Struct(shape) => return refuse(&shape.type_name, "there are no types but those of CEL"),
            Expr::Unspecified => return refuse("", "it is empty"),
            Expr::Literal(_) => {}
        }
        self.depth -= 1;
        Ok(())
    }

    fn name(&mut self, name: &str) -> Result<(), Refused> {
        let known = self.names.iter().rposition(|known| known == name);
        if known.is_some_and(|index| index < self.variables) && !self.used.iter().any(|used| used == name) {
            self.used.push(name.to_owned());
        }
        if known.is_some() || TYPES.contains(&name) {
            return Ok(());
        }
        let known: Vec<&str> = self.names.iter().map(String::as_str).filter(|known| !known.starts_with('@')).collect();
        refuse(name, unknown("name", name, known))
    }

    fn call(&mut self, node: &mut IdedExpr) -> Result<(), Refused> {
        let Expr::Call(call) = &mut node.expr else { return Ok(()) };
        let is_operator = call.func_name.contains('_') || call.func_name.starts_with('@');
        if !is_operator && !FUNCTIONS.contains(&call.func_name.as_str()) {
            return refuse(&call.func_name, unknown("function", &call.func_name, FUNCTIONS.iter().copied()));
        }
        if let Some(target) = &mut call.target {
            self.visit(target)?;
        }
        call.args.iter_mut().try_for_each(|argument| self.visit(argument))?;
        match call.func_name.as_str() {
            operators::EQUALS | operators::NOT_EQUALS => ask(KNOWN, &mut call.args),
            operators::IN | operators::SUBSTRACT | operators::MULTIPLY | operators::DIVIDE | operators::MODULO => {
                ask(THERE, &mut call.args);
            }
            "type" | "dyn" => ask(THERE, &mut call.args),
            "matches" => matches_of_ours(call)?,
            operators::ADD => {
                ask(THERE, &mut call.args);
                wrap(COUNTED, node);
            }
            _ => {}
        }
        Ok(())
    }

    /// What a comprehension runs through is counted each time, and so is what it collects.
    fn comprehension(&mut self, node: &mut IdedExpr) -> Result<(), Refused> {
        let Expr::Comprehension(loop_) = &mut node.expr else { return Ok(()) };
        self.visit(&mut loop_.iter_range)?;
        wrap(COUNTED, &mut loop_.iter_range);
        self.visit(&mut loop_.accu_init)?;
        let outside = self.names.len();
        self.names.push(loop_.accu_var.clone());
        self.names.push(loop_.iter_var.clone());
        self.names.extend(loop_.iter_var2.clone());
        self.visit(&mut loop_.loop_cond)?;
        self.step(&mut loop_.loop_step, &loop_.accu_var)?;
        self.visit(&mut loop_.result)?;
        self.names.truncate(outside);
        Ok(())
    }

    /// `@result + [x]`, or `condition ? @result + [x] : @result`: the library does that in place as long as it looks like
    /// this, so that only `x` is counted. Everything else is counted as a whole.
    fn step(&mut self, step: &mut IdedExpr, accumulator: &str) -> Result<(), Refused> {
        let Expr::Call(call) = &mut step.expr else { return self.visit(step) };
        match (call.func_name.as_str(), call.args.as_mut_slice()) {
            (operators::CONDITIONAL, [condition, then, _]) => {
                self.visit(condition)?;
                self.step(then, accumulator)
            }
            (operators::ADD, [sum, added]) if matches!(&sum.expr, Expr::Ident(name) if name == accumulator) => {
                let Expr::List(list) = &mut added.expr else { return self.visit(added) };
                for element in &mut list.elements {
                    self.visit(element)?;
                    wrap(COUNTED, element);
                }
                Ok(())
            }
            _ => self.visit(step),
        }
    }
}

/// `x.matches(y)` or `matches(x, y)` as a call of our own; what is written down must compile.
fn matches_of_ours(call: &mut CallExpr) -> Result<(), Refused> {
    if let Some(target) = call.target.take() {
        call.args.insert(0, *target);
    }
    call.func_name = MATCHES.to_owned();
    if let Some(Expr::Literal(LiteralValue::String(pattern))) = call.args.get(1).map(|pattern| &pattern.expr)
        && let Err(why) = compile(pattern.inner())
    {
        return refuse("matches", format!("the regular expression does not compile: {why}"));
    }
    Ok(())
}

/// What is written in the expression itself is known.
fn ask(function: &str, operands: &mut [IdedExpr]) {
    operands.iter_mut().filter(|operand| !matches!(operand.expr, Expr::Literal(_))).for_each(|it| wrap(function, it));
}

fn wrap(function: &str, node: &mut IdedExpr) {
    let (id, inner) = (node.id, std::mem::take(node));
    node.id = id;
    node.expr = Expr::Call(CallExpr { func_name: function.to_owned(), target: None, args: vec![inner] });
}

fn refuse<T>(word: &str, message: impl Into<String>) -> Result<T, Refused> {
    Err(Refused { word: word.to_owned(), message: message.into() })
}

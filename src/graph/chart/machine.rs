//! Runs templates, as far as that can be done without a cluster: what depends on something unknown is written as unknown,
//! and both branches of an unknown condition as text that may be there.
//!
//! It does not know YAML, and it makes nothing up: randomness, clocks, files and clusters are unknown.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use super::marks::{self, MAYBE, SURE, UNKNOWN};
use super::source::Templates;
use super::value::Value;
use super::{functions, texts};
use crate::syntax::program::{Base, Branch, Command, Operand, Pipe, Program, Step, parse};
use crate::text::Span;

/// Actions that one chart may run with one set of values; the largest known chart takes a tenth.
const FUEL: usize = 400_000;

/// Templates, blocks and parentheses in one another.
const DEEPEST: usize = 120;

/// Bytes that one template may write.
const LONGEST: usize = 4 << 20;

/// What stands under these keys asks for no Secret and holds none: it is not worked out.
const WITHOUT_SECRETS: [&str; 22] = [
    "affinity:",
    "annotations:",
    "containerSecurityContext:",
    "hostAliases:",
    "image:",
    "labels:",
    "lifecycle:",
    "livenessProbe:",
    "matchLabels:",
    "nodeAffinity:",
    "nodeSelector:",
    "podAffinity:",
    "podAntiAffinity:",
    "podSecurityContext:",
    "ports:",
    "readinessProbe:",
    "resources:",
    "securityContext:",
    "startupProbe:",
    "strategy:",
    "tolerations:",
    "topologySpreadConstraints:",
];

/// Steps with the text that they stand in.
#[derive(Clone, Debug)]
pub struct Template {
    pub steps: Arc<Vec<Step>>,
    pub text: Arc<str>,
}

/// Why a run ends early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    Break,
    Continue,
    /// The chart refuses these values.
    Failed,
    /// A limit of ours.
    TooMuch,
}

/// What a template wrote, and which part of it which step wrote.
#[derive(Debug, Default)]
pub struct Output {
    pub text: String,
    /// (offset in `text`, what wrote from there on, whether it stands there as it was written).
    pub segments: Vec<(usize, Span, bool)>,
    records: bool,
}

pub struct Machine<'t> {
    templates: &'t Templates<'t>,
    variables: Vec<(String, Value)>,
    /// Where the variables of the template that runs begin.
    base: usize,
    /// How many unknown conditions the step that runs stands under.
    maybe: usize,
    fuel: usize,
    depth: usize,
    /// The values that went where they cannot be followed.
    pub lost: HashSet<usize>,
    /// What templates wrote for the chart's own map, and the address of that.
    written: HashMap<String, Rc<str>>,
    root: usize,
}

impl<'t> Machine<'t> {
    pub fn new(templates: &'t Templates<'t>) -> Machine<'t> {
        Machine {
            templates,
            variables: Vec::new(),
            base: 0,
            maybe: 0,
            fuel: FUEL,
            depth: 0,
            lost: HashSet::new(),
            written: HashMap::new(),
            root: 0,
        }
    }

    /// What the file's own text writes.
    pub fn run(&mut self, template: &Template, dot: &Value) -> Result<Output, Stop> {
        let mut output = Output { records: true, ..Output::default() };
        self.variables.clear();
        if let Value::Map(map) = dot
            && self.root != Rc::as_ptr(map).addr()
        {
            self.root = Rc::as_ptr(map).addr();
            self.written.clear();
        }
        (self.base, self.maybe, self.depth) = (0, 0, 0);
        self.body(template, dot, &mut output)?;
        Ok(output)
    }

    /// Runs a template with variables of its own.
    fn body(&mut self, template: &Template, dot: &Value, out: &mut Output) -> Result<(), Stop> {
        let base = std::mem::replace(&mut self.base, self.variables.len());
        self.variables.push((String::new(), dot.clone()));
        let ended = self.steps(&template.steps, template, dot, out);
        self.variables.truncate(self.base);
        self.base = base;
        ended
    }

    fn steps(&mut self, steps: &[Step], template: &Template, dot: &Value, out: &mut Output) -> Result<(), Stop> {
        self.deeper(|machine| {
            let variables = machine.variables.len();
            let ended = steps.iter().try_for_each(|step| machine.step(step, template, dot, out));
            machine.variables.truncate(variables);
            ended
        })
    }

    fn deeper<T>(&mut self, run: impl FnOnce(&mut Self) -> Result<T, Stop>) -> Result<T, Stop> {
        if self.depth > DEEPEST {
            return Err(Stop::TooMuch);
        }
        self.depth += 1;
        let ended = run(self);
        self.depth -= 1;
        ended
    }

    fn step(&mut self, step: &Step, template: &Template, dot: &Value, out: &mut Output) -> Result<(), Stop> {
        self.fuel = self.fuel.checked_sub(1).filter(|_| out.text.len() < LONGEST).ok_or(Stop::TooMuch)?;
        match step {
            Step::Text(span) => {
                out.begin(*span, true);
                out.text.push_str(template.text.get(span.range()).unwrap_or_default());
            }
            Step::Write(pipe, span) => {
                out.begin(*span, false);
                let written = match out.stands_without_secrets() {
                    true => self.unknown_lines(pipe, dot)?,
                    false => self.pipe(pipe, dot)?.written(),
                };
                out.push(&written);
            }
            Step::Assign { name, declares, pipe } => {
                let value = self.pipe(pipe, dot)?;
                self.assign(name, *declares, value);
            }
            Step::If(branch) => self.branch(branch, None, template, dot, out)?,
            Step::With(branch) => self.branch(branch, Some(dot), template, dot, out)?,
            Step::Range { names, branch } => self.range(names, branch, template, dot, out)?,
            Step::Call { name, pipe, span } => {
                out.begin(*span, false);
                let dot = pipe.as_ref().map_or(Ok(Value::Nil), |pipe| self.pipe(pipe, dot))?;
                let written = self.include(name, &dot)?;
                out.push(&written);
            }
            Step::Break => return Err(Stop::Break),
            Step::Continue => return Err(Stop::Continue),
        }
        Ok(())
    }

    /// What a pipe writes of which only the shape matters.
    fn unknown_lines(&mut self, pipe: &Pipe, dot: &Value) -> Result<Rc<str>, Stop> {
        match pipe.commands.as_slice() {
            [_, .., last] => Ok(self.command(last, Some(Value::Unknown), dot)?.written()),
            _ => Ok(String::from(UNKNOWN).into()),
        }
    }

    fn assign(&mut self, name: &str, declares: bool, value: Value) {
        let base = self.base;
        let known = self.variables[base..].iter_mut().rev().find(|(known, _)| known == name);
        match known.filter(|_| !declares) {
            // It may be assigned or not.
            Some(known) if self.maybe > 0 => known.1 = Value::Unknown,
            Some(known) => known.1 = value,
            None => self.variables.push((name.to_owned(), value)),
        }
    }

    fn branch(
        &mut self,
        branch: &Branch,
        with: Option<&Value>,
        template: &Template,
        dot: &Value,
        out: &mut Output,
    ) -> Result<(), Stop> {
        let value = self.pipe(&branch.pipe, dot)?;
        let variables = self.variables.len();
        if let Some(name) = &branch.name {
            self.variables.push((name.clone(), value.clone()));
        }
        let inner = if with.is_some() { &value } else { dot };
        let ended = match value.truth() {
            Some(true) => self.steps(&branch.body, template, inner, out),
            Some(false) => self.steps(&branch.otherwise, template, dot, out),
            None => self.perhaps(out, branch.span, |machine, out| {
                machine.steps(&branch.body, template, inner, out)?;
                machine.steps(&branch.otherwise, template, dot, out)
            }),
        };
        self.variables.truncate(variables);
        ended
    }

    /// Runs what may run or not. That it may fail, or leave a loop, is no news.
    fn perhaps(
        &mut self,
        out: &mut Output,
        span: Span,
        run: impl FnOnce(&mut Self, &mut Output) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        out.begin(span, false);
        out.text.push(MAYBE);
        self.maybe += 1;
        let ended = run(self, out);
        self.maybe -= 1;
        out.begin(span, false);
        out.text.push(SURE);
        ended.or_else(|stop| if stop == Stop::TooMuch { Err(stop) } else { Ok(()) })
    }

    fn range(
        &mut self,
        names: &[String],
        branch: &Branch,
        template: &Template,
        dot: &Value,
        out: &mut Output,
    ) -> Result<(), Stop> {
        let value = self.pipe(&branch.pipe, dot)?;
        let entries: Vec<(Value, Value)> = match &value {
            Value::List(items) => (0..).map(Value::Integer).zip(items.iter().cloned()).collect(),
            Value::Map(map) => {
                let map = map.borrow();
                map.iter().map(|(key, value)| (Value::text(key.clone()), value.clone())).collect()
            }
            Value::Integer(number) => {
                (0..(*number).min(1000)).map(|at| (Value::Integer(at), Value::Integer(at))).collect()
            }
            Value::Nil => Vec::new(),
            _ => {
                return self.perhaps(out, branch.span, |machine, out| {
                    machine.turn(names, (Value::Unknown, Value::Unknown), branch, template, out)
                });
            }
        };
        if entries.is_empty() {
            return self.steps(&branch.otherwise, template, dot, out);
        }
        for entry in entries {
            match self.turn(names, entry, branch, template, out) {
                Err(Stop::Break) => break,
                Ok(()) | Err(Stop::Continue) => {}
                Err(stop) => return Err(stop),
            }
        }
        Ok(())
    }

    fn turn(
        &mut self,
        names: &[String],
        (index, element): (Value, Value),
        branch: &Branch,
        template: &Template,
        out: &mut Output,
    ) -> Result<(), Stop> {
        let variables = self.variables.len();
        match names {
            [one] => self.variables.push((one.clone(), element.clone())),
            [one, two, ..] => {
                self.variables.push((one.clone(), index));
                self.variables.push((two.clone(), element.clone()));
            }
            [] => {}
        }
        let ended = self.steps(&branch.body, template, &element, out);
        self.variables.truncate(variables);
        ended
    }

    fn pipe(&mut self, pipe: &Pipe, dot: &Value) -> Result<Value, Stop> {
        if pipe.commands.last().is_some_and(texts::is_hash) {
            return Ok(Value::Unknown);
        }
        self.deeper(|machine| {
            let mut last = None;
            for command in &pipe.commands {
                last = Some(machine.command(command, last, dot)?);
            }
            Ok(last.unwrap_or(Value::Nil))
        })
    }

    fn command(&mut self, command: &Command, last: Option<Value>, dot: &Value) -> Result<Value, Stop> {
        self.fuel = self.fuel.checked_sub(1).ok_or(Stop::TooMuch)?;
        let Some((first, rest)) = command.operands.split_first() else { return Ok(Value::Nil) };
        match &first.base {
            Base::Function(name) if first.fields.is_empty() => self.function(name, rest, last, dot),
            _ if rest.is_empty() && last.is_none() => self.operand(first, dot),
            // A method, such as `.Files.Get` or `.Capabilities.APIVersions.Has`.
            _ => {
                for operand in rest {
                    let value = self.operand(operand, dot)?;
                    self.lose(&value);
                }
                Ok(Value::Unknown)
            }
        }
    }

    fn operand(&mut self, operand: &Operand, dot: &Value) -> Result<Value, Stop> {
        let mut value = match &operand.base {
            Base::Dot => dot.clone(),
            Base::Variable(name) => {
                let known = self.variables[self.base..].iter().rev().find(|(known, _)| known == name);
                known.map_or(Value::Unknown, |(_, value)| value.clone())
            }
            Base::Function(name) => self.function(name, &[], None, dot)?,
            Base::Text(text) if marks::holds_marks(text) => Value::Unknown,
            Base::Text(text) => Value::text(text.as_str()),
            Base::Integer(number) => Value::Integer(*number),
            Base::Float(number) => Value::Float(*number),
            Base::Bool(truth) => Value::Bool(*truth),
            Base::Nil => Value::Nil,
            Base::Pipe(pipe) => self.pipe(pipe, dot)?,
        };
        for field in &operand.fields {
            value = value.field(field);
        }
        Ok(value)
    }

    fn function(&mut self, name: &str, operands: &[Operand], last: Option<Value>, dot: &Value) -> Result<Value, Stop> {
        if matches!(name, "and" | "or") {
            return self.connective(name == "or", operands, last, dot);
        }
        let mut arguments = Vec::with_capacity(operands.len() + 1);
        for operand in operands {
            arguments.push(self.operand(operand, dot)?);
        }
        arguments.extend(last);
        match (name, arguments.as_slice()) {
            ("include", [name, dot]) => match name.exact() {
                Some(name) => Ok(Value::Text(self.include(&name, dot)?)),
                None => Ok(self.unknown_of(&arguments)),
            },
            ("tpl", [text, dot]) => self.text_as_template(text, dot),
            ("fail", _) => Err(Stop::Failed),
            ("required", [_, value])
                if value.truth() == Some(false) && !matches!(value, Value::Bool(_) | Value::Integer(_)) =>
            {
                Err(Stop::Failed)
            }
            ("required", [_, value]) => Ok(value.clone()),
            ("set" | "unset" | "merge" | "mergeOverwrite" | "mustMerge" | "mustMergeOverwrite", _) => {
                // What templates wrote may have depended on it.
                self.written.clear();
                Ok(functions::change(name, &arguments, self.maybe > 0).unwrap_or_else(|| self.unknown_of(&arguments)))
            }
            _ => {
                let value = functions::call(name, &arguments).or_else(|| texts::call(name, &arguments, &mut self.lost));
                Ok(value.unwrap_or_else(|| self.unknown_of(&arguments)))
            }
        }
    }

    /// The first value that decides, else the last.
    fn connective(
        &mut self,
        wanted: bool,
        operands: &[Operand],
        last: Option<Value>,
        dot: &Value,
    ) -> Result<Value, Stop> {
        let mut value = Value::Nil;
        let mut doubtful = false;
        for at in 0..operands.len() + usize::from(last.is_some()) {
            value = match operands.get(at) {
                Some(operand) => self.operand(operand, dot)?,
                None => last.clone().unwrap_or(Value::Nil),
            };
            match value.truth() {
                None => doubtful = true,
                Some(truth) if truth == wanted => {
                    // Whichever of them it is, it says yes to `or`, or no to `and`.
                    return Ok(match (doubtful, wanted) {
                        (false, _) => value,
                        (true, true) => Value::text(format!("?{UNKNOWN}")),
                        (true, false) => Value::Bool(false),
                    });
                }
                Some(_) => {}
            }
        }
        Ok(if doubtful { Value::Unknown } else { value })
    }

    /// What the template of that name writes.
    fn include(&mut self, name: &str, dot: &Value) -> Result<Rc<str>, Stop> {
        let Some(template) = self.templates.get(name) else {
            self.lose(dot);
            return Ok(String::from(UNKNOWN).into());
        };
        let is_root = matches!(dot, Value::Map(map) if Rc::as_ptr(map).addr() == self.root) && self.maybe == 0;
        if let Some(known) = self.written.get(name).filter(|_| is_root) {
            return Ok(known.clone());
        }
        let mut output = Output::default();
        self.body(template, dot, &mut output)?;
        let written: Rc<str> = output.text.into();
        if is_root {
            self.written.insert(name.to_owned(), written.clone());
        }
        Ok(written)
    }

    /// Runs a value that is a template itself; text without actions stays what it was.
    fn text_as_template(&mut self, value: &Value, dot: &Value) -> Result<Value, Stop> {
        let Some(text) = value.exact() else { return Ok(self.unknown_of(&[value.clone(), dot.clone()])) };
        if !text.contains("{{") {
            return Ok(value.clone());
        }
        self.lose(value);
        let Some(Program { body, defines }) = parse(&text) else { return Ok(Value::Unknown) };
        if !defines.is_empty() {
            return Ok(Value::Unknown);
        }
        let template = Template { steps: Arc::new(body), text: text.into() };
        let mut output = Output::default();
        self.body(&template, dot, &mut output)?;
        Ok(Value::text(output.text))
    }

    /// Nobody knows what becomes of these.
    fn unknown_of(&mut self, values: &[Value]) -> Value {
        values.iter().for_each(|value| self.lose(value));
        Value::Unknown
    }

    fn lose(&mut self, value: &Value) {
        // What a collection holds is passed around all the time, with the whole of a chart's values in it.
        if let Value::Text(text) = value {
            self.lost.extend(marks::origins(text));
        }
    }
}

impl Output {
    fn begin(&mut self, span: Span, is_text: bool) {
        if self.records {
            self.segments.push((self.text.len(), span, is_text));
        }
    }

    fn push(&mut self, written: &str) {
        if self.text.ends_with(':') && written.starts_with(UNKNOWN) {
            self.text.push(' ');
        }
        self.text.push_str(written);
    }

    fn stands_without_secrets(&self) -> bool {
        let line = &self.text[memchr::memrchr(b'\n', self.text.as_bytes()).map_or(0, |end| end + 1)..];
        let key = line.trim();
        key.ends_with(':') && WITHOUT_SECRETS.contains(&key)
    }
}

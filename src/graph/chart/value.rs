//! What a template computes with.
//!
//! It does not know functions. Maps are shared, as in Go: who changes one changes it for all who hold it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::marks;
use crate::graph::data::{Content, Data};

/// Deeper values are not written: a map can hold itself.
const DEEPEST: usize = 60;

#[derive(Clone, Debug)]
pub enum Value {
    /// Could be anything.
    Unknown,
    Nil,
    Bool(bool),
    Integer(i64),
    Float(f64),
    /// With marks.
    Text(Rc<str>),
    List(Rc<Vec<Value>>),
    Map(Map),
}

pub type Map = Rc<RefCell<BTreeMap<Rc<str>, Value>>>;

impl Value {
    pub fn text(text: impl Into<Rc<str>>) -> Value {
        Value::Text(text.into())
    }

    pub fn list(items: Vec<Value>) -> Value {
        Value::List(Rc::new(items))
    }

    pub fn map(entries: impl IntoIterator<Item = (Rc<str>, Value)>) -> Value {
        Value::Map(Rc::new(RefCell::new(entries.into_iter().collect())))
    }

    /// What `data` says; `origin` gives each text a number, as long as there are any.
    pub fn of(data: &Data, origin: &mut dyn FnMut(&Data) -> Option<usize>) -> Value {
        match &data.content {
            Content::Unknown => Value::Unknown,
            Content::Sequence(items) => Value::list(items.iter().map(|item| Value::of(item, origin)).collect()),
            Content::Mapping(entries) => Value::map(
                entries.iter().filter_map(|(key, value)| Some((key.as_str()?.into(), Value::of(value, origin)))),
            ),
            Content::Scalar { text, plain: true } => scalar(text).unwrap_or_else(|| of_text(text, data, origin)),
            Content::Scalar { text, plain: false } => of_text(text, data, origin),
        }
    }

    /// A map's entry; nothing where there is none.
    pub fn field(&self, name: &str) -> Value {
        match self {
            Value::Map(map) => map.borrow().get(name).cloned().unwrap_or(Value::Nil),
            // Go stops at a field of nothing.
            _ => Value::Unknown,
        }
    }

    /// As `if` sees it; `None` where that is unknown.
    pub fn truth(&self) -> Option<bool> {
        match self {
            Value::Unknown => None,
            Value::Nil => Some(false),
            Value::Bool(truth) => Some(*truth),
            Value::Integer(number) => Some(*number != 0),
            Value::Float(number) => Some(*number != 0.0),
            Value::Text(text) => marks::is_written(text),
            Value::List(items) => Some(!items.is_empty()),
            Value::Map(map) => Some(!map.borrow().is_empty()),
        }
    }

    /// As it is written, with marks.
    pub fn written(&self) -> Rc<str> {
        match self {
            Value::Text(text) => text.clone(),
            Value::Nil => "".into(),
            Value::Bool(truth) => truth.to_string().into(),
            Value::Integer(number) => number.to_string().into(),
            Value::Float(number) => number.to_string().into(),
            Value::Unknown | Value::List(_) | Value::Map(_) => String::from(marks::UNKNOWN).into(),
        }
    }

    /// The text of a scalar without marks; `None` for what is unknown and for collections.
    pub fn exact(&self) -> Option<String> {
        match self {
            Value::Unknown | Value::List(_) | Value::Map(_) => None,
            Value::Text(text) => marks::exact(text).map(|text| text.into_owned()),
            other => Some(other.written().to_string()),
        }
    }

    /// `None` where one is unknown.
    pub fn equals(&self, other: &Value) -> Option<bool> {
        match (self, other) {
            (Value::Unknown, _) | (_, Value::Unknown) => None,
            (Value::Text(_), Value::Text(_)) => Some(self.exact()? == other.exact()?),
            (Value::Bool(one), Value::Bool(other)) => Some(one == other),
            (Value::Integer(_) | Value::Float(_), Value::Integer(_) | Value::Float(_)) => {
                Some(self.number()? == other.number()?)
            }
            (Value::Nil, Value::Nil) => Some(true),
            (Value::List(_) | Value::Map(_), Value::List(_) | Value::Map(_)) => None,
            _ => Some(false),
        }
    }

    pub fn number(&self) -> Option<f64> {
        match self {
            Value::Integer(number) => Some(*number as f64),
            Value::Float(number) => Some(*number),
            Value::Text(_) => self.exact()?.trim().parse().ok(),
            _ => None,
        }
    }

    /// What Go calls the sort of it.
    pub fn kind(&self) -> Option<&'static str> {
        Some(match self {
            Value::Unknown => return None,
            Value::Nil => "invalid",
            Value::Bool(_) => "bool",
            Value::Integer(_) => "int64",
            Value::Float(_) => "float64",
            Value::Text(_) => "string",
            Value::List(_) => "slice",
            Value::Map(_) => "map",
        })
    }

    pub fn deep_copy(&self) -> Value {
        self.copy(DEEPEST)
    }

    fn copy(&self, depth: usize) -> Value {
        match self {
            _ if depth == 0 => Value::Unknown,
            Value::List(items) => Value::list(items.iter().map(|item| item.copy(depth - 1)).collect()),
            Value::Map(map) => Value::map(map.borrow().iter().map(|(key, value)| (key.clone(), value.copy(depth - 1)))),
            other => other.clone(),
        }
    }
}

fn of_text(text: &str, data: &Data, origin: &mut dyn FnMut(&Data) -> Option<usize>) -> Value {
    if marks::holds_marks(text) {
        return Value::Unknown;
    }
    match origin(data).filter(|_| !text.is_empty()) {
        Some(number) => Value::text(marks::marked(text, number)),
        None => Value::text(text),
    }
}

/// An unquoted scalar that is no text.
fn scalar(text: &str) -> Option<Value> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Some(Value::Nil),
        "true" | "True" | "TRUE" => Some(Value::Bool(true)),
        "false" | "False" | "FALSE" => Some(Value::Bool(false)),
        _ if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) => None,
        _ => match text.parse() {
            Ok(number) => Some(Value::Integer(number)),
            Err(_) => text.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Float),
        },
    }
}

/// YAML as `toYaml` writes it: without a line break at its end. What is unknown stands as its mark.
pub fn to_yaml(value: &Value) -> String {
    let mut out = String::new();
    write_yaml(value, 0, DEEPEST, &mut out);
    out.truncate(out.trim_end_matches('\n').len());
    out
}

fn write_yaml(value: &Value, indent: usize, depth: usize, out: &mut String) {
    match value {
        _ if depth == 0 => out.push(marks::UNKNOWN),
        Value::Map(map) if map.borrow().is_empty() => out.push_str("{}"),
        Value::List(items) if items.is_empty() => out.push_str("[]"),
        Value::Map(map) => {
            for (key, value) in map.borrow().iter() {
                start_line(indent, out);
                out.push_str(&yaml_text(key, indent));
                out.push(':');
                match value {
                    Value::Map(map) if !map.borrow().is_empty() => {
                        out.push('\n');
                        write_yaml(value, indent + 2, depth - 1, out);
                    }
                    Value::List(items) if !items.is_empty() => {
                        out.push('\n');
                        write_yaml(value, indent, depth - 1, out);
                    }
                    other => {
                        out.push(' ');
                        write_yaml(other, indent + 2, depth - 1, out);
                        out.push('\n');
                    }
                }
            }
        }
        Value::List(items) => {
            for item in items.iter() {
                start_line(indent, out);
                out.push_str("- ");
                write_yaml(item, indent + 2, depth - 1, out);
                if !out.ends_with('\n') {
                    out.push('\n');
                }
            }
        }
        Value::Text(text) => out.push_str(&yaml_text(text, indent)),
        Value::Nil => out.push_str("null"),
        other => out.push_str(&other.written()),
    }
}

/// A collection that is a list's item begins behind the dash.
fn start_line(indent: usize, out: &mut String) {
    if !out.ends_with("- ") {
        out.extend(std::iter::repeat_n(' ', indent));
    }
}

/// A text as a scalar, its marks inside of its quotes.
fn yaml_text(text: &str, indent: usize) -> String {
    let Some(exact) = marks::exact(text) else { return String::from(marks::UNKNOWN) };
    if exact.contains('\n') && !exact.starts_with([' ', '\n']) {
        let blank = " ".repeat(indent.max(2));
        let chomp = if exact.ends_with('\n') { "" } else { "-" };
        let lines: Vec<String> = text.trim_end_matches('\n').lines().map(|line| format!("{blank}{line}")).collect();
        return format!("|{chomp}\n{}", lines.join("\n"));
    }
    match is_plain(&exact) {
        true => text.to_owned(),
        false => quoted(text),
    }
}

/// In double quotes, as JSON and `quote` write it.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

fn is_plain(text: &str) -> bool {
    let first = |c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '_' | '.' | '$' | '(' | '+');
    text.starts_with(first)
        && scalar(text).is_none()
        && !matches!(text.to_ascii_lowercase().as_str(), "yes" | "no" | "on" | "off" | "y" | "n")
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with([':', ' '])
        && !text.contains(['\n', '\t', '\r'])
        && text != "."
}

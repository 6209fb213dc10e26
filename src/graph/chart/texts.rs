//! The functions of templates that make text of text. Marks survive wherever the text does.
//!
//! It does not know what is secret. A function that it does not know has no value here.

use std::collections::HashSet;

use super::marks::{self, UNKNOWN};
use super::value::{Value, quoted, to_yaml};
use crate::graph::data::Data;
use crate::syntax::Syntax;
use crate::syntax::program::{Base, Command};

/// True for a function of whose value nothing can be said, whatever it is given.
pub fn is_hash(command: &Command) -> bool {
    let hashes = ["sha1sum", "sha256sum", "sha512sum", "adler32sum", "bcrypt", "htpasswd"];
    matches!(command.operands.first().map(|first| &first.base), Some(Base::Function(name)) if hashes.contains(&name.as_str()))
}

/// The value of a function; `None` where it cannot be told. `lost` takes the values whose marks do not survive.
pub fn call(name: &str, arguments: &[Value], lost: &mut HashSet<usize>) -> Option<Value> {
    written(name, arguments)
        .or_else(|| converted(name, arguments))
        .or_else(|| tested(name, arguments))
        .or_else(|| changed(name, arguments, lost))
        .or_else(|| divided(name, arguments))
}

/// Text around text.
fn written(name: &str, arguments: &[Value]) -> Option<Value> {
    let all = || arguments.iter().map(|argument| argument.written());
    Some(Value::text(match (name, arguments) {
        ("quote", _) => all().map(|text| quoted(&text)).collect::<Vec<_>>().join(" "),
        ("squote", _) => all().map(|text| format!("'{text}'")).collect::<Vec<_>>().join(" "),
        ("print" | "toString", [only]) => only.written().to_string(),
        ("print" | "println", _) => all().collect::<Vec<_>>().join(""),
        ("cat", _) => all().collect::<Vec<_>>().join(" "),
        ("indent", [columns, text]) => indented(&text.written(), columns.number()?),
        ("nindent", [columns, text]) => format!("\n{}", indented(&text.written(), columns.number()?)),
        ("join", [separator, Value::List(items)]) => {
            let items: Vec<String> = items.iter().map(|item| item.written().to_string()).collect();
            items.join(&separator.exact()?)
        }
        ("printf", [format, rest @ ..]) => printf(&format.exact()?, rest)?,
        _ => return None,
    }))
}

fn indented(text: &str, columns: f64) -> String {
    let blank = " ".repeat((columns as usize).min(100));
    text.split('\n').map(|line| format!("{blank}{line}")).collect::<Vec<_>>().join("\n")
}

fn printf(format: &str, arguments: &[Value]) -> Option<String> {
    let (mut out, mut arguments, mut characters) = (String::new(), arguments.iter(), format.chars());
    while let Some(character) = characters.next() {
        if character != '%' {
            out.push(character);
            continue;
        }
        match characters.next()? {
            '%' => out.push('%'),
            's' | 'v' | 'd' | 't' => out.push_str(&arguments.next()?.written()),
            'q' => out.push_str(&quoted(&arguments.next()?.written())),
            _ => return None,
        }
    }
    Some(out)
}

/// From and to other forms.
fn converted(name: &str, arguments: &[Value]) -> Option<Value> {
    let [value] = arguments else { return None };
    Some(match name {
        "toYaml" | "mustToYaml" | "toYamlPretty" => Value::text(to_yaml(value)),
        "b64enc" | "b64dec" => {
            let coded = |text: &str| match name {
                "b64enc" => Some(data_encoding::BASE64.encode(text.as_bytes())),
                _ => String::from_utf8(data_encoding::BASE64.decode(text.as_bytes()).ok()?).ok(),
            };
            let text = value.written();
            match marks::only_origin(&text) {
                Some((number, inner)) => Value::text(marks::marked(&coded(inner)?, number)),
                None if marks::holds_marks(&text) => return None,
                None => Value::text(coded(&text)?),
            }
        }
        "fromYaml" | "fromJson" | "mustFromJson" | "fromYamlArray" | "fromJsonArray" => {
            let text = value.written();
            // A mark for something unknown could stand anywhere, and so mean anything.
            if text.contains([UNKNOWN, marks::MAYBE]) {
                return None;
            }
            let tree = Syntax::Yaml.parse(&text);
            let root = tree.documents(&text).next().filter(|_| tree.errors.is_empty())?;
            parsed(&Data::of(root, 0))
        }
        "toJson" | "mustToJson" | "toRawJson" => match value {
            Value::Text(text) => Value::text(quoted(text)),
            Value::Bool(_) | Value::Integer(_) => Value::text(value.written()),
            _ => return None,
        },
        _ => return None,
    })
}

/// What was written with marks, read again: they stand in its scalars.
fn parsed(data: &Data) -> Value {
    match data.as_str().filter(|text| marks::holds_marks(text)) {
        Some(text) => Value::text(text),
        None if data.is_sequence() => Value::list(data.items().iter().map(parsed).collect()),
        None if data.is_mapping() => {
            let entries = data.entries().iter();
            Value::map(entries.filter_map(|(key, value)| {
                let key = marks::exact(key.as_str()?)?.into_owned();
                Some((key.into(), parsed(value)))
            }))
        }
        None => Value::of(data, &mut |_| None),
    }
}

fn tested(name: &str, arguments: &[Value]) -> Option<Value> {
    let [one, other] = arguments else { return None };
    let (one, other) = (one.exact(), other.exact());
    Some(Value::Bool(match name {
        "contains" => other?.contains(&one?),
        "hasPrefix" => other?.starts_with(&one?),
        "hasSuffix" => other?.ends_with(&one?),
        _ => return None,
    }))
}

/// Text that is another afterwards, perhaps.
fn changed(name: &str, arguments: &[Value], lost: &mut HashSet<usize>) -> Option<Value> {
    let (last, settings) = arguments.split_last()?;
    let text = last.written();
    let change = |text: &str| change(name, settings, text);
    if let Some((number, inner)) = marks::only_origin(&text) {
        let changed = change(inner)?;
        if changed == inner || name == "trim" {
            return Some(Value::text(marks::marked(&changed, number)));
        }
        lost.insert(number);
        return Some(Value::text(changed));
    }
    let exact = last.exact()?;
    let changed = change(&exact)?;
    if changed == exact {
        return Some(last.clone());
    }
    lost.extend(marks::origins(&text));
    Some(Value::text(changed))
}

fn change(name: &str, settings: &[Value], text: &str) -> Option<String> {
    let number = |at: usize| settings.get(at)?.number().map(|number| number as i64);
    let setting = |at: usize| settings.get(at)?.exact();
    let strip = |rest: Option<&str>| rest.unwrap_or(text).to_owned();
    Some(match name {
        "trim" => text.trim().to_owned(),
        "lower" => text.to_lowercase(),
        "upper" => text.to_uppercase(),
        "title" => text.split(' ').map(capital).collect::<Vec<_>>().join(" "),
        "nospace" => text.split_whitespace().collect(),
        "trimSuffix" => strip(text.strip_suffix(setting(0)?.as_str())),
        "trimPrefix" => strip(text.strip_prefix(setting(0)?.as_str())),
        "trimAll" => text.trim_matches(|c| setting(0).is_some_and(|all| all.contains(c))).to_owned(),
        "replace" => text.replace(&setting(0)?, &setting(1)?),
        "trunc" => match number(0)? {
            most @ 0.. => text.chars().take(most as usize).collect(),
            fewest => {
                let skipped = (text.chars().count() as i64 + fewest).max(0);
                text.chars().skip(skipped as usize).collect()
            }
        },
        "repeat" => text.repeat(usize::try_from(number(0)?).ok().filter(|times| times * text.len() < 10_000)?),
        "substr" => {
            let (start, end) = (number(0)?.max(0) as usize, number(1)?);
            let end = usize::try_from(end).unwrap_or(usize::MAX);
            text.chars().take(end).skip(start).collect()
        }
        _ => return None,
    })
}

fn capital(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

fn divided(name: &str, arguments: &[Value]) -> Option<Value> {
    let [separator, text] = arguments else { return None };
    let (separator, text) = (separator.exact()?, text.exact()?);
    let parts = || text.split(separator.as_str()).map(Value::text);
    match name {
        "splitList" => Some(Value::list(parts().collect())),
        "split" => Some(Value::map(parts().enumerate().map(|(at, part)| (format!("_{at}").into(), part)))),
        _ => None,
    }
}

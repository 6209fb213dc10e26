//! The functions of templates that choose, compare, count, and handle lists and maps.
//!
//! It does not know text, nor functions that need a machine. A function that it does not know, or that would need what is
//! unknown, has no value here.

use std::rc::Rc;

use super::value::{Map, Value};

/// Items that `until` may make.
const MOST: i64 = 1000;

/// The value of a function; `None` where it cannot be told.
pub fn call(name: &str, arguments: &[Value]) -> Option<Value> {
    choose(name, arguments).or_else(|| compare(name, arguments)).or_else(|| {
        of_maps(name, arguments).or_else(|| of_lists(name, arguments)).or_else(|| of_numbers(name, arguments))
    })
}

fn choose(name: &str, arguments: &[Value]) -> Option<Value> {
    Some(match (name, arguments) {
        ("not", [value]) => Value::Bool(!value.truth()?),
        ("empty", [value]) => Value::Bool(!value.truth()?),
        ("default", [usual, value]) => {
            if value.truth()? {
                value.clone()
            } else {
                usual.clone()
            }
        }
        ("default", [usual]) => usual.clone(),
        ("ternary", [yes, no, condition]) => {
            if condition.truth()? {
                yes.clone()
            } else {
                no.clone()
            }
        }
        ("coalesce", values) => {
            for value in values {
                if value.truth()? {
                    return Some(value.clone());
                }
            }
            Value::Nil
        }
        ("any", values) => Value::Bool(values.iter().map(Value::truth).collect::<Option<Vec<_>>>()?.contains(&true)),
        ("all", values) => Value::Bool(!values.iter().map(Value::truth).collect::<Option<Vec<_>>>()?.contains(&false)),
        ("deepCopy" | "mustDeepCopy", [value]) => value.deep_copy(),
        // Without a cluster Helm finds nothing; with one it may find what an earlier release made.
        ("lookup", _) => Value::Unknown,
        _ => return None,
    })
}

fn compare(name: &str, arguments: &[Value]) -> Option<Value> {
    let order = || match arguments {
        [one, other] => one.number()?.partial_cmp(&other.number()?),
        _ => None,
    };
    Some(Value::Bool(match (name, arguments) {
        ("eq", [one, others @ ..]) => {
            others.iter().map(|other| one.equals(other)).collect::<Option<Vec<_>>>()?.contains(&true)
        }
        ("ne", [one, other]) => !one.equals(other)?,
        ("lt", _) => order()?.is_lt(),
        ("le", _) => order()?.is_le(),
        ("gt", _) => order()?.is_gt(),
        ("ge", _) => order()?.is_ge(),
        ("kindIs" | "typeIs", [kind, value]) => {
            let (kind, own) = (kind.exact()?, value.kind()?);
            kind == own
                || kind == "float64" && own == "int64"
                || kind.starts_with("map[") && own == "map"
                || kind.starts_with("[]") && own == "slice"
        }
        ("kindOf" | "typeOf", [value]) => return Some(Value::text(value.kind()?)),
        _ => return None,
    }))
}

fn of_maps(name: &str, arguments: &[Value]) -> Option<Value> {
    Some(match (name, arguments) {
        ("dict", pairs) => {
            let pair = |pair: &[Value]| Some((Rc::from(pair[0].exact()?), pair.get(1).cloned().unwrap_or(Value::Nil)));
            Value::map(pairs.chunks(2).map(pair).collect::<Option<Vec<_>>>()?)
        }
        ("get", [map, key]) => match map.field(&key.exact()?) {
            Value::Nil => Value::text(""),
            value => value,
        },
        ("hasKey", [Value::Map(map), key]) => Value::Bool(map.borrow().contains_key(key.exact()?.as_str())),
        ("index", [of, keys @ ..]) => keys.iter().try_fold(of.clone(), |of, key| match &of {
            Value::List(items) => items.get(key.number()? as usize).cloned(),
            of => Some(of.field(&key.exact()?)),
        })?,
        ("dig", [keys @ .., usual, map]) => {
            let mut value = map.clone();
            for key in keys {
                value = match value.field(&key.exact()?) {
                    Value::Nil => return Some(usual.clone()),
                    value => value,
                };
            }
            value
        }
        ("pick" | "omit", [Value::Map(map), keys @ ..]) => {
            let keys = keys.iter().map(Value::exact).collect::<Option<Vec<_>>>()?;
            let is_named = |key: &str| keys.iter().any(|named| named == key);
            let map = map.borrow();
            let kept = map.iter().filter(|(key, _)| is_named(key) == (name == "pick"));
            Value::map(kept.map(|(key, value)| (key.clone(), value.clone())))
        }
        ("keys", maps) => {
            let keys = maps.iter().map(entries).collect::<Option<Vec<_>>>()?;
            Value::list(keys.into_iter().flatten().map(|(key, _)| Value::text(key)).collect())
        }
        ("values", [map]) => Value::list(entries(map)?.into_iter().map(|(_, value)| value).collect()),
        _ => return None,
    })
}

fn entries(map: &Value) -> Option<Vec<(Rc<str>, Value)>> {
    let Value::Map(map) = map else { return None };
    Some(map.borrow().iter().map(|(key, value)| (key.clone(), value.clone())).collect())
}

fn of_lists(name: &str, arguments: &[Value]) -> Option<Value> {
    let items = |value: &Value| match value {
        Value::List(items) => Some(items.to_vec()),
        Value::Nil => Some(Vec::new()),
        _ => None,
    };
    Some(match (name, arguments) {
        ("list" | "tuple", items) => Value::list(items.to_vec()),
        ("first", [list]) => items(list)?.first().cloned().unwrap_or(Value::Nil),
        ("last", [Value::List(items)]) => items.last().cloned().unwrap_or(Value::Nil),
        ("rest", [list]) => Value::list(items(list)?.into_iter().skip(1).collect()),
        ("initial", [Value::List(items)]) => Value::list(items[..items.len().saturating_sub(1)].to_vec()),
        ("append" | "push" | "mustAppend", [list, item]) => Value::list([items(list)?, vec![item.clone()]].concat()),
        ("prepend" | "mustPrepend", [list, item]) => Value::list([vec![item.clone()], items(list)?].concat()),
        ("concat", lists) => Value::list(lists.iter().map(items).collect::<Option<Vec<_>>>()?.concat()),
        ("reverse", [list]) => Value::list(items(list)?.into_iter().rev().collect()),
        ("has", [item, list]) => {
            let same = items(list)?.iter().map(|other| item.equals(other)).collect::<Option<Vec<_>>>()?;
            Value::Bool(same.contains(&true))
        }
        ("compact", [list]) => {
            let list = items(list)?;
            let kept = list.iter().map(|item| Some((item.truth()?, item))).collect::<Option<Vec<_>>>()?;
            Value::list(kept.into_iter().filter(|(full, _)| *full).map(|(_, item)| item.clone()).collect())
        }
        ("uniq" | "sortAlpha", [list]) => {
            let mut texts = items(list)?.iter().map(Value::exact).collect::<Option<Vec<_>>>()?;
            match name {
                "sortAlpha" => texts.sort(),
                _ => {
                    let mut seen = std::collections::HashSet::new();
                    texts.retain(|text| seen.insert(text.clone()));
                }
            }
            Value::list(texts.into_iter().map(Value::text).collect())
        }
        ("without", [list, others @ ..]) => {
            let mut kept = Vec::new();
            for item in items(list)? {
                let same = others.iter().map(|other| item.equals(other)).collect::<Option<Vec<_>>>()?;
                if !same.contains(&true) {
                    kept.push(item);
                }
            }
            Value::list(kept)
        }
        ("len", [Value::List(items)]) => Value::Integer(items.len() as i64),
        ("len", [Value::Map(map)]) => Value::Integer(map.borrow().len() as i64),
        ("len", [text @ Value::Text(_)]) => Value::Integer(text.exact()?.len() as i64),
        ("until", [end]) => numbers(0, end.number()? as i64, 1),
        ("untilStep", [start, end, step]) => {
            numbers(start.number()? as i64, end.number()? as i64, step.number()? as i64)
        }
        _ => return None,
    })
}

fn numbers(start: i64, end: i64, step: i64) -> Value {
    let step = usize::try_from(step).unwrap_or(1).max(1);
    Value::list((start..end.min(start.saturating_add(MOST))).step_by(step).map(Value::Integer).collect())
}

fn of_numbers(name: &str, arguments: &[Value]) -> Option<Value> {
    let integers = || arguments.iter().map(|value| Some(value.number()? as i64)).collect::<Option<Vec<i64>>>();
    let fold = |with: fn(i64, i64) -> Option<i64>| {
        let numbers = integers()?;
        let (first, rest) = numbers.split_first()?;
        rest.iter().try_fold(*first, |one, other| with(one, *other)).map(Value::Integer)
    };
    match name {
        "add" => fold(i64::checked_add),
        "sub" => fold(i64::checked_sub),
        "mul" => fold(i64::checked_mul),
        "div" => fold(i64::checked_div),
        "mod" => fold(i64::checked_rem),
        "max" => fold(|one, other| Some(one.max(other))),
        "min" => fold(|one, other| Some(one.min(other))),
        "add1" => Some(Value::Integer(integers()?.first()?.checked_add(1)?)),
        "int" | "int64" | "toDecimal" => match arguments {
            [Value::Nil] => Some(Value::Integer(0)),
            [value] => value.number().map(|number| Value::Integer(number as i64)),
            _ => None,
        },
        "float64" => Some(Value::Float(arguments.first()?.number()?)),
        _ => None,
    }
}

/// `set`, `unset` and the functions that merge into their first map: who holds the map sees the change.
pub fn change(name: &str, arguments: &[Value], maybe: bool) -> Option<Value> {
    let [Value::Map(map), rest @ ..] = arguments else { return None };
    match (name, rest) {
        ("set", [key, value]) => {
            let value = if maybe { Value::Unknown } else { value.clone() };
            map.borrow_mut().insert(key.exact()?.into(), value);
        }
        ("unset", [key]) if maybe => drop(map.borrow_mut().insert(key.exact()?.into(), Value::Unknown)),
        ("unset", [key]) => drop(map.borrow_mut().remove(key.exact()?.as_str())),
        _ => {
            for source in rest {
                match source {
                    Value::Map(source) => merge(map, source, name.ends_with("Overwrite"), 0),
                    Value::Nil => {}
                    _ => return None,
                }
            }
        }
    }
    Some(Value::Map(map.clone()))
}

fn merge(into: &Map, from: &Map, overwrites: bool, depth: usize) {
    if Rc::ptr_eq(into, from) || depth > 40 {
        return;
    }
    let entries: Vec<(Rc<str>, Value)> =
        from.borrow().iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    for (key, value) in entries {
        let known = into.borrow().get(&key).cloned();
        match (known, value) {
            (Some(Value::Map(known)), Value::Map(value)) => merge(&known, &value, overwrites, depth + 1),
            (Some(known), value) => {
                let wins = if overwrites { value.truth() != Some(false) } else { known.truth() == Some(false) };
                if wins {
                    into.borrow_mut().insert(key, value);
                }
            }
            (None, value) => drop(into.borrow_mut().insert(key, value)),
        }
    }
}

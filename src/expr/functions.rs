//! What expressions may call: CEL's own functions, and ours, which count the cost, refuse what is not known, and keep
//! compiled regular expressions.
//!
//! It does not know where the calls stand: `bounds` puts them there.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use cel::common::types::{CelBool, CelList, CelMap, CelString, DYN_TYPE};
use cel::common::value::{CowVal, Val};
use cel::{Env, ExecutionError};
use regex::{Regex, RegexBuilder};

use super::value::Unknown;

/// Hands its argument through and counts how large it is.
pub const COUNTED: &str = "@counted";

/// Hands its argument through, unless that, or anything in it, is not known.
pub const KNOWN: &str = "@known";

/// Hands its argument through, unless that, or an item of a list, is not known. The values of a mapping may be.
pub const THERE: &str = "@there";

/// `matches` of CEL, compiled once and bounded.
pub const MATCHES: &str = "@matches";

/// What one evaluation may look at or make: values, and 32 bytes of text each. The largest manifests have some ten
/// thousand.
const BUDGET: usize = 200_000;

/// Bytes that a compiled regular expression may take.
const LARGEST_REGEX: usize = 1 << 18;

/// Compiled regular expressions that are kept, per thread.
const MOST_REGEXES: usize = 1000;

thread_local! {
    static LEFT: Cell<usize> = const { Cell::new(0) };
    static REGEXES: RefCell<HashMap<String, Option<Regex>>> = RefCell::default();
}

/// The environment of every expression.
pub fn environment() -> Env {
    let mut environment = Env::stdlib();
    let ours: [(&str, usize, cel::common::functions::Function); 4] =
        [(COUNTED, 1, counted), (KNOWN, 1, known), (THERE, 1, there), (MATCHES, 2, matches)];
    for (name, arguments, function) in ours {
        // Nothing else in the library begins with `@` and one of these words.
        let _ = environment.add_overload(
            name,
            name,
            std::iter::repeat_with(|| DYN_TYPE).take(arguments).collect(),
            function,
        );
    }
    environment
}

/// Before each evaluation.
pub fn refill() {
    LEFT.set(BUDGET);
}

fn counted<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let [value] = only(COUNTED, arguments)?;
    spend(&*value)?;
    Ok(value)
}

fn known<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let [value] = only(KNOWN, arguments)?;
    match is_unknown(&*value) {
        true => Err(ExecutionError::function_error(KNOWN, "it is not written down")),
        false => Ok(value),
    }
}

fn there<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    match arguments.first().is_some_and(|value| value.downcast_ref::<CelMap>().is_some()) {
        true => only(THERE, arguments).map(|[value]| value),
        false => known(arguments),
    }
}

fn matches<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let [text, pattern] = only(MATCHES, arguments)?;
    let types = || vec![text.get_type().name().to_owned(), pattern.get_type().name().to_owned()];
    let (Some(this), Some(wanted)) = (text.downcast_ref::<CelString>(), pattern.downcast_ref::<CelString>()) else {
        return Err(ExecutionError::no_such_member_overload("matches", types()));
    };
    spend(&*text)?;
    let found = REGEXES.with_borrow_mut(|regexes| {
        if regexes.len() >= MOST_REGEXES {
            regexes.clear();
        }
        let regex = regexes.entry(wanted.inner().to_owned()).or_insert_with_key(|pattern| compile(pattern).ok());
        regex.as_ref().map(|regex| regex.is_match(this.inner()))
    });
    let refused = || ExecutionError::function_error(MATCHES, "a regular expression does not compile");
    found.map(|found| CowVal::owned(CelBool::from(found))).ok_or_else(refused)
}

/// The regular expression, or why it is none.
pub fn compile(pattern: &str) -> Result<Regex, String> {
    let built = RegexBuilder::new(pattern).size_limit(LARGEST_REGEX).dfa_size_limit(LARGEST_REGEX).build();
    built.map_err(|error| error.to_string().lines().last().unwrap_or_default().to_owned())
}

fn only<'b, 'v, const N: usize>(
    name: &str,
    arguments: Vec<CowVal<'b, 'v>>,
) -> Result<[CowVal<'b, 'v>; N], ExecutionError> {
    let given = arguments.len();
    arguments.try_into().map_err(|_| ExecutionError::function_error(name, format!("{given} arguments")))
}

fn spend(value: &dyn Val) -> Result<(), ExecutionError> {
    let left = LEFT.get();
    let rest = left.checked_sub(size(value, left));
    LEFT.set(rest.unwrap_or(0));
    rest.map(|_| ()).ok_or_else(|| ExecutionError::function_error(COUNTED, "it takes too long"))
}

/// How large a value is: no more than a little above `most` is counted.
fn size(value: &dyn Val, most: usize) -> usize {
    if let Some(text) = value.downcast_ref::<CelString>() {
        return 1 + text.inner().len() / 32;
    }
    let mut total = 1;
    if let Some(list) = value.downcast_ref::<CelList>() {
        for item in list.inner() {
            total += size(&**item, most.saturating_sub(total));
            if total > most {
                break;
            }
        }
    }
    if let Some(map) = value.downcast_ref::<CelMap>() {
        for item in map.inner().values() {
            total += 1 + size(&**item, most.saturating_sub(total));
            if total > most {
                break;
            }
        }
    }
    total
}

/// True for what is not known, or a collection in which something is not.
fn is_unknown(value: &dyn Val) -> bool {
    if let Some(list) = value.downcast_ref::<CelList>() {
        return list.inner().iter().any(|item| is_unknown(&**item));
    }
    if let Some(map) = value.downcast_ref::<CelMap>() {
        return map.inner().values().any(|item| is_unknown(&**item));
    }
    value.downcast_ref::<Unknown>().is_some()
}

//! What expressions answer, how their mistakes are told, and that none of them takes long.
//!
//! It does not know any rule.

use std::time::Instant;

use super::*;

fn object() -> Value {
    let named =
        |name: &str| Value::map([("name".to_owned(), Value::text(name)), ("size".to_owned(), Value::integer(3))]);
    Value::map([
        ("kind".to_owned(), Value::text("ExternalSecret")),
        ("items".to_owned(), Value::list(["a", "b", "cc"].map(named))),
        ("hole".to_owned(), Value::unknown()),
        ("nothing".to_owned(), Value::null()),
        ("ratio".to_owned(), Value::number(0.5)),
        ("on".to_owned(), Value::boolean(true)),
    ])
}

fn judged(source: &str) -> Result<bool, Unjudged> {
    let expression = Expression::compile(source, &["object"]).unwrap_or_else(|wrong| panic!("{source}: {wrong:?}"));
    expression.holds(&Scope::default().with("object", &object()))
}

fn mistake(source: &str) -> (usize, usize, String) {
    let wrong = Expression::compile(source, &["object", "value"]).expect_err(source);
    (wrong.line, wrong.column, wrong.message)
}

#[test]
fn expressions_are_true_or_false() {
    for (source, expected) in [
        ("object.kind == 'ExternalSecret'", true),
        ("has(object.metadata) && has(object.metadata.labels.owner)", false),
        ("object.items.all(item, item.size == 3)", true),
        ("object.items.exists(item, item.name.matches('^c+$'))", true),
        ("object.items.map(item, item.name) == ['a', 'b', 'cc']", true),
        ("object.items.filter(item, item.name.size() == 1).size() == 2", true),
        ("object.items.exists_one(item, item.name == 'a')", true),
        ("'a' in object.items.map(item, item.name)", true),
        ("'kind' in object && object.on && object.nothing == null && object.ratio < 1.0", true),
        ("duration('90m') <= duration('1h')", false),
        ("type(object.kind) == string", true),
        ("matches(object.kind, 'Secret$')", true),
    ] {
        assert_eq!(judged(source), Ok(expected), "{source}");
    }
}

#[test]
fn an_expression_tells_which_variables_it_looks_at() {
    let expression = Expression::compile("object.items.all(value, value.size == 3)", &["object", "value"]).unwrap();
    assert!(expression.asks_for("object") && !expression.asks_for("value"));
}

#[test]
fn what_is_not_known_has_no_answer() {
    for source in [
        "object.hole == 'a'",
        "object.hole != 'a'",
        "'a' == object.hole",
        "object.hole.startsWith('a')",
        "object.hole.matches('a')",
        "object.hole < 3",
        "object.hole in ['a']",
        "object.hole",
        "!object.hole",
        "size(object.hole) == 1",
        "[object.hole] == ['a']",
        "object.hole ? true : false",
        "object.hole.all(item, item == 'a')",
        "string(object.hole) == 'a'",
        "object.hole + 'a' == 'ba'",
    ] {
        assert_eq!(judged(source), Err(Unjudged::Unknown), "{source}");
    }
    assert_eq!(judged("has(object.hole) || object.hole == 'a'"), Ok(true));
    assert_eq!(judged("object.kind == 'Other' && object.hole == 'a'"), Ok(false));
}

#[test]
fn what_is_not_there_is_a_fault_that_says_what_to_do_and_shows_no_value() {
    let fault = |source: &str| match judged(source) {
        Err(Unjudged::Fault(fault)) => fault,
        other => panic!("{source}: {other:?}"),
    };
    assert_eq!(fault("object.metadata.name == 'a'"), "there is no `metadata`; ask with `has(…)` first");
    assert_eq!(fault("object.kind"), "it is a string, not true or false");
    assert_eq!(fault("object.items[7].name == 'a'"), "a list is shorter than its index");
    assert!(!fault("object.kind + 1 == 2").contains("ExternalSecret"));
    assert!(!fault("duration(object.kind) < duration('1h')").contains("ExternalSecret"));
}

#[test]
fn a_mistake_has_its_place() {
    assert_eq!(mistake("objct.kind == 'a'"), (1, 1, "unknown name `objct`, did you mean `object`?".to_owned()));
    assert_eq!(
        mistake("object.kind == 'a'\n  && object.kind.startWith('b')"),
        (2, 18, "unknown function `startWith`, did you mean `startsWith`?".to_owned())
    );
    let (line, column, _) = mistake("object.kind ==");
    assert_eq!((line, column), (1, 15));
    let (line, column, _) = mistake("object.kind == 'a'\n&& (true");
    assert_eq!((line, column), (2, 9));
    assert!(mistake("value.matches('(')").2.starts_with("the regular expression does not compile"));
    assert!(mistake(&"value && ".repeat(600)).2.contains("at most 4096 bytes"));
    assert!(Expression::compile("", &[]).is_err());
}

#[test]
fn deep_expressions_are_refused_and_not_run() {
    for source in [
        format!("1{} == 2", "+1".repeat(2000)),
        format!("value{}", ".a".repeat(2000)),
        format!("value{}", "[0]".repeat(1300)),
        format!("[1]{} == [1]", ".map(a,a)".repeat(400)),
        format!("{}1{}", "[".repeat(2000), "]".repeat(2000)),
        format!("{}true", "true ? true : ".repeat(280)),
    ] {
        assert!(Expression::compile(&source, &["value"]).is_err(), "{}", &source[..40]);
    }
    for odd in ["(", "!", "-", "[", "{", "a.", "a(", "'", "\"\"\"", "?", "a?", "[?", "é", "\u{0}", "b'\\", "1e", "0x"]
    {
        for source in [odd.to_owned(), odd.repeat(1300), format!("value {odd} value"), format!("{odd}true")] {
            if let Ok(expression) = Expression::compile(&source, &["value"]) {
                let _ = expression.holds(&Scope::default().with("value", &Value::null()));
            }
        }
    }
}

#[test]
fn no_expression_takes_long() {
    let numbers = Value::list((0..2000).map(Value::integer));
    let text = Value::text(&"a".repeat(100_000));
    let scope = Scope::default().with("numbers", &numbers).with("text", &text);
    let nested = "numbers.all(a, numbers.all(b, numbers.all(c, numbers.all(d, a + b + c + d >= 0))))";
    let doubled = format!("['aaaaaaaaaaaaaaaa']{}.size() > 0", ".map(a, a + a)".repeat(20));
    let branching = format!("[1]{}.size() > 0", ".map(a, [a, a, a, a])".repeat(20));
    let plain = "numbers.map(a, text).map(b, b + b).size() > 0";
    let regex = "numbers.all(a, !text.matches('(a{0,20}){0,20}b$'))";
    for source in [nested, doubled.as_str(), branching.as_str(), plain, regex] {
        let expression = Expression::compile(source, &["numbers", "text"]).unwrap();
        let started = Instant::now();
        let answer = expression.holds(&scope);
        assert!(matches!(answer, Err(Unjudged::Fault(_))), "{source}: {answer:?}");
        assert!(started.elapsed().as_secs() < 10, "{source}: {:?}", started.elapsed());
    }
    let usual = Expression::compile("numbers.map(a, a * 2).filter(a, a > 10).exists(a, a == 3998)", &["numbers"]);
    assert_eq!(usual.unwrap().holds(&scope), Ok(true));
}

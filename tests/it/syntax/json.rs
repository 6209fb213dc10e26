//! JSON: spans, values, errors.

use tightlip::syntax::Syntax;

use super::draws;

#[test]
fn values_are_read_with_their_bytes() {
    draws(
        Syntax::Json,
        &[
            (
                "{\"a\": 1, \"b\": [true, null, -1.5e3], \"c\": {}}",
                r#"0..44{"\"a\""="a": "1", "\"b\""="b": 14..34["true", "null", "-1.5e3"], "\"c\""="c": 41..43{}}"#,
            ),
            ("\"a\"", r#""\"a\""="a""#),
            ("[]", "0..2[]"),
            (" {\"a\" : \"\"} ", r#"1..11{"\"a\""="a": "\"\""=""}"#),
        ],
    );
}

#[test]
fn escapes_are_decoded() {
    draws(
        Syntax::Json,
        &[
            ("\"a\\n\\\"\\\\\\/\\u00e9\"", r#""\"a\\n\\\"\\\\\\/\\u00e9\""="a\n\"\\/é""#),
            ("\"\\ud83d\\ude00 \\ud83d\"", r#""\"\\ud83d\\ude00 \\ud83d\""="😀 �""#),
            ("{\"a\\tb\": \"c\"}", r#"0..13{"\"a\\tb\""="a\tb": "\"c\""="c"}"#),
        ],
    );
}

#[test]
fn comments_and_trailing_commas_are_tolerated() {
    draws(
        Syntax::Json,
        &[
            (
                "// a\n{\"a\": 1, /* b */ \"c\": [1, 2,], }\n// d",
                r#"5..37{"\"a\""="a": "1", "\"c\""="c": 27..34["1", "2"]}"#,
            ),
            ("{a: 1}", r#"0..6{"a": "1"}"#),
            ("\u{feff}{}", "3..5{}"),
        ],
    );
}

#[test]
fn several_values_are_several_documents() {
    draws(
        Syntax::Json,
        &[
            ("{\"a\": 1}\n{\"b\": 2}\n", r#"0..8{"\"a\""="a": "1"} | 9..17{"\"b\""="b": "2"}"#),
            ("1 2[3]", r#""1" | "2" | 3..6["3"]"#),
            ("{\"a\": 1},\n{\"b\": 2}", r#"0..8{"\"a\""="a": "1"} | 10..18{"\"b\""="b": "2"}"#),
        ],
    );
}

#[test]
fn keys_that_stand_twice_are_noted() {
    draws(
        Syntax::Json,
        &[(
            "{\"a\": 1, \"\\u0061\": 2}",
            r#"0..21{"\"a\""="a": "1", "\"\\u0061\""="a": "2"} | twice "\"\\u0061\""="a""#,
        )],
    );
}

#[test]
fn what_stands_before_an_error_stays() {
    draws(
        Syntax::Json,
        &[
            (
                "{\"a\": 1, \"b\": [2",
                r#"0..16{"\"a\""="a": "1", "\"b\""="b": 14..16["2"]} | 1:17 the text ends inside [ ]"#,
            ),
            ("{\"a\": \"b", r#"0..6{"\"a\""="a": ""} | 1:7 this quote is never closed"#),
            ("{\"a\" 1}", r#"0..5{"\"a\""="a": ""} | 1:6 a colon is missing after the key"#),
            ("{\"a\":}", r#"0..5{"\"a\""="a": ""} | 1:6 a value is missing, or it needs quotes"#),
            ("[1, nope]", r#"0..2["1"] | 1:5 a value is missing, or it needs quotes"#),
            ("[1 2]", r#"0..2["1"] | 1:4 a comma or a closing bracket is missing"#),
            ("{\"a\": 1]", r#"0..7{"\"a\""="a": "1"} | 1:8 a closing bracket does not fit the one that is open"#),
            ("]", "1:1 a value is missing, or it needs quotes"),
            ("/* a", "1:1 this comment is never closed"),
            (
                "{\"a\": oops}\n{\"b\": 1}",
                r#"0..6{"\"a\""="a": ""} | 12..20{"\"b\""="b": "1"} | 1:7 a value is missing, or it needs quotes"#,
            ),
            ("{\"a\": \"b\n\"}", r#"0..6{"\"a\""="a": ""} | 1:7 this quote is not closed on its line"#),
        ],
    );
}

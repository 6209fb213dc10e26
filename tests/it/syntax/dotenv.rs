//! Dotenv files: names, values and what is neither.

use tightlip::syntax::Syntax;

use super::draws;

#[test]
fn assignments_are_read_with_their_bytes() {
    draws(
        Syntax::Dotenv,
        &[
            ("A=b\nC = d e \nexport F=g\n", r#"0..23{"A": "b", "C": "d e", "F": "g"}"#),
            ("A=\nB=", r#"0..5{"A": "", "B": ""}"#),
            ("A= # c\nB=#d\nC=e#f #g", r##"0..17{"A": "", "B": "#d", "C": "e#f"}"##),
            ("\u{feff}A=1\r\nB=2\r\n", r#"3..11{"A": "1", "B": "2"}"#),
            ("A=1\rB='2'\rC=3", r#"0..13{"A": "1", "B": "'2'"="2", "C": "3"}"#),
            ("A=${B:-c}\nD=$(e)", r#"0..16{"A": "${B:-c}", "D": "$(e)"}"#),
            (" A.b-c=1", r#"1..8{"A.b-c": "1"}"#),
            ("URL=a://b.c/?d=e#f", r#"0..18{"URL": "a://b.c/?d=e#f"}"#),
        ],
    );
}

#[test]
fn quoted_values_may_go_on_for_lines() {
    draws(
        Syntax::Dotenv,
        &[
            ("A='b\nc' # d\nE=f", r#"0..15{"A": "'b\nc'"="b\nc", "E": "f"}"#),
            ("A=\"b\\nc\\\"\" # d", r#"0..10{"A": "\"b\\nc\\\"\""="b\nc\""}"#),
            ("A=\"b\\d\"", r#"0..7{"A": "\"b\\d\""="b\\d"}"#),
            ("A=`b`", r#"0..5{"A": "`b`"="b"}"#),
            ("A=\"\"\nB=''", r#"0..9{"A": "\"\""="", "B": "''"=""}"#),
        ],
    );
}

#[test]
fn a_quote_that_is_not_closed_is_text() {
    draws(
        Syntax::Dotenv,
        &[
            ("A=\"b\nC=d", r#"0..8{"A": "\"b", "C": "d"}"#),
            ("A='b'c\nD=e", r#"0..10{"A": "'b'c", "D": "e"}"#),
            ("A=\"b\" c", r#"0..7{"A": "\"b\" c"}"#),
        ],
    );
}

#[test]
fn lines_that_set_nothing_are_passed_over() {
    draws(
        Syntax::Dotenv,
        &[("# A=b\n\nfoo\n=c\nA B=c\nexport D\nE=f", r#"29..32{"E": "f"}"#), ("", ""), ("# only\n", "")],
    );
}

#[test]
fn keys_that_stand_twice_are_noted() {
    draws(Syntax::Dotenv, &[("A=1\nB=2\nA=3", r#"0..11{"A": "1", "B": "2", "A": "3"} | twice "A""#)]);
}

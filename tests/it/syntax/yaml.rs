//! YAML: spans, values, errors.

use tightlip::syntax::Syntax;
use tightlip::text::Span;

use super::draws;

#[test]
fn plain_scalars_are_their_own_text() {
    draws(
        Syntax::Yaml,
        &[
            ("a: b", r#"0..4{"a": "b"}"#),
            ("a: b c # d\n", r#"0..6{"a": "b c"}"#),
            ("a: b\n  c\n\n  d\n", r#"0..13{"a": "b\n  c\n\n  d"="b c\nd"}"#),
            ("- é: ü", r#"0..8[2..8{"é": "ü"}]"#),
            ("key: ~\nno: null\nyes: 1.5", r#"0..24{"key": "~", "no": "null", "yes": "1.5"}"#),
        ],
    );
}

#[test]
fn quoted_scalars_keep_their_quotes_in_the_span() {
    draws(
        Syntax::Yaml,
        &[
            ("a: \"b\"", r#"0..6{"a": "\"b\""="b"}"#),
            ("a: 'it''s'", r#"0..10{"a": "'it''s'"="it's"}"#),
            ("a: \"x\\ty\\u00e9\\\n  z\"", r#"0..20{"a": "\"x\\ty\\u00e9\\\n  z\""="x\tyéz"}"#),
            ("a: 'b\n\n  c'", r#"0..11{"a": "'b\n\n  c'"="b\nc"}"#),
            ("\"k\": ''", r#"0..7{"\"k\""="k": "''"=""}"#),
        ],
    );
}

#[test]
fn nothing_is_an_empty_scalar_behind_its_colon() {
    draws(
        Syntax::Yaml,
        &[
            ("a:\nb: c", r#"0..7{"a": "", "b": "c"}"#),
            ("a:\n  b:\n  # c\n\nc: d\n", r#"0..19{"a": 5..7{"b": ""}, "c": "d"}"#),
            ("a :\nb : \n? c\n:\n: d\n", r#"0..18{"a": "", "b": "", "c": "", "": "d"}"#),
            ("- \n- b\n-", r#"0..8["", "b", ""]"#),
            ("{a: , b}", r#"0..8{"a": "", "b": ""}"#),
            ("a: &x\nb: !!str\nc: 1", r#"0..19{"a": "", "b": !!str "", "c": "1"}"#),
            ("---\n...\n", r#""""#),
        ],
    );
}

#[test]
fn block_scalars_are_their_lines_without_the_header() {
    draws(
        Syntax::Yaml,
        &[
            ("a: |\n  b\n  c\nd: e", r#"0..17{"a": "b\n  c\n"="b\nc\n", "d": "e"}"#),
            ("a: |-\n  b\n\n\nc: d", r#"0..16{"a": "b", "c": "d"}"#),
            ("a: |+\n  b\n\n\nc: d", r#"0..16{"a": "b\n\n\n", "c": "d"}"#),
            ("a: |2\n    b\n   c\n", r#"0..17{"a": "  b\n   c\n"="  b\n c\n"}"#),
            ("a: >\n  b\n  c\n\n  d\n   e\nf: g", r#"0..27{"a": "b\n  c\n\n  d\n   e\n"="b c\nd\n e\n", "f": "g"}"#),
            ("a: >-\n  b\n\n\nc: d", r#"0..16{"a": "b", "c": "d"}"#),
            ("a: |\n\n  b\nc: d", r#"0..14{"a": "\n  b\n"="\nb\n", "c": "d"}"#),
            ("a: | # why\n  b", r#"0..14{"a": "b"}"#),
            ("a: |\nb: c", r#"0..9{"a": "", "b": "c"}"#),
            ("a: |", r#"0..4{"a": ""}"#),
            ("- |\n b\n-  >\n c\n", r#"0..15["b\n", "c\n"]"#),
            ("--- |\nfoo\n...\n", r#""foo\n""#),
        ],
    );
}

#[test]
fn collections_end_with_their_last_child_or_their_bracket() {
    draws(
        Syntax::Yaml,
        &[
            ("a:\n  b: c\n\n# d\n\ne: f\n", r#"0..20{"a": 5..9{"b": "c"}, "e": "f"}"#),
            ("y:\n- 1\n- 2\nz: 3\n", r#"0..15{"y": 3..10["1", "2"], "z": "3"}"#),
            ("y:\n-  # c\n\n   a: b\n-\n  - - c\n", r#"0..28{"y": 3..28[14..18{"a": "b"}, 23..28[25..28["c"]]]}"#),
            ("- - a: b\n  - c", r#"0..14[2..14[4..8{"a": "b"}, "c"]]"#),
            ("[a, [b], {c: d}, ]", r#"0..18["a", 4..7["b"], 9..15{"c": "d"}]"#),
            ("{a: [1,\n 2],\n}\n", r#"0..14{"a": 4..11["1", "2"]}"#),
            ("[a: b, c: , {d}, ? e]", r#"0..21[1..5{"a": "b"}, 7..9{"c": ""}, 12..15{"d": ""}, 17..20{"e": ""}]"#),
        ],
    );
}

#[test]
fn keys_may_be_anything() {
    draws(
        Syntax::Yaml,
        &[
            ("? a\n? b\n: c\n", r#"0..11{"a": "", "b": "c"}"#),
            ("? - a\n: - b\n  - c\n", r#"0..17{2..5["a"]: 8..17["b", "c"]}"#),
            ("{[a]: b}", r#"0..8{1..4["a"]: "b"}"#),
            (": a", r#"0..3{"": "a"}"#),
            ("1: a\ntrue: b", r#"0..12{"1": "a", "true": "b"}"#),
        ],
    );
}

#[test]
fn anchors_and_aliases_stay_where_they_are_written() {
    draws(
        Syntax::Yaml,
        &[
            ("a: &x b\nc: *x", r#"0..13{"a": "b", "c": *x}"#),
            ("a: &x\n  b: c\nd: *x\n", r#"0..18{"a": 8..12{"b": "c"}, "d": *x}"#),
            ("a: &x 1\nb: &x 2\nc: *x", r#"0..21{"a": "1", "b": "2", "c": *x}"#),
            (
                "*x : 1\na: *x",
                r#"0..12{*x: "1", "a": *x} | 1:1 no anchor named x stands before this alias | 2:4 no anchor named x stands before this alias"#,
            ),
            ("- &x [*x]", "0..9[5..9[*x]]"),
            ("a: &x !t \"b\"\nc: *x", r#"0..18{"a": !t "\"b\""="b", "c": *x}"#),
        ],
    );
}

#[test]
fn tags_are_kept_as_written() {
    draws(
        Syntax::Yaml,
        &[
            ("a: !vault |\n  b\n", r#"0..16{"a": !vault "b\n"}"#),
            ("!!map {a: !<tag:b> c}", r#"!!map 6..21{"a": !<tag:b> "c"}"#),
            ("a: !Ref\n- !Sub x\n", r#"0..16{"a": !Ref 8..16[!Sub "x"]}"#),
        ],
    );
}

#[test]
fn keys_that_stand_twice_are_noted() {
    draws(
        Syntax::Yaml,
        &[
            ("a: 1\na: 2\n\"a\": 3", r#"0..16{"a": "1", "a": "2", "\"a\""="a": "3"} | twice "a" | twice "\"a\""="a""#),
            ("{a: {b: 1, b: 2}, a: 3}", r#"0..23{"a": 4..16{"b": "1", "b": "2"}, "a": "3"} | twice "b" | twice "a""#),
            ("- a: 1\n- a: 2", r#"0..13[2..6{"a": "1"}, 9..13{"a": "2"}]"#),
            ("<<: {a: 1}\na: 2", r#"0..15{"<<": 4..10{"a": "1"}, "a": "2"}"#),
            ("&x a: 1\n*x : 2", r#"0..14{"a": "1", *x: "2"} | twice *x"#),
        ],
    );
}

#[test]
fn documents_are_read_one_by_one() {
    draws(
        Syntax::Yaml,
        &[
            ("a: 1\n---\nb: 2\n...\n---\n- c\n", r#"0..4{"a": "1"} | 9..13{"b": "2"} | 22..25["c"]"#),
            ("%YAML 1.2\n---\na: 1\n", r#"14..18{"a": "1"}"#),
            ("# only a comment\n", ""),
            ("", ""),
            ("\n\n", ""),
            ("---\n---\na\n", r#""" | "a""#),
            ("\u{feff}a: 1\n---\nb: 2", r#"3..7{"a": "1"} | 12..16{"b": "2"}"#),
            ("--- &q\n a: 1", r#"8..12{"a": "1"}"#),
        ],
    );
}

#[test]
fn documents_after_a_broken_one_are_read() {
    draws(
        Syntax::Yaml,
        &[
            ("a: 1\n---\nb: [\n---\nc: 3", r#"0..4{"a": "1"} | 18..22{"c": "3"} | 3:4 this [ is never closed"#),
            (
                "a: 1\n---\n}\n---\nc: 3",
                r#"0..4{"a": "1"} | 15..19{"c": "3"} | 3:1 a closing bracket without an opening one"#,
            ),
            ("a: \"b", "1:4 this quote is never closed"),
            ("a:\n\t- b", "2:2 tabs cannot indent"),
            ("a: b: c", "1:5 a colon does not belong here; quote the text if it is part of a value"),
            ("a: b\n c: d\n", "2:3 a colon does not belong here; quote the text if it is part of a value"),
            ("- a\nb: c", "2:1 a list item (- ) does not belong here; look at the indentation"),
            (
                "[1] x\n---\na: 1",
                r#"0..3["1"] | 10..14{"a": "1"} | 1:5 a document ends here, and text follows; --- is missing"#,
            ),
            ("a: @b", "1:4 the character @ cannot stand here; quote the text"),
            ("a: {b\nc: d", "1:4 this { is never closed"),
        ],
    );
}

#[test]
fn crlf_is_no_part_of_a_value() {
    draws(
        Syntax::Yaml,
        &[
            ("a: b\r\nc: \"d\r\n  e\"\r\n", r#"0..17{"a": "b", "c": "\"d\r\n  e\""="d e"}"#),
            (
                "a:\r\n  b: |\r\n\r\n    x\r\n    y\r\n\r\nc:\r\n",
                r#"0..32{"a": 6..28{"b": "\r\n    x\r\n    y\r\n"="\nx\ny\n"}, "c": ""}"#,
            ),
            ("- a\r\n-\r\n", r#"0..6["a", ""]"#),
        ],
    );
}

/// What stands under the part `wanted` of the first value.
fn written(text: &str, wanted: &str) -> String {
    let tree = Syntax::Yaml.parse(text);
    let value = tree.documents(text).next().unwrap().get("a").unwrap();
    let at = value.as_str().unwrap().find(wanted).unwrap();
    text[value.value_span(Span::new(at, at + wanted.len())).range()].to_owned()
}

#[test]
fn a_part_of_a_value_is_found_where_it_is_written() {
    for (text, wanted, expected) in [
        ("a: bcd", "c", "c"),
        ("a: 'b''c'", "'", "''"),
        ("a: 'b''c'", "c", "c"),
        ("a: \"b\\tcd\\u00e9\"", "cd", "cd"),
        ("a: \"b\\tcd\\u00e9\"", "\t", "\\t"),
        ("a: \"b\\tcd\\u00e9\"", "dé", "d\\u00e9"),
        ("a: \"\\ud83d\\ude00b\"", "😀", "\\ud83d\\ude00"),
        ("a: b\n  cd\n", "cd", "cd"),
        ("a: |\n  b\n  cd\n", "cd", "cd"),
        ("a: |\n  b\n  cd\n", "b\nc", "b\n  c"),
        ("a: |\r\n\r\n  b\r\n  cd\r\n", "cd", "cd"),
        ("a: >\n  b\n  cd\n\n   e\n", "cd", "cd"),
        ("a: >\n  b\n  cd\n\n   e\n", " e", " e"),
        ("a: >\n  b\n  cd\n", "b c", "b\n  c"),
    ] {
        assert_eq!(written(text, wanted), expected, "{wanted:?} in {text:?}");
    }
}

//! What holds for every text, however broken: no panic, and every node inside the text and inside its parent.

use proptest::prelude::*;
use tightlip::syntax::{Node, Style, Syntax};
use tightlip::text::Span;

const SYNTAXES: [Syntax; 4] = [Syntax::Yaml, Syntax::YamlTemplate, Syntax::Json, Syntax::Dotenv];

fn holds_together(text: &str) {
    for syntax in SYNTAXES {
        let tree = syntax.parse(text);
        for node in tree.nodes(text) {
            let span = node.span();
            assert!(text.get(span.range()).is_some(), "{syntax:?} {text:?}: {span:?} is no part of the text");
            assert!(node.tag().is_none_or(|tag| text.contains(tag)));
            assert!(node.as_str().is_some() || node.is_alias() || node.style().is_none());
            if let Some(parent) = node.parent() {
                assert!(parent.span().contains(span), "{syntax:?} {text:?}: {span:?} leaves {:?}", parent.span());
            }
            children_are_in_order(node, text);
            assert!(text.get(node.content_span().range()).is_some(), "{syntax:?} {text:?} {:?}", node.content_span());
            let _ = (node.key_path(), node.entries(), node.is_unknown(), node.sibling_keys());
        }
        for hole in tree.holes.windows(2) {
            assert!(hole[0].span.end <= hole[1].span.start);
        }
    }
}

fn children_are_in_order(node: Node, text: &str) {
    if node.is_alias() {
        return;
    }
    let children: Vec<Node> = node.own_entries().flat_map(|(key, value)| [key, value]).chain(node.items()).collect();
    for pair in children.windows(2) {
        let (first, second) = (pair[0].span(), pair[1].span());
        assert!(first.end <= second.start, "{text:?}: {first:?} runs into {second:?}");
    }
}

/// Pieces that mean something to one of the syntaxes, in any order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a",
        "b: ",
        "- ",
        "? ",
        ": ",
        "\n",
        "\n  ",
        "\n    ",
        "\r\n",
        "\t",
        " ",
        "{",
        "}",
        "[",
        "]",
        ",",
        "\"",
        "'",
        "|",
        ">-",
        "|+\n",
        "#",
        " # c",
        "&x ",
        "*x",
        "!t ",
        "---\n",
        "...\n",
        "<<: ",
        "\\",
        "\\n",
        "\\u00e9",
        "é",
        "\u{feff}",
        "%YAML 1.2\n",
        "{{ ",
        "{{- ",
        " }}",
        " -}}",
        "if .a",
        "end",
        "nindent 4",
        "define \"d\"",
        "`",
        "/*",
        "*/",
        "//",
        "A=",
        "export ",
        "key: |\n",
        "  x\n",
        "\"k\": ",
        "true",
        "0",
        "\u{2028}",
        "@",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

const SAMPLES: [&str; 4] = [
    "# c\r\na: &x\n  b: 'c''d'\n  e: \"f\\u00e9\\\n    g\"\nh: [*x, {i: j, k: }]\nl: |-\n  m\n\n   n\no: >\n  p\n  q\n<<: *x\n---\n- !r s\n",
    "{\"a\": [1, 2.5e3, true, null, \"b\\n\\ud83d\\ude00\"], // c\n \"d\": {\"e\": {}},}\n{\"f\": 1}",
    "A=b # c\nexport D='e\nf'\nG=\"h\\ni\"\r\nJ=${K:-l}\n",
    "{{- define \"a\" -}}\nb: {{ .c | quote }}\n{{- if .d }}\ne:\n  {{- toYaml .f | nindent 2 }}\n{{- else }}\ng: |\n    {{ h }}\n  i\n{{- end }}\n{{ end }}",
];

/// A sample from which a part is cut and into which pieces are put.
fn mutated() -> impl Strategy<Value = String> {
    (0..SAMPLES.len(), any::<prop::sample::Index>(), 0..12usize, pieces()).prop_map(|(sample, at, cut, pieces)| {
        let characters: Vec<char> = SAMPLES[sample].chars().collect();
        let at = at.index(characters.len());
        let after = characters[(at + cut).min(characters.len())..].iter();
        characters[..at].iter().copied().chain(pieces.chars()).chain(after.copied()).collect()
    })
}

/// A scalar's value written in one of the styles, as a text that holds it alone.
fn written(value: &str, style: usize) -> String {
    match style {
        0 => format!("{value:?}").replace("\\u{", "\\U{").replace("\\'", "'"),
        1 => format!("'{}'", value.replace('\'', "''").replace('\n', "\n\n")),
        2 => format!("key:\n  {}", value.replace('\n', "\n\n  ")),
        _ => {
            let lines: Vec<String> = value.split('\n').map(|line| format!("  {line}\n")).collect();
            format!("key: {}\n{}next: x", ["|-", ">-", "|+", ">+"][style % 4], lines.concat())
        }
    }
}

/// The value of a piece of a text, if it were all of a scalar of that style.
fn decoded(piece: &str, style: Style) -> Option<String> {
    let text = match style {
        Style::DoubleQuoted => format!("\"{piece}\""),
        Style::SingleQuoted => format!("'{piece}'"),
        _ => return None,
    };
    let tree = Syntax::Yaml.parse(&text);
    let root = tree.documents(&text).next()?;
    root.as_str().map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in any::<String>()) {
        holds_together(&text);
    }

    #[test]
    fn any_pieces_are_read(text in pieces()) {
        holds_together(&text);
    }

    #[test]
    fn any_mutation_is_read(text in mutated()) {
        holds_together(&text);
    }

    #[test]
    fn a_piece_of_a_value_is_found_where_it_is_written(
        value in "[a-z](['a-zé \\\\\"\t]{0,5}[a-z]\n{0,3}[a-zé]){0,6}",
        style in 0..7usize,
        cuts in any::<[prop::sample::Index; 2]>(),
    ) {
        let text = written(&value, style);
        let tree = Syntax::Yaml.parse(&text);
        let scalar = tree.nodes(&text).find(|node| !node.is_key() && node.as_str().is_some());
        let Some(scalar) = scalar.filter(|_| tree.errors.is_empty()) else { return Ok(()) };
        let value = scalar.as_str().unwrap();
        let ends: Vec<usize> = value.char_indices().map(|(at, _)| at).chain([value.len()]).collect();
        let (one, other) = (ends[cuts[0].index(ends.len())], ends[cuts[1].index(ends.len())]);
        let within = Span::new(one.min(other), one.max(other));
        let span = scalar.value_span(within);
        let (piece, source) = (&value[within.range()], text.get(span.range()).expect("a part of the text"));
        prop_assert!(scalar.span().contains(span));
        match decoded(source, scalar.style().unwrap()) {
            // At its edges a piece may hold the blank that a line break folds to.
            Some(again) => prop_assert_eq!(piece.trim(), again.trim()),
            // Outside quotes only line breaks and indentation are written otherwise.
            None => prop_assert!(source.split_whitespace().eq(piece.split_whitespace()), "{source:?} is not {piece:?}"),
        }
    }
}

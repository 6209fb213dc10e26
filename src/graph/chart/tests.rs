//! The machine beside an independent one, and what a chart's templates make of its values.
//!
//! It does not know what is done with what they write.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::machine::{Machine, Stop, Template};
use super::marks::{self, Plain, UNKNOWN};
use super::source::Templates;
use super::value::Value;
use crate::syntax::Syntax;
use crate::syntax::program::parse;

/// What the templates below see, as YAML.
const DATA: &str = "yes: true\nno: false\nname: shop\nempty: ''\nnumber: 3\nlist: [a, b, c]\nnone: []\nmap: {x: one, y: two}\ndeep: {er: {still: here}}\n";

/// Every construct of the language, in templates that need no functions but the language's own.
const TEMPLATES: [&str; 26] = [
    "a {{ .name }} b",
    "a\n  {{- .name -}}\n  b",
    "{{/* nothing */}}a {{- /* nothing */ -}} b",
    "{{ if .yes }}y{{ else }}n{{ end }}{{ if .no }}y{{ else }}n{{ end }}",
    "{{ if .no }}1{{ else if .yes }}2{{ else }}3{{ end }}",
    "{{ if .no }}1{{ else if .none }}2{{ else }}3{{ end }}",
    "{{ if not .empty }}e{{ end }}{{ if and .yes .name }}{{ and .yes .name }}{{ end }}{{ or .empty .none .name }}",
    "{{ with .deep }}{{ .er.still }}{{ $.name }}{{ end }}{{ with .empty }}x{{ else }}none{{ end }}",
    "{{ with $x := .name }}{{ $x }}{{ . }}{{ end }}",
    "{{ with .empty }}a{{ else with .name }}{{ . }}{{ end }}",
    "{{ range .list }}<{{ . }}>{{ end }}",
    "{{ range $i, $e := .list }}{{ $i }}={{ $e }} {{ end }}",
    "{{ range $e := .list }}{{ $e }}{{ end }}",
    "{{ range .none }}x{{ else }}none{{ end }}",
    "{{ range $k, $v := .map }}{{ $k }}:{{ $v }};{{ end }}",
    "{{ range .list }}{{ if eq . \"b\" }}{{ continue }}{{ end }}{{ . }}{{ end }}",
    "{{ range .list }}{{ if eq . \"b\" }}{{ break }}{{ end }}{{ . }}{{ end }}",
    "{{ $x := .name }}{{ if .yes }}{{ $x = \"new\" }}{{ end }}{{ $x }}",
    "{{ $x := 1 }}{{ if .yes }}{{ $x := 2 }}{{ $x }}{{ end }}{{ $x }}",
    "{{ define \"t\" }}[{{ .er.still }}]{{ end }}{{ template \"t\" .deep }}",
    "{{ block \"b\" .map }}{{ .x }}{{ end }}",
    "{{ printf \"%s-%d-%v-%q\" .name .number .yes .name }}",
    "{{ .name | printf \"%s-%s\" \"a\" }}{{ (index .map \"x\") }}{{ index .list 1 }}{{ len .list }}",
    "{{ if eq .number 3 }}three{{ end }}{{ if ne .name \"shop\" }}x{{ end }}{{ if lt .number 4 }}lt{{ end }}{{ if ge .number 4 }}ge{{ end }}",
    "{{ \"quo\\\"ted\" }}{{ `raw\\n` }}{{ 'a' }}{{ 0x1f }}{{ true }}",
    "{{ (index .deep \"er\").still }}{{ if (or (eq .name \"a\") (eq .name \"shop\")) -}}\n  in{{ end }}",
];

fn values(text: &str) -> Value {
    let tree = Syntax::Yaml.parse(text);
    let data = crate::graph::Data::of(tree.documents(text).next().expect("a document"), 0);
    let mut number = 0;
    Value::of(&data, &mut |_| {
        number += 1;
        Some(number)
    })
}

/// What we write, with marks.
fn marked(text: &str, dot: &Value) -> Result<String, Stop> {
    let program = parse(text).unwrap_or_else(|| panic!("no program: {text}"));
    let template = |steps| Template { steps, text: text.into() };
    let defines = program.defines.into_iter().map(|(name, steps)| (name, template(steps))).collect();
    let templates = Templates::given(&defines);
    let mut machine = Machine::new(&templates);
    machine.run(&template(Arc::new(program.body)), dot).map(|output| output.text)
}

/// As above, without marks.
fn written(text: &str, data: &str) -> String {
    Plain::of(&marked(text, &values(data)).expect("it runs")).text
}

fn theirs(value: &Value) -> gotmpl::Value {
    match value {
        Value::Bool(truth) => gotmpl::Value::Bool(*truth),
        Value::Integer(number) => gotmpl::Value::Int(*number),
        Value::List(items) => gotmpl::Value::List(items.iter().map(theirs).collect::<Vec<_>>().into()),
        Value::Map(map) => {
            let entries = map.borrow().iter().map(|(key, value)| (key.as_ref().into(), theirs(value))).collect();
            gotmpl::Value::Map(Arc::new(entries))
        }
        other => gotmpl::Value::String(other.exact().expect("known").into()),
    }
}

#[test]
fn what_templates_write_is_what_an_independent_machine_writes() {
    let dot = values(DATA);
    for text in TEMPLATES {
        let other = gotmpl::Template::new("test").parse(text).and_then(|it| it.execute_to_string(&theirs(&dot)));
        assert_eq!(written(text, DATA), other.unwrap_or_else(|error| panic!("{text}: {error}")), "{text}");
    }
}

#[test]
fn both_branches_of_what_is_unknown_may_be_there() {
    let text = "{{ if .Capabilities.x }}a{{ else }}b{{ end }}c{{ .Files.Get \"x\" }}";
    let data = Value::map([("Capabilities".into(), Value::Unknown), ("Files".into(), Value::Unknown)]);
    let plain = Plain::of(&marked(text, &data).unwrap());
    assert_eq!(
        (plain.text.as_str(), plain.maybe.as_slice()),
        (&*format!("abc{UNKNOWN}"), std::slice::from_ref(&(0..2)))
    );
}

#[test]
fn what_is_set_under_an_unknown_condition_is_unknown_afterwards() {
    let text =
        "{{ $x := \"a\" }}{{ if randAlpha 1 }}{{ $x = \"b\" }}{{ end }}{{ $x }}{{ $y := dict \"k\" \"v\" }}{{ $y.k }}";
    assert!(written(text, DATA).ends_with(&format!("{UNKNOWN}v")));
}

#[test]
fn the_functions_of_charts_are_known() {
    for (action, expected) in [
        ("default \"x\" .empty", "x"),
        ("coalesce .empty .none .name", "shop"),
        ("ternary \"a\" \"b\" .yes", "a"),
        (".name | quote", "\"shop\""),
        (".name | b64enc", "c2hvcA=="),
        (".name | b64enc | b64dec", "shop"),
        ("printf \"%s-db-\" .name | trunc 63 | trimSuffix \"-\"", "shop-db"),
        ("tpl \"{{ .name }}!\" .", "shop!"),
        ("required \"it\" .name", "shop"),
        ("toYaml .map | nindent 2", "\n  x: one\n  \"y\": two"),
        ("(fromYaml (toYaml .map)).x", "one"),
        ("dig \"er\" \"still\" \"no\" .deep", "here"),
        ("dig \"er\" \"nothing\" \"no\" .deep", "no"),
        ("(merge (dict \"a\" \"1\") (dict \"a\" \"2\" \"b\" \"3\")).b", "3"),
        ("join \"-\" .list", "a-b-c"),
        ("hasKey .map \"x\"", "true"),
        ("(omit .map \"x\") | keys | first", "y"),
        ("replace \"s\" \"S\" .name | upper | lower", "shop"),
        ("randAlphaNum 5", "\u{F0002}"),
        ("genCA \"a\" 1", "\u{F0002}"),
        (".name | sha256sum", "\u{F0002}"),
    ] {
        assert_eq!(written(&format!("{{{{ {action} }}}}"), DATA), expected, "{action}");
    }
}

#[test]
fn a_value_keeps_its_mark_wherever_it_goes_as_a_whole() {
    let dot = values("secret: abc\n");
    for action in
        [".secret", ".secret | default \"x\"", "tpl .secret .", "toYaml .secret", "trim .secret", "print .secret"]
    {
        let text = marked(&format!("{{{{ {action} }}}}"), &dot).unwrap();
        assert_eq!(marks::only_origin(&text), Some((1, "abc")), "{action}");
    }
    let quoted = Plain::of(&marked("k: {{ .secret | b64enc | quote }}", &dot).unwrap());
    assert_eq!(quoted.only_origin(&(4..8)), Some(1));
}

#[test]
fn a_template_that_refuses_its_values_or_never_ends_stops() {
    let dot = values(DATA);
    assert_eq!(marked("{{ fail \"no\" }}", &dot), Err(Stop::Failed));
    assert_eq!(marked("{{ required \"it\" .empty }}", &dot), Err(Stop::Failed));
    assert_eq!(
        marked("{{ define \"a\" }}{{ template \"a\" . }}{{ end }}{{ template \"a\" . }}", &dot),
        Err(Stop::TooMuch)
    );
    let nested = (0..8).fold("x".to_owned(), |inner, _| format!("{{{{ range until 1000 }}}}{inner}{{{{ end }}}}"));
    assert_eq!(marked(&nested, &dot), Err(Stop::TooMuch));
    assert_eq!(marked("{{ $_ := set .map \"self\" .map }}{{ toYaml .map | len | lt 0 }}", &dot).map(|_| ()), Ok(()));
}

/// Actions of any kind in any order: none may panic.
#[test]
fn no_template_makes_the_machine_panic() {
    let pieces = [
        "{{",
        "}}",
        " if ",
        ".a",
        " end ",
        " range ",
        "$x",
        ":=",
        "|",
        "(",
        ")",
        "\"",
        "`",
        " else ",
        "-",
        " index ",
        "1",
        " \n",
        "é",
        "trunc -9 ",
        "substr 5 2 ",
        "slice ",
    ];
    let dot = values(DATA);
    let mut state: u64 = 7;
    let mut seen = BTreeMap::new();
    for _ in 0..20_000 {
        let mut text = String::from("{{ ");
        for _ in 0..8 {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            text.push_str(pieces[(state >> 33) as usize % pieces.len()]);
        }
        text.push_str(" }}");
        if parse(&text).is_some() {
            // What comes of it does not matter.
            *seen.entry(marked(&text, &dot).is_ok()).or_insert(0) += 1;
        }
    }
    assert!(seen.values().sum::<i32>() > 20, "{seen:?}");
}

//! Chart templates: holes, and what they leave unknown.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tightlip::syntax::{Control, HoleKind, Node, Syntax};

use super::draws;

#[test]
fn a_value_is_unknown() {
    draws(
        Syntax::YamlTemplate,
        &[
            ("a: {{ .Values.a }}\nb: c", r#"0..23{"a": "{{ .Values.a }}"?, "b": "c"}"#),
            (
                "a: \"{{ .a | default \"b\" }}\"",
                r#"0..27{"a": "\"{{ .a | default \"b\" }}\""="{{ .a | default \"b\" }}"?}"#,
            ),
            ("{{ .k }}: {{ .v }}\nc: d", r#"0..23{"{{ .k }}"?: "{{ .v }}"?, "c": "d"}?"#),
            ("- {{ . }}-{{ `}}` }}\n", r#"0..20["{{ . }}-{{ `}}` }}"?]"#),
            ("image: r/{{ .a }}:{{ .b }} # c", r#"0..26{"image": "r/{{ .a }}:{{ .b }}"?}"#),
            ("a: {{ .x\n  | quote }}\nb: c", r#"0..26{"a": "{{ .x"?, "b": "c"}"#),
        ],
    );
}

#[test]
fn control_flow_and_comments_are_blank() {
    draws(
        Syntax::YamlTemplate,
        &[
            ("{{- if .a }}\na: b\n{{- else }}\na: c\n{{- end }}\n", r#"13..34{"a": "b", "a": "c"}"#),
            ("{{/* a: }} b\n*/}}\nc: d", r#"18..22{"c": "d"}"#),
            ("{{- $x := \"}}\" -}}\na: {{ if .b }}c{{ end }}", r#"19..43{"a": "{{ if .b }}c{{ end }}"?}"#),
            (
                "a: {{ if .b }}\"\"{{ else }}{{ . }}{{ end }}",
                r#"0..42{"a": "{{ if .b }}\"\"{{ else }}{{ . }}{{ end }}"?}"#,
            ),
        ],
    );
}

#[test]
fn lines_that_an_action_adds_make_their_owner_unknown() {
    draws(
        Syntax::YamlTemplate,
        &[
            ("a:\n  b: c\n  {{- include \"d\" . | nindent 2 }}\ne: f", r#"0..49{"a": 5..9{"b": "c"}?, "e": "f"}"#),
            ("a:\n  {{- toYaml .b | nindent 2 }}\nc: d", r#"0..38{"a": ""?, "c": "d"}"#),
            (
                "a:\n  b:\n    - c: d\n    {{- toYaml .e | nindent 4 }}\n  f: g",
                r#"0..58{"a": 5..58{"b": 12..18[14..18{"c": "d"}]?, "f": "g"}}"#,
            ),
            ("a: {{- toYaml .b | nindent 2 }}\nc: d", r#"0..36{"a": ""?, "c": "d"}"#),
            ("a:\n  b: c\n{{ toYaml .d | indent 2 }}\n", r#"0..9{"a": 5..9{"b": "c"}?}"#),
            ("a:\n  b: c\n  {{- tpl .d . }}\ne: f", r#"0..32{"a": 5..9{"b": "c"}?, "e": "f"}?"#),
            ("{{ include \"a\" . }}", ""),
        ],
    );
}

#[test]
fn keys_in_two_branches_are_not_twice() {
    draws(
        Syntax::YamlTemplate,
        &[
            (
                "{{ if .a }}\nb: 1\n{{ else }}\nb: 2\nb: 3\n{{ end }}",
                r#"12..37{"b": "1", "b": "2", "b": "3"} | twice "b""#,
            ),
            ("a: 1\n# {{ .b }}\na: 2", r#"0..20{"a": "1", "a": "2"} | twice "a""#),
        ],
    );
}

#[test]
fn braces_that_are_written_out_are_one_hole() {
    draws(
        Syntax::YamlTemplate,
        &[
            ("a: \"{{ `{{ .b }}` }}\"", r#"0..21{"a": "\"{{ `{{ .b }}` }}\""="{{ `{{ .b }}` }}"?}"#),
            ("a: {{ \"{{\" }} .b {{ \"}}\" }}", r#"0..27{"a": "{{ \"{{\" }} .b {{ \"}}\" }}"?}"#),
        ],
    );
}

#[test]
fn blocks_keep_the_indentation_of_their_text() {
    draws(
        Syntax::YamlTemplate,
        &[
            (
                "a: |\n    {{- if .b }}\n  c\n    {{- end }}\n  d\ne: f",
                r#"0..49{"a": "  {{- if .b }}\n  c\n    {{- end }}\n  d\n"="  {{- if .b }}\nc\n  {{- end }}\nd\n"?, "e": "f"}"#,
            ),
            ("- |\n      {{- if .b }}\n  c\n", r#"0..27["    {{- if .b }}\n  c\n"="    {{- if .b }}\nc\n"?]"#),
            ("a: |\n  {{- .b | nindent 2 }}\nc: d", r#"0..33{"a": ""?, "c": "d"}"#),
        ],
    );
}

#[test]
fn an_empty_collection_of_the_other_branch_is_blank() {
    draws(
        Syntax::YamlTemplate,
        &[(
            "a:\n  {{- if .b }}\n  c: d\n  {{- else }}\n  {}\n  {{- end }}\ne: f",
            r#"0..61{"a": 20..24{"c": "d"}, "e": "f"}"#,
        )],
    );
}

#[test]
fn a_definition_is_a_document() {
    draws(
        Syntax::YamlTemplate,
        &[(
            "{{- define \"a\" -}}\nb: c\n{{- if .d }}\ne: f\n{{- end }}\n{{- end -}}\ng: h",
            r#"19..41{"b": "c", "e": "f"} | 65..69{"g": "h"}"#,
        )],
    );
}

#[test]
fn braces_that_never_close_are_an_error() {
    draws(
        Syntax::YamlTemplate,
        &[("a: b\nc: {{ .d\n", r#"0..13{"a": "b", "c": "{{ .d"?} | 2:4 this {{ is never closed"#)],
    );
}

#[test]
fn holes_say_what_they_do() {
    let text = "{{- if .a }}{{ else if .b }}{{ end -}}{{ range $i, $v := .c }}{{/* d */}}{{ $e = 1 }}{{ .f }}\
                {{ toYaml .g | nindent 2 }}{{ include (printf \"indent\") . }}";
    let kinds: Vec<_> = Syntax::YamlTemplate.parse(text).holes.iter().map(|hole| hole.kind).collect();
    let expected = [
        HoleKind::Control(Control::If),
        HoleKind::Control(Control::Else),
        HoleKind::Control(Control::End),
        HoleKind::Control(Control::Range),
        HoleKind::Comment,
        HoleKind::Assignment,
        HoleKind::Value,
        HoleKind::Indented,
        HoleKind::Value,
    ];
    assert_eq!(kinds, expected);
}

/// Run with TIGHTLIP_CORPUS naming a folder of charts.
#[test]
#[ignore = "needs a folder of charts"]
fn nearly_all_templates_of_a_corpus_are_read() {
    let corpus = std::env::var_os("TIGHTLIP_CORPUS").expect("TIGHTLIP_CORPUS names a folder");
    let mut templates = Vec::new();
    collect(Path::new(&corpus), &mut templates);
    let is_broken = |path: &&PathBuf| {
        std::fs::read_to_string(path).is_ok_and(|text| !Syntax::YamlTemplate.parse(&text).errors.is_empty())
    };
    let broken: Vec<_> = templates.iter().filter(is_broken).collect();
    assert!(broken.len() * 100 <= templates.len(), "{} of {}: {broken:#?}", broken.len(), templates.len());
}

fn collect(folder: &Path, templates: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            collect(&path, templates);
        } else if path.extension().is_some_and(|ext| ext == "yaml" || ext == "yml")
            && path.components().any(|part| part.as_os_str() == "templates")
        {
            templates.push(path);
        }
    }
}

/// Templates whose conditions are `.a`, `.b` and `.c`.
const GUARDED: [&str; 9] = [
    "kind: A\n{{- if .a }}\nspec: {x: 1}\n{{- end }}\nlast: z\n",
    "spec:\n  {{- if .a }}\n  x: one\n  {{- else }}\n  x: two\n  {{- end }}\n  y: {{ .b }}\n",
    "env:\n  {{- if .a }}\n  - name: A\n    value: x\n  {{- end }}\n  {{- if .b }}\n  - name: B\n    value: {{ .c | printf \"%v\" }}\n  {{- end }}\n  - name: C\n",
    "data:\n  {{- with .a }}\n  k: {{ . }}\n  {{- else }}\n  j: none\n  {{- end }}\n",
    "{{- if and .a (not .b) -}}\nkind: A\n{{- else if .c }}\nkind: C\n{{- else }}\nkind: B\n{{- end }}\nname: n\n",
    "name: {{ if .a }}\"one\"{{ else }}\"two\"{{ end }}\nother: x-{{ .b }}-y\n",
    "text: |\n  first\n  {{- if .a }}\n  {{ .b }} and\n  {{- end }}\n  last\nafter: it\n",
    "items:\n{{- range .list }}\n- key: {{ . }}\n  of: it\n{{- end }}\nend: here\n",
    "{{- /* a comment */ -}}\na: {b: [1, {{ .a }}]}\n{{ if .b }}\nc: 'd'\n{{ end }}\ne: f\n",
];

#[test]
fn what_is_written_under_any_condition_is_in_the_masked_tree() {
    for text in GUARDED {
        let masked = Syntax::YamlTemplate.parse(text);
        assert_eq!(masked.errors, [], "{text}");
        let roots: Vec<Node> = masked.documents(text).collect();
        for bits in 0..8u8 {
            let written = rendered(text, bits);
            let tree = Syntax::Yaml.parse(&written);
            assert_eq!(tree.errors, [], "{written}");
            for root in tree.documents(&written) {
                assert!(roots.iter().any(|masked| holds(*masked, root)), "{text}\nwith {bits:03b} writes\n{written}");
            }
        }
    }
}

/// By an independent machine for Go's templates.
fn rendered(text: &str, bits: u8) -> String {
    use gotmpl::Value;
    let flag = |at: u8| Value::Bool(bits & (1 << at) != 0);
    let list = Value::List([Value::Int(1), Value::Int(2)].into());
    let data = [("a", flag(0)), ("b", flag(1)), ("c", flag(2)), ("list", list)];
    let data = Value::Map(data.into_iter().map(|(key, value)| (key.into(), value)).collect::<BTreeMap<_, _>>().into());
    let template = gotmpl::Template::new("test").parse(text).expect("a template");
    template.execute_to_string(&data).expect("it runs")
}

/// True where `masked` says all that `written` says, or leaves it unknown. Both branches of an `if` can be in it.
fn holds(masked: Node, written: Node) -> bool {
    if masked.is_unknown() || masked.is_masked() && masked.as_str().is_some() {
        return true;
    }
    match written.as_str() {
        Some(text) => masked.as_str() == Some(text) || written.is_null(),
        None if written.is_sequence() => written.items().all(|item| masked.items().any(|other| holds(other, item))),
        None => written.own_entries().all(|(key, value)| {
            let mut same = masked.own_entries().filter(|(other, _)| other.as_str() == key.as_str());
            same.any(|(_, other)| holds(other, value))
        }),
    }
}

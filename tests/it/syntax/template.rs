//! Chart templates: holes, and what they leave unknown.

use std::path::{Path, PathBuf};

use tightlip::syntax::{Control, HoleKind, Syntax};

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

//! The templates of external-secrets: fields that nothing fills, and names that Go cannot read.
//!
//! It does not know functions, nor what a template makes of its values.

use super::{Context, Reporter};
use crate::document::{Document, ExternalSecret, Form};
use crate::syntax::{Change, Node};
use crate::text::{Span, closest, only_closest};

/// In these a dot means something else, or text comes from elsewhere.
const SHIFTS: [&str; 6] = ["range", "with", "define", "template", "block", "tpl"];

/// `template-variable-unknown`
pub fn unknown_variable(document: &Document, _context: &Context, reporter: &mut Reporter) {
    for external_secret in ExternalSecret::all(document).iter().filter(|_| document.form() == Form::Whole) {
        let keys: Option<Vec<&str>> = external_secret.data().map(|entry| entry.str_at("secretKey")).collect();
        let Some(keys) = keys.filter(|keys| !keys.is_empty() && external_secret.data_from().next().is_none()) else {
            continue;
        };
        for value in texts(external_secret) {
            let text = value.as_str().unwrap_or_default();
            if actions(text).any(|action| words(&text[action.range()]).any(|word| SHIFTS.contains(&word))) {
                continue;
            }
            for (span, name, follows_dash) in fields(text) {
                if follows_dash || keys.contains(&name) {
                    continue;
                }
                let hint = match closest(name, keys.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("there is `{}`.", keys.join("`, `")),
                };
                let near = only_closest(name, keys.iter().copied()).filter(|near| near.chars().all(is_part));
                let fix = near.and_then(|near| Change::value(text, replaced(text, span, near)).at(value));
                reporter.within(value, span).blank("name", name).blank("hint", hint).fix(fix).emit();
            }
        }
    }
}

/// `template-variable-with-dash`
pub fn dash(document: &Document, _context: &Context, reporter: &mut Reporter) {
    for external_secret in ExternalSecret::all(document).iter().filter(|_| document.form() == Form::Whole) {
        for value in texts(external_secret) {
            let text = value.as_str().unwrap_or_default();
            for (span, name, _) in fields(text).filter(|(_, _, follows_dash)| *follows_dash) {
                let rest =
                    text[span.end..].split(|char: char| !is_part(char) && char != '-').next().unwrap_or_default();
                let whole = format!("{name}{}", rest.trim_end_matches('-'));
                // With the dot before it.
                let field = Span::new(span.start - 1, span.start + whole.len());
                let indexed = replaced(text, field, &format!("(index . \"{whole}\")"));
                let fix = Change::value(text, indexed).at(value);
                reporter.within(value, span).blank("name", whole).fix(fix).emit();
            }
        }
    }
}

fn replaced(text: &str, part: Span, with: &str) -> String {
    [&text[..part.start], with, &text[part.end..]].concat()
}

/// What the operator runs as a template.
fn texts<'a>(external_secret: &ExternalSecret<'a>) -> Vec<Node<'a>> {
    let Some(template) = external_secret.template() else { return Vec::new() };
    let metadata = ["metadata.annotations", "metadata.labels"].into_iter().filter_map(|path| template.at(path));
    let maps = template.get("data").into_iter().chain(metadata);
    let values = maps.flat_map(Node::entries).map(|(_, value)| value);
    let literals = template.get("templateFrom").into_iter().flat_map(Node::items).filter_map(|it| it.get("literal"));
    // Substitution by a tool that comes before is nothing that Go sees.
    values.chain(literals).filter(|value| !value.as_str().is_none_or(|text| text.contains("${"))).collect()
}

/// The insides of `{{ … }}`, without comments.
fn actions(text: &str) -> impl Iterator<Item = Span> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text.get(at..)?.find("{{")? + 2;
        let end = start + text[start..].find("}}")?;
        at = end + 2;
        Some(Span::new(start, end))
    })
    .filter(move |action| !text[action.range()].trim_start_matches('-').trim_start().starts_with("/*"))
}

/// Each field of the root: its name's place, the name, and whether Go would stop at a dash behind it.
fn fields(text: &str) -> impl Iterator<Item = (Span, &str, bool)> {
    actions(text).flat_map(move |action| {
        let mut found = Vec::new();
        let bytes = text.as_bytes();
        let (mut at, mut quote) = (action.start, None);
        while at < action.end {
            let byte = bytes[at];
            match quote {
                Some(b'"') if byte == b'\\' => at += 1,
                Some(open) if byte == open => quote = None,
                Some(_) => {}
                None if matches!(byte, b'"' | b'`' | b'\'') => quote = Some(byte),
                None if byte == b'.'
                    && at > 0
                    && matches!(bytes[at - 1], b' ' | b'(' | b'{' | b'|' | b'\t' | b'\n') =>
                {
                    let length = text[at + 1..action.end].find(|char| !is_part(char)).unwrap_or(action.end - at - 1);
                    let name = Span::new(at + 1, at + 1 + length);
                    let mut after = text[name.end..action.end].chars();
                    let follows_dash = after.next() == Some('-') && after.next().is_some_and(is_part);
                    if length > 0 && !text[name.range()].starts_with(|char: char| char.is_ascii_digit()) {
                        found.push((name, &text[name.range()], follows_dash));
                    }
                    at = name.end;
                    continue;
                }
                None => {}
            }
            at += 1;
        }
        found
    })
}

fn words(action: &str) -> impl Iterator<Item = &str> {
    action.split(|char| !is_part(char)).filter(|word| !word.is_empty())
}

fn is_part(char: char) -> bool {
    char.is_alphanumeric() || char == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<(&str, bool)> {
        fields(text).map(|(_, name, follows_dash)| (name, follows_dash)).collect()
    }

    #[test]
    fn fields_are_found_where_go_reads_them() {
        assert_eq!(names("a {{ .user }} {{- .pass | b64enc -}}"), [("user", false), ("pass", false)]);
        assert_eq!(names("{{.user}} {{ printf \"%s.x\" (.pass) }}"), [("user", false), ("pass", false)]);
        assert_eq!(names("{{ .db-pass }} {{ index . \"db-pass\" }}"), [("db", true)]);
        assert_eq!(names("{{ (.a | fromJson).b }} {{ $.c }} {{/* .d */}} .e"), [("a", false)]);
        assert_eq!(names("{{ .a"), []);
        assert_eq!(names("{{ \"\\\" .a\" }}{{ 'x' }}ü{{ .größe }}"), [("größe", false)]);
    }
}

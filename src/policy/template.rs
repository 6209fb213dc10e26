//! Templates of names, keys and paths: `xred-eln/{app}/*`. `{x}` is one segment or a part of one and equals its binding,
//! `*` is whatever stands in one segment, `**` is any number of segments.
//!
//! It does not know what is bound to what.

use std::fmt;

/// Steps after which a text is taken not to match: people stay a thousand times below.
const MOST_STEPS: usize = 100_000;

/// Bytes of a template.
const LONGEST: usize = 1_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    text: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    /// `{x}`
    Binding(String),
    /// `*`
    Segment,
    /// `**/`: none, one or several whole segments.
    Segments,
    /// `**` at the end: at least one segment.
    Rest,
}

/// What the blanks of a template stand for in a text, in their order.
pub type Captures<'a> = Vec<(&'a str, String)>;

impl Template {
    /// The template, or why it is none.
    pub fn parse(text: &str) -> Result<Template, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (part, length) = part(rest, parts.last().is_none_or(ends_segment))
                .ok_or_else(|| format!("`{text}` is not a template: write `{{name}}`, `*` or a whole segment `**`"))?;
            match (parts.last_mut(), part) {
                (Some(Part::Literal(before)), Part::Literal(more)) => before.push_str(&more),
                (_, part) => parts.push(part),
            }
            rest = &rest[length..];
        }
        match parts.is_empty() || text.len() > LONGEST {
            true => Err(format!("a template has between 1 and {LONGEST} bytes")),
            false => Ok(Template { text: text.to_owned(), parts }),
        }
    }

    /// As it is written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The names of its blanks.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Binding(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// True where `text` is what the template says, with `{x}` equal to its value; blanks without a value are free.
    pub fn matches(&self, text: &str, value: &dyn Fn(&str) -> Option<String>) -> bool {
        self.walk(text, value).is_some()
    }

    /// What the blanks stand for in a text of the template's shape.
    pub fn captures(&self, text: &str) -> Option<Captures<'_>> {
        self.walk(text, &|_| None)
    }

    /// The template with the blanks filled that have a value: what a text would have to look like.
    pub fn filled(&self, value: &dyn Fn(&str) -> Option<String>) -> String {
        let part = |part: &Part| match part {
            Part::Literal(literal) => literal.clone(),
            Part::Binding(name) => value(name).unwrap_or_else(|| format!("{{{name}}}")),
            Part::Segment => "*".to_owned(),
            Part::Segments => "**/".to_owned(),
            Part::Rest => "**".to_owned(),
        };
        self.parts.iter().map(part).collect()
    }

    fn walk(&self, text: &str, value: &dyn Fn(&str) -> Option<String>) -> Option<Captures<'_>> {
        let mut walk = Walk { value, steps: 0, captures: Vec::new() };
        walk.parts(&self.parts, text).then_some(walk.captures)
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn ends_segment(part: &Part) -> bool {
    match part {
        Part::Literal(literal) => literal.ends_with('/'),
        Part::Segments => true,
        Part::Binding(_) | Part::Segment | Part::Rest => false,
    }
}

/// The first part of `text` and its length in bytes.
fn part(text: &str, starts_segment: bool) -> Option<(Part, usize)> {
    if let Some(rest) = text.strip_prefix('{') {
        let name = rest.split_once('}')?.0;
        let is_name =
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
        return is_name.then(|| (Part::Binding(name.to_owned()), name.len() + 2));
    }
    if text.starts_with("**") {
        return match (starts_segment, &text[2..]) {
            (true, "") => Some((Part::Rest, 2)),
            (true, rest) if rest.starts_with('/') => Some((Part::Segments, 3)),
            _ => None,
        };
    }
    if text.starts_with('*') {
        return Some((Part::Segment, 1));
    }
    let length = text.find(['{', '*', '}']).unwrap_or(text.len());
    (length > 0).then(|| (Part::Literal(text[..length].to_owned()), length))
}

struct Walk<'v, 't> {
    value: &'v dyn Fn(&str) -> Option<String>,
    steps: usize,
    captures: Captures<'t>,
}

impl<'t> Walk<'_, 't> {
    fn parts(&mut self, parts: &'t [Part], text: &str) -> bool {
        self.steps += 1;
        if self.steps > MOST_STEPS {
            return false;
        }
        let Some((part, parts)) = parts.split_first() else { return text.is_empty() };
        match part {
            Part::Literal(literal) => text.strip_prefix(&**literal).is_some_and(|rest| self.parts(parts, rest)),
            Part::Rest => !text.is_empty(),
            Part::Segment => self.segment(None, parts, text),
            Part::Binding(name) => match (self.value)(name) {
                Some(value) => text.strip_prefix(&*value).is_some_and(|rest| self.parts(parts, rest)),
                None => self.segment(Some(name), parts, text),
            },
            Part::Segments => {
                let after = |at: usize| text.get(at + 1..).unwrap_or_default();
                self.parts(parts, text)
                    || text.match_indices('/').map(|(at, _)| after(at)).any(|rest| self.parts(parts, rest))
            }
        }
    }

    /// The longest first: the later parts of a template are its suffixes.
    fn segment(&mut self, name: Option<&'t str>, parts: &'t [Part], text: &str) -> bool {
        let longest = text.find('/').unwrap_or(text.len());
        let ends = text.char_indices().map(|(at, char)| at + char.len_utf8()).take_while(|&end| end <= longest);
        let ends: Vec<usize> = ends.collect();
        for end in ends.into_iter().rev() {
            let known = self.captures.len();
            if let Some(name) = name {
                let same = |(other, value): &(&str, String)| *other != name || *value == text[..end];
                if !self.captures.iter().all(same) {
                    continue;
                }
                self.captures.push((name, text[..end].to_owned()));
            }
            if self.parts(parts, &text[end..]) {
                return true;
            }
            self.captures.truncate(known);
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn captured(template: &str, text: &str) -> Option<String> {
        let template = Template::parse(template).unwrap();
        let captures = template.captures(text)?;
        Some(captures.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn blanks_and_stars_stay_in_their_segment() {
        for (template, text, expected) in [
            ("k8s/{app}/**", "k8s/demo/a/b.yaml", Some("app=demo")),
            ("k8s/{app}/**", "k8s/kustomization.yaml", None),
            ("k8s/{app}/**", "k8s/demo/", None),
            ("values-{env}.yaml", "values-prod.yaml", Some("env=prod")),
            ("tenant-{tenant}", "tenant-acme-corp", Some("tenant=acme-corp")),
            ("x/{app}/*", "x/demo/api", Some("app=demo")),
            ("x/{app}/*", "x/demo/api/key", None),
            ("x/{app}/*", "x/demo/", None),
            ("**/overlays/{env}/**", "overlays/dev/a", Some("env=dev")),
            ("**/overlays/{env}/**", "a/b/overlays/dev/a", Some("env=dev")),
            ("{a}/{a}", "x/x", Some("a=x a=x")),
            ("{a}/{a}", "x/y", None),
            ("{service}-*-tls", "pay-ment-é-tls", Some("service=pay-ment")),
            ("literal", "literal", Some("")),
        ] {
            assert_eq!(captured(template, text).as_deref(), expected, "{template} {text}");
        }
    }

    #[test]
    fn a_bound_blank_equals_its_value() {
        let template = Template::parse("{tenant}-*").unwrap();
        let acme = |_: &str| Some("acme".to_owned());
        assert!(template.matches("acme-key", &acme) && !template.matches("acm-key", &acme));
        assert_eq!(template.filled(&acme), "acme-*");
        assert_eq!(template.filled(&|_| None), "{tenant}-*");
    }

    #[test]
    fn what_is_no_template_is_refused() {
        for wrong in ["", "{", "{}", "{a b}", "a**", "**b", "a}"] {
            assert!(Template::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn hostile_templates_and_texts_end() {
        let template = Template::parse(&"*a".repeat(30)).unwrap();
        assert!(template.captures(&"a".repeat(4000)).is_none());
    }
}

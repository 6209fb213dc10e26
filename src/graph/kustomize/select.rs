//! Selectors: which objects a patch or a replacement is for, by patterns on their ids and by their labels.
//!
//! It does not know what happens to those that it selects.

use regex::{Regex, RegexBuilder};

use super::layer::field_text;
use super::resource::Resource;
use crate::graph::data::Data;

/// Bytes of a compiled pattern; names need a few hundred.
const LARGEST_PATTERN: usize = 1 << 20;

#[derive(Debug)]
pub struct Selector {
    group: Pattern,
    version: Pattern,
    kind: Pattern,
    name: Pattern,
    namespace: Pattern,
    labels: Vec<Requirement>,
    annotations: Vec<Requirement>,
}

#[derive(Debug)]
enum Pattern {
    Anything,
    Exactly(Box<str>),
    Matching(Regex),
}

/// One term of a label selector.
#[derive(Debug, PartialEq)]
struct Requirement {
    key: Box<str>,
    test: Test,
}

#[derive(Debug, PartialEq)]
enum Test {
    Exists,
    Missing,
    In(Vec<Box<str>>),
    /// A label that is not there is not in the list either.
    NotIn(Vec<Box<str>>),
    More(i64),
    Less(i64),
}

impl Selector {
    /// `None` where a pattern or a label selector means nothing to kustomize.
    pub fn of(data: &Data) -> Option<Selector> {
        let pattern = |name| Pattern::of(field_text(data, name).unwrap_or_default());
        let requirements = |name| requirements(field_text(data, name).unwrap_or_default());
        Some(Selector {
            group: pattern("group")?,
            version: pattern("version")?,
            kind: pattern("kind")?,
            name: pattern("name")?,
            namespace: pattern("namespace")?,
            labels: requirements("labelSelector")?,
            annotations: requirements("annotationSelector")?,
        })
    }

    /// True when it says nothing about names, namespaces and types.
    pub fn is_open(&self) -> bool {
        let patterns = [&self.group, &self.version, &self.kind, &self.name, &self.namespace];
        patterns.iter().all(|pattern| matches!(pattern, Pattern::Anything))
    }

    /// As a patch selects: the type as it is now, name and namespace as they are or as they were first.
    pub fn selects(&self, resource: &Resource) -> bool {
        let (_, first_name, first_namespace) = resource.original();
        let of_type = self.kind.fits(resource.kind())
            && self.group.fits(resource.object.group())
            && self.version.fits(resource.object.version());
        of_type
            && (self.name.fits(first_name) || self.name.fits(resource.name()))
            && (self.namespace.fits(first_namespace) || self.namespace.fits(resource.effective_namespace()))
            && self.fits_metadata(resource)
    }

    /// As a replacement selects: any id that the object has or had, taken as a whole.
    pub fn selects_any_id(&self, resource: &Resource) -> bool {
        let of_version = self.group.fits(resource.object.group()) && self.version.fits(resource.object.version());
        // The present namespace counts as written.
        let namespaces = std::iter::once(resource.namespace()).chain(resource.names().skip(1).map(|past| past.2));
        of_version
            && resource.names().zip(namespaces).any(|((kind, name, _), namespace)| {
                self.kind.fits(kind) && self.name.fits(name) && self.namespace.fits(namespace)
            })
    }

    pub fn fits_metadata(&self, resource: &Resource) -> bool {
        fit(&self.labels, resource.data().at("metadata.labels"))
            && fit(&self.annotations, resource.data().at("metadata.annotations"))
    }

    pub fn has_metadata(&self) -> bool {
        !self.labels.is_empty() || !self.annotations.is_empty()
    }
}

impl Pattern {
    fn of(text: &str) -> Option<Pattern> {
        if text.is_empty() {
            return Some(Pattern::Anything);
        }
        if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_/".contains(&byte)) {
            return Some(Pattern::Exactly(text.into()));
        }
        let whole = format!("^(?:{text})$");
        RegexBuilder::new(&whole).size_limit(LARGEST_PATTERN).build().ok().map(Pattern::Matching)
    }

    fn fits(&self, text: &str) -> bool {
        match self {
            Pattern::Anything => true,
            Pattern::Exactly(only) => **only == *text,
            Pattern::Matching(regex) => regex.is_match(text),
        }
    }
}

fn fit(requirements: &[Requirement], labels: Option<&Data>) -> bool {
    let value = |key: &str| labels.and_then(|labels| labels.get(key)?.as_str());
    requirements.iter().all(|requirement| match (&requirement.test, value(&requirement.key)) {
        (Test::Exists, value) => value.is_some(),
        (Test::Missing, value) => value.is_none(),
        (Test::In(values), Some(value)) => values.iter().any(|known| **known == *value),
        (Test::NotIn(values), Some(value)) => values.iter().all(|known| **known != *value),
        (Test::NotIn(_), None) => true,
        (Test::More(than), Some(value)) => value.parse::<i64>().is_ok_and(|value| value > *than),
        (Test::Less(than), Some(value)) => value.parse::<i64>().is_ok_and(|value| value < *than),
        (_, None) => false,
    })
}

/// `a=b, c != d, e in (f, g), !h, i`. `None` where the grammar is not kept.
/// <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#api>
fn requirements(text: &str) -> Option<Vec<Requirement>> {
    let mut depth = 0usize;
    let terms = text.split(|character| {
        depth = match character {
            '(' => depth + 1,
            ')' => depth.saturating_sub(1),
            _ => depth,
        };
        character == ',' && depth == 0
    });
    terms.map(str::trim).filter(|term| !term.is_empty()).map(requirement).collect()
}

fn requirement(term: &str) -> Option<Requirement> {
    let make = |key: &str, test: Test| {
        let key = key.trim();
        let valid = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte));
        valid.then(|| Requirement { key: key.into(), test })
    };
    let list = |text: &str| -> Option<Vec<Box<str>>> {
        let inner = text.trim().strip_prefix('(')?.strip_suffix(')')?;
        Some(inner.split(',').map(|value| value.trim().into()).collect())
    };
    let one = |value: &str| vec![value.trim().into()];
    if let Some(key) = term.strip_prefix('!') {
        return make(key, Test::Missing);
    }
    if let Some((key, value)) = term.split_once("!=") {
        return make(key, Test::NotIn(one(value)));
    }
    if let Some((key, value)) = term.split_once("==").or_else(|| term.split_once('=')) {
        return make(key, Test::In(one(value)));
    }
    if let Some((key, value)) = term.split_once('>') {
        return make(key, Test::More(value.trim().parse().ok()?));
    }
    if let Some((key, value)) = term.split_once('<') {
        return make(key, Test::Less(value.trim().parse().ok()?));
    }
    if let Some((key, values)) = term.split_once(" notin") {
        return make(key, Test::NotIn(list(values)?));
    }
    if let Some((key, values)) = term.split_once(" in") {
        return make(key, Test::In(list(values)?));
    }
    make(term, Test::Exists)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn label_selectors_are_read_as_kubernetes_reads_them() {
        let tests = |text| {
            let all: Option<Vec<_>> = requirements(text).map(|all| all.into_iter().map(|one| one.test).collect());
            all
        };
        let values = |values: &[&str]| values.iter().map(|&value| value.into()).collect::<Vec<Box<str>>>();
        assert_eq!(tests("a=b, c!=d"), Some(vec![Test::In(values(&["b"])), Test::NotIn(values(&["d"]))]));
        assert_eq!(tests("a in (b, c),!d,e"), Some(vec![Test::In(values(&["b", "c"])), Test::Missing, Test::Exists]));
        assert_eq!(tests("a notin (b)"), Some(vec![Test::NotIn(values(&["b"]))]));
        assert_eq!(tests("a > 3"), Some(vec![Test::More(3)]));
        assert_eq!(tests(""), Some(vec![]));
        assert_eq!(tests("a b"), None);
    }

    #[test]
    fn patterns_fit_whole_names() {
        let fits = |pattern: &str, name: &str| Pattern::of(pattern).is_some_and(|pattern| pattern.fits(name));
        assert!(fits("", "web") && fits("web", "web") && fits("we.*", "web") && fits("web|api", "api"));
        assert!(!fits("we", "web") && !fits("web|api", "apis"));
        assert!(Pattern::of("(").is_none());
    }
}

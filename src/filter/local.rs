//! An ignore that stands in the file it speaks of: what it names and which lines it covers.
//!
//! It does not know whether a comment or an annotation said it, nor which rules exist.

use std::ops::RangeInclusive;

use crate::model::{Suppression, SuppressionKind};
use crate::text::Span;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignore {
    pub kind: SuppressionKind,
    /// Rule ids as written, with the place of each; none stands for all.
    pub rules: Vec<(String, Span)>,
    pub reason: String,
    /// 1-based lines, both ends included.
    pub first_line: u32,
    pub last_line: u32,
    /// Written for another scanner: that it silences nothing here is no news.
    pub foreign: bool,
}

impl Ignore {
    /// `rule-id,other-rule the reason`, written at `place`, for the object on `lines`.
    pub fn of_annotation(value: &str, place: Span, lines: RangeInclusive<u32>) -> Option<Ignore> {
        let (list, reason) = value.split_once(char::is_whitespace).unwrap_or((value, ""));
        let rules = rules(list.as_bytes(), Span::new(0, list.len()));
        let rules: Vec<_> = rules.into_iter().map(|(rule, span)| (rule, span.shift(place.start))).collect();
        let (first_line, last_line) = lines.into_inner();
        let kind = SuppressionKind::Annotation;
        (!rules.is_empty()).then(|| Ignore {
            kind,
            rules,
            reason: reason.trim().to_owned(),
            first_line,
            last_line,
            foreign: false,
        })
    }

    /// True when it names one of `ids` and covers any line from `first` to `last`.
    pub fn covers(&self, ids: &[&str], first: u32, last: u32) -> bool {
        self.first_line <= last
            && first <= self.last_line
            && (self.rules.is_empty() || self.rules.iter().any(|(rule, _)| ids.contains(&rule.as_str())))
    }

    pub fn suppression(&self) -> Suppression {
        Suppression { kind: self.kind, reason: self.reason.clone() }
    }
}

/// The comma-separated ids in `list`, each with its place in `text`.
pub fn rules(text: &[u8], list: Span) -> Vec<(String, Span)> {
    let mut rules = Vec::new();
    let mut at = list.start;
    for part in list.slice(text).split(|&byte| byte == b',') {
        let id = part.trim_ascii();
        let lead = part.len() - part.trim_ascii_start().len();
        if !id.is_empty() {
            rules.push((String::from_utf8_lossy(id).into_owned(), Span::new(at + lead, at + lead + id.len())));
        }
        at += part.len() + 1;
    }
    rules
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_annotation_names_rules_and_a_reason() {
        let ignore = Ignore::of_annotation("one,two made by a generator", Span::new(100, 127), 3..=9).unwrap();
        assert_eq!(ignore.rules, [("one".to_owned(), Span::new(100, 103)), ("two".to_owned(), Span::new(104, 107))]);
        assert_eq!(ignore.reason, "made by a generator");
        assert!(ignore.covers(&["two"], 9, 12));
        assert!(!ignore.covers(&["two"], 10, 12));
        assert_eq!(Ignore::of_annotation(" why", Span::new(0, 4), 1..=1), None);
    }
}

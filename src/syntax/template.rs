//! A chart's template as YAML with holes: each `{{ … }}` is masked by text of the same length.
//!
//! It does not evaluate anything.

use super::Tree;
use crate::text::Span;

/// A masked `{{ … }}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hole {
    pub span: Span,
}

pub fn parse(text: &str) -> Tree {
    super::yaml::parse(text)
}

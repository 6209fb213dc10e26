//! YAML to a tree.
//!
//! It does not know what a manifest is.

use super::{Builder, Style, Tree};
use crate::text::Span;

pub fn parse(_text: &str) -> Tree {
    Builder::new().finish()
}

/// Where `within` of a decoded `value` stands in `text`, the scalar being written under `span`.
pub fn source_span(_text: &str, span: Span, _value: &str, _style: Style, _within: Span) -> Span {
    span
}

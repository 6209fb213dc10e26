//! From the value of a scalar back to the text in which it is written.
//!
//! It does not know where in a document the scalar stands.

use super::Style;
use crate::text::Span;

/// Where `within` of a decoded `value` stands in `text`, the scalar being written under `span`.
pub fn source_span(_text: &str, span: Span, _value: &str, _style: Style, _within: Span) -> Span {
    span
}

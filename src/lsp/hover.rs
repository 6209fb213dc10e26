//! What a rule says, as Markdown for a hover.
//!
//! It does not know why the reader looks at it.

use crate::model::Rule;

/// The page of a rule: what, why, what to do.
pub fn page(rule: &Rule) -> String {
    let (severity, confidence) = (rule.severity.name(), rule.confidence.name());
    let mut page = format!("### {}\n\n`{}` · {severity}, {confidence} confidence", rule.title, rule.id);
    for (heading, text) in [("What", rule.description), ("Why", rule.rationale), ("What to do", rule.remediation)] {
        page += &format!("\n\n**{heading}.** {}", text.trim());
    }
    for reference in rule.references {
        page += &format!("\n\n<{reference}>");
    }
    page
}

/// The word of rule ids that `offset` lies in.
pub fn word_at(text: &str, offset: usize) -> &str {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    let (before, after) = text.as_bytes().split_at(offset.min(text.len()));
    let start = before.len() - before.iter().rev().take_while(|byte| is_part(byte)).count();
    let end = before.len() + after.iter().take_while(|byte| is_part(byte)).count();
    text.get(start..end).unwrap_or_default()
}

//! What would cure a finding: bytes of files, and how safe it is to change them.
//!
//! It does not know how the bytes were worked out, nor whether the cure works: the engine proves each before it is told.

use super::{Blob, RepoPath, Rule, Safety};
use crate::text::{Region, Span};

/// Bytes of one text, and what stands in their place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edit {
    /// Empty where something is only put in.
    pub span: Span,
    pub text: String,
}

/// An edit of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Replacement {
    pub path: RepoPath,
    /// The span is in bytes of the file as it lies on disk.
    pub edit: Edit,
    pub region: Region,
}

/// Everything that is to be changed together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    pub safety: Safety,
    pub replacements: Vec<Replacement>,
}

impl Fix {
    /// `None` without any replacements, or where the rule promises none. `review`: it is a guess this time, however safe
    /// those of the rule usually are.
    pub fn of(rule: &Rule, review: bool, replacements: Vec<Replacement>) -> Option<Fix> {
        let safety = rule.fix?.max(if review { Safety::Unsafe } else { Safety::Safe });
        (!replacements.is_empty()).then_some(Fix { safety, replacements })
    }
}

impl Replacement {
    /// `edit` of the blob's text, as one of its file.
    pub fn of(blob: &Blob, edit: &Edit) -> Replacement {
        let region = blob.region(edit.span);
        let edit = Edit { span: blob.file_span(edit.span), text: edit.text.clone() };
        Replacement { path: blob.path().clone(), edit, region }
    }
}

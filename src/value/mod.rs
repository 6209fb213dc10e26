//! One value in, a verdict and its reason out. Shared by detectors and checks, so that both halves agree on what is a
//! credential, a reference and a placeholder.
//!
//! It does not know files, trees or rules: only the words above a value, and the value.

mod judge;
mod placeholder;
mod quality;
mod reference;
#[cfg(test)]
mod tests;
pub mod uri;
mod vocabulary;
mod words;

pub use judge::{judge, judge_in_code, judge_in_secret, judge_literal_password, kind_of};
pub use reference::literal_in_action;
#[cfg(test)]
pub use vocabulary::value_phrases;
pub use vocabulary::{Class, Kind, class_of, is_inheriting, is_telling, may_hold_credentials};

use crate::model::Confidence;

/// What stands around a value.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The keys above the value, outermost first, its own key last.
    pub keys: &'a [&'a str],
    /// The keys of the same mapping, its own included; few values make anyone ask.
    pub siblings: &'a dyn Fn() -> Vec<&'a str>,
    /// Written in quotes or as a block: `true`, `null` and `12` are then text.
    pub quoted: bool,
}

/// What a value is. The reason is for `--show-suppressed` and `explain`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judgement {
    pub verdict: Verdict,
    /// A few words: "refers to an environment variable".
    pub reason: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A credential in the clear.
    Credential(Confidence),
    /// A default that everybody knows: `changeme`, `Harbor12345`.
    WeakDefault,
    /// Names a place where the credential lives: a variable, a template, a secret store.
    Reference,
    /// Stands for a credential that is to be filled in: `<token>`, `xxxx`, `your-password`.
    Placeholder,
    /// The name of a Secret, of a key in it, or of a file.
    Name,
    Empty,
    /// Nothing about it says credential.
    Innocent,
}

/// True for a value that names the place where the credential lives, wherever it stands. False for a variable with a
/// literal to fall back to (`${VAR:-hunter2}`), unless that literal is a reference or a placeholder itself, and for text
/// around variables that looks random.
pub fn is_reference(value: &str) -> bool {
    match reference::of(value) {
        Some(reference::Reference::Whole(_)) => true,
        Some(reference::Reference::Partial) => {
            !reference::literals(value, &reference::holes(value)).any(quality::is_random)
        }
        // A literal is shorter than what it stands in, so this ends; deeper nesting is not written by anybody.
        Some(reference::Reference::Fallback(literal)) => {
            is_placeholder(literal) || matches!(reference::of(literal), Some(reference::Reference::Whole(_)))
        }
        None => false,
    }
}

/// True for a value that stands for a credential to be filled in, for a default that everybody knows, and for the words
/// of settings and types.
pub fn is_placeholder(value: &str) -> bool {
    let value = value.trim();
    value.is_empty() || placeholder::of(value).is_some()
}

/// True for what somebody is still to write, in any field: `...`, `<name>`, `SECRET_NAME`. Unlike `is_placeholder` it knows
/// no words that work.
pub fn is_left_open(value: &str) -> bool {
    let value = value.trim();
    matches!(placeholder::of(value), Some(placeholder::Stand::Placeholder(_))) || quality::is_variable(value)
}

//! One value in, a verdict and its reason out. Shared by detectors and checks, so that both halves agree on what is a
//! credential, a reference and a placeholder.
//!
//! It does not know files, trees or rules: only the words above a value, and the value.

use crate::model::Confidence;

/// What stands around a value.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The keys above the value, outermost first, its own key last.
    pub keys: &'a [&'a str],
    /// The keys of the same mapping, its own included.
    pub siblings: &'a [&'a str],
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

/// Judges the value of a scalar by the keys above it and by itself.
pub fn judge(_context: Context, _value: &str) -> Judgement {
    Judgement { verdict: Verdict::Innocent, reason: "not judged" }
}

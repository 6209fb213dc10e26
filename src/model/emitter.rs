//! How a check or a detector says that it found something: a place and the blanks of the rule's sentence.
//!
//! It does not know severity, wording or masking: the rule brings the words, `settle` brings the rest once the whole
//! blob has been judged.

use super::{
    Blob, Confidence, Edit, Excerpt, Finding, Fingerprint, Fix, Location, Masking, Related, Replacement, Rule,
};
use crate::text::{Secret, Span};

/// What a finding is about, for its fingerprint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// A machine-made value, innermost decoding.
    Credential { value: Secret },
    /// A value that could be guessed: it never leaves as a hash of more than 16 bits.
    Guessable { subject: String, key_path: String, value: Secret },
    /// A place in a manifest: `group/Kind/namespace/name`, key path with list keys, offending value.
    Manifest { subject: String, key_path: String, value: String },
}

/// A finding in the making: spans of the blob that is being judged, no text yet.
#[derive(Clone, Debug)]
pub struct Draft {
    pub rule: &'static Rule,
    pub confidence: Confidence,
    pub span: Span,
    /// What must be masked wherever lines of this blob are shown; empty for findings without a secret.
    pub secrets: Vec<Span>,
    pub blanks: Vec<(&'static str, String)>,
    pub related: Vec<(Span, String)>,
    pub key_path: Option<String>,
    /// How the secret was written, outermost first; the span is where the outermost form stands.
    pub decoders: Vec<&'static str>,
    pub identity: Identity,
    pub also: Vec<&'static Rule>,
    /// What would cure it; empty where nothing is known to. Spans of this blob.
    pub edits: Vec<Edit>,
    /// The rule's fixes are safe, but this one wants to be read.
    pub review: bool,
}

impl Draft {
    /// The finding, with everything it shows of the blob captured and masked. `secrets` are those of the whole blob,
    /// sorted.
    pub fn settle(self, blob: &Blob, secrets: &[Span], masking: Masking) -> Finding {
        let location = |span: Span, key_path: Option<String>| Location {
            origin: blob.origin.clone(),
            span: blob.file_span(span),
            region: blob.region(span),
            key_path,
            decoders: Vec::new(),
            excerpt: Excerpt::capture(blob, span, secrets, masking),
        };
        let replacements = self.edits.iter().map(|edit| Replacement::of(blob, edit)).collect();
        let here = self.related.into_iter().map(|(span, label)| Related { location: location(span, None), label });
        Finding {
            rule: self.rule,
            severity: self.rule.severity,
            confidence: self.confidence,
            message: fill(self.rule.message, &self.blanks),
            related: here.collect(),
            location: Location { decoders: self.decoders, ..location(self.span, self.key_path) },
            units: Vec::new(),
            also: self.also,
            fingerprint: Fingerprint::of(self.rule.family, &self.identity),
            fix: Fix::of(self.rule, self.review, replacements),
            history: None,
            suppression: None,
        }
    }
}

/// `{name}` in `message` replaced by its blank, control characters made visible.
fn fill(message: &str, blanks: &[(&'static str, String)]) -> String {
    let mut out = message.to_owned();
    for (name, value) in blanks {
        out = out.replace(&format!("{{{name}}}"), &crate::text::visible(value));
    }
    out
}

/// Collects the drafts of one rule on one blob.
pub struct Emitter<'a> {
    rule: &'static Rule,
    drafts: &'a mut Vec<Draft>,
}

impl<'a> Emitter<'a> {
    pub fn new(rule: &'static Rule, drafts: &'a mut Vec<Draft>) -> Self {
        Emitter { rule, drafts }
    }

    /// Starts a draft at `span`; nothing is reported until `emit`.
    pub fn at(&mut self, span: Span, identity: Identity) -> DraftBuilder<'_> {
        let draft = Draft {
            rule: self.rule,
            confidence: self.rule.confidence,
            span,
            secrets: Vec::new(),
            blanks: Vec::new(),
            related: Vec::new(),
            key_path: None,
            decoders: Vec::new(),
            identity,
            also: Vec::new(),
            edits: Vec::new(),
            review: false,
        };
        DraftBuilder { drafts: self.drafts, draft }
    }
}

#[must_use = "a draft is reported by `emit`"]
pub struct DraftBuilder<'a> {
    drafts: &'a mut Vec<Draft>,
    draft: Draft,
}

impl DraftBuilder<'_> {
    /// Fills `{name}` of the rule's message. Never give it a secret.
    pub fn blank(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.draft.blanks.push((name, value.into()));
        self
    }

    /// A value that no report may show.
    pub fn secret(mut self, span: Span) -> Self {
        self.draft.secrets.push(span);
        self
    }

    /// Another place in the same blob.
    pub fn related(mut self, span: Span, label: impl Into<String>) -> Self {
        self.draft.related.push((span, label.into()));
        self
    }

    pub fn key_path(mut self, path: impl Into<String>) -> Self {
        self.draft.key_path = Some(path.into());
        self
    }

    /// Less (or more) sure than the rule usually is.
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.draft.confidence = confidence;
        self
    }

    /// What would cure it: all of these together, or nothing.
    pub fn fix(mut self, edits: impl IntoIterator<Item = Edit>) -> Self {
        self.draft.edits.extend(edits);
        self
    }

    /// The fix is a guess this time, however safe those of the rule usually are.
    pub fn wants_review(mut self) -> Self {
        self.draft.review = true;
        self
    }

    pub fn emit(self) {
        self.drafts.push(self.draft);
    }
}

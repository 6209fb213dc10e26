//! One file, from bytes to findings: decoding, detectors, syntax, checks, merging, ignores.
//!
//! It does not know other files, except through the layout.

use std::io::Read;
use std::ops::Range;

use super::{Plan, merge};
use crate::checks::{self, Context};
use crate::detect::keyed;
use crate::document::{Document, Manifest, Role, holds_only_schemas};
use crate::filter::{Ignore, inline};
use crate::graph::Layout;
use crate::model::{
    Blob, Buffer, Draft, Finding, Fingerprint, Notification, Origin, Reason, RepoPath, Snapshot, WHOLE,
};
use crate::syntax::{Syntax, Tree};
use crate::text::decode;

/// Structured files up to this many bytes get a tree; a tree takes about five times the size of its text.
const MOST_STRUCTURED: usize = 16 << 20;

/// Bytes that neighbouring windows of a very large file share; each half belongs to one of them.
const OVERLAP: usize = 128 << 10;

const LFS_POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";

/// What came of one file.
#[derive(Default)]
pub struct Outcome {
    pub findings: Vec<Finding>,
    /// What each of them is about, whole: two findings are the same only where these are.
    pub exact: Vec<Fingerprint>,
    pub notifications: Vec<Notification>,
    pub was_read: bool,
    /// Detectors have nothing to say, nor will they of what differs elsewhere only.
    pub is_quiet: bool,
    pub structured: bool,
    pub bytes: u64,
}

/// How a version of a file is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pass {
    /// Detectors have nothing to say of it, as is known from what it was made from.
    pub is_quiet: bool,
    /// A version of long ago: that it cannot be read, or ignores too much, is not news.
    pub is_past: bool,
}

pub struct Examiner<'a> {
    pub pass: Pass,
    pub plan: &'a Plan,
    pub layout: &'a Layout,
}

impl Examiner<'_> {
    pub fn file(&self, snapshot: &dyn Snapshot, path: &RepoPath, buffer: &mut Buffer) -> Outcome {
        buffer.clear();
        let mut outcome = Outcome::default();
        let origin = Origin { path: path.clone() };
        match snapshot.read(path, buffer) {
            Err(notification) => outcome.notifications.push(notification),
            Ok(None) => self.whole(&origin, buffer.bytes(), &mut outcome),
            Ok(Some(mut rest)) => self.windows(&origin, buffer, &mut rest, &mut outcome),
        }
        outcome
    }

    /// A file that is in memory as a whole.
    pub fn whole(&self, origin: &Origin, bytes: &[u8], outcome: &mut Outcome) {
        outcome.was_read = true;
        outcome.bytes = bytes.len() as u64;
        if bytes.starts_with(LFS_POINTER) {
            let message = "A Git LFS pointer: the file it stands for was not read.";
            outcome.notifications.push(Notification::new(Reason::LfsPointer, &origin.path, message));
        }
        let decoded = decode(bytes);
        let blob = Blob::new(origin, &decoded.text, decoded.map);
        let mut drafts = Vec::new();
        outcome.is_quiet = self.pass.is_quiet;
        if !self.pass.is_quiet {
            self.detect(&blob, &mut drafts, outcome);
        }
        let annotated = self.structure(&blob, &mut drafts, outcome);
        self.settle(&blob, drafts, 0..usize::MAX, annotated, outcome);
    }

    /// A file that is too large to hold: each finding belongs to the window that sees it with context on both sides.
    fn windows(&self, origin: &Origin, buffer: &mut Buffer, rest: &mut dyn Read, outcome: &mut Outcome) {
        outcome.was_read = true;
        if Syntax::of_path(&origin.path).is_some() {
            outcome.notifications.push(Notification::new(Reason::TooLarge, &origin.path, too_large(WHOLE)));
        }
        let (mut bytes_before, mut lines_before) = (0, 0);
        loop {
            let ended = bytes_before > 0 && buffer.bytes().len() < WHOLE;
            let text = buffer.bytes();
            let blob = Blob::window(origin, text, bytes_before, lines_before);
            let first = if bytes_before == 0 { 0 } else { OVERLAP / 2 };
            let last = if ended { text.len() + 1 } else { text.len() - OVERLAP / 2 };
            let mut drafts = Vec::new();
            self.detect(&blob, &mut drafts, outcome);
            self.settle(&blob, drafts, first..last, Vec::new(), outcome);
            if ended {
                outcome.bytes = (bytes_before + text.len()) as u64;
                return;
            }
            let passed = text.len() - OVERLAP;
            lines_before += memchr::memchr_iter(b'\n', &text[..passed]).count() as u32;
            bytes_before += passed;
            buffer.keep_last(OVERLAP);
            if let Err(error) = buffer.fill(rest, WHOLE, false) {
                let message = format!("Reading stopped after {bytes_before} bytes: {error}.");
                outcome.notifications.push(Notification::new(Reason::Truncated, &origin.path, message));
                outcome.bytes = bytes_before as u64;
                return;
            }
        }
    }

    fn detect(&self, blob: &Blob, drafts: &mut Vec<Draft>, outcome: &mut Outcome) {
        let (left_out, is_quiet) = self.plan.detector.scan_and_tell(blob, drafts);
        outcome.is_quiet = is_quiet;
        if left_out > 0 {
            let message = format!("A rule has very many matches here; {left_out} of them are not reported.");
            outcome.notifications.push(Notification::new(Reason::TooManyMatches, blob.path(), message));
        }
    }

    /// What the file's syntax adds: judgement by key path, and the checks of its documents. Returns the ignores that its
    /// objects carry.
    fn structure(&self, blob: &Blob, drafts: &mut Vec<Draft>, outcome: &mut Outcome) -> Vec<Ignore> {
        let Some(syntax) = Syntax::of_path(blob.path()) else { return Vec::new() };
        let role = self.layout.role(blob.path());
        let syntax = if *role == Role::ChartTemplate { Syntax::YamlTemplate } else { syntax };
        let text = match text_for_syntax(blob) {
            Ok(text) => text,
            Err((reason, message)) => {
                outcome.notifications.push(Notification::new(reason, blob.path(), message));
                return Vec::new();
            }
        };
        outcome.structured = true;
        if holds_only_schemas(text) || self.pass.is_past && self.says_nothing(blob.path(), syntax, role, text) {
            return Vec::new();
        }
        let tree = syntax.parse(text);
        notify(blob, syntax, &tree, outcome);
        if !matches!(role, Role::ChartValues | Role::ChartTemplate) {
            keyed::scan(&self.plan.keyed, blob, &tree, text, drafts);
        }
        let documents = Document::all(blob.path(), role, text, &tree);
        let context = Context { layout: self.layout, targets: &self.plan.targets };
        for document in &documents {
            checks::run(document, &context, &self.plan.checks, drafts);
        }
        documents.iter().flat_map(|document| annotations(document, blob)).collect()
    }

    /// True where no key can promise a credential and no object can be in the text: nothing but its syntax could be wrong.
    fn says_nothing(&self, path: &RepoPath, syntax: Syntax, role: &Role, text: &str) -> bool {
        let find = |word: &str| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some();
        let may_be_object = match syntax {
            // A name can be written with escapes; inside a string its quotes are.
            Syntax::Json => find("\"kind\"") || find("\\u00"),
            Syntax::Dotenv => false,
            Syntax::Yaml | Syntax::YamlTemplate => find("kind") || find("\\x") || find("\\u"),
        };
        *role == Role::Plain && !may_be_object && !keyed::may_speak(path, text)
    }

    /// Makes findings of the drafts that begin in `told`; what the others found is masked all the same.
    fn settle(
        &self,
        blob: &Blob,
        drafts: Vec<Draft>,
        told: Range<usize>,
        annotated: Vec<Ignore>,
        outcome: &mut Outcome,
    ) {
        if drafts.is_empty() && self.pass.is_past {
            return;
        }
        let mut ignores = if self.plan.suppress { annotated } else { Vec::new() };
        if self.plan.suppress && inline::is_possible(blob.text) {
            ignores.extend(inline::read(blob.text, blob.lines()));
        }
        let mut used = vec![false; ignores.len()];
        let drafts = merge::merge(drafts);
        let silent = if drafts.is_empty() { Vec::new() } else { self.silent(blob) };
        let secrets = merge::secrets(drafts.iter().chain(&silent));
        for draft in drafts.into_iter().filter(|draft| told.contains(&draft.span.start)) {
            let (span, rule) = (draft.span, draft.rule);
            let (first, last) = (blob.lines().line_of(span.start), blob.lines().line_of(span.end.max(1) - 1));
            let mut ids = vec![rule.id];
            ids.extend(rule.aliases.iter().chain(draft.also.iter().map(|also| &also.id)));
            let exact = Fingerprint::exact(&draft.identity);
            let Some(mut finding) = self.plan.weigh(draft.settle(blob, &secrets, self.plan.masking)) else { continue };
            finding.suppression = match ignores.iter().position(|ignore| ignore.covers(&ids, first, last.max(first))) {
                Some(index) => {
                    used[index] = true;
                    Some(ignores[index].suppression())
                }
                None => self.plan.by_policy(&finding),
            };
            outcome.findings.push(finding);
            outcome.exact.push(exact);
        }
        self.judge_ignores(blob, &ignores, &used, outcome);
    }

    /// What the rules that are off would find: not told, but no excerpt may show it.
    fn silent(&self, blob: &Blob) -> Vec<Draft> {
        let mut drafts = Vec::new();
        let Some((detector, keyed)) = &self.plan.silent else { return drafts };
        detector.scan(blob, &mut drafts);
        let syntax = Syntax::of_path(blob.path()).filter(|_| !blob.partial && !keyed.is_empty());
        if let (Some(syntax), Ok(text)) = (syntax, text_for_syntax(blob)) {
            keyed::scan(keyed, blob, &syntax.parse(text), text, &mut drafts);
        }
        drafts
    }

    /// An ignore that names no rule, or silences nothing although its rule looked, is news.
    fn judge_ignores(&self, blob: &Blob, ignores: &[Ignore], used: &[bool], outcome: &mut Outcome) {
        for (ignore, used) in ignores.iter().zip(used) {
            for (name, place) in &ignore.rules {
                let position = blob.region(*place).start;
                let (reason, message) = match self.plan.catalog.get(name) {
                    None => (Reason::UnknownRule, self.plan.catalog.unknown(name)),
                    Some(rule) if !used && ignore.rules.len() == 1 && self.plan.is_active(rule) => {
                        (Reason::UnusedIgnore, format!("This ignore of `{}` silences nothing.", rule.id))
                    }
                    Some(_) => continue,
                };
                outcome.notifications.push(Notification::new(reason, blob.path(), message).at(position));
            }
        }
    }
}

/// The text that a syntax can read, or why there is none.
fn text_for_syntax<'t>(blob: &Blob<'t>) -> Result<&'t str, (Reason, String)> {
    let unread = |why: &str| Err((Reason::InvalidSyntax, format!("It {why} and was read as plain bytes.")));
    match blob.as_str() {
        _ if blob.text.len() > MOST_STRUCTURED => Err((Reason::TooLarge, too_large(MOST_STRUCTURED))),
        _ if blob.binary => unread("holds NUL bytes"),
        None => unread("is not UTF-8"),
        Some(text) => Ok(text),
    }
}

fn too_large(most: usize) -> String {
    format!("It is larger than {} MiB and was read as plain text.", most >> 20)
}

fn notify(blob: &Blob, syntax: Syntax, tree: &Tree, outcome: &mut Outcome) {
    for error in &tree.errors {
        let reason = match (error.too_deep, syntax) {
            (true, _) => Reason::TooDeep,
            (false, Syntax::YamlTemplate) => Reason::UnresolvedTemplate,
            (false, _) => Reason::InvalidSyntax,
        };
        let notification = Notification::new(reason, blob.path(), &error.message).at(error.position);
        outcome.notifications.push(notification);
    }
}

/// The ignores that the objects of a document carry themselves: `tightlip.dev/ignore: rule-id reason`.
fn annotations(document: &Document, blob: &Blob) -> Vec<Ignore> {
    let of_object = |manifest: Manifest| {
        let node = manifest.root.at("metadata.annotations")?.get("tightlip.dev/ignore")?;
        let object = manifest.root.span();
        let lines = blob.lines().line_of(object.start)..=blob.lines().line_of(object.end);
        Ignore::of_annotation(node.as_str()?, node.content_span(), lines)
    };
    document.manifests().iter().copied().filter_map(of_object).collect()
}

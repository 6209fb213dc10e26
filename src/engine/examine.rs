//! One file, from bytes to findings: decoding, detectors, syntax, checks, merging, ignores.
//!
//! It does not know other files, except through the layout.

use std::io::Read;
use std::ops::Range;
use std::sync::Arc;

use super::graph::{Share, Told};
use super::{Plan, merge};
use crate::checks::{self, Context, UnitDraft};
use crate::detect::{code, keyed, loose};
use crate::document::{Document, File, FileKind, Manifest, Role, holds_only_schemas};
use crate::filter::{Ignore, foreign, inline};
use crate::graph::{self, Contents, FileId, Layout};
use crate::model::{
    Blob, Buffer, Draft, Excerpt, Finding, Fingerprint, Identity, Location, Notification, Origin, Reason, Replacement,
    RepoPath, Snapshot, WHOLE,
};
use crate::source::archive;
use crate::syntax::{Change, Node, Syntax, Tree};
use crate::text::{Position, Span, decode};

/// Structured files up to this many bytes get a tree; a tree takes about five times the size of its text.
const MOST_STRUCTURED: usize = 16 << 20;

/// Bytes that neighbouring windows of a very large file share; each half belongs to one of them.
const OVERLAP: usize = 128 << 10;

const LFS_POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";

/// What came of one file.
#[derive(Clone, Default)]
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
    /// What the graph is to know of the file.
    pub contents: Option<(FileId, Contents)>,
    /// Ignores of the graph's rules: unused unless the graph says otherwise.
    pub pending: Vec<(Place, Notification)>,
    /// Ignores that the graph's findings used.
    pub used: Vec<Place>,
}

/// Where an ignore is written.
pub type Place = (RepoPath, Position);

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
    /// Every file of the tree, sorted: its index is its number in the graph. Empty where no graph is drawn.
    pub files: &'a [RepoPath],
}

impl Examiner<'_> {
    /// Looks at a file as far as the plan's scope wants it.
    pub fn as_asked(&self, snapshot: &dyn Snapshot, path: &RepoPath, buffer: &mut Buffer) -> Outcome {
        match self.plan.is_in_scope(path) {
            true => self.file(snapshot, path, buffer),
            false => self.gather(snapshot, path, buffer),
        }
    }

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

    /// What the graph is to know of a file that is not looked at otherwise.
    pub fn gather(&self, snapshot: &dyn Snapshot, path: &RepoPath, buffer: &mut Buffer) -> Outcome {
        buffer.clear();
        let mut outcome = Outcome::default();
        if self.may_be_part(path) && matches!(snapshot.read(path, buffer), Ok(None)) {
            let origin = Origin { path: path.clone() };
            let decoded = decode(buffer.bytes());
            let blob = Blob::new(&origin, &decoded.text, decoded.map);
            // A template is run, not read.
            if *self.layout.role(path) != Role::ChartTemplate {
                self.with_documents(&blob, |_, _, documents| outcome.contents = self.contents(&blob, documents));
            }
            outcome.contents = outcome.contents.or_else(|| self.input(&blob));
        }
        outcome
    }

    /// Findings of the graph in one file, the places there that other files' findings point at, and what would cure them.
    pub fn tell(&self, snapshot: &dyn Snapshot, path: &RepoPath, share: &Share, buffer: &mut Buffer) -> Told {
        buffer.clear();
        let mut told = Told::default();
        let Ok(None) = snapshot.read(path, buffer) else { return told };
        let origin = Origin { path: path.clone() };
        let decoded = decode(buffer.bytes());
        let blob = Blob::new(&origin, &decoded.text, decoded.map);
        let (annotated, known) = self.secrets(&blob);
        let ignores = self.ignores(&blob, annotated);
        let drafts = self.drafts(&blob, &share.own);
        let own = drafts.iter().flat_map(|(_, draft)| draft.secrets.iter().copied());
        let secrets = merge::joined(known.into_iter().chain(own).collect());
        let location = |span| Location {
            origin: origin.clone(),
            span: blob.file_span(span),
            region: blob.region(span),
            key_path: None,
            decoders: Vec::new(),
            excerpt: Excerpt::capture(&blob, span, &secrets, self.plan.masking),
        };
        told.locations = share.places.iter().map(|place| (*place, location(place.span()))).collect();
        told.replacements = self.replacements(&blob, &share.changes);
        let mut used = vec![false; ignores.len()];
        for (index, draft) in drafts {
            told.findings.extend(self.finding(&blob, draft, &secrets, &ignores, &mut used).map(|it| (index, it)));
        }
        let used = ignores.iter().zip(used).filter(|(_, used)| *used).flat_map(|(ignore, _)| &ignore.rules);
        told.used = used.map(|(_, place)| (path.clone(), blob.region(*place).start)).collect();
        told
    }

    /// Everything in a file that no report may show, and the ignores that its objects carry.
    pub fn secrets(&self, blob: &Blob) -> (Vec<Ignore>, Vec<Span>) {
        let (mut known, mut unheard) = (Vec::new(), Outcome::default());
        self.detect(blob, &mut known, &mut unheard);
        let annotated = self.structure(blob, &mut known, &mut unheard);
        self.beside(blob, &mut known);
        let silent = self.silent(blob);
        (annotated, merge::secrets(known.iter().chain(&silent)))
    }

    /// What the changes come to that drafts of the graph, by index, want in this file.
    fn replacements(&self, blob: &Blob, changes: &[(usize, graph::Place, &Change)]) -> Vec<(usize, Replacement)> {
        let mut found = Vec::new();
        let text = std::str::from_utf8(blob.text).ok();
        for (index, _, change) in changes {
            let edit = text.and_then(|text| change.at_end(text));
            found.extend(edit.map(|edit| (*index, Replacement::of(blob, &edit))));
        }
        if found.len() == changes.len() {
            return found;
        }
        self.with_documents(blob, |tree, text, _| {
            for (index, place, change) in changes {
                let mut nodes = tree.nodes(text).filter(|node| node.span() == place.span());
                let edit = nodes.find_map(|node| change.at(node));
                found.extend(edit.map(|edit| (*index, Replacement::of(blob, &edit))));
            }
        });
        found
    }

    /// Findings of the graph as those of this file: who is at fault, and by which keys one gets there.
    fn drafts(&self, blob: &Blob, drafts: &[(usize, &UnitDraft)]) -> Vec<(usize, Draft)> {
        let mut named = vec![(String::new(), String::new()); drafts.len()];
        self.with_documents(blob, |tree, text, documents| {
            for ((_, draft), named) in drafts.iter().zip(&mut named) {
                *named = subject_and_path(draft.place.span(), tree, text, documents);
            }
        });
        let draft = |(&(index, draft), (subject, key_path)): (&(usize, &UnitDraft), (String, String))| {
            let draft = Draft {
                rule: draft.rule,
                confidence: draft.confidence,
                span: draft.place.span(),
                secrets: draft.secret.iter().map(|_| draft.place.span()).collect(),
                blanks: draft.blanks.clone(),
                related: Vec::new(),
                decoders: Vec::new(),
                key_path: (!key_path.is_empty()).then(|| key_path.clone()),
                identity: match &draft.secret {
                    Some(value) => Identity::Guessable { subject, key_path, value: value.clone() },
                    None => Identity::Manifest { subject, key_path, value: draft.value.clone() },
                },
                also: Vec::new(),
                edits: Vec::new(),
                review: false,
            };
            (index, draft)
        };
        drafts.iter().zip(named).map(draft).collect()
    }

    /// A file that is in memory as a whole.
    pub fn whole(&self, origin: &Origin, bytes: &[u8], outcome: &mut Outcome) {
        self.content(origin, bytes, outcome);
        if self.plan.archives && archive::is_archive(bytes) {
            self.archive(origin, bytes, outcome);
        }
    }

    fn content(&self, origin: &Origin, bytes: &[u8], outcome: &mut Outcome) {
        outcome.was_read = true;
        outcome.bytes = bytes.len() as u64;
        if bytes.starts_with(LFS_POINTER) {
            let message = "A Git LFS pointer: the file it stands for was not read.";
            outcome.notifications.push(Notification::new(Reason::LfsPointer, &origin.path, message));
        }
        let decoded = decode(bytes);
        let blob = Blob::new(origin, &decoded.text, decoded.map);
        let mut drafts = Vec::new();
        self.detect(&blob, &mut drafts, outcome);
        let annotated = self.structure(&blob, &mut drafts, outcome);
        self.beside(&blob, &mut drafts);
        self.settle(&blob, drafts, 0..usize::MAX, annotated, outcome);
        outcome.contents = outcome.contents.take().or_else(|| self.input(&blob));
    }

    /// The files in an archive, as if they lay behind its name.
    fn archive(&self, origin: &Origin, bytes: &[u8], outcome: &mut Outcome) {
        // What differs in what it was made from may differ anywhere.
        outcome.is_quiet = false;
        let mut all = Outcome::default();
        archive::entries(bytes, &mut |entry| {
            let path = RepoPath::new([origin.path.as_bytes(), entry.path].concat());
            match entry.content {
                Err(why) => {
                    let message = format!("This archive {why}.");
                    all.notifications.push(Notification::new(Reason::Unreadable, &path, message));
                }
                Ok(content) => {
                    let mut inner = Outcome::default();
                    self.content(&Origin { path }, content, &mut inner);
                    all.bytes += inner.bytes;
                    all.findings.append(&mut inner.findings);
                    all.exact.append(&mut inner.exact);
                    all.notifications.append(&mut inner.notifications);
                }
            }
        });
        // What is stored as it is was seen from outside, too.
        for (finding, exact) in outcome.findings.drain(..).zip(outcome.exact.drain(..)) {
            if !all.exact.contains(&exact) {
                all.findings.push(finding);
                all.exact.push(exact);
            }
        }
        (outcome.findings, outcome.exact) = (all.findings, all.exact);
        outcome.bytes += all.bytes;
        outcome.notifications.append(&mut all.notifications);
    }

    /// Runs `see` on the documents of a structured file that can be read.
    fn with_documents(&self, blob: &Blob, see: impl FnOnce(&Tree, &str, &[Document])) {
        let Some(syntax) = self.syntax(blob.path()) else { return };
        let Ok(text) = text_for_syntax(blob) else { return };
        if !holds_only_schemas(text) {
            let tree = syntax.parse(text);
            see(&tree, text, &Document::all(blob.path(), self.layout.role(blob.path()), text, &tree));
        }
    }

    pub fn syntax(&self, path: &RepoPath) -> Option<Syntax> {
        let syntax = Syntax::of_path(path)?;
        Some(if *self.layout.role(path) == Role::ChartTemplate { Syntax::YamlTemplate } else { syntax })
    }

    /// False for what no deployment is made from.
    fn may_be_part(&self, path: &RepoPath) -> bool {
        self.plan.has_unit_checks()
            && match self.layout.role(path) {
                _ if self.layout.is_input(path) => true,
                Role::ChartTemplate => false,
                _ => matches!(Syntax::of_path(path), Some(Syntax::Yaml | Syntax::Json)),
            }
    }

    fn contents(&self, blob: &Blob, documents: &[Document]) -> Option<(FileId, Contents)> {
        let role = self.layout.role(blob.path());
        let is_part = *role != Role::Plain || documents.iter().any(|document| document.manifest().is_some());
        // A template is run, not read.
        if !is_part || *role == Role::ChartTemplate || !self.may_be_part(blob.path()) {
            return None;
        }
        let file = self.number(blob.path())?;
        let mut contents = Contents::of(file, role, documents);
        contents.bytes = self.input_bytes(blob);
        Some((file, contents))
    }

    /// A generator's input that is no manifest, or a file that could not be read as one.
    fn input(&self, blob: &Blob) -> Option<(FileId, Contents)> {
        let is_wanted = self.layout.is_input(blob.path()) && self.plan.has_unit_checks();
        let file = is_wanted.then(|| self.number(blob.path())).flatten()?;
        let mut contents = Contents::of(file, self.layout.role(blob.path()), &[]);
        contents.bytes = self.input_bytes(blob);
        Some((file, contents))
    }

    fn input_bytes(&self, blob: &Blob) -> Option<Arc<[u8]>> {
        self.layout.is_input(blob.path()).then(|| blob.text.into())
    }

    fn number(&self, path: &RepoPath) -> Option<FileId> {
        FileId::try_from(self.files.binary_search(path).ok()?).ok()
    }

    /// A file that is too large to hold: each finding belongs to the window that sees it with context on both sides.
    fn windows(&self, origin: &Origin, buffer: &mut Buffer, rest: &mut dyn Read, outcome: &mut Outcome) {
        outcome.was_read = true;
        if self.plan.archives && archive::is_archive(buffer.bytes()) {
            let message = format!("This archive is larger than {} MiB and was not opened.", WHOLE >> 20);
            outcome.notifications.push(Notification::new(Reason::Unreadable, &origin.path, message));
        }
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
        loose::scan(&self.plan.keyed, blob, drafts);
        code::scan(&self.plan.keyed, blob, drafts);
        outcome.is_quiet = self.pass.is_quiet;
        if self.pass.is_quiet {
            return;
        }
        let detector = &self.plan.detector;
        let (left_out, is_quiet) = match self.pass.is_past {
            true => detector.scan_and_tell(blob, drafts),
            // Nothing is made from it: nobody asks.
            false => (detector.scan(blob, drafts), false),
        };
        outcome.is_quiet = is_quiet;
        if left_out > 0 {
            let message = format!("A rule has very many matches here; {left_out} of them are not reported.");
            outcome.notifications.push(Notification::new(Reason::TooManyMatches, blob.path(), message));
        }
    }

    /// What the file's syntax adds: judgement by key path, and the checks of its documents. Returns the ignores that its
    /// objects carry.
    fn structure(&self, blob: &Blob, drafts: &mut Vec<Draft>, outcome: &mut Outcome) -> Vec<Ignore> {
        let Some(syntax) = self.syntax(blob.path()) else { return Vec::new() };
        let role = self.layout.role(blob.path());
        let text = match text_for_syntax(blob) {
            Ok(text) => text,
            Err((reason, message)) => {
                outcome.notifications.push(Notification::new(reason, blob.path(), message));
                return Vec::new();
            }
        };
        outcome.structured = true;
        if holds_only_schemas(text) || self.pass.is_past && self.says_nothing(blob.path(), syntax, role, text) {
            outcome.contents = self.contents(blob, &[]);
            return Vec::new();
        }
        let tree = syntax.parse(text);
        notify(blob, syntax, &tree, outcome);
        if !matches!(role, Role::ChartValues | Role::ChartTemplate) {
            keyed::scan(&self.plan.keyed, blob, &tree, text, drafts);
        }
        let documents = Document::all(blob.path(), role, text, &tree);
        let context = Context { layout: self.layout, policy: &self.plan.policy };
        for document in &documents {
            checks::run(document, &context, &self.plan.checks, drafts);
        }
        outcome.contents = self.contents(blob, &documents);
        documents.iter().flat_map(|document| annotations(document, blob, self.plan.foreign_markers)).collect()
    }

    /// What the checks of files say, whatever the file holds.
    fn beside(&self, blob: &Blob, drafts: &mut Vec<Draft>) {
        let kind = FileKind::of(blob.path(), blob.text);
        let text = blob.as_str().filter(|text| !blob.binary && text.len() <= MOST_STRUCTURED);
        let tree = text.zip(kind.syntax()).map(|(text, syntax)| (syntax.parse(text), text));
        let root = tree.as_ref().and_then(|(tree, text)| tree.documents(text).next());
        let context = Context { layout: self.layout, policy: &self.plan.policy };
        let file = File { path: blob.path(), kind, bytes: blob.text, text, root };
        checks::run_on_file(&file, &context, &self.plan.checks, drafts);
    }

    /// True where no key can promise a credential and no object can be in the text: nothing but its syntax could be wrong.
    fn says_nothing(&self, path: &RepoPath, syntax: Syntax, role: &Role, text: &str) -> bool {
        let find = |word: &str| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some();
        let may_be_object = match syntax {
            // A name can be written with escapes; inside a string its quotes are.
            Syntax::Json => find("\"kind\"") || find("\\u00"),
            Syntax::Yaml | Syntax::YamlTemplate => find("kind") || find("\\x") || find("\\u"),
            _ => false,
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
        let mut ignores = self.ignores(blob, annotated);
        let drafts = merge::merge(drafts);
        if !drafts.is_empty() && self.plan.suppress && self.plan.foreign_markers {
            ignores.extend(foreign::read(blob.text, blob.lines()));
        }
        let mut used = vec![false; ignores.len()];
        let silent = if drafts.is_empty() { Vec::new() } else { self.silent(blob) };
        let secrets = merge::secrets(drafts.iter().chain(&silent));
        for draft in drafts.into_iter().filter(|draft| told.contains(&draft.span.start)) {
            let exact = Fingerprint::exact(&draft.identity);
            if let Some(finding) = self.finding(blob, draft, &secrets, &ignores, &mut used) {
                outcome.findings.push(finding);
                outcome.exact.push(exact);
            }
        }
        self.judge_ignores(blob, &ignores, &used, outcome);
    }

    fn ignores(&self, blob: &Blob, annotated: Vec<Ignore>) -> Vec<Ignore> {
        let mut ignores = if self.plan.suppress { annotated } else { Vec::new() };
        if self.plan.suppress && inline::is_possible(blob.text) {
            ignores.extend(inline::read(blob.text, blob.lines()));
        }
        ignores
    }

    /// The finding that a draft becomes, with its fate; `None` where the policy turns its rule off here.
    fn finding(
        &self,
        blob: &Blob,
        draft: Draft,
        secrets: &[Span],
        ignores: &[Ignore],
        used: &mut [bool],
    ) -> Option<Finding> {
        let (span, rule) = (draft.span, draft.rule);
        let (first, last) = (blob.lines().line_of(span.start), blob.lines().line_of(span.end.max(1) - 1));
        let mut ids = vec![rule.id];
        ids.extend(rule.aliases.iter().chain(draft.also.iter().map(|also| &also.id)));
        let mut finding = self.plan.weigh(draft.settle(blob, secrets, self.plan.masking))?;
        finding.suppression = match ignores.iter().position(|ignore| ignore.covers(&ids, first, last.max(first))) {
            Some(index) => {
                used[index] = true;
                Some(ignores[index].suppression())
            }
            None => self.plan.by_policy(&finding),
        };
        Some(finding)
    }

    /// What the rules that are off would find: not told, but no excerpt may show it.
    fn silent(&self, blob: &Blob) -> Vec<Draft> {
        let mut drafts = Vec::new();
        let Some((detector, keyed)) = &self.plan.silent else { return drafts };
        detector.scan(blob, &mut drafts);
        loose::scan(keyed, blob, &mut drafts);
        code::scan(keyed, blob, &mut drafts);
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
                    Some(rule) if !used && !ignore.foreign && ignore.rules.len() == 1 && self.plan.is_active(rule) => {
                        (Reason::UnusedIgnore, format!("This ignore of `{}` silences nothing.", rule.id))
                    }
                    Some(_) => continue,
                };
                let is_of_graph = self.plan.catalog.get(name).is_some_and(checks::is_of_graph);
                let notification = Notification::new(reason, blob.path(), message).at(position);
                match is_of_graph {
                    true => outcome.pending.push(((blob.path().clone(), position), notification)),
                    false => outcome.notifications.push(notification),
                }
            }
        }
    }
}

/// Whose `span` is, and the keys that lead to it; empty where nothing is known.
fn subject_and_path(span: Span, tree: &Tree, text: &str, documents: &[Document]) -> (String, String) {
    let node: Option<Node> = tree.nodes(text).find(|node| node.span() == span);
    let document = documents.iter().find(|document| document.root.span().contains(span));
    let manifest = document.and_then(|document| document.manifest_at(span));
    let subject = match (manifest, document) {
        (Some(manifest), _) => manifest.subject(),
        (None, Some(document)) => document.subject(),
        (None, None) => String::new(),
    };
    (subject, node.map(Node::key_path).unwrap_or_default())
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
fn annotations(document: &Document, blob: &Blob, also_foreign: bool) -> Vec<Ignore> {
    let of_object = |manifest: Manifest| {
        let annotations = manifest.root.at("metadata.annotations").into_iter().flat_map(|node| node.entries());
        let object = manifest.root.span();
        let lines = blob.lines().line_of(object.start)..=blob.lines().line_of(object.end);
        let ignore = |(key, node): (Node, Node)| match key.as_str()? {
            "tightlip.dev/ignore" => Ignore::of_annotation(node.as_str()?, node.content_span(), lines.clone()),
            other if also_foreign => foreign::of_annotation(other, node.as_str()?, lines.clone()),
            _ => None,
        };
        annotations.filter_map(ignore).collect::<Vec<_>>()
    };
    document.manifests().iter().copied().flat_map(of_object).collect()
}

//! Credential rules over blobs: a prefilter that never misses, then the matcher of each candidate rule.
//!
//! Most credentials are runs of at least 16 token bytes: one SIMD pass finds those, tables decide at their starts. One
//! packed search finds the words of everything else. Nothing is compiled before it is needed. It does not know manifests,
//! policies or files.

mod assignment;
mod candidate;
pub mod code;
mod decode;
#[cfg(test)]
mod guard;
pub mod keyed;
pub mod loose;
mod pattern;
mod prefilter;
mod sample;
mod shape;
mod structure;
#[cfg(test)]
mod tests;
mod token;
mod windows;

use std::borrow::Cow;

use crate::model::{Blob, Draft, Matcher, Rule, Token};
use crate::syntax::Syntax;
use crate::text::{OffsetMap, SHORTEST_RUN, Span, runs};
use candidate::{Candidate, Candidates};
use keyed::KeyedRules;
use prefilter::{RunTable, Target, WordTable};
use shape::Reader;
use structure::Structure;

pub use pattern::compile as compile_regex;
pub use windows::is_plain;

/// The names of the parsers that rules may ask for.
pub fn structures() -> impl Iterator<Item = &'static str> {
    structure::STRUCTURES.iter().map(|structure| structure.name)
}

/// The credential rules, ready to look at blobs. Built once, shared by all threads.
pub struct Detector {
    /// What prefixes and words lead to.
    routes: Vec<Route>,
    runs: RunTable,
    words: WordTable,
    assignments: assignment::Matcher,
    /// For the documents that are found encoded.
    keyed: KeyedRules,
}

enum Route {
    Token(&'static Rule, &'static Token),
    Structure(&'static Rule, &'static Structure),
    Pattern(pattern::Matcher),
    /// A word of an assignment rule whose values no run announces.
    Word,
}

impl Detector {
    /// Takes the rules that look at bytes; the others are not its own.
    pub fn new(rules: &[&'static Rule]) -> Detector {
        let mut plan = Plan::default();
        let mut assignments = assignment::Matcher::new();
        for rule in rules {
            match &rule.matcher {
                Matcher::Token(token) => {
                    plan.announced(Route::Token(rule, token), token.prefixes, shape::leading_run(token.body));
                }
                Matcher::Regex(pattern) => {
                    let route = Route::Pattern(pattern::Matcher::new(rule, pattern));
                    plan.announced(route, pattern.anchors, usize::from(pattern.run));
                }
                Matcher::Structure(name) => {
                    if let Some(structure) = structure::STRUCTURES.iter().find(|known| known.name == *name) {
                        let prefixes = structure.prefixes.iter().map(|prefix| prefix.as_bytes());
                        let words = structure.words.iter().map(|word| Cow::Borrowed(word.as_bytes()));
                        plan.add(Route::Structure(rule, structure), prefixes, words);
                    }
                }
                Matcher::Assignment(assignment) => {
                    assignments.add(rule, assignment);
                    if shape::leading_run(assignment.value) < SHORTEST_RUN {
                        let words = assignment.spellings().map(|word| Cow::Owned(word.into_bytes()));
                        plan.add(Route::Word, [], words);
                    }
                }
                Matcher::Check | Matcher::Cel => {}
            }
        }
        assignments.seal();
        Detector {
            routes: plan.routes,
            runs: RunTable::new(plan.prefixes.into_iter()),
            words: WordTable::new(plan.words.into_iter()),
            assignments,
            keyed: KeyedRules::of(rules),
        }
    }

    /// Adds a draft for each credential in `blob`, in the order of the text; no two of them overlap. Returns how many
    /// matches were left out because their rule had too many in this blob.
    pub fn scan(&self, blob: &Blob, drafts: &mut Vec<Draft>) -> usize {
        self.settle_whole(self.pass(blob), blob, drafts)
    }

    /// As `scan`; true as well where nothing was found, nothing that many lines decide was announced, and every rule
    /// looked: what `stays_quiet` wants to know of a base.
    pub fn scan_and_tell(&self, blob: &Blob, drafts: &mut Vec<Draft>) -> (usize, bool) {
        let pass = self.pass(blob);
        let is_quiet = pass.is_quiet(blob) && pass.generic;
        (self.settle_whole(pass, blob, drafts), is_quiet)
    }

    fn settle_whole(&self, pass: Scan, blob: &Blob, drafts: &mut Vec<Draft>) -> usize {
        self.settle(pass, blob, Depth { level: 0, left: &mut { decode::MOST_DECODED } }, drafts)
    }

    fn pass<'d, 't>(&'d self, blob: &Blob<'t>) -> Scan<'d, 't> {
        let mut scan = Scan {
            detector: self,
            reader: Reader::new(blob.text),
            binary: blob.binary,
            generic: !blob.binary && !is_lockfile(blob.path().file_name()),
            windows: Vec::new(),
            encoded: Vec::new(),
            found: Candidates::default(),
            reaches_far: false,
        };
        runs(blob.text, |run| scan.run(run));
        self.words.each(blob.text, |at, word, target| scan.announced(at, word, target));
        scan.patterns();
        scan
    }

    fn settle(&self, mut scan: Scan, blob: &Blob, depth: Depth, drafts: &mut Vec<Draft>) -> usize {
        let (first, encoded) = (drafts.len(), std::mem::take(&mut scan.encoded));
        let capped = scan.found.settle(drafts);
        if depth.level < decode::DEEPEST {
            self.decoded(blob, &encoded, depth, first, drafts);
        }
        capped
    }

    /// Looks at the texts that are written in the runs `encoded` and in escapes, where nothing was found by itself.
    fn decoded(&self, blob: &Blob, encoded: &[Span], depth: Depth, first: usize, drafts: &mut Vec<Draft>) {
        let escaped = if blob.binary { Vec::new() } else { decode::of_escapes(blob.text) };
        let found = |drafts: &[Draft], span: Span| drafts[first..].iter().any(|draft| draft.span.intersects(span));
        let mut end = 0;
        let runs = encoded.iter().filter_map(|run| {
            let text = (run.start >= end).then(|| decode::of_run(blob.text, *run)).flatten()?;
            end = text.span.end;
            Some(text)
        });
        for text in runs.chain(escaped) {
            if found(drafts, text.span) || text.text.len() > *depth.left {
                continue;
            }
            *depth.left -= text.text.len();
            let inner = Blob::new(blob.origin, &text.text, OffsetMap::Identity);
            let mut within = Vec::new();
            let depth = Depth { level: depth.level + 1, left: depth.left };
            self.settle(self.pass(&inner), &inner, depth, &mut within);
            self.document(&inner, &mut within);
            drafts.extend(outermost(text.span, text.decoders, within));
        }
    }

    /// What the keys of a decoded document say.
    fn document(&self, blob: &Blob, drafts: &mut Vec<Draft>) {
        let Some((text, syntax)) = blob.as_str().and_then(|text| Some((text, Syntax::of_text(text)?))) else { return };
        if !self.keyed.is_empty() && crate::value::may_hold_credentials(text) {
            keyed::scan(&self.keyed, blob, &syntax.parse(text), text, drafts);
        }
    }
}

/// How deep a text lies in others, and how many bytes may still be decoded.
struct Depth<'a> {
    level: usize,
    left: &'a mut usize,
}

/// The surest of what was found in a text, as a finding of the place where that text is written.
fn outermost(span: Span, decoders: Vec<&'static str>, mut within: Vec<Draft>) -> Option<Draft> {
    within.sort_by_key(|draft| (std::cmp::Reverse(draft.confidence), draft.span));
    let mut others = within.into_iter();
    let mut draft = others.next()?;
    draft.decoders = [decoders, draft.decoders].concat();
    (draft.span, draft.secrets, draft.related) = (span, vec![span], Vec::new());
    for rule in others.map(|other| other.rule) {
        candidate::give_way(rule, &mut draft);
    }
    Some(draft)
}

/// Routes, and the prefixes and words that lead to them.
#[derive(Default)]
struct Plan {
    routes: Vec<Route>,
    prefixes: Vec<(&'static [u8], Target)>,
    words: Vec<(Cow<'static, [u8]>, Target)>,
}

impl Plan {
    fn add(
        &mut self,
        route: Route,
        prefixes: impl IntoIterator<Item = &'static [u8]>,
        words: impl IntoIterator<Item = Cow<'static, [u8]>>,
    ) {
        let target = self.routes.len() as Target;
        self.prefixes.extend(prefixes.into_iter().map(|prefix| (prefix, target)));
        self.words.extend(words.into_iter().map(|word| (word, target)));
        self.routes.push(route);
    }

    /// A text that `body` run bytes follow goes to the run table where that makes a run, another is a word.
    fn announced(&mut self, route: Route, texts: &'static [&'static str], body: usize) {
        let (runs, words): (Vec<&[u8]>, Vec<&[u8]>) = texts
            .iter()
            .map(|text| text.as_bytes())
            .partition(|text| text.len() > 1 && prefilter::inside_run(text).len() + body >= SHORTEST_RUN);
        self.add(route, runs, words.into_iter().map(Cow::Borrowed));
    }
}

/// One pass over one blob.
struct Scan<'d, 't> {
    detector: &'d Detector,
    reader: Reader<'t>,
    binary: bool,
    /// Rules that go by the words around a value look here too.
    generic: bool,
    /// Where regular expressions are to be tried.
    windows: Vec<(Target, Span)>,
    /// Runs that may be the encoded form of a text.
    encoded: Vec<Span>,
    found: Candidates,
    /// Something was announced that many lines decide.
    reaches_far: bool,
}

impl Scan<'_, '_> {
    /// Nothing was found, nor announced that more than a few lines decide, nor may anything be written in another way.
    fn is_quiet(&self, blob: &Blob) -> bool {
        let is_silent = self.encoded.is_empty() && self.found.is_empty() && !self.reaches_far;
        is_silent && !decode::holds_escapes(blob.text)
    }

    fn run(&mut self, run: Span) {
        self.detector.runs.probe(self.reader.text, run, |at, prefix, target| self.announced(at, prefix, target));
        if decode::may_begin(self.reader.text, run) {
            self.encoded.push(run);
        }
        let Scan { detector, reader, found, .. } = self;
        if self.generic {
            detector.assignments.at_run(run, reader, &mut |candidate| found.push(candidate));
        }
    }

    fn announced(&mut self, at: usize, word: &[u8], target: Target) {
        let Scan { detector, reader, found, .. } = self;
        match &detector.routes[usize::from(target)] {
            Route::Pattern(_) if self.binary => {}
            Route::Pattern(pattern) => self.windows.push((target, pattern.window(reader.text, at))),
            Route::Word if self.generic => {
                detector.assignments.at_word(at, reader, &mut |candidate| found.push(candidate));
            }
            route => {
                if let Route::Structure(_, structure) = route {
                    self.reaches_far |= structure.reaches_far(reader.text, at);
                }
                route.token_at(at, word, self.binary, reader, found);
            }
        }
    }

    /// Tries each regular expression once on each stretch of its windows.
    fn patterns(&mut self) {
        self.windows.sort_unstable();
        let mut windows = self.windows.iter().copied().peekable();
        while let Some((target, mut window)) = windows.next() {
            while let Some((_, next)) = windows.next_if(|(other, next)| *other == target && next.start <= window.end) {
                window = Span::new(window.start, window.end.max(next.end));
            }
            if let Route::Pattern(pattern) = &self.detector.routes[usize::from(target)] {
                pattern.find(self.reader.text, window, |candidate| self.found.push(candidate));
            }
        }
    }
}

impl Route {
    /// The token or structure that `prefix` announces at `at`.
    fn token_at(&self, at: usize, prefix: &[u8], binary: bool, reader: &mut Reader, found: &mut Candidates) {
        let candidate = match self {
            Route::Token(rule, token) => token::find(rule, token, prefix, at, reader),
            Route::Structure(rule, structure) if !binary || structure.binary => {
                if !structure.prefixes.is_empty() && !token::is_left_boundary(reader.text, at) {
                    return;
                }
                (structure.find)(reader, at).map(|found| Candidate::of(rule, found))
            }
            _ => None,
        };
        if let Some(candidate) = candidate {
            found.push(candidate);
        }
    }
}

/// Files in which every line has a digest under a key: words around a value say nothing there.
pub fn is_lockfile(name: &[u8]) -> bool {
    name.ends_with(b".lock")
        || name.ends_with(b".sum")
        || name.ends_with(b".map")
        || matches!(name, b"package-lock.json" | b"npm-shrinkwrap.json" | b"pnpm-lock.yaml" | b"packages.lock.json")
}

//! One rule file: read, verified, and made a [`Rule`], or refused with the place of each mistake.
//!
//! It does not know what a matcher does, nor how regular expressions are compiled: the caller hands that in, because
//! `build.rs` compiles this file too and judges the built-in rules with it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::{fmt, fs};

use super::parts;
use super::shape::{ExampleShape, ExamplesShape, MatcherShape, PatternShape, Shape};
use super::vocabulary::{CHECKSUMS, CONFIDENCES, SAFETIES, SEVERITIES, STRUCTURES, TIERS, Words, meaning};
use crate::model::{Assignment, Checksum, Example, Matcher, Pattern, Rule, Segment, Tier, Token};
use crate::text::settings::{self, Misread, Spanned};

/// Why it matters, for the credential rules that have nothing of their own to say.
const RATIONALE: &str = "Whoever can read the repository, a clone, a fork or a build log of it can use the credential. \
                         Deleting the line does not help: the value stays in the history until it is revoked.";

/// The name under which a sample without a path is read: one that no syntax claims.
const SAMPLE_PATH: &str = "sample.txt";

/// A mistake in a rule file and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogError {
    pub path: PathBuf,
    /// 1-based, as is the column, in characters.
    pub line: u64,
    pub column: u64,
    pub message: String,
}

impl fmt::Display for CatalogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.path.display(), self.line, self.column, self.message)
    }
}

impl std::error::Error for CatalogError {}

/// Reads rule files that are to form one catalog, in which every id and alias stands for one rule.
pub struct Reader {
    /// Id or alias, and the id of the rule that has it.
    names: HashMap<String, String>,
    compiles: fn(&str) -> Result<(), String>,
    checks: bool,
}

impl Reader {
    /// `compiles` tells why a regular expression would not; `checks` allows rules whose logic is Rust.
    pub fn new(compiles: fn(&str) -> Result<(), String>, checks: bool) -> Self {
        Reader { names: HashMap::new(), compiles, checks }
    }

    /// Takes names that rules read elsewhere have already.
    pub fn reserve(&mut self, rule: &Rule) {
        for name in [&rule.id].into_iter().chain(rule.aliases) {
            self.names.insert((*name).to_owned(), rule.id.to_owned());
        }
    }

    /// The rules of all `*.yaml` files directly in `folder`, by file name, or everything that is wrong with them.
    pub fn folder(&mut self, folder: &Path) -> Result<Vec<Rule>, Vec<CatalogError>> {
        let mut rules = Vec::new();
        let mut errors = Vec::new();
        for path in rule_files(folder).map_err(|error| vec![unreadable(folder, &error)])? {
            match fs::read_to_string(&path) {
                Err(error) => errors.push(unreadable(&path, &error)),
                Ok(text) => match self.file(&path, &text) {
                    Ok(rule) => rules.push(rule),
                    Err(wrong) => errors.extend(wrong),
                },
            }
        }
        if errors.is_empty() { Ok(rules) } else { Err(errors) }
    }

    /// The rule that `text` describes. Its strings live as long as the process.
    pub fn file(&mut self, path: &Path, text: &str) -> Result<Rule, Vec<CatalogError>> {
        let placed = |Misread { line, column, message }| CatalogError { path: path.into(), line, column, message };
        let shape: Shape = settings::read(text).map_err(|misread| vec![placed(misread)])?;
        let mut verifier = Verifier { path, reader: self, mistakes: Vec::new() };
        let rule = verifier.rule(shape);
        let mistakes = verifier.mistakes;
        if mistakes.is_empty() { Ok(rule) } else { Err(mistakes.into_iter().map(placed).collect()) }
    }
}

fn rule_files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    let mut files: Vec<_> =
        entries.into_iter().filter(|path| path.extension().is_some_and(|end| end == "yaml")).collect();
    files.sort();
    Ok(files)
}

fn unreadable(path: &Path, error: &std::io::Error) -> CatalogError {
    CatalogError { path: path.into(), line: 1, column: 1, message: format!("cannot be read: {error}") }
}

/// Turns a shape into a rule and notes what is wrong on the way; the rule is good when nothing was.
struct Verifier<'a> {
    path: &'a Path,
    reader: &'a mut Reader,
    mistakes: Vec<Misread>,
}

impl Verifier<'_> {
    fn rule(&mut self, shape: Shape) -> Rule {
        let id = self.id();
        let is_check = matches!(shape.matcher.value, MatcherShape::Check);
        if is_check && !self.reader.checks {
            self.wrong(&shape.matcher, "`match: check` is for the built-in rules: a check is written in Rust");
        }
        let title = self.text(&shape.title, "title");
        let message = match &shape.message {
            Some(message) => self.text(message, "message"),
            None if is_check => self.wrong(&shape.matcher, "a rule with `match: check` needs a `message`"),
            None => format!("{title} in clear text").leak(),
        };
        let rationale = match &shape.rationale {
            Some(rationale) => self.text(rationale, "rationale"),
            None if is_check => "",
            None => RATIONALE,
        };
        let (bad, good) = self.examples(&shape.matcher, &shape.examples);
        Rule {
            title,
            family: self.slug(&shape.family, "family"),
            severity: self.word(SEVERITIES, "severity", &shape.severity).unwrap_or(SEVERITIES[0].1),
            confidence: self.word(CONFIDENCES, "confidence", &shape.confidence).unwrap_or(CONFIDENCES[0].1),
            tier: shape.tier.and_then(|tier| self.word(TIERS, "tier", &tier)).unwrap_or(Tier::Correctness),
            message,
            description: self.text(&shape.description, "description"),
            rationale,
            remediation: self.text(&shape.remediation, "remediation"),
            references: list(shape.references.iter().map(|reference| self.reference(reference))),
            aliases: list(shape.aliases.iter().map(|alias| self.alias(&id, alias))),
            tags: list(shape.tags.iter().map(|tag| self.slug(tag, "tag"))),
            once: shape.once,
            fix: shape.fix.and_then(|fix| self.word(SAFETIES, "fix", &fix)),
            matcher: self.matcher(&shape.matcher.value),
            bad,
            good,
            id: id.leak(),
        }
    }

    /// The file's name.
    fn id(&mut self) -> String {
        let id = self.path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        if !is_slug(&id) {
            self.wrong_name(format!("the file name `{id}` is the rule's id: lower-case words joined by `-`"));
        }
        if let Err(taken) = self.claim(&id, &id) {
            self.wrong_name(taken);
        }
        id
    }

    fn alias(&mut self, id: &str, alias: &Spanned<String>) -> &'static str {
        if alias.value.is_empty() || alias.value.contains(char::is_whitespace) {
            self.wrong(alias, "an alias is one word");
        }
        if !is_code(&alias.value)
            && let Err(taken) = self.claim(id, &alias.value)
        {
            self.wrong(alias, taken);
        }
        leak(&alias.value)
    }

    fn claim(&mut self, id: &str, name: &str) -> Result<(), String> {
        match self.reader.names.insert(name.to_owned(), id.to_owned()) {
            Some(owner) => Err(format!("`{name}` already names the rule `{owner}`")),
            None => Ok(()),
        }
    }

    fn text(&mut self, text: &Spanned<String>, key: &str) -> &'static str {
        match text.value.trim() {
            "" => self.wrong(text, format!("`{key}` is empty")),
            trimmed => leak(trimmed),
        }
    }

    fn slug(&mut self, slug: &Spanned<String>, key: &str) -> &'static str {
        match is_slug(&slug.value) {
            true => leak(&slug.value),
            false => self.wrong(slug, format!("a {key} is made of lower-case words joined by `-`")),
        }
    }

    fn reference(&mut self, reference: &Spanned<String>) -> &'static str {
        let host = reference.value.strip_prefix("https://").and_then(|rest| rest.split('/').next());
        let is_address = host.is_some_and(|host| host.contains('.')) && !reference.value.contains(char::is_whitespace);
        match is_address {
            true => leak(&reference.value),
            false => self.wrong(reference, "a reference is an https address"),
        }
    }

    fn word<T: Copy>(&mut self, words: Words<T>, kind: &str, word: &Spanned<String>) -> Option<T> {
        meaning(words, kind, &word.value).map_err(|message| self.wrong(word, message)).ok()
    }

    fn matcher(&mut self, shape: &MatcherShape) -> Matcher {
        match shape {
            MatcherShape::Check => Matcher::Check,
            MatcherShape::Token(token) => Matcher::Token(Token {
                prefixes: self.literals(&token.prefixes, "prefix", 2),
                body: self.body(&token.body),
                checksum: self.checksum(&token.checksum),
            }),
            MatcherShape::Assignment(assignment) => Matcher::Assignment(Assignment {
                words: self.words(&assignment.words),
                value: self.body(&assignment.value),
                checksum: self.checksum(&assignment.checksum),
            }),
            MatcherShape::Regex(pattern) => Matcher::Regex(self.pattern(pattern)),
            MatcherShape::Structure(name) => {
                Matcher::Structure(self.word(STRUCTURES, "structure", name).unwrap_or_default())
            }
        }
    }

    /// A list that is not empty, of texts of at least `least` bytes.
    fn literals(&mut self, texts: &Spanned<Vec<Spanned<String>>>, kind: &str, least: usize) -> &'static [&'static str] {
        if texts.value.is_empty() {
            self.wrong(texts, format!("at least one {kind} is needed"));
        }
        for text in texts.value.iter().filter(|text| text.value.len() < least) {
            self.wrong(text, format!("the {kind} `{}` is shorter than {least} bytes", text.value));
        }
        list(texts.value.iter().map(|text| leak(&text.value)))
    }

    fn words(&mut self, words: &Spanned<Vec<Spanned<String>>>) -> &'static [&'static str] {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        for word in words.value.iter().filter(|word| !word.value.bytes().all(plain)) {
            self.wrong(word, format!("the word `{}` is not made of a-z, 0-9 and `_`", word.value));
        }
        self.literals(words, "word", 3)
    }

    fn body(&mut self, body: &Spanned<String>) -> &'static [Segment] {
        match parts::body(&body.value) {
            Ok(segments) => segments.leak(),
            Err(mistake) => {
                self.wrong(body, mistake.message);
                &[]
            }
        }
    }

    fn checksum(&mut self, checksum: &Option<Spanned<String>>) -> Option<Checksum> {
        self.word(CHECKSUMS, "checksum", checksum.as_ref()?)
    }

    fn pattern(&mut self, pattern: &PatternShape) -> Pattern {
        if let Err(why) = (self.reader.compiles)(&pattern.regex.value) {
            self.wrong(&pattern.regex, format!("the regex does not compile: {why}"));
        }
        Pattern {
            anchors: self.literals(&pattern.anchors, "anchor", 2),
            regex: leak(&pattern.regex.value),
            before: pattern.before,
            after: pattern.after,
            run: pattern.run,
        }
    }

    /// The bad and the good samples.
    fn examples(
        &mut self,
        matcher: &Spanned<MatcherShape>,
        examples: &Option<Spanned<ExamplesShape>>,
    ) -> (&'static [Example], &'static [Example]) {
        let is_check = matches!(matcher.value, MatcherShape::Check);
        match examples {
            None if is_check => return (&[], &[]),
            Some(examples) if is_check => {
                self.wrong(examples, "a rule with `match: check` is proven by `fixtures/`, not by `examples`");
            }
            None => {
                self.wrong(matcher, "a credential rule needs `examples`, at least one bad and one good");
            }
            Some(examples) if examples.value.bad.is_empty() || examples.value.good.is_empty() => {
                self.wrong(examples, "`examples` needs at least one bad and one good");
            }
            Some(examples) => return (samples(&examples.value.bad), samples(&examples.value.good)),
        }
        (&[], &[])
    }

    /// Notes a mistake and gives an empty text to go on with.
    fn wrong<T>(&mut self, place: &Spanned<T>, message: impl Into<String>) -> &'static str {
        self.mistakes.push(Misread::at(place, message));
        ""
    }

    /// Notes a mistake in the file's name.
    fn wrong_name(&mut self, message: String) {
        self.mistakes.push(Misread { line: 1, column: 1, message });
    }
}

fn samples(shapes: &[ExampleShape]) -> &'static [Example] {
    let sample = |shape: &ExampleShape| Example {
        path: shape.path.as_deref().map_or(SAMPLE_PATH, leak),
        text: leak(&shape.text),
    };
    list(shapes.iter().map(sample))
}

/// `MAN001`: one code of a catalogue can bundle several faults, so several rules may carry it.
fn is_code(alias: &str) -> bool {
    alias.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

fn is_slug(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    text.split('-').all(|word| !word.is_empty() && word.bytes().all(plain))
}

/// A rule lives as long as the process, so its strings are never given back.
fn leak(text: &str) -> &'static str {
    text.to_owned().leak()
}

fn list<T>(items: impl Iterator<Item = T>) -> &'static [T] {
    items.collect::<Vec<_>>().leak()
}

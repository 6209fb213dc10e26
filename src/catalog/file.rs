//! One rule file: read, verified, and made a [`Rule`], or refused with the place of each mistake.
//!
//! It does not know what a matcher does, nor how regular expressions are compiled: the caller hands that in, because
//! `build.rs` compiles this file too and judges the built-in rules with it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::{fmt, fs};

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor, value::MapAccessDeserializer};
use serde_saphyr::{DuplicateKeyPolicy, Location, Spanned};

use super::parts;
use super::vocabulary::{self, CHECKSUMS, CONFIDENCES, SEVERITIES, STRUCTURES, TIERS, Words, meaning};
use crate::model::{Assignment, Checksum, Example, Matcher, Pattern, Rule, Segment, Tier, Token};

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
        let options = serde_saphyr::options! {
            duplicate_keys: DuplicateKeyPolicy::Error,
            strict_booleans: true,
            with_snippet: false,
        };
        let shape: Shape =
            serde_saphyr::from_str_with_options(text, options).map_err(|error| vec![shapeless(path, &error)])?;
        let mut verifier = Verifier { path, reader: self, errors: Vec::new() };
        let rule = verifier.rule(shape);
        if verifier.errors.is_empty() { Ok(rule) } else { Err(verifier.errors) }
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

/// A file that is not YAML, or YAML of another shape.
fn shapeless(path: &Path, error: &serde_saphyr::Error) -> CatalogError {
    use serde_saphyr::Error;
    let message = match error {
        Error::SerdeUnknownField { field, expected, .. } => vocabulary::unknown("key", field, expected.iter().copied()),
        Error::SerdeUnknownVariant { variant, expected, .. } => {
            vocabulary::unknown("matcher", variant, expected.iter().copied())
        }
        Error::SerdeMissingField { field, .. } => format!("key `{field}` is missing"),
        other => other.to_string(),
    };
    let place = error.location().filter(|place| place.line() > 0);
    let (line, column) = place.map_or((1, 1), |place| (place.line(), place.column()));
    CatalogError { path: path.into(), line, column, message }
}

/// The file as it is written.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Shape {
    title: Spanned<String>,
    family: Spanned<String>,
    severity: Spanned<String>,
    confidence: Spanned<String>,
    tier: Option<Spanned<String>>,
    message: Option<Spanned<String>>,
    description: Spanned<String>,
    rationale: Option<Spanned<String>>,
    remediation: Spanned<String>,
    #[serde(default)]
    references: Vec<Spanned<String>>,
    #[serde(default)]
    aliases: Vec<Spanned<String>>,
    #[serde(default)]
    tags: Vec<Spanned<String>>,
    #[serde(rename = "match")]
    matcher: Spanned<MatcherShape>,
    examples: Option<Spanned<ExamplesShape>>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum MatcherShape {
    Check,
    Token(TokenShape),
    Assignment(AssignmentShape),
    Regex(PatternShape),
    Structure(Spanned<String>),
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenShape {
    prefixes: Spanned<Vec<Spanned<String>>>,
    body: Spanned<String>,
    checksum: Option<Spanned<String>>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct AssignmentShape {
    words: Spanned<Vec<Spanned<String>>>,
    value: Spanned<String>,
    checksum: Option<Spanned<String>>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct PatternShape {
    anchors: Spanned<Vec<Spanned<String>>>,
    regex: Spanned<String>,
    before: u16,
    after: u16,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ExamplesShape {
    #[serde(default)]
    bad: Vec<ExampleShape>,
    #[serde(default)]
    good: Vec<ExampleShape>,
}

/// A text, or a text with the path under which it is read.
struct ExampleShape {
    path: Option<String>,
    text: String,
}

impl<'de> Deserialize<'de> for ExampleShape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ExampleVisitor)
    }
}

struct ExampleVisitor;

impl<'de> Visitor<'de> for ExampleVisitor {
    type Value = ExampleShape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, or a mapping of `path` and `text`")
    }

    fn visit_str<E>(self, text: &str) -> Result<ExampleShape, E> {
        Ok(ExampleShape { path: None, text: text.to_owned() })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ExampleShape, A::Error> {
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Placed {
            path: String,
            text: String,
        }
        let Placed { path, text } = Placed::deserialize(MapAccessDeserializer::new(map))?;
        Ok(ExampleShape { path: Some(path), text })
    }
}

/// Turns a shape into a rule and notes what is wrong on the way; the rule is good when nothing was.
struct Verifier<'a> {
    path: &'a Path,
    reader: &'a mut Reader,
    errors: Vec<CatalogError>,
}

impl Verifier<'_> {
    fn rule(&mut self, shape: Shape) -> Rule {
        let id = self.id();
        let aliases = shape.aliases.iter().map(|alias| self.alias(&id, alias)).collect();
        let (kind, place) = (shape.matcher.value, shape.matcher.referenced);
        let is_check = matches!(kind, MatcherShape::Check);
        if is_check && !self.reader.checks {
            self.error(place, "`match: check` is for the built-in rules: a check is written in Rust");
        }
        let title = self.text(shape.title, "title");
        let message = match shape.message {
            Some(message) => self.text(message, "message"),
            None if is_check => self.error(place, "a rule with `match: check` needs a `message`"),
            None => leak(format!("{title} in clear text")),
        };
        let (bad, good) = self.examples(is_check, place, shape.examples);
        Rule {
            id: leak(id),
            title,
            family: self.slug(shape.family, "family"),
            severity: self.word(SEVERITIES, "severity", &shape.severity).unwrap_or(SEVERITIES[0].1),
            confidence: self.word(CONFIDENCES, "confidence", &shape.confidence).unwrap_or(CONFIDENCES[0].1),
            tier: shape.tier.and_then(|tier| self.word(TIERS, "tier", &tier)).unwrap_or(Tier::Correctness),
            message,
            description: self.text(shape.description, "description"),
            rationale: match shape.rationale {
                Some(rationale) => self.text(rationale, "rationale"),
                None if is_check => "",
                None => RATIONALE,
            },
            remediation: self.text(shape.remediation, "remediation"),
            references: list(shape.references.into_iter().map(|reference| self.reference(reference)).collect()),
            aliases: list(aliases),
            tags: list(shape.tags.into_iter().map(|tag| self.slug(tag, "tag")).collect()),
            matcher: self.matcher(kind),
            bad,
            good,
        }
    }

    /// The file's name.
    fn id(&mut self) -> String {
        let id = self.path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let start = Location::UNKNOWN;
        if !is_slug(&id) {
            self.error(start, format!("the file name `{id}` is the rule's id: lower-case words joined by `-`"));
        }
        self.claim(start, &id, &id);
        id
    }

    fn alias(&mut self, id: &str, alias: &Spanned<String>) -> &'static str {
        if alias.value.is_empty() || alias.value.chars().any(char::is_whitespace) {
            self.error(alias.referenced, "an alias is one word");
        }
        if !is_code(&alias.value) {
            self.claim(alias.referenced, id, &alias.value);
        }
        leak(alias.value.clone())
    }

    fn claim(&mut self, place: Location, id: &str, name: &str) {
        if let Some(owner) = self.reader.names.insert(name.to_owned(), id.to_owned()) {
            self.error(place, format!("`{name}` already names the rule `{owner}`"));
        }
    }

    fn text(&mut self, text: Spanned<String>, key: &str) -> &'static str {
        let trimmed = text.value.trim();
        if trimmed.is_empty() {
            return self.error(text.referenced, format!("`{key}` is empty"));
        }
        leak(trimmed.to_owned())
    }

    fn slug(&mut self, slug: Spanned<String>, key: &str) -> &'static str {
        if !is_slug(&slug.value) {
            return self.error(slug.referenced, format!("a {key} is made of lower-case words joined by `-`"));
        }
        leak(slug.value)
    }

    fn reference(&mut self, reference: Spanned<String>) -> &'static str {
        let host = reference.value.strip_prefix("https://").and_then(|rest| rest.split('/').next());
        if !host.is_some_and(|host| host.contains('.')) || reference.value.contains(char::is_whitespace) {
            return self.error(reference.referenced, "a reference is an https address");
        }
        leak(reference.value)
    }

    fn word<T: Copy>(&mut self, words: Words<T>, kind: &str, word: &Spanned<String>) -> Option<T> {
        meaning(words, kind, &word.value).map_err(|message| self.error(word.referenced, message)).ok()
    }

    fn matcher(&mut self, shape: MatcherShape) -> Matcher {
        match shape {
            MatcherShape::Check => Matcher::Check,
            MatcherShape::Token(token) => Matcher::Token(Token {
                prefixes: self.literals(token.prefixes, "prefix", 2),
                body: self.body(&token.body),
                checksum: self.checksum(token.checksum),
            }),
            MatcherShape::Assignment(assignment) => Matcher::Assignment(Assignment {
                words: self.words(assignment.words),
                value: self.body(&assignment.value),
                checksum: self.checksum(assignment.checksum),
            }),
            MatcherShape::Regex(pattern) => Matcher::Regex(self.pattern(pattern)),
            MatcherShape::Structure(name) => {
                Matcher::Structure(self.word(STRUCTURES, "structure", &name).unwrap_or_default())
            }
        }
    }

    /// A list that is not empty, of texts of at least `least` bytes.
    fn literals(&mut self, texts: Spanned<Vec<Spanned<String>>>, kind: &str, least: usize) -> &'static [&'static str] {
        if texts.value.is_empty() {
            self.error(texts.referenced, format!("at least one {kind} is needed"));
        }
        for text in texts.value.iter().filter(|text| text.value.len() < least) {
            self.error(text.referenced, format!("the {kind} `{}` is shorter than {least} bytes", text.value));
        }
        list(texts.value.into_iter().map(|text| leak(text.value)).collect())
    }

    fn words(&mut self, words: Spanned<Vec<Spanned<String>>>) -> &'static [&'static str] {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        for word in words.value.iter().filter(|word| !word.value.bytes().all(plain)) {
            self.error(word.referenced, format!("the word `{}` is not made of a-z, 0-9 and `_`", word.value));
        }
        self.literals(words, "word", 3)
    }

    fn body(&mut self, body: &Spanned<String>) -> &'static [Segment] {
        match parts::body(&body.value) {
            Ok(segments) => list(segments),
            Err(wrong) => {
                self.error(body.referenced, wrong.message);
                &[]
            }
        }
    }

    fn checksum(&mut self, checksum: Option<Spanned<String>>) -> Option<Checksum> {
        self.word(CHECKSUMS, "checksum", &checksum?)
    }

    fn pattern(&mut self, pattern: PatternShape) -> Pattern {
        if let Err(why) = (self.reader.compiles)(&pattern.regex.value) {
            self.error(pattern.regex.referenced, format!("the regex does not compile: {why}"));
        }
        Pattern {
            anchors: self.literals(pattern.anchors, "anchor", 3),
            regex: leak(pattern.regex.value),
            before: pattern.before,
            after: pattern.after,
        }
    }

    fn examples(
        &mut self,
        is_check: bool,
        matcher: Location,
        shape: Option<Spanned<ExamplesShape>>,
    ) -> (&'static [Example], &'static [Example]) {
        match shape {
            Some(shape) if is_check => {
                self.error(shape.referenced, "a rule with `match: check` is proven by `fixtures/`, not by `examples`");
                (&[], &[])
            }
            None if is_check => (&[], &[]),
            None => {
                self.error(matcher, "a credential rule needs `examples`, at least one bad and one good");
                (&[], &[])
            }
            Some(shape) => {
                if shape.value.bad.is_empty() || shape.value.good.is_empty() {
                    self.error(shape.referenced, "`examples` needs at least one bad and one good");
                }
                (samples(shape.value.bad), samples(shape.value.good))
            }
        }
    }

    /// Notes the mistake and gives an empty text to go on with.
    fn error(&mut self, place: Location, message: impl Into<String>) -> &'static str {
        let path = self.path.to_path_buf();
        let (line, column) = (place.line().max(1), place.column().max(1));
        self.errors.push(CatalogError { path, line, column, message: message.into() });
        ""
    }
}

fn samples(shapes: Vec<ExampleShape>) -> &'static [Example] {
    let sample = |shape: ExampleShape| Example { path: shape.path.map_or(SAMPLE_PATH, leak), text: leak(shape.text) };
    list(shapes.into_iter().map(sample).collect())
}

/// `MAN001`: one code of a catalogue can bundle several faults, so several rules may carry it.
fn is_code(alias: &str) -> bool {
    alias.chars().all(|character| character.is_ascii_uppercase() || character.is_ascii_digit())
}

fn is_slug(text: &str) -> bool {
    let word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    text.split('-').all(word)
}

/// A rule lives as long as the process, so its strings are never given back.
fn leak(text: String) -> &'static str {
    text.leak()
}

fn list<T>(items: Vec<T>) -> &'static [T] {
    items.leak()
}

//! Credentials in source code: a string literal that is given to a name for a credential.
//!
//! `password = "…"`, `password: "…"`, `f(password="…")`, `setPassword("…")`, `setenv("X_TOKEN", "…")`, `["token"] = "…"`,
//! `let token: &str = "…"`. It does not know languages: it looks at what stands around the words of credentials and reads
//! no further than the literal.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::keyed::{self, KeyedRules, Trust};
use super::prefilter::WordTable;
use crate::model::{Blob, Confidence, Draft, Emitter, Identity, RepoPath};
use crate::text::{Secret, Span};
use crate::value::{self, Verdict};

/// Pieces of the words for credentials, as code writes them. Four bytes each: that is what the search looks at.
const PIECES: &[&str] = &[
    "pass", "Pass", "PASS", "ecre", "ECRE", "oken", "OKEN", "pi_k", "pi-k", "piKe", "pike", "PI_K", "PIKe", "PIKE",
    "ss_k", "ssKe", "SS_K", "on_k", "onKe", "ON_K", "ng_k", "ngKe", "NG_K", "_pwd", "_PWD", "pwd=", "pwd ", "Pwd ",
    "PWD ", "pwd\"", "pwd:", "pwd'",
];

/// Endings of the names of files that hold code, sorted.
const EXTENSIONS: &[&str] = &[
    "aspx",
    "bicep",
    "bzl",
    "c",
    "cc",
    "cjs",
    "clj",
    "coffee",
    "cpp",
    "cs",
    "cshtml",
    "cue",
    "cxx",
    "dart",
    "erb",
    "erl",
    "ex",
    "exs",
    "fs",
    "go",
    "gradle",
    "groovy",
    "h",
    "hpp",
    "hs",
    "ipynb",
    "java",
    "jl",
    "js",
    "json5",
    "jsonc",
    "jsonnet",
    "jsp",
    "jsx",
    "kt",
    "kts",
    "libsonnet",
    "lua",
    "m",
    "mjs",
    "mm",
    "nix",
    "php",
    "pl",
    "pm",
    "ps1",
    "psd1",
    "psm1",
    "py",
    "r",
    "rb",
    "rs",
    "scala",
    "sol",
    "sql",
    "star",
    "svelte",
    "swift",
    "tcl",
    "ts",
    "tsx",
    "vb",
    "vue",
];

const NAMES: &[&str] = &["Gemfile", "Jenkinsfile", "Podfile", "Rakefile", "Tiltfile", "Vagrantfile"];

/// What a literal is wrapped in on its way to the name; the last part of the callee.
const WRAPPERS: &[&str] = &[
    "Ptr",
    "Some",
    "String",
    "byte",
    "bytes",
    "from",
    "new",
    "of",
    "parse",
    "SecretString",
    "SecretStr",
    "SecureString",
    "str",
    "strdup",
];

/// Methods that leave a literal what it is.
const HARMLESS: &[&str] =
    &[".as_bytes", ".encode", ".freeze", ".getBytes", ".into", ".to_owned", ".to_string", ".toCharArray"];

const LONGEST_NAME: usize = 64;
const LONGEST_VALUE: usize = 512;
const LONGEST_TYPE: usize = 48;

/// Judges the literals of a file that holds code.
pub fn scan(rules: &KeyedRules, blob: &Blob, drafts: &mut Vec<Draft>) {
    if rules.is_empty() || blob.binary || !is_code(blob.path()) {
        return;
    }
    static WORDS: OnceLock<WordTable> = OnceLock::new();
    let pieces = || WordTable::new(PIECES.iter().map(|piece| (Cow::Borrowed(piece.as_bytes()), 0)));
    let (mut next, mut trust) = (0, None);
    WORDS.get_or_init(pieces).each(blob.text, |found, _, _| {
        if found < next {
            return;
        }
        let name_end = found + length_of(blob.text, found, is_name_byte);
        next = name_end.max(found + 1);
        let Some(literal) = Literal::after(blob.text, found, name_end) else { return };
        next = literal.value.end.max(next);
        match *trust.get_or_insert_with(|| trust_in(blob)) {
            Trust::None => next = usize::MAX,
            trust => judge(rules, blob, &literal, trust, drafts),
        }
    });
}

fn is_code(path: &RepoPath) -> bool {
    let known = |extension: &[u8]| {
        let extension = extension.to_ascii_lowercase();
        EXTENSIONS.binary_search_by(|known| known.as_bytes().cmp(&extension)).is_ok()
    };
    path.extension().map_or_else(|| NAMES.iter().any(|name| name.as_bytes() == path.file_name()), known)
}

/// What a test makes up is doubtful, whatever it looks like.
fn trust_in(blob: &Blob) -> Trust {
    const TESTS: &[&str] = &[
        "test", "tests", "spec", "specs", "testing", "mock", "mocks", "fixture", "fixtures", "e2e", "example",
        "examples", "sample", "samples", "demo", "fake", "fakes", "stub", "stubs",
    ];
    let path = blob.path().to_text().to_ascii_lowercase();
    let is_test = path.split(['/', '.', '_', '-']).any(|part| TESTS.contains(&part))
        || blob.path().to_text().split('/').next_back().is_some_and(|name| name.contains("Test"));
    match keyed::trust(blob.path(), &super::loose::readable(blob.text)) {
        Trust::Full if is_test => Trust::Little,
        trust => trust,
    }
}

fn judge(rules: &KeyedRules, blob: &Blob, literal: &Literal, trust: Trust, drafts: &mut Vec<Draft>) {
    let name = String::from_utf8_lossy(literal.name.slice(blob.text));
    let Ok(written) = std::str::from_utf8(literal.value.slice(blob.text)) else { return };
    if literal.is_call && !takes_a_credential(&name) {
        return;
    }
    let confidence = match value::judge_in_code(&name, written).verdict {
        Verdict::Credential(confidence) => confidence,
        _ => return,
    };
    let doubtful = trust != Trust::Full
        || literal.is_compared
        || is_comment(blob.text, literal.name.start)
        || memchr::memmem::find(&blob.text[..literal.name.start], b"#[cfg(test)]").is_some();
    let Some(rule) = value::kind_of(&[&name]).and_then(|kind| rules.rule(kind)) else { return };
    let identity = Identity::Guessable {
        subject: String::new(),
        key_path: name.clone().into_owned(),
        value: Secret::new(written),
    };
    let confidence = if doubtful { Confidence::Low } else { confidence };
    keyed::report(Emitter::new(rule, drafts), literal.value, identity, confidence, name.into_owned());
}

/// `setPassword`, `withToken`, `password`; not `getToken`, `checkPassword`, `expectToken`.
fn takes_a_credential(name: &str) -> bool {
    let setter = ["set", "Set", "with", "With", "use", "add", "put", "Put"].iter().any(|verb| {
        name.strip_prefix(verb)
            .is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_uppercase() || first == '_'))
    });
    setter || !name.contains('_') && name.bytes().skip(1).filter(u8::is_ascii_uppercase).count() < 2 && !has_verb(name)
}

fn has_verb(name: &str) -> bool {
    const VERBS: &[&str] = &[
        "assert", "check", "decode", "encode", "expect", "find", "get", "has", "hash", "is", "load", "new", "parse",
        "read", "to", "validate", "verify",
    ];
    let lower = name.to_ascii_lowercase();
    VERBS.iter().any(|verb| lower.starts_with(verb))
}

/// True on a line that is a comment from its start.
fn is_comment(text: &[u8], at: usize) -> bool {
    let start = memchr::memrchr(b'\n', &text[..at]).map_or(0, |end| end + 1);
    let line = text[start..at].trim_ascii_start();
    let hash = line.starts_with(b"#") && !line.starts_with(b"#define") && !line.starts_with(b"#[");
    hash || [&b"//"[..], b"*", b"/*", b"--", b"<!--", b"%", b";"].iter().any(|mark| line.starts_with(mark))
}

/// A string and the name that it is given.
struct Literal {
    name: Span,
    /// Without its quotes.
    value: Span,
    /// `name("…")`
    is_call: bool,
    /// `name == "…"`
    is_compared: bool,
}

impl Literal {
    /// The literal that follows the name which holds `word` and ends at `name_end`.
    fn after(text: &[u8], word: usize, name_end: usize) -> Option<Literal> {
        let mut cursor = Cursor { text, at: name_end };
        let quoted = cursor.closing_quote();
        let is_part = if quoted { is_quoted_name_byte } else { is_name_byte };
        let before = &text[word.saturating_sub(LONGEST_NAME)..word];
        let start = word - before.iter().rev().take_while(|byte| is_part(**byte)).count();
        let opens = matches!(text[..start].last(), Some(b'"' | b'\'' | b'`'));
        if quoted != opens || name_end - start > LONGEST_NAME {
            return None;
        }
        let (is_call, is_compared) = cursor.operator(quoted, &text[start..name_end])?;
        let value = cursor.literal()?;
        Some(Literal { name: Span::new(start, name_end), value, is_call, is_compared })
    }
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_quoted_name_byte(byte: u8) -> bool {
    is_name_byte(byte) || matches!(byte, b'.' | b'-' | b':' | b'/')
}

fn length_of(text: &[u8], from: usize, wanted: fn(u8) -> bool) -> usize {
    text[from..].iter().take(LONGEST_NAME + 1).take_while(|byte| wanted(**byte)).count()
}

struct Cursor<'t> {
    text: &'t [u8],
    at: usize,
}

impl Cursor<'_> {
    fn byte(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(b'\n')
    }

    fn starts_with(&self, what: &[u8]) -> bool {
        self.text.get(self.at..).is_some_and(|rest| rest.starts_with(what))
    }

    fn skip(&mut self, bytes: &[u8]) {
        while self.at < self.text.len() && bytes.contains(&self.text[self.at]) {
            self.at += 1;
        }
    }

    /// Steps over the quote that ends a quoted name, escaped or not.
    fn closing_quote(&mut self) -> bool {
        let escaped = usize::from(self.byte() == b'\\');
        let quote = matches!(self.text.get(self.at + escaped), Some(b'"' | b'\'' | b'`'));
        self.at += if quote { escaped + 1 } else { 0 };
        quote
    }

    /// Steps over what gives the value to the name: (a call, a comparison).
    fn operator(&mut self, quoted: bool, name: &[u8]) -> Option<(bool, bool)> {
        let end_of_name = self.at;
        self.skip(b" \t");
        if quoted && matches!(self.byte(), b']' | b')') {
            self.at += 1;
            self.skip(b" \t");
        }
        let (mut is_call, mut is_compared) = (false, false);
        match self.byte() {
            b'=' if self.starts_with(b"=~") => return None,
            b'=' if self.starts_with(b"=>") => self.at += 2,
            b'=' => {
                is_compared = self.starts_with(b"==");
                self.skip(b"=");
            }
            b'!' if self.starts_with(b"!=") => {
                is_compared = true;
                self.at += 1;
                self.skip(b"=");
            }
            b':' if self.starts_with(b"::") => return None,
            b':' => {
                self.at += 1;
                self.skip(b"=");
                self.type_name();
            }
            b'?' if self.starts_with(b"??") || self.starts_with(b"?:") => {
                self.at += 2;
                self.skip(b"=");
                self.type_name();
            }
            b'|' if self.starts_with(b"||") => {
                self.at += 2;
                self.skip(b"=");
            }
            b',' if quoted => self.at += 1,
            b'(' if !quoted => {
                is_call = true;
                self.at += 1;
            }
            // Go names the type without a colon.
            b's' if self.starts_with(b"string =") => self.at += b"string =".len(),
            // `#define X_PASSWORD "…"`, `WITH PASSWORD '…'`
            b'\'' | b'"' if self.at > end_of_name && !quoted && name.iter().all(|byte| !byte.is_ascii_lowercase()) => {}
            _ => return None,
        }
        Some((is_call, is_compared))
    }

    /// Steps over `string =`, `&'static str =`, `Option<String> =`, where that follows.
    fn type_name(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let rest = &rest[..rest.len().min(LONGEST_TYPE)];
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b" \t_&'<>.?*[]|".contains(byte);
        let length = rest.iter().take_while(|byte| is_part(byte)).count();
        let named = rest[..length].iter().any(u8::is_ascii_alphabetic);
        if named && rest.get(length) == Some(&b'=') && !matches!(rest.get(length + 1), Some(b'=' | b'>')) {
            self.at += length + 1;
        }
    }

    /// The string that begins here, behind blanks, one line break, a wrapper and a prefix.
    fn literal(&mut self) -> Option<Span> {
        self.skip(b" \t\r");
        if self.byte() == b'\n' {
            self.at += 1;
            self.skip(b" \t");
        }
        self.wrapper();
        self.skip(b"&@$");
        if self.text.get(self.at + 1).is_some_and(|quote| matches!(quote, b'"' | b'\''))
            && b"brufLBRUF".contains(&self.byte())
        {
            self.at += 1;
        }
        let escaped = self.starts_with(b"\\\"") || self.starts_with(b"\\'");
        self.at += usize::from(escaped);
        let quote = *self.text.get(self.at).filter(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
        let triple = self.starts_with(&[quote; 3]);
        let start = self.at + if triple { 3 } else { 1 };
        let end = self.string_end(start, quote, escaped)?;
        self.at = end + 1;
        self.stays_what_it_is().then_some(Span::new(start, end))
    }

    /// The end of the string's text; on the same line.
    fn string_end(&self, start: usize, quote: u8, escaped: bool) -> Option<usize> {
        let limit = self.text.len().min(start + LONGEST_VALUE);
        let mut at = start;
        while at < limit {
            match self.text[at] {
                b'\\' if escaped && self.text.get(at + 1) == Some(&quote) => return Some(at),
                b'\\' => at += 1,
                b'\n' | b'\r' => return None,
                byte if byte == quote => return Some(at),
                _ => {}
            }
            at += 1;
        }
        None
    }

    fn wrapper(&mut self) {
        let callee = |byte: &u8| byte.is_ascii_alphanumeric() || b"_:.[]".contains(byte);
        if self.starts_with(b"new ") {
            self.at += 4;
        }
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest.iter().take(LONGEST_NAME).take_while(|byte| callee(byte)).count();
        let name = rest[..length].rsplit(|byte| b":.]".contains(byte)).next().unwrap_or_default();
        if rest.get(length) == Some(&b'(') && WRAPPERS.iter().any(|known| known.as_bytes() == name) {
            self.at += length + 1;
        }
    }

    /// False where the string is only a part of the value.
    fn stays_what_it_is(&mut self) -> bool {
        self.skip(b"\"'`");
        self.skip(b" \t");
        match self.byte() {
            b'+' | b'%' => false,
            b'.' => HARMLESS.iter().any(|method| self.starts_with(method.as_bytes())),
            _ => true,
        }
    }
}

//! The engine as a whole, against plain regexes without any prefilter, and what it says about texts as people write them.
//!
//! It does not know the rules that ship: values are built from parts, none is a live credential.

use std::fmt::Write;

use proptest::prelude::*;
use regex::bytes::{Regex, RegexBuilder};

use super::*;
use crate::model::{
    Alphabet, Assignment, Checksum, Confidence, Identity, Origin, Pattern, RepoPath, Segment, Severity, Tier,
};
use crate::text::OffsetMap;

const BASE62: Alphabet = Alphabet::of(&[(b'0', b'9'), (b'A', b'Z'), (b'a', b'z')]);
const BASE64: Alphabet = Alphabet::of(&[(b'0', b'9'), (b'A', b'Z'), (b'a', b'z'), (b'+', b'+'), (b'/', b'/')]);
const BASE64URL: Alphabet = Alphabet::of(&[(b'0', b'9'), (b'A', b'Z'), (b'a', b'z'), (b'-', b'-'), (b'_', b'_')]);
const BASE32: Alphabet = Alphabet::of(&[(b'A', b'Z'), (b'2', b'7')]);
const HEX: Alphabet = Alphabet::of(&[(b'0', b'9'), (b'a', b'f')]);
const DIGITS: Alphabet = Alphabet::of(&[(b'0', b'9')]);
const DOTTED: Alphabet = Alphabet::of(&[(b'0', b'9'), (b'a', b'z'), (b'.', b'.')]);

const fn chars(alphabet: Alphabet, min: u16, max: u16) -> Segment {
    Segment::Chars { alphabet, min, max }
}

pub fn rule(id: &'static str, matcher: Matcher) -> &'static Rule {
    Box::leak(Box::new(Rule {
        id,
        title: id,
        family: id,
        severity: Severity::Error,
        confidence: Confidence::High,
        tier: Tier::Correctness,
        message: id,
        description: "",
        rationale: "",
        remediation: "",
        references: &[],
        aliases: &[],
        tags: &[],
        once: false,
        fix: None,
        matcher,
        bad: &[],
        good: &[],
    }))
}

fn token(id: &'static str, prefixes: &'static [&'static str], body: &'static [Segment]) -> &'static Rule {
    rule(id, Matcher::Token(Token { prefixes, body, checksum: None }))
}

/// One rule for each way in which a prefix, a run and a boundary can lie to each other.
fn token_rules() -> Vec<&'static Rule> {
    vec![
        token("plain", &["ghp_"], const { &[chars(BASE62, 36, 36)] }),
        token("upper", &["AKIA", "ASIA"], const { &[chars(BASE32, 16, 16)] }),
        token("dash", &["glpat-"], const { &[chars(BASE64URL, 20, 20)] }),
        token("dot-in-prefix", &["hvs."], const { &[chars(BASE64URL, 90, 120)] }),
        token(
            "dots-everywhere",
            &["SG."],
            const { &[chars(BASE64URL, 22, 22), Segment::Literal("."), chars(BASE64URL, 43, 43)] },
        ),
        token(
            "run-begins-in-prefix",
            &["v1.0-"],
            const { &[chars(HEX, 24, 24), Segment::Literal("-"), chars(HEX, 146, 146)] },
        ),
        token("tilde", &["sha256~"], const { &[chars(BASE64URL, 43, 43)] }),
        token("colon", &["AstraCS:"], const { &[chars(BASE62, 24, 24), Segment::Literal(":"), chars(HEX, 64, 64)] }),
        token("two-prefixes", &["sk_", "sk_live_"], const { &[chars(BASE62, 10, 99)] }),
        token("two-letters", &["SK"], const { &[chars(HEX, 32, 32)] }),
        token("one-letter", &["q"], const { &[chars(HEX, 32, 32)] }),
        token(
            "groups",
            &["xoxb-"],
            const {
                &[
                    chars(DIGITS, 10, 13),
                    Segment::Literal("-"),
                    chars(DIGITS, 10, 13),
                    Segment::Literal("-"),
                    chars(BASE62, 24, 32),
                ]
            },
        ),
        token("short-run", &["1/"], const { &[chars(DIGITS, 4, 16), Segment::Literal(":"), chars(HEX, 32, 32)] }),
        token("gives-back", &["tok-"], const { &[chars(BASE64URL, 4, 40), Segment::Literal("-"), chars(HEX, 8, 8)] }),
        token("gives-back-twice", &["tik-"], const { &[chars(BASE62, 4, 20), chars(HEX, 4, 8), chars(DIGITS, 3, 3)] }),
        token("ends-in-literal", &["mer_"], const { &[chars(BASE62, 20, 30), Segment::Literal("_yrucrem")] }),
        token("ends-in-padding", &["inf_"], const { &[chars(BASE64, 40, 40), Segment::Literal("==")] }),
        token("dotted", &["dotted_"], const { &[chars(DOTTED, 20, 30)] }),
    ]
}

/// A body that has the rule's shape, different for each seed.
fn body(segments: &[Segment], seed: u64) -> String {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as usize % below
    };
    segments.iter().fold(String::new(), |mut out, segment| {
        match segment {
            Segment::Literal(literal) => out.push_str(literal),
            Segment::Chars { alphabet, min, max } => {
                let bytes: Vec<u8> = alphabet.bytes().collect();
                let length = usize::from(*min) + next(usize::from(max - min) + 1);
                out.extend((0..length).map(|_| char::from(bytes[next(bytes.len())])));
            }
        }
        out
    })
}

fn value(rule: &Rule, prefix: usize, seed: u64) -> String {
    let Matcher::Token(token) = &rule.matcher else { panic!("{} is no token", rule.id) };
    token.prefixes[prefix % token.prefixes.len()].to_owned() + &body(token.body, seed)
}

pub fn drafts_at(rules: &[&'static Rule], path: &str, text: &[u8]) -> Vec<Draft> {
    let origin = Origin { path: RepoPath::new(path) };
    let mut drafts = Vec::new();
    Detector::new(rules).scan(&Blob::new(&origin, text, OffsetMap::Identity), &mut drafts);
    drafts
}

pub fn drafts(rules: &[&'static Rule], text: &str) -> Vec<Draft> {
    drafts_at(rules, "file", text.as_bytes())
}

/// Rule and secret of everything found.
pub fn found(rules: &[&'static Rule], text: &str) -> Vec<(&'static str, String)> {
    let secret = |draft: &Draft| String::from_utf8_lossy(draft.secrets[0].slice(text.as_bytes())).into_owned();
    drafts(rules, text).iter().map(|draft| (draft.rule.id, secret(draft))).collect()
}

/// The rule as a regex that is tried at every byte, with the boundaries as `token` promises them.
struct Oracle {
    left: Regex,
    tokens: Vec<(&'static str, Regex)>,
}

impl Oracle {
    fn new(rule: &Rule) -> Oracle {
        let Matcher::Token(token) = &rule.matcher else { panic!("{} is no token", rule.id) };
        let body: String = token.body.iter().map(expression).collect();
        let after = match token.body.last() {
            Some(Segment::Chars { alphabet, .. }) => class(alphabet),
            _ => String::new(),
        };
        let bytes = |text: &str| RegexBuilder::new(text).unicode(false).dot_matches_new_line(true).build().unwrap();
        let whole = |prefix: &str| bytes(&format!(r"\A({}{body})(?:[^A-Za-z0-9_{after}]|\z)", regex::escape(prefix)));
        Oracle {
            left: bytes(
                r"(?:\A|[^A-Za-z0-9]|\\[ntrfvbae0]|\\x[0-9A-Fa-f]{2}|\\[0-7]{3}|\\u[0-9A-Fa-f]{4}|%[0-9A-Fa-f]{2})\z",
            ),
            tokens: token.prefixes.iter().map(|prefix| (*prefix, whole(prefix))).collect(),
        }
    }

    fn spans(&self, text: &[u8]) -> Vec<Span> {
        let mut all = Vec::new();
        for at in 0..text.len() {
            for (prefix, token) in self.tokens.iter().filter(|(prefix, _)| text[at..].starts_with(prefix.as_bytes())) {
                let Some(groups) = token.captures(&text[at..]) else { continue };
                let value = &groups[1];
                if self.left.is_match(&text[at.saturating_sub(6)..at]) && !sample::is_sample(&value[prefix.len()..]) {
                    all.push((prefix.len(), Span::new(at, at + value.len())));
                }
            }
        }
        all.sort_by_key(|(prefix, span)| (std::cmp::Reverse((*prefix, span.len())), *span));
        let mut kept: Vec<Span> = Vec::new();
        for (_, span) in all {
            if kept.iter().all(|other| !other.intersects(span)) {
                kept.push(span);
            }
        }
        kept.sort();
        kept
    }
}

fn class(alphabet: &Alphabet) -> String {
    alphabet.bytes().fold(String::new(), |mut out, byte| {
        write!(out, r"\x{byte:02x}").unwrap();
        out
    })
}

fn expression(segment: &Segment) -> String {
    match segment {
        Segment::Literal(literal) => regex::escape(literal),
        Segment::Chars { alphabet, min, max } => format!("[{}]{{{min},{max}}}", class(alphabet)),
    }
}

/// One rule, its engine and its oracle.
struct Pair {
    rule: &'static Rule,
    detector: Detector,
    oracle: Oracle,
}

fn pairs() -> Vec<Pair> {
    let pair = |rule| Pair { rule, detector: Detector::new(&[rule]), oracle: Oracle::new(rule) };
    token_rules().into_iter().map(pair).collect()
}

impl Pair {
    fn spans(&self, text: &[u8]) -> Vec<Span> {
        let origin = Origin { path: RepoPath::from("file") };
        let mut blob = Blob::new(&origin, text, OffsetMap::Identity);
        blob.binary = false;
        let mut drafts = Vec::new();
        self.detector.scan(&blob, &mut drafts);
        drafts.iter().map(|draft| draft.span).collect()
    }

    /// The spans, which both agree on.
    fn agreed(&self, text: &[u8]) -> Vec<Span> {
        let spans = self.spans(text);
        assert_eq!(spans, self.oracle.spans(text), "{} in {}", self.rule.id, text.escape_ascii());
        spans
    }
}

const ESCAPES: &[&str] = &[
    "",
    "\\n",
    "\\t",
    "\\r",
    "\\0",
    "\\\\n",
    "\\x1b",
    "\\x3d",
    "\\033",
    "\\u003d",
    "\\u00e9",
    "%3D",
    "%22",
    "&quot;",
    "\\\"",
    "/dl/",
    "my-",
    "my_",
    "a+",
    "x",
    "\\q",
    "%3",
    "\\x3",
    "\\u003",
    "=3D",
    "é",
    "\u{2028}",
    "token=",
    "token: \"",
    "\r\n",
    "{",
    "9",
    "A",
];

#[test]
fn tokens_are_found_behind_and_before_every_byte() {
    for pair in pairs() {
        let token = value(pair.rule, 0, 7);
        let (mut with, mut without) = (0, 0);
        for before in 0..=u8::MAX {
            for after in [b'"', b'\n', b'\\', b'%', b'a', b'Z', b'5', b'_', b'-', b'.', b'=', b'/', b'~', 0, 0xff] {
                let text =
                    [b"some text, then ".as_slice(), &[before], token.as_bytes(), &[after], b" and more"].concat();
                match pair.agreed(&text).is_empty() {
                    true => without += 1,
                    false => with += 1,
                }
            }
        }
        assert!(with > 194 * 4 && without > 62 * 15 / 2, "{}: {with} with and {without} without", pair.rule.id);
        for after in 0..=u8::MAX {
            pair.agreed(&[token.as_bytes(), &[after]].concat());
            pair.agreed(&[b"\n", token.as_bytes(), &[after], b"0"].concat());
        }
    }
}

#[test]
fn tokens_are_found_at_every_offset_and_behind_every_escape() {
    for pair in pairs() {
        for escape in ESCAPES {
            for offset in 0..200 {
                let filler = if offset % 3 == 0 { "." } else { "ab/c d-e" }.repeat(200);
                let token = value(pair.rule, offset, offset as u64);
                let text = [&filler[..offset], escape, &token, "\n"].concat();
                let spans = pair.agreed(text.as_bytes());
                if matches!(*escape, "\\n" | "%3D" | "my-" | "/dl/" | "token: \"" | "\\u003d") {
                    assert_eq!(spans.len(), 1, "{} in {text}", pair.rule.id);
                }
            }
        }
    }
}

#[test]
fn utf16_holds_the_same_tokens() {
    for pair in pairs() {
        for escape in ESCAPES {
            let text = format!("# größe\n{escape}{}\nend of it\n", value(pair.rule, 0, 3));
            let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let decoded = crate::text::decode(&wide);
            assert_eq!(pair.spans(&decoded.text), pair.agreed(text.as_bytes()), "{text}");
        }
    }
}

fn fragments() -> impl Strategy<Value = Vec<u8>> {
    let rules = token_rules();
    let count = rules.len();
    let fragment = prop_oneof![
        8 => (0..count, any::<u64>(), 0usize..3).prop_map(move |(index, seed, cut)| {
            let mut value = value(rules[index], seed as usize, seed).into_bytes();
            value.truncate(value.len() - cut);
            value
        }),
        6 => prop::sample::select(ESCAPES).prop_map(|escape| escape.as_bytes().to_vec()),
        4 => "[a-z0-9._/+=-]{0,20}".prop_map(String::into_bytes),
        2 => prop::collection::vec(any::<u8>(), 0..4),
        2 => Just(b"\n".to_vec()),
    ];
    prop::collection::vec(fragment, 0..12).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn texts_of_tokens_and_noise_give_what_the_regexes_give(text in fragments()) {
        thread_local!(static PAIRS: Vec<Pair> = pairs());
        PAIRS.with(|pairs| pairs.iter().for_each(|pair| drop(pair.agreed(&text))));
    }

    #[test]
    fn no_two_drafts_overlap_and_none_leaves_the_text(text in fragments()) {
        let drafts = drafts_at(&everything(), "file", &text);
        for pair in drafts.windows(2) {
            prop_assert!(pair[0].span.end <= pair[1].span.start);
        }
        for draft in &drafts {
            prop_assert!(draft.span.end <= text.len() && draft.span.contains(draft.secrets[0]));
            prop_assert!(!draft.secrets[0].is_empty());
        }
    }
}

static PASSWORDS: &[&str] = &["datadog_api_key", "dd_api_key"];

fn everything() -> Vec<&'static Rule> {
    let mut rules = token_rules();
    rules.extend(structures().map(|name| rule(name, Matcher::Structure(name))));
    rules.push(rule(
        "datadog-api-key",
        Matcher::Assignment(Assignment { words: PASSWORDS, value: const { &[chars(HEX, 32, 32)] }, checksum: None }),
    ));
    rules.push(rule("atlas", Matcher::Regex(ATLAS)));
    rules
}

const ATLAS: Pattern = Pattern {
    anchors: &[".atlasv1."],
    regex: r"\b(?P<secret>[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60,70})(?:[^A-Za-z0-9_-]|$)",
    before: 14,
    after: 96,
    run: 60,
};

#[test]
fn a_token_slides_through_a_large_file_and_is_found_everywhere() {
    let detector = Detector::new(&everything());
    let token = value(token_rules()[0], 0, 5);
    let filler = "let index = table.entries.iter().map(|entry| entry.start).collect();\n".repeat(4_600);
    for offset in (0..300_000).step_by(1_009) {
        let text = [&filler[..offset], " ", &token, " ", &filler[offset..]].concat();
        let origin = Origin { path: RepoPath::from("file") };
        let mut drafts = Vec::new();
        detector.scan(&Blob::new(&origin, text.as_bytes(), OffsetMap::Identity), &mut drafts);
        assert_eq!(drafts.iter().map(|draft| draft.span.start).collect::<Vec<_>>(), [offset + 1]);
    }
}

#[test]
fn text_made_against_us_costs_no_more_per_byte_when_there_is_more_of_it() {
    let detector = Detector::new(&everything());
    let origin = Origin { path: RepoPath::from("file") };
    let seconds = |text: &[u8]| {
        let blob = Blob::new(&origin, text, OffsetMap::Identity);
        let timed = |_| {
            let start = thread_seconds();
            detector.scan(&blob, &mut Vec::new());
            thread_seconds() - start
        };
        (0..3).map(timed).fold(f64::MAX, f64::min)
    };
    let atoms = [
        "a",
        "/",
        "-",
        "_",
        "eyJ",
        "eyJ-",
        "/eyJ",
        "eyJ.",
        "tok-",
        "tik-",
        "glpat-",
        "hvs.",
        "sk_",
        "://",
        "://a:b",
        "://a:b@",
        "@",
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY-----",
        "BEGIN PRIVATE KEY-",
        "\\n",
        "\\",
        "\"",
        "'\"",
        "password=",
        "PWD=",
        "Server=a;Password=b;", // tightlip: ignore[password-in-ado-connection-string] an edge
        "\"auths\"",
        "\"auth\":\"",
        "PuTTY-User-Key-File-",
        "PuTTY-User-Key-File-\nPrivate-Lines:\n",
        ".atlasv1.",
        "a.atlasv1.",
        "dd_api_key=",
        "datadog_api_key: ",
        "datadog_api_key=0a1b2c3d4e5f60718293a4b5c6d7e8f9 ", // tightlip: ignore[datadog-api-key] an edge
        "jdbc:a",
        "service_account",
        "1/1234:",
        "%3D",
        "key = 1a2b3c4d5e6f7a8b9c0d ",
    ];
    for atom in atoms {
        let text = atom.repeat((1 << 18) / atom.len());
        let (small, large) = (seconds(&text.as_bytes()[..text.len() / 32]), seconds(text.as_bytes()));
        // Linear is 32 times as long, quadratic 1,024 times; the clock of a busy machine needs the rest.
        assert!(large < 32.0 * 8.0 * small.max(0.000_5), "{atom:?}: {small} s for a 32nd, {large} s for all");
    }
}

/// What this thread has computed so far; on a busy machine the clock on the wall says little.
fn thread_seconds() -> f64 {
    static BEGIN: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    let schedule = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    match schedule.split(' ').next().and_then(|nanoseconds| nanoseconds.parse::<f64>().ok()) {
        Some(nanoseconds) => nanoseconds / 1e9,
        None => BEGIN.get_or_init(std::time::Instant::now).elapsed().as_secs_f64(),
    }
}

#[test]
fn a_rule_with_too_many_matches_is_capped_and_says_how_many_were_left_out() {
    let rules = token_rules();
    let mut text = String::new();
    for seed in 0..1_500 {
        writeln!(text, "a = {}", value(rules[0], 0, seed)).unwrap();
    }
    let origin = Origin { path: RepoPath::from("file") };
    let mut drafts = Vec::new();
    let left_out = Detector::new(&rules).scan(&Blob::new(&origin, text.as_bytes(), OffsetMap::Identity), &mut drafts);
    assert_eq!((drafts.len(), left_out), (1_000, 500));
}

#[test]
fn a_wrong_checksum_lowers_the_confidence_and_a_right_one_wins_the_value() {
    let checked = rule(
        "checked",
        Matcher::Token(Token {
            prefixes: &["ghp_"],
            body: const { &[chars(BASE62, 36, 36)] },
            checksum: Some(Checksum::Crc32Base62),
        }),
    );
    let plain = token("plain", &["ghp_"], const { &[chars(BASE62, 36, 36)] });
    let unfinished = "ghp_".to_owned() + &body(const { &[chars(BASE62, 30, 30)] }, 1);
    let right = unfinished.clone() + &Checksum::Crc32Base62.append(unfinished.as_bytes(), 4).unwrap();
    let wrong = unfinished + "Wrong0";
    let [draft] = &drafts(&[plain, checked], &right)[..] else { panic!("one draft") };
    assert_eq!((draft.rule.id, draft.confidence, draft.also[0].id), ("checked", Confidence::High, "plain"));
    let [draft] = &drafts(&[checked], &wrong)[..] else { panic!("one draft") };
    assert_eq!(draft.confidence, Confidence::Low);
}

#[test]
fn documentation_keys_are_not_reported() {
    let aws = token("aws", &["AKIA"], const { &[chars(BASE32, 16, 16)] });
    assert_eq!(found(&[aws], &["id: AKIA", "IOSFODNN7", "EXAMPLE"].concat()), []);
    assert_eq!(
        found(&[token("t", &["ghp_"], const { &[chars(BASE62, 36, 36)] })], &format!("ghp_{}", "x".repeat(36))),
        []
    );
}

#[test]
fn binaries_are_searched_for_tokens_only() {
    let rules = everything();
    let token = value(rules[0], 0, 4);
    let text = format!("\0\0{token}\0postgres://app:Tr0ub4dor@db.internal/x\0"); // tightlip: ignore[password-in-url] a sample
    assert_eq!(found(&rules, &text), [("plain", token)]);
}

#[test]
fn a_regex_rule_is_tried_around_its_anchor_and_takes_only_its_secret() {
    let secret = body(const { &[chars(BASE62, 14, 14), Segment::Literal(".atlasv1."), chars(BASE62, 64, 64)] }, 6);
    let atlas = rule("atlas", Matcher::Regex(ATLAS));
    for text in [format!("token = \"{secret}\"\n"), secret.clone(), format!("{}{secret} x", " ".repeat(500))] {
        assert_eq!(found(&[atlas], &text), [("atlas", secret.clone())], "{text}");
    }
    assert_eq!(found(&[atlas], &format!("{secret}{}", "a".repeat(30))), [], "longer than the format allows");
}

#[test]
fn identities_are_the_values_themselves() {
    let rules = token_rules();
    let token = value(rules[0], 0, 9);
    let [draft] = &drafts(&rules, &format!("a={token}\r\n"))[..] else { panic!("one draft") };
    let Identity::Credential { value } = &draft.identity else { panic!("a credential") };
    assert_eq!(value.expose(), token.as_bytes());
}

//! What a rule is. The facts stand in `rules/*.yaml`; page, help and SARIF are derived from them.
//!
//! It does not know how rule files are read nor how a matcher is run. `build.rs` compiles this file too, so it names
//! nothing outside the standard library.

/// SARIF's levels. The order is the order of weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Likely to do harm.
    Warning,
    /// Does harm.
    Error,
}

impl Severity {
    /// SARIF's word, which every output and every file of ours uses.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// How sure we are that a finding is one, apart from how bad it would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// A guess, for whoever asks for guesses.
    Low,
    /// Rarely wrong.
    Medium,
    /// Proven by its form: a checksum, a structure, a reference that leads nowhere.
    High,
}

impl Confidence {
    /// The word in every output.
    pub fn name(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }
}

/// When a rule speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// Wrong for everyone: on.
    Correctness,
    /// An organisation's own habit: on when the policy states it.
    Convention,
    /// Of use to some: on when asked for.
    Pedantic,
}

/// Whether a cure may be applied without a look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Safety {
    /// It says what was meant.
    Safe,
    /// It is what was probably meant: somebody should read it.
    Unsafe,
}

impl Safety {
    pub fn name(self) -> &'static str {
        match self {
            Safety::Safe => "safe",
            Safety::Unsafe => "unsafe",
        }
    }
}

/// One rule. Built-in rules are statics; a user's rules live as long as the process.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Names the fault in words; the file's name.
    pub id: &'static str,
    pub title: &'static str,
    /// A slug that never changes, also when the id does: part of the fingerprint.
    pub family: &'static str,
    pub severity: Severity,
    pub confidence: Confidence,
    pub tier: Tier,
    /// One sentence with `{blanks}` that the check fills.
    pub message: &'static str,
    /// What it is.
    pub description: &'static str,
    /// Why it matters.
    pub rationale: &'static str,
    /// What to do.
    pub remediation: &'static str,
    pub references: &'static [&'static str],
    /// Earlier ids, other tools' ids, the catalogue's code.
    pub aliases: &'static [&'static str],
    pub tags: &'static [&'static str],
    /// Said once a run, with the other places related: a fact about the repository more than about each file.
    pub once: bool,
    /// How safe it is to apply the edits that come with its findings; `None` where none do.
    pub fix: Option<Safety>,
    pub matcher: Matcher,
    pub bad: &'static [Example],
    pub good: &'static [Example],
}

impl Rule {
    /// True for the rules that look for credential values, false for those that judge manifests.
    pub fn is_credential(&self) -> bool {
        !matches!(self.matcher, Matcher::Check | Matcher::Cel)
    }
}

/// A sample that proves the rule: text with `@{…}` generators, expanded by `catalog::generator`.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// The name under which the sample is read.
    pub path: &'static str,
    pub text: &'static str,
}

/// How a rule finds its match.
#[derive(Clone, Copy, Debug)]
pub enum Matcher {
    /// A prefix nobody else uses and a body of known shape.
    Token(Token),
    /// A vendor's word, an assignment, and a value of known shape.
    Assignment(Assignment),
    /// Anchors and a regular expression, for the few shapes that need one.
    Regex(Pattern),
    /// A shape that takes a parser: the name of a function in `detect::structure`.
    Structure(&'static str),
    /// The function in `checks` that carries the rule's id.
    Check,
    /// An expression of the policy's: rules that an organisation writes itself.
    Cel,
}

/// `prefix body checksum`, bounded on both sides. See `detect::token` for the exact boundaries.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    pub prefixes: &'static [&'static str],
    pub body: &'static [Segment],
    pub checksum: Option<Checksum>,
}

/// A piece of a token's body.
#[derive(Clone, Copy, Debug)]
pub enum Segment {
    /// Between `min` and `max` bytes of the alphabet, as many as there are.
    Chars {
        alphabet: Alphabet,
        min: u16,
        max: u16,
    },
    Literal(&'static str),
}

/// A vendor's word on the line before an operator, then a value that is `value` and nothing more.
#[derive(Clone, Copy, Debug)]
pub struct Assignment {
    /// Lower case; `_`, `-`, `.` and spaces between the parts of a word are all written `_`.
    pub words: &'static [&'static str],
    pub value: &'static [Segment],
    pub checksum: Option<Checksum>,
}

/// A regular expression that is tried only around its anchors.
#[derive(Clone, Copy, Debug)]
pub struct Pattern {
    /// Literals of at least two bytes, one of which stands in every match. Case-sensitive.
    pub anchors: &'static [&'static str],
    /// `regex` crate syntax over bytes, Unicode off. A group named `secret` is the credential, else the whole match.
    pub regex: &'static str,
    /// Bytes before an anchor that a match may begin at, and bytes behind its start that it may reach.
    pub before: u16,
    pub after: u16,
    /// How many bytes of `[A-Za-z0-9+/_-]`, at least, follow each anchor in a match: enough of them make a run, and then
    /// the anchor needs no search of its own.
    pub run: u16,
}

/// A set of bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Alphabet(pub [u64; 4]);

impl Alphabet {
    pub const fn contains(&self, byte: u8) -> bool {
        self.0[(byte >> 6) as usize] & (1 << (byte & 63)) != 0
    }

    /// The set of the bytes in `ranges`, each a first and a last byte.
    pub const fn of(ranges: &[(u8, u8)]) -> Alphabet {
        let mut set = [0u64; 4];
        let mut index = 0;
        while index < ranges.len() {
            let (mut byte, last) = (ranges[index].0 as usize, ranges[index].1 as usize);
            while byte <= last {
                set[byte >> 6] |= 1 << (byte & 63);
                byte += 1;
            }
            index += 1;
        }
        Alphabet(set)
    }

    /// Its bytes in ascending order.
    pub fn bytes(&self) -> impl Iterator<Item = u8> + '_ {
        (0..=u8::MAX).filter(|&byte| self.contains(byte))
    }
}

impl std::fmt::Debug for Alphabet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bytes: Vec<u8> = self.bytes().collect();
        write!(f, "Alphabet({:?})", String::from_utf8_lossy(&bytes))
    }
}

/// An offline check that a format carries in itself. `Checksum::verify` and `append` say what each
/// covers; the arithmetic is `text::checksum`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Checksum {
    /// Last 6 characters: CRC-32 of the body before them, base 62 (0-9A-Za-z), left-padded with 0. GitHub, npm.
    Crc32Base62,
    /// Last 8 characters: CRC-32 of everything before their `_`, lower-case hex of the little-endian bytes. Grafana.
    Crc32HexLittleEndianWithPrefix,
    /// Last 8 characters: CRC-32 of the body before the `_`, lower-case hex. Zuplo.
    Crc32Hex,
    /// Last 8 characters: CRC-32 of everything before the `=`, upper-case hex. Atlassian.
    Crc32HexUpperWithPrefix,
    /// GitLab's routable tokens: 2 characters of length and 7 of CRC-32, base 36.
    GitlabRoutable,
    /// The whole token is bech32. age.
    Bech32,
    /// Base 32 whose last two bytes are a CRC-16 of the rest. NATS.
    NatsCrc16,
    /// Three base64url parts, the first a JSON object with `alg`.
    Jwt,
}

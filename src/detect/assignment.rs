//! Assignments: a vendor's word, an operator, and a value of that vendor's shape, all on one line.
//!
//! The value decides first, because most runs fail there; only then is the line read backwards: quote, operator, key.
//! A key holds a word when it holds all of the word's parts in a row and whole: `MY_DATADOG_API_KEY`, `datadogApiKey`,
//! `datadog.api-key` and `Datadog API key` all hold `datadog_api_key`. It does not know what else a key could mean; keys
//! like `password`, whose values have no shape, are judged by `value`.

use super::candidate::{Candidate, Rank};
use super::sample;
use super::shape::{Reader, longest_run};
use crate::model::{Alphabet, Assignment, Confidence, Identity, Rule, Segment};
use crate::text::{Secret, Span};
use crate::value;

/// How far before the value its key may begin, in bytes.
const FARTHEST_KEY: usize = 128;
/// `type` in `key: type = value`, `value` in `name="key" value="…"`: keys that are tried, nearest first.
const MOST_KEYS: usize = 3;

/// Every assignment rule, by the words of its keys.
pub struct Matcher {
    /// Words without separators, sorted, and the index of their rule.
    words: Vec<(Box<[u8]>, usize)>,
    rules: Vec<(&'static Rule, &'static Assignment)>,
    /// The lengths of runs that some value can have.
    lengths: Box<[bool; LONGEST_LENGTH + 1]>,
}

const LONGEST_LENGTH: usize = 255;

impl Matcher {
    pub fn new() -> Self {
        Matcher { words: Vec::new(), rules: Vec::new(), lengths: Box::new([false; LONGEST_LENGTH + 1]) }
    }

    pub fn add(&mut self, rule: &'static Rule, assignment: &'static Assignment) {
        for word in assignment.words {
            let squeezed: Vec<u8> = word.bytes().filter(u8::is_ascii_alphanumeric).collect();
            if !squeezed.is_empty() {
                self.words.push((squeezed.into(), self.rules.len()));
            }
        }
        let longest = longest_run(assignment.value).unwrap_or(LONGEST_LENGTH).min(LONGEST_LENGTH);
        let shortest = super::shape::leading_run(assignment.value).min(longest);
        self.lengths[shortest..=longest].fill(true);
        self.rules.push((rule, assignment));
    }

    /// To be called once, after the last `add`.
    pub fn seal(&mut self) {
        self.words.sort();
        self.words.dedup();
    }

    /// Every rule whose value is the run, and whose word stands before it.
    pub fn at_run(&self, run: Span, reader: &mut Reader, found: &mut impl FnMut(Candidate)) {
        let text = reader.text;
        let Some(&before) = run.start.checked_sub(1).and_then(|at| text.get(at)) else { return };
        let fallback = before == b':' && text[run.start] == b'-';
        let start = run.start + usize::from(fallback);
        if !self.lengths[(run.end - start).min(LONGEST_LENGTH)] || !may_precede_value(before) {
            return;
        }
        let Some(keys) = Keys::before(text, start) else { return };
        if sample::is_machine_made(run.slice(text)) {
            self.under(keys, start, reader, found);
        }
    }

    /// Every rule whose value begins at `start`, and whose word stands before it.
    fn at_value(&self, start: usize, reader: &mut Reader, found: &mut impl FnMut(Candidate)) {
        if let Some(keys) = Keys::before(reader.text, start) {
            self.under(keys, start, reader, found);
        }
    }

    fn under(&self, mut keys: Keys, start: usize, reader: &mut Reader, found: &mut impl FnMut(Candidate)) {
        for _ in 0..MOST_KEYS {
            let Some(key) = keys.next() else { return };
            let mut any = false;
            self.words_in(key.slice(reader.text), |word, index| {
                if let Some(candidate) = self.candidate(index, word, start, keys.quote, reader) {
                    any = true;
                    found(candidate);
                }
            });
            if any {
                return;
            }
        }
    }

    /// Every rule whose word is part of the key at `at` and whose value follows that key.
    pub fn at_word(&self, at: usize, reader: &mut Reader, found: &mut impl FnMut(Candidate)) {
        let line = &reader.text[at..reader.text.len().min(at + FARTHEST_KEY)];
        let key = line.iter().position(|&byte| !is_key_byte(byte)).unwrap_or(line.len());
        let between = line[key..].iter().take_while(|byte| b" \t\"'`\\])}:=>,?-(".contains(byte)).count();
        if between > 0 {
            self.at_value(at + key + between, reader, found);
        }
    }

    /// Calls `found` with the length of each word that `key` holds, and its rule.
    fn words_in(&self, key: &[u8], mut found: impl FnMut(usize, usize)) {
        let key = Squeezed::of(key);
        for start in key.starts() {
            let rest = &key.bytes()[start..];
            // A word that `rest` begins with sorts at or before it, and shares its first byte.
            let end = self.words.partition_point(|(word, _)| **word <= *rest);
            let near = self.words[..end].iter().rev().take_while(|(word, _)| word[0] == rest[0]);
            for (word, index) in near.filter(|(word, _)| rest.starts_with(word)) {
                if key.is_boundary(start + word.len()) {
                    found(word.len(), *index);
                }
            }
        }
    }

    fn candidate(
        &self,
        index: usize,
        word: usize,
        start: usize,
        quote: Option<u8>,
        reader: &mut Reader,
    ) -> Option<Candidate> {
        let (rule, assignment) = self.rules[index];
        let text = reader.text;
        let end = reader.end(assignment.value, start)?;
        let alphabet = widest(assignment.value);
        let end = if is_base64(&alphabet) { end + padding(&text[end..]) } else { end };
        let value = &text[start..end];
        if !is_whole(text, end, quote) || is_no_secret(value, &alphabet) {
            return None;
        }
        let (rank, confidence) = match assignment.checksum.map(|checksum| checksum.verify(value, 0)) {
            Some(false) => (Rank::Assignment, Confidence::Low),
            _ => (Rank::Assignment, rule.confidence),
        };
        let span = Span::new(start, end);
        let identity = Identity::Credential { value: Secret::new(value) };
        Some(Candidate { rule, span, secret: span, rank, weight: word, confidence, identity })
    }
}

fn may_precede_value(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`' | b'=' | b':' | b' ' | b'\t' | b'>' | b'(')
}

fn widest(segments: &[Segment]) -> Alphabet {
    let union = |sum: [u64; 4], segment: &Segment| match segment {
        Segment::Chars { alphabet, .. } => std::array::from_fn(|index| sum[index] | alphabet.0[index]),
        Segment::Literal(_) => sum,
    };
    Alphabet(segments.iter().fold([0; 4], union))
}

fn is_base64(alphabet: &Alphabet) -> bool {
    b"AZaz09+/".iter().all(|&byte| alphabet.contains(byte)) || b"AZaz09-_".iter().all(|&byte| alphabet.contains(byte))
}

/// Up to two `=` that belong to the base64 before them.
fn padding(rest: &[u8]) -> usize {
    rest.iter().take(2).take_while(|byte| **byte == b'=').count()
}

/// True when nothing of the value is left behind `end`: its quote closes, or the text, a word or a bracket ends.
fn is_whole(text: &[u8], end: usize, quote: Option<u8>) -> bool {
    let Some(&next) = text.get(end) else { return true };
    match quote {
        Some(quote) => next == quote || next == b'\\',
        None => next.is_ascii_whitespace() || b"\"'`,;)]}<&|#\\".contains(&next),
    }
}

/// Placeholders, references, samples, and digests where the alphabet is wider than hex.
fn is_no_secret(value: &[u8], alphabet: &Alphabet) -> bool {
    let Ok(text) = std::str::from_utf8(value) else { return true };
    let digest = alphabet.contains(b'z') && value.iter().all(u8::is_ascii_hexdigit);
    digest || sample::is_sample(value) || value::is_reference(text) || value::is_placeholder(text)
}

fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b' ')
}

/// The keys that could own a value, read backwards on its line.
struct Keys<'t> {
    text: &'t [u8],
    floor: usize,
    at: usize,
    quote: Option<u8>,
}

impl<'t> Keys<'t> {
    /// `None` where no operator stands before `start`.
    fn before(text: &'t [u8], start: usize) -> Option<Keys<'t>> {
        let mut keys = Keys { text, floor: start.saturating_sub(FARTHEST_KEY), at: start, quote: None };
        if let Some(quote @ (b'"' | b'\'' | b'`')) = keys.last() {
            keys.quote = Some(quote);
            keys.at -= 1;
            keys.skip(b"\\");
        }
        keys.skip(b" \t(");
        keys.operator()?;
        Some(keys)
    }

    fn last(&self) -> Option<u8> {
        (self.at > self.floor).then(|| self.text[self.at - 1])
    }

    fn skip(&mut self, bytes: &[u8]) {
        while self.last().is_some_and(|last| bytes.contains(&last)) {
            self.at -= 1;
        }
    }

    /// Steps over `=`, `:`, `=>`, `:=`, `->`, `:-`, the `>` of an XML tag, and the comma between quoted arguments.
    fn operator(&mut self) -> Option<()> {
        match self.last()? {
            b'=' | b':' | b'>' => self.skip(b"=:>?+-"),
            b'-' if self.text[self.floor..self.at].ends_with(b":-") => self.skip(b":-"),
            b',' if self.quote.is_some() => {
                self.at -= 1;
                self.skip(b" \t");
                matches!(self.last()?, b'"' | b'\'' | b'`').then_some(())?;
            }
            _ => return None,
        }
        Some(())
    }

    /// The next key to the left: what is between it and here must be quotes, brackets and the like.
    fn next(&mut self) -> Option<Span> {
        self.skip(b" \t\"'`\\])}:=&*?,<>");
        let end = self.at;
        while self.last().is_some_and(is_key_byte) {
            self.at -= 1;
        }
        (self.at < end).then(|| Span::new(self.at, end))
    }
}

/// A key in lower case and without separators, and where its parts begin.
struct Squeezed {
    text: [u8; FARTHEST_KEY],
    length: usize,
    /// One bit for each byte that begins a part, and one for the end.
    parts: u128,
}

impl Squeezed {
    fn of(key: &[u8]) -> Squeezed {
        let mut squeezed = Squeezed { text: [0; FARTHEST_KEY], length: 0, parts: 0 };
        for (index, byte) in key.iter().enumerate().filter(|(_, byte)| byte.is_ascii_alphanumeric()) {
            if squeezed.length == FARTHEST_KEY - 1 {
                break;
            }
            let before = index.checked_sub(1).map_or(b'_', |last| key[last]);
            squeezed.parts |= u128::from(starts_part(before, *byte, key.get(index + 1))) << squeezed.length;
            squeezed.text[squeezed.length] = byte.to_ascii_lowercase();
            squeezed.length += 1;
        }
        squeezed.parts |= 1 << squeezed.length;
        squeezed
    }

    fn bytes(&self) -> &[u8] {
        &self.text[..self.length]
    }

    fn starts(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.length).filter(|&at| self.is_boundary(at))
    }

    fn is_boundary(&self, at: usize) -> bool {
        self.parts >> at & 1 == 1
    }
}

/// Parts begin behind separators, where small letters turn into capitals, before the last capital of `APIKey`, and
/// between letters and digits.
fn starts_part(before: u8, byte: u8, after: Option<&u8>) -> bool {
    let hump = byte.is_ascii_uppercase()
        && (before.is_ascii_lowercase() || before.is_ascii_uppercase() && after.is_some_and(u8::is_ascii_lowercase));
    !before.is_ascii_alphanumeric() || hump || before.is_ascii_digit() != byte.is_ascii_digit()
}

impl Assignment {
    /// The longest part of each word in the three ways it is written, for values that no run announces.
    pub(super) fn spellings(&self) -> impl Iterator<Item = String> + '_ {
        self.words.iter().filter_map(|word| word.split('_').max_by_key(|part| part.len())).flat_map(|part| {
            let capital = part.chars().take(1).map(|first| first.to_ascii_uppercase());
            [part.to_owned(), part.to_ascii_uppercase(), capital.chain(part.chars().skip(1)).collect()]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::tests::{drafts_at, found, rule};
    use crate::model::Matcher as Kind;

    const HEX: Alphabet = Alphabet::of(&[(b'0', b'9'), (b'a', b'f')]);
    const BASE64: Alphabet = Alphabet::of(&[(b'0', b'9'), (b'A', b'Z'), (b'a', b'z'), (b'+', b'+'), (b'/', b'/')]);
    const BASE62_LOWER: Alphabet = Alphabet::of(&[(b'0', b'9'), (b'a', b'z')]);

    fn assignment(id: &'static str, words: &'static [&'static str], value: &'static [Segment]) -> &'static Rule {
        rule(id, Kind::Assignment(Assignment { words, value, checksum: None }))
    }

    fn rules() -> Vec<&'static Rule> {
        let hex = const { &[Segment::Chars { alphabet: HEX, min: 32, max: 32 }] };
        let base64 = const { &[Segment::Chars { alphabet: BASE64, min: 40, max: 44 }] };
        let short = const {
            &[
                Segment::Chars { alphabet: BASE62_LOWER, min: 6, max: 6 },
                Segment::Literal("."),
                Segment::Chars { alphabet: BASE62_LOWER, min: 16, max: 16 },
            ]
        };
        vec![
            assignment("datadog", &["datadog", "dd_api_key"], hex),
            assignment("aws", &["aws_secret_access_key"], base64),
            assignment("bootstrap", &["bootstrap_token"], short),
        ]
    }

    fn hex() -> String {
        ["9f86d081884c7d65", "9a2feaa0c55ad015"].concat()
    }

    fn base64() -> String {
        ["kT9+vQ2/pX7mZ4rW8", "yB1nC6sD3fG5hJ0", "lAeUiOqE"].concat()
    }

    #[test]
    fn every_way_to_write_an_assignment_is_one() {
        let value = hex();
        for text in [
            format!("DATADOG_API_KEY={value}"),
            format!("datadog-api-key: {value}\r\n"),
            format!("datadog.apiKey = \"{value}\""),
            format!("let datadogApiKey := '{value}';"),
            format!("my_dd_api_key => '{value}',"),
            format!("\"ddApiKey\": \"{value}\""),
            format!("{{\\\"DD_API_KEY\\\": \\\"{value}\\\"}}"),
            format!("the Datadog key: {value}"),
            format!("const DATADOG_KEY: &str = \"{value}\";"),
            format!("os.environ[\"DD_API_KEY\"] = \"{value}\""),
            format!("setenv(\"DD_API_KEY\", \"{value}\")"),
            format!("<DatadogApiKey>{value}</DatadogApiKey>"),
            format!("<add key=\"DatadogApiKey\" value=\"{value}\" />"),
            format!("{{\"name\": \"DD_API_KEY\", \"value\": \"{value}\"}}"),
            format!("https://host/?dd_api_key={value}&x=1"),
            format!("key: ${{DD_API_KEY:-{value}}}"),
        ] {
            assert_eq!(found(&rules(), &text), [("datadog", value.clone())], "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_an_assignment_is_none() {
        let value = hex();
        for text in [
            format!("DATADOG_API_KEY=\n{value}"),
            format!("DATADOG_API_KEY=\nB={value}"),
            format!("mydatadogish = {value}"),
            format!("datadog {value}"),
            format!("datadog_key = {value}0"),
            format!("datadog_key = \"{value} and more\""),
            format!("datadog_key = {}", &value[1..]),
            format!("datadog_key = {value}.example.com"),
            format!("other_key = {value}"),
            format!("datadog_key = {}", "0123456789abcdef".repeat(2)),
            format!("datadog{} = {value}", " ".repeat(200)),
        ] {
            assert_eq!(found(&rules(), &text), [], "{text}");
        }
        assert!(drafts_at(&rules(), "a/package-lock.json", format!("datadog_key = {value}").as_bytes()).is_empty());
    }

    #[test]
    fn padding_belongs_to_base64_and_digests_do_not() {
        let value = base64();
        for value in [value.clone(), format!("{value}="), format!("{value}==")] {
            assert_eq!(found(&rules(), &format!("aws_secret_access_key = {value}\n")), [("aws", value)]);
        }
        let commit = hex() + "5ad01598";
        assert_eq!(found(&rules(), &format!("aws_secret_access_key = {commit}\n")), []);
    }

    #[test]
    fn a_value_that_no_run_announces_is_found_by_its_word() {
        let value = ["k3v9dm", ".", "2x7qpa4t8w1z5b6c"].concat();
        for text in [
            format!("bootstrap-token: {value}"),
            format!("BOOTSTRAP_TOKEN=\"{value}\""),
            format!("bootstrapToken: '{value}'"),
        ] {
            assert_eq!(found(&rules(), &text), [("bootstrap", value.clone())], "{text}");
        }
    }

    #[test]
    fn the_longest_word_owns_a_value_that_two_rules_claim() {
        let hex_value = const { &[Segment::Chars { alphabet: HEX, min: 32, max: 32 }] };
        let rules =
            [assignment("vague", &["datadog"], hex_value), assignment("exact", &["datadog_app_key"], hex_value)];
        let drafts = drafts_at(&rules, "file", format!("DATADOG_APP_KEY={}", hex()).as_bytes());
        assert_eq!(drafts.len(), 1);
        assert_eq!((drafts[0].rule.id, drafts[0].also[0].id), ("exact", "vague"));
    }
}

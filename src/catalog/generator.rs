//! Samples carry the recipe of a secret, `@{"ghp_" base62*30 crc32-base62}`, and not the secret: neither other scanners
//! nor push protection trip over a clone of this repository. Here the recipes are followed.
//!
//! It does not know rules. Everything is drawn from a seed, so that a sample reads the same on every machine.

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};

use super::parts::{self, Part, PartError};
use crate::model::Alphabet;
use crate::text::Span;

/// A sample with its secrets in place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expanded {
    pub text: String,
    /// One span for each generator, in order.
    pub secrets: Vec<Span>,
}

/// Follows every `@{…}` in `text`; `@@{` stands for a literal `@{`. A secret of several lines that has only white space
/// before it is indented as its first line is.
pub fn expand(text: &str, seed: u64) -> Result<Expanded, PartError> {
    let mut expanded = Expanded { text: String::with_capacity(text.len()), secrets: Vec::new() };
    let mut at = 0;
    while let Some(found) = text[at..].find("@{").map(|offset| at + offset) {
        let literal = &text[at..found];
        if let Some(before) = literal.strip_suffix('@') {
            expanded.text.push_str(before);
            expanded.text.push_str("@{");
            at = found + 2;
            continue;
        }
        expanded.text.push_str(literal);
        let (parts, end) = parts::generator(text, found + 2)?;
        // Each generator has a stream of its own: a change to one leaves the others as they were.
        let mut random = Random(seed ^ (expanded.secrets.len() as u64) << 32);
        let secret = sequence(&parts, &mut random).map_err(|message| PartError { offset: found, message })?;
        let start = expanded.text.len();
        let secret = secret.replace('\n', &format!("\n{}", indentation(&expanded.text)));
        expanded.text.push_str(&secret);
        expanded.secrets.push(Span::new(start, expanded.text.len()));
        at = end;
    }
    expanded.text.push_str(&text[at..]);
    Ok(expanded)
}

/// The white space that the last line of `text` consists of; empty where there is more on it.
fn indentation(text: &str) -> &str {
    let line = text.rsplit_once('\n').map_or(text, |(_, line)| line);
    if line.trim().is_empty() { line } else { "" }
}

fn sequence(parts: &[Part], random: &mut Random) -> Result<String, String> {
    let prefix = match parts.first() {
        Some(Part::Literal(prefix)) => prefix.len(),
        _ => 0,
    };
    let mut made = String::new();
    for part in parts {
        match part {
            Part::Literal(literal) => made.push_str(literal),
            Part::Chars { alphabet, min, max } => made.push_str(&characters(*alphabet, *min, *max, random)),
            Part::Password(length) => made.push_str(&password(*length, random)),
            Part::Checksum(checksum) => match checksum.append(made.as_bytes(), prefix) {
                Some(sum) => made.push_str(&sum),
                None => return Err(format!("no {checksum:?} can complete what stands before it")),
            },
            Part::Call { name, arguments } => made.push_str(&call(name, arguments, random)?),
        }
    }
    Ok(made)
}

fn call(name: &str, arguments: &[Part], random: &mut Random) -> Result<String, String> {
    match name {
        "base64" => Ok(BASE64.encode(sequence(arguments, random)?.as_bytes())),
        "base64url" => Ok(BASE64URL_NOPAD.encode(sequence(arguments, random)?.as_bytes())),
        "hex" => Ok(HEXLOWER.encode(sequence(arguments, random)?.as_bytes())),
        "uuid" => Ok(uuid(random)),
        "jwt" => match arguments {
            [Part::Literal(header), Part::Literal(payload)] => Ok(jwt(header, payload, random)),
            _ => Err("`jwt` takes a header and a payload, both literals".into()),
        },
        "pem" | "pem-escaped" => match arguments {
            [Part::Literal(label)] if name == "pem" => Ok(pem(label, random)),
            [Part::Literal(label)] => Ok(pem(label, random).replace('\n', "\\n")),
            _ => Err(format!("`{name}` takes one literal, the label of the block")),
        },
        _ => Err(format!("`{name}` is not a function")),
    }
}

/// Between `min` and `max` characters that look drawn by a machine: a run that happens to hold a word of placeholders,
/// one character four times, or none of a kind that the alphabet offers is drawn again.
fn characters(alphabet: Alphabet, min: u16, max: u16, random: &mut Random) -> String {
    let bytes: Vec<u8> = alphabet.bytes().collect();
    let length = min as usize + random.below(max as usize - min as usize + 1);
    let mut drawn = String::new();
    for _ in 0..DRAWS {
        drawn = (0..length).map(|_| char::from(bytes[random.below(bytes.len())])).collect();
        if length < SHORT || looks_drawn(&drawn, &bytes) {
            break;
        }
    }
    drawn
}

const DRAWS: usize = 200;

/// Shorter runs are taken as they come.
const SHORT: usize = 8;

const PLACEHOLDER_WORDS: &[&str] =
    &["example", "sample", "dummy", "fake", "test", "demo", "xxx", "todo", "1234", "abcd", "pass", "mock", "changeme"];

fn looks_drawn(drawn: &str, alphabet: &[u8]) -> bool {
    let kinds: [fn(&u8) -> bool; 3] = [u8::is_ascii_digit, u8::is_ascii_uppercase, u8::is_ascii_lowercase];
    let mixed = kinds.iter().all(|kind| !alphabet.iter().any(kind) || drawn.as_bytes().iter().any(kind));
    let repeats = drawn.as_bytes().windows(4).any(|run| run.iter().all(|byte| *byte == run[0]));
    let lower = drawn.to_ascii_lowercase();
    mixed && (!repeats || alphabet.len() == 1) && !PLACEHOLDER_WORDS.iter().any(|word| lower.contains(word))
}

/// What a person makes up who was told to use letters, digits and a symbol: `Vomi_tuke83`.
fn password(length: u16, random: &mut Random) -> String {
    const CONSONANTS: &[u8] = b"bdfgklmnprtvz";
    const VOWELS: &[u8] = b"aeiou";
    let length = length as usize;
    let symbol = length / 3;
    let digits = length.saturating_sub(2);
    let letter = |index: usize, random: &mut Random| match index {
        _ if index >= digits => b'2' + random.below(8) as u8,
        _ if index == symbol => b"_!"[random.below(2)],
        0 => CONSONANTS[random.below(CONSONANTS.len())].to_ascii_uppercase(),
        _ if index.is_multiple_of(2) => CONSONANTS[random.below(CONSONANTS.len())],
        _ => VOWELS[random.below(VOWELS.len())],
    };
    (0..length).map(|index| char::from(letter(index, random))).collect()
}

/// Version 4.
fn uuid(random: &mut Random) -> String {
    let mut bytes = random.bytes(16);
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = HEXLOWER.encode(&bytes);
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

/// The signature is 32 random bytes.
fn jwt(header: &str, payload: &str, random: &mut Random) -> String {
    let parts = [header.as_bytes().to_vec(), payload.as_bytes().to_vec(), random.bytes(32)];
    parts.map(|part| BASE64URL_NOPAD.encode(&part)).join(".")
}

/// A block whose outermost structure is right and whose numbers are random.
fn pem(label: &str, random: &mut Random) -> String {
    let content = BASE64.encode(&key_bytes(label, random));
    let mut lines = vec![format!("-----BEGIN {label}-----")];
    if label.starts_with("PGP ") {
        lines.push(String::new());
    }
    lines.extend(content.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned()));
    if label.starts_with("PGP ") {
        // The armour's CRC-24 is nobody's proof; any four characters have its shape.
        lines.push(format!("={}", BASE64.encode(&random.bytes(3))));
    }
    lines.push(format!("-----END {label}-----"));
    lines.join("\n")
}

fn key_bytes(label: &str, random: &mut Random) -> Vec<u8> {
    const VERSION_0: &[u8] = &[0x02, 0x01, 0x00];
    /// SEQUENCE { rsaEncryption, NULL }.
    const RSA_ENCRYPTION: &[u8] =
        &[0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    /// SEQUENCE { PBES2, parameters of 28 bytes to follow }.
    const PBES2: &[u8] = &[0x30, 0x29, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d, 0x30, 0x1c];
    let integer = |random: &mut Random, length: usize| {
        let mut number = random.bytes(length);
        number[0] = number[0] & 0x3f | 0x40;
        der(0x02, &number)
    };
    match label {
        "OPENSSH PRIVATE KEY" => {
            let mut key = b"openssh-key-v1\0\0\0\0\x04none\0\0\0\x04none\0\0\0\0\0\0\0\x01\0\0\0\x33".to_vec();
            key.extend(b"\0\0\0\x0bssh-ed25519\0\0\0\x20");
            key.extend(random.bytes(32));
            key.extend(b"\0\0\0\x88");
            key.extend(random.bytes(0x88));
            key
        }
        "EC PRIVATE KEY" => {
            let curve = [0xa0, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
            der(0x30, &[&[0x02, 0x01, 0x01][..], &der(0x04, &random.bytes(32)), &curve].concat())
        }
        "PRIVATE KEY" => {
            let inner = der(0x30, &[VERSION_0, &integer(random, 128), &integer(random, 384)].concat());
            der(0x30, &[VERSION_0, RSA_ENCRYPTION, &der(0x04, &inner)].concat())
        }
        "ENCRYPTED PRIVATE KEY" => der(0x30, &[PBES2, &random.bytes(28)[..], &der(0x04, &random.bytes(512))].concat()),
        label if label.ends_with("PRIVATE KEY") => {
            der(0x30, &[VERSION_0, &integer(random, 128), &integer(random, 384)].concat())
        }
        label if label.starts_with("PGP ") => {
            // An old-format packet of two length bytes: 5 is a secret key, 6 a public one; version 4.
            let tag = if label.contains("PRIVATE") { 0x95 } else { 0x99 };
            [&[tag, 0x01, 0xd8, 0x04][..], &random.bytes(0x1d7)].concat()
        }
        _ => der(0x30, &[RSA_ENCRYPTION, &der(0x03, &random.bytes(270))].concat()),
    }
}

/// One DER value.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let head = match length {
        0..0x80 => vec![tag, length as u8],
        0x80..0x100 => vec![tag, 0x81, length as u8],
        _ => vec![tag, 0x82, (length >> 8) as u8, length as u8],
    };
    [head.as_slice(), content].concat()
}

/// SplitMix64 (Steele, Lea and Flood, 2014): small, and the same for ever.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A number below `bound`, which is not 0.
    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next() as u8).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Checksum;

    fn secret(recipe: &str) -> String {
        let expanded = expand(&format!("@{{{recipe}}}"), 7).unwrap();
        assert_eq!(expanded.secrets, [Span::new(0, expanded.text.len())]);
        expanded.text
    }

    #[test]
    fn splitmix_agrees_with_its_published_vector() {
        let mut random = Random(1234567);
        assert_eq!([random.next(), random.next()], [6457827717110365317, 3203168211198807973]);
    }

    #[test]
    fn a_recipe_gives_the_same_secret_every_time_and_another_for_another_seed() {
        let text = "a: @{base62*20}\nb: @{base62*20}\n";
        let (first, again) = (expand(text, 1).unwrap(), expand(text, 1).unwrap());
        assert_eq!(first, again);
        assert_ne!(first, expand(text, 2).unwrap());
        let [a, b] = [0, 1].map(|index| &first.text[first.secrets[index].range()]);
        assert_ne!(a, b);
        assert_eq!(first.text, format!("a: {a}\nb: {b}\n"));
    }

    #[test]
    fn a_changed_generator_leaves_the_next_one_alone() {
        let second = |text| {
            let expanded = expand(text, 1).unwrap();
            expanded.text[expanded.secrets[1].range()].to_owned()
        };
        assert_eq!(second("@{hex*8} @{base62*20}"), second("@{base64*40} @{base62*20}"));
    }

    #[test]
    fn a_doubled_at_sign_writes_a_generator_out() {
        let expanded = expand("@@{hex*4} and me@host and @{\"x\"}", 1).unwrap();
        assert_eq!(expanded.text, "@{hex*4} and me@host and x");
        assert_eq!(expanded.secrets, [Span::new(25, 26)]);
    }

    #[test]
    fn lengths_and_alphabets_are_kept_to() {
        for seed in 0..200 {
            let made = expand("@{base32*4..9 \"-\" hex*16}", seed).unwrap().text;
            let (left, right) = made.split_once('-').unwrap();
            assert!(
                (4..=9).contains(&left.len()) && left.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'2'..=b'7'))
            );
            assert!(right.len() == 16 && right.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')));
            assert!(right.bytes().any(|byte| byte.is_ascii_digit()), "a drawn run holds every kind: {right}");
        }
    }

    #[test]
    fn nothing_drawn_looks_like_a_placeholder() {
        for seed in 0..300 {
            let made = expand("@{base62*64}", seed).unwrap().text.to_ascii_lowercase();
            assert!(!PLACEHOLDER_WORDS.iter().any(|word| made.contains(word)), "{made}");
        }
    }

    #[test]
    fn a_checksum_completes_what_stands_before_it() {
        let cases = [
            (r#""ghp_" base62*30 crc32-base62"#, Checksum::Crc32Base62, 4),
            (r#""glsa_" base62*32 "_" crc32-hex-le-prefix"#, Checksum::Crc32HexLittleEndianWithPrefix, 5),
            (r#""ATATT3" base64url*100 "=" crc32-hex-upper-prefix"#, Checksum::Crc32HexUpperWithPrefix, 6),
            (r#""glpat-" base64url*27 "." gitlab-routable"#, Checksum::GitlabRoutable, 6),
            (r#""AGE-SECRET-KEY-1" [QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]*52 bech32"#, Checksum::Bech32, 15),
        ];
        for (recipe, checksum, prefix) in cases {
            assert!(checksum.verify(secret(recipe).as_bytes(), prefix), "{recipe}");
        }
    }

    #[test]
    fn functions_encode_what_they_are_given() {
        assert_eq!(secret(r#"base64("user:" "key")"#), "dXNlcjprZXk=");
        assert_eq!(secret(r#"base64url('{"a":"?>"}')"#), "eyJhIjoiPz4ifQ");
        assert_eq!(secret(r#"hex("az")"#), "617a");
        assert_eq!(secret(r#"base64(hex("az"))"#), "NjE3YQ==");
        assert!(secret(r#"jwt('{"alg":"HS256"}' "{}")"#).starts_with("eyJhbGciOiJIUzI1NiJ9.e30."));
        let uuid = secret("uuid");
        assert_eq!(uuid.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
        assert_eq!(&uuid[14..15], "4");
    }

    #[test]
    fn a_password_has_letters_digits_and_a_symbol() {
        for length in 6..24 {
            let made = secret(&format!("password*{length}"));
            assert_eq!(made.len(), length);
            let has = |kind: fn(char) -> bool| made.chars().any(kind);
            assert!(has(|c| c.is_ascii_uppercase()) && has(|c| c.is_ascii_lowercase()), "{made}");
            assert!(has(|c| c.is_ascii_digit()) && has(|c| c == '_' || c == '!'), "{made}");
        }
    }

    #[test]
    fn a_key_block_is_indented_as_it_begins_and_can_be_escaped() {
        let block = expand("key: |\n  @{pem(\"RSA PRIVATE KEY\")}\nnext: 1\n", 1).unwrap().text;
        let lines: Vec<_> = block.lines().collect();
        assert_eq!(lines[1], "  -----BEGIN RSA PRIVATE KEY-----");
        assert!(lines[2].starts_with("  MII"), "the outer SEQUENCE: {}", lines[2]);
        assert!(lines[1..lines.len() - 1].iter().all(|line| line.starts_with("  ")));
        assert_eq!(lines.last(), Some(&"next: 1"));
        assert!(secret("pem(\"OPENSSH PRIVATE KEY\")").contains("\nb3BlbnNzaC1rZXktdjE"));
        let escaped = secret("pem-escaped(\"PRIVATE KEY\")");
        assert!(!escaped.contains('\n') && escaped.starts_with("-----BEGIN PRIVATE KEY-----\\nMII"));
    }

    #[test]
    fn a_wrong_recipe_says_where_and_why() {
        let cases = [
            ("a @{", 4, "`}` is missing"),
            ("@{}", 2, "a generator has at least one part"),
            ("@{hexx*4}", 2, "unknown alphabet `hexx`, did you mean `hex`?"),
            ("ab @{pem}", 3, "`pem` takes one literal, the label of the block"),
            ("@{jwt(\"{}\")}", 0, "`jwt` takes a header and a payload, both literals"),
            ("@{\"abc\" bech32}", 0, "no Bech32 can complete what stands before it"),
        ];
        for (text, offset, message) in cases {
            assert_eq!(expand(text, 1).unwrap_err(), PartError { offset, message: message.into() }, "{text}");
        }
    }
}

//! Text that is written inside other text: base64, hexadecimal, percent signs, `\u` escapes, HTML entities, and gzip in
//! any of them. A cheap look says where it may begin; what does not become readable text is left alone.
//!
//! It does not know rules: the detector looks at what comes out, and reports it where it is written.

use std::io::Read;

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};
use flate2::bufread::GzDecoder;

use crate::text::{self, Span};

/// How often what was decoded is decoded again.
pub const DEEPEST: usize = 3;

/// Bytes that all texts decoded from one file may have together.
pub const MOST_DECODED: usize = 32 << 20;

/// A shorter text says nothing.
const SHORTEST: usize = 20;

/// How much of a run has to look right before all of it is decoded; a multiple of four.
const PROBE: usize = 24;

/// Lines of wrapped base64 have 64 or 76 characters; shorter lines are texts of their own.
const SHORTEST_LINE: usize = 60;

/// How far escapes are followed to either side, and how many such places one text may have.
const FARTHEST: usize = 1_024;
const MOST_PLACES: usize = 512;

/// A text and where it was written.
pub struct Encoded {
    pub span: Span,
    pub decoders: Vec<&'static str>,
    pub text: Vec<u8>,
}

/// A quick look at a run: false where it cannot be the base64 of text or of gzip, nor text in hexadecimal.
#[inline]
pub fn may_begin(text: &[u8], run: Span) -> bool {
    run.len() >= SHORTEST && {
        let run = &text[run.range()];
        // Characters of text have no top bit: every fourth digit of their base64 is a small one.
        [0, 4, 8, 12].iter().all(|&at| matches!(run[at], b'A'..=b'Z' | b'a'..=b'f'))
            || run.starts_with(b"H4sI")
            || [0, 2, 4, 6, 8].iter().all(|&at| matches!(run[at], b'2'..=b'7'))
    }
}

/// What `run` decodes to, with the lines of base64 that follow it.
pub fn of_run(text: &[u8], run: Span) -> Option<Encoded> {
    let first = run.slice(text);
    if let Some(decoded) = hex(first) {
        return Some(Encoded { span: run, decoders: vec!["hex"], text: decoded });
    }
    if !first.starts_with(b"H4sI") && !is_readable(&base64(&first[..first.len().min(PROBE)])?) {
        return None;
    }
    let (digits, end) = wrapped(text, run);
    let padding = text[end..].iter().take(2).take_while(|byte| **byte == b'=').count();
    let span = Span::new(run.start, end + padding);
    finished(span, "base64", base64(&digits)?)
}

/// Every place with escapes, decoded.
pub fn of_escapes(text: &[u8]) -> Vec<Encoded> {
    let mut found = Vec::new();
    let signs: Vec<usize> = signs(text).collect();
    let of = |sign: u8| signs.iter().copied().filter(move |&at| text[at] == sign);
    places(text, of(b'%'), "percent", unpercented, &mut found);
    places(text, of(b'\\'), "unicode-escape", unescaped, &mut found);
    places(text, of(b'&'), "html-entity", unentitled, &mut found);
    found
}

/// True where `of_escapes` would begin to read.
pub fn holds_escapes(text: &[u8]) -> bool {
    signs(text).next().is_some()
}

/// Where an escape begins; after a percent sign the next character must be written so, too.
fn signs(text: &[u8]) -> impl Iterator<Item = usize> {
    memchr::memchr3_iter(b'%', b'\\', b'&', text).filter(move |&at| match text[at] {
        b'%' => text.get(at + 3) == Some(&b'%') && hex_at(text, at + 1, 2).is_some(),
        b'\\' => text[at + 1..].starts_with(b"u00"),
        _ => text.get(at + 1) == Some(&b'#'),
    })
}

/// One character in its escaped form at `at`: what it means and how long it is written.
type Escape = fn(&[u8], usize) -> Option<(u8, usize)>;

/// Reads on to both sides of each sign, as far as a token or an address goes.
fn places(
    text: &[u8],
    signs: impl Iterator<Item = usize>,
    name: &'static str,
    escape: Escape,
    found: &mut Vec<Encoded>,
) {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~+/:@=".contains(byte);
    let mut end = 0;
    for sign in signs {
        if sign < end || found.len() >= MOST_PLACES {
            continue;
        }
        let floor = sign.saturating_sub(FARTHEST).max(end);
        let before = text[floor..sign].iter().rev().take_while(|byte| is_part(byte) && **byte != b'=');
        let start = sign - before.count();
        let (mut at, mut decoded, mut escapes) = (start, Vec::new(), 0);
        while at < text.len().min(sign + FARTHEST) {
            match escape(text, at) {
                Some((meant, length)) => {
                    decoded.push(meant);
                    escapes += 1;
                    at += length;
                }
                None if is_part(&text[at]) => {
                    decoded.push(text[at]);
                    at += 1;
                }
                None => break,
            }
        }
        end = at.max(sign + 1);
        if escapes >= 2 && decoded.len() >= SHORTEST {
            found.push(Encoded { span: Span::new(start, at), decoders: vec![name], text: decoded });
        }
    }
}

fn unpercented(text: &[u8], at: usize) -> Option<(u8, usize)> {
    (text[at] == b'%').then(|| hex_at(text, at + 1, 2)).flatten().map(|code| (code as u8, 3))
}

fn unescaped(text: &[u8], at: usize) -> Option<(u8, usize)> {
    let code = text[at..].starts_with(b"\\u").then(|| hex_at(text, at + 2, 4)).flatten()?;
    u8::try_from(code).ok().filter(u8::is_ascii).map(|byte| (byte, 6))
}

/// `&#103;` and `&#x67;`.
fn unentitled(text: &[u8], at: usize) -> Option<(u8, usize)> {
    let rest = text[at..].strip_prefix(b"&#")?;
    let (digits, radix, lead) = match rest.first()? {
        b'x' | b'X' => (&rest[1..], 16, 3),
        _ => (rest, 10, 2),
    };
    let length = digits.iter().take(4).position(|byte| *byte == b';')?;
    let code = u8::from_str_radix(std::str::from_utf8(&digits[..length]).ok()?, radix).ok()?;
    code.is_ascii().then_some((code, lead + length + 1))
}

fn hex_at(text: &[u8], at: usize, digits: usize) -> Option<u32> {
    let digits = text.get(at..at + digits).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

fn hex(run: &[u8]) -> Option<Vec<u8>> {
    let is_hex = run.len() >= 2 * SHORTEST && run.len().is_multiple_of(2) && run.iter().all(u8::is_ascii_hexdigit);
    let decoded = HEXLOWER_PERMISSIVE.decode(run).ok().filter(|_| is_hex)?;
    is_readable(&decoded).then_some(decoded)
}

/// The bytes of base64 without its padding; a digit too many is left out.
fn base64(digits: &[u8]) -> Option<Vec<u8>> {
    let url = digits.iter().any(|byte| matches!(byte, b'-' | b'_'));
    let encoding = if url { BASE64URL_NOPAD } else { BASE64_NOPAD };
    let whole = &digits[..digits.len() - digits.len() % 4];
    encoding.decode(digits).or_else(|_| encoding.decode(whole)).ok()
}

/// The digits in `run` and in the lines of base64 that belong to it, and where the last of them ends.
fn wrapped(text: &[u8], run: Span) -> (Vec<u8>, usize) {
    let (mut digits, mut end) = (run.slice(text).to_vec(), run.end);
    if run.len() < SHORTEST_LINE {
        return (digits, end);
    }
    while let Some(next) = next_line(text, end) {
        let length = text[next..].iter().take_while(|byte| text::is_run_byte(**byte)).take(run.len() + 1).count();
        if length == 0 || length > run.len() {
            break;
        }
        digits.extend_from_slice(&text[next..next + length]);
        end = next + length;
        if length < run.len() {
            break;
        }
    }
    (digits, end)
}

/// Where the text of the next line begins, if this one ends at `at`: written as a line break or as `\n`.
fn next_line(text: &[u8], at: usize) -> Option<usize> {
    let breaks: &[&[u8]] = &[b"\r\n", b"\n", b"\\r\\n", b"\\n"];
    let rest = &text[at..];
    let length = breaks.iter().find(|line_break| rest.starts_with(line_break))?.len();
    let blanks = rest[length..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    Some(at + length + blanks)
}

/// Unpacked where it is gzip, as UTF-8 where it is UTF-16; `None` where it is no text.
fn finished(span: Span, decoder: &'static str, bytes: Vec<u8>) -> Option<Encoded> {
    let mut decoders = vec![decoder];
    let bytes = match bytes.starts_with(&[0x1f, 0x8b, 8]) {
        true => {
            decoders.push("gzip");
            unpacked(&bytes)?
        }
        false => bytes,
    };
    let text = text::decode(&bytes).text.into_owned();
    is_readable(&text).then_some(Encoded { span, decoders, text })
}

/// What gzip packed, up to a limit: the rest of a bomb is not looked at.
fn unpacked(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    let read = GzDecoder::new(bytes).take(MOST_DECODED as u64).read_to_end(&mut text);
    // What came before an error is still worth a look.
    read.is_ok().then_some(()).or((!text.is_empty()).then_some(()))?;
    Some(text)
}

/// Nearly all of it is printable; zeros between the characters are UTF-16.
fn is_readable(bytes: &[u8]) -> bool {
    let probe = &bytes[..bytes.len().min(4_096)];
    let printable = |byte: &&u8| matches!(**byte, b' '..=b'~' | b'\n' | b'\r' | b'\t');
    let printable = probe.iter().filter(printable).count();
    let zeros = memchr::memchr_iter(0, probe).count();
    !probe.is_empty() && (printable + zeros) * 20 >= probe.len() * 19 && zeros <= printable
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::BASE64;

    fn decoded(text: &str) -> Option<(String, String)> {
        let mut found = None;
        text::runs(text.as_bytes(), |run| {
            if found.is_none() && may_begin(text.as_bytes(), run) {
                found = of_run(text.as_bytes(), run);
            }
        });
        let found = found?;
        Some((text[found.span.range()].to_owned(), String::from_utf8(found.text).ok()?))
    }

    #[test]
    fn text_in_base64_is_read_to_its_last_character() {
        for plain in
            ["the quick brown fox", "the quick brown fox.", "the quick brown fox!!", "{\"user\": \"shop\", \"x\": 1}"]
        {
            let written = BASE64.encode(plain.as_bytes());
            assert_eq!(decoded(&format!("data: {written}\n")), Some((written, plain.to_owned())));
        }
    }

    #[test]
    fn wrapped_lines_are_one_text() {
        let plain = "a line of some length, ".repeat(9);
        let written = BASE64.encode(plain.as_bytes());
        for (width, line_break) in [(76, "\n"), (64, "\r\n  "), (64, "\\n")] {
            let lines: Vec<&str> =
                (0..written.len()).step_by(width).map(|at| &written[at..written.len().min(at + width)]).collect();
            let text = format!("data: {} end", lines.join(line_break));
            assert_eq!(decoded(&text).map(|(_, text)| text), Some(plain.clone()), "{width}");
        }
    }

    #[test]
    fn names_paths_and_digests_are_no_encoded_text() {
        for text in [
            "AbstractSingletonProxyFactoryBean",
            "EDAFABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "src/detect/decode/and/some/more/folders",
        ] {
            assert_eq!(decoded(text), None, "{text}");
        }
    }

    #[test]
    fn escapes_are_read_on_both_sides() {
        let found = |text: &str| {
            let found = of_escapes(text.as_bytes());
            found.iter().map(|found| String::from_utf8_lossy(&found.text).into_owned()).collect::<Vec<_>>()
        };
        assert_eq!(found("u=postgres%3A%2F%2Fshop%3Ax%40db.internal%2Fx&"), ["postgres://shop:x@db.internal/x"]);
        assert_eq!(found("\"\\u0061\\u0062cdefghijklmnopqrstuvwxyz\""), ["abcdefghijklmnopqrstuvwxyz"]);
        assert_eq!(found("<a>&#97;&#x62;cdefghijklmnopqrstuvwxyz</a>"), ["abcdefghijklmnopqrstuvwxyz"]);
        assert_eq!(found("100% of 50%25 \\u00"), Vec::<String>::new());
    }
}

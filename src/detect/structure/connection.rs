//! Passwords in the key-and-value connection strings of ADO.NET, ODBC and JDBC.
//!
//! It does not know drivers: a password counts where a server stands on the same line.

use memchr::memmem;

use super::{Found, Structure};
use crate::detect::candidate::Rank;
use crate::model::{Confidence, Identity};
use crate::text::{Secret, Span};
use crate::value::{Verdict, uri};

pub const ADO: Structure = Structure {
    name: "ado-connection-string",
    words: WORDS,
    prefixes: &[],
    binary: false,
    find: |reader, at| find(reader.text, at, Dialect::Ado),
};

pub const JDBC: Structure = Structure {
    name: "jdbc-password",
    words: WORDS,
    prefixes: &[],
    binary: false,
    find: |reader, at| find(reader.text, at, Dialect::Jdbc),
};

const WORDS: &[&str] = &["assword=", "ASSWORD=", "PWD=", "Pwd=", "pwd="];

/// Lower case, letters only; each with `=` behind it.
const SERVERS: &[&[u8]] =
    &[b"server=", b"data source=", b"datasource=", b"host=", b"addr=", b"address=", b"driver=", b"dsn="];

/// Bytes of the line on either side that are looked at.
const NEAR: usize = 384;
const LONGEST_PASSWORD: usize = 128;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Ado,
    Jdbc,
}

fn find(text: &[u8], word: usize, dialect: Dialect) -> Option<Found> {
    let equals = word + memchr::memchr(b'=', &text[word..])?;
    let key = match text[word] {
        b'a' | b'A' => word.checked_sub(1).filter(|&at| matches!(text[at], b'p' | b'P'))?,
        _ => word,
    };
    let glued = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    if key.checked_sub(1).is_some_and(|last| glued(text[last])) {
        return None;
    }
    let span = Span::new(equals + 1, equals + 1 + value_length(&text[equals + 1..]));
    let password = std::str::from_utf8(span.slice(text)).ok()?;
    if password.is_empty() || password.len() > LONGEST_PASSWORD {
        return None;
    }
    let line = line_around(text, key, span.end);
    let before = text[line.start..key].to_ascii_lowercase();
    let after = text[span.end..line.end].to_ascii_lowercase();
    let jdbc = memmem::rfind(&before, b"jdbc:");
    let host = match (dialect, jdbc) {
        (Dialect::Jdbc, Some(at)) => jdbc_host(&before[at..]),
        (Dialect::Ado, None) => ado_server(&before).or_else(|| ado_server(&after))?,
        _ => return None,
    };
    let key_path = [b"server=", host].concat();
    let identity = Identity::Guessable {
        subject: String::new(),
        key_path: String::from_utf8_lossy(&key_path).into_owned(),
        value: Secret::new(password),
    };
    let confidence = match uri::judge_password(password, "", &String::from_utf8_lossy(host)).verdict {
        Verdict::Credential(confidence) => confidence,
        Verdict::WeakDefault => Confidence::Low,
        _ => return None,
    };
    Some(Found { span, secret: span, confidence: Some(confidence), rank: Rank::Context, weight: 0, identity })
}

fn value_length(rest: &[u8]) -> usize {
    let ends = |byte: &u8| *byte <= b' ' || matches!(byte, b';' | b'&' | b'"' | b'\'' | b'`' | b'<' | b'\\');
    let rest = &rest[..rest.len().min(LONGEST_PASSWORD + 1)];
    rest.iter().position(ends).unwrap_or(rest.len())
}

fn line_around(text: &[u8], start: usize, end: usize) -> Span {
    let floor = start.saturating_sub(NEAR);
    let ceiling = text.len().min(end + NEAR);
    let first = memchr::memrchr2(b'\n', b'\r', &text[floor..start]).map_or(floor, |at| floor + at + 1);
    let last = memchr::memchr2(b'\n', b'\r', &text[end..ceiling]).map_or(ceiling, |at| end + at);
    Span::new(first, last)
}

/// The value behind the word for a server, in lower case like `line`.
fn ado_server(line: &[u8]) -> Option<&[u8]> {
    SERVERS.iter().find_map(|word| {
        let at = memmem::find(line, word)?;
        let bounded = at.checked_sub(1).is_none_or(|last| !line[last].is_ascii_alphanumeric());
        let value = &line[at + word.len()..];
        let value = &value[..value.iter().position(|byte| matches!(byte, b';' | b'"' | b'\'')).unwrap_or(value.len())];
        let name = value.strip_prefix(b"tcp:").unwrap_or(value);
        let name = name.split(|byte| *byte == b',').next().unwrap_or_default().trim_ascii();
        (bounded && !name.is_empty()).then_some(name)
    })
}

/// `jdbc:mysql://host:3306/db?…` and `jdbc:oracle:thin:@host:1521:sid`.
fn jdbc_host(url: &[u8]) -> &[u8] {
    let rest = match memmem::find(url, b"//").map(|at| at + 2).or_else(|| memchr::memchr(b'@', url).map(|at| at + 1)) {
        Some(start) => &url[start..],
        None => return b"?",
    };
    let end = rest.iter().position(|byte| matches!(byte, b':' | b'/' | b';' | b'?' | b'"' | b'\'' | b' '));
    &rest[..end.unwrap_or(rest.len())]
}

//! Passwords in addresses: `scheme://user:password@host`, and tokens that stand as the user.
//!
//! It does not know schemes: whatever reads the address will send the password.

use std::borrow::Cow;

use super::{Found, Structure};
use crate::detect::candidate::Rank;
use crate::detect::sample;
use crate::model::{Confidence, Identity};
use crate::text::{Secret, Span};
use crate::value;

pub const CONNECTION_STRING: Structure = Structure {
    name: "connection-string",
    words: &["://"],
    prefixes: &[],
    binary: false,
    find: |reader, at| find(reader.text, at),
};

const LONGEST_SCHEME: usize = 32;
const LONGEST_AUTHORITY: usize = 1_024;
/// From this length on a machine-made password is known by its value alone.
const UNGUESSABLE: usize = 16;

/// Passwords that everybody tries first: worth a word, not an alarm.
const STOCK: &[&str] = &[
    "admin", "changeme", "example", "guest", "minio", "mysql", "pass", "passwd", "password", "postgres", "pwd",
    "redis", "root", "secret", "test", "user", "1234", "12345", "123456",
];

fn find(text: &[u8], at: usize) -> Option<Found> {
    let authority = authority(text, at + 3)?;
    let login = memchr::memrchr(b'@', authority.slice(text))?;
    let login = Span::new(authority.start, authority.start + login);
    let host = Span::new(login.end + 1, authority.end).slice(text);
    let scheme = scheme(text, at)?;
    match colon_of(login.slice(text)) {
        Some(colon) => {
            let user = Span::new(login.start, login.start + colon).slice(text);
            with_password(text, Span::new(login.start + colon + 1, login.end), scheme, user, host)
        }
        None => as_user(text, login, scheme),
    }
}

/// The colon between user and password; the one in `${USER:-app}` is not it.
fn colon_of(login: &[u8]) -> Option<usize> {
    let variable = match login.strip_prefix(b"${") {
        Some(_) => memchr::memchr(b'}', login)?,
        None => 0,
    };
    memchr::memchr(b':', &login[variable..]).map(|at| variable + at)
}

fn scheme(text: &[u8], end: usize) -> Option<&[u8]> {
    let in_scheme = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'-');
    let length = text[..end].iter().rev().take(LONGEST_SCHEME).take_while(in_scheme).count();
    let scheme = &text[end - length..end];
    let letter = scheme.iter().position(u8::is_ascii_alphabetic)?;
    (length < LONGEST_SCHEME).then_some(&scheme[letter..])
}

/// Up to the first byte that cannot be in one as people write it.
fn authority(text: &[u8], start: usize) -> Option<Span> {
    let rest = &text[start..text.len().min(start + LONGEST_AUTHORITY)];
    let ends =
        |byte: &u8| *byte <= b' ' || matches!(byte, b'/' | b'?' | b'#' | b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\');
    let length = rest.iter().position(ends).unwrap_or(rest.len());
    (length > 0).then(|| Span::new(start, start + length))
}

fn with_password(text: &[u8], span: Span, scheme: &[u8], user: &[u8], host: &[u8]) -> Option<Found> {
    let password = percent_decoded(span.slice(text));
    let password = std::str::from_utf8(&password).ok()?;
    let stock = STOCK.contains(&password.to_ascii_lowercase().as_str());
    if password.is_empty() || is_pattern(password) || !stock && is_open(password) {
        return None;
    }
    let doubtful = stock
        || names_itself(password)
        || password.as_bytes() == user
        || is_local(host)
        || sample::is_sample(password.as_bytes());
    let found = Found { rank: Rank::Context, ..Found::verified(text, span) };
    let found = found.low_when(doubtful);
    if password.len() >= UNGUESSABLE && sample::is_machine_made(password.as_bytes()) {
        let identity = Identity::Credential { value: Secret::new(password) };
        return Some(Found { identity, ..found });
    }
    let key_path = [scheme, b"://", user, b"@", host].concat();
    let identity = Identity::Guessable {
        subject: String::new(),
        key_path: String::from_utf8_lossy(&key_path).into_owned(),
        value: Secret::new(password),
    };
    Some(Found { identity, ..found })
}

/// `https://<token>@host`: only what is plainly no user's name.
fn as_user(text: &[u8], span: Span, scheme: &[u8]) -> Option<Found> {
    let value = span.slice(text);
    let token = std::str::from_utf8(value).ok()?;
    let made = value.len() >= UNGUESSABLE && sample::is_machine_made(value) && !sample::is_sample(value);
    let plain = value.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    let known = scheme.ends_with(b"http") || scheme.ends_with(b"https");
    let found = Found { rank: Rank::Context, confidence: Some(Confidence::Low), ..Found::verified(text, span) };
    (known && made && plain && !is_open(token)).then_some(found)
}

/// True where the password is still to be filled in.
pub fn is_open(password: &str) -> bool {
    value::is_reference(password) || value::is_placeholder(password) || is_format(password)
}

/// `personal_access_token`: the name of a credential more likely than one.
fn names_itself(password: &str) -> bool {
    let lower = password.to_ascii_lowercase();
    let named = ["pass", "pwd", "token", "secret"].iter().any(|word| lower.contains(word));
    named && !password.bytes().any(|byte| byte.is_ascii_digit())
}

/// `%s`, `{}`, `{0}`, `{password}`, `$PASSWORD`, `DB_PASSWORD`, `...`: what a program fills in.
fn is_format(password: &str) -> bool {
    let inside = |open, close| password.starts_with(open) && password.ends_with(close);
    let verb = password.starts_with('%') && password.len() <= 3;
    let variable = password.starts_with('$')
        && password[1..].bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    let constant = password.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_') && names_itself(password);
    verb || variable
        || constant
        || inside('{', '}')
        || inside('[', ']')
        || inside('(', ')')
        || password.contains("${")
        || password.contains("{{")
        || password.chars().all(|character| matches!(character, '.' | '*' | '…' | '_' | '-' | 'x' | 'X'))
}

/// Part of a regular expression or of a grammar that describes addresses: `user[:password]@`.
fn is_pattern(password: &str) -> bool {
    ["[^", ")+", "]+", ".*", "(?", "]*"].iter().any(|part| password.contains(part)) || password.ends_with(']')
}

/// True for hosts that nobody else can reach, and for those of documentation.
pub fn is_local(host: &[u8]) -> bool {
    let host = host.to_ascii_lowercase();
    let name = match host.strip_prefix(b"[") {
        Some(address) => address.split(|byte| *byte == b']').next().unwrap_or_default(),
        None => host.split(|byte| *byte == b':').next().unwrap_or_default(),
    };
    let local: &[&[u8]] = &[b"localhost", b"127.0.0.1", b"0.0.0.0", b"::1", b"host", b"hostname", b"server", b""];
    local.contains(&name)
        || [&b".localhost"[..], b"example.com", b"example.org", b"example.net", b".example", b".test", b".invalid"]
            .iter()
            .any(|suffix| name.ends_with(suffix))
}

fn percent_decoded(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'%', text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        let escaped =
            after.first_chunk::<2>().and_then(|digits| data_encoding::HEXLOWER_PERMISSIVE.decode(digits).ok());
        match (byte, escaped) {
            (b'%', Some(decoded)) => {
                out.extend(decoded);
                rest = &after[2..];
            }
            _ => {
                out.push(byte);
                rest = after;
            }
        }
    }
    Cow::Owned(out)
}

//! Passwords inside URIs and connection strings: `scheme://user:password@host`, JDBC and ODBC parameters, key-value DSNs.
//!
//! It does not know where the text comes from, and it decides nothing about a password but whether it is a literal.

use super::{Judgement, Verdict, judge_literal_password, reference};
use crate::model::Confidence;
use crate::text::Span;

/// A password and what stands around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UriPassword<'a> {
    /// Bytes of the text that was searched.
    pub span: Span,
    /// Empty for `redis://:password@host` and for parameters.
    pub user: &'a str,
    /// With its port; empty for parameters.
    pub host: &'a str,
    /// Lower case only where it is written so; empty for parameters.
    pub scheme: &'a str,
}

/// A longer password is not one.
const LONGEST: usize = 512;

/// Parameters whose value is a password, lower case.
const PARAMETERS: &[&str] = &["accountkey", "pass", "passwd", "password", "pwd", "sharedaccesskey", "sslpassword"];

/// A line that has one of these is a connection string, lower case.
const COMPANIONS: &[&str] = &[
    "://",
    "accountname=",
    "addr=",
    "data source=",
    "database=",
    "dbname=",
    "endpoint=",
    "host=",
    "initial catalog=",
    "jdbc:",
    "server=",
    "uid=",
    "user id=",
    "user=",
    "username=",
];

/// Every password in `text`, in order, references and placeholders included: `verdict` tells them apart.
pub fn passwords(text: &str) -> Vec<UriPassword<'_>> {
    let mut found: Vec<UriPassword> =
        memchr::memmem::find_iter(text.as_bytes(), b"://").filter_map(|at| user_information(text, at)).collect();
    parameters(text, &mut found);
    found.sort_by_key(|password| password.span);
    found.dedup_by(|later, first| later.span.intersects(first.span));
    found
}

impl UriPassword<'_> {
    /// What the password is. `text` is the text that was searched.
    pub fn verdict(&self, text: &str) -> Judgement {
        let literal = text.get(self.span.range()).unwrap_or("");
        let decoded = percent_decoded(literal);
        let judged = judge_literal_password(&decoded);
        let host = self.host.split(':').next().unwrap_or("");
        let nowhere = matches!(host, "localhost" | "127.0.0.1" | "host" | "hostname" | "example.com" | "0.0.0.0")
            || host.ends_with(".example.com")
            || host.ends_with("example.org");
        match judged.verdict {
            Verdict::Credential(_) if literal == self.user || is_stand_in(literal) => {
                Judgement { verdict: Verdict::WeakDefault, reason: "repeats the user's name or says what belongs here" }
            }
            Verdict::Credential(_) if nowhere => Judgement {
                verdict: Verdict::Credential(Confidence::Low),
                reason: "is a password for a local or an example host",
            },
            Verdict::Credential(_) => {
                Judgement { verdict: judged.verdict, reason: "is a password in a connection string" }
            }
            _ => judged,
        }
    }
}

fn is_stand_in(literal: &str) -> bool {
    ["pass", "password", "passwd", "pwd", "pw", "secret", "token", "p", "psw"]
        .contains(&literal.to_ascii_lowercase().as_str())
}

/// The password of `scheme://user:password@host`, `colon` being where `://` stands.
fn user_information(text: &str, colon: usize) -> Option<UriPassword<'_>> {
    let bytes = text.as_bytes();
    let scheme_byte = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    let length = bytes[..colon].iter().rev().take(32).take_while(|byte| scheme_byte(byte)).count();
    let start = colon + 3;
    let end = authority_end(text, start);
    let at = start + memchr::memrchr(b'@', &bytes[start..end])?;
    let separator = start + separator(text, start, at)?;
    let user = text.get(start..separator)?;
    let span = Span::new(separator + 1, at);
    if length == 0
        || span.is_empty()
        || user.contains(['?', '#', '/', '&'])
        || user.contains('>') && !user.starts_with('<')
    {
        return None;
    }
    Some(UriPassword { span, user, host: text.get(at + 1..end)?, scheme: text.get(colon - length..colon)? })
}

/// The colon between user and password; one inside a hole does not count.
fn separator(text: &str, start: usize, end: usize) -> Option<usize> {
    let information = text.get(start..end)?;
    let holes = reference::holes(information);
    memchr::memchr_iter(b':', information.as_bytes()).find(|&at| !holes.iter().any(|hole| hole.range().contains(&at)))
}

/// Where the authority ends: at `/`, white space or a quote outside of holes.
fn authority_end(text: &str, start: usize) -> usize {
    let (bytes, mut at) = (text.as_bytes(), start);
    let limit = bytes.len().min(start + LONGEST);
    while at < limit {
        match reference::hole_at(text, at) {
            Some(end) => at = end,
            None if ends_authority(bytes[at]) => return at,
            None => at += 1,
        }
    }
    at.min(bytes.len())
}

fn ends_authority(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'/' | b'"' | b'\'' | b'`' | b'\\')
}

/// `;Password=…`, `&password=…`, `host=… password=…`, on lines that are connection strings.
fn parameters<'a>(text: &'a str, found: &mut Vec<UriPassword<'a>>) {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if memchr::memchr(b'=', line.as_bytes()).is_some() && line.len() <= 1 << 16 {
            let lower = line.to_ascii_lowercase();
            if COMPANIONS.iter().any(|companion| lower.contains(companion)) {
                found.extend(line_parameters(line, &lower).map(|span| UriPassword {
                    span: span.shift(start),
                    user: "",
                    host: "",
                    scheme: "",
                }));
            }
        }
        start += line.len();
    }
}

fn line_parameters<'a>(line: &'a str, lower: &'a str) -> impl Iterator<Item = Span> + 'a {
    memchr::memchr_iter(b'=', lower.as_bytes()).filter_map(move |equals| {
        let name = lower[..equals].rsplit(|character: char| !character.is_ascii_alphanumeric()).next()?;
        let before = lower.as_bytes().get(..equals - name.len())?.last().copied();
        // An underscore or a hyphen would make it a key of its own: `DB_PASSWORD=…` is dotenv's.
        if !PARAMETERS.contains(&name) || !matches!(before, Some(b'?' | b'&' | b';' | b' ' | b'"' | b'\'')) {
            return None;
        }
        let span = Span::new(equals + 1, parameter_end(line, equals + 1));
        (!span.is_empty()).then_some(span)
    })
}

fn parameter_end(text: &str, start: usize) -> usize {
    let (bytes, mut at) = (text.as_bytes(), start);
    while at < bytes.len().min(start + LONGEST) {
        match reference::hole_at(text, at) {
            Some(end) => at = end,
            None if bytes[at].is_ascii_whitespace()
                || matches!(bytes[at], b'&' | b';' | b'"' | b'\'' | b'`' | b'<' | b'>') =>
            {
                break;
            }
            None => at += 1,
        }
    }
    at.min(bytes.len())
}

/// `%40` as `@`; what is no escape stays.
fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%')
            .then(|| text.get(at + 1..at + 3).and_then(|digits| u8::from_str_radix(digits, 16).ok()))
            .flatten();
        out.push(escaped.unwrap_or(bytes[at]));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(&str, Verdict)> {
        passwords(text).iter().map(|password| (&text[password.span.range()], password.verdict(text).verdict)).collect()
    }

    fn literal(text: &str) -> Option<&str> {
        match found(text)[..] {
            [(literal, Verdict::Credential(_))] => Some(literal),
            _ => None,
        }
    }

    #[test]
    fn every_shape_of_connection_string_gives_its_password() {
        let samples = [
            "postgresql+psycopg://app:@@db.internal:5432/app",
            "redis://:@@cache:6379/0",
            "mongodb+srv://app:@@a.internal,b.internal/app",
            "https://bot:@@git.internal/x.git",
            "amqp://app:@@mq.internal/%2f",
            "jdbc:postgresql://db.internal/app?user=app&password=@&ssl=true",
            "Server=db.internal;User Id=app;Password=@;Encrypt=true",
            "host=db.internal user=app password=@ dbname=app",
            "url: postgres://app:@@db.internal/app # comment",
            "postgres://{{ .Values.user }}:@@db.internal/app",
        ];
        let password = ["x9K", "fq2", "Lm7"].concat();
        for sample in samples {
            let text = sample.replacen('@', &password, 1);
            assert_eq!(literal(&text), Some(password.as_str()), "{sample}");
        }
    }

    #[test]
    fn symbols_in_a_password_belong_to_it() {
        let text = format!("postgres://u:{}@db.internal/x", "p:a#s?s@w0rd");
        assert_eq!(literal(&text), Some("p:a#s?s@w0rd"));
    }

    #[test]
    fn references_and_defaults_are_no_passwords() {
        let samples = [
            "postgresql://$(DB_USER):$(DB_PASSWORD)@$(DB_HOST)/db",
            "postgres://app:${DB_PASSWORD}@db/app",
            "postgres://app:{{ .Values.db.password }}@db/app",
            "postgres://user:password@host/db",
            "amqp://guest:guest@mq/",
            "https://user:<token>@git.internal",
            "Server=db;Password=$(X);",
        ];
        for sample in samples {
            assert!(!found(sample).is_empty() && literal(sample).is_none(), "{sample}: {:?}", found(sample));
        }
    }

    #[test]
    fn innocent_urls_have_no_password() {
        for text in [
            "https://host:8080/a@b",
            "https://git@github.com/x",
            "git+ssh://git@host:22/x",
            "https://a/?q=x:y@z",
            "mailto:a@b",
            "://:@",
            "x://",
            "DB_PASSWORD=x host=y",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn a_local_host_makes_it_doubtful() {
        let text = format!("postgres://app:{}@localhost:5432/app", "k3Jf9-xQ2m");
        assert_eq!(found(&text)[0].1, Verdict::Credential(Confidence::Low));
    }
}

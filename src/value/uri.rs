//! Passwords inside URIs and connection strings: `scheme://user:password@host`, JDBC and ODBC parameters, key-value DSNs.
//!
//! It does not know where the text comes from, and it decides nothing about a password but whether it is a literal.

use super::{Judgement, Verdict, judge_literal_password, placeholder, reference};
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
    // A login has an `@` behind it, a parameter an `=` before it; most strings have neither.
    if memchr::memchr2(b'@', b'=', text.as_bytes()).is_none() {
        return Vec::new();
    }
    let mut found: Vec<UriPassword> =
        memchr::memmem::find_iter(text.as_bytes(), b"://").filter_map(|at| login(text, at)?.password(text)).collect();
    parameters(text, &mut found);
    found.sort_by_key(|password| password.span);
    found.dedup_by(|later, first| later.span.intersects(first.span));
    found
}

impl<'a> UriPassword<'a> {
    /// What the password is. `text` is the text that was searched.
    pub fn verdict(&self, text: &str) -> Judgement {
        judge_password(text.get(self.span.range()).unwrap_or(""), self.user, self.host)
    }
}

/// What a password is that stands in an address as `literal`, for `user` at `host`; both may be empty.
pub fn judge_password(literal: &str, user: &str, host: &str) -> Judgement {
    let password = percent_decoded(literal);
    if is_filled_in(literal) || is_filled_in(&password) {
        return Judgement {
            verdict: Verdict::Placeholder,
            reason: "is filled in by a program or describes an address",
        };
    }
    if is_constant(&password) && (names_itself(&password) || password.contains('_') || is_constant(user)) {
        return Judgement { verdict: Verdict::Placeholder, reason: "is a word in capitals for what belongs here" };
    }
    let mut judged = judge_literal_password(&password);
    if judged.verdict == Verdict::Name && password.contains('/') {
        // Nobody puts a path where the password stands; an escaped slash is a part of it.
        judged.verdict = Verdict::Credential(Confidence::High);
    }
    if !matches!(judged.verdict, Verdict::Credential(_) | Verdict::WeakDefault) {
        return judged;
    }
    let host = host_name(host);
    let (named, anybody, nowhere) = (names_itself(&password), is_anybody(user), is_documentation(host));
    match judged.verdict {
        _ if named && (anybody || nowhere) || anybody && nowhere => {
            Judgement { verdict: Verdict::Placeholder, reason: "belongs to an address from a manual" }
        }
        Verdict::WeakDefault => judged,
        _ if named || password == user => {
            Judgement { verdict: Verdict::WeakDefault, reason: "repeats the user's name or says what belongs here" }
        }
        _ if nowhere || is_local(host) => Judgement {
            verdict: Verdict::Credential(Confidence::Low),
            reason: "is a password for a local or an example host",
        },
        verdict => Judgement { verdict, reason: "is a password in a connection string" },
    }
}

/// `%s`, `{}`, `[password]`, `$1`, `***`, part of a regular expression, of a grammar (`user[:password]@`), of Markdown or
/// of HTML.
fn is_filled_in(password: &str) -> bool {
    const FOREIGN: &[&str] = &["[^", ")+", "]+", ".*", "(?", "]*", "](", "&lt;", "&gt;", "{{", "}}", "${"];
    let inside = |open: char, close: char| password.starts_with(open) && password.ends_with(close);
    let verb =
        password.len() <= 6 && password.starts_with('%') && password.ends_with(|last: char| last.is_ascii_alphabetic());
    let variable =
        |rest: &str| rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    let open = reference::holes(password).is_empty() && FOREIGN.iter().any(|part| password.contains(part));
    verb || open
        || password.strip_prefix('$').is_some_and(variable)
        || inside('{', '}')
        || inside('[', ']')
        || inside('(', ')')
        || inside('<', '>')
        || password.ends_with(']')
        || password.chars().all(|character| ".*…_-xX•".contains(character))
}

fn is_constant(word: &str) -> bool {
    word.len() >= 2 && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

/// `password`, `personal_access_token`, `p4ssw0rd`'s plain brothers: what belongs here more likely than a password.
fn names_itself(password: &str) -> bool {
    let lower = password.to_ascii_lowercase();
    let whole = ["pass", "pw", "p", "psw", "key", "apikey", "credentials"].contains(&lower.as_str());
    let part = ["password", "passwd", "passphrase", "pwd", "token", "secret"].iter().any(|word| lower.contains(word));
    whole || part && password.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-' | b' '))
}

/// A user whom only manuals know.
fn is_anybody(user: &str) -> bool {
    const NAMES: &[&str] =
        &["user", "username", "user name", "usr", "u", "login", "name", "myuser", "db_user", "dbuser", "me", "foo"];
    let user = percent_decoded(user);
    NAMES.contains(&user.to_ascii_lowercase().as_str())
        || is_filled_in(&user) && !user.is_empty()
        || matches!(placeholder::of(&user), Some(placeholder::Stand::Placeholder(_)))
}

/// Without the port; `[::1]` without its brackets.
fn host_name(host: &str) -> &str {
    match host.strip_prefix('[') {
        Some(address) => address.split(']').next().unwrap_or(""),
        None => host.split(':').next().unwrap_or(""),
    }
}

/// Nobody else can reach it.
fn is_local(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "0.0.0.0" | "::1" | "host.docker.internal" | "(local)" | ".")
        || host.ends_with(".localhost")
}

/// Reserved for manuals by RFC 2606 and RFC 6761, or a word for "some host".
fn is_documentation(host: &str) -> bool {
    const RESERVED: &[&str] = &["example.com", "example.org", "example.net", ".example", ".test", ".invalid"];
    let host = host.to_ascii_lowercase();
    RESERVED.iter().any(|suffix| host.ends_with(suffix))
        || matches!(host.as_str(), "host" | "server" | "ip" | "hostip" | "example" | "domain" | "domain.tld")
        || host.ends_with("hostname")
        || matches!(placeholder::of(&host), Some(placeholder::Stand::Placeholder(_)))
        || host.strip_prefix("host").is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// What stands between `://` and `@host`, and what is around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Login<'a> {
    /// Bytes of the text that was searched.
    pub span: Span,
    pub host: &'a str,
    pub scheme: &'a str,
}

/// A longer scheme is not one.
const LONGEST_SCHEME: usize = 32;

/// The login of the address whose `://` stands at `colon`.
pub fn login(text: &str, colon: usize) -> Option<Login<'_>> {
    let bytes = text.as_bytes();
    let start = colon + 3;
    let scheme_byte = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    let length = bytes[..colon].iter().rev().take(LONGEST_SCHEME).take_while(|byte| scheme_byte(byte)).count();
    let scheme = text.get(colon - length..colon)?.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
    if scheme.is_empty() || length == LONGEST_SCHEME {
        return None;
    }
    let end = authority_end(text, start);
    let authority = text.get(start..end)?;
    memchr::memchr(b'@', authority.as_bytes())?;
    let holes = reference::holes(authority);
    let outside = |at: &usize| !holes.iter().any(|hole| hole.range().contains(at));
    let begins_hole = |at: &usize| holes.iter().any(|hole| hole.start == *at);
    let ats = || memchr::memrchr_iter(b'@', authority.as_bytes());
    // `…:password@{host}` and `…:@{password}@host`: an `@{` divides only where nothing else does.
    let at = ats().find(outside).or_else(|| ats().find(begins_hole))?;
    let host = authority[at + 1..].split(['?', '#']).next().unwrap_or("").trim_end_matches(['>', ',', ';', '.']);
    Some(Login { span: Span::new(start, start + at), host, scheme })
}

impl<'a> Login<'a> {
    /// The password and whose it is. A colon or an `@` inside a hole (`${USER:-app}`) does not count.
    pub fn password(&self, text: &'a str) -> Option<UriPassword<'a>> {
        let information = text.get(self.span.range())?;
        let holes = reference::holes(information);
        let outside = |at: &usize| !holes.iter().any(|hole| hole.range().contains(at));
        let separator = memchr::memchr_iter(b':', information.as_bytes()).find(outside)?;
        let (user, password) = (&information[..separator], &information[separator + 1..]);
        // `http://host:8080?mail=a@b`, `http://host:8080<br>a@b`: the colon of a port.
        let port = password.bytes().take_while(u8::is_ascii_digit).count();
        let is_port =
            port > 0 && matches!(password.as_bytes().get(port), Some(b'?' | b'#' | b'<' | b',' | b')' | b']'));
        if password.is_empty()
            || is_port
            || user.contains(['?', '#', '/', '&'])
            || user.contains('>') && !user.starts_with('<') && !user.contains("&lt;")
        {
            return None;
        }
        let span = Span::new(self.span.start + separator + 1, self.span.end);
        Some(UriPassword { span, user, host: self.host, scheme: self.scheme })
    }
}

/// Where the authority ends: at `/`, white space or a quote outside of holes.
fn authority_end(text: &str, start: usize) -> usize {
    let (bytes, mut at) = (text.as_bytes(), start);
    let limit = bytes.len().min(start + LONGEST);
    while at < limit {
        match bytes[at] {
            byte if reference::is_opener(byte) => at = reference::hole_at(text, at).unwrap_or(at + 1),
            byte if ends_authority(byte) => return at,
            _ => at += 1,
        }
    }
    at.min(bytes.len())
}

fn ends_authority(byte: u8) -> bool {
    byte <= b' ' || matches!(byte, b'/' | b'"' | b'\'' | b'`' | b'\\')
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
        let start = equals + 1 + opening_quote(&line[equals + 1..]);
        let span = Span::new(start, parameter_end(line, start));
        (!span.is_empty()).then_some(span)
    })
}

/// The length of the quote that a password stands in: `password=\"…\"`, as JAAS wants it.
fn opening_quote(value: &str) -> usize {
    let slashes = value.len() - value.trim_start_matches('\\').len();
    if value[slashes..].starts_with(['"', '\'']) { slashes + 1 } else { 0 }
}

fn parameter_end(text: &str, start: usize) -> usize {
    let (bytes, mut at) = (text.as_bytes(), start);
    while at < bytes.len().min(start + LONGEST) {
        match reference::hole_at(text, at) {
            Some(end) => at = end,
            None if bytes[at].is_ascii_whitespace()
                || matches!(bytes[at], b'&' | b';' | b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\') =>
            {
                break;
            }
            None => at += 1,
        }
    }
    at.min(bytes.len())
}

/// `%40` as `@`; what is no escape stays.
pub fn percent_decoded(text: &str) -> String {
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
            "postgres://app:@@{host}/app",
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
    fn addresses_from_manuals_and_programs_are_placeholders() {
        for sample in [
            "https://USERNAME:PERSONAL_ACCESS_TOKEN@git.internal/x.git",
            "mongodb://DB_USER:DB_PASSWORD@mongodb:27017",
            "redis://default:PASSWORD@localhost:6379/0",
            "scheme://[user[:password]@]host[:port]/path",
            "postgres://app${DB_PASSWORD:+:$DB_PASSWORD}@db",
            "redis://${USER:+$USER:$PASS@}cache:6379",
            "postgresql://user:password@host:port/dbname",
            "http://user:pass%20word@example.com/path",
            "http://username:password@127.0.0.1/",
            "mongodb://root:password@mongodb-hostname:27017",
            "https://<user>:<password>@git.internal",
            "https://&lt;user&gt;:&lt;password&gt;@git.internal",
            "postgres://%s:%s@%s:%d/%s",
            "postgres://%[1]s:%[2]s@db",
            "postgres://{user}:{password}@db",
            "postgres://{}:{}@{}/{}",
            "postgres://{self.user}:{quote(self.password)}@db",
            "postgres://$1:$2@db",
            "postgres://app:@{base62*12}@db",
            "[home](http://a:b](mailto:x@y)",
            "http://host:8080?mail=a@b",
        ] {
            assert_eq!(literal(sample), None, "{sample}: {:?}", found(sample));
            assert!(found(sample).iter().all(|(_, verdict)| *verdict != Verdict::WeakDefault), "{sample}");
        }
        for sample in
            ["postgres://postgres:postgres@db/app", "https://alice:secret@db.internal", "amqp://guest:guest@mq"]
        {
            assert_eq!(found(sample)[0].1, Verdict::WeakDefault, "{sample}");
        }
    }

    #[test]
    fn a_password_in_escaped_quotes_is_read_to_their_end() {
        let line =
            |password: &str| format!("PlainLoginModule required username=\\\"app\\\" password=\\\"{password}\\\";");
        let password = ["x9K", "fq2", "Lm7"].concat();
        assert_eq!(literal(&line(&password)), Some(password.as_str()));
        assert_eq!(literal(&line("$SASL_USER_PASSWORD")), None);
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

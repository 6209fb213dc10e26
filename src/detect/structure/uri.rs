//! Passwords in addresses: `scheme://user:password@host`, and tokens that stand as the user.
//!
//! It does not know schemes: whatever reads the address will send the password. What an address is, and what its password
//! is worth, `value::uri` decides.

use super::{Found, Structure};
use crate::detect::candidate::Rank;
use crate::detect::sample;
use crate::model::{Confidence, Identity};
use crate::text::Secret;
use crate::value::uri::{self, Login, UriPassword};
use crate::value::{self, Verdict};

pub const CONNECTION_STRING: Structure = Structure {
    name: "connection-string",
    words: &["://"],
    prefixes: &[],
    binary: false,
    find: |reader, at| find(reader.text, at),
};

/// A scheme, a login and a host are shorter than this on either side of the `://`.
const NEAR: usize = 32;
const LONGEST: usize = 1_024;
/// From this length on a machine-made password is known by its value alone.
const UNGUESSABLE: usize = 16;

fn find(text: &[u8], at: usize) -> Option<Found> {
    // Nearly every address is without a login.
    memchr::memchr(b'@', &text[at..text.len().min(at + LONGEST)])?;
    let (near, start) = near(text, at);
    let login = uri::login(near, at - start)?;
    let found = match login.password(near) {
        Some(password) => with_password(near, password),
        None => as_user(near, login),
    };
    found.map(|found| Found { span: found.span.shift(start), secret: found.secret.shift(start), ..found })
}

/// The text around `at` and where it begins; it ends where the text is no UTF-8.
fn near(text: &[u8], at: usize) -> (&str, usize) {
    let before = text[..at].iter().rev().take(NEAR).take_while(|byte| byte.is_ascii()).count();
    let near = &text[at - before..text.len().min(at + LONGEST)];
    let valid = match std::str::from_utf8(near) {
        Ok(near) => near,
        Err(error) => std::str::from_utf8(&near[..error.valid_up_to()]).unwrap_or(""),
    };
    (valid, at - before)
}

fn with_password(text: &str, password: UriPassword) -> Option<Found> {
    let confidence = match password.verdict(text).verdict {
        Verdict::Credential(confidence) => confidence,
        Verdict::WeakDefault => Confidence::Low,
        _ => return None,
    };
    let literal = uri::percent_decoded(text.get(password.span.range())?);
    let doubtful = sample::is_sample(literal.as_bytes());
    let machine_made = literal.len() >= UNGUESSABLE && sample::is_machine_made(literal.as_bytes());
    let value = Secret::new(literal);
    let identity = match machine_made {
        true => Identity::Credential { value },
        false => Identity::Guessable { subject: String::new(), key_path: target(&password), value },
    };
    let found = Found {
        rank: Rank::Context,
        confidence: Some(confidence),
        identity,
        ..Found::verified(text.as_bytes(), password.span)
    };
    Some(found.low_when(doubtful))
}

fn target(password: &UriPassword) -> String {
    format!("{}://{}@{}", password.scheme, password.user, password.host)
}

/// `https://<token>@host`: only what is plainly no user's name.
fn as_user(text: &str, login: Login) -> Option<Found> {
    let token = text.get(login.span.range())?;
    let value = token.as_bytes();
    let made = value.len() >= UNGUESSABLE && sample::is_machine_made(value) && !sample::is_sample(value);
    let plain = value.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    let known = login.scheme.ends_with("http") || login.scheme.ends_with("https");
    let found = Found {
        rank: Rank::Context,
        confidence: Some(Confidence::Low),
        ..Found::verified(text.as_bytes(), login.span)
    };
    let open = value::is_reference(token) || value::is_placeholder(token);
    (known && made && plain && !open).then_some(found)
}

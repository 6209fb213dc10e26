//! The decision procedure: reference context, then what the key says, then what the value is.
//!
//! It does not know trees: ancestors and siblings are handed to it.

use super::placeholder::{self, Stand};
use super::reference::{self, Reference};
use super::vocabulary::{self, Class, Kind};
use super::{Context, Judgement, Verdict, quality, uri, words};
use crate::model::Confidence;

/// `Authorization: Bearer …`
const SCHEMES: &[&str] = &["Bearer ", "bearer ", "Basic ", "basic ", "Token ", "token ", "Bot ", "ApiKey "];

/// A longer value is a document, not a credential of one line.
const LONGEST: usize = 64 * 1024;

/// Judges the value of a scalar by the keys above it and by itself.
pub fn judge(context: Context, value: &str) -> Judgement {
    let value = value.trim();
    if value.is_empty() || !context.quoted && matches!(value, "~" | "null" | "Null" | "NULL") {
        return said(Verdict::Empty, "is empty");
    }
    match class_in(context) {
        None if !quality::is_private_key(value) => said(Verdict::Innocent, "has a key that says nothing"),
        Some(Class::NotSecret) => said(Verdict::Innocent, "has a key that is known to be harmless"),
        _ if context.keys.iter().rev().any(|key| vocabulary::names_everything_below(key)) => {
            said(Verdict::Name, "stands in a block of references")
        }
        None => certain(Confidence::High, "is a private key"),
        Some(Class::Reference) => said(Verdict::Name, "is the name of a Secret or of a place in a store"),
        Some(Class::KeyName) => said(Verdict::Name, "is the name of a key in a Secret"),
        Some(Class::Ambiguous) => judge_ambiguous(context, value),
        Some(Class::Value(kind)) => judge_value(kind, own_key(context.keys), context.quoted, value),
    }
}

/// Judges a value that is known to stand where a password stands.
pub fn judge_literal_password(value: &str) -> Judgement {
    judge_value(Kind::Password, "", true, value.trim())
}

/// Judges a string literal of source code by the name that it is given. There most strings under such names are names
/// themselves, texts for people, or made up for a test: a word alone is none.
pub fn judge_in_code(name: &str, value: &str) -> Judgement {
    let judgement = judge(Context { keys: &[name], siblings: &Vec::new, quoted: true }, value);
    let Verdict::Credential(confidence) = judgement.verdict else { return judgement };
    match value {
        _ if value.contains(char::is_whitespace) || !reference::holes(value).is_empty() || holds_format(value) => {
            said(Verdict::Innocent, "is text of a program")
        }
        _ if quality::is_private_key(value) || quality::is_jwt(value) => judgement,
        _ if value.split(['.', ':', '/']).count() > 1 && value.split(['.', ':', '/']).all(quality::is_wordy) => {
            said(Verdict::Name, "is a path of names")
        }
        _ if mentions_credentials(value) && quality::is_wordy(value) => {
            said(Verdict::Innocent, "is made of words for credentials")
        }
        _ if !quality::is_varied(value) => said(Verdict::Innocent, "is a word in a program"),
        _ => certain(confidence.min(Confidence::Medium), judgement.reason),
    }
}

/// `%s`, `{0}`, `{}`
fn holds_format(value: &str) -> bool {
    value.split('%').skip(1).any(|rest| rest.starts_with(['s', 'd', 'v', 'q']))
        || value.contains("{}")
        || value.contains("{0}")
}

/// A word for a credential is among its own words.
fn mentions_credentials(value: &str) -> bool {
    let mut mentions = false;
    words::split(value, |word| mentions |= vocabulary::class_of(word).is_some());
    mentions
}

/// Judges an entry of a Secret, decoded: there every literal is a credential unless its key or its text says otherwise.
pub fn judge_in_secret(key: &str, value: &str) -> Judgement {
    let value = value.trim();
    if value.is_empty() {
        return said(Verdict::Empty, "is empty");
    }
    match vocabulary::class_of(key) {
        Some(Class::Value(kind)) => in_secret(judge_value(kind, key, true, value)),
        Some(Class::Ambiguous) => in_secret(judge_value(Kind::Token, key, true, value)),
        Some(_) => said(Verdict::Innocent, "has a key that is known to be harmless"),
        None => judge_unnamed(key, value),
    }
}

/// An entry of a Secret whose key says nothing.
fn judge_unnamed(key: &str, value: &str) -> Judgement {
    if let Some(judgement) = judge_stand_in(value) {
        return match judgement.verdict {
            Verdict::WeakDefault if vocabulary::is_plain_in_a_secret(key) => said(Verdict::Innocent, "is a name"),
            _ => judgement,
        };
    }
    match value {
        _ if quality::is_private_key(value) || quality::is_jwt(value) || quality::holds_credentials(value) => {
            certain(Confidence::High, "is key material")
        }
        _ if quality::is_hash(value) => certain(Confidence::Medium, "is the hash of a password"),
        _ if vocabulary::is_plain_in_a_secret(key) => said(Verdict::Innocent, "has a key that is known to be harmless"),
        _ if quality::is_public(value) => said(Verdict::Innocent, "is public"),
        _ if quality::is_url(value) => judge_connection(value),
        _ if is_plain_scalar(true, value) || quality::is_number(value) => said(Verdict::Innocent, "is a setting"),
        _ if value.contains('\n') || quality::is_sentence(value) || quality::is_markup(value) => {
            said(Verdict::Innocent, "is text")
        }
        _ if names_something(value) => said(Verdict::Name, "is the name of a variable, a file or a path"),
        _ if quality::is_mail_address(value) => said(Verdict::Name, "is a mail address"),
        _ if value.split(',').all(|word| quality::is_identifier(word) || quality::is_label(word)) => {
            certain(Confidence::Low, "is a word in a Secret")
        }
        _ => certain(Confidence::Medium, "is a literal in a Secret"),
    }
}

/// That it stands in a Secret makes a doubtful literal a likely one.
fn in_secret(judgement: Judgement) -> Judgement {
    match judgement.verdict {
        Verdict::Credential(Confidence::Low) => {
            Judgement { verdict: Verdict::Credential(Confidence::Medium), ..judgement }
        }
        _ => judgement,
    }
}

/// What sort of credential the keys promise, if they do; `keys` as in `Context`.
pub fn kind_of(keys: &[&str]) -> Option<Kind> {
    match class_in(Context { keys, siblings: &Vec::new, quoted: true })? {
        Class::Value(kind) => Some(kind),
        Class::Ambiguous => Some(Kind::Token),
        _ => None,
    }
}

/// The class of the value's own key, of the key above it where its own only says "value", and what neighbours make of
/// an ambiguous one.
fn class_in(context: Context) -> Option<Class> {
    let (own, above) = (context.keys.last()?, context.keys.iter().rev().nth(1));
    let class = vocabulary::class_of(own).or_else(|| inherited(own, above?));
    match class {
        Some(Class::Ambiguous) if is_secret_key(own) && has_access_key(&(context.siblings)()) => {
            Some(Class::Value(Kind::Token))
        }
        class => class,
    }
}

/// `salt: {value: …}` and `passwords: {alice: …}`.
fn inherited(own: &str, above: &str) -> Option<Class> {
    let several = above.ends_with('s') && !above.ends_with("ss");
    match vocabulary::class_of(above)? {
        class if vocabulary::is_inheriting(own) => Some(class),
        Class::Value(Kind::Password) if several => Some(Class::Value(Kind::Password)),
        Class::Value(Kind::Token | Kind::Key) if several => Some(Class::Ambiguous),
        _ => None,
    }
}

fn has_access_key(siblings: &[&str]) -> bool {
    siblings.iter().any(|key| {
        matches!(words::Words::of(key).as_str(), "access key" | "access key id" | "accesskey" | "accesskeyid")
    })
}

fn is_secret_key(key: &str) -> bool {
    matches!(words::Words::of(key).as_str(), "secret key" | "secretkey" | "secret" | "s3 secret key")
}

fn judge_ambiguous(context: Context, value: &str) -> Judgement {
    if is_name_and_key(&(context.siblings)()) {
        return said(Verdict::Name, "stands beside the name of a Secret");
    }
    if placeholder::of(value) == Some(Stand::WellKnown) {
        return said(Verdict::Name, "is a name");
    }
    if let Some(judgement) = judge_stand_in(value) {
        return judgement;
    }
    if is_plain_scalar(context.quoted, value) {
        return said(Verdict::Innocent, "is a setting");
    }
    match value {
        _ if quality::is_private_key(value) || quality::is_jwt(value) => certain(Confidence::High, "is key material"),
        _ if quality::is_public(value) => said(Verdict::Innocent, "is public"),
        _ if names_something(value) || quality::is_identifier(value) || quality::is_label(value) => {
            said(Verdict::Name, "is a name")
        }
        _ if value.len() > LONGEST
            || value.contains(char::is_whitespace)
            || quality::is_url(value)
            || quality::is_pattern(value) =>
        {
            said(Verdict::Innocent, "is text")
        }
        _ if quality::is_number(value) => said(Verdict::Innocent, "is a number"),
        _ if quality::is_uuid(value) => {
            certain(Confidence::Low, "is a random identifier under a key that may be a credential's")
        }
        _ if quality::is_random(value) => {
            certain(Confidence::Medium, "is random under a key that may be a credential's")
        }
        _ if quality::is_strong(value) && !quality::is_wordy(value) => {
            certain(Confidence::Medium, "looks like a password under a key that may be a credential's")
        }
        _ if quality::is_strong(value) => certain(Confidence::Low, "may be a password"),
        _ => said(Verdict::Innocent, "does not look like a credential"),
    }
}

/// A Secret's name and a key in it: `{secret, key}`, `{secretName, secretKey}`, `{secretKey, remoteRef}`.
fn is_name_and_key(siblings: &[&str]) -> bool {
    let has = |wanted: &[&str]| siblings.iter().any(|key| wanted.iter().any(|word| key.eq_ignore_ascii_case(word)));
    has(&["secret", "secretName", "name", "secret_name", "envName", "remoteRef", "sourceRef", "match"])
        && has(&["key", "secretKey", "secret_key"])
        && !has_access_key(siblings)
}

fn judge_value(kind: Kind, key: &str, quoted: bool, value: &str) -> Judgement {
    if kind == Kind::Connection {
        return judge_connection(value);
    }
    let value = SCHEMES.iter().find_map(|scheme| value.strip_prefix(scheme)).map_or(value, str::trim);
    if let Some(judgement) = judge_stand_in(value) {
        return judgement;
    }
    if is_plain_scalar(quoted, value)
        && !(kind == Kind::Password && value.len() >= 6 && value.bytes().all(|byte| byte.is_ascii_digit()))
    {
        return said(Verdict::Innocent, "is a setting");
    }
    if quality::is_private_key(value) || quality::is_jwt(value) || quality::holds_credentials(value) {
        return certain(Confidence::High, "is key material");
    }
    if quality::is_public(value) {
        return said(Verdict::Innocent, "is public");
    }
    if value.len() > LONGEST || value.lines().count() > 1 {
        return said(Verdict::Innocent, "is text of several lines");
    }
    if names_something(value) {
        return said(Verdict::Name, "is the name of a variable, a file or a path");
    }
    if repeats(key, value) {
        return said(Verdict::Placeholder, "repeats its key");
    }
    if quality::is_url(value) || quality::is_pattern(value) {
        return said(Verdict::Innocent, "is a URL or a pattern");
    }
    match kind {
        Kind::Password => judge_password(key, value),
        _ => judge_machine_made(value),
    }
}

fn judge_password(key: &str, value: &str) -> Judgement {
    let phrase = words::Words::of(key).as_str().ends_with("phrase") || key.eq_ignore_ascii_case("mnemonic");
    let plain = value.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-');
    match value {
        _ if quality::is_hash(value) => certain(Confidence::Medium, "is the hash of a password"),
        _ if quality::is_sentence(value) && !phrase => said(Verdict::Innocent, "is a sentence"),
        _ if value.chars().count() < 6 => certain(Confidence::Low, "is very short for a password"),
        _ if plain && quality::is_label(value) => certain(Confidence::Low, "is made of words under a password's key"),
        _ if quality::is_strong(value) || quality::is_random(value) => {
            certain(Confidence::High, "is a password under a password's key")
        }
        _ => certain(Confidence::Medium, "is a literal under a password's key"),
    }
}

fn judge_machine_made(value: &str) -> Judgement {
    match value {
        _ if value.contains(char::is_whitespace) || quality::is_sentence(value) => said(Verdict::Innocent, "is text"),
        _ if quality::is_number(value) && value.len() < 16 => said(Verdict::Innocent, "is a number"),
        _ if value.split([':', '/']).all(|part| quality::is_label(part) || quality::is_identifier(part)) => {
            said(Verdict::Name, "is a name")
        }
        _ if quality::is_wordy_base64(value) => certain(Confidence::Low, "is a text of words in base64"),
        _ if quality::is_random(value) => certain(Confidence::High, "is random under a credential's key"),
        _ if quality::is_uuid(value) || quality::is_strong(value) => {
            certain(Confidence::Medium, "is a literal under a credential's key")
        }
        _ if value.len() >= 8 && !quality::is_identifier(value) => {
            certain(Confidence::Medium, "is a literal under a credential's key")
        }
        _ => certain(Confidence::Low, "is a word under a credential's key"),
    }
}

fn judge_connection(value: &str) -> Judgement {
    let judged = uri::passwords(value).into_iter().map(|password| password.verdict(value));
    judged.max_by_key(|judgement| weight(judgement.verdict)).unwrap_or(said(Verdict::Innocent, "holds no password"))
}

fn weight(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Credential(confidence) => 2 + confidence as u8,
        Verdict::WeakDefault => 1,
        _ => 0,
    }
}

/// References, placeholders, well-known defaults: the same under every key.
fn judge_stand_in(value: &str) -> Option<Judgement> {
    match reference::of(value) {
        Some(Reference::Whole(reason)) => return Some(said(Verdict::Reference, reason)),
        Some(Reference::Fallback(literal)) => return Some(judge_fallback(literal)),
        Some(Reference::Partial) => return Some(judge_around_holes(value)),
        None => {}
    }
    Some(match placeholder::of(value)? {
        Stand::Placeholder(reason) => said(Verdict::Placeholder, reason),
        Stand::WeakDefault(reason) => said(Verdict::WeakDefault, reason),
        Stand::WellKnown => said(Verdict::WeakDefault, "is a default that everybody knows"),
        Stand::Setting => said(Verdict::Innocent, "is a setting"),
    })
}

/// The literal of `${VAR:-literal}` is deployed when the variable is not set.
fn judge_fallback(literal: &str) -> Judgement {
    let bare = literal.trim_matches(['"', '\'']);
    if bare.is_empty() || reference::of(bare).is_some() {
        return said(Verdict::Reference, "refers to a variable");
    }
    match placeholder::of(bare) {
        Some(Stand::WeakDefault(_) | Stand::WellKnown) => {
            said(Verdict::WeakDefault, "falls back to a default that everybody knows")
        }
        Some(_) => said(Verdict::Reference, "refers to a variable"),
        None if names_something(bare) || bare.contains(char::is_whitespace) => {
            said(Verdict::Reference, "refers to a variable")
        }
        None => certain(Confidence::Medium, "falls back to a literal"),
    }
}

fn judge_around_holes(value: &str) -> Judgement {
    match reference::literals(value, &reference::holes(value)).any(|literal| quality::is_random(literal.trim())) {
        true => certain(Confidence::Medium, "is random text around a variable"),
        false => said(Verdict::Reference, "is text around a variable or a template"),
    }
}

fn names_something(value: &str) -> bool {
    let names_a_key =
        value.rsplit_once(':').is_some_and(|(_, key)| quality::is_wordy(value) && vocabulary::class_of(key).is_some());
    names_a_key
        || quality::is_path(value)
        || quality::is_file_name(value)
        || quality::is_variable(value)
        || quality::is_key_path(value)
}

/// `apiKey: api-key`, `clientSecret: CLIENT_SECRET`.
fn repeats(key: &str, value: &str) -> bool {
    let (key, value) = (words::Words::of(key), words::Words::of(value));
    !value.as_str().is_empty()
        && (key.as_str() == value.as_str()
            || key.as_str().strip_suffix(value.as_str()).is_some_and(|before| before.ends_with(' ')))
}

/// An unquoted number or boolean; also `"true"`.
fn is_plain_scalar(quoted: bool, value: &str) -> bool {
    let number = value.strip_prefix(['-', '+']).unwrap_or(value);
    let number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    matches!(value, "true" | "false" | "True" | "False" | "yes" | "no") || number && (!quoted || value.len() < 6)
}

fn own_key<'a>(keys: &[&'a str]) -> &'a str {
    keys.iter().rev().find(|key| !vocabulary::is_inheriting(key)).copied().unwrap_or("")
}

fn said(verdict: Verdict, reason: &'static str) -> Judgement {
    Judgement { verdict, reason }
}

fn certain(confidence: Confidence, reason: &'static str) -> Judgement {
    said(Verdict::Credential(confidence), reason)
}

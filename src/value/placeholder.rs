//! Values that stand for a credential that is still to be filled in, and defaults that everybody knows.
//!
//! It does not know the key above a value. A word inside a random value proves nothing: words count where they stand
//! alone between separators and the rest is words too.

use super::words;

/// What a well-known value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// To be filled in; says why.
    Placeholder(&'static str),
    /// It works and asks to be changed, or says that it is not safe.
    WeakDefault(&'static str),
    /// It works, and everybody knows it; it may be a user's or a server's name as well.
    WellKnown,
    /// A setting's word: `none`, `required`, `string`.
    Setting,
}

/// Without separators and case; they work as passwords and ask to be changed.
const CHANGE_ME: &[&str] = &[
    "changeit",
    "changeme",
    "changemeinproduction",
    "changemenow",
    "changemeplease",
    "changethis",
    "changethispassword",
    "pleasechange",
    "pleasechangeme",
    "pleasechangethis",
];

/// Defaults of charts, images and manuals, lower case.
const WELL_KNOWN: &[&str] = &[
    "1234",
    "12345",
    "123456",
    "1234567",
    "12345678",
    "123456789",
    "1234567890",
    "abc123",
    "adminadmin",
    "admin",
    "admin123",
    "administrator",
    "airflow",
    "argocd",
    "bitnami",
    "calvin",
    "cassandra",
    "debezium",
    "default",
    "demo",
    "devpass",
    "devpassword",
    "django",
    "docker",
    "elastic",
    "gitea",
    "grafana",
    "guest",
    "harbor",
    "harbor12345",
    "influxdb",
    "jenkins",
    "kafka",
    "keycloak",
    "kong",
    "langfuse",
    "letmein",
    "mariadb",
    "minio",
    "minio123",
    "minioadmin",
    "mongo",
    "mongodb",
    "mysql",
    "mysecretpassword",
    "mypassword",
    "n8n",
    "neo4j",
    "nextcloud",
    "odoo",
    "openldap",
    "oracle",
    "p@ssw0rd",
    "p@ssword",
    "pass",
    "passw0rd",
    "passwd",
    "password",
    "password1",
    "password123",
    "postgres",
    "postgresql",
    "prom-operator",
    "public",
    "qwerty",
    "rabbitmq",
    "redis",
    "redispassword",
    "root",
    "rootpass",
    "rootpassword",
    "sa",
    "secret",
    "secretpassword",
    "sentry",
    "sonar",
    "sonarqube",
    "superset",
    "supersecret",
    "system",
    "temporal",
    "test",
    "test123",
    "test1234",
    "testing",
    "testpass",
    "testpassword",
    "topsecret",
    "toor",
    "user",
    "user123",
    "vagrant",
    "vault",
    "welcome",
    "welcome1",
    "wordpress",
    "zabbix",
    "zipkin",
];

/// A value that is one of these words is a setting or a type, never a credential.
const SETTINGS: &[&str] = &[
    "any",
    "array",
    "ask",
    "auto",
    "base64",
    "basic",
    "bearer",
    "binary",
    "bool",
    "boolean",
    "bytes",
    "disabled",
    "empty",
    "enabled",
    "env",
    "false",
    "file",
    "float",
    "generate",
    "generated",
    "hidden",
    "inherit",
    "int",
    "integer",
    "jwt",
    "manual",
    "map",
    "n/a",
    "na",
    "never",
    "nil",
    "no",
    "none",
    "null",
    "number",
    "object",
    "off",
    "on",
    "opaque",
    "optional",
    "prompt",
    "random",
    "required",
    "str",
    "string",
    "text",
    "true",
    "unchanged",
    "undefined",
    "unset",
    "unused",
    "yes",
];

/// One of these between separators makes a value of words a placeholder.
const STANDS_FOR: &[&str] = &[
    "xxx",
    "changeme",
    "dummy",
    "example",
    "fake",
    "fixme",
    "goes",
    "here",
    "insert",
    "mock",
    "placeholder",
    "redacted",
    "replace",
    "replaceme",
    "sample",
    "stub",
    "tbd",
    "todo",
    "yours",
    "your",
    "masked",
    "fill",
    "enter",
];

/// What `value` stands for, if it is one of the well-known ones. `value` is trimmed and not empty.
pub fn of(value: &str) -> Option<Stand> {
    let lower = value.to_ascii_lowercase();
    let lower = lower.as_str();
    if SETTINGS.contains(&lower) {
        return Some(Stand::Setting);
    }
    if let Some(reason) = masked(value).or_else(|| bracketed(value)) {
        return Some(Stand::Placeholder(reason));
    }
    let bare: String = lower.chars().filter(char::is_ascii_alphanumeric).collect();
    if CHANGE_ME.contains(&bare.as_str()) {
        return Some(Stand::WeakDefault("asks to be changed"));
    }
    if WELL_KNOWN.contains(&lower) {
        return Some(Stand::WellKnown);
    }
    worded(value, &bare)
}

/// `xxxx`, `****`, `AIzaSy...`, `sk-xxxxxxxx`, `REDACTED` runs.
fn masked(value: &str) -> Option<&'static str> {
    if value.contains("...") || value.contains('…') {
        return Some("is shortened");
    }
    let first = value.chars().next()?;
    if value.len() <= 3 && value.bytes().all(|byte| matches!(byte, b'*' | b'?' | b'-' | b'.')) {
        return Some("is a pattern for any value");
    }
    if value.chars().count() >= 3 && value.chars().all(|character| character == first) && !first.is_ascii_alphabetic() {
        return Some("is masked");
    }
    let longest =
        |wanted: fn(char) -> bool| value.split(|character| !wanted(character)).map(str::len).max().unwrap_or(0);
    let (crosses, stars) =
        (longest(|character| matches!(character, 'x' | 'X')), longest(|character| matches!(character, '*' | '•')));
    let rest =
        value.chars().filter(|character| character.is_ascii_alphanumeric() && !matches!(character, 'x' | 'X')).count();
    let crossed = crosses >= 6 || crosses >= 3 && rest <= 2;
    (crossed || stars >= 3).then_some("is masked")
}

/// `<token>`, `[your password]`, `{password}`.
fn bracketed(value: &str) -> Option<&'static str> {
    let inside = [("<", ">"), ("[", "]")]
        .into_iter()
        .find_map(|(open, close)| value.strip_prefix(open)?.strip_suffix(close))
        .filter(|inside| inside.chars().any(char::is_alphabetic))?;
    let text = |character: char| character.is_alphanumeric() || " _-.:/'`|".contains(character);
    inside.chars().all(text).then_some("is a placeholder in brackets")
}

/// `your-password`, `example-token`, `dev-only-not-a-real-key`, `AKIA…EXAMPLE`.
fn worded(value: &str, bare: &str) -> Option<Stand> {
    const REASON: &str = "is made of words that stand for a value";
    if value.ends_with("EXAMPLE") || value.ends_with("EXAMPLEKEY") {
        return Some(Stand::Placeholder("is an example from a manual"));
    }
    if value.len() > 100 || value.contains(['{', '"', '\n']) {
        return None;
    }
    let mut said = Vec::new();
    words::split(value, |word| said.push(word.to_ascii_lowercase()));
    // One token that is no word, or a confetti of letters, and the rest proves nothing.
    if said.iter().any(|word| !is_word(word)) || said.len() > 3 && bare.len() < 3 * said.len() {
        return None;
    }
    let has = |wanted: &str| said.iter().any(|word| word == wanted);
    if has("not") && (has("secure") || has("safe")) || has("insecure") {
        return Some(Stand::WeakDefault("says that it is not safe"));
    }
    if has("not") && (has("real") || has("secret") || has("used"))
        || said.iter().any(|word| STANDS_FOR.contains(&word.as_str()))
    {
        return Some(Stand::Placeholder(REASON));
    }
    if (has("change") || has("replace")) && (has("me") || has("this") || has("it") || has("before") || has("in")) {
        return Some(Stand::WeakDefault("asks to be changed"));
    }
    let glued = ["your", "base64encoded", "example", "placeholder", "insertyour", "replacewith", "changeme", "dummy"];
    (bare.len() <= 40 && glued.iter().any(|start| bare.starts_with(start))).then_some(Stand::Placeholder(REASON))
}

/// A word or a number as people write them, not a piece of something random.
fn is_word(word: &str) -> bool {
    let word = word.strip_prefix("base64").filter(|rest| !rest.is_empty()).unwrap_or(word);
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    match digits {
        0 => word.len() <= 20,
        _ => digits == word.len() && digits <= 4 || digits <= 2 && word.len() <= 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_known() {
        let stand_ins = [
            "<token>",
            "<your token here>",
            "xxxx",
            "XXXXXXXX",
            "***",
            "sk-xxxxxxxxxxxx",
            "your-password",
            "YOUR_API_KEY",
            "yourtoken",
            "example",
            "example-token",
            "base64encodedaccountkey",
            "REDACTED",
            "[REDACTED]",
            "AIzaSy...",
            "sk-proj-…",
            "TODO",
            "dummy",
            "dummy-key",
            "placeholder",
            "dev-only-not-a-real-key",
            "REPLACE_ME",
            "replace-with-token",
            "insert_token_here",
            "........",
            "?*",
            "*",
            "00000000",
        ];
        for value in stand_ins {
            assert!(
                matches!(of(value), Some(Stand::Placeholder(_) | Stand::WeakDefault(_))),
                "{value}: {:?}",
                of(value)
            );
        }
    }

    #[test]
    fn defaults_that_work_are_weak() {
        for value in [
            "changeme",
            "CHANGE_ME",
            "ChangeMe!",
            "changeit",
            "Harbor12345",
            "minioadmin",
            "guest",
            "postgres",
            "not-a-secure-key",
        ] {
            assert!(matches!(of(value), Some(Stand::WeakDefault(_) | Stand::WellKnown)), "{value}: {:?}", of(value));
        }
    }

    #[test]
    fn words_inside_random_values_prove_nothing() {
        for value in [
            "aZ3exampleQ9x7Lw2",
            "example-9f8a7d6f87a6df87",
            "hunter2",
            "dev-password-123",
            "t0doIt!Now9",
            "correct horse",
        ] {
            assert_eq!(of(value), None, "{value}");
        }
    }
}

//! What a literal looks like by itself: random, a password of a person, a name, a sentence, a number, public text.
//!
//! It does not know keys. Thresholds are for a value whose key already speaks for a credential.

use super::words;

/// A shorter value is not called random: words of this length have the same entropy.
const SHORTEST_RANDOM: usize = 12;

/// File names and what they are worth as values: nothing.
const EXTENSIONS: &[&str] = &[
    "cer",
    "cert",
    "cfg",
    "conf",
    "config",
    "crt",
    "csr",
    "csv",
    "db",
    "der",
    "env",
    "gpg",
    "html",
    "ini",
    "jks",
    "js",
    "json",
    "key",
    "keystore",
    "log",
    "md",
    "p12",
    "p8",
    "pem",
    "pfx",
    "properties",
    "pub",
    "py",
    "sh",
    "sql",
    "toml",
    "tpl",
    "ts",
    "txt",
    "xml",
    "yaml",
    "yml",
];

/// Characters of base64 that the shortest private key has between its lines.
const SHORTEST_KEY: usize = 40;

/// A private key with a body, as PEM or as PEM in base64.
pub fn is_private_key(value: &str) -> bool {
    has_key_block(value)
        || value.trim_start().starts_with("LS0tLS1CRUdJTi")
            && base64_text(value).is_some_and(|text| has_key_block(&text))
}

fn has_key_block(text: &str) -> bool {
    let Some((_, behind)) = text.split_once("PRIVATE KEY-----") else { return false };
    let body = behind.split("-----END").next().unwrap_or("");
    is_whole_body(body) && body.bytes().filter(u8::is_ascii_alphanumeric).count() >= SHORTEST_KEY
}

/// Lines of base64, also written with `\n`, behind a few headers; `...` or `<key>` among them says that it is left out.
fn is_whole_body(body: &str) -> bool {
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/= \t\r\\\"'".contains(&byte);
    body.split('\n').all(|line| line.contains(": ") || line.bytes().all(base64))
}

/// Certificates and public keys.
pub fn is_public(value: &str) -> bool {
    let value = value.trim_start();
    let public = ["ssh-rsa ", "ssh-ed25519 ", "ecdsa-sha2-", "age1", "ssh-dss "];
    public.iter().any(|start| value.starts_with(start))
        || value.starts_with("-----BEGIN ") && !has_key_block(value)
        || value.starts_with("LS0tLS1CRUdJTi") && !is_private_key(value)
}

/// A JSON Web Token by its shape.
pub fn is_jwt(value: &str) -> bool {
    value.starts_with("eyJ") && value.split('.').count() == 3 && value.len() > 40
}

/// A document that holds credentials, plain or in base64: a service account, a docker configuration, a kubeconfig.
pub fn holds_credentials(value: &str) -> bool {
    const MARKS: &[&str] =
        &["\"auths\"", "client-key-data", "\"auth\"", "\"password\"", "aws_secret_access_key", "\"client_secret\""];
    let within = |text: &str| MARKS.iter().any(|mark| text.contains(mark)) || has_key_block(text);
    within(value) || base64_text(value).is_some_and(|text| within(&text))
}

/// A password's hash: `$2y$10$…`, `$argon2id$…`, `{SSHA}…`, an htpasswd line.
pub fn is_hash(value: &str) -> bool {
    let hash = value.split_once(':').map_or(value, |(_, hash)| hash);
    let kinds = [
        "$2a$",
        "$2b$",
        "$2y$",
        "$argon2",
        "$apr1$",
        "$5$",
        "$6$",
        "$pbkdf2",
        "{SSHA",
        "{SHA}",
        "{CRYPT}",
        "$scrypt$",
        "SCRAM-SHA-",
    ];
    kinds.iter().any(|kind| hash.starts_with(kind)) && hash.len() > 20
}

/// Nothing that a dictionary and a pattern of words would make.
pub fn is_random(value: &str) -> bool {
    value.len() >= SHORTEST_RANDOM
        && !value.contains(char::is_whitespace)
        && !is_wordy(value)
        && entropy(value.as_bytes()) >= 0.8 * ceiling(value.len())
}

/// Long enough and of three kinds of characters: `Tr0ub4dor&3`.
pub fn is_strong(value: &str) -> bool {
    value.chars().count() >= 8 && !value.contains(char::is_whitespace) && classes(value) >= 3
}

/// Of letters and something else: digits among them, or signs that no word has.
pub fn is_varied(value: &str) -> bool {
    let has = |wanted: fn(u8) -> bool| value.bytes().any(wanted);
    has(|byte| byte.is_ascii_alphabetic()) && has(|byte| byte.is_ascii_digit())
        || !is_wordy(value) && classes(value) >= 2
        || value.len() >= 6 && value.bytes().all(|byte| byte.is_ascii_digit())
}

/// How many of small letters, capitals, digits and the rest it is made of.
pub fn classes(value: &str) -> usize {
    let has = |wanted: fn(&char) -> bool| usize::from(value.chars().any(|character| wanted(&character)));
    has(char::is_ascii_lowercase)
        + has(char::is_ascii_uppercase)
        + has(char::is_ascii_digit)
        + has(|character| !character.is_ascii_alphanumeric())
}

/// A sentence or a title: words of letters with spaces between them, or a script that has none.
pub fn is_sentence(value: &str) -> bool {
    if !value.is_ascii() && !value.contains(|character: char| character.is_ascii_alphanumeric()) {
        return true;
    }
    let words: Vec<&str> = value.split_whitespace().collect();
    if words.len() < 2 || value.len() > 4096 {
        return words.len() >= 2;
    }
    let plain =
        |word: &&&str| word.chars().all(|character| character.is_alphabetic() || ",.:;!?'\"()/-`".contains(character));
    let plain = words.iter().filter(plain).count();
    plain * 4 >= words.len() * 3
}

/// A number, a version or a range of versions (`^9.0.2`), a duration, a size, a date.
pub fn is_number(value: &str) -> bool {
    let value = value.trim_start_matches(['^', '~', '>', '<', '=']);
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let unit = value.trim_start_matches(|character: char| {
        character.is_ascii_digit() || matches!(character, '.' | '-' | '+' | ':' | '_' | ',')
    });
    digits > 0
        && unit.len() <= 3
        && digits + 3 >= value.len() / 2
        && value.starts_with(|character: char| character.is_ascii_digit() || "-+.v".contains(character))
        && unit.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'%')
}

/// A path: absolute, relative or a Windows one, made of words.
pub fn is_path(value: &str) -> bool {
    let start = ["/", "./", "../", "~/", "C:\\", "\\\\"].iter().any(|start| value.starts_with(start));
    let plain = |character: char| character.is_ascii_alphanumeric() || "/._-~\\:@*".contains(character);
    let parts = || value.split(['/', '\\']).filter(|part| !part.is_empty());
    value.chars().all(plain)
        && (start
            && parts().count() >= 1
            && parts().all(|part| !is_random(part))
            && (parts().count() > 1 || is_wordy(value))
            || parts().count() >= 2 && parts().all(is_wordy))
}

pub fn is_url(value: &str) -> bool {
    value.split_once("://").is_some_and(|(scheme, rest)| {
        !rest.is_empty()
            && scheme.len() <= 30
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b':'))
    })
}

/// `server.key`, `thanos.yaml`, `.dockerconfigjson`.
pub fn is_file_name(value: &str) -> bool {
    let Some((stem, extension)) = value.rsplit_once('.') else { return false };
    let plain = stem.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'/'));
    plain && EXTENSIONS.contains(&extension.to_ascii_lowercase().as_str()) && !is_random(stem)
        || value.starts_with('.') && plain && stem.is_empty() && extension.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// `my-app-credentials`: small letters, words, at least one hyphen.
pub fn is_label(value: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    value.contains('-')
        && value.starts_with(|c: char| c.is_ascii_lowercase())
        && value.bytes().all(plain)
        && is_wordy(value)
}

/// `DB_PASSWORD`: the name of a variable.
pub fn is_variable(value: &str) -> bool {
    value.contains('_')
        && value.starts_with(|c: char| c.is_ascii_uppercase())
        && value.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
        && is_wordy(value)
}

/// `form.password`, `auth.token.value`: a path of keys.
pub fn is_key_path(value: &str) -> bool {
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-'))
    };
    value.contains('.') && value.split('.').all(part) && is_wordy(value)
}

/// An identifier of one or more words without digits: `userPassword`, `client_secret`, `license`.
pub fn is_identifier(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-' | b'.')) && is_wordy(value)
}

/// A document in braces, brackets or tags: JSON, XML, a block of a configuration.
pub fn is_markup(value: &str) -> bool {
    [('{', '}'), ('[', ']'), ('<', '>')].iter().any(|(open, close)| value.starts_with(*open) && value.ends_with(*close))
        || value.ends_with('}') && value.contains(" {")
}

/// `noreply@shop.internal`: a name of words at a host of words.
pub fn is_mail_address(value: &str) -> bool {
    let name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'+');
    value.split_once('@').is_some_and(|(user, host)| {
        let top = host.rsplit_once('.').map_or("", |(_, top)| top);
        top.len() >= 2
            && top.bytes().all(|byte| byte.is_ascii_lowercase())
            && [user, host].iter().all(|part| part.bytes().all(name) && is_wordy(part))
    })
}

/// A regular expression or a pattern of one.
pub fn is_pattern(value: &str) -> bool {
    value.len() > 2 && value.starts_with('^') && value.ends_with('$')
        || ["[a-z", "[A-Z", "[0-9", "(?:", "(?i", "\\d", "\\w", "\\s", ".*", ".+"]
            .iter()
            .filter(|piece| value.contains(**piece))
            .count()
            >= 1
            && value.contains(['[', '(', '\\'])
}

/// `3f2504e0-4f89-11d3-9a0c-0305e82c3301`: as often an identifier as a credential.
pub fn is_uuid(value: &str) -> bool {
    let lengths = value.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && value.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// Every piece between separators is a word or a number as people write them, and the pieces are not confetti.
pub fn is_wordy(value: &str) -> bool {
    let (mut wordy, mut pieces, mut bytes) = (value.is_ascii(), 0, 0);
    words::split(value, |word| {
        pieces += 1;
        bytes += word.len();
        wordy &= is_word(word);
    });
    wordy && pieces > 0 && (value.len() < SHORTEST_RANDOM || bytes >= 3 * pieces)
}

/// A word of letters with vowels, a few digits, or a word with a number before, in or behind it (`v2`, `s3`, `base64ed`).
fn is_word(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let numbers = word.split(|character: char| !character.is_ascii_digit()).filter(|part| !part.is_empty()).count();
    match digits {
        _ if digits == word.len() => digits <= 4,
        _ if digits > 4 || numbers > 1 || word.len() > 40 => false,
        0 => word.len() <= 4 || longest_without_vowel(word) <= 5,
        _ => word.len() <= 12 || longest_without_vowel(word) <= 5,
    }
}

fn longest_without_vowel(word: &str) -> usize {
    word.split(|character: char| "aeiouyAEIOUY".contains(character)).map(str::len).max().unwrap_or(0)
}

/// Bits per byte.
fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    bytes.iter().for_each(|&byte| counts[byte as usize] += 1);
    let total = bytes.len() as f64;
    counts
        .iter()
        .filter(|&&count| count > 0)
        .map(|&count| f64::from(count) / total)
        .map(|share| -share * share.log2())
        .sum()
}

/// The most entropy that a text of this length has when it is drawn from sixteen characters or more.
fn ceiling(length: usize) -> f64 {
    (length as f64).log2().min(4.0)
}

/// Text of words in base64: `dGVzdC1hcGkta2V5Cg==` is `test-api-key`.
pub fn is_wordy_base64(value: &str) -> bool {
    value.len().is_multiple_of(4) && base64_text(value).is_some_and(|text| is_wordy(text.trim()))
}

fn base64_text(value: &str) -> Option<String> {
    const LONGEST: usize = 1 << 20;
    if value.len() < 16 || value.len() > LONGEST {
        return None;
    }
    let compact: Vec<u8> = value.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let trimmed = &compact[..compact.len() - compact.iter().rev().take_while(|&&byte| byte == b'=').count()];
    let decoded = data_encoding::BASE64_NOPAD.decode(trimmed).ok()?;
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_values_are_told_from_words() {
        let hex = format!("{}{}", "9f86d081884c7d65", "9a2feaa0c55ad015");
        for value in ["aB3xY9qLmN0pR7tZ", hex.as_str(), "kJ8-vn2Qx_71LpaZ", "x7f2k9q4m1z8"] {
            assert!(is_random(value), "{value}");
        }
        for value in [
            "my-app-credentials",
            "correcthorsebattery",
            "thanos.yaml",
            "AIRFLOW_CORE_KEY",
            "clientSecretName",
            "short1",
            "aaaaaaaaaaaaaaaa",
        ] {
            assert!(!is_random(value), "{value}");
        }
    }

    #[test]
    fn names_and_paths_look_like_names_and_paths() {
        assert!(is_label("ai-service-db-credentials") && !is_label("x7f2k9q4m1z8-a") && !is_label("hunter2"));
        assert!(is_file_name("private.key") && is_file_name(".dockerconfigjson") && !is_file_name("pass.word1"));
        assert!(
            is_path("/run/secrets/db")
                && is_path("secret/data/db")
                && !is_path("/aB3xY9qLmN0pR7tZ+w=")
                && !is_path("hunter2")
        );
        assert!(is_variable("DB_PASSWORD") && !is_variable("HUNTER"));
        assert!(is_key_path("form.password") && !is_key_path("pass.w0rd"));
        assert!(
            is_number("30s")
                && is_number("1.2.3")
                && is_number("4096")
                && is_number("^9.0.2")
                && is_number(">=1.2")
                && !is_number("12hunter2")
        );
        assert!(
            is_mail_address("noreply@shop.internal")
                && !is_mail_address("x9K@fq2Lm7.a")
                && !is_mail_address("p@ssw0rd")
        );
        assert!(is_markup("{\"insecure\": false}") && is_markup("server { listen 80; }") && !is_markup("a}9{x"));
        assert!(is_sentence("Enter your password.") && !is_sentence("hunter2"));
        assert!(is_pattern("^[a-z0-9]+$") && !is_pattern("Tr0ub4dor&3"));
    }
}

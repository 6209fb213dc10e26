//! What the words of a key say about its value: a credential, the name of a Secret or of a key in it, or nothing.
//!
//! It does not know values. The longest phrase that matches decides; phrases that say "no credential" win over shorter
//! ones that say "credential", which is how `existingSecretPasswordKey` is not a password.

use super::words::Words;

/// What a key says about its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A literal here is a credential.
    Value(Kind),
    /// It may be one: neighbours and the value decide.
    Ambiguous,
    /// The name of a Secret or of a place in a store.
    Reference,
    /// The name of a key inside a Secret.
    KeyName,
    /// Sounds like a credential and is none.
    NotSecret,
}

/// What sort of credential a key promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Chosen by people, of any shape.
    Password,
    /// Made by machines: tokens, API keys, client secrets.
    Token,
    /// Key material: symmetric keys, salts.
    Key,
    /// A private key, PEM as a rule.
    PrivateKey,
    /// A URI or a connection string, which may hold a password.
    Connection,
    /// A document that holds credentials: a service account, a docker configuration.
    Document,
}

use Class::*;
use Kind::*;

/// Matched against the last words of a key, and the whole of it. Sorted.
const ENDINGS: &[(&str, Class)] = &[
    ("aad client secret", Value(Token)),
    ("access key", Ambiguous),
    ("access key id", NotSecret),
    ("access key secret", Value(Token)),
    ("access token secret", Value(Token)),
    ("accesskey", Ambiguous),
    ("accesskeysecret", Value(Token)),
    ("account key", Value(Token)),
    ("accountkey", Value(Token)),
    ("activation key", Value(Token)),
    ("admin key", Value(Token)),
    ("annotation key", NotSecret),
    ("api key", Value(Token)),
    ("api keys", Value(Token)),
    ("api secret", Value(Token)),
    ("apikey", Value(Token)),
    ("apikeys", Value(Token)),
    ("apisecret", Value(Token)),
    ("app key", Value(Token)),
    ("app secret", Value(Token)),
    ("appkey", Value(Token)),
    ("application key", Value(Token)),
    ("application secret", Value(Token)),
    ("appsecret", Value(Token)),
    ("audiences", NotSecret),
    ("auth key", Value(Token)),
    ("authkey", Value(Token)),
    ("authorization", Value(Token)),
    ("automount service account token", NotSecret),
    ("basic auth", Ambiguous),
    ("bearer token file", NotSecret),
    ("bundle secret", Reference),
    ("ca bundle secret", Reference),
    ("ca key", Value(PrivateKey)),
    ("ca secret", Reference),
    ("cert secret", Reference),
    ("certificate secret", Reference),
    ("certificates secret", Reference),
    ("certs secret", Reference),
    ("client key", Ambiguous),
    ("client key data", Value(PrivateKey)),
    ("client secret", Value(Token)),
    ("client secret key", KeyName),
    ("clientsecret", Value(Token)),
    ("cluster token", NotSecret),
    ("config secret", Reference),
    ("connection", Value(Connection)),
    ("connection string", Value(Connection)),
    ("connectionstring", Value(Connection)),
    ("consumer secret", Value(Token)),
    ("continue token", NotSecret),
    ("cookie key", Value(Key)),
    ("cookie secret", Value(Token)),
    ("credential", Value(Document)),
    ("credential secret", Reference),
    ("credentials", Value(Document)),
    ("credentials id", Reference),
    ("credentials json", Value(Document)),
    ("credentials secret", Reference),
    ("creds", Value(Document)),
    ("creds secret", Reference),
    ("csrf key", Value(Key)),
    ("deploy key", Ambiguous),
    ("docker config json", Value(Document)),
    ("dockerconfigjson", Value(Document)),
    ("dsn", Value(Connection)),
    ("encoded key", Value(Key)),
    ("encodedkey", Value(Key)),
    ("encryption key", Value(Key)),
    ("encryption secret", Value(Key)),
    ("encryptionkey", Value(Key)),
    ("env from secret", Reference),
    ("env from secrets", Reference),
    ("env secret", Reference),
    ("env vars secret", Reference),
    ("env vars secrets", Reference),
    ("fernet key", Value(Key)),
    ("fingerprint", NotSecret),
    ("from secret", Reference),
    ("from secrets", Reference),
    ("github pat", Value(Token)),
    ("github secret", Value(Token)),
    ("gitlab pat", Value(Token)),
    ("gitlab secret", Value(Token)),
    ("gossip key", Value(Key)),
    ("hmac key", Value(Key)),
    ("hmac secret", Ambiguous),
    ("host key", Ambiguous),
    ("htpasswd", Value(Password)),
    ("htpasswd string", Value(Password)),
    ("id token", NotSecret),
    ("image pull secret", Reference),
    ("image pull secrets", Reference),
    ("ingest key", Value(Token)),
    ("initial cluster token", NotSecret),
    ("instance label key", NotSecret),
    ("integration key", Value(Token)),
    ("jks secret key", KeyName),
    ("jwt key", Value(Key)),
    ("jwt secret", Value(Key)),
    ("jwt secret key", Value(Key)),
    ("kubeconfig", Value(Document)),
    ("licence key", Value(Token)),
    ("license key", Value(Token)),
    ("license secret", Reference),
    ("licensekey", Value(Token)),
    ("master key", Value(Key)),
    ("masterauth", Value(Password)),
    ("masterkey", Value(Key)),
    ("max tokens", NotSecret),
    ("mnemonic", Value(Password)),
    ("mtime", NotSecret),
    ("next token", NotSecret),
    ("num tokens", NotSecret),
    ("oauth secret", Value(Token)),
    ("otp secret", Value(Token)),
    ("page token", NotSecret),
    ("pass", Value(Password)),
    ("passcode", Value(Password)),
    ("passphrase", Value(Password)),
    ("passwd", Value(Password)),
    ("password", Value(Password)),
    ("password file", NotSecret),
    ("password key", KeyName),
    ("password policy", NotSecret),
    ("password secret", Reference),
    ("password secret key", KeyName),
    ("passwords", Value(Password)),
    ("passwords secret", Reference),
    ("personal access token", Value(Token)),
    ("pre shared key", Value(Key)),
    ("preshared key", Value(Key)),
    ("private key", Value(PrivateKey)),
    ("private key secret", Reference),
    ("privatekey", Value(PrivateKey)),
    ("proxy pass", NotSecret),
    ("psk", Value(Key)),
    ("public key", NotSecret),
    ("publickey", NotSecret),
    ("pull secret", Reference),
    ("pull secrets", Reference),
    ("pw", Value(Password)),
    ("pwd", Value(Password)),
    ("recovery key", Value(Key)),
    ("region key", NotSecret),
    ("remote ref", Reference),
    ("replica set key", Value(Key)),
    ("replication key", Value(Key)),
    ("requirepass", Value(Password)),
    ("root secret", Ambiguous),
    ("salt", Value(Key)),
    ("script secret", Reference),
    ("scripts secret", Reference),
    ("secret", Ambiguous),
    ("secret access key", Value(Token)),
    ("secret id", Ambiguous),
    ("secret key", Ambiguous),
    ("secret key base", Value(Key)),
    ("secret key ref", Reference),
    ("secret name", Reference),
    ("secret names", Reference),
    ("secret ref", Reference),
    ("secret refs", Reference),
    ("secret store", Reference),
    ("secret store ref", Reference),
    ("secret token", Value(Token)),
    ("secretaccesskey", Value(Token)),
    ("secretkey", Ambiguous),
    ("secretname", Reference),
    ("secretref", Reference),
    ("server key", Value(PrivateKey)),
    ("server tokens", NotSecret),
    ("service account json", Value(Document)),
    ("service account key", Value(Document)),
    ("session key", Ambiguous),
    ("session secret", Value(Token)),
    ("session signing key", Value(Key)),
    ("shared access key", Value(Token)),
    ("shared key", Value(Key)),
    ("shared secret", Value(Token)),
    ("signing key", Value(Key)),
    ("signing secret", Value(Token)),
    ("sse c key", Value(Key)),
    ("ssh key", Ambiguous),
    ("ssh private key", Value(PrivateKey)),
    ("storage key", Ambiguous),
    ("store name", Reference),
    ("subscription key", Value(Token)),
    ("tls key", Value(PrivateKey)),
    ("tls secret", Reference),
    ("token", Value(Token)),
    ("token audience", NotSecret),
    ("token endpoint", NotSecret),
    ("token expiration seconds", NotSecret),
    ("token key", Ambiguous),
    ("token secret", Ambiguous),
    ("token secret key", KeyName),
    ("token url", NotSecret),
    ("tokens", Ambiguous),
    ("topology key", NotSecret),
    ("trusted certs secret", Reference),
    ("tsig secret", Value(Token)),
    ("ttl", NotSecret),
    ("unseal key", Value(Key)),
    ("unseal keys", Value(Key)),
    ("uri", Value(Connection)),
    ("url", Value(Connection)),
    ("user key", KeyName),
    ("user secret", Reference),
    ("username key", KeyName),
    ("users secret", Reference),
    ("valkey", NotSecret),
    ("vault path", Reference),
    ("webhook secret", Value(Token)),
    ("webserver secret key", Value(Key)),
    ("write key", Value(Token)),
    ("xsrf key", Value(Key)),
];

/// Matched against the whole key only. Sorted.
const WHOLES: &[(&str, Class)] = &[
    ("auth", Ambiguous),
    ("cert", Ambiguous),
    ("extra secret", Reference),
    ("extra secrets", Reference),
    ("key", Ambiguous),
    ("keys", Ambiguous),
    ("property", Reference),
    ("secret keys", KeyName),
    ("secrets", Ambiguous),
];

/// Matched against the first words of a key. Sorted.
const BEGINNINGS: &[(&str, Class)] = &[
    ("automount", NotSecret),
    ("checksum", NotSecret),
    ("existing", Reference),
    ("extra env vars secret", Reference),
    ("extra secret", Reference),
    ("extra secrets", Reference),
    ("max", NotSecret),
    ("min", NotSecret),
    ("num", NotSecret),
    ("secret store", Reference),
    ("sha256", NotSecret),
];

/// Last words that say how a value is written or which one of several it is, not what it is.
const TRANSPARENT: &[&str] = &[
    "1",
    "2",
    "3",
    "b64",
    "backup",
    "base64",
    "current",
    "dev",
    "development",
    "json",
    "new",
    "old",
    "plain",
    "plaintext",
    "previous",
    "primary",
    "prod",
    "production",
    "raw",
    "secondary",
    "staging",
    "string",
    "test",
    "uat",
    "value",
];

/// Endings of words that were written together: `dbpassword`, `PGPASSWORD`, `authtoken`.
const GLUED: &[(&str, Class)] = &[
    ("apikey", Value(Token)),
    ("clientsecret", Value(Token)),
    ("connectionstring", Value(Connection)),
    ("passphrase", Value(Password)),
    ("passwd", Value(Password)),
    ("password", Value(Password)),
    ("privatekey", Value(PrivateKey)),
    ("secretkey", Ambiguous),
    ("token", Value(Token)),
];

/// Keys below a credential's key that hold its value: `salt: {value: …}`.
const INHERITING: &[&str] = &[
    "content",
    "current",
    "data",
    "default",
    "literal",
    "plain",
    "plaintext",
    "raw",
    "string",
    "text",
    "val",
    "value",
    "values",
];

/// Keys below which every string is a name.
const NAMING: &[&str] = &[
    "existing secret",
    "extract",
    "remote ref",
    "secret key ref",
    "secret keys",
    "secret ref",
    "secret store ref",
    "source ref",
    "store ref",
    "value from",
];

/// Last words of the keys of a Secret whose values are no secrets. Sorted.
const PLAIN: &[&str] = &[
    "account",
    "address",
    "algorithm",
    "audience",
    "bucket",
    "ca",
    "cert",
    "certificate",
    "charset",
    "cluster",
    "count",
    "crt",
    "database",
    "db",
    "dbname",
    "debug",
    "description",
    "domain",
    "driver",
    "email",
    "enabled",
    "endpoint",
    "engine",
    "env",
    "environment",
    "file",
    "format",
    "group",
    "host",
    "hostname",
    "hosts",
    "id",
    "ids",
    "insecure",
    "interval",
    "issuer",
    "level",
    "login",
    "mail",
    "mode",
    "name",
    "namespace",
    "org",
    "organization",
    "owner",
    "path",
    "port",
    "prefix",
    "project",
    "protocol",
    "provider",
    "proxy",
    "realm",
    "region",
    "role",
    "schema",
    "scope",
    "scopes",
    "server",
    "service",
    "size",
    "sslmode",
    "subject",
    "team",
    "tenant",
    "timeout",
    "timezone",
    "topic",
    "type",
    "tz",
    "usage",
    "user",
    "username",
    "users",
    "version",
    "zone",
];

/// True for a key of a Secret whose value is no secret: `username`, `tls.crt`.
pub fn is_plain_in_a_secret(key: &str) -> bool {
    let words = Words::of(key);
    let last = words.as_str().rsplit(' ').next().unwrap_or("");
    PLAIN.binary_search(&last).is_ok() || last.ends_with("name") && last != "name"
}

/// What `key` says about its value; `None` when it says nothing.
pub fn class_of(key: &str) -> Option<Class> {
    if !is_telling(key) {
        return None;
    }
    let words = Words::of(key);
    let mut phrase = words.as_str();
    loop {
        if let Some(class) = class_of_phrase(phrase) {
            return Some(class);
        }
        let (before, last) = phrase.rsplit_once(' ')?;
        if !TRANSPARENT.contains(&last) {
            return None;
        }
        phrase = before;
    }
}

/// A scan without allocation: false only for keys that `class_of` has nothing to say about.
pub fn is_telling(key: &str) -> bool {
    TELLING.stands_in(key)
}

/// False for text in which no key of a credential can stand; a quick look before it is parsed.
pub fn may_hold_credentials(text: &str) -> bool {
    CREDENTIALS.stands_in(text)
}

/// What every key that says something holds. The last letter may be a space, for the end of a word.
static TELLING: Triples = Triples::of(&[
    b"pas", b"pwd", b"sec", b"tok", b"key", b"cre", b"aut", b"sal", b"dsn", b"con", b"cer", b"uri", b"url", b"psk",
    b"pat", b"ttl", b"mne", b"doc", b"kub", b"ser", b"pro", b"che", b"sha", b"exi", b"max", b"min", b"num", b"mti",
    b"fin", b"aud", b"ref", b"vau", b"sto", b"pw ", b"pw_", b"pw-", b"app",
]);

/// What nearly every key of a credential holds.
static CREDENTIALS: Triples = Triples::of(&[
    b"pas", b"pwd", b"sec", b"tok", b"key", b"cre", b"aut", b"sal", b"dsn", b"uri", b"url", b"psk", b"pat", b"mne",
    b"pw ", b"pw_", b"pw-", b"pw=",
]);

/// The last letters of everything that is looked up by its end.
static LAST_LETTERS: Triples = Triples::of_ends(ENDINGS).and(Triples::of_ends(GLUED));

/// A set of three letters in a row, upper and lower case alike: one bit for each combination of what `CODES` tells apart.
struct Triples([u64; 1 << 9]);

/// 5 bits for each byte: letters, what may stand between words, and all else, which is alike.
const CODES: [u16; 256] = {
    let mut codes = [0; 256];
    let mut letter = 0;
    while letter < 26 {
        codes[b'a' as usize + letter] = letter as u16 + 1;
        codes[b'A' as usize + letter] = letter as u16 + 1;
        letter += 1;
    }
    codes[b' ' as usize] = 27;
    codes[b'_' as usize] = 28;
    codes[b'-' as usize] = 29;
    codes
};

impl Triples {
    const fn of(triples: &[&[u8; 3]]) -> Triples {
        let mut bits = [0; 1 << 9];
        let mut index = 0;
        while index < triples.len() {
            let code = next(next(next(0, triples[index][0]), triples[index][1]), triples[index][2]);
            bits[code >> 6] |= 1 << (code & 63);
            index += 1;
        }
        Triples(bits)
    }

    const fn of_ends(phrases: &[(&str, Class)]) -> Triples {
        let mut bits = [0; 1 << 9];
        let mut index = 0;
        while index < phrases.len() {
            let code = last_code(phrases[index].0);
            bits[code >> 6] |= 1 << (code & 63);
            index += 1;
        }
        Triples(bits)
    }

    const fn and(mut self, other: Triples) -> Triples {
        let mut index = 0;
        while index < self.0.len() {
            self.0[index] |= other.0[index];
            index += 1;
        }
        self
    }

    const fn has(&self, code: usize) -> bool {
        self.0[code >> 6] >> (code & 63) & 1 == 1
    }

    /// The end of the text counts as a space.
    fn stands_in(&self, text: &str) -> bool {
        let mut code = 0;
        text.bytes().chain([b' ']).any(|byte| {
            code = next(code, byte);
            self.has(code)
        })
    }
}

/// The code of three letters, of which `byte` is the last and the first is forgotten.
const fn next(code: usize, byte: u8) -> usize {
    (code << 5 | CODES[byte as usize] as usize) & 0x7fff
}

/// The code of the last three letters; a shorter phrase has a space before it.
const fn last_code(phrase: &str) -> usize {
    let bytes = phrase.as_bytes();
    let mut code = next(0, b' ');
    let mut at = bytes.len().saturating_sub(3);
    while at < bytes.len() {
        code = next(code, bytes[at]);
        at += 1;
    }
    code
}

/// True for a key whose value belongs to the key above it.
pub fn is_inheriting(key: &str) -> bool {
    INHERITING.iter().any(|known| key.eq_ignore_ascii_case(known))
}

/// True for a key below which every string is a name.
pub fn names_everything_below(key: &str) -> bool {
    let quiet = ["extract", "sourceRef", "valueFrom"];
    if !is_telling(key) && !quiet.iter().any(|known| key.eq_ignore_ascii_case(known)) {
        return false;
    }
    let words = Words::of(key);
    let phrase = words.as_str();
    NAMING
        .iter()
        .any(|known| phrase == *known || phrase.strip_suffix(known).is_some_and(|before| before.ends_with(' ')))
}

fn class_of_phrase(phrase: &str) -> Option<Class> {
    if has_phrase(phrase, "existing secret") || has_phrase(phrase, "existing secrets") {
        return Some(if phrase.ends_with("key") { KeyName } else { Reference });
    }
    if let Some(class) = look_up(WHOLES, phrase) {
        return Some(class);
    }
    let may_end = LAST_LETTERS.has(last_code(phrase));
    let ending = if may_end { ending(phrase) } else { None };
    match (ending, beginning(phrase)) {
        (Some((_, ending)), Some((long, beginning))) => {
            Some(if long > 0 && beginning != Ambiguous { beginning } else { ending })
        }
        (Some((_, class)), None) | (None, Some((_, class))) => Some(class),
        (None, None) if may_end => glued(phrase).or_else(|| encryption_key(phrase)),
        (None, None) => None,
    }
}

/// The longest of the endings: tried from the whole phrase to its last word.
fn ending(phrase: &str) -> Option<(usize, Class)> {
    let starts = std::iter::once(0).chain(memchr::memchr_iter(b' ', phrase.as_bytes()).map(|at| at + 1));
    starts.map(|start| &phrase[start..]).find_map(|ending| Some((ending.len(), look_up(ENDINGS, ending)?)))
}

/// The longest of the beginnings that stop before a word.
fn beginning(phrase: &str) -> Option<(usize, Class)> {
    memchr::memrchr_iter(b' ', phrase.as_bytes()).find_map(|end| Some((end, look_up(BEGINNINGS, &phrase[..end])?)))
}

fn glued(phrase: &str) -> Option<Class> {
    let last = phrase.rsplit(' ').next().unwrap_or(phrase);
    GLUED.iter().find(|(ending, _)| last.ends_with(ending)).map(|(_, class)| *class)
}

/// `VAULT_ENCRYPTION_AT_REST_KEY`.
fn encryption_key(phrase: &str) -> Option<Class> {
    (phrase.ends_with(" key") && has_phrase(phrase, "encryption")).then_some(Value(Key))
}

fn has_phrase(phrase: &str, wanted: &str) -> bool {
    let bytes = phrase.as_bytes();
    bytes.windows(wanted.len()).enumerate().any(|(at, part)| {
        let bounded = |byte: Option<&u8>| byte.is_none_or(|&byte| byte == b' ');
        part == wanted.as_bytes() && bounded(bytes[..at].last()) && bounded(bytes.get(at + wanted.len()))
    })
}

fn look_up(table: &[(&str, Class)], phrase: &str) -> Option<Class> {
    table.binary_search_by(|(known, _)| (*known).cmp(phrase)).ok().map(|at| table[at].1)
}

/// Every phrase that says its value is a credential, for tests.
#[cfg(test)]
pub fn value_phrases() -> impl Iterator<Item = (&'static str, Kind)> {
    ENDINGS.iter().chain(GLUED).filter_map(|(phrase, class)| match class {
        Value(kind) => Some((*phrase, *kind)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_and_reachable() {
        for table in [ENDINGS, WHOLES, BEGINNINGS, GLUED] {
            assert!(
                table.is_sorted_by(|one, next| one.0 < next.0),
                "{:?}",
                table.windows(2).find(|pair| pair[0].0 >= pair[1].0)
            );
        }
        assert!(PLAIN.is_sorted() && TRANSPARENT.is_sorted() && INHERITING.is_sorted() && NAMING.is_sorted());
        for (phrase, _) in ENDINGS.iter().chain(WHOLES).chain(BEGINNINGS).chain(GLUED) {
            assert!(is_telling(phrase), "{phrase} is filtered out before it is looked up");
        }
        for (phrase, class) in ENDINGS.iter().chain(WHOLES) {
            assert_eq!(class_of(phrase), Some(*class), "{phrase}");
        }
    }

    #[test]
    fn the_longest_phrase_decides() {
        let samples = [
            ("adminPassword", Some(Value(Password))),
            ("PGPASSWORD", Some(Value(Password))),
            ("MYSQL_ROOT_PASSWORD", Some(Value(Password))),
            ("DB_PASSWORD_PROD", Some(Value(Password))),
            ("passwordKey", Some(KeyName)),
            ("existingSecretPasswordKey", Some(KeyName)),
            ("existingSecretAdminPassword", Some(Reference)),
            ("existingXsrfSecretKey", Some(Reference)),
            ("apiKeyExistingSecret", Some(Reference)),
            ("fernetKeySecretName", Some(Reference)),
            ("passwordFile", Some(NotSecret)),
            ("password_policy", Some(NotSecret)),
            ("SECRETS_DIR", None),
            ("tokenUrl", Some(NotSecret)),
            ("GITLAB_PRIVATE_TOKEN", Some(Value(Token))),
            ("alibabacloud.accessKeySecret", Some(Value(Token))),
            ("AIRFLOW__CORE__FERNET_KEY", Some(Value(Key))),
            ("serviceAccountKeyBase64", Some(Value(Document))),
            ("vault_encryption_at_rest_key", Some(Value(Key))),
            ("automountServiceAccountToken", Some(NotSecret)),
            ("initialClusterToken", Some(NotSecret)),
            ("valkey", Some(NotSecret)),
            ("extraEnvVarsSecret", Some(Reference)),
            ("external_secrets_replicas", None),
            ("compass", None),
            ("monkey", None),
            ("replicas", None),
        ];
        for (key, class) in samples {
            assert_eq!(class_of(key), class, "{key}");
        }
    }
}

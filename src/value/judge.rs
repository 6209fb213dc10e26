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
    if context.keys.iter().rev().any(|key| vocabulary::names_everything_below(key)) {
        return said(Verdict::Name, "stands in a block of references");
    }
    match class_in(context) {
        None if quality::is_private_key(value) => certain(Confidence::High, "is a private key"),
        None => said(Verdict::Innocent, "has a key that says nothing"),
        Some(Class::NotSecret) => said(Verdict::Innocent, "has a key that is known to be harmless"),
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
        return judgement;
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
        _ if value.contains('\n') || quality::is_sentence(value) => said(Verdict::Innocent, "is text"),
        _ if names_something(value) => said(Verdict::Name, "is the name of a variable, a file or a path"),
        _ if quality::is_identifier(value) || quality::is_label(value) => {
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
    match class_in(Context { keys, siblings: &[], quoted: true })? {
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
        Some(Class::Ambiguous) if has_access_key(context.siblings) && is_secret_key(own) => {
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
    if is_name_and_key(context.siblings) {
        return said(Verdict::Name, "stands beside the name of a Secret");
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
        _ if value.contains(char::is_whitespace) => said(Verdict::Innocent, "is text"),
        _ if quality::is_number(value) && value.len() < 16 => said(Verdict::Innocent, "is a number"),
        _ if quality::is_label(value) => said(Verdict::Name, "is a name"),
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
        Some(Stand::WeakDefault(_)) => said(Verdict::WeakDefault, "falls back to a default that everybody knows"),
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

#[cfg(test)]
mod tests {
    use super::*;
    use Verdict::*;

    fn of(path: &str, siblings: &[&str], value: &str) -> Judgement {
        let keys: Vec<&str> = path.split('/').collect();
        judge(Context { keys: &keys, siblings, quoted: false }, value)
    }

    fn credential(judgement: Judgement) -> bool {
        matches!(judgement.verdict, Credential(Confidence::Medium | Confidence::High))
    }

    /// Random, and made here so that it stands in no file.
    fn random() -> String {
        ["aB3xY9", "qLmN0p", "R7tZw2", "Ks5v"].concat()
    }

    #[test]
    fn a_real_password_under_every_credential_word_is_found() {
        let password = ["Tr0ub4", "dor&3x"].concat();
        let uri = format!("postgres://app:{password}@db.internal/app");
        for (phrase, kind) in vocabulary::value_phrases() {
            let value = if kind == Kind::Connection { &uri } else { &password };
            let snake = phrase.replace(' ', "_");
            for key in [snake.clone(), snake.to_uppercase(), format!("app_{snake}"), phrase.replace(' ', "-")] {
                let judgement = of(&key, &[], value);
                assert!(credential(judgement), "{key}: {judgement:?}");
            }
        }
    }

    #[test]
    fn human_passwords_of_six_characters_are_found() {
        for value in
            ["hunter2", "dev-password-123", "s3cr3t!", "letmein!", "correcthorse", "Summer2024", "abc$def", "pa55wd"]
        {
            assert!(credential(of("db/password", &[], value)), "{value}: {:?}", of("db/password", &[], value));
        }
    }

    #[test]
    fn the_counterexamples_of_real_charts_are_judged_rightly() {
        let key = random();
        let pem = format!("-----BEGIN {} KEY-----\n{}\n", "PRIVATE", "MIIEabcd".repeat(8));
        // Chart, path, siblings, value, expected (None: a credential of any confidence).
        let rows: &[(&str, &str, &[&str], &str, Option<Verdict>)] = &[
            ("harbor", "existingSecretAdminPassword", &[], "", Some(Empty)),
            ("harbor", "existingSecretAdminPassword", &[], "harbor-admin", Some(Name)),
            ("harbor", "secretKey", &[], "not-a-secure-key", Some(WeakDefault)),
            ("harbor", "core/secret", &[], &key, None),
            ("harbor", "core/tokenKey", &[], &pem, None),
            ("harbor", "core/xsrfKey", &[], &key, None),
            ("harbor", "core/secretName", &[], "core-tls", Some(Name)),
            ("harbor", "existingSecretSecretKey", &[], "harbor-key", Some(Name)),
            ("harbor", "core/existingXsrfSecretKey", &[], "CSRF_KEY", Some(Name)),
            ("harbor", "privateKeySecret", &[], "my-secret", Some(Name)),
            ("harbor", "harborAdminPassword", &[], "Harbor12345", Some(WeakDefault)),
            ("harbor", "database/internal/password", &[], "changeit", Some(WeakDefault)),
            ("nextcloud", "objectStore/s3/secretKey", &["accessKey", "secretKey"], "console123", None),
            ("nextcloud", "objectStore/s3/secretKeys/secretKey", &[], "s3-secret-key", Some(Name)),
            ("nextcloud", "existingSecret/secretName", &[], "nextcloud-db", Some(Name)),
            ("nextcloud", "existingSecret/smtpPasswordKey", &[], "smtp_password", Some(Name)),
            ("nextcloud", "nextcloud/password", &[], "changeme", Some(WeakDefault)),
            ("gitlab", "psql/password/secret", &["secret", "key"], "gitlab-postgres", Some(Name)),
            ("gitlab", "psql/password/key", &["secret", "key"], "psql-password", Some(Name)),
            ("airflow", "fernetKeySecretName", &[], "airflow-fernet", Some(Name)),
            ("airflow", "fernetKey", &[], &key, None),
            ("airflow", "data/metadataConnection/pass", &[], "postgres", Some(WeakDefault)),
            ("airflow", "secret/secretKey", &["envName", "secretName", "secretKey"], "connection", Some(Name)),
            ("airflow", "enableBuiltInSecretEnvVars/AIRFLOW__CORE__FERNET_KEY", &[], "true", Some(Innocent)),
            ("minio", "users/secretKey", &["accessKey", "secretKey", "policy"], "console123", None),
            (
                "minio",
                "users/existingSecretKey",
                &["accessKey", "existingSecret", "existingSecretKey"],
                "secretKey",
                Some(Name),
            ),
            ("thanos", "objstore/secretKey", &[], "thanos.yaml", Some(Name)),
            ("minio", "auth/existingSecretKeySecretKey", &[], "root-password", Some(Name)),
            ("external-dns", "alibabacloud/accessKeySecret", &[], &key, None),
            ("external-dns", "rfc2136/tsigSecret", &[], &key, None),
            ("postgresql", "auth/existingSecret", &[], "pg-credentials", Some(Name)),
            ("postgresql", "auth/secretKeys/adminPasswordKey", &[], "postgres-password", Some(Name)),
            ("kafka", "sasl/client/passwords", &[], "", Some(Empty)),
            ("mongodb", "auth/replicaSetKey", &[], &key, None),
            ("keycloak", "passwordUpdateJob/previousPasswords/password", &[], "hunter2-old", None),
            ("argo-cd", "configs/secret/githubSecret", &[], &key, None),
            ("argo-cd", "dex/clientSecret", &[], "$dex.github.clientSecret", Some(Reference)),
            ("argo-cd", "oidc/clientSecret", &[], "$oidc.azuread.clientSecret", Some(Reference)),
            ("argo-cd", "configs/secret/argocdServerAdminPasswordMtime", &[], "2020-01-01T00:00:00Z", Some(Innocent)),
            ("kube-prometheus-stack", "grafana/admin/passwordKey", &[], "admin-password", Some(Name)),
            ("kube-prometheus-stack", "bearerTokenFile", &[], "/var/run/secrets/token", Some(Innocent)),
            ("kube-prometheus-stack", "alertmanagerSpec/useExistingSecret", &[], "false", Some(Name)),
            ("grafana", "database/password", &[], "$__file{/etc/secrets/db}", Some(Reference)),
            ("grafana", "database/password", &[], "$__vault{kv/db:password}", Some(Reference)),
            ("vault", "server/enterpriseLicense/secretKey", &["secretName", "secretKey"], "license", Some(Name)),
            ("vault", "server/dev/devRootToken", &[], "root", Some(WeakDefault)),
            ("datadog", "apiKeyExistingSecret", &[], "dd-api", Some(Name)),
            ("datadog", "disablePasswdMount", &[], "false", Some(Innocent)),
            ("datadog", "clusterAgent/tokenExistingSecret", &[], "dd-token", Some(Name)),
            ("oauth2-proxy", "config/clientSecret", &[], "XXXXXXXX", Some(Placeholder)),
            ("oauth2-proxy", "requiredSecretKeys", &[], "client-secret", Some(Name)),
            ("jenkins", "controller/admin/passwordKey", &[], "jenkins-admin-password", Some(Name)),
            ("jenkins", "jenkinsHttpsJksSecretKey", &[], "jenkins-jks-file", Some(Name)),
            ("jenkins", "httpsKeyStore/password", &[], "password", Some(WeakDefault)),
            ("jenkins", "apiToken/creationOfLegacyTokenEnabled", &[], "false", Some(Innocent)),
            ("langfuse", "langfuse/salt/value", &["value", "secretKeyRef"], &key, None),
            ("langfuse", "langfuse/salt/secretKeyRef/key", &["name", "key"], "salt", Some(Name)),
            ("sentry", "existingSecretEnv", &[], "sentry-env", Some(Name)),
            ("sentry", "rabbitmq/auth/password", &[], "guest", Some(WeakDefault)),
            ("sentry", "user/password", &[], "aaaa", None),
            ("temporal", "tls/secretName", &[], "temporal-tls", Some(Name)),
            ("cert-manager", "webhook/dynamic/secretName", &[], "cert-manager-webhook", Some(Name)),
            ("minio", "certSecret", &[], "minio-tls", Some(Name)),
            ("minio", "tls/privateKey", &[], "private.key", Some(Name)),
            ("ingress-nginx", "config/server-tokens", &[], "false", Some(Innocent)),
            ("any", "JWT_GCP_TOKEN_URL", &[], "https://oauth2.googleapis.com/token", Some(Innocent)),
            ("any", "SECRETS_DIR", &[], "/mnt/secrets", Some(Innocent)),
            ("any", "VAULT_SECRET_PATH", &[], "secret/data/app", Some(Innocent)),
        ];
        for (chart, path, siblings, value, expected) in rows {
            let judgement = of(path, siblings, value);
            match expected {
                Some(verdict) => assert_eq!(judgement.verdict, *verdict, "{chart} {path}: {judgement:?}"),
                None => assert!(matches!(judgement.verdict, Credential(_)), "{chart} {path}: {judgement:?}"),
            }
        }
    }

    #[test]
    fn the_value_classes_of_the_procedure_hold() {
        let key = random();
        let rows: &[(&str, &str, Verdict)] = &[
            ("password", "", Empty),
            ("password", "~", Empty),
            ("password", "null", Empty),
            ("password", "{{ .Values.x }}", Reference),
            ("password", "$(VAR)", Reference),
            ("password", "${VAR:=}", Reference),
            ("password", "vault:secret/data/x#KEY", Reference),
            ("password", "ref+awssecrets://x", Reference),
            ("password", "<path:secret/data/x#key>", Reference),
            ("password", "op://vault/item/field", Reference),
            ("password", "ENC[AES256_GCM,data:x]", Reference),
            ("password", "CHANGE_ME", WeakDefault),
            ("password", "REPLACE_ME", Placeholder),
            ("password", "<password>", Placeholder),
            ("apiKey", "AIzaSy...", Placeholder),
            ("apiKey", "dev-only-not-a-real-key", Placeholder),
            ("secret", "my-app-credentials", Name),
            ("key", "tls.key", Name),
            ("password", "Bearer", Innocent),
            ("password", "string", Innocent),
            ("password", "DB_PASSWORD", Name),
            ("password", "/run/secrets/db", Name),
            ("password", "The password of the database", Innocent),
            ("password", "^[a-z]{8,}$", Innocent),
            ("clientSecret", "client-secret", Placeholder),
            ("token", "4096", Innocent),
            ("tokenKey", &key, Credential(Confidence::Medium)),
            ("password", &key, Credential(Confidence::High)),
            ("password", "${VAR:-hunter2x}", Credential(Confidence::Medium)),
            ("password", "${VAR:-changeme}", WeakDefault),
            ("replicas", &key, Innocent),
        ];
        for (path, value, expected) in rows {
            let judgement = of(path, &[], value);
            assert_eq!(judgement.verdict, *expected, "{path}: {value}: {judgement:?}");
        }
    }

    #[test]
    fn a_quoted_number_can_be_a_password() {
        let judged = |quoted| judge(Context { keys: &["password"], siblings: &[], quoted }, "83017264").verdict;
        assert!(matches!(judged(true), Credential(_)) && matches!(judged(false), Credential(_)));
        assert_eq!(of("token", &[], "83017264").verdict, Innocent);
    }

    proptest::proptest! {
        #[test]
        fn no_value_and_no_key_is_too_strange(key in ".{0,40}", value in ".{0,200}", dense in "[${}()<>%#@:=/?&;'\"a1 \n-]{0,60}") {
            for value in [&value, &dense] {
                for key in [key.as_str(), "password", "secretKey", "dsn", "token"] {
                    of(key, &[key, "name"], value);
                    judge_in_secret(key, value);
                }
                for password in uri::passwords(value) {
                    assert!(value.is_char_boundary(password.span.start) && value.is_char_boundary(password.span.end));
                    password.verdict(value);
                }
                super::super::is_reference(value);
            }
        }
    }

    #[test]
    fn every_judgement_has_a_reason() {
        for value in ["", "hunter2", "${A}", "<x>", "a-b", "true", "a b c"] {
            for key in ["password", "secret", "secretName", "passwordKey", "replicas", "ttl", "url"] {
                assert!(!of(key, &[], value).reason.is_empty(), "{key}: {value}");
            }
        }
    }
}

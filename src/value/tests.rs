//! The decision procedure, row by row, and the charts on which a key's name alone decides wrongly.
//!
//! It does not know how a verdict comes about.

use super::judge::{judge, judge_in_secret};
use super::{Context, Judgement, Kind, Verdict, Verdict::*, uri, vocabulary};
use crate::model::Confidence;

fn of(path: &str, siblings: &[&str], value: &str) -> Judgement {
    let keys: Vec<&str> = path.split('/').collect();
    judge(Context { keys: &keys, siblings: &|| siblings.to_vec(), quoted: false }, value)
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

/// Chart, path, siblings, value, and the verdict; `None` is a credential of any confidence.
type Row<'a> = (&'a str, &'a str, &'a [&'a str], &'a str, Option<Verdict>);

#[test]
fn the_counterexamples_of_real_charts_are_judged_rightly() {
    let key = random();
    let pem = format!("-----BEGIN {} KEY-----\n{}\n", "PRIVATE", "MIIEabcd".repeat(8));
    let rows: &[Row] = &[
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
        ("oauth2-proxy", "requiredSecretKeys", &[], "client-secret", Some(Innocent)),
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
    let judged = |quoted| judge(Context { keys: &["password"], siblings: &Vec::new, quoted }, "83017264").verdict;
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
            super::is_reference(value);
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

#[test]
fn every_word_measured_on_real_charts_has_its_class() {
    use super::Class;
    let is_value = |key: &&&str| !matches!(vocabulary::class_of(key), Some(Class::Value(_)));
    let values = [
        "password",
        "passwd",
        "pwd",
        "pass",
        "passphrase",
        "token",
        "accessToken",
        "authToken",
        "apiToken",
        "bearerToken",
        "botToken",
        "clientToken",
        "refreshToken",
        "rootToken",
        "devRootToken",
        "gitHubToken",
        "apiKey",
        "apikey",
        "appKey",
        "licenseKey",
        "secretAccessKey",
        "accessKeySecret",
        "accesskeysecret",
        "accountKey",
        "accountkey",
        "encodedkey",
        "clientSecret",
        "cookieSecret",
        "webhookSecret",
        "githubSecret",
        "gitlabSecret",
        "tsigSecret",
        "otpSecret",
        "applicationSecret",
        "aadClientSecret",
        "fernetKey",
        "webserverSecretKey",
        "jwtSecret",
        "jwtSecretKey",
        "encryptionKey",
        "masterKey",
        "gossipKey",
        "sessionSigningKey",
        "xsrfKey",
        "sshPrivateKey",
        "privateKey",
        "tls.key",
        "caKey",
        "serverKey",
        "htpasswd",
        "htpasswdString",
        "dsn",
        "connectionString",
        "connection",
        "databaseUri",
        "databaseUrl",
        "serviceAccountKey",
        "serviceAccountKeyBase64",
        "credentials",
        "credentialsJson",
        ".dockerconfigjson",
        "salt",
        "sse_c_key",
        "vault_encryption_at_rest_key",
        "keystorePassword",
        "truststorePassword",
        "smtpPassword",
    ];
    assert_eq!(values.iter().filter(is_value).collect::<Vec<_>>(), Vec::<&&str>::new());
    let is_reference = |key: &&&str| vocabulary::class_of(key) != Some(Class::Reference);
    let references = [
        "existingSecret",
        "existingSecretAdminPassword",
        "apiKeyExistingSecret",
        "fernetKeySecretName",
        "secretName",
        "adminSecretRef",
        "secretRef",
        "secretKeyRef",
        "fromSecret",
        "envFromSecret",
        "envFromSecrets",
        "extraEnvVarsSecret",
        "extraEnvVarsSecrets",
        "extraSecret",
        "extraSecretMounts",
        "imagePullSecret",
        "imagePullSecrets",
        "pullSecrets",
        "certificatesSecret",
        "certSecret",
        "trustedCertsSecret",
        "passwordsSecret",
        "passwordSecret",
        "caBundleSecret",
        "privateKeySecret",
        "scriptsSecret",
        "credentialsId",
        "secretStore",
        "secretStoreRef",
        "storeName",
        "remoteRef",
        "property",
        "vaultPath",
    ];
    assert_eq!(references.iter().filter(is_reference).collect::<Vec<_>>(), Vec::<&&str>::new());
    let is_key_name = |key: &&&str| vocabulary::class_of(key) != Some(Class::KeyName);
    let key_names = [
        "adminPasswordKey",
        "passwordKey",
        "usernameKey",
        "userKey",
        "existingSecretPasswordKey",
        "existingSecretKey",
        "rootPasswordSecretKey",
        "apiTokenSecretKey",
        "jenkinsHttpsJksSecretKey",
        "secretKeys",
    ];
    assert_eq!(key_names.iter().filter(is_key_name).collect::<Vec<_>>(), Vec::<&&str>::new());
    let speaks = |key: &&&str| !matches!(vocabulary::class_of(key), None | Some(Class::NotSecret));
    let harmless = [
        "automountServiceAccountToken",
        "tokenAudience",
        "audiences",
        "tokenExpirationSeconds",
        "tokenTTL",
        "numTokens",
        "initialClusterToken",
        "tokenEndpoint",
        "bearerTokenFile",
        "adminPasswordFile",
        "tokenPath",
        "secretsDir",
        "passwordMtime",
        "publicKey",
        "fingerprint",
        "topologyKey",
        "annotationKey",
        "regionKey",
        "instanceLabelKey",
        "valkey",
        "server-tokens",
        "passwordPolicy",
        "minPasswordLength",
        "accessKeyId",
    ];
    assert_eq!(harmless.iter().filter(speaks).collect::<Vec<_>>(), Vec::<&&str>::new());
    let decided = |key: &&&str| vocabulary::class_of(key) != Some(Class::Ambiguous);
    let ambiguous = [
        "secret",
        "secretKey",
        "key",
        "tokenKey",
        "rootSecret",
        "accessKey",
        "auth",
        "cert",
        "secrets",
        "clientKey",
        "hmacSecret",
    ];
    assert_eq!(ambiguous.iter().filter(decided).collect::<Vec<_>>(), Vec::<&&str>::new());
}

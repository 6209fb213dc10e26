//! What a backend takes as the name of a secret, by the provider that a store names.
//!
//! It does not know templates, nor which secrets a backend holds.

/// Why `key` cannot be the name of a secret at the provider; `None` where it can, or where nothing is known.
pub fn fault(provider: &str, service: Option<&str>, key: &str) -> Option<&'static str> {
    match (provider, service) {
        ("gcpsm", _) => gcp(key),
        ("azurekv", _) => azure(key),
        ("aws", Some("ParameterStore")) => parameter_store(key),
        ("aws", Some("SecretsManager")) => secrets_manager(key),
        ("kubernetes", _) => kubernetes(key),
        _ => None,
    }
}

/// <https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets/create>
fn gcp(key: &str) -> Option<&'static str> {
    let belongs = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    match key {
        _ if key.starts_with("projects/") => None,
        _ if key.contains('/') => Some("takes no `/` in a secret's name"),
        _ if !key.bytes().all(belongs) => Some("takes only letters, digits, `-` and `_` in a secret's name"),
        _ if key.len() > 255 => Some("takes at most 255 characters for a secret's name"),
        _ => None,
    }
}

/// <https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates>
fn azure(key: &str) -> Option<&'static str> {
    let kinds = ["secret/", "key/", "cert/"];
    let name = kinds.iter().find_map(|kind| key.strip_prefix(kind)).unwrap_or(key);
    match name {
        _ if name.contains('/') => Some("takes no `/` in a secret's name"),
        _ if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') => {
            Some("takes only letters, digits and `-` in a secret's name")
        }
        _ if name.len() > 127 => Some("takes at most 127 characters for a secret's name"),
        _ => None,
    }
}

/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html>
fn parameter_store(key: &str) -> Option<&'static str> {
    match key {
        _ if key.starts_with("arn:") => None,
        _ if key.contains('/') && !key.starts_with('/') => Some("takes a name with `/` only if it begins with `/`"),
        _ if key.split('/').count() > 16 => Some("takes at most 15 levels in a parameter's name"),
        _ => None,
    }
}

/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html>
fn secrets_manager(key: &str) -> Option<&'static str> {
    let belongs = |byte: u8| byte.is_ascii_alphanumeric() || b"/_+=.@-".contains(&byte);
    match key {
        _ if key.starts_with("arn:") => None,
        _ if !key.bytes().all(belongs) => Some("takes only letters, digits and `/_+=.@-` in a secret's name"),
        _ if key.len() > 512 => Some("takes at most 512 characters for a secret's name"),
        _ => None,
    }
}

/// The remote secret is a Secret of another namespace or cluster.
fn kubernetes(key: &str) -> Option<&'static str> {
    let belongs = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    (!key.bytes().all(belongs)).then_some("reads Secrets, whose names take only a-z, digits, `-` and `.`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_backend_has_its_own_alphabet() {
        for (provider, service, key) in [
            ("gcpsm", None, "recif/agent-env"),
            ("gcpsm", None, "a.b"),
            ("azurekv", None, "recif/agent-env"),
            ("azurekv", None, "agent_env"),
            ("aws", Some("ParameterStore"), "app/password"),
            ("aws", Some("SecretsManager"), "app password"),
            ("kubernetes", None, "App_Secret"),
        ] {
            assert!(fault(provider, service, key).is_some(), "{provider} {key}");
        }
        for (provider, service, key) in [
            ("gcpsm", None, "recif-agent_env"),
            ("azurekv", None, "secret/recif-agent-env"),
            ("aws", Some("ParameterStore"), "/app/password"),
            ("aws", Some("ParameterStore"), "password"),
            ("aws", Some("SecretsManager"), "app/password"),
            ("vault", None, "any thing/at all"),
        ] {
            assert_eq!(fault(provider, service, key), None, "{provider} {key}");
        }
    }
}

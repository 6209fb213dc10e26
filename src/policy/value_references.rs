//! `value-references:` by which backends' references values may name their secrets: `[vault]`.
//!
//! It does not know which values there are.

use super::keys::{Key, key};
use super::place::Said;
use super::verifier::Verifier;
use crate::text::settings::Spanned;

/// What its keys mean.
pub const KEYS: &[Key] = &[key(
    "value-references",
    "The backends to which values may refer, as in `ref+vault://…`.",
    &["value-reference-to-other-backend"],
)];

/// Each backend, and how references to it begin.
const BACKENDS: &[(&str, &[&str])] = &[
    ("1password", &["op://", "ref+op://"]),
    ("aws", &["awssm://", "awsssm://", "ssm://", "ref+awss", "secretref+awss", "arn:aws:secretsmanager:", "awskms://"]),
    ("azure", &["akv://", "ref+azurekeyvault://", "azurekms://", "@Microsoft.KeyVault("]),
    ("bitwarden", &["bws://"]),
    ("doppler", &["doppler://", "ref+doppler://"]),
    ("env", &["env://", "ref+envsubst://"]),
    ("file", &["ref+file://"]),
    ("gcp", &["gcpsm://", "sm://", "berglas://", "ref+gcpsecrets://", "secretref+gcpsecrets://", "gcpkms://"]),
    ("infisical", &["infisical://", "ref+infisical://"]),
    ("sops", &["ref+sops://", "ENC["]),
    ("vault", &["vault:", "hashivault://", "ref+vault://", "secretref+vault://", "<path:"]),
];

const NAMES: &[&str] =
    &["1password", "aws", "azure", "bitwarden", "doppler", "env", "file", "gcp", "infisical", "sops", "vault"];

pub fn verified(written: Option<Vec<Spanned<String>>>, verifier: &mut Verifier) -> Option<Vec<Said<&'static str>>> {
    let list = written?;
    Some(list.into_iter().filter_map(|word| verifier.word(Some(word), "backend", NAMES)).collect())
}

/// The backend that a value refers to.
pub fn backend(value: &str) -> Option<&'static str> {
    let refers = |(_, starts): &&(&str, &[&str])| starts.iter().any(|start| value.starts_with(start));
    BACKENDS.iter().find(refers).map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_backend_has_a_name_that_a_policy_can_say() {
        assert_eq!(BACKENDS.iter().map(|(name, _)| *name).collect::<Vec<_>>(), NAMES);
        assert_eq!(backend("ref+vault://kvv2/shop/config#/token"), Some("vault"));
        assert_eq!(backend("op://shop/db/password"), Some("1password"));
        assert_eq!(backend("vaults"), None);
    }
}

//! Rules of other tools that one of ours stands in for, by their published names.
//!
//! It does not know how any of them matches.

/// gitleaks' rule and ours, where the names differ. <https://github.com/gitleaks/gitleaks#configuration>
const GITLEAKS: &[(&str, &str)] = &[
    ("aws-access-token", "aws-access-key-id"),
    ("azure-ad-client-secret", "azure-ad-client-secret"),
    ("curl-auth-user", "curl-user-password"),
    ("databricks-api-token", "databricks-token"),
    ("digitalocean-pat", "digitalocean-personal-access-token"),
    ("doppler-api-token", "doppler-token"),
    ("generic-api-key", "plaintext-credential"),
    ("github-app-token", "github-app-installation-token"),
    ("github-fine-grained-pat", "github-fine-grained-personal-access-token"),
    ("github-oauth", "github-oauth-access-token"),
    ("github-pat", "github-personal-access-token"),
    ("github-refresh-token", "github-app-refresh-token"),
    ("gitlab-pat", "gitlab-personal-access-token"),
    ("hashicorp-tf-api-token", "terraform-cloud-token"),
    ("kubernetes-secret-yaml", "plaintext-secret"),
    ("pypi-upload-token", "pypi-token"),
    ("sendgrid-api-token", "sendgrid-api-key"),
    ("stripe-access-token", "stripe-live-secret-key"),
    ("telegram-bot-api-token", "telegram-bot-token"),
];

/// Checks of kube-linter and checkov. <https://docs.kubelinter.io/#/generated/checks>,
/// <https://www.checkov.io/5.Policy%20Index/secrets.html>
const CHECKS: &[(&str, &[&str])] = &[
    ("env-var-secret", &["plaintext-env-value"]),
    ("CKV_SECRET_1", &["artifactory-api-key", "artifactory-reference-token"]),
    ("CKV_SECRET_2", &["aws-access-key-id", "aws-secret-access-key"]),
    ("CKV_SECRET_3", &["azure-storage-account-key"]),
    ("CKV_SECRET_4", &["password-in-uri", "password-in-url"]),
    ("CKV_SECRET_6", &["plaintext-credential"]),
    ("CKV_SECRET_7", &["ibm-cloud-api-key"]),
    ("CKV_SECRET_9", &["jwt"]),
    ("CKV_SECRET_11", &["mailchimp-api-key"]),
    ("CKV_SECRET_12", &["npm-access-token"]),
    ("CKV_SECRET_13", &["private-key"]),
    ("CKV_SECRET_14", &["slack-bot-token", "slack-user-token", "slack-webhook-url"]),
    ("CKV_SECRET_17", &["stripe-live-secret-key"]),
    ("CKV_SECRET_18", &["twilio-api-key"]),
];

pub fn of_gitleaks(rule: &str) -> Option<&'static str> {
    GITLEAKS.iter().find(|(theirs, _)| *theirs == rule).map(|(_, ours)| *ours)
}

pub fn of(check: &str) -> &'static [&'static str] {
    CHECKS.iter().find(|(theirs, _)| *theirs == check).map_or(&[], |(_, ours)| ours)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn every_twin_is_a_rule_of_ours() {
        let catalog = Catalog::built_in();
        let twins = GITLEAKS.iter().map(|(_, ours)| ours).chain(CHECKS.iter().flat_map(|(_, ours)| *ours));
        for ours in twins {
            assert!(catalog.rules().iter().any(|rule| rule.id == *ours), "{ours}");
        }
        assert!(GITLEAKS.is_sorted());
    }
}

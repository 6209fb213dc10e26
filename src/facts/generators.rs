//! The kinds of `generators.external-secrets.io`: what makes a value instead of fetching it.
//!
//! Source: the definitions of external-secrets 2.9 and of every minor release from 0.9 to it. `GeneratorState` is the
//! operator's own and has no table. It does not know what the services behind the generators accept.

use super::external_secrets::{CA_PROVIDER, RETRY, SECRET_KEY, SERVICE_ACCOUNT};
use super::shape::Choice::{ExactlyOne, OneField};
use super::shape::Kind::{self, Any, Between, Boolean, DataKey, Duration, Enum, Integer, List, Map, Name, Namespace};
use super::shape::Kind::Text;
use super::shape::{choice, object, optional, required};
use super::store_providers::{AZURE_CLOUDS, BEYONDTRUST_WORKLOAD, VAULT};
use crate::model::Release;

pub const GROUP: &str = "generators.external-secrets.io";

/// The `spec` of a kind of `GROUP`.
pub fn spec_of(kind: &str) -> Option<&'static Kind> {
    SPECS.iter().find(|(name, _)| *name == kind).map(|(_, spec)| spec)
}

pub(super) static SPECS: &[(&str, Kind)] = &[
    ("ACRAccessToken", ACR_ACCESS_TOKEN),
    ("BeyondtrustWorkloadCredentialsDynamicSecret", BEYONDTRUST),
    ("CloudsmithAccessToken", CLOUDSMITH),
    ("ClusterGenerator", CLUSTER_GENERATOR),
    ("ECRAuthorizationToken", ECR_AUTHORIZATION_TOKEN),
    ("Fake", FAKE),
    ("GCRAccessToken", GCR_ACCESS_TOKEN),
    ("GithubAccessToken", GITHUB_ACCESS_TOKEN),
    ("GitlabDeployToken", GITLAB_DEPLOY_TOKEN),
    ("Grafana", GRAFANA),
    ("MFA", TIME_CODE),
    ("Password", PASSWORD),
    ("QuayAccessToken", QUAY_ACCESS_TOKEN),
    ("SSHKey", SSH_KEY),
    ("STSSessionToken", STS_SESSION_TOKEN),
    ("UUID", UUID),
    ("VaultDynamicSecret", VAULT_DYNAMIC_SECRET),
    ("Webhook", WEBHOOK),
];

const CLUSTER_GENERATOR: Kind = object(&[
    required("generator", choice(&[OneField], &[
        optional("acrAccessTokenSpec", ACR_ACCESS_TOKEN),
        optional("beyondtrustWorkloadCredentialsDynamicSecretSpec", BEYONDTRUST).since(2, 7),
        optional("cloudsmithAccessTokenSpec", CLOUDSMITH).since(0, 20),
        optional("ecrAuthorizationTokenSpec", ECR_AUTHORIZATION_TOKEN),
        optional("fakeSpec", FAKE),
        optional("gcrAccessTokenSpec", GCR_ACCESS_TOKEN),
        optional("githubAccessTokenSpec", GITHUB_ACCESS_TOKEN),
        optional("gitlabDeployTokenSpec", GITLAB_DEPLOY_TOKEN).since(2, 8),
        optional("grafanaSpec", GRAFANA).since(0, 14),
        optional("mfaSpec", TIME_CODE).since(0, 18),
        optional("passwordSpec", PASSWORD),
        optional("quayAccessTokenSpec", QUAY_ACCESS_TOKEN).since(0, 13),
        optional("sshKeySpec", SSH_KEY).since(0, 19),
        optional("stsSessionTokenSpec", STS_SESSION_TOKEN),
        optional("uuidSpec", UUID),
        optional("vaultDynamicSecretSpec", VAULT_DYNAMIC_SECRET),
        optional("webhookSpec", WEBHOOK),
    ])),
    required("kind", Enum(&[
        "ACRAccessToken",
        "BeyondtrustWorkloadCredentialsDynamicSecret",
        "CloudsmithAccessToken",
        "ECRAuthorizationToken",
        "Fake",
        "GCRAccessToken",
        "GithubAccessToken",
        "GitlabDeployToken",
        "QuayAccessToken",
        "Password",
        "SSHKey",
        "STSSessionToken",
        "UUID",
        "VaultDynamicSecret",
        "Webhook",
        "Grafana",
        "MFA",
    ])),
]);

const ACR_ACCESS_TOKEN: Kind = object(&[
    required("auth", object(&[
        optional("managedIdentity", object(&[optional("identityId", Text)])),
        optional("servicePrincipal", object(&[
            required("secretRef", object(&[
                optional("clientId", SECRET_KEY),
                optional("clientSecret", SECRET_KEY),
            ])),
        ])),
        optional("workloadIdentity", object(&[optional("serviceAccountRef", SERVICE_ACCOUNT)])),
    ])),
    optional("environmentType", Enum(AZURE_CLOUDS)).newer(&[("AzureStackCloud", Release::new(0, 20))]),
    required("registry", Text),
    optional("scope", Text),
    optional("tenantId", Text),
]);

const BEYONDTRUST: Kind = object(&[
    optional("controller", Text),
    required("provider", BEYONDTRUST_WORKLOAD),
    optional("retrySettings", RETRY),
]);

const CLOUDSMITH: Kind = object(&[
    optional("apiUrl", Text),
    required("orgSlug", Text),
    required("serviceAccountRef", SERVICE_ACCOUNT),
    required("serviceSlug", Text),
]);

const ECR_AUTHORIZATION_TOKEN: Kind = object(&[
    optional("auth", AWS_AUTH),
    required("region", Text),
    optional("role", Text),
    optional("scope", Text).since(0, 12),
]);

const AWS_AUTH: Kind = object(&[
    optional("jwt", object(&[optional("serviceAccountRef", SERVICE_ACCOUNT)])),
    optional("secretRef", object(&[
        optional("accessKeyIDSecretRef", SECRET_KEY),
        optional("secretAccessKeySecretRef", SECRET_KEY),
        optional("sessionTokenSecretRef", SECRET_KEY),
    ])),
]);

const FAKE: Kind = object(&[optional("controller", Text), optional("data", Map(&Text))]);

const GCR_ACCESS_TOKEN: Kind = object(&[
    required("auth", object(&[
        optional("secretRef", object(&[optional("secretAccessKeySecretRef", SECRET_KEY)])),
        optional("workloadIdentity", object(&[
            required("clusterLocation", Text),
            required("clusterName", Text),
            optional("clusterProjectID", Text),
            required("serviceAccountRef", SERVICE_ACCOUNT),
        ])),
        optional("workloadIdentityFederation", object(&[
            optional("audience", Text),
            optional("awsSecurityCredentials", object(&[
                required("awsCredentialsSecretRef", object(&[required("name", Name), optional("namespace", Namespace)])),
                required("region", Text),
            ])),
            optional("credConfig", object(&[
                required("key", DataKey),
                required("name", Name),
                optional("namespace", Namespace),
            ])),
            optional("externalTokenEndpoint", Text),
            optional("gcpServiceAccountEmail", Text),
            optional("serviceAccountRef", SERVICE_ACCOUNT),
        ])).since(0, 20),
    ])),
    required("projectID", Text),
]);

const GITHUB_ACCESS_TOKEN: Kind = object(&[
    required("appID", Text),
    required("auth", object(&[required("privateKey", object(&[required("secretRef", SECRET_KEY)]))])),
    required("installID", Text),
    optional("permissions", Map(&Text)).since(0, 11),
    optional("repositories", List(&Text)).since(0, 11),
    optional("url", Text),
]);

const GITLAB_DEPLOY_TOKEN: Kind = choice(&[ExactlyOne(&["groupID", "projectID"])], &[
    required("auth", object(&[required("token", object(&[required("secretRef", SECRET_KEY)]))])),
    optional("expiresAt", Text),
    optional("groupID", Text),
    required("name", Text),
    optional("projectID", Text),
    required("scopes", List(&Enum(&[
        "read_repository",
        "read_registry",
        "write_registry",
        "read_package_registry",
        "write_package_registry",
        "read_virtual_registry",
        "write_virtual_registry",
    ]))),
    optional("url", Text),
    optional("username", Text),
]);

/// A key of a Secret beside the generator: no other namespace can be meant.
const OWN_SECRET_KEY: Kind = object(&[optional("key", DataKey), optional("name", Name)]);

const GRAFANA: Kind = object(&[
    required("auth", object(&[
        optional("basic", object(&[required("password", OWN_SECRET_KEY), required("username", Text)])).since(0, 15),
        optional("token", OWN_SECRET_KEY).required_until(0, 15),
    ])),
    required("serviceAccount", object(&[
        required("name", Text),
        required("role", Text),
        optional("secondsToLive", Between(1, i64::MAX)),
    ])),
    required("url", Text),
]);

/// One-time passwords; the API calls it `MFA`.
const TIME_CODE: Kind = object(&[
    optional("algorithm", Text),
    optional("length", Integer),
    required("secret", SECRET_KEY),
    optional("timePeriod", Integer),
    optional("when", Text),
]);

const PASSWORD: Kind = object(&[
    optional("allowRepeat", Boolean),
    optional("digits", Integer),
    optional("encoding", Enum(&["base64", "base64url", "base32", "hex", "raw"])).since(1, 0),
    optional("length", Integer),
    optional("noUpper", Boolean),
    optional("secretKeys", List(&Text)).since(1, 2),
    optional("symbolCharacters", Text),
    optional("symbols", Integer),
]);

const QUAY_ACCESS_TOKEN: Kind = object(&[
    required("robotAccount", Text),
    required("serviceAccountRef", SERVICE_ACCOUNT),
    optional("url", Text),
]);

const SSH_KEY: Kind = object(&[
    optional("comment", Text),
    optional("keySize", Between(256, 8192)),
    optional("keyType", Enum(&["rsa", "ecdsa", "ed25519"])),
]);

const STS_SESSION_TOKEN: Kind = object(&[
    optional("auth", AWS_AUTH),
    required("region", Text),
    optional("requestParameters", object(&[
        optional("serialNumber", Text),
        optional("sessionDuration", Integer),
        optional("tokenCode", Text),
    ])),
    optional("role", Text),
]);

const UUID: Kind = object(&[]);

const VAULT_DYNAMIC_SECRET: Kind = object(&[
    optional("allowEmptyResponse", Boolean).since(0, 13),
    optional("controller", Text),
    optional("getParameters", Map(&List(&Text))),
    optional("method", Text),
    optional("parameters", Any),
    required("path", Text),
    required("provider", VAULT),
    optional("resultType", Enum(&["Data", "Auth", "Raw"])).newer(&[("Raw", Release::new(0, 15))]),
    optional("retrySettings", RETRY).since(0, 11),
]);

const WEBHOOK: Kind = object(&[
    optional("auth", choice(&[OneField], &[
        optional("ntlm", object(&[required("passwordSecret", SECRET_KEY), required("usernameSecret", SECRET_KEY)])),
    ])).since(0, 17),
    optional("body", Text),
    optional("caBundle", Text),
    optional("caProvider", CA_PROVIDER),
    optional("headers", Map(&Text)),
    optional("method", Text),
    required("result", object(&[optional("jsonPath", Text)])),
    optional("secrets", List(&object(&[required("name", Text), required("secretRef", OWN_SECRET_KEY)]))),
    optional("timeout", Duration),
    required("url", Text),
]);

//! The kinds of `secrets.hashicorp.com`, the Vault Secrets Operator: every field, what it may hold, and since which
//! release it exists.
//!
//! Source: the definitions of 1.4.1 and of every minor release from 0.1 to it. It does not know what Vault accepts, nor
//! what the operator refuses although each field by itself is right.

use super::shape::Kind::{self, Between, Boolean, Enum, Integer, List, Map, Name, Namespace, OneUnit, Text};
use super::shape::{object, optional, required};
use crate::model::Release;

pub const GROUP: &str = "secrets.hashicorp.com";

/// The `spec` of a kind of `GROUP`.
pub fn spec_of(kind: &str) -> Option<&'static Kind> {
    SPECS.iter().find(|(name, _)| *name == kind).map(|(_, spec)| spec)
}

pub(super) static SPECS: &[(&str, Kind)] = &[
    ("CSISecrets", CSI_SECRETS),
    ("HCPAuth", HCP_AUTH),
    ("HCPVaultSecretsApp", HCP_VAULT_SECRETS_APP),
    ("SecretTransformation", SECRET_TRANSFORMATION),
    ("VaultAuth", VAULT_AUTH),
    ("VaultAuthGlobal", VAULT_AUTH_GLOBAL),
    ("VaultConnection", VAULT_CONNECTION),
    ("VaultDynamicSecret", VAULT_DYNAMIC_SECRET),
    ("VaultPKISecret", VAULT_PKI_SECRET),
    ("VaultStaticSecret", VAULT_STATIC_SECRET),
];

/// One number and one unit, which is less than Go takes: `90m`, never `1h30m`.
const SPAN: Kind = OneUnit("smh");

const METHOD: Kind = Enum(&["kubernetes", "jwt", "appRole", "aws", "gcp"]);

const KV: Kind = Enum(&["kv-v1", "kv-v2"]);

/// Kubernetes issues no token for a shorter time.
const TOKEN_SECONDS: Kind = Between(600, i64::MAX);

const PERCENT: Kind = Between(0, 90);

const VERSION: Kind = Between(0, i64::MAX);

const VAULT_CONNECTION: Kind = object(&[
    required("address", Text),
    optional("caCertPath", Text).since(1, 3),
    optional("caCertSecretRef", Text),
    optional("headers", Map(&Text)),
    optional("skipTLSVerify", Boolean),
    optional("timeout", SPAN).since(0, 9),
    optional("tlsServerName", Text),
]);

const VAULT_AUTH: Kind = object(&[
    optional("allowedNamespaces", List(&Text)).since(0, 2),
    optional("appRole", object(&[
        optional("roleId", Text).required_until(0, 8),
        optional("secretIDPath", Text).since(1, 3),
        optional("secretRef", Text).required_until(0, 8),
    ])),
    optional("aws", object(&[
        optional("headerValue", Text),
        optional("iamEndpoint", Text),
        optional("irsaServiceAccount", Text),
        optional("region", Text),
        optional("role", Text).required_until(0, 8),
        optional("secretRef", Text),
        optional("sessionName", Text),
        optional("stsEndpoint", Text),
    ])),
    optional("gcp", object(&[
        optional("clusterName", Text),
        optional("projectID", Text),
        optional("region", Text),
        optional("role", Text).required_until(0, 8),
        optional("workloadIdentityServiceAccount", Text).required_until(0, 8),
    ])).since(0, 4),
    optional("headers", Map(&Text)),
    optional("jwt", object(&[
        optional("audiences", List(&Text)),
        optional("role", Text).required_until(0, 8),
        optional("secretRef", Text),
        optional("serviceAccount", Text),
        optional("tokenExpirationSeconds", TOKEN_SECONDS),
    ])),
    optional("kubernetes", object(&[
        optional("audiences", List(&Text)),
        optional("role", Text).required_until(0, 8),
        optional("serviceAccount", Text).required_until(0, 8),
        optional("tokenExpirationSeconds", TOKEN_SECONDS),
    ])),
    optional("method", METHOD).required_until(0, 8).newer(&[("gcp", Release::new(0, 4))]),
    optional("mount", Text).required_until(0, 8),
    optional("namespace", Text),
    optional("params", Map(&Text)),
    optional("storageEncryption", object(&[required("keyName", Text), required("mount", Text)])),
    optional("vaultAuthGlobalRef", object(&[
        optional("allowDefault", Boolean),
        optional("mergeStrategy", object(&[optional("headers", MERGE), optional("params", MERGE)])),
        optional("name", Name),
        optional("namespace", Namespace),
    ])).since(0, 8),
    optional("vaultConnectionRef", Text),
]);

const MERGE: Kind = Enum(&["union", "replace", "none"]);

const VAULT_AUTH_GLOBAL: Kind = object(&[
    optional("allowedNamespaces", List(&Text)),
    optional("appRole", object(&[
        optional("headers", Map(&Text)),
        optional("mount", Text),
        optional("namespace", Text),
        optional("params", Map(&Text)),
        optional("roleId", Text),
        optional("secretIDPath", Text).since(1, 3),
        optional("secretRef", Text),
    ])),
    optional("aws", object(&[
        optional("headerValue", Text),
        optional("headers", Map(&Text)),
        optional("iamEndpoint", Text),
        optional("irsaServiceAccount", Text),
        optional("mount", Text),
        optional("namespace", Text),
        optional("params", Map(&Text)),
        optional("region", Text),
        optional("role", Text),
        optional("secretRef", Text),
        optional("sessionName", Text),
        optional("stsEndpoint", Text),
    ])),
    optional("defaultAuthMethod", METHOD),
    optional("defaultMount", Text),
    optional("defaultVaultNamespace", Text),
    optional("gcp", object(&[
        optional("clusterName", Text),
        optional("headers", Map(&Text)),
        optional("mount", Text),
        optional("namespace", Text),
        optional("params", Map(&Text)),
        optional("projectID", Text),
        optional("region", Text),
        optional("role", Text),
        optional("workloadIdentityServiceAccount", Text),
    ])),
    optional("headers", Map(&Text)),
    optional("jwt", object(&[
        optional("audiences", List(&Text)),
        optional("headers", Map(&Text)),
        optional("mount", Text),
        optional("namespace", Text),
        optional("params", Map(&Text)),
        optional("role", Text),
        optional("secretRef", Text),
        optional("serviceAccount", Text),
        optional("tokenExpirationSeconds", TOKEN_SECONDS),
    ])),
    optional("kubernetes", object(&[
        optional("audiences", List(&Text)),
        optional("headers", Map(&Text)),
        optional("mount", Text),
        optional("namespace", Text),
        optional("params", Map(&Text)),
        optional("role", Text),
        optional("serviceAccount", Text),
        optional("tokenExpirationSeconds", TOKEN_SECONDS),
    ])),
    optional("params", Map(&Text)),
    optional("vaultConnectionRef", Text),
]);

const VAULT_STATIC_SECRET: Kind = object(&[
    required("destination", DESTINATION),
    optional("hmacSecretData", Boolean),
    required("mount", Text),
    optional("namespace", Text),
    required("path", Text),
    optional("refreshAfter", SPAN),
    optional("rolloutRestartTargets", List(&RESTART_TARGET)),
    optional("syncConfig", object(&[optional("instantUpdates", Boolean)])).since(0, 8),
    required("type", KV),
    optional("vaultAuthRef", Text),
    optional("version", VERSION),
]);

const VAULT_DYNAMIC_SECRET: Kind = object(&[
    optional("allowStaticCreds", Boolean),
    required("destination", DESTINATION),
    required("mount", Text),
    optional("namespace", Text),
    optional("params", Map(&Text)),
    required("path", Text),
    optional("refreshAfter", SPAN).since(0, 6),
    optional("renewalPercent", PERCENT),
    optional("requestHTTPMethod", Enum(&["GET", "POST", "PUT"])),
    optional("revoke", Boolean),
    optional("rolloutRestartTargets", List(&RESTART_TARGET)),
    optional("vaultAuthRef", Text),
]);

const VAULT_PKI_SECRET: Kind = object(&[
    optional("altNames", List(&Text)),
    optional("clear", Boolean),
    optional("commonName", Text),
    required("destination", DESTINATION),
    optional("excludeCNFromSans", Boolean),
    optional("expiryOffset", SPAN),
    optional("format", Text),
    optional("ipSans", List(&Text)),
    optional("issuerRef", Text),
    required("mount", Text),
    optional("namespace", Text),
    optional("notAfter", Text),
    optional("otherSans", List(&Text)),
    optional("privateKeyFormat", Text),
    optional("revoke", Boolean),
    required("role", Text),
    optional("rolloutRestartTargets", List(&RESTART_TARGET)),
    optional("ttl", OneUnit("smhd")),
    optional("uriSans", List(&Text)),
    optional("userIDs", List(&Text)).since(0, 5),
    optional("vaultAuthRef", Text),
]);

const HCP_AUTH: Kind = object(&[
    optional("allowedNamespaces", List(&Text)),
    optional("method", Enum(&["servicePrincipal"])),
    required("organizationID", Text),
    required("projectID", Text),
    optional("servicePrincipal", object(&[required("secretRef", Text)])),
]);

const HCP_VAULT_SECRETS_APP: Kind = object(&[
    required("appName", Text),
    required("destination", DESTINATION),
    optional("hcpAuthRef", Text),
    optional("refreshAfter", SPAN),
    optional("rolloutRestartTargets", List(&RESTART_TARGET)),
    optional("syncConfig", object(&[optional("dynamic", object(&[optional("renewalPercent", PERCENT)]))])).since(0, 9),
]);

const SECRET_TRANSFORMATION: Kind = object(&[
    optional("excludes", List(&Text)),
    optional("includes", List(&Text)),
    optional("sourceTemplates", List(&TEMPLATE)),
    optional("templates", Map(&TEMPLATE)),
]);

const CSI_SECRETS: Kind = object(&[
    required("accessControl", object(&[
        optional("matchPolicy", Enum(&["any", "all"])),
        optional("namespacePatterns", List(&Text)),
        optional("podLabels", Map(&Text)),
        optional("podNamePatterns", List(&Text)),
        required("serviceAccountPattern", Text),
    ])),
    optional("namespace", Text),
    required("secrets", object(&[
        optional("transformation", TRANSFORMATION),
        optional("vaultAppRoleSecretIDs", List(&object(&[
            optional("cidrList", List(&Text)),
            optional("metadata", Map(&Text)),
            required("mount", Text),
            optional("numUses", Integer),
            required("role", Text),
            optional("syncRoleID", Boolean),
            optional("tokenBoundCIDRs", List(&Text)),
            optional("transformation", TRANSFORMATION),
            optional("ttl", SPAN),
            optional("wrapTTL", SPAN),
        ]))),
        optional("vaultStaticSecrets", List(&object(&[
            required("mount", Text),
            required("path", Text),
            optional("transformation", TRANSFORMATION),
            required("type", KV),
            optional("version", VERSION),
        ]))),
    ])),
    optional("syncConfig", object(&[
        required("containerState", object(&[optional("imagePattern", Text), optional("namePattern", Text)])),
    ])),
    optional("vaultAuthRef", object(&[
        required("name", Text),
        optional("namespace", Text),
        optional("trustNamespace", Boolean),
    ])),
]);

const DESTINATION: Kind = object(&[
    optional("annotations", Map(&Text)),
    optional("create", Boolean),
    optional("labels", Map(&Text)),
    required("name", Text),
    optional("overwrite", Boolean).since(0, 5),
    optional("transformation", TRANSFORMATION).since(0, 5),
    optional("type", Text),
]);

const TRANSFORMATION: Kind = object(&[
    optional("excludeRaw", Boolean),
    optional("excludes", List(&Text)),
    optional("includes", List(&Text)),
    optional("templates", Map(&TEMPLATE)),
    optional("transformationRefs", List(&object(&[
        optional("ignoreExcludes", Boolean),
        optional("ignoreIncludes", Boolean),
        required("name", Text),
        optional("namespace", Text),
        optional("templateRefs", List(&object(&[optional("keyOverride", Text), required("name", Text)]))),
    ]))),
]);

const TEMPLATE: Kind = object(&[optional("name", Text), required("text", Text)]);

const RESTART_TARGET: Kind = object(&[
    required("kind", Enum(&["Deployment", "DaemonSet", "StatefulSet", "argo.Rollout"]))
        .newer(&[("argo.Rollout", Release::new(0, 7))]),
    required("name", Text),
]);

//! What a store may say about its backend: every provider's fields, by name.
//!
//! Source: the definitions of SecretStore in external-secrets 2.9 and in every minor release from 0.9 to it, and what
//! the providers of 2.9 refuse when a store is validated. It does not know what the backends themselves accept (regions,
//! paths, URLs).

use super::external_secrets::{CA_PROVIDER, REFERENT_CA_PROVIDER, SECRET_KEY, SECRET_OR_VALUE};
use super::external_secrets::{SERVICE_ACCOUNT, STRICT_SECRET_KEY, STRICT_SERVICE_ACCOUNT};
use super::shape::Choice::{AtLeastOne, AtMostOne, ExactlyOne, OneField, Together};
use super::shape::Kind::{self, Any, Boolean, DataKey, Duration, Enum, Integer, List, Map, Name, Namespace, Text};
use super::shape::{choice, object, optional, required};
use crate::model::Release;

/// `spec.provider`.
pub(super) const PROVIDERS: Kind = choice(&[OneField], &[
    optional("akeyless", AKEYLESS),
    optional("alibaba", ALIBABA).until(2, 0),
    optional("aws", AWS),
    optional("azurekv", AZUREKV),
    optional("barbican", BARBICAN).since(1, 2).only_v1(),
    optional("beyondtrust", BEYONDTRUST).since(0, 10),
    optional("beyondtrustworkloadcredentials", BEYONDTRUST_WORKLOAD).since(2, 7).only_v1(),
    optional("bitwardensecretsmanager", BITWARDEN),
    optional("chef", CHEF),
    optional("cloudrusm", CLOUD_RU).since(0, 15),
    optional("conjur", CONJUR),
    optional("crd", CRD).since(2, 8).only_v1(),
    optional("delinea", DELINEA),
    optional("device42", DEVICE42).until(2, 0),
    optional("doppler", DOPPLER),
    optional("dvls", DVLS).since(1, 3).only_v1(),
    optional("fake", FAKE),
    optional("fortanix", FORTANIX),
    optional("gcpsm", GCPSM),
    optional("github", GITHUB).since(0, 14),
    optional("gitlab", GITLAB),
    optional("ibm", IBM),
    optional("infisical", INFISICAL),
    optional("keepersecurity", KEEPER),
    optional("kubernetes", KUBERNETES),
    optional("nebiusmysterybox", NEBIUS).since(2, 1).only_v1(),
    optional("ngrok", NGROK).since(0, 20).only_v1(),
    optional("onboardbase", ONBOARDBASE),
    optional("onepassword", ONEPASSWORD),
    optional("onepasswordSDK", ONEPASSWORD_SDK).since(0, 17).only_v1(),
    optional("openBao", OPENBAO).since(2, 7).only_v1(),
    optional("oracle", ORACLE),
    optional("ovh", OVH).since(2, 3).only_v1(),
    optional("passbolt", PASSBOLT),
    optional("passworddepot", PASSWORD_DEPOT),
    optional("previder", PREVIDER).since(0, 10),
    optional("pulumi", PULUMI),
    optional("scaleway", SCALEWAY),
    optional("secretserver", SECRET_SERVER).since(0, 10),
    optional("senhasegura", SENHASEGURA),
    optional("vault", VAULT),
    optional("volcengine", VOLCENGINE).since(0, 20).only_v1(),
    optional("webhook", WEBHOOK),
    optional("yandexcertificatemanager", YANDEX_CERTIFICATES),
    optional("yandexlockbox", YANDEX_LOCKBOX),
]);

const AKEYLESS: Kind = object(&[
    required("akeylessGWApiURL", Text),
    required("authSecretRef", choice(&[ExactlyOne(&["kubernetesAuth", "secretRef"])], &[
        optional("kubernetesAuth", object(&[
            required("accessID", Text),
            required("k8sConfName", Text),
            optional("secretRef", STRICT_SECRET_KEY),
            optional("serviceAccountRef", SERVICE_ACCOUNT),
        ])),
        optional("secretRef", object(&[
            optional("accessID", STRICT_SECRET_KEY),
            optional("accessType", STRICT_SECRET_KEY),
            optional("accessTypeParam", STRICT_SECRET_KEY),
        ])),
        optional("serviceAccountRef", SERVICE_ACCOUNT).since(2, 8).only_v1(),
    ])),
    optional("caBundle", Text),
    optional("caProvider", CA_PROVIDER),
    optional("ignoreCache", Boolean).since(2, 8).only_v1(),
]);

const ALIBABA: Kind = object(&[
    required("auth", object(&[
        optional("rrsa", object(&[
            required("oidcProviderArn", Text),
            required("oidcTokenFilePath", Text),
            required("roleArn", Text),
            required("sessionName", Text),
        ])),
        optional("secretRef", object(&[
            required("accessKeyIDSecretRef", SECRET_KEY),
            required("accessKeySecretSecretRef", SECRET_KEY),
        ])),
    ])),
    required("regionID", Text),
]);

const AWS: Kind = object(&[
    optional("additionalRoles", List(&Text)),
    optional("auth", choice(&[AtMostOne(&["jwt", "secretRef"])], &[
        optional("jwt", object(&[optional("serviceAccountRef", SERVICE_ACCOUNT)])),
        optional("secretRef", choice(&[Together(&["accessKeyIDSecretRef", "secretAccessKeySecretRef"])], &[
            optional("accessKeyIDSecretRef", SECRET_KEY),
            optional("secretAccessKeySecretRef", SECRET_KEY),
            optional("sessionTokenSecretRef", SECRET_KEY),
        ])),
    ])),
    optional("customSessionTags", Map(&Text)).since(2, 5).only_v1(),
    optional("externalID", Text),
    optional("prefix", Text).since(0, 10),
    required("region", Text),
    optional("role", Text),
    optional("secretsManager", object(&[
        optional("forceDeleteWithoutRecovery", Boolean),
        optional("recoveryWindowInDays", Integer),
    ])),
    required("service", Enum(&["SecretsManager", "ParameterStore", "CertificateManager"]))
        .newer(&[("CertificateManager", Release::new(2, 8))]),
    optional("sessionTags", List(&object(&[required("key", Text), required("value", Text)]))),
    optional("sessionTagsPolicy", Enum(&["None", "Simple", "Custom"])).since(2, 5).only_v1(),
    optional("transitiveTagKeys", List(&Text)),
]);

pub(super) const AZURE_CLOUDS: &[&str] = &["PublicCloud", "USGovernmentCloud", "ChinaCloud", "GermanCloud", "AzureStackCloud"];

const AZUREKV: Kind = object(&[
    optional("authSecretRef", object(&[
        optional("clientCertificate", SECRET_KEY),
        optional("clientId", SECRET_KEY),
        optional("clientSecret", SECRET_KEY),
        optional("tenantId", SECRET_KEY),
    ])),
    optional("authType", Enum(&["ServicePrincipal", "ManagedIdentity", "WorkloadIdentity"])),
    optional("customCloudConfig", object(&[
        required("activeDirectoryEndpoint", Text),
        optional("keyVaultDNSSuffix", Text),
        optional("keyVaultEndpoint", Text),
        optional("resourceManagerEndpoint", Text),
    ])).since(0, 20).only_v1(),
    optional("environmentType", Enum(AZURE_CLOUDS)).newer(&[("AzureStackCloud", Release::new(0, 20))]),
    optional("identityId", Text),
    optional("serviceAccountRef", SERVICE_ACCOUNT),
    optional("tenantId", Text),
    optional("useAzureSDK", Boolean).since(0, 20).only_v1(),
    required("vaultUrl", Text),
]);

const BARBICAN: Kind = object(&[
    required("auth", object(&[
        required("password", object(&[required("secretRef", STRICT_SECRET_KEY)])),
        required("username", choice(&[OneField], &[
            optional("secretRef", STRICT_SECRET_KEY),
            optional("value", Text),
        ])),
    ])),
    optional("authURL", Text),
    optional("domainName", Text),
    optional("region", Text),
    optional("tenantName", Text),
]);

const BEYONDTRUST: Kind = object(&[
    required("auth", choice(&[AtLeastOne(&["apiKey", "clientId"]), Together(&["clientId", "clientSecret"])], &[
        optional("apiKey", SECRET_OR_VALUE).since(0, 11),
        optional("certificate", SECRET_OR_VALUE),
        optional("certificateKey", SECRET_OR_VALUE),
        optional("clientId", SECRET_OR_VALUE),
        optional("clientSecret", SECRET_OR_VALUE),
    ])),
    required("server", object(&[
        required("apiUrl", Text),
        optional("apiVersion", Text).since(0, 14),
        optional("clientTimeOutSeconds", Integer),
        optional("decrypt", Boolean).since(1, 3),
        optional("retrievalType", Text),
        optional("separator", Text),
        required("verifyCA", Boolean),
    ])),
]);

pub(super) const BEYONDTRUST_WORKLOAD: Kind = object(&[
    required("auth", object(&[required("apikey", object(&[required("token", STRICT_SECRET_KEY)]))])),
    optional("caBundle", Text),
    optional("caProvider", CA_PROVIDER),
    optional("folderPath", Text),
    required("server", object(&[required("apiUrl", Text), required("siteId", Text)])),
]);

const BITWARDEN: Kind = object(&[
    optional("apiURL", Text),
    required("auth", object(&[required("secretRef", object(&[required("credentials", SECRET_KEY)]))])),
    optional("bitwardenServerSDKURL", Text),
    optional("caBundle", Text),
    optional("caProvider", CA_PROVIDER).since(0, 10),
    optional("identityURL", Text),
    required("organizationID", Text),
    required("projectID", Text),
]);

const CHEF: Kind = object(&[
    required("auth", object(&[required("secretRef", object(&[required("privateKeySecretRef", STRICT_SECRET_KEY)]))])),
    required("serverUrl", Text),
    required("username", Text),
]);

const CLOUD_RU: Kind = object(&[
    required("auth", object(&[
        optional("secretRef", object(&[
            required("accessKeyIDSecretRef", SECRET_KEY),
            required("accessKeySecretSecretRef", SECRET_KEY),
        ])),
    ])),
    optional("projectID", Text),
]);

const CONJUR: Kind = object(&[
    required("auth", choice(&[OneField], &[
        optional("apikey", object(&[
            required("account", Text),
            required("apiKeyRef", SECRET_KEY),
            required("userRef", SECRET_KEY),
        ])),
        optional("cert", object(&[
            required("account", Text),
            required("clientCertRef", SECRET_KEY),
            required("clientKeyRef", SECRET_KEY),
            optional("hostId", Text),
            required("serviceID", Text),
        ])).since(2, 8).only_v1(),
        optional("jwt", choice(&[AtLeastOne(&["secretRef", "serviceAccountRef"])], &[
            required("account", Text),
            optional("hostId", Text),
            optional("secretRef", SECRET_KEY),
            optional("serviceAccountRef", SERVICE_ACCOUNT),
            required("serviceID", Text),
        ])),
    ])),
    optional("caBundle", Text),
    optional("caProvider", CA_PROVIDER),
    required("url", Text),
]);

const CRD: Kind = choice(&[ExactlyOne(&["auth", "authRef"])], &[
    optional("auth", choice(&[OneField], &[
        optional("cert", object(&[required("clientCert", STRICT_SECRET_KEY), required("clientKey", SECRET_KEY)])),
        optional("serviceAccount", SERVICE_ACCOUNT),
        optional("token", object(&[required("bearerToken", STRICT_SECRET_KEY)])),
    ])),
    optional("authRef", SECRET_KEY),
    required("resource", object(&[required("group", Text), required("kind", Text), required("version", Text)])),
    optional("server", object(&[
        optional("caBundle", Text),
        optional("caProvider", CA_PROVIDER),
        optional("url", Text),
    ])),
    optional("whitelist", object(&[
        optional("rules", List(&object(&[
            optional("name", Text),
            optional("namespace", Text),
            optional("properties", List(&Text)),
        ]))),
    ])),
]);

const DELINEA: Kind = object(&[
    required("clientId", SECRET_OR_VALUE),
    required("clientSecret", SECRET_OR_VALUE),
    required("tenant", Text),
    optional("tld", Text),
    optional("urlTemplate", Text),
]);

const DEVICE42: Kind = object(&[
    required("auth", object(&[required("secretRef", object(&[optional("credentials", SECRET_KEY)]))])),
    required("host", Text),
]);

const DOPPLER: Kind = object(&[
    required("auth", choice(&[ExactlyOne(&["oidcConfig", "secretRef"])], &[
        optional("oidcConfig", object(&[
            optional("expirationSeconds", Integer),
            required("identity", Text),
            required("serviceAccountRef", STRICT_SERVICE_ACCOUNT),
        ])).since(1, 2).only_v1(),
        optional("secretRef", object(&[required("dopplerToken", STRICT_SECRET_KEY)])).required_until(1, 2),
    ])),
    optional("config", Text),
    optional("format", Enum(&["json", "dotnet-json", "env", "yaml", "docker"])),
    optional("nameTransformer", Enum(&["upper-camel", "camel", "lower-snake", "tf-var", "dotnet-env", "lower-kebab"])),
    optional("project", Text),
]);

const DVLS: Kind = object(&[
    required("auth", object(&[
        required("secretRef", object(&[
            required("appId", STRICT_SECRET_KEY),
            required("appSecret", STRICT_SECRET_KEY),
        ])),
    ])),
    optional("insecure", Boolean),
    required("serverUrl", Text),
    optional("vault", Text).since(2, 4),
]);

const FAKE: Kind = object(&[
    required("data", List(&object(&[
        required("key", Text),
        optional("value", Text).required_since(0, 16),
        optional("valueMap", Map(&Text)).until(0, 16),
        optional("version", Text),
    ]))),
    optional("validationResult", Integer).since(0, 20).only_v1(),
]);

const FORTANIX: Kind = object(&[
    optional("apiKey", object(&[optional("secretRef", SECRET_KEY)])),
    optional("apiUrl", Text),
]);

const GCPSM: Kind = object(&[
    optional("auth", choice(&[AtMostOne(&["secretRef", "workloadIdentity", "workloadIdentityFederation"])], &[
        optional("secretRef", object(&[optional("secretAccessKeySecretRef", SECRET_KEY)])),
        optional("workloadIdentity", object(&[
            optional("clusterLocation", Text).required_until(0, 16),
            optional("clusterName", Text).required_until(0, 16),
            optional("clusterProjectID", Text),
            required("serviceAccountRef", SERVICE_ACCOUNT),
        ])),
        optional("workloadIdentityFederation", choice(&[
            ExactlyOne(&["awsSecurityCredentials", "credConfig", "serviceAccountRef"]),
        ], &[
            optional("audience", Text),
            optional("awsSecurityCredentials", object(&[
                required("awsCredentialsSecretRef", object(&[
                    required("name", Name),
                    optional("namespace", Namespace),
                ])),
                required("region", Text),
            ])),
            optional("credConfig", object(&[
                required("key", DataKey),
                required("name", Name),
                optional("namespace", Namespace),
            ])),
            optional("externalTokenEndpoint", Text),
            optional("gcpServiceAccountEmail", Text).since(2, 5),
            optional("serviceAccountRef", SERVICE_ACCOUNT),
        ])).since(0, 20).only_v1(),
    ])),
    optional("location", Text),
    optional("projectID", Text),
    optional("secretVersionSelectionPolicy", Text).since(0, 20).only_v1(),
]);

const GITHUB: Kind = object(&[
    required("appID", Integer),
    required("auth", object(&[required("privateKey", SECRET_KEY)])),
    optional("environment", Text),
    required("installationID", Integer),
    optional("orgSecretVisibility", Enum(&["all", "private"])).since(2, 3).only_v1(),
    required("organization", Text),
    optional("repository", Text),
    optional("uploadURL", Text),
    optional("url", Text),
]);

const GITLAB: Kind = choice(&[AtLeastOne(&["groupIDs", "projectID"])], &[
    required("auth", object(&[required("SecretRef", object(&[optional("accessToken", STRICT_SECRET_KEY)]))])),
    optional("caBundle", Text).since(0, 18),
    optional("caProvider", CA_PROVIDER).since(0, 18),
    optional("environment", Text),
    optional("groupIDs", List(&Text)),
    optional("inheritFromGroups", Boolean),
    optional("projectID", Text),
    optional("url", Text),
]);

const IBM: Kind = object(&[
    required("auth", choice(&[OneField], &[
        optional("containerAuth", object(&[
            optional("iamEndpoint", Text),
            required("profile", Text),
            optional("tokenLocation", Text),
        ])),
        optional("secretRef", object(&[
            optional("iamEndpoint", Text).since(1, 1).only_v1(),
            optional("secretApiKeySecretRef", STRICT_SECRET_KEY),
        ])),
    ])),
    optional("serviceUrl", Text),
]);

const INFISICAL: Kind = object(&[
    required("auth", choice(&[OneField], &[
        optional("awsAuthCredentials", object(&[required("identityId", SECRET_KEY)])).since(0, 19).only_v1(),
        optional("azureAuthCredentials", object(&[
            required("identityId", SECRET_KEY),
            optional("resource", SECRET_KEY),
        ])).since(0, 18).only_v1(),
        optional("gcpIamAuthCredentials", object(&[
            required("identityId", SECRET_KEY),
            required("serviceAccountKeyFilePath", SECRET_KEY),
        ])).since(0, 19).only_v1(),
        optional("gcpIdTokenAuthCredentials", object(&[required("identityId", SECRET_KEY)])).since(0, 19).only_v1(),
        optional("jwtAuthCredentials", object(&[
            required("identityId", SECRET_KEY),
            required("jwt", SECRET_KEY),
        ])).since(0, 19).only_v1(),
        optional("kubernetesAuthCredentials", object(&[
            required("identityId", SECRET_KEY),
            optional("serviceAccountTokenPath", SECRET_KEY),
        ])).since(0, 19).only_v1(),
        optional("ldapAuthCredentials", object(&[
            required("identityId", SECRET_KEY),
            required("ldapPassword", SECRET_KEY),
            required("ldapUsername", SECRET_KEY),
        ])).since(0, 19).only_v1(),
        optional("ociAuthCredentials", object(&[
            required("fingerprint", SECRET_KEY),
            required("identityId", SECRET_KEY),
            required("privateKey", SECRET_KEY),
            optional("privateKeyPassphrase", SECRET_KEY),
            required("region", SECRET_KEY),
            required("tenancyId", SECRET_KEY),
            required("userId", SECRET_KEY),
        ])).since(0, 19).only_v1(),
        optional("tokenAuthCredentials", object(&[required("accessToken", SECRET_KEY)])).since(0, 19).only_v1(),
        optional("universalAuthCredentials", object(&[
            required("clientId", SECRET_KEY),
            required("clientSecret", SECRET_KEY),
        ])),
    ])),
    optional("caBundle", Text).since(1, 2).only_v1(),
    optional("caProvider", CA_PROVIDER).since(1, 2).only_v1(),
    optional("hostAPI", Text),
    required("secretsScope", object(&[
        required("environmentSlug", Text),
        optional("expandSecretReferences", Boolean).since(0, 14),
        optional("organizationSlug", Text).since(2, 7).only_v1(),
        required("projectSlug", Text),
        optional("recursive", Boolean).since(0, 10),
        optional("secretsPath", Text),
    ])),
]);

const KEEPER: Kind = object(&[
    required("authRef", STRICT_SECRET_KEY),
    required("folderID", Text),
    optional("getByTitleFallback", Boolean).since(2, 4).only_v1(),
]);

const KUBERNETES: Kind = choice(&[AtMostOne(&["auth", "authRef"])], &[
    optional("auth", choice(&[OneField], &[
        optional("cert", object(&[
            optional("clientCert", STRICT_SECRET_KEY).required_since(2, 8),
            optional("clientKey", SECRET_KEY).required_since(2, 8),
        ])),
        optional("serviceAccount", SERVICE_ACCOUNT),
        optional("token", object(&[optional("bearerToken", STRICT_SECRET_KEY).required_since(2, 8)])),
    ])),
    optional("authRef", SECRET_KEY),
    optional("remoteNamespace", Namespace),
    optional("server", object(&[
        optional("caBundle", Text),
        optional("caProvider", CA_PROVIDER),
        optional("url", Text),
    ])),
]);

const NEBIUS: Kind = object(&[
    required("apiDomain", Text),
    required("auth", choice(&[AtLeastOne(&["serviceAccountCredsSecretRef", "tokenSecretRef"])], &[
        optional("serviceAccountCredsSecretRef", STRICT_SECRET_KEY),
        optional("tokenSecretRef", STRICT_SECRET_KEY),
    ])),
    optional("caProvider", object(&[optional("certSecretRef", STRICT_SECRET_KEY)])),
]);

const NGROK: Kind = object(&[
    optional("apiUrl", Text),
    required("auth", choice(&[OneField], &[optional("apiKey", object(&[optional("secretRef", STRICT_SECRET_KEY)]))])),
    required("vault", object(&[required("name", Text)])),
]);

const ONBOARDBASE: Kind = object(&[
    optional("apiHost", Text),
    required("auth", object(&[required("apiKeyRef", STRICT_SECRET_KEY), required("passcodeRef", STRICT_SECRET_KEY)])),
    optional("environment", Text),
    optional("project", Text),
]);

const ONEPASSWORD: Kind = object(&[
    required("auth", object(&[
        required("secretRef", object(&[required("connectTokenSecretRef", STRICT_SECRET_KEY)])),
    ])),
    required("connectHost", Text),
    required("vaults", Map(&Integer)),
]);

const ONEPASSWORD_SDK: Kind = choice(&[ExactlyOne(&["environment", "vault"])], &[
    required("auth", object(&[required("serviceAccountSecretRef", STRICT_SECRET_KEY)])),
    optional("cache", object(&[optional("maxSize", Integer), optional("ttl", Duration)])).since(1, 3),
    optional("environment", Text).since(2, 9),
    optional("integrationInfo", object(&[optional("name", Text), optional("version", Text)])),
    optional("vault", Text).required_until(2, 9),
]);

const OPENBAO: Kind = choice(&[AtMostOne(&["caBundle", "caProvider"])], &[
    optional("auth", choice(&[ExactlyOne(&["appRole", "tokenSecretRef", "userPass"])], &[
        optional("appRole", choice(&[ExactlyOne(&["roleId", "roleRef"])], &[
            optional("path", Text),
            optional("roleId", Text),
            optional("roleRef", SECRET_KEY),
            required("secretRef", SECRET_KEY),
        ])),
        optional("namespace", Text),
        optional("tokenSecretRef", SECRET_KEY),
        optional("userPass", object(&[
            optional("path", Text),
            optional("secretRef", SECRET_KEY),
            required("username", Text),
        ])),
    ])),
    optional("caBundle", Text),
    optional("caProvider", REFERENT_CA_PROVIDER),
    optional("namespace", Text),
    optional("path", Text),
    required("server", Text),
    optional("version", Enum(&["v1", "v2"])),
]);

const ORACLE: Kind = object(&[
    optional("auth", object(&[
        required("secretRef", object(&[
            required("fingerprint", STRICT_SECRET_KEY),
            required("privatekey", STRICT_SECRET_KEY),
        ])),
        required("tenancy", Text),
        required("user", Text),
    ])),
    optional("compartment", Text),
    optional("encryptionKey", Text),
    optional("principalType", Enum(&["", "UserPrincipal", "InstancePrincipal", "Workload"])),
    required("region", Text),
    optional("serviceAccountRef", STRICT_SERVICE_ACCOUNT),
    required("vault", Text),
]);

const OVH: Kind = object(&[
    required("auth", choice(&[OneField], &[
        optional("mtls", object(&[
            optional("caBundle", Text),
            optional("caProvider", CA_PROVIDER),
            required("certSecretRef", SECRET_KEY),
            required("keySecretRef", SECRET_KEY),
        ])),
        optional("token", object(&[required("tokenSecretRef", SECRET_KEY)])),
    ])),
    optional("casRequired", Boolean),
    optional("okmsTimeout", Integer),
    required("okmsid", Text),
    required("server", Text),
]);

const PASSBOLT: Kind = object(&[
    required("auth", object(&[
        required("passwordSecretRef", SECRET_KEY),
        required("privateKeySecretRef", SECRET_KEY),
    ])),
    optional("caBundle", Text).since(2, 4).only_v1(),
    optional("caProvider", CA_PROVIDER).since(2, 4).only_v1(),
    required("host", Text),
]);

const PASSWORD_DEPOT: Kind = object(&[
    required("auth", object(&[required("secretRef", object(&[optional("credentials", SECRET_KEY)]))])),
    required("database", Text),
    required("host", Text),
]);

const PREVIDER: Kind = object(&[
    required("auth", object(&[optional("secretRef", object(&[required("accessToken", SECRET_KEY)]))])),
    optional("baseUri", Text),
]);

const PULUMI: Kind = choice(&[ExactlyOne(&["accessToken", "auth"])], &[
    optional("accessToken", object(&[optional("secretRef", SECRET_KEY)])).required_until(2, 5),
    optional("apiUrl", Text),
    optional("auth", choice(&[ExactlyOne(&["accessToken", "oidcConfig"])], &[
        optional("accessToken", object(&[optional("secretRef", SECRET_KEY)])),
        optional("oidcConfig", object(&[
            optional("expirationSeconds", Integer),
            required("organization", Text),
            required("serviceAccountRef", SERVICE_ACCOUNT),
        ])),
    ])).since(2, 5).only_v1(),
    required("environment", Text),
    required("organization", Text),
    required("project", Text).since(0, 10),
]);

const SCALEWAY: Kind = object(&[
    required("accessKey", SECRET_OR_VALUE),
    optional("apiUrl", Text),
    required("projectId", Text),
    required("region", Text),
    required("secretKey", SECRET_OR_VALUE),
]);

const SECRET_SERVER: Kind = choice(&[AtLeastOne(&["token", "username"]), Together(&["password", "username"])], &[
    optional("caBundle", Text).since(1, 1).only_v1(),
    optional("caProvider", CA_PROVIDER).since(1, 1).only_v1(),
    optional("domain", Text).since(0, 20).only_v1(),
    optional("password", SECRET_OR_VALUE).required_until(2, 8),
    required("serverURL", Text),
    optional("token", SECRET_OR_VALUE).since(2, 8).only_v1(),
    optional("username", SECRET_OR_VALUE).required_until(2, 8),
]);

const SENHASEGURA: Kind = object(&[
    required("auth", object(&[required("clientId", Text), required("clientSecretSecretRef", SECRET_KEY)])),
    optional("ignoreSslCertificate", Boolean),
    required("module", Text),
    required("url", Text),
]);

pub(super) const VAULT: Kind = object(&[
    optional("auth", choice(&[
        ExactlyOne(&["appRole", "cert", "gcp", "iam", "jwt", "kubernetes", "ldap", "tokenSecretRef", "userPass"]),
    ], &[
        optional("appRole", choice(&[ExactlyOne(&["roleId", "roleRef"])], &[
            optional("path", Text),
            optional("roleId", Text),
            optional("roleRef", SECRET_KEY),
            required("secretRef", SECRET_KEY),
        ])),
        optional("cert", object(&[
            optional("clientCert", SECRET_KEY),
            optional("path", Text).since(0, 20).only_v1(),
            optional("secretRef", SECRET_KEY),
            optional("vaultRole", Text).since(2, 3).only_v1(),
        ])),
        optional("gcp", object(&[
            optional("location", Text),
            optional("path", Text),
            optional("projectID", Text),
            required("role", Text),
            optional("secretRef", object(&[optional("secretAccessKeySecretRef", SECRET_KEY)])),
            optional("serviceAccountRef", SERVICE_ACCOUNT),
            optional("workloadIdentity", object(&[
                optional("clusterLocation", Text),
                optional("clusterName", Text),
                optional("clusterProjectID", Text),
                required("serviceAccountRef", SERVICE_ACCOUNT),
            ])),
        ])).since(1, 1).only_v1(),
        optional("iam", object(&[
            optional("externalID", Text),
            optional("jwt", object(&[optional("serviceAccountRef", SERVICE_ACCOUNT)])),
            optional("path", Text),
            optional("region", Text),
            optional("role", Text),
            optional("secretRef", object(&[
                optional("accessKeyIDSecretRef", SECRET_KEY),
                optional("secretAccessKeySecretRef", SECRET_KEY),
                optional("sessionTokenSecretRef", SECRET_KEY),
            ])),
            optional("vaultAwsIamServerID", Text),
            required("vaultRole", Text),
        ])),
        optional("jwt", choice(&[ExactlyOne(&["kubernetesServiceAccountToken", "secretRef"])], &[
            optional("kubernetesServiceAccountToken", object(&[
                optional("audiences", List(&Text)),
                optional("expirationSeconds", Integer),
                required("serviceAccountRef", SERVICE_ACCOUNT),
            ])),
            optional("path", Text),
            optional("role", Text),
            optional("secretRef", SECRET_KEY),
        ])),
        optional("kubernetes", choice(&[AtMostOne(&["secretRef", "serviceAccountRef"])], &[
            optional("mountPath", Text),
            required("role", Text),
            optional("secretRef", SECRET_KEY),
            optional("serviceAccountRef", SERVICE_ACCOUNT),
        ])),
        optional("ldap", object(&[
            optional("path", Text),
            optional("secretRef", SECRET_KEY),
            required("username", Text),
        ])),
        optional("namespace", Text),
        optional("tokenSecretRef", SECRET_KEY),
        optional("userPass", object(&[
            optional("path", Text),
            optional("secretRef", SECRET_KEY),
            required("username", Text),
        ])),
    ])),
    optional("caBundle", Text),
    optional("caProvider", CA_PROVIDER),
    optional("checkAndSet", object(&[optional("required", Boolean)])).since(0, 20).only_v1(),
    optional("forwardInconsistent", Boolean),
    optional("headers", Map(&Text)).since(0, 10),
    optional("namespace", Text),
    optional("path", Text),
    optional("readYourWrites", Boolean),
    required("server", Text),
    optional("tls", choice(&[Together(&["certSecretRef", "keySecretRef"])], &[
        optional("certSecretRef", SECRET_KEY),
        optional("keySecretRef", SECRET_KEY),
    ])),
    optional("version", Enum(&["v1", "v2"])),
]);

const VOLCENGINE: Kind = object(&[
    optional("auth", object(&[
        optional("secretRef", object(&[
            required("accessKeyID", SECRET_KEY),
            required("secretAccessKey", SECRET_KEY),
            optional("token", SECRET_KEY),
        ])),
    ])),
    required("region", Text),
]);

const WEBHOOK: Kind = object(&[
    optional("auth", choice(&[OneField], &[
        optional("ntlm", object(&[required("passwordSecret", SECRET_KEY), required("usernameSecret", SECRET_KEY)])),
    ])).since(0, 16),
    optional("body", Text),
    optional("caBundle", Text),
    optional("caProvider", CA_PROVIDER),
    optional("headers", Map(&Text)),
    optional("method", Text),
    optional("result", object(&[optional("jsonPath", Text)])).required_until(0, 20),
    optional("secrets", List(&object(&[required("name", Text), required("secretRef", SECRET_KEY)]))),
    optional("timeout", Duration),
    required("url", Text),
]);

const YANDEX_CERTIFICATES: Kind = object(&[
    optional("apiEndpoint", Text),
    required("auth", object(&[optional("authorizedKeySecretRef", SECRET_KEY)])),
    optional("caProvider", object(&[optional("certSecretRef", SECRET_KEY)])),
    optional("fetching", choice(&[OneField], &[
        optional("byID", Any),
        optional("byName", object(&[required("folderID", Text)])),
    ])).since(0, 20).only_v1(),
]);

const YANDEX_LOCKBOX: Kind = object(&[
    optional("apiEndpoint", Text),
    required("auth", object(&[optional("authorizedKeySecretRef", SECRET_KEY)])),
    optional("caProvider", object(&[optional("certSecretRef", SECRET_KEY)])),
    optional("fetching", choice(&[OneField], &[
        optional("byID", Any),
        optional("byName", object(&[required("folderID", Text)])),
    ])).since(0, 20).only_v1(),
]);

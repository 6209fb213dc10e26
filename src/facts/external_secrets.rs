//! The kinds of `external-secrets.io`: every field, what it may hold, and between which releases it exists.
//!
//! Source: the definitions of ExternalSecret, SecretStore, ClusterExternalSecret, PushSecret and ClusterPushSecret in
//! external-secrets 2.9 and of every minor release from 0.9 to it, and the rules of its admission webhook. It does not
//! know what a backend accepts as a key.

use super::shape::Choice::{self, AtLeastOne, AtMostOne, ExactlyOne, OneField};
use super::shape::Kind::{self, Any, Boolean, DataKey, Duration, Enum, Integer, List, Map, Name, Namespace, Schedule};
use super::shape::Kind::{SecondsOrDuration, Text};
use super::shape::{Field, Reference, choice, object, optional, reference, required};
use super::store_providers::PROVIDERS;
use crate::model::Release;

pub const GROUP: &str = "external-secrets.io";

/// The `spec` of a kind of `GROUP`.
pub fn spec_of(kind: &str) -> Option<&'static Kind> {
    SPECS.iter().find(|(name, _)| *name == kind).map(|(_, spec)| spec)
}

/// The settings of a provider, by its name in `spec.provider`.
pub fn provider(name: &str) -> Option<&'static Kind> {
    let Kind::Object(providers) = &PROVIDERS else { return None };
    providers.field(name).map(|field| &field.kind)
}

static SPECS: &[(&str, Kind)] = &[
    ("ClusterExternalSecret", CLUSTER_EXTERNAL_SECRET_SPEC),
    ("ClusterPushSecret", CLUSTER_PUSH_SECRET_SPEC),
    ("ClusterSecretStore", STORE_SPEC),
    ("ExternalSecret", EXTERNAL_SECRET_SPEC),
    ("PushSecret", PUSH_SECRET_SPEC),
    ("SecretStore", STORE_SPEC),
];

const DATA_FROM_CHOICES: &[Choice] =
    &[AtLeastOne(&["extract", "find", "sourceRef"]), AtMostOne(&["extract", "find"])];

const EXTERNAL_SECRET_SPEC: Kind = object(&[
    optional("data", List(&object(&[
        required("remoteRef", REMOTE_REF),
        required("secretKey", DataKey),
        optional("sourceRef", SOURCE_REF),
    ]))),
    optional("dataFrom", List(&choice(DATA_FROM_CHOICES, &[
        optional("extract", REMOTE_REF),
        optional("find", object(&[
            optional("conversionStrategy", CONVERSION),
            optional("decodingStrategy", DECODING),
            optional("name", object(&[optional("regexp", Text)])),
            optional("nullBytePolicy", NULL_BYTES).since(2, 3).only_v1(),
            optional("path", Text),
            optional("tags", Map(&Text)),
        ])),
        optional("rewrite", List(&choice(&[OneField], &[
            optional("merge", object(&[
                optional("conflictPolicy", Enum(&["Ignore", "Error"])),
                optional("into", Text),
                optional("priority", List(&Text)),
                optional("priorityPolicy", Enum(&["IgnoreNotFound", "Strict"])).since(0, 20),
                optional("strategy", Enum(&["Extract", "JSON"])),
            ])).since(0, 18).only_v1(),
            optional("regexp", object(&[required("source", Text), required("target", Text)])),
            optional("transform", object(&[required("template", Text)])),
        ]))),
        optional("sourceRef", SOURCE_REF),
    ]))),
    optional("refreshInterval", Duration),
    optional("refreshPolicy", Enum(&["CreatedOnce", "Periodic", "OnChange"])).since(0, 16),
    optional("secretStoreRef", STORE_REF),
    optional("syncWindows", object(&[
        required("kind", Enum(&["allow", "deny"])),
        required("windows", List(&object(&[required("duration", Duration), required("schedule", Schedule)]))),
    ])).since(2, 7).only_v1(),
    optional("target", object(&[
        optional("creationPolicy", Enum(&["Owner", "Orphan", "Merge", "None", "CreateOrMerge"]))
            .newer(&[("CreateOrMerge", Release::new(2, 8))]),
        optional("deletionPolicy", Enum(&["Delete", "Merge", "Retain"])),
        optional("immutable", Boolean),
        optional("manifest", object(&[required("apiVersion", Text), required("kind", Text)])).since(1, 0).only_v1(),
        optional("name", Name),
        optional("template", TEMPLATE),
    ])),
]);

/// What `data[].remoteRef` and `dataFrom[].extract` share.
const REMOTE_REF: Kind = object(&[
    optional("conversionStrategy", CONVERSION),
    optional("decodingStrategy", DECODING),
    required("key", Text),
    optional("metadataPolicy", Enum(&["None", "Fetch"])),
    optional("nullBytePolicy", NULL_BYTES).since(2, 3).only_v1(),
    optional("property", Text),
    optional("version", Text),
]);

const TEMPLATE: Kind = object(&[
    optional("data", Map(&Text)),
    optional("engineVersion", Enum(&["v1", "v2"])).gone(&[("v1", Release::new(0, 16))]),
    optional("mergePolicy", Enum(&["Replace", "Merge"])),
    optional("metadata", object(&[
        optional("annotations", Map(&Text)),
        optional("finalizers", List(&Text)).since(0, 20).only_v1(),
        optional("labels", Map(&Text)),
    ])),
    optional("templateFrom", List(&object(&[
        optional("configMap", TEMPLATE_SOURCE),
        optional("literal", Text),
        optional("secret", TEMPLATE_SOURCE),
        optional("target", Text),
        optional("valuesDecodingStrategy", DECODING).since(2, 7).only_v1(),
    ]))),
    optional("type", Text),
]);

const TEMPLATE_SOURCE: Kind = object(&[
    required("items", List(&object(&[
        required("key", DataKey),
        optional("templateAs", Enum(&["Values", "KeysAndValues"])),
    ]))),
    required("name", Name),
]);

const SOURCE_REF: Kind = choice(&[OneField], &[optional("generatorRef", GENERATOR), optional("storeRef", STORE_REF)]);

const GENERATOR_KINDS: &[&str] = &[
    "ACRAccessToken",
    "BeyondtrustWorkloadCredentialsDynamicSecret",
    "CloudsmithAccessToken",
    "ClusterGenerator",
    "ECRAuthorizationToken",
    "Fake",
    "GCRAccessToken",
    "GithubAccessToken",
    "GitlabDeployToken",
    "Grafana",
    "MFA",
    "Password",
    "QuayAccessToken",
    "SSHKey",
    "STSSessionToken",
    "UUID",
    "VaultDynamicSecret",
    "Webhook",
];

const GENERATOR: Kind = object(&[
    optional("apiVersion", Text),
    required("kind", Enum(GENERATOR_KINDS)).newer(&[
        ("BeyondtrustWorkloadCredentialsDynamicSecret", Release::new(2, 7)),
        ("CloudsmithAccessToken", Release::new(0, 20)),
        ("GitlabDeployToken", Release::new(2, 8)),
        ("MFA", Release::new(0, 18)),
        ("SSHKey", Release::new(0, 19)),
    ]),
    required("name", Name),
]);

const CLUSTER_EXTERNAL_SECRET_SPEC: Kind = object(&[
    optional("externalSecretMetadata", object(&[optional("annotations", Map(&Text)), optional("labels", Map(&Text))])),
    optional("externalSecretName", Name),
    required("externalSecretSpec", EXTERNAL_SECRET_SPEC),
    optional("namespaceSelector", LABEL_SELECTOR),
    optional("namespaceSelectors", List(&LABEL_SELECTOR)),
    optional("namespaces", List(&Namespace)),
    optional("refreshTime", Duration),
]);

const PUSH_STORE_REF: Kind = choice(&[AtLeastOne(&["labelSelector", "name"])], &[
    optional("kind", STORE_KIND),
    optional("labelSelector", LABEL_SELECTOR),
    optional("name", Name),
]);

const PUSH_SECRET_SPEC: Kind = object(&[
    optional("data", List(&object(&[
        optional("conversionStrategy", Enum(&["None", "ReverseUnicode"])),
        required("match", object(&[
            required("remoteRef", object(&[optional("property", Text), required("remoteKey", Text)])),
            optional("secretKey", Text),
        ])),
        optional("metadata", Any),
    ]))),
    optional("dataTo", List(&choice(&[AtMostOne(&["remoteKey", "rewrite"])], &[
        optional("conversionStrategy", Enum(&["None", "ReverseUnicode"])),
        optional("match", object(&[optional("regexp", Text)])),
        optional("metadata", Any),
        optional("remoteKey", Text),
        optional("rewrite", List(&choice(&[OneField], &[
            optional("regexp", object(&[required("source", Text), required("target", Text)])),
            optional("transform", object(&[required("template", Text)])),
        ]))),
        optional("storeRef", PUSH_STORE_REF),
    ]))).since(2, 3),
    optional("deletionPolicy", Enum(&["Delete", "None"])),
    optional("refreshInterval", Duration),
    required("secretStoreRefs", List(&PUSH_STORE_REF)),
    required("selector", choice(&[OneField], &[
        optional("generatorRef", GENERATOR).since(0, 10),
        optional("secret", choice(&[AtLeastOne(&["name", "selector"])], &[
            optional("name", Name),
            optional("selector", LABEL_SELECTOR).since(0, 15),
        ])),
    ])),
    optional("template", TEMPLATE),
    optional("updatePolicy", Enum(&["Replace", "IfNotExists"])),
]);

const CLUSTER_PUSH_SECRET_SPEC: Kind = object(&[
    optional("namespaceSelectors", List(&LABEL_SELECTOR)),
    optional("pushSecretMetadata", object(&[optional("annotations", Map(&Text)), optional("labels", Map(&Text))])),
    optional("pushSecretName", Name),
    required("pushSecretSpec", PUSH_SECRET_SPEC),
    optional("refreshTime", Duration),
]);

const STORE_SPEC: Kind = object(&[
    optional("conditions", List(&object(&[
        optional("namespaceRegexes", List(&Text)),
        optional("namespaceSelector", LABEL_SELECTOR),
        optional("namespaces", List(&Namespace)),
    ]))),
    optional("controller", Text),
    required("provider", PROVIDERS),
    optional("refreshInterval", SecondsOrDuration),
    optional("retrySettings", RETRY),
]);

pub(super) const RETRY: Kind = object(&[optional("maxRetries", Integer), optional("retryInterval", Duration)]);

/// A key of a Secret.
pub(super) const SECRET_KEY: Kind = reference(Reference::FollowsExternalSecret, SECRET_KEY_FIELDS);

/// A key of a Secret, for the providers that don't follow the ExternalSecret into its namespace.
pub(super) const STRICT_SECRET_KEY: Kind = reference(Reference::NeedsNamespace, SECRET_KEY_FIELDS);

pub(super) const SERVICE_ACCOUNT: Kind = reference(Reference::FollowsExternalSecret, SERVICE_ACCOUNT_FIELDS);

pub(super) const STRICT_SERVICE_ACCOUNT: Kind = reference(Reference::NeedsNamespace, SERVICE_ACCOUNT_FIELDS);

/// A bundle of certificate authorities in a Secret or a ConfigMap.
pub(super) const CA_PROVIDER: Kind = reference(Reference::CertificateAuthority, CA_PROVIDER_FIELDS);

pub(super) const REFERENT_CA_PROVIDER: Kind = reference(Reference::FollowsExternalSecret, CA_PROVIDER_FIELDS);

/// A credential in the clear or a key of a Secret.
pub(super) const SECRET_OR_VALUE: Kind =
    choice(&[ExactlyOne(&["secretRef", "value"])], &[optional("secretRef", SECRET_KEY), optional("value", Text)]);

const SECRET_KEY_FIELDS: &[Field] =
    &[optional("key", DataKey), optional("name", Name), optional("namespace", Namespace)];

const SERVICE_ACCOUNT_FIELDS: &[Field] =
    &[optional("audiences", List(&Text)), required("name", Name), optional("namespace", Namespace)];

const CA_PROVIDER_FIELDS: &[Field] = &[
    optional("key", DataKey),
    required("name", Name),
    optional("namespace", Namespace),
    required("type", Enum(&["Secret", "ConfigMap"])),
];

const LABEL_SELECTOR: Kind = object(&[
    optional("matchExpressions", List(&object(&[
        required("key", Text),
        required("operator", Enum(&["In", "NotIn", "Exists", "DoesNotExist"])),
        optional("values", List(&Text)),
    ]))),
    optional("matchLabels", Map(&Text)),
]);

const STORE_REF: Kind = object(&[optional("kind", STORE_KIND), optional("name", Name)]);

const STORE_KIND: Kind = Enum(&["SecretStore", "ClusterSecretStore"]);

const CONVERSION: Kind = Enum(&["Default", "Unicode"]);

const DECODING: Kind = Enum(&["Auto", "Base64", "Base64URL", "None"]);

const NULL_BYTES: Kind = Enum(&["Ignore", "Fail"]);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Shape, generators, vault_operator};

    fn every_table() -> impl Iterator<Item = &'static (&'static str, Kind)> {
        SPECS.iter().chain(generators::SPECS).chain(vault_operator::SPECS)
    }

    fn every_shape(kind: &Kind, see: &mut impl FnMut(&Shape)) {
        match kind {
            Kind::List(kind) | Kind::Map(kind) => every_shape(kind, see),
            Kind::Object(shape) => {
                see(shape);
                shape.fields.iter().for_each(|field| every_shape(&field.kind, see));
            }
            _ => {}
        }
    }

    #[test]
    fn fields_are_sorted_and_choices_name_fields_that_exist() {
        for (name, spec) in every_table() {
            every_shape(spec, &mut |shape| {
                let names: Vec<_> = shape.names().collect();
                assert!(names.is_sorted(), "{name}: {names:?}");
                for choice in shape.choices {
                    let unknown: Vec<_> = choice.fields(shape).into_iter().filter(|it| !names.contains(it)).collect();
                    assert!(unknown.is_empty(), "{name}: {unknown:?} of {choice:?}");
                }
            });
        }
    }

    #[test]
    fn values_that_come_or_go_belong_to_their_enumeration() {
        for (name, spec) in every_table() {
            every_shape(spec, &mut |shape| {
                for field in shape.fields {
                    let Kind::Enum(values) = field.kind else {
                        assert!(field.newer.is_empty() && field.gone.is_empty(), "{name}: {}", field.name);
                        continue;
                    };
                    for (value, _) in field.newer.iter().chain(field.gone) {
                        assert!(values.contains(value), "{name}: {value} of {}", field.name);
                    }
                }
            });
        }
    }
}

//! Where objects name the Secrets that they need, field by field.
//!
//! Source: the API references of Kubernetes 1.34 and of each named project. It does not know who makes a Secret.

/// Where a kind keeps the specification of its pods.
#[derive(Clone, Copy, Debug)]
pub struct PodSpec {
    pub group: &'static str,
    pub kind: &'static str,
    pub path: &'static str,
}

/// A field that names a Secret. In the mapping that holds the name, `kind` other than Secret, `namespace` and `optional`
/// mean the same everywhere and are not repeated here.
#[derive(Clone, Copy, Debug)]
pub struct Mention {
    /// From the object (or the pod's specification): keys, `[]` for each item of a list, `*` for each value of a mapping.
    pub path: &'static str,
    /// The field below it that holds the name; empty where what `path` leads to is the name.
    pub name: &'static str,
    pub wanted: Wanted,
    pub delivery: Delivery,
}

/// Which keys of a Secret a field asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The one that the field beside the name says; the second word where there is no such field.
    Key(&'static str, Option<&'static str>),
    /// Those that `items[].key` lists; all of them where there is no list.
    Items,
    /// Whatever it holds.
    All,
    /// Always these.
    These(&'static [&'static str]),
}

/// How the content reaches whoever asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Delivery {
    /// One environment variable.
    Variable,
    /// Every key an environment variable.
    Environment,
    File,
    /// The kubelet pulls an image with it.
    ImagePull,
    /// A controller reads it through the API.
    Controller,
}

/// The mentions of one kind or several.
#[derive(Clone, Copy, Debug)]
pub struct Consumer {
    pub group: &'static str,
    pub kinds: &'static [&'static str],
    pub mentions: &'static [Mention],
}

const fn mention(path: &'static str, name: &'static str, wanted: Wanted, delivery: Delivery) -> Mention {
    Mention { path, name, wanted, delivery }
}

/// `{ name, key }`, read by a controller.
const fn key(path: &'static str) -> Mention {
    mention(path, "name", Wanted::Key("key", None), Delivery::Controller)
}

/// `{ name }`, read by a controller.
const fn whole(path: &'static str) -> Mention {
    mention(path, "name", Wanted::All, Delivery::Controller)
}

/// The name itself, read by a controller.
const fn plain(path: &'static str) -> Mention {
    mention(path, "", Wanted::All, Delivery::Controller)
}

const TLS: Wanted = Wanted::These(&["tls.crt", "tls.key"]);

pub static POD_SPECS: &[PodSpec] = &[
    PodSpec { group: "", kind: "Pod", path: "spec" },
    PodSpec { group: "", kind: "PodTemplate", path: "template.spec" },
    PodSpec { group: "", kind: "ReplicationController", path: "spec.template.spec" },
    PodSpec { group: "apps", kind: "DaemonSet", path: "spec.template.spec" },
    PodSpec { group: "apps", kind: "Deployment", path: "spec.template.spec" },
    PodSpec { group: "apps", kind: "ReplicaSet", path: "spec.template.spec" },
    PodSpec { group: "apps", kind: "StatefulSet", path: "spec.template.spec" },
    PodSpec { group: "apps.kruise.io", kind: "CloneSet", path: "spec.template.spec" },
    PodSpec { group: "argoproj.io", kind: "Rollout", path: "spec.template.spec" },
    PodSpec { group: "batch", kind: "CronJob", path: "spec.jobTemplate.spec.template.spec" },
    PodSpec { group: "batch", kind: "Job", path: "spec.template.spec" },
    PodSpec { group: "keda.sh", kind: "ScaledJob", path: "spec.jobTargetRef.template.spec" },
    PodSpec { group: "serving.knative.dev", kind: "Configuration", path: "spec.template.spec" },
    PodSpec { group: "serving.knative.dev", kind: "Revision", path: "spec" },
    PodSpec { group: "serving.knative.dev", kind: "Service", path: "spec.template.spec" },
];

/// The lists of containers in a pod's specification.
pub const CONTAINERS: [&str; 3] = ["containers", "initContainers", "ephemeralContainers"];

/// Below each container.
pub static CONTAINER: &[Mention] = &[
    mention("env[].valueFrom.secretKeyRef", "name", Wanted::Key("key", None), Delivery::Variable),
    mention("envFrom[].secretRef", "name", Wanted::All, Delivery::Environment),
];

/// Below a pod's specification, beside the containers.
pub static POD: &[Mention] = &[
    mention("volumes[].secret", "secretName", Wanted::Items, Delivery::File),
    mention("volumes[].projected.sources[].secret", "name", Wanted::Items, Delivery::File),
    mention("imagePullSecrets[]", "name", Wanted::All, Delivery::ImagePull),
    mention("volumes[].csi.nodePublishSecretRef", "name", Wanted::All, Delivery::File),
    mention("volumes[].azureFile", "secretName", Wanted::All, Delivery::File),
    mention("volumes[].cephfs.secretRef", "name", Wanted::All, Delivery::File),
    mention("volumes[].flexVolume.secretRef", "name", Wanted::All, Delivery::File),
    mention("volumes[].iscsi.secretRef", "name", Wanted::All, Delivery::File),
    mention("volumes[].rbd.secretRef", "name", Wanted::All, Delivery::File),
];

/// What kinds without pods ask for. Groups and kinds as their APIs name them.
pub static CONSUMERS: &[Consumer] = &[
    Consumer {
        group: "",
        kinds: &["ServiceAccount"],
        mentions: &[
            mention("imagePullSecrets[]", "name", Wanted::All, Delivery::ImagePull),
            mention("secrets[]", "name", Wanted::All, Delivery::Controller),
        ],
    },
    Consumer {
        group: "networking.k8s.io",
        kinds: &["Ingress"],
        mentions: &[mention("spec.tls[]", "secretName", TLS, Delivery::Controller)],
    },
    Consumer {
        group: "gateway.networking.k8s.io",
        kinds: &["Gateway"],
        mentions: &[mention("spec.listeners[].tls.certificateRefs[]", "name", TLS, Delivery::Controller)],
    },
    Consumer {
        group: "traefik.io",
        kinds: &["IngressRoute", "IngressRouteTCP", "Middleware"],
        mentions: &[plain("spec.tls.secretName"), plain("spec.basicAuth.secret"), plain("spec.digestAuth.secret")],
    },
    // https://fluxcd.io/flux/components/kustomize/kustomizations/
    Consumer {
        group: "kustomize.toolkit.fluxcd.io",
        kinds: &["Kustomization"],
        mentions: &[
            whole("spec.decryption.secretRef"),
            whole("spec.postBuild.substituteFrom[]"),
            whole("spec.kubeConfig.secretRef"),
        ],
    },
    // https://fluxcd.io/flux/components/helm/helmreleases/
    Consumer {
        group: "helm.toolkit.fluxcd.io",
        kinds: &["HelmRelease"],
        mentions: &[
            mention("spec.valuesFrom[]", "name", Wanted::Key("valuesKey", Some("values.yaml")), Delivery::Controller),
            whole("spec.kubeConfig.secretRef"),
        ],
    },
    // https://fluxcd.io/flux/components/source/
    Consumer {
        group: "source.toolkit.fluxcd.io",
        kinds: &["Bucket", "GitRepository", "HelmChart", "HelmRepository", "OCIRepository"],
        mentions: &[
            whole("spec.secretRef"),
            whole("spec.certSecretRef"),
            whole("spec.proxySecretRef"),
            whole("spec.verify.secretRef"),
        ],
    },
    // https://fluxcd.io/flux/components/notification/
    Consumer {
        group: "notification.toolkit.fluxcd.io",
        kinds: &["Provider", "Receiver"],
        mentions: &[whole("spec.secretRef"), whole("spec.certSecretRef")],
    },
    // https://fluxcd.io/flux/components/image/
    Consumer {
        group: "image.toolkit.fluxcd.io",
        kinds: &["ImageRepository"],
        mentions: &[whole("spec.secretRef"), whole("spec.certSecretRef")],
    },
    // https://cert-manager.io/docs/reference/api-docs/
    Consumer {
        group: "cert-manager.io",
        kinds: &["Issuer", "ClusterIssuer"],
        mentions: &[
            mention("spec.ca", "secretName", TLS, Delivery::Controller),
            key("spec.acme.externalAccountBinding.keySecretRef"),
            key("spec.acme.solvers[].dns01.*.apiTokenSecretRef"),
            key("spec.acme.solvers[].dns01.*.apiKeySecretRef"),
            key("spec.acme.solvers[].dns01.*.accessKeyIDSecretRef"),
            key("spec.acme.solvers[].dns01.*.secretAccessKeySecretRef"),
            key("spec.acme.solvers[].dns01.*.serviceAccountSecretRef"),
            key("spec.acme.solvers[].dns01.*.clientSecretSecretRef"),
            key("spec.acme.solvers[].dns01.*.tokenSecretRef"),
            key("spec.acme.solvers[].dns01.*.tsigSecretSecretRef"),
            key("spec.vault.auth.tokenSecretRef"),
            key("spec.vault.auth.appRole.secretRef"),
            key("spec.vault.auth.kubernetes.secretRef"),
            whole("spec.venafi.tpp.credentialsRef"),
            key("spec.venafi.cloud.apiTokenSecretRef"),
        ],
    },
    Consumer {
        group: "cert-manager.io",
        kinds: &["Certificate"],
        mentions: &[key("spec.keystores.jks.passwordSecretRef"), key("spec.keystores.pkcs12.passwordSecretRef")],
    },
    // https://external-secrets.io/latest/api/externalsecret/ and /pushsecret/
    Consumer {
        group: "external-secrets.io",
        kinds: &["ExternalSecret"],
        mentions: &[mention("spec.target.template.templateFrom[].secret", "name", Wanted::Items, Delivery::Controller)],
    },
    Consumer { group: "external-secrets.io", kinds: &["PushSecret"], mentions: &[whole("spec.selector.secret")] },
    // https://developer.hashicorp.com/vault/docs/deploy/kubernetes/vso/api-reference
    Consumer {
        group: "secrets.hashicorp.com",
        kinds: &["VaultConnection"],
        mentions: &[plain("spec.caCertSecretRef")],
    },
    // https://infisical.com/docs/integrations/platforms/kubernetes
    Consumer {
        group: "secrets.infisical.com",
        kinds: &["InfisicalSecret", "InfisicalDynamicSecret", "InfisicalPushSecret"],
        mentions: &[
            mention(
                "spec.authentication.universalAuth.credentialsRef",
                "secretName",
                Wanted::All,
                Delivery::Controller,
            ),
            mention(
                "spec.authentication.serviceToken.serviceTokenSecretReference",
                "secretName",
                Wanted::All,
                Delivery::Controller,
            ),
            mention("spec.push.secret", "secretName", Wanted::All, Delivery::Controller),
        ],
    },
    // https://cloudnative-pg.io/documentation/current/cloudnative-pg.v1/
    Consumer {
        group: "postgresql.cnpg.io",
        kinds: &["Cluster"],
        mentions: &[
            whole("spec.bootstrap.initdb.secret"),
            whole("spec.bootstrap.recovery.secret"),
            whole("spec.superuserSecret"),
            whole("spec.managed.roles[].passwordSecret"),
            key("spec.externalClusters[].password"),
            key("spec.backup.barmanObjectStore.*.accessKeyId"),
            key("spec.backup.barmanObjectStore.*.secretAccessKey"),
            key("spec.externalClusters[].barmanObjectStore.*.accessKeyId"),
            key("spec.externalClusters[].barmanObjectStore.*.secretAccessKey"),
        ],
    },
    Consumer {
        group: "barmancloud.cnpg.io",
        kinds: &["ObjectStore"],
        mentions: &[key("spec.configuration.*.accessKeyId"), key("spec.configuration.*.secretAccessKey")],
    },
    // https://volsync.readthedocs.io/en/stable/usage/restic/
    Consumer {
        group: "volsync.backube",
        kinds: &["ReplicationSource", "ReplicationDestination"],
        mentions: &[plain("spec.restic.repository"), plain("spec.rclone.rcloneConfig")],
    },
];

/// Fields that mean a Secret in whatever kind they stand: pod specifications and selectors of the core API are embedded in
/// hundreds of kinds, and in the values of charts.
pub static ANYWHERE: &[(&str, Mention)] = &[
    ("secretKeyRef", mention("", "name", Wanted::Key("key", None), Delivery::Variable)),
    ("secretRef", mention("", "name", Wanted::All, Delivery::Environment)),
    ("imagePullSecrets", mention("[]", "name", Wanted::All, Delivery::ImagePull)),
];

/// Endings of the keys under which other kinds hold `{ name, key }`, in lower case.
pub const SELECTOR_ENDINGS: [&str; 4] = ["secret", "secretref", "secretkeyref", "secretkeyselector"];

/// Keys of a chart's values that hold the name of a Secret which somebody else makes.
pub const VALUES_KEYS: [&str; 3] = ["existingSecret", "existingSecretName", "secretName"];

/// What `group/kind` asks for beside its pods.
pub fn mentions(group: &str, kind: &str) -> impl Iterator<Item = &'static Mention> {
    let is_meant = move |consumer: &&Consumer| consumer.group == group && consumer.kinds.contains(&kind);
    CONSUMERS.iter().filter(is_meant).flat_map(|consumer| consumer.mentions)
}

/// Where `group/kind` keeps the specification of its pods.
pub fn pod_spec(group: &str, kind: &str) -> Option<&'static str> {
    POD_SPECS.iter().find(|spec| spec.group == group && spec.kind == kind).map(|spec| spec.path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_the_same_name_in_other_groups_ask_for_nothing() {
        assert_eq!(pod_spec("apps", "Deployment"), Some("spec.template.spec"));
        assert_eq!(pod_spec("example.com", "Deployment"), None);
        assert_eq!(mentions("example.com", "Ingress").count(), 0);
        assert_eq!(mentions("networking.k8s.io", "Ingress").count(), 1);
    }

    #[test]
    fn no_kind_is_listed_twice() {
        let mut seen = std::collections::BTreeSet::new();
        for consumer in CONSUMERS {
            for kind in consumer.kinds {
                assert!(seen.insert((consumer.group, *kind)), "{} {kind}", consumer.group);
            }
        }
    }
}

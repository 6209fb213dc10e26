//! What kustomize knows of the built-in kinds: which have no namespace, and which of their lists a strategic merge joins by
//! a key.
//!
//! It does not know custom resources: to kustomize all of them have a namespace, and their lists are replaced.

/// Kinds that kustomize is certain have no namespace. For any other version or kind it is not.
/// <https://github.com/kubernetes-sigs/kustomize/blob/master/kyaml/openapi/openapi.go>
pub fn is_cluster_scoped(api_version: &str, kind: &str) -> bool {
    CLUSTER_SCOPED.iter().any(|(versions, kinds)| versions.contains(&api_version) && kinds.contains(&kind))
}

static CLUSTER_SCOPED: &[(&[&str], &[&str])] = &[
    (&["v1"], &["ComponentStatus", "Namespace", "Node", "NodeProxyOptions", "PersistentVolume"]),
    (
        &["admissionregistration.k8s.io/v1", "admissionregistration.k8s.io/v1beta1"],
        &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"],
    ),
    (&["admissionregistration.k8s.io/v1"], &["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"]),
    (&["apiextensions.k8s.io/v1", "apiextensions.k8s.io/v1beta1"], &["CustomResourceDefinition"]),
    (&["apiregistration.k8s.io/v1", "apiregistration.k8s.io/v1beta1"], &["APIService"]),
    (&["certificates.k8s.io/v1", "certificates.k8s.io/v1beta1"], &["CertificateSigningRequest"]),
    (&["flowcontrol.apiserver.k8s.io/v1beta1"], &["FlowSchema", "PriorityLevelConfiguration"]),
    (&["networking.k8s.io/v1", "networking.k8s.io/v1beta1"], &["IngressClass"]),
    (&["node.k8s.io/v1", "node.k8s.io/v1beta1"], &["RuntimeClass"]),
    (&["policy/v1beta1"], &["PodSecurityPolicy"]),
    (&["rbac.authorization.k8s.io/v1", "rbac.authorization.k8s.io/v1beta1"], &["ClusterRole", "ClusterRoleBinding"]),
    (&["scheduling.k8s.io/v1", "scheduling.k8s.io/v1beta1"], &["PriorityClass"]),
    (&["storage.k8s.io/v1", "storage.k8s.io/v1beta1"], &["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"]),
];

/// The keys by which a strategic merge joins the list at the end of `path` (keys only); `None` where it replaces the list.
/// An empty key stands for lists of plain values.
pub fn merge_keys(api_version: &str, kind: &str, path: &[&str]) -> Option<&'static [&'static str]> {
    let found = |list: &'static [(&'static str, &'static [&'static str])], path: &str| {
        list.iter().find(|(name, _)| *name == path).map(|(_, keys)| *keys)
    };
    if let ["metadata", rest] = path {
        return if is_built_in(api_version) { found(METADATA, rest) } else { None };
    }
    if let Some(pod) = pod_spec(api_version, kind) {
        let rest = path.strip_prefix(pod)?;
        return match rest {
            ["containers" | "initContainers" | "ephemeralContainers", list] => found(CONTAINER, list),
            [list] => found(POD, list),
            _ => None,
        };
    }
    match (api_version, kind, path) {
        ("v1", "Service", ["spec", "ports"]) => Some(&["port", "protocol"]),
        ("v1", "ServiceAccount", ["secrets"]) => Some(&["name"]),
        (_, "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration", ["webhooks"])
            if api_version.starts_with("admissionregistration.k8s.io/") =>
        {
            Some(&["name"])
        }
        _ => None,
    }
}

/// True for the groups that kustomize has schemas of.
pub fn is_built_in(api_version: &str) -> bool {
    match api_version.split_once('/') {
        None => true,
        Some((group, _)) => !group.contains('.') || BUILT_IN_GROUPS.contains(&group),
    }
}

static BUILT_IN_GROUPS: &[&str] = &[
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "flowcontrol.apiserver.k8s.io",
    "networking.k8s.io",
    "node.k8s.io",
    "rbac.authorization.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
];

/// The keys above a kind's pod spec.
pub fn pod_spec(api_version: &str, kind: &str) -> Option<&'static [&'static str]> {
    Some(match (api_version, kind) {
        ("v1", "Pod") => &["spec"],
        ("v1", "PodTemplate") => &["template", "spec"],
        ("v1", "ReplicationController")
        | ("apps/v1", "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet")
        | ("batch/v1", "Job") => &["spec", "template", "spec"],
        ("batch/v1" | "batch/v1beta1", "CronJob") => &["spec", "jobTemplate", "spec", "template", "spec"],
        _ => return None,
    })
}

/// `x-kubernetes-patch-merge-key` and `x-kubernetes-list-map-keys` of the published OpenAPI.
static POD: &[(&str, &[&str])] = &[
    ("containers", &["name"]),
    ("initContainers", &["name"]),
    ("ephemeralContainers", &["name"]),
    ("volumes", &["name"]),
    ("imagePullSecrets", &["name"]),
    ("hostAliases", &["ip"]),
    ("topologySpreadConstraints", &["topologyKey", "whenUnsatisfiable"]),
];

static CONTAINER: &[(&str, &[&str])] = &[
    ("env", &["name"]),
    ("ports", &["containerPort", "protocol"]),
    ("volumeMounts", &["mountPath"]),
    ("volumeDevices", &["devicePath"]),
];

static METADATA: &[(&str, &[&str])] = &[("finalizers", &[""]), ("ownerReferences", &["uid"])];

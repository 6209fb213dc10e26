//! Which fields hold names, namespaces and references to names: kustomize's own table, and what `configurations` add.
//!
//! It does not know objects, nor what their fields hold.

use std::sync::{Arc, LazyLock};

use super::fields::split;
use super::layer::{Layer, field};
use crate::graph::data::Data;

/// A group, version and kind, each of which may be left open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selected {
    pub group: Box<str>,
    pub version: Box<str>,
    pub kind: Box<str>,
}

/// A field of some kinds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldSpec {
    pub of: Selected,
    pub path: Vec<Box<str>>,
    pub create: bool,
}

/// Fields that hold the name of an object of the kind `to`.
#[derive(Clone, Debug)]
pub struct NameReference {
    pub to: Selected,
    pub from: Vec<FieldSpec>,
}

#[derive(Clone, Debug, Default)]
pub struct Config {
    pub prefix: Vec<FieldSpec>,
    pub suffix: Vec<FieldSpec>,
    pub namespace: Vec<FieldSpec>,
    pub annotations: Vec<FieldSpec>,
    pub references: Vec<NameReference>,
    pub variables: Vec<FieldSpec>,
}

impl Selected {
    pub fn matches(&self, group: &str, version: &str, kind: &str) -> bool {
        let open = |wanted: &str, actual: &str| wanted.is_empty() || wanted == actual;
        open(&self.kind, kind) && open(&self.group, group) && open(&self.version, version)
    }

    pub fn of(data: &Data) -> Selected {
        let text = |name| field(data, name).and_then(Data::as_str).unwrap_or_default().into();
        Selected { group: text("group"), version: text("version"), kind: text("kind") }
    }
}

impl FieldSpec {
    fn new(api: (&str, &str, &str), path: &str) -> FieldSpec {
        let of = Selected { group: api.0.into(), version: api.1.into(), kind: api.2.into() };
        FieldSpec { of, path: split(path), create: false }
    }

    fn creating(self) -> FieldSpec {
        FieldSpec { create: true, ..self }
    }

    fn of(data: &Data) -> Option<FieldSpec> {
        let path = split(field(data, "path")?.as_str()?);
        Some(FieldSpec { of: Selected::of(data), path, create: field(data, "create").is_some_and(Data::is_true) })
    }

    pub fn is(&self, path: &[&str]) -> bool {
        self.path.iter().map(|part| &**part).eq(path.iter().copied())
    }
}

impl Config {
    /// What kustomize does when nobody says otherwise.
    pub fn usual() -> Arc<Config> {
        static USUAL: LazyLock<Arc<Config>> = LazyLock::new(|| Arc::new(usual()));
        USUAL.clone()
    }

    /// This and what a layer's `configurations` say. The second value tells how many could not be read.
    pub fn with_configurations(self: &Arc<Config>, layer: &Layer) -> (Arc<Config>, Vec<Data>) {
        let mut unread = Vec::new();
        let mut config = Arc::clone(self);
        let files = layer.list("configurations");
        for path in &files {
            match layer.file(path).map(|(_, contents)| contents.documents.as_slice()) {
                Some(documents) => documents.iter().for_each(|document| Arc::make_mut(&mut config).read(document)),
                None => unread.push((*path).clone()),
            }
        }
        if !files.is_empty() {
            Arc::make_mut(&mut config).put_open_kinds_last();
        }
        (config, unread)
    }

    /// Adds what `other` has and this one lacks.
    pub fn merge(self: &mut Arc<Config>, other: &Arc<Config>) {
        if Arc::ptr_eq(self, other) {
            return;
        }
        if self.references.is_empty() && Arc::ptr_eq(other, &Config::usual()) {
            *self = other.clone();
            return;
        }
        let known = Arc::make_mut(self);
        for (known, new) in [
            (&mut known.prefix, &other.prefix),
            (&mut known.suffix, &other.suffix),
            (&mut known.namespace, &other.namespace),
            (&mut known.annotations, &other.annotations),
            (&mut known.variables, &other.variables),
        ] {
            extend(known, new.iter().cloned());
        }
        for reference in &other.references {
            known.refer(reference.clone());
        }
    }

    /// This, with the fields that a transformer names itself in the place of all others.
    pub fn with_field_specs(self: &Arc<Config>, specs: Option<&Data>) -> Arc<Config> {
        let specs: Vec<FieldSpec> =
            specs.map(Data::items).unwrap_or_default().iter().filter_map(FieldSpec::of).collect();
        if specs.is_empty() {
            return self.clone();
        }
        let mut config = Arc::clone(self);
        let own = Arc::make_mut(&mut config);
        for field in [&mut own.prefix, &mut own.suffix, &mut own.namespace, &mut own.annotations] {
            field.clone_from(&specs);
        }
        config
    }

    fn read(&mut self, document: &Data) {
        for (known, name) in [
            (&mut self.prefix, "namePrefix"),
            (&mut self.suffix, "nameSuffix"),
            (&mut self.namespace, "namespace"),
            (&mut self.annotations, "commonAnnotations"),
            (&mut self.variables, "varReference"),
        ] {
            let specs = field(document, name).map(Data::items).unwrap_or_default();
            extend(known, specs.iter().filter_map(FieldSpec::of));
        }
        for reference in field(document, "nameReference").map(Data::items).unwrap_or_default() {
            let specs = field(reference, "fieldSpecs").map(Data::items).unwrap_or_default();
            let from = specs.iter().filter_map(FieldSpec::of).collect();
            self.refer(NameReference { to: Selected::of(reference), from });
        }
    }

    /// The order in which kustomize joins fields: one that is for a kind takes the place of the same one for all.
    fn put_open_kinds_last(&mut self) {
        let lists = [&mut self.prefix, &mut self.suffix, &mut self.namespace, &mut self.annotations];
        lists.into_iter().for_each(|specs| specs.sort_by_key(|spec| spec.of.kind.is_empty()));
    }

    fn refer(&mut self, reference: NameReference) {
        match self.references.iter_mut().find(|known| known.to == reference.to) {
            Some(known) => extend(&mut known.from, reference.from.into_iter()),
            None => self.references.push(reference),
        }
    }
}

fn extend(known: &mut Vec<FieldSpec>, new: impl Iterator<Item = FieldSpec>) {
    for spec in new {
        let covers = |known: &FieldSpec| {
            known.path == spec.path && spec.of.matches(&known.of.group, &known.of.version, &known.of.kind)
        };
        if !known.iter().any(covers) {
            known.push(spec);
        }
    }
}

/// Pods and what makes them, each with the path to its pod spec.
const PODS: &[(&str, &str)] = &[
    ("Pod", "spec"),
    ("PodTemplate", "template/spec"),
    ("Deployment", "spec/template/spec"),
    ("ReplicaSet", "spec/template/spec"),
    ("DaemonSet", "spec/template/spec"),
    ("StatefulSet", "spec/template/spec"),
    ("Job", "spec/template/spec"),
    ("CronJob", "spec/jobTemplate/spec/template/spec"),
];

/// Those of which kustomize follows accounts, claims and priorities.
const SCHEDULED: &[(&str, &str)] = &[
    ("Pod", "spec"),
    ("StatefulSet", "spec/template/spec"),
    ("Deployment", "spec/template/spec"),
    ("ReplicationController", "spec/template/spec"),
    ("CronJob", "spec/jobTemplate/spec/template/spec"),
    ("Job", "spec/template/spec"),
    ("DaemonSet", "spec/template/spec"),
];

const RBAC: &str = "rbac.authorization.k8s.io";
const ADMISSION: &str = "admissionregistration.k8s.io";

/// <https://github.com/kubernetes-sigs/kustomize/tree/master/api/internal/konfig/builtinpluginconsts>
fn usual() -> Config {
    let name = || vec![FieldSpec::new(("", "", ""), "metadata/name")];
    Config {
        prefix: name(),
        suffix: name(),
        namespace: vec![
            FieldSpec::new(("", "", "Namespace"), "metadata/name").creating(),
            FieldSpec::new(("apiregistration.k8s.io", "", "APIService"), "spec/service/namespace").creating(),
            FieldSpec::new(
                ("apiextensions.k8s.io", "", "CustomResourceDefinition"),
                "spec/conversion/webhook/clientConfig/service/namespace",
            ),
        ],
        annotations: usual_annotations(),
        references: usual_references(),
        variables: usual_variables(),
    }
}

fn usual_annotations() -> Vec<FieldSpec> {
    let template = "spec/template/metadata/annotations";
    let spec = |group, version, kind, path| FieldSpec::new((group, version, kind), path).creating();
    vec![
        spec("", "", "", "metadata/annotations"),
        spec("", "v1", "ReplicationController", template),
        spec("", "", "Deployment", template),
        spec("", "", "ReplicaSet", template),
        spec("", "", "DaemonSet", template),
        spec("", "", "StatefulSet", template),
        spec("batch", "", "Job", template),
        spec("batch", "", "CronJob", "spec/jobTemplate/metadata/annotations"),
        spec("batch", "", "CronJob", "spec/jobTemplate/spec/template/metadata/annotations"),
    ]
}

fn usual_references() -> Vec<NameReference> {
    let to = |group: &str, version: &str, kind: &str, from: Vec<FieldSpec>| NameReference {
        to: Selected { group: group.into(), version: version.into(), kind: kind.into() },
        from,
    };
    let of = |kind, path: &str| FieldSpec::new(("", "", kind), path);
    let each = |kinds: &[(&str, &str)], paths: &[&str]| -> Vec<FieldSpec> {
        let of_kind = |(kind, pod): &(&str, &str)| {
            let version = if *kind == "Pod" { "v1" } else { "" };
            paths.iter().map(|path| FieldSpec::new(("", version, kind), &format!("{pod}/{path}"))).collect::<Vec<_>>()
        };
        kinds.iter().flat_map(of_kind).collect()
    };
    let named_in_rules = || [of("Role", "rules/resourceNames"), of("ClusterRole", "rules/resourceNames")];
    let mut references: Vec<NameReference> = ["Deployment", "ReplicationController", "ReplicaSet", "StatefulSet"]
        .into_iter()
        .map(|kind| to("", "", kind, vec![of("HorizontalPodAutoscaler", "spec/scaleTargetRef/name")]))
        .collect();

    let mut config_map = each(
        PODS,
        &[
            "volumes/configMap/name",
            "containers/env/valueFrom/configMapKeyRef/name",
            "initContainers/env/valueFrom/configMapKeyRef/name",
            "containers/envFrom/configMapRef/name",
            "initContainers/envFrom/configMapRef/name",
            "volumes/projected/sources/configMap/name",
        ],
    );
    config_map.push(of("Node", "spec/configSource/configMap"));
    config_map.extend(named_in_rules());
    config_map.push(of("Ingress", r"metadata/annotations/nginx.ingress.kubernetes.io\/fastcgi-params-configmap"));
    references.push(to("", "v1", "ConfigMap", config_map));

    let mut secret = each(
        PODS,
        &[
            "volumes/secret/secretName",
            "containers/env/valueFrom/secretKeyRef/name",
            "initContainers/env/valueFrom/secretKeyRef/name",
            "containers/envFrom/secretRef/name",
            "initContainers/envFrom/secretRef/name",
            "imagePullSecrets/name",
            "volumes/projected/sources/secret/name",
        ],
    );
    secret.extend([
        of("Ingress", "spec/tls/secretName"),
        of("Ingress", r"metadata/annotations/ingress.kubernetes.io\/auth-secret"),
        of("Ingress", r"metadata/annotations/nginx.ingress.kubernetes.io\/auth-secret"),
        of("Ingress", r"metadata/annotations/nginx.ingress.kubernetes.io\/auth-tls-secret"),
        of("ServiceAccount", "imagePullSecrets/name"),
        of("StorageClass", "parameters/secretName"),
        of("StorageClass", "parameters/adminSecretName"),
        of("StorageClass", "parameters/userSecretName"),
        of("StorageClass", "parameters/secretRef"),
        FieldSpec::new(
            ("serving.knative.dev", "v1", "Service"),
            "spec/template/spec/containers/env/valueFrom/secretKeyRef/name",
        ),
        of("PersistentVolume", "spec/azureFile/secretName"),
    ]);
    secret.extend(named_in_rules());
    references.push(to("", "v1", "Secret", secret));

    let service = vec![
        FieldSpec::new(("apps", "", "StatefulSet"), "spec/serviceName"),
        of("Ingress", "spec/rules/http/paths/backend/serviceName"),
        of("Ingress", "spec/backend/serviceName"),
        of("Ingress", "spec/rules/http/paths/backend/service/name"),
        of("Ingress", "spec/defaultBackend/service/name"),
        FieldSpec::new(("apiregistration.k8s.io", "", "APIService"), "spec/service/name"),
        FieldSpec::new((ADMISSION, "", "ValidatingWebhookConfiguration"), "webhooks/clientConfig/service"),
        FieldSpec::new((ADMISSION, "", "MutatingWebhookConfiguration"), "webhooks/clientConfig/service"),
    ];
    references.push(to("", "v1", "Service", service));
    let role = vec![FieldSpec::new((RBAC, "", "RoleBinding"), "roleRef/name")];
    references.push(to(RBAC, "", "Role", role.clone()));
    let both = [role, vec![FieldSpec::new((RBAC, "", "ClusterRoleBinding"), "roleRef/name")]].concat();
    references.push(to(RBAC, "", "ClusterRole", both));

    let mut account = each(SCHEDULED, &["serviceAccountName"]);
    account.extend(["RoleBinding", "ClusterRoleBinding"].map(|kind| FieldSpec::new((RBAC, "", kind), "subjects")));
    references.push(to("", "v1", "ServiceAccount", account));
    let claims = each(SCHEDULED, &["volumes/persistentVolumeClaim/claimName"]);
    references.push(to("", "v1", "PersistentVolumeClaim", claims));
    let volumes = vec![of("PersistentVolumeClaim", "spec/volumeName"), of("ClusterRole", "rules/resourceNames")];
    references.push(to("", "v1", "PersistentVolume", volumes));
    let classes = vec![
        of("PersistentVolume", "spec/storageClassName"),
        of("PersistentVolumeClaim", "spec/storageClassName"),
        of("StatefulSet", "spec/volumeClaimTemplates/spec/storageClassName"),
    ];
    references.push(to("storage.k8s.io", "v1", "StorageClass", classes));
    references.push(to("scheduling.k8s.io", "v1", "PriorityClass", each(SCHEDULED, &["priorityClassName"])));
    let bindings = vec![FieldSpec::new((ADMISSION, "", "ValidatingAdmissionPolicyBinding"), "spec/policyName")];
    references.push(to(ADMISSION, "", "ValidatingAdmissionPolicy", bindings));
    references
}

/// Where `$(NAME)` is filled in.
fn usual_variables() -> Vec<FieldSpec> {
    let of = |kind, path: &str| FieldSpec::new(("", "", kind), path);
    let mut specs = Vec::new();
    for (kind, pod) in PODS.iter().filter(|(kind, _)| *kind != "PodTemplate") {
        for containers in ["containers", "initContainers"] {
            for path in ["args", "command", "env/value", "volumeMounts/mountPath"] {
                specs.push(of(kind, &format!("{pod}/{containers}/{path}")));
            }
        }
        specs.push(of(kind, &format!("{pod}/volumes/nfs/server")));
    }
    specs.extend([
        of("Deployment", "spec/template/metadata/annotations"),
        of("Ingress", "spec/rules/host"),
        of("Ingress", "spec/tls/hosts"),
        of("Ingress", "spec/tls/secretName"),
        of("Service", "spec/ports/port"),
        of("Service", "spec/ports/targetPort"),
        of("StatefulSet", "spec/volumeClaimTemplates/spec/nfs/server"),
        of("PersistentVolume", "spec/nfs/server"),
        of("", "metadata/labels"),
        of("", "metadata/annotations"),
    ]);
    specs
}

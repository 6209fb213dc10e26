//! Kustomizations that nobody wrote: layers with prefixes, namespaces, generators, patches and components in any mixture,
//! built by us and by kubectl.
//!
//! It does not know what is expected: kubectl says it. `PROPTEST_CASES` asks for more than a few.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use tightlip::model::RepoPath;

use super::{kubectl, ours, survey, told};

/// Starting kubectl takes longer than all the rest.
const FEW_CASES: u32 = 24;

/// One layer: fields of its kustomization, as text.
#[derive(Clone, Debug)]
struct Layer {
    fields: Vec<String>,
    names_base: bool,
    component: bool,
}

fn field() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec!["web", "env", "settings", "store"]);
    let short = prop::sample::select(vec!["a-", "b-", "long-name-"]);
    let suffix = prop::sample::select(vec!["-x", "-y"]);
    let namespace = prop::sample::select(vec!["one", "two", "default"]);
    let kind = prop::sample::select(vec!["Secret", "Deployment", "ExternalSecret", "Dep.*", "Config.*|Secret"]);
    prop_oneof![
        short.prop_map(|prefix| format!("namePrefix: {prefix}")),
        suffix.prop_map(|suffix| format!("nameSuffix: {suffix}")),
        namespace.prop_map(|namespace| format!("namespace: {namespace}")),
        (name.clone(), "[a-z]{1,80}").prop_map(|(name, value)| {
            format!("secretGenerator: [{{name: made-{name}, literals: ['token={value}', 'other=<&>']}}]")
        }),
        "[ -~é]{0,30}".prop_map(|value| {
            let value = value.replace('\'', "''");
            format!("configMapGenerator: [{{name: made, literals: ['k={value}'], options: {{disableNameSuffixHash: false}}}}]")
        }),
        (kind.clone(), name.clone()).prop_map(|(kind, name)| {
            format!(
                "patches: [{{target: {{kind: '{kind}'}}, patch: '- {{op: add, path: /metadata/annotations, value: \
                 {{secret.reloader.stakater.com/reload: {name}}}}}'}}]"
            )
        }),
        name.clone().prop_map(|name| {
            format!(
                "patches: [{{target: {{kind: Deployment}}, patch: '{{apiVersion: apps/v1, kind: Deployment, metadata: \
                 {{name: x}}, spec: {{template: {{spec: {{containers: [{{name: c, env: [{{name: E, valueFrom: \
                 {{secretKeyRef: {{name: {name}, key: k}}}}}}]}}]}}}}}}}}'}}]"
            )
        }),
        name.prop_map(|name| {
            format!(
                "patches: [{{target: {{kind: ExternalSecret, name: '{name}|x.*'}}, patch: '- {{op: replace, path: \
                 /spec/secretStoreRef/name, value: other}}'}}]"
            )
        }),
        Just("labels: [{pairs: {team: a}}]".to_owned()),
        Just("commonAnnotations: {note: b}".to_owned()),
        Just("configurations: [names.yaml]".to_owned()),
    ]
}

fn layer() -> impl Strategy<Value = Layer> {
    let fields = prop::collection::vec(field(), 0..4);
    (fields, any::<bool>(), prop::bool::weighted(0.3)).prop_map(|(mut fields, names_base, component)| {
        let key = |field: &String| field.split(':').next().unwrap_or_default().to_owned();
        fields.sort();
        fields.dedup_by_key(|field| key(field));
        Layer { fields, names_base, component }
    })
}

const OBJECTS: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: c
          image: i
          env: [{name: T, valueFrom: {secretKeyRef: {name: made-web, key: token}}}]
          envFrom: [{secretRef: {name: env}}, {configMapRef: {name: made}}]
      volumes: [{name: v, secret: {secretName: made-env}}]
---
{apiVersion: v1, kind: Secret, metadata: {name: env}, stringData: {k: v}}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: web}
spec: {secretStoreRef: {name: store}, target: {name: web}, data: [{secretKey: a, remoteRef: {key: b}}]}
---
{apiVersion: external-secrets.io/v1, kind: SecretStore, metadata: {name: store}}
";

const NAMES: &str =
    "nameReference: [{kind: SecretStore, fieldSpecs: [{path: spec/secretStoreRef/name, kind: ExternalSecret}]}]\n";

/// Layer 0 holds the objects; each other one lies on the one before, or beside it on the first.
fn write(layers: &[Layer], root: &Path) -> RepoPath {
    let mut on = 0;
    let mut parts = Vec::new();
    for (at, layer) in layers.iter().enumerate() {
        let folder = root.join(format!("layer{at}"));
        fs::create_dir_all(&folder).expect("a new folder");
        fs::write(folder.join("names.yaml"), NAMES).expect("a new file");
        let is_component = layer.component && at > 0 && at + 1 < layers.len();
        let mut text =
            if is_component { "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n" } else { "" }
                .to_owned();
        if at == 0 {
            fs::write(folder.join("objects.yaml"), OBJECTS).expect("a new file");
            text.push_str("resources: [objects.yaml]\n");
        } else if is_component {
            parts.push(format!("../layer{at}"));
        } else {
            let base = if layer.names_base { on } else { 0 };
            text.push_str(&format!("resources: [../layer{base}]\ncomponents: [{}]\n", parts.join(", ")));
            parts.clear();
            on = at;
        }
        text.push_str(&layer.fields.join("\n"));
        fs::write(folder.join("kustomization.yaml"), text).expect("a new file");
    }
    RepoPath::from(format!("layer{on}").as_str())
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 60, failure_persistence: None, ..ProptestConfig::with_cases(cases()) })]

    #[test]
    fn generated_layers_are_built_as_kustomize_builds_them(layers in prop::collection::vec(layer(), 1..5)) {
        if !kubectl::is_here() {
            return Ok(());
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = write(&layers, folder.path());
        let (inventory, layout) = survey(folder.path());
        let ours = ours(&inventory, &layout, &root);
        match kubectl::build(&folder.path().join(root.to_path())) {
            Ok(objects) => {
                prop_assert_eq!(&ours.causes, &[], "kustomize builds it");
                prop_assert_eq!(told(&objects), ours.lines);
            }
            Err(message) => prop_assert!(!ours.causes.is_empty(), "kustomize refuses: {}", message),
        }
    }
}

fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(FEW_CASES)
}

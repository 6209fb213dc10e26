//! What is staged in a tree of charts, kustomizations and manifests: that only a part of the deployments is built must not
//! be seen in what is found.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::Value;

use crate::harness::tightlip;
use crate::repository::Repository;
use crate::staged::json;

/// Each file of a tree with what may stand in it; it may also be missing.
const FILES: &[(&str, &[&str])] = &[
    ("web/Chart.yaml", &[WEB, WEB_WITH_NOTHING]),
    (
        "web/values.yaml",
        &[
            "db: {user: app}\ntoken: changeme-not\n",
            "db: {user: app}\ntoken: Xk29vLq8Tz41\n",
            "db: {user: app}\ncache: {enabled: false}\n",
        ],
    ),
    ("web/values-prod.yaml", &["token: Rw83kPz6Lm55\n"]),
    ("web/templates/secret.yaml", &[SECRET, OTHER_SECRET, FIXED_SECRET]),
    ("web/templates/pod.yaml", &[POD, OTHER_POD]),
    ("web/templates/_helpers.tpl", &[HELPERS, HELPERS_WITH_LICENCE, OTHER_HELPERS]),
    ("web/charts/cache/Chart.yaml", &["apiVersion: v2\nname: cache\nversion: 1.0.0\n"]),
    ("web/charts/cache/templates/pod.yaml", &[POD, OTHER_POD]),
    ("web/charts/cache/values.yaml", &["token: Bq77nXw2Jd90\n", "{}\n"]),
    ("shop/Chart.yaml", &[SHOP]),
    ("shop/templates/secret.yaml", &[SECRET, OTHER_SECRET]),
    ("shop/templates/pod.yaml", &[POD, OTHER_POD]),
    ("shop/values.yaml", &["base: {token: Hf52mKc9Vs13}\n", "token: Hf52mKc9Vs13\n"]),
    (
        "base/Chart.yaml",
        &[
            "apiVersion: v2\nname: base\nversion: 2.1.0\n",
            "apiVersion: v2\nname: base\nversion: 3.0.0\n",
            "apiVersion: v2\nname: base\nversion: 2.1.0\ntype: library\n",
        ],
    ),
    ("base/values.yaml", &["token: Lp64tGd8Nr27\n", "token: changeme\n"]),
    ("base/templates/secret.yaml", &[SECRET, OTHER_SECRET]),
    ("base/templates/_helpers.tpl", &[HELPERS, OTHER_HELPERS]),
    ("crds/pod.yaml", &[PLAIN_POD, PLAIN_SECRET, "name: nothing\n"]),
    (".github/workflows/build.yaml", &["on: push\njobs: {}\n", "on: pull_request\njobs: {}\n"]),
];

/// Files of which the first makes that nothing is told by charts alone.
const MORE_FILES: &[(&str, &[&str])] = &[
    ("apps/release.yaml", &[RELEASE]),
    ("apps/kustomization.yaml", &["resources: [pod.yaml]\n", "resources: [pod.yaml]\nnamePrefix: a-\n"]),
    ("apps/pod.yaml", &[PLAIN_POD, PLAIN_SECRET]),
];

const WEB: &str = "apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies:\n- {name: base, version: 2.x.x, repository: 'file://../base'}\n";
const WEB_WITH_NOTHING: &str = "apiVersion: v2\nname: web\nversion: 1.0.0\n";
const SHOP: &str = "apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n- {name: base, version: 2.x.x, repository: 'oci://registry.example.com/charts'}\n";
const HELPERS: &str = "{{- define \"name\" -}}\n{{ .Release.Name }}-db\n{{- end -}}\n";
const HELPERS_WITH_LICENCE: &str =
    "# Free.\n{{- define \"name\" -}}\n{{ .Release.Name }}-db\n{{- end -}}\n\n# The end.\n";
const OTHER_HELPERS: &str = "{{- define \"name\" -}}\n{{ .Release.Name }}-database\n{{- end -}}\n";
const SECRET: &str = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {{ include \"name\" . }}\nstringData:\n  password: {{ .Values.token | quote }}\n";
const OTHER_SECRET: &str = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {{ .Release.Name }}-db\nstringData:\n  passwd: {{ .Values.token | quote }}\n";
const FIXED_SECRET: &str =
    "apiVersion: v1\nkind: Secret\nmetadata:\n  name: plain\nstringData:\n  token: {{ .Values.token | quote }}\n";
const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  containers:\n  - name: app\n    image: app\n    env:\n    - name: DB_PASSWORD\n      valueFrom:\n        secretKeyRef:\n          name: {{ .Release.Name }}-db\n          key: password\n";
const OTHER_POD: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  containers:\n  - name: app\n    image: app\n    env:\n    - name: DB_PASSWORD\n      valueFrom:\n        secretKeyRef:\n          name: {{ .Release.Name }}-dbs\n          key: password\n    - name: API_TOKEN\n      value: {{ .Values.token }}\n";
const PLAIN_POD: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: plain\nspec:\n  containers:\n  - name: app\n    image: app\n    envFrom:\n    - secretRef: {name: plain}\n";
const PLAIN_SECRET: &str = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: plains\ndata: {}\n";
const RELEASE: &str = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: web\nspec:\n  source:\n    path: web\n    helm: {valuesObject: {token: Zc18yBn5Fq36}}\n";

/// A section that asks nothing here: with it, everything is built.
const EVERYTHING: &str = "version: 1\nhelm: {}\n";
const WITHIN_REACH: &str = "version: 1\n";

type Choice = Option<prop::sample::Index>;

fn write(repository: &Repository, files: &[(&str, &[&str])], choices: &[Choice]) {
    for ((path, texts), choice) in files.iter().zip(choices) {
        if let Some(choice) = choice {
            repository.write(path, choice.get(texts));
        } else if repository.path().join(path).exists() {
            repository.remove(path);
        }
    }
}

/// The change that stands in every such tree, so that nothing of one tree can be taken for that of the other.
fn stage_another_file(repository: &Repository) {
    repository.write("zoo.txt", "Nothing.\n").stage();
}

/// How often the staged files bring each finding.
fn brought(repository: &Repository, policy: &str) -> BTreeMap<String, u32> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("policy.yaml");
    std::fs::write(&file, policy).expect("a new file");
    let policy = file.to_str().expect("a path in UTF-8");
    let report = json(&tightlip(repository.path(), &["check", "--staged", "--policy", policy, "--format", "json"]));
    let mut counts = BTreeMap::new();
    for finding in report["findings"].as_array().expect("findings") {
        let text = |name: &str| finding[name].as_str().unwrap_or_default().to_owned();
        *counts.entry(format!("{} {}", text("rule"), text("fingerprint"))).or_default() += 1;
    }
    assert_ne!(report["rule-count"], Value::from(0));
    counts
}

fn choices(of: usize) -> impl Strategy<Value = Vec<Choice>> {
    prop::collection::vec(prop::option::weighted(0.85, any::<prop::sample::Index>()), of)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn what_is_staged_brings_what_it_would_bring_with_everything_built(
        before in choices(FILES.len()),
        more in prop::option::weighted(0.4, choices(MORE_FILES.len())),
        changes in prop::collection::vec((0..FILES.len() + MORE_FILES.len(), prop::option::weighted(0.85, any::<prop::sample::Index>())), 1..4),
    ) {
        let repository = Repository::new();
        write(&repository, FILES, &before);
        write(&repository, MORE_FILES, more.as_deref().unwrap_or_default());
        repository.commit("Before");
        for (file, choice) in changes {
            let (path, texts) = FILES.iter().chain(MORE_FILES).nth(file).expect("a file of these");
            write(&repository, &[(path, texts)], &[choice]);
        }
        repository.stage();
        let (within_reach, shared) = (brought(&repository, WITHIN_REACH), brought(&repository, EVERYTHING));
        stage_another_file(&repository);
        let everything = brought(&repository, EVERYTHING);
        prop_assert_eq!((&within_reach, &shared), (&everything, &everything));
    }
}

/// A tree in which all of the files above hold their first text.
fn charts() -> Repository {
    let repository = Repository::new();
    for (path, texts) in FILES {
        repository.write(path, texts[0]);
    }
    repository
}

#[test]
fn a_chart_that_another_takes_in_brings_what_the_other_one_lacks() {
    let repository = charts();
    repository.remove("web/templates/secret.yaml").remove("shop/templates/secret.yaml").commit("Charts");
    repository.write("base/templates/secret.yaml", OTHER_SECRET).stage();
    let brought = brought(&repository, WITHIN_REACH);
    assert!(brought.keys().any(|finding| finding.starts_with("secret-key-unresolved")), "{brought:?}");
}

#[test]
fn a_licence_around_definitions_brings_nothing() {
    let repository = charts();
    repository.commit("Charts");
    repository.write("web/templates/_helpers.tpl", HELPERS_WITH_LICENCE).stage();
    assert_eq!(brought(&repository, WITHIN_REACH), BTreeMap::new());
}

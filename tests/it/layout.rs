//! What kustomizations make of their neighbours.

use tightlip::document::{Document, Role};
use tightlip::graph::{KustomizationKind, Layout};
use tightlip::model::RepoPath;
use tightlip::syntax::Syntax;

/// A layout of `paths` that has been shown `kustomizations`.
fn layout(paths: &[&str], kustomizations: &[(&str, &str)]) -> Layout {
    let names = kustomizations.iter().map(|(path, _)| path);
    let mut layout = Layout::new(paths.iter().chain(names).map(|&path| RepoPath::from(path)));
    for (path, text) in kustomizations {
        let (path, tree) = (RepoPath::from(*path), Syntax::Yaml.parse(text));
        for document in Document::all(&path, &Role::Kustomization, text, &tree) {
            layout.learn(&document);
        }
    }
    layout
}

#[test]
fn what_a_kustomization_names_takes_its_role() {
    let text = "\
resources: [deployment.yaml, ../base]
patches: [{path: patches/replicas.yaml}]
patchesStrategicMerge: [merge.yaml]
patchesJson6902: [{path: json.yaml, target: {kind: Deployment}}]
configurations: [names.yaml]
transformers: [sops.yaml]
replacements: [{path: replace.yaml}]
secretGenerator: [{name: a, files: [token=token.yaml], envs: [.env]}]
configMapGenerator: [{name: b, files: [values.yaml=chart/settings.yaml, prod-values.yaml]}]
helmCharts: [{name: c, valuesFile: c.yaml, additionalValuesFiles: [d.yaml]}]
";
    let layout = layout(&[], &[("apps/prod/kustomization.yaml", text)]);
    let role = |path: &str| layout.role(&RepoPath::from(path)).clone();
    assert_eq!(role("apps/prod/kustomization.yaml"), Role::Kustomization);
    assert_eq!(role("apps/prod/deployment.yaml"), Role::Plain);
    for patch in ["patches/replicas.yaml", "merge.yaml", "json.yaml"] {
        assert_eq!(role(&format!("apps/prod/{patch}")), Role::Patch, "{patch}");
    }
    for settings in ["names.yaml", "sops.yaml", "replace.yaml"] {
        assert_eq!(role(&format!("apps/prod/{settings}")), Role::KustomizeSettings, "{settings}");
    }
    for input in ["token.yaml", ".env"] {
        assert_eq!(role(&format!("apps/prod/{input}")), Role::GeneratorInput, "{input}");
    }
    for values in ["chart/settings.yaml", "prod-values.yaml", "c.yaml", "d.yaml"] {
        assert_eq!(role(&format!("apps/prod/{values}")), Role::ChartValues, "{values}");
    }
}

#[test]
fn a_file_that_is_a_resource_anywhere_is_judged_as_a_whole_whoever_is_read_first() {
    let resource = ("a/kustomization.yaml", "resources: [web.yaml]");
    let patch = ("b/kustomization.yaml", "patches: [{path: ../a/web.yaml}]");
    for order in [[resource, patch], [patch, resource]] {
        assert_eq!(layout(&["a/web.yaml"], &order).role(&RepoPath::from("a/web.yaml")), &Role::Plain);
    }
}

#[test]
fn remote_bases_and_inline_patches_are_no_paths() {
    let text = "\
resources: ['https://example.com/a.yaml', 'github.com/a/b?ref=v1', 'git@example.com:a/b.git', '/etc/a.yaml']
patchesStrategicMerge: ['{kind: ConfigMap}', \"kind: ConfigMap\\nmetadata: {name: a}\\n\"]
patches: [{patch: 'a.yaml'}, {path: '${ENV}.yaml'}, {path: ../../above.yaml}]
";
    assert!(layout(&[], &[("a/kustomization.yaml", text)]).unaccounted().is_empty());
}

#[test]
fn what_is_missing_is_known_and_can_be_excused() {
    let text = "resources: [here.yaml, gone.yaml, folder, ignored/deep/a.yaml]";
    let mut layout = layout(&["a/here.yaml", "a/folder/x"], &[("a/kustomization.yaml", text)]);
    assert_eq!(layout.unaccounted(), ["a/gone.yaml", "a/ignored/deep/a.yaml"].map(RepoPath::from));
    layout.excuse(RepoPath::from("a/ignored"));
    assert_eq!(layout.unaccounted(), [RepoPath::from("a/gone.yaml")]);
}

#[test]
fn another_tools_object_in_a_kustomization_file_names_nothing() {
    let flux = "\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps}
spec: {path: ./apps}
resources: [x.yaml]
";
    let component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [a.yaml]";
    let layout = layout(&["c/a.yaml"], &[("f/kustomization.yaml", flux), ("c/kustomization.yaml", component)]);
    let kind = |path: &str| layout.kustomization_kind(&RepoPath::from(path));
    assert_eq!(kind("f/kustomization.yaml"), Some(KustomizationKind::Object));
    assert_eq!(kind("c/kustomization.yaml"), Some(KustomizationKind::Component));
    assert!(layout.unaccounted().is_empty());
}

#[test]
fn only_the_first_document_of_a_kustomization_counts() {
    let text = "resources: [a.yaml]\n---\nresources: [b.yaml]\n";
    let layout = layout(&[], &[("kustomization.yaml", text)]);
    assert_eq!(layout.unaccounted(), [RepoPath::from("a.yaml")]);
}

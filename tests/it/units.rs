//! Which objects are deployed together, under which names, and where each word of them is written.
//!
//! It does not compare with kustomize: `kustomize` does.

use std::time::{Duration, Instant};

use tightlip::document::{Document, Role};
use tightlip::graph::{Builder, Cause, Contents, Inventory, Layout, Place, Unit, UnitKind, in_turn, strays, units};
use tightlip::model::RepoPath;
use tightlip::syntax::Syntax;

const MANY: usize = 5_000;

fn survey<S: AsRef<str>>(files: &[(S, S)]) -> (Inventory, Layout) {
    let path = |path: &S| RepoPath::from(path.as_ref());
    let mut layout = Layout::new(files.iter().map(|(name, _)| path(name)));
    let mut inventory = Inventory::new(files.iter().map(|(name, _)| path(name)));
    let kustomizations = layout.kustomizations();
    for (name, text) in files.iter().filter(|(name, _)| kustomizations.contains(&path(name))) {
        let (name, tree) = (path(name), Syntax::Yaml.parse(text.as_ref()));
        for document in Document::all(&name, &Role::Kustomization, text.as_ref(), &tree) {
            layout.learn(&document);
        }
    }
    for (name, text) in files {
        let name = path(name);
        let file = inventory.id(&name).expect("a listed file");
        inventory.add(file, Contents::read(file, &name, &layout, text.as_ref().as_bytes()));
    }
    (inventory, layout)
}

fn units_of<S: AsRef<str>>(files: &[(S, S)]) -> Vec<Unit> {
    let (inventory, layout) = survey(files);
    units(&inventory, &layout, &in_turn)
}

/// `name: namespace/name namespace/name`, a unit a line.
fn told(units: &[Unit]) -> String {
    let line = |unit: &Unit| {
        let object =
            |object| format!(" {}/{}", unit.namespace_of(object).unwrap_or("-"), object.name_text().unwrap_or("-"));
        let objects: String = unit.objects.iter().map(object).collect();
        let kind = format!("{:?}", unit.kind).to_lowercase();
        format!("{kind} {}:{objects}{}\n", unit.name, if unit.complete { "" } else { " …" })
    };
    units.iter().map(line).collect()
}

const SECRET: &str = "apiVersion: v1\nkind: Secret\nmetadata: {name: web}\n";

#[test]
fn kustomizations_that_nobody_names_are_units_and_bases_and_components_are_not() {
    let units = units_of(&[
        ("base/kustomization.yaml", "resources: [s.yaml]"),
        ("base/s.yaml", SECRET),
        ("part/kustomization.yaml", "kind: Component\nnameSuffix: -x"),
        ("dev/kustomization.yaml", "resources: [../base]\ncomponents: [../part]"),
        ("prod/kustomization.yaml", "resources: [../base]\nnamespace: prod"),
        ("flux/kustomization.yaml", "apiVersion: example.com/v1\nkind: Other\nmetadata: {name: a}"),
    ]);
    assert_eq!(told(&units), "kustomization dev: -/web-x\nkustomization prod: prod/web\n");
}

#[test]
fn flux_sets_namespaces_patches_and_variables_and_lists_what_nobody_lists() {
    let flux = "\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps}
spec:
  path: ./apps
  targetNamespace: prod
  postBuild: {substitute: {SUFFIX: green}}
  patches:
    - target: {kind: Secret}
      patch: |
        - {op: replace, path: /metadata/name, value: 'web-${SUFFIX}'}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: elsewhere}
spec: {path: ./not/here}
";
    let units = units_of(&[
        ("cluster/apps.yaml", flux),
        ("apps/s.yaml", SECRET),
        ("apps/notes.yaml", "just: notes"),
        ("apps/sub/kustomization.yaml", "resources: [t.yaml]\nnamePrefix: sub-"),
        ("apps/sub/t.yaml", SECRET),
        ("apps/sub/unlisted.yaml", SECRET),
    ]);
    // Renamed by the same patch, the second has the first one's id: Flux would fail, we say so.
    assert_eq!(told(&units), "release apps: prod/web-green …\nfolder cluster: -/apps -/elsewhere\n");
}

#[test]
fn what_only_the_cluster_knows_stays_symbolic() {
    let flux = "\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps}
spec: {path: apps, postBuild: {substituteFrom: [{kind: Secret, name: settings}], substitute: {A: a}}}
";
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: '${A}-${DOMAIN:=x}'}\n";
    let units =
        units_of(&[("flux.yaml", flux), ("apps/kustomization.yaml", "resources: [s.yaml]"), ("apps/s.yaml", secret)]);
    assert_eq!(told(&units[1..]), "release apps: -/a-${DOMAIN:=x}\n");
}

#[test]
fn argo_cd_changes_what_it_builds_and_reads_plain_folders_as_told() {
    let argo = "\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web}
spec:
  destination: {namespace: fallback}
  source:
    path: web
    kustomize: {namePrefix: argo-, namespace: prod, patches: [{target: {kind: Secret}, patch: '- {op: add, path: /type, value: t}'}]}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: flat}
spec: {destination: {namespace: fallback}, source: {path: plain}}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: deep}
spec: {source: {path: plain, directory: {recurse: true}}}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: chart}
spec: {source: {path: chart}}
---
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: all}
spec:
  generators: [{git: {directories: [{path: sets/*}, {path: sets/old, exclude: true}]}}]
  template:
    metadata: {name: '{{path.basename}}'}
    spec: {destination: {namespace: 'ns-{{.path.basename}}'}, source: {path: '{{path}}'}}
";
    let units = units_of(&[
        ("argo/apps.yaml", argo),
        ("web/kustomization.yaml", "resources: [s.yaml]"),
        ("web/s.yaml", SECRET),
        ("plain/s.yaml", SECRET),
        ("plain/below/s.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: below}\n"),
        ("chart/Chart.yaml", "name: chart"),
        ("sets/a/s.yaml", SECRET),
        ("sets/b/s.yaml", SECRET),
        ("sets/old/s.yaml", SECRET),
    ]);
    // What is left fits together: one unit from the root.
    let expected = "\
folder .: -/web -/flat -/deep -/chart -/all -/web
chart chart:
chart chart (release chart):
release plain (deep): -/below -/web
release plain (flat): fallback/web
release sets/a: ns-a/web
release sets/b: ns-b/web
release web: prod/argo-web
";
    assert_eq!(told(&units), expected);
    let web = units.iter().find(|unit| unit.name == "web").unwrap();
    assert_eq!(web.objects[0].data.str_at("type"), Some("t"));
}

#[test]
fn plain_manifests_are_one_unit_until_an_object_comes_twice() {
    let other = "apiVersion: v1\nkind: Secret\nmetadata: {name: other}\n";
    let together = [("k8s/app/a.yaml", SECRET), ("k8s/secrets/b.yaml", other), ("compose.yaml", "services: {}")];
    assert_eq!(told(&units_of(&together)), "folder k8s: -/web -/other\n");
    let apart = [("k8s/dev/a.yaml", SECRET), ("k8s/prod/a.yaml", SECRET), ("k8s/prod/b.yaml", other)];
    assert_eq!(told(&units_of(&apart)), "folder k8s/dev: -/web\nfolder k8s/prod: -/web -/other\n");
}

#[test]
fn what_a_kustomization_leaves_out_is_a_stray_and_in_no_unit() {
    let other = "apiVersion: v1\nkind: Secret\nmetadata: {name: other}\n";
    let files = [("a/kustomization.yaml", "resources: [s.yaml]"), ("a/s.yaml", SECRET), ("a/below/o.yaml", other)];
    let (inventory, layout) = survey(&files);
    assert_eq!(told(&units(&inventory, &layout, &in_turn)), "kustomization a: -/web\n");
    let strays: Vec<_> =
        strays(&inventory, &layout).iter().map(|stray| stray.name_text().unwrap().to_owned()).collect();
    assert_eq!(strays, ["other"]);
}

#[test]
fn names_keep_the_place_where_they_are_written_and_patched_values_point_into_the_patch() {
    let patch = "- {op: add, path: /spec/a, value: patched}\n";
    let kustomization = "\
resources: [s.yaml]
namePrefix: p-
namespace: prod
patches: [{target: {kind: Secret}, path: p.yaml}]
secretGenerator: [{name: made, literals: [token=1]}]
";
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: web}\nspec: {}\n";
    let files = [("kustomization.yaml", kustomization), ("p.yaml", patch), ("s.yaml", secret)];
    let (inventory, layout) = survey(&files);
    let units = units(&inventory, &layout, &in_turn);
    let text_at = |place: Place| {
        let path = inventory.path(place.file).unwrap().to_text().into_owned();
        let (_, text) = files.iter().find(|(name, _)| *name == path).unwrap();
        format!("{path}: {}", String::from_utf8_lossy(place.span().slice(text.as_bytes())))
    };
    let [secret, made] = units[0].objects.as_slice() else { panic!("{}", told(&units)) };
    let name = secret.name().unwrap();
    assert_eq!((name.as_str(), text_at(name.place)), (Some("p-web"), "s.yaml: web".to_owned()));
    assert_eq!(&*secret.written.name, "web");
    assert_eq!(text_at(secret.data.at("spec.a").unwrap().place), "p.yaml: patched");
    assert_eq!(text_at(secret.data.at("metadata.namespace").unwrap().place), "kustomization.yaml: prod");
    assert_eq!(text_at(made.name().unwrap().place), "kustomization.yaml: made");
    assert!(made.generated && made.name_text().unwrap().starts_with("p-made-"));
    let (key, _) = &made.data.get("data").unwrap().entries()[0];
    assert_eq!((key.as_str(), text_at(key.place)), (Some("token"), "kustomization.yaml: token=1".to_owned()));
}

#[test]
fn what_is_not_here_is_a_gap_with_a_place_and_the_rest_is_built() {
    let kustomization = "\
resources: [s.yaml, 'https://example.com/a.yaml', '../../above', gone.yaml, bad.yaml]
components: ['github.com/a/b//part?ref=v1']
helmCharts: [{name: c, repo: 'https://example.com'}]
generators: [ksops.yaml]
transformers: [plugin.yaml]
";
    let plugin = "apiVersion: example.com/v1\nkind: Plugin\nmetadata: {name: p}\n";
    let files = [
        ("prod/kustomization.yaml", kustomization),
        ("prod/s.yaml", SECRET),
        ("prod/bad.yaml", "a: [b"),
        ("prod/ksops.yaml", plugin),
        ("prod/plugin.yaml", plugin),
    ];
    let units = units_of(&files);
    assert_eq!(told(&units), "kustomization prod: -/web …\n");
    let mut causes: Vec<Cause> = units[0].gaps.iter().map(|gap| gap.cause).collect();
    causes.sort();
    use Cause::*;
    assert_eq!(causes, [Remote, Remote, Missing, Missing, Invalid, NotRun, NotRun, NotRun]);
    assert!(units[0].gaps.iter().all(|gap| !gap.what.is_empty() && !gap.place.span().is_empty()));
    assert!(units[0].objects[0].opaque.is_some(), "a component that is not here may have changed it");
}

#[test]
fn a_stream_is_one_unit() {
    let (inventory, _) = survey(&[("stdin.yaml", SECRET)]);
    let contents = inventory.contents(0).unwrap();
    let unit = Unit::stream("stdin.yaml", contents);
    assert_eq!((unit.kind, unit.objects.len(), unit.complete), (UnitKind::Stream, 1, true));
}

fn within<T>(limit: Duration, what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    assert!(start.elapsed() < limit, "{what} took {:?}", start.elapsed());
    result
}

/// Far above what is needed, far below what anything that grows without bound would take.
const LONG: Duration = Duration::from_secs(30);

#[test]
fn cycles_end() {
    let files = [
        ("a/kustomization.yaml", "resources: [../b, s.yaml]"),
        ("a/s.yaml", SECRET),
        ("b/kustomization.yaml", "resources: [../a]"),
        ("c/kustomization.yaml", "kind: Component\ncomponents: [../c]"),
        ("d/kustomization.yaml", "resources: [../a/s.yaml]\ncomponents: [../c]"),
    ];
    let units = within(LONG, "a cycle", || units_of(&files));
    assert_eq!(told(&units), "kustomization a: -/web …\nkustomization d: -/web …\n");
}

#[test]
fn very_many_overlays_share_their_base() {
    let mut files = vec![
        ("base/kustomization.yaml".to_owned(), "resources: [s.yaml]\nnamePrefix: b-".to_owned()),
        ("base/s.yaml".to_owned(), SECRET.to_owned()),
    ];
    for overlay in 0..MANY {
        let text = format!("resources: [../../base]\nnamespace: n{overlay}");
        files.push((format!("o/{overlay}/kustomization.yaml"), text));
    }
    let units = within(LONG, "many overlays", || units_of(&files));
    assert_eq!(units.len(), MANY);
    assert!(units.iter().all(|unit| unit.complete && unit.objects.len() == 1));
}

#[test]
fn layers_that_double_their_base_and_chains_without_end_are_cut_off() {
    let mut files = vec![("l0/kustomization.yaml".to_owned(), "resources: [s.yaml]".to_owned())];
    files.push(("l0/s.yaml".to_owned(), SECRET.to_owned()));
    for layer in 1..40 {
        let below = layer - 1;
        for side in ["a", "b"] {
            let text = format!("resources: [../l{below}]\nnamePrefix: {side}-");
            files.push((format!("{side}{layer}/kustomization.yaml"), text));
        }
        let text = format!("resources: [../a{layer}, ../b{layer}]");
        files.push((format!("l{layer}/kustomization.yaml"), text));
    }
    let units = within(LONG, "doubling", || units_of(&files));
    let is_cut_off = |unit: &Unit| !unit.complete && unit.gaps.iter().any(|gap| gap.cause == Cause::TooMuch);
    assert!(units.iter().any(is_cut_off));

    let mut files = vec![("c0/kustomization.yaml".to_owned(), "nameSuffix: x".to_owned())];
    for layer in 1..MANY {
        files.push((format!("c{layer}/kustomization.yaml"), format!("resources: [../c{}]", layer - 1)));
    }
    let units = within(LONG, "a chain", || units_of(&files));
    assert!(units.iter().any(is_cut_off));
}

#[test]
fn components_that_multiply_are_cut_off() {
    let mut files = vec![("p0/kustomization.yaml".to_owned(), "kind: Component\nnamePrefix: x".to_owned())];
    for part in 1..40 {
        let below = part - 1;
        let text = format!("kind: Component\ncomponents: [../p{below}, ../p{below}]");
        files.push((format!("p{part}/kustomization.yaml"), text));
    }
    files.push(("a/kustomization.yaml".to_owned(), "resources: [s.yaml]\ncomponents: [../p39]".to_owned()));
    files.push(("a/s.yaml".to_owned(), SECRET.to_owned()));
    let units = within(LONG, "components", || units_of(&files));
    assert!(units[0].gaps.iter().any(|gap| gap.cause == Cause::TooMuch));
}

/// The measure: 3,000 manifests with 300 kustomizations. The bound is for a test's build on a busy machine.
#[test]
fn a_large_tree_is_built_in_a_moment() {
    let mut files = Vec::new();
    for app in 0..100 {
        let mut names = Vec::new();
        for object in 0..29 {
            names.push(format!("m{object}.yaml"));
            files.push((format!("apps/{app}/base/m{object}.yaml"), manifest(object)));
        }
        files.push((format!("apps/{app}/base/kustomization.yaml"), format!("resources: [{}]", names.join(", "))));
        for env in ["dev", "prod"] {
            let text = format!(
                "resources: [../base]\nnamePrefix: {env}-\nnamespace: {env}\nsecretGenerator: [{{name: made, literals: [a=b]}}]\n\
                 patches: [{{target: {{kind: Deployment, name: 'm1.*'}}, patch: '- {{op: add, path: /spec/x, value: y}}'}}]"
            );
            files.push((format!("apps/{app}/{env}/kustomization.yaml"), text));
        }
    }
    let (inventory, layout) = survey(&files);
    let start = Instant::now();
    let units = units(&inventory, &layout, &in_turn);
    let took = start.elapsed();
    println!(
        "{} units, {} objects in {took:?}",
        units.len(),
        units.iter().map(|unit| unit.objects.len()).sum::<usize>()
    );
    assert_eq!(units.len(), 200);
    assert!(units.iter().all(|unit| unit.complete && unit.objects.len() == 30));
    assert!(took < Duration::from_secs(5), "{took:?}");
}

fn manifest(at: usize) -> String {
    match at % 3 {
        0 => format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: m{at}}}\nstringData: {{token: t}}\n"),
        1 => format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: m{at}}}\nspec:\n  template:\n    spec:\n      containers:\n\
             \x20     - name: c\n        image: i\n        env:\n        - {{name: A, valueFrom: {{secretKeyRef: {{name: m{}, key: token}}}}}}\n\
             \x20     volumes: [{{name: v, secret: {{secretName: m{}}}}}]\n",
            at - 1,
            at - 1
        ),
        _ => format!(
            "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {{name: m{at}}}\n\
             spec: {{secretStoreRef: {{name: s}}, data: [{{secretKey: a, remoteRef: {{key: b}}}}]}}\n"
        ),
    }
}

#[test]
fn a_folder_without_a_kustomization_is_a_gap() {
    let (inventory, layout) = survey(&[("a/s.yaml", SECRET)]);
    let build = Builder::new(&inventory, &layout).build(&RepoPath::from("a"), Place::start_of(0));
    assert_eq!((build.objects.len(), build.gaps[0].cause), (0, Cause::Missing));
}

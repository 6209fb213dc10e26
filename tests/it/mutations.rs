//! One mistake at a time in a tree that works: is it found where it was made, and is nothing else said?
//!
//! A small tree always runs; `TIGHTLIP_MUTATIONS=folder:folder` adds real ones, which are copied, never touched. It does
//! not know the rules: any finding at the right place counts.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use tightlip::model::{Confidence, Finding, Severity};

use crate::harness;

/// How many mistakes of one kind a real tree is given: each costs a whole check.
const MOST_OF_A_KIND: usize = 8;

/// Of a hundred mistakes, how many must be found.
const BAR: usize = 95;

#[test]
fn mistakes_in_a_small_tree_are_all_found_where_they_are() {
    let tree = tempfile::tempdir().unwrap();
    for (path, text) in SMALL {
        write(&tree.path().join(path), text);
    }
    let table = Table::of(tree.path(), usize::MAX);
    println!("{table}");
    assert!(table.tried() >= 25, "{table}");
    assert_eq!(table.missed(), 0, "{table}");
    assert!(table.unrelated.is_empty(), "{table}");
}

#[test]
fn mistakes_in_real_trees_are_found_where_they_are() {
    let Some(folders) = std::env::var_os("TIGHTLIP_MUTATIONS") else {
        println!("skipped: TIGHTLIP_MUTATIONS names no folders");
        return;
    };
    for folder in std::env::split_paths(&folders) {
        let copy = tempfile::tempdir().unwrap();
        copy_manifests(&folder, copy.path());
        let table = Table::of(copy.path(), MOST_OF_A_KIND);
        println!("{}\n{table}", folder.file_name().unwrap_or_default().to_string_lossy());
        assert!(100 * (table.tried() - table.missed()) >= BAR * table.tried(), "{table}");
        assert!(table.unrelated.is_empty(), "{table}");
    }
}

/// A mistake: one file with another text, and the line at which it was made.
struct Mutation {
    kind: &'static str,
    path: PathBuf,
    text: String,
    line: usize,
}

#[derive(Default)]
struct Table {
    /// By kind: tried, found.
    rows: BTreeMap<&'static str, (usize, usize)>,
    misses: Vec<String>,
    unrelated: Vec<String>,
}

impl Table {
    fn of(root: &Path, most: usize) -> Table {
        let before: BTreeSet<String> = told(root).iter().map(identity).collect();
        let mut table = Table::default();
        for mutation in mutations(root) {
            let row = table.rows.entry(mutation.kind).or_default();
            if row.0 >= most {
                continue;
            }
            row.0 += 1;
            let file = root.join(&mutation.path);
            let original = fs::read(&file).unwrap();
            fs::write(&file, &mutation.text).unwrap();
            let fresh: Vec<Finding> =
                told(root).into_iter().filter(|finding| !before.contains(&identity(finding))).collect();
            fs::write(&file, original).unwrap();
            let (right, other): (Vec<&Finding>, Vec<&Finding>) = fresh.iter().partition(|it| points_at(it, &mutation));
            match right.is_empty() {
                true => table.misses.push(format!("{} {}:{}", mutation.kind, mutation.path.display(), mutation.line)),
                false => row.1 += 1,
            }
            let strangers = other.into_iter().map(|it| {
                let path = &it.location.origin.path;
                format!("{} {}: {} {path}", mutation.kind, mutation.path.display(), it.rule.id)
            });
            table.unrelated.extend(strangers);
        }
        table
    }

    fn tried(&self) -> usize {
        self.rows.values().map(|(tried, _)| tried).sum()
    }

    fn missed(&self) -> usize {
        self.misses.len()
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (kind, (tried, found)) in &self.rows {
            writeln!(f, "{kind:<24} {found:>3} of {tried:>3}")?;
        }
        writeln!(f, "{:<24} {:>3} of {:>3}", "all", self.tried() - self.missed(), self.tried())?;
        self.misses.iter().try_for_each(|miss| writeln!(f, "missed: {miss}"))?;
        self.unrelated.iter().try_for_each(|other| writeln!(f, "unrelated: {other}"))
    }
}

/// What a user would see: without notes, at the usual confidence.
fn told(root: &Path) -> Vec<Finding> {
    let report = harness::check(root, &harness::usual_rules(), 2);
    let is_told = |it: &Finding| {
        it.confidence >= Confidence::Medium && it.severity >= Severity::Warning && it.suppression.is_none()
    };
    report.findings.into_iter().filter(is_told).collect()
}

fn identity(finding: &Finding) -> String {
    format!("{} {} {}", finding.rule.id, finding.location.origin.path, finding.fingerprint)
}

/// True where the finding names the line, as its place or as one that belongs to it; a line that was taken out is named by
/// its neighbours.
fn points_at(finding: &Finding, mutation: &Mutation) -> bool {
    let path = mutation.path.to_string_lossy();
    let reach = if mutation.kind == "not listed" { usize::MAX } else { 1 };
    let places = std::iter::once(&finding.location).chain(finding.related.iter().map(|related| &related.location));
    places.into_iter().any(|place| {
        let line = place.region.start.line as usize;
        place.origin.path.to_text() == path && line.abs_diff(mutation.line) <= reach
    })
}

fn mutations(root: &Path) -> Vec<Mutation> {
    let files = manifests(root);
    let all: String = files.values().map(String::as_str).collect();
    let mut found = Vec::new();
    for (path, text) in &files {
        let lines: Vec<&str> = text.lines().collect();
        let is_kustomization = path.file_name().is_some_and(|name| name == "kustomization.yaml");
        for (at, line) in lines.iter().enumerate() {
            let mut push = |kind, new: Option<String>| {
                let mut changed: Vec<String> = lines.iter().map(|&line| line.to_owned()).collect();
                match new {
                    Some(new) => changed[at] = new,
                    None => drop(changed.remove(at)),
                }
                found.push(Mutation { kind, path: path.clone(), text: changed.join("\n") + "\n", line: at + 1 });
            };
            let entry =
                line.trim().strip_prefix("- ").filter(|_| is_kustomization).map(|it| it.trim_start_matches("./"));
            if let Some(entry) = entry.filter(|entry| entry.ends_with(".yaml") && !entry.contains(':')) {
                let target = path.parent().unwrap_or(Path::new("")).join(entry);
                let Some(listed) = files.get(&target) else { continue };
                push("path broken", Some(line.replace(".yaml", "-gone.yaml")));
                if listed.contains("\nkind: ExternalSecret") {
                    push("not listed", None);
                }
                continue;
            }
            let Some((key, value)) = line.split_once(": ").filter(|(_, value)| is_plain(value)) else { continue };
            let slipped = || Some(format!("{key}: {}", slip(value)));
            let above = parent(&lines, at);
            match (key.trim().trim_start_matches("- "), above) {
                ("name", "secretStoreRef") => push("store misspelt", slipped()),
                ("kind", "secretStoreRef") if value == "ClusterSecretStore" => push("store kind left out", None),
                ("name", "target") if is_used(&all, value) => push("target misspelt", slipped()),
                ("name", "secretKeyRef" | "secretRef") if is_made(&all, value) => push("secret misspelt", slipped()),
                ("key", "secretKeyRef") if is_key(&all, value) => push("key misspelt", slipped()),
                ("namespace", "metadata") if text.contains("\nkind: ExternalSecret") && is_flat(path, &files) => {
                    push("wrong namespace", Some(format!("{key}: elsewhere")));
                }
                _ => {}
            }
        }
        found.extend(appended(path, text));
    }
    found
}

/// Mistakes that add a document to a file.
fn appended(path: &Path, text: &str) -> Vec<Mutation> {
    let is_single = !text.trim_start_matches("---").contains("\n---");
    if !is_single || !text.contains("\nkind: ExternalSecret") {
        return Vec::new();
    }
    let line = text.lines().count() + 1;
    let mut found = Vec::new();
    let with = |added: String| format!("{}\n---\n{}", text.trim_end(), added.trim_start_matches("---\n"));
    let name = text.lines().find_map(|line| line.strip_prefix("  name: "));
    if let Some(name) = name.filter(|name| is_plain(name) && text.contains("\n  target:\n    name: ")) {
        let copy = text.replacen(&format!("  name: {name}"), "  name: second-copy", 1);
        let offset = copy.lines().position(|line| line.trim() == "target:").unwrap_or(0) + 2;
        found.push(Mutation { kind: "made twice", path: path.to_owned(), text: with(copy), line: line + offset });
    }
    let password: String = ["Tr0ub4", "dor", "&3x", "Qz"].concat();
    let secret =
        format!("apiVersion: v1\nkind: Secret\nmetadata:\n  name: inline-login\nstringData:\n  password: {password}\n");
    found.push(Mutation { kind: "inline password", path: path.to_owned(), text: with(secret), line: line + 6 });
    found
}

/// The key of the mapping that line `at` stands in.
fn parent<'t>(lines: &[&'t str], at: usize) -> &'t str {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let above = lines[..at].iter().rev().find(|line| !line.trim().is_empty() && indent(line) < indent(lines[at]));
    above.map_or("", |line| line.trim().trim_start_matches("- ").trim_end_matches(':'))
}

fn is_plain(value: &str) -> bool {
    value.len() >= 6 && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// Two letters change places, as they do under a hand.
fn slip(value: &str) -> String {
    let mut letters: Vec<char> = value.chars().collect();
    let is_pair = |at: &usize| {
        letters[*at].is_ascii_alphabetic() && letters[at + 1].is_ascii_alphabetic() && letters[*at] != letters[at + 1]
    };
    let at = (1..letters.len() - 1).rev().filter(is_pair).nth(1);
    match at {
        Some(at) => letters.swap(at, at + 1),
        None => letters.push('x'),
    }
    letters.into_iter().collect()
}

fn is_made(all: &str, name: &str) -> bool {
    all.contains(&format!("target:\n    name: {name}\n"))
        || all.contains(&format!("kind: ExternalSecret\nmetadata:\n  name: {name}\n"))
}

fn is_used(all: &str, name: &str) -> bool {
    let asked = ["secretKeyRef:", "secretRef:", "Secret:"];
    let is_name = |line: &str| line.trim().trim_start_matches("name: ").trim_matches('"') == name;
    let pairs = all.lines().zip(all.lines().skip(1));
    pairs.into_iter().any(|(above, line)| is_name(line) && asked.iter().any(|it| above.trim().ends_with(it)))
}

fn is_key(all: &str, key: &str) -> bool {
    all.contains(&format!("secretKey: {key}\n")) || all.contains(&format!("\n        {key}: "))
}

/// True where no kustomization sets the namespace.
fn is_flat(path: &Path, files: &BTreeMap<PathBuf, String>) -> bool {
    path.ancestors()
        .skip(1)
        .all(|folder| files.get(&folder.join("kustomization.yaml")).is_none_or(|text| !text.contains("\nnamespace:")))
}

fn manifests(root: &Path) -> BTreeMap<PathBuf, String> {
    let mut files = BTreeMap::new();
    let mut waiting = vec![root.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            match entry.file_type().unwrap() {
                kind if kind.is_dir() => waiting.push(entry.path()),
                kind if kind.is_file() && entry.path().extension().is_some_and(|it| it == "yaml") => {
                    let text = fs::read_to_string(entry.path()).unwrap_or_default();
                    files.insert(entry.path().strip_prefix(root).unwrap().to_owned(), text);
                }
                _ => {}
            }
        }
    }
    files
}

fn copy_manifests(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display())).map(Result::unwrap) {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        match entry.file_type().unwrap() {
            kind if kind.is_dir() && entry.file_name() != ".git" => {
                fs::create_dir(&target).unwrap();
                copy_manifests(&source, &target);
            }
            kind if kind.is_file() => drop(fs::copy(&source, &target).unwrap()),
            _ => {}
        }
    }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Two services, one base and two overlays, a store, a flat folder.
const SMALL: &[(&str, &str)] = &[
    ("tightlip.yaml", "version: 1\ntargets: { external-secrets: \"2.0\" }\n"),
    (
        "platform/kustomization.yaml",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - store.yaml\n",
    ),
    ("platform/store.yaml", STORE),
    (
        "shop/base/kustomization.yaml",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - deployment.yaml\n  - externalsecret.yaml\n",
    ),
    ("shop/base/deployment.yaml", DEPLOYMENT),
    ("shop/base/externalsecret.yaml", EXTERNAL_SECRET),
    (
        "shop/overlays/dev/kustomization.yaml",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: shop-dev\nresources:\n  - ../../base\n",
    ),
    (
        "shop/overlays/prod/kustomization.yaml",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: shop-prod\nresources:\n  - ../../base\n  - extra.yaml\n",
    ),
    ("shop/overlays/prod/extra.yaml", EXTRA),
    ("flat/job.yaml", JOB),
    ("flat/externalsecret.yaml", FLAT),
];

const STORE: &str = "\
apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata:
  name: platform-vault
spec:
  provider:
    vault:
      server: https://vault.example.com
      path: kv
      version: v2
      auth:
        kubernetes:
          mountPath: kubernetes
          role: reader
";

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  selector:
    matchLabels:
      app: shop
  template:
    metadata:
      labels:
        app: shop
    spec:
      containers:
        - name: shop
          image: registry.example.com/shop:1.0
          env:
            - name: DB_USER
              valueFrom:
                secretKeyRef:
                  name: shop-database
                  key: username
            - name: DB_PASSWORD
              valueFrom:
                secretKeyRef:
                  name: shop-database
                  key: password
";

const EXTERNAL_SECRET: &str = "\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: shop-database
spec:
  secretStoreRef:
    kind: ClusterSecretStore
    name: platform-vault
  target:
    name: shop-database
  data:
    - secretKey: username
      remoteRef:
        key: shop/database
        property: username
    - secretKey: password
      remoteRef:
        key: shop/database
        property: password
";

const EXTRA: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: mailer
spec:
  selector:
    matchLabels:
      app: mailer
  template:
    metadata:
      labels:
        app: mailer
    spec:
      containers:
        - name: mailer
          image: registry.example.com/mailer:1.0
          envFrom:
            - secretRef:
                name: mailer-settings
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: mailer
spec:
  secretStoreRef:
    kind: ClusterSecretStore
    name: platform-vault
  target:
    name: mailer-settings
  dataFrom:
    - extract:
        key: shop/mailer
";

const JOB: &str = "\
apiVersion: batch/v1
kind: Job
metadata:
  name: report
  namespace: reports
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: report
          image: registry.example.com/report:1.0
          env:
            - name: API_TOKEN
              valueFrom:
                secretKeyRef:
                  name: report-access
                  key: apitoken
";

const FLAT: &str = "\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: report-access
  namespace: reports
spec:
  secretStoreRef:
    kind: ClusterSecretStore
    name: platform-vault
  target:
    name: report-access
  data:
    - secretKey: apitoken
      remoteRef:
        key: reports/api
        property: token
";

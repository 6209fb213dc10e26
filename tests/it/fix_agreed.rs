//! What `tightlip fix` writes where a policy leaves one way only: the lines that change, and no others.
//!
//! It does not know which rules have fixes: `fix` holds that against the rules.

use std::fs;

use crate::harness;

/// The lines of the diff that `tightlip fix` shows for one file, by one policy.
fn changed(policy: &str, text: &str, with_unsafe: bool) -> String {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("tightlip.yaml"), format!("version: 1\n{policy}")).unwrap();
    fs::create_dir_all(folder.path().join("k8s/shop")).unwrap();
    fs::write(folder.path().join("k8s/shop/file.yaml"), text).unwrap();
    let arguments: &[&str] = if with_unsafe { &["fix", "--unsafe"] } else { &["fix"] };
    let output = harness::tightlip(folder.path(), arguments);
    let shown = String::from_utf8(output.stdout).unwrap();
    let is_change = |line: &&str| line.starts_with(['+', '-']) && !line.starts_with("+++") && !line.starts_with("---");
    shown.lines().filter(is_change).collect::<Vec<_>>().join("\n")
}

const EXTERNAL_SECRET: &str = "apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: db # kept
spec:
  refreshInterval: 24h # daily
  secretStoreRef:
    name: vault
  data:
    - secretKey: password
      remoteRef:
        key: db
";

#[test]
fn an_external_secret_becomes_what_is_agreed() {
    for (policy, expected) in [
        ("refresh-interval: { equals: 1m }", "-  refreshInterval: 24h # daily\n+  refreshInterval: 1m # daily"),
        ("refresh-interval: { min: 5m, max: 1h }", "-  refreshInterval: 24h # daily\n+  refreshInterval: 1h # daily"),
        ("deletion-policy: Retain", "+  target:\n+    deletionPolicy: Retain"),
        ("creation-policy: Owner", ""),
        ("deletion-policy: Delete", "+  target:\n+    deletionPolicy: Delete"),
        ("creation-policy: Orphan", "+  target:\n+    creationPolicy: Orphan"),
        ("target-name: { required: true }", "+  target:\n+    name: db"),
        (
            "annotations: { acme.example/tier: gold, acme.example/on: \"true\" }",
            "+  annotations:\n+    acme.example/on: \"true\"\n+    acme.example/tier: gold",
        ),
    ] {
        let shown = changed(&format!("external-secrets:\n  {policy}\n"), EXTERNAL_SECRET, false);
        assert_eq!(shown, expected, "{policy}");
    }
}

#[test]
fn what_others_would_notice_wants_to_be_read() {
    let renamed = "bindings: { app: { path: \"k8s/{app}/**\" } }\nexternal-secrets:\n  target-name: { required: true, template: \"{app}-secrets\" }\n";
    assert_eq!(changed(renamed, EXTERNAL_SECRET, false), "");
    assert_eq!(changed(renamed, EXTERNAL_SECRET, true), "+  target:\n+    name: shop-secrets");
    let property = "external-secrets:\n  remote-key: { property: required }\n";
    assert_eq!(changed(property, EXTERNAL_SECRET, false), "");
    assert_eq!(changed(property, EXTERNAL_SECRET, true), "+        property: password");
}

#[test]
fn a_reference_goes_to_the_only_store_that_can_be_meant() {
    let one = "stores:\n  shared:\n    - { kind: ClusterSecretStore, name: shared }\n";
    let expected = "-    name: vault\n+    name: shared\n+    kind: ClusterSecretStore";
    assert_eq!(changed(one, EXTERNAL_SECRET, false), expected);
    let two = format!("{one}    - {{ kind: SecretStore, name: other }}\n");
    assert_eq!(changed(&two, EXTERNAL_SECRET, true), "", "either could be meant");
    let named = format!("{one}    - {{ kind: ClusterSecretStore, name: vault }}\n");
    assert_eq!(changed(&named, EXTERNAL_SECRET, false), "+    kind: ClusterSecretStore");
}

const DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
        - name: web
          env:
            - name: DATABASE_URL
              value: postgres://shop:$(DB_PASSWORD)@db/shop # kept
            - name: DB_PASSWORD
              valueFrom: { secretKeyRef: { name: db, key: password } }
            - name: LAST
              value: x
          volumeMounts:
            - name: tls
              mountPath: /tls
      volumes:
        - name: tls
          secret: { secretName: web-tls }
";

#[test]
fn a_workload_becomes_what_is_agreed() {
    let externals = "externals: { secrets: [\"*\"] }\nworkloads:\n  ";
    for (policy, expected) in [
        ("read-only-secret-mounts: true", "+              readOnly: true"),
        ("reload: { by: reloader }", "+  annotations:\n+    secret.reloader.stakater.com/reload: \"db,web-tls\""),
        (
            "reload: { by: reloader, for: [volume] }",
            "+  annotations:\n+    secret.reloader.stakater.com/reload: web-tls",
        ),
    ] {
        let ordered = DEPLOYMENT.replace("$(DB_PASSWORD)", "password");
        assert_eq!(changed(&format!("{externals}{policy}\n"), &ordered, false), expected, "{policy}");
    }
}

#[test]
fn a_variable_comes_behind_the_one_that_it_needs() {
    let moved = "-            - name: DATABASE_URL\n-              value: postgres://shop:$(DB_PASSWORD)@db/shop # kept\n+            - name: DATABASE_URL\n+              value: postgres://shop:$(DB_PASSWORD)@db/shop # kept";
    assert_eq!(changed("", DEPLOYMENT, false), moved);
}

#[test]
fn a_field_that_go_cannot_read_is_looked_up_by_its_name() {
    let text = format!(
        "{EXTERNAL_SECRET}  target:\n    template:\n      data:\n        url: 'x://{{{{ .pass-word | b64enc }}}}'\n"
    );
    let text = text.replace("secretKey: password", "secretKey: pass-word");
    let expected =
        "-        url: 'x://{{ .pass-word | b64enc }}'\n+        url: 'x://{{ (index . \"pass-word\") | b64enc }}'";
    assert_eq!(changed("", &text, true), expected);
}

const STORE: &str = "apiVersion: external-secrets.io/v1
kind: SecretStore
metadata:
  name: vault
  namespace: old # kept
spec:
  provider:
    vault:
      server: https://vault.example.org
      path: kv
      auth:
        kubernetes:
          role: shop
          mountPath: k8s # kept
";

#[test]
fn a_store_is_moved_and_logs_in_as_is_agreed() {
    let store =
        |settings: &str| format!("stores:\n  shared:\n    - {{ kind: SecretStore, name: vault, {settings} }}\n");
    let mount = store("auth-mount-path: cluster");
    assert_eq!(changed(&mount, STORE, false), "-          mountPath: k8s # kept\n+          mountPath: cluster # kept");
    let without = STORE.replace("          mountPath: k8s # kept\n", "");
    assert_eq!(changed(&mount, &without, false), "", "it has a default");
    let of_environment = store("auth-mount-path: { shop: cluster }");
    let of_environment = format!("bindings: {{ env: {{ path: \"k8s/{{env}}/**\" }} }}\n{of_environment}");
    assert_eq!(changed(&of_environment, &without, false), "+          mountPath: cluster");
    let moved = store("namespace: shop");
    assert_eq!(changed(&moved, STORE, false), "", "another namespace wants to be read");
    assert_eq!(changed(&moved, STORE, true), "-  namespace: old # kept\n+  namespace: shop # kept");
}

#[test]
fn an_external_secret_gets_its_namespace_and_leaves_another_only_when_it_is_read() {
    let policy = "externals: { stores: [\"*\"] }\nexternal-secrets:\n  namespace: shop\n";
    assert_eq!(changed(policy, EXTERNAL_SECRET, false), "+  namespace: shop");
    let elsewhere = EXTERNAL_SECRET.replace("  name: db # kept\n", "  name: db # kept\n  namespace: old\n");
    assert_eq!(changed(policy, &elsewhere, false), "");
    assert_eq!(changed(policy, &elsewhere, true), "-  namespace: old\n+  namespace: shop");
}

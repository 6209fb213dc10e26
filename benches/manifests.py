#!/usr/bin/env python3
"""Writes the tree on which the graph's speed is measured: manifests.py FOLDER [APPS]

100 applications (the default) make 3,000 manifests with 300 kustomizations: a base and two overlays each, with prefixes,
namespaces, generators, patches of both kinds, ExternalSecrets, and a Flux object for every overlay.
"""

import sys
from pathlib import Path

OBJECTS = 27


def deployment(number):
    secret = f"app-{number}"
    return f"""apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-{number}
  labels: {{app: app-{number}}}
spec:
  selector: {{matchLabels: {{app: app-{number}}}}}
  template:
    metadata: {{labels: {{app: app-{number}}}}}
    spec:
      serviceAccountName: app-{number}
      containers:
        - name: app
          image: registry.example.com/app:{number}
          ports: [{{containerPort: 8080}}]
          env:
            - name: TOKEN
              valueFrom: {{secretKeyRef: {{name: {secret}, key: token}}}}
            - name: MODE
              value: plain
          envFrom:
            - secretRef: {{name: {secret}}}
            - configMapRef: {{name: settings}}
          resources: {{requests: {{cpu: 10m, memory: 32Mi}}, limits: {{memory: 64Mi}}}}
      volumes:
        - name: files
          secret: {{secretName: {secret}}}
"""


def external_secret(number):
    return f"""apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: app-{number}
spec:
  refreshInterval: 1h
  secretStoreRef: {{name: vault, kind: ClusterSecretStore}}
  target: {{name: app-{number}, creationPolicy: Owner}}
  data:
    - secretKey: token
      remoteRef: {{key: apps/app-{number}, property: token}}
    - secretKey: password
      remoteRef: {{key: apps/app-{number}, property: password}}
"""


def service(number):
    return f"""apiVersion: v1
kind: Service
metadata:
  name: app-{number}
spec:
  selector: {{app: app-{number}}}
  ports: [{{port: 80, targetPort: 8080}}]
"""


def overlay(environment):
    return f"""apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [../base]
namespace: {environment}
namePrefix: {environment}-
configMapGenerator:
  - name: settings
    literals: [environment={environment}]
patches:
  - path: patch.yaml
  - target: {{kind: ExternalSecret, name: "app-1.*"}}
    patch: |-
      - op: replace
        path: /spec/secretStoreRef/name
        value: vault-{environment}
"""


PATCH = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-0
spec:
  template:
    spec:
      containers:
        - name: app
          env:
            - name: MODE
              value: patched
"""


def flux(app, environment):
    return f"""apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: app{app}-{environment}
  namespace: flux-system
spec:
  interval: 10m
  path: ./apps/{app}/{environment}
  prune: true
  sourceRef: {{kind: GitRepository, name: flux-system}}
"""


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def main():
    root = Path(sys.argv[1])
    apps = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    kinds = [deployment, external_secret, service]
    for app in range(apps):
        folder = root / "apps" / str(app)
        names = [f"object-{number}.yaml" for number in range(OBJECTS)]
        for number, name in enumerate(names):
            write(folder / "base" / name, kinds[number % 3](number // 3))
        write(folder / "base" / "kustomization.yaml", "resources:\n" + "".join(f"  - {name}\n" for name in names))
        for environment in ("dev", "prod"):
            write(folder / environment / "kustomization.yaml", overlay(environment))
            write(folder / environment / "patch.yaml", PATCH)
            write(root / "cluster" / f"{app}-{environment}.yaml", flux(app, environment))


if __name__ == "__main__":
    main()

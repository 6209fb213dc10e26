//! A small repository of credentials as teams write them, and of what looks like one: every kind of the first is found at
//! its line, none of the second is.
//!
//! It does not cover Terraform variables, Java properties and shell scripts, whose syntaxes nobody reads yet; connection
//! strings and tokens inside them are found all the same.

use std::fs;

use tightlip::model::Confidence;

use crate::harness::{check, generate, usual_rules};

/// File, text with generators, the line of the credential.
const CREDENTIALS: &[(&str, &str, u32)] = &[
    (
        "deployment.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: shop\nspec:\n  template:\n    spec:\n      containers:\n        - name: shop\n          env:\n            - name: DB_PASSWORD\n              value: @{password*14}\n",
        12,
    ),
    (
        "folded.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: shop\nstringData:\n  password: >-\n    @{password*20}\n",
        7,
    ),
    ("values.yaml", "grafana:\n  adminUser: admin\n  adminPassword: @{password*12}\n", 3),
    ("values-db.yaml", "postgresql:\n  auth:\n    username: shop\n    password: \"@{password*16}\"\n", 4),
    (
        "secret.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: shop\nstringData:\n  username: shop\n  password: @{password*16}\n",
        7,
    ),
    (
        "secret-data.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: shop\ndata:\n  username: c2hvcA==\n  password: @{base64(password*15)}\n",
        7,
    ),
    (
        "block.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: shop\ndata:\n  config.json: |\n    {\n      \"host\": \"db.internal\",\n      \"password\": \"@{password*14}\"\n    }\n",
        9,
    ),
    (
        "kustomization.yaml",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nsecretGenerator:\n  - name: shop\n    literals:\n      - username=shop\n      - password=@{password*14}\n",
        7,
    ),
    (
        "arguments.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: shop\nspec:\n  containers:\n    - name: shop\n      args:\n        - --listen=:8080\n        - --db-password=@{password*14}\n",
        10,
    ),
    (
        "arguments-apart.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: shop\nspec:\n  containers:\n    - name: shop\n      args:\n        - --db-password\n        - @{password*14}\n",
        10,
    ),
    ("database.yaml", "env:\n  DATABASE_URL: postgres://shop:@{base62*16}@db.internal:5432/shop\n", 2),
    ("redis.yaml", "cache:\n  url: redis://:@{base62*18}@cache.internal:6379/0\n", 2),
    ("amqp.yaml", "queue: amqp://shop:@{base62*14}@mq.internal:5672/%2f\n", 1),
    ("mongo.yaml", "uri: \"mongodb+srv://shop:@{base62*16}@cluster0.internal/shop?retryWrites=true\"\n", 1),
    ("remote.yaml", "repository: https://deploy:@{base62*24}@git.internal/shop/deploy.git\n", 1),
    (
        "jdbc.yaml",
        "spring:\n  datasource:\n    url: jdbc:postgresql://db.internal:5432/shop?user=shop&password=@{base62*14}\n",
        3,
    ),
    (
        "mssql.yaml",
        "connection: \"Server=tcp:sql.internal,1433;Database=shop;User ID=shop;Password=@{base62*14};Encrypt=True\"\n",
        1,
    ),
    (".env", "APP_ENV=production\nDB_PASSWORD=@{password*14}\n", 2),
    (
        "appsettings.json",
        "{\n  \"Smtp\": {\n    \"Host\": \"mail.internal\",\n    \"Password\": \"@{password*14}\"\n  }\n}\n",
        4,
    ),
    (
        "registry.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: registry\ntype: kubernetes.io/dockerconfigjson\nstringData:\n  .dockerconfigjson: |\n    {\"auths\": {\"registry.internal\": {\"auth\": \"@{base64(\"robot:\" base62*20)}\"}}}\n",
        8,
    ),
    (
        "config.json",
        "{\n  \"auths\": {\n    \"registry.internal\": {\n      \"auth\": \"@{base64(\"robot:\" base62*20)}\"\n    }\n  }\n}\n",
        4,
    ),
    (
        "kubeconfig.yaml",
        "apiVersion: v1\nkind: Config\nusers:\n  - name: admin\n    user:\n      client-key-data: @{base64(pem(\"RSA PRIVATE KEY\"))}\n",
        6,
    ),
    (
        "kubeconfig-token.yaml",
        "apiVersion: v1\nkind: Config\nusers:\n  - name: admin\n    user:\n      token: @{jwt(\"{\\\"alg\\\":\\\"RS256\\\"}\" \"{\\\"iss\\\":\\\"kubernetes/serviceaccount\\\",\\\"sub\\\":\\\"system:serviceaccount:shop:deploy\\\"}\")}\n",
        6,
    ),
    (
        "htpasswd.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: basic\nstringData:\n  auth: admin:$2y$05$@{[A-Za-z0-9]*53}\n",
        6,
    ),
    ("vault.yaml", "vault:\n  address: https://vault.internal\n  token: hvs.@{base64url*95}\n", 3),
    ("github.yaml", "ci:\n  token: @{\"ghp_\" base62*30 crc32-base62}\n", 2),
    ("notes.md", "Deploy with\n\n    @{\"ghp_\" base62*30 crc32-base62}\n", 3),
    (
        "tls.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: tls\ndata:\n  tls.key: @{base64(pem(\"PRIVATE KEY\"))}\n",
        6,
    ),
    ("id_rsa", "@{pem(\"OPENSSH PRIVATE KEY\")}\n", 1),
    (
        "release.yaml",
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: shop\nspec:\n  values:\n    smtp:\n      password: @{password*14}\n",
        8,
    ),
    (
        "chart-application.yaml",
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: shop\nspec:\n  source:\n    helm:\n      values: |\n        auth:\n          rootPassword: @{password*14}\n",
        10,
    ),
    ("docker-compose.yml", "services:\n  db:\n    environment:\n      POSTGRES_PASSWORD: @{password*14}\n", 4),
    ("compose.yaml", "services:\n  db:\n    environment:\n      - POSTGRES_PASSWORD=@{password*14}\n", 4),
    (
        "store.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: aws\nstringData:\n  access-key: AKIA@{base32*16}\n  secret-access-key: @{base64*40}\n",
        7,
    ),
];

/// File, text: nothing in it is a credential in the clear.
const INNOCENT: &[(&str, &str)] = &[
    (
        "digest.yaml",
        "image: registry.internal/shop@sha256:@{hex*64}\nannotations:\n  checksum/config: @{hex*64}\n  checksum/secret: @{hex*64}\n",
    ),
    (
        "sealed.yaml",
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: shop\nspec:\n  encryptedData:\n    password: AgB@{base64*717}\n",
    ),
    ("vals.yaml", "db:\n  password: ref+vault://secret/shop#/password\n"),
    (
        ".env",
        "DB_PASSWORD=changeme\nDATABASE_URL=postgres://user:password@localhost:5432/shop\nAPI_KEY=your-api-key-here\nSECRET_KEY=\n",
    ),
    (
        "aws.md",
        "Set AWS_ACCESS_KEY_ID=@{\"AKIAIOSFODNN7\" \"EXAMPLE\"} and AWS_SECRET_ACCESS_KEY=@{\"wJalrXUtnFEMI/K7MDENG/\" \"bPxRfiCYEXAMPLEKEY\"}.\n",
    ),
    (
        "crd.yaml",
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: shops.example.com\nspec:\n  conversion:\n    webhook:\n      clientConfig:\n        caBundle: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t@{base64*120}\n",
    ),
    (
        "external-secret.yaml",
        "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: shop\nspec:\n  refreshInterval: 1h\n  secretStoreRef:\n    name: vault\n    kind: ClusterSecretStore\n  target:\n    name: shop\n    template:\n      data:\n        url: \"postgres://shop:{{ .password }}@db/shop\"\n  data:\n    - secretKey: password\n      remoteRef:\n        key: shop/database\n        property: password\n",
    ),
    (
        "names.yaml",
        "secretName: shop-database\nexistingSecret: shop-database\nexistingSecretPasswordKey: postgres-password\npasswordSecretRef:\n  name: shop\n  key: password\ntokenSecret: shop-token\nimagePullSecrets:\n  - name: registry\n",
    ),
    (
        "sops.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: shop\nstringData:\n  password: ENC[AES256_GCM,data:@{base64*24},iv:@{base64*43}=,tag:@{base64*22}==,type:str]\nsops:\n  age:\n    - recipient: age1@{[a-z0-9]*58}\n  mac: ENC[AES256_GCM,data:@{base64*120},iv:@{base64*43}=,tag:@{base64*22}==,type:str]\n  encrypted_regex: ^(data|stringData)$\n  version: 3.9.0\n",
    ),
    ("values.yaml", "auth:\n  # password: hunter2-is-only-a-comment\n  password: \"\"\n  existingSecret: shop\n"),
    ("ids.yaml", "tenantId: @{uuid}\nclientId: @{uuid}\nrequest: @{uuid}\n"),
    (
        "pod.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: shop\nspec:\n  containers:\n    - name: shop\n      env:\n        - name: DB_PASSWORD\n          valueFrom:\n            secretKeyRef:\n              name: shop\n              key: password\n",
    ),
    ("Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
    (
        "templates/secret.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {{ include \"shop.fullname\" . }}\ndata:\n  password: {{ .Values.auth.password | b64enc | quote }}\n  token: {{ (lookup \"v1\" \"Secret\" .Release.Namespace \"shop\").data.token | quote }}\n",
    ),
    (
        ".github/workflows/ci.yaml",
        "jobs:\n  deploy:\n    steps:\n      - run: deploy\n        env:\n          TOKEN: ${{ secrets.GITHUB_TOKEN }}\n          DB_PASSWORD: ${{ secrets.DB_PASSWORD }}\n",
    ),
    ("onepassword.env", "DB_PASSWORD=op://shop/database/password\n"),
    ("argo-vault.yaml", "password: <path:secret/data/shop#password>\n"),
    ("bank-vaults.yaml", "env:\n  DB_PASSWORD: vault:secret/data/shop#password\n"),
    (
        "public.pem",
        "@{\"-----BEGIN PUBLIC\" \" KEY-----\"}\n@{base64*64}\n@{base64*64}\n@{\"-----END PUBLIC\" \" KEY-----\"}\n",
    ),
    ("known_hosts", "git.internal ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI@{base64*43}\n"),
    (
        "flux.yaml",
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: shop\nspec:\n  values:\n    password: ${SHOP_PASSWORD}\n    apiKey: \"${API_KEY:=}\"\n    webhookSecret: shop-webhook\n    oauth:\n      clientSecret: $oidc.shop.clientSecret\n",
    ),
    (
        "issuer.yaml",
        "apiVersion: cert-manager.io/v1\nkind: ClusterIssuer\nmetadata:\n  name: letsencrypt\nspec:\n  acme:\n    privateKeySecretRef:\n      name: letsencrypt-production\n    solvers:\n      - dns01:\n          cloudflare:\n            apiTokenSecretRef:\n              name: cloudflare\n              key: api-token\n",
    ),
    (
        ".sops.yaml",
        "creation_rules:\n  - path_regex: .*\\.sops\\.yaml\n    encrypted_regex: ^(data|stringData)$\n    pgp: @{hex-upper*40}\n    age: age1@{[a-z0-9]*58}\n",
    ),
    (
        "template.yaml",
        "Resources:\n  Database:\n    Properties:\n      MasterUserPassword: !Ref DatabasePassword\n      Token: !Sub \"{{resolve:secretsmanager:shop:SecretString:token}}\"\n",
    ),
    ("recyclarr.yml", "sonarr:\n  shows:\n    base_url: http://sonarr\n    api_key: !env_var SONARR_API_KEY\n"),
    ("homepage.yaml", "- Sonarr:\n    widget:\n      type: sonarr\n      key: \"{{HOMEPAGE_VAR_SONARR_TOKEN}}\"\n"),
    ("vault-auth.yaml", "userPass:\n  path: userpass\n  username: shop\ntoken:\n  path: \"string\"\n"),
    (
        "package.json",
        "{\n  \"name\": \"shop\",\n  \"scripts\": {\n    \"token\": \"node scripts/make-token.js\",\n    \"secret\": \"vault read secret/shop\"\n  }\n}\n",
    ),
    (
        "locales/en.json",
        "{\n  \"password\": \"Password\",\n  \"passwordTooShort\": \"Your password is too short\",\n  \"token\": \"Access token\"\n}\n",
    ),
    (
        "manual.md",
        "Use `helm install shop --set auth.password=$PASSWORD,db.host=db` or `--set auth.password={{ .Values.x }}`,\nclone https://USERNAME:PERSONAL_ACCESS_TOKEN@git.internal/shop.git and set\npostgresql://user:password@host:port/dbname or `scheme://[user[:password]@]host`.\n",
    ),
    (
        "elided.md",
        "@{\"-----BEGIN RSA PRIVATE\" \" KEY-----\"}\nMII@{base64*61}\n...\n@{base64*64}\n@{\"-----END RSA PRIVATE\" \" KEY-----\"}\n",
    ),
];

fn written(files: impl Iterator<Item = (&'static str, &'static str)>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a file in a folder")).expect("a new folder");
        fs::write(path, generate(text)).expect("a new file");
    }
    folder
}

/// `path:line rule` of everything that a usual run reports.
fn reported(folder: &tempfile::TempDir) -> Vec<(String, String)> {
    let report = check(folder.path(), &usual_rules(), 1);
    let likely = report.findings.iter().filter(|finding| finding.confidence >= Confidence::Medium);
    let place = |finding: &tightlip::model::Finding| {
        let line = finding.location.region.start.line;
        (format!("{}:{line}", finding.location.origin.path), finding.rule.id.to_owned())
    };
    likely.map(place).collect()
}

#[test]
fn every_kind_of_credential_is_found_once_at_its_line() {
    let folder = written(CREDENTIALS.iter().map(|(path, text, _)| (*path, *text)));
    let reported = reported(&folder);
    let expected: Vec<String> = CREDENTIALS.iter().map(|(path, _, line)| format!("{path}:{line}")).collect();
    let missed: Vec<_> = expected.iter().filter(|place| !reported.iter().any(|(found, _)| found == *place)).collect();
    assert!(missed.is_empty(), "missed {missed:#?}");
    let twice: Vec<_> =
        reported.iter().filter(|(place, _)| reported.iter().filter(|(other, _)| other == place).count() > 1).collect();
    assert!(twice.is_empty(), "more than once: {twice:#?}");
}

#[test]
fn a_credential_that_two_rules_speak_of_is_shown_by_neither() {
    let values = "auth:\n  existingSecret: shop\n  password: @{password*14}\n";
    let folder = written([("values.yaml", values)].into_iter());
    let rules = |ids: &[&str]| usual_rules().into_iter().filter(|rule| ids.contains(&rule.id)).collect::<Vec<_>>();
    for ids in [&["inline-and-existing-secret"][..], &["inline-and-existing-secret", "plaintext-secret-in-values"]] {
        let report = check(folder.path(), &rules(ids), 1);
        let found: Vec<_> = report.findings.iter().map(|finding| finding.rule.id).collect();
        assert_eq!(found, ids, "each fault is a finding of its own");
        let written = fs::read_to_string(folder.path().join("values.yaml")).expect("the file");
        let password = written.rsplit(' ').next().expect("a last word").trim().to_owned();
        assert!(!format!("{:?}", report.findings).contains(&password), "a password is shown");
    }
}

#[test]
fn nothing_innocent_is_taken_for_a_credential() {
    let folder = written(INNOCENT.iter().copied());
    let reported = reported(&folder);
    assert!(reported.is_empty(), "{reported:#?}");
}

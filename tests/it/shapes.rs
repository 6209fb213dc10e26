//! Credentials in the formats in which teams write them, and the traps of their texts: each is found at its line and under
//! its key, by the rule that speaks for it; the nearest innocent neighbours are silent.
//!
//! It does not repeat the kinds of credentials that `recall` holds; here the format is what differs.

use std::fs;

use tightlip::model::{Confidence, Finding};

use crate::harness::{check, generate, usual_rules};

/// File, text with generators, and for each credential in it: line, rule, key path (empty where bytes alone say it).
type Shape = (&'static str, &'static str, &'static [(u32, &'static str, &'static str)]);

const PASSWORD: &str = "plaintext-password";
const TOKEN: &str = "plaintext-credential";
const TERRAFORM: &str = "plaintext-secret-in-terraform";
const IMAGE: &str = "credential-in-image";

const SETTINGS: &[Shape] = &[
    (
        "app.properties",
        "server.port=80\nspring.datasource.password=@{password*12}\n",
        &[(2, PASSWORD, r#"["spring.datasource.password"]"#)],
    ),
    ("b.properties", "db.password: @{password*10}\nother = 1\n", &[(1, PASSWORD, r#"["db.password"]"#)]),
    ("c.properties", "db.password = @{password*7}\\\n    @{base62*6}\n", &[(1, PASSWORD, r#"["db.password"]"#)]),
    (
        "config.ini",
        "; comment\n[database]\nuser = shop\npassword = \"@{password*9}\" ; changed in May\n",
        &[(4, PASSWORD, "database.password")],
    ),
    ("my.cnf", "[client]\nuser=root\npassword=@{password*11}\n", &[(3, PASSWORD, "client.password")]),
    (".pypirc", "[pypi]\nusername = shop\npassword = @{password*14}\n", &[(3, PASSWORD, "pypi.password")]),
    ("redis.conf", "bind 127.0.0.1\nrequirepass @{password*12}\n", &[(2, PASSWORD, "requirepass")]),
    (
        "shop.service",
        "[Service]\nExecStart=/usr/bin/shop\nEnvironment=\"DB_PASSWORD=@{password*12}\" MODE=x\nEnvironment=API_TOKEN=@{base62*32}\n",
        &[(3, PASSWORD, "Service.Environment[][name=DB_PASSWORD]"), (4, TOKEN, "Service.Environment[].API_TOKEN")],
    ),
    (
        "supervisord.conf",
        "[program:shop]\nenvironment=MODE=\"x\",DB_PASSWORD=\"@{password*12}\"\n",
        &[(2, PASSWORD, "program:shop.environment[].DB_PASSWORD")],
    ),
    (
        "config.toml",
        "[database]\nuser = \"shop\"\npassword = \"@{password*12}\"\n",
        &[(3, PASSWORD, "database.password")],
    ),
    ("b.toml", "db = { user = \"shop\", password = '@{password*12}' }\n", &[(1, PASSWORD, "db.password")]),
    ("c.toml", "[[servers]]\nauth.password = \"@{password*12}\" # old\n", &[(2, PASSWORD, "servers.auth.password")]),
    ("prod.tfvars", "region = \"eu\"\ndb_password = \"@{password*12}\"\n", &[(2, TERRAFORM, "db_password")]),
    (
        "main.tf",
        "resource \"aws_db_instance\" \"db\" {\n  username = \"shop\"\n  password = \"@{password*12}\"\n  tags = {\n    x = var.y\n  }\n}\n",
        &[(3, TERRAFORM, "resource.aws_db_instance.db.password")],
    ),
    (
        "variables.tf",
        "variable \"db_password\" {\n  type    = string\n  default = \"@{password*12}\"\n}\n",
        &[
            (1, "credential-not-marked-sensitive", "variable.db_password"),
            (3, TERRAFORM, "variable.db_password.default"),
        ],
    ),
    (
        "helm.tf",
        "resource \"helm_release\" \"db\" {\n  set {\n    name  = \"auth.password\"\n    value = \"@{password*12}\"\n  }\n  values = [<<-EOT\n    auth:\n      rootPassword: @{password*12}\n  EOT\n  ]\n}\n",
        &[
            (4, TERRAFORM, "resource.helm_release.db.set.value"),
            (8, TERRAFORM, "resource.helm_release.db.values[].auth.rootPassword"),
        ],
    ),
    (
        "secret.tf",
        "resource \"kubernetes_secret\" \"db\" {\n  data = {\n    \"password\" = \"@{password*12}\"\n    config   = jsonencode({ token = \"@{base62*32}\" })\n  }\n}\n",
        &[
            (3, TERRAFORM, "resource.kubernetes_secret.db.data.password"),
            (4, TERRAFORM, "resource.kubernetes_secret.db.data.config.token"),
        ],
    ),
    (
        "Dockerfile",
        "FROM alpine\nARG MODE=x\nENV DB_PASSWORD=@{password*12} PORT=80\nENV API_TOKEN @{base62*32}\nRUN apk add curl \\\n  # a comment\n  && mysql -uroot -p@{password*10} -e 'select 1'\nCMD [\"shop\", \"--password\", \"@{password*12}\"]\n",
        &[(3, IMAGE, "DB_PASSWORD"), (4, IMAGE, "API_TOKEN"), (7, PASSWORD, "password"), (8, PASSWORD, "command[]")],
    ),
    (
        "deploy.sh",
        "#!/bin/sh\nexport DB_PASSWORD='@{password*12}'\nPGPASSWORD=@{password*10} psql -h db\nhelm upgrade shop . --set auth.password=@{password*12},x=y\nkubectl create secret generic s --from-literal=password=@{password*12}\ndocker login -u shop -p @{password*12} registry.internal\nsshpass -p \"@{password*12}\" ssh db\nshop --db-password @{password*12} --port 80\necho 'root:@{password*12}' | chpasswd\ndocker run -e MYSQL_ROOT_PASSWORD=@{password*12} mysql\njava -Ddb.password=@{password*12} -jar a.jar\n",
        &[
            (2, PASSWORD, "DB_PASSWORD"),
            (3, "password-in-command-line", "PGPASSWORD"),
            (4, "credential-in-helm-argument", "auth.password"),
            (5, "literal-secret-in-script", "password"),
            (6, PASSWORD, "password"),
            (7, "password-in-command-line", "password"),
            (8, PASSWORD, "db-password"),
            (9, PASSWORD, "password"),
            (10, PASSWORD, "MYSQL_ROOT_PASSWORD"),
            (11, PASSWORD, r#"["db.password"]"#),
        ],
    ),
    (
        "write.sh",
        "cat > app.yaml <<EOF\ndb:\n  user: shop\n  password: @{password*12}\nEOF\ncurl -u shop:@{password*12} https://shop.internal\n",
        &[(4, PASSWORD, "EOF.db.password"), (6, "curl-user-password", "password")],
    ),
    (
        "Makefile",
        "DB_PASSWORD ?= @{password*12}\nrun:\n\tDB_PASSWORD=$(DB_PASSWORD) go run .\n",
        &[(1, PASSWORD, "DB_PASSWORD")],
    ),
    (
        "settings.xml",
        "<settings>\n  <servers>\n    <server>\n      <id>shop</id>\n      <password>@{password*12}</password>\n    </server>\n  </servers>\n</settings>\n",
        &[(5, "maven-settings-password", "settings.servers.server.password")],
    ),
    (
        "context.xml",
        "<Context>\n  <Resource name=\"jdbc/db\" username=\"shop\" password=\"@{password*12}\"/>\n</Context>\n",
        &[(2, PASSWORD, "Context.Resource.password")],
    ),
    (
        "beans.xml",
        "<bean>\n  <property name=\"password\" value=\"@{password*12}\"/>\n  <property name=\"secretToken\">@{base62*32}</property>\n</bean>\n",
        &[(2, PASSWORD, "bean.property.value"), (3, TOKEN, "bean.property.value")],
    ),
    (
        "web.config",
        "<configuration>\n  <appSettings>\n    <add key=\"SmtpPassword\" value=\"@{password*12}\" />\n  </appSettings>\n</configuration>\n",
        &[(3, PASSWORD, "configuration.appSettings.add.value")],
    ),
    (
        "Info.plist",
        "<plist><dict>\n<key>ApiToken</key>\n<string>@{base62*32}</string>\n</dict></plist>\n",
        &[(3, TOKEN, "plist.dict.ApiToken")],
    ),
    (".netrc", "machine git.internal\n  login shop\n  password @{password*12}\n", &[(3, "netrc-password", "password")]),
    (".pgpass", "db.internal:5432:shop:shop:@{password*12}\n", &[(1, PASSWORD, "password")]),
];

const CODE: &[Shape] = &[
    (
        "shop.py",
        "DB_PASSWORD = \"@{password*12}\"\nconnect(user=\"shop\", password='@{password*12}')\nconf = {\"api_key\": \"@{base62*32}\"}\nos.environ[\"API_TOKEN\"] = \"@{base62*32}\"\nx = os.environ.get(\"DB_PASSWORD\", \"@{password*12}\")\npassword: str = \"@{password*12}\"\n",
        &[
            (1, PASSWORD, "DB_PASSWORD"),
            (2, PASSWORD, "password"),
            (3, TOKEN, "api_key"),
            (4, TOKEN, "API_TOKEN"),
            (5, PASSWORD, "DB_PASSWORD"),
            (6, PASSWORD, "password"),
        ],
    ),
    (
        "shop.ts",
        "const password: string = '@{password*12}';\nclient({ user: 'shop', password: `@{password*12}` });\nconfig['apiKey'] = \"@{base62*32}\";\nconst key = process.env.API_KEY || \"@{base62*32}\";\n",
        &[(1, PASSWORD, "password"), (2, PASSWORD, "password"), (3, TOKEN, "apiKey"), (4, TOKEN, "API_KEY")],
    ),
    (
        "shop.go",
        "dbPassword := \"@{password*12}\"\ncfg := Config{Password: \"@{password*12}\"}\nos.Setenv(\"API_TOKEN\", \"@{base62*32}\")\nconst apiKey string = \"@{base62*32}\"\n",
        &[(1, PASSWORD, "dbPassword"), (2, PASSWORD, "Password"), (3, TOKEN, "API_TOKEN"), (4, TOKEN, "apiKey")],
    ),
    (
        "Shop.java",
        "private static final String PASSWORD = \"@{password*12}\";\nsource.setPassword(\"@{password*12}\");\n",
        &[(1, PASSWORD, "PASSWORD"), (2, PASSWORD, "setPassword")],
    ),
    (
        "Shop.cs",
        "options.Password = \"@{password*12}\";\nvar token = @\"@{base62*32}\";\n",
        &[(1, PASSWORD, "Password"), (2, TOKEN, "token")],
    ),
    (
        "shop.rb",
        "config.password = '@{password*12}'\nconnect(:password => \"@{password*12}\")\n",
        &[(1, PASSWORD, "password"), (2, PASSWORD, "password")],
    ),
    (
        "shop.php",
        "<?php\n$password = '@{password*12}';\ndefine('DB_PASSWORD', '@{password*12}');\n['password' => '@{password*12}'];\n",
        &[(2, PASSWORD, "password"), (3, PASSWORD, "DB_PASSWORD"), (4, PASSWORD, "password")],
    ),
    (
        "shop.rs",
        "const API_TOKEN: &str = \"@{base62*32}\";\nlet config = Config { password: \"@{password*12}\".to_string() };\n.password(\"@{password*12}\")\n",
        &[(1, TOKEN, "API_TOKEN"), (2, PASSWORD, "password"), (3, PASSWORD, "password")],
    ),
    ("Shop.kt", "val password: String = \"@{password*12}\"\n", &[(1, PASSWORD, "password")]),
    ("shop.c", "#define DB_PASSWORD \"@{password*12}\"\n", &[(1, PASSWORD, "DB_PASSWORD")]),
    ("shop.sql", "CREATE USER shop WITH PASSWORD '@{password*12}';\n", &[(1, PASSWORD, "PASSWORD")]),
];

/// Situations of text that other readers stumble over; `history` and `hostile` hold those of size and time.
const TRAPS: &[Shape] = &[
    ("crlf.yaml", "a: b\r\ndb:\r\n  password: @{password*12}\r\n", &[(3, PASSWORD, "db.password")]),
    ("mark.yaml", "\u{feff}a: b\ndb:\n  password: @{password*12}", &[(3, PASSWORD, "db.password")]),
    ("cr.ini", "[db]\rpassword = @{password*12}\rport = 1\r", &[(2, PASSWORD, "db.password")]),
    ("separator.ini", "[db]\nlabel = a\u{2028}b\npassword = @{password*12}\n", &[(3, PASSWORD, "db.password")]),
    ("end.sh", "export TOKEN=@{base62*32};echo done\n", &[(1, TOKEN, "TOKEN")]),
    ("escape.txt", "x\\n@{\"ghp_\" base62*30 crc32-base62}\\n<b>\n", &[(1, "github-personal-access-token", "")]),
    (
        "entity.html",
        "<a href=\"?t=@{\"ghp_\" base62*30 crc32-base62}&amp;x=1\">\n",
        &[(1, "github-personal-access-token", "")],
    ),
    ("percent.txt", "?t=@{\"ghp_\" base62*30 crc32-base62}%22%2C\n", &[(1, "github-personal-access-token", "")]),
    ("folded.yaml", "password: >-\n  @{password*16}\n", &[(2, PASSWORD, "password")]),
    ("continued.sh", "shop \\\n  --user shop \\\n  --password @{password*12}\n", &[(3, PASSWORD, "password")]),
    ("key.json", "{\"key\": \"@{pem-escaped(\"RSA PRIVATE KEY\")}\"}\n", &[(1, "private-key", "key")]),
    ("key.yaml", "tls:\n  key: |\n    @{pem(\"RSA PRIVATE KEY\")}\n", &[(3, "private-key", "tls.key")]),
    (".env", "A_KEY=\nB=@{hex*32}\nDB_PASSWORD=@{password*12}\n", &[(3, PASSWORD, "DB_PASSWORD")]),
    ("default.yaml", "password: ${DB_PASSWORD:-@{password*12}}\n", &[(1, PASSWORD, "password")]),
    (
        "both.yaml",
        "github:\n  token: @{\"ghp_\" base62*30 crc32-base62}\n",
        &[(2, "github-personal-access-token", "github.token")],
    ),
    ("control.sh", "export DB_PASSWORD='@{password*12}' # \u{1b}[31m red\n", &[(1, PASSWORD, "DB_PASSWORD")]),
    (
        "go.sum",
        "x v1 h1:@{base64*43}=\ntoken @{\"ghp_\" base62*30 crc32-base62}\n",
        &[(2, "github-personal-access-token", "")],
    ),
    (
        "inline.yaml",
        "metadata:\n  annotations:\n    last-applied-configuration: |\n      {\"kind\":\"Pod\",\"env\":[{\"name\":\"DB_PASSWORD\",\"value\":\"@{password*12}\"}]}\n",
        &[(4, PASSWORD, "metadata.annotations.last-applied-configuration.env[name=DB_PASSWORD].value")],
    ),
    (
        "settings-in-yaml.yaml",
        "data:\n  app.properties: |\n    server.port=80\n    db.password=@{password*12}\n",
        &[(4, PASSWORD, r#"data["app.properties"]["db.password"]"#)],
    ),
];

/// Nothing in them is a credential in the clear.
const INNOCENT: &[(&str, &str)] = &[
    ("app.properties", "spring.datasource.password=${DB_PASSWORD}\npassword.label=Your password\ntoken.ttl=3600\n"),
    ("messages.ini", "[form]\npassword_hint = Choose a strong one\npassword_file = /run/secrets/db\npassword =\n"),
    (
        "config.toml",
        "password = \"\"\ntoken_path = \"/run/token\"\n[package]\nauthors = [\"a <a@b.c>\"]\nkeywords = [\"password\", \"token\"]\n",
    ),
    (
        "main.tf",
        "variable \"db_password\" {\n  type      = string\n  sensitive = true\n}\nresource \"x\" \"y\" {\n  password = var.db_password\n  token    = data.vault_generic_secret.db.data[\"token\"]\n  secret   = random_password.db.result\n  kms_key  = \"alias/shop\"\n}\n",
    ),
    (
        "Dockerfile",
        "FROM alpine\nARG PASSWORD_LENGTH=16\nENV PASSWORD_LENGTH=${PASSWORD_LENGTH} TOKEN_FILE=/run/token\nRUN --mount=type=secret,id=token TOKEN=$(cat /run/secrets/token) make\n",
    ),
    (
        "deploy.sh",
        "export DB_PASSWORD=\"$1\"\nDB_PASSWORD=$(openssl rand -hex 16)\nPASSWORD=`pwgen`\nread -s -p \"Password: \" PASSWORD\ndocker login --password-stdin\nhelm upgrade --set auth.password=\"$PASSWORD\"\ncurl -u \"shop:$TOKEN\" https://shop.internal\nif [ -z \"$TOKEN\" ]; then echo \"TOKEN is missing\"; fi\nmysql -p -e x\necho \"usage: $0 --password PASSWORD\"\n",
    ),
    (
        "settings.xml",
        "<server><password>${env.PASSWORD}</password></server>\n<string name=\"password\">Password</string>\n<property name=\"passwordEncoder\" value=\"bcrypt\"/>\n",
    ),
    (".npmrc", "//registry.npmjs.org/:_authToken=${NPM_TOKEN}\nalways-auth=true\n"),
    ("glued.txt", "x@{\"ghp_\" base62*30 crc32-base62} @{\"ghp_\" base62*30 crc32-base62}x\n"),
    (
        "stand-ins.yaml",
        "a: {password: <password>}\nb: {password: xxxxxxxx}\nc: {password: $(DB_PASSWORD)}\nd: {password: \"{{ x }}\"}\ne: {password: \"%DB_PASSWORD%\"}\nf: {password: \"@DB_PASSWORD@\"}\ng: {password: __DB_PASSWORD__}\nh: {password: CHANGEME}\ni: {password: \"********\"}\nj: {password: REDACTED}\nk: {password: password}\nl: {password: DB_PASSWORD}\nm: {password: /run/secrets/db}\nn: {password: getPassword()}\n",
    ),
    (
        "public.yaml",
        "tls:\n  key: |\n    @{\"-----BEGIN PUBLIC\" \" KEY-----\"}\n    @{base64*64}\n    @{\"-----END PUBLIC\" \" KEY-----\"}\n",
    ),
    (
        "shop.py",
        "PASSWORD_FIELD = \"password\"\npassword = \"Password\"\ntoken = \"access_token\"\npassword = os.environ[\"DB_PASSWORD\"]\npassword = getpass.getpass(\"Password: \")\nlabels = {\"password\": \"Your password\", \"token\": \"auth.token.v1\"}\npassword = f\"{user}-{suffix}\"\nSECRET_NAME = \"shop-database\"\ntoken_type = \"bearer\"\n# password = \"hunter2x\"\nraise ValueError(\"token\", \"is missing\")\n",
    ),
    (
        "shop.rs",
        "enum Token { Ident }\nlet token = \"identifier\";\nexpect_token(\"a1b2c3\");\nassert_eq!(token, \"=>\");\nlet token: &str = env!(\"TOKEN\");\nError::Token(\"unexpected\")\n",
    ),
    (
        "shop.ts",
        "t('password', 'Password');\n<input type=\"password\" name=\"password\" />\nconst secretName = 'shop';\nif (key === 'token') {}\npasswordInput: '#password-2',\n",
    ),
    (".pgpass", "# host:port:database:user:password\n*:*:*:shop:\n"),
];

fn findings(path: &str, text: &str) -> Vec<Finding> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join(path), generate(text)).expect("a new file");
    let report = check(folder.path(), &usual_rules(), 1);
    report.findings.into_iter().filter(|finding| finding.confidence >= Confidence::Medium).collect()
}

/// `line rule key path`
fn told(findings: &[Finding]) -> Vec<String> {
    let told = |finding: &Finding| {
        let (line, path) = (finding.location.region.start.line, finding.location.key_path.as_deref());
        format!("{line} {} {}", finding.rule.id, path.unwrap_or_default())
    };
    findings.iter().map(told).collect()
}

fn holds(shapes: &[Shape]) {
    let mut wrong = Vec::new();
    for (path, text, expected) in shapes {
        let expected: Vec<_> = expected.iter().map(|(line, rule, key)| format!("{line} {rule} {key}")).collect();
        let found = told(&findings(path, text));
        if found != expected {
            wrong.push(format!("{path}:\n  found    {found:?}\n  expected {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn settings_scripts_and_infrastructure_are_read_by_their_keys() {
    holds(SETTINGS);
}

#[test]
fn literals_in_code_are_read_by_their_names() {
    holds(CODE);
}

#[test]
fn traps_of_text_hide_nothing() {
    holds(TRAPS);
}

#[test]
fn the_nearest_neighbours_are_silent() {
    let loud =
        INNOCENT.iter().map(|(path, text)| (path, told(&findings(path, text)))).filter(|(_, told)| !told.is_empty());
    let loud: Vec<_> = loud.collect();
    assert!(loud.is_empty(), "{loud:#?}");
}

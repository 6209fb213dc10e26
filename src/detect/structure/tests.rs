//! What each structure finds in texts as people write them, and the innocent neighbour of each.
//!
//! It does not know the rules that ship, only their structures: values are built from parts, none is a live credential.

use data_encoding::{BASE64, BASE64URL_NOPAD};

use super::STRUCTURES;
use crate::detect::tests::{drafts, found, rule};
use crate::model::{Confidence, Identity, Matcher, Rule};

fn all() -> Vec<&'static Rule> {
    STRUCTURES.iter().map(|structure| rule(structure.name, Matcher::Structure(structure.name))).collect()
}

/// Rule and confidence of everything found.
fn verdicts(text: &str) -> Vec<(&'static str, Confidence)> {
    drafts(&all(), text).iter().map(|draft| (draft.rule.id, draft.confidence)).collect()
}

/// Bytes that repeat nothing.
fn noise(length: usize) -> Vec<u8> {
    (0..length as u32).map(|index| (index.wrapping_mul(2_654_435_761).rotate_left(13) >> 7) as u8).collect()
}

fn pem(label: &str, lead: &[u8]) -> String {
    let content = BASE64.encode(&[lead, &noise(300)].concat());
    let lines: Vec<_> = content.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    let dashes = "-".repeat(5);
    format!("{dashes}BEGIN {label}{dashes}\n{}\n{dashes}END {label}{dashes}", lines.join("\n"))
}

fn rsa() -> String {
    pem("RSA PRIVATE KEY", &[0x30, 0x82, 0x01, 0x2c])
}

#[test]
fn names_are_sorted_and_unique() {
    assert!(STRUCTURES.is_sorted_by(|one, next| one.name < next.name));
}

#[test]
fn a_private_key_is_found_once_however_it_is_written_down() {
    let key = rsa();
    let writings = [
        key.clone(),
        key.replace('\n', "\r\n"),
        format!("KEY=\"{}\"", key.replace('\n', "\\n")),
        format!("{{\"k\": \"{}\\n\"}}", key.replace('\n', "\\r\\n")),
        format!("{{\"k\": \"{}\"}}", key.replace('\n', "\\\\n")),
        format!("key: |\n  {}\nnext: 1\n", key.replace('\n', "\n  ")),
        format!("key: {}", key.replace('\n', " ")),
        format!("# {}", key.replace('\n', "\n# ")),
        format!("k = \"{}\";", key.replace('\n', "\\n\" +\n    \"")),
        format!("<key>{}</key>", key.replace('\n', "&#xA;")),
    ];
    for text in writings {
        let drafts = drafts(&all(), &text);
        let [draft] = &drafts[..] else { panic!("{} drafts in {text}", drafts.len()) };
        assert_eq!((draft.rule.id, draft.confidence), ("private-key", Confidence::High), "{text}");
        let Identity::Credential { value } = &draft.identity else { panic!("a credential") };
        assert_eq!(value.expose(), BASE64.encode(&[&[0x30, 0x82, 0x01, 0x2c], &noise(300)[..]].concat()).as_bytes());
        assert!(draft.span.slice(text.as_bytes()).ends_with(b"KEY-----"), "{text}");
        assert!(draft.span.slice(text.as_bytes()).starts_with(b"-----BEGIN"), "{text}");
    }
}

#[test]
fn keys_are_told_from_each_other_and_from_what_is_public() {
    let openssh = |cipher: &[u8]| {
        let length = (cipher.len() as u32).to_be_bytes();
        pem("OPENSSH PRIVATE KEY", &[b"openssh-key-v1\0", &length[..], cipher].concat())
    };
    let legacy = rsa().replacen('\n', "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123\n\n", 1);
    let cases = [
        (pem("PRIVATE KEY", b"0\x82"), "private-key", Confidence::High),
        (pem("EC PRIVATE KEY", b"0\x77"), "private-key", Confidence::High),
        (openssh(b"none"), "private-key", Confidence::High),
        (pem("RSA PRIVATE KEY", b"\xff"), "private-key", Confidence::Low),
        (openssh(b"aes256-ctr"), "encrypted-private-key", Confidence::High),
        (pem("ENCRYPTED PRIVATE KEY", b"0\x82"), "encrypted-private-key", Confidence::High),
        (legacy, "encrypted-private-key", Confidence::High),
        (pem("PGP PRIVATE KEY BLOCK", b"\x95"), "pgp-private-key", Confidence::High),
        (
            pem("PGP PRIVATE KEY BLOCK", b"\x95").replacen('\n', "\nVersion: GnuPG v2\n\n", 1),
            "pgp-private-key",
            Confidence::High,
        ),
    ];
    for (text, rule, confidence) in cases {
        assert_eq!(verdicts(&text), [(rule, confidence)], "{text}");
    }
    for label in ["PUBLIC KEY", "CERTIFICATE", "PGP PUBLIC KEY BLOCK", "RSA PUBLIC KEY"] {
        assert_eq!(verdicts(&pem(label, b"0\x82")), [], "{label}");
    }
    let key = rsa();
    assert_eq!(verdicts(&key[..80]), [], "truncated");
    assert_eq!(verdicts(key.lines().next().unwrap()), [], "only its first line");
    assert_eq!(verdicts("-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----"), []);
}

#[test]
fn a_key_that_is_left_out_of_a_manual_is_none() {
    let key = rsa();
    let lines: Vec<&str> = key.lines().collect();
    for left_out in ["...", "…", " . . .", "[snip]", "<your key>", "{{ .Values.key }}", "(40 more lines)", "***"] {
        let text = format!("{}\n{}\n{left_out}\n{}\n{}\n", lines[0], lines[1], lines[3], lines[lines.len() - 1]);
        assert_eq!(verdicts(&text), [], "{text}");
    }
    let short = format!("key = \"{}\"", lines[..3].join("\\n"));
    assert_eq!(verdicts(&short), [("private-key", Confidence::Low)], "a key that breaks off");
}

#[test]
fn a_service_account_owns_its_key() {
    let key = pem("PRIVATE KEY", b"0\x82").replace('\n', "\\n");
    let file =
        format!("{{\n  \"type\": \"service_account\",\n  \"private_key\": \"{key}\\n\",\n  \"client_id\": \"1\"\n}}");
    for text in [file.clone(), file.replace('\\', "\\\\").replace('"', "\\\"")] {
        let drafts = drafts(&all(), &text);
        assert_eq!(drafts.iter().map(|draft| draft.rule.id).collect::<Vec<_>>(), ["gcp-service-account"], "{text}");
        assert_eq!(drafts[0].also.iter().map(|rule| rule.id).collect::<Vec<_>>(), ["private-key"]);
    }
    assert_eq!(verdicts(&file.replace("service_account", "authorized_user")), [("private-key", Confidence::High)]);
}

#[test]
fn a_putty_key_is_found_and_an_encrypted_one_is_less_sure() {
    let lines = BASE64.encode(&noise(150));
    let file = format!(
        "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: c\nPublic-Lines: 1\nAAAA\nPrivate-Lines: 1\n{lines}\nPrivate-MAC: 00\n"
    );
    assert_eq!(found(&all(), &file), [("putty-private-key", lines)]);
    assert_eq!(
        verdicts(&file.replace("Encryption: none", "Encryption: aes256-cbc")),
        [("putty-private-key", Confidence::Low)]
    );
    assert_eq!(verdicts("PuTTY-User-Key-File-2: ssh-rsa\nPublic-Lines: 6\n"), []);
}

fn jwt(header: &str, payload: &str, signature: &str) -> String {
    let part = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
    format!("{}.{}.{signature}", part(header), part(payload))
}

#[test]
fn a_jwt_is_judged_by_its_header_and_its_claims() {
    let signature = BASE64URL_NOPAD.encode(&noise(32));
    let hs = r#"{"alg":"HS256","typ":"JWT"}"#;
    let token = jwt(hs, r#"{"iss":"argocd","sub":"ci"}"#, &signature);
    for text in [format!("token: {token}"), format!("Bearer {token}."), format!("a=\"\\n{token}\""), token.clone()] {
        assert_eq!(found(&all(), &text), [("jwt", token.clone())], "{text}");
    }
    let cases = [
        (jwt(r#"{"alg":"none"}"#, r#"{"sub":"ci"}"#, ""), vec![("jwt", Confidence::Low)]),
        (jwt(hs, r#"{"sub":"ci","exp":1600000000}"#, &signature), vec![("jwt", Confidence::Low)]),
        (jwt(hs, r#"{"sub":"ci","iat":1900000000,"exp":1900003600}"#, &signature), vec![("jwt", Confidence::Low)]),
        (jwt(hs, r#"{"sub":"ci","iat":1900000000,"exp":2200000000}"#, &signature), vec![("jwt", Confidence::High)]),
        (
            jwt(hs, r#"{"iss":"kubernetes/serviceaccount"}"#, &signature),
            vec![("kubernetes-service-account-token", Confidence::High)],
        ),
        (
            jwt(hs, r#"{"kubernetes.io":{"namespace":"a"}}"#, &signature),
            vec![("kubernetes-service-account-token", Confidence::High)],
        ),
        (jwt(hs, r#"{"sub":"1234567890","name":"John Doe","iat":1516239022}"#, &signature), vec![]),
        (jwt(hs, r#"{"sub":"ci","iat":1719396899,"exp":1750932887}"#, &signature), vec![("jwt", Confidence::Low)]),
        (jwt(hs, r#"{"iss":"Online JWT Builder","sub":"a@b"}"#, &signature), vec![]),
        (jwt(hs, r#"{"iss":"a","aud":"www.example.com"}"#, &signature), vec![]),
        (jwt(r#"{"typ":"JWT"}"#, r#"{"sub":"ci"}"#, &signature), vec![]),
        (jwt(hs, "no json", &signature), vec![]),
        (jwt(hs, r#"{"sub":"ci"}"#, "").trim_end_matches('.').to_owned(), vec![]),
        (format!("{token}.{signature}.{signature}"), vec![]),
    ];
    for (text, expected) in cases {
        assert_eq!(verdicts(&text), expected, "{text}");
    }
}

#[test]
fn a_password_in_an_address_is_found_whatever_the_scheme() {
    let word = ["Kx7", "pQ2", "vT9"].concat();
    let addresses = [
        format!("DATABASE_URL=postgres://app:{word}@db.internal:5432/app"),
        format!("url: \"mongodb+srv://app:{word}@cluster0.mongo.net/?w=1\""),
        format!("redis://:{word}@cache.internal/0"),
        format!("<url>amqps://app:{word}@mq.internal</url>"),
        format!("git clone https://app:{word}@git.internal/repo.git"),
        format!("postgres://app:{word}@${{DB_HOST}}/app"),
    ];
    for text in addresses {
        assert_eq!(found(&all(), &text), [("connection-string", word.clone())], "{text}");
        assert_eq!(verdicts(&text), [("connection-string", Confidence::High)], "{text}");
    }
    let encoded = "amqp://app:Kx7%40pQ2%2FvT9@mq.internal"; // tightlip: ignore[password-in-url] a sample
    let [draft] = &drafts(&all(), encoded)[..] else { panic!("one draft") };
    let Identity::Guessable { key_path, value, .. } = &draft.identity else { panic!("short, so guessable") };
    assert_eq!((key_path.as_str(), value.expose()), ("amqp://app@mq.internal", &b"Kx7@pQ2/vT9"[..]));
}

#[test]
fn an_address_without_a_literal_password_is_none() {
    for text in [
        "postgres://app:${DB_PASSWORD}@db/app",
        "postgres://app:$DB_PASSWORD@db/app",
        "postgres://app:$(DB_PASSWORD)@db/app",
        "postgres://app:{{ .Values.password }}@db/app",
        "postgres://{{user}}:{{password}}@db/app",
        "postgres://app:<password>@db/app",
        "postgres://app:%s@db/app",
        "postgres://%s:%s@%s/app",
        "postgres://app:{password}@db/app",
        "postgres://app:****@db/app",
        "postgres://app:xxxxx@db/app",
        "postgres://app:your-password@db/app",
        "postgres://app:@db/app",
        "https://[^:]+:[^@]+@host",
        "redis://${REDIS_PASSWORD:-}@${REDIS_HOST}:6379",
        "mongodb://DB_USER:DB_PASSWORD@mongodb:27017",
        "scheme://[user[:password]@]host[:port]/path",
        "https://example.com/@scope/name:x@1",
        "ssh://git@github.com/a/b",
        "https://user@example.com",
        "\"://user:\" + password + \"@host\"",
        "http://localhost:8080/a?b=c@d",
        "see https://docs.internal:8443/x and mail me@home.org",
    ] {
        assert_eq!(verdicts(text), [], "{text}");
    }
}

#[test]
fn stock_words_and_local_hosts_are_low() {
    for text in [
        "postgres://postgres:postgres@db:5432/app",
        "postgres://app:password@db.internal/app",
        "amqp://guest:guest@rabbit:5672",
        "postgres://app:Kx7pQ2vT9@localhost/app",
        "postgres://app:Kx7pQ2vT9@127.0.0.1:5432/app",
        "postgres://app:Kx7pQ2vT9@[::1]:5432/app",
        "https://app:Kx7pQ2vT9@registry.example.com/",
        "redis://hunter:hunter@cache",
        "https://git:personal_access_token@git.internal/a.git",
    ] {
        assert_eq!(verdicts(text), [("connection-string", Confidence::Low)], "{text}");
    }
}

#[test]
fn a_token_that_stands_as_the_user_is_found_low() {
    let token = ["9f86d081884c", "7d659a2feaa0", "c55ad015a3bf"].concat();
    assert_eq!(found(&all(), &format!("https://{token}@git.internal/a.git")), [("connection-string", token)]);
    assert_eq!(verdicts("https://some-build-robot-account@git.internal/a.git"), []);
}

#[test]
fn connection_strings_of_drivers_are_found_where_a_server_is_named() {
    let word = ["Kx7", "pQ2", "vT9"].concat();
    let cases = [
        (
            format!("Server=tcp:sql.internal,1433;Database=a;User ID=sa;Password={word};Encrypt=True"),
            "ado-connection-string",
        ),
        (format!("\"cs\": \"PWD={word};Data Source=sql.internal\""), "ado-connection-string"),
        (format!("<add connectionString=\"Server=sql.internal;User Id=a;Password={word}\"/>"), "ado-connection-string"),
        (format!("jdbc:mysql://sql.internal:3306/app?user=a&password={word}&x=y"), "jdbc-password"),
        (format!("jdbc:sqlserver://sql.internal;user=a;password={word};"), "jdbc-password"),
    ];
    for (text, rule) in cases {
        assert_eq!(found(&all(), &text), [(rule, word.clone())], "{text}");
        assert_eq!(verdicts(&text), [(rule, Confidence::High)], "{text}");
    }
    for text in [
        format!("password={word}"),
        format!("OLDPWD={word};Server=sql.internal"),
        "Server=sql.internal;Password=${PASSWORD}".into(),
        "Server=sql.internal;Password=<password>".into(),
        format!("--set db.host=sql.internal,db.password={word}"),
        format!("Server=sql.internal\nPassword={word}"),
        "Server=sql.internal;Password=;Encrypt=True".into(),
    ] {
        assert_eq!(verdicts(&text), [], "{text}");
    }
    let local = format!("Server=localhost;Password={word}");
    assert_eq!(verdicts(&local), [("ado-connection-string", Confidence::Low)]);
}

#[test]
fn a_registry_login_is_found_in_its_own_file_and_as_a_string() {
    let login = BASE64.encode(["robot:", "Kx7", "pQ2", "vT9"].concat().as_bytes());
    let file = format!("{{\"auths\": {{\"r.io\": {{\"auth\": \"{login}\"}}}}}}");
    for text in [file.clone(), file.replace('"', "\\\"")] {
        assert_eq!(found(&all(), &text), [("docker-config-auth", login.clone())], "{text}");
    }
    let empty = BASE64.encode(b"robot:${PASSWORD}");
    for text in
        [file.replace("auths", "other"), file.replace(&login, &empty), file.replace(&login, "not+base64/of/a/login")]
    {
        assert_eq!(verdicts(&text), [], "{text}");
    }
}

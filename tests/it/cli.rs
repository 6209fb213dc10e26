//! The real binary on real folders: exit codes, modes, formats, and inputs that mean harm.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::harness::{self, tightlip};

/// A password that nobody uses, made of parts so that no scanner trips over this file.
fn password() -> String {
    ["Vel", "vet-Ham", "mer-", "2719"].concat()
}

/// A token with the shape and the checksum of a GitHub personal access token.
fn token() -> String {
    harness::generate(r#"@{"ghp_" base62*30 crc32-base62}"#)
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("no signal ends it")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).expect("exactly one document on standard output")
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        write(folder.path(), path, text.as_bytes());
    }
    folder
}

fn write(folder: &Path, path: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    path
}

/// `path rule` of each finding.
fn findings(report: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let all = report["findings"].as_array().unwrap();
    all.iter().map(|finding| format!("{} {}", text(&finding["location"]["path"]), text(&finding["rule"]))).collect()
}

fn check(folder: &Path, arguments: &[&str]) -> (i32, Value) {
    let output = tightlip(folder, &[&["check", "--format", "json"], arguments].concat());
    (code(&output), json(&output))
}

fn reasons(report: &Value) -> &Value {
    &report["coverage"]["reasons"]
}

fn secret_env() -> String {
    format!("DB_PASSWORD={}\n", password())
}

fn git(folder: &Path, arguments: &[&str]) -> bool {
    let done = Command::new("git")
        .current_dir(folder)
        .args(["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "core.hooksPath=/dev/null"])
        .args(arguments)
        .output();
    done.is_ok_and(|output| output.status.success())
}

#[test]
fn the_graph_shows_what_is_asked_for_and_marks_what_is_broken() {
    let maker = "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: db}\nspec:\n  secretStoreRef: {name: vault}\n  data:\n    - {secretKey: user, remoteRef: {key: kv/db}}\n";
    let reader = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n    - name: web\n      env:\n        - name: USER\n          valueFrom: {secretKeyRef: {name: db, key: usr}}\n        - name: TOKEN\n          valueFrom: {secretKeyRef: {name: other, key: token}}\n";
    let tree = folder(&[("app/maker.yaml", maker), ("app/reader.yaml", reader)]);
    let drawn = stdout(&tightlip(tree.path(), &["graph", "--secret", "db"]));
    assert!(drawn.contains("made by  ExternalSecret db  app/maker.yaml:3"), "{drawn}");
    assert!(drawn.contains("BROKEN no key usr") && !drawn.contains("other"), "{drawn}");
    let all = json(&tightlip(tree.path(), &["graph", "--format", "json"]));
    assert_eq!(all["units"][0]["secrets"].as_array().map(Vec::len), Some(2));
    let stores = json(&tightlip(tree.path(), &["graph", "--format", "json", "--store", "vault"]));
    assert_eq!(stores["units"][0]["secrets"][0]["name"], "db");
    assert_eq!(
        json(&tightlip(tree.path(), &["graph", "--format", "json", "--workload", "api"]))["units"],
        serde_json::json!([])
    );
    assert_eq!(code(&tightlip(tree.path(), &["graph", "no-such-folder"])), 2);
}

#[test]
fn an_ignore_of_the_graph_counts_and_an_unused_one_is_told() {
    let pod = |comment: &str| {
        let env =
            format!("        - name: USER\n          valueFrom: {{secretKeyRef: {{name: db, key: usr}}}}{comment}\n");
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec:\n  containers:\n    - name: web\n      env:\n{env}"
        )
    };
    let secret = |key: &str| {
        format!(
            "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {{name: db}}\nspec:\n  encryptedData: {{{key}: AgB}}\n"
        )
    };
    let ignore = format!(" # {}: ignore[secret-key-unresolved] later", "tightlip");
    let broken = folder(&[("pod.yaml", &pod(&ignore)), ("secret.yaml", &secret("user"))]);
    let (code, report) = check(broken.path(), &[]);
    assert_eq!((code, findings(&report)), (0, vec!["pod.yaml secret-key-unresolved".to_owned()]));
    assert_eq!(report["findings"][0]["suppression"]["reason"], "later");
    let whole = folder(&[("pod.yaml", &pod(&ignore)), ("secret.yaml", &secret("usr"))]);
    let (_, report) = check(whole.path(), &[]);
    assert_eq!(reasons(&report)["unused-ignore"], 1, "{report}");
}

#[test]
fn exit_codes_say_what_happened() {
    let clean = folder(&[("a.txt", "nothing to see\n")]);
    assert_eq!(code(&tightlip(clean.path(), &["check"])), 0);
    let dirty = folder(&[(".env", &secret_env())]);
    assert_eq!(code(&tightlip(dirty.path(), &["check"])), 1);
    assert_eq!(code(&tightlip(dirty.path(), &["check", "--exit-zero"])), 0);
    assert_eq!(code(&tightlip(dirty.path(), &["check", "--no-such-option"])), 2);
    assert_eq!(code(&tightlip(dirty.path(), &["check", "no-such-file"])), 2);
    assert_eq!(code(&tightlip(dirty.path(), &["check", "--rule", "no-such-rule"])), 2);
}

#[test]
fn an_empty_folder_is_clean_and_complete() {
    let (code, report) = check(folder(&[]).path(), &[]);
    assert_eq!((code, report["complete"].as_bool()), (0, Some(true)));
}

#[test]
fn no_format_shows_the_value() {
    let dirty = folder(&[
        (".env", &secret_env()),
        ("values.yaml", &format!("db:\n  password: {}\nother: 1\n", password())),
        ("a.txt", &format!("token {}\n", token())),
    ]);
    for format in ["text", "json", "jsonl", "sarif"] {
        let output = tightlip(dirty.path(), &["check", "--format", format, "--show-suppressed"]);
        let shown = stdout(&output);
        assert!(shown.contains(".env"), "{format}: {shown}");
        assert!(!shown.contains(&password()), "{format} shows the password");
        assert!(!shown.contains(&token()[4..]), "{format} shows the token");
    }
    let output = tightlip(dirty.path(), &["check", "--reveal", "4"]);
    assert!(stdout(&output).contains(&format!("{}*", &password()[..4])));
}

#[test]
fn what_rules_that_are_off_would_find_is_masked_too() {
    let text = format!("A_PASSWORD={}\nTOKEN={}\nB_PASSWORD={0}\n", password(), token());
    let dirty = folder(&[(".env", &text)]);
    for arguments in
        [["--rule", "github-personal-access-token"], ["--rule", "plaintext-password"], ["--skip", "plaintext-password"]]
    {
        let shown = stdout(&tightlip(dirty.path(), &[&["check"], &arguments[..]].concat()));
        assert!(shown.contains("finding"), "{shown}");
        assert!(!shown.contains(&password()) && !shown.contains(&token()[4..]), "{arguments:?}: {shown}");
    }
}

#[test]
fn reports_are_written_to_files_beside_standard_output() {
    let dirty = folder(&[(".env", &secret_env())]);
    let output = tightlip(dirty.path(), &["check", "--output", "sarif=out.sarif", "--output", "jsonl=out.jsonl"]);
    assert_eq!(code(&output), 1);
    assert!(stdout(&output).contains("1 finding"));
    let sarif: Value = serde_json::from_slice(&fs::read(dirty.path().join("out.sarif")).unwrap()).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    let lines = fs::read_to_string(dirty.path().join("out.jsonl")).unwrap();
    assert!(lines.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));
    assert_eq!(code(&tightlip(dirty.path(), &["check", "--output", "sarif=no/such/folder/out"])), 2);
    assert_eq!(code(&tightlip(dirty.path(), &["check", "--output", "xml=out"])), 2);
}

#[test]
fn the_report_is_the_same_for_any_number_of_threads() {
    let copy = harness::expanded(&harness::fixtures().join("menagerie"));
    for format in ["text", "json", "jsonl", "sarif"] {
        let run = |threads| tightlip(copy.path(), &["check", "--format", format, "--threads", threads]).stdout;
        assert!(run("1") == run("8"), "{format} differs");
    }
}

#[test]
fn colours_are_for_terminals_and_for_those_who_ask() {
    let dirty = folder(&[(".env", &secret_env())]);
    let has_escape = |arguments: &[&str]| tightlip(dirty.path(), arguments).stdout.contains(&0x1b);
    assert!(!has_escape(&["check"]));
    assert!(has_escape(&["check", "--color", "always"]));
    assert!(!has_escape(&["check", "--color", "never"]));
}

#[test]
fn standard_input_is_judged_by_the_name_it_is_given() {
    let here = folder(&[]);
    let run = |name: &str, text: &str| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tightlip"))
            .current_dir(here.path())
            .args(["check", "-", "--path", name, "--format", "json"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        (code(&output), findings(&json(&output)))
    };
    let values = format!("db:\n  password: {}\n", password());
    assert_eq!(run("values.yaml", &values), (1, vec!["values.yaml plaintext-secret-in-values".to_owned()]));
    assert_eq!(run("notes.txt", &values).0, 0);
}

#[test]
fn ignored_files_are_left_out_unless_git_tracks_them_or_the_user_names_them() {
    let tree = folder(&[(".gitignore", "*.env\n"), ("a.env", &secret_env()), ("b.env", &secret_env()), ("c/.env", "")]);
    let (code, report) = check(tree.path(), &[]);
    assert_eq!((code, reasons(&report)["ignored"].as_u64()), (0, Some(3)));
    assert_eq!(check(tree.path(), &["--no-gitignore"]).0, 1);
    assert_eq!(findings(&check(tree.path(), &["a.env"]).1), ["a.env plaintext-password"]);
    assert!(git(tree.path(), &["init", "-q"]) && git(tree.path(), &["add", "-f", "b.env"]), "git is needed here");
    let (code, report) = check(tree.path(), &[]);
    assert_eq!((code, findings(&report)), (1, vec!["b.env plaintext-password".to_owned()]));
}

#[test]
fn the_contents_of_dot_git_are_never_read() {
    let tree = folder(&[
        (".git/HEAD", "ref: refs/heads/main\n"),
        (".git/config", &secret_env()),
        (".git/x.env", &secret_env()),
    ]);
    let (_, report) = check(tree.path(), &[]);
    assert_eq!(findings(&report), Vec::<String>::new());
}

#[test]
fn a_subfolder_reports_its_own_part_by_its_place_in_the_root() {
    let tree = folder(&[("tightlip.yaml", "version: 1\n"), ("a/.env", &secret_env()), ("b/.env", &secret_env())]);
    let output = tightlip(&tree.path().join("a"), &["check", "--format", "json"]);
    assert_eq!(findings(&json(&output)), ["a/.env plaintext-password"]);
    let (_, report) = check(tree.path(), &["a", "b"]);
    assert_eq!(findings(&report).len(), 2);
}

#[test]
fn the_policy_excludes_weighs_and_ignores() {
    let policy = "version: 1\nexclude: [\"vendor/**\"]\nrules:\n  plaintext-password: { severity: note, paths: { \"off/**\": off } }\nignore:\n  - { rule: plaintext-password, path: \"known/**\", reason: rotated }\n  - { rule: plaintext-password, path: \"late/**\", reason: over, until: 2020-01-01 }\n";
    let env = secret_env();
    let tree = folder(&[
        ("tightlip.yaml", policy),
        ("vendor/.env", &env),
        ("off/.env", &env),
        ("known/.env", &env),
        ("late/.env", &env),
    ]);
    let (code, report) = check(tree.path(), &[]);
    assert_eq!(code, 0, "notes do not fail");
    assert_eq!(findings(&report), ["known/.env plaintext-password", "late/.env plaintext-password"]);
    assert_eq!(report["findings"][0]["suppression"]["reason"], "rotated");
    assert!(report["findings"][1]["suppression"].is_null());
    assert_eq!(report["findings"][1]["severity"], "note");
    assert_eq!(check(tree.path(), &["--fail-on", "note"]).0, 1);
    assert_eq!(check(tree.path(), &["--policy", "none"]).0, 1);
}

#[test]
fn a_wrong_policy_is_refused_with_its_place() {
    let tree = folder(&[("tightlip.yaml", "version: 1\nrules:\n  plaintext-pasword: off\n")]);
    let output = tightlip(tree.path(), &["check"]);
    assert_eq!(code(&output), 2);
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(
        complaint.contains("tightlip.yaml:3:3: unknown rule `plaintext-pasword`, did you mean `plaintext-password`?"),
        "{complaint}"
    );
    assert!(output.stdout.is_empty());
}

#[test]
fn inline_ignores_silence_and_are_news_when_they_do_not() {
    let text = format!(
        "A_PASSWORD={0} # {1}: ignore[plaintext-password] local only\n# {1}: ignore[generic-nonsense]\nB_PASSWORD={0}\nC=1 # {1}: ignore[plaintext-password]\n",
        password(),
        "tightlip"
    );
    let (code, report) = check(folder(&[(".env", &text)]).path(), &[]);
    assert_eq!(code, 1);
    assert_eq!(report["findings"][0]["suppression"]["reason"], "local only");
    assert!(report["findings"][1]["suppression"].is_null());
    assert_eq!(reasons(&report)["unknown-rule"], 1);
    assert_eq!(reasons(&report)["unused-ignore"], 1);
    let (_, loud) = check(folder(&[(".env", &text)]).path(), &["--no-suppress"]);
    assert!(loud["findings"][0]["suppression"].is_null());
}

#[test]
fn an_annotation_silences_the_object_that_carries_it() {
    let secret = |name: &str, annotation: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}\n  annotations: {{{annotation}}}\nstringData:\n  password: {}\n",
            password()
        )
    };
    let quiet = secret("a", "tightlip.dev/ignore: \"plaintext-secret made by a generator\"");
    let tree = folder(&[("a.yaml", &format!("{quiet}---\n{}", secret("b", "")))]);
    let (_, report) = check(tree.path(), &[]);
    assert_eq!(findings(&report).len(), 2);
    assert_eq!(report["findings"][0]["suppression"]["reason"], "made by a generator");
    assert!(report["findings"][1]["suppression"].is_null());
}

#[test]
fn an_annotation_that_names_no_rule_or_silences_nothing_is_news() {
    let object = |name: &str, value: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n  annotations:\n    tightlip.dev/ignore: {value}\n---\n"
        )
    };
    let text = object("a", "plaintext-secret nothing here") + &object("b", "plaintext-secrt typo");
    let (code, report) = check(folder(&[("a.yaml", &text)]).path(), &[]);
    assert_eq!(code, 0);
    assert_eq!(reasons(&report)["unused-ignore"], 1);
    assert_eq!(reasons(&report)["unknown-rule"], 1);
    assert_eq!(report["notifications"][1]["line"], 13);
}

#[test]
fn a_rule_about_the_repository_is_said_once() {
    let object = "apiVersion: external-secrets.io/v1beta1\nkind: ExternalSecret\nmetadata: {name: a}\nspec: {secretStoreRef: {name: s}, data: [{secretKey: a, remoteRef: {key: b}}]}\n";
    let only = ["--rule", "api-version-depends-on-target"];
    let (_, report) = check(folder(&[("a.yaml", object), ("b.yaml", object)]).path(), &only);
    assert_eq!(findings(&report), ["a.yaml api-version-depends-on-target"]);
    assert_eq!(report["findings"][0]["related"][0]["location"]["path"], "b.yaml");
}

#[test]
fn leaving_everything_out_is_said() {
    let tree = folder(&[("tightlip.yaml", "version: 1\nexclude: [\"a/**\"]\n"), ("a/.env", &secret_env())]);
    let (code, report) = check(tree.path(), &["a"]);
    assert_eq!((code, reasons(&report)["excluded"].as_u64()), (0, Some(1)));
    assert!(report["notifications"][0]["message"].as_str().unwrap().starts_with("Nothing was read"));
}

#[test]
fn folders_far_apart_do_not_make_everything_between_them_the_root() {
    let (one, other) = (folder(&[("a.env", &secret_env())]), folder(&[("b.env", &secret_env())]));
    let between = one.path().parent().unwrap();
    let paths = [one.path().to_str().unwrap(), other.path().to_str().unwrap()];
    let (code, report) = check(between, &paths);
    assert_eq!((code, findings(&report).len(), report["coverage"]["files"].as_u64()), (1, 2, Some(2)));
}

#[test]
fn utf16_and_crlf_files_are_read_at_the_right_line() {
    let tree = folder(&[("crlf.env", &format!("A=1\r\nDB_PASSWORD={}\r\n", password()))]);
    let text = format!("A=1\nDB_PASSWORD={}\n", password());
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    write(tree.path(), "mark.env", &[&[0xFF, 0xFE], utf16.as_slice()].concat());
    write(tree.path(), "bare.env", &utf16);
    let (_, report) = check(tree.path(), &[]);
    let all = report["findings"].as_array().unwrap();
    assert_eq!(all.len(), 3);
    for finding in all {
        assert_eq!(finding["location"]["start"]["line"], 2, "{finding}");
        assert_eq!(finding["location"]["start"]["column"], 13, "{finding}");
    }
    assert_eq!(all[0]["location"]["bytes"][0], 2 * "A=1\nDB_PASSWORD=".len(), "bytes are those of the file");
}

#[test]
fn a_token_is_found_among_nul_bytes_and_invalid_utf8() {
    let tree = folder(&[]);
    write(tree.path(), "blob.bin", &[b"\0\x01\xff\xfe\x80 ", token().as_bytes(), b"\0\xff\n"].concat());
    let (code, report) = check(tree.path(), &[]);
    assert_eq!((code, findings(&report)), (1, vec!["blob.bin github-personal-access-token".to_owned()]));
}

#[test]
fn a_file_that_does_not_parse_is_still_read_as_text() {
    let broken = format!("a: [1\n  b: }}\nkey: {}\n", token());
    let (code, report) = check(folder(&[("broken.yaml", &broken)]).path(), &[]);
    assert_eq!((code, findings(&report)), (1, vec!["broken.yaml github-personal-access-token".to_owned()]));
    assert_eq!(reasons(&report)["invalid-syntax"], 1);
    let fine = folder(&[("broken.yaml", "a: [1\n  b: }\n")]);
    assert_eq!(check(fine.path(), &[]).0, 0);
    assert_eq!(check(fine.path(), &["--strict"]).0, 3);
}

#[test]
fn deep_and_self_referring_yaml_ends_with_a_notification() {
    let deep = format!("{}1\n", "a: {".repeat(10_000));
    let block = format!("{}x\n", "- ".repeat(10_000));
    let bomb = (1..30).fold("a0: &a0 [x, x]\n".to_owned(), |text, n| {
        format!("{text}a{n}: &a{n} [*a{0}, *a{0}, *a{0}, *a{0}, *a{0}, *a{0}, *a{0}, *a{0}]\n", n - 1)
    });
    let cycle = "apiVersion: v1\nkind: Secret\nstringData: &s\n  <<: *s\n  a: *s\n";
    let tree = folder(&[("deep.yaml", &deep), ("block.yaml", &block), ("bomb.yaml", &bomb), ("cycle.yaml", cycle)]);
    let (code, report) = check(tree.path(), &[]);
    assert_eq!(code, 0);
    assert_eq!(reasons(&report)["too-deep"], 2);
    assert_eq!(report["coverage"]["files"], 4);
}

#[cfg(unix)]
#[test]
fn what_is_not_a_regular_file_neither_blocks_nor_leads_away() {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;
    let outside = folder(&[("secret.env", &secret_env())]);
    let tree = folder(&[("a.env", &secret_env())]);
    symlink(outside.path(), tree.path().join("away")).unwrap();
    symlink("nowhere", tree.path().join("dangling.env")).unwrap();
    symlink("loop", tree.path().join("loop")).unwrap();
    let fifo = tree.path().join("pipe.env");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let _socket = std::os::unix::net::UnixListener::bind(tree.path().join("s.env")).unwrap();
    let odd = std::ffi::OsStr::from_bytes(b"new\nline\x1b[31m\xff.env");
    fs::write(tree.path().join(odd), secret_env()).unwrap();
    let (code, report) = check(tree.path(), &[]);
    assert_eq!(code, 1);
    assert_eq!(findings(&report).len(), 2);
    assert_eq!(reasons(&report)["symbolic-link"], 3);
    assert_eq!(reasons(&report)["not-a-file"], 2);
    assert_eq!(report["complete"], true);
    let text = stdout(&tightlip(tree.path(), &["check"]));
    assert!(text.contains("new\\nline\\u{1b}[31m"), "{text}");
}

#[cfg(unix)]
#[test]
fn what_cannot_be_read_makes_the_scan_incomplete() {
    use std::os::unix::fs::PermissionsExt;
    let tree = folder(&[("closed/a.env", "A=1\n"), ("b.env", "A=1\n")]);
    let closed = tree.path().join("closed");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    let can_read_anyway = fs::read_dir(&closed).is_ok();
    let (code, report) = check(tree.path(), &[]);
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).unwrap();
    if can_read_anyway {
        // This user may read everything, so nothing is left out.
        return assert_eq!((code, report["complete"].as_bool()), (0, Some(true)));
    }
    assert_eq!((code, report["complete"].as_bool()), (3, Some(false)));
    assert_eq!(reasons(&report)["unreadable"], 1);
}

#[test]
fn a_secret_is_found_at_the_seams_of_a_very_large_line() {
    let tree = folder(&[]);
    let mut bytes = vec![b'-'; 200 << 20];
    let token = token();
    let places =
        [10usize, (64 << 20) - (64 << 10) - 20, (64 << 20) - 20, (128 << 20) - (128 << 10) - 30, (200 << 20) - 100];
    for place in places {
        bytes[place] = b' ';
        bytes[place + 1..place + 1 + token.len()].copy_from_slice(token.as_bytes());
        bytes[place + 1 + token.len()] = b' ';
    }
    write(tree.path(), "big.txt", &bytes);
    let (code, report) = check(tree.path(), &[]);
    let found: Vec<u64> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["location"]["bytes"][0].as_u64().unwrap())
        .collect();
    assert_eq!(code, 1);
    assert_eq!(found, places.map(|place| place as u64 + 1));
    assert_eq!(report["coverage"]["bytes"], 200u64 << 20);
}

#[test]
fn rules_are_listed_explained_and_proven() {
    let here = folder(&[]);
    let list = stdout(&tightlip(here.path(), &["rules", "list"]));
    assert!(list.lines().any(|line| line.starts_with("plaintext-secret ")), "{list}");
    let page = stdout(&tightlip(here.path(), &["rules", "explain", "MAN001"]));
    assert!(page.contains("\nplaintext-secret: ") && page.contains("forbidden-mechanism: "), "{page}");
    let page = stdout(&tightlip(here.path(), &["rules", "explain", "plaintext-secret"]));
    assert!(page.starts_with("plaintext-secret: ") && !page.contains("forbidden-mechanism: "), "{page}");
    assert_eq!(code(&tightlip(here.path(), &["rules", "explain", "plaintext-secrt"])), 2);
    assert_eq!(code(&tightlip(here.path(), &["rules", "verify"])), 0);
}

#[test]
fn a_rule_of_ones_own_is_verified_and_used() {
    let rule = "title: Acme deploy key\nfamily: acme-deploy-key\nseverity: error\nconfidence: high\ndescription: A key of our own deployer.\nremediation: Revoke it in the deployer.\nreferences: [https://example.org/deployer]\nmatch:\n  token: { prefixes: [acme_], body: base62*24 }\nexamples:\n  bad: ['key = @{\"acme_\" base62*24}']\n  good: ['key = acme_short']\n";
    let tree =
        folder(&[("rules/acme-deploy-key.yaml", rule), ("a.txt", &harness::generate("k @{\"acme_\" base62*24}"))]);
    assert_eq!(code(&tightlip(tree.path(), &["rules", "verify", "rules"])), 0);
    let (_, report) = check(tree.path(), &["--rules-dir", "rules", "a.txt"]);
    assert_eq!(findings(&report), ["a.txt acme-deploy-key"]);
    write(
        tree.path(),
        "rules/acme-deploy-key.yaml",
        rule.replace("base62*24}\"", "base62*25}\"").replace("body: base62*24", "body: base62*30").as_bytes(),
    );
    let output = tightlip(tree.path(), &["rules", "verify", "rules"]);
    assert_eq!(code(&output), 2);
    assert!(String::from_utf8(output.stderr).unwrap().contains("nothing is found in it"));
}

/// A chart that only a cluster could tell all of, and what Helm would print for it.
const CHART: [(&str, &str); 4] = [
    ("shop/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
    ("shop/values.yaml", "word: from-the-cluster\n"),
    (
        "shop/templates/secret.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {{ .Release.Name }}-db\ndata:\n  {{- .Files.Get \"keys.yaml\" | nindent 2 }}\n",
    ),
    (
        "shop/templates/pod.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: shop\nspec:\n  containers:\n    - name: shop\n      env:\n        - name: DB_PASSWORD\n          valueFrom:\n            secretKeyRef:\n              name: {{ .Release.Name }}-db\n              key: passwd\n",
    ),
];

/// What `helm template release-name shop` printed for the chart above, with `password: …` in `keys.yaml`.
const RENDERED: &str = "---\n# Source: shop/templates/secret.yaml\napiVersion: v1\nkind: Secret\nmetadata:\n  name: release-name-db\ndata:\n  password: Y2hhbmdlZA==\n---\n# Source: shop/templates/pod.yaml\napiVersion: v1\nkind: Pod\nmetadata:\n  name: shop\nspec:\n  containers:\n    - name: shop\n      env:\n        - name: DB_PASSWORD\n          valueFrom:\n            secretKeyRef:\n              name: release-name-db\n              key: passwd\n";

/// `check --render` with only `path` to look for `helm` in.
#[cfg(unix)]
fn check_rendered(folder: &Path, path: &Path) -> (i32, Value) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tightlip"));
    command.current_dir(folder).env("PATH", path).args(["check", "--render", "--format", "json"]);
    let output = command.output().unwrap();
    (code(&output), json(&output))
}

/// A folder with a `helm` in it that is this script.
#[cfg(unix)]
fn helm(script: &str) -> TempDir {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder(&[("helm", script)]);
    fs::set_permissions(folder.path().join("helm"), fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

#[cfg(unix)]
#[test]
fn what_helm_renders_is_taken_in_the_place_of_what_cannot_be_told() {
    let tree = folder(&CHART);
    let (_, plain) = check(tree.path(), &[]);
    assert_eq!(findings(&plain), [""; 0]);
    let script = format!(
        "#!/bin/sh\n[ \"$1 $2\" = 'template release-name' ] || exit 9\n[ -f \"$3/Chart.yaml\" ] || exit 8\n/bin/cat <<'END'\n{RENDERED}END\n"
    );
    let helm = helm(&script);
    let (code, report) = check_rendered(tree.path(), helm.path());
    assert_eq!(findings(&report), ["shop/templates/pod.yaml secret-key-unresolved"]);
    assert_eq!((code, report["findings"][0]["location"]["start"]["line"].as_u64()), (1, Some(13)));
}

#[cfg(unix)]
#[test]
fn a_helm_that_is_missing_or_fails_is_told_once_and_changes_nothing() {
    let tree = folder(&CHART);
    let failing = helm("#!/bin/sh\necho 'Error: no such chart' >&2\nexit 1\n");
    let nothing = tempfile::tempdir().unwrap();
    for (path, expected) in [(failing.path(), "no such chart"), (nothing.path(), "no `helm` on the PATH")] {
        let (code, report) = check_rendered(tree.path(), path);
        assert_eq!((code, findings(&report).len()), (0, 0));
        let told = report["notifications"].as_array().unwrap();
        let messages: Vec<&str> = told.iter().filter_map(|it| it["message"].as_str()).collect();
        assert!(messages.len() == 1 && messages[0].contains(expected), "{messages:?}");
    }
}

#[test]
fn a_secret_that_shows_itself_by_its_use_is_masked_in_every_excerpt() {
    let word = password();
    let values = format!("password: {word}x\nseasoning: {word}\nlevel: debug\n");
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  salt: {{ .Values.seasoning }}\n";
    let tree = folder(&[
        ("shop/Chart.yaml", "name: shop\nversion: 1.0.0\n"),
        ("shop/values.yaml", &values),
        ("shop/templates/secret.yaml", secret),
    ]);
    let output = tightlip(tree.path(), &["check", "--format", "json"]);
    let found = findings(&json(&output));
    assert_eq!(
        found,
        ["shop/values.yaml plaintext-secret-in-values", "shop/values.yaml plaintext-value-used-as-secret"]
    );
    assert!(!stdout(&output).contains(&word));
}

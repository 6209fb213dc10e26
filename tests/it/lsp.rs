//! `tightlip lsp` as an editor meets it: the real binary, spoken to in the protocol.
//!
//! It does not know any editor.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness;

/// Longer than any answer takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

const STORE: &str = "\
apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata:
  name: vault
spec:
  provider:
    vault:
      server: https://vault.example.com
      path: apps
      auth: {kubernetes: {mountPath: kubernetes, role: apps, serviceAccountRef: {name: apps, namespace: apps}}}
";

const EXTERNAL_SECRET: &str = "\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: db
spec:
  refreshInterval: 1h
  secretStoreRef:
    kind: ClusterSecretStore
    name: vault
  target: {name: db}
  data:
    - secretKey: password
      remoteRef: {key: db, property: password}
";

fn reader(key: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n    - name: web\n      image: web:1\n      \
         env:\n        - name: \"ä𝄞\"\n          valueFrom: {{secretKeyRef: {{name: db, key: {key}}}}}\n"
    )
}

struct Editor {
    server: Child,
    input: ChildStdin,
    heard: Receiver<Value>,
    requests: u64,
    folder: tempfile::TempDir,
}

impl Editor {
    fn new(files: &[(&str, &str)]) -> Editor {
        Editor::with(files, json!({"textDocument": {"codeAction": {"resolveSupport": {"properties": ["edit"]}}}}))
    }

    fn with(files: &[(&str, &str)], capabilities: Value) -> Editor {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("tightlip.yaml"), "version: 1\n").unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Editor::on(folder, capabilities)
    }

    fn on(folder: tempfile::TempDir, capabilities: Value) -> Editor {
        let mut editor = Editor::silent(folder);
        let root = editor.uri("");
        let started =
            editor.ask("initialize", json!({"processId": null, "rootUri": root, "capabilities": capabilities}));
        assert_eq!(started["result"]["capabilities"]["hoverProvider"], json!(true), "{started}");
        editor.tell("initialized", json!({}));
        editor
    }

    /// An editor that has said nothing yet.
    fn silent(folder: tempfile::TempDir) -> Editor {
        let mut server = Command::new(env!("CARGO_BIN_EXE_tightlip"))
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, heard) = channel();
        let mut output = BufReader::new(server.stdout.take().unwrap());
        thread::spawn(move || {
            while let Some(message) = next(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let input = server.stdin.take().unwrap();
        Editor { server, input, heard, requests: 0, folder }
    }

    fn uri(&self, path: &str) -> String {
        format!("file://{}", self.folder.path().canonicalize().unwrap().join(path).display())
    }

    fn send(&mut self, text: &str) {
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        self.input.flush().unwrap();
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}).to_string());
    }

    /// The answer; what else is heard meanwhile is forgotten.
    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.requests += 1;
        let id = self.requests;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string());
        self.hear(|message| message["id"] == json!(id))
    }

    fn hear(&mut self, is_it: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let message = self.heard.recv_timeout(left).expect("the server answers in time");
            if is_it(&message) {
                return message;
            }
        }
    }

    /// What is shown of a file, as soon as it is what is waited for.
    fn shown(&mut self, path: &str, is_it: impl Fn(&[String]) -> bool) -> Vec<Value> {
        let uri = self.uri(path);
        let message = self.hear(|message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == json!(uri)
                && is_it(&codes(&message["params"]["diagnostics"]))
        });
        message["params"]["diagnostics"].as_array().unwrap().clone()
    }

    fn open(&mut self, path: &str, text: &str) {
        let document = json!({"uri": self.uri(path), "languageId": "yaml", "version": 1, "text": text});
        self.tell("textDocument/didOpen", json!({"textDocument": document}));
    }

    fn change(&mut self, path: &str, text: &str) {
        let document = json!({"uri": self.uri(path), "version": 2});
        self.tell("textDocument/didChange", json!({"textDocument": document, "contentChanges": [{"text": text}]}));
    }

    fn at(&self, path: &str, text: &str, mark: &str) -> Value {
        let before = &text[..text.find(mark).unwrap()];
        let line = before.matches('\n').count();
        let character = before.rsplit('\n').next().unwrap().encode_utf16().count();
        json!({"textDocument": {"uri": self.uri(path)}, "position": {"line": line, "character": character}})
    }

    fn leave(mut self) -> ExitStatus {
        assert_eq!(self.ask("shutdown", Value::Null)["result"], Value::Null);
        self.tell("exit", Value::Null);
        self.server.wait().unwrap()
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        // One that has left is no longer there to be stopped.
        let _ = self.server.kill().and_then(|()| self.server.wait());
    }
}

fn next(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.parse().unwrap(),
            Some(_) => {}
            None => break,
        }
    }
    let mut text = vec![0; length];
    output.read_exact(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}

fn codes(diagnostics: &Value) -> Vec<String> {
    let all = diagnostics.as_array().unwrap().iter();
    all.map(|diagnostic| diagnostic["code"].as_str().unwrap().to_owned()).collect()
}

fn has(code: &str) -> impl Fn(&[String]) -> bool {
    move |codes| codes.iter().any(|it| it == code)
}

#[test]
fn what_is_typed_is_judged_before_it_is_saved() {
    let clean = "password: ${DB_PASSWORD}\n";
    let mut editor = Editor::new(&[(".env.yaml", clean)]);
    editor.open(".env.yaml", clean);
    let token = harness::generate("token: @{\"ghp_\" base62*30 crc32-base62}\n");
    editor.change(".env.yaml", &format!("name: \"ä𝄞\" # {token}"));
    let shown = editor.shown(".env.yaml", |codes| !codes.is_empty());
    // `name: "ä𝄞" # token: ` in UTF-16 units: the clef takes two.
    assert_eq!(shown[0]["range"]["start"], json!({"line": 0, "character": 21}), "{shown:?}");
    assert!(!shown[0]["message"].as_str().unwrap().contains(token.trim().trim_start_matches("token: ")));
    editor.change(".env.yaml", clean);
    assert!(editor.shown(".env.yaml", <[String]>::is_empty).is_empty());
    assert!(editor.leave().success());
}

#[test]
fn what_an_edit_breaks_in_another_file_is_shown_there() {
    let pod = reader("password");
    let files = [("store.yaml", STORE), ("db.yaml", EXTERNAL_SECRET), ("web.yaml", &pod)];
    let mut editor = Editor::new(&files);
    editor.open("db.yaml", EXTERNAL_SECRET);
    editor.change("db.yaml", &EXTERNAL_SECRET.replace("secretKey: password", "secretKey: pass"));
    let shown = editor.shown("web.yaml", has("secret-key-unresolved"));
    assert!(shown.iter().all(|it| it["source"] == "tightlip"), "{shown:?}");
    let close = json!({"textDocument": {"uri": editor.uri("db.yaml")}});
    editor.tell("textDocument/didClose", close);
    editor.shown("web.yaml", |codes| !has("secret-key-unresolved")(codes));
    assert!(editor.leave().success());
}

#[test]
fn a_file_that_is_only_in_the_editor_counts() {
    let pod = reader("password");
    let mut editor = Editor::new(&[("store.yaml", STORE), ("db.yaml", EXTERNAL_SECRET), ("web.yaml", &pod)]);
    let broken = pod.replace("name: web\nspec", "name: next\nspec").replace("key: password", "key: absent");
    editor.open("next.yaml", &broken);
    editor.shown("next.yaml", has("secret-key-unresolved"));
    assert!(editor.leave().success());
}

#[test]
fn a_hover_shows_the_page_of_the_rule() {
    let pod = reader("absent");
    let mut editor = Editor::new(&[("store.yaml", STORE), ("db.yaml", EXTERNAL_SECRET), ("web.yaml", &pod)]);
    editor.shown("web.yaml", has("secret-key-unresolved"));
    let hover = editor.ask("textDocument/hover", editor.at("web.yaml", &pod, "absent"));
    let page = hover["result"]["contents"]["value"].as_str().unwrap().to_owned();
    assert!(page.contains("`secret-key-unresolved`") && page.contains("**What to do.**"), "{page}");
    let nothing = editor.ask("textDocument/hover", editor.at("web.yaml", &pod, "Pod"));
    assert_eq!(nothing["result"], Value::Null);
    let ignore = "# tightlip:ignore[secret-key-unresolved] told elsewhere\n";
    editor.open("web.yaml", ignore);
    let named = editor.ask("textDocument/hover", editor.at("web.yaml", ignore, "key-unresolved"));
    assert!(named["result"]["contents"]["value"].as_str().unwrap().contains("secret-key-unresolved"), "{named}");
}

#[test]
fn names_that_the_graph_knows_are_offered() {
    let pod = reader("x");
    let mut editor = Editor::new(&[("store.yaml", STORE), ("db.yaml", EXTERNAL_SECRET), ("web.yaml", &pod)]);
    let offered = |answer: Value| -> Vec<String> {
        let items = answer["result"].as_array().unwrap().iter();
        items.map(|item| item["textEdit"]["newText"].as_str().unwrap().to_owned()).collect()
    };
    let key = editor.ask("textDocument/completion", editor.at("web.yaml", &pod, "x}"));
    assert_eq!(offered(key), ["password"]);
    let secret = editor.ask("textDocument/completion", editor.at("web.yaml", &pod, "db, key"));
    assert_eq!(offered(secret), ["db"]);
    let store = editor.ask("textDocument/completion", editor.at("db.yaml", EXTERNAL_SECRET, "vault"));
    assert_eq!(offered(store), ["vault"]);
}

/// A file with a safe fix, before and after, and the rule.
fn fixable() -> (String, String, &'static str) {
    let before = EXTERNAL_SECRET.replace("key: db,", "key: apps/db,");
    (before, EXTERNAL_SECRET.to_owned(), "remote-key-repeats-mount")
}

/// The text with an editor's edits in it; they stand in the order of the text and are in UTF-16 on ASCII lines.
fn edited(text: &str, edits: &Value) -> String {
    let offset = |at: &Value| {
        let line = at["line"].as_u64().unwrap() as usize;
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        start + at["character"].as_u64().unwrap() as usize
    };
    let mut text = text.to_owned();
    for edit in edits.as_array().unwrap().iter().rev() {
        let (start, end) = (offset(&edit["range"]["start"]), offset(&edit["range"]["end"]));
        text.replace_range(start..end, edit["newText"].as_str().unwrap());
    }
    text
}

#[test]
fn a_safe_fix_is_offered_and_made_when_it_is_chosen() {
    let (before, after, rule) = fixable();
    let mut editor = Editor::new(&[("store.yaml", STORE), ("db.yaml", &before)]);
    let shown = editor.shown("db.yaml", has(rule));
    let asked = json!({
        "textDocument": {"uri": editor.uri("db.yaml")}, "range": shown[0]["range"], "context": {"diagnostics": []},
    });
    let offered = editor.ask("textDocument/codeAction", asked);
    let action = offered["result"][0].clone();
    assert_eq!(action["kind"], "quickfix", "{offered}");
    assert_eq!(action["edit"], Value::Null, "what it changes is asked for later");
    let resolved = editor.ask("codeAction/resolve", action);
    let edits = &resolved["result"]["edit"]["changes"][editor.uri("db.yaml")];
    assert_eq!(edited(&before, edits), after, "{resolved}");
    let all = editor.ask("codeAction/resolve", offered["result"][1].clone());
    assert_eq!(edited(&before, &all["result"]["edit"]["changes"][editor.uri("db.yaml")]), after, "{all}");
}

#[test]
fn an_editor_that_cannot_ask_later_gets_the_edit_at_once() {
    let (before, after, rule) = fixable();
    let mut editor = Editor::with(&[("store.yaml", STORE), ("db.yaml", &before)], json!({}));
    let shown = editor.shown("db.yaml", has(rule));
    let asked = json!({
        "textDocument": {"uri": editor.uri("db.yaml")}, "range": shown[0]["range"],
        "context": {"diagnostics": [], "only": ["quickfix"]},
    });
    let offered = editor.ask("textDocument/codeAction", asked);
    let edits = &offered["result"][0]["edit"]["changes"][editor.uri("db.yaml")];
    assert_eq!(edited(&before, edits), after, "{offered}");
    assert_eq!(offered["result"].as_array().unwrap().len(), 1, "only what is asked for");
}

#[test]
fn what_cannot_be_understood_is_passed_over() {
    let mut editor = Editor::silent(tempfile::tempdir().unwrap());
    let early = editor.ask("textDocument/hover", json!({}));
    assert_eq!(early["error"]["code"], json!(-32002));
    editor.send("{\"jsonrpc\": \"2.0\", \"method\"");
    editor.send("[]");
    let root = editor.uri("");
    let capabilities = json!({"general": {"positionEncodings": ["utf-8", "utf-16"]}});
    let started = editor.ask("initialize", json!({"rootUri": root, "capabilities": capabilities}));
    assert_eq!(started["result"]["capabilities"]["positionEncoding"], "utf-8");
    editor.tell("initialized", json!({}));
    editor.tell("textDocument/didChange", json!({"textDocument": 7}));
    editor.tell("textDocument/didOpen", json!({}));
    assert_eq!(editor.ask("textDocument/hover", json!([1]))["error"]["code"], json!(-32602));
    assert_eq!(editor.ask("tightlip/unknown", json!({}))["error"]["code"], json!(-32601));
    let elsewhere = json!({"textDocument": {"uri": "untitled:1"}, "position": {"line": 0, "character": 0}});
    assert_eq!(editor.ask("textDocument/hover", elsewhere)["result"], Value::Null);
    assert!(editor.leave().success());
}

#[test]
fn an_editor_that_goes_away_is_no_success() {
    let mut editor = Editor::silent(tempfile::tempdir().unwrap());
    editor.tell("exit", Value::Null);
    assert!(!editor.server.wait().unwrap().success());
}

#[test]
fn a_policy_that_changes_on_disk_counts() {
    let pod = reader("absent");
    let mut editor = Editor::new(&[("store.yaml", STORE), ("db.yaml", EXTERNAL_SECRET), ("web.yaml", &pod)]);
    editor.shown("web.yaml", has("secret-key-unresolved"));
    let policy = "version: 1\nrules:\n  secret-key-unresolved: off\n";
    fs::write(editor.folder.path().join("tightlip.yaml"), policy).unwrap();
    let saved = json!({"textDocument": {"uri": editor.uri("tightlip.yaml")}});
    editor.tell("textDocument/didSave", saved);
    editor.shown("web.yaml", |codes| !has("secret-key-unresolved")(codes));
}

/// The bar is held where programs are optimised; here it is only told.
#[test]
fn three_thousand_manifests_are_judged_between_two_keystrokes() {
    let folder = tempfile::tempdir().unwrap();
    let script = harness::repository().join("benches/manifests.py");
    let made = Command::new("python3").arg(script).arg(folder.path()).arg("100").output();
    if !made.is_ok_and(|made| made.status.success()) {
        println!("skipped: no python3 writes the manifests");
        return;
    }
    let path = first_deployment(folder.path());
    let text = fs::read_to_string(folder.path().join(&path)).unwrap();
    let mut editor = Editor::on(folder, json!({}));
    editor.open(&path, &text);
    let worse = format!("{text}# password\npassword: {}\n", ["Vq7", "zT2", "mKp9", "xL4"].concat());
    let (mut slowest, mut graph) = (Duration::ZERO, Duration::ZERO);
    editor.change(&path, &worse);
    for _ in 0..5 {
        editor.shown(&path, has("plaintext-password"));
        editor.change(&path, &text);
        editor.shown(&path, |codes| !has("plaintext-password")(codes));
        let start = Instant::now();
        editor.change(&path, &worse);
        editor.shown(&path, has("plaintext-password"));
        slowest = slowest.max(start.elapsed());
        editor.change(&path, &text.replace("key: token", "key: absent"));
        editor.shown(&path, has("secret-key-unresolved"));
        graph = graph.max(start.elapsed());
        editor.change(&path, &worse);
    }
    println!("from edit to diagnostics: {slowest:?} at most, with all deployments {graph:?}");
    let bar = if cfg!(debug_assertions) { PATIENCE } else { Duration::from_millis(100) };
    assert!(slowest < bar, "{slowest:?}");
}

fn first_deployment(root: &Path) -> String {
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if fs::read_to_string(&path).is_ok_and(|text| text.contains("key: token}")) {
                return path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            }
        }
    }
    panic!("no manifest reads a token");
}

//! `tightlip hook`: in repositories whose git really calls it.

use std::fs;
use std::io::Write;
use std::process::{Command, Output, Stdio};

use crate::harness::tightlip;
use crate::repository::Repository;
use crate::staged::{json, make_executable, places, token};

const RULE: &str = "github-personal-access-token";

fn hook(repository: &Repository, arguments: &[&str]) -> Output {
    let output = tightlip(repository.path(), &[&["hook"], arguments].concat());
    assert!(output.status.success(), "{output:?}");
    output
}

fn commits(repository: &Repository, message: &str) -> bool {
    repository.stage();
    repository.try_git(&["commit", "--quiet", "--message", message]).status.success()
}

#[test]
fn an_installed_hook_refuses_secrets_until_it_is_uninstalled() {
    let repository = Repository::new();
    hook(&repository, &["install"]);
    hook(&repository, &["install"]);
    repository.write("a.txt", "nothing\n");
    assert!(commits(&repository, "Clean"));
    repository.write("b.txt", token(1));
    assert!(!commits(&repository, "Secret"));
    hook(&repository, &["uninstall"]);
    assert!(!repository.path().join(".git/hooks/pre-commit").exists());
    assert!(commits(&repository, "Secret"));
    hook(&repository, &["uninstall"]);
}

#[test]
fn a_hook_that_was_there_runs_first_and_comes_back() {
    let repository = Repository::new();
    let file = repository.path().join(".git/hooks/pre-commit");
    let earlier = "#!/bin/sh\necho ran >> .git/ran\ntest ! -e refuse\n";
    repository.write(".git/hooks/pre-commit", earlier);
    make_executable(&file);
    hook(&repository, &["install"]);
    hook(&repository, &["install"]);
    repository.write("a.txt", "nothing\n");
    assert!(commits(&repository, "Clean"));
    assert_eq!(fs::read_to_string(repository.path().join(".git/ran")).unwrap(), "ran\n");
    repository.write("refuse", "");
    assert!(!commits(&repository, "Refused by the earlier hook"));
    repository.remove("refuse").write("a.txt", token(1));
    assert!(!commits(&repository, "Refused by ours"));
    hook(&repository, &["uninstall"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), earlier);
}

#[test]
fn hooks_are_put_where_git_looks_for_them() {
    let repository = Repository::new();
    repository.git(&["config", "core.hooksPath", "own/hooks"]);
    hook(&repository, &["install"]);
    assert!(repository.path().join("own/hooks/pre-commit").is_file());
    repository.write("b.txt", token(1));
    assert!(!commits(&repository, "Secret"));
}

#[test]
fn pre_commit_may_ask_for_a_range() {
    let repository = Repository::new();
    let base = repository.write("a.txt", "nothing\n").commit("First");
    repository.write("a.txt", token(1)).commit("Second");
    let run = |range: bool| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tightlip"));
        command.current_dir(repository.path()).args(["hook", "pre-commit", "--format", "json"]);
        if range {
            command.env("PRE_COMMIT_FROM_REF", &base).env("PRE_COMMIT_TO_REF", "HEAD");
        }
        json(&command.output().unwrap())
    };
    assert_eq!(places(&run(true)), [format!("a.txt:1 {RULE}")]);
    assert_eq!(run(false)["notifications"][0]["reason"], "nothing-staged");
}

/// A hook of `repository` that runs ours and keeps what it says.
fn call(repository: &Repository, folder: &str, name: &str) {
    let program = env!("CARGO_BIN_EXE_tightlip");
    let told = repository.path().join(folder).join("told");
    let script = format!("#!/bin/sh\nexec '{program}' hook {name} \"$@\" --format json > '{}'\n", told.display());
    repository.write(&format!("{folder}/hooks/{name}"), script);
    make_executable(&repository.path().join(folder).join("hooks").join(name));
}

fn told(repository: &Repository, folder: &str) -> Vec<String> {
    let text = fs::read(repository.path().join(folder).join("told")).unwrap();
    places(&serde_json::from_slice(&text).unwrap())
}

#[test]
fn a_push_is_looked_at_before_it_leaves() {
    let server = Repository::without_git();
    server.git(&["init", "--quiet", "--bare", "--initial-branch=main"]);
    let repository = Repository::new();
    repository.git(&["remote", "add", "origin", &server.path().display().to_string()]);
    repository.write("a.txt", "nothing\n").commit("First");
    call(&repository, ".git", "pre-push");
    repository.git(&["push", "--quiet", "origin", "main"]);
    assert_eq!(told(&repository, ".git"), [""; 0]);
    repository.git(&["checkout", "--quiet", "-b", "new"]);
    repository.write("a.txt", token(1)).commit("Second");
    repository.write("a.txt", "nothing\n").commit("Third");
    assert!(!repository.try_git(&["push", "--quiet", "origin", "new"]).status.success());
    assert_eq!(told(&repository, ".git"), [format!("a.txt:1 {RULE}")]);
}

#[test]
fn a_server_looks_at_objects_that_it_has_not_accepted_yet() {
    let server = Repository::without_git();
    server.git(&["init", "--quiet", "--bare", "--initial-branch=main"]);
    call(&server, ".", "pre-receive");
    let repository = Repository::new();
    repository.git(&["remote", "add", "origin", &server.path().display().to_string()]);
    repository.write("a.txt", "nothing\n").commit("First");
    repository.git(&["push", "--quiet", "origin", "main"]);
    assert_eq!(told(&server, "."), [""; 0]);
    repository.write("a.txt", token(1)).commit("Second");
    for target in ["main", "main:new"] {
        assert!(!repository.try_git(&["push", "--quiet", "origin", target]).status.success(), "{target}");
        assert_eq!(told(&server, "."), [format!("a.txt:1 {RULE}")], "{target}");
    }
    repository.write("a.txt", "nothing\n").git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    repository.write("b.txt", "more\n").commit("Clean");
    repository.git(&["push", "--quiet", "origin", "main"]);
    repository.git(&["push", "--quiet", "origin", "main:gone"]);
    repository.git(&["push", "--quiet", "origin", ":gone"]);
}

#[test]
fn what_is_no_list_of_updates_is_refused() {
    let repository = Repository::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tightlip"));
    command.current_dir(repository.path()).args(["hook", "pre-receive"]);
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"nonsense\n").unwrap();
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(2));
}

//! Repositories of every shape and in every environment: what is found is the same, and what is missing is said.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::harness::tightlip;
use crate::repository::Repository;
use crate::staged::{json, places, token};

const RULE: &str = "github-personal-access-token";

/// One commit without and one with a secret, and another secret staged.
fn filled(repository: Repository) -> Repository {
    repository.write("a.txt", "nothing\n").commit("First");
    repository.write("a.txt", token(1)).commit("Second");
    repository.write("b.txt", token(2)).stage();
    repository
}

fn staged_and_range(folder: &Path) -> (Vec<String>, Vec<String>) {
    let told =
        |arguments: &[&str]| places(&json(&tightlip(folder, &[&["check", "--format", "json"], arguments].concat())));
    (told(&["--staged"]), told(&["--since", "HEAD~1"]))
}

fn expected() -> (Vec<String>, Vec<String>) {
    (vec![format!("b.txt:1 {RULE}")], vec![format!("a.txt:1 {RULE}")])
}

#[test]
fn configuration_attributes_and_replacements_change_nothing() {
    let settings: [&[&str]; 7] = [
        &["config", "color.ui", "always"],
        &["config", "diff.orderFile", "/no/such/file"],
        &["config", "diff.external", "false"],
        &["config", "diff.noprefix", "true"],
        &["config", "core.fsmonitor", "touch hacked; false"],
        &["config", "filter.sops.clean", "touch hacked"],
        &["config", "include.path", "/no/such/file"],
    ];
    for setting in settings {
        let repository = filled(Repository::new());
        repository.write(".git/info/attributes", "* filter=sops diff=sops binary\n").git(setting);
        assert_eq!(staged_and_range(repository.path()), expected(), "{setting:?}");
        assert!(!repository.path().join("hacked").exists());
    }
    let repository = filled(Repository::new());
    repository.git(&["replace", "HEAD", "HEAD~1"]);
    assert_eq!(staged_and_range(repository.path()), expected());
}

#[test]
fn grafts_change_nothing() {
    let repository = filled(Repository::new());
    let head = repository.git(&["rev-parse", "HEAD"]);
    repository.write(".git/info/grafts", format!("{head}\n"));
    assert_eq!(staged_and_range(repository.path()), expected());
}

#[test]
fn the_environment_of_git_leads_nowhere_else() {
    let (repository, other) = (filled(Repository::new()), Repository::new());
    other.write("a.txt", "nothing\n").commit("First");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tightlip"));
    command.current_dir(repository.path()).args(["check", "--staged", "--format", "json"]);
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR"] {
        command.env(name, other.path().join(".git"));
    }
    for (name, value) in [("GIT_CONFIG_COUNT", "1"), ("GIT_CONFIG_KEY_0", "color.ui"), ("GIT_CONFIG_VALUE_0", "always")]
    {
        command.env(name, value);
    }
    assert_eq!(places(&json(&command.output().unwrap())), expected().0);
}

#[test]
fn every_layout_of_a_repository_says_the_same() {
    let shapes: [(&str, &[&str]); 3] = [
        ("sha256", &["init", "--quiet", "--initial-branch=main", "--object-format=sha256"]),
        ("separate", &["init", "--quiet", "--initial-branch=main", "--separate-git-dir=../"]),
        ("plain", &["init", "--quiet", "--initial-branch=main"]),
    ];
    for (name, arguments) in shapes {
        let repository = Repository::without_git();
        let elsewhere = tempfile::tempdir().unwrap();
        let separate = format!("--separate-git-dir={}", elsewhere.path().join("git").display());
        let arguments: Vec<&str> =
            arguments.iter().map(|&it| if it.starts_with("--separate") { separate.as_str() } else { it }).collect();
        repository.git(&arguments);
        let repository = filled(repository);
        assert_eq!(staged_and_range(repository.path()), expected(), "{name}");
        for command in
            [&["gc", "--quiet"][..], &["repack", "-adq", "--write-midx"], &["commit-graph", "write", "--reachable"]]
        {
            repository.git(command);
            assert_eq!(staged_and_range(repository.path()), expected(), "{name} {command:?}");
        }
    }
}

#[test]
fn a_broken_commit_graph_is_not_asked() {
    let repository = filled(Repository::new());
    repository.git(&["commit-graph", "write", "--reachable"]);
    let graph = repository.path().join(".git/objects/info/commit-graph");
    fs::remove_file(&graph).unwrap();
    fs::write(&graph, "CGPH nonsense").unwrap();
    assert_eq!(staged_and_range(repository.path()), expected());
}

#[test]
fn a_linked_worktree_has_an_index_of_its_own() {
    let repository = filled(Repository::new());
    let folder = tempfile::tempdir().unwrap();
    let linked = folder.path().join("linked");
    repository.git(&["worktree", "add", "--quiet", &linked.display().to_string()]);
    assert_eq!(staged_and_range(&linked), (vec![], expected().1));
}

#[test]
fn a_bare_repository_and_alternates_have_ranges() {
    let repository = filled(Repository::new());
    let source = repository.path().display().to_string();
    let bare = Repository::without_git();
    bare.git(&["clone", "--quiet", "--bare", &source, "."]);
    let output = tightlip(bare.path(), &["check", "--format", "json", "--since", "HEAD~1"]);
    assert_eq!(places(&json(&output)), expected().1);
    let borrowed = Repository::without_git();
    borrowed.git(&["clone", "--quiet", "--shared", &source, "."]);
    assert_eq!(staged_and_range(borrowed.path()), (vec![], expected().1));
}

#[test]
fn a_detached_head_and_odd_refs_are_fine() {
    let repository = filled(Repository::new());
    repository.git(&["update-ref", "refs/pull/1/head", "HEAD"]);
    repository.git(&["branch", "with-ü-and-'quotes'"]);
    repository.git(&["checkout", "--quiet", "--detach"]);
    assert_eq!(staged_and_range(repository.path()), expected());
    let output = tightlip(repository.path(), &["check", "--since", "HEAD~1", "--head", "refs/pull/1/head"]);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn an_object_that_is_missing_is_said_and_the_rest_is_read() {
    let repository = filled(Repository::new());
    repository.write("c.txt", "gone\n").stage();
    let id = repository.git(&["rev-parse", ":c.txt"]);
    fs::remove_file(repository.path().join(".git/objects").join(&id[..2]).join(&id[2..])).unwrap();
    let report = json(&tightlip(repository.path(), &["check", "--staged", "--format", "json"]));
    assert_eq!((places(&report), &report["complete"]), (expected().0, &Value::from(false)));
    assert_eq!(report["coverage"]["reasons"]["missing-object"], 1);
}

#[test]
fn a_damaged_object_alone_is_no_green_zero() {
    let repository = Repository::new();
    repository.write("c.txt", "some content\n").stage();
    let id = repository.git(&["rev-parse", ":c.txt"]);
    let object = repository.path().join(".git/objects").join(&id[..2]).join(&id[2..]);
    fs::remove_file(&object).unwrap();
    fs::write(&object, "no zlib at all").unwrap();
    let output = tightlip(repository.path(), &["check", "--staged", "--format", "json"]);
    let report = json(&output);
    assert_eq!((output.status.code(), &report["coverage"]["reasons"]["corrupt-object"]), (Some(3), &Value::from(1)));
}

#[test]
fn a_partial_clone_fetches_nothing() {
    let repository = filled(Repository::new());
    repository.git(&["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", repository.path().display());
    let partial = Repository::without_git();
    partial.git(&["clone", "--quiet", "--no-checkout", "--filter=blob:none", &url, "."]);
    let output = tightlip(partial.path(), &["check", "--format", "json", "--since", "HEAD~1"]);
    let report = json(&output);
    assert_eq!((output.status.code(), &report["complete"]), (Some(3), &Value::from(false)), "{report:#}");
    assert_eq!(report["notifications"][0]["reason"], "missing-object");
}

#[test]
fn a_name_that_leads_out_of_the_tree_is_only_a_name() {
    let repository = Repository::new();
    let base = repository.write("a.txt", "nothing\n").commit("First");
    let blob = |content: &str| {
        repository.write("blob", content);
        repository.git(&["hash-object", "-w", "blob"])
    };
    let (value, fault) = (blob(&token(1)), blob("nothing"));
    // Only a hostile program writes such trees.
    let entry = |name: &str, id: &str| [format!("100644 {name}\0").into_bytes(), hex(id)].concat();
    repository.write("tree", [entry("..", &value), entry("/etc/passwd", &fault)].concat());
    let tree = repository.git(&["hash-object", "-t", "tree", "-w", "--literally", "tree"]);
    let commit = repository.git(&["commit-tree", "-p", &base, "-m", "Hostile", &tree]);
    let output = tightlip(repository.path(), &["check", "--format", "json", "--since", &base, "--head", &commit]);
    assert_eq!(places(&json(&output)), [format!("..:1 {RULE}")]);
}

fn hex(id: &str) -> Vec<u8> {
    (0..id.len()).step_by(2).map(|at| u8::from_str_radix(&id[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn trees_that_repeat_each_other_end_in_bounded_time() {
    let repository = Repository::new();
    let base = repository.write("a.txt", "nothing\n").commit("First");
    let mut tree = repository.git(&["rev-parse", "HEAD^{tree}"]);
    for _ in 0..9 {
        let entries: Vec<u8> =
            (0..10).flat_map(|number| [format!("40000 {number}\0").into_bytes(), hex(&tree)].concat()).collect();
        repository.write("tree", entries);
        tree = repository.git(&["hash-object", "-t", "tree", "-w", "tree"]);
    }
    let commit = repository.git(&["commit-tree", "-p", &base, "-m", "Hostile", &tree]);
    let output = tightlip(repository.path(), &["check", "--format", "json", "--since", &base, "--head", &commit]);
    assert_eq!((output.status.code(), &json(&output)["complete"]), (Some(3), &Value::from(false)));
}

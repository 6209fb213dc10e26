//! The whole history through the real binary: what each trap hides is found, and attributed to the commit that brought it.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tightlip::catalog::generator;

use crate::harness::tightlip;
use crate::repository::Repository;

/// A token with the shape and the checksum of a GitHub personal access token; another number, another token.
fn token(number: u64) -> String {
    generator::expand(r#"@{"ghp_" base62*30 crc32-base62}"#, number).unwrap().text
}

fn run(folder: &Path, arguments: &[&str]) -> (i32, Value) {
    let output = tightlip(folder, &[&["history", "--format", "json"], arguments].concat());
    let document = serde_json::from_slice(&output.stdout);
    let document = document.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code().expect("no signal ends it"), document)
}

fn history(repository: &Repository, arguments: &[&str]) -> Value {
    run(repository.path(), arguments).1
}

/// The only finding there is, and that it shows nothing of the secret.
fn only(report: &Value) -> &Value {
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{report:#}");
    &findings[0]
}

fn commit(finding: &Value) -> &str {
    finding["history"]["commit"].as_str().unwrap()
}

fn paths(finding: &Value) -> Vec<&str> {
    finding["history"]["paths"].as_array().unwrap().iter().map(|path| path["path"].as_str().unwrap()).collect()
}

fn reason(report: &Value, reason: &str) -> u64 {
    report["coverage"]["reasons"][reason].as_u64().unwrap_or(0)
}

/// Makes a file with a token, removes it in the next commit; the first commit's id comes back.
fn added_and_removed(repository: &Repository, path: &str, content: impl AsRef<[u8]>) -> String {
    let added = repository.write(path, content).commit("Add");
    repository.remove(path).write("README", "nothing here\n").commit("Remove");
    added
}

#[test]
fn a_secret_that_is_gone_from_the_tip_is_found_with_who_and_when() {
    let repository = Repository::new();
    let added = added_and_removed(&repository, "app.txt", format!("key = {}\n", token(1)));
    let (code, report) = run(repository.path(), &[]);
    let finding = only(&report);
    assert_eq!(code, 1);
    assert_eq!(finding["rule"], "github-personal-access-token");
    let history = &finding["history"];
    assert_eq!(commit(finding), added);
    assert_eq!(history["author"], "Ada Example <ada@example.org>");
    assert!(history["date"].as_str().unwrap().starts_with("2023-11-14T"), "{history}");
    assert_eq!(paths(finding), ["app.txt"]);
    assert_eq!((&history["present"], &history["on_default_branch"]), (&false.into(), &false.into()));
    assert_eq!(report["complete"], true);
    assert!(!report.to_string().contains(&token(1)[6..]), "a secret left the program");
}

#[test]
fn h01_h02_what_only_a_merge_commit_holds_belongs_to_the_merge() {
    let repository = Repository::new();
    repository.write("a.txt", "base\n").commit("Base");
    repository.git(&["checkout", "--quiet", "-b", "side"]);
    repository.write("a.txt", "side\n").commit("Side");
    repository.git(&["checkout", "--quiet", "main"]);
    repository.write("a.txt", "main\n").commit("Main");
    repository.try_git(&["merge", "--quiet", "--no-commit", "side"]);
    let merge = repository.write("a.txt", format!("resolved {}\n", token(1))).commit("Merge");
    repository.write("a.txt", "clean\n").commit("Clean");
    assert_eq!(commit(only(&history(&repository, &[]))), merge);
}

#[test]
fn h03_attributes_hide_nothing() {
    let repository = Repository::new();
    repository.write(".gitattributes", "* binary -diff filter=none\n");
    let added = added_and_removed(&repository, "a.txt", token(1));
    assert_eq!(commit(only(&history(&repository, &[]))), added);
}

#[test]
fn h04_h05_nul_bytes_and_utf_16_hide_nothing() {
    let repository = Repository::new();
    added_and_removed(&repository, "nul.txt", format!("a\0b {}\n", token(1)));
    let utf16: Vec<u8> = format!("\u{feff}k = {}\n", token(2)).encode_utf16().flat_map(u16::to_le_bytes).collect();
    added_and_removed(&repository, "wide.txt", utf16);
    assert_eq!(history(&repository, &[])["summary"]["findings"], 2);
}

#[test]
fn h06_a_stash_is_looked_at() {
    let repository = Repository::new();
    repository.write("a.txt", "clean\n").commit("Clean");
    repository.write("a.txt", format!("{}\n", token(1))).git(&["stash", "--quiet"]);
    let report = history(&repository, &[]);
    assert_eq!(commit(only(&report)), repository.git(&["rev-parse", "refs/stash"]));
    assert_eq!(only(&report)["history"]["on_default_branch"], false);
}

#[test]
fn h07_an_amended_commit_is_unreachable_and_said_to_be() {
    let repository = Repository::new();
    repository.write("README", "clean\n").commit("First");
    let amended = repository.write("a.txt", token(1)).commit("Second");
    repository.write("a.txt", "clean\n").stage().git(&["commit", "--quiet", "--amend", "--message", "Second"]);
    let (code, report) = run(repository.path(), &[]);
    assert_eq!((code, report["summary"]["findings"].as_u64()), (0, Some(0)));
    assert_eq!(reason(&report, "unreachable-objects"), 1);
    let report = history(&repository, &["--unreachable"]);
    assert_eq!(commit(only(&report)), amended);
    assert_eq!(reason(&report, "unreachable-objects"), 0);
}

#[test]
fn h08_a_dangling_blob_is_named_by_its_id() {
    let repository = Repository::new();
    repository.write("README", "clean\n").commit("First");
    repository.write("a.txt", token(1)).stage();
    let id = repository.git(&["hash-object", "a.txt"]);
    repository.git(&["reset", "--quiet", "--hard"]);
    let report = history(&repository, &["--unreachable"]);
    let finding = only(&report);
    assert_eq!(finding["history"]["object"], id.as_str());
    assert_eq!(finding["location"]["path"], id.as_str());
    assert_eq!(finding["history"]["commit"], Value::Null);
}

#[test]
fn h09_an_annotated_tag_of_a_blob_is_what_brought_it() {
    let repository = Repository::new();
    repository.write("README", "clean\n").commit("First");
    repository.write("a.txt", token(1));
    let blob = repository.git(&["hash-object", "-w", "a.txt"]);
    repository.git(&["tag", "--annotate", "--message", "A key", "key", &blob]);
    repository.remove("a.txt");
    let report = history(&repository, &[]);
    let finding = only(&report);
    assert_eq!(commit(finding), repository.git(&["rev-parse", "refs/tags/key"]));
    assert_eq!(finding["history"]["author"], "Ada Example <ada@example.org>");
}

#[test]
fn h10_a_link_that_becomes_a_file_is_looked_at() {
    let repository = Repository::new();
    std::os::unix::fs::symlink("elsewhere", repository.path().join("a.txt")).unwrap();
    repository.commit("Link");
    repository.remove("a.txt");
    let added = added_and_removed(&repository, "a.txt", token(1));
    assert_eq!(commit(only(&history(&repository, &[]))), added);
}

#[test]
fn h11_a_rename_with_an_edit_is_looked_at() {
    let repository = Repository::new();
    let lines: String = (0..50).map(|number| format!("line {number}\n")).collect();
    repository.write("old.txt", &lines).commit("Old");
    repository.git(&["mv", "old.txt", "new.txt"]);
    let renamed = repository.write("new.txt", format!("{lines}{}\n", token(1))).commit("Rename");
    let report = history(&repository, &[]);
    assert_eq!((commit(only(&report)), paths(only(&report))), (&*renamed, vec!["new.txt"]));
}

#[test]
fn h12_messages_of_commits_tags_and_notes_are_looked_at() {
    let repository = Repository::new();
    let said = repository.write("a.txt", "clean\n").commit(&format!("Deploy with {}", token(1)));
    repository.git(&["tag", "--annotate", "--message", &format!("Signed by {}", token(2)), "v1"]);
    repository.git(&["notes", "add", "--message", &format!("Used {}", token(3))]);
    let report = history(&repository, &[]);
    let find = |place: &str| {
        let findings = report["findings"].as_array().unwrap();
        findings.iter().find(|finding| finding["history"]["place"] == place).unwrap_or_else(|| panic!("{report:#}"))
    };
    assert_eq!(commit(find("commit-message")), said);
    assert_eq!(commit(find("tag-message")), repository.git(&["rev-parse", "refs/tags/v1"]));
    assert_eq!(commit(find("file")), repository.git(&["rev-parse", "refs/notes/commits"]));
    assert_eq!(report["summary"]["findings"], 3);
}

#[test]
fn h15_a_file_name_is_looked_at_and_never_shown() {
    let repository = Repository::new();
    let added = added_and_removed(&repository, &format!("keys/{}.txt", token(1)), "nothing inside\n");
    let report = history(&repository, &[]);
    let finding = only(&report);
    assert_eq!((commit(finding), &finding["history"]["place"]), (&*added, &"path".into()));
    assert!(!report.to_string().contains(&token(1)[6..]), "{report:#}");
}

#[test]
fn h16_h17_one_secret_in_many_places_and_times_is_one_finding() {
    let repository = Repository::new();
    let line = format!("{}\n", token(1));
    let first = repository.write("b/y.txt", &line).commit("First");
    repository.write("a/x.txt", &line).commit("Second");
    repository.remove("b/y.txt").commit("Revert");
    repository.write("c/z.txt", format!("other\n{line}")).commit("Again");
    let report = history(&repository, &[]);
    let finding = only(&report);
    assert_eq!((commit(finding), paths(finding)), (&*first, vec!["a/x.txt", "b/y.txt", "c/z.txt"]));
    assert_eq!(finding["history"]["present"], true);
    assert_eq!(finding["history"]["on_default_branch"], true);
}

#[test]
fn h18_every_value_of_a_rotated_secret_is_a_finding() {
    let repository = Repository::new();
    let manifest = |value: &str| {
        format!("apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\nstringData:\n  password: {value}\n")
    };
    let first = repository.write("secret.yaml", manifest(&["Vel", "vet-Ham", "mer-2719"].concat())).commit("First");
    let second = repository.write("secret.yaml", manifest(&["Mar", "ble-Ot", "ter-8345"].concat())).commit("Second");
    repository.remove("secret.yaml").write("README", "\n").commit("Remove");
    let report = history(&repository, &["--rule", "plaintext-secret"]);
    let mut commits: Vec<&str> = report["findings"].as_array().unwrap().iter().map(commit).collect();
    commits.sort_unstable();
    let mut expected = [first.as_str(), second.as_str()];
    expected.sort_unstable();
    assert_eq!(commits, expected);
}

#[test]
fn h20_octopus_merges_several_roots_and_empty_commits_are_walked_once() {
    let repository = Repository::new();
    repository.write("a.txt", "base\n").commit("Base");
    for side in ["one", "two"] {
        repository.git(&["checkout", "--quiet", "-b", side, "main"]);
        repository.write(&format!("{side}.txt"), format!("{side}\n")).commit(side);
    }
    repository.git(&["checkout", "--quiet", "main"]);
    repository.git(&["merge", "--quiet", "--message", "Octopus", "one", "two"]);
    repository.git(&["commit", "--quiet", "--allow-empty", "--message", "Empty"]);
    repository.git(&["checkout", "--quiet", "--orphan", "other"]);
    let root = repository.write("key.txt", token(1)).commit("Another root");
    let report = history(&repository, &[]);
    assert_eq!(commit(only(&report)), root);
    assert_eq!(report["coverage"]["commits"], 6);
    assert_eq!(report["coverage"]["files"], 4);
}

#[test]
fn e06_e07_replace_refs_and_grafts_hide_nothing() {
    let repository = Repository::new();
    let added = repository.write("a.txt", token(1)).commit("Add");
    let clean = repository.write("a.txt", "clean\n").commit("Clean");
    repository.git(&["replace", &added, &clean]);
    fs::write(repository.path().join(".git/info/grafts"), format!("{clean}\n")).unwrap();
    assert_eq!(commit(only(&history(&repository, &[]))), added);
}

#[test]
fn e10_nothing_that_the_configuration_names_is_run() {
    let repository = Repository::new();
    added_and_removed(&repository, "a.txt", token(1));
    let trap = repository.path().join("trap");
    let touch = format!("touch {}", trap.display());
    for key in ["core.fsmonitor", "core.sshCommand", "core.pager", "diff.external", "core.hooksPath"] {
        repository.git(&["config", key, &touch]);
    }
    assert_eq!(history(&repository, &[])["summary"]["findings"], 1);
    assert!(!trap.exists());
}

#[test]
fn r01_sha256_repositories_are_read() {
    let repository = Repository::without_git();
    repository.git(&["init", "--quiet", "--initial-branch=main", "--object-format=sha256"]);
    let added = added_and_removed(&repository, "a.txt", token(1));
    assert_eq!(commit(only(&history(&repository, &[]))), added);
    repository.git(&["gc", "--quiet"]);
    assert_eq!(commit(only(&history(&repository, &[]))), added);
}

#[test]
fn r03_r04_bare_repositories_git_files_and_linked_worktrees_are_read() {
    let repository = Repository::new();
    let added = added_and_removed(&repository, "a.txt", token(1));
    let other = tempfile::tempdir().unwrap();
    let place = |name: &str| other.path().join(name).display().to_string();
    repository.git(&["clone", "--quiet", "--bare", ".", &place("bare.git")]);
    repository.git(&["clone", "--quiet", "--separate-git-dir", &place("elsewhere"), ".", &place("separate")]);
    repository.git(&["worktree", "add", "--quiet", "--detach", &place("linked")]);
    fs::create_dir(other.path().join("separate/sub")).unwrap();
    for folder in ["bare.git", "separate", "separate/sub", "elsewhere", "linked"] {
        let (_, report) = run(Path::new("/"), &[&place(folder)]);
        assert_eq!(commit(only(&report)), added, "{folder}");
    }
}

#[test]
fn r07_alternates_are_read_and_their_circles_end() {
    let repository = Repository::new();
    let added = added_and_removed(&repository, "a.txt", token(1));
    let other = tempfile::tempdir().unwrap();
    let clone = other.path().join("clone").display().to_string();
    repository.git(&["clone", "--quiet", "--shared", ".", &clone]);
    let (_, report) = run(other.path(), &[&clone]);
    assert_eq!(commit(only(&report)), added);
    let back = format!("{clone}/.git/objects\n");
    fs::write(repository.path().join(".git/objects/info/alternates"), back).unwrap();
    let output = tightlip(other.path(), &["history", &clone]);
    assert!(matches!(output.status.code(), Some(1 | 2)), "a circle is an error or of no matter");
}

#[test]
fn r09_a_shallow_clone_is_incomplete() {
    let repository = Repository::new();
    added_and_removed(&repository, "a.txt", token(1));
    let other = tempfile::tempdir().unwrap();
    let (source, clone) = (format!("file://{}", repository.path().display()), other.path().join("clone"));
    repository.git(&["clone", "--quiet", "--depth=1", &source, &clone.display().to_string()]);
    let (code, report) = run(&clone, &[]);
    assert_eq!((code, &report["complete"]), (3, &false.into()));
    assert_eq!(reason(&report, "shallow-history"), 1);
    assert_eq!(reason(&report, "missing-object"), 0);
}

#[test]
fn r08_a_partial_clone_is_incomplete_and_nothing_is_fetched() {
    let repository = Repository::new();
    added_and_removed(&repository, "a.txt", token(1));
    repository.git(&["config", "uploadpack.allowFilter", "true"]);
    let other = tempfile::tempdir().unwrap();
    let (source, clone) = (format!("file://{}", repository.path().display()), other.path().join("clone"));
    repository.git(&["clone", "--quiet", "--filter=blob:none", &source, &clone.display().to_string()]);
    let (code, report) = run(&clone, &[]);
    assert_eq!((code, reason(&report, "missing-object")), (3, 1));
}

#[test]
fn r10_a_corrupt_object_is_said_and_the_others_are_read() {
    let repository = Repository::new();
    let added = added_and_removed(&repository, "a.txt", token(1));
    let id = repository.git(&["rev-parse", "HEAD:README"]);
    let file = repository.path().join(".git/objects").join(&id[..2]).join(&id[2..]);
    fs::remove_file(&file).unwrap();
    fs::write(&file, b"no zlib stream").unwrap();
    let (code, report) = run(repository.path(), &[]);
    assert_eq!(commit(only(&report)), added);
    assert_eq!((code, &report["complete"], reason(&report, "corrupt-object")), (1, &false.into(), 1));
}

#[test]
fn r11_packs_loose_duplicates_and_indexes_of_packs_hold_each_object_once() {
    let repository = Repository::new();
    let added = added_and_removed(&repository, "a.txt", token(1));
    repository.git(&["repack", "--quiet", "-a"]);
    repository.git(&["commit-graph", "write", "--reachable"]);
    let last = repository.write("b.txt", "more\n").commit("More");
    repository.git(&["repack", "--quiet"]);
    repository.git(&["multi-pack-index", "write"]);
    fs::write(repository.path().join(".git/objects/info/commit-graph"), b"stale").unwrap();
    let report = history(&repository, &[]);
    assert_eq!(commit(only(&report)), added);
    assert_eq!((report["coverage"]["commits"].as_u64(), report["coverage"]["files"].as_u64()), (Some(3), Some(3)));
    assert_ne!(last, added);
}

#[test]
fn r17_empty_repositories_and_detached_heads_are_looked_at() {
    let repository = Repository::new();
    let (code, report) = run(repository.path(), &[]);
    assert_eq!((code, &report["complete"]), (0, &true.into()));
    repository.write("README", "clean\n").commit("First");
    repository.git(&["checkout", "--quiet", "--detach"]);
    let detached = repository.write("a.txt", token(1)).commit("Nobody's");
    assert_eq!(commit(only(&history(&repository, &[]))), detached);
}

#[test]
fn submodules_and_lfs_pointers_are_counted() {
    let repository = Repository::new();
    let commit = repository.write("a.bin", "version https://git-lfs.github.com/spec/v1\noid x\n").commit("Pointer");
    repository.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{commit},module")]);
    repository.git(&["commit", "--quiet", "--message", "Module"]);
    let report = history(&repository, &[]);
    assert_eq!((reason(&report, "submodule"), reason(&report, "lfs-pointer")), (1, 1));
    assert_eq!(report["complete"], true);
}

#[test]
fn a_branch_a_day_or_a_path_narrows_what_is_looked_at() {
    let repository = Repository::new();
    repository.write("old/a.txt", token(1)).commit("First");
    repository.git(&["checkout", "--quiet", "-b", "side"]);
    repository.write("new/b.txt", token(2)).commit("Second");
    let count = |arguments: &[&str]| history(&repository, arguments)["summary"]["findings"].as_u64().unwrap();
    assert_eq!(count(&[]), 2);
    assert_eq!(count(&["--branch", "main"]), 1);
    assert_eq!(count(&["--branch", "side"]), 2);
    assert_eq!(count(&["--paths", "new/**"]), 1);
    assert_eq!(count(&["--exclude", "new/**"]), 1);
    assert_eq!(count(&["--since-date", "2023-11-14"]), 2);
    assert_eq!(count(&["--since-date", "2030-01-01"]), 0);
    for wrong in [&["--branch", "nobody"][..], &["--since-date", "yesterday"], &["/nowhere"]] {
        let output = tightlip(repository.path(), &[&["history"], wrong].concat());
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn several_repositories_are_told_apart_and_share_what_is_the_same() {
    let (one, two) = (Repository::new(), Repository::new());
    one.write("a.txt", token(1)).commit("One");
    two.write("b.txt", token(1)).commit("Two");
    let names = [one.path().display().to_string(), two.path().display().to_string()];
    let (_, report) = run(Path::new("/"), &[&names[0], &names[1]]);
    assert_eq!(report["coverage"]["files"], 1);
    let mut found: Vec<String> =
        report["findings"].as_array().unwrap().iter().map(|finding| paths(finding).concat()).collect();
    found.sort();
    let mut expected = [format!("{}/a.txt", names[0]), format!("{}/b.txt", names[1])];
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn an_ignore_counts_where_every_version_has_it() {
    let repository = Repository::new();
    let mark = ["tight", "lip: ignore[github-personal-access-token] test"].concat();
    repository.write("a.txt", format!("{} # {mark}\n", token(1))).commit("Ignored");
    let report = history(&repository, &[]);
    assert_eq!(only(&report)["suppression"]["kind"], "inline");
    let first = repository.write("a.txt", format!("{}\n", token(1))).commit("Not ignored");
    let report = history(&repository, &[]);
    assert_eq!(only(&report)["suppression"], Value::Null);
    assert_eq!(commit(only(&report)), first);
}

#[test]
fn the_report_is_the_same_on_one_thread_and_on_eight() {
    let repository = Repository::new();
    for number in 0..40 {
        let lines: String = (0..200).map(|line| format!("line {line} of {}\n", number % 7)).collect();
        repository.write(&format!("f{}.txt", number % 5), format!("{lines}{}\n", token(number))).commit("Next");
    }
    repository.git(&["gc", "--quiet", "--aggressive"]);
    let output =
        |threads: &str| tightlip(repository.path(), &["history", "--format", "json", "--threads", threads]).stdout;
    let one = output("1");
    assert_eq!(one, output("8"));
    assert_eq!(one, output("3"));
    let report: Value = serde_json::from_slice(&one).unwrap();
    assert_eq!(report["summary"]["findings"], 40);
}

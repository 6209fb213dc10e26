//! `tightlip fix`: every fixture and, on request, real repositories before and after; and what must not be written.
//!
//! It does not know which rule is fixed how: `TIGHTLIP_FIX_REPOS=folder` names copies of repositories that may be changed
//! in a copy.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tightlip::catalog::Catalog;
use tightlip::engine::{self, Fixed, Wish};
use tightlip::model::{RepoPath, Rule, Safety};
use tightlip::source::replace;
use tightlip::syntax::Syntax;
use tightlip::text::changed_lines;

use crate::harness;

fn fix(root: &Path, with_unsafe: bool) -> Fixed {
    fix_by(&harness::usual_rules(), root, with_unsafe)
}

fn fix_by(rules: &[&'static Rule], root: &Path, with_unsafe: bool) -> Fixed {
    let policy = harness::policy_of(root);
    let wish = Wish { with_unsafe, ..Wish::default() };
    engine::fix(&harness::worktree(root, 2, &policy), &harness::plan(rules, 2, policy), &wish)
}

/// Writes what is fixed and returns how many findings are.
fn fix_and_write(root: &Path, with_unsafe: bool) -> usize {
    let fixed = fix(root, with_unsafe);
    for file in &fixed.files {
        replace(root, &file.path, &file.before, &file.after).unwrap_or_else(|why| panic!("{}: {why}", file.path));
    }
    fixed.cured.len()
}

fn files(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()) {
            let kind = path.symlink_metadata().unwrap();
            if kind.is_dir() && path.file_name().is_none_or(|name| name != ".git") {
                folders.push(path);
            } else if kind.is_file() {
                found.insert(path.clone(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn errors(path: &Path, bytes: &[u8]) -> usize {
    let path = RepoPath::from_path(path);
    let syntax = Syntax::of_path(&path);
    syntax.map_or(0, |syntax| syntax.parse(&String::from_utf8_lossy(bytes)).errors.len())
}

/// What holds for every tree: a second run changes nothing, no file reads worse, and few lines differ. First with what is
/// safe, then with the rest: the findings that are cured.
fn holds_in(root: &Path) -> usize {
    holds_with(root, false) + holds_with(root, true)
}

fn holds_with(root: &Path, with_unsafe: bool) -> usize {
    let before = files(root);
    let cured = fix_and_write(root, with_unsafe);
    let after = files(root);
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>(), "{}", root.display());
    let mut changed = 0;
    for (path, old) in &before {
        let new = &after[path];
        assert!(errors(path, new) <= errors(path, old), "{} reads worse", path.display());
        changed += changed_lines(old, new).iter().map(|(gone, came)| gone.len().max(came.len())).sum::<usize>();
        let breaks = |text: &[u8]| (text.starts_with(b"\xEF\xBB\xBF"), text.ends_with(b"\n"));
        assert_eq!(breaks(old), breaks(new), "{}", path.display());
        let is_crlf = |text: &[u8]| text.windows(2).filter(|pair| *pair == b"\r\n").count() == lines(text);
        assert!(!is_crlf(old) || is_crlf(new), "{} mixes line breaks", path.display());
    }
    // The widest fix moves a list under another field: an edit an item.
    assert!(changed <= cured * 12, "{}: {changed} lines for {cured} findings", root.display());
    assert!(cured == 0 || changed > 0);
    if cured == 0 {
        return 0;
    }
    let again = fix(root, with_unsafe);
    let paths: Vec<String> = again.files.iter().map(|file| file.path.to_string()).collect();
    assert!(paths.is_empty(), "{}: a second run changes {paths:?}", root.display());
    cured
}

fn lines(text: &[u8]) -> usize {
    text.iter().filter(|byte| **byte == b'\n').count()
}

#[test]
fn every_fixture_is_fixed_once_and_reads_as_well_as_before() {
    let mut cured = 0;
    for folder in fs::read_dir(harness::fixtures()).unwrap().flatten().map(|entry| entry.path()) {
        let copy = harness::expanded(&folder);
        cured += harness::nested_roots(copy.path()).iter().map(|root| holds_in(root)).sum::<usize>();
        cured += holds_in(copy.path());
    }
    assert!(cured > 60, "{cured} findings are fixed");
}

#[test]
fn real_repositories_are_fixed_once_and_read_as_well_as_before() {
    let Some(folder) = std::env::var_os("TIGHTLIP_FIX_REPOS") else {
        println!("skipped: TIGHTLIP_FIX_REPOS names no folder of repositories");
        return;
    };
    for repository in fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()).filter(|path| path.is_dir()) {
        let copy = tempfile::tempdir().unwrap();
        let from = repository.join(".");
        assert!(Command::new("cp").arg("-R").args([from.as_path(), copy.path()]).status().unwrap().success());
        let cured = holds_in(copy.path());
        println!("{}: {cured} fixed", repository.display());
    }
}

/// What a rule promises is kept by a sample of its own, and nothing else has a fix.
#[test]
fn a_rule_says_that_it_can_be_fixed_where_one_of_its_bad_samples_is() {
    // That every rule has its folder is held by `fixtures`.
    let has_check = |rule: &&&'static Rule| !rule.is_credential() && harness::fixtures().join(rule.id).is_dir();
    for rule in Catalog::built_in().rules().iter().filter(has_check) {
        let copy = harness::expanded(&harness::fixtures().join(rule.id));
        let roots = harness::nested_roots(copy.path()).into_iter().chain([copy.path().to_path_buf()]);
        let reports: Vec<_> = roots.map(|root| harness::check(&root, &[rule], 1)).collect();
        let fixes = reports.iter().flat_map(|report| &report.findings).filter_map(|finding| finding.fix.as_ref());
        let safest = fixes.map(|fix| fix.safety).min();
        assert_eq!(safest, rule.fix, "{}: of its bad samples, and of its rule", rule.id);
    }
}

/// A fix that every proof refuses would be a promise, too.
#[test]
fn every_rule_with_a_fix_has_a_bad_sample_that_is_cured() {
    let is_cured = |rule: &&'static Rule| {
        let copy = harness::expanded(&harness::fixtures().join(rule.id));
        let roots = harness::nested_roots(copy.path()).into_iter().chain([copy.path().to_path_buf()]);
        roots.map(|root| fix_by(&[*rule], &root, true)).any(|fixed| !fixed.cured.is_empty())
    };
    let catalog = Catalog::built_in();
    let promised = catalog.rules().iter().copied().filter(|rule| rule.fix.is_some());
    let broken: Vec<&str> = promised.filter(|rule| !is_cured(rule)).map(|rule| rule.id).collect();
    assert!(broken.is_empty(), "no fix of these stands its proof: {broken:?}");
}

/// The column of the catalogue that says what can be fixed: certainly (`Safe`) or as a guess (`Unsafe`), with the rules
/// that stand for the code.
const MARKED: [(&str, Safety); 39] = [
    ("MAN002", Safety::Unsafe),
    ("MAN003", Safety::Unsafe),
    ("MAN005", Safety::Safe),
    ("HLM001", Safety::Unsafe),
    ("HLM002", Safety::Safe),
    ("HLM003", Safety::Unsafe),
    ("HLM004", Safety::Unsafe),
    ("ESO001", Safety::Unsafe),
    ("ESO002", Safety::Safe),
    ("ESO005", Safety::Safe),
    ("ESO006", Safety::Safe),
    ("ESO007", Safety::Unsafe),
    ("ESO008", Safety::Safe),
    ("ESO009", Safety::Safe),
    ("ESO014", Safety::Safe),
    ("ESO015", Safety::Unsafe),
    ("ESO016", Safety::Safe),
    ("ESO018", Safety::Safe),
    ("ESO020", Safety::Unsafe),
    ("ESO023", Safety::Safe),
    ("STO002", Safety::Unsafe),
    ("STO008", Safety::Safe),
    ("VSO001", Safety::Unsafe),
    ("VSO002", Safety::Unsafe),
    ("VSO006", Safety::Safe),
    ("VSO007", Safety::Safe),
    ("VSO010", Safety::Safe),
    ("KUS001", Safety::Safe),
    ("KUS003", Safety::Unsafe),
    ("KUS006", Safety::Unsafe),
    ("KUS007", Safety::Unsafe),
    ("REF001", Safety::Unsafe),
    ("REF002", Safety::Unsafe),
    ("REF006", Safety::Safe),
    ("REF007", Safety::Safe),
    ("REF008", Safety::Unsafe),
    ("GIT006", Safety::Safe),
    ("HYG001", Safety::Safe),
    ("HYG003", Safety::Unsafe),
];

#[test]
fn what_the_catalogue_marks_as_fixable_is_fixed() {
    let rules = Catalog::built_in().rules().to_vec();
    let is_of = |rule: &Rule, code: &str| rule.aliases.iter().any(|alias| alias.split('-').next() == Some(code));
    for (code, safety) in MARKED {
        let fixes: Vec<Safety> = rules.iter().filter(|rule| is_of(rule, code)).filter_map(|rule| rule.fix).collect();
        assert!(fixes.contains(&safety), "{code}: {fixes:?}, not {safety:?}");
    }
    let is_marked = |alias: &str| MARKED.iter().any(|(code, _)| alias.split('-').next() == Some(code));
    let unmarked = rules.iter().filter(|rule| rule.fix.is_some() && !rule.aliases.iter().any(|alias| is_marked(alias)));
    let unmarked: Vec<&str> = unmarked.map(|rule| rule.id).collect();
    assert!(unmarked.is_empty(), "no mark of the catalogue stands for {unmarked:?}");
}

const STORE: &str = "apiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata:\n  name: vault\nspec:\n  provider:\n    vault:\n      server: https://vault.example.org\n      path: kv\n      auth:\n        tokenSecretRef:\n          name: vault-token\n          namespace: vault\n          key: token\n";

fn external_secret(interval: &str) -> String {
    format!(
        "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: db\nspec:\n  refreshInterval: {interval}\n  secretStoreRef:\n    name: vault\n    kind: ClusterSecretStore\n  data:\n    - secretKey: password\n      remoteRef:\n        key: db\n        property: password\n"
    )
}

/// A folder with these files that is a root of its own.
fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("tightlip.yaml"), "version: 1\n").unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = harness::tightlip(folder, arguments);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_diff_is_shown_and_nothing_is_written_until_it_is_asked_for() {
    let folder = tree(&[("store.yaml", STORE), ("es.yaml", &external_secret("1d # daily"))]);
    let before = files(folder.path());
    let (code, shown, _) = run(folder.path(), &["fix"]);
    assert_eq!(code, Some(1));
    assert!(shown.contains("\n-  refreshInterval: 1d # daily\n+  refreshInterval: 24h # daily\n"), "{shown}");
    assert_eq!(files(folder.path()), before);
    let (code, told, _) = run(folder.path(), &["fix", "--write"]);
    assert_eq!((code, told.as_str()), (Some(0), "es.yaml:6:20 invalid-refresh-interval\n"));
    assert_eq!(fs::read_to_string(folder.path().join("es.yaml")).unwrap(), external_secret("24h # daily"));
    assert_eq!(run(folder.path(), &["fix"]).0, Some(0));
}

#[test]
fn a_diff_can_be_applied_by_others() {
    let folder = tree(&[("store.yaml", STORE), ("es.yaml", &external_secret("\"3600\"").replace('\n', "\r\n"))]);
    let (_, shown, _) = run(folder.path(), &["fix"]);
    fs::write(folder.path().join("fix.diff"), shown).unwrap();
    let done = Command::new("git").current_dir(&folder).args(["apply", "fix.diff"]).status().unwrap();
    assert!(done.success());
    let expected = external_secret("\"3600s\"").replace('\n', "\r\n");
    assert_eq!(fs::read_to_string(folder.path().join("es.yaml")).unwrap(), expected);
}

#[test]
fn secrets_are_masked_in_a_diff_and_gone_from_the_file() {
    let password = harness::generate("@{password*20}");
    let values = format!("redis:\n  auth:\n    password: {password}\n    existingSecret: redis\n");
    let folder = tree(&[("values.yaml", &values)]);
    let (code, shown, errors) = run(folder.path(), &["fix"]);
    assert_eq!(code, Some(1), "{errors}");
    assert!(!shown.contains(&password) && shown.contains("+    password: \"\""), "{shown}");
    assert_eq!(run(folder.path(), &["fix", "--write"]).0, Some(0));
    assert!(!fs::read_to_string(folder.path().join("values.yaml")).unwrap().contains(&password));
}

#[test]
fn only_the_named_rule_and_only_the_given_paths_are_fixed() {
    let folder = tree(&[
        ("store.yaml", STORE),
        ("a/es.yaml", &external_secret("1d")),
        ("b/es.yaml", &external_secret("2d").replace("name: db", "name: other")),
    ]);
    assert_eq!(run(folder.path(), &["fix", "--rule", "store-kind-mismatch"]).0, Some(0));
    let (_, told, _) = run(folder.path(), &["fix", "--write", "b"]);
    assert_eq!(told, "b/es.yaml:6:20 invalid-refresh-interval\n");
    let (code, _, errors) = run(folder.path(), &["fix", "--rule", "no-such-rule"]);
    assert_eq!(code, Some(2), "{errors}");
}

#[test]
fn what_is_ignored_is_left_alone() {
    let ignored =
        external_secret(concat!("1d # tight", "lip: ignore[invalid-refresh-interval] as the vendor wants it"));
    let folder = tree(&[("store.yaml", STORE), ("es.yaml", &ignored)]);
    assert_eq!(run(folder.path(), &["fix", "--unsafe"]).0, Some(0));
}

#[test]
fn a_fix_that_would_bring_another_finding_is_dropped_and_said() {
    let text = external_secret("1d").replace("refreshInterval", "refreshIntervall");
    let folder = tree(&[("store.yaml", STORE), ("es.yaml", &text)]);
    let (code, _, errors) = run(folder.path(), &["fix", "--unsafe", "--write"]);
    let why = "es.yaml:6:3 unknown-field is not fixed: it would bring `invalid-refresh-interval` in es.yaml:6.";
    assert_eq!((code, errors.contains(why)), (Some(0), true), "{errors}");
    assert_eq!(fs::read_to_string(folder.path().join("es.yaml")).unwrap(), text);
}

#[test]
fn what_others_name_by_an_anchor_is_left_alone() {
    let alone = external_secret("&every 1d");
    let folder = tree(&[("store.yaml", STORE), ("es.yaml", &alone)]);
    let (_, shown, _) = run(folder.path(), &["fix"]);
    assert!(shown.contains("+  refreshInterval: &every 24h\n"), "{shown}");
    let shared = alone + "  target:\n    template:\n      metadata:\n        annotations:\n          every: *every\n";
    let folder = tree(&[("store.yaml", STORE), ("es.yaml", &shared)]);
    let (code, shown, errors) = run(folder.path(), &["fix"]);
    assert_eq!((code, shown.as_str()), (Some(0), ""));
    assert!(errors.contains("is not fixed: something else would change with it."), "{errors}");
}

#[test]
fn one_edit_cures_every_finding_that_wants_it() {
    let password = harness::generate("@{password*20}");
    let values = format!("redis: {{auth: {{password: '{password}', existingSecret: redis}}}}\n");
    let folder = tree(&[("values.yaml", &values)]);
    let (_, told, errors) = run(folder.path(), &["fix", "--unsafe", "--write"]);
    assert_eq!(told.lines().count(), 2, "{told}{errors}");
    let expected = "redis: {auth: {password: '', existingSecret: redis}}\n";
    assert_eq!(fs::read_to_string(folder.path().join("values.yaml")).unwrap(), expected);
}

#[test]
fn a_file_that_changed_meanwhile_is_not_written_over() {
    let folder = tree(&[("store.yaml", STORE), ("es.yaml", &external_secret("1d"))]);
    let fixed = fix(folder.path(), false);
    fs::write(folder.path().join("es.yaml"), "kind: other\n").unwrap();
    let file = &fixed.files[0];
    let why = replace(folder.path(), &file.path, &file.before, &file.after).unwrap_err();
    assert_eq!(why, "it changed while it was looked at");
    assert_eq!(fs::read_to_string(folder.path().join("es.yaml")).unwrap(), "kind: other\n");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3, "nothing is left beside it");
}

#[cfg(unix)]
#[test]
fn permissions_stay_and_what_is_read_only_stays_as_it_is() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tree(&[("store.yaml", STORE), ("es.yaml", &external_secret("1d"))]);
    let path = folder.path().join("es.yaml");
    let mode = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    mode(0o440);
    let (code, _, errors) = run(folder.path(), &["fix", "--write"]);
    assert_eq!((code, errors.contains("es.yaml is not written: it is read-only.")), (Some(2), true), "{errors}");
    mode(0o750);
    assert_eq!(run(folder.path(), &["fix", "--write"]).0, Some(0));
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o750);
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    use std::os::unix::fs::symlink;
    let outside = tree(&[("es.yaml", &external_secret("1d"))]);
    let folder = tree(&[("store.yaml", STORE)]);
    symlink(outside.path().join("es.yaml"), folder.path().join("es.yaml")).unwrap();
    symlink(outside.path(), folder.path().join("linked")).unwrap();
    assert_eq!(run(folder.path(), &["fix", "--write"]).0, Some(0));
    for (path, why) in [("es.yaml", "it is a link"), ("linked/es.yaml", "it lies behind a link")] {
        let before = external_secret("1d");
        assert_eq!(replace(folder.path(), &RepoPath::from(path), before.as_bytes(), b"x").unwrap_err(), why);
    }
    assert_eq!(fs::read_to_string(outside.path().join("es.yaml")).unwrap(), external_secret("1d"));
}

#[test]
fn json_and_sarif_carry_what_would_be_changed() {
    let folder = tree(&[("store.yaml", STORE), ("es.yaml", &external_secret("1d"))]);
    let report = |format: &str| {
        let (_, text, _) = run(folder.path(), &["check", "--format", format]);
        serde_json::from_str::<serde_json::Value>(&text).unwrap()
    };
    let fix = &report("json")["findings"][0]["fix"];
    assert_eq!((fix["safety"].as_str(), fix["replacements"][0]["text"].as_str()), (Some("safe"), Some("24h")));
    let change = &report("sarif")["runs"][0]["results"][0]["fixes"][0]["artifactChanges"][0];
    assert_eq!(change["artifactLocation"]["uri"], "es.yaml");
    assert_eq!(change["replacements"][0]["insertedContent"]["text"], "24h");
    assert_eq!(change["replacements"][0]["deletedRegion"]["startLine"], 6);
}

#[test]
fn a_list_of_lines_grows_at_its_end_and_keeps_its_line_breaks() {
    for (list, expected) in
        [("*.log\n", "*.log\n/.env\n"), ("*.log", "*.log\n/.env"), ("*.log\r\n", "*.log\r\n/.env\r\n"), ("", "/.env")]
    {
        let folder = tree(&[(".gitignore", list), (".env.example", "DB_PASSWORD=\n")]);
        let (code, told, errors) = run(folder.path(), &["fix", "--write"]);
        assert_eq!((code, told.as_str()), (Some(0), ".env.example:1:1 secret-file-not-ignored\n"), "{errors}");
        assert_eq!(fs::read_to_string(folder.path().join(".gitignore")).unwrap(), expected);
    }
    let folder = tree(&[(".env.example", "DB_PASSWORD=\n")]);
    assert_eq!(run(folder.path(), &["fix", "--unsafe"]).1, "", "there is no list");
}

#[test]
fn a_value_that_may_be_base64_with_a_slip_is_not_encoded() {
    let secret = |port: &str| {
        format!("apiVersion: v1\nkind: Secret\nmetadata: {{ name: db }}\ndata:\n  options: {port} # kept\n")
    };
    let folder = tree(&[("secret.yaml", &secret("543"))]);
    assert_eq!(run(folder.path(), &["fix", "--unsafe", "--rule", "secret-data-not-base64"]).1, "");
    let folder = tree(&[("secret.yaml", &secret("\"a: b\""))]);
    let (_, shown, errors) = run(folder.path(), &["fix", "--unsafe", "--write", "--rule", "secret-data-not-base64"]);
    assert_eq!(shown, "secret.yaml:5:13 secret-data-not-base64\n", "{errors}");
    assert_eq!(fs::read_to_string(folder.path().join("secret.yaml")).unwrap(), secret("\"YTogYg==\""));
}

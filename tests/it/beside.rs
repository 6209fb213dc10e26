//! Rules about files that hold no objects, and about the tree of files, in every mode: on disk, staged, in a range, in a
//! history.

use crate::harness::{self, tightlip};
use crate::repository::Repository;
use crate::staged::{json, places};

fn report(repository: &Repository, arguments: &[&str]) -> Vec<String> {
    let output = tightlip(repository.path(), arguments);
    places(&json(&output))
}

fn checked(repository: &Repository) -> Vec<String> {
    report(repository, &["check", "--format", "json"])
}

fn staged(repository: &Repository) -> Vec<String> {
    report(repository, &["check", "--staged", "--format", "json"])
}

#[test]
fn a_line_that_leaves_gitignore_is_news_for_the_sample_that_needs_it() {
    let repository = Repository::new();
    repository.write(".gitignore", "target\n.env\n").write(".env.example", "DB_PASSWORD=\n").commit("First");
    assert_eq!((checked(&repository), staged(&repository)), (vec![], vec![]));
    repository.write(".gitignore", "target\n").stage();
    let expected = [".env.example:1 secret-file-not-ignored"];
    assert_eq!(staged(&repository), expected);
    repository.commit("Second");
    assert_eq!(report(&repository, &["check", "--since", "HEAD~1", "--format", "json"]), expected);
    repository.write("README.md", "Shop\n").stage();
    assert_eq!((checked(&repository), staged(&repository)), (expected.map(str::to_owned).to_vec(), vec![]));
}

#[test]
fn a_folder_of_a_repository_does_not_speak_of_what_is_above_it() {
    let repository = Repository::new();
    repository.write(".gitignore", ".env\n").write("web/.env.example", "DB_PASSWORD=\n");
    repository.write("web/tightlip.yaml", "version: 1\n").commit("First");
    let output = tightlip(&repository.path().join("web"), &["check", "--format", "json"]);
    assert_eq!(places(&json(&output)), [""; 0]);
}

#[test]
fn a_state_is_found_where_it_was_and_a_new_one_where_it_comes() {
    let state = r#"{"version":4,"terraform_version":"1.13.4","serial":1,"resources":[{"type":"x"}]}"#;
    let repository = Repository::new();
    repository.write("main.tf", "").commit("First");
    repository.write("terraform.tfstate", state).stage();
    let expected = ["terraform.tfstate:1 committed-terraform-state"];
    assert_eq!(staged(&repository), expected);
    repository.commit("Second");
    repository.remove("terraform.tfstate").commit("Third");
    assert_eq!(checked(&repository), [""; 0]);
    assert_eq!(report(&repository, &["history", "--format", "json"]), expected);
}

#[test]
fn one_value_is_one_finding_by_the_rule_that_knows_most() {
    let repository = Repository::new();
    let password = harness::generate_with("@{password*14}", 1);
    let token = harness::generate_with(r#"@{"ghp_" base62*30 crc32-base62}"#, 1);
    repository.write("Dockerfile", format!("FROM scratch\nENV DB_PASSWORD={password}\nARG GH_TOKEN={token}\n"));
    repository.write("compose.yaml", format!("services:\n  db:\n    environment:\n      DB_PASSWORD: {password}\n"));
    repository.write("main.tf", format!("provider \"x\" {{\n  password = \"{password}\"\n}}\n"));
    repository.write("up.sh", format!("helm upgrade shop . --set db.password={password}\n"));
    repository
        .write(".gitlab-ci.yml", format!("up:\n  script:\n    - helm upgrade x . --set db.password={password}\n"));
    repository.commit("First");
    let expected = [
        ".gitlab-ci.yml:3 credential-in-helm-argument",
        "Dockerfile:2 credential-in-image",
        "Dockerfile:3 credential-in-image",
        "compose.yaml:4 credential-in-compose",
        "main.tf:2 plaintext-secret-in-terraform",
        "up.sh:1 credential-in-helm-argument",
    ];
    assert_eq!(checked(&repository), expected);
}

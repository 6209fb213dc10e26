//! The README's examples, run: commands, the output they are shown with, the policy, the exit codes.
//!
//! It does not know whether the prose is true.

use std::fs;

use tightlip::catalog::Catalog;
use tightlip::cli::Exit;
use tightlip::policy::Policy;

use crate::harness;

/// Between these lines stands a command and what it prints; `TIGHTLIP_BLESS=1` writes it anew.
const RUN: (&str, &str) = ("<!-- run -->\n", "<!-- end of run -->\n");

/// A longer example is not read.
const MOST_LINES: usize = 40;

fn readme() -> String {
    fs::read_to_string(harness::repository().join("README.md")).expect("a README")
}

/// The content of each fenced block in `language`.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let opening = format!("```{language}\n");
    let block = |part: &str| part.split_once("```").map(|(block, _)| block.to_owned());
    text.split(&opening).skip(1).filter_map(block).collect()
}

/// Each command of a console block that runs tightlip, as its arguments.
fn commands(block: &str) -> Vec<Vec<&str>> {
    let typed = block.lines().filter_map(|line| line.strip_prefix("$ "));
    let plain = typed.map(|line| line.split(" # ").next().unwrap_or_default().trim());
    let ours = plain.filter_map(|command| {
        command.strip_prefix("tightlip ").or_else(|| command.strip_prefix("cargo run --release -- "))
    });
    ours.map(|arguments| arguments.split(' ').collect()).collect()
}

fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let output = harness::tightlip(harness::repository(), arguments);
    (output.status.code(), String::from_utf8(output.stdout).expect("text"))
}

#[test]
fn each_command_of_the_readme_finds_something() {
    let readme = readme();
    let blocks = blocks(&readme, "console");
    let all: Vec<_> = blocks.iter().flat_map(|block| commands(block)).collect();
    assert!(all.len() >= 2, "{all:?}");
    for arguments in all {
        assert_eq!(run(&arguments).0, Some(Exit::Findings as i32), "{arguments:?}");
    }
}

#[test]
fn the_run_in_the_readme_is_what_the_binary_prints() {
    let readme = readme();
    let (before, rest) = readme.split_once(RUN.0).expect("the first mark");
    let (shown, after) = rest.split_once(RUN.1).expect("the second mark");
    let (line, _) = shown.trim_start_matches("```console\n").split_once('\n').expect("a command");
    let arguments: Vec<&str> = line.trim_start_matches("$ tightlip ").split(' ').collect();
    let printed = run(&arguments).1;
    let fresh = format!("```console\n{line}\n{printed}```\n");
    assert!(fresh.lines().count() <= MOST_LINES, "{} lines", fresh.lines().count());
    harness::expect(&harness::repository().join("README.md"), &[before, RUN.0, &fresh, RUN.1, after].concat());
}

#[test]
fn each_policy_in_the_readme_is_read() {
    let policies = blocks(&readme(), "yaml");
    assert!(!policies.is_empty());
    for text in policies {
        Policy::read(&text, Catalog::built_in().rules()).unwrap_or_else(|wrong| panic!("{text}\n{wrong:?}"));
    }
}

#[test]
fn the_readme_and_the_help_name_the_exit_codes_that_there_are() {
    let codes = [Exit::Clean, Exit::Findings, Exit::Usage, Exit::Incomplete].map(|code| code as i32);
    let readme = readme();
    let section = readme.split("\n## ").find(|section| section.starts_with("Exit codes")).expect("a section");
    let rows = section.lines().filter_map(|line| line.strip_prefix("| ")?.split(' ').next()?.parse().ok());
    assert_eq!(rows.collect::<Vec<i32>>(), codes);
    let help = run(&["check", "--help"]).1;
    let (_, section) = help.split_once("Exit codes:\n").expect("a section");
    let lines = section.lines().map_while(|line| line.split_whitespace().next()?.parse().ok());
    assert_eq!(lines.collect::<Vec<i32>>(), codes);
}

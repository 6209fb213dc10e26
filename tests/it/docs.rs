//! The pages in `docs/`: those that are made of rules and arguments are fresh, every command in them runs, every policy
//! is read.
//!
//! It does not know whether the prose is true. `TIGHTLIP_BLESS=1` writes the made pages anew.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tightlip::catalog::Catalog;
use tightlip::filter::inline::MARK;
use tightlip::model::{Rule, Safety, Tier};
use tightlip::policy::Policy;

use crate::harness;
use crate::samples::{self, Sample};

const MADE: &str = "<!-- Made by tests/it/docs.rs; TIGHTLIP_BLESS=1 cargo test docs writes it anew. -->\n\n";

fn docs() -> PathBuf {
    harness::repository().join("docs")
}

fn pages() -> Vec<(String, String)> {
    let files = fs::read_dir(docs()).unwrap().flatten().map(|entry| entry.path());
    let mut pages: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    pages.sort();
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    pages.iter().map(|path| (name(path), fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn the_page_of_commands_is_what_help_says() {
    let mut page = format!("{MADE}# Commands\n");
    for (path, help) in tightlip::cli::commands() {
        let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
        write!(page, "\n## tightlip {path}\n\n```text\n{}\n```\n", lines.join("\n").trim()).unwrap();
    }
    harness::expect(&docs().join("commands.md"), &page);
}

#[test]
fn the_pages_of_rules_say_what_the_rules_say() {
    let catalog = Catalog::built_in();
    for (file, title, wanted) in
        [("rules-manifests.md", "Rules for manifests", false), ("rules-credentials.md", "Rules for credentials", true)]
    {
        let rules: Vec<&Rule> = catalog.rules().iter().copied().filter(|rule| rule.is_credential() == wanted).collect();
        let mut page =
            format!("{MADE}# {title}\n\n{} rules. `tightlip rules explain ID` says the same.\n", rules.len());
        rules.iter().for_each(|rule| page += &section(rule));
        harness::expect(&docs().join(file), &page);
    }
}

fn section(rule: &Rule) -> String {
    let tier = match rule.tier {
        Tier::Correctness => "",
        Tier::Convention => ", on when the policy says so",
        Tier::Pedantic => ", on when asked for",
    };
    let (severity, confidence) = (rule.severity.name(), rule.confidence.name());
    let mut out = format!("\n## {}\n\n**{}** · {severity}, {confidence} confidence{tier}\n", rule.id, rule.title);
    for text in [rule.description, rule.rationale, rule.remediation] {
        let text = text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
        write!(out, "\n{}\n", text.trim().replace('<', "\\<")).unwrap();
    }
    if !rule.is_credential() {
        out += &proof(rule);
    }
    if !rule.references.is_empty() {
        let links: Vec<String> = rule.references.iter().map(|link| format!("<{link}>")).collect();
        write!(out, "\n{}\n", links.join(" · ")).unwrap();
    }
    out
}

/// What a manifest rule finds and what it leaves alone, how it is cured, and how it is silenced.
fn proof(rule: &Rule) -> String {
    let mut out = String::new();
    let pair = samples::pair(rule.id);
    if let Some(pair) = &pair {
        out += &by_policy(pair.policy.as_deref());
        write!(out, "\nBad, `{}`:\n\n{}", pair.bad.path, shown(&pair.bad)).unwrap();
        if let Some(good) = &pair.good {
            out += &by_policy(pair.good_policy.as_deref());
            write!(out, "\nGood, `{}`:\n\n{}", good.path, shown(good)).unwrap();
        }
    }
    if let Some(safety) = rule.fix {
        let option = if safety == Safety::Unsafe { " --unsafe" } else { "" };
        write!(out, "\n`tightlip fix{option} --rule {}` shows what would cure it.\n", rule.id).unwrap();
    }
    let takes_comment = pair.is_some_and(|pair| takes_comment(&pair.bad.path));
    let how = match takes_comment {
        true => format!("a comment on the line, `# {MARK}[{}] the reason`", rule.id),
        false => format!("`ignore: [{{ rule: {}, path: …, reason: … }}]` in the policy", rule.id),
    };
    write!(out, "\nWhere it is right as it stands: {how}.\n").unwrap();
    out
}

fn by_policy(policy: Option<&str>) -> String {
    let policy = policy.map(str::trim_end).filter(|policy| *policy != "version: 1");
    policy.map_or(String::new(), |policy| format!("\nBy this policy:\n\n```yaml\n{policy}\n```\n"))
}

/// The lines in a block of their own, with an arrow at the one that is found.
fn shown(sample: &Sample) -> String {
    let language = match sample.path.rsplit_once('.').map(|(_, end)| end) {
        Some(end @ ("yaml" | "json" | "toml" | "sh")) => end,
        Some("yml") => "yaml",
        Some("tf" | "tfvars") => "hcl",
        _ if sample.path.ends_with("Dockerfile") => "dockerfile",
        _ => "text",
    };
    let arrow = |index: usize| if sample.marked == Some(index) { " # <- here" } else { "" };
    let lines = sample.lines.iter().enumerate().map(|(index, line)| format!("{line}{}\n", arrow(index)));
    format!("```{language}\n{}```\n", lines.collect::<String>())
}

/// True for what has comments, and is text.
fn takes_comment(path: &str) -> bool {
    let ends = [".yaml", ".yml", ".tf", ".tfvars", ".sh", ".env", ".toml", "Dockerfile", "Jenkinsfile"];
    ends.iter().any(|end| path.ends_with(end))
}

/// Every line of a fenced block that runs tightlip, as it would be typed.
fn commands(page: &str) -> Vec<String> {
    let mut inside: Option<&str> = None;
    let mut found = Vec::new();
    for line in page.lines() {
        match (line.trim_start().strip_prefix("```"), inside) {
            (Some(language), None) => inside = Some(language),
            (Some(_), Some(_)) => inside = None,
            (None, Some("console" | "yaml" | "groovy" | "sh")) => {
                let Some(at) = line.find("tightlip ").filter(|at| runs(&line[..*at])) else { continue };
                let command = line[at..].split(" # ").next().unwrap_or_default();
                found.push(command.trim().trim_end_matches(['\'', '"', '}', ']', ' ']).trim().to_owned());
            }
            _ => {}
        }
    }
    found
}

/// True for what stands before a command: a prompt, a key of a job, a list item.
fn runs(before: &str) -> bool {
    ["$ ", "entry: ", "run: ", "- ", "sh '", "args: ["].iter().any(|end| before.ends_with(end))
}

/// A repository with faults in it, whose default branch is known as `origin/main`.
fn sandbox() -> tempfile::TempDir {
    let folder = harness::expanded(&harness::fixtures().join("demo"));
    let script = "git init -q -b main && git add -A -f && git -c user.name=t -c user.email=t@example.org commit -qm one \
                  && git update-ref refs/remotes/origin/main HEAD";
    let done = Command::new("sh").current_dir(folder.path()).args(["-c", script]).status().unwrap();
    assert!(done.success());
    folder
}

#[test]
fn every_command_in_the_pages_runs() {
    let binary = Path::new(env!("CARGO_BIN_EXE_tightlip")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap_or_default());
    let mut number = 0;
    for (name, text) in pages().into_iter().filter(|(_, text)| !text.starts_with(MADE.trim_end())) {
        let folder = sandbox();
        for command in commands(&text) {
            let mut shell = Command::new("sh");
            shell.current_dir(folder.path()).env("PATH", &path).env("BASE", "HEAD").args(["-c", &command]);
            let output = shell.stdin(std::process::Stdio::null()).output().unwrap();
            let (code, errors) = (output.status.code(), String::from_utf8_lossy(&output.stderr));
            assert!(matches!(code, Some(0 | 1)), "{name}: {command}: {code:?} {errors}");
            number += 1;
        }
    }
    assert!(number >= 20, "{number} commands");
}

#[test]
fn every_policy_in_the_pages_is_read() {
    let mut number = 0;
    for (name, text) in pages() {
        for block in text.split("```yaml\n").skip(1).filter_map(|part| part.split_once("```").map(|(block, _)| block)) {
            if block.starts_with("version: 1") {
                Policy::read(block, Catalog::built_in().rules()).unwrap_or_else(|wrong| panic!("{name}: {wrong:?}"));
                number += 1;
            }
        }
    }
    assert!(number > 0);
}

#[test]
fn every_page_is_named_by_the_first_and_every_link_leads_somewhere() {
    let pages = pages();
    let first = &pages.iter().find(|(name, _)| name == "README.md").expect("a first page").1;
    for (name, text) in &pages {
        assert!(name == "README.md" || first.contains(&format!("({name})")), "{name} is not named");
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap_or_default();
            let exists = file.is_empty() || target.starts_with("https://") || docs().join(file).exists();
            assert!(exists, "{name} links to {target}");
        }
    }
}

#[test]
fn completions_and_manual_pages_know_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let output = harness::tightlip(folder.path(), arguments);
        assert!(output.status.success(), "{arguments:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = run(&["completions", shell]);
        for word in ["baseline", "migrate", "--staged"] {
            assert!(script.contains(word.trim_start_matches('-')), "{shell} does not know {word}");
        }
    }
    run(&["man", "pages"]);
    for (path, _) in tightlip::cli::commands() {
        let file = folder.path().join(format!("pages/tightlip-{}.1", path.replace(' ', "-")));
        assert!(file.is_file(), "{}", file.display());
    }
}

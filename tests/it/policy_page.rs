//! `docs/policy.md`: its tables say what the reader takes and what `policy::keys` says of it, its examples give the findings
//! that stand below them, and between them they show every key and every rule that a key switches on.
//!
//! It does not know whether the prose is true. `TIGHTLIP_BLESS=1` writes tables and findings anew.
//!
//! An example is a run of fenced blocks: the policy, which begins with `version: 1`, files with their path on a line above,
//! and a `text` block with the findings.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use tightlip::catalog::Catalog;
use tightlip::model::Tier;
use tightlip::policy::{Key, keys};

use crate::{harness, policy_schema};

const TABLE: (&str, &str) = ("<!-- keys: ", "<!-- end of keys -->");

/// A line of prose, a table with the first keys it is about, or a fenced block.
enum Part {
    Line(String),
    Table(Vec<String>),
    Block { language: String, text: String },
}

/// The parts below one heading.
struct Section {
    parts: Vec<Part>,
}

pub struct Example {
    pub policy: String,
    files: Vec<(String, String)>,
    findings: String,
}

fn file() -> PathBuf {
    harness::repository().join("docs/policy.md")
}

fn sections() -> Vec<Section> {
    let page = fs::read_to_string(file()).unwrap();
    let mut sections = vec![Section { parts: Vec::new() }];
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("## ") {
            sections.push(Section { parts: Vec::new() });
        }
        let part = if let Some(language) = line.strip_prefix("```") {
            let text = lines.by_ref().take_while(|line| *line != "```").map(|line| format!("{line}\n")).collect();
            Part::Block { language: language.to_owned(), text }
        } else if let Some(names) = line.strip_prefix(TABLE.0) {
            lines.by_ref().find(|line| *line == TABLE.1).expect("a table ends");
            Part::Table(names.trim_end_matches(" -->").split(' ').map(str::to_owned).collect())
        } else {
            Part::Line(line.to_owned())
        };
        sections.last_mut().unwrap().parts.push(part);
    }
    sections
}

/// The key at the root that a key is, or stands below.
fn root(path: &str) -> &str {
    path.split(['.', '[']).next().unwrap_or_default()
}

impl Section {
    fn keys(&self) -> impl Iterator<Item = &'static Key> {
        let tables = self.parts.iter().filter_map(|part| match part {
            Part::Table(names) => Some(names.clone()),
            _ => None,
        });
        let names: Vec<String> = tables.flatten().collect();
        keys().filter(move |key| names.iter().any(|name| name == root(key.path)))
    }

    fn rules(&self) -> BTreeSet<&'static str> {
        self.keys().flat_map(|key| key.rules).copied().collect()
    }

    fn examples(&self) -> Vec<Example> {
        let mut examples: Vec<Example> = Vec::new();
        let mut path = None;
        for part in &self.parts {
            let (language, text) = match part {
                Part::Line(line) => {
                    path = line.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')).or(path);
                    continue;
                }
                Part::Block { language, text } => (language, text.clone()),
                Part::Table(_) => continue,
            };
            if text.starts_with("version: 1") {
                examples.push(Example { policy: text, files: Vec::new(), findings: String::new() });
                continue;
            }
            let example = examples.last_mut().expect("a policy comes first");
            match language.as_str() {
                "text" => example.findings = text,
                _ => example.files.push((path.take().expect("a file has a path").to_owned(), text)),
            }
        }
        examples
    }

    /// The section with fresh tables and findings.
    fn written(&self, schema: &Value) -> String {
        let (mut out, mut examples) = (String::new(), self.examples().into_iter());
        for part in &self.parts {
            match part {
                Part::Line(line) => writeln!(out, "{line}"),
                Part::Table(names) => {
                    write!(out, "{}{} -->\n\n{}\n{}\n", TABLE.0, names.join(" "), table(names, schema), TABLE.1)
                }
                Part::Block { language, .. } if language == "text" => {
                    let example = examples.find(|example| !example.findings.is_empty()).expect("an example");
                    write!(out, "```text\n{}```\n", example.found(&self.rules()))
                }
                Part::Block { language, text } => write!(out, "```{language}\n{text}```\n"),
            }
            .unwrap();
        }
        out
    }
}

fn table(names: &[String], schema: &Value) -> String {
    let mut table = "| key | takes | meaning | rules |\n|---|---|---|---|\n".to_owned();
    for name in names {
        for key in keys().filter(|key| root(key.path) == name) {
            let takes = takes(policy_schema::at(schema, key.path).unwrap_or_else(|| panic!("no key {}", key.path)));
            let link = |id: &&str| format!("[`{id}`](rules-manifests.md#{id})");
            let rules = key.rules.iter().map(link).collect::<Vec<_>>().join(", ");
            writeln!(table, "| `{}` | {takes} | {} | {rules} |", key.path, key.meaning).unwrap();
        }
    }
    table
}

/// What a place takes, in words.
fn takes(schema: &Value) -> String {
    let list = |key: &str| schema[key].as_array().map(Vec::as_slice).unwrap_or_default();
    let words = |list: &[Value]| list.iter().map(|it| format!("`{}`", plain(it))).collect::<Vec<_>>().join(", ");
    if let [_, ..] = list("anyOf") {
        return list("anyOf").iter().map(takes).collect::<Vec<_>>().join(" or ");
    }
    match schema["type"].as_str() {
        _ if !list("enum").is_empty() => words(list("enum")),
        Some("string") if !list("examples").is_empty() => format!("text like {}", words(list("examples"))),
        Some("string") => "text".to_owned(),
        Some("boolean") => "`true`, `false`".to_owned(),
        Some("array") => format!("list: {}", takes(&schema["items"])),
        Some("object") if schema["additionalProperties"].is_object() => {
            format!("names with {}", takes(&schema["additionalProperties"]))
        }
        Some("object") => "mapping".to_owned(),
        _ => "anything".to_owned(),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

pub fn examples() -> Vec<Example> {
    sections().iter().flat_map(Section::examples).collect()
}

impl Example {
    /// One line for each finding of these rules; of all where there are none.
    fn found(&self, rules: &BTreeSet<&str>) -> String {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in
            [("tightlip.yaml", &self.policy)].into_iter().chain(self.files.iter().map(|(p, t)| (&**p, t)))
        {
            let file = folder.path().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, harness::generate(text)).unwrap();
        }
        let mut arguments = vec!["check", "--format", "json", "--confidence", "low", "--today", "2026-11-24"];
        arguments.extend(rules.iter().flat_map(|rule| ["--rule", rule]));
        let output = harness::tightlip(folder.path(), &arguments);
        let report: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{}\n{}", String::from_utf8_lossy(&output.stderr), self.policy));
        let line = |finding: &Value| {
            let at = &finding["location"];
            let (path, line) = (plain(&at["path"]), &at["start"]["line"]);
            format!("{path}:{line} {}: {}\n", plain(&finding["rule"]), plain(&finding["message"]))
        };
        report["findings"].as_array().expect("findings").iter().map(line).collect()
    }

    /// The keys that it shows.
    fn keys(&self, schema: &Value) -> BTreeSet<String> {
        let policy = tightlip::text::settings::read(&self.policy).unwrap_or_else(|wrong| panic!("{}", wrong.message));
        let mut keys = BTreeSet::new();
        policy_schema::paths_of(&policy, schema, "", &mut keys);
        keys
    }
}

#[test]
fn the_page_says_what_the_reader_takes_and_what_its_examples_give() {
    let schema = policy_schema::asked();
    let page: String = sections().iter().map(|section| section.written(&schema)).collect();
    harness::expect(&file(), &page);
}

#[test]
fn every_key_is_shown_by_an_example() {
    let schema = policy_schema::asked();
    let shown: BTreeSet<String> = examples().iter().flat_map(|example| example.keys(&schema)).collect();
    let missing: Vec<&str> = keys().map(|key| key.path).filter(|path| !shown.contains(*path)).collect();
    assert!(missing.is_empty(), "no example shows {missing:#?}");
}

#[test]
fn every_key_stands_in_one_table() {
    let listed: Vec<&str> = sections().iter().flat_map(Section::keys).map(|key| key.path).collect();
    for key in keys() {
        assert_eq!(listed.iter().filter(|path| **path == key.path).count(), 1, "{}", key.path);
    }
}

#[test]
fn every_rule_that_a_key_switches_on_is_found_by_an_example_beside_it() {
    for section in sections() {
        let found: String = section.examples().into_iter().map(|example| example.findings).collect();
        for rule in section.rules() {
            assert!(found.contains(&format!(" {rule}: ")), "no example finds `{rule}`");
        }
    }
}

#[test]
fn every_convention_is_switched_on_by_some_key() {
    let named: BTreeSet<&str> = keys().flat_map(|key| key.rules).copied().collect();
    let catalog = Catalog::built_in();
    let conventions = catalog.rules().iter().filter(|rule| rule.tier == Tier::Convention);
    let conventions: BTreeSet<&str> = conventions.map(|rule| rule.id).collect();
    assert_eq!(named, conventions);
}

#[test]
fn every_convention_names_the_line_that_asks_for_it() {
    let catalog = Catalog::built_in();
    for rule in catalog.rules().iter().filter(|rule| rule.tier == Tier::Convention) {
        assert!(rule.message.contains("{policy}"), "{}", rule.id);
    }
    let lines =
        examples().into_iter().flat_map(|example| example.findings.lines().map(str::to_owned).collect::<Vec<_>>());
    for line in lines.filter(|line| keys().any(|key| key.rules.iter().any(|rule| line.contains(&format!(" {rule}: ")))))
    {
        assert!(line.ends_with(").") && line.contains("(tightlip.yaml:"), "{line}");
    }
}

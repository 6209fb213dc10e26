//! The reports that other programs take in: each is read back by a reader of its own kind, with hostile words in it.
//!
//! It does not prove what the text report looks like; `report` does.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tightlip::catalog::Catalog;
use tightlip::model::{
    Blob, Emitter, Finding, Identity, Masking, Notification, Origin, Reason, RepoPath, Report, Suppression,
    SuppressionKind,
};
use tightlip::report::{Format, Options, write};
use tightlip::text::{OffsetMap, Secret, Span};

use crate::harness::{self, tightlip};

/// What a path, a key or a commit may say to break out of a report.
const EVIL: &str = "</script><img src=x onerror=document.title='owned'>]]>&\"'`|\u{2028}\u{202e}=cmd()<!--<script>";

fn finding(path: &str, words: &str, number: usize) -> Finding {
    let secret = format!("{}-{number}", ["Vel", "vet-Ham", "mer"].concat());
    let text = format!("user: api\npassword: {secret}\nport: 1\n# {words}\n");
    let origin = Origin { path: RepoPath::from(path) };
    let blob = Blob::new(&origin, text.as_bytes(), OffsetMap::Identity);
    let at = text.find(&secret).unwrap();
    let span = Span::new(at, at + secret.len());
    let rule = Catalog::built_in().get("plaintext-password").unwrap();
    let mut drafts = Vec::new();
    Emitter::new(rule, &mut drafts)
        .at(span, Identity::Credential { value: Secret::new(secret.as_str()) })
        .secret(span)
        .related(Span::new(0, 4), words)
        .key_path(words)
        .emit();
    let mut finding = drafts.pop().unwrap().settle(&blob, &[span], Masking::default());
    finding.message = format!("The password of {words} stands here.");
    finding
}

fn report(number: usize, words: &str) -> Report {
    let findings = (0..number).map(|n| finding(&format!("apps/{}/{words}{n}/values.yaml", n % 37), words, n));
    let mut report = Report { findings: findings.collect(), ..Report::default() };
    report.coverage.files = number as u64;
    report.notifications = vec![Notification::new(Reason::Unreadable, &words.into(), words)];
    report.coverage.reasons.insert(Reason::Unreadable, 1);
    report
}

fn told(format: Format, report: &Report) -> String {
    let mut out = Vec::new();
    write(format, report, &Options::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn json_is_as_its_schema_says() {
    let schema = fs::read_to_string(harness::repository().join("docs/schema/report.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&parsed(&schema)).expect("a schema");
    let mut quiet = report(3, EVIL);
    quiet.findings[0].suppression = Some(Suppression { kind: SuppressionKind::Baseline, reason: EVIL.to_owned() });
    quiet.compared = true;
    let demo = tightlip(&harness::fixtures().join("demo"), &["check", "--format", "json"]).stdout;
    for text in [told(Format::Json, &Report::default()), told(Format::Json, &quiet), String::from_utf8(demo).unwrap()] {
        let wrong: Vec<String> = schema.iter_errors(&parsed(&text)).map(|error| error.to_string()).collect();
        assert_eq!(wrong, Vec::<String>::new());
    }
    let mut broken = parsed(&told(Format::Json, &quiet));
    broken["findings"][0]["severity"] = "loud".into();
    assert!(!schema.is_valid(&broken), "the schema can refuse");
}

#[test]
fn junit_is_well_formed_and_counts_right() {
    let mut report = report(3, EVIL);
    report.findings[2].suppression = Some(Suppression { kind: SuppressionKind::Inline, reason: EVIL.to_owned() });
    let text = told(Format::Junit, &report);
    let names = elements(&text);
    let count = |name: &str| names.iter().filter(|found| *found == name).count();
    assert_eq!((count("testcase"), count("failure"), count("skipped"), count("error")), (4, 2, 1, 1));
    assert!(text.contains(r#"tests="4" failures="2" errors="1" skipped="1""#), "{text}");
    let clean = told(Format::Junit, &Report::default());
    assert_eq!(elements(&clean), ["testsuites", "testsuite", "testcase"], "a clean run is a passed test");
}

/// The elements of an XML text in order; fails where it is not well formed.
fn elements(xml: &str) -> Vec<String> {
    let (mut open, mut all): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    let body = xml.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>").expect("a declaration");
    for part in body.split('<').skip(1) {
        let (tag, text) = part.split_once('>').expect("a closed tag");
        for text in [text, tag] {
            assert!(!text.contains('>') && !text.contains("]]>"), "{part}");
            let entities = text.split('&').skip(1);
            let known = |rest: &str| ["amp;", "lt;", "gt;", "quot;"].iter().any(|entity| rest.starts_with(entity));
            assert!(entities.into_iter().all(known), "{part}");
        }
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop().as_deref(), Some(name)),
            None => {
                let name = tag.split([' ', '/']).next().unwrap_or_default().to_owned();
                assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
                all.push(name.clone());
                if !tag.ends_with('/') {
                    open.push(name);
                }
            }
        }
    }
    assert_eq!(open, Vec::<String>::new());
    all
}

#[test]
fn gitlab_gets_unique_fingerprints_and_hears_of_what_was_missed() {
    let mut report = report(2, EVIL);
    let twin = report.findings[0].clone();
    report.findings.push(twin);
    let issues = parsed(&told(Format::GitlabCodeQuality, &report));
    let issues = issues.as_array().unwrap();
    let mut ids: Vec<&str> = issues.iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), issues.len()), (4, 4));
    assert_eq!(issues[3]["severity"], "blocker");
    let severities = ["info", "minor", "major", "critical", "blocker"];
    for issue in issues {
        assert!(severities.contains(&issue["severity"].as_str().unwrap()));
        assert!(issue["location"]["lines"]["begin"].as_u64().unwrap() > 0);
    }
    let scan = parsed(&told(Format::GitlabSecretDetection, &report));
    assert_eq!(scan["scan"]["status"], "failure");
    assert_eq!(scan["scan"]["type"], "secret_detection");
    assert_eq!(scan["vulnerabilities"].as_array().unwrap().len(), 3);
    let first = &scan["vulnerabilities"][0];
    for wanted in ["id", "name", "description", "severity", "solution", "identifiers", "location"] {
        assert!(!first[wanted].is_null(), "{wanted}");
    }
    assert_eq!(first["location"]["commit"]["sha"], "0000000");
}

#[test]
fn a_github_runner_gets_one_command_for_each_finding_and_gap() {
    let commands = told(Format::Github, &report(2, EVIL));
    let lines: Vec<&str> = commands.lines().collect();
    assert_eq!(lines.len(), 3, "{commands}");
    for line in lines {
        let (command, message) = line.strip_prefix("::error ").and_then(|rest| rest.split_once("::")).unwrap();
        assert!(!message.is_empty() && command.contains("title="), "{line}");
        let keys: Vec<&str> = command.split(',').map(|part| part.split_once('=').unwrap().0).collect();
        let known = ["file", "line", "col", "endColumn", "endLine", "title"];
        assert!(keys.iter().all(|key| known.contains(key)), "{line}");
    }
}

#[test]
fn the_time_of_the_run_is_told_to_gitlab_alone() {
    let demo = harness::fixtures().join("demo");
    let out = tightlip(&demo, &["check", "--format", "gitlab-secret-detection", "--exit-zero"]).stdout;
    let scan = parsed(&String::from_utf8(out).unwrap());
    let time = scan["scan"]["start_time"].as_str().unwrap();
    assert!(time.len() == 19 && &time[10..11] == "T" && !time.starts_with("1970"), "{time}");
    for format in Format::ALL.into_iter().filter(|format| *format != Format::GitlabSecretDetection) {
        let run = || tightlip(&demo, &["check", "--format", format.name()]).stdout;
        assert!(run() == run(), "{format} is not the same twice");
    }
}

#[test]
fn a_spreadsheet_computes_nothing() {
    for words in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", EVIL] {
        let text = told(Format::Csv, &report(2, words));
        assert_eq!(text.lines().count(), 3, "{text}");
        for line in text.lines().skip(1) {
            let cells: Vec<&str> = line.trim_matches('"').split("\",\"").collect();
            assert!(cells.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r'])), "{line}");
        }
    }
}

#[test]
fn a_comment_holds_no_markup_of_a_repository() {
    let text = told(Format::Markdown, &report(80, "@everyone <b>[x](https://evil.example) #1 | ~~y~~"));
    assert!(text.len() < 65_536, "{}", text.len());
    let outside: String = text.split('`').step_by(2).collect();
    for markup in ["@everyone", "<b>", "://evil", "#1", "~~y~~"] {
        assert!(!outside.contains(markup), "{markup}: {outside}");
    }
    let rows = text.lines().filter(|line| line.starts_with("| error")).count();
    assert_eq!(rows, 50);
    assert!(text.contains("30 findings more"), "{text}");
}

#[test]
fn several_reports_are_written_by_one_run() {
    let folder = tempfile::tempdir().unwrap();
    let demo = harness::fixtures().join("demo");
    let file = |format: Format| folder.path().join(format.name());
    let outputs: Vec<String> =
        Format::ALL.iter().map(|format| format!("--output={format}={}", file(*format).display())).collect();
    let arguments: Vec<&str> = ["check", "--quiet"].into_iter().chain(outputs.iter().map(String::as_str)).collect();
    assert_eq!(tightlip(&demo, &arguments).status.code(), Some(1));
    for format in Format::ALL {
        assert!(fs::metadata(file(format)).unwrap().len() > 0, "{format}");
    }
}

/// The page carries its data as JSON in an element: what a browser would find there.
fn embedded(page: &str) -> Value {
    let (_, rest) = page.split_once("<script type=\"application/json\" id=\"report\">").unwrap();
    parsed(rest.split_once("</script>").unwrap().0)
}

#[test]
fn the_page_carries_everything_and_loads_nothing() {
    let page = told(Format::Html, &report(5_000, "plain"));
    assert!(page.len() < 5_000_000, "{} bytes", page.len());
    assert_eq!(embedded(&page)["findings"].as_array().unwrap().len(), 5_000);
    let markup = page.split("id=\"report\">").next().unwrap();
    for loads in ["src=", "href=\"http", "url(", "@import", "fetch(", "XMLHttpRequest"] {
        assert!(!markup.contains(loads), "{loads}");
    }
    assert!(markup.contains("default-src 'none'") && markup.contains("script-src 'sha256-"));
}

#[test]
fn nothing_a_repository_says_ends_the_data() {
    let page = told(Format::Html, &report(3, EVIL));
    assert_eq!(page.matches("<script").count(), 3, "ours: the data and the script");
    assert_eq!(page.matches("</script").count(), 3);
    assert!(!page.contains('\u{2028}') && !page.contains('\u{202e}'));
    assert!(embedded(&page)["findings"][0]["message"].as_str().unwrap().contains("onerror"));
}

/// Runs the page in a browser: `TIGHTLIP_BROWSER=chromium cargo test -- --ignored`.
#[test]
#[ignore = "needs a browser: set TIGHTLIP_BROWSER to chromium's name"]
fn a_browser_shows_five_thousand_findings_at_once_and_runs_nothing_of_theirs() {
    let browser = std::env::var("TIGHTLIP_BROWSER").unwrap_or_else(|_| "chromium".to_owned());
    let folder = tempfile::tempdir().unwrap();
    for (name, report) in [("many", report(5_000, "plain")), ("evil", report(40, EVIL))] {
        let path = folder.path().join(format!("{name}.html"));
        fs::write(&path, told(Format::Html, &report)).unwrap();
        let dom = dom(&browser, &path);
        let ready = dom.split_once("data-ready=\"").expect("the script ran to its end").1;
        let milliseconds: u32 = ready.split_once('"').unwrap().0.parse().unwrap();
        assert!(milliseconds < 1_000, "{name}: interactive after {milliseconds} ms");
        assert!(dom.contains("role=\"option\""), "{name}: rows are drawn");
        assert!(!dom.contains("<title>owned") && !dom.contains("<img"), "{name}: markup of the repository's");
    }
}

fn dom(browser: &str, page: &Path) -> String {
    let arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=3000", "--dump-dom"];
    let output = Command::new(browser).args(arguments).arg(format!("file://{}", page.display())).output();
    String::from_utf8(output.expect("the browser starts").stdout).expect("text")
}

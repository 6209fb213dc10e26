//! Reports as their readers meet them: people, programs, and terminals that obey every byte they are sent.

use proptest::prelude::*;
use serde_json::Value;
use serde_sarif::sarif::Sarif;
use tightlip::model::{
    Blob, Confidence, Coverage, Emitter, Excerpt, Finding, Identity, Masking, Matcher, Notification, Origin, Reason,
    RepoPath, Report, Rule, Severity, Suppression, SuppressionKind, Tier,
};
use tightlip::report::{Format, Options, write};
use tightlip::text::{OffsetMap, Position, Secret, Span, is_hidden};

static PASSWORD: Rule = Rule {
    id: "plaintext-password",
    title: "Password in clear text",
    family: "plaintext-password",
    severity: Severity::Error,
    confidence: Confidence::High,
    tier: Tier::Correctness,
    message: "The password of `{user}` is written in clear text, so everyone who can read the file knows it.",
    description: "A password in a file.",
    rationale: "A password in git is known to every clone. It stays in the history.",
    remediation: "Change the password and keep the new one in the secret store.",
    references: &["https://example.org/passwords"],
    aliases: &[],
    tags: &["credential"],
    once: false,
    matcher: Matcher::Structure("password"),
    bad: &[],
    good: &[],
};

static ORPHAN: Rule = Rule {
    id: "unused-secret",
    title: "Secret that nobody reads",
    severity: Severity::Warning,
    confidence: Confidence::Medium,
    message: "Nothing reads the Secret `{name}`.",
    matcher: Matcher::Check,
    ..PASSWORD
};

/// Put together here so that no scanner takes this file for a leak.
fn secrets() -> [String; 2] {
    [["correct", "horse", "battery"].join("-"), format!("{}{}", "Tr0ub4dor", "&3")]
}

/// A file with two secrets on neighbouring lines, and the finding at the second: both stand in every excerpt.
fn password_in(path: impl AsRef<[u8]>, user: &str) -> Finding {
    let [first, second] = secrets();
    let text = format!("user: api\nold: {first}\npassword: {second}\nport: 1\n");
    let origin = Origin { path: RepoPath::new(path) };
    let blob = Blob::new(&origin, text.as_bytes(), OffsetMap::Identity);
    let span_of = |what: &str| {
        let at = text.find(what).unwrap();
        Span::new(at, at + what.len())
    };
    let mut drafts = Vec::new();
    Emitter::new(&PASSWORD, &mut drafts)
        .at(span_of(&second), Identity::Credential { value: Secret::new(second.as_str()) })
        .blank("user", user)
        .secret(span_of(&first))
        .secret(span_of(&second))
        .related(span_of(&first), "the one before it")
        .key_path("password")
        .emit();
    let draft = drafts.pop().unwrap();
    let masked = draft.secrets.clone();
    draft.settle(&blob, &masked, Masking::default())
}

fn report(findings: Vec<Finding>) -> Report {
    let coverage = Coverage { files: 3, bytes: 2_048, structured: 1, ..Coverage::default() };
    Report { findings, coverage, ..Report::default() }
}

fn suppressed(finding: Finding, reason: &str) -> Finding {
    Finding { suppression: Some(Suppression { kind: SuppressionKind::Policy, reason: reason.to_owned() }), ..finding }
}

fn incomplete() -> Report {
    let mut report = report(vec![password_in(".env", "api")]);
    report.coverage.reasons.insert(Reason::Unreadable, 1);
    report.coverage.reasons.insert(Reason::Ignored, 2);
    report.notifications = vec![
        Notification::new(Reason::Unreadable, &"locked.env".into(), "It could not be read: permission denied."),
        Notification::new(Reason::Ignored, &"dist".into(), "The folder is ignored."),
        Notification {
            path: None,
            position: None,
            reason: Reason::PartialInventory,
            message: "Only a part was given.".into(),
        },
    ];
    report
}

fn told_with(format: Format, report: &Report, options: &Options) -> String {
    let mut out = Vec::new();
    write(format, report, options, &mut out).unwrap();
    String::from_utf8(out).expect("every format is UTF-8")
}

fn told(format: Format, report: &Report) -> String {
    told_with(format, report, &Options { show_suppressed: true, ..Options::default() })
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Everything a repository can put its own words into, filled with what a terminal would obey.
fn hostile() -> Report {
    let evil = "\u{1b}[2J\u{1b}]8;;http://evil\u{7}\u{202e}x\u{9b}31m\u{7f}\r\nerror[fake]: \u{2066}";
    let mut finding = password_in([b"a\n\x1b[31m\xff ".as_slice(), evil.as_bytes(), b"%.env"].concat(), evil);
    finding.message.push_str(evil);
    finding.location.key_path = Some(evil.to_owned());
    finding.related[0].label = evil.to_owned();
    let mut report = report(vec![suppressed(finding.clone(), evil), finding]);
    let path = RepoPath::new([b"\xfe".as_slice(), evil.as_bytes()].concat());
    report.notifications =
        vec![Notification::new(Reason::InvalidSyntax, &path, evil).at(Position { line: 1, column: 1 })];
    report
}

#[test]
fn no_format_shows_a_secret() {
    let reports = [report(vec![password_in(".env", "api"), suppressed(password_in("b", "web"), "known")]), hostile()];
    for report in &reports {
        for format in Format::ALL {
            let text = told(format, report);
            let shows_lines = matches!(
                format,
                Format::Text | Format::Json | Format::Jsonl | Format::Sarif | Format::Html | Format::Junit
            );
            let quiet = report.findings.iter().all(|finding| finding.suppression.is_some());
            assert!(text.contains("****") == shows_lines || quiet, "{format} shows where the secret stood:\n{text}");
            for secret in secrets() {
                assert!(!text.contains(&secret), "{format} shows a secret:\n{text}");
            }
        }
    }
}

#[test]
fn a_terminal_obeys_nothing_a_repository_says() {
    for format in Format::ALL {
        let text = told(format, &hostile());
        let raw: Vec<char> = text.chars().filter(|&character| is_hidden(character) && character != '\n').collect();
        assert!(raw.is_empty(), "{format} lets {raw:?} through:\n{text}");
        assert!(!text.lines().any(|line| line.starts_with("error[fake]")), "{format} lets a line be forged:\n{text}");
    }
}

#[test]
fn names_that_are_no_text_keep_all_their_bytes() {
    let report = report(vec![password_in(b"a \xff:\n.env", "api"), password_in("größe.env", "api")]);
    let document = parsed(&told(Format::Json, &report));
    let [odd, plain] = [0, 1].map(|index| &document["findings"][index]["location"]);
    assert_eq!(odd["path"], "a \u{fffd}:\n.env");
    assert_eq!(odd["path_bytes"], "a%20%FF%3A%0A.env");
    assert_eq!(plain["path"], "größe.env");
    assert!(plain.get("path_bytes").is_none());
    let sarif = parsed(&told(Format::Sarif, &report));
    let uris = [0, 1].map(|index| {
        &sarif["runs"][0]["results"][index]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    });
    assert_eq!(uris, ["a%20%FF%3A%0A.env", "gr%C3%B6%C3%9Fe.env"]);
}

#[test]
fn every_format_reads_back_with_the_same_counts() {
    let full = Report { findings: vec![password_in("a", "x"), suppressed(password_in("b", "y"), "")], ..incomplete() };
    for report in [Report::default(), report(vec![password_in("a", "x")]), full, hostile()] {
        let (findings, notifications) = (report.findings.len(), report.notifications.len());

        let document = parsed(&told(Format::Json, &report));
        assert_eq!(document["schema"], "tightlip/report");
        assert_eq!(document["version"], 1);
        assert_eq!(document["findings"].as_array().unwrap().len(), findings);
        assert_eq!(document["notifications"].as_array().unwrap().len(), notifications);

        let lines: Vec<Value> = told(Format::Jsonl, &report).lines().map(parsed).collect();
        let of = |kind: &str| lines.iter().filter(|line| line["type"] == kind).count();
        assert_eq!((of("finding"), of("notification"), of("summary")), (findings, notifications, 1));
        assert_eq!(lines.last().unwrap()["summary"], document["summary"]);
        assert_eq!(lines.last().unwrap()["complete"], report.coverage.is_complete());

        let sarif: Sarif = serde_json::from_str(&told(Format::Sarif, &report)).unwrap();
        let run = &sarif.runs[0];
        let invocation = &run.invocations.as_ref().unwrap()[0];
        assert_eq!(run.results.as_ref().unwrap().len(), findings);
        assert_eq!(invocation.tool_execution_notifications.as_ref().unwrap().len(), notifications);
        assert_eq!(invocation.execution_successful, report.coverage.is_complete());
    }
}

#[test]
fn json_tells_place_and_trust() {
    let document = parsed(&told(Format::Json, &incomplete()));
    assert_eq!(document["complete"], false);
    assert_eq!(document["coverage"]["reasons"]["unreadable"], 1);
    assert_eq!(document["summary"]["severity"]["error"], 1);
    assert_eq!(document["summary"]["confidence"]["high"], 1);
    let finding = &document["findings"][0];
    assert_eq!(finding["rule"], "plaintext-password");
    assert_eq!(finding["location"]["start"]["line"], 3);
    assert_eq!(finding["location"]["start"]["column"], 11);
    assert_eq!(finding["location"]["excerpt"]["first_line"], 2);
    assert_eq!(finding["related"][0]["label"], "the one before it");
    assert_eq!(finding["fingerprint"].as_str().unwrap().len(), 32);
    assert_eq!(finding["suppression"], Value::Null);
    assert_eq!(document["notifications"][0]["class"], "incomplete");
}

#[test]
fn sarif_tells_the_rule_the_place_and_the_fingerprint() {
    let orphan = Finding { rule: &ORPHAN, severity: Severity::Note, ..password_in("z", "api") };
    let sarif = parsed(&told(Format::Sarif, &report(vec![orphan, password_in("a", "api")])));
    let run = &sarif["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.iter().map(|rule| &rule["id"]).collect::<Vec<_>>(), ["plaintext-password", "unused-secret"]);
    assert_eq!(rules[0]["name"], "PlaintextPassword");
    assert_eq!(rules[0]["properties"]["security-severity"], "8.0");
    assert!(rules[1]["properties"].get("security-severity").is_none());
    assert!(rules[0]["help"]["markdown"].as_str().unwrap().contains("keep the new one in the secret store"));
    let result = &run["results"][0];
    assert_eq!((&result["ruleId"], &result["ruleIndex"]), (&"unused-secret".into(), &1.into()));
    assert_eq!(result["level"], "note");
    assert_eq!(rules[1]["defaultConfiguration"]["level"], "warning");
    assert_eq!(result["partialFingerprints"]["tightlip/v1"].as_str().unwrap().len(), 32);
    assert_eq!(result["suppressions"], Value::Array(Vec::new()));
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uriBaseId"], "%SRCROOT%");
    assert_eq!(place["region"]["startLine"], 3);
    assert_eq!(place["region"]["endColumn"], 22);
    assert_eq!(place["region"]["snippet"]["text"], "*".repeat(11));
    assert_eq!((&place["contextRegion"]["startLine"], &place["contextRegion"]["endLine"]), (&2.into(), &4.into()));
    assert_eq!(result["relatedLocations"][0]["id"], 1);
}

#[test]
fn sarif_keeps_the_weightiest_results_and_says_what_was_cut() {
    let light = Finding { severity: Severity::Note, ..password_in("a", "api") };
    let mut findings = vec![suppressed(light.clone(), "known"), light];
    findings.resize(25_003, password_in("b", "api"));
    let sarif = parsed(&told(Format::Sarif, &report(findings)));
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 25_000);
    assert!(results.iter().all(|result| result["level"] == "error"));
    let notification = &sarif["runs"][0]["invocations"][0]["toolExecutionNotifications"][0];
    assert!(notification["message"]["text"].as_str().unwrap().contains("; 3 of less weight were left out"));
}

#[test]
fn suppressed_findings_are_kept_and_marked() {
    let report = report(vec![suppressed(password_in("a", "api"), "rotated"), password_in("b", "api")]);
    let document = parsed(&told(Format::Json, &report));
    assert_eq!(document["findings"][0]["suppression"]["kind"], "policy");
    assert_eq!(document["findings"][0]["suppression"]["reason"], "rotated");
    assert_eq!((&document["summary"]["findings"], &document["summary"]["suppressed"]), (&1.into(), &1.into()));
    let sarif = parsed(&told(Format::Sarif, &report));
    let suppression = &sarif["runs"][0]["results"][0]["suppressions"][0];
    assert_eq!((&suppression["kind"], &suppression["justification"]), (&"external".into(), &"rotated".into()));
    let text = told(Format::Text, &report);
    assert!(text.contains("\na:3:11: error[plaintext-password]: "), "{text}");
    assert!(text.contains("(by the policy: rotated)"), "{text}");
    let silent = told_with(Format::Text, &report, &Options::default());
    assert!(!silent.contains("rotated") && silent.contains("1 finding (1 error), 1 suppressed"), "{silent}");
}

#[test]
fn text_says_what_where_why_and_what_to_do() {
    let text = told_with(Format::Text, &incomplete(), &Options { width: 120, ..Options::default() });
    for line in [
        "error[plaintext-password]",
        "  × The password of `api` is written in clear text, so everyone who can read the file knows it.",
        "   ╭─[.env:3:11]",
        " 2 │ old: *********************",
        " 3 │ password: ***********",
        "   ·           ─────┬─────",
        "  see:  .env:2:6: the one before it",
        "  why:  A password in git is known to every clone.",
        "  help: Change the password and keep the new one in the secret store.",
        "Not looked at",
        "  locked.env: It could not be read: permission denied.",
        "Worth knowing",
        "  Only a part was given.",
        "Left out",
        "1 finding (1 error) · 3 files, 2.0 kB read · incomplete: 1 file unreadable",
        "out of scope: 2 ignored",
    ] {
        assert!(text.lines().any(|told| told == line), "no line {line:?} in:\n{text}");
    }
}

#[test]
fn a_rule_explains_itself_once() {
    let text = told(Format::Text, &report(vec![password_in("a", "x"), password_in("b", "y"), password_in("c", "z")]));
    assert_eq!(text.matches("  why:  A password").count(), 1, "{text}");
    assert_eq!(text.matches("  help: tightlip rules explain plaintext-password\n").count(), 2, "{text}");
}

#[test]
fn many_findings_become_one_line_each_and_a_count_by_rule() {
    let finding = |index: u32| password_in(format!("f{index:04}"), "api");
    let text = told(Format::Text, &report((0..1_050).map(finding).collect()));
    assert_eq!(text.matches("╭─[").count(), 50);
    assert!(text.contains("\n1,000 more findings in short\nf0050:3:11: error[plaintext-password]: The password"));
    assert!(text.contains("\n   1,050  error[plaintext-password]\n"), "{text}");
    let places: Vec<usize> = (0..1_050).map(|index| text.find(&format!("f{index:04}:3:11")).unwrap()).collect();
    assert!(places.is_sorted(), "the order is the report's");
}

#[test]
fn doubt_is_told_and_certainty_is_not() {
    let unsure = Finding { confidence: Confidence::Low, ..password_in("a", "api") };
    let text = told(Format::Text, &report(vec![unsure, password_in("b", "api")]));
    assert!(text.starts_with("error[plaintext-password] (low confidence)\n"), "{text}");
    assert_eq!(text.matches("confidence").count(), 1, "{text}");
}

#[test]
fn a_clean_run_is_one_line_and_a_quiet_one_none() {
    let quiet = Options { quiet: true, ..Options::default() };
    assert_eq!(told(Format::Text, &report(Vec::new())), "No findings · 3 files, 2.0 kB read · complete\n");
    assert_eq!(told_with(Format::Text, &report(Vec::new()), &quiet), "");
    let unsure = Report { findings: Vec::new(), ..incomplete() };
    let text = told_with(Format::Text, &unsure, &quiet);
    assert!(text.contains("locked.env") && text.contains("incomplete: 1 file unreadable"), "{text}");
    assert!(!text.contains("dist"), "{text}");
}

#[test]
fn colours_and_box_drawing_appear_only_where_asked_for() {
    for colour in [false, true] {
        let text = told_with(Format::Text, &incomplete(), &Options { colour, ..Options::default() });
        assert_eq!(text.contains('\u{1b}'), colour, "{text}");
        assert_eq!(text.ends_with("\u{1b}[0m\n"), colour, "the terminal is left as it was:\n{text}");
    }
    let text = told_with(Format::Text, &incomplete(), &Options { unicode: false, ..Options::default() });
    assert!(text.is_ascii(), "{text}");
}

#[test]
fn frames_fit_the_width_they_are_given() {
    let mut finding = password_in("a", "api");
    let text = format!("{}\nkey: {}\n{}", "x".repeat(150), "*".repeat(150), "y".repeat(150));
    finding.location.excerpt = Excerpt { first_line: 9_998, text, highlight: Span::new(156, 306) };
    for width in [40, 80, 120] {
        let text = told_with(Format::Text, &report(vec![finding.clone()]), &Options { width, ..Options::default() });
        let widest = text.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= width, "{widest} columns in {width}:\n{text}");
    }
}

#[test]
fn an_empty_place_at_the_end_is_pointed_at() {
    let mut finding = password_in("a", "api");
    for (text, drawn) in [("a:\n", " 2 │ \n   · ▲\n"), ("a:", " 1 │ a:\n   ·   ▲\n")] {
        let highlight = Span::new(text.len(), text.len());
        finding.location.excerpt = Excerpt { first_line: 1, text: text.to_owned(), highlight };
        let text = told(Format::Text, &report(vec![finding.clone()]));
        assert!(text.contains(drawn), "{text}");
    }
}

#[test]
fn a_finding_without_an_excerpt_still_says_where_it_is() {
    let mut finding = password_in("a", "api");
    finding.location.excerpt = Excerpt::default();
    let text = told(Format::Text, &report(vec![finding]));
    assert!(text.contains("\n  at:   a:3:11\n"), "{text}");
}

#[test]
fn formats_are_named_as_users_type_them() {
    for format in Format::ALL {
        assert_eq!(format.to_string().parse(), Ok(format));
    }
    let error = "xml\u{1b}".parse::<Format>().unwrap_err().to_string();
    assert_eq!(
        error,
        "there is no format `xml\\u{1b}`; choose one of text, json, jsonl, sarif, html, markdown, junit, github, gitlab-code-quality, gitlab-secret-detection, csv"
    );
}

proptest! {
    #[test]
    fn any_excerpt_is_drawn_at_any_width(
        text in "([a-zé𝄞\u{fffd} *]{0,60}\n?){0,7}",
        places in (0.0..=1.0f64, 0.0..=1.0f64),
        first_line in prop_oneof![Just(0), Just(1), Just(u32::MAX), any::<u32>()],
        width in 0usize..200,
    ) {
        let boundaries: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let at = |share: f64| boundaries[((boundaries.len() - 1) as f64 * share) as usize];
        let (one, other) = (at(places.0), at(places.1));
        let mut finding = password_in("a", "api");
        finding.location.excerpt = Excerpt { first_line, text, highlight: Span::new(one.min(other), one.max(other)) };
        let report = report(vec![finding]);
        for format in Format::ALL {
            let text = told_with(format, &report, &Options { width, ..Options::default() });
            prop_assert!(text.ends_with('\n'));
        }
    }
}

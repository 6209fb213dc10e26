//! The rules that ship, each proven by its own examples, and the words with which a wrong rule file is refused.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tightlip::catalog::{Catalog, generator, read_folder};
use tightlip::detect::Detector;
use tightlip::engine;
use tightlip::model::{Blob, Confidence, Draft, Example, Matcher, Origin, RepoPath, Rule, Segment};
use tightlip::text::{OffsetMap, SHORTEST_RUN, is_run_byte};

fn credential_rules() -> Vec<&'static Rule> {
    Catalog::built_in().rules().iter().copied().filter(|rule| rule.is_credential()).collect()
}

#[test]
fn rules_are_sorted_and_no_name_stands_for_two() {
    let catalog = Catalog::built_in();
    assert!(catalog.rules().is_sorted_by(|one, other| one.id < other.id));
    for rule in catalog.rules() {
        assert_eq!(catalog.get(rule.id).map(|found| found.id), Some(rule.id));
        for alias in rule.aliases {
            let named = catalog.all(alias);
            assert!(named.iter().any(|found| found.id == rule.id));
            let is_code = alias.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
            assert!(is_code || named.len() == 1, "{alias} names {:?}", named.iter().map(|rule| rule.id));
        }
    }
}

#[test]
fn no_two_credential_rules_share_a_family() {
    let mut families: BTreeMap<&str, &str> = BTreeMap::new();
    for rule in credential_rules() {
        let other = families.insert(rule.family, rule.id);
        assert_eq!(other, None, "{} has the family of another rule, {}", rule.id, rule.family);
    }
}

#[test]
fn each_credential_rule_points_to_somebody_who_knows() {
    for rule in credential_rules() {
        assert!(!rule.references.is_empty(), "{} has no reference", rule.id);
        assert!(!rule.tags.is_empty(), "{} has no tag", rule.id);
    }
}

#[test]
fn hundreds_of_vendors_are_known() {
    assert!(credential_rules().len() >= 350, "only {} credential rules", credential_rules().len());
}

/// Parts of keys that every vendor's key may have.
const COMMON_PARTS: &[&str] = &[
    "access", "api", "app", "apikey", "auth", "bot", "client", "id", "key", "license", "password", "private",
    "refresh", "secret", "server", "service", "session", "token", "user", "value", "x",
];

/// Keys that belong to one vendor although their words do not say so.
const OWN_KEYS: &[(&str, &str)] = &[
    ("alibaba-access-key-secret", "access_key_secret"),
    ("aws-secret-access-key", "secret_access_key"),
    ("aws-session-token", "session_token"),
    ("cloudflare-global-api-key", "x_auth_key"),
];

#[test]
fn a_key_that_names_no_vendor_stands_before_a_value_that_does() {
    for rule in credential_rules() {
        let Matcher::Assignment(assignment) = &rule.matcher else { continue };
        let says_itself = assignment.value.iter().any(|segment| matches!(segment, Segment::Literal(_)));
        let is_common = |word: &&&str| word.split('_').all(|part| COMMON_PARTS.contains(&part));
        let is_own = |word: &&&str| OWN_KEYS.contains(&(rule.id, **word));
        let vague: Vec<_> = assignment.words.iter().filter(is_common).filter(|word| !is_own(word)).collect();
        assert!(says_itself || vague.is_empty(), "{}: {vague:?} could be anybody's", rule.id);
    }
}

/// Beyond this the packed search gives way to an automaton, which takes three times as long over every file.
const MOST_WORDS: usize = 64;

#[test]
fn nearly_all_rules_are_announced_by_a_run() {
    let unannounced = |texts: &'static [&'static str], body: usize| {
        texts.iter().filter(move |text| trailing_run(text) + body < SHORTEST_RUN).count()
    };
    let words: usize = credential_rules()
        .into_iter()
        .map(|rule| match &rule.matcher {
            Matcher::Token(token) => unannounced(token.prefixes, leading_run(token.body)),
            Matcher::Regex(pattern) => unannounced(pattern.anchors, pattern.run.into()),
            Matcher::Assignment(assignment) if leading_run(assignment.value) < SHORTEST_RUN => {
                3 * assignment.words.len()
            }
            _ => 0,
        })
        .sum();
    assert!(words <= MOST_WORDS, "{words} words are searched in every file");
}

fn trailing_run(text: &str) -> usize {
    text.bytes().rev().take_while(|&byte| is_run_byte(byte)).count()
}

/// How many run bytes every text of this shape begins with, at least.
fn leading_run(segments: &[Segment]) -> usize {
    let is_run = |segment: &&Segment| match segment {
        Segment::Literal(literal) => literal.bytes().all(is_run_byte),
        Segment::Chars { alphabet, .. } => alphabet.bytes().all(is_run_byte),
    };
    let length = |segment: &Segment| match segment {
        Segment::Literal(literal) => literal.len(),
        Segment::Chars { min, .. } => usize::from(*min),
    };
    segments.iter().take_while(is_run).map(length).sum()
}

#[test]
fn each_bad_example_generates_its_secret() {
    for rule in credential_rules() {
        for example in rule.bad {
            let expanded = generator::expand(example.text, 1).unwrap_or_else(|error| panic!("{}: {error:?}", rule.id));
            assert!(!expanded.secrets.is_empty(), "{}: a secret written out in {:?}", rule.id, example.text);
        }
    }
}

#[test]
fn each_credential_rule_finds_its_bad_examples_and_not_its_good_ones() {
    let catalog = Catalog::built_in();
    let wrong: Vec<_> =
        credential_rules().into_iter().flat_map(|rule| engine::prove(rule, &catalog)).map(|it| it.sentence).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What the detector says of a sample, and what of that names a secret generated in it.
fn drafts(detector: &Detector, example: &Example, seed: u64) -> (Vec<Draft>, Vec<Draft>) {
    let expanded = generator::expand(example.text, seed).unwrap();
    let origin = Origin { path: RepoPath::from(example.path) };
    let blob = Blob::new(&origin, expanded.text.as_bytes(), OffsetMap::Identity);
    let mut drafts = Vec::new();
    detector.scan(&blob, &mut drafts);
    let named = drafts.iter().filter(|draft| expanded.secrets.iter().any(|secret| secret.intersects(draft.span)));
    let named = named.cloned().collect();
    (drafts, named)
}

/// The rules that look at bytes; the keyed ones look at trees.
fn byte_rules() -> Vec<&'static Rule> {
    let is_keyed =
        |rule: &&'static Rule| matches!(rule.matcher, Matcher::Structure(name) if name.starts_with("keyed-"));
    credential_rules().into_iter().filter(|rule| !is_keyed(rule)).collect()
}

#[test]
fn whatever_the_seed_generates_is_found_and_its_neighbour_is_not() {
    let mut wrong = Vec::new();
    for rule in byte_rules() {
        let detector = Detector::new(&[rule]);
        for seed in 0..50 {
            let is_missed = |example: &&Example| drafts(&detector, example, seed).1.is_empty();
            let is_loud = |draft: &Draft| draft.confidence > Confidence::Low;
            let is_taken = |example: &&Example| drafts(&detector, example, seed).0.iter().any(is_loud);
            wrong.extend(rule.bad.iter().filter(is_missed).map(|example| format!("{seed} misses {}", example.text)));
            wrong.extend(rule.good.iter().filter(is_taken).map(|example| format!("{seed} takes {}", example.text)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn beside_all_others_each_rule_still_speaks_for_its_own_examples() {
    let detector = Detector::new(&byte_rules());
    let mut wrong = Vec::new();
    for rule in byte_rules() {
        for example in rule.bad {
            let ids: Vec<_> = drafts(&detector, example, 1).1.iter().map(|draft| draft.rule.id).collect();
            if !ids.contains(&rule.id) {
                wrong.push(format!("{}: found as {ids:?}", rule.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn families_that_begin_alike_are_told_apart() {
    let cases = [
        (r#"KEY=@{"sk-proj-" base62*74 "T3BlbkFJ" base62*74}"#, Some("openai-api-key")),
        (r#"DEEPSEEK_API_KEY=@{"sk-" hex*32}"#, Some("deepseek-api-key")),
        (r#"MOONSHOT_API_KEY=@{"sk-" base62*48}"#, Some("kimi-api-key")),
        (r#"STABILITY_API_KEY=@{"sk-" base62*48}"#, Some("stability-api-key")),
        (r#"LABEL=@{"sk-" base62*48}"#, None),
        (r#"KEY=@{"sk_live_" base62*24}"#, Some("stripe-live-secret-key")),
        (r#"KEY=@{"sk_live_" hex*40}"#, Some("paystack-secret-key")),
        (r#"KEY=@{"sk_live_a2V5Xz" base62*70}"#, Some("workos-api-key")),
        (r#"KEY=@{"sk_" hex*48}"#, Some("elevenlabs-api-key")),
        (r#"KEY=@{"sk_" uuid}"#, Some("checkout-com-secret-key")),
        (r#"KEY=@{"sk_car_" base62*22}"#, Some("cartesia-api-key")),
        (r#"KEY=@{"rpa_" upper-alnum*46}"#, Some("runpod-api-key")),
        (r#"KEY=@{"rpa_" base62*30}"#, None),
        (r#"KEY=@{"pk_live_" base62*24}"#, Some("stripe-publishable-key")),
        (r#"KEY=@{"pk_" [1-9]*8 "_" upper-alnum*32}"#, Some("clickup-api-token")),
        (r#"KEY=@{"pk_" hex*34}"#, Some("klaviyo-private-api-key")),
        (r#"KEY=@{"sgp_" hex*16 "_" hex*40}"#, Some("sourcegraph-access-token")),
        (r#"KEY=@{"sgp_" base62*64}"#, Some("segment-public-api-token")),
        (r#"KEY=@{"pat" base62*14 "." hex*64}"#, Some("airtable-personal-access-token")),
        (r#"KEY=@{"pat." base62*22 "." hex*24 "." base62*20}"#, Some("harness-api-key")),
        (r#"KEY=@{"pat-na1-" uuid}"#, Some("hubspot-private-app-token")),
        (r#"KEY=@{"key-" hex*32}"#, Some("mailgun-api-key")),
        (r#"CURSOR_API_KEY=@{"key_" hex*64}"#, Some("cursor-api-key")),
        (r#"KEY=@{"key_" hex*64}"#, None),
        (r#"TWILIO_API_KEY=@{"SK" hex*32}"#, Some("twilio-api-key")),
        (r#"KEY=@{"SK" hex*32}"#, None),
        (r#"VAULT_TOKEN=@{"s." base62*24}"#, Some("vault-legacy-token")),
        (r#"KEY=@{"s." base62*24}"#, None),
        (r#"CIRCLECI_TOKEN=@{hex*40}"#, Some("circleci-legacy-api-token")),
        (r#"GITEA_TOKEN=@{hex*40}"#, Some("gitea-access-token")),
        (r#"MERAKI_API_KEY=@{hex*40}"#, Some("cisco-meraki-api-key")),
        (r#"DEEPGRAM_API_KEY=@{hex*40}"#, Some("deepgram-api-key")),
        (r#"commit: @{hex*40}"#, None),
        (r#"HEROKU_API_KEY=@{uuid}"#, Some("heroku-legacy-api-key")),
        (r#"RAILWAY_TOKEN=@{uuid}"#, Some("railway-token")),
        (r#"request_id: @{uuid}"#, None),
        (r#"KEY=@{base64('{"k":"' base62*32 '","n":"ci","id":1}')}"#, Some("grafana-legacy-api-key")),
        (r#"KEY=@{"eyJtaXJvLm9yaWdpbiI6ImV1MDEifQ_" base62*27}"#, Some("miro-access-token")),
        (r#"KEY=@{"eyJ0eXAiOiAiVENWMiJ9." base62*36 "." base62*48}"#, Some("teamcity-access-token")),
        (r#"KEY=@{jwt('{"alg":"HS256"}' '{"tid":42,"aai":11,"uid":7,"per":"me:write"}')}"#, Some("monday-api-token")),
        (
            r#"KEY=@{jwt('{"alg":"HS256","typ":"JWT"}' '{"iss":"argocd","sub":"ci","iat":1767225600}')}"#,
            Some("argocd-auth-token"),
        ),
        (r#"KEY=@{jwt('{"alg":"HS256","typ":"JWT"}' '{"iss":"shop","sub":"ci"}')}"#, Some("jwt")),
    ];
    let detector = Detector::new(&byte_rules());
    for (text, expected) in cases {
        let example = Example { path: "sample.txt", text };
        let ids: Vec<_> = drafts(&detector, &example, 1).1.iter().map(|draft| draft.rule.id).collect();
        assert_eq!(ids, Vec::from_iter(expected), "{text}");
    }
}

#[test]
fn the_nearest_name_is_offered() {
    let catalog = Catalog::built_in();
    assert_eq!(catalog.suggest("aws-acess-key-id"), Some("aws-access-key-id"));
    assert_eq!(catalog.suggest("completely-different-thing-altogether"), None);
}

const GOOD_RULE: &str = r#"title: Shop token
family: shop-token
severity: error
confidence: high
description: >
  A token of
  the shop.
remediation: Revoke it.
references: [https://shop.example.org/docs]
aliases: [shop]
match:
  token: { prefixes: [shop_], body: base62*20 }
examples:
  bad: ['@{"shop_" base62*20}', { path: .env, text: 'A=@{"shop_" base62*20}' }]
  good: ['@{"shop_" base62*19}']
"#;

/// What is said about a folder that holds only this file, the folder's own path left out.
fn refusals(name: &str, text: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), text).unwrap();
    let errors = read_folder(folder.path()).expect_err(text);
    let prefix = format!("{}/", folder.path().display());
    errors.iter().map(|error| error.to_string().replace(&prefix, "")).collect()
}

#[test]
fn a_good_rule_file_is_read_as_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("shop-token.yaml"), GOOD_RULE).unwrap();
    fs::write(folder.path().join("README.md"), "not a rule").unwrap();
    let rules = read_folder(folder.path()).unwrap();
    let [rule] = rules.as_slice() else { panic!("{rules:?}") };
    assert_eq!((rule.id, rule.title), ("shop-token", "Shop token"));
    assert_eq!(rule.description, "A token of the shop.", "folded text is trimmed");
    assert_eq!(rule.message, "Shop token in clear text", "the usual sentence stands in");
    assert_eq!(rule.bad.iter().map(|example| example.path).collect::<Vec<_>>(), ["sample.txt", ".env"]);
    assert_eq!(engine::prove(rule, &Catalog::built_in()), []);
}

#[test]
fn a_wrong_rule_file_is_refused_with_the_place_and_the_word_that_was_meant() {
    let cases = [
        ("family: shop-token\n", "", "12:1: key `family` is missing"),
        ("severity: error", "severty: error", "3:1: unknown key `severty`, did you mean `severity`?"),
        ("severity: error", "severity: eror", "3:11: unknown severity `eror`, did you mean `error`?"),
        ("severity: error", "severity: critical", "3:11: unknown severity `critical`, known are error, warning, note"),
        ("confidence: high", "confidence: hihg", "4:13: unknown confidence `hihg`, did you mean `high`?"),
        ("family: shop-token", "family: Shop", "2:9: a family is made of lower-case words joined by `-`"),
        ("remediation: Revoke it.", "remediation: ' '", "8:14: `remediation` is empty"),
        ("https://shop", "http://shop", "9:14: a reference is an https address"),
        ("[shop]", "[shop, shop]", "10:17: `shop` already names the rule `shop-token`"),
        ("[shop]", "[shop-token]", "10:11: `shop-token` already names the rule `shop-token`"),
        ("[shop]", "[two words]", "10:11: an alias is one word"),
        ("token: {", "tokn: {", "12:3: unknown value `tokn`, did you mean `token`?"),
        ("body: base62*20 }", "bodi: base62*20 }", "12:31: unknown key `bodi`, did you mean `body`?"),
        ("body: base62*20 }", "body: bas62*20 }", "12:37: unknown alphabet `bas62`, did you mean `base62`?"),
        ("body: base62*20 }", "body: hex }", "12:37: a body is made of literals and alphabets only"),
        ("[shop_]", "[s]", "12:23: the prefix `s` is shorter than 2 bytes"),
        ("[shop_]", "[]", "12:22: at least one prefix is needed"),
        (
            "base62*20 }",
            "base62*20, checksum: crc32-base63 }",
            "12:58: unknown checksum `crc32-base63`, did you mean `crc32-base62`?",
        ),
        (
            "token: { prefixes: [shop_], body: base62*20 }",
            "structure: privat-key",
            "12:14: unknown structure `privat-key`, did you mean `private-key`?",
        ),
        (
            "token: { prefixes: [shop_], body: base62*20 }",
            "assignment: { words: [Shop-Key], value: hex*32 }",
            "12:25: the word `Shop-Key` is not made of a-z, 0-9 and `_`",
        ),
        (
            "token: { prefixes: [shop_], body: base62*20 }",
            "regex: { anchors: [a], regex: 'a[0-9]+', before: 0, after: 64 }",
            "12:22: the anchor `a` is shorter than 2 bytes",
        ),
        ("  good: ['@{\"shop_\" base62*19}']\n", "", "14:3: `examples` needs at least one bad and one good"),
    ];
    for (right, wrong, expected) in cases {
        assert!(GOOD_RULE.contains(right), "{right}");
        let text = GOOD_RULE.replacen(right, wrong, 1);
        assert_eq!(refusals("shop-token.yaml", &text), [format!("shop-token.yaml:{expected}")], "{wrong}");
    }
}

#[test]
fn a_rule_may_name_every_structure_that_the_detector_has() {
    for name in tightlip::detect::structures() {
        let folder = tempfile::tempdir().unwrap();
        let matcher = format!("structure: {name}");
        let text = GOOD_RULE.replace("token: { prefixes: [shop_], body: base62*20 }", &matcher);
        fs::write(folder.path().join("shop-token.yaml"), text).unwrap();
        assert!(read_folder(folder.path()).is_ok(), "{name}");
    }
}

#[test]
fn a_regex_that_does_not_compile_is_refused_where_it_stands() {
    let wrong = "regex: { anchors: [abc], regex: 'abc(', before: 0, after: 64 }";
    let text = GOOD_RULE.replace("token: { prefixes: [shop_], body: base62*20 }", wrong);
    let refusals = refusals("shop-token.yaml", &text);
    assert_eq!(refusals.len(), 1);
    assert!(refusals[0].starts_with("shop-token.yaml:12:35: the regex does not compile: "), "{refusals:?}");
}

#[test]
fn a_file_name_is_the_id_and_has_to_look_like_one() {
    assert_eq!(
        refusals("Shop_Token.yaml", GOOD_RULE),
        ["Shop_Token.yaml:1:1: the file name `Shop_Token` is the rule's id: lower-case words joined by `-`"]
    );
}

#[test]
fn every_mistake_of_a_file_is_told_at_once() {
    let text = GOOD_RULE.replace("severity: error", "severity: eror").replace("Revoke it.", "''");
    assert_eq!(
        refusals("shop-token.yaml", &text),
        [
            "shop-token.yaml:3:11: unknown severity `eror`, did you mean `error`?",
            "shop-token.yaml:8:14: `remediation` is empty",
        ]
    );
}

#[test]
fn a_users_rule_cannot_call_for_rust_nor_take_a_name_that_is_taken() {
    let examples = GOOD_RULE.find("match:").unwrap();
    let check = format!("{}message: A sentence.\nmatch: check\n", &GOOD_RULE[..examples]);
    assert_eq!(
        refusals("shop-token.yaml", &check),
        ["shop-token.yaml:12:8: `match: check` is for the built-in rules: a check is written in Rust"]
    );

    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("private-key.yaml"), GOOD_RULE).unwrap();
    let errors = Catalog::built_in().with_folder(folder.path()).unwrap_err();
    let messages: Vec<_> = errors.iter().map(|error| error.message.as_str()).collect();
    assert_eq!(messages, ["`private-key` already names the rule `private-key`"]);
}

#[test]
fn a_folder_that_is_not_there_is_an_error() {
    let errors = read_folder(Path::new("no/such/folder")).unwrap_err();
    assert!(errors[0].to_string().starts_with("no/such/folder:1:1: cannot be read: "), "{errors:?}");
}

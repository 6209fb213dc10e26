//! Credentials that are written inside other text: each is found where its outermost form stands, with the way in.
//!
//! It does not know the decoders themselves; `detect::decode` is tested beside its code.

use std::fs;
use std::io::Write;

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use flate2::Compression;
use flate2::write::GzEncoder;
use tightlip::model::{Confidence, Finding};

use crate::harness::{check, generate, usual_rules};

fn token() -> String {
    generate("@{\"ghp_\" base62*30 crc32-base62}")
}

/// A document of several lines with a token in it.
fn manifest() -> String {
    format!("apiVersion: v1\nkind: ConfigMap\ndata:\n  note: some words before it\n  ci: token {} behind\n", token())
}

fn gzip(text: &str) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(text.as_bytes()).expect("memory");
    packed.finish().expect("memory")
}

fn findings(name: &str, text: &str) -> Vec<Finding> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join(name), text).expect("a new file");
    let report = check(folder.path(), &usual_rules(), 1);
    report.findings.into_iter().filter(|finding| finding.confidence >= Confidence::Medium).collect()
}

/// That one finding is told of `written`, which stands on the second line of a text.
fn is_found(written: &str, decoders: &[&str]) {
    for (name, before, after) in [("notes.txt", "first\nvalue=", "\n"), ("notes.md", "first\n\"", "\" and more\n")] {
        let text = format!("{before}{written}{after}");
        let found = findings(name, &text);
        let [finding] = found.as_slice() else { panic!("{decoders:?} in {name}: {found:#?}") };
        assert_eq!(finding.rule.id, "github-personal-access-token", "{decoders:?}");
        assert_eq!(finding.location.decoders, decoders);
        assert_eq!(finding.location.span.slice(text.as_bytes()), written.as_bytes(), "{decoders:?}");
        assert_eq!(finding.location.region.start.line, 2);
    }
}

#[test]
fn base64_is_read_plain_url_safe_wrapped_and_double() {
    let once = BASE64.encode(manifest().as_bytes());
    is_found(&once, &["base64"]);
    is_found(&BASE64URL_NOPAD.encode(manifest().as_bytes()), &["base64"]);
    is_found(&BASE64.encode(once.as_bytes()), &["base64", "base64"]);
    is_found(&BASE64.encode(BASE64.encode(once.as_bytes()).as_bytes()), &["base64", "base64", "base64"]);
    let lines: Vec<&str> = (0..once.len()).step_by(76).map(|at| &once[at..once.len().min(at + 76)]).collect();
    is_found(&lines.join("\n"), &["base64"]);
}

#[test]
fn hexadecimal_and_escapes_are_read() {
    is_found(&HEXLOWER.encode(manifest().as_bytes()), &["hex"]);
    let each = |write: fn(char) -> String| token().chars().map(write).collect::<String>();
    is_found(&each(|letter| format!("%{:02X}", letter as u32)), &["percent"]);
    is_found(&each(|letter| format!("\\u{:04x}", letter as u32)), &["unicode-escape"]);
    is_found(&each(|letter| format!("&#{};", letter as u32)), &["html-entity"]);
    is_found(&each(|letter| format!("&#x{:x};", letter as u32)), &["html-entity"]);
}

#[test]
fn utf16_in_base64_is_read_as_powershell_is_given_it() {
    let command: Vec<u8> = format!("Connect -Token {}", token()).encode_utf16().flat_map(u16::to_le_bytes).collect();
    is_found(&BASE64.encode(&command), &["base64"]);
}

#[test]
fn the_release_of_a_chart_is_unpacked() {
    let release = format!(
        "{{\"name\": \"shop\", \"chart\": {{\"values\": {{\"auth\": {{\"password\": \"{}\"}}}}}}}}",
        generate("@{password*14}")
    );
    let written = BASE64.encode(BASE64.encode(&gzip(&release)).as_bytes());
    let text = format!(
        "apiVersion: v1\nkind: Secret\ntype: helm.sh/release.v1\nmetadata:\n  name: sh.helm.release.v1.shop.v1\ndata:\n  release: {written}\n"
    );
    let found = findings("release.txt", &text);
    let [finding] = found.as_slice() else { panic!("{found:#?}") };
    assert_eq!(finding.location.decoders, ["base64", "base64", "gzip"]);
    assert_eq!(finding.location.key_path.as_deref(), Some("chart.values.auth.password"));
    assert_eq!(finding.location.region.start.line, 7);
}

#[test]
fn what_is_deeper_than_the_limit_is_left_alone() {
    let mut written = manifest();
    for _ in 0..4 {
        written = BASE64.encode(written.as_bytes());
    }
    assert!(findings("notes.txt", &written).is_empty());
}

#[test]
fn a_bomb_ends_at_the_limit() {
    let bomb = BASE64.encode(&gzip(&"a token that is none\n".repeat(4 << 20)));
    assert!(findings("notes.txt", &bomb.repeat(3)).is_empty());
}

#[test]
fn a_value_that_is_already_found_is_not_found_again_inside() {
    let jwt =
        generate("@{jwt(\"{\\\"alg\\\":\\\"RS256\\\"}\" \"{\\\"iss\\\":\\\"shop\\\",\\\"password\\\":\\\"x\\\"}\")}");
    let found = findings("notes.txt", &format!("token {jwt}\n"));
    assert_eq!(found.iter().map(|finding| finding.rule.id).collect::<Vec<_>>(), ["jwt"]);
}

//! The fast reader against the full parser: wherever it answers, the trees are equal, node by node and byte by byte.
//!
//! It does not know which of the two is right.

use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::{block, parse_in_full};
use crate::syntax::template;

/// Compares the two readers; true where the fast one answered.
fn agree(text: &str) -> Result<bool, String> {
    let Some(fast) = block::parse(text) else { return Ok(false) };
    let full = parse_in_full(text);
    if fast == full {
        return Ok(true);
    }
    let first = fast.nodes.iter().zip(&full.nodes).position(|(one, other)| one != other);
    let at = first.unwrap_or(fast.nodes.len().min(full.nodes.len()));
    Err(format!(
        "node {at} of {} and {}: {:?} is {:?}; errors {:?}; roots {:?} and {:?}",
        fast.nodes.len(),
        full.nodes.len(),
        fast.nodes.get(at),
        full.nodes.get(at),
        full.errors,
        fast.roots,
        full.roots,
    ))
}

#[test]
fn what_nearly_everybody_writes_is_read_fast_and_alike() {
    for text in [
        "",
        "# nothing\n\n",
        "a: b\n",
        "a: b",
        "a:\n  b: c\n  d:\n  - e\n  - f: g\n    h: i\n  -   j: k\nl:\n",
        "- a\n- - b\n  - c\n-\n  d: e\n",
        "a: 'it''s' # x\n\"b\": \"c\\n\\td\"\n'e f': \"\"\n",
        "---\na: b\n--- # x\n- c\n",
        "a: |\n  b\n   c\n\n  d\n\ne: >-\n  f\n  g\n\n  h\n   i\n  j\nk: |+\n\n  l\n\nm: |\n  n",
        "a: {}\nb: [c, 'd', \"e\", {f: g, \"h\": i}]\nj: { k: l }\n",
        "größe: ñ\n\"ü\": é\n",
        "---\n",
        "a: b\n---\n\n# c\n---\nd: :e\n---\n   ",
        "a: http://b:1/c#d\ne: f #g\nh: -i\n-j: --k\n",
        "  a: b\n  c: d\n",
    ] {
        assert_eq!(agree(text), Ok(true), "{text}");
    }
}

#[test]
fn what_it_is_not_sure_of_is_left_to_the_full_parser() {
    for text in [
        "a",
        "a: &b c\n",
        "a: *b\n",
        "a: !c d\n",
        "? a\n",
        "a: b\n c\n",
        "a: b: c\n",
        "a: 'b\n  c'\n",
        "a: \"b\n  c\"\n",
        "a:\tb\n",
        "a: b\tc\n",
        "a: |2\n    b\n",
        "a: |\nb: c\n",
        "%YAML 1.2\n---\na: b\n",
        "a: b\r\n",
        "\u{feff}a: b\n",
        "a: [b,\n c]\n",
        "a: [b: c]\n",
        "a: b\n...\n",
        "- a\n-\n- b\n",
        "a: 'b' c\n",
        "a: \"\\x41\"\n",
        "a: b\n  c: d\n",
        "a:\n    b: c\n  d: e\n",
        "- a\nb: c\n",
        "a: - b\n",
        "a: @b\n",
        "a: \u{7f}\n",
        "a: [b]c\n",
        "a: {b}\n",
    ] {
        assert_eq!(agree(text), Ok(false), "{text}");
    }
}

#[test]
fn fixtures_and_their_mutations_are_read_alike() {
    let mut random = 1u64;
    for path in yaml_files(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures"))) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        assert_alike(&text, &path);
        for _ in 0..40 {
            assert_alike(&mutated(&text, &mut random), &path);
        }
    }
}

/// `TIGHTLIP_YAML_TREES=FOLDER:FOLDER cargo test --release real_files -- --nocapture`
#[test]
#[allow(clippy::print_stderr)]
fn real_files_are_read_alike() {
    let Some(folders) = std::env::var_os("TIGHTLIP_YAML_TREES") else {
        return eprintln!("skipped: TIGHTLIP_YAML_TREES names no folder");
    };
    let (mut random, mut bytes, mut fast) = (1u64, 0, 0);
    for path in std::env::split_paths(&folders).flat_map(|folder| yaml_files(&folder)) {
        let Ok(mut text) = std::fs::read_to_string(&path) else { continue };
        if text.contains("{{") {
            assert_alike(&text, &path);
            text = template::mask(&text);
        }
        bytes += text.len();
        fast += if assert_alike(&text, &path) { text.len() } else { 0 };
        for _ in 0..4 {
            assert_alike(&mutated(&text, &mut random), &path);
        }
    }
    eprintln!("{fast} of {bytes} bytes of YAML are read by the fast reader");
}

fn assert_alike(text: &str, path: &Path) -> bool {
    match agree(text) {
        Ok(answered) => answered,
        Err(difference) => panic!("{}: {difference}\n{text}", path.display()),
    }
}

fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(path),
                Ok(_) if path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml") => files.push(path),
                _ => {}
            }
        }
    }
    files.sort();
    files
}

/// A few characters and lines changed, by what YAML cares about.
fn mutated(text: &str, random: &mut u64) -> String {
    const PIECES: &[&str] = &[
        " ", "  ", "\n", "\t", ":", ": ", "- ", "-", "#", " #", "'", "\"", "\\", "|", ">-", "|+", "[", "]", "{", "}",
        ",", "&a", "*a", "!", "?", "? ", "---", "---\n", "...", "\r", "é", "\u{feff}", "%", "<<: ", "0", "~", "\n\n",
        "   \n", "",
    ];
    let mut next = |bound: usize| {
        *random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*random >> 33) as usize % bound.max(1)
    };
    let mut text = text.to_owned();
    for _ in 0..1 + next(3) {
        let boundary = |text: &str, mut at: usize| {
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let start = boundary(&text, next(text.len() + 1));
        let end = boundary(&text, (start + next(4)).min(text.len())).max(start);
        text.replace_range(start..end, PIECES[next(PIECES.len())]);
    }
    text
}

/// Lines of the parts that block YAML is made of, in any order.
fn lines() -> impl Strategy<Value = String> {
    let indent = prop_oneof![4 => Just(""), 3 => Just("  "), 2 => Just("    "), 1 => Just(" "), 1 => Just("      ")];
    let lead = prop_oneof![6 => Just(""), 3 => Just("- "), 1 => Just("-   "), 1 => Just("-"), 1 => Just("- - ")];
    let key = prop_oneof![6 => Just("a:"), 2 => Just("b :"), 2 => Just("'c':"), 1 => Just("\"d\\n\": "), 3 => Just("")];
    let value = prop_oneof![
        4 => Just(""), 3 => Just(" x"), 1 => Just("x"), 1 => Just(" x y # z"), 1 => Just(" 'it''s'"), 1 => Just(" \"e\\tf\" "),
        1 => Just(" |"), 1 => Just(" |-"), 1 => Just(" |+ # x"), 1 => Just(" >"), 1 => Just(" >-"), 1 => Just(" {}"),
        1 => Just(" [a, 'b', {c: d}]"), 1 => Just(" { a: b, \"c\": [] }"), 1 => Just(" # x"), 1 => Just(" http://x:1/y#z"), 1 => Just("   "),
        1 => Just(" -x"), 1 => Just(" é"), 1 => Just(" x: y"), 1 => Just(" [a: b]"),
    ];
    let line = prop_oneof![
        20 => (indent, lead, key, value).prop_map(|(indent, lead, key, value)| format!("{indent}{lead}{key}{value}\n")),
        1 => Just("\n".to_owned()),
        1 => Just("   \n".to_owned()),
        1 => Just("---\n".to_owned()),
        1 => Just("  # x\n".to_owned()),
    ];
    (prop::collection::vec(line, 0..12), any::<bool>()).prop_map(|(lines, cut)| {
        let text = lines.concat();
        if cut { text.trim_end_matches('\n').to_owned() } else { text }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn generated_lines_are_read_alike(text in lines()) {
        prop_assert!(agree(&text).is_ok(), "{:?}\n{text}", agree(&text));
    }
}

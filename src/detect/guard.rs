//! A password that a person would choose, under every word for a password, in every format, at every length: found.
//!
//! It does not know what innocent values are; `value` and the shapes of the integration tests hold those.

use std::collections::BTreeMap;

use super::keyed::{self, KeyedRules};
use super::{code, loose};
use crate::detect::tests::rule;
use crate::model::{Blob, Confidence, Matcher, Origin, RepoPath};
use crate::syntax::Syntax;
use crate::text::OffsetMap;
use crate::value::{self, Kind};

/// File, and how a key and a value are written in it.
type Format = (&'static str, &'static str);

/// Of files with keys: the key is written as it is.
const FORMATS: &[Format] = &[
    ("a.yaml", "KEY: VALUE\n"),
    ("a.yaml", "db:\n  KEY: \"VALUE\"\n"),
    ("a.yaml", "env:\n- name: KEY\n  value: VALUE\n"),
    ("a.yaml", "args: [--KEY=VALUE]\n"),
    ("a.yaml", "data:\n  app.env: |\n    A=1\n    KEY=VALUE\n"),
    ("a.json", "{\"KEY\": \"VALUE\"}\n"),
    (".env", "KEY=VALUE\n"),
    ("a.properties", "app.KEY=VALUE\n"),
    ("a.ini", "[db]\nKEY = VALUE\n"),
    ("a.cnf", "[client]\nKEY=\"VALUE\"\n"),
    ("a.toml", "KEY = \"VALUE\"\n"),
    ("a.tfvars", "KEY = \"VALUE\"\n"),
    ("a.tf", "resource \"x\" \"y\" {\n  KEY = \"VALUE\"\n}\n"),
    ("Dockerfile", "ENV KEY=VALUE\n"),
    ("a.sh", "export KEY='VALUE'\n"),
    ("a.sh", "run --KEY VALUE\n"),
    ("a.xml", "<a><KEY>VALUE</KEY></a>\n"),
    ("a.xml", "<a KEY=\"VALUE\"/>\n"),
    ("a.config", "<add key=\"KEY\" value=\"VALUE\"/>\n"),
];

/// Of code: the key is a name of that language.
const CODE: &[Format] = &[
    ("a.py", "KEY = \"VALUE\"\n"),
    ("a.py", "connect(KEY='VALUE')\n"),
    ("a.js", "const c = { KEY: 'VALUE' };\n"),
    ("a.go", "KEY := \"VALUE\"\n"),
    ("a.java", "String KEY = \"VALUE\";\n"),
    ("a.cs", "options.KEY = \"VALUE\";\n"),
    ("a.rb", "KEY: \"VALUE\"\n"),
    ("a.php", "$KEY = 'VALUE';\n"),
    ("a.kt", "val KEY: String = \"VALUE\"\n"),
    ("a.rs", "let KEY: &str = \"VALUE\";\n"),
    ("a.ts", "setenv(\"KEY\", \"VALUE\")\n"),
];

/// Words that say nothing to a program: too short to be looked for, or those of one file only.
const NOT_IN_CODE: &[&str] = &["masterauth", "mnemonic", "pw"];

/// Letters, digits and a sign as people put them: a word, a number, an exclamation mark.
fn password(length: usize, seed: usize) -> String {
    const SYLLABLES: [&str; 12] = ["ba", "do", "fu", "ke", "li", "mo", "na", "ru", "so", "ti", "vo", "ze"];
    let mut made = String::new();
    let mut at = seed;
    while made.len() < length {
        at = at.wrapping_mul(31).wrapping_add(7);
        made.push_str(SYLLABLES[at % SYLLABLES.len()]);
    }
    made.truncate(length - 3);
    let capital = made.remove(0).to_ascii_uppercase();
    format!("{capital}{made}{}{}!", seed % 7 + 2, seed % 5 + 4)
}

fn is_found(path: &str, text: &str) -> bool {
    let rules = KeyedRules::of(&[rule("password", Matcher::Structure("keyed-password"))]);
    let origin = Origin { path: RepoPath::from(path) };
    let blob = Blob::new(&origin, text.as_bytes(), OffsetMap::Identity);
    let mut drafts = Vec::new();
    loose::scan(&rules, &blob, &mut drafts);
    code::scan(&rules, &blob, &mut drafts);
    if let Some(syntax) = Syntax::of_path(&origin.path) {
        keyed::scan(&rules, &blob, &syntax.parse(text), text, &mut drafts);
    }
    drafts.iter().any(|draft| draft.confidence >= Confidence::Medium)
}

#[test]
fn a_persons_password_is_found_under_every_word_in_every_format_at_every_length() {
    let mut missed = BTreeMap::new();
    for (phrase, _) in value::value_phrases().filter(|(_, kind)| *kind == Kind::Password) {
        let snake = phrase.replace(' ', "_");
        for (length, seed) in (6..=15).zip(3..) {
            let password = password(length, seed + phrase.len());
            let code = CODE.iter().filter(|_| !NOT_IN_CODE.contains(&phrase));
            for (path, format) in FORMATS.iter().chain(code) {
                let text = format.replace("KEY", &snake).replace("VALUE", &password);
                if !is_found(path, &text) {
                    missed.entry((phrase, *path, *format)).or_insert(text);
                }
            }
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

//! Compiles `rules/` into statics, with the parser that reads a user's rules at run time. A wrong rule file fails the
//! build with its place.
//!
//! It does not know what a rule file may say: that is `src/catalog/file.rs`.

// Cargo listens on standard output, and prints standard error when the build fails.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::fmt::Write;
use std::path::Path;
use std::{env, fs, process};

use model::{
    Alphabet, Assignment, Checksum, Confidence, Example, Matcher, Pattern, Rule, Safety, Segment, Severity, Tier, Token,
};

#[allow(dead_code)]
#[path = "src/text"]
mod text {
    mod closest;
    pub mod settings;
    pub use closest::unknown;
}

#[allow(dead_code)]
#[path = "src/model"]
mod model {
    mod rule;
    pub use rule::*;
}

#[allow(dead_code)]
#[path = "src/catalog"]
mod catalog {
    pub mod file;
    mod parts;
    mod shape;
    mod vocabulary;
}

const FOLDERS: [&str; 2] = ["rules/credentials", "rules/manifests"];

fn main() {
    println!("cargo::rerun-if-changed=rules");
    // That the regular expressions compile is a test's business, which keeps the regex crate out of the build.
    let mut reader = catalog::file::Reader::new(|_| Ok(()), true);
    let mut rules = Vec::new();
    let mut errors = Vec::new();
    for folder in FOLDERS.map(Path::new).into_iter().filter(|folder| folder.is_dir()) {
        match reader.folder(folder) {
            Ok(read) => rules.extend(read),
            Err(wrong) => errors.extend(wrong),
        }
    }
    if !errors.is_empty() {
        errors.iter().for_each(|error| eprintln!("{error}"));
        process::exit(1);
    }
    rules.sort_by_key(|rule| rule.id);

    let mut code = String::from("// Made by build.rs from rules/.\n\npub static RULES: &[Rule] = ");
    rules.as_slice().write(&mut code);
    code.push_str(";\n");
    let target = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR for build scripts");
    fs::write(Path::new(&target).join("rules.rs"), code).expect("OUT_DIR can be written");
}

/// A value as the Rust expression that makes it again.
trait Literal {
    fn write(&self, code: &mut String);
}

macro_rules! structs {
    ($($name:ident { $($field:ident),* })*) => {$(
        impl Literal for $name {
            fn write(&self, code: &mut String) {
                code.push_str(concat!(stringify!($name), " { "));
                $(
                    code.push_str(concat!(stringify!($field), ": "));
                    self.$field.write(code);
                    code.push_str(", ");
                )*
                code.push('}');
            }
        }
    )*};
}

structs! {
    Rule {
        id, title, family, severity, confidence, tier, message, description, rationale, remediation, references,
        aliases, tags, once, fix, matcher, bad, good
    }
    Example { path, text }
    Token { prefixes, body, checksum }
    Assignment { words, value, checksum }
    Pattern { anchors, regex, before, after, run }
}

macro_rules! enums {
    ($($name:ident)*) => {$(
        impl Literal for $name {
            fn write(&self, code: &mut String) {
                let _ = write!(code, concat!(stringify!($name), "::{:?}"), self);
            }
        }
    )*};
}

enums! { Severity Confidence Tier Safety Checksum }

/// What `Debug` prints of these is Rust already.
macro_rules! primitives {
    ($($name:ty),*) => {$(
        impl Literal for $name {
            fn write(&self, code: &mut String) {
                let _ = write!(code, "{self:?}");
            }
        }
    )*};
}

primitives! { &str, bool, u16 }

impl<T: Literal> Literal for &[T] {
    fn write(&self, code: &mut String) {
        code.push_str("&[");
        for item in *self {
            item.write(code);
            code.push_str(",\n");
        }
        code.push(']');
    }
}

impl<T: Literal> Literal for Option<T> {
    fn write(&self, code: &mut String) {
        match self {
            None => code.push_str("None"),
            Some(value) => wrapped("Some", value, code),
        }
    }
}

impl Literal for Matcher {
    fn write(&self, code: &mut String) {
        match self {
            Matcher::Token(token) => wrapped("Matcher::Token", token, code),
            Matcher::Assignment(assignment) => wrapped("Matcher::Assignment", assignment, code),
            Matcher::Regex(pattern) => wrapped("Matcher::Regex", pattern, code),
            Matcher::Structure(name) => wrapped("Matcher::Structure", name, code),
            Matcher::Check => code.push_str("Matcher::Check"),
            Matcher::Cel => code.push_str("Matcher::Cel"),
        }
    }
}

impl Literal for Segment {
    fn write(&self, code: &mut String) {
        match self {
            Segment::Literal(literal) => wrapped("Segment::Literal", literal, code),
            Segment::Chars { alphabet: Alphabet(set), min, max } => {
                let _ = write!(code, "Segment::Chars {{ alphabet: Alphabet({set:?}), min: {min}, max: {max} }}");
            }
        }
    }
}

fn wrapped(constructor: &str, value: &impl Literal, code: &mut String) {
    code.push_str(constructor);
    code.push('(');
    value.write(code);
    code.push(')');
}

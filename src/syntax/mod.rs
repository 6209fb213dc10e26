//! Bytes to a tree in which every node knows its place in the source: one file a syntax.
//!
//! It does not know kinds, meaning, secrets or Kubernetes.

mod builder;
mod dockerfile;
mod dotenv;
mod duplicates;
mod edit;
mod hcl;
mod ini;
mod json;
mod kept;
mod leaves;
mod logins;
mod moved;
mod names;
pub mod program;
mod scalar;
mod scan;
mod shell;
mod template;
mod toml;
mod tree;
mod xml;
mod yaml;

use crate::text::Position;

pub use builder::Builder;
pub use dockerfile::{Instruction, instructions};
pub use edit::{Change, New};
pub use kept::keeps_the_rest;
pub use leaves::{Leaf, leaves};
pub use moved::moved_behind;
pub use shell::command_words;
pub use template::{Control, Hole, HoleKind};
pub use tree::{Duplicate, Kind, Node, NodeId, Style, SyntaxError, Tree};

/// In bytes. The arena counts in 32 bits, and a decoded value can be longer than what is written.
const LONGEST: usize = 1 << 30;

/// A syntax that has a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Syntax {
    Yaml,
    /// YAML with `{{ … }}` holes: a chart's template. Holes are masked, never filled.
    YamlTemplate,
    Json,
    Dotenv,
    // What follows is read loosely: without errors, for the values under their keys.
    Dockerfile,
    Hcl,
    Ini,
    Netrc,
    Pgpass,
    Shell,
    Toml,
    Xml,
}

impl Syntax {
    /// The syntax that a file's name promises, if it is one whose files are documents. Whether a YAML file is a chart's template is not in
    /// its name: the caller knows.
    pub fn of_path(path: &crate::model::RepoPath) -> Option<Syntax> {
        let name = path.file_name().to_ascii_lowercase();
        let env = name.strip_prefix(b".env").is_some_and(|rest| rest.first().is_none_or(|byte| b".-_".contains(byte)));
        if env || name.ends_with(b".env") {
            return Some(Syntax::Dotenv);
        }
        if name == b"kustomization" {
            return Some(Syntax::Yaml);
        }
        match path.extension()?.to_ascii_lowercase().as_slice() {
            b"yaml" | b"yml" => Some(Syntax::Yaml),
            b"json" => Some(Syntax::Json),
            _ => None,
        }
    }

    /// Never fails and never panics: what could not be read is in `Tree::errors`.
    pub fn parse(self, text: &str) -> Tree {
        if text.len() > LONGEST {
            let message = "the text is too long to be read as a tree".to_owned();
            let position = Position { line: 1, column: 1 };
            return Tree { errors: vec![SyntaxError { position, message, too_deep: true }], ..Tree::default() };
        }
        let mut tree = match self {
            Syntax::Yaml => yaml::parse(text),
            Syntax::YamlTemplate => template::parse(text),
            Syntax::Json => json::parse(text),
            Syntax::Dotenv => dotenv::parse(text),
            Syntax::Dockerfile => return dockerfile::parse(text),
            Syntax::Hcl => return hcl::parse(text),
            Syntax::Ini => return ini::parse(text),
            Syntax::Netrc => return logins::netrc(text),
            Syntax::Pgpass => return logins::pgpass(text),
            Syntax::Shell => return shell::parse(text),
            Syntax::Toml => return toml::parse(text),
            Syntax::Xml => return xml::parse(text),
        };
        tree.duplicates = duplicates::find(&tree, text);
        tree
    }
}

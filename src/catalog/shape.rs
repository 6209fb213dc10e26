//! A rule file as it is written, before anything in it is judged.
//!
//! It does not know which values are right. `build.rs` compiles this file too. Places are lost in flattened structs and
//! in untagged enums: there are none here.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor, value::MapAccessDeserializer};

use crate::text::settings::Spanned;

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    pub title: Spanned<String>,
    pub family: Spanned<String>,
    pub severity: Spanned<String>,
    pub confidence: Spanned<String>,
    pub tier: Option<Spanned<String>>,
    pub message: Option<Spanned<String>>,
    pub description: Spanned<String>,
    pub rationale: Option<Spanned<String>>,
    pub remediation: Spanned<String>,
    #[serde(default)]
    pub references: Vec<Spanned<String>>,
    #[serde(default)]
    pub aliases: Vec<Spanned<String>>,
    #[serde(default)]
    pub tags: Vec<Spanned<String>>,
    #[serde(default)]
    pub once: bool,
    pub fix: Option<Spanned<String>>,
    #[serde(rename = "match")]
    pub matcher: Spanned<MatcherShape>,
    pub examples: Option<Spanned<ExamplesShape>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MatcherShape {
    Check,
    Token(TokenShape),
    Assignment(AssignmentShape),
    Regex(PatternShape),
    Structure(Spanned<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenShape {
    pub prefixes: Spanned<Vec<Spanned<String>>>,
    pub body: Spanned<String>,
    pub checksum: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssignmentShape {
    pub words: Spanned<Vec<Spanned<String>>>,
    pub value: Spanned<String>,
    pub checksum: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatternShape {
    pub anchors: Spanned<Vec<Spanned<String>>>,
    pub regex: Spanned<String>,
    pub before: u16,
    pub after: u16,
    #[serde(default)]
    pub run: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExamplesShape {
    #[serde(default)]
    pub bad: Vec<ExampleShape>,
    #[serde(default)]
    pub good: Vec<ExampleShape>,
}

/// A text, or a text with the path under which it is read.
pub struct ExampleShape {
    pub path: Option<String>,
    pub text: String,
}

impl<'de> Deserialize<'de> for ExampleShape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ExampleVisitor)
    }
}

struct ExampleVisitor;

impl<'de> Visitor<'de> for ExampleVisitor {
    type Value = ExampleShape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, or a mapping of `path` and `text`")
    }

    fn visit_str<E>(self, text: &str) -> Result<ExampleShape, E> {
        Ok(ExampleShape { path: None, text: text.to_owned() })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ExampleShape, A::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Placed {
            path: String,
            text: String,
        }
        let Placed { path, text } = Placed::deserialize(MapAccessDeserializer::new(map))?;
        Ok(ExampleShape { path: Some(path), text })
    }
}

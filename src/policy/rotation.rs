//! `rotation:`: how old a secret may become, by the sort of secret that it is.
//!
//! It does not know today's date, nor when anything was really changed: an annotation says so.

use globset::GlobMatcher;
use serde::Deserialize;

use super::keys::{Key, key};
use super::shape::Pairs;
use super::verifier::Verifier;

use crate::text::settings::Spanned;

/// What its keys mean.
pub const KEYS: &[Key] = &[
    key(
        "rotation",
        "How old a secret may become. With `check --history` git tells the age of sealed and encrypted values without an annotation.",
        &["rotation-overdue", "rotation-date-missing"],
    ),
    key(
        "rotation.annotation",
        "The annotation with the day of the last rotation, on the object or on the Secret that it templates.",
        &[],
    ),
    key("rotation.categories", "The sorts of secrets, each by a glob of names; the first that matches counts.", &[]),
    key("rotation.max-age", "How old each sort may be: days, such as `90d`. A sort that is absent has no limit.", &[]),
];

#[derive(Clone, Debug, Default)]
pub struct Rotation {
    /// Holds the day of the last rotation.
    pub annotation: String,
    /// In the order in which they are written; the first that matches a Secret's name counts.
    pub categories: Vec<Category>,
}

#[derive(Clone, Debug)]
pub struct Category {
    pub name: String,
    pub names: GlobMatcher,
    /// Days; `None` where a vendor decides.
    pub most_days: Option<i64>,
}

impl Rotation {
    pub fn category(&self, name: &str) -> Option<&Category> {
        self.categories.iter().find(|category| category.names.is_match(name))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Shape {
    annotation: String,
    categories: Pairs<Spanned<String>>,
    #[serde(default)]
    max_age: Pairs<Spanned<String>>,
}

impl Shape {
    pub fn verified(self, verifier: &mut Verifier) -> Rotation {
        let Shape { annotation, categories, max_age } = self;
        for (name, _) in &max_age.0 {
            if !categories.0.iter().any(|(known, _)| known.value == name.value) {
                verifier.refuse(name, format!("`{}` is no category", name.value));
            }
        }
        let mut ages: Vec<(String, Option<i64>)> = Vec::new();
        for (name, age) in max_age.0 {
            let days = verifier.read(Some(age), days).map(|said| said.value);
            ages.push((name.value, days));
        }
        let most_days = |name: &str| ages.iter().find(|(category, _)| category == name).and_then(|(_, days)| *days);
        let category = |(name, glob): (Spanned<String>, Spanned<String>)| {
            let names = verifier.glob(&glob)?.compile_matcher();
            Some(Category { most_days: most_days(&name.value), name: name.value, names })
        };
        Rotation { annotation, categories: categories.0.into_iter().filter_map(category).collect() }
    }
}

/// `90d`
fn days(text: &str) -> Result<i64, String> {
    let days = text.strip_suffix('d').and_then(|days| days.parse().ok());
    days.ok_or_else(|| format!("`{text}` is not a number of days such as 90d"))
}

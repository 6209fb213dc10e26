//! `files:` which files git is to ignore, which are samples, and which no repository may hold.
//!
//! It does not know which files there are.

use globset::GlobMatcher;
use serde::Deserialize;

use super::keys::{Key, key};
use super::layer::layered;
use super::place::Said;
use super::verifier::Verifier;
use crate::model::RepoPath;
use crate::text::settings::Spanned;

/// What its keys mean.
pub const KEYS: &[Key] = &[
    key("files", "Which files a repository holds. A glob without a slash is a name in any folder.", &[]),
    key(
        "files.ignored",
        "Files that a `.gitignore` names and the repository does not hold.",
        &["agreed-file-not-ignored", "forbidden-file"],
    ),
    key("files.examples", "Samples: they are never forbidden, and `placeholders` holds in them.", &[]),
    key("files.forbidden", "Files that the repository does not hold.", &["forbidden-file"]),
    key("files.content", "Contents that no file holds.", &["forbidden-content"]),
];

/// What `content` can name.
const CONTENTS: &[&str] = &["unseal-keys", "vault-init-output"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    ignored: Option<Vec<Spanned<String>>>,
    examples: Option<Vec<Spanned<String>>>,
    forbidden: Option<Vec<Spanned<String>>>,
    content: Option<Vec<Spanned<String>>>,
}

#[derive(Clone, Debug, Default)]
pub struct Files {
    pub ignored: Option<Vec<Pattern>>,
    pub examples: Option<Vec<Pattern>>,
    pub forbidden: Option<Vec<Pattern>>,
    pub content: Option<Vec<Said<&'static str>>>,
}

/// A glob of paths from the root; without a slash it is a name in any folder, as in `.gitignore`.
#[derive(Clone, Debug)]
pub struct Pattern {
    pub written: Said<String>,
    glob: GlobMatcher,
}

layered!(Files { ignored, examples, forbidden, content });

impl Shape {
    pub fn verified(self, verifier: &mut Verifier) -> Files {
        let words = |list: Vec<Spanned<String>>, verifier: &mut Verifier| {
            list.into_iter().filter_map(|word| verifier.word(Some(word), "content", CONTENTS)).collect()
        };
        Files {
            ignored: patterns(self.ignored, verifier),
            examples: patterns(self.examples, verifier),
            forbidden: patterns(self.forbidden, verifier),
            content: self.content.map(|list| words(list, verifier)),
        }
    }
}

impl Files {
    /// What forbids `path`; samples are never forbidden.
    pub fn forbids(&self, path: &RepoPath) -> Option<&Pattern> {
        let find = |list: &'_ Option<Vec<Pattern>>| list.as_ref()?.iter().position(|pattern| pattern.matches(path));
        if find(&self.examples).is_some() {
            return None;
        }
        let at = |list: &'_ Option<Vec<Pattern>>| find(list);
        match (at(&self.forbidden), at(&self.ignored)) {
            (Some(index), _) => self.forbidden.as_ref()?.get(index),
            (None, Some(index)) => self.ignored.as_ref()?.get(index),
            (None, None) => None,
        }
    }
}

impl Pattern {
    pub fn matches(&self, path: &RepoPath) -> bool {
        self.glob.is_match(path.to_path())
    }

    /// A path that the pattern takes: `*` is any name.
    pub fn sample(&self) -> RepoPath {
        RepoPath::from(
            self.written.trim_start_matches("**/").replace("**", "x").replace('*', "x").trim_start_matches('/'),
        )
    }
}

/// The patterns of a list; what is no glob is refused.
pub fn patterns(written: Option<Vec<Spanned<String>>>, verifier: &mut Verifier) -> Option<Vec<Pattern>> {
    let pattern = |written: Spanned<String>, verifier: &mut Verifier| {
        let anywhere = format!("**/{}", written.value);
        let text = if written.value.contains('/') { written.value.clone() } else { anywhere };
        let glob = verifier.glob(&Spanned::new(text, written.referenced, written.defined))?;
        Some(Pattern { written: verifier.said(written), glob: glob.compile_matcher() })
    };
    Some(written?.into_iter().filter_map(|item| pattern(item, verifier)).collect())
}

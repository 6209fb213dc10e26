//! `placeholders:` of the policy: what samples may say in the place of a secret.
//!
//! It does not know what a real secret looks like: what is not agreed is not wanted.

use super::super::{Context, Reporter};
use crate::document::File;
use crate::model::RepoPath;
use crate::policy::Policy;
use crate::syntax::{Change, Syntax, leaves};
use crate::value::{self, Class};

/// Words in the names of samples.
const SAMPLES: &[&str] = &["dist", "example", "sample", "template"];

/// `placeholder-not-agreed`
pub fn run(file: &File, context: &Context, reporter: &mut Reporter) {
    let agreed = context.policy.placeholders.as_ref().and_then(|placeholders| placeholders.only.as_ref());
    let (Some(agreed), Some(text)) = (agreed.filter(|_| is_sample(file.path, context.policy)), file.text) else {
        return;
    };
    let Some(syntax) = syntax_of(file.path, text) else { return };
    let tree = syntax.parse(text);
    for root in tree.documents(text) {
        leaves(root, |_| false, &mut |leaf| {
            let key = leaf.keys.last().copied().unwrap_or("");
            let promises = matches!(value::class_of(key), Some(Class::Value(kind)) if kind != value::Kind::Connection);
            if promises && says_something(leaf.value) && !agreed.iter().any(|only| only.as_str() == leaf.value) {
                let draft = reporter.secret(leaf.node, leaf.whole(), leaf.value).blank("key", key);
                let wanted: Vec<String> = agreed.iter().map(|only| format!("`{}`", only.value)).collect();
                let policy = agreed.first().map(|only| only.place.to_string()).unwrap_or_default();
                let only = agreed.first().filter(|_| agreed.len() == 1);
                let fix = only.and_then(|only| Change::value(leaf.value, only.as_str()).at(leaf.node));
                draft.blank("wanted", wanted.join(" or ")).blank("policy", policy).fix(fix).emit();
            }
        });
    }
}

fn is_sample(path: &RepoPath, policy: &Policy) -> bool {
    let name = String::from_utf8_lossy(path.file_name()).to_ascii_lowercase();
    let listed = policy.files.as_ref().and_then(|files| files.examples.as_ref());
    name.split(['.', '-', '_']).any(|part| SAMPLES.contains(&part))
        || listed.is_some_and(|patterns| patterns.iter().any(|pattern| pattern.matches(path)))
}

/// The syntax of what is made from a sample.
fn syntax_of(path: &RepoPath, text: &str) -> Option<Syntax> {
    let name = std::str::from_utf8(path.as_bytes()).ok()?;
    let bare = SAMPLES.iter().find_map(|word| name.strip_suffix(&format!(".{word}"))).unwrap_or(name);
    let bare = RepoPath::from(bare);
    Syntax::of_path(&bare).or_else(|| Syntax::of_loose(&bare, text.as_bytes()))
}

/// False for nothing, for ellipses, for what is to be filled in, and for references.
fn says_something(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty()
        && !text.contains("...")
        && !text.contains('…')
        && !value::is_left_open(text)
        && !value::is_reference(text)
}

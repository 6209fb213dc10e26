//! Secrets that a chart makes up itself, anew with every rendering.
//!
//! It does not render: it sees which functions a value is made with.

use super::{Context, Reporter};
use crate::document::{Document, Role};
use crate::syntax::Node;

/// Functions of Sprig that give another result each time.
const RANDOM: [&str; 9] = [
    "genCA",
    "genPrivateKey",
    "genSelfSignedCert",
    "genSignedCert",
    "randAlpha",
    "randAlphaNum",
    "randAscii",
    "randBytes",
    "randNumeric",
];

/// With these a chart asks for what it made the first time, or whether this is the first time.
const REMEMBERS: [&str; 4] = ["IsInstall", "IsUpgrade", "exists", "lookup"];

/// `random-secret-in-chart`
pub fn random(document: &Document, _context: &Context, reporter: &mut Reporter) {
    if *document.role != Role::ChartTemplate {
        return;
    }
    for manifest in document.manifests().iter().filter(|manifest| manifest.is("", "Secret")) {
        if is_made_once(manifest.root) || words(manifest.root.source()).any(|word| REMEMBERS.contains(&word)) {
            continue;
        }
        let fields = ["data", "stringData"].into_iter().filter_map(|field| manifest.root.get(field));
        for (_, value) in fields.flat_map(Node::entries) {
            let function = words(value.as_str().unwrap_or_default()).find(|word| RANDOM.contains(word));
            if let Some(function) = function.filter(|_| value.is_masked()) {
                reporter.at(value).blank("function", function).emit();
            }
        }
    }
}

/// Hooks run once, and what is kept is not written again.
fn is_made_once(root: Node) -> bool {
    let annotations = root.at("metadata.annotations");
    annotations.is_some_and(|all| all.get("helm.sh/hook").is_some() || all.get("helm.sh/resource-policy").is_some())
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|char: char| !char.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
}

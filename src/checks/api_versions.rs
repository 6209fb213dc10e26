//! API versions of external-secrets that the cluster's operator does not serve, or may not.
//!
//! It does not know the cluster: the policy's `targets` names the release.

use super::{Context, Reporter};
use crate::document::{Document, Form, Manifest};
use crate::facts::external_secrets::GROUP;
use crate::facts::releases::{self, FIRST_WITH_V1};
use crate::model::{Confidence, Release};
use crate::syntax::Node;

/// `api-version-not-served`
pub fn not_served(document: &Document, context: &Context, reporter: &mut Reporter) {
    for (manifest, place) in subjects(document) {
        let (kind, version) = (manifest.kind(), manifest.version());
        let (reason, confidence) = match (releases::served(kind, version), target(context)) {
            _ if manifest.group() == releases::FORMER_GROUP => {
                ("the project it belonged to ended in 2021".to_owned(), Confidence::Medium)
            }
            (None, _) => ("no release has it".to_owned(), Confidence::High),
            (Some(served), Some(target)) if !served.is_served_by(target) => {
                (format!("external-secrets {target} does not serve it"), Confidence::High)
            }
            (Some(served), None) if served.until == Some(FIRST_WITH_V1) => {
                ("no release since 0.16 serves it".to_owned(), Confidence::Medium)
            }
            _ => continue,
        };
        tell(reporter, &manifest, place).blank("reason", reason).confidence(confidence).emit();
    }
}

/// `api-version-depends-on-target`
pub fn depends_on_target(document: &Document, context: &Context, reporter: &mut Reporter) {
    for (manifest, place) in subjects(document).into_iter().filter(|_| target(context).is_none()) {
        let served = releases::served(manifest.kind(), manifest.version());
        if let Some(until) = served.and_then(|served| served.until).filter(|until| *until > FIRST_WITH_V1) {
            tell(reporter, &manifest, place).blank("until", until.to_string()).emit();
        }
    }
}

/// The release that the policy names.
fn target(context: &Context) -> Option<Release> {
    context.policy.targets.external_secrets
}

/// Objects of the operator and where each says its version. A template that chooses between two is left alone.
fn subjects<'a>(document: &Document<'a>) -> Vec<(Manifest<'a>, Node<'a>)> {
    if document.form() == Form::Fragment {
        return Vec::new();
    }
    let versions = |manifest: &Manifest<'a>| {
        let is_version = |(key, _): &(Node<'a>, Node<'a>)| key.as_str() == Some("apiVersion");
        manifest.root.own_entries().filter(is_version).map(|(_, value)| value).collect::<Vec<_>>()
    };
    let ours = |manifest: &Manifest| {
        let is_known = releases::current_version(manifest.kind()).is_some();
        is_known && [GROUP, releases::FORMER_GROUP].contains(&manifest.group())
    };
    let subject = |manifest: Manifest<'a>| match versions(&manifest)[..] {
        [version] if !super::schema::is_filled_in_later(version) => Some((manifest, version)),
        _ => None,
    };
    document.manifests().iter().copied().filter(ours).filter_map(subject).collect()
}

fn tell<'r>(reporter: &'r mut Reporter, manifest: &Manifest, place: Node) -> crate::model::DraftBuilder<'r> {
    let current = format!("{GROUP}/{}", releases::current_version(manifest.kind()).unwrap_or("v1"));
    let draft = reporter.at(place).blank("version", manifest.api_version()).blank("kind", manifest.kind());
    draft.blank("current", current)
}

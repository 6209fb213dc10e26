//! Policy rules over documents: one file per check, one sorted table.
//!
//! A check knows its subject and reports only on it. It does not know severities, wording, other checks or output.

mod api_versions;
mod duplicate_keys;
mod external_secret_rules;
mod fields;
mod generator_literals;
mod kustomize_fields;
mod kustomize_references;
mod password_in_uri;
mod plaintext_env;
mod plaintext_secret;
mod refresh;
mod schema;
mod store_auth;
mod store_references;
mod value_forms;
mod values_secrets;

use crate::document::Document;
use crate::graph::Layout;
use crate::model::{DraftBuilder, Emitter, Identity, Rule};
use crate::policy::Targets;
use crate::syntax::Node;
use crate::text::{Secret, Span};

/// The code behind a manifest rule of the same id.
pub struct Check {
    pub id: &'static str,
    pub run: fn(&Document, &Context, &mut Reporter),
}

/// What a check may look at beside its subject.
pub struct Context<'a> {
    pub layout: &'a Layout,
    pub targets: &'a Targets,
}

/// Sorted by id; `tests/it` holds it against `rules/manifests` and `fixtures`.
pub static CHECKS: &[Check] = &[
    Check { id: "api-version-depends-on-target", run: api_versions::depends_on_target },
    Check { id: "api-version-not-served", run: api_versions::not_served },
    Check { id: "deprecated-kustomization-field", run: kustomize_fields::deprecated },
    Check { id: "duplicate-mapping-key", run: duplicate_keys::in_mapping },
    Check { id: "duplicate-secret-key", run: duplicate_keys::in_external_secret },
    Check { id: "empty-kustomization", run: kustomize_fields::empty },
    Check { id: "external-secret-policy-conflict", run: external_secret_rules::policy_conflict },
    Check { id: "external-secret-privileged-template", run: external_secret_rules::privileged_template },
    Check { id: "external-secret-source-conflict", run: external_secret_rules::source_conflict },
    Check { id: "external-secret-without-data", run: external_secret_rules::without_data },
    Check { id: "field-not-in-target-release", run: fields::not_in_release },
    Check { id: "generator-in-data", run: external_secret_rules::generator_in_data },
    Check { id: "immutable-target-never-refreshed", run: refresh::immutable },
    Check { id: "inline-and-existing-secret", run: values_secrets::inline_and_existing },
    Check { id: "invalid-field-type", run: fields::wrong_type },
    Check { id: "invalid-field-value", run: fields::wrong_value },
    Check { id: "invalid-refresh-interval", run: refresh::invalid },
    Check { id: "kustomization-listed-as-resource", run: kustomize_references::listed_as_resource },
    Check { id: "kustomize-component-mismatch", run: kustomize_references::component_mismatch },
    Check { id: "kustomize-file-outside-root", run: kustomize_references::outside_root },
    Check { id: "kustomize-folder-without-kustomization", run: kustomize_references::folder_without },
    Check { id: "kustomize-resource-missing", run: kustomize_references::missing },
    Check { id: "missing-field", run: fields::missing },
    Check { id: "password-in-uri", run: password_in_uri::run },
    Check { id: "plaintext-env-value", run: plaintext_env::run },
    Check { id: "plaintext-generator-literal", run: generator_literals::run },
    Check { id: "plaintext-secret", run: plaintext_secret::run },
    Check { id: "plaintext-secret-in-values", run: values_secrets::credential },
    Check { id: "refresh-interval-ignored", run: refresh::ignored },
    Check { id: "several-kustomizations-in-folder", run: kustomize_fields::several },
    Check { id: "store-auth-conflict", run: store_auth::conflict },
    Check { id: "store-auth-incomplete", run: store_auth::incomplete },
    Check { id: "store-provider-count", run: store_auth::provider_count },
    Check { id: "store-reference-follows-external-secret", run: store_references::follows_external_secret },
    Check { id: "store-reference-foreign-namespace", run: store_references::foreign_namespace },
    Check { id: "store-reference-without-namespace", run: store_references::without_namespace },
    Check { id: "unknown-field", run: fields::unknown },
    Check { id: "unknown-kustomization-field", run: kustomize_fields::unknown },
    Check { id: "weak-default-in-values", run: values_secrets::weak_default },
];

/// Says where, in one document; the rule says what.
pub struct Reporter<'a, 'd> {
    document: &'a Document<'a>,
    emitter: Emitter<'d>,
}

impl<'a, 'd> Reporter<'a, 'd> {
    pub fn new(document: &'a Document<'a>, rule: &'static Rule, drafts: &'d mut Vec<crate::model::Draft>) -> Self {
        Reporter { document, emitter: Emitter::new(rule, drafts) }
    }

    /// A fault at `node`: shown at its span, known by its key path and its value.
    pub fn at(&mut self, node: Node) -> DraftBuilder<'_> {
        let value = node.as_str().unwrap_or_default().to_owned();
        let (subject, key_path) = (self.document.subject(), node.key_path());
        let identity = Identity::Manifest { subject, key_path: key_path.clone(), value };
        self.emitter.at(node.span(), identity).key_path(key_path)
    }

    /// A fault at the key of an entry, known by the path of its value.
    pub fn at_key(&mut self, key: Node, value: Node) -> DraftBuilder<'_> {
        let key_path = value.key_path();
        let identity =
            Identity::Manifest { subject: self.document.subject(), key_path: key_path.clone(), value: String::new() };
        self.emitter.at(key.span(), identity).key_path(key_path)
    }

    /// A secret at `span`, the value (or a part of it) of `node`: masked everywhere, never hashed in full.
    pub fn secret(&mut self, node: Node, span: Span, value: &str) -> DraftBuilder<'_> {
        let (subject, key_path) = (self.document.subject(), node.key_path());
        let identity = Identity::Guessable { subject, key_path: key_path.clone(), value: Secret::new(value) };
        self.emitter.at(span, identity).key_path(key_path).secret(span)
    }
}

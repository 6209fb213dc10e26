//! Policy rules over documents: one file per check, one sorted table.
//!
//! A check knows its subject and reports only on it. It does not know severities, wording, other checks or output.

mod api_versions;
mod conventions;
pub mod custom;
mod deployment;
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
mod refresh_convention;
mod remote_keys;
mod schema;
mod secret_delivery;
mod secret_makers;
mod secret_references;
mod store_auth;
mod store_lookups;
mod store_references;
mod value_forms;
mod values_secrets;

use std::cell::OnceCell;

pub use deployment::{Deployment, UnitDraft, UnitReporter, merge};

use crate::document::{Document, Role};
use crate::graph::{Graph, Layout};
use crate::model::{Draft, DraftBuilder, Emitter, Identity, Matcher, Rule};
use crate::policy::Policy;
use crate::syntax::{Leaf, Node, leaves};
use crate::text::{Secret, Span};
use crate::value::{self, Kind, Verdict};

/// The code behind a manifest rule of the same id.
pub struct Check {
    pub id: &'static str,
    run: Run,
}

/// What a check looks at.
#[derive(Clone, Copy)]
enum Run {
    /// A document as a whole.
    Document(fn(&Document, &Context, &mut Reporter)),
    /// Each scalar value of a document: one walk serves all checks of this form.
    Scalar(fn(&Document, &Scalar, &mut Reporter)),
    /// A deployment unit, with the graph of the whole tree.
    Unit(fn(&Deployment, &mut UnitReporter)),
    /// The graph of the whole tree: what belongs to no unit.
    Graph(fn(&Graph, &mut UnitReporter)),
}

/// What a check may look at beside its subject.
pub struct Context<'a> {
    pub layout: &'a Layout,
    pub policy: &'a Policy,
}

/// Sorted by id; `tests/it` holds it against `rules/manifests` and `fixtures`.
pub static CHECKS: &[Check] = &[
    Check { id: "api-version-depends-on-target", run: Run::Document(api_versions::depends_on_target) },
    Check { id: "api-version-not-served", run: Run::Document(api_versions::not_served) },
    Check { id: "deprecated-kustomization-field", run: Run::Document(kustomize_fields::deprecated) },
    Check { id: "duplicate-mapping-key", run: Run::Document(duplicate_keys::in_mapping) },
    Check { id: "duplicate-secret-key", run: Run::Document(duplicate_keys::in_external_secret) },
    Check { id: "empty-kustomization", run: Run::Document(kustomize_fields::empty) },
    Check { id: "external-secret-not-in-kustomization", run: Run::Graph(secret_makers::not_listed) },
    Check { id: "external-secret-policy-conflict", run: Run::Document(external_secret_rules::policy_conflict) },
    Check { id: "external-secret-privileged-template", run: Run::Document(external_secret_rules::privileged_template) },
    Check { id: "external-secret-source-conflict", run: Run::Document(external_secret_rules::source_conflict) },
    Check { id: "external-secret-without-data", run: Run::Document(external_secret_rules::without_data) },
    Check { id: "field-not-in-target-release", run: Run::Document(fields::not_in_release) },
    Check { id: "file-secret-as-environment", run: Run::Unit(secret_delivery::file_as_environment) },
    Check { id: "generator-in-data", run: Run::Document(external_secret_rules::generator_in_data) },
    Check { id: "immutable-target-never-refreshed", run: Run::Document(refresh::immutable) },
    Check { id: "inline-and-existing-secret", run: Run::Scalar(values_secrets::inline_and_existing) },
    Check { id: "invalid-field-type", run: Run::Document(fields::wrong_type) },
    Check { id: "invalid-field-value", run: Run::Document(fields::wrong_value) },
    Check { id: "invalid-refresh-interval", run: Run::Document(refresh::invalid) },
    Check { id: "kustomization-listed-as-resource", run: Run::Document(kustomize_references::listed_as_resource) },
    Check { id: "kustomize-component-mismatch", run: Run::Document(kustomize_references::component_mismatch) },
    Check { id: "kustomize-file-outside-root", run: Run::Document(kustomize_references::outside_root) },
    Check { id: "kustomize-folder-without-kustomization", run: Run::Document(kustomize_references::folder_without) },
    Check { id: "kustomize-resource-missing", run: Run::Document(kustomize_references::missing) },
    Check { id: "metadata-policy-without-effect", run: Run::Unit(remote_keys::metadata_policy) },
    Check { id: "missing-field", run: Run::Document(fields::missing) },
    Check { id: "password-in-uri", run: Run::Scalar(password_in_uri::run) },
    Check { id: "plaintext-env-value", run: Run::Scalar(plaintext_env::run) },
    Check { id: "plaintext-generator-literal", run: Run::Document(generator_literals::run) },
    Check { id: "plaintext-secret", run: Run::Document(plaintext_secret::run) },
    Check { id: "plaintext-secret-in-values", run: Run::Scalar(values_secrets::credential) },
    Check { id: "prefix-breaks-reference", run: Run::Unit(store_lookups::renamed) },
    Check { id: "prefix-breaks-secret-name", run: Run::Unit(secret_references::renamed) },
    Check { id: "raw-payload-in-environment", run: Run::Unit(secret_delivery::raw_payload) },
    Check { id: "refresh-interval-ignored", run: Run::Document(refresh::ignored) },
    Check { id: "refresh-interval-not-as-agreed", run: Run::Unit(refresh_convention::interval) },
    Check { id: "reload-annotation-invalid", run: Run::Unit(secret_delivery::reload_annotation) },
    Check { id: "remote-key-invalid-for-provider", run: Run::Unit(remote_keys::invalid) },
    Check { id: "remote-key-repeats-mount", run: Run::Unit(remote_keys::repeats_mount) },
    Check { id: "restart-target-not-found", run: Run::Unit(secret_delivery::restart_target) },
    Check { id: "rotated-secret-never-reread", run: Run::Unit(secret_delivery::never_reread) },
    Check { id: "secret-in-other-namespace", run: Run::Unit(secret_references::other_namespace) },
    Check { id: "secret-key-unresolved", run: Run::Unit(secret_references::key_unresolved) },
    Check { id: "secret-made-nowhere", run: Run::Unit(secret_references::made_nowhere) },
    Check { id: "secret-made-twice", run: Run::Unit(secret_makers::made_twice) },
    Check { id: "secret-name-unresolved", run: Run::Unit(secret_references::name_unresolved) },
    Check { id: "secret-never-consumed", run: Run::Unit(secret_makers::never_consumed) },
    Check { id: "several-kustomizations-in-folder", run: Run::Document(kustomize_fields::several) },
    Check { id: "store-auth-conflict", run: Run::Document(store_auth::conflict) },
    Check { id: "store-auth-incomplete", run: Run::Document(store_auth::incomplete) },
    Check { id: "store-defined-nowhere", run: Run::Unit(store_lookups::defined_nowhere) },
    Check { id: "store-excludes-namespace", run: Run::Unit(store_lookups::excludes_namespace) },
    Check { id: "store-in-other-namespace", run: Run::Unit(store_lookups::other_namespace) },
    Check { id: "store-kind-mismatch", run: Run::Unit(store_lookups::kind_mismatch) },
    Check { id: "store-not-found", run: Run::Unit(store_lookups::not_found) },
    Check { id: "store-provider-count", run: Run::Document(store_auth::provider_count) },
    Check {
        id: "store-reference-follows-external-secret",
        run: Run::Document(store_references::follows_external_secret),
    },
    Check { id: "store-reference-foreign-namespace", run: Run::Document(store_references::foreign_namespace) },
    Check { id: "store-reference-without-namespace", run: Run::Document(store_references::without_namespace) },
    Check { id: "unknown-field", run: Run::Document(fields::unknown) },
    Check { id: "unknown-kustomization-field", run: Run::Document(kustomize_fields::unknown) },
    Check { id: "vault-auth-namespace-not-allowed", run: Run::Unit(store_lookups::not_allowed) },
    Check { id: "vault-destination-not-created", run: Run::Unit(secret_makers::not_created) },
    Check { id: "vault-reference-not-found", run: Run::Unit(store_lookups::vault_not_found) },
    Check { id: "weak-default-in-values", run: Run::Scalar(values_secrets::weak_default) },
    Check { id: "workload-identity-with-static-key", run: Run::Unit(secret_delivery::static_key) },
];

/// Runs `checks` on one document.
pub fn run(document: &Document, context: &Context, checks: &[(&Check, &'static Rule)], drafts: &mut Vec<Draft>) {
    for (check, rule) in checks {
        if let Run::Document(run) = check.run {
            run(document, context, &mut Reporter::new(document, rule, drafts));
        }
    }
    let holds_settings = matches!(document.role, Role::ChartValues | Role::Kustomization);
    if !holds_settings && document.manifest().is_none() {
        return;
    }
    let of_scalars = |(check, rule): &(&Check, &'static Rule)| match check.run {
        Run::Scalar(run) => Some((run, *rule)),
        Run::Document(_) | Run::Unit(_) | Run::Graph(_) => None,
    };
    let of_scalars: Vec<_> = checks.iter().filter_map(of_scalars).collect();
    leaves(document.root, value::may_hold_credentials, &mut |leaf| {
        let scalar = Scalar { leaf, verdict: OnceCell::new() };
        for (run, rule) in &of_scalars {
            run(document, &scalar, &mut Reporter::new(document, rule, drafts));
        }
    });
}

/// Runs `checks` on one unit.
pub fn run_on_unit(deployment: &Deployment, checks: &[(&Check, &'static Rule)], drafts: &mut Vec<UnitDraft>) {
    for (check, rule) in checks {
        if let Run::Unit(run) = check.run {
            run(deployment, &mut UnitReporter::new(rule, vec![deployment.unit], drafts));
        }
    }
}

/// Runs `checks` on what belongs to no unit.
pub fn run_on_graph(graph: &Graph, checks: &[(&Check, &'static Rule)], drafts: &mut Vec<UnitDraft>) {
    for (check, rule) in checks {
        if let Run::Graph(run) = check.run {
            run(graph, &mut UnitReporter::new(rule, Vec::new(), drafts));
        }
    }
}

/// True for a rule that only the graph can decide.
pub fn is_of_graph(rule: &Rule) -> bool {
    let is_of_unit = || CHECKS.iter().any(|check| check.id == rule.id && check.is_of_unit());
    matches!(rule.matcher, Matcher::Cel) || is_of_unit()
}

impl Check {
    /// True where it judges deployments, not files.
    pub fn is_of_unit(&self) -> bool {
        matches!(self.run, Run::Unit(_) | Run::Graph(_))
    }
}

/// A scalar value with the keys above it, judged when the first check asks.
struct Scalar<'l, 't> {
    leaf: &'l Leaf<'t>,
    verdict: OnceCell<Verdict>,
}

impl Scalar<'_, '_> {
    /// What its keys and its text make of it. Passwords in URIs have a rule of their own.
    fn verdict(&self) -> Verdict {
        *self.verdict.get_or_init(|| {
            let leaf = self.leaf;
            let telling = leaf.keys.iter().rev().take(2).any(|key| value::is_telling(key));
            let Some(literal) = self.literal().filter(|literal| telling && !literal.is_empty()) else {
                return Verdict::Innocent;
            };
            let siblings = || leaf.node.sibling_keys();
            let around = value::Context { keys: leaf.keys, siblings: &siblings, quoted: leaf.is_quoted() };
            match value::judge(around, &leaf.value[literal.range()]).verdict {
                Verdict::Credential(_) | Verdict::WeakDefault
                    if value::kind_of(leaf.keys) == Some(Kind::Connection) =>
                {
                    Verdict::Innocent
                }
                verdict => verdict,
            }
        })
    }

    /// Where the literal stands in the value: all of it, or what a template's action falls back to.
    fn literal(&self) -> Option<Span> {
        match self.leaf.node.is_masked() {
            true => value::literal_in_action(self.leaf.value),
            false => Some(Span::new(0, self.leaf.value.len())),
        }
    }
}

/// Says where, in one document; the rule says what.
pub struct Reporter<'a, 'd> {
    document: &'a Document<'a>,
    emitter: Emitter<'d>,
}

impl<'a, 'd> Reporter<'a, 'd> {
    pub fn new(document: &'a Document<'a>, rule: &'static Rule, drafts: &'d mut Vec<Draft>) -> Self {
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

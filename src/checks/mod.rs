//! Policy rules over documents: one file per check, one sorted table.
//!
//! A check knows its subject and reports only on it. It does not know severities, wording, other checks or output.

mod api_versions;
mod bound_identity;
mod chart_secrets;
mod connection_strings;
mod conventions;
pub mod custom;
mod deployed;
mod deployment;
mod direct_backend;
mod duplicate_keys;
mod effective_values;
mod existing_secret;
mod external_secret_rules;
mod fields;
mod files;
mod flux;
mod generator_literals;
mod go_templates;
mod infisical;
mod kustomize_fields;
mod kustomize_references;
mod password_in_uri;
mod patches;
mod plaintext_env;
mod plaintext_secret;
mod reach;
mod refresh;
mod reload;
mod remote_keys;
mod required_secrets;
mod rotation;
mod schema;
mod secret_delivery;
mod secret_forms;
mod secret_makers;
mod secret_references;
mod secret_strategy;
mod store_accounts;
mod store_auth;
mod store_lookups;
mod store_references;
mod tenancy;
mod transport;
mod value_forms;
mod values_flow;
mod values_secrets;
mod variables;
mod vault_objects;
mod volumes;
mod workload_delivery;
mod workload_view;

use std::cell::OnceCell;

pub use deployment::{Deployment, UnitDraft, UnitReporter, merge};
pub use files::{Script, Whole};
pub use values_flow::{BY_NAME, BY_USE, names_in_values};

use crate::document::{Document, File, FileKind, Role, is_workflow};
use crate::graph::{Graph, Layout, UnitKind};
use crate::model::{Confidence, Draft, DraftBuilder, Emitter, Identity, Matcher, Rule, Tier};
use crate::policy::Policy;
use crate::syntax::{Leaf, Node, leaves};
use crate::text::{Secret, Span};
use crate::value::{self, Kind, Verdict};

/// The blank of a convention's message for the line of the policy that asks for it.
const POLICY: &str = "policy";

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
    /// A file as its own subject, whatever it holds.
    File(fn(&File, &Context, &mut Reporter)),
    /// A shell script: a file, or what a CI system runs.
    Script(fn(&Script, &Context, &mut Reporter)),
    /// The tree of files: what is there, and what is missing.
    Tree(fn(&Whole, &mut UnitReporter)),
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
    Check { id: "agreed-file-not-ignored", run: Run::Tree(files::agreed_files::not_ignored) },
    Check { id: "api-version-depends-on-target", run: Run::Document(api_versions::depends_on_target) },
    Check { id: "api-version-not-served", run: Run::Document(api_versions::not_served) },
    Check { id: "build-argument-kept-in-image", run: Run::File(files::dockerfile::kept_argument) },
    Check { id: "ci-role-not-as-agreed", run: Run::Document(files::ci::role) },
    Check { id: "committed-key-store", run: Run::File(files::never_tracked::key_store) },
    Check { id: "committed-terraform-state", run: Run::File(files::terraform::state) },
    Check { id: "committed-vault-init-output", run: Run::Document(files::never_tracked::vault_init_output) },
    Check { id: "credential-in-compose", run: Run::Document(files::compose::credential) },
    Check { id: "credential-in-helm-argument", run: Run::Script(files::commands::helm_argument) },
    Check { id: "credential-in-image", run: Run::File(files::dockerfile::credential) },
    Check { id: "credential-in-referring-chart", run: Run::Scalar(existing_secret::credential) },
    Check { id: "credential-not-marked-sensitive", run: Run::File(files::terraform::not_sensitive) },
    Check { id: "credential-variable-in-image", run: Run::File(files::dockerfile::variable) },
    Check { id: "deprecated-kustomization-field", run: Run::Document(kustomize_fields::deprecated) },
    Check { id: "direct-backend-access", run: Run::Document(direct_backend::run) },
    Check { id: "duplicate-mapping-key", run: Run::Document(duplicate_keys::in_mapping) },
    Check { id: "duplicate-secret-key", run: Run::Document(duplicate_keys::in_external_secret) },
    Check { id: "empty-kustomization", run: Run::Document(kustomize_fields::empty) },
    Check { id: "encrypted-manifest-without-decryption", run: Run::Graph(flux::without_decryption) },
    Check { id: "env-file-in-repository", run: Run::Tree(files::compose::env_file) },
    Check { id: "environments-differ", run: Run::Graph(conventions::environments::parity) },
    Check { id: "environments-share-backend", run: Run::Graph(conventions::environments::isolated) },
    Check { id: "existing-secret-not-used", run: Run::Document(existing_secret::not_used) },
    Check { id: "external-secret-in-wrong-folder", run: Run::Unit(conventions::external_secrets::location) },
    Check { id: "external-secret-in-wrong-namespace", run: Run::Unit(conventions::external_secrets::namespace) },
    Check { id: "external-secret-not-in-kustomization", run: Run::Graph(secret_makers::not_listed) },
    Check { id: "external-secret-policy-conflict", run: Run::Document(external_secret_rules::policy_conflict) },
    Check { id: "external-secret-privileged-template", run: Run::Document(external_secret_rules::privileged_template) },
    Check { id: "external-secret-source-conflict", run: Run::Document(external_secret_rules::source_conflict) },
    Check { id: "external-secret-without-data", run: Run::Document(external_secret_rules::without_data) },
    Check { id: "external-secret-without-kustomization", run: Run::Unit(conventions::external_secrets::listed) },
    Check { id: "external-value-not-allowed", run: Run::Graph(secret_strategy::contradicts) },
    Check { id: "fake-store", run: Run::Document(reach::fake_store) },
    Check { id: "field-not-in-target-release", run: Run::Document(fields::not_in_release) },
    Check { id: "file-not-encrypted-with-sops", run: Run::Tree(files::sops::not_encrypted) },
    Check { id: "file-secret-as-environment", run: Run::Unit(secret_delivery::file_as_environment) },
    Check { id: "file-secret-outside-volume", run: Run::Document(workload_delivery::outside_volume) },
    Check { id: "find-takes-everything", run: Run::Document(reach::find_everything) },
    Check { id: "forbidden-age-file", run: Run::File(files::mechanisms::age_file) },
    Check { id: "forbidden-content", run: Run::File(files::agreed_files::content) },
    Check { id: "forbidden-file", run: Run::File(files::agreed_files::forbidden) },
    Check { id: "forbidden-mechanism", run: Run::Document(files::mechanisms::documents) },
    Check { id: "foreign-tenant-key", run: Run::Graph(tenancy::foreign_key) },
    Check { id: "generation-time-injection", run: Run::Document(files::mechanisms::injection) },
    Check { id: "generator-in-data", run: Run::Document(external_secret_rules::generator_in_data) },
    Check { id: "generator-reads-committed-variables", run: Run::Document(generator_literals::committed_variables) },
    Check { id: "identity-not-bound", run: Run::Graph(bound_identity::not_bound) },
    Check { id: "immutable-target-never-refreshed", run: Run::Document(refresh::immutable) },
    Check { id: "infisical-secret-incomplete", run: Run::Document(infisical::incomplete) },
    Check { id: "inline-and-existing-secret", run: Run::Scalar(values_secrets::inline_and_existing) },
    Check { id: "insecure-transport", run: Run::Document(transport::run) },
    Check { id: "invalid-field-type", run: Run::Document(fields::wrong_type) },
    Check { id: "invalid-field-value", run: Run::Document(fields::wrong_value) },
    Check { id: "invalid-refresh-interval", run: Run::Document(refresh::invalid) },
    Check { id: "kustomization-listed-as-resource", run: Run::Document(kustomize_references::listed_as_resource) },
    Check { id: "kustomize-component-mismatch", run: Run::Document(kustomize_references::component_mismatch) },
    Check { id: "kustomize-file-outside-root", run: Run::Document(kustomize_references::outside_root) },
    Check { id: "kustomize-folder-without-kustomization", run: Run::Document(kustomize_references::folder_without) },
    Check { id: "kustomize-resource-missing", run: Run::Document(kustomize_references::missing) },
    Check { id: "literal-in-connection-string", run: Run::Scalar(connection_strings::run) },
    Check { id: "literal-in-script", run: Run::Script(files::commands::literal) },
    Check { id: "literal-secret-in-script", run: Run::Script(files::commands::literal_secret) },
    Check { id: "metadata-policy-without-effect", run: Run::Unit(remote_keys::metadata_policy) },
    Check { id: "missing-field", run: Run::Document(fields::missing) },
    Check { id: "namespace-expression-not-anchored", run: Run::Document(reach::not_anchored) },
    Check { id: "password-in-uri", run: Run::Scalar(password_in_uri::run) },
    Check { id: "patch-selects-nothing", run: Run::Unit(patches::selects_nothing) },
    Check { id: "patch-without-object", run: Run::Unit(patches::without_object) },
    Check { id: "placeholder-not-agreed", run: Run::File(files::placeholders::run) },
    Check { id: "plaintext-env-value", run: Run::Scalar(plaintext_env::run) },
    Check { id: "plaintext-generator-literal", run: Run::Document(generator_literals::run) },
    Check { id: "plaintext-secret", run: Run::Document(plaintext_secret::run) },
    Check { id: "plaintext-secret-in-terraform", run: Run::File(files::terraform::literal) },
    Check { id: "plaintext-secret-in-values", run: Run::Scalar(values_secrets::credential) },
    Check { id: "plaintext-value-used-as-secret", run: Run::Unit(values_flow::run) },
    Check { id: "prefix-breaks-reference", run: Run::Unit(store_lookups::renamed) },
    Check { id: "prefix-breaks-secret-name", run: Run::Unit(secret_references::renamed) },
    Check { id: "push-to-every-store", run: Run::Document(reach::push_everywhere) },
    Check { id: "random-secret-in-chart", run: Run::Document(chart_secrets::random) },
    Check { id: "raw-payload-in-environment", run: Run::Unit(secret_delivery::raw_payload) },
    Check { id: "refresh-interval-ignored", run: Run::Document(refresh::ignored) },
    Check { id: "refresh-interval-not-as-agreed", run: Run::Unit(conventions::refresh::interval) },
    Check { id: "reload-annotation-invalid", run: Run::Unit(secret_delivery::reload_annotation) },
    Check { id: "reload-not-requested", run: Run::Document(reload::not_requested) },
    Check { id: "remote-key-invalid-for-provider", run: Run::Unit(remote_keys::invalid) },
    Check { id: "remote-key-not-as-agreed", run: Run::Unit(conventions::remote_keys::shape) },
    Check { id: "remote-key-of-another-app", run: Run::Unit(conventions::remote_keys::owner) },
    Check { id: "remote-key-repeats-mount", run: Run::Unit(remote_keys::repeats_mount) },
    Check { id: "remote-property-missing", run: Run::Unit(conventions::remote_keys::property) },
    Check { id: "required-annotation-missing", run: Run::Unit(conventions::external_secrets::annotations) },
    Check { id: "required-secret-not-made", run: Run::Graph(required_secrets::not_made) },
    Check { id: "restart-target-not-found", run: Run::Unit(secret_delivery::restart_target) },
    Check { id: "rotated-secret-never-reread", run: Run::Unit(secret_delivery::never_reread) },
    Check { id: "rotation-date-missing", run: Run::Graph(rotation::missing) },
    Check { id: "rotation-overdue", run: Run::Graph(rotation::overdue) },
    Check { id: "scan-gate-missing", run: Run::Tree(files::gates::run) },
    Check { id: "sealed-secret-open-scope", run: Run::Document(secret_forms::open_scope) },
    Check { id: "sealed-value-not-sealed", run: Run::Document(secret_forms::not_sealed) },
    Check { id: "secret-data-not-base64", run: Run::Document(secret_forms::not_base64) },
    Check { id: "secret-file-in-image", run: Run::File(files::dockerfile::secret_file) },
    Check { id: "secret-file-not-ignored", run: Run::Tree(files::not_ignored::run) },
    Check { id: "secret-in-other-namespace", run: Run::Unit(secret_references::other_namespace) },
    Check { id: "secret-key-unresolved", run: Run::Unit(secret_references::key_unresolved) },
    Check { id: "secret-lifecycle-not-as-agreed", run: Run::Unit(conventions::external_secrets::lifecycle) },
    Check { id: "secret-made-by-chart", run: Run::Document(existing_secret::made_by_chart) },
    Check { id: "secret-made-nowhere", run: Run::Unit(secret_references::made_nowhere) },
    Check { id: "secret-made-twice", run: Run::Unit(secret_makers::made_twice) },
    Check { id: "secret-mount-writable", run: Run::Document(workload_delivery::writable) },
    Check { id: "secret-mounted-by-subpath", run: Run::Document(volumes::by_subpath) },
    Check { id: "secret-mounted-elsewhere", run: Run::Document(workload_delivery::mounted_elsewhere) },
    Check { id: "secret-name-unresolved", run: Run::Unit(secret_references::name_unresolved) },
    Check { id: "secret-never-consumed", run: Run::Unit(secret_makers::never_consumed) },
    Check { id: "secret-printed-in-ci-log", run: Run::Script(files::ci::printed) },
    Check { id: "secret-strategy-not-allowed", run: Run::Graph(secret_strategy::not_allowed) },
    Check { id: "secret-taken-otherwise", run: Run::Document(workload_delivery::taken_otherwise) },
    Check { id: "secret-written-into-other-kind", run: Run::Document(reach::other_kind) },
    Check { id: "selector-admits-every-namespace", run: Run::Document(reach::every_namespace) },
    Check { id: "several-kustomizations-in-folder", run: Run::Document(kustomize_fields::several) },
    Check { id: "sops-value-not-encrypted", run: Run::Document(files::sops::plaintext_value) },
    Check { id: "static-credential-in-ci", run: Run::Document(files::ci::static_credential) },
    Check { id: "static-database-credentials", run: Run::Unit(conventions::vault::database) },
    Check { id: "store-account-without-identity", run: Run::Unit(store_accounts::without_identity) },
    Check { id: "store-auth-conflict", run: Run::Document(store_auth::conflict) },
    Check { id: "store-auth-incomplete", run: Run::Document(store_auth::incomplete) },
    Check { id: "store-auth-not-as-agreed", run: Run::Unit(conventions::stores::auth) },
    Check { id: "store-defined-by-app", run: Run::Unit(conventions::stores::defined_by_app) },
    Check { id: "store-defined-nowhere", run: Run::Unit(store_lookups::defined_nowhere) },
    Check { id: "store-excludes-namespace", run: Run::Unit(store_lookups::excludes_namespace) },
    Check { id: "store-identity-not-as-agreed", run: Run::Unit(conventions::stores::identity) },
    Check { id: "store-in-other-namespace", run: Run::Unit(store_lookups::other_namespace) },
    Check { id: "store-kind-mismatch", run: Run::Unit(store_lookups::kind_mismatch) },
    Check { id: "store-not-found", run: Run::Unit(store_lookups::not_found) },
    Check { id: "store-open-to-all-namespaces", run: Run::Document(reach::open_store) },
    Check { id: "store-provider-count", run: Run::Document(store_auth::provider_count) },
    Check { id: "store-provider-not-as-agreed", run: Run::Unit(conventions::stores::provider) },
    Check {
        id: "store-reference-follows-external-secret",
        run: Run::Document(store_references::follows_external_secret),
    },
    Check { id: "store-reference-foreign-namespace", run: Run::Document(store_references::foreign_namespace) },
    Check { id: "store-reference-not-as-agreed", run: Run::Unit(conventions::stores::reference) },
    Check { id: "store-reference-without-namespace", run: Run::Document(store_references::without_namespace) },
    Check { id: "store-settings-not-as-agreed", run: Run::Unit(conventions::stores::settings) },
    Check { id: "store-without-conditions", run: Run::Document(tenancy::open_store) },
    Check { id: "strategy-value-forbidden", run: Run::Graph(secret_strategy::forbidden) },
    Check { id: "strategy-value-missing", run: Run::Graph(secret_strategy::missing) },
    Check { id: "target-name-not-as-agreed", run: Run::Unit(conventions::external_secrets::target_name) },
    Check { id: "template-variable-unknown", run: Run::Document(go_templates::unknown_variable) },
    Check { id: "template-variable-with-dash", run: Run::Document(go_templates::dash) },
    Check { id: "typed-secret-lacks-key", run: Run::Document(secret_forms::lacks_key) },
    Check { id: "unknown-field", run: Run::Document(fields::unknown) },
    Check { id: "unknown-kustomization-field", run: Run::Document(kustomize_fields::unknown) },
    Check { id: "value-reference-to-other-backend", run: Run::Document(conventions::value_references::other_backend) },
    Check { id: "variable-not-defined", run: Run::Document(variables::not_defined) },
    Check { id: "variable-used-before-definition", run: Run::Document(variables::before_definition) },
    Check { id: "vault-auth-conflict", run: Run::Document(vault_objects::auth_conflict) },
    Check { id: "vault-auth-incomplete", run: Run::Document(vault_objects::auth_incomplete) },
    Check { id: "vault-auth-namespace-not-allowed", run: Run::Unit(store_lookups::not_allowed) },
    Check { id: "vault-auth-not-as-agreed", run: Run::Unit(conventions::vault::auth) },
    Check { id: "vault-auth-open-to-all-namespaces", run: Run::Document(vault_objects::auth_open) },
    Check { id: "vault-destination-not-created", run: Run::Unit(secret_makers::not_created) },
    Check { id: "vault-path-not-as-agreed", run: Run::Unit(conventions::vault::path) },
    Check { id: "vault-path-repeats-data", run: Run::Document(vault_objects::path_repeats_data) },
    Check { id: "vault-reference-not-found", run: Run::Unit(store_lookups::vault_not_found) },
    Check { id: "vault-setting-without-effect", run: Run::Document(vault_objects::without_effect) },
    Check { id: "vault-static-credentials-not-allowed", run: Run::Document(vault_objects::static_credentials) },
    Check { id: "weak-default-in-values", run: Run::Scalar(values_secrets::weak_default) },
    Check { id: "workload-identity-with-static-key", run: Run::Unit(secret_delivery::static_key) },
];

/// The checks of units that hold for a chart, whatever it is released with and beside.
const OF_CHARTS: [&str; 3] = ["plaintext-value-used-as-secret", "secret-key-unresolved", "secret-name-unresolved"];

/// The conventions that hold for what a chart writes itself. Where the policy says what its values mean, those are judged
/// where they are written.
const CONVENTIONS_OF_CHARTS: [&str; 16] = [
    "refresh-interval-not-as-agreed",
    "remote-key-not-as-agreed",
    "remote-key-of-another-app",
    "remote-property-missing",
    "required-annotation-missing",
    "secret-lifecycle-not-as-agreed",
    "static-database-credentials",
    "store-auth-not-as-agreed",
    "store-defined-by-app",
    "store-identity-not-as-agreed",
    "store-provider-not-as-agreed",
    "store-reference-not-as-agreed",
    "store-settings-not-as-agreed",
    "target-name-not-as-agreed",
    "vault-auth-not-as-agreed",
    "vault-path-not-as-agreed",
];

/// Runs `checks` on one document.
pub fn run(document: &Document, context: &Context, checks: &[(&Check, &'static Rule)], drafts: &mut Vec<Draft>) {
    let first = drafts.len();
    run_on_document(document, context, checks, drafts);
    drafts[first..].iter_mut().for_each(|draft| name_line(context.policy, draft.rule, &mut draft.blanks));
}

/// Fills `{policy}`, the line that asks for a rule, where its check leaves it open.
fn name_line(policy: &Policy, rule: &Rule, blanks: &mut Vec<(&'static str, String)>) {
    let is_open = rule.tier == Tier::Convention && !blanks.iter().any(|(name, _)| *name == POLICY);
    if let Some(line) = is_open.then(|| policy.line_asking_for(rule.id)).flatten() {
        blanks.push((POLICY, line));
    }
}

fn run_on_document(
    document: &Document,
    context: &Context,
    checks: &[(&Check, &'static Rule)],
    drafts: &mut Vec<Draft>,
) {
    for (check, rule) in checks {
        if let Run::Document(run) = check.run {
            run(document, context, &mut Reporter::new(Subject::Document(document), rule, drafts));
        }
    }
    if is_workflow(document.path) {
        run_on_scripts(&files::scripts_in(document), Subject::Document(document), context, checks, drafts);
    }
    let holds_settings = matches!(document.role, Role::ChartValues | Role::Kustomization);
    if !holds_settings && document.manifest().is_none() {
        return;
    }
    let of_scalars = |(check, rule): &(&Check, &'static Rule)| match check.run {
        Run::Scalar(run) => Some((run, *rule)),
        _ => None,
    };
    let of_scalars: Vec<_> = checks.iter().filter_map(of_scalars).collect();
    leaves(document.root, value::may_hold_credentials, &mut |leaf| {
        let scalar = Scalar { leaf, policy: context.policy, verdict: OnceCell::new() };
        for (run, rule) in &of_scalars {
            run(document, &scalar, &mut Reporter::new(Subject::Document(document), rule, drafts));
        }
    });
}

/// Runs `checks` on one file as such.
pub fn run_on_file(file: &File, context: &Context, checks: &[(&Check, &'static Rule)], drafts: &mut Vec<Draft>) {
    let first = drafts.len();
    for (check, rule) in checks {
        if let Run::File(run) = check.run {
            run(file, context, &mut Reporter::new(Subject::File(file.kind), rule, drafts));
        }
    }
    if let (FileKind::Script, Some(text)) = (file.kind, file.text) {
        run_on_scripts(&files::script_of(file.path, text), Subject::File(file.kind), context, checks, drafts);
    }
    drafts[first..].iter_mut().for_each(|draft| name_line(context.policy, draft.rule, &mut draft.blanks));
    if drafts.len() > first && files::is_for_tests(file.path) {
        // What is agreed on is agreed on there, too.
        let general = drafts[first..].iter_mut().filter(|draft| draft.rule.tier != Tier::Convention);
        general.for_each(|draft| draft.confidence = Confidence::Low);
    }
}

fn run_on_scripts(
    scripts: &[Script],
    subject: Subject,
    context: &Context,
    checks: &[(&Check, &'static Rule)],
    drafts: &mut Vec<Draft>,
) {
    for script in scripts {
        for (check, rule) in checks {
            if let Run::Script(run) = check.run {
                run(script, context, &mut Reporter::new(subject, rule, drafts));
            }
        }
    }
}

/// Runs `checks` on the tree of files.
pub fn run_on_tree(tree: &Whole, checks: &[(&Check, &'static Rule)], drafts: &mut Vec<UnitDraft>) {
    let first = drafts.len();
    for (check, rule) in checks {
        if let Run::Tree(run) = check.run {
            run(tree, &mut UnitReporter::new(rule, Vec::new(), drafts));
        }
    }
    drafts[first..].iter_mut().for_each(|draft| name_line(tree.policy, draft.rule, &mut draft.blanks));
}

/// Runs `checks` on one unit.
pub fn run_on_unit(deployment: &Deployment, checks: &[(&Check, &'static Rule)], drafts: &mut Vec<UnitDraft>) {
    let first = drafts.len();
    let is_chart = deployment.unit().kind == UnitKind::Chart;
    let has_roles = deployment.policy().helm.as_ref().is_some_and(|helm| helm.roles.is_some());
    let is_of_charts = |id: &str| OF_CHARTS.contains(&id) || !has_roles && CONVENTIONS_OF_CHARTS.contains(&id);
    for (check, rule) in checks {
        if is_chart && !is_of_charts(check.id) {
            continue;
        }
        if let Run::Unit(run) = check.run {
            run(deployment, &mut UnitReporter::new(rule, vec![deployment.unit], drafts));
        }
    }
    drafts[first..].iter_mut().for_each(|draft| name_line(deployment.policy(), draft.rule, &mut draft.blanks));
}

/// Runs `checks` on what belongs to no unit.
pub fn run_on_graph(graph: &Graph, checks: &[(&Check, &'static Rule)], drafts: &mut Vec<UnitDraft>) {
    let first = drafts.len();
    for (check, rule) in checks {
        if let Run::Graph(run) = check.run {
            run(graph, &mut UnitReporter::new(rule, Vec::new(), drafts));
        }
    }
    drafts[first..].iter_mut().for_each(|draft| name_line(graph.policy, draft.rule, &mut draft.blanks));
}

/// True for a rule that only the graph can decide.
pub fn is_of_graph(rule: &Rule) -> bool {
    let is_of_unit = || CHECKS.iter().any(|check| check.id == rule.id && check.is_of_unit());
    matches!(rule.matcher, Matcher::Cel) || is_of_unit()
}

impl Check {
    /// True where it judges what several files come to, not one.
    pub fn is_of_unit(&self) -> bool {
        matches!(self.run, Run::Unit(_) | Run::Graph(_) | Run::Tree(_))
    }

    /// True where it judges the tree of files.
    pub fn is_of_tree(&self) -> bool {
        matches!(self.run, Run::Tree(_))
    }
}

/// A scalar value with the keys above it, judged when the first check asks.
struct Scalar<'l, 't> {
    leaf: &'l Leaf<'t>,
    policy: &'l Policy,
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

/// What a reporter reports on, for fingerprints.
#[derive(Clone, Copy)]
pub enum Subject<'a> {
    Document(&'a Document<'a>),
    File(FileKind),
}

impl Subject<'_> {
    fn name(&self) -> String {
        match self {
            Subject::Document(document) => document.subject(),
            Subject::File(kind) => format!("{kind:?}"),
        }
    }
}

/// Says where, in one document or file; the rule says what.
pub struct Reporter<'a, 'd> {
    subject: Subject<'a>,
    emitter: Emitter<'d>,
}

impl<'a, 'd> Reporter<'a, 'd> {
    pub fn new(subject: Subject<'a>, rule: &'static Rule, drafts: &'d mut Vec<Draft>) -> Self {
        Reporter { subject, emitter: Emitter::new(rule, drafts) }
    }

    /// A fault at `node`: shown at its span, known by its key path and its value.
    pub fn at(&mut self, node: Node) -> DraftBuilder<'_> {
        let value = node.as_str().unwrap_or_default().to_owned();
        let (subject, key_path) = (self.subject.name(), node.key_path());
        let identity = Identity::Manifest { subject, key_path: key_path.clone(), value };
        self.emitter.at(node.span(), identity).key_path(key_path)
    }

    /// A fault at a part of a scalar's value, known by its key path and that part.
    pub fn within(&mut self, node: Node, part: Span) -> DraftBuilder<'_> {
        let value = node.as_str().and_then(|text| text.get(part.range())).unwrap_or_default().to_owned();
        let (subject, key_path) = (self.subject.name(), node.key_path());
        let identity = Identity::Manifest { subject, key_path: key_path.clone(), value };
        self.emitter.at(node.value_span(part), identity).key_path(key_path)
    }

    /// A fault at the key of an entry, known by the path of its value.
    pub fn at_key(&mut self, key: Node, value: Node) -> DraftBuilder<'_> {
        let key_path = value.key_path();
        let identity =
            Identity::Manifest { subject: self.subject.name(), key_path: key_path.clone(), value: String::new() };
        self.emitter.at(key.span(), identity).key_path(key_path)
    }

    /// A fault at a place that is no node: known by `what`, a name and never a secret.
    pub fn at_span(&mut self, span: Span, what: impl Into<String>) -> DraftBuilder<'_> {
        let identity = Identity::Manifest { subject: self.subject.name(), key_path: String::new(), value: what.into() };
        self.emitter.at(span, identity)
    }

    /// A secret at `span`, the value (or a part of it) of `node`: masked everywhere, never hashed in full.
    pub fn secret(&mut self, node: Node, span: Span, value: &str) -> DraftBuilder<'_> {
        self.secret_under(node.key_path(), span, value)
    }

    /// A secret at a place that `key_path` describes.
    pub fn secret_under(&mut self, key_path: String, span: Span, value: &str) -> DraftBuilder<'_> {
        let subject = self.subject.name();
        let identity = Identity::Guessable { subject, key_path: key_path.clone(), value: Secret::new(value) };
        self.emitter.at(span, identity).key_path(key_path).secret(span)
    }
}

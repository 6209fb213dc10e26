//! `stores:` which stores there are, who may define them, what they say and who refers to others.
//!
//! It does not know what a provider needs: `store_auth` and the fields' checks tell that.

use super::{app_of, text};
use crate::checks::deployment::{UnitDraftBuilder, head};
use crate::checks::store_lookups::of_kind;
use crate::checks::{Deployment, UnitReporter};
use crate::facts::external_secrets::GROUP;
use crate::graph::{Data, Object, Place, StoreReference, all, is_open};
use crate::policy::stores::{Shared, Stores};
use crate::policy::{ByName, Said};
use crate::syntax::{Change, New};

const WORKLOADS: &[&str] = &["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod", "Service", "Rollout"];

/// Where a provider says by which service account it logs in.
const SERVICE_ACCOUNTS: &[&str] = &[
    "auth.kubernetes.serviceAccountRef",
    "auth.jwt.kubernetesServiceAccountToken.serviceAccountRef",
    "auth.jwt.serviceAccountRef",
    "auth.workloadIdentity.serviceAccountRef",
    "auth.iam.serviceAccountRef",
    "serviceAccountRef",
];

fn convention<'a>(deployment: &Deployment<'a>) -> Option<&'a Stores> {
    deployment.policy().stores.as_ref()
}

fn stores<'a>(deployment: &Deployment<'a>) -> impl Iterator<Item = &'a Object> {
    let is_store = |object: &&Object| ["SecretStore", "ClusterSecretStore"].contains(&object.kind());
    deployment.unit().objects.iter().filter(|object| object.group() == GROUP).filter(is_store)
}

/// `store-reference-not-as-agreed`
pub fn reference(deployment: &Deployment, reporter: &mut UnitReporter) {
    let Some(agreed) = convention(deployment) else { return };
    let Some(shared) = agreed.shared.as_ref().filter(|shared| !shared.is_empty()) else { return };
    let own: Vec<&str> =
        stores(deployment).filter(|store| is_of_app(deployment, store)).filter_map(Object::name_text).collect();
    let users: Vec<&Object> = super::external_secrets(deployment).map(|(object, _)| object).collect();
    for reference in deployment.flow().references.iter().filter(|reference| reference.kind.is_external()) {
        let user = deployment.object(reference.object);
        let is_meant = users.iter().any(|object| std::ptr::eq(*object, user));
        let is_told = own.contains(&&*reference.name) && agreed.defined_by_apps.as_ref().is_some_and(|it| !it.value);
        if !is_meant || is_told || is_open(&reference.name) || !agreed.excludes(reference.kind.name(), &reference.name)
        {
            continue;
        }
        let draft = reporter.at(place_of(reference, shared), &*reference.name);
        let draft = draft.blank("kind", reference.kind.name()).blank("name", &*reference.name);
        let names: Vec<String> = shared.iter().map(|store| format!("{} `{}`", store.kind, store.name)).collect();
        let draft = draft.blank("wanted", names.join(" or ")).blank("policy", shared[0].place.to_string());
        draft.fix(corrected(reference, shared)).emit();
    }
}

/// The reference to the only store that can be meant: the one of that name, or the one there is.
fn corrected(reference: &StoreReference, shared: &[Said<Shared>]) -> Vec<(Place, Change)> {
    let mut named = shared.iter().filter(|store| *store.name == *reference.name);
    let only = match (named.next(), named.next(), shared) {
        (Some(only), None, _) | (None, None, [only]) => only,
        _ => return Vec::new(),
    };
    let name =
        (*only.name != *reference.name).then(|| (reference.place, Change::value(&*reference.name, only.name.as_str())));
    let kind = (only.kind != reference.kind.name()).then(|| of_kind(reference, only.kind));
    name.into_iter().chain(kind).collect()
}

/// Where only the kind is wrong it is the kind.
fn place_of(reference: &StoreReference, shared: &[Said<Shared>]) -> Place {
    let is_named = shared.iter().any(|store| *store.name == *reference.name);
    reference.kind_place.filter(|_| is_named).unwrap_or(reference.place)
}

/// `store-defined-by-app`
pub fn defined_by_app(deployment: &Deployment, reporter: &mut UnitReporter) {
    let Some(agreed) = convention(deployment).and_then(|it| it.defined_by_apps.as_ref()) else { return };
    for store in stores(deployment).filter(|store| !agreed.value && is_of_app(deployment, store)) {
        let name = store.name_text().unwrap_or_default();
        let app = app_of(deployment, &deployment.path_of(store)).unwrap_or_default();
        let draft = reporter.at(head(store), name).blank("kind", store.kind()).blank("name", name);
        draft.blank("app", app).blank("policy", agreed.place.to_string()).emit();
    }
}

/// True for a store in the folder of an application: where its workloads or its ExternalSecrets are, too, or where a
/// store has no place that is not the shared one.
fn is_of_app(deployment: &Deployment, store: &Object) -> bool {
    let Some(app) = app_of(deployment, &deployment.path_of(store)) else { return false };
    let agreed = convention(deployment);
    let name = store.name_text().unwrap_or_default();
    let shared = agreed.is_some_and(|agreed| agreed.shared(store.kind(), name).is_some());
    let lists = agreed.is_some_and(|agreed| agreed.shared.is_some());
    let is_beside = |object: &&Object| app_of(deployment, &deployment.path_of(object)).as_deref() == Some(app.as_str());
    let is_its = |object: &Object| WORKLOADS.contains(&object.kind()) || reads_its_own(deployment, object);
    let mut objects = deployment.graph.units.iter().flat_map(|unit| &unit.objects);
    lists && !shared || objects.any(|object| is_its(object) && is_beside(&object))
}

/// True for an ExternalSecret that reads the application's own keys, as far as there is a template for those.
fn reads_its_own(deployment: &Deployment, object: &Object) -> bool {
    if !object.is(GROUP, "ExternalSecret") {
        return false;
    }
    let remote = deployment.policy().external_secrets.as_ref().and_then(|it| it.remote_key.as_ref());
    let Some(remote) = remote.filter(|remote| !remote.templates.is_empty()) else { return true };
    let keys = all(&object.data, "spec.data[].remoteRef.key").into_iter().filter_map(Data::as_str);
    keys.into_iter().any(|key| remote.templates.iter().any(|(_, template)| template.captures(key).is_some()))
}

/// `store-provider-not-as-agreed`
pub fn provider(deployment: &Deployment, reporter: &mut UnitReporter) {
    for Subject { store, shared, provider, .. } in subjects(deployment) {
        let own = shared.map(|shared| &shared.providers).filter(|providers| !providers.is_empty());
        let Some(agreed) = own.or(convention(deployment).and_then(|it| it.providers.as_ref())) else { continue };
        let name = provider.as_str().unwrap_or_default();
        if agreed.iter().any(|known| known.value.eq_ignore_ascii_case(name)) {
            continue;
        }
        let Some(first) = agreed.first() else { continue };
        let names: Vec<&str> = agreed.iter().map(|known| known.value.as_str()).collect();
        let draft = reporter.at(provider.place, name).blank("store", store.name_text().unwrap_or_default());
        let draft = draft.blank("provider", name).blank("wanted", names.join(", "));
        draft.blank("policy", first.place.to_string()).emit();
    }
}

/// `store-settings-not-as-agreed`
pub fn settings(deployment: &Deployment, reporter: &mut UnitReporter) {
    for Subject { store, shared, provider, settings } in subjects(deployment) {
        let Some(shared) = shared else { continue };
        let named = |name: &String| shared.path.as_ref().is_none_or(|path| path.of(Some(name)).is_some());
        let environment = deployment.binding("env", store).filter(named);
        let mut judge = Judge { reporter, environment: environment.as_deref(), missing: provider.place, holder: None };
        if let (Some(wish), "SecretStore") = (&shared.namespace, store.kind()) {
            let found = store.data.at("metadata.namespace");
            let effective = deployment.unit().namespace_of(store);
            if effective.is_some_and(|effective| effective != wish.value && !is_open(effective)) {
                let place = found.map_or(head(store), |found| found.place);
                // Where it is written, and no kustomization writes over it.
                let written = found.and_then(Data::as_str).filter(|written| effective == Some(*written));
                let change = written.map(|written| (place, Change::value(written, wish.value.as_str())));
                let draft = judge.tell(place, "metadata.namespace", effective.unwrap_or_default(), &[wish]);
                draft.fix(change).wants_review().emit();
            }
        }
        if provider.as_str() != Some("vault") {
            continue;
        }
        judge.holder = Some(settings);
        let path = shared.path.as_ref().map(|wish| (wish, settings.get("path")));
        let is_wrong = path.is_some_and(|(wish, found)| judge.value("path", found, wish));
        // The mount of the environment that the path is of; a path and a mount of another environment are one mistake.
        let found = settings.str_at("path").map(|path| path.trim_matches('/'));
        let of_path = shared.path.as_ref().and_then(|wish| name_of(wish, found?));
        judge.environment = judge.environment.or(of_path);
        if let (Some(wish), Some((name, method))) = (&shared.auth_mount_path, settings.get("auth").and_then(first)) {
            let found = method.get("mountPath").or_else(|| method.get("path"));
            // The others call it `path`.
            let takes_it = name.as_str() == Some("kubernetes");
            (judge.missing, judge.holder) = (method.place, takes_it.then_some(method));
            let follows = found.and_then(Data::as_str).and_then(|found| name_of(wish, found.trim_matches('/')));
            let is_told = is_wrong && follows.is_some() && follows == of_path;
            if !is_told && (found.is_some() || judge.environment.is_some()) {
                judge.value("mountPath", found, wish);
            }
        }
        (judge.missing, judge.holder) = (provider.place, Some(settings));
        for (field, wish) in [("namespace", &shared.vault_namespace), ("version", &shared.vault_version)] {
            if let Some(wish) = wish {
                judge.value(field, settings.get(field), wish);
            }
        }
    }
}

/// Holds one store's settings against what is agreed.
struct Judge<'r, 'd, 'e> {
    reporter: &'r mut UnitReporter<'d>,
    environment: Option<&'e str>,
    /// Where to point at what is not there.
    missing: Place,
    /// Where it would have to be put, as far as that is known.
    holder: Option<&'e Data>,
}

impl Judge<'_, '_, '_> {
    /// Where the environment is unknown any of the agreed values will do. True for a finding.
    fn value(&mut self, field: &str, found: Option<&Data>, wish: &ByName<String>) -> bool {
        let agreed = wish.of(self.environment).map_or_else(|| wish.all(), |value| vec![value]);
        let text = found.and_then(Data::as_str).unwrap_or_default();
        let is_agreed = agreed.iter().any(|agreed| agreed.value.trim_matches('/') == text.trim_matches('/'));
        if is_agreed || agreed.is_empty() || is_open(text) || found.is_some_and(Data::is_unknown) {
            return false;
        }
        let change = |wish: &str| match (found, self.holder) {
            (Some(found), _) => Some((found.place, Change::value(text, wish))),
            (None, holder) => Some((holder?.place, Change::entry(field, New::text(wish)))),
        };
        let is_only = agreed.iter().all(|other| other.value == agreed[0].value);
        let change = is_only.then(|| change(&agreed[0].value)).flatten();
        self.tell(found.map_or(self.missing, |found| found.place), field, text, &agreed).fix(change).emit();
        true
    }

    fn tell(&mut self, place: Place, field: &str, text: &str, agreed: &[&Said<String>]) -> UnitDraftBuilder<'_> {
        let said = if text.is_empty() { "is missing".to_owned() } else { format!("is `{text}`") };
        let mut names: Vec<String> = agreed.iter().map(|value| format!("`{}`", value.value)).collect();
        names.dedup();
        let of = self.environment.map_or(String::new(), |environment| format!(" in {environment}"));
        let draft = self.reporter.at(place, format!("{field} {text}")).blank("field", field).blank("said", said);
        let draft = draft.blank("wanted", format!("{}{of}", names.join(" or ")));
        draft.blank("policy", agreed[0].place.to_string())
    }
}

/// The environment that one value is agreed for.
fn name_of<'w>(wish: &'w ByName<String>, text: &str) -> Option<&'w str> {
    let ByName::Each(values) = wish else { return None };
    values.iter().find(|(_, value)| value.value.trim_matches('/') == text).map(|(name, _)| name.as_str())
}

/// `store-auth-not-as-agreed`
pub fn auth(deployment: &Deployment, reporter: &mut UnitReporter) {
    for Subject { shared, provider, settings, .. } in subjects(deployment) {
        let name = provider.as_str().unwrap_or_default();
        let of_provider = || {
            let of = convention(deployment)?.auth.as_ref()?.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
            of.map(|(_, method)| method)
        };
        let Some(agreed) = shared.and_then(|shared| shared.auth.as_ref()).or_else(of_provider) else { continue };
        let found = match settings.get("authType").filter(|kind| kind.as_str().is_some()) {
            Some(kind) => Some(kind),
            None => settings.get("auth").and_then(first).map(|(method, _)| method),
        };
        let Some((found, method)) = found.and_then(|found| Some((found, found.as_str()?))) else { continue };
        if method != agreed.value && !is_open(method) {
            let draft = reporter.at(found.place, method).blank("found", method).blank("wanted", &agreed.value);
            draft.blank("policy", agreed.place.to_string()).emit();
        }
    }
}

/// `store-identity-not-as-agreed`
pub fn identity(deployment: &Deployment, reporter: &mut UnitReporter) {
    for Subject { shared, settings, .. } in subjects(deployment) {
        let Some(agreed) = shared.and_then(|shared| shared.service_account.as_ref()) else { continue };
        let (namespace, name) =
            agreed.value.rsplit_once('/').map_or((None, agreed.as_str()), |(it, name)| (Some(it), name));
        for reference in SERVICE_ACCOUNTS.iter().filter_map(|path| settings.at(path)) {
            let wrong_name = text(reference, "name").filter(|(_, found)| *found != name);
            let wrong_namespace =
                text(reference, "namespace").filter(|(_, found)| namespace.is_some_and(|it| it != *found));
            if let Some((place, found)) = wrong_name.or(wrong_namespace) {
                let draft = reporter.at(place.place, found).blank("found", found).blank("wanted", &agreed.value);
                draft.blank("policy", agreed.place.to_string()).emit();
            }
        }
    }
}

/// A store that may be defined where it is, with its one provider.
struct Subject<'a> {
    store: &'a Object,
    shared: Option<&'a Shared>,
    /// The key that names it.
    provider: &'a Data,
    settings: &'a Data,
}

fn subjects<'a>(deployment: &Deployment<'a>) -> Vec<Subject<'a>> {
    let Some(agreed) = convention(deployment) else { return Vec::new() };
    let is_told =
        |store: &&Object| agreed.defined_by_apps.as_ref().is_some_and(|it| !it.value) && is_of_app(deployment, store);
    let subject = |store: &'a Object| {
        let shared = agreed.shared(store.kind(), store.name_text()?).map(|shared| &shared.value);
        let (provider, settings) = store.data.at("spec.provider").and_then(first)?;
        Some(Subject { store, shared, provider, settings })
    };
    stores(deployment).filter(|store| !is_told(store)).filter_map(subject).collect()
}

/// The first entry of a mapping: its key and its value.
fn first(data: &Data) -> Option<(&Data, &Data)> {
    data.entries().first().map(|(key, value)| (key, value))
}

//! Tenants that share a cluster and a backend: each reads its own keys only.
//!
//! It does not know which tenants exist beyond those whose namespaces the manifests name.

use std::collections::BTreeSet;

use super::deployed::{Deployed, objects};
use super::{Context, Reporter, UnitReporter};
use crate::document::{Document, Form, SecretStore};
use crate::graph::{Data, Graph, Object, all, is_open};
use crate::policy::bindings::longest;
use crate::policy::{Policy, StoreConditions, Subject, Template};

/// The blank that a namespace fills.
const TENANT: &str = "tenant";

/// Where an ExternalSecret, or what a ClusterExternalSecret makes, names what it reads.
const KEYS: [&str; 2] = ["data[].remoteRef.key", "dataFrom[].extract.key"];

/// Where it looks for whatever begins like this.
const SEARCHES: [&str; 2] = ["dataFrom[].find.name.regexp", "dataFrom[].find.path"];

/// `foreign-tenant-key`
pub fn foreign_key(graph: &Graph, reporter: &mut UnitReporter) {
    let Some(tenancy) = &graph.policy.tenancy else { return };
    let Some(own) = &tenancy.remote_key else { return };
    let objects = objects(graph);
    let namespaces = objects.iter().filter_map(|deployed| deployed.namespace);
    let tenants: BTreeSet<String> = namespaces.filter_map(|namespace| tenant_of(graph.policy, namespace)).collect();
    let reader =
        Reader { policy: graph.policy, own, shared: tenancy.shared.as_deref().unwrap_or_default(), tenants: &tenants };
    for deployed in &objects {
        let Some(spec) = spec(deployed.object) else { continue };
        for namespace in readers(deployed) {
            for key in KEYS.iter().flat_map(|path| all(spec, path)) {
                report(key, namespace, reader.problem(key, namespace), reporter);
            }
            for key in SEARCHES.iter().flat_map(|path| all(spec, path)) {
                report(key, namespace, reader.problem_of_search(key, namespace), reporter);
            }
        }
    }
}

fn report(key: &Data, namespace: &str, problem: Option<String>, reporter: &mut UnitReporter) {
    let (Some(problem), Some(text)) = (problem, key.as_str()) else { return };
    reporter.at(key.place, text).blank("key", text).blank("namespace", namespace).blank("problem", problem).emit();
}

struct Reader<'p> {
    policy: &'p Policy,
    own: &'p Template,
    shared: &'p [(String, Vec<String>)],
    tenants: &'p BTreeSet<String>,
}

impl Reader<'_> {
    /// Why a namespace may not read a key; `None` where it may.
    fn problem(&self, key: &Data, namespace: &str) -> Option<String> {
        let text = key.as_str().filter(|text| !is_open(text))?;
        if let Some((_, places)) = self.shared.iter().find(|(name, _)| name == text) {
            let is_allowed = places.iter().any(|place| place == namespace);
            return (!is_allowed).then(|| format!("it is for {} only", places.join(" and ")));
        }
        let tenant = tenant_of(self.policy, namespace)?;
        let fits = |tenant: &str| self.own.matches(text, &|name| (name == TENANT).then(|| tenant.to_owned()));
        let known = self.tenants.iter().map(String::as_str).chain([tenant.as_str()]);
        match longest(known, fits) {
            Some(owner) if owner == tenant => None,
            Some(owner) => Some(format!("it belongs to tenant {owner}")),
            None => Some(format!("keys of this tenant look like `{}`", self.filled(&tenant))),
        }
    }

    /// The same of what a search begins with. One that begins with anything at all is the subject of another rule.
    fn problem_of_search(&self, search: &Data, namespace: &str) -> Option<String> {
        let text = search.as_str().filter(|text| !is_open(text) || text.contains('*'))?;
        let tenant = tenant_of(self.policy, namespace)?;
        let start = text.trim_start_matches(['^', '/']);
        let literal = start.split(['.', '*', '[', '(', '+', '?', '|', '\\', '$', '{']).next().unwrap_or_default();
        let filled = self.filled(&tenant);
        let wanted = filled.split('*').next().unwrap_or_default();
        (!literal.is_empty() && !literal.starts_with(wanted))
            .then(|| format!("keys of this tenant look like `{filled}`"))
    }

    fn filled(&self, tenant: &str) -> String {
        self.own.filled(&|name| (name == TENANT).then(|| tenant.to_owned()))
    }
}

fn tenant_of(policy: &Policy, namespace: &str) -> Option<String> {
    let subject = Subject { namespace: Some(namespace), ..Subject::file("") };
    policy.bindings.value(TENANT, subject).filter(|_| !is_open(namespace))
}

fn spec(object: &Object) -> Option<&Data> {
    match (object.group(), object.kind()) {
        ("external-secrets.io", "ExternalSecret") => object.data.get("spec"),
        ("external-secrets.io", "ClusterExternalSecret") => object.data.at("spec.externalSecretSpec"),
        _ => None,
    }
}

/// The namespaces in which an object reads.
fn readers<'d>(deployed: &'d Deployed) -> Vec<&'d str> {
    match deployed.object.kind() {
        "ClusterExternalSecret" => {
            all(&deployed.object.data, "spec.namespaces[]").into_iter().filter_map(Data::as_str).collect()
        }
        _ => deployed.namespace.into_iter().collect(),
    }
}

/// `store-without-conditions`
pub fn open_store(document: &Document, context: &Context, reporter: &mut Reporter) {
    let tenancy = context.policy.tenancy.as_ref();
    let is_asked_for = tenancy.and_then(|it| it.store_conditions) == Some(StoreConditions::Required);
    for store in SecretStore::all(document).into_iter().filter(|_| is_asked_for && document.form() != Form::Fragment) {
        let conditions = store.manifest.root.at("spec.conditions");
        let is_open =
            conditions.is_none_or(|conditions| !conditions.is_unknown() && conditions.items().next().is_none());
        if let Some(name) = store.manifest.root.at("metadata.name").filter(|_| store.is_cluster_wide() && is_open) {
            reporter.at(name).blank("name", name.as_str().unwrap_or_default()).emit();
        }
    }
}

//! `stores.shared`: the stores that ExternalSecrets share, with what their definitions say.
//!
//! It does not know which stores a cluster has.

use std::collections::BTreeMap;

use super::facts::Facts;
use super::majority::is_most;
use super::page::{Entry, quoted};
use crate::graph::{Data, Object, is_open};

pub fn shared(facts: &Facts) -> Vec<Entry> {
    let mut uses: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    facts.references.iter().for_each(|it| *uses.entry((it.kind, it.name)).or_default() += 1);
    uses.retain(|_, count| *count > 1);
    let all = facts.references.len();
    let count: usize = uses.values().sum();
    // Many stores with a few users each are samples, or everybody's own.
    let are_few = uses.len() == 1 || uses.len() * 4 <= count;
    if uses.is_empty() || !are_few || !is_most(count, all) {
        return Vec::new();
    }
    let item = |((kind, name), count): (&(&str, &str), &usize)| {
        let defined: Vec<&Object> =
            facts.stores.iter().copied().filter(|it| it.kind() == *kind && it.name_text() == Some(name)).collect();
        format!("\n    # {count} references\n    - {{ kind: {kind}, name: {}{} }}", quoted(name), settings(&defined))
    };
    let others = facts.references.iter().filter(|it| !uses.contains_key(&(it.kind, it.name)));
    vec![Entry {
        key: "shared",
        value: uses.iter().map(item).collect(),
        comment: format!("{count} of {all} references to stores"),
        exceptions: others.map(|it| (it.place, format!("{} {}", it.kind, it.name))).collect(),
    }]
}

/// A key of the policy, and what a definition says for it.
type Field = (&'static str, fn(&Object) -> Option<String>);

/// What every definition of a store says the same.
fn settings(defined: &[&Object]) -> String {
    let fields: [Field; 8] = [
        ("namespace", |store| store.namespace().filter(|_| store.kind() == "SecretStore").map(str::to_owned)),
        ("provider", |store| provider(store)?.0.as_str().map(str::to_owned)),
        ("vault-namespace", |store| vault(store)?.str_at("namespace").map(str::to_owned)),
        ("vault-version", |store| vault(store)?.str_at("version").map(str::to_owned)),
        ("path", |store| vault(store)?.str_at("path").map(str::to_owned)),
        ("auth-mount-path", |store| {
            let method = &method(store).filter(|_| vault(store).is_some())?.1;
            method.str_at("mountPath").or_else(|| method.str_at("path")).map(str::to_owned)
        }),
        ("auth", |store| {
            let written = provider(store)?.1.str_at("authType").map(str::to_owned);
            written.or_else(|| method(store)?.0.as_str().map(str::to_owned))
        }),
        ("service-account", service_account),
    ];
    let text = |(key, read): &Field| {
        let first = read(defined.first()?).filter(|text| !text.is_empty() && !is_open(text))?;
        let same = defined.iter().all(|store| read(store).as_ref() == Some(&first));
        same.then(|| format!(", {key}: {}", quoted(&first)))
    };
    fields.iter().filter_map(text).collect()
}

fn provider(store: &Object) -> Option<&(Data, Data)> {
    store.data.at("spec.provider")?.entries().first()
}

fn vault(store: &Object) -> Option<&Data> {
    store.data.at("spec.provider.vault")
}

fn method(store: &Object) -> Option<&(Data, Data)> {
    provider(store)?.1.get("auth")?.entries().first()
}

fn service_account(store: &Object) -> Option<String> {
    let settings = &provider(store)?.1;
    let method = method(store).map(|(_, method)| method);
    let token = method.and_then(|method| method.get("kubernetesServiceAccountToken"));
    let holders = [token, method, Some(settings)];
    let account = holders.into_iter().flatten().find_map(|holder| holder.get("serviceAccountRef"))?;
    let name = account.str_at("name")?;
    Some(account.str_at("namespace").map_or(name.to_owned(), |namespace| format!("{namespace}/{name}")))
}

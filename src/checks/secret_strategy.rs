//! Where a chart's values say its secrets come from: allowed in this environment, and the rest of the values in keeping
//! with it.
//!
//! It does not know what the chart does with the values.

use super::UnitReporter;
use super::conventions::refresh::missed;
use super::deployed::{Deployed, objects};
use super::effective_values::Values;
use crate::facts::remote_keys;
use crate::graph::{Data, Graph};
use crate::policy::{Demands, Helm, Strategy, ValueRole};
use crate::text::duration;
use crate::value::{self, Verdict};

/// The strategy with which a chart makes ExternalSecrets.
const EXTERNAL: &str = "external";

/// `secret-strategy-not-allowed`
pub fn not_allowed(graph: &Graph, reporter: &mut UnitReporter) {
    let Some(strategy) = strategy(graph) else { return };
    for values in Values::all(graph) {
        let Some((mode, place)) = mode(&values, strategy) else { continue };
        let environment = values.environment.as_deref().unwrap_or_default();
        let known = strategy.known();
        let (allowed, scope) = match strategy.allowed(environment) {
            Some(allowed) => (allowed.iter().map(String::as_str).collect(), format!("in {environment}")),
            None => (known, "anywhere".to_owned()),
        };
        if allowed.contains(&mode) {
            continue;
        }
        let draft = reporter.at(place.place, mode).blank("key", strategy.path.to_string()).blank("mode", mode);
        draft.blank("scope", scope).blank("allowed", allowed.join(" or ")).emit();
    }
}

/// The strategy that the policy speaks of.
pub fn strategy<'g>(graph: &Graph<'g>) -> Option<&'g Strategy> {
    graph.policy.helm.as_ref()?.strategy.as_ref()
}

/// What the values choose, where they say it in so many words.
pub fn mode<'g>(values: &Values<'g>, strategy: &Strategy) -> Option<(&'g str, &'g Data)> {
    let chosen = values.get(&strategy.path)?;
    Some((chosen.as_str().filter(|mode| !mode.is_empty())?, chosen))
}

/// Every strategy that the values of the tree choose.
pub fn modes<'g>(graph: &Graph<'g>) -> Vec<&'g str> {
    let Some(strategy) = strategy(graph) else { return Vec::new() };
    Values::all(graph).iter().filter_map(|values| mode(values, strategy)).map(|(mode, _)| mode).collect()
}

/// What the chosen strategy asks of the other values.
fn demands<'h>(helm: &'h Helm, mode: &str) -> Option<&'h Demands> {
    match mode {
        EXTERNAL => helm.when_external.as_ref(),
        "none" => helm.when_none.as_ref(),
        _ => None,
    }
}

/// The values of a tree that choose a strategy, with what it demands.
fn bound<'g>(graph: &Graph<'g>) -> Vec<(Values<'g>, &'g str, &'g Data, &'g Demands)> {
    let Some((strategy, helm)) = strategy(graph).zip(graph.policy.helm.as_ref()) else { return Vec::new() };
    let bound = |values: Values<'g>| {
        let (mode, place) = mode(&values, strategy)?;
        let demands = demands(helm, mode)?;
        Some((values, mode, place, demands))
    };
    Values::all(graph).into_iter().filter_map(bound).collect()
}

/// `strategy-value-missing`
pub fn missing(graph: &Graph, reporter: &mut UnitReporter) {
    for (values, mode, chosen, demands) in bound(graph) {
        let mut gaps: Vec<(&Data, Vec<String>)> = Vec::new();
        for pattern in &demands.required {
            let found = values.matching(pattern);
            let empty: Vec<&Data> = found.iter().map(|(_, data)| *data).filter(|data| is_empty(data)).collect();
            // Who chooses the strategy has to bring what it needs: an empty default below is nobody's fault.
            let own: Vec<&Data> = empty.iter().copied().filter(|it| it.place.file == chosen.place.file).collect();
            let places = match (found.is_empty() || !empty.is_empty(), own.is_empty()) {
                (false, _) => continue,
                (true, false) => own,
                (true, true) => {
                    vec![values.nearest(pattern, chosen).filter(|it| !is_root(it, graph)).unwrap_or(chosen)]
                }
            };
            for place in places {
                match gaps.iter_mut().find(|(known, _)| known.place == place.place) {
                    Some((_, names)) => names.push(pattern.to_string()),
                    None => gaps.push((place, vec![pattern.to_string()])),
                }
            }
        }
        for (place, names) in gaps {
            let draft = reporter.at(place.place, names.join(" ")).blank("keys", names.join(", ")).blank("mode", mode);
            draft.blank("policy", line_of(mode, graph)).related(chosen.place, "chosen here").emit();
        }
    }
}

/// The line of the policy that demands something with a strategy.
fn line_of(mode: &str, graph: &Graph) -> String {
    let key = if mode == EXTERNAL { "helm.when-external" } else { "helm.when-none" };
    graph.policy.line_of(key).unwrap_or_default()
}

/// True for the first key of the strategy's own path: what lacks everything below it is told where the strategy stands.
fn is_root(key: &Data, graph: &Graph) -> bool {
    strategy(graph).is_some_and(|strategy| strategy.path.parts().first().map(String::as_str) == key.as_str())
}

fn is_empty(data: &Data) -> bool {
    data.is_null()
        || data.as_str().is_some_and(|text| text.trim().is_empty())
        || data.is_mapping() && data.entries().is_empty()
}

/// `strategy-value-forbidden`
pub fn forbidden(graph: &Graph, reporter: &mut UnitReporter) {
    for (values, mode, chosen, demands) in bound(graph) {
        values.each_leaf(&mut |keys, data| {
            let is_named = demands.forbidden.iter().any(|pattern| pattern.matches(keys)) && !is_empty(data);
            if is_named || demands.no_inline_credentials && is_inline_credential(keys, data) {
                let key = keys.join(".");
                let draft = reporter.at(data.place, key.clone()).blank("key", key).blank("mode", mode);
                draft.blank("policy", line_of(mode, graph)).related(chosen.place, "chosen here").emit();
            }
        });
    }
}

fn is_inline_credential(keys: &[&str], data: &Data) -> bool {
    let Some(text) = data.as_str().filter(|text| !text.is_empty()) else { return false };
    let judgement = value::judge(value::Context { keys, siblings: &Vec::new, quoted: true }, text);
    matches!(judgement.verdict, Verdict::Credential(_) | Verdict::WeakDefault | Verdict::Placeholder)
}

/// `external-value-not-allowed`
pub fn contradicts(graph: &Graph, reporter: &mut UnitReporter) {
    let Some((strategy, helm)) = strategy(graph).zip(graph.policy.helm.as_ref()) else { return };
    for values in Values::all(graph) {
        if mode(&values, strategy).is_none_or(|(mode, _)| mode != EXTERNAL) {
            continue;
        }
        let providers = providers(&values, helm, graph);
        values.each_leaf(&mut |keys, data| {
            let role = helm.roles.iter().flatten().find(|(pattern, _)| pattern.matches(keys)).map(|(_, role)| *role);
            let Some((role, text)) = role.zip(data.as_str().filter(|text| !text.is_empty())) else { return };
            if let Some(problem) = problem(role, text, &providers, graph) {
                let draft = reporter.at(data.place, text).blank("key", keys.join(".")).blank("value", text);
                draft.blank("problem", problem).emit();
            }
        });
    }
}

/// The providers behind the store that the values name, as far as the tree defines it.
fn providers(values: &Values, helm: &Helm, graph: &Graph) -> Vec<String> {
    let names = helm.roles.iter().flatten().filter(|(_, role)| *role == ValueRole::StoreName);
    let names: Vec<&str> = names.filter_map(|(pattern, _)| values.get(pattern)?.as_str()).collect();
    let is_meant = |it: &Deployed| {
        matches!(it.object.kind(), "SecretStore" | "ClusterSecretStore")
            && it.object.name_text().is_some_and(|name| names.contains(&name))
    };
    let of_store = |it: &Deployed| {
        let providers = it.object.data.at("spec.provider").map(Data::entries).unwrap_or_default();
        providers.iter().filter_map(|(key, _)| key.as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    let mut providers: Vec<String> = objects(graph).iter().filter(|it| is_meant(it)).flat_map(of_store).collect();
    providers.sort_unstable();
    providers.dedup();
    providers
}

/// Why a value cannot be what its role wants; `None` where it can.
fn problem(role: ValueRole, text: &str, providers: &[String], graph: &Graph) -> Option<String> {
    let shared = graph.policy.stores.iter().flat_map(|stores| stores.shared.iter().flatten());
    let agreed = graph.policy.external_secrets.as_ref();
    match role {
        ValueRole::StoreName => {
            let names = shared.map(|store| store.name.as_str()).collect();
            stranger(text, names).map(|names| format!("the store is {names}"))
        }
        ValueRole::StoreKind => {
            let mut kinds: Vec<&str> = shared.map(|store| store.kind).collect();
            kinds.dedup();
            let kinds = if kinds.is_empty() { vec!["ClusterSecretStore", "SecretStore"] } else { kinds };
            stranger(text, kinds).map(|kinds| format!("the store is a {kinds}"))
        }
        ValueRole::RefreshInterval => match duration::parse(text) {
            None => Some("it is no duration such as 1h".to_owned()),
            Some(seconds) => {
                let wanted = missed(agreed?.refresh_interval.as_ref()?, seconds)?;
                Some(format!("it is to be {wanted}"))
            }
        },
        ValueRole::RemoteKey => {
            let fault = providers.iter().find_map(|provider| remote_keys::fault(provider, None, text));
            fault.map(|fault| format!("the store's backend {fault}")).or_else(|| {
                let is_meant = |of: &Option<String>| match of {
                    Some(of) => providers.is_empty() || providers.contains(of),
                    None => true,
                };
                let templates = agreed?.remote_key.iter().flat_map(|key| &key.templates);
                let templates: Vec<_> =
                    templates.filter(|(of, _)| is_meant(of)).map(|(_, template)| template).collect();
                let fits = templates.iter().any(|template| template.captures(text).is_some());
                let mut wanted: Vec<&str> = templates.iter().map(|template| template.text()).collect();
                wanted.dedup();
                (!templates.is_empty() && !fits).then(|| format!("keys look like `{}`", wanted.join("` or `")))
            })
        }
    }
}

/// What is allowed, in words, where it is said and `text` is none of it.
fn stranger(text: &str, allowed: Vec<&str>) -> Option<String> {
    (!allowed.is_empty() && !allowed.contains(&text)).then(|| allowed.join(" or "))
}

//! `bindings.tenant` and `tenancy.remote-key`: namespaces named after tenants whose keys begin with the tenant's name.
//!
//! It does not know which keys tenants share.

use std::collections::BTreeSet;

use super::facts::Facts;
use super::majority::is_most;
use super::page::{Entry, quoted};
use crate::graph::{Place, is_open};

/// What stands behind a tenant's name in a key.
const MARKS: [char; 2] = ['-', '/'];

pub struct Tenants {
    /// What stands before a tenant's name in a namespace: `tenant-`.
    before: String,
    mark: char,
    names: BTreeSet<String>,
    count: usize,
    others: Vec<(Place, String)>,
}

/// The tenants whose own keys are most.
pub fn find(facts: &Facts) -> Option<Tenants> {
    let namespaces = facts.external_secrets.iter().filter_map(|seen| seen.namespace);
    let beginnings: BTreeSet<&str> =
        namespaces.flat_map(|name| name.match_indices('-').map(|(at, _)| &name[..=at])).collect();
    let found = beginnings.iter().flat_map(|before| MARKS.map(|mark| Tenants::of(facts, before, mark)));
    // Of equals the shortest beginning.
    let found: Vec<Tenants> = found.flatten().collect();
    found.into_iter().rev().max_by_key(|tenants| tenants.count)
}

impl Tenants {
    fn of(facts: &Facts, before: &str, mark: char) -> Option<Tenants> {
        let mut found =
            Tenants { before: before.to_owned(), mark, names: BTreeSet::new(), count: 0, others: Vec::new() };
        for seen in &facts.external_secrets {
            let tenant = seen.namespace.filter(|name| !is_open(name)).and_then(|name| name.strip_prefix(before));
            let Some(tenant) = tenant.filter(|tenant| !tenant.is_empty()) else { continue };
            for (key, place) in seen.remote_keys() {
                match key.strip_prefix(tenant).is_some_and(|rest| rest.starts_with(mark)) {
                    true => found.count += 1,
                    false => found.others.push((place, key.to_owned())),
                }
            }
            found.names.insert(tenant.to_owned());
        }
        let is_custom = found.names.len() > 1 && found.count > 1 && is_most(found.count, found.all());
        is_custom.then_some(found)
    }

    fn all(&self) -> usize {
        self.count + self.others.len()
    }

    pub fn binding(&self) -> Entry {
        Entry {
            key: "tenant",
            value: format!("{{ namespace: {} }}", quoted(&format!("{}{{tenant}}", self.before))),
            comment: format!("{} namespaces whose keys repeat their name", self.names.len()),
            exceptions: Vec::new(),
        }
    }

    pub fn remote_key(&self) -> Entry {
        Entry {
            key: "remote-key",
            value: quoted(&format!("{{tenant}}{}*", self.mark)),
            comment: format!("{} of {} keys in these namespaces", self.count, self.all()),
            exceptions: self.others.clone(),
        }
    }
}

//! The policy that a tree already follows, written down with how often it is followed and where it is not.
//!
//! It does not read files, and it never forbids: what is absent says nothing of what is wanted.
//!
//! One pass over what is deployed gathers facts; each proposer makes entries of them.

mod apps;
mod environments;
mod facts;
mod intervals;
mod majority;
mod objects;
mod page;
mod shape;
mod stores;
mod templates;
mod tenants;
mod vault;

use facts::Facts;
use page::{Entry, Page};

use crate::graph::{Graph, Place};

/// What cannot be read off a tree.
const NOT_SEEN: &str = "\
# What is to be forbidden cannot be seen in what is there. Consider, too:
#   stores.defined-by-apps, vault.auth.never-roles, helm, workloads, rotation, forbid, files, images, scripts, ci, gates,
#   placeholders, environments.isolated
";

/// The policy, as a file. `line` names a place: `k8s/web/secret.yaml:7`.
pub fn policy(graph: &Graph, line: &dyn Fn(Place) -> String) -> String {
    let facts = Facts::of(graph);
    let app = apps::binding(&facts);
    let mut page = Page::new(line);
    page.section("targets", objects::targets(&facts));
    let environments = environments::alike(&facts);
    let binding = environments.iter().map(environments::Environments::binding);
    let tenants = tenants::find(&facts);
    let binding = binding.chain(tenants.iter().map(tenants::Tenants::binding));
    page.section("bindings", app.iter().map(apps::App::entry).chain(binding).collect());
    page.section("stores", stores::shared(&facts));
    let mut entries: Vec<Entry> = objects::all(&facts);
    entries.extend(objects::location(&facts, app.as_ref()));
    entries.extend(intervals::interval(&facts));
    entries.extend(templates::remote_key(&facts, app.as_ref()));
    page.section("external-secrets", entries);
    page.section("tenancy", tenants.iter().map(tenants::Tenants::remote_key).collect());
    page.section("vault", vault::all(&facts, app.as_ref()));
    page.section("environments", environments.iter().map(environments::Environments::parity).collect());
    page.finish(NOT_SEEN)
}

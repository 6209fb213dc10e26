//! The policy that a tree already follows, written down with how often it is followed and where it is not.
//!
//! It does not read files, and it never forbids: what is absent says nothing of what is wanted.
//!
//! One pass over what is deployed gathers facts; each proposer makes entries of them.

mod apps;
mod environments;
mod facts;
mod ignored;
mod intervals;
mod majority;
mod objects;
mod page;
mod shape;
mod stores;
mod templates;
mod tenants;
mod vault;

pub use ignored::Listed;

use apps::App;
use environments::Environments;
use facts::Facts;
use page::{Entry, Page};
use tenants::Tenants;

use crate::graph::{Graph, Place};

/// What cannot be read off a tree.
const NOT_SEEN: &str = "\
# What is to be forbidden cannot be seen in what is there. Consider, too:
#   stores.defined-by-apps, vault.auth.never-roles, helm, workloads, rotation, forbid, files.forbidden, images, scripts, ci, gates,
#   placeholders, environments.isolated
";

/// The policy, as a file. `line` names a place: `k8s/web/secret.yaml:7`.
pub fn policy(graph: &Graph, listed: &Listed, line: &dyn Fn(Place) -> String) -> String {
    let facts = Facts::of(graph);
    let app = apps::binding(&facts);
    let environments = environments::alike(&facts);
    let tenants = tenants::find(&facts);
    let mut page = Page::new(line);
    page.section("targets", objects::targets(&facts));
    let bindings = [
        app.as_ref().map(App::entry),
        environments.as_ref().map(Environments::binding),
        tenants.as_ref().map(Tenants::binding),
    ];
    page.section("bindings", bindings.into_iter().flatten().collect());
    page.section("stores", stores::shared(&facts));
    let mut entries: Vec<Entry> = objects::all(&facts);
    entries.extend(objects::location(&facts, app.as_ref()));
    entries.extend(intervals::interval(&facts));
    entries.extend(templates::remote_key(&facts, app.as_ref()));
    page.section("external-secrets", entries);
    page.section("tenancy", tenants.iter().map(Tenants::remote_key).collect());
    page.section("vault", vault::all(&facts, app.as_ref()));
    page.section("environments", environments.iter().map(Environments::parity).collect());
    page.section("files", ignored::files(listed).into_iter().collect());
    page.finish(NOT_SEEN)
}

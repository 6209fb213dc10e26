//! Workloads that would not notice a changed Secret: Reloader restarts those that ask for it.
//!
//! It does not know whether Reloader runs.

use super::workload_view::Workload;
use super::{Context, Reporter};
use crate::document::{Document, Role};
use crate::model::Edit;
use crate::policy::{Subject, Way};
use crate::syntax::{Change, New, Node};

const LIST: &str = "secret.reloader.stakater.com/reload";

/// Each says: whatever this workload reads.
const EVERYTHING: [&str; 3] =
    ["reloader.stakater.com/auto", "reloader.stakater.com/search", "secret.reloader.stakater.com/auto"];

/// `reload-not-requested`
pub fn not_requested(document: &Document, context: &Context, reporter: &mut Reporter) {
    let workloads = context.policy.workloads.as_ref();
    let Some(reload) = workloads.and_then(|workloads| workloads.reload.as_ref()) else { return };
    let counts = |way: Way| reload.of.is_empty() || reload.of.contains(&way);
    // What an overlay of values lacks, the values below it may say.
    if environment(document, context).is_some() {
        return;
    }
    for workload in Workload::all(document).into_iter().filter(outlives_rotation) {
        let volumes = workload.volumes.iter().map(|it| (Way::Volume, it.name));
        let sources = workload.sources.iter().map(|it| (Way::EnvFrom, it.name));
        let variables = workload.variables.iter().map(|it| (Way::SecretKeyRef, it.name));
        let read: Vec<Node> =
            volumes.chain(sources).chain(variables).filter(|it| counts(it.0)).map(|it| it.1).collect();
        let requests = Requests::of(&workload);
        let is_known = |item: &str| {
            read.iter().any(|name| name.as_str() == Some(item)) || context.policy.externals.has_secret(None, item)
        };
        let missed: Vec<&Node> =
            read.iter().filter(|name| !requests.cover(name.as_str().unwrap_or_default())).collect();
        let Some(first) = missed.first() else { continue };
        let stranger = requests.lists.iter().find(|list| items(list).any(|item| !is_known(item)));
        let place = match stranger {
            // `reload-annotation-invalid` speaks of the list itself.
            Some(_) if !workload.is_values => continue,
            Some(list) => *list,
            None => **first,
        };
        let draft = reporter.at(place).blank("name", first.as_str().unwrap_or_default());
        draft.fix(requested(&workload, &requests, &missed)).emit();
    }
}

/// The annotation that asks for all that is missed, on the workload itself: where a chart or a release puts its
/// annotations, its values do not say.
fn requested(workload: &Workload, requests: &Requests, missed: &[&Node]) -> Option<Edit> {
    let is_pod_maker = matches!(workload.root.str_at("kind"), Some("Deployment" | "StatefulSet" | "DaemonSet"));
    let metadata = workload.root.get("metadata").filter(|_| is_pod_maker && !workload.is_values)?;
    let mut names: Vec<&str> = missed.iter().filter_map(|name| name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let names = names.join(",");
    match (requests.lists.first(), metadata.get("annotations")) {
        (Some(list), _) => {
            let listed = list.as_str()?;
            Change::value(listed, format!("{listed},{names}")).at(*list)
        }
        (None, Some(annotations)) => Change::entry(LIST, New::text(names)).at(annotations),
        (None, None) => Change::entry("annotations", New::mapping(LIST, New::text(names))).at(metadata),
    }
}

fn environment(document: &Document, context: &Context) -> Option<String> {
    let path = document.path.to_text();
    context.policy.bindings.environment(Subject::file(&path)).filter(|_| *document.role == Role::ChartValues)
}

/// Jobs end before their secrets change. A part of a workload, or a template that takes its annotations from values, may be
/// annotated elsewhere.
fn outlives_rotation(workload: &Workload) -> bool {
    let lives = matches!(
        workload.root.str_at("kind"),
        Some("Deployment" | "StatefulSet" | "DaemonSet" | "Rollout" | "HelmRelease" | "Application")
    );
    let places = ["metadata", "metadata.annotations", "spec.template.metadata", "spec.template.metadata.annotations"];
    let is_open = places.iter().filter_map(|path| workload.root.at(path)).any(Node::is_unknown);
    workload.is_values || lives && !is_open && !workload.is_part
}

/// What a workload asks Reloader for.
struct Requests<'a> {
    all: bool,
    lists: Vec<Node<'a>>,
}

impl<'a> Requests<'a> {
    fn of(workload: &Workload<'a>) -> Requests<'a> {
        let mut requests = Requests { all: false, lists: Vec::new() };
        requests.walk(workload.root);
        requests
    }

    /// Values keep annotations under many keys, so that every mapping is looked at.
    fn walk(&mut self, node: Node<'a>) {
        for (key, value) in node.own_entries().filter(|(_, value)| !value.is_alias()) {
            match key.as_str().unwrap_or_default() {
                LIST => self.lists.push(value),
                name if EVERYTHING.contains(&name) => self.all |= value.is_masked() || value.as_str() == Some("true"),
                _ => self.walk(value),
            }
        }
        node.items().for_each(|item| self.walk(item));
    }

    fn cover(&self, name: &str) -> bool {
        let is_open = |text: &str| text.contains("{{") || text.contains(['*', '(', '[', '|', '$']);
        self.all
            || name.contains("{{")
            || self.lists.iter().any(|list| is_open(list.as_str().unwrap_or_default()))
            || self.lists.iter().flat_map(items).any(|item| item == name)
    }
}

fn items<'a>(list: &Node<'a>) -> impl Iterator<Item = &'a str> {
    list.as_str().unwrap_or_default().split(',').map(str::trim).filter(|item| !item.is_empty())
}

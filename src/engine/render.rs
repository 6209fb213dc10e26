//! Charts as Helm renders them, where the user asks for that: the graph takes them in the place of its own reading.
//!
//! It does not start Helm.

use rayon::prelude::*;

use super::Plan;
use crate::graph::{Inventory, Layout, RELEASE, chart_values};
use crate::model::{Notification, Reason, RepoPath};

/// The chart's folder, a values file beside its own, the release's name → manifests, or why there are none.
pub type Renderer = Box<dyn Fn(&RepoPath, Option<&RepoPath>, &str) -> Result<String, String> + Send + Sync>;

/// Has every chart in scope rendered, and says which could not be.
pub fn charts(plan: &Plan, inventory: &mut Inventory, layout: &Layout) -> Vec<Notification> {
    let Some(renderer) = &plan.renderer else { return Vec::new() };
    let mut wanted = chart_values(inventory, layout);
    wanted.retain(|(chart, _)| plan.is_in_scope(chart) || plan.scope.iter().any(|asked| asked.is_within(chart)));
    let rendered: Vec<Result<String, String>> =
        wanted.par_iter().map(|(chart, values)| renderer(chart, values.as_ref(), RELEASE)).collect();
    let mut notifications: Vec<Notification> = Vec::new();
    for ((chart, values), rendered) in wanted.into_iter().zip(rendered) {
        match rendered {
            Ok(text) => drop(inventory.renderings.insert((chart, values), text)),
            Err(why) => notifications.push(left_unrendered(&chart, values.as_ref(), &why)),
        }
    }
    // One reason for all of them is said once.
    let first = notifications.first().map(|first| first.message.clone());
    if notifications.len() > 1 && notifications.iter().all(|other| Some(&other.message) == first.as_ref()) {
        notifications.truncate(1);
        notifications[0].path = None;
    }
    notifications
}

fn left_unrendered(chart: &RepoPath, values: Option<&RepoPath>, why: &str) -> Notification {
    let message = format!("`--render` was asked for and {why}: charts were read without Helm.");
    Notification::new(Reason::UnresolvedTemplate, values.unwrap_or(chart), message)
}

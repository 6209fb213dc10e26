//! The line as code: source → blobs → detectors and checks → findings → their fate. The only room that names rayon.
//!
//! It does not know formats, arguments or exit codes.

mod difference;
mod examine;
mod fix;
mod graph;
mod graph_news;
mod history;
mod merge;
mod plan;
mod prove;
mod range;
mod reach;
mod render;
mod session;
mod side;
mod weakened;

use rayon::prelude::*;

use crate::catalog::Catalog;
use crate::document::{Document, Role};
use crate::graph::Layout;
use crate::model::{Buffer, Class, Finding, Flow, Notification, Reason, Related, RepoPath, Report, Snapshot};
use crate::policy::Policy;
use crate::syntax::Syntax;
pub use difference::introduced;
use examine::{Examiner, Outcome, Pass};
pub use fix::{Fixed, FixedFile, Left, Wish, fix};
pub use history::{Progress, Scope, history};
pub use plan::{ActiveRule, Plan};
pub use prove::{Disproof, prove, prove_custom};
pub use range::range;
pub use render::Renderer;
pub use session::Session;

/// Looks at every file of `snapshot` that the plan's scope holds.
pub fn check(snapshot: &dyn Snapshot, plan: &Plan) -> Report {
    let listing = snapshot.list();
    let layout = survey(snapshot, &listing.files);
    let examiner = Examiner { pass: Pass::default(), plan, layout: &layout, files: &listing.files };
    let outcomes: Vec<Outcome> = in_parallel(plan.threads, || {
        let examine = |buffer: &mut Buffer, path: &RepoPath| examiner.as_asked(snapshot, path, buffer);
        let mut outcomes = listing.files.par_iter().map_init(Buffer::default, examine).collect();
        graph::run(snapshot, &examiner, &mut outcomes);
        outcomes
    });
    conclude(listing.notifications, &listing.left_out, outcomes)
}

/// The way of secrets through every deployment of `snapshot`.
pub fn flow(snapshot: &dyn Snapshot, policy: &Policy, threads: usize) -> Flow {
    with_graph(snapshot, policy, threads, graph::flow)
}

/// The policy that `snapshot` already follows.
pub fn proposal(snapshot: &dyn Snapshot, policy: &Policy, threads: usize) -> String {
    with_graph(snapshot, policy, threads, graph::proposal)
}

/// What is read off the graph of all deployments, with the places of its texts.
fn with_graph<T: Send>(
    snapshot: &dyn Snapshot,
    policy: &Policy,
    threads: usize,
    read: impl FnOnce(&dyn Snapshot, &Examiner, Vec<Outcome>, &Policy) -> T + Send,
) -> T {
    let listing = snapshot.list();
    let layout = survey(snapshot, &listing.files);
    let plan = Plan::new(Catalog::built_in(), graph_rules());
    let examiner = Examiner { pass: Pass::default(), plan: &plan, layout: &layout, files: &listing.files };
    in_parallel(threads, || {
        let gather = |buffer: &mut Buffer, path: &RepoPath| examiner.gather(snapshot, path, buffer);
        let outcomes = listing.files.par_iter().map_init(Buffer::default, gather).collect();
        read(snapshot, &examiner, outcomes, policy)
    })
}

/// The rules for which the graph is built.
fn graph_rules() -> Vec<ActiveRule> {
    let catalog = Catalog::built_in();
    let rules = catalog.rules().iter().filter(|rule| crate::checks::is_of_graph(rule));
    rules.map(|rule| ActiveRule::new(rule)).collect()
}

/// Reads the kustomizations, which say what other files are; their own faults are found when they are examined.
fn survey(snapshot: &dyn Snapshot, files: &[RepoPath]) -> Layout {
    let mut layout = Layout::new(files.iter().cloned());
    let mut buffer = Buffer::default();
    for path in layout.kustomizations() {
        buffer.clear();
        if snapshot.read(&path, &mut buffer).is_err() {
            continue;
        }
        let text = String::from_utf8_lossy(buffer.bytes());
        let tree = Syntax::Yaml.parse(&text);
        for document in Document::all(&path, &Role::Kustomization, &text, &tree) {
            layout.learn(&document);
        }
    }
    for path in layout.unaccounted() {
        if snapshot.holds(&path) {
            layout.excuse(path);
        }
    }
    layout
}

fn in_parallel<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    match rayon::ThreadPoolBuilder::new().num_threads(threads).build() {
        Ok(pool) => pool.install(work),
        // Without new threads the work is still done, on the global pool or this thread.
        Err(_) => work(),
    }
}

fn conclude(listed: Vec<Notification>, left_out: &[(Reason, u64)], outcomes: Vec<Outcome>) -> Report {
    let mut report = Report { notifications: listed, ..Report::default() };
    for &(reason, count) in left_out {
        *report.coverage.reasons.entry(reason).or_default() += count;
    }
    for outcome in outcomes {
        report.coverage.files += u64::from(outcome.was_read);
        report.coverage.bytes += outcome.bytes;
        report.coverage.structured += u64::from(outcome.structured);
        report.findings.extend(outcome.findings);
        report.notifications.extend(outcome.notifications);
    }
    for notification in &report.notifications {
        *report.coverage.reasons.entry(notification.reason).or_default() += 1;
    }
    report.notifications.retain(|notification| notification.class() != Class::OutOfScope);
    report.notifications.sort();
    report.findings = merge::yielding(report.findings);
    report.findings.sort_by(|one, other| one.order().cmp(&other.order()));
    report.findings = once(report.findings);
    report
}

/// Of the findings of a rule that is said once, the first that is not ignored stays and names a few of the others.
fn once(findings: Vec<Finding>) -> Vec<Finding> {
    const MOST_NAMED: usize = 5;
    let mut kept: Vec<Finding> = Vec::with_capacity(findings.len());
    for finding in findings {
        let speaks = |known: &&mut Finding| known.rule.id == finding.rule.id && known.suppression.is_none();
        match kept.iter_mut().find(|known| known.rule.once && speaks(known)) {
            Some(first) if finding.suppression.is_none() => {
                if first.related.len() < MOST_NAMED {
                    first.related.push(Related { location: finding.location, label: "here too".to_owned() });
                }
            }
            _ => kept.push(finding),
        }
    }
    kept
}

impl Plan {
    fn is_in_scope(&self, path: &RepoPath) -> bool {
        self.scope.is_empty() || self.scope.iter().any(|asked| path.is_within(asked))
    }
}

//! The graph's turn, once every file has been seen: units, their checks, and findings in whatever file they point at.
//!
//! It does not know what the checks look for. Files with findings are read a second time: keeping all texts until the
//! graph is built would cost more.

use std::cell::{LazyCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;

use super::Plan;
use super::examine::{Examiner, Outcome, Place as FilePlace};
use crate::checks::{self, Deployment, UnitDraft, Whole};
use crate::graph::{Contents, FileId, Graph, Inventory, Place, Unit, draw, strays, units};
use crate::model::{Buffer, Finding, Flow, FlowPlace, Location, Related, RepoPath, Snapshot};
use crate::policy::Policy;
use crate::source::Ignored;
use crate::text::{LineIndex, decode};

/// How many units one finding names.
const MOST_UNITS: usize = 20;

/// How many other places one finding points at.
const MOST_RELATED: usize = 8;

/// What the first pass learned about the files that make up deployments.
type Parts = Vec<(FileId, Contents)>;

/// Runs the checks of the graph and adds what they find.
pub fn run(snapshot: &dyn Snapshot, examiner: &Examiner, outcomes: &mut Vec<Outcome>) {
    let plan = examiner.plan;
    if plan.has_unit_checks() {
        let parts = outcomes.iter_mut().filter_map(|outcome| outcome.contents.take()).collect();
        let inventory = inventory(examiner.files, parts);
        let units = units(&inventory, examiner.layout);
        let graph = Graph::new(&inventory, &units, strays(&inventory, examiner.layout), &plan.policy);
        let drafts = drafts(plan, &graph, snapshot);
        outcomes.push(settle(snapshot, examiner, &inventory, &units, drafts));
    }
    judge_pending(outcomes);
}

/// The flow of what the files say, with lines in place of bytes.
pub fn flow(snapshot: &dyn Snapshot, examiner: &Examiner, outcomes: Vec<Outcome>, policy: &Policy) -> Flow {
    let inventory = inventory(examiner.files, outcomes.into_iter().filter_map(|outcome| outcome.contents).collect());
    let units = units(&inventory, examiner.layout);
    let graph = Graph::new(&inventory, &units, strays(&inventory, examiner.layout), policy);
    let texts: RefCell<HashMap<FileId, LineIndex>> = RefCell::default();
    draw(&graph, &|place| {
        let Some(path) = inventory.path(place.file) else { return FlowPlace { path: RepoPath::from(""), line: 1 } };
        let mut texts = texts.borrow_mut();
        let lines = texts.entry(place.file).or_insert_with(|| lines(snapshot, path));
        FlowPlace { path: path.clone(), line: lines.line_of(place.span().start) }
    })
}

fn lines(snapshot: &dyn Snapshot, path: &RepoPath) -> LineIndex {
    let mut buffer = Buffer::default();
    // What cannot be read any more has one line.
    let _ = snapshot.read(path, &mut buffer);
    LineIndex::new(&decode(buffer.bytes()).text)
}

fn inventory(files: &[RepoPath], parts: Parts) -> Inventory {
    let mut inventory = Inventory::new(files.iter().cloned());
    for (file, contents) in parts {
        inventory.add(file, contents);
    }
    inventory
}

fn drafts(plan: &Plan, graph: &Graph, snapshot: &dyn Snapshot) -> Vec<UnitDraft> {
    let of_unit = |unit: usize| {
        let mut drafts = Vec::new();
        checks::run_on_unit(&Deployment { graph, unit }, &plan.checks, &mut drafts);
        drafts
    };
    let all: Vec<Vec<UnitDraft>> = (0..graph.units.len()).into_par_iter().map(of_unit).collect();
    let mut drafts: Vec<UnitDraft> = all.into_iter().flatten().collect();
    checks::run_on_graph(graph, &plan.checks, &mut drafts);
    if !snapshot.is_part() {
        let files = &graph.inventory.files;
        let ignored = LazyCell::new(|| Ignored::read(snapshot, files));
        let whole = Whole { files, snapshot, policy: &plan.policy, ignores: &|path| ignored.holds(path) };
        checks::run_on_tree(&whole, &plan.checks, &mut drafts);
    }
    let mut drafts = checks::merge(drafts);
    drafts.retain(|draft| graph.inventory.path(draft.place.file).is_some_and(|path| plan.is_in_scope(path)));
    drafts
}

/// Reads the files that the drafts point at and makes findings of them.
fn settle(
    snapshot: &dyn Snapshot,
    examiner: &Examiner,
    inventory: &Inventory,
    units: &[Unit],
    mut drafts: Vec<UnitDraft>,
) -> Outcome {
    let mut wanted: BTreeMap<FileId, (Vec<usize>, BTreeSet<Place>)> = BTreeMap::new();
    for (index, draft) in drafts.iter_mut().enumerate() {
        draft.related.truncate(MOST_RELATED);
        wanted.entry(draft.place.file).or_default().0.push(index);
        for (place, _) in &draft.related {
            wanted.entry(place.file).or_default().1.insert(*place);
        }
    }
    let wanted: Vec<_> = wanted.into_iter().collect();
    let told: Vec<Told> = wanted
        .par_iter()
        .map_init(Buffer::default, |buffer, (file, (own, places))| {
            let Some(path) = inventory.path(*file) else { return Told::default() };
            let own: Vec<(usize, &UnitDraft)> = own.iter().map(|&index| (index, &drafts[index])).collect();
            examiner.tell(snapshot, path, &own, places, buffer)
        })
        .collect();
    assemble(drafts, units, told)
}

/// What one file adds to the findings of the graph.
#[derive(Default)]
pub struct Told {
    /// By the draft's index.
    pub findings: Vec<(usize, Finding)>,
    pub locations: Vec<(Place, Location)>,
    /// Ignores that silenced something.
    pub used: Vec<FilePlace>,
}

fn assemble(drafts: Vec<UnitDraft>, units: &[Unit], told: Vec<Told>) -> Outcome {
    let mut outcome = Outcome::default();
    let mut locations: HashMap<Place, Location> = HashMap::new();
    let mut findings = Vec::new();
    for told in told {
        locations.extend(told.locations);
        findings.extend(told.findings);
        outcome.used.extend(told.used);
    }
    for (index, mut finding) in findings {
        let draft = &drafts[index];
        let related = |(place, label): &(Place, String)| {
            Some(Related { location: locations.get(place)?.clone(), label: label.clone() })
        };
        finding.related = draft.related.iter().filter_map(related).collect();
        finding.units = draft.units.iter().take(MOST_UNITS).map(|&unit| units[unit].name.clone()).collect();
        outcome.findings.push(finding);
    }
    outcome
}

/// Ignores of the graph's rules can only be judged now: those that silenced nothing are news.
fn judge_pending(outcomes: &mut [Outcome]) {
    let used: BTreeSet<FilePlace> = outcomes.iter_mut().flat_map(|outcome| std::mem::take(&mut outcome.used)).collect();
    for outcome in outcomes {
        let unused = std::mem::take(&mut outcome.pending).into_iter().filter(|(place, _)| !used.contains(place));
        outcome.notifications.extend(unused.map(|(_, notification)| notification));
    }
}

//! The graph's turn, once every file has been seen: units, their checks, and findings in whatever file they point at.
//!
//! It does not know what the checks look for. Files with findings are read a second time: keeping all texts until the
//! graph is built would cost more.

use std::cell::{LazyCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use rayon::prelude::*;

use super::examine::{Examiner, Outcome, Place as FilePlace};
use super::{Plan, render};
use crate::checks::custom::{Doubt, first_of_each};
use crate::checks::{self, BY_NAME, Deployment, UnitDraft, Whole};
use crate::graph::{self, Contents, FileId, Graph, Inventory, Place, Unit, draw, strays, units};
use crate::model::{
    Buffer, Finding, Fix, Flow, FlowPlace, Location, Names, Notification, Reason, Related, Replacement, RepoPath,
    Snapshot,
};
use crate::policy::Policy;
use crate::propose;
use crate::source::Ignored;
use crate::syntax::Change;
use crate::text::{LineIndex, Span, decode};

/// How many units one finding names.
const MOST_UNITS: usize = 20;

/// How many other places one finding points at.
const MOST_RELATED: usize = 8;

/// What the first pass learned about the files that make up deployments.
type Parts = Vec<(FileId, Contents)>;

/// Runs the checks of the graph and adds what they find. True where no chart can matter to other units.
pub fn run(snapshot: &dyn Snapshot, examiner: &Examiner, outcomes: &mut Vec<Outcome>) -> bool {
    let plan = examiner.plan;
    let mut charts_stand_alone = true;
    if plan.has_unit_checks() {
        let parts = outcomes.iter_mut().filter_map(|outcome| outcome.contents.take()).collect();
        let mut inventory = inventory(examiner.files, parts);
        inventory.past = plan.past.clone();
        inventory.doubted =
            (plan.renderer.is_none() && !plan.policy.asks_of_objects()).then(|| doubted(&inventory, outcomes));
        let unrendered = render::charts(plan, &mut inventory, examiner.layout);
        let units = units(&inventory, examiner.layout, &side_by_side);
        let graph = Graph::new(&inventory, &units, strays(&inventory, examiner.layout), &plan.policy);
        let (drafts, doubts) = drafts(plan, &graph, snapshot);
        hide(&drafts, &inventory, outcomes);
        let mut told = settle(snapshot, examiner, &inventory, &units, drafts);
        drop_known(&mut told, outcomes);
        drop_names(&graph, outcomes);
        told.notifications.extend(unrendered);
        told.notifications.extend(doubts.iter().filter_map(|doubt| said(doubt, snapshot, &inventory)));
        outcomes.push(told);
        charts_stand_alone = graph.charts_stand_alone();
    }
    judge_pending(outcomes);
    charts_stand_alone
}

fn side_by_side(count: usize, unit: &(dyn Fn(usize) -> Unit + Sync)) -> Vec<Unit> {
    (0..count).into_par_iter().map(unit).collect()
}

/// The files in which values were taken for credentials by what they are called.
fn doubted(inventory: &Inventory, outcomes: &[Outcome]) -> HashSet<FileId> {
    let findings = outcomes.iter().flat_map(|outcome| &outcome.findings);
    let by_name = findings.filter(|finding| BY_NAME.contains(&finding.rule.id));
    by_name.filter_map(|finding| inventory.id(&finding.location.origin.path)).collect()
}

/// Other findings of the file were captured before its secrets were known.
fn hide(drafts: &[UnitDraft], inventory: &Inventory, outcomes: &mut [Outcome]) {
    for draft in drafts {
        let (Some(secret), Some(path)) = (&draft.secret, inventory.path(draft.place.file)) else { continue };
        let Ok(secret) = std::str::from_utf8(secret.expose()) else { continue };
        for finding in outcomes.iter_mut().flat_map(|outcome| &mut outcome.findings) {
            let related = finding.related.iter_mut().map(|related| &mut related.location);
            let places = std::iter::once(&mut finding.location).chain(related);
            places.filter(|place| place.origin.path == *path).for_each(|place| place.excerpt.hide(secret));
        }
    }
}

/// A secret that was found where it is written is not told again for where it goes.
fn drop_known(told: &mut Outcome, outcomes: &[Outcome]) {
    let is_by_use = |finding: &Finding| finding.rule.id == checks::BY_USE;
    if !told.findings.iter().any(is_by_use) {
        return;
    }
    let places = outcomes
        .iter()
        .flat_map(|outcome| &outcome.findings)
        .filter(|finding| finding.rule.is_credential() || BY_NAME.contains(&finding.rule.id));
    let mut known: HashMap<&RepoPath, Vec<Span>> = HashMap::new();
    places.for_each(|finding| known.entry(&finding.location.origin.path).or_default().push(finding.location.span));
    told.findings.retain(|finding| {
        let touches = |span: &Span| span.start < finding.location.span.end && finding.location.span.start < span.end;
        let spans = known.get(&finding.location.origin.path);
        !is_by_use(finding) || !spans.is_some_and(|spans| spans.iter().any(touches))
    });
}

/// What every chart takes for the name of a Secret or of a key in it is no credential, whatever it is called.
fn drop_names(graph: &Graph, outcomes: &mut [Outcome]) {
    let names = checks::names_in_values(graph);
    if names.is_empty() {
        return;
    }
    let mut by_path: HashMap<&RepoPath, Vec<Span>> = HashMap::new();
    for place in &names {
        if let Some(path) = graph.inventory.path(place.file) {
            by_path.entry(path).or_default().push(place.span());
        }
    }
    for outcome in outcomes {
        let is_name = |finding: &Finding| {
            let spans = by_path.get(&finding.location.origin.path).filter(|_| BY_NAME.contains(&finding.rule.id));
            spans.is_some_and(|spans| spans.iter().any(|span| span.contains(finding.location.span)))
        };
        let keep: Vec<bool> = outcome.findings.iter().map(|finding| !is_name(finding)).collect();
        let mut kept = keep.iter();
        outcome.findings.retain(|_| kept.next() == Some(&true));
        let mut kept = keep.iter();
        outcome.exact.retain(|_| kept.next() == Some(&true));
    }
}

/// The flow of what the files say, with lines in place of bytes.
pub fn flow(snapshot: &dyn Snapshot, examiner: &Examiner, outcomes: Vec<Outcome>, policy: &Policy) -> Flow {
    with_lines(snapshot, examiner, outcomes, policy, draw)
}

/// The policy that the files already follow.
pub fn proposal(snapshot: &dyn Snapshot, examiner: &Examiner, outcomes: Vec<Outcome>, policy: &Policy) -> String {
    let gitignore = text(snapshot, &RepoPath::from(".gitignore"));
    let gitignore = String::from_utf8_lossy(&gitignore);
    let listed = propose::Listed { files: examiner.files, gitignore: &gitignore };
    with_lines(snapshot, examiner, outcomes, policy, |graph, line| {
        propose::policy(graph, &listed, &|place| {
            let FlowPlace { path, line } = line(place);
            format!("{path}:{line}")
        })
    })
}

/// What is read off the graph, where each place can be asked for its line.
fn with_lines<T>(
    snapshot: &dyn Snapshot,
    examiner: &Examiner,
    outcomes: Vec<Outcome>,
    policy: &Policy,
    read: impl FnOnce(&Graph, &dyn Fn(Place) -> FlowPlace) -> T,
) -> T {
    with_graph(examiner, outcomes, policy, |graph| {
        let texts: RefCell<HashMap<FileId, LineIndex>> = RefCell::default();
        read(graph, &|place| {
            let path = graph.inventory.path(place.file);
            let Some(path) = path else { return FlowPlace { path: RepoPath::from(""), line: 1 } };
            let mut texts = texts.borrow_mut();
            let lines = texts.entry(place.file).or_insert_with(|| lines(snapshot, path));
            FlowPlace { path: path.clone(), line: lines.line_of(place.span().start) }
        })
    })
}

/// What can be asked for by name.
pub fn names(examiner: &Examiner, outcomes: Vec<Outcome>) -> Names {
    with_graph(examiner, outcomes, &examiner.plan.policy, graph::names)
}

fn with_graph<T>(examiner: &Examiner, outcomes: Vec<Outcome>, policy: &Policy, read: impl FnOnce(&Graph) -> T) -> T {
    let inventory = inventory(examiner.files, outcomes.into_iter().filter_map(|outcome| outcome.contents).collect());
    let units = units(&inventory, examiner.layout, &side_by_side);
    read(&Graph::new(&inventory, &units, strays(&inventory, examiner.layout), policy))
}

fn lines(snapshot: &dyn Snapshot, path: &RepoPath) -> LineIndex {
    LineIndex::new(&text(snapshot, path))
}

/// What a file says; nothing where it cannot be read.
fn text(snapshot: &dyn Snapshot, path: &RepoPath) -> Vec<u8> {
    let mut buffer = Buffer::default();
    let _ = snapshot.read(path, &mut buffer);
    decode(buffer.bytes()).text.into_owned()
}

pub fn inventory(files: &[RepoPath], parts: Parts) -> Inventory {
    let mut inventory = Inventory::new(files.iter().cloned());
    for (file, contents) in parts {
        inventory.add(file, contents);
    }
    inventory
}

fn drafts(plan: &Plan, graph: &Graph, snapshot: &dyn Snapshot) -> (Vec<UnitDraft>, Vec<Doubt>) {
    let custom = plan.custom();
    let of_unit = |unit: usize| {
        let (mut drafts, mut doubts) = (Vec::new(), Vec::new());
        let deployment = Deployment { graph, unit };
        checks::run_on_unit(&deployment, &plan.checks, &mut drafts);
        custom.run(&deployment, &mut drafts, &mut doubts);
        (drafts, doubts)
    };
    let all: Vec<(Vec<UnitDraft>, Vec<Doubt>)> = (0..graph.units.len()).into_par_iter().map(of_unit).collect();
    let (drafts, doubts): (Vec<_>, Vec<_>) = all.into_iter().unzip();
    let mut drafts: Vec<UnitDraft> = drafts.into_iter().flatten().collect();
    checks::run_on_graph(graph, &plan.checks, &mut drafts);
    if !snapshot.is_part() {
        let files = &graph.inventory.files;
        let ignored = LazyCell::new(|| Ignored::read(snapshot, files));
        let whole = Whole { files, snapshot, policy: &plan.policy, ignores: &|path| ignored.holds(path) };
        checks::run_on_tree(&whole, &plan.checks, &mut drafts);
    }
    let mut drafts = checks::merge(drafts);
    let is_asked = |place: Place| graph.inventory.path(place.file).is_some_and(|path| plan.is_in_scope(path));
    drafts.retain(|draft| is_asked(draft.place));
    let doubts = doubts.into_iter().flatten().filter(|doubt| is_asked(doubt.place)).collect();
    (drafts, first_of_each(doubts))
}

/// A rule without an answer, for the report.
fn said(doubt: &Doubt, snapshot: &dyn Snapshot, inventory: &Inventory) -> Option<Notification> {
    let path = inventory.path(doubt.place.file)?;
    let mut buffer = Buffer::default();
    // What cannot be read any more has one place.
    let _ = snapshot.read(path, &mut buffer);
    let text = decode(buffer.bytes()).text;
    let position = LineIndex::new(&text).position(&text, doubt.place.span().start.min(text.len()));
    Some(Notification::new(Reason::UnjudgedRule, path, doubt.message()).at(position))
}

/// Reads the files that the drafts point at and makes findings of them.
fn settle(
    snapshot: &dyn Snapshot,
    examiner: &Examiner,
    inventory: &Inventory,
    units: &[Unit],
    mut drafts: Vec<UnitDraft>,
) -> Outcome {
    drafts.iter_mut().for_each(|draft| draft.related.truncate(MOST_RELATED));
    let shares: Vec<(FileId, Share)> = shares(&drafts).into_iter().collect();
    let told: Vec<Told> = shares
        .par_iter()
        .map_init(Buffer::default, |buffer, (file, share)| match inventory.path(*file) {
            Some(path) => examiner.tell(snapshot, path, share, buffer),
            None => Told::default(),
        })
        .collect();
    assemble(&drafts, units, told)
}

/// What one file has to do with the drafts.
#[derive(Default)]
pub struct Share<'d> {
    /// Those whose place is in it, by index.
    pub own: Vec<(usize, &'d UnitDraft)>,
    /// What others point at.
    pub places: BTreeSet<Place>,
    /// What would have to change in it, for which of them.
    pub changes: Vec<(usize, Place, &'d Change)>,
}

fn shares(drafts: &[UnitDraft]) -> BTreeMap<FileId, Share<'_>> {
    let mut shares: BTreeMap<FileId, Share> = BTreeMap::new();
    for (index, draft) in drafts.iter().enumerate() {
        shares.entry(draft.place.file).or_default().own.push((index, draft));
        for (place, _) in &draft.related {
            shares.entry(place.file).or_default().places.insert(*place);
        }
        for (place, change) in &draft.changes {
            shares.entry(place.file).or_default().changes.push((index, *place, change));
        }
    }
    shares
}

/// What one file adds to the findings of the graph.
#[derive(Default)]
pub struct Told {
    /// By the draft's index.
    pub findings: Vec<(usize, Finding)>,
    pub locations: Vec<(Place, Location)>,
    /// By the draft's index.
    pub replacements: Vec<(usize, Replacement)>,
    /// Ignores that silenced something.
    pub used: Vec<FilePlace>,
}

fn assemble(drafts: &[UnitDraft], units: &[Unit], told: Vec<Told>) -> Outcome {
    let mut outcome = Outcome::default();
    let mut locations: HashMap<Place, Location> = HashMap::new();
    let mut replacements: HashMap<usize, Vec<Replacement>> = HashMap::new();
    let mut findings = Vec::new();
    for told in told {
        told.replacements.into_iter().for_each(|(index, it)| replacements.entry(index).or_default().push(it));
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
        // All of it, or nothing.
        let changes = replacements.remove(&index).filter(|made| made.len() == draft.changes.len());
        finding.fix = Fix::of(draft.rule, draft.review, changes.unwrap_or_default());
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

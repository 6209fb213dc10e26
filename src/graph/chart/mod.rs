//! Charts as deployments: what a chart makes of its values, without a cluster and without Helm.
//!
//! It does not fetch anything: a dependency that is not in the tree leaves a gap. What cannot be told stays unknown, and
//! nothing follows from it.

mod functions;
mod helm;
mod machine;
mod marks;
mod release;
mod rendered;
mod source;
#[cfg(test)]
mod tests;
mod texts;
mod value;
mod values;
mod worth;

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::data::{Data, FileId, Place};
use super::inventory::Inventory;
use super::layout::Layout;
use super::unit::{Cause, Gap, Spread, Unit, UnitKind};
use crate::model::RepoPath;
use machine::{Machine, Stop};
use release::{Release, releases};
use rendered::Rendered;
pub use rendered::{Sink, ValueFlow};
use source::{Chart, Charts, File, Templates};
pub use source::{is_about_chart, is_same};
use value::Value;

/// The release's name where nothing says one: as `helm template` has it.
pub const RELEASE: &str = "release-name";

/// A namespace that is not known.
const NAMESPACE: &str = "${namespace}";

/// Values files of one chart that become units of their own.
const MOST_FILES: usize = 20;

/// Releases that become units; a generator can write any number.
const MOST_RELEASES: usize = 2_000;

/// Charts in charts.
const DEEPEST: usize = 6;

/// The units of all charts of the tree: each with its own values, with each further values file beside them, and with what
/// each release gives it.
pub fn units(inventory: &Inventory, layout: &Layout, spread: &Spread) -> Vec<Unit> {
    let charts = Charts::of(inventory, layout);
    let releases = releases(inventory, layout);
    let own = charts.applications().flat_map(|chart| {
        let further = chart.further.iter().take(MOST_FILES).map(|&file| Some(file));
        std::iter::once(None).chain(further).map(move |file| Deployment::Own(chart, file))
    });
    let released = releases.iter().take(MOST_RELEASES);
    let released = released.filter_map(|release| Some(Deployment::Released(charts.at(&release.folder)?, release)));
    let deployments: Vec<Deployment> = own.chain(released).collect();
    spread(deployments.len(), &|number| match deployments[number] {
        Deployment::Own(chart, file) => by_itself(&charts, inventory, chart, file),
        Deployment::Released(chart, release) => released_as(&charts, inventory, chart, release),
    })
}

/// `touched` with every chart that takes one of these in, by its name or because it lies there.
pub fn users(inventory: &Inventory, layout: &Layout, touched: BTreeSet<RepoPath>) -> BTreeSet<RepoPath> {
    let charts = Charts::of(inventory, layout);
    let mut users = touched;
    loop {
        let known = users.len();
        let names: HashSet<&str> = charts.all(&users).map(Chart::name).collect();
        let takes_in = |chart: &&Chart| {
            let mut dependencies = chart.dependencies.iter();
            let is_used = |below: &Chart| users.contains(&below.folder);
            dependencies.any(|it| names.contains(&*it.name) || charts.beside(chart, it).is_some_and(is_used))
                || charts.vendored(chart).any(is_used)
        };
        let found: Vec<RepoPath> = charts.charts.iter().filter(takes_in).map(|chart| chart.folder.clone()).collect();
        users.extend(found);
        if users.len() == known {
            return users;
        }
    }
}

/// `charts` with everything that they take in.
pub fn with_dependencies(inventory: &Inventory, layout: &Layout, charts: BTreeSet<RepoPath>) -> BTreeSet<RepoPath> {
    let known = Charts::of(inventory, layout);
    let mut waiting: Vec<&Chart> = known.all(&charts).collect();
    let mut found = charts;
    while let Some(chart) = waiting.pop() {
        let below = chart.dependencies.iter().filter_map(|it| known.dependency(chart, it)).chain(known.vendored(chart));
        waiting.extend(below.filter(|below| found.insert(below.folder.clone())));
    }
    found
}

/// True where something in the tree releases one of its charts.
pub fn is_released(inventory: &Inventory, layout: &Layout) -> bool {
    !releases(inventory, layout).is_empty()
}

/// A chart that becomes a unit.
enum Deployment<'a> {
    /// With its own values, and those of a further file.
    Own(&'a Chart, Option<FileId>),
    Released(&'a Chart, &'a Release),
}

fn by_itself(charts: &Charts, inventory: &Inventory, chart: &Chart, file: Option<FileId>) -> Unit {
    let layer = file.and_then(|file| inventory.contents(file)?.documents.first());
    let mut unit = Deployed { charts, inventory, release: RELEASE, namespace: None }.unit(chart, layer);
    let path = file.and_then(|file| inventory.path(file));
    if let Some(text) = inventory.renderings.get(&(chart.folder.clone(), path.cloned())) {
        unit = as_rendered(unit, text, chart, layer, inventory);
    }
    if let Some(name) = path.and_then(|path| path.below(&chart.folder)) {
        unit.name = format!("{} ({name})", unit.name);
    }
    unit
}

fn released_as(charts: &Charts, inventory: &Inventory, chart: &Chart, release: &Release) -> Unit {
    let deployed = Deployed { charts, inventory, release: &release.name, namespace: release.namespace.as_deref() };
    let mut unit = deployed.unit(chart, Some(&release.values));
    unit.name = format!("{} (release {})", unit.name, release.name);
    if release.open {
        unit.gaps.push(gap(Cause::Missing, "values that are not here", release.place));
    }
    unit.closed()
}

/// Each chart that is a unit, with none or one of its further values files.
pub fn chart_values(inventory: &Inventory, layout: &Layout) -> Vec<(RepoPath, Option<RepoPath>)> {
    let charts = Charts::of(inventory, layout);
    let of_chart = |chart: &Chart| {
        let further = chart.further.iter().take(MOST_FILES).filter_map(|&file| inventory.path(file));
        std::iter::once(None).chain(further.cloned().map(Some)).map(|path| (chart.folder.clone(), path)).collect()
    };
    charts.applications().flat_map(|chart| -> Vec<_> { of_chart(chart) }).collect()
}

/// The unit with what Helm wrote in the place of what we read.
fn as_rendered(unit: Unit, text: &str, chart: &Chart, layer: Option<&Data>, inventory: &Inventory) -> Unit {
    let Some(objects) = helm::objects(text, chart, &unit.objects, inventory) else { return unit };
    let values: Vec<&Data> = layer.into_iter().chain(&chart.values).collect();
    let mut flows: BTreeSet<ValueFlow> = unit.value_flows.into_iter().collect();
    flows.extend(helm::flows(&objects, &values));
    Unit { objects, gaps: Vec::new(), value_flows: flows.into_iter().collect(), ..unit }.closed()
}

/// How a chart is released.
struct Deployed<'a> {
    charts: &'a Charts,
    inventory: &'a Inventory,
    release: &'a str,
    namespace: Option<&'a str>,
}

/// A chart with the values that it gets, and those below it.
struct Member<'a> {
    chart: &'a Chart,
    values: Data,
    is_root: bool,
}

impl<'a> Deployed<'a> {
    fn unit(&self, chart: &'a Chart, layer: Option<&Data>) -> Unit {
        let mut unit = Unit::new(&chart.folder, UnitKind::Chart, Vec::new());
        unit.namespace = self.namespace.map(Arc::from);
        let mut gaps = Vec::new();
        let mut templates = Templates::default();
        let mut members = Vec::new();
        let values = values::of_chart(layer, chart.values.as_ref(), chart.metadata.place);
        self.gather(chart, values, 0, &mut members, &mut templates, &mut gaps);
        let files = layer.into_iter().chain(&chart.values).map(|values| values.place.file);
        let doubted = self.inventory.doubted.as_ref();
        let is_whole = doubted.is_none_or(|doubted| files.into_iter().any(|file| doubted.contains(&file)));
        let mut origins: Vec<(Place, Arc<str>)> = Vec::new();
        let mut machine = Machine::new(&templates);
        let mut found: BTreeSet<ValueFlow> = BTreeSet::new();
        for member in members.iter().filter(|member| member.chart.runs(is_whole).next().is_some()) {
            let dot = self.dot(member, &mut origins);
            for file in member.chart.runs(is_whole) {
                let rendered = run(&mut machine, &dot, file);
                unit.objects.extend(rendered.objects);
                if rendered.open {
                    gaps.push(gap(Cause::NotRun, "a template that is not understood", Place::start_of(file.file)));
                }
                found.extend(rendered.flows.into_iter().filter_map(|(number, sink, template)| {
                    let (value, text) = origins.get(number)?.clone();
                    Some(ValueFlow { value, text, sink, template })
                }));
            }
        }
        let lost = machine.lost.iter().filter_map(|&number| origins.get(number));
        found.extend(lost.map(|(value, text)| ValueFlow {
            value: *value,
            text: text.clone(),
            sink: Sink::Other,
            template: *value,
        }));
        unit.value_flows = found.into_iter().collect();
        Unit { gaps, ..unit }.closed()
    }

    /// The chart and those that it brings along and that are switched on.
    fn gather(
        &self,
        chart: &'a Chart,
        values: Data,
        depth: usize,
        members: &mut Vec<Member<'a>>,
        templates: &mut Templates<'a>,
        gaps: &mut Vec<Gap>,
    ) {
        let mut known: HashSet<&str> = HashSet::new();
        for dependency in &chart.dependencies {
            known.insert(&dependency.name);
            if !values::is_enabled(dependency, &values) || depth > DEEPEST {
                continue;
            }
            if dependency.imports_values {
                gaps.push(gap(Cause::NotRun, "values that a chart imports", dependency.place));
            }
            match self.charts.dependency(chart, dependency) {
                Some(below) => {
                    let values = values::of_dependency(&dependency.key, &values, below.values.as_ref());
                    self.gather(below, values, depth + 1, members, templates, gaps);
                }
                None => gaps.push(gap(Cause::Remote, "a chart that is not in the tree", dependency.place)),
            }
        }
        for below in self.charts.vendored(chart).filter(|below| !known.contains(below.name()) && depth < DEEPEST) {
            let values = values::of_dependency(below.name(), &values, below.values.as_ref());
            self.gather(below, values, depth + 1, members, templates, gaps);
        }
        templates.add(chart);
        if !chart.is_library() {
            members.push(Member { chart, values, is_root: depth == 0 });
        }
    }

    /// What the chart's templates see.
    fn dot(&self, member: &Member, origins: &mut Vec<(Place, Arc<str>)>) -> Value {
        let Member { chart, values, is_root } = member;
        let mut origin = |data: &Data| {
            origins.push((data.place, data.shared_text()?.clone()));
            Some(origins.len() - 1).filter(|&number| number < marks::MOST_ORIGINS)
        };
        let values = Value::of(values, &mut origin);
        let of_chart = chart.metadata.entries().iter().filter_map(|(key, value)| {
            let key = key.as_str()?;
            let mut characters = key.chars();
            let capital: String = characters.next()?.to_uppercase().chain(characters).collect();
            Some((capital.into(), Value::of(value, &mut |_| None)))
        });
        let release = [
            ("Name", Value::text(self.release)),
            ("Namespace", Value::text(self.namespace.unwrap_or(NAMESPACE))),
            ("Service", Value::text("Helm")),
            ("Revision", Value::Unknown),
            ("IsInstall", Value::Unknown),
            ("IsUpgrade", Value::Unknown),
        ];
        let folder = format!("{}/{}", chart.name(), crate::document::helm::TEMPLATES);
        let entries = [
            ("Values", if matches!(values, Value::Map(_)) { values } else { Value::map([]) }),
            ("Chart", Value::map(of_chart.chain([("IsRoot".into(), Value::Bool(*is_root))]))),
            ("Release", Value::map(release.map(|(key, value)| (key.into(), value)))),
            ("Template", Value::map([("BasePath".into(), Value::text(folder)), ("Name".into(), Value::Unknown)])),
            ("Capabilities", Value::Unknown),
            ("Files", Value::Unknown),
            ("Subcharts", Value::Unknown),
        ];
        Value::map(entries.map(|(key, value)| (key.into(), value)))
    }
}

fn run(machine: &mut Machine, dot: &Value, file: &File) -> Rendered {
    let open = || Rendered { open: true, ..Rendered::default() };
    let Some(template) = file.body() else { return open() };
    match machine.run(template, dot) {
        Ok(output) => Rendered::of(&output, file.file),
        // A chart that refuses its values deploys nothing with them.
        Err(Stop::Failed | Stop::Break | Stop::Continue | Stop::TooMuch) => open(),
    }
}

fn gap(cause: Cause, what: &str, place: Place) -> Gap {
    Gap { cause, what: what.to_owned(), place }
}

/// True for an object's name that another release of the chart would not have.
pub fn is_of_release(name: &str) -> bool {
    name.contains(RELEASE)
}

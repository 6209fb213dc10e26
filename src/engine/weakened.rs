//! A policy beside an earlier one: what it asks less strictly.
//!
//! It does not know in which trees the two stood.

use super::Plan;
use crate::catalog::Catalog;
use crate::model::{Blob, Emitter, Finding, Identity, Origin, RepoPath, Rule, Severity, Tier};
use crate::policy::{Level, Policy};
use crate::syntax::{Node, Syntax};
use crate::text::{Span, decode};

/// The rule that this is.
const RULE: &str = "policy-weakened";

/// One change for the worse.
struct Change<'t> {
    what: String,
    /// Where it stands; `None` for what is there no more.
    node: Option<Node<'t>>,
}

/// What the policy `after` at `path` asks less strictly than `before`; no text is no policy.
pub fn weakened(path: &RepoPath, before: Option<&str>, after: Option<&str>, plan: &Plan) -> Vec<Finding> {
    let catalog = &plan.catalog;
    let (Some(rule), true) = (catalog.get(RULE), plan.watches_policy && before != after) else { return Vec::new() };
    // A policy that cannot be read stops the run wherever it is in force.
    let read = |text: Option<&str>| text.and_then(|text| Policy::read(text, catalog.rules()).ok()).unwrap_or_default();
    let (old, new) = (read(before), read(after));
    let Some(severity) = level(&old, rule) else { return Vec::new() };
    let text = after.unwrap_or_default();
    let tree = Syntax::Yaml.parse(text);
    let root = tree.documents(text).next();
    let changes = if before.is_some() && after.is_none() { gone() } else { compare(&old, &new, root, catalog) };
    let mut drafts = Vec::new();
    for change in changes {
        let subject = RULE.to_owned();
        let identity = Identity::Manifest { subject, key_path: change.what.clone(), value: String::new() };
        let span = change.node.map_or(Span::new(0, 0), Node::span);
        Emitter::new(rule, &mut drafts).at(span, identity).blank("change", change.what).emit();
    }
    let origin = Origin { path: path.clone() };
    let decoded = decode(text.as_bytes());
    let blob = Blob::new(&origin, &decoded.text, decoded.map);
    let finding = |draft: crate::model::Draft| Finding { severity, ..draft.settle(&blob, &[], plan.masking) };
    drafts.into_iter().map(finding).collect()
}

fn gone<'t>() -> Vec<Change<'t>> {
    vec![Change { what: "is deleted".to_owned(), node: None }]
}

fn compare<'t>(old: &Policy, new: &Policy, root: Option<Node<'t>>, catalog: &Catalog) -> Vec<Change<'t>> {
    let at = |path: &str| root.and_then(|root| root.at(path));
    let mut changes = Vec::new();
    for rule in catalog.rules() {
        let setting = || {
            let names = std::iter::once(rule.id).chain(rule.aliases.iter().copied());
            names.filter_map(|name| at("rules")?.get(name)).next()
        };
        let (was, is) = (level(old, rule), level(new, rule));
        if is < was {
            let what = match is {
                None => format!("turns `{}` off", rule.id),
                Some(severity) => format!("lowers `{}` to {}", rule.id, severity.name()),
            };
            changes.push(Change { what, node: setting() });
        }
        let before: Vec<(&str, Option<Severity>)> = by_path(old, rule).collect();
        for (glob, level) in by_path(new, rule).filter(|(_, level)| *level < is) {
            if !before.iter().any(|&(known, before)| known == glob && before <= level) {
                let what = format!("asks less of `{}` in `{glob}`", rule.id);
                changes.push(Change { what, node: setting().and_then(|setting| setting.at("paths")?.get(glob)) });
            }
        }
    }
    for (index, glob) in new.exclude.iter().enumerate() {
        if !old.exclude.iter().any(|known| known.glob() == glob.glob()) {
            let node = at("exclude").and_then(|list| list.items().nth(index));
            changes.push(Change { what: format!("leaves out `{}`", glob.glob()), node });
        }
    }
    for (index, ignore) in new.ignore.iter().enumerate() {
        let same = |known: &&crate::policy::Ignore| {
            let glob = |ignore: &crate::policy::Ignore| ignore.path.as_ref().map(|glob| glob.glob().to_owned());
            (known.rule, &known.fingerprint, glob(known)) == (ignore.rule, &ignore.fingerprint, glob(ignore))
        };
        // No last day is later than any.
        let lasts =
            |known: &crate::policy::Ignore| known.until.is_none_or(|known| ignore.until.is_some_and(|it| it <= known));
        if !old.ignore.iter().filter(same).any(lasts) {
            let node = at("ignore").and_then(|list| list.items().nth(index));
            let place = ignore.path.as_ref().map_or(String::new(), |glob| format!(" in `{}`", glob.glob()));
            changes.push(Change { what: format!("ignores `{}`{place}", ignore.rule), node });
        }
    }
    changes
}

/// How severe a rule is where no path says otherwise; `None` is off.
fn level(policy: &Policy, rule: &Rule) -> Option<Severity> {
    let settings = || policy.rules.iter().filter(|setting| setting.rule == rule.id);
    let is_on = rule.tier != Tier::Pedantic || settings().next().is_some();
    let written = settings().filter_map(|setting| setting.level).next_back();
    written.map_or(is_on.then_some(rule.severity), Level::severity)
}

fn by_path<'p>(policy: &'p Policy, rule: &'p Rule) -> impl Iterator<Item = (&'p str, Option<Severity>)> {
    let settings = policy.rules.iter().filter(|setting| setting.rule == rule.id);
    settings.flat_map(|setting| &setting.paths).map(|(glob, level)| (glob.glob(), level.severity()))
}

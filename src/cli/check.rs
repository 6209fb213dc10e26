//! `tightlip check`: from what was typed to a plan, a run, and what it comes to.
//!
//! It does not know how files are examined.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::{Glob, GlobBuilder, GlobSet};
use jiff::Zoned;
use jiff::civil::Date;

use super::args::{Check, Output, Scan};
use super::baseline::Known;
use super::circumstances::circumstances;
use super::difference;
use super::exit::{Exit, conclude};
use super::output::Failure;
use super::own_rules::{self, RuleFiles};
use super::render;
use crate::catalog::Catalog;
use crate::engine::{self, ActiveRule, Fixed, Plan, Wish};
use crate::filter::PathIgnore;
use crate::model::{Flow, Masking, Notification, Past, Reason, RepoPath, Report, Rule, Tier};
use crate::policy::{Mistake, Policy, glob_set};
use crate::report::Format;
use crate::source::git::FirstParents;
use crate::source::{POLICY_FILE, Root, Settings, Stdin, Worktree, find_root};

pub fn run(arguments: &Check) -> Result<Exit, Failure> {
    let report = match arguments.paths.as_slice() {
        _ if arguments.staged || arguments.since.is_some() => introduced(arguments)?,
        [only] if only == Path::new("-") => standard_input(arguments)?,
        paths => worktree(arguments, paths)?,
    };
    conclude(report, &arguments.output)
}

/// What is staged, or what a range introduces, without what a baseline that was named knows.
fn introduced(arguments: &Check) -> Result<Report, Failure> {
    let known = Known::of(&arguments.scan, &Policy::default(), None)?;
    let mut report = match arguments.staged {
        true => difference::staged(arguments)?,
        false => difference::range(arguments)?,
    };
    known.hold(&mut report, false);
    Ok(report)
}

fn standard_input(arguments: &Check) -> Result<Report, Failure> {
    let here = find_root(&[PathBuf::from(".")]).ok();
    let rules = here.as_ref().map_or(Ok(RuleFiles::new()), |root| own_rules::on_disk(&root.folder))?;
    let policy = here.and_then(|root| root.policy);
    let root = policy.as_deref().and_then(Path::parent).map(Path::to_path_buf);
    let (plan, settings) = prepare(&arguments.scan, &arguments.output, policy.map(PolicyFile::Disk), &rules)?;
    let known = Known::of(&arguments.scan, &settings, root.as_deref())?;
    let mut report = engine::check(&Stdin::new(RepoPath::from(arguments.path.as_str()), std::io::stdin()), &plan);
    known.hold(&mut report, false);
    Ok(report)
}

fn worktree(arguments: &Check, paths: &[PathBuf]) -> Result<Report, Failure> {
    let mut tree = Asked::of(&arguments.scan, masking(&arguments.output), arguments.policy_from.as_deref(), paths)?;
    tree.plan.renderer = arguments.render.then(|| render::renderer(&tree.root.folder));
    let known = Known::of(&arguments.scan, &tree.policy, Some(&tree.root.folder))?;
    let (past, told) = if arguments.history { past(&tree.root.folder) } else { (None, None) };
    tree.plan.past = past;
    let mut report = tree.look(&arguments.scan)?;
    if let Some(told) = told {
        *report.coverage.reasons.entry(told.reason).or_default() += 1;
        report.notifications.push(told);
    }
    if arguments.output.has(Format::Html) {
        report.flow = Some(tree.flow(&arguments.scan)?);
    }
    known.hold(&mut report, is_full(&arguments.scan, &tree.root));
    Ok(report)
}

/// What git knows of the files in `folder`, and what it does not.
fn past(folder: &Path) -> (Option<Arc<dyn Past>>, Option<Notification>) {
    let told = |reason, message| Some(Notification { path: None, position: None, reason, message });
    match FirstParents::around(folder) {
        Ok(past) => {
            let message = "This clone is shallow: a value may be older than its first commit here. \
                           `git fetch --unshallow` brings the rest.";
            let told = past.is_shallow.then(|| told(Reason::ShallowHistory, message.to_owned())).flatten();
            (Some(Arc::new(past)), told)
        }
        Err(error) => (None, told(Reason::UnjudgedRule, format!("No history tells how old values are: {error}."))),
    }
}

fn masking(output: &Output) -> Masking {
    Masking { reveal: usize::from(output.reveal) }
}

/// True when every rule looked at everything.
fn is_full(scan: &Scan, root: &Root) -> bool {
    let is_all = root.scope.iter().any(|path| path.as_bytes().is_empty());
    is_all && scan.rules.is_empty() && scan.skip.is_empty() && scan.exclude.is_empty()
}

/// A tree on disk, with what is to be done to it.
pub(crate) struct Asked {
    pub root: Root,
    pub policy: Policy,
    plan: Plan,
}

impl Asked {
    /// `policy_from` is the revision whose policy judges, where it is not the one on disk.
    pub fn of(scan: &Scan, masking: Masking, policy_from: Option<&str>, paths: &[PathBuf]) -> Result<Asked, Failure> {
        if let Some(missing) = paths.iter().find(|path| path.symlink_metadata().is_err()) {
            return Err(Failure::new(format!("{}: there is no such file or folder", missing.display())));
        }
        let root = find_root(paths).map_err(|error| Failure::new(format!("{}: {error}", paths[0].display())))?;
        let (file, rules) = match policy_from {
            None => (root.policy.clone().map(PolicyFile::Disk), own_rules::on_disk(&root.folder)?),
            Some(revision) => difference::policy_of(revision, &root.folder)?,
        };
        let (mut plan, policy) = plan_of(scan, masking, file, &rules)?;
        plan.scope = root.scope.clone();
        let run = circumstances(scan, &plan.policy.bindings, &root.folder, None);
        plan.policy.bindings.circumstances = run;
        Ok(Asked { root, policy, plan })
    }

    /// What is found, before it is held against a baseline.
    pub fn look(&self, scan: &Scan) -> Result<Report, Failure> {
        let mut report = engine::check(&self.source(scan)?, &self.plan);
        report.notifications.extend(inventory(&self.root).into_iter().chain(nothing_left(&report)));
        Ok(report)
    }

    /// Which Secrets are made, from what, and who reads them.
    pub fn flow(&self, scan: &Scan) -> Result<Flow, Failure> {
        Ok(engine::flow(&self.source(scan)?, &self.policy, self.plan.threads))
    }

    /// The files of the asked paths with what is wished for done to them; the whole tree has its say.
    pub fn fix(mut self, scan: &Scan, mut wish: Wish) -> Result<Fixed, Failure> {
        wish.scope = std::mem::take(&mut self.plan.scope);
        Ok(engine::fix(&self.source(scan)?, &self.plan, &wish))
    }

    /// The root's folder, its files, and what is to be done to them.
    pub fn parts(self, scan: &Scan) -> Result<(PathBuf, Worktree, Plan), Failure> {
        let source = self.source(scan)?;
        Ok((self.root.folder, source, self.plan))
    }

    fn source(&self, scan: &Scan) -> Result<Worktree, Failure> {
        let Asked { root, policy, plan } = self;
        Ok(Worktree::new(Settings {
            root: root.folder.clone(),
            gitignore: !scan.no_gitignore,
            exclude: excluded(scan, policy)?,
            named: root.scope.iter().filter(|path| !path.as_bytes().is_empty()).cloned().collect(),
            folders: if root.is_whole { Vec::new() } else { root.scope.clone() },
            threads: plan.threads,
        }))
    }
}

/// A zero that comes from leaving everything out is no good news.
fn nothing_left(report: &Report) -> Option<Notification> {
    let excluded = report.coverage.reasons.get(&Reason::Excluded).copied().unwrap_or(0);
    (report.coverage.files == 0 && excluded > 0).then(|| {
        let message = format!("Nothing was read: the policy or `--exclude` leaves out all {excluded} files.");
        Notification { path: None, position: None, reason: Reason::PartialInventory, message }
    })
}

/// Without a policy or a repository nobody says what else belongs to the tree.
fn inventory(root: &Root) -> Option<Notification> {
    let is_part = !root.is_whole && root.scope.iter().any(|path| !path.as_bytes().is_empty());
    is_part.then(|| {
        let message = format!("Neither a repository nor a {POLICY_FILE} says what belongs together: references were followed below the given paths' common folder only.");
        Notification { path: None, position: None, reason: Reason::PartialInventory, message }
    })
}

/// The plan for a text with nothing around it.
pub(crate) fn plan_alone(scan: &Scan) -> Result<Plan, Failure> {
    plan_of(scan, Masking::default(), None, &RuleFiles::new()).map(|(plan, _)| plan)
}

/// Where the policy stands, unless the user names another.
pub(super) enum PolicyFile {
    Disk(PathBuf),
    /// A file of a commit or of the index: its name for the user, what it says, and how its neighbours are read.
    Object(String, String, Files),
}

/// Reads a file by its path from the policy's folder.
pub(super) type Files = Box<dyn Fn(&str) -> Result<String, String>>;

/// The plan that arguments, policy and the repository's own rules make together; the policy for what it says of files.
pub(super) fn prepare(
    scan: &Scan,
    output: &Output,
    found: Option<PolicyFile>,
    rules: &RuleFiles,
) -> Result<(Plan, Policy), Failure> {
    plan_of(scan, masking(output), found, rules)
}

fn plan_of(
    scan: &Scan,
    masking: Masking,
    found: Option<PolicyFile>,
    rules: &RuleFiles,
) -> Result<(Plan, Policy), Failure> {
    let is_wanted = scan.policy.as_deref() != Some(Path::new("none"));
    let rules = if is_wanted { rules.as_slice() } else { &[] };
    let catalog = own_rules::catalog(scan.rules_dir.as_deref(), rules)?;
    let mut policy = read_policy(scan.policy.as_ref(), found, &catalog)?;
    let catalog = catalog.with_rules(policy.custom.iter().map(|custom| custom.rule));
    let mut plan = Plan::new(catalog.clone(), active(scan, &policy, &catalog)?);
    let today = scan.today.unwrap_or_else(|| Zoned::now().date());
    policy.bindings.circumstances.today = Some(today);
    plan.policy = policy.clone();
    plan.ignores = ignores(&policy, today);
    plan.watches_policy = is_asked_for(scan, "policy-weakened", &catalog);
    plan.archives = scan.archives;
    plan.suppress = !scan.no_suppress;
    plan.foreign_markers = !policy.own_markers_only;
    plan.masking = masking;
    plan.threads = scan.threads.map_or_else(available_threads, usize::from);
    Ok((plan, policy))
}

pub(super) fn read_policy(
    asked: Option<&PathBuf>,
    found: Option<PolicyFile>,
    catalog: &Catalog,
) -> Result<Policy, Failure> {
    let file = match asked {
        Some(path) if path == Path::new("none") => return Ok(Policy::default()),
        Some(path) => Some(PolicyFile::Disk(path.clone())),
        None => found,
    };
    let (name, text, files) = match file {
        None => return Ok(Policy::default()),
        Some(PolicyFile::Object(name, text, files)) => (name, text, files),
        Some(PolicyFile::Disk(path)) => {
            let text = std::fs::read_to_string(&path);
            let name = path.display().to_string();
            let text = text.map_err(|error| Failure::new(format!("{name}: {error}")))?;
            (name, text, beside(path))
        }
    };
    Policy::load(POLICY_FILE, &text, catalog.rules(), &*files).map_err(|mistakes| {
        let place = |Mistake { file, wrong }: &Mistake| {
            let file = if &**file == POLICY_FILE { &name } else { &**file };
            format!("{file}:{}:{}: {}", wrong.line, wrong.column, wrong.message)
        };
        Failure::all(mistakes.iter().map(place))
    })
}

/// Reads what a policy on disk extends: files in its own folder and below, wherever links lead.
fn beside(policy: PathBuf) -> Files {
    Box::new(move |path| {
        let folder = policy.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let told = |error: std::io::Error| format!("{path}: {error}");
        let root = folder.canonicalize().map_err(told)?;
        let file = root.join(path).canonicalize().map_err(told)?;
        match file.starts_with(&root) {
            true => std::fs::read_to_string(file).map_err(told),
            false => Err(format!("{path} leads out of the folder of the policy")),
        }
    })
}

/// Paths that nobody wants looked at.
pub(super) fn excluded(scan: &Scan, policy: &Policy) -> Result<GlobSet, Failure> {
    Ok(glob_set(policy.exclude.iter().chain(&globs(&scan.exclude)?)))
}

/// The rules that are on. Naming a rule turns it on, whatever its tier.
fn active(scan: &Scan, policy: &Policy, catalog: &Catalog) -> Result<Vec<ActiveRule>, Failure> {
    let named = |names: &[String]| -> Result<Vec<&'static Rule>, Failure> {
        let rules: Vec<_> = names.iter().map(|name| (name, catalog.all(name))).collect();
        match rules.iter().find(|(_, rules)| rules.is_empty()) {
            Some((name, _)) => Err(Failure::new(catalog.unknown(name))),
            None => Ok(rules.into_iter().flat_map(|(_, rules)| rules).collect()),
        }
    };
    let (only, skipped) = (named(&scan.rules)?, named(&scan.skip)?);
    let holds = |rules: &[&'static Rule], rule: &Rule| rules.iter().any(|named| named.id == rule.id);
    let is_on = |rule: &&&'static Rule| match only.is_empty() {
        _ if holds(&only, rule) => true,
        false if !scan.beside_others => false,
        _ => rule.tier != Tier::Pedantic || policy.rules.iter().any(|setting| setting.rule == rule.id),
    };
    let wanted = catalog.rules().iter().filter(is_on).filter(|rule| !holds(&skipped, rule));
    Ok(wanted.filter_map(|rule| with_policy(rule, policy)).collect())
}

/// True where the command line wants a rule, whatever the policy says of it.
fn is_asked_for(scan: &Scan, id: &str, catalog: &Catalog) -> bool {
    let names = |names: &[String]| names.iter().flat_map(|name| catalog.all(name)).any(|rule| rule.id == id);
    (scan.rules.is_empty() || names(&scan.rules)) && !names(&scan.skip)
}

/// The rule as the policy wants it; `None` where it is off everywhere.
fn with_policy(rule: &'static Rule, policy: &Policy) -> Option<ActiveRule> {
    let mut active = ActiveRule::new(rule);
    for setting in policy.rules.iter().filter(|setting| setting.rule == rule.id) {
        if let Some(level) = setting.level {
            active.severity = level.severity()?;
        }
        let by_path = setting.paths.iter().map(|(glob, level)| (glob_set([glob]), level.severity()));
        active.by_path.extend(by_path);
    }
    Some(active)
}

fn ignores(policy: &Policy, today: Date) -> Vec<PathIgnore> {
    let in_force = policy.ignore.iter().filter(|ignore| !ignore.is_over(today));
    let plain = |ignore: &crate::policy::Ignore| PathIgnore {
        rule: ignore.rule,
        paths: glob_set(&ignore.path),
        fingerprint: ignore.fingerprint.clone(),
        reason: ignore.reason.clone(),
    };
    in_force.map(plain).collect()
}

pub fn globs(patterns: &[String]) -> Result<Vec<Glob>, Failure> {
    let compile = |pattern: &String| GlobBuilder::new(pattern).literal_separator(true).build();
    patterns.iter().map(|pattern| compile(pattern).map_err(|error| Failure::new(error.to_string()))).collect()
}

pub fn available_threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

//! From findings with fixes to new files: what fits together is applied in memory, looked at once more, and kept only
//! where it cures what it should and brings nothing new.
//!
//! It does not know rules, and it writes nothing: the caller gets the old and the new bytes of each file.

mod masked;
mod patched;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::examine::{Examiner, Pass};
use super::{Plan, check, survey};
use crate::graph::Layout;
use crate::model::{
    Confidence, Edit, Finding, Fingerprint, Listing, Replacement, RepoPath, Report, Rule, Safety, Snapshot,
};
use crate::syntax::keeps_the_rest;
use patched::Patched;

/// How often new fixes are looked for when some were applied: each time some findings are gone, so that this is never
/// reached by what people write.
const MOST_ROUNDS: usize = 1_000;

/// Which fixes are wanted.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// Also those that somebody should read.
    pub with_unsafe: bool,
    /// Empty: of all rules.
    pub rules: Vec<&'static Rule>,
    /// Only what has this fingerprint; `None` is everything.
    pub only: Option<Fingerprint>,
    /// What may be changed; empty is everything.
    pub scope: Vec<RepoPath>,
}

impl Wish {
    fn holds(&self, path: &RepoPath) -> bool {
        self.scope.is_empty() || self.scope.iter().any(|asked| path.is_within(asked))
    }
}

/// What would become of the tree.
pub struct Fixed {
    /// Sorted by path.
    pub files: Vec<FixedFile>,
    /// What is cured, as it was found.
    pub cured: Vec<Finding>,
    /// What has a fix that is not applied, and why not.
    pub left: Vec<Left>,
    /// What is found once everything is applied.
    pub after: Report,
}

pub struct Left {
    pub finding: Finding,
    /// The end of "not fixed: …".
    pub why: String,
}

/// A file that changes.
pub struct FixedFile {
    pub path: RepoPath,
    pub before: Vec<u8>,
    pub after: Vec<u8>,
    /// Both again, with every secret in them masked, line by line the same.
    pub shown: (String, String),
}

/// Applies to `snapshot` what the findings of `plan` know to cure themselves. The plan looks at the whole tree, whatever
/// may be changed: what a fix brings elsewhere speaks against it, too.
pub fn fix(snapshot: &dyn Snapshot, plan: &Plan, wish: &Wish) -> Fixed {
    let listing = snapshot.list();
    let layout = survey(snapshot, &listing.files);
    let tree = Patched::new(snapshot);
    let report = check(&*tree, plan);
    let found = report.findings.clone();
    let mut bench = Bench { listing: &listing, layout: &layout, plan, wish, tree, found, report, cured: Vec::new() };
    let left = bench.work();
    let files = bench.files();
    Fixed { files, cured: bench.cured, left, after: bench.report }
}

struct Bench<'a> {
    listing: &'a Listing,
    layout: &'a Layout,
    plan: &'a Plan,
    wish: &'a Wish,
    /// The tree with everything applied that was proven.
    tree: Patched<'a>,
    /// What was found before anything was applied.
    found: Vec<Finding>,
    /// What is found in it.
    report: Report,
    cured: Vec<Finding>,
}

/// Why a fix is not applied, by what it was to cure.
type Refused = HashMap<Key, String>;

/// What tells one candidate from another, wherever other fixes have moved it: the finding, and what it would put where.
type Key = (Fingerprint, Vec<(RepoPath, String)>);

impl<'a> Bench<'a> {
    /// What is refused once is tried again after the others are done: one may be in the way of another.
    fn work(&mut self) -> Vec<Left> {
        let mut refused = Refused::new();
        for _ in 0..MOST_ROUNDS {
            let before = self.cured.len();
            while let Some(chosen) = self.choose(&refused) {
                self.prove(&chosen, &mut refused);
            }
            if self.cured.len() == before || refused.is_empty() {
                break;
            }
            refused.clear();
        }
        let left = self.candidates().into_iter().filter_map(|finding| {
            let why = refused.get(&key(&finding)?)?.clone();
            Some(Left { finding, why })
        });
        left.collect()
    }

    fn candidates(&self) -> Vec<Finding> {
        let is_wanted = |finding: &&Finding| {
            let is_named = || self.wish.rules.iter().any(|rule| rule.id == finding.rule.id);
            let safety = finding.fix.as_ref().map(|fix| fix.safety);
            finding.suppression.is_none()
                && self.wish.only.is_none_or(|only| finding.fingerprint == only)
                && self.wish.holds(&finding.location.origin.path)
                && finding.confidence > Confidence::Low
                && (self.wish.rules.is_empty() || is_named())
                && safety.is_some_and(|safety| self.wish.with_unsafe || safety == Safety::Safe)
        };
        self.report.findings.iter().filter(is_wanted).cloned().collect()
    }

    /// As many candidates as touch no byte twice; `None` when nothing is left to try.
    fn choose(&self, refused: &Refused) -> Option<Vec<Finding>> {
        let mut taken: BTreeMap<RepoPath, Vec<Edit>> = BTreeMap::new();
        let mut chosen = Vec::new();
        for finding in self.candidates() {
            if key(&finding).is_none_or(|key| refused.contains_key(&key)) {
                continue;
            }
            let clashes = |replacement: &Replacement| {
                taken
                    .get(&replacement.path)
                    .is_some_and(|edits| edits.iter().any(|edit| clash(edit, &replacement.edit)))
            };
            let wanted = finding.fix.iter().flat_map(|fix| &fix.replacements);
            if !wanted.clone().any(clashes) {
                for Replacement { path, edit, .. } in wanted {
                    taken.entry(path.clone()).or_default().push(edit.clone());
                }
                chosen.push(finding);
            }
        }
        (!chosen.is_empty()).then_some(chosen)
    }

    /// Applies the fixes if they stand the proof together; else half of them, down to the one that does not. True when any
    /// was applied: what is left is to be looked at anew.
    fn prove(&mut self, fixes: &[Finding], refused: &mut Refused) -> bool {
        match self.attempt(fixes) {
            Ok((tree, report)) => {
                (self.tree, self.report) = (tree, report);
                self.cured.extend_from_slice(fixes);
                true
            }
            Err(why) => match fixes {
                [only] => {
                    refused.extend(key(only).map(|key| (key, why)));
                    false
                }
                _ => {
                    let (first, second) = fixes.split_at(fixes.len() / 2);
                    self.prove(first, refused) || self.prove(second, refused)
                }
            },
        }
    }

    /// The tree with the fixes applied and what is found in it, or what speaks against them.
    fn attempt(&self, fixes: &[Finding]) -> Result<(Patched<'a>, Report), String> {
        let mut edits: BTreeMap<&RepoPath, BTreeSet<&Edit>> = BTreeMap::new();
        for replacement in fixes.iter().filter_map(|finding| finding.fix.as_ref()).flat_map(|fix| &fix.replacements) {
            edits.entry(&replacement.path).or_default().insert(&replacement.edit);
        }
        let mut tree = self.tree.clone();
        for (path, edits) in edits {
            let edits: Vec<Edit> = edits.into_iter().cloned().collect();
            let bytes = self.rewritten(path, &edits)?;
            tree.put(path, bytes);
        }
        let report = check(&*tree, self.plan);
        match objection(&self.report, &report, fixes) {
            Some(why) => Err(why),
            None => Ok((tree, report)),
        }
    }

    /// The file with the edits applied, if all else in it stays as it is.
    fn rewritten(&self, path: &RepoPath, edits: &[Edit]) -> Result<Vec<u8>, String> {
        if !self.wish.holds(path) {
            return Err(format!("{path} would have to change, which is not among the given paths"));
        }
        let bytes = self.tree.bytes(path).ok_or_else(|| format!("{path} cannot be read"))?;
        let before = std::str::from_utf8(&bytes).map_err(|_| format!("{path} is not UTF-8"))?;
        let after = applied(before, edits).ok_or("the edits do not fit the text")?;
        let Some(syntax) = self.examiner().syntax(path) else {
            let is_list = edits.iter().all(|edit| edit.span.start == before.len());
            return if is_list { Ok(after.into_bytes()) } else { Err(format!("{path} is of no known syntax")) };
        };
        let (old, new) = (syntax.parse(before), syntax.parse(&after));
        match keeps_the_rest(&old, before, &new, &after, edits) {
            true => Ok(after.into_bytes()),
            false => Err("something else would change with it".to_owned()),
        }
    }

    fn files(&self) -> Vec<FixedFile> {
        let examiner = self.examiner();
        let changed = self.tree.changed();
        let file = |(path, before, after): (&RepoPath, &[u8], &[u8])| FixedFile {
            path: path.clone(),
            before: before.to_vec(),
            after: after.to_vec(),
            shown: (
                masked::text(&examiner, path, before, &self.found),
                masked::text(&examiner, path, after, &self.report.findings),
            ),
        };
        changed.map(file).collect()
    }

    fn examiner(&self) -> Examiner<'_> {
        Examiner { pass: Pass::default(), plan: self.plan, layout: self.layout, files: &self.listing.files }
    }
}

fn key(finding: &Finding) -> Option<Key> {
    let replacements = finding.fix.as_ref()?.replacements.iter();
    Some((finding.fingerprint, replacements.map(|it| (it.path.clone(), it.edit.text.clone())).collect()))
}

/// True for two edits that touch the same bytes and are not the same edit.
fn clash(one: &Edit, other: &Edit) -> bool {
    let inside = |point: &Edit, edit: &Edit| edit.span.start < point.span.start && point.span.start < edit.span.end;
    one != other && (one.span.intersects(other.span) || inside(one, other) || inside(other, one))
}

/// `text` with the edits, which are sorted and apart.
fn applied(text: &str, edits: &[Edit]) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        out.push_str(text.get(at..edit.span.start)?);
        out.push_str(&edit.text);
        at = edit.span.end;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

/// What speaks against a change: a finding that it brings, or one that it leaves.
fn objection(before: &Report, after: &Report, fixes: &[Finding]) -> Option<String> {
    let count = |report: &Report| {
        let mut counts: HashMap<Fingerprint, usize> = HashMap::new();
        report.findings.iter().for_each(|finding| *counts.entry(finding.fingerprint).or_default() += 1);
        counts
    };
    let (old, new) = (count(before), count(after));
    let of = |counts: &HashMap<Fingerprint, usize>, finding: &Finding| {
        counts.get(&finding.fingerprint).copied().unwrap_or(0)
    };
    if let Some(brought) = after.findings.iter().find(|finding| of(&new, finding) > of(&old, finding)) {
        let line = brought.location.region.start.line;
        return Some(format!("it would bring `{}` in {}:{line}", brought.rule.id, brought.location.origin.path));
    }
    let wanted = |finding: &Finding| fixes.iter().filter(|other| other.fingerprint == finding.fingerprint).count();
    let stays = fixes.iter().any(|finding| of(&new, finding) + wanted(finding) > of(&old, finding));
    stays.then(|| "it would still be found".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Span;

    fn edit(start: usize, end: usize, text: &str) -> Edit {
        Edit { span: Span::new(start, end), text: text.to_owned() }
    }

    #[test]
    fn edits_clash_where_they_touch_the_same_bytes() {
        let word = edit(4, 8, "x");
        for other in [edit(4, 8, "y"), edit(7, 9, "x"), edit(5, 5, "x"), edit(0, 20, "")] {
            assert!(clash(&word, &other) && clash(&other, &word), "{other:?}");
        }
        for other in [word.clone(), edit(8, 9, "x"), edit(4, 4, "x"), edit(8, 8, "x")] {
            assert!(!clash(&word, &other) && !clash(&other, &word), "{other:?}");
        }
        assert!(!clash(&edit(3, 3, "a"), &edit(3, 3, "b")), "two lines for one place");
    }

    #[test]
    fn edits_stand_in_the_text_in_their_order() {
        let edits = [edit(0, 1, "A"), edit(2, 2, "-"), edit(2, 3, "")];
        assert_eq!(applied("abcd", &edits).as_deref(), Some("Ab-d"));
        assert_eq!(applied("é", &[edit(1, 2, "")]), None);
    }
}

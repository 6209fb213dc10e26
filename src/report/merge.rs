//! Many reports as one: what several repositories hold of the same is told once.
//!
//! It does not know which machine found what: the order of the reports plays no part.

use std::collections::HashMap;

use crate::model::{Finding, Fingerprint, Related, RepoPath, Report};

/// How many other places of the same one finding names.
const MOST_NAMED: usize = 20;

/// `reports`, each with the repository it is of, which then stands before its paths.
pub fn merge(reports: Vec<(Option<String>, Report)>) -> Report {
    let mut merged = Report::default();
    for (repository, mut report) in reports {
        if let Some(repository) = repository {
            place(&mut report, &repository);
        }
        let (sum, own) = (&mut merged.coverage, report.coverage);
        (sum.files, sum.bytes, sum.structured) =
            (sum.files + own.files, sum.bytes + own.bytes, sum.structured + own.structured);
        sum.commits = sum.commits.into_iter().chain(own.commits).reduce(|one, other| one + other);
        own.reasons.into_iter().for_each(|(reason, count)| *sum.reasons.entry(reason).or_default() += count);
        merged.compared |= report.compared;
        merged.findings.append(&mut report.findings);
        merged.notifications.append(&mut report.notifications);
    }
    merged.notifications.sort();
    merged.findings.sort_by(|one, other| one.order().cmp(&other.order()));
    merged.findings = once(merged.findings);
    merged
}

fn place(report: &mut Report, repository: &str) {
    let moved = |path: &RepoPath| RepoPath::new([repository.as_bytes(), b"/", path.as_bytes()].concat());
    for finding in &mut report.findings {
        let related = finding.related.iter_mut().map(|related| &mut related.location);
        std::iter::once(&mut finding.location).chain(related).for_each(|it| it.origin.path = moved(&it.origin.path));
        finding.history.iter_mut().flat_map(|it| &mut it.paths).for_each(|path| *path = moved(path));
    }
    for notification in &mut report.notifications {
        notification.path = Some(match &notification.path {
            Some(path) => moved(path),
            None => RepoPath::from(repository),
        });
    }
}

/// Of what has the same fingerprint the first stays and names the others; what is suppressed stands for itself.
fn once(findings: Vec<Finding>) -> Vec<Finding> {
    let mut kept: Vec<Finding> = Vec::with_capacity(findings.len());
    let mut known: HashMap<(Fingerprint, bool), usize> = HashMap::new();
    for finding in findings {
        let key = (finding.fingerprint, finding.suppression.is_some());
        match known.get(&key) {
            None => {
                known.insert(key, kept.len());
                kept.push(finding);
            }
            Some(&first) if kept[first].related.len() < MOST_NAMED => {
                kept[first].related.push(Related { location: finding.location, label: "here too".to_owned() });
            }
            Some(_) => {}
        }
    }
    kept
}

//! One root cause, one finding: of the drafts that name the same secret, one stays and lists the others.
//!
//! It does not know how they were found.

use crate::model::{Confidence, Draft, Finding, Identity, Location, Matcher, Tier};
use crate::text::Span;

/// Keeps, of drafts whose secrets overlap, the one that says most; a manifest rule before a credential rule.
pub fn merge(mut drafts: Vec<Draft>) -> Vec<Draft> {
    drafts.sort_by(|one, other| weight(other).cmp(&weight(one)).then(one.rule.id.cmp(other.rule.id)));
    let mut kept: Vec<Draft> = Vec::with_capacity(drafts.len());
    // (secret, index in kept), sorted by start; kept secrets never overlap.
    let mut taken: Vec<(Span, usize)> = Vec::new();
    for draft in drafts {
        if !is_about_its_secrets(&draft) {
            kept.push(draft);
            continue;
        }
        let owner = draft.secrets.iter().find_map(|secret| overlapping(&taken, *secret));
        match owner {
            Some(index) => absorb(&mut kept[index], draft),
            None => {
                for secret in &draft.secrets {
                    let at = taken.partition_point(|(other, _)| other.start < secret.start);
                    taken.insert(at, (*secret, kept.len()));
                }
                kept.push(draft);
            }
        }
    }
    kept
}

/// Of findings at one place, that of an organisation's own convention stays: it knows what should stand there instead. A
/// place that it only points at is its subject, too. It weighs as much
/// as the heaviest of them: who asks for a note about every literal still wants to hear of a real credential.
pub fn yielding(findings: Vec<Finding>) -> Vec<Finding> {
    let is_told = |finding: &Finding| finding.rule.tier == Tier::Convention && finding.suppression.is_none();
    let (mut told, others): (Vec<Finding>, Vec<Finding>) = findings.into_iter().partition(is_told);
    let mut kept = Vec::new();
    for finding in others {
        let owner = match finding.rule.tier {
            Tier::Convention => None,
            _ => told.iter_mut().find(|convention| is_about(convention, &finding.location)),
        };
        match owner {
            Some(convention) => {
                convention.severity = convention.severity.max(finding.severity);
                if !convention.also.iter().any(|rule| rule.id == finding.rule.id) {
                    convention.also.push(finding.rule);
                }
            }
            None => kept.push(finding),
        }
    }
    kept.extend(told);
    kept
}

fn is_about(convention: &Finding, place: &Location) -> bool {
    let related = convention.related.iter().map(|related| &related.location);
    std::iter::once(&convention.location)
        .chain(related)
        .any(|own| own.origin.path == place.origin.path && (own.span == place.span || own.span.intersects(place.span)))
}

/// False for a fault beside a secret, which is masked in what it shows: that secret is somebody else's finding.
fn is_about_its_secrets(draft: &Draft) -> bool {
    draft.secrets.iter().any(|secret| secret.intersects(draft.span))
}

/// Every secret of the drafts, sorted and joined where they overlap.
pub fn secrets<'d>(drafts: impl Iterator<Item = &'d Draft>) -> Vec<Span> {
    joined(drafts.flat_map(|draft| draft.secrets.iter().copied()).collect())
}

/// The spans, sorted and joined where they overlap.
pub fn joined(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => joined.push(span),
        }
    }
    joined
}

fn weight(draft: &Draft) -> impl Ord + use<> {
    let is_exact = matches!(draft.identity, Identity::Credential { .. });
    let narrow = std::cmp::Reverse(draft.secrets.iter().map(|secret| secret.len()).sum::<usize>());
    (!draft.rule.is_credential(), is_of_its_own(draft), draft.confidence, is_exact, narrow)
}

/// A rule that knows the file or the vendor says more than one that knows a word for a credential, unless it doubts.
fn is_of_its_own(draft: &Draft) -> bool {
    let generic = matches!(draft.rule.matcher, Matcher::Structure(name) if name.starts_with("keyed-"));
    !generic && draft.confidence > Confidence::Low
}

fn overlapping(taken: &[(Span, usize)], secret: Span) -> Option<usize> {
    let next = taken.partition_point(|(other, _)| other.end <= secret.start);
    taken.get(next).filter(|(other, _)| other.intersects(secret)).map(|&(_, index)| index)
}

fn absorb(winner: &mut Draft, loser: Draft) {
    winner.confidence = winner.confidence.max(loser.confidence);
    // A machine-made value is known by itself, wherever it stands.
    if let Identity::Credential { .. } = loser.identity
        && let Identity::Guessable { .. } = winner.identity
    {
        winner.identity = loser.identity;
    }
    for rule in std::iter::once(loser.rule).chain(loser.also) {
        if rule.id != winner.rule.id && !winner.also.iter().any(|known| known.id == rule.id) {
            winner.also.push(rule);
        }
    }
    winner.also.sort_by_key(|rule| rule.id);
    // Bytes alone know no keys; who read the structure does.
    winner.key_path = winner.key_path.take().or(loser.key_path);
    winner.secrets.extend(loser.secrets);
}

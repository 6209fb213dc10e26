//! Findings that are known and bear to wait: a text file that people review and git merges, one line a finding.
//!
//! It does not hold a value, a line number or a time, so that it stays the same while code moves. It does not know where
//! it lies.
//!
//! ```text
//! # tightlip baseline 1
//!
//! # expires with the old cluster
//! 0f3a…(32 hexadecimal digits) 2 plaintext-password apps/web/values.yaml
//! ```
//!
//! Fingerprint, number, family, path. The fingerprint decides; family and path are for readers, and the path tells which
//! of several equal findings is the known one. Lines may stand in any order and twice, as a union merge leaves them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::model::{Finding, Fingerprint, Suppression, SuppressionKind};
use crate::text::visible;

/// Where a baseline lies unless somebody says otherwise, at the root.
pub const BASELINE_FILE: &str = ".tightlip-baseline";

/// What the first line says, and no other file's does.
const HEAD: &str = "# tightlip baseline 1";

/// Known findings, by what they are and where they stood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// Comments that belong to no entry: those between the first line and the first empty one.
    preface: Vec<String>,
    entries: BTreeMap<Key, Entry>,
    /// Comments behind the last entry.
    epilogue: Vec<String>,
}

/// Ordered as the lines of the file are: by fingerprint, so that two branches rarely write at the same place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    fingerprint: String,
    /// As it is shown, on one line.
    path: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    pub family: String,
    pub count: u32,
    /// The comments above it, without their `#`.
    pub comments: Vec<String>,
    /// Where it was read, 1-based; 0 for an entry that no file holds yet.
    pub line: u32,
}

/// What is wrong with a file that should be a baseline.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}: {message}")]
pub struct Corrupt {
    pub line: u32,
    pub message: String,
}

/// What became of a baseline that findings were held against.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Lines of entries that expect more findings than there are.
    pub unused: Vec<u32>,
}

impl Baseline {
    /// Reads a file, merged or not. A text without the first line is no baseline, also when it is empty.
    pub fn read(text: &str) -> Result<Baseline, Corrupt> {
        let mut lines = (1..).zip(text.trim_start_matches('\u{feff}').lines());
        if lines.next().is_none_or(|(_, line)| line.trim_end() != HEAD) {
            return Err(Corrupt { line: 1, message: format!("a baseline begins with the line `{HEAD}`") });
        }
        let mut baseline = Baseline::default();
        let mut comments: Vec<String> = Vec::new();
        for (line, text) in lines {
            if text.trim() == HEAD {
                // Two files that began alike were merged.
            } else if let Some(comment) = text.trim_start().strip_prefix('#') {
                comments.push(comment.trim().to_owned());
            } else if text.trim().is_empty() {
                if baseline.entries.is_empty() {
                    baseline.preface.append(&mut comments);
                }
            } else {
                let (key, entry) = entry(text).map_err(|message| Corrupt { line, message })?;
                baseline.add(key, Entry { line, comments: std::mem::take(&mut comments), ..entry });
            }
        }
        baseline.epilogue = comments;
        Ok(baseline)
    }

    /// The baseline of all `findings` that nothing else silences.
    pub fn of<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Baseline {
        let mut baseline = Baseline::default();
        for finding in findings.into_iter().filter(|finding| is_open(finding)) {
            let entry = baseline.entries.entry(Key::of(finding)).or_default();
            entry.family = finding.rule.family.to_owned();
            entry.count += 1;
        }
        baseline
    }

    /// Marks the findings that are known. Each entry silences as many as it counts: those at its own path first, then
    /// those of the same value that moved. One that is left over says where its value is known.
    pub fn hold(&self, findings: &mut [Finding]) -> Held {
        let mut left: BTreeMap<&Key, u32> = self.entries.iter().map(|(key, entry)| (key, entry.count)).collect();
        let mut strangers = Vec::new();
        for finding in findings.iter_mut().filter(|finding| is_open(finding)) {
            let key = Key::of(finding);
            match left.get_mut(&key).filter(|left| **left > 0) {
                Some(left) => {
                    *left -= 1;
                    finding.suppression = Some(self.suppression(&key));
                }
                None => strangers.push((key, finding)),
            }
        }
        let mut places: BTreeMap<&str, Vec<&Key>> = BTreeMap::new();
        for key in self.entries.keys() {
            places.entry(&key.fingerprint).or_default().push(key);
        }
        for (stranger, finding) in strangers {
            let Some(places) = places.get(stranger.fingerprint.as_str()) else { continue };
            match places.iter().find(|key| left[*key] > 0) {
                Some(key) => {
                    *left.entry(key).or_default() -= 1;
                    finding.suppression = Some(self.suppression(key));
                }
                None if places.iter().all(|key| key.path != stranger.path) => {
                    finding.message += &format!(" The baseline knows it in {}; this place is new.", places[0].path);
                }
                None => {}
            }
        }
        let unused: BTreeSet<u32> =
            left.into_iter().filter(|(_, left)| *left > 0).map(|(key, _)| self.entries[key].line).collect();
        Held { unused: unused.into_iter().collect() }
    }

    /// This baseline as `now` wants it: comments stay with their entries, also when these moved. `grow` takes in what is
    /// new; without it entries only go.
    pub fn follow(&self, now: &Baseline, grow: bool) -> Baseline {
        let mut next =
            Baseline { preface: self.preface.clone(), epilogue: self.epilogue.clone(), ..Baseline::default() };
        let mut room: BTreeMap<&str, u32> = BTreeMap::new();
        for (key, entry) in &self.entries {
            *room.entry(&key.fingerprint).or_default() += entry.count;
        }
        // Places that are known already come first, so that a value that was copied does not take their room.
        let (known, moved): (Vec<_>, Vec<_>) = now.entries.iter().partition(|(key, _)| self.entries.contains_key(key));
        for (key, entry) in known.into_iter().chain(moved) {
            let room = room.entry(&key.fingerprint).or_default();
            let most = self.entries.get(key).map_or(*room, |old| old.count);
            let count = if grow { entry.count } else { entry.count.min(most).min(*room) };
            *room -= count.min(*room);
            if count > 0 {
                let comments = self.comments_for(key, now);
                next.entries.insert(key.clone(), Entry { count, comments, ..entry.clone() });
            }
        }
        next
    }

    /// Its own comments, or those of the same value at a place that is gone.
    fn comments_for(&self, key: &Key, now: &Baseline) -> Vec<String> {
        let gone = |(old, _): &(&Key, &Entry)| old.fingerprint == key.fingerprint && !now.entries.contains_key(old);
        let own = self.entries.get(key);
        own.or_else(|| self.entries.iter().find(gone).map(|(_, entry)| entry))
            .map_or_else(Vec::new, |entry| entry.comments.clone())
    }

    /// Path and entry of each line, in the order of the file.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries.iter().map(|(key, entry)| (key.path.as_str(), entry))
    }

    /// How many findings it knows.
    pub fn count(&self) -> u64 {
        self.entries.values().map(|entry| u64::from(entry.count)).sum()
    }

    /// A line that stands twice after a merge counts once: both branches knew the same.
    fn add(&mut self, key: Key, entry: Entry) {
        let known = self.entries.entry(key).or_default();
        known.count = known.count.max(entry.count);
        known.family = entry.family;
        known.line = if known.line == 0 { entry.line } else { known.line };
        for comment in entry.comments {
            if !known.comments.contains(&comment) {
                known.comments.push(comment);
            }
        }
    }

    fn suppression(&self, key: &Key) -> Suppression {
        let comments = self.entries.get(key).map_or(&[][..], |entry| &entry.comments);
        Suppression { kind: SuppressionKind::Baseline, reason: comments.join(" ") }
    }
}

/// The file, sorted. Reading it gives the same baseline again.
impl fmt::Display for Baseline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let comment = |f: &mut fmt::Formatter, text: &String| writeln!(f, "{}", format!("# {text}").trim_end());
        writeln!(f, "{HEAD}")?;
        self.preface.iter().try_for_each(|text| comment(f, text))?;
        writeln!(f)?;
        for (key, entry) in &self.entries {
            entry.comments.iter().try_for_each(|text| comment(f, text))?;
            writeln!(f, "{} {} {} {}", key.fingerprint, entry.count, entry.family, key.path)?;
        }
        self.epilogue.iter().try_for_each(|text| comment(f, text))
    }
}

impl Key {
    fn of(finding: &Finding) -> Key {
        Key { fingerprint: finding.fingerprint.to_string(), path: finding.location.origin.path.to_string() }
    }
}

fn is_open(finding: &Finding) -> bool {
    finding.suppression.is_none()
}

/// `fingerprint number family path`; the path may hold spaces.
fn entry(line: &str) -> Result<(Key, Entry), String> {
    let mut words = line.splitn(4, ' ');
    let (fingerprint, count, family, path) = match (words.next(), words.next(), words.next(), words.next()) {
        (Some(fingerprint), Some(count), Some(family), Some(path)) if !path.is_empty() => {
            (fingerprint, count, family, path)
        }
        _ => return Err(format!("`{}` is not `fingerprint number family path`", visible(&shortened(line)))),
    };
    if !Fingerprint::is_written(fingerprint) {
        return Err(format!("`{}` is not a fingerprint of 32 hexadecimal digits", visible(&shortened(fingerprint))));
    }
    let count = count.parse().ok().filter(|&count| count > 0);
    let count = count.ok_or_else(|| "the second word is not a number of findings".to_owned())?;
    let key = Key { fingerprint: fingerprint.to_owned(), path: path.to_owned() };
    Ok((key, Entry { family: family.to_owned(), count, ..Entry::default() }))
}

fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

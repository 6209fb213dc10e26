//! A bad and a good sample of a manifest rule as its page shows them: a few lines of its fixtures.
//!
//! It does not judge them: `fixtures` does. What a generator writes is masked, so that a page holds no secret.

use std::fs;
use std::path::{Path, PathBuf};

use tightlip::catalog::generator;

use crate::harness;

/// Lines above and below the one that matters.
const AROUND: usize = 6;

/// A file of a fixture, cut to what matters.
pub struct Sample {
    /// From the folder of bad or of good samples.
    pub path: String,
    pub lines: Vec<String>,
    /// The line of the finding among them.
    pub marked: Option<usize>,
}

pub struct Pair {
    /// The policy that makes a fault of it.
    pub policy: Option<String>,
    pub bad: Sample,
    pub good: Option<Sample>,
    /// The policy that takes it, where that is what is right about it.
    pub good_policy: Option<String>,
}

/// A good file as a whole.
struct Good {
    path: String,
    policy: Option<String>,
    text: String,
}

/// The smallest bad sample of the rule that has a good one of its name, and what is right in its place.
pub fn pair(rule: &str) -> Option<Pair> {
    let folder = harness::fixtures().join(rule);
    let expected = fs::read_to_string(folder.join("expected.txt")).ok()?;
    let finding = |line: &str| {
        let (place, _) = line.split_once(' ')?;
        let mut parts = place.rsplitn(3, ':').skip(1);
        let (number, path) = (parts.next()?.parse::<usize>().ok()?, parts.next()?.strip_prefix("bad/")?);
        let is_alone = !folder.join("good").join(path).is_file();
        Some((is_alone, text(&folder.join("bad").join(path))?.lines().count(), path.to_owned(), number))
    };
    let (_, _, path, number) = expected.lines().filter_map(finding).min()?;
    let bad = text(&folder.join("bad").join(&path))?;
    let good = good(&folder, &path, &bad);
    Some(Pair {
        policy: policy(&folder.join("bad"), &path),
        good_policy: good.as_ref().and_then(|good| good.policy.clone()),
        good: good.map(|good| cut(good.path, &good.text, difference(&good.text, &bad, number - 1), false)),
        bad: cut(path, &bad, number - 1, true),
    })
}

/// The policy nearest above the file.
fn policy(root: &Path, path: &str) -> Option<String> {
    let above = Path::new(path).ancestors().skip(1).map(|folder| root.join(folder).join("tightlip.yaml"));
    above.filter_map(|file| fs::read_to_string(file).ok()).next()
}

/// The same file as it is right, by the same policy or another. Where it is the same, the fault lies in a file beside it;
/// where there is none, what is most alike.
fn good(folder: &Path, path: &str, bad: &str) -> Option<Good> {
    let (root, by) = (folder.join("good"), policy(&folder.join("bad"), path));
    let read = |path: &str| {
        let text = text(&root.join(path)).filter(|_| !path.ends_with("tightlip.yaml"))?;
        Some(Good { path: path.to_owned(), policy: policy(&root, path).filter(|own| by.as_ref() != Some(own)), text })
    };
    let is_other = |good: &Good| good.text != bad || good.policy.is_some();
    let same = read(path);
    if same.as_ref().is_some_and(is_other) {
        return same;
    }
    let paths = files(&root);
    let names = || paths.iter().filter_map(|file| file.strip_prefix(&root).ok()?.to_str()).filter_map(read);
    let is_mended = |good: &Good| text(&folder.join("bad").join(&good.path)).is_some_and(|it| it != good.text);
    let beside = names().filter(|good| same.is_some() && is_mended(good));
    let alike = || {
        names()
            .filter(is_other)
            .min_by_key(|good| (kind(&good.text) != kind(bad), distance(&good.text, bad), good.path.clone()))
    };
    beside.min_by_key(|good| (good.text.lines().count(), good.path.clone())).or_else(alike)
}

/// What the first object is, in words.
fn kind(text: &str) -> Option<&str> {
    text.lines().find(|line| line.starts_with("kind:"))
}

/// How many lines stand in one of the texts only.
fn distance(one: &str, other: &str) -> usize {
    let without = |one: &str, other: &str| one.lines().filter(|line| !other.lines().any(|it| it == *line)).count();
    without(one, other) + without(other, one)
}

/// The first line of the good text that is not as in the bad one; where none is, the line of the finding.
fn difference(good: &str, bad: &str, found: usize) -> usize {
    let first = good.lines().zip(bad.lines()).take_while(|(good, bad)| good == bad).count();
    let last = good.lines().count().saturating_sub(1);
    if good == bad { found.min(last) } else { first.min(last) }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// What the file says, with stars for what is generated; `None` for what is no text.
fn text(file: &Path) -> Option<String> {
    let written = fs::read_to_string(file).ok().filter(|text| !text.contains('\0'))?;
    let expanded = generator::expand(&written, 1).ok()?;
    let mut text = expanded.text;
    for secret in expanded.secrets.iter().rev() {
        let masked: Vec<&str> = text[secret.range()].lines().map(|_| "********").collect();
        text.replace_range(secret.range(), &masked.join("\n"));
    }
    Some(text)
}

/// Without the ignore of another rule: on a page it would silence nothing.
fn unmarked(line: &str) -> String {
    line.split(concat!(" # tight", "lip: ignore[")).next().unwrap_or_default().to_owned()
}

/// The lines around one of them, in its document.
fn cut(path: String, text: &str, at: usize, is_marked: bool) -> Sample {
    let all: Vec<&str> = text.lines().collect();
    let is_break = |index: &usize| all[*index] == "---";
    let start = (0..at.min(all.len())).rev().find(is_break).map_or(0, |index| index + 1);
    let end = (at + 1..all.len()).find(is_break).unwrap_or(all.len());
    let (from, to) = (start.max(at.saturating_sub(AROUND)), end.min(at + AROUND + 1));
    let mut lines: Vec<String> = all.get(from..to).unwrap_or_default().iter().map(|line| unmarked(line)).collect();
    let mut marked = at - from;
    if from > start {
        lines.insert(0, "…".to_owned());
        marked += 1;
    }
    if to < end {
        lines.push("…".to_owned());
    }
    Sample { path, lines, marked: is_marked.then_some(marked) }
}

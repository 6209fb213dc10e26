//! Which commit brought a blob first, where it stood, and whether it is still there: one walk over all commits, in which
//! each tree is entered once a path.
//!
//! It does not know blobs, findings or text. Replace refs and grafts have no effect: objects say who their parents are.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use super::commits::{CommitHeader, TagHeader};
use super::objects::{Kind, Objects, Slot};
use super::paths::{PathId, Paths, ROOT};
use super::trees::{Mode, Trees};

/// Paths at which one tree, or one blob, is looked up; more is a bomb.
const MOST_PATHS: usize = 4_096;

/// Nothing: no commit, no path.
const NONE: u32 = u32::MAX;

/// The commits and tags of all repositories.
#[derive(Default)]
pub struct Commits {
    commits: HashMap<Slot, Commit>,
    tags: HashMap<Slot, Tag>,
}

struct Commit {
    tree: Option<Slot>,
    parents: Vec<Option<Slot>>,
    time: i64,
}

struct Tag {
    target: Option<Slot>,
    time: i64,
}

impl Commits {
    pub fn learn(&mut self, slot: Slot, kind: Kind, bytes: &[u8], objects: &Objects) {
        match kind {
            Kind::Commit => {
                let header = CommitHeader::of(bytes);
                let parents = header.parents.iter().map(|parent| objects.slot(parent)).collect();
                self.commits.insert(slot, Commit { tree: objects.slot(&header.tree), parents, time: header.time });
            }
            Kind::Tag => {
                let header = TagHeader::of(bytes);
                self.tags.insert(slot, Tag { target: objects.slot(&header.target), time: header.time });
            }
            Kind::Tree | Kind::Blob => {}
        }
    }

    /// Takes in what another thread learned.
    pub fn extend(&mut self, other: Commits) {
        self.commits.extend(other.commits);
        self.tags.extend(other.tags);
    }
}

/// What is known of every object that some name of a repository reaches.
pub struct Attribution {
    /// Commits, tags and named objects in the order in which they brought something, with their times.
    introducers: Vec<(Slot, i64)>,
    /// The first introducer of each object.
    first: Vec<u32>,
    first_path: Vec<PathId>,
    more_paths: HashMap<Slot, Vec<PathId>>,
    pub paths: Paths,
    /// Objects that a tip holds, and those that the default branch's tip holds.
    present: Marks,
    on_default_branch: Marks,
    /// Objects that something names and nobody has.
    pub missing: HashSet<Slot>,
    /// Paths of submodules.
    pub submodules: HashSet<PathId>,
    /// True where paths were left out because one tree stood at too many.
    pub is_cut: bool,
}

/// Where a walk starts.
pub struct Start<'a> {
    pub tips: &'a [Slot],
    pub default_branch: Option<Slot>,
    /// Commits whose parents are known not to be here.
    pub shallow: &'a HashSet<Slot>,
    /// Objects that nothing names are taken in too.
    pub unreachable: bool,
}

impl Attribution {
    pub fn new(objects: &Objects, commits: &Commits, trees: &Trees, start: &Start) -> Attribution {
        let count = objects.count();
        let mut attribution = Attribution {
            introducers: Vec::new(),
            first: vec![NONE; count],
            first_path: vec![NONE; count],
            more_paths: HashMap::new(),
            paths: Paths::new(),
            present: Marks::new(count),
            on_default_branch: Marks::new(count),
            missing: HashSet::new(),
            submodules: HashSet::new(),
            is_cut: false,
        };
        let mut walk = Walk { objects, commits, trees, seen: Seen::new(count, trees), out: &mut attribution };
        walk.from(start.tips, start.shallow);
        if start.unreachable {
            let rest = walk.unreached();
            walk.from(&rest, start.shallow);
            for slot in (0..count as Slot).filter(|&slot| objects.kind(slot) == Some(Kind::Tree)) {
                if walk.out.first[slot as usize] == NONE {
                    walk.introduce(slot, 0, slot);
                }
            }
            for slot in 0..count as Slot {
                if walk.out.first[slot as usize] == NONE {
                    walk.introduce(slot, 0, slot);
                }
            }
        }
        let mut marks = std::mem::take(&mut walk.out.present);
        marks.mark(start.tips, &walk);
        walk.out.present = marks;
        let mut marks = std::mem::take(&mut walk.out.on_default_branch);
        marks.mark(start.default_branch.as_slice(), &walk);
        walk.out.on_default_branch = marks;
        attribution
    }

    /// True for an object that a name reaches.
    pub fn reaches(&self, slot: Slot) -> bool {
        self.first.get(slot as usize).is_some_and(|&first| first != NONE)
    }

    /// The place of an object's first introducer in the order of history; the last place for one without.
    pub fn rank(&self, slot: Slot) -> u32 {
        self.first[slot as usize]
    }

    /// The commit (or tag, or named object) that brought an object first, and when.
    pub fn introducer(&self, slot: Slot) -> Option<(Slot, i64)> {
        self.introducers.get(self.first[slot as usize] as usize).copied()
    }

    /// Every path at which an object stood, the first it was seen at first.
    pub fn paths_of(&self, slot: Slot) -> impl Iterator<Item = PathId> + '_ {
        let first = self.first_path.get(slot as usize).copied().filter(|&path| path != NONE);
        first.into_iter().chain(self.more_paths.get(&slot).into_iter().flatten().copied())
    }

    pub fn is_present(&self, slot: Slot) -> bool {
        self.present.0[slot as usize]
    }

    pub fn is_on_default_branch(&self, slot: Slot) -> bool {
        self.on_default_branch.0[slot as usize]
    }
}

/// Which trees and chunks have been entered at which path.
struct Seen {
    trees: Vec<PathId>,
    chunks: Vec<PathId>,
    /// Those at a second path and beyond.
    more: HashSet<(bool, u32, PathId)>,
    counts: HashMap<(bool, u32), usize>,
}

impl Seen {
    fn new(objects: usize, trees: &Trees) -> Seen {
        Seen {
            trees: vec![NONE; objects],
            chunks: vec![NONE; trees.chunk_count()],
            more: HashSet::new(),
            counts: HashMap::new(),
        }
    }

    /// True at the first time; `None` where there were too many paths.
    fn enter(&mut self, is_tree: bool, id: u32, path: PathId) -> Option<bool> {
        let first = if is_tree { &mut self.trees[id as usize] } else { &mut self.chunks[id as usize] };
        if *first == NONE {
            *first = path;
            return Some(true);
        }
        if *first == path || self.more.contains(&(is_tree, id, path)) {
            return Some(false);
        }
        let count = self.counts.entry((is_tree, id)).or_default();
        *count += 1;
        (*count < MOST_PATHS).then(|| self.more.insert((is_tree, id, path)))
    }
}

struct Walk<'w> {
    objects: &'w Objects,
    commits: &'w Commits,
    trees: &'w Trees,
    seen: Seen,
    out: &'w mut Attribution,
}

impl Walk<'_> {
    /// Everything that `tips` lead to: commits by time, parents first, then tags, then what has a name of its own.
    fn from(&mut self, tips: &[Slot], shallow: &HashSet<Slot>) {
        let (mut commits, mut tags, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for &tip in tips {
            let mut at = Some(tip);
            // A chain of tags may be a circle where ids lie.
            let mut steps = 0;
            while let Some(slot) = at.filter(|_| steps < MOST_PATHS) {
                steps += 1;
                at = None;
                match self.objects.kind(slot) {
                    Some(Kind::Commit) => commits.push(slot),
                    Some(Kind::Tag) => {
                        let tag = self.commits.tags.get(&slot);
                        tags.push((tag.map_or(0, |tag| tag.time), slot));
                        at = tag.and_then(|tag| tag.target);
                    }
                    _ => others.push(slot),
                }
            }
        }
        for slot in self.in_order(&commits, shallow) {
            let Some(commit) = self.commits.commits.get(&slot) else { continue };
            let introducer = self.introducer(slot, commit.time);
            self.out.first[slot as usize] = introducer;
            match commit.tree {
                Some(tree) => self.tree(tree, introducer),
                None => drop(self.out.missing.insert(slot)),
            }
        }
        tags.sort_unstable();
        for (time, slot) in tags {
            if self.out.first[slot as usize] != NONE {
                continue;
            }
            let introducer = self.introducer(slot, time);
            self.out.first[slot as usize] = introducer;
            match self.commits.tags.get(&slot).and_then(|tag| tag.target) {
                Some(target) if self.objects.kind(target) == Some(Kind::Tree) => self.tree(target, introducer),
                Some(target) if self.out.first[target as usize] == NONE => {
                    self.out.first[target as usize] = introducer;
                }
                Some(_) => {}
                None => drop(self.out.missing.insert(slot)),
            }
        }
        for slot in others {
            if self.out.first[slot as usize] == NONE {
                self.introduce(slot, 0, slot);
            }
        }
    }

    fn introduce(&mut self, by: Slot, time: i64, slot: Slot) {
        let introducer = self.introducer(by, time);
        match self.objects.kind(slot) {
            Some(Kind::Tree) => self.tree(slot, introducer),
            _ => self.out.first[slot as usize] = introducer,
        }
    }

    fn introducer(&mut self, slot: Slot, time: i64) -> u32 {
        self.out.introducers.push((slot, time));
        self.out.introducers.len() as u32 - 1
    }

    /// Commits and tags that nothing reached yet.
    fn unreached(&self) -> Vec<Slot> {
        let all = self.commits.commits.keys().chain(self.commits.tags.keys());
        let mut rest: Vec<Slot> = all.copied().filter(|&slot| self.out.first[slot as usize] == NONE).collect();
        rest.sort_unstable();
        rest
    }

    /// What `tips` reach and was not reached before: the committer's clock decides, but no child comes before its parent.
    fn in_order(&mut self, tips: &[Slot], shallow: &HashSet<Slot>) -> Vec<Slot> {
        let mut waiting: HashMap<Slot, u32> = HashMap::new();
        let mut children: HashMap<Slot, Vec<Slot>> = HashMap::new();
        let mut open: Vec<Slot> = tips.iter().copied().filter(|&tip| self.out.first[tip as usize] == NONE).collect();
        waiting.extend(open.iter().map(|&tip| (tip, 0)));
        while let Some(slot) = open.pop() {
            let Some(commit) = self.commits.commits.get(&slot) else { continue };
            for parent in &commit.parents {
                let Some(parent) = parent.filter(|parent| self.commits.commits.contains_key(parent)) else {
                    if !shallow.contains(&slot) {
                        self.out.missing.insert(parent.unwrap_or(slot));
                    }
                    continue;
                };
                if self.out.first[parent as usize] != NONE {
                    continue;
                }
                *waiting.entry(slot).or_default() += 1;
                children.entry(parent).or_default().push(slot);
                waiting.entry(parent).or_insert_with(|| {
                    open.push(parent);
                    0
                });
            }
        }
        let time = |slot: Slot| self.commits.commits.get(&slot).map_or(0, |commit| commit.time);
        let free = waiting.iter().filter(|(_, parents)| **parents == 0);
        let mut ready: BinaryHeap<_> = free.map(|(&slot, _)| Reverse((time(slot), slot))).collect();
        let mut order = Vec::with_capacity(waiting.len());
        while let Some(Reverse((_, slot))) = ready.pop() {
            order.push(slot);
            for child in children.remove(&slot).unwrap_or_default() {
                let Some(parents) = waiting.get_mut(&child) else { continue };
                *parents -= 1;
                if *parents == 0 {
                    waiting.remove(&child);
                    ready.push(Reverse((time(child), child)));
                }
            }
        }
        // Only ids that lie make a circle; what is in it comes last.
        let mut circle: Vec<Slot> =
            waiting.into_iter().filter(|(_, parents)| *parents > 0).map(|(slot, _)| slot).collect();
        circle.sort_unstable();
        order.extend(circle);
        order
    }

    /// Everything below a tree that was not below it at the same path before.
    fn tree(&mut self, tree: Slot, introducer: u32) {
        let mut open = vec![(tree, ROOT)];
        while let Some((tree, folder)) = open.pop() {
            match self.seen.enter(true, tree, folder) {
                Some(true) => {}
                Some(false) => continue,
                None => {
                    self.out.is_cut = true;
                    continue;
                }
            }
            self.claim(tree, introducer);
            for &chunk in self.trees.chunks(tree).into_iter().flatten() {
                if self.seen.enter(false, chunk, folder) == Some(true) {
                    self.chunk(chunk, folder, introducer, &mut open);
                }
            }
        }
    }

    fn chunk(&mut self, chunk: u32, folder: PathId, introducer: u32, open: &mut Vec<(Slot, PathId)>) {
        for entry in self.trees.entries(chunk) {
            let Some(path) = self.out.paths.child(folder, entry.name) else {
                self.out.is_cut = true;
                continue;
            };
            match (entry.mode, self.objects.kind(entry.slot)) {
                (Mode::Submodule, _) => drop(self.out.submodules.insert(path)),
                _ if entry.slot as usize >= self.objects.count() => drop(self.out.missing.insert(entry.slot)),
                (_, Some(Kind::Tree)) => open.push((entry.slot, path)),
                _ => {
                    self.claim(entry.slot, introducer);
                    self.place(entry.slot, path);
                }
            }
        }
    }

    fn claim(&mut self, slot: Slot, introducer: u32) {
        let first = &mut self.out.first[slot as usize];
        *first = introducer.min(*first);
    }

    fn place(&mut self, slot: Slot, path: PathId) {
        let first = &mut self.out.first_path[slot as usize];
        if *first == NONE {
            *first = path;
        } else if *first != path {
            let more = self.out.more_paths.entry(slot).or_default();
            match more.len() < MOST_PATHS {
                true if !more.contains(&path) => more.push(path),
                true => {}
                false => self.out.is_cut = true,
            }
        }
    }
}

/// One bit for each object.
#[derive(Default)]
struct Marks(Vec<bool>);

impl Marks {
    fn new(objects: usize) -> Marks {
        Marks(vec![false; objects])
    }

    /// Marks what the trees of `tips` hold, and every commit and tag that leads from them into the past.
    fn mark(&mut self, tips: &[Slot], walk: &Walk) {
        let mut trees = Vec::new();
        let mut open = tips.to_vec();
        let mut tip_commits: HashSet<Slot> = HashSet::new();
        while let Some(slot) = open.pop() {
            if std::mem::replace(&mut self.0[slot as usize], true) {
                continue;
            }
            match walk.objects.kind(slot) {
                Some(Kind::Tag) => open.extend(walk.commits.tags.get(&slot).and_then(|tag| tag.target)),
                Some(Kind::Commit) => drop(tip_commits.insert(slot)),
                Some(Kind::Tree) => {
                    self.0[slot as usize] = false;
                    trees.push(slot);
                }
                _ => {}
            }
        }
        let mut past: Vec<Slot> = tip_commits.iter().copied().collect();
        trees.extend(past.iter().filter_map(|tip| walk.commits.commits.get(tip)?.tree));
        while let Some(slot) = past.pop() {
            for &parent in
                walk.commits.commits.get(&slot).into_iter().flat_map(|commit| commit.parents.iter().flatten())
            {
                if !std::mem::replace(&mut self.0[parent as usize], true) {
                    past.push(parent);
                }
            }
        }
        let mut chunks = vec![false; walk.trees.chunk_count()];
        while let Some(tree) = trees.pop() {
            if std::mem::replace(&mut self.0[tree as usize], true) {
                continue;
            }
            for &chunk in walk.trees.chunks(tree).into_iter().flatten() {
                if std::mem::replace(&mut chunks[chunk as usize], true) {
                    continue;
                }
                for entry in walk.trees.entries(chunk).iter().filter(|entry| entry.mode != Mode::Submodule) {
                    match walk.objects.kind(entry.slot) {
                        Some(Kind::Tree) => trees.push(entry.slot),
                        Some(_) => self.0[entry.slot as usize] = true,
                        None => {}
                    }
                }
            }
        }
    }
}

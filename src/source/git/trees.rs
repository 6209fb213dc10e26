//! All trees of a history in memory: entry lists cut into chunks that versions of a folder share.
//!
//! A commit changes one entry of a folder and leaves the others, so nearly every tree is made of chunks that are there
//! already: git's own history has 5.8 GB of trees and 2 % of that in chunks. A chunk ends where the id of an entry says
//! so, hence wherever the same entries stand. It does not know commits or paths.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};
use std::sync::{Mutex, PoisonError, RwLock};

use super::objects::{Objects, Slot};

/// The number of a name in `Trees`.
pub type NameId = u32;
pub type ChunkId = u32;

/// What a tree says about one name.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    pub name: NameId,
    /// Beyond the last object where there is none of that id: `Trees::is_missing`.
    pub slot: Slot,
    pub mode: Mode,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Tree,
    Submodule,
    /// Files and links: what a link says is read too.
    File,
}

/// Trees in the making: many threads learn at once.
pub struct Learner {
    seeds: (u64, u64),
    store: RwLock<Store>,
    lists: Mutex<Lists>,
}

#[derive(Default)]
struct Store {
    known: HashMap<u128, ChunkId, BuildHasherDefault<Hashed>>,
    names: HashMap<Box<[u8]>, NameId>,
    missing: HashMap<Box<[u8]>, Slot>,
    entries: Vec<Entry>,
    /// Where each chunk ends in `entries`.
    ends: Vec<u32>,
}

/// The chunks of each tree.
#[derive(Default)]
struct Lists {
    of: HashMap<Slot, (u32, u32)>,
    chunks: Vec<ChunkId>,
    /// Trees whose last part could not be read.
    broken: Vec<Slot>,
}

/// All trees that were learned.
pub struct Trees {
    names: Vec<Box<[u8]>>,
    entries: Vec<Entry>,
    ends: Vec<u32>,
    lists: Lists,
}

/// One entry in this many ends a chunk.
const CHUNK: u8 = 16;
/// Entries of a chunk, at most: ids may be made up.
const MOST: usize = 256;

impl Learner {
    pub fn new() -> Learner {
        // Nobody who writes trees knows what they hash to.
        let seed = || RandomState::new().hash_one(0u8) | 1;
        Learner { seeds: (seed(), seed()), store: RwLock::default(), lists: Mutex::default() }
    }

    /// Takes in the tree `slot`, whose content is `bytes`.
    pub fn learn(&self, slot: Slot, bytes: &[u8], objects: &Objects) {
        let (pieces, is_whole) = self.cut(bytes, objects.id_length());
        let mut chunks: Vec<Option<ChunkId>> = {
            let store = self.store.read().unwrap_or_else(PoisonError::into_inner);
            pieces.iter().map(|(hash, _)| store.known.get(hash).copied()).collect()
        };
        if chunks.contains(&None) {
            let mut store = self.store.write().unwrap_or_else(PoisonError::into_inner);
            for ((hash, piece), chunk) in pieces.iter().zip(&mut chunks).filter(|(_, chunk)| chunk.is_none()) {
                *chunk = Some(store.chunk(*hash, piece, objects));
            }
        }
        let mut lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        let start = lists.chunks.len() as u32;
        lists.chunks.extend(chunks.into_iter().flatten());
        let end = lists.chunks.len() as u32;
        lists.of.insert(slot, (start, end));
        if !is_whole {
            lists.broken.push(slot);
        }
    }

    pub fn finish(self) -> Trees {
        let store = self.store.into_inner().unwrap_or_else(PoisonError::into_inner);
        let lists = self.lists.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut names: Vec<Box<[u8]>> = vec![Box::default(); store.names.len()];
        for (name, id) in store.names {
            names[id as usize] = name;
        }
        Trees { names, entries: store.entries, ends: store.ends, lists }
    }

    /// The chunks of a tree with their hashes; false when its end is no entry.
    fn cut<'t>(&self, bytes: &'t [u8], id_length: usize) -> (Vec<(u128, &'t [u8])>, bool) {
        let mut pieces = Vec::new();
        let (mut start, mut at, mut count) = (0, 0, 0);
        while at < bytes.len() {
            let name_end = memchr::memchr(0, &bytes[at..]).map(|end| at + end);
            let Some(end) = name_end.map(|end| end + 1 + id_length).filter(|&end| end <= bytes.len()) else {
                if at > start {
                    pieces.push((self.hash(&bytes[start..at]), &bytes[start..at]));
                }
                return (pieces, false);
            };
            (at, count) = (end, count + 1);
            if bytes[end - 1].is_multiple_of(CHUNK) || count == MOST || at == bytes.len() {
                let piece = &bytes[start..at];
                pieces.push((self.hash(piece), piece));
                (start, count) = (at, 0);
            }
        }
        (pieces, true)
    }

    /// 128 bits that depend on every byte and on the seeds.
    fn hash(&self, bytes: &[u8]) -> u128 {
        let (mut one, mut two) = (self.seeds.0, self.seeds.1 ^ bytes.len() as u64);
        let mut words = bytes.chunks_exact(8);
        let mut mix = |word: u64| {
            one = folded(one ^ word, self.seeds.1);
            two = folded(two.rotate_left(23) ^ word, self.seeds.0);
        };
        for word in words.by_ref() {
            mix(word.try_into().map_or(0, u64::from_le_bytes));
        }
        let mut last = [0; 8];
        last[..words.remainder().len()].copy_from_slice(words.remainder());
        mix(u64::from_le_bytes(last));
        u128::from(one) << 64 | u128::from(two)
    }
}

fn folded(one: u64, two: u64) -> u64 {
    let product = u128::from(one) * u128::from(two);
    (product >> 64) as u64 ^ product as u64
}

impl Store {
    fn chunk(&mut self, hash: u128, piece: &[u8], objects: &Objects) -> ChunkId {
        if let Some(&known) = self.known.get(&hash) {
            return known;
        }
        let mut rest = piece;
        while let Some(end) = memchr::memchr(0, rest) {
            let (head, tail) = (&rest[..end], &rest[end + 1..]);
            let (id, tail) = tail.split_at(objects.id_length().min(tail.len()));
            rest = tail;
            let space = memchr::memchr(b' ', head).unwrap_or(0);
            let mode = match &head[..space] {
                b"40000" | b"040000" => Mode::Tree,
                b"160000" => Mode::Submodule,
                _ => Mode::File,
            };
            let name = self.name(&head[(space + 1).min(head.len())..]);
            let slot = objects.slot(id).unwrap_or_else(|| self.missing(id, objects.count()));
            self.entries.push(Entry { name, slot, mode });
        }
        let chunk = self.ends.len() as ChunkId;
        self.ends.push(self.entries.len() as u32);
        self.known.insert(hash, chunk);
        chunk
    }

    fn name(&mut self, name: &[u8]) -> NameId {
        if let Some(&known) = self.names.get(name) {
            return known;
        }
        let id = self.names.len() as NameId;
        self.names.insert(name.into(), id);
        id
    }

    /// A number of its own for each object that is named and not there.
    fn missing(&mut self, id: &[u8], objects: usize) -> Slot {
        let next = (objects + self.missing.len()) as Slot;
        *self.missing.entry(id.into()).or_insert(next)
    }
}

impl Trees {
    pub fn chunk_count(&self) -> usize {
        self.ends.len()
    }

    /// The chunks of a tree; `None` for what is no tree, or could not be read.
    pub fn chunks(&self, tree: Slot) -> Option<&[ChunkId]> {
        let &(start, end) = self.lists.of.get(&tree)?;
        self.lists.chunks.get(start as usize..end as usize)
    }

    pub fn entries(&self, chunk: ChunkId) -> &[Entry] {
        let start = chunk.checked_sub(1).map_or(0, |before| self.ends[before as usize]);
        &self.entries[start as usize..self.ends[chunk as usize] as usize]
    }

    pub fn name(&self, name: NameId) -> &[u8] {
        &self.names[name as usize]
    }

    /// Every name that some tree gives.
    pub fn names(&self) -> &[Box<[u8]>] {
        &self.names
    }

    /// Trees whose last part could not be read.
    pub fn broken(&self) -> &[Slot] {
        &self.lists.broken
    }
}

/// The key is a hash already.
#[derive(Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u128(&mut self, value: u128) {
        self.0 = value as u64;
    }
}

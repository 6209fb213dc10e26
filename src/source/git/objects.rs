//! Every object of one or several repositories, each once, by number: packed, loose, and those of alternates.
//!
//! It does not know what is reachable, and it does not check that content and id belong together.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use gix::hash::{Kind as HashKind, oid};

use super::delta::Delta;
use super::inflate::{Broken, Inflater, LARGEST};
use super::packs::{EntryId, Pack};
use crate::model::{Notification, Reason, RepoPath};

/// An object's number: its place among all ids.
pub type Slot = u32;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Commit,
    Tree,
    Blob,
    Tag,
}

/// Where an object lies; of several places the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Packed { pack: u32, entry: EntryId },
    Loose { folder: u32 },
}

pub struct Objects {
    hash: HashKind,
    /// Sorted, one behind the other.
    ids: Vec<u8>,
    /// Where the ids with the same first bits begin.
    buckets: Vec<Slot>,
    places: Vec<Place>,
    kinds: Vec<Option<Kind>>,
    /// Objects that no pack holds.
    loose: Vec<Slot>,
    packs: Vec<Pack>,
    folders: Vec<PathBuf>,
    /// Packs and folders that could not be read.
    pub notifications: Vec<Notification>,
}

/// Memory that reading single objects reuses.
#[derive(Default)]
pub struct Scratch {
    pub inflater: Inflater,
    delta: Vec<u8>,
}

/// Bases followed from pack to pack; git's own chains are at most 4,095 long.
const LONGEST_CHAIN: usize = 100_000;
/// Bytes of a loose object that hold its header.
const LOOSE_HEADER: usize = 64;

impl Objects {
    /// All objects below `folders` (each the `objects` of a repository or an alternate).
    pub fn open(folders: BTreeSet<PathBuf>, hash: HashKind) -> Objects {
        let folders: Vec<PathBuf> = folders.into_iter().collect();
        let mut notifications = Vec::new();
        let packs = folders.iter().flat_map(|folder| open_packs(folder, hash, &mut notifications)).collect();
        let loose = folders.iter().zip(0..).flat_map(|(folder, number)| loose_ids(folder, number, hash)).collect();
        let mut objects = Objects {
            hash,
            ids: Vec::new(),
            buckets: Vec::new(),
            places: Vec::new(),
            kinds: Vec::new(),
            loose: Vec::new(),
            packs,
            folders,
            notifications,
        };
        objects.number(loose);
        objects.survey();
        objects
    }

    pub fn count(&self) -> usize {
        self.places.len()
    }

    pub fn packs(&self) -> &[Pack] {
        &self.packs
    }

    pub fn loose(&self) -> &[Slot] {
        &self.loose
    }

    /// `None` for what no header tells, and for slots beyond the last.
    pub fn kind(&self, slot: Slot) -> Option<Kind> {
        self.kinds.get(slot as usize).copied().flatten()
    }

    pub fn place(&self, slot: Slot) -> Place {
        self.places[slot as usize]
    }

    pub fn id(&self, slot: Slot) -> &[u8] {
        let length = self.hash.len_in_bytes();
        &self.ids[slot as usize * length..][..length]
    }

    /// The id in hexadecimal.
    pub fn hex(&self, slot: Slot) -> String {
        hex(self.id(slot))
    }

    pub fn slot(&self, id: &[u8]) -> Option<Slot> {
        let bucket = self.bucket(id)?;
        let (from, to) = (*self.buckets.get(bucket)? as usize, *self.buckets.get(bucket + 1)? as usize);
        let length = self.hash.len_in_bytes();
        let here = self.ids[from * length..to * length].chunks_exact(length);
        match to - from {
            0..16 => here.zip(from..).find(|(known, _)| *known == id).map(|(_, slot)| slot as Slot),
            // Only ids that somebody made up share so many bits.
            _ => {
                let here: Vec<&[u8]> = here.collect();
                here.binary_search(&id).ok().map(|at| (from + at) as Slot)
            }
        }
    }

    pub fn id_length(&self) -> usize {
        self.hash.len_in_bytes()
    }

    /// The bytes of one object, wherever it lies.
    pub fn read(&self, slot: Slot, scratch: &mut Scratch) -> Result<Vec<u8>, Broken> {
        let (mut chain, mut at) = (Vec::new(), slot);
        let mut bytes = Vec::new();
        loop {
            if chain.len() > LONGEST_CHAIN {
                return Err(Broken::Corrupt);
            }
            let (pack, entry) = match self.places.get(at as usize).ok_or(Broken::BaseMissing)? {
                Place::Loose { folder } => {
                    bytes = self.read_loose(at, *folder, scratch)?;
                    break;
                }
                Place::Packed { pack, entry } => (&self.packs[*pack as usize], *entry),
            };
            match pack.base(entry) {
                None => {
                    pack.inflate(entry, &mut scratch.inflater, &mut bytes)?;
                    break;
                }
                Some(base) => {
                    chain.push((pack, entry));
                    at = match base {
                        Ok(base) => pack.slot(base),
                        Err(id) => self.slot(&id[..self.id_length()]).ok_or(Broken::BaseMissing)?,
                    };
                }
            }
        }
        let mut made = Vec::new();
        for (pack, entry) in chain.into_iter().rev() {
            pack.inflate(entry, &mut scratch.inflater, &mut scratch.delta)?;
            Delta::new(&scratch.delta)?.apply(&bytes, &mut made)?;
            std::mem::swap(&mut bytes, &mut made);
        }
        Ok(bytes)
    }

    fn read_loose(&self, slot: Slot, folder: u32, scratch: &mut Scratch) -> Result<Vec<u8>, Broken> {
        let path = loose_path(&self.folders[folder as usize], self.id(slot));
        let file = File::open(path).map_err(|_| Broken::Corrupt)?;
        let mut compressed = Vec::new();
        file.take(LARGEST).read_to_end(&mut compressed).map_err(|_| Broken::Corrupt)?;
        let mut bytes = Vec::new();
        scratch.inflater.up_to(&compressed, LARGEST as usize + LOOSE_HEADER, &mut bytes)?;
        let (_, size, start) = loose_header(&bytes).ok_or(Broken::Corrupt)?;
        bytes.drain(..start);
        match size {
            _ if size > LARGEST => Err(Broken::TooLarge),
            _ if size != bytes.len() as u64 => Err(Broken::Corrupt),
            _ => Ok(bytes),
        }
    }

    /// Gives each id its number.
    fn number(&mut self, mut loose: Vec<(Vec<u8>, u32)>) {
        loose.sort_unstable();
        let mut all: Vec<(&[u8], Source)> = Vec::new();
        for (pack, number) in self.packs.iter().zip(0..) {
            all.extend(pack.ids().map(oid::as_bytes).zip(0..).map(|(id, at)| (id, Source::Pack(number, at))));
        }
        all.extend(loose.iter().map(|(id, folder)| (&id[..], Source::Loose(*folder))));
        all.sort();
        let mut slots: Vec<Vec<Slot>> = self.packs.iter().map(|pack| vec![0; pack.ids().count()]).collect();
        let mut last: Option<&[u8]> = None;
        for (id, source) in all {
            if last != Some(id) {
                self.ids.extend_from_slice(id);
                self.places.push(Place::Loose { folder: 0 });
                last = Some(id);
                if let (Source::Loose(folder), Some(place)) = (source, self.places.last_mut()) {
                    *place = Place::Loose { folder };
                }
            }
            if let Source::Pack(pack, at) = source {
                slots[pack as usize][at as usize] = (self.places.len() - 1) as Slot;
            }
        }
        self.kinds = vec![None; self.places.len()];
        self.fill_buckets();
        let mut packs = std::mem::take(&mut self.packs);
        for (pack, slots) in packs.iter_mut().zip(&slots) {
            pack.survey(slots, |id| self.slot(id));
        }
        self.packs = packs;
    }

    fn fill_buckets(&mut self) {
        let bits = usize::BITS - self.places.len().leading_zeros();
        self.buckets = vec![0; (1 << bits.clamp(1, 24)) + 1];
        let mut next = 0;
        for slot in 0..self.places.len() {
            let bucket = self.bucket(self.id(slot as Slot)).unwrap_or(0);
            while next <= bucket {
                self.buckets[next] = slot as Slot;
                next += 1;
            }
        }
        let count = self.places.len() as Slot;
        self.buckets[next..].fill(count);
    }

    fn bucket(&self, id: &[u8]) -> Option<usize> {
        let bits = (self.buckets.len() - 1).trailing_zeros();
        Some((u32::from_be_bytes(*id.first_chunk()?) >> (32 - bits)) as usize)
    }

    /// Places and kinds.
    fn survey(&mut self) {
        // From the last pack to the first, so that the first has the last word.
        for (number, pack) in self.packs.iter().enumerate().rev() {
            for (entry, slot, kind) in pack.objects() {
                self.places[slot as usize] = Place::Packed { pack: number as u32, entry };
                self.kinds[slot as usize] = kind;
            }
        }
        let mut scratch = Scratch::default();
        for slot in 0..self.count() as Slot {
            if let Place::Loose { folder } = self.places[slot as usize] {
                self.loose.push(slot);
                self.kinds[slot as usize] = self.loose_kind(slot, folder, &mut scratch);
            }
        }
        let mut packs = std::mem::take(&mut self.packs);
        while packs.iter_mut().any(|pack| pack.learn_kinds(|slot| self.kind(slot))) {
            for pack in &packs {
                for (_, slot, kind) in pack.objects().filter(|(.., kind)| kind.is_some()) {
                    self.kinds[slot as usize] = self.kinds[slot as usize].or(kind);
                }
            }
        }
        self.packs = packs;
    }

    fn loose_kind(&self, slot: Slot, folder: u32, scratch: &mut Scratch) -> Option<Kind> {
        let file = File::open(loose_path(&self.folders[folder as usize], self.id(slot))).ok()?;
        let (mut compressed, mut bytes) = (Vec::new(), Vec::new());
        file.take(4 * LOOSE_HEADER as u64).read_to_end(&mut compressed).ok()?;
        // A cut stream gives what there is of it.
        let _ = scratch.inflater.up_to(&compressed, LOOSE_HEADER, &mut bytes);
        loose_header(&bytes).map(|(kind, ..)| kind)
    }
}

/// Who knows an id: packs come before loose objects.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    Pack(u32, u32),
    Loose(u32),
}

pub fn hex(id: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(id)
}

fn open_packs(folder: &Path, hash: HashKind, notifications: &mut Vec<Notification>) -> Vec<Pack> {
    let Ok(listing) = fs::read_dir(folder.join("pack")) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = listing.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "idx"));
    paths.sort();
    let open = |path: PathBuf| match Pack::open(&path, hash) {
        Ok(pack) => Some(pack),
        Err(error) => {
            let message = format!("The pack could not be opened, so nothing in it was read: {error}");
            let path = RepoPath::from_path(Path::new(path.file_name().unwrap_or_default()));
            notifications.push(Notification::new(Reason::CorruptObject, &path, message));
            None
        }
    };
    paths.into_iter().filter_map(open).collect()
}

/// The ids that the names of loose objects say, each with the number of its folder.
fn loose_ids(folder: &Path, number: u32, hash: HashKind) -> Vec<(Vec<u8>, u32)> {
    let mut ids = Vec::new();
    for first in 0..=u8::MAX {
        let first = hex(&[first]);
        let Ok(listing) = fs::read_dir(folder.join(&first)) else { continue };
        for entry in listing.flatten() {
            let name = format!("{first}{}", entry.file_name().to_string_lossy());
            let id = data_encoding::HEXLOWER.decode(name.as_bytes());
            ids.extend(id.ok().filter(|id| id.len() == hash.len_in_bytes()).map(|id| (id, number)));
        }
    }
    ids
}

fn loose_path(folder: &Path, id: &[u8]) -> PathBuf {
    let name = hex(id);
    folder.join(&name[..2]).join(&name[2..])
}

/// `blob 12\0`: kind, size, where the content begins.
fn loose_header(bytes: &[u8]) -> Option<(Kind, u64, usize)> {
    let end = memchr::memchr(0, &bytes[..bytes.len().min(LOOSE_HEADER)])?;
    let (kind, size) = std::str::from_utf8(&bytes[..end]).ok()?.split_once(' ')?;
    Some((Kind::of_name(kind.as_bytes())?, size.parse().ok()?, end + 1))
}

//! One pack: its entries in the order of their offsets, and which of them is a difference from which.
//!
//! It does not know what objects say, and it does not trust the index: an offset, a header or a base that leads nowhere
//! makes one object corrupt and leaves the others alone.

use std::path::Path;

use gix::hash::{Kind as HashKind, oid};
use gix::odb::pack::{data, index};

use super::inflate::{Broken, Inflater};
use super::objects::{Kind, Slot};

/// The index of an entry in `Pack::entries`.
pub type EntryId = u32;

/// No entry.
pub const NONE: EntryId = EntryId::MAX;

pub struct Pack {
    data: data::File,
    index: index::File,
    /// By offset.
    entries: Vec<Entry>,
    /// The children of entry `n` stand in `children[first_child[n]..first_child[n + 1]]`, the heaviest last.
    first_child: Vec<u32>,
    children: Vec<EntryId>,
    /// Entries that are no difference, or one from an object of another pack; with what they are differences from.
    roots: Vec<Root>,
}

#[derive(Clone, Copy)]
struct Entry {
    offset: u64,
    slot: Slot,
    /// Compressed bytes of the entry and everything below it.
    weight: u32,
    /// `None` until the base says so, and for good where there is none.
    kind: Option<Kind>,
}

/// Where a delta tree begins.
#[derive(Clone, Copy, Debug)]
pub struct Root {
    pub entry: EntryId,
    pub weight: u32,
    pub base: Option<Slot>,
}

/// What an entry's header says.
struct Header {
    base: Base,
    /// Decompressed bytes of what follows, a claim.
    size: u64,
    /// Where the stream begins.
    start: u64,
}

enum Base {
    None(Kind),
    Offset(u64),
    Object([u8; 32]),
}

impl Pack {
    pub fn open(index: &Path, hash: HashKind) -> gix::Result<Pack> {
        let data = data::File::at(index.with_extension("pack"), hash)?;
        let index = index::File::at(index, hash)?;
        Ok(Pack { data, index, entries: Vec::new(), first_child: Vec::new(), children: Vec::new(), roots: Vec::new() })
    }

    /// The ids that the index names, sorted.
    pub fn ids(&self) -> impl Iterator<Item = &oid> {
        (0..self.index.num_objects()).map(|at| self.index.oid_at_index(at))
    }

    /// Reads all headers. `slots` are those of `ids`, in their order; `slot_of` knows all objects of the repository.
    pub fn survey(&mut self, slots: &[Slot], slot_of: impl Fn(&[u8]) -> Option<Slot>) {
        let entry = |(at, &slot): (usize, &Slot)| {
            let offset = self.index.pack_offset_at_index(at as u32);
            Entry { offset, slot, weight: 0, kind: None }
        };
        self.entries = slots.iter().enumerate().map(entry).collect();
        self.entries.sort_unstable_by_key(|entry| entry.offset);
        let parents = self.read_headers(slot_of);
        self.link(&parents);
        self.settle(&parents);
    }

    /// The parent of each entry; kinds and roots on the way.
    fn read_headers(&mut self, slot_of: impl Fn(&[u8]) -> Option<Slot>) -> Vec<EntryId> {
        let mut parents = vec![NONE; self.entries.len()];
        for (id, parent) in parents.iter_mut().enumerate() {
            let end = self.end_of(id as EntryId);
            let weight = end.saturating_sub(self.entries[id].offset);
            self.entries[id].weight = u32::try_from(weight).unwrap_or(u32::MAX);
            let Some(header) = self.header(id as EntryId) else { continue };
            let root = match header.base {
                Base::None(kind) => {
                    self.entries[id].kind = Some(kind);
                    None
                }
                Base::Offset(offset) => match self.entry_at(offset) {
                    Some(base) => {
                        *parent = base;
                        continue;
                    }
                    None => continue,
                },
                Base::Object(base) => {
                    let base = &base[..self.index.object_hash().len_in_bytes()];
                    let own = oid::try_from_bytes(base).ok().and_then(|id| self.index.lookup(id));
                    match own.and_then(|at| self.entry_at(self.index.pack_offset_at_index(at))) {
                        Some(base) => {
                            *parent = base;
                            continue;
                        }
                        None => Some(slot_of(base).unwrap_or(Slot::MAX)),
                    }
                }
            };
            self.roots.push(Root { entry: id as EntryId, weight: 0, base: root });
        }
        parents
    }

    /// Turns parents into lists of children.
    fn link(&mut self, parents: &[EntryId]) {
        let mut first = vec![0u32; parents.len() + 1];
        for &parent in parents.iter().filter(|&&parent| parent != NONE) {
            first[parent as usize + 1] += 1;
        }
        for index in 1..first.len() {
            first[index] += first[index - 1];
        }
        let mut next = first.clone();
        self.children = vec![NONE; first.last().copied().unwrap_or(0) as usize];
        for (child, &parent) in parents.iter().enumerate().filter(|(_, parent)| **parent != NONE) {
            let place = &mut next[parent as usize];
            self.children[*place as usize] = child as EntryId;
            *place += 1;
        }
        self.first_child = first;
    }

    /// Kinds from the roots down, weights from the leaves up. What no root leads to (a circle) keeps no kind.
    fn settle(&mut self, parents: &[EntryId]) {
        let mut order: Vec<EntryId> = self.roots.iter().map(|root| root.entry).collect();
        let mut at = 0;
        while let Some(&entry) = order.get(at) {
            let kind = self.entries[entry as usize].kind;
            for index in self.child_range(entry) {
                let child = self.children[index];
                self.entries[child as usize].kind = kind;
                order.push(child);
            }
            at += 1;
        }
        for &entry in order.iter().rev() {
            let (weight, parent) = (self.entries[entry as usize].weight, parents[entry as usize]);
            if parent != NONE {
                let above = &mut self.entries[parent as usize].weight;
                *above = above.saturating_add(weight);
            }
        }
        let (entries, first_child) = (&self.entries, &self.first_child);
        for range in first_child.windows(2).filter(|range| range[1] - range[0] > 1) {
            self.children[range[0] as usize..range[1] as usize]
                .sort_by_key(|&child| (entries[child as usize].weight, child));
        }
        for root in &mut self.roots {
            root.weight = self.entries[root.entry as usize].weight;
        }
    }

    /// Roots whose kind is known only from an object elsewhere get it from `kind_of`; what hangs below gets it too.
    /// True when something became known.
    pub fn learn_kinds(&mut self, kind_of: impl Fn(Slot) -> Option<Kind>) -> bool {
        let mut learned = false;
        for root in 0..self.roots.len() {
            let Root { entry, base: Some(base), .. } = self.roots[root] else { continue };
            let (None, Some(kind)) = (self.entries[entry as usize].kind, kind_of(base)) else { continue };
            learned = true;
            let mut open = vec![entry];
            while let Some(entry) = open.pop() {
                self.entries[entry as usize].kind = Some(kind);
                open.extend_from_slice(&self.children[self.child_range(entry)]);
            }
        }
        learned
    }

    pub fn roots(&self) -> &[Root] {
        &self.roots
    }

    /// Every entry's slot and kind.
    pub fn objects(&self) -> impl Iterator<Item = (EntryId, Slot, Option<Kind>)> {
        self.entries.iter().zip(0..).map(|(entry, id)| (id, entry.slot, entry.kind))
    }

    pub fn slot(&self, entry: EntryId) -> Slot {
        self.entries[entry as usize].slot
    }

    pub fn kind(&self, entry: EntryId) -> Option<Kind> {
        self.entries[entry as usize].kind
    }

    /// Where the children of an entry stand, for `child`.
    pub fn child_range(&self, entry: EntryId) -> std::ops::Range<usize> {
        self.first_child[entry as usize] as usize..self.first_child[entry as usize + 1] as usize
    }

    pub fn child(&self, index: usize) -> EntryId {
        self.children[index]
    }

    /// What an entry is a difference from: an entry here, or an object elsewhere.
    pub fn base(&self, entry: EntryId) -> Option<Result<EntryId, [u8; 32]>> {
        match self.header(entry)?.base {
            Base::None(_) => None,
            Base::Offset(offset) => self.entry_at(offset).map(Ok),
            Base::Object(base) => {
                let id = oid::try_from_bytes(&base[..self.index.object_hash().len_in_bytes()]).ok()?;
                let own = self.index.lookup(id).and_then(|at| self.entry_at(self.index.pack_offset_at_index(at)));
                Some(own.ok_or(base))
            }
        }
    }

    /// The bytes that follow an entry's header: an object, or a delta.
    pub fn inflate(&self, entry: EntryId, inflater: &mut Inflater, out: &mut Vec<u8>) -> Result<(), Broken> {
        let header = self.header(entry).ok_or(Broken::Corrupt)?;
        let stream = self.data.entry_slice(header.start..self.end_of(entry)).ok_or(Broken::Corrupt)?;
        inflater.exactly(stream, header.size, out)
    }

    /// Where the next entry begins, or the pack ends.
    fn end_of(&self, entry: EntryId) -> u64 {
        let end = self.data.pack_end() as u64;
        self.entries.get(entry as usize + 1).map_or(end, |next| next.offset.min(end))
    }

    fn entry_at(&self, offset: u64) -> Option<EntryId> {
        self.entries.binary_search_by_key(&offset, |entry| entry.offset).ok().map(|at| at as EntryId)
    }

    fn header(&self, entry: EntryId) -> Option<Header> {
        let offset = self.entries[entry as usize].offset;
        let bytes = self.data.entry_slice(offset..self.end_of(entry))?;
        let mut rest = bytes.iter();
        let mut byte = *rest.next()?;
        let kind = byte >> 4 & 7;
        let mut size = u64::from(byte & 15);
        let mut shift = 4;
        while byte & 0x80 != 0 {
            byte = *rest.next()?;
            size |= u64::from(byte & 0x7f).checked_shl(shift).filter(|_| shift < 60)?;
            shift += 7;
        }
        let base = match kind {
            1 => Base::None(Kind::Commit),
            2 => Base::None(Kind::Tree),
            3 => Base::None(Kind::Blob),
            4 => Base::None(Kind::Tag),
            6 => Base::Offset(offset.checked_sub(distance(&mut rest)?)?),
            7 => {
                let mut id = [0; 32];
                for byte in &mut id[..self.index.object_hash().len_in_bytes()] {
                    *byte = *rest.next()?;
                }
                Base::Object(id)
            }
            _ => return None,
        };
        let start = offset + (bytes.len() - rest.as_slice().len()) as u64;
        Some(Header { base, size, start })
    }
}

/// How far before an entry its base begins; never 0.
fn distance(bytes: &mut std::slice::Iter<u8>) -> Option<u64> {
    let mut byte = *bytes.next()?;
    let mut distance = u64::from(byte & 0x7f);
    while byte & 0x80 != 0 {
        byte = *bytes.next()?;
        distance = distance.checked_add(1)?.checked_mul(128)?.checked_add(u64::from(byte & 0x7f))?;
    }
    (distance > 0).then_some(distance)
}

//! Through all objects of some kinds, each delta's base decoded once: work units, and the walk of one of them.
//!
//! It does not know what is done with an object, nor on how many threads.

use std::ops::Range;
use std::sync::Arc;

use super::delta::Delta;
use super::inflate::{Broken, Inflater};
use super::objects::{Kind, Objects, Place, Scratch, Slot};
use super::packs::EntryId;

/// A piece of work that can be done on any thread.
#[derive(Clone, Debug)]
pub struct Unit {
    what: What,
    /// Compressed bytes; the heaviest is to be started first.
    pub weight: u64,
}

#[derive(Clone, Debug)]
enum What {
    /// A whole delta tree.
    Tree {
        pack: u32,
        root: EntryId,
        base: Option<Slot>,
    },
    /// Some of the children of a decoded object, and what the visitor said of it.
    Branches {
        pack: u32,
        children: Range<usize>,
        base: Arc<Vec<u8>>,
        verdict: Verdict,
    },
    Loose(Range<usize>),
}

/// An object as the walk shows it.
pub struct Object<'a> {
    pub slot: Slot,
    pub kind: Kind,
    pub bytes: &'a [u8],
    /// How it differs from its base, where the visitor said that the base is quiet.
    pub delta: Option<Delta<'a>>,
}

/// What a visitor makes of an object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing in it is worth a second look: of what is made from it, only the difference matters.
    Quiet,
    #[default]
    Telling,
}

/// Who is shown the objects of a unit.
pub trait Visitor {
    fn object(&mut self, object: Object) -> Verdict;
    /// An object without bytes; what is made of it has none either.
    fn broken(&mut self, slot: Slot, why: Broken);
    /// True when another thread has nothing to do: then a part of the unit is given away.
    fn is_anybody_idle(&self) -> bool;
    fn give_away(&mut self, unit: Unit);
}

/// Memory that one thread reuses from unit to unit.
#[derive(Default)]
pub struct Buffers {
    inflater: Inflater,
    delta: Vec<u8>,
    scratch: Scratch,
    /// Buffers of objects that are done with.
    spare: Vec<Vec<u8>>,
}

/// A larger buffer is given back to the system.
const KEPT: usize = 4 << 20;
/// Loose objects in a unit.
const LOOSE_AT_ONCE: usize = 256;

/// An object whose children are being decoded.
struct Frame {
    bytes: Vec<u8>,
    children: Range<usize>,
    verdict: Verdict,
}

impl Objects {
    /// The work that shows every object of `kinds` once, the heaviest first.
    pub fn units(&self, kinds: &[Kind]) -> Vec<Unit> {
        let mut units = Vec::new();
        for (pack, number) in self.packs().iter().zip(0..) {
            let roots =
                pack.roots().iter().filter(|root| pack.kind(root.entry).is_some_and(|kind| kinds.contains(&kind)));
            units.extend(roots.map(|root| Unit {
                what: What::Tree { pack: number, root: root.entry, base: root.base },
                weight: u64::from(root.weight),
            }));
        }
        units.sort_by_key(|unit| std::cmp::Reverse(unit.weight));
        let loose = self.loose().len();
        let starts = (0..loose).step_by(LOOSE_AT_ONCE);
        units.extend(
            starts.map(|start| Unit { what: What::Loose(start..(start + LOOSE_AT_ONCE).min(loose)), weight: 0 }),
        );
        units
    }

    /// Shows the objects of a unit to `visitor`.
    pub fn walk(&self, unit: Unit, kinds: &[Kind], buffers: &mut Buffers, visitor: &mut impl Visitor) {
        match unit.what {
            What::Loose(range) => {
                for &slot in &self.loose()[range] {
                    let Some(kind) = self.kind(slot).filter(|kind| kinds.contains(kind)) else { continue };
                    match self.read(slot, &mut buffers.scratch) {
                        Ok(bytes) => drop(visitor.object(Object { slot, kind, bytes: &bytes, delta: None })),
                        Err(why) => visitor.broken(slot, why),
                    }
                }
            }
            What::Tree { pack, root, base } => {
                let mut walk = Walk { objects: self, pack, buffers, visitor };
                let bytes = match base {
                    None => walk.inflated(root),
                    Some(base) => match self.read(base, &mut Scratch::default()) {
                        Ok(base) => walk.made(root, &base),
                        Err(_) => Err(Broken::BaseMissing),
                    },
                };
                let first = walk.shown(root, bytes, Verdict::Telling);
                walk.below(first);
            }
            What::Branches { pack, children, base, verdict } => {
                let mut walk = Walk { objects: self, pack, buffers, visitor };
                for index in children {
                    let child = self.packs()[pack as usize].child(index);
                    let bytes = walk.made(child, &base);
                    let first = walk.shown(child, bytes, verdict);
                    walk.below(first);
                }
            }
        }
    }
}

struct Walk<'w, V> {
    objects: &'w Objects,
    pack: u32,
    buffers: &'w mut Buffers,
    visitor: &'w mut V,
}

impl<V: Visitor> Walk<'_, V> {
    fn inflated(&mut self, entry: EntryId) -> Result<Vec<u8>, Broken> {
        let mut bytes = self.buffers.spare.pop().unwrap_or_default();
        let pack = &self.objects.packs()[self.pack as usize];
        pack.inflate(entry, &mut self.buffers.inflater, &mut bytes).map(|()| bytes)
    }

    fn made(&mut self, entry: EntryId, base: &[u8]) -> Result<Vec<u8>, Broken> {
        let pack = &self.objects.packs()[self.pack as usize];
        let Buffers { inflater, delta, spare, .. } = &mut *self.buffers;
        pack.inflate(entry, inflater, delta)?;
        let mut bytes = spare.pop().unwrap_or_default();
        Delta::new(delta)?.apply(base, &mut bytes).map(|()| bytes)
    }

    /// Shows an object, whose delta was decoded last, to the visitor; a frame for its children where it has any.
    fn shown(&mut self, entry: EntryId, bytes: Result<Vec<u8>, Broken>, of_base: Verdict) -> Option<Frame> {
        let pack = &self.objects.packs()[self.pack as usize];
        let slot = pack.slot(entry);
        let is_here = self.objects.place(slot) == Place::Packed { pack: self.pack, entry };
        match (bytes, pack.kind(entry)) {
            (Ok(bytes), Some(kind)) => {
                let delta = || Delta::new(&self.buffers.delta).ok();
                let delta = if of_base == Verdict::Quiet { delta() } else { None };
                let verdict = match is_here {
                    true => self.visitor.object(Object { slot, kind, bytes: &bytes, delta }),
                    false => Verdict::Telling,
                };
                let children = pack.child_range(entry);
                if children.is_empty() {
                    self.give_back(bytes);
                    return None;
                }
                Some(Frame { bytes, children, verdict })
            }
            (Err(why), _) => {
                self.broken(entry, why);
                None
            }
            (Ok(_), None) => None,
        }
    }

    /// Depth first, the heaviest child last and in its parent's place, so that as few buffers live as the tree has forks.
    fn below(&mut self, first: Option<Frame>) {
        let mut open: Vec<Frame> = first.into_iter().collect();
        while let Some(frame) = open.last_mut() {
            if frame.children.len() >= 2 && self.visitor.is_anybody_idle() {
                let middle = frame.children.start + frame.children.len() / 2;
                let given = frame.children.start..middle;
                frame.children.start = middle;
                let base = Arc::new(frame.bytes.clone());
                let what = What::Branches { pack: self.pack, children: given, base, verdict: frame.verdict };
                self.visitor.give_away(Unit { what, weight: 0 });
            }
            let Some(index) = frame.children.next() else {
                if let Some(done) = open.pop() {
                    self.give_back(done.bytes);
                }
                continue;
            };
            let child = self.objects.packs()[self.pack as usize].child(index);
            let (made, verdict) = (self.made(child, &frame.bytes), frame.verdict);
            if frame.children.is_empty()
                && let Some(done) = open.pop()
            {
                self.give_back(done.bytes);
            }
            open.extend(self.shown(child, made, verdict));
        }
    }

    /// Says of an entry and of everything below it that it has no bytes.
    fn broken(&mut self, entry: EntryId, why: Broken) {
        let pack = &self.objects.packs()[self.pack as usize];
        let mut open = vec![(entry, why)];
        while let Some((entry, why)) = open.pop() {
            self.visitor.broken(pack.slot(entry), why);
            open.extend(pack.child_range(entry).map(|index| (pack.child(index), Broken::BaseMissing)));
        }
    }

    fn give_back(&mut self, bytes: Vec<u8>) {
        if bytes.capacity() <= KEPT {
            self.buffers.spare.push(bytes);
        }
    }
}

//! Where a reference leads: to a producer of its own unit, of another, to one that is nearly it, or nowhere.
//!
//! It does not know how bad that is.

use super::{Claim, Consumer, Graph, Member, Producer, Store, StoreKind, StoreReference, may_be_same, walk};
use crate::graph::{Place, UnitKind, is_of_release};
use crate::text::is_slip;

/// What becomes of a reference to a Secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// There is a Secret of that name. `missing`: the keys (by index) that none of its producers makes.
    Found { producers: Vec<Member>, missing: Vec<usize> },
    /// Somebody outside of the unit makes it, or may make it: another unit, a declared external, a chart.
    Elsewhere,
    /// Only in overlays that deploy the same reference, in these units.
    OnlyIn(Vec<Member>),
    /// A manifest that no kustomization lists makes it: the index in `Graph::unlisted`.
    Unlisted(usize),
    /// The unit makes it, in another namespace.
    OtherNamespace(Vec<Member>),
    /// It was made under this name until a prefix or a suffix changed it, which the reference did not follow.
    Renamed(Member),
    /// The unit makes one whose name is a slip away.
    Misnamed(Member),
    /// Nobody in this repository makes it.
    Unknown,
}

/// What becomes of a reference to a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    Found(Member),
    /// Declared as external, or with a name that is not all written down.
    Elsewhere,
    OnlyIn(Vec<Member>),
    Unlisted(usize),
    /// One of that name and of the other kind: SecretStore for ClusterSecretStore, or the reverse.
    OtherKind(Member),
    OtherNamespace(Member),
    /// It had this name until a prefix or a suffix changed it, which the reference did not follow.
    Renamed(Member),
    Misnamed(Member),
    /// None of that name; `others` says whether the repository defines any of that kind.
    Unknown {
        others: bool,
    },
}

impl Graph<'_> {
    pub(super) fn fate(&self, unit: usize, consumer: &Consumer) -> Fate {
        if self.units[unit].kind == UnitKind::Chart {
            return self.fate_in_chart(unit, consumer);
        }
        let namespace = consumer.namespace.as_deref();
        let all = self.producers_of(&consumer.name);
        let fits = |member: &Member| may_be_same(self.producer(*member).namespace.as_deref(), namespace);
        let (own, others): (Vec<Member>, Vec<Member>) = all.into_iter().partition(|(owner, _)| *owner == unit);
        let found: Vec<Member> = own.iter().copied().filter(fits).collect();
        if !found.is_empty() {
            return Fate::Found { missing: self.missing(&found, consumer), producers: found };
        }
        if walk::is_open(&consumer.name) || self.externals.has_secret(namespace, &consumer.name) {
            return Fate::Elsewhere;
        }
        let elsewhere: Vec<Member> = others.iter().copied().filter(fits).collect();
        let (alternates, free): (Vec<Member>, Vec<Member>) =
            elsewhere.into_iter().partition(|(owner, _)| self.is_alternate(*owner, consumer.place));
        if let Some(renamed) = self.renamed(unit, consumer) {
            return Fate::Renamed(renamed);
        }
        if let Some(index) = self.unlisted_maker(consumer).filter(|_| free.is_empty()) {
            return Fate::Unlisted(index);
        }
        // Where a namespace is unknown, a namesake elsewhere says less than a slip of the finger here.
        let is_certain = |member: &Member| self.producer(*member).namespace.is_some() && namespace.is_some();
        let near = self.near(unit, consumer);
        match near {
            Some(near) if !free.iter().any(is_certain) && self.is_unasked(near) => return Fate::Misnamed(near),
            // Which keys a chart's Secret holds is a matter of the values that it is released with.
            _ if free.iter().any(|(owner, _)| self.units[*owner].kind == UnitKind::Chart) => return Fate::Elsewhere,
            _ if !free.is_empty() => {
                let missing = self.missing(&free, consumer);
                return if missing.is_empty() { Fate::Elsewhere } else { Fate::Found { producers: free, missing } };
            }
            _ => {}
        }
        let sure = |member: &Member| self.producer(*member).claim != Claim::Implies;
        if !alternates.is_empty() && alternates.iter().all(sure) {
            return Fate::OnlyIn(alternates);
        }
        let foreign: Vec<Member> = own.into_iter().filter(sure).collect();
        if !foreign.is_empty() {
            return Fate::OtherNamespace(foreign);
        }
        near.or_else(|| self.near_elsewhere(unit, consumer)).map_or(Fate::Unknown, Fate::Misnamed)
    }

    /// A chart is released into a cluster that holds more than this repository: only what it makes itself decides.
    fn fate_in_chart(&self, unit: usize, consumer: &Consumer) -> Fate {
        let own = self.flows[unit].producers.iter().enumerate();
        let makes = |producer: &Producer| {
            walk::matches(&producer.name, &consumer.name)
                && may_be_same(producer.namespace.as_deref(), consumer.namespace.as_deref())
        };
        let found: Vec<Member> = own.filter(|(_, producer)| makes(producer)).map(|(index, _)| (unit, index)).collect();
        if !found.is_empty() {
            return Fate::Found { missing: self.missing(&found, consumer), producers: found };
        }
        let is_asked = |name: &str| self.flows[unit].consumers.iter().any(|other| *other.name == *name);
        let near = Some(unit).filter(|_| self.units[unit].complete && is_of_release(&consumer.name));
        let near = near.and_then(|unit| self.near(unit, consumer));
        near.filter(|near| !is_asked(&self.producer(*near).name)).map_or(Fate::Elsewhere, Fate::Misnamed)
    }

    /// What another unit makes for the same namespace under a name that is a slip away, if nobody asks for that.
    fn near_elsewhere(&self, unit: usize, consumer: &Consumer) -> Option<Member> {
        let others = (0..self.flows.len()).filter(|&other| other != unit && self.units[other].kind != UnitKind::Chart);
        let mut near = others.filter_map(|other| self.near(other, consumer));
        near.find(|member| self.is_unasked(*member))
    }

    /// What the unit made under the consumer's name until a prefix or suffix changed it.
    fn renamed(&self, unit: usize, consumer: &Consumer) -> Option<Member> {
        self.own(unit, consumer, |producer| self.was_called(unit, producer.object, &producer.name, &consumer.name))
    }

    /// What the unit makes under a name that is a slip away.
    fn near(&self, unit: usize, consumer: &Consumer) -> Option<Member> {
        self.own(unit, consumer, |producer| is_slip(&consumer.name, &producer.name))
    }

    fn own(&self, unit: usize, consumer: &Consumer, is_meant: impl Fn(&Producer) -> bool) -> Option<Member> {
        let namespace = consumer.namespace.as_deref();
        let index = self.flows[unit].producers.iter().position(|producer| {
            producer.claim != Claim::Implies
                && may_be_same(producer.namespace.as_deref(), namespace)
                && is_meant(producer)
        });
        index.map(|index| (unit, index))
    }

    /// True where nobody asks for what is made.
    fn is_unasked(&self, member: Member) -> bool {
        self.consumers_of(&self.producer(member).name).next().is_none()
    }

    /// True where the object's own name is `now` and its file says `before`.
    fn was_called(&self, unit: usize, object: usize, now: &str, before: &str) -> bool {
        let object = self.object(unit, object);
        now != before && object.name_text() == Some(now) && &*object.written.name == before
    }

    /// Everybody who makes a Secret of that name, whatever the namespace; those of names with holes last.
    pub fn producers_of(&self, name: &str) -> Vec<Member> {
        let exact = self.index.producers.get(name).into_iter().flatten().copied();
        let is_meant = |member: &&Member| {
            let producer = self.producer(**member);
            !producer.is_anything() && walk::matches(&producer.name, name)
        };
        exact.chain(self.index.patterns.iter().filter(is_meant).copied()).collect()
    }

    fn missing(&self, producers: &[Member], consumer: &Consumer) -> Vec<usize> {
        let may_hold = |key: &str| producers.iter().any(|member| self.producer(*member).keys.may_hold(key));
        let keys = consumer.keys.iter().enumerate();
        keys.filter(|(_, (key, _))| !walk::is_open(key) && !may_hold(key)).map(|(index, _)| index).collect()
    }

    /// True where `other` deploys the same place: an overlay of the same base.
    fn is_alternate(&self, other: usize, place: Place) -> bool {
        self.index.uses.get(&place).is_some_and(|units| units.contains(&other))
    }

    /// The unlisted manifest that would make what is asked for.
    fn unlisted_maker(&self, consumer: &Consumer) -> Option<usize> {
        let mut makers = self.stray.producers.iter().filter(|producer| {
            producer.claim != Claim::Implies
                && producer.name == consumer.name
                && may_be_same(producer.namespace.as_deref(), consumer.namespace.as_deref())
        });
        makers.find_map(|producer| self.unlisted_at(producer.place))
    }

    fn unlisted_at(&self, place: Place) -> Option<usize> {
        self.unlisted.iter().position(|unlisted| unlisted.file == place.file)
    }

    pub(super) fn lookup(&self, unit: usize, reference: &StoreReference) -> Lookup {
        let all = self.index.stores.get(&reference.name).map_or(&[][..], Vec::as_slice);
        let namespace = reference.namespace.as_deref();
        let fits = |member: &Member| {
            let store = self.store(*member);
            store.kind == reference.kind && may_be_same(store.namespace.as_deref(), namespace)
        };
        let mut found: Vec<Member> = all.iter().copied().filter(fits).collect();
        if let Some(own) = found.iter().find(|(owner, _)| *owner == unit) {
            return Lookup::Found(*own);
        }
        if walk::is_open(&reference.name) || self.externals.has_store(namespace, &reference.name) {
            return Lookup::Elsewhere;
        }
        let is_free = |member: &&Member| !self.is_alternate(member.0, reference.place);
        if let Some(free) = found.iter().find(is_free) {
            return Lookup::Found(*free);
        }
        if !found.is_empty() {
            found.dedup();
            return Lookup::OnlyIn(found);
        }
        let is_stray = |store: &&Store| {
            store.kind == reference.kind
                && store.name == reference.name
                && may_be_same(store.namespace.as_deref(), namespace)
        };
        let mut strays = self.stray.stores.iter().filter(is_stray);
        if let Some(index) = strays.find_map(|store| self.unlisted_at(store.place)) {
            return Lookup::Unlisted(index);
        }
        let own = self.flows[unit].stores.iter().enumerate();
        let renamed = |(_, store): &(usize, &Store)| {
            store.kind == reference.kind && self.was_called(unit, store.object, &store.name, &reference.name)
        };
        match own.into_iter().find(renamed) {
            Some((index, _)) => Lookup::Renamed((unit, index)),
            None => self.nearly(reference, all),
        }
    }

    fn nearly(&self, reference: &StoreReference, namesakes: &[Member]) -> Lookup {
        let namespace = reference.namespace.as_deref();
        let is_kin = |kind: StoreKind| kind.is_external() && reference.kind.is_external() && kind != reference.kind;
        if let Some(other) = namesakes.iter().find(|member| is_kin(self.store(**member).kind)) {
            return Lookup::OtherKind(*other);
        }
        if let Some(other) = namesakes.iter().find(|member| self.store(**member).kind == reference.kind) {
            return Lookup::OtherNamespace(*other);
        }
        let members = || {
            let flows = self.flows.iter().enumerate();
            flows.flat_map(|(unit, flow)| (0..flow.stores.len()).map(move |index| (unit, index)))
        };
        let is_kind = |member: &Member| {
            let store = self.store(*member);
            store.kind == reference.kind && may_be_same(store.namespace.as_deref(), namespace)
        };
        match members().find(|member| is_kind(member) && is_slip(&reference.name, &self.store(*member).name)) {
            Some(near) => Lookup::Misnamed(near),
            None => Lookup::Unknown { others: members().any(|member| is_kind(&member)) },
        }
    }
}

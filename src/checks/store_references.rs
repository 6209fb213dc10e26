//! The namespaces of what a store refers to: a namespaced store reads its own, a cluster-wide one must say which.
//!
//! It does not know whether what is referred to exists.

use super::{Context, Reporter};
use crate::document::{Document, Form, SecretStore};
use crate::facts::{Kind, Reference, external_secrets};
use crate::syntax::{Change, New, Node};

/// `store-reference-without-namespace`
pub fn without_namespace(document: &Document, _context: &Context, reporter: &mut Reporter) {
    let places = places(document);
    for place in places.iter().filter(|place| place.store.is_cluster_wide()) {
        if place.reference != Reference::FollowsExternalSecret && place.namespace().is_none() {
            let change = namespace_of_others(place, &places).map(|name| Change::entry("namespace", New::text(name)));
            place.tell(reporter).fix(change.and_then(|change| change.at(place.value))).emit();
        }
    }
}

/// The one namespace that everything else in the store is read from.
fn namespace_of_others<'a>(place: &Place<'a>, places: &[Place<'a>]) -> Option<&'a str> {
    let store = place.store.manifest.root.id();
    let beside = places.iter().filter(|other| other.store.manifest.root.id() == store);
    let mut names = beside.filter_map(|other| other.namespace()?.as_str());
    let first = names.next().filter(|name| !crate::value::is_left_open(name))?;
    names.all(|name| name == first).then_some(first)
}

/// `store-reference-follows-external-secret`
pub fn follows_external_secret(document: &Document, _context: &Context, reporter: &mut Reporter) {
    for place in places(document).into_iter().filter(|place| place.store.is_cluster_wide()) {
        if place.reference == Reference::FollowsExternalSecret && place.namespace().is_none() {
            place.tell(reporter).emit();
        }
    }
}

/// `store-reference-foreign-namespace`
pub fn foreign_namespace(document: &Document, _context: &Context, reporter: &mut Reporter) {
    for place in places(document).into_iter().filter(|place| !place.store.is_cluster_wide()) {
        let Some((node, namespace)) = place.namespace().and_then(|node| Some((node, node.as_str()?))) else { continue };
        if super::schema::is_filled_in_later(node) || crate::value::is_left_open(namespace) {
            continue;
        }
        let own = place.store.manifest.namespace();
        let rule = match own {
            _ if place.is_authority() && REFUSES_ANY.contains(&place.provider) => "takes no namespace in a SecretStore",
            Some(own) if own != namespace && !own.contains(['$', '{']) => "can only be in the store's own namespace",
            _ => continue,
        };
        let draft = reporter.at(node).blank("reference", place.name()).blank("namespace", namespace);
        draft.blank("rule", rule).fix(Change::Remove.at(node)).emit();
    }
}

/// Providers that refuse a `caProvider.namespace` in a namespaced store, even its own.
const REFUSES_ANY: &[&str] = &["crd", "infisical", "kubernetes"];

/// A reference to an object, as it is written in a store.
struct Place<'a> {
    store: SecretStore<'a>,
    provider: &'a str,
    reference: Reference,
    key: Node<'a>,
    value: Node<'a>,
}

impl<'a> Place<'a> {
    fn namespace(&self) -> Option<Node<'a>> {
        self.value.get("namespace").filter(|namespace| !namespace.is_null())
    }

    fn name(&self) -> &'a str {
        self.key.as_str().unwrap_or_default()
    }

    fn is_authority(&self) -> bool {
        self.reference == Reference::CertificateAuthority
    }

    fn tell<'r>(&self, reporter: &'r mut Reporter) -> crate::model::DraftBuilder<'r> {
        let draft = reporter.at_key(self.key, self.value).blank("reference", self.name());
        draft.blank("provider", self.provider)
    }
}

fn places<'a>(document: &Document<'a>) -> Vec<Place<'a>> {
    let mut places = Vec::new();
    for store in SecretStore::all(document).into_iter().filter(|_| document.form() == Form::Whole) {
        let table = external_secrets::provider;
        for (provider, settings) in store.providers() {
            let Some(kind) = table(provider) else { continue };
            find(settings, kind, &mut |key, value, reference| {
                places.push(Place { store, provider, reference, key, value });
            });
        }
    }
    places
}

/// Calls `see` for each reference in `value`, which is of `kind`.
fn find<'a>(value: Node<'a>, kind: &'static Kind, see: &mut impl FnMut(Node<'a>, Node<'a>, Reference)) {
    match kind {
        Kind::List(inner) => value.items().for_each(|item| find(item, inner, see)),
        Kind::Object(shape) => {
            for (key, value) in value.entries() {
                let Some(field) = key.as_str().and_then(|name| shape.field(name)) else { continue };
                match field.kind {
                    Kind::Object(inner) if inner.reference.is_some() && value.is_mapping() => {
                        inner.reference.into_iter().for_each(|reference| see(key, value, reference));
                    }
                    _ => find(value, &field.kind, see),
                }
            }
        }
        _ => {}
    }
}

//! Which Secrets the objects of a unit bring into being, and which keys those hold.
//!
//! It does not know who wants them.

use std::sync::Arc;

use super::walk;
use crate::facts::producers::{ANYWHERE, COPIED_BY, Made, made_by};
use crate::graph::{Data, Object, Place, Unit};

/// A Secret that some object makes, or adds to.
#[derive(Clone, Debug)]
pub struct Producer {
    /// Its index in the unit.
    pub object: usize,
    /// Where `*` and `${…}` can be anything.
    pub name: Arc<str>,
    /// `None`: unknown, or several.
    pub namespace: Option<Arc<str>>,
    pub keys: Keys,
    /// Where the Secret's name is written.
    pub place: Place,
    pub claim: Claim,
}

/// What an object does to the Secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Claim {
    /// It says in so many words that it writes this Secret.
    Makes,
    /// It adds keys to a Secret that somebody else makes.
    Joins,
    /// Its controller is known to write a Secret of this name.
    Implies,
}

/// The keys of a Secret, as far as they can be known.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    pub known: Vec<(Arc<str>, Option<Place>)>,
    /// There may be others.
    pub open: bool,
}

impl Keys {
    /// The keys of the mappings at `paths`.
    fn of_mappings(data: &Data, paths: &[&str]) -> Keys {
        let mut keys = Keys::default();
        for mapping in paths.iter().filter_map(|path| data.at(path)) {
            keys.open |= !mapping.is_mapping() && !mapping.is_null();
            for (key, _) in mapping.entries() {
                keys.add(key);
            }
        }
        keys
    }

    fn add(&mut self, key: &Data) {
        match key.shared_text().filter(|text| !walk::is_open(text)) {
            Some(text) => self.known.push((text.clone(), Some(key.place))),
            None => self.open = true,
        }
    }

    fn opened_if(mut self, open: bool) -> Keys {
        self.open |= open;
        self
    }

    pub fn may_hold(&self, key: &str) -> bool {
        self.open || self.holds(key)
    }

    pub fn holds(&self, key: &str) -> bool {
        self.known.iter().any(|(known, _)| &**known == key)
    }
}

/// Everything the objects of `unit` produce.
pub fn of_unit(unit: &Unit) -> Vec<Producer> {
    let mut producers = Vec::new();
    for (index, object) in unit.objects.iter().enumerate() {
        let from = producers.len();
        Finder { unit, object, index, producers: &mut producers }.find();
        if object.opaque.is_some() {
            producers[from..].iter_mut().for_each(|producer| producer.keys.open = true);
        }
        if is_copied(&object.data) {
            producers[from..].iter_mut().for_each(|producer| producer.namespace = None);
        }
    }
    producers
}

/// True where an annotation, of the object or of the Secret that it templates, asks for copies in other namespaces.
fn is_copied(data: &Data) -> bool {
    let places = [
        "metadata.annotations",
        "spec.target.template.metadata.annotations",
        "spec.template.metadata.annotations",
        "spec.secretTemplate.annotations",
        "spec.destination.annotations",
    ];
    let names =
        places.iter().filter_map(|path| data.at(path)).flat_map(Data::entries).filter_map(|(key, _)| key.as_str());
    names.into_iter().any(|name| COPIED_BY.iter().any(|start| name.starts_with(start)))
}

struct Finder<'a> {
    unit: &'a Unit,
    object: &'a Object,
    index: usize,
    producers: &'a mut Vec<Producer>,
}

impl Finder<'_> {
    fn find(&mut self) {
        let data = &self.object.data;
        let own = data.at("metadata.name");
        match (self.object.group(), self.object.kind()) {
            ("", "Secret") => self.produce(own, secret_keys(data), Claim::Makes),
            ("external-secrets.io", "ExternalSecret") => self.external_secret(data.get("spec"), own),
            ("external-secrets.io", "ClusterExternalSecret") => {
                let name = data.at("spec.externalSecretName").or(own);
                self.external_secret(data.at("spec.externalSecretSpec"), name);
                self.producers
                    .iter_mut()
                    .filter(|made| made.object == self.index)
                    .for_each(|made| made.namespace = None);
            }
            ("bitnami.com", "SealedSecret") => {
                let keys = Keys::of_mappings(data, &["spec.encryptedData", "spec.template.data"]);
                self.produce(own, keys.opened_if(data.at("spec.data").is_some()), Claim::Makes);
            }
            ("isindir.github.com", "SopsSecret") => {
                for template in walk::all(data, "spec.secretTemplates[]") {
                    let keys = Keys::of_mappings(template, &["data", "stringData"]);
                    self.produce(template.get("name"), keys, Claim::Makes);
                }
            }
            (
                "secrets.hashicorp.com",
                "VaultStaticSecret" | "VaultDynamicSecret" | "VaultPKISecret" | "HCPVaultSecretsApp",
            ) => {
                self.vault_secret(data);
            }
            (group, kind) => made_by(group, kind).for_each(|made| self.implied(made)),
        }
        ANYWHERE.iter().for_each(|made| self.implied(made));
    }

    fn produce(&mut self, name: Option<&Data>, keys: Keys, claim: Claim) {
        let Some(name) = name else { return };
        let text =
            name.shared_text().filter(|text| !text.is_empty() && !text.contains("{{") && !text.starts_with("ENC["));
        let namespace = self.unit.namespace_of(self.object).map(Arc::from);
        let name_text = text.cloned().unwrap_or_else(|| "*".into());
        let producer = Producer { object: self.index, name: name_text, namespace, keys, place: name.place, claim };
        self.producers.push(producer);
    }

    /// An ExternalSecret that would be called `name`.
    fn external_secret(&mut self, spec: Option<&Data>, name: Option<&Data>) {
        let Some(spec) = spec else { return };
        let makes_secret = spec.at("target.manifest").is_none_or(|made| made.str_at("kind") == Some("Secret"));
        if !makes_secret {
            return;
        }
        let policy = spec.str_at("target.creationPolicy").unwrap_or("Owner");
        let claim = if matches!(policy, "Owner" | "Orphan") { Claim::Makes } else { Claim::Joins };
        let keys = external_keys(spec).opened_if(claim == Claim::Joins);
        self.produce(spec.at("target.name").filter(|name| !name.is_null()).or(name), keys, claim);
    }

    fn vault_secret(&mut self, data: &Data) {
        let makes = data.at("spec.destination.create").is_some_and(Data::is_true);
        let raw = !data.at("spec.destination.transformation.excludeRaw").is_some_and(Data::is_true);
        let mut keys = Keys::of_mappings(data, &["spec.destination.transformation.templates"]).opened_if(true);
        keys.known.extend(raw.then(|| ("_raw".into(), None)));
        self.produce(data.at("spec.destination.name"), keys, if makes { Claim::Makes } else { Claim::Joins });
    }

    fn implied(&mut self, made: &Made) {
        for item in walk::all(&self.object.data, made.each) {
            let Some((name, place)) = walk::fill(made.name, &[item, &self.object.data]) else { continue };
            let namespace = item.str_at(made.namespace).filter(|_| !made.namespace.is_empty());
            let namespace = namespace.or(self.unit.namespace_of(self.object)).map(Arc::from);
            let known = made.keys.iter().map(|&key| (Arc::from(key), None)).collect();
            let keys = Keys { known, open: made.keys.is_empty() };
            let place = place.unwrap_or(self.object.data.place);
            let claim = Claim::Implies;
            self.producers.push(Producer { object: self.index, name, namespace, keys, place, claim });
        }
    }
}

fn secret_keys(data: &Data) -> Keys {
    let mut keys = Keys::of_mappings(data, &["data", "stringData"]);
    if data.str_at("type") == Some("kubernetes.io/service-account-token") {
        keys.known.extend(["ca.crt", "namespace", "token"].map(|key| (Arc::from(key), None)));
    }
    // Somebody fills it in the cluster.
    let open = keys.known.is_empty();
    keys.opened_if(open)
}

/// The keys that an ExternalSecret's specification leads to.
/// <https://github.com/external-secrets/external-secrets/blob/main/pkg/controllers/externalsecret/externalsecret_controller_template.go>
fn external_keys(spec: &Data) -> Keys {
    let Some(template) = spec.at("target.template").filter(|template| !template.is_null()) else {
        return fetched_keys(spec);
    };
    let has = |path: &str| template.at(path).is_some_and(|part| !part.is_null());
    if !has("data") && !has("templateFrom") {
        return fetched_keys(spec).opened_if(template.is_unknown());
    }
    let mut keys = Keys::of_mappings(template, &["data"]).opened_if(has("templateFrom"));
    if template.str_at("mergePolicy") == Some("Merge") {
        let fetched = fetched_keys(spec);
        keys.open |= fetched.open;
        keys.known.extend(fetched.known);
    }
    keys
}

fn fetched_keys(spec: &Data) -> Keys {
    let is_some = |data: &Data| !(data.is_null() || data.is_sequence() && data.items().is_empty());
    let mut keys = Keys::default().opened_if(spec.get("dataFrom").is_some_and(is_some));
    for entry in spec.get("data").into_iter().flat_map(Data::items) {
        entry.get("secretKey").into_iter().for_each(|key| keys.add(key));
    }
    let unknown = spec.get("data").is_some_and(Data::is_unknown);
    // Nothing is fetched: the fault lies elsewhere.
    let open = unknown || keys.known.is_empty();
    keys.opened_if(open)
}

impl Producer {
    /// A Secret of which nothing is known but that it may be there.
    pub fn is_anything(&self) -> bool {
        &*self.name == "*"
    }
}

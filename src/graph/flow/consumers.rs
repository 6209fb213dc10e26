//! Which Secrets the objects of a unit ask for, and which keys of them.
//!
//! It does not know whether anybody makes them.

use std::borrow::Cow;
use std::sync::Arc;

use super::walk;
use crate::facts::consumers::{
    self, CONTAINER, CONTAINERS, Delivery, Mention, POD, SELECTOR_ENDINGS, VALUES_KEYS, Wanted,
};
use crate::graph::{Data, Object, Place, Unit};

/// A place in an object that names a Secret.
#[derive(Clone, Debug)]
pub struct Consumer {
    /// Its index in the unit.
    pub object: usize,
    pub name: Arc<str>,
    /// `None`: unknown, or that of whatever uses the object.
    pub namespace: Option<Arc<str>>,
    /// The keys it asks for, and where; empty for whatever there is.
    pub keys: Vec<(Arc<str>, Place)>,
    /// Where the name is written.
    pub place: Place,
    /// Nothing fails without it.
    pub optional: bool,
    pub delivery: Delivery,
    /// The kind's API says that this field names a Secret; false where only the field's own name does.
    pub sure: bool,
}

/// Everything the objects of `unit` ask for.
pub fn of_unit(unit: &Unit) -> Vec<Consumer> {
    let mut consumers = Vec::new();
    for (index, object) in unit.objects.iter().enumerate() {
        let namespace = if is_for_any_namespace(object.kind()) { None } else { unit.namespace_of(object) };
        let finder = Finder {
            object,
            index,
            namespace: namespace.map(Arc::from),
            release: None,
            sure: true,
            consumers: &mut consumers,
        };
        finder.find();
    }
    consumers
}

/// True for kinds whose references are meant in the namespace of whoever uses the object.
fn is_for_any_namespace(kind: &str) -> bool {
    kind.starts_with("Cluster") && kind != "Cluster" || kind == "VaultAuth"
}

struct Finder<'a> {
    object: &'a Object,
    index: usize,
    namespace: Option<Arc<str>>,
    /// The name that a chart's values know as `{{ .Release.Name }}`.
    release: Option<String>,
    sure: bool,
    consumers: &'a mut Vec<Consumer>,
}

/// Groups whose kinds hold names of Secrets that they make, or of secrets that are no Secrets.
const READ_BY_NAME_ONLY: [&str; 8] = [
    "bitnami.com",
    "cert-manager.io",
    "external-secrets.io",
    "generators.external-secrets.io",
    "isindir.github.com",
    "secrets.hashicorp.com",
    "secrets.infisical.com",
    "apiextensions.k8s.io",
];

impl Finder<'_> {
    fn find(mut self) {
        let (object, data) = (self.object, &self.object.data);
        let (group, kind) = (object.group(), object.kind());
        for mention in consumers::mentions(group, kind) {
            self.mention(data, mention);
        }
        if let Some(path) = consumers::pod_spec(group, kind) {
            data.at(path).into_iter().for_each(|spec| self.pod(spec));
            return;
        }
        match (group, kind) {
            ("helm.toolkit.fluxcd.io", "HelmRelease") => self.helm_release(),
            ("argoproj.io", "Application") => self.application(),
            ("external-secrets.io", "SecretStore" | "ClusterSecretStore") => {
                data.at("spec.provider").into_iter().for_each(|provider| self.selectors(provider));
            }
            ("" | "networking.k8s.io" | "rbac.authorization.k8s.io", _) => {}
            (group, _) if READ_BY_NAME_ONLY.contains(&group) || group.ends_with(".toolkit.fluxcd.io") => {}
            _ => {
                self.sure = false;
                data.get("spec").into_iter().for_each(|spec| self.anywhere(spec, false));
            }
        }
    }

    fn pod(&mut self, spec: &Data) {
        for container in CONTAINERS.iter().filter_map(|list| spec.get(list)).flat_map(Data::items) {
            CONTAINER.iter().for_each(|mention| self.mention(container, mention));
        }
        POD.iter().for_each(|mention| self.mention(spec, mention));
    }

    fn helm_release(&mut self) {
        let data = &self.object.data;
        let name = self.object.name_text().unwrap_or_default();
        let target = data.str_at("spec.targetNamespace").filter(|target| !target.is_empty());
        let release = match (data.str_at("spec.releaseName"), target) {
            (Some(release), _) => release.to_owned(),
            (None, Some(target)) => format!("{target}-{name}"),
            (None, None) => name.to_owned(),
        };
        self.namespace = target.map(Arc::from).or(self.namespace.take());
        self.values(data.at("spec.values"), release);
    }

    fn application(&mut self) {
        let data = &self.object.data;
        let name = self.object.name_text().unwrap_or_default();
        self.namespace = data.str_at("spec.destination.namespace").map(Arc::from);
        let sources = data.at("spec.source").into_iter().chain(walk::all(data, "spec.sources[]"));
        for helm in sources.filter_map(|source| source.get("helm")) {
            self.values(helm.get("valuesObject"), helm.str_at("releaseName").unwrap_or(name).to_owned());
        }
    }

    fn values(&mut self, values: Option<&Data>, release: String) {
        self.release = Some(release);
        self.sure = false;
        values.into_iter().for_each(|values| self.anywhere(values, true));
    }

    fn mention(&mut self, data: &Data, mention: &Mention) {
        for holder in walk::all(data, mention.path) {
            self.at(holder, mention.name, mention.wanted, mention.delivery);
        }
    }

    /// The reference that `holder` is.
    fn at(&mut self, holder: &Data, name: &str, wanted: Wanted, delivery: Delivery) {
        let of_other_kind = |field: &str| holder.str_at(field).is_some_and(|kind| kind != "Secret");
        if of_other_kind("kind") || of_other_kind("type") {
            return;
        }
        let written = if name.is_empty() { Some(holder) } else { holder.get(name) };
        let Some((text, written)) = written.and_then(|written| Some((self.text(written)?, written))) else { return };
        let namespace = ["namespace", "secretNamespace"].iter().find_map(|field| holder.str_at(field));
        self.consumers.push(Consumer {
            object: self.index,
            name: text,
            namespace: namespace.map(Arc::from).or(self.namespace.clone()),
            keys: self.keys(holder, wanted, written.place),
            place: written.place,
            optional: holder.get("optional").is_some_and(Data::is_true),
            delivery,
            sure: self.sure,
        });
    }

    fn keys(&self, holder: &Data, wanted: Wanted, name: Place) -> Vec<(Arc<str>, Place)> {
        let key = |data: &Data| Some((self.text(data)?, data.place));
        match wanted {
            Wanted::All => Vec::new(),
            Wanted::These(keys) => keys.iter().map(|&key| (Arc::from(key), name)).collect(),
            Wanted::Key(field, default) => match holder.get(field) {
                Some(written) => key(written).into_iter().collect(),
                None => default.map(|default| (Arc::from(default), name)).into_iter().collect(),
            },
            Wanted::Items => walk::all(holder, "items[].key").into_iter().filter_map(key).collect(),
        }
    }

    /// What a scalar says when it is deployed; `None` where that cannot be known.
    fn text(&self, data: &Data) -> Option<Arc<str>> {
        let text = data.shared_text().filter(|text| !text.is_empty() && !data.is_null())?;
        let Some(release) = &self.release else { return (!text.contains("{{")).then(|| text.clone()) };
        let filled = with_release(text, release);
        (!filled.contains("{{")).then(|| filled.as_ref().into())
    }

    /// Every mapping with `name` and `key`: how stores write it.
    fn selectors(&mut self, data: &Data) {
        if data.get("name").is_some() && data.get("key").is_some() {
            self.at(data, "name", Wanted::Key("key", None), Delivery::Controller);
            return;
        }
        data.entries().iter().map(|(_, value)| value).chain(data.items()).for_each(|value| self.selectors(value));
    }

    /// The core API's way to name a Secret, however deep in another kind or in a chart's values.
    fn anywhere(&mut self, data: &Data, in_values: bool) {
        for (key, value) in data.entries() {
            let key = key.as_str().unwrap_or_default();
            let known = consumers::ANYWHERE.iter().find(|(name, _)| *name == key);
            match known {
                Some((_, mention)) if value.get("name").is_some() || value.is_sequence() => {
                    self.mention(value, mention)
                }
                _ if self.is_selector(key, value) => {
                    self.at(value, "name", Wanted::Key("key", None), Delivery::Controller);
                }
                _ if key == "secret" && value.get("secretName").is_some() => {
                    self.at(value, "secretName", Wanted::Items, Delivery::File);
                }
                _ if in_values && (VALUES_KEYS.contains(&key) || key.ends_with("Secret")) && !value.is_mapping() => {
                    self.at(value, "", Wanted::All, Delivery::Controller);
                }
                _ if in_values && value.str_at("type") == Some("secret") => {
                    value.get("name").into_iter().for_each(|name| self.at(name, "", Wanted::All, Delivery::File));
                }
                _ => self.anywhere(value, in_values),
            }
        }
        data.items().iter().for_each(|item| self.anywhere(item, in_values));
    }

    fn is_selector(&self, key: &str, value: &Data) -> bool {
        let key = key.to_ascii_lowercase();
        value.entries().len() <= 3
            && value.get("name").is_some()
            && value.get("key").is_some()
            && SELECTOR_ENDINGS.iter().any(|ending| key.ends_with(ending))
    }
}

/// `text` with what a chart would put in for the release's name.
fn with_release<'t>(text: &'t str, release: &str) -> Cow<'t, str> {
    let Some((before, behind)) = text.split_once("{{") else { return Cow::Borrowed(text) };
    match behind.split_once("}}") {
        Some((action, after)) if action.trim_matches(['-', ' ']) == ".Release.Name" => {
            Cow::Owned(format!("{before}{release}{}", with_release(after, release)))
        }
        _ => Cow::Borrowed(text),
    }
}

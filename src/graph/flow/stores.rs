//! Stores, generators and Vault connections: who defines them, and who refers to them.
//!
//! It does not know what a backend holds.

use std::sync::Arc;

use super::walk;
use crate::graph::{Data, Object, Place, Unit};

/// Something that objects refer to by kind and name.
#[derive(Clone, Debug)]
pub struct Store {
    /// Its index in the unit.
    pub object: usize,
    pub kind: StoreKind,
    pub name: Arc<str>,
    /// `None`: unknown, or everywhere.
    pub namespace: Option<Arc<str>>,
    /// Where the name is written.
    pub place: Place,
}

/// What a reference leads to. Kinds that stand in for each other share a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StoreKind {
    SecretStore,
    ClusterSecretStore,
    VaultAuth,
    VaultAuthGlobal,
    VaultConnection,
    SecretTransformation,
    HcpAuth,
}

/// A place in an object that names a store.
#[derive(Clone, Debug)]
pub struct StoreReference {
    /// Its index in the unit.
    pub object: usize,
    pub kind: StoreKind,
    /// Where the kind is written; `None` where it is left to its default.
    pub kind_place: Option<Place>,
    pub name: Arc<str>,
    /// The namespace in which it is looked up; `None`: unknown, or everywhere.
    pub namespace: Option<Arc<str>>,
    /// Where the name is written.
    pub place: Place,
    /// The mapping that the name and the kind stand in; for a reference that is a name alone, the name.
    pub holder: Place,
}

impl StoreKind {
    pub fn name(self) -> &'static str {
        match self {
            StoreKind::SecretStore => "SecretStore",
            StoreKind::ClusterSecretStore => "ClusterSecretStore",
            StoreKind::VaultAuth => "VaultAuth",
            StoreKind::VaultAuthGlobal => "VaultAuthGlobal",
            StoreKind::VaultConnection => "VaultConnection",
            StoreKind::SecretTransformation => "SecretTransformation",
            StoreKind::HcpAuth => "HCPAuth",
        }
    }

    fn of(object: &Object) -> Option<StoreKind> {
        Some(match (object.group(), object.kind()) {
            ("external-secrets.io", "SecretStore") => StoreKind::SecretStore,
            ("external-secrets.io", "ClusterSecretStore") => StoreKind::ClusterSecretStore,
            ("secrets.hashicorp.com", "VaultAuth") => StoreKind::VaultAuth,
            ("secrets.hashicorp.com", "VaultAuthGlobal") => StoreKind::VaultAuthGlobal,
            ("secrets.hashicorp.com", "VaultConnection") => StoreKind::VaultConnection,
            ("secrets.hashicorp.com", "SecretTransformation") => StoreKind::SecretTransformation,
            ("secrets.hashicorp.com", "HCPAuth") => StoreKind::HcpAuth,
            _ => return None,
        })
    }

    /// True for the kinds of external-secrets.
    pub fn is_external(self) -> bool {
        matches!(self, StoreKind::SecretStore | StoreKind::ClusterSecretStore)
    }
}

/// The stores that `unit` deploys.
pub fn of_unit(unit: &Unit) -> Vec<Store> {
    let store = |(index, object): (usize, &Object)| {
        let (kind, name) = (StoreKind::of(object)?, object.name()?);
        let namespace = unit.namespace_of(object).filter(|_| kind != StoreKind::ClusterSecretStore);
        let namespace = namespace.map(Arc::from);
        Some(Store { object: index, kind, name: name.shared_text()?.clone(), namespace, place: name.place })
    };
    unit.objects.iter().enumerate().filter_map(store).collect()
}

/// Every reference to a store in the objects of `unit`.
pub fn references(unit: &Unit) -> Vec<StoreReference> {
    let mut references = Vec::new();
    for (index, object) in unit.objects.iter().enumerate() {
        let namespace = unit.namespace_of(object).map(Arc::from);
        let mut finder = Finder { object, index, namespace, references: &mut references };
        match (object.group(), object.kind()) {
            ("external-secrets.io", "ExternalSecret") => finder.external_secret(object.data.get("spec")),
            ("external-secrets.io", "ClusterExternalSecret") => {
                finder.namespace = None;
                finder.external_secret(object.data.at("spec.externalSecretSpec"));
            }
            ("external-secrets.io", "PushSecret") => {
                for reference in walk::all(&object.data, "spec.secretStoreRefs[]") {
                    finder.external(reference);
                }
            }
            ("secrets.hashicorp.com", _) => finder.vault(),
            _ => {}
        }
    }
    references
}

struct Finder<'a> {
    object: &'a Object,
    index: usize,
    namespace: Option<Arc<str>>,
    references: &'a mut Vec<StoreReference>,
}

impl Finder<'_> {
    fn external_secret(&mut self, spec: Option<&Data>) {
        let Some(spec) = spec else { return };
        for path in ["secretStoreRef", "data[].sourceRef.storeRef", "dataFrom[].sourceRef.storeRef"] {
            walk::all(spec, path).into_iter().for_each(|reference| self.external(reference));
        }
    }

    fn external(&mut self, reference: &Data) {
        let kind = match reference.str_at("kind") {
            None | Some("" | "SecretStore") => StoreKind::SecretStore,
            Some("ClusterSecretStore") => StoreKind::ClusterSecretStore,
            Some(_) => return,
        };
        let Some((name, text)) = reference.get("name").and_then(|name| Some((name, name.shared_text()?))) else {
            return;
        };
        let kind_place = reference.get("kind").map(|kind| kind.place);
        let namespace = self.namespace.clone().filter(|_| kind == StoreKind::SecretStore);
        self.push(StoreReference {
            object: self.index,
            kind,
            kind_place,
            name: text.clone(),
            namespace,
            place: name.place,
            holder: reference.place,
        });
    }

    fn vault(&mut self) {
        let data = &self.object.data;
        match self.object.kind() {
            "VaultAuth" => {
                self.vault_reference(data.at("spec.vaultConnectionRef"), StoreKind::VaultConnection);
                let global = data.at("spec.vaultAuthGlobalRef.name");
                self.vault_reference(global, StoreKind::VaultAuthGlobal);
                if let (Some(last), Some(namespace), Some(_)) =
                    (self.references.last_mut(), data.str_at("spec.vaultAuthGlobalRef.namespace"), global)
                {
                    last.namespace = Some(namespace.into());
                }
            }
            "VaultStaticSecret" | "VaultDynamicSecret" | "VaultPKISecret" => {
                self.vault_reference(data.at("spec.vaultAuthRef"), StoreKind::VaultAuth);
                self.transformations();
            }
            "HCPVaultSecretsApp" => {
                self.vault_reference(data.at("spec.hcpAuthRef"), StoreKind::HcpAuth);
                self.transformations();
            }
            _ => {}
        }
    }

    fn transformations(&mut self) {
        for reference in walk::all(&self.object.data, "spec.destination.transformation.transformationRefs[]") {
            let before = self.references.len();
            self.vault_reference(reference.get("name"), StoreKind::SecretTransformation);
            if let (Some(namespace), Some(last)) = (reference.str_at("namespace"), self.references[before..].last_mut())
            {
                last.namespace = Some(namespace.into());
            }
        }
    }

    /// `name`, or `namespace/name`.
    fn vault_reference(&mut self, written: Option<&Data>, kind: StoreKind) {
        let Some((written, text)) = written.and_then(|it| Some((it, it.as_str()?))) else { return };
        let (namespace, name) = match text.split_once('/') {
            Some((namespace, name)) => (Some(namespace.into()), name),
            None => (self.namespace.clone(), text),
        };
        // The operator's own namespace holds the default of that name.
        if name.is_empty() || name == "default" {
            return;
        }
        let (name, place) = (name.into(), written.place);
        let object = self.index;
        self.push(StoreReference { object, kind, kind_place: None, name, namespace, place, holder: place });
    }

    fn push(&mut self, reference: StoreReference) {
        if !reference.name.is_empty() && !reference.name.contains("{{") {
            self.references.push(reference);
        }
    }
}

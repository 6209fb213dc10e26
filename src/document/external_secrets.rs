//! The kinds of `external-secrets.io` as they are written: what an ExternalSecret asks for, and what a store refers to.
//!
//! It does not know which fields exist, whether a store does, nor what an empty namespace will be filled with.

use super::{Document, Manifest};
use crate::syntax::Node;

const GROUP: &str = "external-secrets.io";

/// An ExternalSecret, or the one that a ClusterExternalSecret makes in each namespace.
#[derive(Clone, Copy)]
pub struct ExternalSecret<'a> {
    pub manifest: Manifest<'a>,
    pub spec: Node<'a>,
}

/// A SecretStore or a ClusterSecretStore.
#[derive(Clone, Copy)]
pub struct SecretStore<'a> {
    pub manifest: Manifest<'a>,
    pub spec: Node<'a>,
}

impl<'a> ExternalSecret<'a> {
    pub fn all(document: &Document<'a>) -> Vec<ExternalSecret<'a>> {
        document.manifests().iter().copied().filter_map(ExternalSecret::of).collect()
    }

    pub fn of(manifest: Manifest<'a>) -> Option<ExternalSecret<'a>> {
        let spec = match manifest.kind() {
            _ if manifest.group() != GROUP => None,
            "ExternalSecret" => manifest.root.get("spec"),
            "ClusterExternalSecret" => manifest.root.at("spec.externalSecretSpec"),
            _ => None,
        };
        spec.filter(|spec| spec.is_mapping()).map(|spec| ExternalSecret { manifest, spec })
    }

    /// The entries of `data`: one key of the Secret each.
    pub fn data(&self) -> impl Iterator<Item = Node<'a>> {
        self.spec.get("data").into_iter().flat_map(Node::items)
    }

    /// The entries of `dataFrom`: any number of keys each.
    pub fn data_from(&self) -> impl Iterator<Item = Node<'a>> {
        self.spec.get("dataFrom").into_iter().flat_map(Node::items)
    }

    pub fn template(&self) -> Option<Node<'a>> {
        self.spec.at("target.template")
    }

    /// True where the result is a Secret: `target.manifest` can ask for another kind.
    pub fn makes_secret(&self) -> bool {
        self.spec.at("target.manifest").is_none_or(|manifest| {
            manifest.str_at("apiVersion") == Some("v1") && manifest.str_at("kind") == Some("Secret")
        })
    }
}

impl<'a> SecretStore<'a> {
    pub fn all(document: &Document<'a>) -> Vec<SecretStore<'a>> {
        document.manifests().iter().copied().filter_map(SecretStore::of).collect()
    }

    pub fn of(manifest: Manifest<'a>) -> Option<SecretStore<'a>> {
        let is_store = manifest.group() == GROUP && matches!(manifest.kind(), "SecretStore" | "ClusterSecretStore");
        let spec = is_store.then(|| manifest.root.get("spec")).flatten().filter(|spec| spec.is_mapping())?;
        Some(SecretStore { manifest, spec })
    }

    /// True when every namespace may use it.
    pub fn is_cluster_wide(&self) -> bool {
        self.manifest.kind() == "ClusterSecretStore"
    }

    /// The name and the settings of each provider that is written: one, if all is well.
    pub fn providers(&self) -> impl Iterator<Item = (&'a str, Node<'a>)> {
        let entries = self.spec.get("provider").into_iter().flat_map(Node::entries);
        entries.filter(|(_, value)| !value.is_null()).filter_map(|(key, value)| Some((key.as_str()?, value)))
    }

    /// The settings of one provider.
    pub fn provider(&self, name: &str) -> Option<Node<'a>> {
        self.providers().find(|(provider, _)| *provider == name).map(|(_, settings)| settings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Role;
    use crate::model::RepoPath;
    use crate::syntax::Syntax;

    fn with_document(text: &str, judge: impl Fn(&Document)) {
        let (tree, path, role) = (Syntax::Yaml.parse(text), RepoPath::new("es.yaml"), Role::Plain);
        Document::all(&path, &role, text, &tree).iter().for_each(judge);
    }

    #[test]
    fn a_cluster_external_secret_holds_one() {
        let text = "apiVersion: external-secrets.io/v1\nkind: ClusterExternalSecret\nspec:\n  externalSecretSpec:\n    \
                    data: [{secretKey: a}, {secretKey: b}]\n";
        with_document(text, |document| {
            let all = ExternalSecret::all(document);
            let keys: Vec<_> = all[0].data().filter_map(|entry| entry.str_at("secretKey")).collect();
            assert_eq!(keys, ["a", "b"]);
        });
    }

    #[test]
    fn kinds_of_the_same_name_in_other_groups_are_strangers() {
        with_document("apiVersion: example.com/v1\nkind: SecretStore\nspec: {provider: {vault: {}}}\n", |document| {
            assert!(SecretStore::all(document).is_empty());
        });
    }
}

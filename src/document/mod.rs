//! What a tree is: its kind, its role in the repository, and a typed view of it. One file a dialect.
//!
//! It does not judge, and it does not look at other files: a role that neighbours give is passed in.

mod external_secrets;
mod file;
pub mod helm;
mod kubernetes;
pub mod kustomize;

pub use external_secrets::{ExternalSecret, SecretStore};
pub use file::{File, FileKind, is_compose, is_workflow};
pub use kubernetes::{Manifest, holds_only_schemas};
pub use kustomize::Kustomization;

use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::model::RepoPath;
use crate::syntax::{Node, Tree, leaves};
use crate::text::Span;

/// What a file is to its neighbours. `graph::Layout` knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// Nobody says otherwise: what the file says is the whole of it.
    #[default]
    Plain,
    /// `kustomization.yaml` and its other names.
    Kustomization,
    /// Named as a patch by a kustomization: a fragment of an object.
    Patch,
    /// Named as a generator's input by a kustomization.
    GeneratorInput,
    /// Named as a kustomize configuration, transformer or replacement.
    KustomizeSettings,
    /// A chart's `templates/`.
    ChartTemplate,
    /// A chart's values, or a file named like one.
    ChartValues,
    /// `Chart.yaml`.
    ChartMetadata,
}

/// How much of the truth a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// All there is to say about an object.
    Whole,
    /// A part of it: a patch, a generator's input. Never judged as if it were whole.
    Fragment,
    /// With holes that a template engine fills.
    Template,
}

impl Role {
    pub fn form(&self) -> Form {
        match self {
            Role::Patch | Role::GeneratorInput | Role::KustomizeSettings => Form::Fragment,
            Role::ChartTemplate => Form::Template,
            Role::Plain | Role::Kustomization | Role::ChartValues | Role::ChartMetadata => Form::Whole,
        }
    }
}

/// One document of a file: YAML files can hold several.
pub struct Document<'a> {
    pub path: &'a RepoPath,
    pub role: &'a Role,
    pub root: Node<'a>,
    manifest: Option<Manifest<'a>>,
    manifests: Vec<Manifest<'a>>,
}

impl<'a> Document<'a> {
    /// The documents of a parsed file.
    pub fn all(path: &'a RepoPath, role: &'a Role, text: &'a str, tree: &'a Tree) -> Vec<Document<'a>> {
        static TYPE: LazyLock<Finder> = LazyLock::new(|| Finder::new(": string"));
        let suspect = TYPE.find(text.as_bytes()).is_some();
        let roots = tree.documents(text).filter(|root| !suspect || !is_skeleton(*root));
        roots.map(|root| Document::new(path, role, root)).collect()
    }

    fn new(path: &'a RepoPath, role: &'a Role, root: Node<'a>) -> Document<'a> {
        let manifest = Manifest::of(root);
        let manifests = manifest.map_or_else(Vec::new, |manifest| manifest.unlisted());
        Document { path, role, root, manifest, manifests }
    }

    pub fn form(&self) -> Form {
        self.role.form()
    }

    /// The Kubernetes object that this document is, if it is one.
    pub fn manifest(&self) -> Option<Manifest<'a>> {
        self.manifest
    }

    /// The Kubernetes objects in this document: itself, or the items of a List.
    pub fn manifests(&self) -> &[Manifest<'a>] {
        &self.manifests
    }

    /// The object that a place in this document belongs to.
    pub fn manifest_at(&self, place: Span) -> Option<Manifest<'a>> {
        match self.manifests.as_slice() {
            [only] => Some(*only),
            several => several.iter().find(|manifest| manifest.root.span().contains(place)).copied(),
        }
    }

    /// Who it is, for fingerprints: `group/Kind/namespace/name` as written, or the role's name.
    pub fn subject(&self) -> String {
        match self.manifest() {
            Some(manifest) => manifest.subject(),
            None => format!("{:?}", self.role),
        }
    }
}

/// True for what a program drew from a schema to show every field: `namespace: string`, again and again. It is no object
/// that anybody applies.
fn is_skeleton(root: Node) -> bool {
    let (mut types, mut values) = (0, 0);
    leaves(root, |_| false, &mut |leaf| {
        values += 1;
        types += usize::from(matches!(leaf.value, "string" | "c3RyaW5n"));
    });
    types >= 4 && 3 * types >= values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Syntax;

    fn documents(text: &str) -> usize {
        let tree = Syntax::Yaml.parse(text);
        Document::all(&RepoPath::from("store.yaml"), &Role::Plain, text, &tree).len()
    }

    #[test]
    fn a_skeleton_of_a_schema_is_no_document() {
        let fields = |value: &str| {
            format!("kind: SecretStore\nspec:\n  a: {value}\n  b: [{{c: {value}}}]\n  d: {value}\n  e: {value}\n")
        };
        assert_eq!(documents(&fields("string")), 0);
        assert_eq!(documents(&fields("name")), 1);
        assert_eq!(documents(&format!("{}---\na: string\n", fields("name"))), 2);
        assert_eq!(documents("kind: A\nspec: {type: string, name: x}\n"), 1);
    }
}

//! A Kubernetes object as it is written: identity and the places where workloads hold credentials.
//!
//! It does not know what deploys it, nor its effective name.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::syntax::Node;

/// A mapping with `apiVersion` and `kind`.
#[derive(Clone, Copy)]
pub struct Manifest<'a> {
    pub root: Node<'a>,
    api_version: &'a str,
    kind: &'a str,
}

impl<'a> Manifest<'a> {
    pub fn of(root: Node<'a>) -> Option<Manifest<'a>> {
        let (api_version, kind) = (root.get("apiVersion")?.as_str()?, root.get("kind")?.as_str()?);
        Some(Manifest { root, api_version, kind })
    }

    /// The items of a List, else the object itself.
    pub fn unlisted(self) -> Vec<Manifest<'a>> {
        let items = self.root.get("items").filter(|items| self.kind.ends_with("List") && items.is_sequence());
        items.map_or_else(|| vec![self], |items| items.items().filter_map(Manifest::of).collect())
    }

    pub fn kind(&self) -> &'a str {
        self.kind
    }

    pub fn api_version(&self) -> &'a str {
        self.api_version
    }

    /// Empty for the core group.
    pub fn group(&self) -> &'a str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// `v1` of `external-secrets.io/v1`.
    pub fn version(&self) -> &'a str {
        self.api_version.split_once('/').map_or(self.api_version, |(_, version)| version)
    }

    /// `is("external-secrets.io", "ExternalSecret")`: kinds of the same name exist in several groups.
    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.group() == group && self.kind == kind
    }

    pub fn name(&self) -> Option<&'a str> {
        self.root.str_at("metadata.name")
    }

    pub fn namespace(&self) -> Option<&'a str> {
        self.root.str_at("metadata.namespace")
    }

    /// `group/Kind/namespace/name` as written.
    pub fn subject(&self) -> String {
        let part = |part: Option<&str>| part.unwrap_or("").to_owned();
        format!("{}/{}/{}/{}", self.group(), self.kind, part(self.namespace()), part(self.name()))
    }
}

/// True for YAML in which every document is a CustomResourceDefinition: a schema holds no values, and reading one as a
/// tree costs more than all else in a repository.
pub fn holds_only_schemas(text: &str) -> bool {
    static KIND: LazyLock<Finder> = LazyLock::new(|| Finder::new("\nkind: CustomResourceDefinition"));
    let mut kinds = KIND.find_iter(text.as_bytes()).peekable();
    if kinds.peek().is_none() {
        return false;
    }
    let ends = memchr::memmem::find_iter(text.as_bytes(), b"\n---").chain([text.len()]);
    let mut start = 0;
    for end in ends {
        let mut is_schema = false;
        while kinds.next_if(|&at| at < end).is_some() {
            is_schema = true;
        }
        if !is_schema && !is_blank(&text[start..end]) {
            return false;
        }
        start = end;
    }
    true
}

/// Nothing but comments, document marks and template actions.
fn is_blank(part: &str) -> bool {
    let says_nothing = |line: &str| line.is_empty() || line.starts_with(['#', '-', '{', '%']);
    part.lines().all(|line| says_nothing(line.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemas_are_recognised_where_nothing_else_is_in_the_file() {
        let schema = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: {}\n";
        let secret = "apiVersion: v1\nkind: Secret\n";
        assert!(holds_only_schemas(schema));
        assert!(holds_only_schemas(&format!("# made by a tool\n---\n{schema}---\n{schema}---\n")));
        assert!(holds_only_schemas(&format!("{{{{- if .Values.crds }}}}\n{schema}{{{{- end }}}}\n")));
        assert!(!holds_only_schemas(&format!("{schema}---\n{secret}")));
        assert!(!holds_only_schemas(&format!("{secret}---\n{schema}")));
        assert!(!holds_only_schemas("a: b\n"));
        assert!(!holds_only_schemas(""));
    }
}

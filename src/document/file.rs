//! Files that hold no Kubernetes objects and can give secrets away all the same: what each is by its path.
//!
//! It does not judge, and it looks at a file's text only where the name says nothing.

use crate::model::RepoPath;
use crate::syntax::{Node, Syntax};

/// What a file is, as far as checks care.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileKind {
    Dockerfile,
    /// What `docker compose` reads.
    Compose,
    /// Terraform's or OpenTofu's configuration and variables.
    Terraform,
    TerraformState,
    Script,
    /// Keys and certificates in one container of bytes.
    KeyStore,
    Other,
}

impl FileKind {
    pub fn of(path: &RepoPath, text: &[u8]) -> FileKind {
        let name = path.file_name().to_ascii_lowercase();
        let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending.as_bytes()));
        if ends(&[".jks", ".jceks", ".keystore", ".p12", ".pfx", ".bcfks", ".kdbx"]) {
            return FileKind::KeyStore;
        }
        if ends(&[".tfstate", ".tfstate.backup"]) {
            return FileKind::TerraformState;
        }
        if is_compose(path) {
            return FileKind::Compose;
        }
        match Syntax::of_loose(path, text) {
            Some(Syntax::Dockerfile) => FileKind::Dockerfile,
            Some(Syntax::Hcl) if ends(&[".tf", ".tfvars", ".tofu"]) => FileKind::Terraform,
            Some(Syntax::Shell) => FileKind::Script,
            _ => FileKind::Other,
        }
    }

    /// The syntax in which the checks of such a file read it.
    pub fn syntax(self) -> Option<Syntax> {
        match self {
            FileKind::Dockerfile => Some(Syntax::Dockerfile),
            FileKind::Compose => Some(Syntax::Yaml),
            FileKind::Terraform => Some(Syntax::Hcl),
            FileKind::TerraformState => Some(Syntax::Json),
            FileKind::Script | FileKind::KeyStore | FileKind::Other => None,
        }
    }
}

/// A file as its own subject, whatever it holds.
pub struct File<'a> {
    pub path: &'a RepoPath,
    pub kind: FileKind,
    pub bytes: &'a [u8],
    /// Absent where the bytes are no text.
    pub text: Option<&'a str>,
    /// What `kind.syntax()` makes of it.
    pub root: Option<Node<'a>>,
}

/// True for the files in which CI systems look for their jobs.
pub fn is_workflow(path: &RepoPath) -> bool {
    let text = format!("/{}", path.to_text());
    let name = text.rsplit('/').next().unwrap_or("");
    let folder = ["/.github/workflows/", "/.gitea/workflows/", "/.forgejo/workflows/", "/.gitlab/ci/"];
    let is_yaml = name.ends_with(".yml") || name.ends_with(".yaml");
    is_yaml
        && (folder.iter().any(|folder| text.contains(folder))
            || name.ends_with(".gitlab-ci.yml")
            || matches!(name, "action.yml" | "action.yaml" | "azure-pipelines.yml" | ".drone.yml" | ".woodpecker.yml"))
}

/// True for the files that `docker compose` reads: by their name, `compose.yaml`, `docker-compose.prod.yml`.
pub fn is_compose(path: &RepoPath) -> bool {
    let name = String::from_utf8_lossy(path.file_name()).to_ascii_lowercase();
    let Some(stem) = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml")) else { return false };
    ["compose", "docker-compose"]
        .iter()
        .any(|known| stem.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_'])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_a_file_is() {
        let kind = |path: &str| FileKind::of(&RepoPath::from(path), b"");
        assert_eq!(kind("web/Dockerfile.prod"), FileKind::Dockerfile);
        assert_eq!(kind("infra/prod.auto.tfvars"), FileKind::Terraform);
        assert_eq!(kind("packer/image.pkr.hcl"), FileKind::Other);
        assert_eq!(kind("infra/terraform.tfstate.backup"), FileKind::TerraformState);
        assert_eq!(kind("scripts/deploy.sh"), FileKind::Script);
        assert_eq!(kind("certs/server.P12"), FileKind::KeyStore);
    }

    #[test]
    fn workflows_and_compose_files_are_known_by_their_names() {
        let path = RepoPath::from;
        assert!(is_workflow(&path(".gitea/workflows/deploy.yaml")) && is_workflow(&path("ci/build.gitlab-ci.yml")));
        assert!(!is_workflow(&path("docs/workflows/deploy.yaml")));
        assert!(is_compose(&path("dev/docker-compose.override.yml")) && is_compose(&path("compose.yaml")));
        assert!(!is_compose(&path("k8s/composer.yaml")));
    }
}

//! `workloads:`: the ways in which programs may take their secrets.
//!
//! It does not know which Secrets there are.

use serde::Deserialize;

use super::keys::{Key, key};
use super::layer::layered;

/// What its keys mean.
pub const KEYS: &[Key] = &[
    key("workloads", "How programs take their secrets.", &[]),
    key(
        "workloads.env",
        "The ways by which Secrets may reach the environment. An empty list allows all.",
        &["secret-taken-otherwise"],
    ),
    key(
        "workloads.files",
        "Secrets that are files by their name, such as keys and certificates, are mounted.",
        &["file-secret-outside-volume"],
    ),
    key("workloads.read-only-secret-mounts", "Mounts of Secrets say `readOnly: true`.", &["secret-mount-writable"]),
    key(
        "workloads.connection-strings",
        "Connection strings take their password from a variable.",
        &["literal-in-connection-string"],
    ),
    key(
        "workloads.no-direct-backend",
        "Programs don't talk to the secret backend: no injector, no CSI volume, no address of it.",
        &["direct-backend-access"],
    ),
    key("workloads.file-secrets", "Where Secrets are mounted, and which have to be.", &[]),
    key("workloads.file-secrets.mount", "The folder below which they are mounted.", &["secret-mounted-elsewhere"]),
    key(
        "workloads.file-secrets.for",
        "The sorts of files that are mounted and never variables. Default: all.",
        &["file-secret-outside-volume"],
    ),
    key("workloads.reload", "Workloads ask to be restarted when their Secrets change.", &["reload-not-requested"]),
    key("workloads.reload.by", "Whom they ask: `reloader` is Stakater Reloader.", &[]),
    key("workloads.reload.for", "The ways to read a Secret for which they have to. Default: all.", &[]),
];

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Workloads {
    /// How Secrets may reach the environment; empty is any way.
    pub env: Option<Vec<Way>>,
    /// How Secrets that are files reach a program.
    pub files: Option<FileWay>,
    /// Mounts of Secrets say `readOnly: true`.
    pub read_only_secret_mounts: Option<bool>,
    pub connection_strings: Option<ConnectionStrings>,
    /// Nothing but the operator talks to the backend.
    pub no_direct_backend: Option<bool>,
    pub file_secrets: Option<FileSecrets>,
    pub reload: Option<Reload>,
}

layered!(Workloads {
    env,
    files,
    read_only_secret_mounts,
    connection_strings,
    no_direct_backend,
    file_secrets,
    reload,
});

impl Workloads {
    /// The sorts of files that may not be variables.
    pub fn files_only(&self) -> &[FileKind] {
        match (&self.file_secrets, self.files) {
            (Some(secrets), _) if !secrets.of.is_empty() => &secrets.of,
            (None, None) => &[],
            _ => FileKind::ALL,
        }
    }
}

/// How a container or its pod names a Secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Way {
    #[serde(rename = "secretKeyRef")]
    SecretKeyRef,
    #[serde(rename = "envFrom")]
    EnvFrom,
    #[serde(rename = "volume")]
    Volume,
}

impl Way {
    pub fn name(self) -> &'static str {
        match self {
            Way::SecretKeyRef => "secretKeyRef",
            Way::EnvFrom => "envFrom",
            Way::Volume => "volume",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileWay {
    Volume,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConnectionStrings {
    /// Put together from variables that come from Secrets.
    FromReferences,
}

/// `{ mount: "/mnt/secrets/*", for: [pem, certificate] }`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileSecrets {
    pub mount: MountRoot,
    #[serde(default, rename = "for")]
    pub of: Vec<FileKind>,
}

/// A folder of the container below which Secrets are mounted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub struct MountRoot {
    folder: String,
}

impl From<String> for MountRoot {
    /// `/mnt/secrets`, `/mnt/secrets/` and `/mnt/secrets/*` say the same.
    fn from(written: String) -> MountRoot {
        MountRoot { folder: written.trim_end_matches(['*', '/']).to_owned() }
    }
}

impl MountRoot {
    /// True for the folder itself and whatever lies in it.
    pub fn holds(&self, path: &str) -> bool {
        let rest = path.trim_end_matches('/').strip_prefix(&self.folder);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    pub fn folder(&self) -> &str {
        &self.folder
    }
}

/// Secrets that programs want as files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileKind {
    Certificate,
    Keystore,
    Kubeconfig,
    Pem,
    ServiceAccountJson,
    SshKey,
}

impl FileKind {
    pub const ALL: &'static [FileKind] = &[
        FileKind::Certificate,
        FileKind::Keystore,
        FileKind::Kubeconfig,
        FileKind::Pem,
        FileKind::ServiceAccountJson,
        FileKind::SshKey,
    ];
}

/// `{ by: reloader, for: [volume] }`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reload {
    pub by: Reloader,
    /// The ways for which a workload has to ask; empty is all of them.
    #[serde(default, rename = "for")]
    pub of: Vec<Way>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reloader {
    /// Stakater Reloader, by the annotations of a workload.
    Reloader,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mount_lies_in_its_folder_and_not_beside_it() {
        for written in ["/mnt/secrets", "/mnt/secrets/", "/mnt/secrets/*"] {
            let root = MountRoot::from(written.to_owned());
            assert!(root.holds("/mnt/secrets") && root.holds("/mnt/secrets/") && root.holds("/mnt/secrets/tls.key"));
            assert!(!root.holds("/mnt/secrets-old") && !root.holds("/etc/mnt/secrets") && !root.holds("/mnt"));
        }
    }
}

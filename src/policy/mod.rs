//! `tightlip.yaml`: the settings and the conventions of one repository, read, verified and typed.
//!
//! It does not know how the rules it names work, nor what a repository holds.
//!
//! Each convention (`external-secrets:`, `stores:`) has a file of its own with its shape as written and its verified
//! form. A convention that is absent asks for nothing, and the rules that would read it stay silent.

pub mod bindings;
pub mod ci;
pub mod custom;
pub mod environments;
mod extends;
pub mod external_secrets;
mod file;
pub mod files;
pub mod forbid;
pub mod gates;
mod helm;
pub mod images;
mod key_pattern;
mod keys;
mod layer;
mod outline;
mod pairs;
mod place;
pub mod placeholders;
mod profiles;
mod required_secrets;
mod rotation;
pub mod scripts;
mod shape;
pub mod stores;
mod template;
mod tenancy;
pub mod value_references;
pub mod vault;
mod verifier;
mod workload_identity;
mod workloads;

use globset::{Glob, GlobMatcher, GlobSet, GlobSetBuilder};
use jiff::civil::Date;

pub use bindings::{Bindings, Circumstances, Subject};
pub use custom::Custom;
pub use extends::Mistake;
pub use helm::{Demands, Helm, Strategy, ValueRole};
pub use key_pattern::KeyPattern;
pub use keys::{Key, keys};
pub use place::{Place, Said};
pub use profiles::PROFILES;
pub use required_secrets::RequiredSecret;
pub use rotation::{Category, Rotation};
pub use template::Template;
pub use tenancy::{StoreConditions, Tenancy};
pub use verifier::{ByName, Duration};
pub use workload_identity::{AccountName, WorkloadIdentity};
pub use workloads::{ConnectionStrings, FileKind, FileSecrets, MountRoot, Reload, Way, Workloads};

use crate::model::{Release, Rule, Severity};
use crate::text::settings::Misread;

/// What one repository wishes. The default asks for nothing.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    pub targets: Targets,
    pub externals: Externals,
    pub exclude: Vec<Glob>,
    pub rules: Vec<RuleSetting>,
    pub ignore: Vec<Ignore>,
    /// The ignores of other scanners do not count.
    pub own_markers_only: bool,
    /// The baseline, relative to the policy's folder.
    pub baseline: Option<String>,
    pub bindings: Bindings,
    pub external_secrets: Option<external_secrets::ExternalSecrets>,
    pub helm: Option<Helm>,
    pub workloads: Option<Workloads>,
    pub required_secrets: Option<Vec<Said<RequiredSecret>>>,
    pub workload_identity: Option<WorkloadIdentity>,
    pub tenancy: Option<Tenancy>,
    pub rotation: Option<Rotation>,
    pub stores: Option<stores::Stores>,
    pub vault: Option<vault::Vault>,
    /// The schemes by which values may refer to secrets.
    pub value_references: Option<Vec<Said<&'static str>>>,
    pub environments: Option<environments::Environments>,
    pub custom: Vec<Custom>,
    pub ci: Option<ci::Ci>,
    pub files: Option<files::Files>,
    pub forbid: Option<forbid::Forbid>,
    pub gates: Option<gates::Gates>,
    pub images: Option<images::Images>,
    pub placeholders: Option<placeholders::Placeholders>,
    pub scripts: Option<scripts::Scripts>,
    /// Every key that is said, of the later policies first.
    said: Vec<(String, Place)>,
}

impl Policy {
    /// True where a convention has something to say of what charts make: then every template counts.
    pub fn asks_of_objects(&self) -> bool {
        self.external_secrets.is_some()
            || self.stores.is_some()
            || self.vault.is_some()
            || self.workloads.is_some()
            || self.tenancy.is_some()
            || self.rotation.is_some()
            || self.required_secrets.is_some()
            || self.workload_identity.is_some()
    }

    /// True where what is right for one deployment may depend on what another one holds.
    pub fn looks_across(&self) -> bool {
        self.asks_of_objects() || self.helm.is_some() || self.environments.is_some()
    }

    /// Reads a policy by itself: profiles that it extends are in it, files are not.
    pub fn read(text: &str, rules: &[&'static Rule]) -> Result<Policy, Vec<Misread>> {
        let policy = extends::read("tightlip.yaml", text, rules, &|_| Ok("version: 1".to_owned()));
        policy.map_err(|mistakes| mistakes.into_iter().map(|mistake| mistake.wrong).collect())
    }

    /// Reads a policy that may name any of `rules`, with all that it extends; everything that is wrong otherwise. `file`
    /// is its path from its root, and `files` reads the others by such a path.
    pub fn load(
        file: &str,
        text: &str,
        rules: &[&'static Rule],
        files: &dyn Fn(&str) -> Result<String, String>,
    ) -> Result<Policy, Vec<Mistake>> {
        extends::read(file, text, rules, files)
    }

    /// The line that says `key`, which counts: `tightlip.yaml:12`.
    pub fn line_of(&self, key: &str) -> Option<String> {
        self.said.iter().find(|(said, _)| said == key).map(|(_, place)| place.to_string())
    }

    /// The line that switches `rule` on; of several keys that do, the first of `keys`.
    pub fn line_asking_for(&self, rule: &str) -> Option<String> {
        keys().filter(|key| key.rules.contains(&rule)).find_map(|key| self.line_of(key.path))
    }
}

/// Which versions of the operators a repository is written for; what is absent is unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Targets {
    pub external_secrets: Option<Release>,
    pub vault_secrets_operator: Option<Release>,
    pub kubernetes: Option<Release>,
}

/// What is made outside of the repository, so that nobody misses its maker.
#[derive(Clone, Debug, Default)]
pub struct Externals {
    secrets: Vec<External>,
    stores: Vec<External>,
}

impl Externals {
    pub fn has_secret(&self, namespace: Option<&str>, name: &str) -> bool {
        self.secrets.iter().any(|external| external.matches(namespace, name))
    }

    pub fn has_store(&self, namespace: Option<&str>, name: &str) -> bool {
        self.stores.iter().any(|external| external.matches(namespace, name))
    }
}

/// `name`, or `namespace/name`.
#[derive(Clone, Debug)]
struct External {
    namespace: Option<GlobMatcher>,
    name: GlobMatcher,
}

impl External {
    /// An unknown namespace may be the one that is meant.
    fn matches(&self, namespace: Option<&str>, name: &str) -> bool {
        let in_namespace = |wanted: &GlobMatcher| namespace.is_none_or(|namespace| wanted.is_match(namespace));
        self.name.is_match(name) && self.namespace.as_ref().is_none_or(in_namespace)
    }
}

/// What the policy says of one rule.
#[derive(Clone, Debug)]
pub struct RuleSetting {
    pub rule: &'static str,
    pub level: Option<Level>,
    /// In the order in which they are written; the first that matches decides.
    pub paths: Vec<(Glob, Level)>,
}

/// A severity, or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Off,
    On(Severity),
}

impl Level {
    pub fn severity(self) -> Option<Severity> {
        match self {
            Level::Off => None,
            Level::On(severity) => Some(severity),
        }
    }
}

/// Findings that are to stay quiet, and until when.
#[derive(Clone, Debug)]
pub struct Ignore {
    pub rule: &'static str,
    pub path: Option<Glob>,
    pub fingerprint: Option<String>,
    pub reason: String,
    /// The last day on which it counts.
    pub until: Option<Date>,
}

impl Ignore {
    pub fn is_over(&self, today: Date) -> bool {
        self.until.is_some_and(|until| until < today)
    }
}

/// A set that matches where any of `globs` does.
pub fn glob_set<'a>(globs: impl IntoIterator<Item = &'a Glob>) -> GlobSet {
    let mut builder = GlobSetBuilder::new();
    for glob in globs {
        builder.add(glob.clone());
    }
    // Each glob was compiled before; only their sum could be too large, and then nothing is left out.
    builder.build().unwrap_or_else(|_| GlobSet::empty())
}

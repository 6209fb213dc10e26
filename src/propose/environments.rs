//! `bindings.env` and `environments.parity`: folders that stand for environments, and hold the same secrets.
//!
//! It does not know what differs in values, nor which environment is the real one.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::Facts;
use super::page::Entry;

/// Folders whose folders are environments.
const FOLDERS: &[&str] = &["overlays", "environments", "envs"];

/// What an environment's file asks for: an ExternalSecret and its keys.
type Asked<'a> = BTreeSet<(&'a str, Vec<&'a str>)>;

pub struct Environments {
    folder: &'static str,
    names: BTreeSet<String>,
}

/// The environments that hold the same ExternalSecrets with the same keys, file by file.
pub fn alike(facts: &Facts) -> Option<Environments> {
    FOLDERS.iter().find_map(|folder| {
        let (mut files, mut names) = (BTreeMap::<String, BTreeMap<String, Asked>>::new(), BTreeSet::new());
        for seen in &facts.external_secrets {
            let Some((file, name)) = without_environment(&seen.path, folder) else { continue };
            let keys = seen.remote_keys().into_iter().map(|(key, _)| key).collect();
            let asked = files.entry(file).or_default().entry(name.clone()).or_default();
            asked.insert((seen.object.name_text()?, keys));
            names.insert(name);
        }
        let is_everywhere = |of: &BTreeMap<String, Asked>| of.len() == names.len();
        let is_same = |of: &BTreeMap<String, Asked>| of.values().collect::<BTreeSet<_>>().len() == 1;
        (names.len() > 1 && files.values().all(|of| is_everywhere(of) && is_same(of)))
            .then_some(Environments { folder, names })
    })
}

/// `k8s/web/overlays/prod/db.yaml` is `k8s/web/db.yaml` of `prod`.
fn without_environment(path: &str, folder: &str) -> Option<(String, String)> {
    let at = if path.starts_with(&format!("{folder}/")) { 0 } else { path.find(&format!("/{folder}/"))? + 1 };
    let (name, rest) = path[at + folder.len() + 1..].split_once('/')?;
    Some((format!("{}{rest}", &path[..at]), name.to_owned()))
}

impl Environments {
    pub fn binding(&self) -> Entry {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        Entry {
            key: "env",
            value: format!("{{ path: \"{}/{{env}}/**\" }}", self.folder),
            comment: format!("{} hold the same ExternalSecrets", names.join(", ")),
            exceptions: Vec::new(),
        }
    }

    pub fn parity(&self) -> Entry {
        Entry {
            key: "parity",
            value: "[external-secrets, remote-keys]".to_owned(),
            comment: format!("{} of {} environments are alike", self.names.len(), self.names.len()),
            exceptions: Vec::new(),
        }
    }
}

//! What each key of `tightlip.yaml` means and which rules it switches on, for the page and the schema about it. The texts
//! stand beside the readers of the keys.
//!
//! It does not know what the keys take: their readers do.

use super::{bindings, custom, environments, external_secrets, file, stores, value_references, vault};
use super::{ci, files, forbid, gates, images, placeholders, scripts};
use super::{helm, required_secrets, rotation, tenancy, workload_identity, workloads};

/// One key, by its way from the root: `stores.shared[].kind`, `bindings.*.path`.
pub struct Key {
    pub path: &'static str,
    /// Sentences in Markdown without links.
    pub meaning: &'static str,
    /// The rules that ask nothing without it.
    pub rules: &'static [&'static str],
}

pub(super) const fn key(path: &'static str, meaning: &'static str, rules: &'static [&'static str]) -> Key {
    Key { path, meaning, rules }
}

/// Every key, those of one reader side by side.
pub fn keys() -> impl Iterator<Item = &'static Key> {
    let readers = [
        file::KEYS,
        bindings::KEYS,
        external_secrets::KEYS,
        stores::KEYS,
        helm::KEYS,
        workloads::KEYS,
        required_secrets::KEYS,
        workload_identity::KEYS,
        tenancy::KEYS,
        rotation::KEYS,
        vault::KEYS,
        value_references::KEYS,
        environments::KEYS,
        files::KEYS,
        placeholders::KEYS,
        forbid::KEYS,
        gates::KEYS,
        images::KEYS,
        scripts::KEYS,
        ci::KEYS,
        custom::KEYS,
    ];
    readers.into_iter().flatten()
}

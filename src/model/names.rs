//! What manifests of a tree can ask for by name: stores, and Secrets with their keys.
//!
//! It does not know where they are made, nor who may ask.

use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// The kind and the name of each store.
    pub stores: BTreeSet<(&'static str, String)>,
    /// Each Secret with the keys that are known of it.
    pub secrets: BTreeMap<String, BTreeSet<String>>,
}

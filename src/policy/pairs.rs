//! Mappings in the order in which they are written: the first entry that matches counts.
//!
//! It does not know what keys and values are.

use serde::de::{DeserializeOwned, Deserializer};

use super::shape::Pairs;

/// For `#[serde(deserialize_with)]`.
pub fn read<'de, D, K, T>(deserializer: D) -> Result<Option<Vec<(K, T)>>, D::Error>
where
    D: Deserializer<'de>,
    K: From<String>,
    T: DeserializeOwned,
{
    let pairs: Pairs<T> = serde::Deserialize::deserialize(deserializer)?;
    Ok(Some(required(pairs)))
}

/// The same for a field that must be there.
pub fn read_all<'de, D, K, T>(deserializer: D) -> Result<Vec<(K, T)>, D::Error>
where
    D: Deserializer<'de>,
    K: From<String>,
    T: DeserializeOwned,
{
    let pairs: Pairs<T> = serde::Deserialize::deserialize(deserializer)?;
    Ok(required(pairs))
}

fn required<K: From<String>, T>(pairs: Pairs<T>) -> Vec<(K, T)> {
    pairs.0.into_iter().map(|(key, value)| (K::from(key.value), value)).collect()
}

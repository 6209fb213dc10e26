//! Places in values by their keys: `secrets.provider`, `secrets.external.keys.*`, `**.database`.
//!
//! It does not know what the values say. List items have no key of their own.

use serde::Deserialize;

/// Keys with dots between them; `*` is any one key, `**` any number of them, none included.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub struct KeyPattern {
    parts: Vec<String>,
}

impl From<String> for KeyPattern {
    fn from(written: String) -> KeyPattern {
        KeyPattern { parts: written.split('.').map(str::to_owned).collect() }
    }
}

impl KeyPattern {
    /// The keys from the root on, `*` among them.
    pub fn parts(&self) -> &[String] {
        &self.parts
    }

    pub fn matches(&self, keys: &[&str]) -> bool {
        matches(&self.parts, keys)
    }
}

impl std::fmt::Display for KeyPattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.parts.join("."))
    }
}

/// Each `**` tries every length; patterns have one or two of them, paths a handful of keys.
fn matches(parts: &[String], keys: &[&str]) -> bool {
    match (parts.split_first(), keys.split_first()) {
        (None, None) => true,
        (Some((any, rest)), _) if any == "**" => {
            matches(rest, keys) || keys.split_first().is_some_and(|(_, deeper)| matches(parts, deeper))
        }
        (Some((part, rest)), Some((key, deeper))) => (part == "*" || part == key) && matches(rest, deeper),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_keys() {
        let matches = |pattern: &str, keys: &str| {
            KeyPattern::from(pattern.to_owned()).matches(&keys.split('.').collect::<Vec<_>>())
        };
        assert!(matches("secrets.provider", "secrets.provider"));
        assert!(matches("keys.*", "keys.agentEnv") && !matches("keys.*", "keys") && !matches("keys.*", "keys.a.b"));
        assert!(matches("**.database", "database") && matches("**.database", "web.api.database"));
        assert!(!matches("**.database", "database.host") && !matches("**.database", "database2"));
        assert!(matches("a.**.z", "a.z") && matches("a.**.z", "a.b.c.z") && !matches("a.**.z", "a.b"));
    }
}

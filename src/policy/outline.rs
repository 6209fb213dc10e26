//! Where a policy says which key: `helm.strategy` stands on line 7. So a finding can name the line that asks for it, also
//! where the convention itself keeps no places.
//!
//! It does not know which keys there are, and of lists it sees nothing.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::shape::Pairs;
use crate::text::settings::{self, Spanned};

/// Every key with its line, 1-based, outer ones first. What cannot be read has none: its reader says why.
pub fn outline(text: &str) -> Vec<(String, u64)> {
    let mut lines = Vec::new();
    if let Ok(outline) = settings::read::<Outline>(text) {
        outline.collect("", &mut lines);
    }
    lines
}

enum Outline {
    Mapping(Pairs<Outline>),
    Other,
}

impl Outline {
    fn collect(self, above: &str, lines: &mut Vec<(String, u64)>) {
        let Outline::Mapping(Pairs(pairs)) = self else { return };
        for (Spanned { value: key, referenced, .. }, value) in pairs {
            let path = if above.is_empty() { key } else { format!("{above}.{key}") };
            lines.push((path.clone(), referenced.line()));
            value.collect(&path, lines);
        }
    }
}

impl<'de> Deserialize<'de> for Outline {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Outline;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("anything")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Outline::Mapping(Pairs(pairs)))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Outline::Other)
            }

            fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
                Ok(Outline::Other)
            }

            fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
                Ok(Outline::Other)
            }

            fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
                Ok(Outline::Other)
            }

            fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
                Ok(Outline::Other)
            }

            fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
                Ok(Outline::Other)
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Outline::Other)
            }
        }

        deserializer.deserialize_any(Any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_its_line() {
        let text = "version: 1\n# more\nhelm:\n  strategy: { path: a.b, modes: { prod: [none] } }\ngates: [history]\n";
        let lines = outline(text);
        let line = |key: &str| lines.iter().find(|(known, _)| known == key).map(|(_, line)| *line);
        assert_eq!((line("helm"), line("helm.strategy.modes.prod"), line("gates")), (Some(3), Some(4), Some(5)));
        assert_eq!((line("history"), outline("a: [\n").len()), (None, 0));
    }
}

//! The policies that ship with the program: `extends: [xred-eln]`.
//!
//! It does not know what they ask for.

use crate::text::unknown;

macro_rules! profiles {
    ($($name:literal),* $(,)?) => {
        /// Sorted by name; a test holds them against `rules/profiles`.
        pub const PROFILES: &[(&str, &str)] =
            &[$(($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/profiles/", $name, ".yaml")))),*];
    };
}

profiles!["arcodange", "xred-eln"];

/// The text of a profile, or the sentence for a name that none has.
pub fn text(name: &str) -> Result<&'static str, String> {
    let found = PROFILES.iter().find(|(known, _)| *known == name);
    found.map(|(_, text)| *text).ok_or_else(|| unknown("profile", name, PROFILES.iter().map(|(name, _)| *name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_in_the_folder_ships() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/profiles");
        let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        assert_eq!(PROFILES.iter().map(|(name, _)| format!("{name}.yaml")).collect::<Vec<_>>(), names);
    }
}

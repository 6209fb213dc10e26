//! The word that was probably meant.
//!
//! It does not know what the words are for.

/// The word of `known` that `word` was probably meant to be: at most every third character is wrong.
pub fn closest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = word.chars().count().div_ceil(3);
    let lower = word.to_lowercase();
    let distance = |candidate: &&'a str| strsim::damerau_levenshtein(&lower, &candidate.to_lowercase());
    known
        .into_iter()
        .map(|candidate| (distance(&candidate), candidate))
        .filter(|(edits, _)| *edits <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

/// The sentence for a `word` that is none of `known`.
pub fn unknown<'a>(kind: &str, word: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    match closest(word, known.clone()) {
        Some(near) => format!("unknown {kind} `{word}`, did you mean `{near}`?"),
        None => format!("unknown {kind} `{word}`, known are {}", known.into_iter().collect::<Vec<_>>().join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_understood() {
        assert_eq!(closest("secretStoreref", ["secretStoreRef", "target"]), Some("secretStoreRef"));
        assert_eq!(unknown("key", "exlude", ["exclude", "rules"]), "unknown key `exlude`, did you mean `exclude`?");
    }

    #[test]
    fn a_strange_word_gets_the_list() {
        assert_eq!(unknown("key", "wxyz", ["exclude", "rules"]), "unknown key `wxyz`, known are exclude, rules");
    }
}

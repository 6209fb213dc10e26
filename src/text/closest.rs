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

/// As `closest`, where no other word is as near.
pub fn only_closest<'a>(word: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let near = closest(word, known.clone())?;
    let others = known.into_iter().filter(|other| *other != near);
    let distance = |other: &str| strsim::damerau_levenshtein(&word.to_lowercase(), &other.to_lowercase());
    others.map(distance).all(|other| other > distance(near)).then_some(near)
}

/// True where one name is a slip of the finger away from the other: a word of it changed in one or two letters, a word
/// more or a joint less. Names that differ in a number or in a short word mean different things.
pub fn is_slip(one: &str, other: &str) -> bool {
    const JOINTS: [char; 3] = ['-', '.', '_'];
    let near = |one: &str, other: &str| {
        let shorter = one.len().min(other.len());
        shorter >= 4 && strsim::damerau_levenshtein(one, other) <= if shorter < 6 { 1 } else { 2 }
    };
    let letters = |text: &str| text.replace(|letter: char| letter.is_ascii_digit(), "");
    let (left, right): (Vec<&str>, Vec<&str>) = (one.split(JOINTS).collect(), other.split(JOINTS).collect());
    if one == other || one.len().abs_diff(other.len()) > 16 || letters(one) == letters(other) {
        return false;
    }
    match left.len() == right.len() {
        true => left.iter().zip(&right).filter(|(a, b)| a != b).all(|(a, b)| near(a, b) && letters(a) != letters(b)),
        false if left.len().abs_diff(right.len()) > 1 => false,
        false => {
            let (shorter, longer) = if one.len() < other.len() { (one, other) } else { (other, one) };
            let extended = longer.strip_prefix(shorter).is_some_and(|rest| rest.starts_with(JOINTS));
            (extended && shorter.len() >= 8) || (shorter.len() >= 6 && near(one, other))
        }
    }
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
    fn of_two_words_that_are_as_near_none_is_meant() {
        assert_eq!(only_closest("db-pasword", ["db-password", "db-user"]), Some("db-password"));
        assert_eq!(only_closest("token-x", ["token-a", "token-b"]), None);
    }

    #[test]
    fn names_that_mean_different_things_are_no_slips() {
        for (one, other) in [
            ("postgres-secret", "postgers-secret"),
            ("db-secret", "db-secrets"),
            ("web-db-secret", "web-dbsecret"),
            ("app-secret", "app-secret-typo"),
            ("onepassword-connect", "onepasswordconnect"),
        ] {
            assert!(is_slip(one, other) && is_slip(other, one), "{one} {other}");
        }
        for (one, other) in [
            ("app1-secret", "app2-secret"),
            ("app-a-secret", "app-b-secret"),
            ("dev-db", "uat-db"),
            ("a", "b"),
            ("same", "same"),
            ("web-tls", "web-auth"),
            ("db", "db-backup"),
        ] {
            assert!(!is_slip(one, other), "{one} {other}");
        }
    }

    #[test]
    fn a_strange_word_gets_the_list() {
        assert_eq!(unknown("key", "wxyz", ["exclude", "rules"]), "unknown key `wxyz`, known are exclude, rules");
    }
}

//! A key or a value taken apart into words: `adminPassword`, `DB_PASSWORD`, `api-key`, `spring.datasource.password`.
//!
//! It does not know what the words mean.

/// A longer name is not taken apart; nobody writes one.
const LONGEST: usize = 128;

/// A name's words in lower case, joined by single spaces, without an allocation.
pub struct Words {
    text: [u8; 2 * LONGEST],
    length: usize,
}

impl Words {
    pub fn of(name: &str) -> Words {
        let mut words = Words { text: [0; 2 * LONGEST], length: 0 };
        if name.len() <= LONGEST {
            split(name, |word| words.push(word));
        }
        words
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.text[..self.length]).unwrap_or("")
    }

    fn push(&mut self, word: &str) {
        let gap = usize::from(self.length > 0);
        let Some(room) = self.text.get_mut(self.length..self.length + gap + word.len()) else { return };
        if gap == 1 {
            room[0] = b' ';
        }
        for (to, from) in room[gap..].iter_mut().zip(word.bytes()) {
            *to = from.to_ascii_lowercase();
        }
        self.length += gap + word.len();
    }
}

/// Calls `each` with every word of `name` as it is written. Words end at separators, before a capital that follows a
/// small letter or a digit, and before the last capital of a run that a small letter follows (`APIKey`).
pub fn split<'a>(name: &'a str, mut each: impl FnMut(&'a str)) {
    let bytes = name.as_bytes();
    let mut start = 0;
    for at in 0..=bytes.len() {
        let separator = bytes.get(at).is_none_or(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric());
        if separator || at > start && starts_word(bytes, at) {
            if start < at {
                each(&name[start..at]);
            }
            start = at + usize::from(separator);
        }
    }
}

/// True before a capital at which a new word of a camel-case name begins. All bytes looked at are ASCII.
fn starts_word(bytes: &[u8], at: usize) -> bool {
    let (before, here, next) = (bytes[at - 1], bytes[at], bytes.get(at + 1));
    here.is_ascii_uppercase()
        && (before.is_ascii_lowercase()
            || before.is_ascii_digit() && has_lower(next)
            || before.is_ascii_uppercase() && has_lower(next))
}

fn has_lower(byte: Option<&u8>) -> bool {
    byte.is_some_and(u8::is_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        let samples = [
            ("adminPassword", "admin password"),
            ("DB_PASSWORD", "db password"),
            ("api-key", "api key"),
            ("APIKey", "api key"),
            ("accessKeyID", "access key id"),
            ("spring.datasource.password", "spring datasource password"),
            ("S3SecretKey", "s3 secret key"),
            (".dockerconfigjson", "dockerconfigjson"),
            ("AIRFLOW__CORE__FERNET_KEY", "airflow core fernet key"),
            ("größePassword", "größe password"),
            ("", ""),
        ];
        for (name, words) in samples {
            assert_eq!(Words::of(name).as_str(), words, "{name}");
        }
    }
}

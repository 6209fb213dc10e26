//! Values that have a credential's shape and are plainly made up: documentation, tests, filled-in forms.
//!
//! It does not know formats or keys; `value::is_placeholder` judges words, this judges what looks like no word.

/// Distinct bytes that a random value of 16 or more has at the very least.
const FEWEST_DISTINCT: u32 = 5;
/// A climb of this many bytes (`12345678`, `abcdefgh`) is nobody's random value.
const LONGEST_CLIMB: usize = 8;

/// True for `AKIAIOSFODNN7EXAMPLE` and the like: says example, is filled with `x`, climbs like `0123456789abcdef`, or
/// hardly varies.
pub fn is_sample(body: &[u8]) -> bool {
    says(body, b"example")
        || body.windows(4).any(|four| matches!(four, b"xxxx" | b"XXXX"))
        || climbs(body)
        || flat(body)
}

/// `word` is lower case.
fn says(body: &[u8], word: &[u8]) -> bool {
    body.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word))
}

fn climbs(body: &[u8]) -> bool {
    let mut length = 1;
    body.windows(2).any(|pair| {
        length = if follows(pair[0], pair[1]) { length + 1 } else { 1 };
        length >= LONGEST_CLIMB
    })
}

fn follows(first: u8, second: u8) -> bool {
    match (first, second) {
        (b'9', b'0' | b'a' | b'A') => true,
        _ => second.is_ascii_alphanumeric() && first.checked_add(1) == Some(second),
    }
}

fn flat(body: &[u8]) -> bool {
    let mut seen = [0u64; 4];
    for byte in body {
        seen[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }
    body.len() >= 16 && seen.iter().map(|bits| bits.count_ones()).sum::<u32>() < FEWEST_DISTINCT
}

/// True for what a machine made: digits and letters change places, or capitals and small letters do without the rhythm of
/// `camelCase`. Names in kebab, snake and camel case are not.
pub fn is_machine_made(value: &[u8]) -> bool {
    let (mut digits, mut upper, mut lower, mut changes) = (0, 0, 0, 0);
    let mut last = Class::Other;
    for byte in value {
        let class = Class::of(*byte);
        match class {
            Class::Digit => digits += 1,
            Class::Upper => upper += 1,
            Class::Lower => lower += 1,
            Class::Other => {}
        }
        let letter = |class| matches!(class, Class::Upper | Class::Lower);
        changes += usize::from(class == Class::Digit && letter(last) || last == Class::Digit && letter(class));
        last = class;
    }
    let letters = upper + lower;
    let irregular = letters > 0 && 4 * upper >= letters && 4 * lower >= letters;
    let only_digits = letters == 0 && digits > 0;
    changes >= 2.max(value.len() / 16) || irregular || only_digits
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Digit,
    Upper,
    Lower,
    Other,
}

impl Class {
    fn of(byte: u8) -> Class {
        match byte {
            b'0'..=b'9' => Class::Digit,
            b'A'..=b'Z' => Class::Upper,
            b'a'..=b'z' => Class::Lower,
            _ => Class::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documentation_values_are_samples() {
        for value in [
            "IOSFODNN7EXAMPLE",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "0123456789abcdef0123456789abcdef",
            "abcdefghijklmnopqrstuvwxyz1234567890",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "00000000-0000-0000-0000-000000000000",
            "3f9xxxxxxxxxxxxxxxxx1c",
        ] {
            assert!(is_sample(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn random_values_are_not_samples() {
        for value in ["Zt8Qm3Lw9Vr2Kx7Np4Hb6Jd1Fs5Gc0Ty", "9f86d081884c7d659a2feaa0c55ad015", "short"] {
            assert!(!is_sample(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn names_are_not_machine_made() {
        for value in [
            "getUserByIdentifier2",
            "my-datadog-secret-name-1",
            "some_configuration_value",
            "AbstractSingletonProxyFactoryBean",
            "/usr/lib/x86_64-linux-gnu/libfoo",
        ] {
            assert!(!is_machine_made(value.as_bytes()), "{value}");
        }
        for value in ["9f86d081884c7d659a2feaa0c55ad015", "qWjRtYbNpLkXcVzHsDgF", "1234567890123456", "k3v9dm2x7qpa"] {
            assert!(is_machine_made(value.as_bytes()), "{value}");
        }
    }
}

//! Go's durations (`time.ParseDuration`): what the operators take for a time span.
//!
//! It does not know days, weeks or ISO 8601: neither do they.

/// Units and their nanoseconds. Micro is written with the micro sign (U+00B5) or the Greek letter (U+03BC).
const UNITS: &[(&str, f64)] = &[
    ("ns", 1.0),
    ("us", 1e3),
    ("\u{b5}s", 1e3),
    ("\u{3bc}s", 1e3),
    ("ms", 1e6),
    ("s", 1e9),
    ("m", 60e9),
    ("h", 3600e9),
];

/// What Go holds in 64 bits: about 292 years.
const MOST_NANOSECONDS: f64 = i64::MAX as f64;

/// A duration in seconds; `None` where Go reports an error.
pub fn parse(text: &str) -> Option<f64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0.0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut nanoseconds = 0.0;
    while !rest.is_empty() {
        let (amount, after) = amount(rest)?;
        let (unit, after) = split(after, |char| char != '.' && !char.is_ascii_digit());
        let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit)?;
        nanoseconds += amount * factor;
        rest = after;
    }
    (nanoseconds <= MOST_NANOSECONDS).then_some(sign * nanoseconds / 1e9)
}

/// Digits with at most one point among them, and at least one digit.
fn amount(text: &str) -> Option<(f64, &str)> {
    let (whole, rest) = split(text, |char| char.is_ascii_digit());
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(rest) => split(rest, |char| char.is_ascii_digit()),
        None => ("", rest),
    };
    let number = || format!("0{whole}.{fraction}0").parse().ok();
    (whole.len() + fraction.len() > 0).then(number).flatten().map(|amount| (amount, rest))
}

fn split(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|char| !belongs(char)).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn what_go_takes_for_a_duration() {
        let cases = [
            ("0", 0.0),
            ("-0", 0.0),
            ("0s", 0.0),
            ("15s", 15.0),
            ("1m", 60.0),
            ("1h0m0s", 3600.0),
            ("1h30m", 5400.0),
            ("24h", 86400.0),
            ("1.5h", 5400.0),
            (".5m", 30.0),
            ("1.m", 60.0),
            ("-5m", -300.0),
            ("+5m", 300.0),
            ("300ms", 0.3),
            ("2\u{b5}s", 2e-6),
            ("1m1m", 120.0),
        ];
        for (text, seconds) in cases {
            let parsed = parse(text).unwrap_or_else(|| panic!("{text} is a duration"));
            assert!((parsed - seconds).abs() < 1e-9, "{text}: {parsed} s");
        }
    }

    #[test]
    fn what_go_refuses() {
        for text in ["", "-", "+", "1", "60", "1d", "1w", "1h30", "h", ".", ".s", "1 h", "1H", "1min", "PT1H", "1e3s"] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse("2562048h"), None, "more than 64 bits of nanoseconds");
    }
}

//! What a scalar is to YAML and to Kubernetes: text or not, a name, a key, a schedule.
//!
//! It does not know which field asks.

use crate::syntax::{Node, Style};

/// False for what YAML reads as a number or a truth value.
pub fn is_text(value: Node) -> bool {
    value.style() != Some(Style::Plain)
        || !(value.is_bool() || value.is_integer() || value.as_str().is_some_and(is_float))
}

fn is_float(text: &str) -> bool {
    let starts_as_number =
        text.trim_start_matches(['-', '+']).starts_with(|first: char| first.is_ascii_digit() || first == '.');
    starts_as_number && text.parse::<f64>().is_ok()
}

/// YAML 1.1, which the API server's clients read, has more words for it.
pub fn is_boolean(value: Node) -> bool {
    let is_old_word = |text: &str| ["yes", "no", "on", "off", "y", "n"].contains(&text.to_ascii_lowercase().as_str());
    value.is_bool() || value.style() == Some(Style::Plain) && value.as_str().is_some_and(is_old_word)
}

/// DNS-1123 subdomain.
pub fn is_name(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_label_of_any_length)
}

/// DNS-1123 label.
pub fn is_label(text: &str) -> bool {
    text.len() <= 63 && is_label_of_any_length(text)
}

fn is_label_of_any_length(text: &str) -> bool {
    let is_alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    text.bytes().all(|byte| is_alphanumeric(byte) || byte == b'-')
        && text.bytes().next().is_some_and(is_alphanumeric)
        && text.bytes().next_back().is_some_and(is_alphanumeric)
}

pub fn is_data_key(text: &str) -> bool {
    let belongs = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=253).contains(&text.len()) && text.bytes().all(belongs)
}

/// A number, which may have a fraction, and one of `units`.
pub fn is_one_unit(text: &str, units: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.strip_suffix(|unit| units.contains(unit));
    number.is_some_and(|number| match number.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(number),
    })
}

pub fn is_schedule(text: &str) -> bool {
    let words = ["@annually", "@yearly", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];
    words.contains(&text) || text.starts_with("@every ") || text.split(' ').filter(|it| !it.is_empty()).count() == 5
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Syntax;

    #[test]
    fn yaml_makes_numbers_and_truth_values_of_unquoted_words() {
        let is_read_as_text = |text: &str| is_text(Syntax::Yaml.parse(text).documents(text).next().unwrap());
        for text in ["a", "1h", "1.2.3", "2024-01-31", "\"123\"", "'true'", "nan", "e5", "-", "0123abc"] {
            assert!(is_read_as_text(text), "{text}");
        }
        for text in ["123", "-5", "1.5", ".5", "1e3", "true", "False"] {
            assert!(!is_read_as_text(text), "{text}");
        }
    }

    #[test]
    fn names_keys_and_schedules_are_judged_as_the_api_server_does() {
        let long = "a".repeat(64);
        assert!(is_name("a") && is_name("vault-prod.eu-1") && is_name(&long));
        assert!(is_label("shop-2") && is_data_key("tls.crt") && is_data_key("_A-1") && is_schedule("0 22 * * 1-5"));
        assert!(is_schedule("@every 1h") && is_schedule("@weekly"));
        for text in ["", "A", "a_b", "-a", "a-", "a..b", ".a", "größe"] {
            assert!(!is_name(text), "{text}");
        }
        assert!(!is_label(&long) && !is_label("a.b"));
        assert!(!is_data_key("") && !is_data_key("a/b") && !is_data_key("a b") && !is_data_key(&"a".repeat(254)));
        assert!(!is_schedule("0 22 * *") && !is_schedule("@often"));
        assert!(is_one_unit("90m", "smh") && is_one_unit("1.5h", "smh") && is_one_unit("30d", "smhd"));
        for text in ["", "0", "60", "m", "1h30m", "30d", ".5h", "1.h", "-1m", "1 m", "5ms"] {
            assert!(!is_one_unit(text, "smh"), "{text}");
        }
    }
}

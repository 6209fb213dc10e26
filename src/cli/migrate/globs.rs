//! Path patterns of other tools as globs, where a glob can say the same.
//!
//! It does not know regular expressions beyond the handful of forms that people write for paths.

/// The globs that match what a search with `pattern` would; `None` where that is not certain.
pub fn of_regex(pattern: &str) -> Option<Vec<String>> {
    let inner = pattern.strip_prefix("(?i)").map_or(pattern, |_| "");
    if inner.is_empty() {
        return None;
    }
    let (from_start, rest) = start(inner);
    let (to_end, rest) = match rest.strip_suffix('$') {
        Some(rest) if !rest.ends_with('\\') => (true, rest),
        _ => (false, rest),
    };
    let mut alternatives = Vec::new();
    for part in alternation(rest)? {
        let body = body(&part)?;
        // A search may begin and end anywhere; a glob must match the whole path.
        let front = match from_start {
            Start::Path => "",
            Start::Name => "**/",
            Start::Anywhere if body.starts_with("**") || body.starts_with('*') => "",
            Start::Anywhere => "**/*",
        };
        let back = if to_end || body.ends_with("**") {
            ""
        } else if body.ends_with('/') {
            "**"
        } else {
            "*"
        };
        let whole = format!("{front}{body}{back}");
        if !to_end && !body.ends_with(['/', '*']) {
            // It may go on inside a name, or below a folder of such a name.
            alternatives.push(format!("{whole}/**"));
        }
        alternatives.push(whole);
    }
    Some(alternatives)
}

enum Start {
    Path,
    Name,
    Anywhere,
}

fn start(pattern: &str) -> (Start, &str) {
    for name in ["(^|/)", "(?:^|/)", "(/|^)", "(?:/|^)"] {
        if let Some(rest) = pattern.strip_prefix(name) {
            return (Start::Name, rest);
        }
    }
    pattern.strip_prefix('^').map_or((Start::Anywhere, pattern), |rest| (Start::Path, rest))
}

/// `a(b|c)d` as `abd` and `acd`: one group without anything else inside.
fn alternation(pattern: &str) -> Option<Vec<String>> {
    let Some((before, rest)) = pattern.split_once('(').filter(|(before, _)| !before.ends_with('\\')) else {
        return (!pattern.contains('|')).then(|| vec![pattern.to_owned()]);
    };
    let rest = rest.strip_prefix("?:").unwrap_or(rest);
    let (inside, after) = rest.split_once(')')?;
    if inside.contains('(')
        || after.contains(['(', '|'])
        || after.starts_with(['*', '+', '?', '{'])
        || before.contains('|')
    {
        return None;
    }
    Some(inside.split('|').map(|choice| format!("{before}{choice}{after}")).collect())
}

/// Literals, `.*`, `[^/]*` and escaped signs; nothing else.
fn body(pattern: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        let (taken, glob): (&str, String) = match first {
            _ if rest.starts_with(".*/") => (".*/", "**/".to_owned()),
            _ if rest.starts_with(".*") => (".*", "**".to_owned()),
            _ if rest.starts_with(".+") => (".+", "*".to_owned()),
            _ if rest.starts_with("[^/]*") || rest.starts_with("[^/]+") => (&rest[..5], "*".to_owned()),
            '\\' => {
                let escaped = rest[1..].chars().next().filter(|next| next.is_ascii_punctuation())?;
                (&rest[..2], escape(escaped))
            }
            '.' | '*' | '+' | '?' | '[' | ']' | '{' | '}' | '(' | ')' | '|' | '^' | '$' => return None,
            plain => (&rest[..plain.len_utf8()], plain.to_string()),
        };
        rest = &rest[taken.len()..];
        if rest.starts_with(['*', '+', '?', '{']) {
            return None;
        }
        out += &glob;
    }
    // `**` has its meaning only between slashes.
    let stars = out.split('/').all(|part| !part.contains("**") || part == "**");
    let out = if stars { out } else { lone_stars(&out)? };
    (!out.is_empty()).then_some(out)
}

/// `**` at an end of the body stands for any rest; inside a name nothing says as much.
fn lone_stars(body: &str) -> Option<String> {
    let inner = body.strip_suffix("**").unwrap_or(body);
    let inner = inner.strip_prefix("**").map_or_else(|| inner.to_owned(), |rest| format!("**/*{rest}"));
    let inside = inner.strip_prefix("**/").unwrap_or(&inner);
    match inside.contains("**") {
        true => None,
        false => Some(if body.ends_with("**") { format!("{inner}*") } else { inner }),
    }
}

fn escape(character: char) -> String {
    match character {
        '*' | '?' | '[' | ']' | '{' | '}' => format!("[{character}]"),
        plain => plain.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use globset::{GlobBuilder, GlobSetBuilder};
    use regex::Regex;

    use super::*;

    const PATHS: &[&str] = &[
        "vendor/a.go",
        "a/vendor/b/c.go",
        "a/vendored.go",
        "go.sum",
        "a/go.sum",
        "go.summary",
        "docs/x.md",
        "docs/a/b/x.md",
        "a.md",
        "test/data/a",
        "tests/a",
        "a/test/b",
        "package-lock.json",
        "a/package-lock.json",
        "img/a.png",
        "a.jpg",
        "png",
    ];

    #[test]
    fn a_glob_matches_exactly_what_the_search_finds() {
        for pattern in [
            "^vendor/",
            "(^|/)vendor/",
            r"go\.sum$",
            r"(^|/)go\.sum$",
            "^docs/.*",
            r".*\.md$",
            r"^docs/[^/]*\.md$",
            "vendor",
            r"\.(png|jpg)$",
            r"^test/",
            r"(^|/)package-lock\.json$",
            r"(vendor|docs)/",
        ] {
            let globs = of_regex(pattern).unwrap_or_else(|| panic!("{pattern}"));
            let mut set = GlobSetBuilder::new();
            for glob in &globs {
                set.add(GlobBuilder::new(glob).literal_separator(true).build().unwrap());
            }
            let (set, regex) = (set.build().unwrap(), Regex::new(pattern).unwrap());
            for path in PATHS {
                assert_eq!(set.is_match(path), regex.is_match(path), "{pattern} {globs:?} {path}");
            }
        }
    }

    #[test]
    fn what_is_not_certain_is_refused() {
        for pattern in ["(?i)readme", "a{2}", "a?b", "[ab]c", "(a|b)(c|d)", "a|b", r"\d+", "a.b", "((a))", ""] {
            assert_eq!(of_regex(pattern), None, "{pattern}");
        }
    }
}

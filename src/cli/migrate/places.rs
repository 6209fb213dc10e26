//! Findings that another tool knows: files and lines. Their values and hashes are not used.
//!
//! It does not know whether we find something there.

use serde_json::Value;

use super::{Carried, Foreign};

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub path: String,
    pub line: u32,
}

/// `.gitleaksignore`: `file:rule:line`, or `commit:file:rule:line`, one a line.
pub fn ignore_file(file: &Foreign, carried: &mut Carried) -> Result<(), String> {
    for text in file.text.lines().map(str::trim).filter(|text| !text.is_empty() && !text.starts_with('#')) {
        let mut words = text.rsplitn(3, ':');
        let (line, _rule, path) = (words.next(), words.next(), words.next());
        let line = line.and_then(|line| line.parse().ok());
        match (path, line) {
            (Some(path), Some(line)) => {
                carried.known.insert(Place { path: without_commit(path).to_owned(), line });
            }
            _ => carried.lose(file, format!("`{text}` is no fingerprint")),
        }
    }
    Ok(())
}

fn without_commit(path: &str) -> &str {
    let is_commit = |text: &str| text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    path.split_once(':').filter(|(commit, _)| is_commit(commit)).map_or(path, |(_, rest)| rest)
}

/// A report of gitleaks (an array) or a baseline of detect-secrets (an object with `results`).
pub fn json(file: &Foreign, carried: &mut Carried) -> Result<(), String> {
    let document: Value = serde_json::from_str(file.text)
        .map_err(|error| format!("neither TOML, YAML nor JSON that is known: {error}"))?;
    match (&document, document.get("results")) {
        (Value::Array(findings), _) => {
            for finding in findings {
                match place(&finding["File"], &finding["StartLine"]) {
                    Some(place) => drop(carried.known.insert(place)),
                    None => carried.lose(file, "an entry without `File` and `StartLine`"),
                }
            }
            Ok(())
        }
        (_, Some(Value::Object(results))) => {
            detect_secrets(file, results, carried);
            let filters = document["filters_used"].as_array().into_iter().flatten();
            for filter in filters.filter(|filter| text(&filter["path"]).ends_with("should_exclude_file")) {
                for pattern in filter["pattern"].as_array().into_iter().flatten() {
                    carried.exclude_regex(file, text(pattern));
                }
            }
            Ok(())
        }
        _ => Err("neither a report of gitleaks nor a baseline of detect-secrets".to_owned()),
    }
}

fn detect_secrets(file: &Foreign, results: &serde_json::Map<String, Value>, carried: &mut Carried) {
    for (path, findings) in results {
        for finding in findings.as_array().into_iter().flatten() {
            match place(&Value::from(path.as_str()), &finding["line_number"]) {
                // What somebody judged to be a secret is no known finding that bears to wait.
                Some(place) if finding["is_secret"] == Value::Bool(true) => {
                    carried.lose(
                        file,
                        format!("{}:{} is marked as a true secret: it stays a finding", place.path, place.line),
                    );
                }
                Some(place) => drop(carried.known.insert(place)),
                None => carried.lose(file, format!("{path}: an entry without a line")),
            }
        }
    }
}

fn place(path: &Value, line: &Value) -> Option<Place> {
    let line = u32::try_from(line.as_u64()?).ok()?;
    let path = path.as_str()?.replace('\\', "/");
    Some(Place { path: path.trim_start_matches("./").to_owned(), line })
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

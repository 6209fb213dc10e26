//! gitleaks' configuration. The only file that names the TOML crate.
//!
//! It does not know gitleaks' own rules; of those a configuration brings, each becomes a rule file of ours.
//! <https://github.com/gitleaks/gitleaks#configuration>

use std::path::PathBuf;

use serde::Deserialize;

use super::{Carried, Foreign, globs, quoted, samples, twins};
use crate::catalog::Catalog;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct File {
    extend: Extend,
    rules: Vec<Rule>,
    allowlist: Option<Allowlist>,
    allowlists: Vec<Allowlist>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Extend {
    use_default: bool,
    path: Option<String>,
    url: Option<String>,
    disabled_rules: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Rule {
    id: String,
    description: Option<String>,
    regex: Option<String>,
    path: Option<String>,
    secret_group: usize,
    entropy: Option<f64>,
    keywords: Vec<String>,
    allowlist: Option<Allowlist>,
    allowlists: Vec<Allowlist>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Allowlist {
    description: Option<String>,
    condition: Option<String>,
    commits: Vec<String>,
    paths: Vec<String>,
    regexes: Vec<String>,
    stopwords: Vec<String>,
    target_rules: Vec<String>,
}

pub fn configuration(file: &Foreign, carried: &mut Carried) -> Result<(), String> {
    let config: File = toml::from_str(file.text).map_err(|error| placed(file.text, &error))?;
    carried.more.extend(config.extend.path.map(PathBuf::from));
    if let Some(url) = config.extend.url {
        carried.lose(file, format!("it builds on {url}, which was not fetched"));
    }
    for rule in config.extend.disabled_rules {
        turn_off(file, &rule, None, carried);
    }
    if !config.extend.use_default {
        carried.lose(file, "it leaves the built-in rules off; ours stay on, and a policy turns each off by its name");
    }
    for rule in &config.rules {
        self::rule(file, rule, carried);
    }
    for list in config.allowlist.iter().chain(&config.allowlists) {
        allow(file, list, &list.target_rules, carried);
    }
    Ok(())
}

fn rule(file: &Foreign, rule: &Rule, carried: &mut Carried) {
    let id = slug(&rule.id);
    for list in rule.allowlist.iter().chain(&rule.allowlists) {
        allow(file, list, std::slice::from_ref(&rule.id), carried);
    }
    let Some(regex) = &rule.regex else {
        // Without a regex it changes a rule that gitleaks has, or names files alone.
        if rule.path.is_some() {
            carried.lose(file, format!("rule `{}` reports files by their name alone", rule.id));
        }
        return;
    };
    if let Some(twin) = twins::of_gitleaks(&rule.id) {
        carried.lose(file, format!("rule `{}` is ours already, as `{twin}`; its own pattern was left", rule.id));
        return;
    }
    if Catalog::built_in().get(&id).is_some() {
        carried.lose(file, format!("rule `{}` is ours already; its own pattern was left", rule.id));
        return;
    }
    if let Some(pattern) = &rule.path {
        carried
            .lose(file, format!("rule `{}` looks at paths like `{pattern}` only; here it looks everywhere", rule.id));
    }
    if let Some(entropy) = rule.entropy {
        carried.lose(file, format!("rule `{}` asks for an entropy of {entropy}; here each match counts", rule.id));
    }
    match rule_file(rule, regex) {
        Ok(text) => drop(carried.rules.insert(id, text)),
        Err(why) => carried.lose(file, format!("rule `{}`: {why}", rule.id)),
    }
}

/// The rule as a file of ours, with a sample that is made of its pattern.
fn rule_file(rule: &Rule, regex: &str) -> Result<String, String> {
    let anchors = samples::anchors(&rule.keywords, regex);
    let Some(anchor) = anchors.first() else {
        return Err("it has no keyword, so there is nothing to look for it by".to_owned());
    };
    let named = samples::name_group(regex, rule.secret_group).ok_or("its secret group does not exist")?;
    let sample = samples::of(&named, anchor)?;
    let title = rule.description.as_deref().map(str::trim).filter(|text| !text.is_empty()).unwrap_or(&rule.id);
    let list = anchors.iter().map(|anchor| quoted(anchor)).collect::<Vec<_>>().join(", ");
    Ok(format!(
        "title: {}\nfamily: {}\nseverity: error\nconfidence: medium\ndescription: {}\nremediation: Revoke the credential where it was issued, and keep the new one in the secret store.\nmatch:\n  regex:\n    anchors: [{list}]\n    regex: {}\n    before: 256\n    after: 1024\nexamples:\n  bad: [{}]\n  good: [{}]\n",
        quoted(title),
        slug(&rule.id),
        quoted(&format!("{title}. Carried over from gitleaks.")),
        quoted(&named),
        quoted(&sample),
        quoted(&format!("what begins with {anchor} is described here")),
    ))
}

/// An allowlist of some rules, or of all.
fn allow(file: &Foreign, list: &Allowlist, rules: &[String], carried: &mut Carried) {
    let name = list.description.as_deref().unwrap_or("an allowlist");
    let both = list.condition.as_deref().is_some_and(|condition| condition.eq_ignore_ascii_case("and"));
    let others =
        [("commits", list.commits.len()), ("regexes", list.regexes.len()), ("stopwords", list.stopwords.len())];
    for (what, number) in others.into_iter().filter(|(_, number)| *number > 0) {
        carried.lose(file, format!("{name}: {number} {what}; ignore single findings by their `value` instead"));
    }
    if both && others.iter().any(|(_, number)| *number > 0) {
        return carried.lose(file, format!("{name}: its paths count only together with the rest"));
    }
    for pattern in &list.paths {
        match (rules.is_empty(), globs::of_regex(pattern)) {
            (true, _) => carried.exclude_regex(file, pattern),
            (false, None) => carried.lose(file, format!("{name}: the path pattern `{pattern}` is no glob")),
            (false, Some(globs)) => {
                for (rule, glob) in rules.iter().flat_map(|rule| globs.iter().map(move |glob| (rule, glob))) {
                    turn_off(file, rule, Some(glob.clone()), carried);
                }
            }
        }
    }
}

fn turn_off(file: &Foreign, rule: &str, glob: Option<String>, carried: &mut Carried) {
    let twin = twins::of_gitleaks(rule).map(str::to_owned);
    match twin.or_else(|| Catalog::built_in().get(rule).map(|rule| rule.id.to_owned())) {
        Some(twin) => drop(carried.off.insert((twin, glob))),
        None => match glob {
            Some(glob) => {
                carried.lose(file, format!("rule `{rule}` is off below `{glob}`: it has no twin in a policy"))
            }
            None => carried.lose(file, format!("rule `{rule}` is off: it has no twin")),
        },
    }
}

/// An id as ours are: lower-case words joined by `-`.
fn slug(id: &str) -> String {
    let words = id.split(|character: char| !character.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}

fn placed(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    format!("{}: {}", before.matches('\n').count() + 1, error.message().lines().next().unwrap_or_default())
}

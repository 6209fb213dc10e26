//! `custom:` an organisation's own rules: which objects, which nodes of them, and an expression in CEL that is true where
//! all is well.
//!
//! It does not know how objects come about, nor when the expression is asked.

use globset::GlobSet;
use serde::Deserialize;

use super::glob_set;
use super::keys::{Key, key};
use super::layer::Layer;
use super::place::Said;
use super::verifier::Verifier;
use crate::expr::Expression;
use crate::model::{Confidence, Matcher, Rule, Severity, Tier};
use crate::text::settings::Spanned;
use crate::text::unknown;

/// What its keys mean.
pub const KEYS: &[Key] = &[
    key("custom", "Rules of your own. `tightlip rules test` proves them by their examples.", &[]),
    key("custom[].id", "Lower-case words joined by `-`, which no other rule has.", &[]),
    key("custom[].match", "The objects that are judged.", &[]),
    key("custom[].match.kinds", "Their kinds.", &[]),
    key("custom[].match.paths", "Globs of the files in which they stand. Default: all.", &[]),
    key(
        "custom[].each",
        "The way to the nodes that are judged one by one, such as `spec.data[*].remoteRef.key`. Default: the object.",
        &[],
    ),
    key(
        "custom[].cel",
        "An expression in CEL that is true where all is well. It sees `object`, `value` (the node), `unit` and the bindings.",
        &[],
    ),
    key(
        "custom[].message",
        "What is wrong. `{kind}`, `{name}`, `{namespace}`, `{key}`, `{value}`, `{unit}` and the bindings are filled in.",
        &[],
    ),
    key("custom[].severity", "Default: `warning`.", &[]),
    key("custom[].confidence", "Default: `high`.", &[]),
    key("custom[].title", "Default: the id.", &[]),
    key("custom[].description", "Default: the message.", &[]),
    key("custom[].remediation", "What to do.", &[]),
    key("custom[].examples", "Objects that prove the rule, as they are or with `path` and `object`.", &[]),
    key("custom[].examples.bad", "Each is found.", &[]),
    key("custom[].examples.good", "None is found.", &[]),
];

/// What an expression can look at beside the bindings: the object, the node that `each:` leads to, the deployment.
pub const VARIABLES: [&str; 3] = ["object", "value", "unit"];

/// What a message can say of a finding beside the bindings.
pub const BLANKS: [&str; 6] = ["kind", "name", "namespace", "key", "value", "unit"];

/// Bindings of usual names, which a policy that this one extends may say.
const USUAL_BINDINGS: [&str; 5] = ["app", "env", "repository", "service", "tenant"];

const REMEDIATION: &str = "The policy file says in `custom:` what this repository agreed on: change the object, or ask \
                           those who keep the policy.";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    id: Spanned<String>,
    #[serde(rename = "match")]
    subject: Subject,
    each: Option<Spanned<String>>,
    cel: Spanned<String>,
    message: Spanned<String>,
    severity: Option<Spanned<String>>,
    confidence: Option<Spanned<String>>,
    title: Option<String>,
    description: Option<String>,
    remediation: Option<String>,
    #[serde(default)]
    examples: Examples,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Subject {
    kinds: Spanned<Vec<Spanned<String>>>,
    paths: Option<Vec<Spanned<String>>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Examples {
    #[serde(default)]
    bad: Vec<Spanned<serde_json::Value>>,
    #[serde(default)]
    good: Vec<Spanned<serde_json::Value>>,
}

/// One rule of an organisation.
#[derive(Clone, Debug)]
pub struct Custom {
    pub rule: &'static Rule,
    pub kinds: Vec<String>,
    /// Files that it is for; `None` is all.
    pub paths: Option<GlobSet>,
    /// The way to the nodes that are judged one by one; `None` judges the object.
    pub each: Option<String>,
    pub expression: Said<Expression>,
    pub bad: Vec<Said<Sample>>,
    pub good: Vec<Said<Sample>>,
}

/// An object as a file.
#[derive(Clone, Debug)]
pub struct Sample {
    pub path: String,
    /// JSON, which is YAML.
    pub text: String,
}

/// A rule of the later policy replaces one of the same id.
impl Layer for Vec<Custom> {
    fn over(mut self, base: Self) -> Self {
        let is_new = |custom: &Custom| !self.iter().any(|own| own.rule.id == custom.rule.id);
        let base: Vec<Custom> = base.into_iter().filter(is_new).collect();
        self.extend(base);
        self
    }
}

/// The rules as they are meant; `bindings` are those that the file declares itself.
pub fn verified(written: Vec<Shape>, bindings: &[String], verifier: &mut Verifier) -> Vec<Custom> {
    let mut rules: Vec<Custom> = Vec::new();
    for shape in written {
        if rules.iter().any(|known| known.rule.id == shape.id.value) {
            verifier.refuse(&shape.id, format!("there are two rules `{}`", shape.id.value));
        }
        rules.extend(shape.verified(bindings, verifier));
    }
    rules
}

impl Shape {
    fn verified(self, bindings: &[String], verifier: &mut Verifier) -> Option<Custom> {
        let id = id(&self.id, verifier);
        if self.subject.kinds.value.is_empty() {
            verifier.refuse(&self.subject.kinds, "a rule is for one kind at least");
        }
        let known = |fixed: &'static [&'static str]| {
            let own = bindings.iter().map(String::as_str);
            fixed.iter().copied().chain(USUAL_BINDINGS).chain(own).collect::<Vec<&str>>()
        };
        let expression = verifier.read(Some(self.cel), |source| {
            Expression::compile(source, &known(&VARIABLES)).map_err(|wrong| {
                format!("in the expression, line {}, column {}: {}", wrong.line, wrong.column, wrong.message)
            })
        });
        let message = message(&self.message, &known(&BLANKS), verifier);
        let each = self.each.and_then(|each| way(&each, verifier));
        let paths = self.subject.paths.map(|globs| {
            let globs: Vec<_> = globs.iter().filter_map(|glob| verifier.glob(glob)).collect();
            glob_set(&globs)
        });
        let severity = self.severity.map_or(Some(Severity::Warning), |written| {
            let known = [Severity::Note, Severity::Warning, Severity::Error].map(|it| (it.name(), it));
            one_of("severity", written, &known, verifier)
        });
        let confidence = self.confidence.map_or(Some(Confidence::High), |written| {
            let known = [Confidence::Low, Confidence::Medium, Confidence::High].map(|it| (it.name(), it));
            one_of("confidence", written, &known, verifier)
        });
        let (id, message) = (leak(id?), leak(message?));
        // A rule lives as long as the process: a policy is read a few times in a run, and its rules are few.
        let rule: &'static Rule = Box::leak(Box::new(Rule {
            id,
            title: self.title.map_or(id, leak),
            family: id,
            severity: severity?,
            confidence: confidence?,
            tier: Tier::Convention,
            message,
            description: self.description.map_or(message, leak),
            rationale: "",
            remediation: self.remediation.map_or(REMEDIATION, leak),
            references: &[],
            aliases: &[],
            tags: &["custom"],
            once: false,
            matcher: Matcher::Cel,
            bad: &[],
            good: &[],
            fix: None,
        }));
        let samples = |written: Vec<Spanned<serde_json::Value>>, verifier: &mut Verifier| {
            written.into_iter().filter_map(|it| sample(it, verifier)).collect()
        };
        Some(Custom {
            rule,
            kinds: self.subject.kinds.value.into_iter().map(|kind| kind.value).collect(),
            paths,
            each,
            expression: expression?,
            bad: samples(self.examples.bad, verifier),
            good: samples(self.examples.good, verifier),
        })
    }
}

fn leak(text: String) -> &'static str {
    text.leak()
}

/// A rule that was read from a policy before may be read again.
fn id(written: &Spanned<String>, verifier: &mut Verifier) -> Option<String> {
    let id = written.value.as_str();
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    if !id.split('-').all(|word| !word.is_empty() && word.bytes().all(plain)) {
        verifier.refuse(written, format!("`{id}` is no id of a rule: lower-case words joined by `-`"));
        return None;
    }
    let mut built_in = verifier.rules.iter().filter(|rule| !matches!(rule.matcher, Matcher::Cel));
    let taken = built_in.find(|rule| rule.id == id || rule.aliases.contains(&id)).map(|rule| rule.id);
    match taken {
        Some(owner) => {
            verifier.refuse(written, format!("`{id}` already names the rule `{owner}`"));
            None
        }
        None => Some(id.to_owned()),
    }
}

/// A sentence whose blanks are all known.
fn message(written: &Spanned<String>, known: &[&str], verifier: &mut Verifier) -> Option<String> {
    let text = written.value.trim();
    if text.is_empty() {
        verifier.refuse(written, "`message` is empty");
    }
    let wrong = blanks(text).find(|blank| !known.contains(blank));
    if let Some(wrong) = wrong {
        verifier.refuse(written, unknown("blank", wrong, known.iter().copied()));
    }
    (!text.is_empty() && wrong.is_none()).then(|| text.to_owned())
}

/// The names in `{…}` of a message.
pub fn blanks(message: &str) -> impl Iterator<Item = &str> {
    message.split('{').skip(1).filter_map(|behind| Some(behind.split_once('}')?.0))
}

/// `spec.data[*].remoteRef.key` as `spec.data[].remoteRef.key`.
fn way(written: &Spanned<String>, verifier: &mut Verifier) -> Option<String> {
    let way = written.value.replace("[*]", "[]");
    let is_step = |step: &str| {
        let key = step.trim_end_matches("[]");
        !key.is_empty() && step.len() - key.len() <= 2 && !key.contains(['[', ']', '{', '}', '"', '\'', ' '])
    };
    match way.split('.').all(is_step) {
        true => Some(way),
        false => {
            let message = format!("`{}` is no way to a node: write `spec.data[*].remoteRef.key`", written.value);
            verifier.refuse(written, message);
            None
        }
    }
}

fn one_of<T: Copy>(what: &str, written: Spanned<String>, known: &[(&str, T)], verifier: &mut Verifier) -> Option<T> {
    let find = |word: &str| {
        let found = known.iter().find(|(name, _)| *name == word).map(|(_, meaning)| *meaning);
        found.ok_or_else(|| unknown(what, word, known.iter().map(|(name, _)| *name).collect::<Vec<_>>()))
    };
    verifier.read(Some(written), find).map(|said| said.value)
}

/// An object, or `{ path: …, object: … }`.
fn sample(written: Spanned<serde_json::Value>, verifier: &mut Verifier) -> Option<Said<Sample>> {
    let (path, object) = match (written.value.get("object"), written.value.get("path")) {
        (Some(object), Some(serde_json::Value::String(path))) => (path.clone(), object),
        _ => ("example.yaml".to_owned(), &written.value),
    };
    if object.get("kind").is_none() || object.get("apiVersion").is_none() {
        verifier.refuse(&written, "an example is an object with `apiVersion` and `kind`");
        return None;
    }
    let sample = Sample { path, text: object.to_string() };
    Some(verifier.said(Spanned::new(sample, written.referenced, written.defined)))
}

#[cfg(test)]
mod tests {
    use crate::policy::Policy;

    const RULE: &str = "version: 1\nbindings: { team: { label: team } }\ncustom:\n  - id: no-owner\n    match: { kinds: [ExternalSecret], paths: [\"apps/**\"] }\n    each: spec.data[*].remoteRef.key\n    cel: value.startsWith(team)\n    message: \"{kind} {name} reads {value} of others than {team}\"\n    severity: error\n";

    fn mistakes(text: &str) -> Vec<String> {
        let wrong = Policy::read(text, &[]).err().unwrap_or_default();
        wrong.iter().map(|wrong| format!("{}:{}: {}", wrong.line, wrong.column, wrong.message)).collect()
    }

    #[test]
    fn a_rule_is_read() {
        let policy = Policy::read(RULE, &[]).unwrap();
        let custom = &policy.custom[0];
        assert_eq!((custom.rule.id, custom.rule.severity.name()), ("no-owner", "error"));
        assert_eq!(custom.each.as_deref(), Some("spec.data[].remoteRef.key"));
        assert!(custom.paths.as_ref().unwrap().is_match("apps/web/a.yaml"));
        assert!(custom.expression.asks_for("team") && !custom.expression.asks_for("object"));
    }

    #[test]
    fn its_id_can_be_named_like_any_other() {
        let policy = Policy::read(&format!("{RULE}rules: {{ no-owner: off }}\n"), &[]).unwrap();
        assert_eq!(policy.rules[0].rule, "no-owner");
    }

    #[test]
    fn every_mistake_has_its_place() {
        for (from, to, expected) in [
            ("id: no-owner", "id: No Owner", "4:9: `No Owner` is no id of a rule: lower-case words joined by `-`"),
            ("kinds: [ExternalSecret]", "kinds: []", "5:21: a rule is for one kind at least"),
            (
                "[\"apps/**\"]",
                "[\"a{\"]",
                "5:47: `a{` is not a glob: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)",
            ),
            (
                "each: spec.data[*]",
                "each: spec.data[0]",
                "6:11: `spec.data[0].remoteRef.key` is no way to a node: write `spec.data[*].remoteRef.key`",
            ),
            ("(team)", "(tem)", "7:10: in the expression, line 1, column 18: unknown name `tem`, did you mean `team`?"),
            ("(team)", "(team", "7:10: in the expression, line 1, column 22: Syntax error: "),
            ("{value}", "{valeu}", "8:14: unknown blank `valeu`, did you mean `value`?"),
            ("severity: error", "severity: eror", "9:15: unknown severity `eror`, did you mean `error`?"),
            ("each:", "eech:", "6:5: unknown key `eech`, did you mean `each`?"),
            (
                "severity: error",
                "examples: { bad: [{ kind: A }] }",
                "9:23: an example is an object with `apiVersion` and `kind`",
            ),
        ] {
            let told = mistakes(&RULE.replace(from, to));
            assert!(told.len() == 1 && told[0].starts_with(expected), "{told:?}");
        }
        let second = RULE.lines().skip(3).collect::<Vec<_>>().join("\n");
        assert_eq!(mistakes(&format!("{RULE}{second}\n")), ["10:9: there are two rules `no-owner`"]);
    }
}

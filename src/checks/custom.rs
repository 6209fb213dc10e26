//! An organisation's own rules, `custom:` of the policy, over the objects that a deployment applies: with names,
//! namespaces and patches as the cluster would get them.
//!
//! It does not know how expressions are evaluated. Where one depends on what is not written down it stays silent.

use std::collections::HashMap;

use super::{Deployment, UnitDraft, UnitReporter, deployment};
use crate::expr::{Scope, Unjudged, Value};
use crate::graph::{Content, Data, Object, Place, Unit, UnitKind, all};
use crate::model::{Confidence, Rule};
use crate::policy::Custom;
use crate::policy::custom::{BLANKS, VARIABLES, blanks};
use crate::value::{self, Verdict};

/// How many characters of a value a message shows.
const MOST_SHOWN: usize = 80;

/// The rules that are on, by the kinds they are for: a rule costs nothing where its kinds do not occur.
pub struct CustomRules<'p> {
    by_kind: HashMap<&'p str, Vec<&'p Custom>>,
}

/// A rule that has no answer for an object.
#[derive(Clone, Debug)]
pub struct Doubt {
    pub rule: &'static Rule,
    pub place: Place,
    pub why: String,
}

impl Doubt {
    /// The sentence for the user.
    pub fn message(&self) -> String {
        format!("The rule `{}` has no answer here: {}.", self.rule.id, self.why)
    }
}

impl<'p> CustomRules<'p> {
    pub fn new(rules: impl IntoIterator<Item = &'p Custom>) -> Self {
        let mut by_kind: HashMap<&str, Vec<&Custom>> = HashMap::new();
        for rule in rules {
            for kind in &rule.kinds {
                by_kind.entry(kind).or_default().push(rule);
            }
        }
        CustomRules { by_kind }
    }

    /// Asks every rule of every object of a deployment that it is for.
    pub fn run(&self, deployment: &Deployment, drafts: &mut Vec<UnitDraft>, doubts: &mut Vec<Doubt>) {
        if self.by_kind.is_empty() {
            return;
        }
        let unit = unit_value(deployment.unit());
        for (_, object) in deployment.objects() {
            let Some(rules) = self.by_kind.get(object.kind()) else { continue };
            let path = deployment.path_of(object);
            let is_for = |rule: &&&Custom| rule.paths.as_ref().is_none_or(|paths| paths.is_match(&path));
            let mut rules = rules.iter().filter(is_for).peekable();
            if rules.peek().is_none() {
                continue;
            }
            let subject = Subject { deployment, object, unit: &unit, whole: value_of(&object.data) };
            for rule in rules {
                subject.ask(rule, drafts, doubts);
            }
        }
    }
}

/// One object, ready for any number of rules.
struct Subject<'a, 'g> {
    deployment: &'a Deployment<'g>,
    object: &'a Object,
    unit: &'a Value,
    whole: Value,
}

impl Subject<'_, '_> {
    fn ask(&self, rule: &Custom, drafts: &mut Vec<UnitDraft>, doubts: &mut Vec<Doubt>) {
        let names = self.deployment.policy().bindings.list.iter().map(|(name, _)| name.as_str());
        let mut bound: Vec<(&str, Value)> = Vec::new();
        for name in names.filter(|name| rule.expression.asks_for(name) && !VARIABLES.contains(name)) {
            match self.deployment.binding(name, self.object) {
                Some(value) => bound.push((name, Value::text(&value))),
                None => {
                    let why = format!("nothing says what `{name}` is here");
                    doubts.push(Doubt { rule: rule.rule, place: self.object.data.place, why });
                    return;
                }
            }
        }
        match &rule.each {
            None => self.judge(rule, None, &bound, drafts, doubts),
            Some(way) => {
                for node in all(&self.object.data, way) {
                    self.judge(rule, Some(node), &bound, drafts, doubts);
                }
            }
        }
    }

    fn judge(
        &self,
        rule: &Custom,
        node: Option<&Data>,
        bound: &[(&str, Value)],
        drafts: &mut Vec<UnitDraft>,
        doubts: &mut Vec<Doubt>,
    ) {
        let own = node.map(value_of);
        let scope = Scope::default().with("object", &self.whole).with("unit", self.unit);
        let scope = scope.with("value", own.as_ref().unwrap_or(&self.whole));
        let scope = bound.iter().fold(scope, |scope, (name, value)| scope.with(name, value));
        match rule.expression.holds(&scope) {
            Ok(true) | Err(Unjudged::Unknown) => {}
            Ok(false) => self.report(rule, node, drafts),
            Err(Unjudged::Fault(why)) => {
                let place = node.unwrap_or(&self.object.data).place;
                doubts.push(Doubt { rule: rule.rule, place, why });
            }
        }
    }

    fn report(&self, rule: &Custom, node: Option<&Data>, drafts: &mut Vec<UnitDraft>) {
        let place = node.map_or_else(|| deployment::head(self.object), |node| node.place);
        let shown = node.and_then(Data::as_str).filter(|text| self.may_be_shown(rule, text));
        let mut reporter = UnitReporter::new(rule.rule, vec![self.deployment.unit], drafts);
        let mut draft = reporter.at(place, shown.unwrap_or_default());
        for blank in blanks(rule.rule.message) {
            let text = match (blank, node) {
                ("value", Some(_)) => shown.map_or_else(|| "…".to_owned(), shortened),
                ("key", Some(node)) => self.object.data.key_path(node.place).unwrap_or_default(),
                (name, _) => self.of_object(name),
            };
            draft = draft.blank(blank, text);
        }
        draft.confidence(self.deployment.confidence_in(self.object, rule.rule.confidence)).emit();
    }

    fn of_object(&self, blank: &str) -> String {
        let (deployment, object) = (self.deployment, self.object);
        match blank {
            "kind" => object.kind().to_owned(),
            "name" => object.name_text().unwrap_or_default().to_owned(),
            "namespace" => deployment.unit().namespace_of(object).unwrap_or_default().to_owned(),
            "unit" => deployment.unit().name.clone(),
            _ if BLANKS.contains(&blank) => String::new(),
            binding => deployment.binding(binding, object).unwrap_or_default(),
        }
    }

    /// False for what could be a secret: no message may hold one, nor a fingerprint.
    fn may_be_shown(&self, rule: &Custom, text: &str) -> bool {
        let keys: Vec<&str> = rule.each.iter().flat_map(|way| way.split(['.', '[', ']'])).collect();
        let keys: Vec<&str> = keys.into_iter().filter(|key| !key.is_empty()).collect();
        let key = keys.last().copied().unwrap_or_default();
        let around = value::Context { keys: &keys, siblings: &Vec::new, quoted: true };
        let is_promised = matches!(value::judge(around, text).verdict, Verdict::Credential(_) | Verdict::WeakDefault);
        let judged = value::judge_in_secret(key, text).verdict;
        let looks_like_one = matches!(judged, Verdict::Credential(confidence) if confidence > Confidence::Low);
        self.object.kind() != "Secret" && !is_promised && !looks_like_one
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MOST_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// `unit` of an expression.
fn unit_value(unit: &Unit) -> Value {
    let kind = match unit.kind {
        UnitKind::Kustomization => "kustomization",
        UnitKind::Folder => "folder",
        UnitKind::Chart => "chart",
        UnitKind::Release => "release",
        UnitKind::Stream => "stream",
    };
    let text = |key: &str, text: &str| (key.to_owned(), Value::text(text));
    Value::map([
        text("name", &unit.name),
        text("kind", kind),
        text("namespace", unit.namespace.as_deref().unwrap_or_default()),
    ])
}

/// What data says, with the types that YAML gives it.
fn value_of(data: &Data) -> Value {
    match &data.content {
        Content::Unknown => Value::unknown(),
        Content::Sequence(items) => Value::list(items.iter().map(value_of)),
        Content::Mapping(entries) => {
            let entry = |(key, value): &(Data, Data)| Some((key.as_str()?.to_owned(), value_of(value)));
            Value::map(entries.iter().filter_map(entry))
        }
        Content::Scalar { text, plain: false } => Value::text(text),
        Content::Scalar { text, plain: true } => plain(data, text),
    }
}

fn plain(data: &Data, text: &str) -> Value {
    let looks_like_number = text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first));
    match text {
        _ if data.is_null() => Value::null(),
        "true" | "True" | "TRUE" => Value::boolean(true),
        "false" | "False" | "FALSE" => Value::boolean(false),
        _ if !looks_like_number => Value::text(text),
        _ => match (text.parse::<i64>(), text.parse::<f64>()) {
            (Ok(integer), _) => Value::integer(integer),
            (_, Ok(number)) if text.ends_with(|last: char| last.is_ascii_digit() || last == '.') => {
                Value::number(number)
            }
            _ => Value::text(text),
        },
    }
}

/// Of the objects that a rule has no answer for, the first.
pub fn first_of_each(mut doubts: Vec<Doubt>) -> Vec<Doubt> {
    doubts.sort_by(|one, other| (one.rule.id, one.place).cmp(&(other.rule.id, other.place)));
    doubts.dedup_by_key(|doubt| doubt.rule.id);
    doubts
}

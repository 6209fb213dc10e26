//! The tables of the operators' kinds against the operators' own definitions: random objects, judged by both.
//!
//! It does not know which objects are sensible, only which the definitions take. It runs where `TIGHTLIP_CRDS` names one
//! or more folders of CustomResourceDefinitions, separated as in `PATH`, and says aloud when it does not.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::path::PathBuf;

use regex::Regex;
use serde_json::{Map, Value, json};
use tightlip::catalog::Catalog;
use tightlip::engine::{self, ActiveRule, Plan};
use tightlip::model::RepoPath;
use tightlip::source::Stdin;

/// The rules that repeat what a definition says. Those about fields that exclude each other know more than it.
const RULES: [&str; 5] =
    ["invalid-field-type", "invalid-field-value", "invalid-refresh-interval", "missing-field", "unknown-field"];

const GROUPS: [&str; 3] = ["external-secrets.io", "generators.external-secrets.io", "secrets.hashicorp.com"];

/// Objects of each kind and version: at least 2,000 in all.
const OBJECTS: usize = 150;

/// The operators' own: nobody writes them.
const INTERNAL: [&str; 1] = ["GeneratorState"];

#[test]
fn tables_and_definitions_agree_on_random_objects() {
    let Some(folders) = std::env::var_os("TIGHTLIP_CRDS") else {
        return println!("skipped: TIGHTLIP_CRDS names no folder of CustomResourceDefinitions");
    };
    let definitions: Vec<Definition> =
        std::env::split_paths(&folders).flat_map(|folder| definitions(&folder)).collect();
    let catalog = Catalog::built_in();
    let rules = catalog.rules().iter().filter(|rule| RULES.contains(&rule.id)).map(|rule| ActiveRule::new(rule));
    let plan = Plan::new(catalog.clone(), rules.collect());
    let (mut judged, mut refused) = (0, 0);
    let mut disagreements = Vec::new();
    for (index, definition) in definitions.iter().enumerate() {
        let validator = jsonschema::validator_for(&strict(&definition.spec)).expect("a schema");
        let mut random = Random(index as u64 + 1);
        for turn in 0..OBJECTS {
            let mut spec = definition.spec_of(&mut random);
            if turn % 2 == 1 {
                break_once(&mut spec, &definition.spec, &mut random);
            }
            let object = definition.object(&spec);
            let findings = findings(&object, &plan);
            let error = validator.iter_errors(&spec).next().map(|it| format!("{}: {it}", it.instance_path()));
            judged += 1;
            refused += usize::from(error.is_some());
            if error.is_some() == findings.is_empty() {
                disagreements
                    .push((definition.name(), error.unwrap_or_else(|| format!("we say: {}", findings.join("; ")))));
            }
        }
    }
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for (kind, why) in &disagreements {
        *kinds.entry(kind.clone()).or_default() += 1;
        println!("{kind}: {}", why.chars().take(300).collect::<String>());
    }
    let agreement = 1.0 - disagreements.len() as f64 / f64::from(judged.max(1));
    println!(
        "{judged} objects of {} kinds, {refused} refused, agreement {:.2} %",
        definitions.len(),
        agreement * 100.0
    );
    println!("disagreements by kind: {kinds:?}");
    assert!(judged >= 2000, "too few objects: are these the definitions?");
    assert!(agreement >= 0.99, "{} of {judged} objects are judged differently", disagreements.len());
}

/// A version of a kind.
struct Definition {
    group: String,
    version: String,
    kind: String,
    /// The schema of `spec`.
    spec: Value,
}

impl Definition {
    fn name(&self) -> String {
        format!("{}/{} {}", self.group, self.version, self.kind)
    }

    fn spec_of(&self, random: &mut Random) -> Value {
        sample("spec", &self.spec, 0, random)
    }

    fn object(&self, spec: &Value) -> Value {
        let api_version = format!("{}/{}", self.group, self.version);
        json!({"apiVersion": api_version, "kind": self.kind, "metadata": {"name": "shop"}, "spec": spec})
    }
}

fn definitions(folder: &PathBuf) -> Vec<Definition> {
    let mut files: Vec<_> = fs::read_dir(folder).expect("a readable folder").flatten().map(|it| it.path()).collect();
    files.sort();
    let texts = files.iter().filter(|path| path.extension().is_some_and(|it| it == "yaml"));
    let parsed = texts.filter_map(|path| serde_saphyr::from_str::<Value>(&fs::read_to_string(path).ok()?).ok());
    parsed.flat_map(|document| versions(&document)).collect()
}

fn versions(document: &Value) -> Vec<Definition> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (group, kind) = (text(&document["spec"]["group"]), text(&document["spec"]["names"]["kind"]));
    if !GROUPS.contains(&group.as_str()) || INTERNAL.contains(&kind.as_str()) {
        return Vec::new();
    }
    let versions = document["spec"]["versions"].as_array().into_iter().flatten();
    let definition = |version: &Value| Definition {
        group: group.clone(),
        version: text(&version["name"]),
        kind: kind.clone(),
        spec: version["schema"]["openAPIV3Schema"]["properties"]["spec"].clone(),
    };
    versions.map(definition).filter(|it| it.spec.is_object() && (it.version != "v1alpha1" || is_current(it))).collect()
}

/// `v1alpha1` of what pulls is long gone; of what pushes and generates it is the only one.
fn is_current(definition: &Definition) -> bool {
    definition.group != "external-secrets.io" || definition.kind.contains("Push")
}

fn findings(object: &Value, plan: &Plan) -> Vec<String> {
    let input = Stdin::new(RepoPath::from("object.yaml"), Cursor::new(object.to_string().into_bytes()));
    let report = engine::check(&input, plan);
    report.findings.iter().map(|finding| format!("{} {}", finding.rule.id, finding.message)).collect()
}

/// The schema as a strict client applies it: unknown fields are refused, defaults are filled in before anything is missing.
fn strict(schema: &Value) -> Value {
    let Value::Object(fields) = schema else { return schema.clone() };
    if fields.get("x-kubernetes-int-or-string") == Some(&Value::Bool(true)) {
        return json!({"type": ["integer", "string"]});
    }
    let mut strict = Map::new();
    for key in ["type", "enum", "pattern", "minLength", "maxLength", "minimum", "maximum", "minItems"] {
        fields.get(key).into_iter().for_each(|value| drop(strict.insert(key.to_owned(), value.clone())));
    }
    fields.get("items").into_iter().for_each(|items| drop(strict.insert("items".to_owned(), self::strict(items))));
    let inner = fields.get("additionalProperties").filter(|it| it.is_object()).map(self::strict);
    let properties = fields.get("properties").and_then(Value::as_object);
    let is_closed = fields.get("type").is_some_and(|it| it == "object")
        && fields.get("x-kubernetes-preserve-unknown-fields") != Some(&Value::Bool(true));
    if let Some(other) = inner.or_else(|| is_closed.then_some(Value::Bool(false))) {
        strict.insert("additionalProperties".to_owned(), other);
    }
    if let Some(properties) = properties {
        let judged: Map<String, Value> =
            properties.iter().map(|(name, schema)| (name.clone(), self::strict(schema))).collect();
        strict.insert("properties".to_owned(), judged.into());
        strict.insert("required".to_owned(), required(schema).map(Value::from).collect());
    }
    strict.into()
}

fn required(schema: &Value) -> impl Iterator<Item = String> {
    let names = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    names.filter(|name| schema["properties"][name].get("default").is_none()).map(str::to_owned)
}

/// A value that the schema takes.
fn sample(name: &str, schema: &Value, depth: u32, random: &mut Random) -> Value {
    if let Some(values) = schema["enum"].as_array() {
        return values[random.below(values.len())].clone();
    }
    match schema["type"].as_str() {
        Some("boolean") => Value::Bool(random.below(2) == 0),
        Some("integer" | "number") => number(schema, random),
        Some("string") => text(name, schema, random).into(),
        Some("array") => {
            let least = schema["minItems"].as_u64().unwrap_or(0) as usize;
            (0..least + random.below(3)).map(|_| sample(name, &schema["items"], depth + 1, random)).collect()
        }
        Some("object") => mapping(schema, depth, random),
        _ if schema["x-kubernetes-int-or-string"] == Value::Bool(true) => Value::from(3600),
        _ => json!({"anything": "goes"}),
    }
}

fn number(schema: &Value, random: &mut Random) -> Value {
    let least = schema["minimum"].as_i64().unwrap_or(0);
    let most = schema["maximum"].as_i64().unwrap_or(least + 100);
    Value::from(least + random.below((most - least + 1) as usize) as i64)
}

/// Durations and operators are text to a definition, and more to the operator: their names tell.
fn text(name: &str, schema: &Value, random: &mut Random) -> String {
    let spans = ["Interval", "Time", "duration", "timeout", "Deadline"];
    match name {
        "schedule" => return "0 22 * * 1-5".to_owned(),
        "operator" => return "In".to_owned(),
        _ => {}
    }
    if spans.iter().any(|end| name.ends_with(end)) && schema["pattern"].is_null() {
        return "1h0m0s".to_owned();
    }
    let candidates =
        ["shop", "vault-prod", "90m", "eu-central-1", "account@project.iam.gserviceaccount.com", "a", "AbC"];
    let pattern = schema["pattern"].as_str().map(|it| Regex::new(it).expect("a pattern"));
    let fits = |it: &&str| pattern.as_ref().is_none_or(|pattern| pattern.is_match(it));
    let fitting: Vec<&str> = candidates.into_iter().filter(fits).collect();
    assert!(!fitting.is_empty(), "no sample for {schema}");
    fitting[random.below(fitting.len())].to_owned()
}

fn mapping(schema: &Value, depth: u32, random: &mut Random) -> Value {
    let Some(properties) = schema["properties"].as_object() else {
        let inner = &schema["additionalProperties"];
        let keys = if inner.is_object() { random.below(3) } else { 0 };
        return (0..keys)
            .map(|at| (format!("key-{at}"), sample("", inner, depth + 1, random)))
            .collect::<Map<_, _>>()
            .into();
    };
    let needed: Vec<String> = required(schema).collect();
    let most = schema["maxProperties"].as_u64().unwrap_or(u64::MAX);
    let lucky = random.below(properties.len().max(1));
    let mut object = Map::new();
    for (index, (name, schema)) in properties.iter().enumerate() {
        let is_chosen = if most == 1 { index == lucky } else { random.below(2 + depth as usize) == 0 };
        if needed.contains(name) || is_chosen {
            object.insert(name.clone(), sample(name, schema, depth + 1, random));
        }
    }
    object.into()
}

/// One mistake, somewhere.
fn break_once(value: &mut Value, schema: &Value, random: &mut Random) {
    let mut places = Vec::new();
    walk(value, schema, &mut Vec::new(), &mut places);
    let (path, schema) = places[random.below(places.len())].clone();
    let place = path.iter().fold(value, |value, step| match step {
        Step::Key(key) => &mut value[key.as_str()],
        Step::Index(index) => &mut value[*index],
    });
    let has_form = !schema["enum"].is_null() || !schema["pattern"].is_null();
    match (place, random.below(4)) {
        (Value::Object(object), 0) => {
            let keys: Vec<String> = object.keys().cloned().collect();
            if !keys.is_empty() {
                object.shift_remove(&keys[random.below(keys.len())]);
            }
        }
        (Value::Object(object), 1) => drop(object.insert("bogusField".to_owned(), json!("x"))),
        (Value::Object(object), 2) => {
            if let Some(key) = object.keys().next().cloned() {
                let moved = object.shift_remove(&key).expect("a value");
                object.insert(key[..key.len() - 1].to_owned(), moved);
            }
        }
        (place @ Value::String(_), 0 | 1) if has_form => *place = json!("Not one of these!"),
        (place @ Value::String(_), 2) => *place = json!(["a"]),
        (place @ Value::String(_), _) => *place = json!(17),
        (place @ Value::Number(_), 0) => *place = json!(-1),
        (place @ (Value::Number(_) | Value::Bool(_)), _) => *place = json!("text"),
        (place @ Value::Array(_), 0 | 1) => *place = json!("text"),
        (place, _) => *place = json!({"bogusField": true}),
    }
}

#[derive(Clone)]
enum Step {
    Key(String),
    Index(usize),
}

fn walk<'s>(value: &Value, schema: &'s Value, path: &mut Vec<Step>, places: &mut Vec<(Vec<Step>, &'s Value)>) {
    places.push((path.clone(), schema));
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                let inner = schema["properties"].get(key).unwrap_or(&schema["additionalProperties"]);
                path.push(Step::Key(key.clone()));
                walk(value, inner, path, places);
                path.pop();
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(Step::Index(index));
                walk(item, &schema["items"], path, places);
                path.pop();
            }
        }
        _ => {}
    }
}

/// SplitMix64: the same objects every time.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound.max(1) as u64) as usize
    }
}

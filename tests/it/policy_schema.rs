//! `docs/schema/policy.schema.json` says what the reader of `tightlip.yaml` takes, because the reader was asked: a key
//! that nobody knows makes it name those that it knows, and values of every sort show which it bears. What they mean is
//! said beside the reader.
//!
//! It does not know the keys. `TIGHTLIP_BLESS=1` writes the schema anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use tightlip::catalog::Catalog;
use tightlip::policy::{PROFILES, Policy, keys};

use crate::{harness, policy_page};

/// What is asked for: no key, no rule and no word of any list.
const NOBODY: &str = "§";

/// A name that anything may have.
const OURS: &str = "ours";

/// What the reader makes of one value in one place.
enum Answer {
    Taken,
    /// A key that nobody knows is in it; near to none of them it gives them all.
    Keys(Vec<String>),
    /// It is one of these words.
    Words(Vec<String>),
    /// It looks like this.
    Like(String),
    /// Beside it, or in it, this key has to stand.
    Missing(String),
    /// Something of another sort is meant.
    Refused,
}

/// A value in its place: with all of the policy that has to be around it.
type Around<'a> = &'a dyn Fn(Value) -> Value;

fn ask(policy: &Value) -> Answer {
    let Err(told) = Policy::read(&policy.to_string(), &[]) else { return Answer::Taken };
    if let Some(key) = told[0].message.strip_prefix("key `").and_then(|rest| rest.strip_suffix("` is missing")) {
        return Answer::Missing(key.to_owned());
    }
    let is_of_another_sort = |message: &str| {
        let sorts = ["expected ", "invalid ", "externally tagged"];
        message.contains("is meant here") || sorts.iter().any(|start| message.starts_with(start))
    };
    if told.iter().any(|wrong| is_of_another_sort(&wrong.message)) {
        return Answer::Refused;
    }
    let words = |list: &str| list.split(", ").map(str::to_owned).collect();
    if let Some(message) = told[0].message.strip_prefix("unknown key ") {
        return Answer::Keys(message.split_once(", known are ").map_or_else(Vec::new, |(_, list)| words(list)));
    }
    let of_nobody = told.iter().find(|wrong| wrong.message.contains(NOBODY));
    let Some(message) = of_nobody.map(|wrong| wrong.message.as_str()) else { return Answer::Taken };
    match (message.split_once(", known are "), message.split_once(" such as ")) {
        (Some((_, list)), _) => Answer::Words(words(list)),
        (_, Some((_, sample))) => Answer::Like(sample.trim_matches('"').to_owned()),
        _ => Answer::Taken,
    }
}

/// What the reader says of one place.
fn schema(around: Around) -> Value {
    let takes = |value: Value| !matches!(ask(&around(value)), Answer::Refused);
    if takes(json!(NOBODY)) && takes(json!([[{}]])) {
        return json!({});
    }
    let mut sorts = Vec::new();
    sorts.extend(text(around));
    if takes(json!([])) {
        sorts.push(json!({ "type": "array", "items": schema(&|item| around(json!([item]))) }));
    }
    if takes(json!({})) {
        sorts.push(mapping(around));
    }
    if sorts.is_empty() && takes(json!(true)) {
        sorts.push(json!({ "type": "boolean" }));
    }
    if sorts.is_empty() {
        let is_read = |number: &u64| Policy::read(&around(json!(number)).to_string(), &[]).is_ok();
        sorts.push(json!({ "enum": (0..10).filter(is_read).collect::<Vec<u64>>() }));
    }
    match sorts.len() {
        1 => sorts.remove(0),
        _ => json!({ "anyOf": sorts }),
    }
}

fn text(around: Around) -> Option<Value> {
    match ask(&around(json!(NOBODY))) {
        Answer::Refused => None,
        Answer::Like(sample) => Some(json!({ "type": "string", "examples": [sample] })),
        // A path may stand where a profile does.
        Answer::Words(words) => match ask(&around(json!(format!("./{NOBODY}")))) {
            Answer::Taken => Some(json!({ "anyOf": [{ "enum": words }, { "type": "string" }] })),
            _ => Some(json!({ "enum": words })),
        },
        _ => Some(json!({ "type": "string" })),
    }
}

fn mapping(around: Around) -> Value {
    let Answer::Keys(keys) = ask(&around(json!({ NOBODY: NOBODY }))) else {
        let value = schema(&|value| around(json!({ OURS: value })));
        return json!({ "type": "object", "additionalProperties": value });
    };
    let needed = needed(around);
    let property = |key: &String| {
        let with = |value| {
            let mut all = needed.clone();
            all.insert(key.clone(), value);
            around(Value::Object(all))
        };
        (key.clone(), schema(&with))
    };
    let properties: Map<String, Value> = keys.iter().map(property).collect();
    let mut schema = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    if !needed.is_empty() {
        schema["required"] = needed.keys().cloned().collect();
    }
    schema
}

/// The keys that a mapping must have, each with a value.
fn needed(around: Around) -> Map<String, Value> {
    let mut needed = Map::new();
    let with = |needed: &Map<String, Value>, key: &str, value: Value| {
        let mut all = needed.clone();
        all.insert(key.to_owned(), value);
        around(Value::Object(all))
    };
    while let Answer::Missing(key) = ask(&around(Value::Object(needed.clone()))) {
        // Missed further out.
        if let Answer::Keys(_) = ask(&with(&needed, &key, json!(OURS))) {
            break;
        }
        needed.insert(key.clone(), sample(&|value| with(&needed, &key, value)));
    }
    // Which words are meant is said once nothing is missing.
    for key in needed.keys().cloned().collect::<Vec<_>>() {
        needed.insert(key.clone(), sample(&|value| with(&needed, &key, value)));
    }
    needed
}

fn sample(around: Around) -> Value {
    match ask(&around(json!(NOBODY))) {
        Answer::Words(words) => json!(words[0]),
        Answer::Like(sample) => json!(sample),
        Answer::Refused => {
            let simple = [json!([]), json!(true), json!(1)];
            let taken = simple.into_iter().find(|value| !matches!(ask(&around(value.clone())), Answer::Refused));
            taken.unwrap_or_else(|| Value::Object(needed(around)))
        }
        _ => json!(OURS),
    }
}

/// What the reader says of all it takes.
pub fn asked() -> Value {
    mapping(&|policy| policy)
}

/// The same with what the keys mean and which rules there are.
fn made() -> Value {
    let mut made = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://tightlip.dev/schema/policy-1.json",
        "$comment": "Made by tests/it/policy_schema.rs; TIGHTLIP_BLESS=1 cargo test policy_schema writes it anew.",
        "title": "tightlip.yaml, version 1",
    });
    let Value::Object(of_reader) = asked() else { panic!("a policy is a mapping") };
    made.as_object_mut().unwrap().extend(of_reader);
    for key in keys() {
        let rules = key.rules.join(", ");
        let rules = if rules.is_empty() { rules } else { format!(" Switches on: {rules}.") };
        let place = at_mut(&mut made, key.path).unwrap_or_else(|| panic!("no key {}", key.path));
        place.shift_insert(0, "description".to_owned(), format!("{}{rules}", key.meaning).into());
    }
    name_rules(&mut made);
    made
}

/// Editors offer the ids of the built-in rules; aliases and rules of one's own are names, too.
fn name_rules(schema: &mut Value) {
    let catalog = Catalog::built_in();
    let (any, ids) = (json!({ "$ref": "#/$defs/setting" }), catalog.rules().iter().map(|rule| rule.id));
    let rules = at_mut(schema, "rules").expect("rules");
    let setting = rules.insert("additionalProperties".to_owned(), any).expect("a setting");
    let named = catalog
        .rules()
        .iter()
        .map(|rule| (rule.id.to_owned(), json!({ "description": rule.title, "$ref": "#/$defs/setting" })));
    rules.insert("properties".to_owned(), Value::Object(named.collect()));
    let rule = at_mut(schema, "ignore[].rule").expect("a rule");
    rule.remove("type");
    rule.insert("anyOf".to_owned(), json!([{ "$ref": "#/$defs/rule" }, { "type": "string" }]));
    schema["$defs"] = json!({ "setting": setting, "rule": { "enum": ids.collect::<Vec<_>>() } });
}

/// What is known of a key: `stores.shared[].kind`, `bindings.*.path`.
pub fn at<'s>(schema: &'s Value, path: &str) -> Option<&'s Value> {
    path.replace("[]", ".[]").split('.').try_fold(schema, |schema, step| match step {
        "[]" => sorts(schema).find_map(|sort| sort.get("items")),
        "*" => sorts(schema).find_map(|sort| sort.get("additionalProperties")),
        key => sorts(schema).find_map(|sort| sort.get("properties")?.get(key)),
    })
}

/// The schema itself, or each of those that may hold in its place.
fn sorts(schema: &Value) -> impl Iterator<Item = &Value> {
    let several = schema.get("anyOf").and_then(Value::as_array);
    several.map_or(std::slice::from_ref(schema), Vec::as_slice).iter()
}

fn at_mut<'s>(schema: &'s mut Value, path: &str) -> Option<&'s mut Map<String, Value>> {
    let steps = path.replace("[]", ".[]");
    let mut here = schema;
    for step in steps.split('.') {
        let holds = |sort: &Value| match step {
            "[]" => sort.get("items").is_some(),
            "*" => sort.get("additionalProperties").is_some_and(Value::is_object),
            key => sort.get("properties").is_some_and(|known| known.get(key).is_some()),
        };
        if let Some(index) = here.get("anyOf").and_then(Value::as_array).and_then(|all| all.iter().position(holds)) {
            here = &mut here["anyOf"][index];
        }
        here = match step {
            "[]" => here.get_mut("items")?,
            "*" => here.get_mut("additionalProperties")?,
            key => here.get_mut("properties")?.get_mut(key)?,
        };
    }
    here.as_object_mut()
}

/// The keys that the schema knows.
fn known(schema: &Value, path: &str, keys: &mut BTreeSet<String>) {
    for sort in sorts(schema) {
        if let Some(items) = sort.get("items") {
            known(items, &format!("{path}[]"), keys);
        }
        if let Some(values) = sort.get("additionalProperties") {
            known(values, &joined(path, "*"), keys);
        }
        for (key, value) in sort.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let path = joined(path, key);
            known(value, &path, keys);
            keys.insert(path);
        }
    }
}

/// The keys of the schema that `value` has.
pub fn paths_of(value: &Value, schema: &Value, path: &str, keys: &mut BTreeSet<String>) {
    for sort in sorts(schema) {
        for (item, items) in value.as_array().into_iter().flatten().zip(std::iter::repeat(sort.get("items"))) {
            paths_of(item, items.unwrap_or(&Value::Null), &format!("{path}[]"), keys);
        }
        for (key, value) in value.as_object().into_iter().flatten() {
            if let Some(schema) = sort.get("properties").and_then(|known| known.get(key)) {
                keys.insert(joined(path, key));
                paths_of(value, schema, &joined(path, key), keys);
            } else if let Some(schema) = sort.get("additionalProperties") {
                paths_of(value, schema, &joined(path, "*"), keys);
            }
        }
    }
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn file() -> PathBuf {
    harness::repository().join("docs/schema/policy.schema.json")
}

fn validator() -> jsonschema::Validator {
    let text = fs::read_to_string(file()).unwrap();
    jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).expect("a schema")
}

/// A policy as an editor sees it.
fn value(text: &str) -> Value {
    tightlip::text::settings::read(text).unwrap_or_else(|wrong| panic!("{}: {}\n{text}", wrong.line, wrong.message))
}

/// Every policy that is read: of profiles, of fixtures, of the pages, our own.
fn policies() -> Vec<(String, String)> {
    let mut policies: Vec<(String, String)> =
        PROFILES.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let mut roots = harness::nested_roots(harness::repository());
    roots.retain(|root| !root.starts_with(harness::repository().join("target")));
    roots.push(harness::repository().to_owned());
    let of_root = |root: &Path| (root.display().to_string(), fs::read_to_string(root.join("tightlip.yaml")).unwrap());
    policies.extend(roots.iter().map(|root| of_root(root)));
    policies.extend(policy_page::examples().into_iter().map(|example| ("docs/policy.md".to_owned(), example.policy)));
    policies.retain(|(_, text)| text.contains("version:"));
    policies
}

#[test]
fn the_schema_is_what_the_reader_takes() {
    harness::expect(&file(), &format!("{}\n", serde_json::to_string_pretty(&made()).unwrap()));
}

#[test]
fn every_policy_that_is_read_is_as_the_schema_says() {
    let (validator, mut number) = (validator(), 0);
    for (name, text) in policies() {
        if Policy::read(&text, Catalog::built_in().rules()).is_ok() {
            let wrong: Vec<String> = validator.iter_errors(&value(&text)).map(|wrong| wrong.to_string()).collect();
            assert_eq!(wrong, Vec::<String>::new(), "{name}");
            number += 1;
        }
    }
    assert!(number > 80, "{number} policies");
}

/// `policy` with one of its keys misspelt, once for each key that the reader then refuses.
fn misspelt(policy: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    match policy {
        Value::Object(map) => {
            for (key, value) in map {
                let renamed = map.iter().map(|(name, value)| {
                    let name = if name == key { format!("{name}x") } else { name.clone() };
                    (name, value.clone())
                });
                all.push(Value::Object(renamed.collect()));
                all.extend(misspelt(value).into_iter().map(|inner| {
                    let mut map = map.clone();
                    map[key] = inner;
                    Value::Object(map)
                }));
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                all.extend(misspelt(value).into_iter().map(|inner| {
                    let mut list = list.clone();
                    list[index] = inner;
                    Value::Array(list)
                }));
            }
        }
        _ => {}
    }
    all
}

#[test]
fn a_misspelt_key_is_refused_where_the_reader_refuses_it() {
    let (validator, mut number) = (validator(), 0);
    for (name, text) in PROFILES {
        for wrong in misspelt(&value(text)) {
            let told = Policy::read(&wrong.to_string(), &[]).err().unwrap_or_default();
            let is_unknown = told.iter().any(|wrong| wrong.message.starts_with("unknown key"));
            assert_eq!(!validator.is_valid(&wrong), is_unknown || is_missing(&told), "{name}: {wrong}");
            number += usize::from(is_unknown);
        }
    }
    assert!(number > 100, "{number} misspelt keys");
}

fn is_missing(told: &[tightlip::text::settings::Misread]) -> bool {
    told.iter().any(|wrong| wrong.message.ends_with("is missing"))
}

#[test]
fn every_key_has_a_meaning() {
    let mut taken = BTreeSet::new();
    known(&asked(), "", &mut taken);
    assert_eq!(keys().map(|key| key.path.to_owned()).collect::<BTreeSet<_>>(), taken);
}

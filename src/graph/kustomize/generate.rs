//! ConfigMaps and Secrets that a kustomization generates, and the hash of their content that ends their names.
//!
//! It does not know what refers to them.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use sha2::{Digest, Sha256};

use super::layer::{Layer, field, field_text};
use super::resource::Resource;
use crate::graph::data::{Content, Data, Place};
use crate::graph::object::Object;

/// Two of the kinds of Kubernetes hold key and value pairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generator {
    ConfigMap,
    Secret,
}

/// What happens where an object of that name is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behavior {
    Create,
    Replace,
    Merge,
}

pub struct Generated {
    pub resource: Resource,
    pub behavior: Behavior,
    /// What it names and we do not have: its data lacks their keys, and its hash is not known.
    pub missing: Vec<Data>,
}

impl Generator {
    pub const ALL: [Generator; 2] = [Generator::ConfigMap, Generator::Secret];

    pub fn field(self) -> &'static str {
        match self {
            Generator::ConfigMap => "configMapGenerator",
            Generator::Secret => "secretGenerator",
        }
    }

    fn kind(self) -> &'static str {
        match self {
            Generator::ConfigMap => "ConfigMap",
            Generator::Secret => "Secret",
        }
    }

    /// The object that one entry of the field makes; `None` without a name.
    pub fn generate(self, layer: &Layer, entry: &Data) -> Option<Generated> {
        let place = entry.place;
        let name = field(entry, "name").filter(|name| name.as_str().is_some_and(|name| !name.is_empty()))?;
        let options =
            Options { own: field(entry, "options"), global: layer.root.and_then(|r| field(r, "generatorOptions")) };
        let mut metadata = Data::mapping(Vec::new(), place);
        metadata.set("name", name.clone());
        if let Some(namespace) = field(entry, "namespace").filter(|namespace| namespace.as_str() != Some("")) {
            metadata.set("namespace", namespace.clone());
        }
        for labels in ["labels", "annotations"] {
            if let Some(labels_of) = options.mapping(labels, place) {
                metadata.set(labels, labels_of);
            }
        }
        let mut data = Data::mapping(Vec::new(), place);
        data.set("apiVersion", Data::text("v1", place));
        data.set("kind", Data::text(self.kind(), place));
        data.set("metadata", metadata);
        let mut pairs = Pairs::default();
        pairs.collect(layer, entry);
        self.fill(&mut data, &pairs, place);
        if self == Generator::Secret {
            let kind = field(entry, "type").filter(|kind| kind.as_str() != Some("")).cloned();
            data.set("type", kind.unwrap_or_else(|| Data::text("Opaque", place)));
        }
        if options.is_set("immutable") {
            data.set("immutable", Data { place, content: Content::Scalar { text: "true".into(), plain: true } });
        }
        let mut resource = Resource::new(Object { generated: true, ..Object::of(data)? });
        resource.hashed = !options.is_set("disableNameSuffixHash");
        if let Some(missing) = pairs.missing.first() {
            resource.obscure("a file that is not here", missing.place);
        }
        let behavior = match field_text(entry, "behavior") {
            Some("replace") => Behavior::Replace,
            Some("merge") => Behavior::Merge,
            _ => Behavior::Create,
        };
        Some(Generated { resource, behavior, missing: pairs.missing })
    }

    fn fill(self, data: &mut Data, pairs: &Pairs, place: Place) {
        let (mut text, mut binary) = (Vec::new(), Vec::new());
        for (key, (value, place)) in &pairs.values {
            let key = Data::text(key.as_str(), *place);
            match (self, std::str::from_utf8(value)) {
                (Generator::ConfigMap, Ok(value)) => text.push((key, Data::text(value, *place))),
                (Generator::ConfigMap, Err(_)) => binary.push((key, Data::text(base64(value), *place))),
                (Generator::Secret, _) => text.push((key, Data::text(base64(value), *place))),
            }
        }
        if !text.is_empty() || self == Generator::Secret {
            data.set("data", Data::mapping(text, place));
        }
        if !binary.is_empty() {
            data.set("binaryData", Data::mapping(binary, place));
        }
    }
}

/// `options` of one generator over `generatorOptions` of all. What is true for all cannot be undone by one.
struct Options<'d> {
    own: Option<&'d Data>,
    global: Option<&'d Data>,
}

impl Options<'_> {
    fn is_set(&self, name: &str) -> bool {
        [self.own, self.global].into_iter().flatten().any(|options| field(options, name).is_some_and(Data::is_true))
    }

    fn mapping(&self, name: &str, place: Place) -> Option<Data> {
        let mut merged = Data::mapping(Vec::new(), place);
        for options in [self.global, self.own].into_iter().flatten() {
            for (key, value) in field(options, name).map(Data::entries).unwrap_or_default() {
                if let Some(key) = key.as_str() {
                    merged.set(key, value.clone());
                }
            }
        }
        (!merged.entries().is_empty()).then_some(merged)
    }
}

/// What the sources of a generator say, each value with the place of its source in the kustomization, or in the file of
/// variables that holds it.
#[derive(Default)]
struct Pairs {
    values: BTreeMap<String, (Vec<u8>, Place)>,
    missing: Vec<Data>,
}

impl Pairs {
    fn collect(&mut self, layer: &Layer, entry: &Data) {
        let items = |name| field(entry, name).map(Data::items).unwrap_or_default();
        for source in items("envs").iter().chain(field(entry, "env").filter(|env| env.as_str() != Some(""))) {
            match bytes(layer, source.as_str().unwrap_or_default()) {
                Some(bytes) => self.variables(bytes, source),
                None => self.missing.push(source.clone()),
            }
        }
        for source in items("literals") {
            let Some((key, value)) = source.as_str().and_then(|text| text.split_once('=')) else { continue };
            self.values.insert(key.to_owned(), (unquoted(value).as_bytes().to_vec(), source.place));
        }
        for source in items("files") {
            let text = source.as_str().unwrap_or_default();
            let (key, path) = text.split_once('=').unwrap_or((text.rsplit('/').next().unwrap_or(text), text));
            match bytes(layer, path) {
                Some(bytes) => drop(self.values.insert(key.to_owned(), (bytes.to_vec(), source.place))),
                None => {
                    // The key is known all the same.
                    self.values.insert(key.to_owned(), (Vec::new(), source.place));
                    self.missing.push(source.clone());
                }
            }
        }
    }

    fn variables(&mut self, bytes: &[u8], source: &Data) {
        let text = String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
        for line in text.lines().map(str::trim_start).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (key, value) = line.split_once('=').unwrap_or((line, ""));
            self.values.insert(key.to_owned(), (value.as_bytes().to_vec(), source.place));
        }
    }
}

fn bytes<'a>(layer: &Layer<'a>, path: &str) -> Option<&'a [u8]> {
    match layer.target(path) {
        super::layer::Target::File(file) => layer.inventory.contents(file)?.bytes.as_deref(),
        _ => None,
    }
}

/// One pair of quotes around the whole value is taken off.
fn unquoted(value: &str) -> &str {
    let inside = |quote| value.strip_prefix(quote)?.strip_suffix(quote);
    inside('"').or_else(|| inside('\'')).unwrap_or(value)
}

/// As kustomize writes it, which counts in the hash: a value longer than a line is broken, and every line ends.
fn base64(value: &[u8]) -> String {
    const LINE: usize = 70;
    let encoded = BASE64.encode(value);
    if encoded.len() < LINE {
        return encoded;
    }
    let mut broken = String::with_capacity(encoded.len() + encoded.len() / LINE + 1);
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(LINE.min(rest.len()));
        broken.push_str(line);
        broken.push('\n');
        rest = after;
    }
    broken
}

/// The ten characters that end a generated name. The name itself takes no part in it.
/// <https://github.com/kubernetes-sigs/kustomize/blob/master/api/hasher/hasher.go>
pub fn hash(data: &Data) -> String {
    let is_secret = data.str_at("kind") == Some("Secret");
    let mut json = String::from("{");
    let mut member = |name: &str, value: &str| {
        json.push_str(if json.len() > 1 { "," } else { "" });
        json.push_str(&format!("\"{name}\":{value}"));
    };
    if let Some(binary) = data.get("binaryData").filter(|_| !is_secret) {
        member("binaryData", &json_mapping(binary));
    }
    member("data", &data.get("data").map_or("\"\"".to_owned(), json_mapping));
    member("kind", if is_secret { "\"Secret\"" } else { "\"ConfigMap\"" });
    member("name", "\"\"");
    if is_secret {
        if let Some(plain) = data.get("stringData") {
            member("stringData", &json_mapping(plain));
        }
        member("type", &json_string(data.str_at("type").unwrap_or_default()));
    }
    json.push('}');
    let digest = Sha256::digest(json.as_bytes());
    let digits = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]).take(10);
    digits.map(|digit| char::from(b"gh2k456789mbcdtf"[usize::from(digit)])).collect()
}

fn json_mapping(data: &Data) -> String {
    let pairs: BTreeMap<&str, &str> =
        data.entries().iter().filter_map(|(key, value)| Some((key.as_str()?, value.as_str()?))).collect();
    let pairs: Vec<String> =
        pairs.iter().map(|(key, value)| format!("{}:{}", json_string(key), json_string(value))).collect();
    format!("{{{}}}", pairs.join(","))
}

/// A string as Go's encoder writes it, which also escapes what could end a script in HTML.
fn json_string(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    json.push('"');
    for character in text.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            '\u{8}' => json.push_str("\\b"),
            '\u{c}' => json.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                json.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            other => json.push(other),
        }
    }
    json.push('"');
    json
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Syntax;

    fn hash_of(text: &str) -> String {
        let tree = Syntax::Yaml.parse(text);
        hash(&Data::of(tree.documents(text).next().expect("a document"), 0))
    }

    #[test]
    fn hashes_are_those_of_kustomize() {
        assert_eq!(hash_of("{kind: Secret, type: Opaque, data: {a: Yg==}}"), "k695gkmbtk");
    }

    #[test]
    fn long_values_are_broken_as_kustomize_breaks_them() {
        assert_eq!(base64(&[b'a'; 30]).len(), 40);
        assert!(!base64(&[b'a'; 51]).contains('\n'));
        assert!(base64(&[b'a'; 52]).ends_with('\n'));
    }

    #[test]
    fn strings_are_written_as_go_writes_them() {
        assert_eq!(
            json_string("a<b>&\"\\\n\u{1}\u{7f}é\u{2028}"),
            "\"a\\u003cb\\u003e\\u0026\\\"\\\\\\n\\u0001\u{7f}é\\u2028\""
        );
    }
}

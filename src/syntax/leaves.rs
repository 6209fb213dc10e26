//! Every scalar value of a tree with the keys above it: also of the documents that are written into strings, and of list
//! items that name their value (`{name: DB_PASSWORD, value: …}`, `DB_PASSWORD=…`, `--db-password=…`).
//!
//! It does not know what a key means. Schemas are passed over: their strings describe values.

use super::{Node, Style, Syntax};
use crate::text::Span;

/// A longer string is not read as a document of its own.
const LONGEST_EMBEDDED: usize = 1 << 20;

/// Keys of a list item that name its `value`.
const NAMES: &[&str] = &["name", "Name", "key", "Key", "envName", "variable"];

/// Keys whose text is a script: of CI systems and of what starts machines.
const SCRIPTS: &[&str] =
    &["after_script", "bash", "before_script", "inlineScript", "run", "runcmd", "script", "userData", "user_data"];

/// A scalar value.
pub struct Leaf<'a> {
    pub node: Node<'a>,
    /// Outermost first, its own last; the name of a named item stands in the place of `value`.
    pub keys: &'a [&'a str],
    pub value: &'a str,
    /// Where `value` begins in the node's value: behind the name in `NAME=value`.
    start: usize,
    /// The string it is written in, where that is a document of its own.
    outer: Option<Node<'a>>,
}

impl Leaf<'_> {
    /// Where a range of the value (bytes) is written in the file.
    pub fn span(&self, within: Span) -> Span {
        let span = self.node.value_span(within.shift(self.start));
        self.outer.map_or(span, |outer| outer.value_span(span))
    }

    /// Where the value is written, without quotes.
    pub fn whole(&self) -> Span {
        let span = match self.start {
            0 => self.node.content_span(),
            start => self.node.value_span(Span::new(start, start + self.value.len())),
        };
        self.outer.map_or(span, |outer| outer.value_span(span))
    }

    pub fn key_path(&self) -> String {
        let name = self.keys.last().filter(|_| self.start > 0).map(|name| format!("[name={name}]"));
        let path = format!("{}{}", self.node.key_path(), name.unwrap_or_default());
        let dot = if path.starts_with('[') { "" } else { "." };
        self.outer.map_or(path.clone(), |outer| format!("{}{dot}{path}", outer.key_path()))
    }

    /// True inside a string that is a document of its own.
    pub fn is_embedded(&self) -> bool {
        self.outer.is_some()
    }

    /// Written in quotes or as a block.
    pub fn is_quoted(&self) -> bool {
        self.node.style() != Some(Style::Plain)
    }
}

/// Calls `each` with every leaf below `root`, in order. Strings for which `is_worth` holds and that look like YAML, JSON or
/// dotenv are read as documents of their own, once; aliases are followed to scalars only.
pub fn leaves(root: Node, is_worth: fn(&str) -> bool, each: &mut dyn FnMut(&Leaf)) {
    Walk { is_worth, outer: None, each }.node(root, &mut Vec::new());
}

struct Walk<'w, 'o> {
    is_worth: fn(&str) -> bool,
    outer: Option<Node<'o>>,
    each: &'w mut dyn FnMut(&Leaf),
}

impl<'o> Walk<'_, 'o> {
    /// Recursion is as deep as the parsers let collections nest.
    fn node<'n>(&mut self, node: Node<'n>, keys: &mut Vec<&'n str>)
    where
        'o: 'n,
    {
        if let Some(value) = node.as_str() {
            self.scalar(node, value, keys);
        } else if node.is_alias() {
        } else if node.is_sequence() {
            self.sequence(node, keys);
        } else {
            self.mapping(node, keys);
        }
    }

    /// The item behind `--db-password` is its value.
    fn sequence<'n>(&mut self, sequence: Node<'n>, keys: &mut Vec<&'n str>)
    where
        'o: 'n,
    {
        let mut option = None;
        for item in sequence.items() {
            let value = item.as_str();
            match option.filter(|_| value.is_some_and(|value| !value.starts_with('-'))) {
                Some(name) => {
                    keys.push(name);
                    self.node(item, keys);
                    keys.pop();
                }
                None => self.item(item, value, keys),
            }
            option = value.and_then(option_name);
        }
    }

    fn item<'n>(&mut self, item: Node<'n>, value: Option<&'n str>, keys: &mut Vec<&'n str>)
    where
        'o: 'n,
    {
        match value.and_then(|value| Some((value, assigned(value)?))) {
            Some((value, (name, start))) if !is_script(keys) => {
                keys.push(name);
                (self.each)(&Leaf { node: item, keys, value: &value[start..], start, outer: self.outer });
                keys.pop();
            }
            _ => self.node(item, keys),
        }
    }

    fn mapping<'n>(&mut self, mapping: Node<'n>, keys: &mut Vec<&'n str>)
    where
        'o: 'n,
    {
        for (key, value) in mapping.own_entries() {
            let key = key.as_str().unwrap_or("");
            if key == "properties" && is_schema(value) {
                continue;
            }
            let named = if matches!(key, "value" | "Value") { name_of(mapping) } else { None };
            keys.push(named.unwrap_or(key));
            self.node(value, keys);
            keys.pop();
        }
    }

    fn scalar<'n>(&mut self, node: Node<'n>, value: &'n str, keys: &[&'n str])
    where
        'o: 'n,
    {
        // `!Ref`, `!vault`, `!secret`: a tag of its own makes it something other than the text.
        if node.tag().is_some_and(|tag| tag.starts_with('!') && !tag.starts_with("!!") && tag.len() > 1) {
            return;
        }
        if self.outer.is_none()
            && value.len() <= LONGEST_EMBEDDED
            && let Some(syntax) = Syntax::of_text(value).or_else(|| is_script(keys).then_some(Syntax::Shell))
            && (self.is_worth)(value)
        {
            let tree = syntax.parse(value);
            if tree.errors.is_empty() {
                let mut inner = Walk { is_worth: self.is_worth, outer: Some(node), each: self.each };
                for root in tree.documents(value).filter(|root| root.as_str().is_none()) {
                    inner.node(root, &mut keys.to_vec());
                }
            }
        }
        (self.each)(&Leaf { node, keys, value, start: 0, outer: self.outer });
    }
}

fn is_script(keys: &[&str]) -> bool {
    keys.last().is_some_and(|key| SCRIPTS.contains(key))
}

/// `db-password` of `--db-password`.
fn option_name(item: &str) -> Option<&str> {
    let name = item.strip_prefix("--")?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (!name.is_empty() && name.bytes().all(plain)).then_some(name)
}

/// The name in `NAME=value` and where its value begins.
fn assigned(item: &str) -> Option<(&str, usize)> {
    let (name, value) = item.split_once('=')?;
    let bare = name.trim_start_matches('-');
    let plain = bare.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    (plain && !bare.is_empty() && bare.len() <= 128 && !value.contains('\n')).then_some((bare, name.len() + 1))
}

/// The name that an item gives to its `value`.
fn name_of<'a>(mapping: Node<'a>) -> Option<&'a str> {
    let mut first = mapping.own_entries().take(8);
    let (_, name) = first.find(|(key, _)| key.as_str().is_some_and(|key| NAMES.contains(&key)))?;
    name.as_str()
}

/// The `properties` of a JSON schema or a CRD: mappings that have a type.
fn is_schema(properties: Node) -> bool {
    let is_typed = |node: Node| {
        node.own_entries().take(16).any(|(key, _)| {
            matches!(
                key.as_str(),
                Some("type" | "$ref" | "anyOf" | "oneOf" | "allOf" | "x-kubernetes-preserve-unknown-fields")
            )
        })
    };
    properties.own_entries().take(4).any(|(_, value)| value.is_mapping() && is_typed(value))
}

impl Syntax {
    /// What a string's text looks like; text of one line is a document only in braces.
    pub fn of_text(text: &str) -> Option<Syntax> {
        let trimmed = text.trim_start();
        if trimmed.starts_with('{') && !trimmed.starts_with("{{") || trimmed.starts_with('[') && trimmed.contains('{') {
            return Some(Syntax::Json);
        }
        if memchr::memchr(b'\n', text.as_bytes()).is_none_or(|at| text[at..].trim_end().is_empty()) {
            return None;
        }
        let (mut lines, mut assignments, mut pairs) = (0, 0, 0);
        let said = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', ';', '[']));
        for line in said.take(200) {
            lines += 1;
            assignments += usize::from(is_assignment(line));
            pairs += usize::from(line.contains(": ") || line.ends_with(':') || line.starts_with("- "));
        }
        match (assignments * 2 > lines, pairs * 2 > lines) {
            (true, _) => Some(Syntax::Dotenv),
            (_, true) => Some(Syntax::Yaml),
            _ => None,
        }
    }
}

fn is_assignment(line: &str) -> bool {
    let name = line.split_once('=').map_or("", |(name, _)| name.trim_end());
    let name = name.strip_prefix("export ").unwrap_or(name);
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(text: &str) -> Vec<String> {
        let tree = Syntax::Yaml.parse(text);
        assert!(tree.errors.is_empty(), "{:?}", tree.errors);
        let mut drawn = Vec::new();
        for root in tree.documents(text) {
            leaves(root, |_| true, &mut |leaf| {
                let written = &text[leaf.whole().range()];
                drawn.push(format!("{} = {written}", leaf.keys.join("/")));
            });
        }
        drawn
    }

    #[test]
    fn list_items_name_their_values() {
        assert_eq!(
            drawn("env:\n- name: DB_PASSWORD\n  value: abc\n"),
            ["env/name = DB_PASSWORD", "env/DB_PASSWORD = abc"]
        );
    }

    #[test]
    fn assignments_in_lists_name_their_values() {
        let text = "environment: [API_KEY=abc, 'B=x y']\nargs:\n- --db-password=def\n- plain\n";
        let expected = ["environment/API_KEY = abc", "environment/B = x y", "args/db-password = def", "args = plain"];
        assert_eq!(drawn(text), expected);
    }

    #[test]
    fn documents_in_strings_are_read_with_their_places() {
        let text = "data:\n  app.yaml: |\n    db:\n      password: abc\n  env: |\n    A=1\n    B='x y'\n  c.json: '{\"k\": \"v\"}'\n";
        let found = drawn(text);
        for expected in ["data/app.yaml/db/password = abc", "data/env/A = 1", "data/env/B = x y", "data/c.json/k = v"] {
            assert!(found.iter().any(|line| line == expected), "{expected} in {found:#?}");
        }
    }

    #[test]
    fn values_with_tags_of_their_own_are_no_text() {
        assert_eq!(drawn("a: !Ref DbPassword\nb: !!str c\n"), ["b = c"]);
    }

    #[test]
    fn scripts_in_strings_are_read_as_scripts() {
        let found =
            drawn("steps:\n- run: |\n    shop --password abc\n    echo done\nscript:\n- PGPASSWORD=def psql -h db\n");
        for expected in ["steps/run/password = abc", "script/PGPASSWORD = def"] {
            assert!(found.iter().any(|line| line == expected), "{expected} in {found:#?}");
        }
    }

    #[test]
    fn schemas_are_passed_over() {
        assert!(drawn("properties:\n  password: {type: string, default: abc}\n").is_empty());
        assert_eq!(drawn("properties: {password: abc}").len(), 1);
    }

    #[test]
    fn a_document_in_a_document_in_a_string_is_text() {
        let inner = "a: |\n  b: |\n    c: d\n    e: f\n  g: h\n";
        assert!(drawn(inner).iter().any(|line| line.starts_with("a/g")));
        assert!(!drawn(inner).iter().any(|line| line.starts_with("a/b/c")));
    }
}

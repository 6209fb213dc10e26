//! Texts that were written to break a reader: each is read in time and memory that grow with its length, or refused.

use tightlip::syntax::{Syntax, Tree};

fn nodes(tree: &Tree, text: &str) -> usize {
    tree.nodes(text).count()
}

fn is_too_deep(syntax: Syntax, text: &str) {
    let tree = syntax.parse(text);
    assert!(tree.errors.iter().any(|error| error.too_deep), "{:?}", tree.errors);
    assert!(nodes(&tree, text) < 1_000);
}

#[test]
fn aliases_are_not_expanded() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..60 {
        let below = level - 1;
        text.push_str(&format!("a{level}: &a{level} [{}]\n", vec![format!("*a{below}"); 10].join(", ")));
    }
    let tree = Syntax::Yaml.parse(&text);
    assert_eq!(nodes(&tree, &text), 1 + 60 * (1 + 1 + 10));
    let root = tree.documents(&text).next().unwrap();
    assert_eq!(root.get("a59").unwrap().items().count(), 10);
    assert!(root.get("a59").unwrap().items().all(|item| item.is_sequence()));
}

#[test]
fn nesting_ends_at_a_limit() {
    is_too_deep(Syntax::Yaml, &"[".repeat(100_000));
    is_too_deep(Syntax::Yaml, &"{a: ".repeat(100_000));
    is_too_deep(Syntax::Yaml, &"- ".repeat(50_000));
    is_too_deep(Syntax::Yaml, &"? ".repeat(50_000));
    let block: String = (0..3_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    is_too_deep(Syntax::Yaml, &block);
    is_too_deep(Syntax::YamlTemplate, &"[".repeat(100_000));
    is_too_deep(Syntax::Json, &"[".repeat(100_000));
    is_too_deep(Syntax::Json, &"{\"a\":".repeat(100_000));
}

#[test]
fn nesting_below_the_limit_is_read() {
    let text = format!("{}{}", "[".repeat(250), "]".repeat(250));
    for syntax in [Syntax::Yaml, Syntax::Json] {
        let tree = syntax.parse(&text);
        assert_eq!((nodes(&tree, &text), tree.errors.len()), (250, 0));
    }
}

#[test]
fn a_mapping_that_merges_itself_is_read_and_asked() {
    for text in ["&a {<<: *a, b: c}", "&a {<<: [*a, *a, *a], b: c}", "- &a {<<: *b}\n- &b {<<: *a, b: c}"] {
        let tree = Syntax::Yaml.parse(text);
        for node in tree.nodes(text) {
            assert!(node.entries().len() <= 3);
            assert!(node.get("none").is_none());
        }
        assert!(tree.nodes(text).any(|node| node.str_at("b") == Some("c")));
    }
}

#[test]
fn an_alias_of_an_alias_of_itself_ends() {
    let text = "a: &a [*a]\nb: *a\n";
    let tree = Syntax::Yaml.parse(text);
    let b = tree.documents(text).next().unwrap().get("b").unwrap();
    assert!(b.items().next().unwrap().items().next().unwrap().is_sequence());
}

#[test]
fn long_blocks_and_wide_mappings_are_read_whole() {
    let block = format!("a: |\n{}", "  line\n".repeat(400_000));
    let tree = Syntax::Yaml.parse(&block);
    assert_eq!(tree.documents(&block).next().unwrap().str_at("a").unwrap().lines().count(), 400_000);

    let entries: Vec<String> = (0..200_000).map(|key| format!("\"key{key}\":{key}")).collect();
    let flow = format!("{{{}}}", entries.join(","));
    for syntax in [Syntax::Yaml, Syntax::Json] {
        let tree = syntax.parse(&flow);
        assert_eq!((nodes(&tree, &flow), tree.duplicates.len(), tree.errors.len()), (400_001, 0, 0));
    }
}

/// With a walk over all siblings for each value, this would take hours.
#[test]
fn every_value_of_a_wide_mapping_can_be_asked_for_its_place() {
    let text: String = (0..200_000).map(|key| format!("key{key}: a\n")).collect();
    let tree = Syntax::Yaml.parse(&text);
    let mut longest = 0;
    for node in tree.nodes(&text).filter(|node| node.key().is_some()) {
        assert!(!node.is_key());
        assert_eq!(node.keys_above(), [node.key_path()]);
        assert!(node.sibling_keys().contains(&node.key_path().as_str()));
        longest = longest.max(node.sibling_keys().len());
    }
    assert_eq!(longest, 128);
}

#[test]
fn wide_mappings_of_the_same_key_are_counted_once_each() {
    let text = "a: b\n".repeat(100_000);
    assert_eq!(Syntax::Yaml.parse(&text).duplicates.len(), 99_999);
    let merged =
        format!("- &a {{{}}}\n- {{<<: *a, b: c}}", (0..50_000).map(|key| format!("k{key},")).collect::<String>());
    let tree = Syntax::Yaml.parse(&merged);
    let second = tree.documents(&merged).next().unwrap().items().nth(1).unwrap();
    assert_eq!(second.entries().len(), 50_001);
}

#[test]
fn templates_of_nothing_but_holes_are_read_in_one_pass() {
    let holes = 100_000;
    for text in
        ["{{ .a }}".repeat(holes), "{{\\'}}".repeat(holes), "a: |\n".to_owned() + &"    {{ .a }}\n".repeat(holes)]
    {
        assert_eq!(Syntax::YamlTemplate.parse(&text).holes.len(), holes);
    }
    assert_eq!(Syntax::YamlTemplate.parse(&"{{ ".repeat(holes)).holes.len(), 1);
    assert_eq!(Syntax::YamlTemplate.parse(&"{{/* ".repeat(holes)).holes.len(), 1);
}

#[test]
fn broken_documents_do_not_add_up() {
    let text = "a: [\n---\n".repeat(20_000);
    let tree = Syntax::Yaml.parse(&text);
    // The last marker begins an empty document.
    assert_eq!((tree.errors.len(), nodes(&tree, &text)), (20_000, 1));
    let text = "{\"a\":\n".repeat(20_000) + "]";
    assert!(Syntax::Json.parse(&text).errors.len() < 1_000);
    let text = "A=\"b\n".repeat(20_000);
    assert_eq!(Syntax::Dotenv.parse(&text).documents(&text).next().unwrap().own_entries().count(), 20_000);
}

//! Credentials by the keys above them, in every file that has a tree: configuration, manifests, dotenv files.
//!
//! It does not know Kubernetes. Passwords inside URIs are found by their shape (`structure`), not by their key.

use crate::model::{Blob, Confidence, Draft, Emitter, Identity, Matcher, RepoPath, Rule};
use crate::syntax::{Leaf, Node, Tree, leaves};
use crate::text::{Secret, Span};
use crate::value::{self, Context, Kind, Verdict};

/// The rules that judge by key; each may be off.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeyedRules {
    /// What people choose.
    pub password: Option<&'static Rule>,
    /// Tokens, keys, everything that machines make.
    pub secret: Option<&'static Rule>,
}

impl KeyedRules {
    /// Those among the rules that are on.
    pub fn of(rules: &[&'static Rule]) -> KeyedRules {
        let find =
            |name| rules.iter().copied().find(|rule| matches!(rule.matcher, Matcher::Structure(own) if own == name));
        KeyedRules { password: find("keyed-password"), secret: find("keyed-secret") }
    }

    /// True when none of them is on.
    pub fn is_empty(&self) -> bool {
        self.password.is_none() && self.secret.is_none()
    }

    pub(super) fn rule(&self, kind: Kind) -> Option<&'static Rule> {
        match kind {
            Kind::Password => self.password,
            // The shape of the URI finds it.
            Kind::Connection => None,
            _ => self.secret,
        }
    }
}

/// Lines of a generated file are longer than this on average.
const MINIFIED: usize = 1_000;
/// A smaller file is read whatever its lines.
const SMALL: usize = 64 << 10;

/// How much keys say in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    Full,
    /// Test data: findings are doubtful.
    Little,
    /// Lock files, translations, schemas, samples: keys speak of something else.
    None,
}

/// Judges every scalar of `tree`, which was read from `text`.
pub fn scan(rules: &KeyedRules, blob: &Blob, tree: &Tree, text: &str, drafts: &mut Vec<Draft>) {
    let trust = trust(blob.path(), text);
    if trust == Trust::None || rules.is_empty() {
        return;
    }
    for root in tree.documents(text).filter(|root| !is_schema(*root)) {
        leaves(root, value::may_hold_credentials, &mut |leaf| judge(rules, leaf, trust, drafts));
    }
}

fn judge(rules: &KeyedRules, leaf: &Leaf, trust: Trust, drafts: &mut Vec<Draft>) {
    if leaf.value.is_empty()
        || !leaf.keys.iter().rev().take(2).any(|key| value::is_telling(key))
        || leaf.keys[0] == "sops"
    {
        return;
    }
    let siblings = || leaf.node.sibling_keys();
    let judgement =
        value::judge(Context { keys: leaf.keys, siblings: &siblings, quoted: leaf.is_quoted() }, leaf.value);
    let confidence = match judgement.verdict {
        Verdict::Credential(confidence) if trust == Trust::Full => confidence,
        Verdict::Credential(_) | Verdict::WeakDefault => Confidence::Low,
        _ => return,
    };
    let Some(rule) = value::kind_of(leaf.keys).and_then(|kind| rules.rule(kind)) else { return };
    let span = leaf.whole();
    if leaf.node.is_masked() {
        return;
    }
    let key_path = leaf.key_path();
    let identity =
        Identity::Guessable { subject: String::new(), key_path: key_path.clone(), value: Secret::new(leaf.value) };
    let draft = Emitter::new(rule, drafts);
    report(draft, span, identity, confidence, key_path);
}

pub(super) fn report(mut emitter: Emitter, span: Span, identity: Identity, confidence: Confidence, key_path: String) {
    emitter
        .at(span, identity)
        .blank("key", key_path.clone())
        .key_path(key_path)
        .secret(span)
        .confidence(confidence)
        .emit();
}

/// A JSON schema, an API description or a CRD: its strings describe values.
fn is_schema(root: Node) -> bool {
    root.own_entries().take(8).any(|(key, value)| match key.as_str() {
        Some("$schema") => value.as_str().is_some_and(|schema| schema.contains("json-schema.org")),
        Some("openapi" | "swagger" | "asyncapi") => value.as_str().is_some(),
        Some("kind") => value.as_str() == Some("CustomResourceDefinition"),
        _ => false,
    })
}

/// How much keys say in `text`, a file's at `path`.
pub(super) fn trust(path: &RepoPath, text: &str) -> Trust {
    if is_minified(text) { Trust::None } else { trust_of_path(path) }
}

/// False where `scan` has nothing to say, as far as a quick look tells.
pub fn may_speak(path: &RepoPath, text: &str) -> bool {
    trust(path, text) != Trust::None && value::may_hold_credentials(text)
}

/// Lines so long that a program wrote them, in a file that is not small.
fn is_minified(text: &str) -> bool {
    text.len() > SMALL && memchr::memchr_iter(b'\n', text.as_bytes()).count() * MINIFIED < text.len()
}

/// What a file's name and folders say.
pub fn trust_of_path(path: &RepoPath) -> Trust {
    let (path, name) = (path.to_text().to_ascii_lowercase(), path.file_name().to_ascii_lowercase());
    let name = String::from_utf8_lossy(&name);
    let folder = |names: &[&str]| path.split('/').rev().skip(1).any(|part| names.contains(&part));
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    let locked = matches!(
        &*name,
        "package-lock.json"
            | "npm-shrinkwrap.json"
            | "composer.lock"
            | "pnpm-lock.yaml"
            | "packages.lock.json"
            | "pipfile.lock"
    );
    let sample =
        name.split(['.', '-', '_']).any(|part| matches!(part, "example" | "sample" | "template" | "dist" | "tpl"));
    if locked
        || sample
        || ends(&[
            "-lock.json",
            "-lock.yaml",
            ".lock",
            ".lock.json",
            ".map",
            ".min.json",
            ".schema.json",
            ".openapi.yaml",
            ".arb",
        ])
        || folder(&[
            "locales",
            "locale",
            "i18n",
            "l10n",
            "lang",
            "langs",
            "translations",
            "messages",
            "node_modules",
            "crds",
            "schemas",
        ])
    {
        return Trust::None;
    }
    match folder(&[
        "testdata",
        "test-data",
        "fixtures",
        "__fixtures__",
        "__snapshot__",
        "__snapshots__",
        "snapshots",
        "mocks",
        "__mocks__",
    ]) || ends(&[".snap", ".snapshot.json"])
    {
        true => Trust::Little,
        false => Trust::Full,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Origin, Severity, Tier};
    use crate::syntax::Syntax;
    use crate::text::OffsetMap;

    const RULE: Rule = Rule {
        id: "plaintext-password",
        title: "",
        family: "",
        severity: Severity::Error,
        confidence: Confidence::High,
        tier: Tier::Correctness,
        message: "",
        description: "",
        rationale: "",
        remediation: "",
        references: &[],
        aliases: &[],
        tags: &[],
        once: false,
        matcher: Matcher::Structure("keyed-password"),
        bad: &[],
        good: &[],
    };
    static PASSWORD: Rule = RULE;
    static SECRET: Rule = Rule { id: "plaintext-credential", matcher: Matcher::Structure("keyed-secret"), ..RULE };

    /// `rule: text under the span` of each finding that is at least of medium confidence.
    fn found(path: &str, text: &str) -> Vec<String> {
        let origin = Origin { path: RepoPath::from(path) };
        let blob = Blob::new(&origin, text.as_bytes(), OffsetMap::Identity);
        let tree = Syntax::of_path(&origin.path).unwrap_or(Syntax::Yaml).parse(text);
        let mut drafts = Vec::new();
        scan(&KeyedRules::of(&[&PASSWORD, &SECRET]), &blob, &tree, text, &mut drafts);
        drafts.retain(|draft| draft.confidence > Confidence::Low);
        drafts.iter().map(|draft| format!("{}: {}", draft.rule.id, &text[draft.span.range()])).collect()
    }

    #[test]
    fn a_short_password_is_found_in_every_syntax() {
        let expected = ["plaintext-password: hunter2x"];
        assert_eq!(found("a.yaml", "db:\r\n  password: hunter2x\r\n"), expected);
        assert_eq!(found("a.json", "{\"db\": {\"password\": \"hunter2x\"}}"), expected);
        assert_eq!(found(".env", "export DB_PASSWORD='hunter2x' # x\n"), expected);
        assert_eq!(found("a.yaml", "env:\n- name: DB_PASSWORD\n  value: hunter2x\n"), expected);
        assert_eq!(found("a.yaml", "data:\n  app.yaml: |\n    db:\n      password: \"hunter2x\"\n"), expected);
    }

    #[test]
    fn machine_made_values_have_a_rule_of_their_own() {
        let token = ["aB3xY9", "qLmN0p", "R7tZw2"].concat();
        assert_eq!(found("a.yaml", &format!("apiKey: {token}\n")), [format!("plaintext-credential: {token}")]);
    }

    #[test]
    fn files_whose_keys_say_nothing_are_passed_over() {
        for path in [
            "package-lock.json",
            "src/locales/de.json",
            ".env.example",
            "api.schema.json",
            "web/i18n/en.yaml",
            "testdata/a.yaml",
        ] {
            assert!(
                found(path, "{\"password\": \"hunter2x\"}").is_empty() && found(path, "password=hunter2x\n").is_empty(),
                "{path}"
            );
        }
        assert!(found("a.json", "{\"$schema\": \"http://json-schema.org/x\", \"password\": \"hunter2x\"}").is_empty());
        assert!(found("a.yaml", "kind: CustomResourceDefinition\npassword: hunter2x\n").is_empty());
    }

    #[test]
    fn passwords_in_uris_are_left_to_their_shape() {
        let uri = format!("DATABASE_URL=postgres://app:{}@db.internal/x\n", "k3Jf9-xQ2m");
        assert!(found(".env", &uri).is_empty());
    }

    #[test]
    fn an_alias_is_reported_where_its_value_is_written() {
        let text = "first: &p hunter2x\nsecond:\n  password: *p\n";
        assert_eq!(found("a.yaml", text), ["plaintext-password: hunter2x"]);
    }
}

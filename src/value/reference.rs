//! Values that name a place where the credential lives: variables, templates, secret stores, sealed and encrypted text.
//!
//! It does not know what stands around a value, nor whether the place exists.

use crate::text::Span;

/// A longer hole is not looked for, which keeps the search linear.
const LONGEST_HOLE: usize = 1024;

/// Shortest text that a SealedSecret's ciphertext can have.
const SHORTEST_SEALED: usize = 500;

/// What a value is made of, when it is (partly) a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference<'a> {
    /// All of it, and why.
    Whole(&'static str),
    /// A variable with a literal to fall back to: `${VAR:-literal}`.
    Fallback(&'a str),
    /// Text around holes.
    Partial,
}

/// Openers and closers of what an engine fills in; the longest opener first.
const HOLES: &[(&str, &str)] = &[
    ("$__file{", "}"),
    ("$__env{", "}"),
    ("$__vault{", "}"),
    ("${{", "}}"),
    ("{{", "}}"),
    ("${", "}"),
    ("$(", ")"),
    ("$[", "]"),
    ("#{", "}"),
    ("@{", "}"),
    ("%{", "}"),
    ("<%", "%>"),
    ("{%", "%}"),
    ("((", "))"),
];

/// Prefix, what must follow somewhere behind it, and what it is.
const SCHEMES: &[(&str, &str, &str)] = &[
    ("!vault", "", "is encrypted by Ansible Vault"),
    ("!secret ", "", "refers to a file of secrets"),
    ("!env_var ", "", "refers to an environment variable"),
    ("!ENV ", "", "refers to an environment variable"),
    ("wcFMA", "", "is encrypted by PGP"),
    ("wcBMA", "", "is encrypted by PGP"),
    ("$ANSIBLE_VAULT;", "", "is encrypted by Ansible Vault"),
    ("-----BEGIN AGE ENCRYPTED FILE-----", "", "is encrypted by age"),
    ("-----BEGIN PGP MESSAGE-----", "", "is encrypted by PGP"),
    ("<path:", ">", "refers to a secret store (Argo CD Vault Plugin)"),
    (">>vault:", "", "refers to Vault (Bank-Vaults)"),
    ("@Microsoft.KeyVault(", ")", "refers to Azure Key Vault"),
    ("ENC(", ")", "is encrypted by Jasypt"),
    ("ENC[", "]", "is encrypted by SOPS"),
    ("akv://", "", "refers to Azure Key Vault"),
    ("arn:aws:kms:", "", "refers to AWS KMS"),
    ("arn:aws:secretsmanager:", "", "refers to AWS Secrets Manager"),
    ("arn:aws:ssm:", "", "refers to AWS Parameter Store"),
    ("awskms://", "", "refers to AWS KMS"),
    ("awssm://", "", "refers to AWS Secrets Manager"),
    ("awsssm://", "", "refers to AWS Parameter Store"),
    ("azurekms://", "", "refers to Azure Key Vault"),
    ("berglas://", "", "refers to Berglas"),
    ("bws://", "", "refers to Bitwarden"),
    ("doppler://", "", "refers to Doppler"),
    ("encrypted:", "", "is encrypted"),
    ("env:", "", "refers to an environment variable"),
    ("env://", "", "refers to an environment variable"),
    ("file:", "/", "refers to a file"),
    ("gcpkms://", "", "refers to Google Cloud KMS"),
    ("gcpsm://", "", "refers to Google Secret Manager"),
    ("hashivault://", "", "refers to Vault"),
    ("infisical://", "", "refers to Infisical"),
    ("k8s://", "", "refers to a Kubernetes Secret"),
    ("keyring:", "", "refers to a key ring"),
    ("kms://", "", "refers to a key service"),
    ("op://", "/", "refers to 1Password"),
    ("pass:", "", "refers to a password store"),
    ("projects/", "/secrets/", "refers to Google Secret Manager"),
    ("ref+", "://", "refers to a secret store (vals)"),
    ("secretref+", "://", "refers to a secret store (vals)"),
    ("secrets://", "", "refers to a secret store"),
    ("sm://", "", "refers to Google Secret Manager"),
    ("ssm://", "", "refers to AWS Parameter Store"),
    ("vault://", "", "refers to Vault"),
    ("vault:", "/", "refers to Vault (Bank-Vaults)"),
    ("{{resolve:", "}}", "refers to AWS Secrets Manager or Parameter Store"),
    ("{cipher}", "", "is encrypted by Spring Cloud Config"),
];

/// Beginnings of expressions that read a value at run time.
const EXPRESSIONS: &[&str] = &[
    "ENV.",
    "ENV[",
    "System.getenv",
    "config.",
    "context.",
    "data.",
    "each.value",
    "env.",
    "github.",
    "inputs.",
    "local.",
    "module.",
    "needs.",
    "os.environ",
    "os.getenv",
    "params.",
    "process.env",
    "secrets.",
    "self.",
    "settings.",
    "steps.",
    "this.",
    "values.",
    "var.",
    "vars.",
];

/// How `value` refers to something, if it does.
pub fn of(value: &str) -> Option<Reference<'_>> {
    let value = value.trim();
    if let Some(literal) = value.strip_prefix("ref+echo://") {
        return Some(Reference::Fallback(literal));
    }
    if let Some(reason) = scheme(value).or_else(|| bare_variable(value)).or_else(|| expression(value)) {
        return Some(Reference::Whole(reason));
    }
    if value.len() > 2 && value.starts_with('`') && value.ends_with('`') {
        return Some(Reference::Whole("is what a command says"));
    }
    if is_sealed(value) {
        return Some(Reference::Whole("is sealed for the cluster"));
    }
    let holes = holes(value);
    let first = holes.first()?;
    if holes.len() == 1 && *first == Span::new(0, value.len()) {
        return Some(
            fallback(value).map_or(Reference::Whole("is filled in by a template or a variable"), Reference::Fallback),
        );
    }
    let bare = literals(value, &holes).all(|literal| literal.bytes().all(|byte| !byte.is_ascii_alphanumeric()));
    Some(if bare { Reference::Whole("is filled in by templates or variables") } else { Reference::Partial })
}

/// The text between the holes, whether or not it looks like anything.
pub fn literals<'a>(value: &'a str, holes: &'a [Span]) -> impl Iterator<Item = &'a str> {
    let starts = std::iter::once(0).chain(holes.iter().map(|hole| hole.end));
    let ends = holes.iter().map(|hole| hole.start).chain(std::iter::once(value.len()));
    starts.zip(ends).filter_map(|(start, end)| value.get(start..end)).filter(|literal| !literal.is_empty())
}

/// Where templates or variables stand in `value`, in order.
pub fn holes(value: &str) -> Vec<Span> {
    let bytes = value.as_bytes();
    let mut holes = Vec::new();
    let mut at = 0;
    while let Some(next) = bytes.get(at..).and_then(|rest| rest.iter().position(|&byte| is_opener(byte))) {
        at += next;
        match hole_at(value, at) {
            Some(end) => {
                holes.push(Span::new(at, end));
                at = end;
            }
            None => at += 1,
        }
    }
    holes
}

/// True for the first byte of a hole.
pub fn is_opener(byte: u8) -> bool {
    matches!(byte, b'$' | b'{' | b'%' | b'#' | b'<' | b'(' | b'@')
}

/// The end of the hole that begins at `at`.
pub fn hole_at(value: &str, at: usize) -> Option<usize> {
    let rest = value.get(at..)?;
    if let Some((open, close)) = HOLES.iter().find(|(open, _)| rest.starts_with(open)) {
        return closing(rest.as_bytes(), open, close).map(|end| at + end);
    }
    let free = !value.as_bytes()[..at].last().is_some_and(u8::is_ascii_alphanumeric);
    let name = rest.strip_prefix('$').map_or("", |name| &name[..identifier(name)]);
    let loud = name.len() >= 2
        && name.bytes().all(|byte| !byte.is_ascii_lowercase())
        && !name.starts_with(|c: char| c.is_ascii_digit());
    (free && loud).then_some(at + 1 + name.len())
}

/// The end of a hole in `text`, which begins with `open`; holes of the same kind nest.
fn closing(text: &[u8], open: &str, close: &str) -> Option<usize> {
    let text = &text[..text.len().min(LONGEST_HOLE)];
    memchr::memmem::find(text, close.as_bytes())?;
    let (mut depth, mut at) = (1usize, open.len());
    let inner = &open.as_bytes()[open.len() - 1..];
    while at < text.len() {
        if text[at..].starts_with(close.as_bytes()) {
            depth -= 1;
            at += close.len();
            if depth == 0 {
                return Some(at);
            }
        } else {
            depth += usize::from(close.len() == 1 && text[at..].starts_with(inner));
            at += 1;
        }
    }
    None
}

fn identifier(text: &str) -> usize {
    text.bytes().position(|byte| !byte.is_ascii_alphanumeric() && byte != b'_').unwrap_or(text.len())
}

/// The literal of `${VAR:-literal}`, `${VAR:=literal}`, `${VAR-literal}` or `{{ … | default "literal" }}`.
fn fallback(value: &str) -> Option<&str> {
    let literal = if value.starts_with("${{") {
        None
    } else if let Some(inside) = value.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) {
        let tail = &inside[identifier(inside)..];
        [":-", ":=", "-", ":"].into_iter().find_map(|operator| tail.strip_prefix(operator))
    } else if value.starts_with("{{") {
        template_default(value)
    } else {
        None
    };
    literal.map(str::trim).filter(|literal| !literal.is_empty())
}

/// Where the literal of `{{ … default "literal" … }}` or `{{ "literal" | b64enc }}` stands, in an action that is the whole
/// of `value`.
pub fn literal_in_action(value: &str) -> Option<Span> {
    let inside = value.trim().strip_prefix("{{")?.strip_suffix("}}").filter(|inside| !inside.contains("{{"))?;
    let literal = match inside.split_once("default ") {
        Some((_, literal)) => literal,
        None => inside.trim_start_matches('-'),
    };
    let literal = literal.trim_start();
    let quote = literal.chars().next().filter(|quote| matches!(quote, '"' | '`'))?;
    let length = literal[1..].find(quote).filter(|&length| length > 0)?;
    let start = value.find(inside)? + inside.len() - literal.len() + 1;
    Some(Span::new(start, start + length))
}

fn template_default(action: &str) -> Option<&str> {
    action.get(literal_in_action(action)?.range())
}

/// `$VAR`, `$dex.github.clientSecret`, `$secret:key`, `%VAR%`, `@VAR@`, `__VAR__`, `%(name)s`, `{name}`.
fn bare_variable(value: &str) -> Option<&'static str> {
    const REASON: &str = "refers to a variable";
    let enclosed = |open: &str, close: &str| {
        let inside = value.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)).unwrap_or("");
        !inside.is_empty()
            && inside.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b':'))
    };
    let known = [("%", "%"), ("@", "@"), ("__", "__"), ("%(", ")s"), ("{", "}")];
    if known.iter().any(|(open, close)| enclosed(open, close)) || value.strip_prefix('$').is_some_and(is_variable_name)
    {
        return Some(REASON);
    }
    None
}

/// What follows the `$` of a variable, and not of a password that begins with one: `Summer2024` is not a name.
fn is_variable_name(name: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let parts = || name.split(['.', ':']);
    if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        || !parts().all(|part| !part.is_empty() && part.bytes().all(word))
    {
        return false;
    }
    parts().count() > 1
        || name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        || name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

fn scheme(value: &str) -> Option<&'static str> {
    let known = |(prefix, within, _): &&(&str, &str, &str)| {
        value.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty() && rest.contains(within))
    };
    SCHEMES.iter().find(known).map(|(_, _, reason)| *reason)
}

/// `os.environ["X"]`, `var.password`, `getenv('X')`: code that reads the value when it runs.
fn expression(value: &str) -> Option<&'static str> {
    const REASON: &str = "is an expression that reads the value";
    let path = |text: &str| {
        text.bytes().all(|byte| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b'_' | b'.' | b'-' | b'[' | b']' | b'"' | b'\'' | b'(' | b')')
        })
    };
    let begins =
        EXPRESSIONS.iter().any(|known| value.strip_prefix(known).is_some_and(|rest| !rest.is_empty() && path(rest)));
    (begins || is_call(value)).then_some(REASON)
}

/// `name(…)`, `a.b(…)`: the call of a function. A password rarely is an identifier and brackets around the rest.
fn is_call(value: &str) -> bool {
    let Some((name, arguments)) = value.split_once('(') else { return false };
    let named = name.len() >= 3
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.' | b':'));
    named && arguments.ends_with(')')
}

fn is_sealed(value: &str) -> bool {
    value.len() >= SHORTEST_SEALED
        && value.starts_with("Ag")
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_grammar_of_reference_is_known() {
        let whole = [
            "{{ .Values.password }}",
            "{{ include \"db.password\" . }}",
            "$(DB_PASSWORD)",
            "${DB_PASSWORD}",
            "$DB_PASSWORD",
            "$password",
            "$dex.github.clientSecret",
            "$oidc.azuread.clientSecret",
            "$argocd-secret:dex.key",
            "$__file{/etc/secrets/db}",
            "$__env{DB_PASSWORD}",
            "$__vault{kv/db:password}",
            "%(password)s",
            "%DB_PASSWORD%",
            "@DB_PASSWORD@",
            "__DB_PASSWORD__",
            "<path:secret/data/db#password>",
            "vault:secret/data/db#PASSWORD",
            ">>vault:database/creds/x#password",
            "ref+vault://secret/db#/password",
            "secretref+awssecrets://db",
            "op://vault/item/field",
            "secrets://vault/db",
            "arn:aws:secretsmanager:eu-west-1:1:secret:db",
            "projects/p/secrets/db/versions/1",
            "@Microsoft.KeyVault(SecretUri=https://x.vault.azure.net/secrets/db)",
            "ENC[AES256_GCM,data:x,type:str]",
            "${{ secrets.DB_PASSWORD }}",
            "os.environ[\"DB_PASSWORD\"]",
            "process.env.DB_PASSWORD",
            "var.db_password",
            "data.aws_secretsmanager_secret_version.db.secret_string",
            "local.password",
            "getenv('DB_PASSWORD')",
            "$(A):$(B)",
            "((db-password))",
            "!secret mqtt_password",
            "wcFMA/xDdHCJBTolAQ/+J8Zz",
        ];
        for value in whole {
            assert!(matches!(of(value), Some(Reference::Whole(_))), "{value}: {:?}", of(value));
        }
    }

    #[test]
    fn a_sealed_blob_is_a_reference_and_a_short_one_is_not() {
        assert!(of(&format!("AgB{}", "yK3f".repeat(150))).is_some());
        assert!(of(&format!("AgB{}", "yK3f".repeat(20))).is_none());
    }

    #[test]
    fn a_fallback_is_given_back() {
        for value in [
            "${DB_PASSWORD:-hunter2}",
            "${DB_PASSWORD:=hunter2}",
            "{{ .Values.x | default \"hunter2\" }}",
            "ref+echo://hunter2",
        ] {
            assert_eq!(of(value), Some(Reference::Fallback("hunter2")), "{value}");
        }
        assert!(matches!(of("${DB_PASSWORD:-}"), Some(Reference::Whole(_))));
    }

    #[test]
    fn passwords_with_dollars_and_brackets_are_no_references() {
        for value in [
            "hunter2",
            "pa$$word1",
            "$Summer2024",
            "$2y$10$abcdefghijk",
            "a{b}c",
            "100%sure",
            "p@ss@w0rd",
            "__init",
            "a(b)c",
            "${open",
        ] {
            assert_eq!(of(value), None, "{value}");
        }
    }

    #[test]
    fn text_around_holes_is_left_to_judge() {
        let value = "Bearer ${TOKEN}-tail";
        assert_eq!(of(value), Some(Reference::Partial));
        assert_eq!(literals(value, &holes(value)).collect::<Vec<_>>(), ["Bearer ", "-tail"]);
    }

    #[test]
    fn hostile_openers_take_linear_time() {
        let started = std::time::Instant::now();
        for opener in ["${", "{{", "$(", "((", "<%", "${{"] {
            holes(&opener.repeat(50_000));
        }
        assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
    }
}

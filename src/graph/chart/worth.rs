//! Which templates are worth running, by their text alone: those that make Secrets, and those that seem to use one wrongly
//! or to set a variable for a credential. A large tree has thousands that do neither.
//!
//! It does not know what a template writes: what looks right here is taken to be right.

use crate::value::{Class, class_of};

/// Shorter ones can leave everything to a template that they include.
const SHORT: usize = 400;

/// What the chart's own Secrets are made from, as text.
pub struct Makers<'t> {
    texts: Vec<&'t str>,
}

impl<'t> Makers<'t> {
    /// Of all templates of a chart.
    pub fn of(texts: impl Iterator<Item = &'t str>) -> Makers<'t> {
        Makers { texts: texts.filter(|text| makes_secrets(text) || !has(text, "kind:")).collect() }
    }

    fn mention(&self, word: &str) -> bool {
        let is_end =
            |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric() && !b"-_.".contains(byte));
        self.texts.iter().any(|text| {
            let mut found = memchr::memmem::find_iter(text.as_bytes(), word);
            found.any(|at| is_end(text.as_bytes().get(at + word.len())))
        })
    }
}

/// Why a template is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Worth {
    Nothing,
    /// It makes Secrets in a roundabout way: of interest where one of the others asks for a Secret.
    Implies,
    Writes,
    Asks,
}

pub fn worth(text: &str, makers: &Makers) -> Worth {
    match text {
        _ if sets_credential(text) || asks_strangely(text, makers) => Worth::Asks,
        _ if writes_secrets(text) || text.len() < SHORT && has(text, "include") && !has(text, "kind:") => Worth::Writes,
        _ if makes_secrets(text) => Worth::Implies,
        _ => Worth::Nothing,
    }
}

/// True where one of its objects may be, or bring about, a Secret.
fn makes_secrets(text: &str) -> bool {
    kinds(text).any(|kind| kind.ends_with("Secret") || kind == "Certificate" || kind.contains("{{"))
}

/// True where one of its objects is a Secret, or may be any kind.
fn writes_secrets(text: &str) -> bool {
    let is_open = |kind: &str| kind.contains("{{") && (kind.contains("Secret") || text.len() < SHORT);
    kinds(text).any(|kind| kind == "Secret" || is_open(kind))
}

fn kinds(text: &str) -> impl Iterator<Item = &str> {
    let written = memchr::memmem::find_iter(text.as_bytes(), b"kind:").map(|at| line(&text[at + "kind:".len()..]));
    written.map(|kind| kind.trim().trim_matches(['"', '\'']))
}

/// `- name: DB_PASSWORD` with `value: {{ … }}` below it.
fn sets_credential(text: &str) -> bool {
    memchr::memmem::find_iter(text.as_bytes(), b"value:").any(|at| {
        let above = text[..at].trim_end();
        let above = &above[memchr::memrchr(b'\n', above.as_bytes()).map_or(0, |end| end + 1)..];
        let name = above.trim().strip_prefix("- name:").map(|name| name.trim().trim_matches(['"', '\'']));
        line(&text[at..]).contains("{{") && matches!(name.and_then(class_of), Some(Class::Value(_)))
    })
}

/// A `secretKeyRef` of which the key, or what stands behind the release's name, is in no template that makes Secrets.
fn asks_strangely(text: &str, makers: &Makers) -> bool {
    memchr::memmem::find_iter(text.as_bytes(), b"secretKeyRef:").any(|at| {
        let fields = text[at..].lines().skip(1).take(4).map(str::trim);
        let asks = |field: &str| {
            let value = |name: &str| field.strip_prefix(name).map(|value| value.trim().trim_matches(['"', '\'']));
            match (value("key:"), value("name:")) {
                (Some(key), _) if !key.contains("{{") => !makers.mention(key),
                (_, Some(name)) => own_suffix(name).is_some_and(|suffix| !makers.mention(suffix)),
                _ => false,
            }
        };
        !makers.texts.is_empty() && fields.take_while(|field| !field.starts_with("- name")).any(asks)
    })
}

/// `-db` of `{{ include "shop.fullname" . }}-db` and of `{{ printf "%s-db" … }}`.
fn own_suffix(name: &str) -> Option<&str> {
    let behind = name.rsplit_once("}}").map(|(_, behind)| behind).filter(|behind| !behind.is_empty());
    let printed = || name.split_once("\"%s").and_then(|(_, rest)| rest.split_once('"')).map(|(suffix, _)| suffix);
    behind.or_else(printed).filter(|suffix| suffix.len() > 1 && !suffix.contains('%'))
}

fn line(text: &str) -> &str {
    text.split('\n').next().unwrap_or_default()
}

fn has(text: &str, word: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "kind: Secret\nmetadata:\n  name: {{ .Release.Name }}-db\ndata:\n  password: x\n";

    fn of(text: &str) -> Worth {
        worth(text, &Makers::of([SECRET].into_iter()))
    }

    #[test]
    fn what_makes_a_secret_or_sets_a_credential_is_run() {
        for text in [SECRET, "kind: {{ .kind }}\n", "{{ include \"all\" . }}"] {
            assert_eq!(of(text), Worth::Writes, "{text}");
        }
        assert_eq!(of("kind: Certificate\n"), Worth::Implies);
        assert_eq!(of("kind: Pod\nenv:\n- name: DB_PASSWORD\n  value: {{ .Values.x }}\n"), Worth::Asks);
        let harmless = "kind: Pod\nenv:\n- name: LOG\n  value: {{ .Values.x }}\n- name: TOKEN\n  value: x\n";
        assert_eq!((of(harmless), of("kind: Service\n")), (Worth::Nothing, Worth::Nothing));
    }

    #[test]
    fn a_reference_that_fits_no_secret_is_looked_at() {
        let asks = |name: &str, key: &str| {
            let fields = format!("          name: {name}\n          key: {key}\n");
            of(&format!("kind: Pod\n        secretKeyRef:\n{fields}")) == Worth::Asks
        };
        assert!(!asks("{{ .Release.Name }}-db", "password") && !asks("{{ .Values.name }}", "{{ .Values.key }}"));
        assert!(asks("{{ .Release.Name }}-db", "passwd") && asks("{{ .Release.Name }}-dbs", "password"));
        assert!(asks("{{ printf \"%s-dbs\" .Release.Name }}", "password"));
    }
}

//! `$(NAME)` in containers: Kubernetes puts in what it knows at that place, and leaves the rest as it stands.
//!
//! It does not know the variables of the image: those never take part. Shells have the same sign for commands, so what is
//! given to a shell is not looked at.

use super::fields::may_be_completed;
use super::{Context, Reporter};
use crate::document::{Document, Form};
use crate::facts::consumers::{CONTAINERS, pod_spec};
use crate::syntax::{Node, moved_behind};
use crate::text::Span;

/// `variable-used-before-definition`
pub fn before_definition(document: &Document, _context: &Context, reporter: &mut Reporter) {
    for container in containers(document) {
        let variables = variables(container);
        for (index, (_, value)) in variables.iter().enumerate() {
            let Some(value) = value else { continue };
            for (span, name) in references(value.as_str().unwrap_or_default()) {
                let is_known = variables[..index].iter().any(|(other, _)| *other == name);
                let later = variables[index + 1..].iter().position(|(other, _)| *other == name);
                if let Some(later) = later.filter(|_| !is_known) {
                    let entry = |index| container.get("env")?.items().nth(index);
                    let fix =
                        entry(index).zip(entry(index + 1 + later)).and_then(|(it, other)| moved_behind(it, other));
                    reporter.within(*value, span).blank("name", name).fix(fix.into_iter().flatten()).emit();
                }
            }
        }
    }
}

/// `variable-not-defined`
pub fn not_defined(document: &Document, context: &Context, reporter: &mut Reporter) {
    if may_be_completed(document, context) {
        return;
    }
    for container in containers(document) {
        let variables = variables(container);
        let values = variables.iter().filter_map(|(_, value)| *value);
        let parts = ["command", "args"].into_iter().filter_map(|field| container.get(field)).flat_map(Node::items);
        let parts: Vec<Node> = if is_shell(container) { Vec::new() } else { parts.collect() };
        for value in values.chain(parts) {
            for (span, name) in references(value.as_str().unwrap_or_default()) {
                if !variables.iter().any(|(other, _)| *other == name) && !is_of_service(name) && is_constant(name) {
                    reporter.within(value, span).blank("name", name).emit();
                }
            }
        }
    }
}

/// The containers of which all variables are written: a ConfigMap or a Secret may define any.
fn containers<'a>(document: &Document<'a>) -> Vec<Node<'a>> {
    let pods = document.manifests().iter().filter(|_| document.form() == Form::Whole);
    let pods = pods.filter_map(|it| it.root.at(pod_spec(it.group(), it.kind())?));
    let all = pods.flat_map(|pod| CONTAINERS.into_iter().filter_map(move |list| pod.get(list))).flat_map(Node::items);
    all.filter(|it| it.get("envFrom").is_none_or(|from| from.items().next().is_none()) && !it.is_masked()).collect()
}

/// Names in the order in which they are defined, with the values that are written.
fn variables<'a>(container: Node<'a>) -> Vec<(&'a str, Option<Node<'a>>)> {
    let entries = container.get("env").into_iter().flat_map(Node::items);
    entries.filter_map(|entry| Some((entry.str_at("name")?, entry.get("value")))).collect()
}

/// Each `$(NAME)`; `$$` is a dollar sign.
fn references(text: &str) -> Vec<(Span, &str)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = text[at..].find('$') {
        let sign = at + next;
        let rest = &text[sign + 1..];
        at = sign + 1 + usize::from(rest.starts_with('$'));
        let Some((name, _)) = rest.strip_prefix('(').and_then(|inside| inside.split_once(')')) else { continue };
        let belongs = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.');
        if !name.is_empty() && name.chars().all(belongs) {
            found.push((Span::new(sign, sign + name.len() + 3), name));
        }
    }
    found
}

/// What a program is called by, in which `$( … )` means its output.
fn is_shell(container: Node) -> bool {
    let words = ["command", "args"].into_iter().filter_map(|field| container.get(field)).flat_map(Node::items);
    words.filter_map(Node::as_str).any(|word| {
        let program = word.rsplit('/').next().unwrap_or(word);
        matches!(program, "sh" | "bash" | "ash" | "dash" | "zsh" | "ksh" | "busybox") || word.starts_with("#!")
    })
}

/// Kubernetes defines these for each Service of the namespace.
fn is_of_service(name: &str) -> bool {
    name.ends_with("_SERVICE_HOST")
        || name.contains("_SERVICE_PORT")
        || name.contains("_PORT_")
        || name.ends_with("_PORT")
}

/// As variables of environments are written: `$(hostname)` was meant for a shell.
fn is_constant(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::references;

    #[test]
    fn a_doubled_sign_is_a_dollar() {
        let names = |text| references(text).into_iter().map(|(_, name)| name).collect::<Vec<_>>();
        assert_eq!(names("postgres://$(USER):$(PASS)@$(HOST)/db"), ["USER", "PASS", "HOST"]);
        assert_eq!(names("$$(USER) $$$(PASS) $(a b) $() $HOST ${HOST} $("), ["PASS"]);
        assert_eq!(names("ü$(A)"), ["A"]);
    }
}

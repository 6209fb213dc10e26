//! What a template wrote, as objects whose nodes know their places in the template, and where each of the chart's values
//! went.
//!
//! It does not run templates and does not judge values.

use std::ops::Range;
use std::sync::Arc;

use super::machine::Output;
use super::marks::{Plain, UNKNOWN};
use crate::graph::data::{Content, Data, FileId, Place};
use crate::graph::object::Object;
use crate::syntax::{Node, Syntax};
use crate::text::Span;

/// Stands in the place of a line that is unknown, between entries of a mapping and between items of a list. As long as the
/// mark with what is written behind and before it.
const ENTRY: &str = "\u{E000}:";
const ITEM: &str = "- \u{7FE}";

/// Kinds of which none makes a Secret.
const HARMLESS: [&str; 24] = [
    "ClusterRole",
    "ClusterRoleBinding",
    "ConfigMap",
    "CronJob",
    "DaemonSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "Ingress",
    "Job",
    "LimitRange",
    "Namespace",
    "NetworkPolicy",
    "PersistentVolumeClaim",
    "Pod",
    "PodDisruptionBudget",
    "PodMonitor",
    "PrometheusRule",
    "ResourceQuota",
    "Role",
    "RoleBinding",
    "Service",
    "ServiceAccount",
    "ServiceMonitor",
    "StatefulSet",
];

/// Where a value of a chart ends up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sink {
    /// It is an entry of a Secret, all of it.
    Secret(Arc<str>),
    /// It is a variable of a container, all of it.
    Variable(Arc<str>),
    /// It names a Secret or a key in one.
    Name,
    /// It is in something else, or a part of something.
    Other,
}

/// One value on its way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValueFlow {
    /// Where the value is written, and its text.
    pub value: Place,
    pub text: Arc<str>,
    pub sink: Sink,
    /// Where the template takes it.
    pub template: Place,
}

#[derive(Default)]
pub struct Rendered {
    pub objects: Vec<Object>,
    /// The number of the value, where it went, and where the template takes it.
    pub flows: Vec<(usize, Sink, Place)>,
    /// There may be more Secrets than one sees.
    pub open: bool,
}

impl Rendered {
    /// What `output`, written by the template `file`, says.
    pub fn of(output: &Output, file: FileId) -> Rendered {
        let plain = Plain::of(&output.text);
        let text = with_open_lines(&plain.text);
        let tree = Syntax::Yaml.parse(&text);
        let mut rendered = Rendered { open: !tree.errors.is_empty(), ..Rendered::default() };
        if rendered.open {
            return rendered;
        }
        let source = Source { plain: &plain, output, file };
        for root in tree.documents(&text) {
            rendered.document(root, &source);
        }
        rendered
    }

    fn document(&mut self, root: Node, source: &Source) {
        let kind = root.str_at("kind").unwrap_or_default();
        if !source.plain.origins.is_empty() {
            let is_secret = kind == "Secret" && root.str_at("apiVersion") == Some("v1");
            flows(root, &mut Vec::new(), is_secret, source, &mut self.flows);
        }
        let mut data = Data::of(root, source.file);
        source.relocate(&mut data);
        let name = data.at("metadata.name").and_then(Data::as_str);
        let is_known = data.str_at("kind").is_some() && name.is_some();
        self.open |= !is_known && !root.is_null() && !HARMLESS.contains(&kind);
        self.objects.extend(Object::of(data).filter(|_| is_known));
    }
}

/// From places in what was written to places in the template.
struct Source<'a> {
    plain: &'a Plain,
    output: &'a Output,
    file: FileId,
}

impl Source<'_> {
    fn relocate(&self, data: &mut Data) {
        let written = data.place.span().range();
        data.place = Place::new(self.file, self.span(&written));
        let unknown = |text: &str| text.contains(UNKNOWN) || matches!(text, "\u{E000}" | "\u{7FE}");
        if data.as_str().is_some_and(|text| unknown(text) || self.plain.is_maybe(&written)) {
            data.content = Content::Unknown;
            return;
        }
        data.items_mut().into_iter().flatten().for_each(|item| self.relocate(item));
        let Some(entries) = data.entries_mut() else { return };
        let mut doubtful = None;
        for (key, value) in entries.iter_mut() {
            let (written, text) = (key.place.span().range(), key.shared_text().cloned());
            self.relocate(key);
            self.relocate(value);
            if let Some(text) = text.filter(|text| key.is_unknown() && !unknown(text)) {
                // It may be there: looked for, it is found; beside it there may be others.
                doubtful = Some(Data { content: Content::Unknown, ..key.clone() });
                *key = Data { content: Content::Scalar { text, plain: true }, ..key.clone() };
                debug_assert!(self.plain.is_maybe(&written));
            }
        }
        entries.extend(doubtful.map(|open| (open.clone(), open)));
    }

    /// Where a range of the text without marks is written in the template.
    fn span(&self, written: &Range<usize>) -> Span {
        let start = self.step_at(written.start);
        match written.is_empty() {
            true => Span::new(start.start, start.start),
            false => {
                let last = self.step_at(written.end - 1);
                Span::new(start.start.min(last.start), start.end.max(last.end))
            }
        }
    }

    /// The byte that is written there, or the action that writes it.
    fn step_at(&self, offset: usize) -> Span {
        let offset = self.plain.source(offset);
        let behind = self.output.segments.partition_point(|(at, ..)| *at <= offset);
        match behind.checked_sub(1).map(|last| self.output.segments[last]) {
            None => Span::new(0, 0),
            Some((at, span, true)) => {
                let start = (span.start + (offset - at)).min(span.end);
                Span::new(start, (start + 1).min(span.end))
            }
            Some((_, span, false)) => span,
        }
    }
}

/// Lines that are nothing but unknown, made to fit between those around them; as long as before.
fn with_open_lines(text: &str) -> String {
    if !text.contains(UNKNOWN) {
        return text.to_owned();
    }
    let lines: Vec<&str> = text.split('\n').collect();
    let mut out = String::with_capacity(text.len());
    for (at, line) in lines.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        let is_open = line.contains(UNKNOWN) && line.chars().all(|character| character == UNKNOWN || character == ' ');
        if !is_open {
            out.push_str(line);
            continue;
        }
        let column = indentation(line);
        let blank = |from: usize| " ".repeat(line.len() - from);
        out.push_str(&line[..column]);
        match neighbour(&lines, at, column) {
            Some(true) => out.push_str(ITEM),
            Some(false) => out.push_str(ENTRY),
            None => out.push(UNKNOWN),
        }
        out.push_str(&blank(column + UNKNOWN.len_utf8()));
    }
    out
}

/// Whether a line beside this one, at the same column, is an item of a list; `None` where it is no entry either.
fn neighbour(lines: &[&str], at: usize, column: usize) -> Option<bool> {
    let is_said = |line: &&&str| {
        let trimmed = line.trim();
        !trimmed.is_empty() && !trimmed.starts_with('#') && !trimmed.chars().all(|c| c == UNKNOWN || c == ' ')
    };
    let before = lines[..at].iter().rev().filter(is_said).find(|line| indentation(line) <= column);
    let behind = lines[at + 1..].iter().find(is_said);
    let form = |line: &&str| {
        let inner = line.trim();
        match () {
            () if inner.starts_with("---") => None,
            () if indentation(line) == column && inner.starts_with('-') => Some(true),
            () if indentation(line) == column && inner.contains(':') => Some(false),
            // The mapping that begins behind a dash.
            () if indentation(line) + 2 == column && inner.starts_with("- ") && inner.contains(':') => Some(false),
            () => None,
        }
    };
    behind.and_then(form).or_else(|| before.and_then(form))
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

fn flows<'n>(
    node: Node<'n>,
    keys: &mut Vec<&'n str>,
    is_secret: bool,
    source: &Source,
    found: &mut Vec<(usize, Sink, Place)>,
) {
    if keys.len() > 60 {
        return;
    }
    let span = node.content_span().range();
    if source.plain.origins_in(&node.span().range()).next().is_none() {
        return;
    }
    let Some(text) = node.as_str() else {
        for item in node.items() {
            flows(item, keys, is_secret, source, found);
        }
        for (key, value) in node.own_entries() {
            add(key, None, source, found);
            keys.push(key.as_str().unwrap_or_default());
            flows(value, keys, is_secret, source, found);
            keys.pop();
        }
        return;
    };
    let whole = source.plain.only_origin(&span).filter(|_| !text.is_empty());
    add(node, whole.map(|number| (number, sink(node, keys, is_secret))), source, found);
}

fn add(node: Node, whole: Option<(usize, Sink)>, source: &Source, found: &mut Vec<(usize, Sink, Place)>) {
    let span = node.span().range();
    let place = || Place::new(source.file, source.span(&span));
    match whole {
        Some((number, sink)) => found.push((number, sink, place())),
        None => found.extend(source.plain.origins_in(&span).map(|number| (number, Sink::Other, place()))),
    }
}

/// What the scalar below `keys` is to a cluster.
fn sink(node: Node, keys: &[&str], is_secret: bool) -> Sink {
    match keys {
        ["data" | "stringData", key] if is_secret => Sink::Secret((*key).into()),
        [.., "env", "value"] => match node.parent().and_then(|item| item.str_at("name")) {
            Some(name) if !name.contains(UNKNOWN) => Sink::Variable(name.into()),
            _ => Sink::Other,
        },
        [.., "secretName"]
        | [.., "secretKeyRef", "name" | "key"]
        | [.., "secretRef" | "imagePullSecrets", "name"]
        | [.., "volumes", "secret", "items", "key"]
        | [.., "sources", "secret", "name"] => Sink::Name,
        _ => Sink::Other,
    }
}

//! What `{app}`, `{env}`, `{tenant}` and other blanks stand for in one document: by its path, its namespace, a label, the
//! branch, the repository.
//!
//! It does not guess: where no source has a value there is none.

use serde::Deserialize;

use super::keys::{Key, key};
use super::layer::Layer;
use jiff::civil::Date;

use super::place::Said;
use super::shape::{Pairs, Written};
use super::template::Template;
use super::verifier::Verifier;
use crate::text::settings::Spanned;

/// What its keys mean.
pub const KEYS: &[Key] = &[
    key(
        "bindings",
        "What `{app}`, `{env}` and other blanks of templates stand for, by name. A blank that nothing fills is never guessed. `repository: {}` is the repository's own name. `--env` comes first, then the target branch, path, namespace, current branch, label.",
        &[],
    ),
    key(
        "bindings.*.path",
        "A template of paths with the blank in it, or several of which the first that fits counts. Without a slash it is a file's name.",
        &[],
    ),
    key("bindings.*.namespace", "A template of namespaces with the blank in it.", &[]),
    key("bindings.*.label", "The label whose value it is.", &[]),
    key("bindings.*.branch", "What each branch stands for; `*` stands for any text.", &[]),
];

/// The blank that `--env` fills.
const ENVIRONMENT: &str = "env";

/// The binding that is the repository's own name.
const REPOSITORY: &str = "repository";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    path: Option<Spanned<Written>>,
    namespace: Option<Spanned<String>>,
    label: Option<String>,
    #[serde(default)]
    branch: Pairs<Spanned<String>>,
}

/// Folders that hold kinds of things: where a path may begin with anything they are nobody's.
const NOBODYS: &[&str] = &[
    "app",
    "apps",
    "argocd",
    "base",
    "bases",
    "chart",
    "charts",
    "ci",
    "clusters",
    "components",
    "config",
    "deploy",
    "deployment",
    "docs",
    "environments",
    "gitops",
    "helm",
    "iac",
    "infra",
    "infrastructure",
    "k8s",
    "kubernetes",
    "kustomize",
    "manifests",
    "overlays",
    "scripts",
    "src",
    "templates",
    "terraform",
    "test",
    "tests",
    "tofu",
];

/// Where values come from. A later policy replaces the bindings it names.
#[derive(Clone, Debug, Default)]
pub struct Bindings {
    pub list: Vec<(String, Said<Binding>)>,
    pub circumstances: Circumstances,
}

/// The sources of one binding.
#[derive(Clone, Debug, Default)]
pub struct Binding {
    /// The first that fits: matched from the root, else from any folder; without a slash, against the file's name.
    pub path: Vec<Template>,
    pub namespace: Option<Template>,
    pub label: Option<String>,
    /// What each branch stands for; a branch may be a template's text with `*`.
    pub branch: Vec<(Template, String)>,
    pub repository: bool,
}

/// What is known of a run and not of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Circumstances {
    /// `--env`
    pub environment: Option<String>,
    /// The branch that a range is to be merged into.
    pub target_branch: Option<String>,
    pub current_branch: Option<String>,
    pub repository: Option<String>,
    /// The day from which ages are counted; absent: nothing is old.
    pub today: Option<Date>,
}

/// A document, as bindings see it.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// From the root, with `/`.
    pub path: &'a str,
    pub namespace: Option<&'a str>,
    pub label: &'a dyn Fn(&str) -> Option<String>,
}

impl<'a> Subject<'a> {
    /// A file without namespace and labels.
    pub fn file(path: &'a str) -> Subject<'a> {
        Subject { path, namespace: None, label: &|_| None }
    }
}

impl Bindings {
    pub fn get(&self, name: &str) -> Option<&Binding> {
        self.list.iter().find(|(known, _)| known == name).map(|(_, binding)| &binding.value)
    }

    /// What `name` stands for in `subject`. The sources in order: command line, target branch, path, namespace, current
    /// branch, label, repository.
    pub fn value(&self, name: &str, subject: Subject) -> Option<String> {
        let run = &self.circumstances;
        let asked = run.environment.clone().filter(|_| name == ENVIRONMENT);
        let Some(binding) = self.get(name) else { return asked };
        asked
            .or_else(|| binding.of_branch(run.target_branch.as_deref()?))
            .or_else(|| binding.path.iter().find_map(|template| of_path(template, name, subject.path)))
            .or_else(|| capture(binding.namespace.as_ref()?, name, subject.namespace?))
            .or_else(|| binding.of_branch(run.current_branch.as_deref()?))
            .or_else(|| (subject.label)(binding.label.as_deref()?))
            .or_else(|| run.repository.clone().filter(|_| binding.repository))
            .filter(|value| !value.is_empty())
    }

    /// What `name` stands for by the path alone, whatever branch is checked out and whatever is asked for.
    pub fn by_path(&self, name: &str, path: &str) -> Option<String> {
        self.get(name)?.path.iter().find_map(|template| of_path(template, name, path))
    }

    /// The environment of `subject`.
    pub fn environment(&self, subject: Subject) -> Option<String> {
        self.value(ENVIRONMENT, subject)
    }

    /// As `value`, to fill templates with.
    pub fn of<'b>(&'b self, subject: Subject<'b>) -> impl Fn(&str) -> Option<String> + 'b {
        move |name| self.value(name, subject)
    }
}

/// Of several known values that `text` could begin with, the longest: `acme-corp-db` is `acme-corp`'s, not `acme`'s.
pub fn longest<'k>(known: impl IntoIterator<Item = &'k str>, fits: impl Fn(&str) -> bool) -> Option<&'k str> {
    known.into_iter().filter(|value| fits(value)).max_by_key(|value| value.len())
}

/// The bindings as they are meant. A template of a binding holds its name.
pub fn verified(written: Pairs<Spanned<Shape>>, verifier: &mut Verifier) -> Bindings {
    let mut list = Vec::new();
    for (name, shape) in written.0 {
        let (referenced, defined) = (shape.referenced, shape.defined);
        let Shape { path, namespace, label, branch } = shape.value;
        let holding = |verifier: &mut Verifier, written: Option<Spanned<String>>| {
            verifier.read(written, |text| {
                let template = Template::parse(text)?;
                let is_held = template.names().any(|known| known == name.value);
                match is_held {
                    true => Ok(template),
                    false => Err(format!("`{text}` binds nothing: it lacks `{{{}}}`", name.value)),
                }
            })
        };
        let paths = verifier.texts(path).into_iter();
        let path = paths.filter_map(|path| Some(holding(verifier, Some(path))?.value)).collect();
        let namespace = holding(verifier, namespace);
        let branch = branch
            .0
            .into_iter()
            .filter_map(|(branch, value)| Some((verifier.template(Some(branch))?.value, value.value)));
        let binding = Binding {
            path,
            namespace: namespace.map(|said| said.value),
            label,
            branch: branch.collect(),
            repository: name.value == REPOSITORY,
        };
        list.push((name.value, verifier.said(Spanned::new(binding, referenced, defined))));
    }
    Bindings { list, circumstances: Circumstances::default() }
}

impl Layer for Bindings {
    fn over(self, base: Bindings) -> Bindings {
        let mut list = self.list;
        list.extend(
            base.list.into_iter().filter(|(name, _)| !list.iter().any(|(known, _)| known == name)).collect::<Vec<_>>(),
        );
        Bindings { list, circumstances: self.circumstances }
    }
}

impl Binding {
    fn of_branch(&self, branch: &str) -> Option<String> {
        let matching = |(template, _): &&(Template, String)| template.captures(branch).is_some();
        self.branch.iter().find(matching).map(|(_, value)| value.clone())
    }
}

fn of_path(template: &Template, name: &str, path: &str) -> Option<String> {
    if !template.text().contains('/') {
        return capture(template, name, path.rsplit('/').next().unwrap_or(path));
    }
    let starts_free = template.text().starts_with(['{', '*']);
    let deeper = path.match_indices('/').map(|(at, _)| &path[at + 1..]).filter(|_| !starts_free);
    let value = std::iter::once(path).chain(deeper).find_map(|path| capture(template, name, path))?;
    (!starts_free || !NOBODYS.contains(&&*value)).then_some(value)
}

/// Directories that start with a dot never bind.
fn capture(template: &Template, name: &str, text: &str) -> Option<String> {
    let captures = template.captures(text)?;
    captures.into_iter().find(|(known, _)| *known == name).map(|(_, value)| value).filter(|it| !it.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;

    const TEXT: &str = "version: 1\nbindings:\n  app: { label: app, path: \"k8s/{app}/**\" }\n  env: { path: \"overlays/{env}/**\", branch: { main: prod, \"release/*\": uat } }\n  tenant: { namespace: \"tenant-{tenant}\" }\n  repository: {}\n  file: { path: \"values-{file}.yaml\" }\n";

    fn bindings(circumstances: Circumstances) -> Bindings {
        Bindings { circumstances, ..Policy::read(TEXT, &[]).unwrap().bindings }
    }

    #[test]
    fn each_source_gives_its_value() {
        let run = Circumstances { repository: Some("shop".to_owned()), ..Circumstances::default() };
        let bindings = bindings(run);
        let label = |name: &str| (name == "app").then(|| "labelled".to_owned());
        let subject = |path| Subject { path, namespace: Some("tenant-acme-corp"), label: &label };
        let value = |name: &str, path| bindings.value(name, subject(path));
        assert_eq!(value("app", "k8s/web/a.yaml").as_deref(), Some("web"));
        assert_eq!(value("app", "infra/k8s/web/a.yaml").as_deref(), Some("web"));
        assert_eq!(value("app", "k8s/a.yaml").as_deref(), Some("labelled"));
        assert_eq!(value("tenant", "a").as_deref(), Some("acme-corp"));
        assert_eq!(value("repository", "a").as_deref(), Some("shop"));
        assert_eq!(value("file", "charts/web/values-dev.yaml").as_deref(), Some("dev"));
        assert_eq!(value("env", "a"), None);
        assert_eq!(value("other", "a"), None);
    }

    #[test]
    fn sources_have_an_order() {
        let value = |run: Circumstances, path| bindings(run).environment(Subject::file(path));
        let branch = |name: &str| Some(name.to_owned());
        let here = Circumstances { current_branch: branch("main"), ..Circumstances::default() };
        assert_eq!(value(here.clone(), "overlays/dev/a").as_deref(), Some("dev"));
        assert_eq!(value(here.clone(), "a").as_deref(), Some("prod"));
        let merging = Circumstances { target_branch: branch("release/1"), ..here };
        assert_eq!(value(merging.clone(), "overlays/dev/a").as_deref(), Some("uat"));
        let asked = Circumstances { environment: branch("local"), ..merging };
        assert_eq!(value(asked, "overlays/dev/a").as_deref(), Some("local"));
    }

    #[test]
    fn folders_that_start_with_a_dot_never_bind() {
        assert_eq!(bindings(Circumstances::default()).value("app", Subject::file("k8s/.git/a")), None);
    }

    #[test]
    fn the_longest_known_value_wins() {
        let fits = |value: &str| "acme-corp-db".starts_with(&format!("{value}-"));
        assert_eq!(longest(["acme", "acme-corp", "globex"], fits), Some("acme-corp"));
    }
}

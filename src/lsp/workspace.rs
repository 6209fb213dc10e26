//! One folder of the editor: its files with what nobody saved yet, what was found in them, and what the editor was shown.
//!
//! It does not know messages.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location, NumberOrString, Range, Uri,
};

use super::positions::{Encoding, Text, path_of, uri_of};
use crate::checks;
use crate::engine::{Plan, Session};
use crate::model::{Finding, Names, Notification, RepoPath, Report, Severity, Snapshot};
use crate::source::{Overlay, POLICY_FILE, Worktree};

/// A folder as it is to be looked at.
pub struct Opened {
    /// Where its root is: absolute, without links.
    pub root: PathBuf,
    pub source: Worktree,
    pub plan: Plan,
    /// Takes out of a report what nobody is to be told.
    pub settle: Box<dyn Fn(&mut Report)>,
}

pub struct Workspace {
    pub root: PathBuf,
    pub tree: Overlay<Worktree>,
    pub session: Session,
    settle: Box<dyn Fn(&mut Report)>,
    encoding: Encoding,
    /// The files that are open, as the editor calls them.
    open: HashMap<RepoPath, Uri>,
    findings: BTreeMap<RepoPath, Vec<Finding>>,
    notifications: BTreeMap<RepoPath, Vec<Notification>>,
    names: Option<Names>,
    /// What the editor shows now.
    shown: BTreeMap<RepoPath, Vec<Diagnostic>>,
}

/// The diagnostics of a file, anew.
pub type News = (Uri, Vec<Diagnostic>);

impl Workspace {
    pub fn open(opened: Opened, encoding: Encoding) -> Workspace {
        let tree = Overlay::new(opened.source);
        Workspace {
            session: Session::open(&tree, opened.plan),
            root: opened.root,
            tree,
            settle: opened.settle,
            encoding,
            open: HashMap::new(),
            findings: BTreeMap::new(),
            notifications: BTreeMap::new(),
            names: None,
            shown: BTreeMap::new(),
        }
    }

    /// The same folder by what its settings and files say now; what is open stays open, what is shown stays known.
    pub fn reopen(&mut self, opened: Opened) {
        let mut tree = Overlay::new(opened.source);
        for path in self.open.keys() {
            self.tree.bytes(path).into_iter().for_each(|bytes| tree.put(path, bytes));
        }
        (self.root, self.tree, self.settle) = (opened.root, tree, opened.settle);
        self.session = Session::open(&self.tree, opened.plan);
    }

    /// The file of this folder that a URI names.
    pub fn path(&self, uri: &Uri) -> Option<RepoPath> {
        let path = path_of(uri)?;
        // The root has no links in it; the client's name for it may.
        let real = path.parent().and_then(|folder| Some(folder.canonicalize().ok()?.join(path.file_name()?)));
        let inside = |path: &Path| path.strip_prefix(&self.root).ok().map(RepoPath::from_path);
        inside(&path).or_else(|| inside(&real?))
    }

    /// True where the file says how all others are judged.
    pub fn is_settings(path: &RepoPath) -> bool {
        path.file_name() == POLICY_FILE.as_bytes() || path.is_within(&RepoPath::from(".tightlip"))
    }

    pub fn put(&mut self, path: &RepoPath, uri: Uri, text: String) {
        self.tree.put(path, text.into_bytes());
        self.open.insert(path.clone(), uri);
    }

    pub fn close(&mut self, path: &RepoPath) {
        self.tree.drop(path);
        self.open.remove(path);
    }

    /// True for a file that a new look at the folder would list: it is listed already, or it is only in the editor.
    pub fn is_wanted(&self, path: &RepoPath) -> bool {
        match self.tree.inner.holds(path) {
            true => self.session.holds(path),
            false => self.open.contains_key(path),
        }
    }

    pub fn text(&self, path: &RepoPath) -> Option<Text> {
        Some(Text::new(&self.tree.bytes(path)?, self.encoding))
    }

    pub fn uri(&self, path: &RepoPath) -> Option<Uri> {
        self.open.get(path).cloned().or_else(|| uri_of(&self.root.join(path.to_path())))
    }

    /// Looks at one file again. What its deployments came to is as it was, until they are looked at again, too.
    pub fn look_at(&mut self, path: &RepoPath) -> Vec<News> {
        if !self.session.look_again(&self.tree, path) {
            return Vec::new();
        }
        let mut report = Report { findings: self.session.findings_in(path), ..Report::default() };
        (self.settle)(&mut report);
        let before = self.findings.remove(path).unwrap_or_default();
        report.findings.extend(before.into_iter().filter(|finding| checks::is_of_graph(finding.rule)));
        self.findings.insert(path.clone(), report.findings);
        self.tell([path.clone()])
    }

    /// Looks at what all files come to together.
    pub fn look_at_all(&mut self) -> Vec<News> {
        let mut report = self.session.report(&self.tree);
        (self.settle)(&mut report);
        let mut paths: BTreeSet<RepoPath> = self.shown.keys().cloned().collect();
        (self.findings, self.notifications, self.names) = (BTreeMap::new(), BTreeMap::new(), None);
        for finding in report.findings {
            self.findings.entry(finding.location.origin.path.clone()).or_default().push(finding);
        }
        for notification in report.notifications.into_iter().filter(|it| it.position.is_some()) {
            let Some(path) = notification.path.clone() else { continue };
            self.notifications.entry(path).or_default().push(notification);
        }
        paths.extend(self.findings.keys().chain(self.notifications.keys()).cloned());
        self.tell(paths)
    }

    /// What can be asked for by name, as of the last look at everything.
    pub fn names(&mut self) -> &Names {
        self.names.get_or_insert_with(|| self.session.names())
    }

    pub fn findings(&self, path: &RepoPath) -> &[Finding] {
        self.findings.get(path).map_or(&[], Vec::as_slice)
    }

    /// What differs from what is shown.
    fn tell(&mut self, paths: impl IntoIterator<Item = RepoPath>) -> Vec<News> {
        let mut news = Vec::new();
        for path in paths {
            let diagnostics = self.diagnostics(&path);
            let before = match diagnostics.is_empty() {
                true => self.shown.remove(&path).unwrap_or_default(),
                false => self.shown.insert(path.clone(), diagnostics.clone()).unwrap_or_default(),
            };
            if before != diagnostics {
                news.extend(self.uri(&path).map(|uri| (uri, diagnostics)));
            }
        }
        news
    }

    fn diagnostics(&self, path: &RepoPath) -> Vec<Diagnostic> {
        let notifications = self.notifications.get(path).map_or(&[][..], Vec::as_slice);
        if self.findings(path).is_empty() && notifications.is_empty() {
            return Vec::new();
        }
        let Some(text) = self.text(path) else { return Vec::new() };
        let findings = self.findings(path).iter().map(|finding| self.diagnostic(&text, finding));
        findings.chain(notifications.iter().map(|notification| remark(&text, notification))).collect()
    }

    pub fn diagnostic(&self, text: &Text, finding: &Finding) -> Diagnostic {
        let related = finding.related.iter().filter_map(|related| {
            let path = &related.location.origin.path;
            let range = self.text(path)?.range(related.location.region);
            let location = Location { uri: self.uri(path)?, range };
            Some(DiagnosticRelatedInformation { location, message: related.label.clone() })
        });
        let page = finding.rule.references.first().and_then(|reference| reference.parse().ok());
        Diagnostic {
            range: text.range(finding.location.region),
            severity: Some(match finding.severity {
                Severity::Error => DiagnosticSeverity::ERROR,
                Severity::Warning => DiagnosticSeverity::WARNING,
                Severity::Note => DiagnosticSeverity::INFORMATION,
            }),
            code: Some(NumberOrString::String(finding.rule.id.to_owned())),
            code_description: page.map(|href| CodeDescription { href }),
            source: Some("tightlip".to_owned()),
            message: finding.message.clone(),
            related_information: Some(related.collect()),
            ..Diagnostic::default()
        }
    }
}

/// What is no finding and worth saying: a file that was not understood, an ignore that silences nothing.
fn remark(text: &Text, notification: &Notification) -> Diagnostic {
    let start = notification.position.map(|position| text.position(position)).unwrap_or_default();
    Diagnostic {
        range: Range { start, end: start },
        severity: Some(DiagnosticSeverity::INFORMATION),
        code: Some(NumberOrString::String(notification.reason.name().to_owned())),
        source: Some("tightlip".to_owned()),
        message: notification.message.clone(),
        ..Diagnostic::default()
    }
}

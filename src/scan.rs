//! tightlip as a library: bytes or a folder in, findings out.
//!
//! It does not print, and no finding holds the secret it is about. Everything that is public here, and nothing else of the
//! crate, is a promise.

use std::fmt;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use crate::cli::args::Scan;
use crate::cli::baseline::Known;
use crate::cli::check::{Asked, plan_alone};
use crate::cli::output::Failure;
use crate::engine::{self, Plan};
use crate::model::{self, Masking, RepoPath};
pub use crate::model::{Confidence, Severity};
use crate::source::Stdin;

/// Which rules look, and with how many threads. The default is every built-in rule that is on without a policy, and a
/// thread per processor.
#[derive(Clone, Debug, Default)]
pub struct Options {
    scan: Scan,
}

impl Options {
    /// Also the rules in the files of `folder`, one rule a file, as `tightlip rules verify` reads them.
    pub fn rules_from(mut self, folder: impl Into<PathBuf>) -> Options {
        self.scan.rules_dir = Some(folder.into());
        self
    }

    /// Only this rule, by its id or an alias; several calls name several. A rule that is named is on.
    pub fn only(mut self, rule: impl Into<String>) -> Options {
        self.scan.rules.push(rule.into());
        self
    }

    /// Not this rule, by its id or an alias; several calls name several.
    pub fn without(mut self, rule: impl Into<String>) -> Options {
        self.scan.skip.push(rule.into());
        self
    }

    /// Judges folders by this policy instead of the `tightlip.yaml` that is found there.
    pub fn policy(mut self, file: impl Into<PathBuf>) -> Options {
        self.scan.policy = Some(file.into());
        self
    }

    /// Works with this many threads.
    pub fn threads(mut self, threads: u16) -> Options {
        self.scan.threads = Some(threads.max(1));
        self
    }
}

/// Rules that are loaded, ready to look at any number of texts and trees. It can be shared between threads.
pub struct Scanner {
    scan: Scan,
    /// For texts, which have no policy around them.
    plan: Plan,
}

impl Scanner {
    /// Loads the rules.
    ///
    /// # Errors
    /// A rule that is named does not exist, or a file of rules or the policy cannot be read or is wrong.
    ///
    /// ```
    /// use tightlip::{Options, Scanner};
    ///
    /// assert!(Scanner::new(&Options::default()).is_ok());
    /// let error = Scanner::new(&Options::default().only("private-kei")).err().unwrap();
    /// assert!(error.to_string().contains("did you mean `private-key`"));
    /// ```
    pub fn new(options: &Options) -> Result<Scanner, Error> {
        let scan = options.scan.clone();
        let plan = plan_alone(&scan)?;
        Ok(Scanner { scan, plan })
    }

    /// Looks at one text. `path` is the name it is judged by: rules ask for extensions and folders. It is not opened.
    ///
    /// ```
    /// use tightlip::{Options, Scanner, Severity};
    ///
    /// let scanner = Scanner::new(&Options::default())?;
    /// let password = ["Vq7", "zT2", "mKp9", "xL4"].concat();
    /// let report = scanner.bytes("config/db.yaml", format!("host: db\npassword: {password}\n").as_bytes());
    ///
    /// let finding = &report.findings[0];
    /// assert_eq!((finding.line, finding.column), (2, 11));
    /// assert!(finding.severity >= Severity::Warning);
    /// assert!(!finding.message.contains(&password));
    /// # Ok::<(), tightlip::Error>(())
    /// ```
    pub fn bytes(&self, path: &str, bytes: &[u8]) -> Report {
        Report::of(engine::check(&Stdin::new(RepoPath::from(path), Cursor::new(bytes.to_vec())), &self.plan))
    }

    /// Looks at every file below `folder`, and at how they belong together, as `tightlip check FOLDER` does: by the policy,
    /// the rules, the ignores and the baseline that are found there.
    ///
    /// # Errors
    /// There is no such folder, or the policy, the rules or the baseline there cannot be read or are wrong. A file that
    /// cannot be read is no error: it makes the report incomplete.
    ///
    /// ```
    /// use tightlip::{Options, Scanner};
    ///
    /// let scanner = Scanner::new(&Options::default().only("plaintext-secret").threads(1))?;
    /// let report = scanner.tree("fixtures/plaintext-secret/good")?;
    /// assert!(report.complete && report.findings.is_empty());
    /// # Ok::<(), tightlip::Error>(())
    /// ```
    pub fn tree(&self, folder: impl AsRef<Path>) -> Result<Report, Error> {
        let asked = Asked::of(&self.scan, Masking::default(), None, &[folder.as_ref().to_path_buf()])?;
        let known = Known::of(&self.scan, &asked.policy, Some(&asked.root.folder))?;
        let mut report = asked.look(&self.scan)?;
        known.hold(&mut report, false);
        Ok(Report::of(report))
    }
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// By path, then by place; the same for any number of threads. Those that are suppressed are among them, and so are
    /// those of low confidence, which the command does not show.
    pub findings: Vec<Finding>,
    /// False where something could not be looked at: no findings are then no proof.
    pub complete: bool,
    /// What could not be looked at or understood, a sentence each.
    pub notes: Vec<String>,
}

/// A fault and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The rule's id, which names the fault.
    pub rule: &'static str,
    /// How bad it is, by the rule or by the policy.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// What is wrong and why it matters, without the secret.
    pub message: String,
    /// The file, with `/` between folders, from the root that was looked at; U+FFFD where a name is not UTF-8.
    pub path: String,
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1, in characters.
    pub column: u32,
    /// Stays the same while lines move, files are renamed and commits are squashed; says nothing about the secret.
    pub fingerprint: String,
    /// True where a comment, an annotation, the policy or the baseline silences it.
    pub suppressed: bool,
}

impl Report {
    fn of(report: model::Report) -> Report {
        Report {
            complete: report.coverage.is_complete(),
            notes: report.notifications.iter().map(note).collect(),
            findings: report.findings.into_iter().map(Finding::of).collect(),
        }
    }
}

impl Finding {
    fn of(finding: model::Finding) -> Finding {
        Finding {
            rule: finding.rule.id,
            severity: finding.severity,
            confidence: finding.confidence,
            message: finding.message,
            path: finding.location.origin.path.to_text().into_owned(),
            line: finding.location.region.start.line,
            column: finding.location.region.start.column,
            fingerprint: finding.fingerprint.to_string(),
            suppressed: finding.suppression.is_some(),
        }
    }
}

fn note(notification: &model::Notification) -> String {
    match &notification.path {
        Some(path) => format!("{path}: {}", notification.message),
        None => notification.message.clone(),
    }
}

/// Why nothing was looked at: what was asked for, or what lies in the folder, is wrong.
#[derive(Debug)]
pub struct Error(Failure);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Error {}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Error(failure)
    }
}

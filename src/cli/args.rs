//! What the user typed. The only file that describes arguments.
//!
//! It does not know what the program makes of them.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

use super::history_args::History;
use super::hook_args::Hook;
use jiff::civil::Date;

use crate::model::{Confidence, Severity};
use crate::report::{FlowFormat, Format};

pub const EXIT_CODES: &str = "\
Exit codes:
  0  complete, nothing at the threshold
  1  findings at the threshold
  2  wrong arguments, policy or rule files
  3  incomplete: something in scope could not be looked at, and nothing was found";

/// Keeps secrets out of git and keeps the references that replace them true.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, after_help = EXIT_CODES, max_term_width = 100)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Looks at files on disk, at what is staged, at a range of commits, or at standard input.
    Check(Check),
    /// Looks at every version of every file that a repository ever held.
    History(History),
    /// Shows what would cure findings as a diff, or writes it.
    Fix(Fix),
    /// Puts a hook into this repository, and answers where git or a server calls it.
    Hook(Hook),
    /// Draws which Secrets are made, from what, and who reads them.
    Graph(Graph),
    /// Speaks to an editor (Language Server Protocol) on standard input and output.
    Lsp(Scan),
    /// Writes a first policy: the customs that a repository keeps, or a profile.
    Init(Init),
    /// Lists, explains and verifies rules.
    Rules(Rules),
    /// Puts reports together.
    Report {
        #[command(subcommand)]
        command: ReportCommand,
    },
    /// Keeps the list of findings that are known and bear to wait.
    Baseline(Baseline),
    /// Takes over what the files of gitleaks, detect-secrets, kube-linter and checkov say.
    Migrate(Migrate),
    /// Writes the completions of a shell to standard output.
    Completions {
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Writes a manual page for each command into a folder.
    Man {
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct Check {
    /// Files and folders to report on; `-` is standard input.
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// The file name that standard input is judged by.
    #[arg(long, value_name = "NAME", default_value = "stdin")]
    pub path: String,
    /// Look at what the next commit introduces: the index, never the files on disk.
    #[arg(long, conflicts_with_all = ["since", "path"])]
    pub staged: bool,
    /// Look at what came since the merge base with this revision: every commit, and the tree they lead to.
    #[arg(long, value_name = "BASE", conflicts_with = "path")]
    pub since: Option<String>,
    /// The end of the range.
    #[arg(long, value_name = "REV", default_value = "HEAD", requires = "since")]
    pub head: String,
    /// Let the `helm` on the PATH render the charts on disk (`helm template`), for what cannot be told without.
    #[arg(long, conflicts_with_all = ["staged", "since", "path"])]
    pub render: bool,
    /// Take the age of sealed and encrypted values from the day on which git saw them change last.
    #[arg(long, conflicts_with_all = ["staged", "since", "path"])]
    pub history: bool,
    /// Judge by the tightlip.yaml of this revision instead.
    #[arg(long, value_name = "REV", conflicts_with = "policy")]
    pub policy_from: Option<String>,
    #[command(flatten)]
    pub scan: Scan,
    #[command(flatten)]
    pub output: Output,
}

pub const FIX_EXIT_CODES: &str = "\
Exit codes:
  0  nothing to fix, or all of it written
  1  something would change
  2  wrong arguments, policy or rule files; a file that could not be written
  3  incomplete: something in scope could not be looked at, and nothing would change";

#[derive(Debug, Args)]
#[command(after_help = FIX_EXIT_CODES)]
pub struct Fix {
    /// Files and folders to fix; nothing else is touched.
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// Write the files instead of showing a diff. In a diff secrets are masked.
    #[arg(long)]
    pub write: bool,
    /// Apply also what is only probably meant: read the diff.
    #[arg(long = "unsafe")]
    pub with_unsafe: bool,
    #[command(flatten)]
    pub scan: Scan,
}

/// What is looked for and where.
#[derive(Clone, Debug, Default, Args)]
pub struct Scan {
    /// The policy file, or `none`. [default: the nearest tightlip.yaml upwards]
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// The environment that is judged, for policies that bind `{env}`. [default: by branch or path]
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// Only this rule; repeat for several.
    #[arg(long = "rule", value_name = "ID")]
    pub rules: Vec<String>,
    /// Not this rule; repeat for several.
    #[arg(long = "skip", value_name = "ID")]
    pub skip: Vec<String>,
    /// A folder with credential rules of your own, beside those in .tightlip/rules at the root.
    #[arg(long = "rules-dir", value_name = "DIR")]
    pub rules_dir: Option<PathBuf>,
    /// The day on which dates in manifests and in the policy are judged. [default: today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub today: Option<Date>,
    /// Leave out paths that match, relative to the checked root; repeat for several.
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// Look at files that .gitignore names, too.
    #[arg(long)]
    pub no_gitignore: bool,
    /// Open archives (zip, tar, gzip, zstd, in each other) and look at the files in them.
    #[arg(long)]
    pub archives: bool,
    /// Ignore comments, annotations, the policy's ignores and the baseline do not count.
    #[arg(long)]
    pub no_suppress: bool,
    /// Findings that are known and bear to wait. [default: what the policy names]
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// The rules that are named are on beside the others, not alone.
    #[arg(skip)]
    pub beside_others: bool,
    /// Worker threads. [default: one per processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
}

/// What is told and how.
#[derive(Clone, Debug, Args)]
pub struct Output {
    /// What is written to standard output.
    #[arg(long, value_name = "FORMAT", value_parser = format(), default_value = "text")]
    pub format: Format,
    /// Write a report to a file as well; repeat for several.
    #[arg(long = "output", value_name = "FORMAT=FILE", value_parser = format_and_file)]
    pub outputs: Vec<(Format, PathBuf)>,
    /// Report findings of at least this confidence.
    #[arg(long, value_name = "LEVEL", value_enum, default_value = "medium")]
    pub confidence: ConfidenceName,
    /// Exit with 1 for findings of at least this severity.
    #[arg(long, value_name = "LEVEL", value_enum, default_value = "warning")]
    pub fail_on: SeverityName,
    /// Exit with 0 whatever is found.
    #[arg(long)]
    pub exit_zero: bool,
    /// Exit with 3 also where something was read but not understood.
    #[arg(long)]
    pub strict: bool,
    /// List suppressed findings, too.
    #[arg(long)]
    pub show_suppressed: bool,
    /// Leave the first N characters of each secret visible, for triage.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub reveal: u8,
    #[arg(long, value_name = "WHEN", value_enum, default_value = "auto")]
    pub color: Colour,
    /// Say nothing after a clean run.
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Debug, Args)]
pub struct Graph {
    /// The folder whose deployments are drawn.
    #[arg(value_name = "PATH", default_value = ".")]
    pub path: PathBuf,
    /// Only the Secret of this name.
    #[arg(long, value_name = "NAME")]
    pub secret: Option<String>,
    /// Only what this workload reads: `web`, or `Deployment web`.
    #[arg(long, value_name = "NAME")]
    pub workload: Option<String>,
    /// Only what comes from this store.
    #[arg(long, value_name = "NAME")]
    pub store: Option<String>,
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "text")]
    pub format: FlowFormatName,
    /// The policy file, or `none`. [default: the nearest tightlip.yaml upwards]
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum FlowFormatName {
    Text,
    Mermaid,
    Dot,
    Json,
}

impl From<FlowFormatName> for FlowFormat {
    fn from(name: FlowFormatName) -> Self {
        match name {
            FlowFormatName::Text => FlowFormat::Text,
            FlowFormatName::Mermaid => FlowFormat::Mermaid,
            FlowFormatName::Dot => FlowFormat::Dot,
            FlowFormatName::Json => FlowFormat::Json,
        }
    }
}

#[derive(Debug, Args)]
pub struct Init {
    /// The folder that the policy is for.
    #[arg(value_name = "PATH", default_value = ".")]
    pub path: PathBuf,
    /// Extend this built-in profile; what the repository does stands beside it as comments.
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Where to write it; `-` is standard output. [default: tightlip.yaml in the folder]
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Rules {
    #[command(subcommand)]
    pub command: RulesCommand,
}

#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// Names every rule: id, severity, confidence, title.
    List,
    /// Shows what a rule looks for, why, and what to do.
    Explain {
        /// The rule's id, or any of its aliases.
        id: String,
    },
    /// Proves rules by their own examples: the built-in ones, or those of a folder.
    Verify {
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
    /// Proves a repository's own rules, in .tightlip/rules and in its policy, by their examples.
    Test {
        #[arg(value_name = "DIR", default_value = ".")]
        folder: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub enum ReportCommand {
    /// Tells reports of JSON lines as one: the same that one machine would have told, the same secret once.
    Merge {
        /// What `history --into` or `--output jsonl=FILE` wrote; a folder stands for its files that end in `.jsonl`.
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
        /// The folder with credential rules of your own that found some of it.
        #[arg(long = "rules-dir", value_name = "DIR")]
        rules_dir: Option<PathBuf>,
        #[command(flatten)]
        output: Output,
    },
}

#[derive(Debug, Args)]
pub struct Baseline {
    #[command(subcommand)]
    pub command: BaselineCommand,
}

#[derive(Debug, Subcommand)]
pub enum BaselineCommand {
    /// Writes down everything that is found today; an existing baseline is left alone.
    Create(BaselineScan),
    /// Takes in what is new and takes out what is gone.
    Update(BaselineScan),
    /// Takes out what is gone; nothing new comes in.
    Prune(BaselineScan),
    /// Lists what is known, by path.
    Show(BaselineScan),
}

#[derive(Debug, Args)]
pub struct BaselineScan {
    /// A folder of the tree; a baseline is always of the whole root.
    #[arg(value_name = "PATH", default_value = ".")]
    pub folder: PathBuf,
    #[command(flatten)]
    pub scan: Scan,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ConfidenceName {
    Low,
    Medium,
    High,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum SeverityName {
    Note,
    Warning,
    Error,
}

#[derive(Debug, Args)]
pub struct Migrate {
    /// Files of other tools. [default: those at the root that have their usual names]
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Write the policy, rules and baseline at the root instead of showing them; what is there already stays.
    #[arg(long)]
    pub write: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
    Powershell,
}

/// When colours are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    Auto,
    Always,
    Never,
}

impl From<ConfidenceName> for Confidence {
    fn from(name: ConfidenceName) -> Self {
        match name {
            ConfidenceName::Low => Confidence::Low,
            ConfidenceName::Medium => Confidence::Medium,
            ConfidenceName::High => Confidence::High,
        }
    }
}

impl From<SeverityName> for Severity {
    fn from(name: SeverityName) -> Self {
        match name {
            SeverityName::Note => Severity::Note,
            SeverityName::Warning => Severity::Warning,
            SeverityName::Error => Severity::Error,
        }
    }
}

impl Output {
    /// True where a report of this format is wanted, wherever it goes.
    pub fn has(&self, format: Format) -> bool {
        self.format == format || self.outputs.iter().any(|(wanted, _)| *wanted == format)
    }
}

/// The formats that there are, for help and completions too.
fn format() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::name)).try_map(|name| name.parse::<Format>())
}

fn format_and_file(argument: &str) -> Result<(Format, PathBuf), String> {
    let (format, file) = argument.split_once('=').ok_or("write it as FORMAT=FILE, such as sarif=report.sarif")?;
    if file.is_empty() {
        return Err("the file has no name".to_owned());
    }
    Ok((format.parse::<Format>().map_err(|error| error.to_string())?, PathBuf::from(file)))
}

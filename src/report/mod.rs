//! A run told to somebody: one file per voice, all of them deaf to everything but `model::Report`.
//!
//! It does not know source files (excerpts come masked), the environment, or the terminal: what depends on those comes in
//! as `Options`.

mod csv;
mod diff;
mod encode;
mod flow;
mod github;
mod gitlab;
mod history;
mod html;
mod json;
mod junit;
mod markdown;
mod merge;
mod prose;
mod read;
mod sarif;
mod summary;
mod text;

use std::fmt;
use std::io::{self, BufWriter, Write};
use std::str::FromStr;

use crate::model::Report;
pub use diff::write_diff;
pub use flow::{FlowFormat, write_flow};
pub use merge::merge;
pub use read::read_lines;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// For people: code frames, reasons, remedies, a summary.
    #[default]
    Text,
    /// One versioned document.
    Json,
    /// One object a line: findings, notifications, a summary.
    Jsonl,
    /// SARIF 2.1.0.
    Sarif,
    /// One page with search, filters and code frames, that loads nothing.
    Html,
    /// A table for a pull request's comment.
    Markdown,
    /// JUnit XML: a finding is a failed test.
    Junit,
    /// Workflow commands of GitHub Actions.
    Github,
    /// GitLab's code quality report.
    GitlabCodeQuality,
    /// GitLab's secret detection report; credentials only.
    GitlabSecretDetection,
    /// One row a finding.
    Csv,
}

impl Format {
    pub const ALL: [Format; 11] = [
        Format::Text,
        Format::Json,
        Format::Jsonl,
        Format::Sarif,
        Format::Html,
        Format::Markdown,
        Format::Junit,
        Format::Github,
        Format::GitlabCodeQuality,
        Format::GitlabSecretDetection,
        Format::Csv,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Json => "json",
            Format::Jsonl => "jsonl",
            Format::Sarif => "sarif",
            Format::Html => "html",
            Format::Markdown => "markdown",
            Format::Junit => "junit",
            Format::Github => "github",
            Format::GitlabCodeQuality => "gitlab-code-quality",
            Format::GitlabSecretDetection => "gitlab-secret-detection",
            Format::Csv => "csv",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The user's mistake: a format that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no format `{}`; choose one of {}", crate::text::visible(.0), Format::ALL.map(Format::name).join(", "))]
pub struct UnknownFormat(String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Format::ALL.into_iter().find(|format| format.name() == name).ok_or_else(|| UnknownFormat(name.to_owned()))
    }
}

/// How `text` is laid out; the other formats are the same for everybody, but for the time that GitLab asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    pub colour: bool,
    /// Box-drawing characters; ASCII otherwise.
    pub unicode: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// Only findings and what makes a zero less certain; nothing at all after a clean run.
    pub quiet: bool,
    /// Suppressed findings are listed, not only counted.
    pub show_suppressed: bool,
    /// When the run began, in UTC: `2027-01-31T08:00:00`. Only `gitlab-secret-detection` says it.
    pub now: [u8; 19],
}

impl Default for Options {
    fn default() -> Self {
        Options {
            colour: false,
            unicode: true,
            width: 100,
            quiet: false,
            show_suppressed: false,
            now: *b"1970-01-01T00:00:00",
        }
    }
}

/// Writes the report as one document; what it writes depends on its arguments alone.
pub fn write(format: Format, report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    match format {
        Format::Text => text::write(report, options, &mut out)?,
        Format::Json => json::write(report, &mut out)?,
        Format::Jsonl => json::write_lines(report, &mut out)?,
        Format::Sarif => sarif::write(report, &mut out)?,
        Format::Html => html::write(report, &mut out)?,
        Format::Markdown => markdown::write(report, &mut out)?,
        Format::Junit => junit::write(report, &mut out)?,
        Format::Github => github::write(report, &mut out)?,
        Format::GitlabCodeQuality => gitlab::write_code_quality(report, &mut out)?,
        Format::GitlabSecretDetection => {
            gitlab::write_secret_detection(report, &String::from_utf8_lossy(&options.now), &mut out)?;
        }
        Format::Csv => csv::write(report, &mut out)?,
    }
    out.flush()
}

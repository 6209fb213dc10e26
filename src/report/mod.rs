//! A run told to somebody: one file per voice, all of them deaf to everything but `model::Report`.
//!
//! It does not know source files (excerpts come masked), the environment, or the terminal: what depends on those comes in
//! as `Options`.

mod encode;
mod flow;
mod json;
mod prose;
mod sarif;
mod summary;
mod text;

use std::fmt;
use std::io::{self, BufWriter, Write};
use std::str::FromStr;

use crate::model::Report;
pub use flow::{FlowFormat, write_flow};

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
}

impl Format {
    pub const ALL: [Format; 4] = [Format::Text, Format::Json, Format::Jsonl, Format::Sarif];

    pub fn name(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Json => "json",
            Format::Jsonl => "jsonl",
            Format::Sarif => "sarif",
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

/// How `text` is laid out; the other formats are the same for everybody.
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
}

impl Default for Options {
    fn default() -> Self {
        Options { colour: false, unicode: true, width: 100, quiet: false, show_suppressed: false }
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
    }
    out.flush()
}

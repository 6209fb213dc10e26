//! What the exit code says: the same in every format and every mode.
//!
//! It does not know what was run.

use std::process::ExitCode;

use super::args::Output;
use super::output::{Failure, tell};
use crate::filter::Threshold;
use crate::model::{Class, Report};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Complete, and nothing at the threshold.
    Clean = 0,
    /// Findings at the threshold, complete or not.
    Findings = 1,
    /// The user's arguments or files of ours are wrong; nothing was looked at.
    Usage = 2,
    /// Nothing at the threshold, but something in scope was not looked at.
    Incomplete = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// Tells of the report what is at the threshold, wherever it was asked for, and says what that comes to.
pub fn conclude(mut report: Report, output: &Output) -> Result<Exit, Failure> {
    let threshold = Threshold { confidence: output.confidence.into(), fail_on: output.fail_on.into() };
    report.findings.retain(|finding| threshold.reports(finding));
    tell(&report, output)?;
    match output.exit_zero {
        true => Ok(Exit::Clean),
        false => Ok(judge(&report, threshold, output.strict)),
    }
}

/// What a report comes to. `strict` also wants everything understood.
pub fn judge(report: &Report, threshold: Threshold, strict: bool) -> Exit {
    let is_understood = report.coverage.count(Class::Degraded) == 0;
    match report.findings.iter().any(|finding| threshold.fails(finding)) {
        true => Exit::Findings,
        false if !report.coverage.is_complete() || (strict && !is_understood) => Exit::Incomplete,
        false => Exit::Clean,
    }
}

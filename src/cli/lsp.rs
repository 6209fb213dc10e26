//! `tightlip lsp`: from an editor's folder to what is looked at in it.
//!
//! It does not know the protocol.

use std::path::Path;

use super::args::Scan;
use super::baseline::Known;
use super::check::Asked;
use super::exit::Exit;
use super::output::Failure;
use crate::filter::Threshold;
use crate::lsp::{self, Opened};
use crate::model::{Confidence, Masking, Report, Severity};

pub fn run(scan: &Scan) -> Result<Exit, Failure> {
    let opened = |folder: &Path| open(scan, folder).map_err(|failure| failure.to_string());
    match lsp::serve(&opened) {
        Ok(true) => Ok(Exit::Clean),
        Ok(false) => Err(Failure::new("The editor went away without taking its leave.")),
        Err(error) => Err(Failure::new(format!("standard output could not be written: {error}"))),
    }
}

fn open(scan: &Scan, folder: &Path) -> Result<Opened, Failure> {
    let asked = Asked::of(scan, Masking::default(), None, &[folder.to_path_buf()])?;
    let known = Known::of(scan, &asked.policy, Some(&asked.root.folder))?;
    let (root, source, plan) = asked.parts(scan)?;
    let threshold = Threshold { confidence: Confidence::Medium, fail_on: Severity::Note };
    let settle = move |report: &mut Report| {
        known.hold(report, false);
        report.findings.retain(|finding| threshold.fails(finding));
    };
    Ok(Opened { root, source, plan, settle: Box::new(settle) })
}

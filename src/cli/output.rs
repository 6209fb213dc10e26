//! Where words leave the program: standard output, files, standard error.
//!
//! It does not know what the words say.

use std::fmt;
use std::fs::File;
use std::io::{self, ErrorKind, IsTerminal, Write};

use super::args::{Colour, Output};
use crate::model::Report;
use crate::report::{self, Options};

/// Why nothing could be looked at: one sentence a line, for standard error.
#[derive(Debug)]
pub struct Failure(Vec<String>);

impl Failure {
    pub fn new(sentence: impl Into<String>) -> Self {
        Failure(vec![sentence.into()])
    }

    pub fn all(sentences: impl IntoIterator<Item = String>) -> Self {
        Failure(sentences.into_iter().collect())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

#[allow(clippy::print_stderr)]
pub fn complain(failure: &Failure) {
    for sentence in &failure.0 {
        eprintln!("tightlip: {sentence}");
    }
}

/// A word beside what goes to standard output.
#[allow(clippy::print_stderr)]
pub fn note(sentence: &str) {
    eprintln!("{sentence}");
}

/// Writes the report everywhere it was asked for.
pub fn tell(report: &Report, output: &Output) -> Result<(), Failure> {
    let on_terminal = io::stdout().is_terminal();
    let options = Options {
        colour: match output.color {
            Colour::Always => true,
            Colour::Never => false,
            // https://no-color.org: any value but the empty one counts.
            Colour::Auto => on_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        },
        width: width(on_terminal),
        quiet: output.quiet,
        show_suppressed: output.show_suppressed,
        now: now(),
        ..Options::default()
    };
    for (format, path) in &output.outputs {
        let plain = Options { colour: false, ..options };
        File::create(path)
            .and_then(|mut file| report::write(*format, report, &plain, &mut file))
            .map_err(|error| Failure::new(format!("{} could not be written: {error}", path.display())))?;
    }
    say(|out| report::write(output.format, report, &options, out))
}

/// Writes to standard output. A reader that went away has seen enough.
pub fn say(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    match write(&mut io::stdout().lock()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("standard output could not be written: {error}")))
        }
        _ => Ok(()),
    }
}

/// The time in UTC, to the second.
fn now() -> [u8; 19] {
    let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S").to_string();
    now.as_bytes().try_into().unwrap_or(Options::default().now)
}

fn width(on_terminal: bool) -> usize {
    let columns = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    let width = if on_terminal { columns() } else { None };
    width.map_or(100, |width| width.clamp(60, 120))
}

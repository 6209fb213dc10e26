//! Parses, runs, exits.

use std::process::ExitCode;

fn main() -> ExitCode {
    tightlip::cli::main()
}

//! What `tightlip history` takes.
//!
//! It does not know what the program makes of it.

use std::path::PathBuf;

use clap::Args;

use super::args::{Output, Scan};
use super::fleet::Shard;

#[derive(Debug, Args)]
#[command(after_help = super::args::EXIT_CODES)]
pub struct History {
    /// Repositories: working trees, bare repositories, or folders in one.
    #[arg(value_name = "REPO", default_value = ".")]
    pub repositories: Vec<PathBuf>,
    /// Start from this branch, tag or ref instead of all of them; repeat for several.
    #[arg(long = "branch", value_name = "NAME")]
    pub branches: Vec<String>,
    /// Only what was committed first on this day (UTC) or later.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub since_date: Option<String>,
    /// Only files that match; repeat for several.
    #[arg(long = "paths", value_name = "GLOB")]
    pub paths: Vec<String>,
    /// Also what no ref reaches: amended and reset commits, dropped stashes, dangling blobs.
    #[arg(long)]
    pub unreachable: bool,
    #[command(flatten)]
    pub fleet: Option<Fleet>,
    #[command(flatten)]
    pub scan: Scan,
    #[command(flatten)]
    pub output: Output,
}

/// Many repositories, each judged by itself and by no policy but `--policy`.
#[derive(Debug, Args)]
pub struct Fleet {
    /// A file that names repositories, one a line and relative to it, each to be looked at by itself.
    #[arg(long, value_name = "FILE", requires = "into", conflicts_with = "repositories", required = false)]
    pub repos: PathBuf,
    /// Only each Nth of them, from the Ith on, which counts from 0.
    #[arg(long, value_name = "I/N", requires = "repos", default_value_t = Shard::ALL)]
    pub shard: Shard,
    /// Where the reports are written as JSON lines; repositories that it holds are not looked at again.
    #[arg(long, value_name = "FILE", requires = "repos", required = false)]
    pub into: PathBuf,
}

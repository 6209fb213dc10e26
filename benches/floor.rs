//! The floor under every figure: walks a tree and reads every file as tightlip does, and looks at nothing.
//!
//! It does not know any rule.

use std::path::PathBuf;

use globset::GlobSet;
use rayon::prelude::*;
use tightlip::model::{Buffer, Snapshot};
use tightlip::source::{Settings, Worktree};

#[allow(clippy::print_stdout)]
fn main() {
    let mut arguments = std::env::args().skip(1);
    let root = PathBuf::from(arguments.next().expect("floor FOLDER [THREADS]")).canonicalize().expect("a folder");
    let threads = arguments.next().and_then(|threads| threads.parse().ok()).unwrap_or(2);
    let settings =
        Settings { root, gitignore: true, exclude: GlobSet::empty(), named: Vec::new(), folders: Vec::new(), threads };
    let tree = Worktree::new(settings);
    let files = tree.list().files;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let read = |buffer: &mut Buffer, path| {
        buffer.clear();
        tree.read(path, buffer).map_or(0, |_| buffer.bytes().len() as u64)
    };
    let bytes: u64 = pool.install(|| files.par_iter().map_init(Buffer::default, read).sum());
    println!("{} files, {bytes} bytes", files.len());
}

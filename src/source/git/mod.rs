//! The object database, the index and the refs of a repository: everything that names the git crate.
//!
//! It runs nothing, reads no configuration beyond what opening needs, and writes nothing.

mod attribution;
mod commits;
mod delta;
mod history;
mod index;
mod inflate;
mod objects;
mod packs;
mod paths;
mod refs;
mod trees;
mod walk;

pub use attribution::{Attribution, Commits};
pub use commits::{Signature, message};
pub use delta::Delta;
pub use history::{History, Repository, Structure, reason};
pub(super) use index::tracked;
pub use inflate::Broken;
pub use objects::{Kind, Objects, Scratch, Slot};
pub use paths::PathId;
pub use trees::Trees;
pub use walk::{Buffers, Object, Unit, Verdict, Visitor};

use std::path::Path;

/// Opens the repository at `top` (a working tree, a bare repository or a `.git`) without the user's, the system's or the
/// environment's configuration.
fn open(top: &Path) -> gix::Result<gix::Repository> {
    gix::open_opts(top, gix::open::Options::isolated())
}

//! The object database, the index and the refs of a repository: everything that names the git crate.
//!
//! It runs nothing, reads no configuration beyond what opening needs, and writes nothing.

mod index;

pub(super) use index::tracked;

use std::path::Path;

/// Opens the repository at `top` (a working tree, a bare repository or a `.git`) without the user's, the system's or the
/// environment's configuration.
fn open(top: &Path) -> gix::Result<gix::Repository> {
    gix::open_opts(top, gix::open::Options::isolated())
}

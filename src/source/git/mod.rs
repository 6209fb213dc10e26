//! The object database, the index and the refs of a repository: everything that names the git crate.
//!
//! It runs nothing, reads no configuration beyond what opening needs, and writes nothing.

mod attribution;
mod commits;
mod delta;
mod difference;
mod history;
mod index;
mod inflate;
mod objects;
mod packs;
mod past;
mod paths;
mod quarantine;
mod range;
mod refs;
mod repository;
mod tree;
mod trees;
mod walk;

pub use attribution::{Attribution, Commits};
pub use commits::{Signature, message};
pub use delta::Delta;
pub use difference::{Change, Comparison, Parent};
pub use history::{History, Structure, reason};
pub(super) use index::tracked;
pub use inflate::Broken;
pub use objects::{Kind, Objects, Scratch, Slot};
pub use past::FirstParents;
pub use paths::PathId;
pub use range::{Commit, NoRange, Range};
pub use repository::Repository;
pub use tree::{Content, ObjectTree};
pub use trees::Trees;
pub use walk::{Buffers, Object, Unit, Verdict, Visitor};

use std::path::Path;

/// Opens the repository at `top` (a working tree, a bare repository or a `.git`) without the user's, the system's or the
/// environment's configuration. Replacements and commit graphs are claims about objects, so neither is asked.
fn open(top: &Path) -> gix::Result<gix::Repository> {
    let settings = [
        "core.useReplaceRefs=false".to_owned(),
        "core.commitGraph=false".to_owned(),
        format!("gitoxide.objects.allocLimit={MOST_DECODED}"),
    ];
    gix::open_opts(top, gix::open::Options::isolated().config_overrides(settings))
}

/// The same for those who ask where refs lead: reftables cannot be read, and without refs nothing would be found.
fn open_with_refs(top: &Path) -> Result<gix::Repository, String> {
    let repository = open(top).map_err(|error| error.to_string())?;
    match repository.common_dir().join("reftable").is_dir() {
        true => Err("its refs are in a reftable, which cannot be read yet; \
                     `git refs migrate --ref-format=files` on a clone of it makes them readable"
            .to_owned()),
        false => Ok(repository),
    }
}

/// Objects above this many bytes are said to be too large instead of decoded.
const MOST_DECODED: u64 = 1 << 30;

//! Where bytes come from, and the one way back. Each source implements `model::Snapshot`.
//!
//! It does not know what is looked for, and it spawns no work: the engine does. (The walk itself runs on the threads of
//! the `ignore` crate.)

pub mod archive;
pub mod git;
mod ignored;
mod overlay;
mod replace;
mod root;
mod stdin;
mod worktree;

pub use ignored::{IGNORE_FILE, Ignored};
pub use overlay::Overlay;
pub use replace::replace;
pub use root::{POLICY_FILE, Root, find_root, repository_above};
pub use stdin::Stdin;
pub use worktree::{Settings, Worktree};

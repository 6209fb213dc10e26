//! How the documents of a repository belong together.
//!
//! It does not read files and it does not judge.

mod layout;

pub use layout::{KustomizationKind, Layout, Place, is_kustomization};

//! Kustomizations that nobody wrote.
//!
//! It does not know what is expected: kubectl says it.

//! `rules/` as a verified catalog. `build.rs` compiles the built-in rules into statics with the same parser that reads a
//! user's rules at run time.
//!
//! It does not know how rules are matched.

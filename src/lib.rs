//! args ─► policy ─► Source ─► Blob ─┬─► detect ───────────────────────────────┐
//!                                   └─► Document ─► Graph of Objects ─► checks ┴─► Finding ─► filter ─► report ─► exit code
//!
//! | floor | room | may import (of ours) |
//! |---|---|---|
//! | 0 | text | nothing |
//! | 1 | model · expr | text |
//! | 2 | syntax, value, facts, catalog, policy, source | 0–1, never each other |
//! | 3 | document · detect · filter | 0–1 + syntax, value · 0–1 + syntax, value · 0–1 |
//! | 4 | graph | 0–1, document, policy, facts, value, syntax |
//! | 5 | checks · propose | 0–4 without source, detect, filter · 0–1, document, graph, policy, facts |
//! | 6 | engine · report | 0–5 · 0–1 + catalog |
//! | 7 | lsp · cli, main | 0–6 · everything |
//!
//! `tests/it/architecture.rs` holds this table.
//!
//! As a library: [`Scanner`] looks at bytes and at folders. What stands in these pages follows semantic versioning; the
//! rooms are public for our own tests alone, are left out of these pages, and change with any release. New rules, and
//! findings that differ because a rule does, come with minor releases.

#![deny(unsafe_code)]
#![warn(missing_docs)]

#[doc(hidden)]
pub mod catalog;
#[doc(hidden)]
pub mod checks;
#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod detect;
#[doc(hidden)]
pub mod document;
#[doc(hidden)]
pub mod engine;
#[doc(hidden)]
pub mod expr;
#[doc(hidden)]
pub mod facts;
#[doc(hidden)]
pub mod filter;
#[doc(hidden)]
pub mod graph;
#[doc(hidden)]
pub mod lsp;
#[doc(hidden)]
pub mod model;
#[doc(hidden)]
pub mod policy;
#[doc(hidden)]
pub mod propose;
#[doc(hidden)]
pub mod report;
mod scan;
#[doc(hidden)]
pub mod source;
#[doc(hidden)]
pub mod syntax;
#[doc(hidden)]
pub mod text;
#[doc(hidden)]
pub mod value;

pub use scan::{Confidence, Error, Finding, Options, Report, Scanner, Severity};

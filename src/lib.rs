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

#![deny(unsafe_code)]

pub mod catalog;
pub mod checks;
pub mod cli;
pub mod detect;
pub mod document;
pub mod engine;
pub mod expr;
pub mod facts;
pub mod filter;
pub mod graph;
pub mod lsp;
pub mod model;
pub mod policy;
pub mod propose;
pub mod report;
pub mod source;
pub mod syntax;
pub mod text;
pub mod value;

//! What the operators accept, as data: fields, types, enums, required, since and until which version.
//!
//! It does not read manifests.

pub mod duration;
// The tables are skipped: one field a line reads better than what rustfmt makes of nested calls.
#[rustfmt::skip]
pub mod external_secrets;
pub mod releases;
mod shape;
#[rustfmt::skip]
mod store_providers;

pub use shape::{Choice, Field, Kind, Presence, Reference, Shape, optional, required};

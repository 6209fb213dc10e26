//! What the operators accept, as data: fields, types, enums, required, since and until which version; and which fields name
//! Secrets, or make them.
//!
//! It does not read manifests.

pub mod consumers;
pub use crate::text::duration;
// The tables are skipped: one field a line reads better than what rustfmt makes of nested calls.
#[rustfmt::skip]
pub mod external_secrets;
pub mod producers;
pub mod releases;
pub mod remote_keys;
mod shape;
#[rustfmt::skip]
mod store_providers;

pub use shape::{Choice, Field, Kind, Presence, Reference, Shape, optional, required};

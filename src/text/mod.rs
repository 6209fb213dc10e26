//! Bytes and places. Everything above speaks of files in terms of this room.
//!
//! It does not know YAML, secrets, rules or Kubernetes.

mod added;
pub mod checksum;
mod closest;
pub mod duration;
mod encoding;
mod lines;
mod openings;
mod runs;
mod secret;
pub mod settings;
mod span;
mod visible;

pub use added::AddedLines;
pub use closest::{closest, is_slip, unknown};
pub use encoding::{Decoded, OffsetMap, decode, is_binary};
pub use lines::{LineIndex, Position, Region};
pub use openings::Openings;
pub use runs::{SHORTEST_RUN, is_run_byte, runs};
pub use secret::Secret;
pub use span::Span;
pub use visible::{is_hidden, visible, write_visible};

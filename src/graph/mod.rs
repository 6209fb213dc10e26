//! How the documents of a repository belong together: which objects are deployed with which, and what they then say.
//!
//! It does not read files and it does not judge.

mod data;
mod inventory;
mod layout;
mod object;
mod unit;

pub use data::{Content, Data, FileId, Place};
pub use inventory::{Contents, Inventory};
pub use layout::{Destination, KustomizationKind, Layout};
pub use object::{Object, ObjectId, Opacity};
pub use unit::{Cause, Gap, Unit, UnitKind, objects_of, units, unlisted};

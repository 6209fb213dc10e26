//! How the documents of a repository belong together: which objects are deployed with which, and what they then say.
//!
//! It does not read files and it does not judge.

mod chart;
mod data;
mod flow;
mod folder;
mod inventory;
mod kustomize;
mod layout;
mod object;
mod release;
mod unit;

pub use chart::{
    RELEASE, Sink, ValueFlow, chart_values, is_about_chart, is_of_release, is_same, users, with_dependencies,
};
pub use data::{Content, Data, FileId, Place};
pub use flow::{
    Claim, Consumer, Fate, Flow, Graph, Keys, Lookup, Member, Producer, Store, StoreKind, StoreReference, Unlisted,
    all, draw, is_open, may_be_same, names,
};
pub use inventory::{Contents, Inventory};
pub use kustomize::{Build, Builder, Edits};
pub use layout::{Destination, KustomizationKind, Layout, is_kustomization};
pub use object::{Object, ObjectId, Opacity};
pub use unit::{Cause, Gap, Spread, Unit, UnitKind, has_releases, in_turn, objects_of, strays, units, unlisted};

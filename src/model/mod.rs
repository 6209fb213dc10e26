//! The vocabulary: plain data that the rooms hand to each other.
//!
//! It does not know how anything is found, parsed, filtered or printed.

mod blob;
mod checksum;
mod emitter;
mod excerpt;
mod finding;
mod fingerprint;
mod fix;
mod flow;
mod names;
mod notification;
mod past;
mod path;
mod release;
mod report;
mod rule;
mod snapshot;

pub use blob::{Blob, Origin};
pub use emitter::{Draft, DraftBuilder, Emitter, Identity};
pub use excerpt::{Excerpt, Masking};
pub use finding::{Attribution, Finding, Location, Place, Related, Suppression, SuppressionKind};
pub use fingerprint::Fingerprint;
pub use fix::{Edit, Fix, Replacement};
pub use flow::{Flow, FlowFilter, FlowMaker, FlowPlace, FlowReader, FlowSecret, FlowStore, FlowUnit};
pub use names::Names;
pub use notification::{Class, Notification, Reason};
pub use past::{Past, Since};
pub use path::RepoPath;
pub use release::Release;
pub use report::{Coverage, Report};
pub use rule::{
    Alphabet, Assignment, Checksum, Confidence, Example, Matcher, Pattern, Rule, Safety, Segment, Severity, Tier, Token,
};
pub use snapshot::{Buffer, Listing, Snapshot, WHOLE};

//! What went wrong, or was left out, on the way: it travels with the findings to the same report.
//!
//! It does not decide the exit code; it says what was not looked at.

use super::RepoPath;
use crate::text::Position;

/// What a notification means for the trust in a zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Bytes in scope that no detector saw.
    Incomplete,
    /// Seen as text, not understood.
    Degraded,
    /// Not ours to look at; counted.
    OutOfScope,
    /// Worth saying; nothing was missed.
    Info,
}

/// Why, as a word that reports count by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    Unreadable,
    Truncated,
    InvalidSyntax,
    TooDeep,
    TooLarge,
    UnresolvedTemplate,
    RemoteReference,
    BrokenIndex,
    MissingObject,
    CorruptObject,
    OversizedObject,
    ShallowHistory,
    MissingBase,
    TooManyMatches,
    UnjudgedRule,
    UnknownRule,
    UnusedIgnore,
    UnusedBaseline,
    PartialInventory,
    NothingStaged,
    EmptyRange,
    UnmergedPath,
    UnreachableObjects,
    Ignored,
    Excluded,
    SymbolicLink,
    NotAFile,
    Submodule,
    LfsPointer,
    GitDirectory,
}

impl Reason {
    pub const ALL: [Reason; 30] = [
        Reason::Unreadable,
        Reason::Truncated,
        Reason::InvalidSyntax,
        Reason::TooDeep,
        Reason::TooLarge,
        Reason::UnresolvedTemplate,
        Reason::RemoteReference,
        Reason::BrokenIndex,
        Reason::MissingObject,
        Reason::CorruptObject,
        Reason::OversizedObject,
        Reason::ShallowHistory,
        Reason::MissingBase,
        Reason::TooManyMatches,
        Reason::UnjudgedRule,
        Reason::UnknownRule,
        Reason::UnusedIgnore,
        Reason::UnusedBaseline,
        Reason::PartialInventory,
        Reason::NothingStaged,
        Reason::EmptyRange,
        Reason::UnmergedPath,
        Reason::UnreachableObjects,
        Reason::Ignored,
        Reason::Excluded,
        Reason::SymbolicLink,
        Reason::NotAFile,
        Reason::Submodule,
        Reason::LfsPointer,
        Reason::GitDirectory,
    ];

    pub fn class(self) -> Class {
        use Reason::*;
        match self {
            Unreadable | Truncated | BrokenIndex | MissingObject | CorruptObject | OversizedObject | ShallowHistory
            | MissingBase => Class::Incomplete,
            InvalidSyntax | TooDeep | TooLarge | UnresolvedTemplate | RemoteReference | UnjudgedRule => Class::Degraded,
            TooManyMatches | UnknownRule | UnusedIgnore | UnusedBaseline | PartialInventory | NothingStaged
            | EmptyRange | UnmergedPath | UnreachableObjects => Class::Info,
            Ignored | Excluded | SymbolicLink | NotAFile | Submodule | LfsPointer | GitDirectory => Class::OutOfScope,
        }
    }

    /// The word in reports: kebab-case, stable.
    pub fn name(self) -> &'static str {
        use Reason::*;
        match self {
            Unreadable => "unreadable",
            Truncated => "truncated",
            InvalidSyntax => "invalid-syntax",
            TooDeep => "too-deep",
            TooLarge => "too-large",
            UnresolvedTemplate => "unresolved-template",
            RemoteReference => "remote-reference",
            BrokenIndex => "broken-index",
            MissingObject => "missing-object",
            CorruptObject => "corrupt-object",
            OversizedObject => "oversized-object",
            ShallowHistory => "shallow-history",
            MissingBase => "missing-base",
            TooManyMatches => "too-many-matches",
            UnjudgedRule => "unjudged-rule",
            UnknownRule => "unknown-rule",
            UnusedIgnore => "unused-ignore",
            UnusedBaseline => "unused-baseline",
            PartialInventory => "partial-inventory",
            NothingStaged => "nothing-staged",
            EmptyRange => "empty-range",
            UnmergedPath => "unmerged-path",
            UnreachableObjects => "unreachable-objects",
            Ignored => "ignored",
            Excluded => "excluded",
            SymbolicLink => "symbolic-link",
            NotAFile => "not-a-file",
            Submodule => "submodule",
            LfsPointer => "lfs-pointer",
            GitDirectory => "git-directory",
        }
    }
}

/// Ordered by path, place, reason: reports print them sorted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Notification {
    pub path: Option<RepoPath>,
    pub position: Option<Position>,
    pub reason: Reason,
    /// A sentence for the user: what happened and, where it helps, what to do.
    pub message: String,
}

impl Notification {
    pub fn new(reason: Reason, path: &RepoPath, message: impl Into<String>) -> Self {
        Notification { path: Some(path.clone()), position: None, reason, message: message.into() }
    }

    pub fn at(self, position: Position) -> Self {
        Notification { position: Some(position), ..self }
    }

    pub fn class(&self) -> Class {
        self.reason.class()
    }
}

//! One integration binary; each module is a subject.

mod layout;
mod report;
mod syntax;

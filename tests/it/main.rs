//! One integration binary; each module is a subject.

mod layout;
mod syntax;
mod report;

//! One integration binary; each module is a subject.

mod report;

//! Credential rules over blobs: a prefilter that never misses, then the matcher of each candidate rule.
//!
//! It does not know manifests, policies or files.

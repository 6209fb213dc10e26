//! What the operators accept, as data: fields, types, enums, required, since and until which version.
//!
//! It does not read manifests.

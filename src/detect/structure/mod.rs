//! Shapes that take a parser, one file each, by the name that rule files use.
//!
//! They do not know rules, only the text around a word or a prefix that announced them.

mod connection;
mod docker;
mod jwt;
mod pem;
mod putty;
mod service_account;
#[cfg(test)]
mod tests;
mod uri;

use super::candidate::Rank;
use super::shape::Reader;
use crate::model::{Confidence, Identity};
use crate::text::{Secret, Span};

pub struct Structure {
    pub name: &'static str,
    /// Words of at least three bytes, one of which announces it anywhere in a text.
    pub words: &'static [&'static str],
    /// Prefixes that announce it at the start of a token.
    pub prefixes: &'static [&'static str],
    /// Looked for in binaries too.
    pub binary: bool,
    /// What is there, given where the word or the prefix begins.
    pub find: fn(&mut Reader, usize) -> Option<Found>,
}

/// Sorted by name.
pub static STRUCTURES: &[Structure] = &[
    connection::ADO,
    uri::CONNECTION_STRING,
    docker::CONFIG_AUTH,
    pem::ENCRYPTED,
    service_account::GCP,
    connection::JDBC,
    jwt::JWT,
    jwt::KUBERNETES,
    pem::PGP,
    pem::PRIVATE,
    putty::PRIVATE,
];

impl Structure {
    /// True where `find` would look beyond `super::REACH`: the text at the word or prefix, within that reach, promises a
    /// block of many lines.
    pub fn reaches_far(&self, text: &[u8], at: usize) -> bool {
        match self.name {
            "docker-config-auth" => docker::is_announced(text, at),
            "encrypted-private-key" | "gcp-service-account" | "pgp-private-key" | "private-key" => {
                pem::is_announced(text, at)
            }
            "putty-private-key" => true,
            _ => false,
        }
    }
}

pub struct Found {
    pub span: Span,
    /// Inside `span`.
    pub secret: Span,
    /// The rule's own where none is given.
    pub confidence: Option<Confidence>,
    pub rank: Rank,
    pub weight: usize,
    pub identity: Identity,
}

impl Found {
    /// A machine-made value that proves itself.
    fn verified(text: &[u8], span: Span) -> Found {
        let identity = Identity::Credential { value: Secret::new(span.slice(text)) };
        Found { span, secret: span, confidence: None, rank: Rank::Verified, weight: 0, identity }
    }

    fn low_when(self, doubtful: bool) -> Found {
        Found { confidence: if doubtful { Some(Confidence::Low) } else { self.confidence }, ..self }
    }
}

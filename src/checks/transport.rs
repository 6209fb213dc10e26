//! Connections to a backend that anybody on the way can read, or answer in its place.
//!
//! It does not know whether something else encrypts them: a mesh, a tunnel.

use super::schema::is_filled_in_later;
use super::{Context, Reporter};
use crate::document::{Document, Form, Manifest};
use crate::facts::{external_secrets, vault_operator};
use crate::model::Confidence;
use crate::syntax::Node;

/// The fields in which stores, connections and the Infisical operator name a backend.
const ADDRESSES: [&str; 11] = [
    "address",
    "akeylessGWApiURL",
    "apiURL",
    "apiUrl",
    "connectHost",
    "hostAPI",
    "host",
    "server",
    "serverURL",
    "serverUrl",
    "url",
];

/// Switches that make the client trust whoever answers, and the value that does so.
const SWITCHES: [(&str, &str); 4] =
    [("ignoreSslCertificate", "true"), ("insecure", "true"), ("skipTLSVerify", "true"), ("verifyCA", "false")];

/// `insecure-transport`
pub fn run(document: &Document, _context: &Context, reporter: &mut Reporter) {
    if document.form() == Form::Fragment {
        return;
    }
    for settings in document.manifests().iter().filter_map(settings) {
        look(settings, reporter);
    }
}

/// Where the connection is described.
fn settings<'a>(manifest: &Manifest<'a>) -> Option<Node<'a>> {
    match (manifest.group(), manifest.kind()) {
        (external_secrets::GROUP, "SecretStore" | "ClusterSecretStore") => manifest.root.at("spec.provider"),
        (vault_operator::GROUP, "VaultConnection") => manifest.root.get("spec"),
        ("secrets.infisical.com", _) => manifest.root.get("spec"),
        _ => None,
    }
}

fn look(settings: Node, reporter: &mut Reporter) {
    for (key, value) in settings.own_entries() {
        let (Some(name), Some(text)) = (key.as_str(), value.as_str()) else {
            look(value, reporter);
            continue;
        };
        if is_filled_in_later(value) {
            continue;
        }
        if SWITCHES.contains(&(name, text)) {
            let problem = format!("with `{name}: {text}` it trusts whoever answers");
            reporter.at(value).blank("problem", problem).emit();
        }
        let host = text.strip_prefix("http://").filter(|_| ADDRESSES.contains(&name)).map(host);
        let Some(host) = host.filter(|host| !is_same_machine(host)) else { continue };
        let confidence = if is_in_cluster(host) { Confidence::Medium } else { Confidence::High };
        let problem = format!("to `{host}` it goes unencrypted");
        reporter.at(value).blank("problem", problem).confidence(confidence).emit();
    }
}

fn host(rest: &str) -> &str {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = authority.rsplit('@').next().unwrap_or(authority);
    host.rsplit_once(':').map_or(host, |(host, _)| host)
}

fn is_same_machine(host: &str) -> bool {
    host.is_empty() || host == "localhost" || host.starts_with("127.") || host == "[::1]"
}

fn is_in_cluster(host: &str) -> bool {
    !host.contains('.') || host.ends_with(".svc") || host.contains(".svc.") || host.ends_with(".local")
}

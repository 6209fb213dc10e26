//! Programs that talk to a secret backend themselves, where an operator alone is to do so.
//!
//! It does not know programs: variables, annotations, volumes and images tell.

use super::workload_view::Workload;
use super::{Context, Reporter};
use crate::document::Document;
use crate::syntax::Node;

/// Variables by which clients find a backend or log in to it.
const VARIABLES: &[&str] = &[
    "AKEYLESS_ACCESS_ID",
    "AKEYLESS_ACCESS_KEY",
    "BAO_ADDR",
    "BAO_TOKEN",
    "CONJUR_APPLIANCE_URL",
    "CONJUR_AUTHN_API_KEY",
    "DOPPLER_TOKEN",
    "INFISICAL_API_URL",
    "INFISICAL_CLIENT_ID",
    "INFISICAL_CLIENT_SECRET",
    "INFISICAL_PROJECT_ID",
    "INFISICAL_SITE_URL",
    "INFISICAL_TOKEN",
    "INFISICAL_UNIVERSAL_AUTH_CLIENT_ID",
    "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET",
    "OP_CONNECT_HOST",
    "OP_CONNECT_TOKEN",
    "OP_SERVICE_ACCOUNT_TOKEN",
    "VAULT_ADDR",
    "VAULT_AGENT_ADDR",
    "VAULT_AUTH_METHOD",
    "VAULT_AUTH_ROLE",
    "VAULT_NAMESPACE",
    "VAULT_PATH",
    "VAULT_ROLE",
    "VAULT_ROLE_ID",
    "VAULT_SECRET_ID",
    "VAULT_TOKEN",
    "VAULT_URL",
];

/// Annotations by which an injector gives a pod what it fetches itself.
const ANNOTATIONS: &[&str] = &[
    "operator.1password.io/inject",
    "org.infisical.com/inject",
    "vault.hashicorp.com/",
    "vault.security.banzaicloud.io/",
    "vault.security/",
];

const DRIVERS: [&str; 1] = ["secrets-store.csi.k8s.io"];

/// `direct-backend-access`
pub fn run(document: &Document, context: &Context, reporter: &mut Reporter) {
    if context.policy.workloads.as_ref().and_then(|workloads| workloads.no_direct_backend) != Some(true) {
        return;
    }
    let of_programs = |root: &Node| matches!(root.str_at("kind"), Some("ConfigMap"));
    let settings = document.manifests().iter().map(|manifest| manifest.root).filter(of_programs);
    let roots = Workload::all(document).into_iter().map(|workload| workload.root).chain(settings);
    for root in roots {
        let mut signs = Vec::new();
        find(root, &mut signs);
        let Some((place, what)) = signs.first() else { continue };
        let draft = reporter.at(*place).blank("what", what);
        signs[1..].iter().fold(draft, |draft, (place, what)| draft.related(place.span(), what)).emit();
    }
}

/// Recursion is as deep as the parsers let collections nest.
fn find<'a>(node: Node<'a>, signs: &mut Vec<(Node<'a>, String)>) {
    if node.is_alias() {
        return;
    }
    if let Some(name) = node.get("name").filter(|name| name.as_str().is_some_and(|it| VARIABLES.contains(&it))) {
        signs.push((name, format!("variable {}", name.as_str().unwrap_or_default())));
    }
    for (key, value) in node.own_entries() {
        let (name, text) = (key.as_str().unwrap_or_default(), value.as_str().unwrap_or_default());
        let what = match name {
            _ if ANNOTATIONS.iter().any(|start| name.starts_with(start)) => format!("annotation {name}"),
            _ if VARIABLES.contains(&name) && !text.is_empty() => format!("variable {name}"),
            "driver" if DRIVERS.contains(&text) => format!("volume of {text}"),
            "image" if is_client(text) => format!("image {text}"),
            "value" if text.starts_with("vault:") || text.starts_with(">>vault:") => {
                "value that an injector fetches".to_owned()
            }
            _ => {
                find(value, signs);
                continue;
            }
        };
        signs.push((if name == "value" { value } else { key }, what));
    }
    node.items().for_each(|item| find(item, signs));
}

/// The images of Vault's agent and its like.
fn is_client(image: &str) -> bool {
    let name = image.split(['@', ':']).next().unwrap_or_default();
    matches!(name.rsplit('/').next(), Some("vault" | "vault-agent" | "vault-env")) || name.ends_with("infisical/cli")
}

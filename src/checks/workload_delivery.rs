//! An organisation's own ways for Secrets to reach programs: which are allowed, where files are mounted and how.
//!
//! It does not know which Secrets exist.

use super::workload_view::{Mount, Workload};
use super::{Context, Reporter};
use crate::document::Document;
use crate::model::{DraftBuilder, Edit};
use crate::policy::{FileKind, RequiredSecret, Said, Way, Workloads};
use crate::syntax::{Change, New, Node};

/// `secret-taken-otherwise`
pub fn taken_otherwise(document: &Document, context: &Context, reporter: &mut Reporter) {
    if !is_agreed(context) {
        return;
    }
    let workloads = context.policy.workloads.as_ref();
    let allowed = workloads.and_then(|workloads| workloads.env.as_deref()).unwrap_or_default();
    for workload in Workload::all(document) {
        let mut told: Vec<&str> = Vec::new();
        for (way, name, place) in taken(&workload) {
            let text = name.as_str().unwrap_or_default();
            let required = required(context, text).filter(|required| required.via.is_some());
            let wanted = match required.and_then(|required| required.via) {
                Some(wanted) if wanted == way || way != Way::Volume && is_file(wanted, way) => continue,
                Some(wanted) => wanted.name().to_owned(),
                None if way == Way::Volume || allowed.is_empty() || allowed.contains(&way) => continue,
                None => allowed.iter().map(|way| way.name()).collect::<Vec<_>>().join(" or "),
            };
            // One workload reads a Secret's keys one by one: that is one decision.
            if way == Way::SecretKeyRef && told.contains(&text) {
                continue;
            }
            told.push(text);
            let draft = reporter.at_key(place, name).blank("name", text).blank("way", way.name());
            let draft = draft.blank("wanted", wanted);
            asked_by(draft, required).emit();
        }
    }
}

/// Names the line of a required Secret; without one, the convention for all Secrets asks.
fn asked_by<'d>(draft: DraftBuilder<'d>, required: Option<&Said<RequiredSecret>>) -> DraftBuilder<'d> {
    match required {
        Some(required) => draft.blank("policy", required.place.to_string()),
        None => draft,
    }
}

/// A Secret that is wanted as a file and read into the environment has a rule of its own.
fn is_file(wanted: Way, way: Way) -> bool {
    wanted == Way::Volume && way != Way::Volume
}

/// Every mention of a Secret: the way, its name, and the place to point at.
fn taken<'a>(workload: &Workload<'a>) -> Vec<(Way, Node<'a>, Node<'a>)> {
    let variables = workload.variables.iter().map(|it| (Way::SecretKeyRef, it.name, it.name));
    let sources = workload.sources.iter().map(|it| (Way::EnvFrom, it.name, it.field));
    let volumes = workload.volumes.iter().map(|it| (Way::Volume, it.name, it.name));
    variables.chain(sources).chain(volumes).collect()
}

/// False where the policy says nothing of how workloads take their secrets.
fn is_agreed(context: &Context) -> bool {
    context.policy.workloads.is_some() || context.policy.required_secrets.is_some()
}

fn required<'p>(context: &Context<'p>, name: &str) -> Option<&'p Said<RequiredSecret>> {
    context.policy.required_secrets.iter().flatten().find(|required| required.name == name)
}

/// `file-secret-outside-volume`
pub fn outside_volume(document: &Document, context: &Context, reporter: &mut Reporter) {
    if !is_agreed(context) {
        return;
    }
    let kinds = context.policy.workloads.as_ref().map_or(&[][..], Workloads::files_only);
    for workload in Workload::all(document) {
        for variable in &workload.variables {
            let name = variable.name.as_str().unwrap_or_default();
            let key = variable.key.and_then(Node::as_str).unwrap_or_default();
            let mounted = required(context, name).filter(|required| required.via == Some(Way::Volume));
            let by_words = || [key, variable.variable.unwrap_or_default()].into_iter().find_map(file_kind);
            if mounted.is_some() || by_words().is_some_and(|kind| kinds.contains(&kind)) {
                let place = variable.key.unwrap_or(variable.name);
                asked_by(reporter.at(place).blank("key", key).blank("name", name), mounted).emit();
            }
        }
        for source in &workload.sources {
            let name = source.name.as_str().unwrap_or_default();
            let mounted = required(context, name).filter(|required| required.via == Some(Way::Volume));
            if mounted.is_some() {
                let draft = reporter.at_key(source.field, source.name).blank("key", "*").blank("name", name);
                asked_by(draft, mounted).emit();
            }
        }
    }
}

/// What sort of file a key of a Secret, or a variable, holds by its name.
fn file_kind(name: &str) -> Option<FileKind> {
    let name = name.to_ascii_lowercase().replace('_', "-");
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    let holds = |words: &[&str]| words.iter().any(|word| name.contains(word));
    match () {
        _ if holds(&["kubeconfig", "kube-config"]) => Some(FileKind::Kubeconfig),
        _ if holds(&["id-rsa", "id-ed25519", "id-ecdsa", "ssh-key", "ssh-privatekey", "ssh-private-key"]) => {
            Some(FileKind::SshKey)
        }
        _ if ends(&[".p12", ".pfx", ".jks", ".keystore", ".truststore"]) => Some(FileKind::Keystore),
        _ if ends(&[".pem", ".key", "-pem", "private-key", "privatekey"]) || matches!(&*name, "tls-key") => {
            Some(FileKind::Pem)
        }
        _ if ends(&[".crt", ".cer", ".cert", "-crt", "certificate", "tls-cert", "ca-cert", "client-cert"]) => {
            Some(FileKind::Certificate)
        }
        _ if ends(&[".json"])
            && holds(&["service-account", "serviceaccount", "sa-key", "gcp", "adc", "credentials"])
            || holds(&["service-account-json", "service-account-key", "google-application-credentials"])
            || matches!(&*name, "sa-json" | "gcp-sa" | "google-credentials") =>
        {
            Some(FileKind::ServiceAccountJson)
        }
        _ => None,
    }
}

/// `secret-mount-writable`
pub fn writable(document: &Document, context: &Context, reporter: &mut Reporter) {
    if context.policy.workloads.as_ref().and_then(|workloads| workloads.read_only_secret_mounts) != Some(true) {
        return;
    }
    for workload in Workload::all(document) {
        for (mount, name) in secret_mounts(&workload) {
            if mount.read_only.is_some_and(|it| it.is_masked() || it.as_str() == Some("true")) {
                continue;
            }
            let draft = reporter.at(mount.read_only.unwrap_or(mount.path)).blank("name", name);
            draft.fix(read_only(mount)).emit();
        }
    }
}

fn read_only(mount: &Mount) -> Option<Edit> {
    let to = New::Plain("true".to_owned());
    match mount.read_only {
        Some(written) => Change::Value { from: written.as_str()?.to_owned(), to }.at(written),
        None => Change::entry("readOnly", to).at(mount.path.parent()?),
    }
}

/// `secret-mounted-elsewhere`
pub fn mounted_elsewhere(document: &Document, context: &Context, reporter: &mut Reporter) {
    if !is_agreed(context) {
        return;
    }
    let secrets = context.policy.workloads.as_ref().and_then(|workloads| workloads.file_secrets.as_ref());
    let usual = secrets.map(|secrets| &secrets.mount);
    for workload in Workload::all(document) {
        for (mount, name) in secret_mounts(&workload) {
            let required = required(context, name).filter(|required| required.mount.is_some());
            let wanted = required.and_then(|required| required.mount.as_ref()).or(usual);
            let path = mount.path.as_str().unwrap_or_default();
            let Some(wanted) = wanted.filter(|wanted| !mount.path.is_masked() && !wanted.holds(path)) else { continue };
            let draft = reporter.at(mount.path).blank("name", name).blank("path", path);
            asked_by(draft.blank("wanted", wanted.folder()), required).emit();
        }
    }
}

/// The mounts of Secrets, each with the Secret's name.
fn secret_mounts<'w, 'a>(workload: &'w Workload<'a>) -> impl Iterator<Item = (&'w Mount<'a>, &'a str)> {
    let with_secret =
        |mount: &'w Mount<'a>| Some((mount, workload.secret_at(mount)?.name.as_str().unwrap_or_default()));
    workload.mounts.iter().filter_map(with_secret)
}

//! `vault:` how objects of the Vault Secrets Operator log in, and where they read.
//!
//! It does not know what the operator accepts, nor what a Vault holds.

use super::{Fit, fit, text, wanted};
use crate::checks::deployment::head;
use crate::checks::{Deployment, UnitReporter};
use crate::graph::{Data, Object};
use crate::policy::vault::{Static, Vault};
use crate::policy::{Said, Template};

const GROUP: &str = "secrets.hashicorp.com";

/// Words, between others, that tell the credentials of a database.
const DATABASE: &[&str] =
    &["database", "db", "postgres", "postgresql", "pg", "mysql", "mariadb", "mongodb", "mongo", "pgpassword", "dsn"];

fn convention<'a>(deployment: &Deployment<'a>) -> Option<&'a Vault> {
    deployment.policy().vault.as_ref()
}

/// `vault-auth-not-as-agreed`
pub fn auth(deployment: &Deployment, reporter: &mut UnitReporter) {
    let Some(agreed) = convention(deployment).and_then(|vault| vault.auth.as_ref()) else { return };
    for object in deployment.of_kind(GROUP, "VaultAuth") {
        let Some(spec) = object.data.get("spec") else { continue };
        let mut tell = |found: &Data, field: &str, wish: String, place: String| {
            let value = found.as_str().unwrap_or_default();
            let draft = reporter.at(found.place, value).blank("field", field).blank("found", value);
            draft.blank("wanted", wish).blank("policy", place).emit();
        };
        let method = text(spec, "method");
        if let (Some(wish), Some((found, method))) = (&agreed.method, method)
            && wish.value != method
        {
            tell(found, "method", format!("`{}`", wish.value), wish.place.to_string());
            continue;
        }
        if let (Some(wish), Some((found, mount))) = (&agreed.mount, text(spec, "mount"))
            && misses(deployment, object, wish, mount)
        {
            tell(found, "mount", wanted(deployment, object, [wish]), wish.place.to_string());
        }
        let Some(login) = method.and_then(|(_, method)| spec.get(method)) else { continue };
        if let Some((found, role)) = text(login, "role") {
            let never = agreed.never_roles.iter().find(|never| never.captures(role).is_some());
            let wish = agreed.role.as_ref().filter(|wish| misses(deployment, object, wish, role));
            match (wish, never) {
                (Some(wish), _) => tell(found, "role", wanted(deployment, object, [wish]), wish.place.to_string()),
                (None, Some(never)) => {
                    tell(found, "role", format!("none like `{}`", never.value), never.place.to_string())
                }
                (None, None) => {}
            }
        }
        if let (Some(wish), Some((found, account))) = (&agreed.service_account, text(login, "serviceAccount"))
            && misses(deployment, object, wish, account)
        {
            tell(found, "serviceAccount", wanted(deployment, object, [wish]), wish.place.to_string());
        }
    }
}

/// `vault-path-not-as-agreed`
pub fn path(deployment: &Deployment, reporter: &mut UnitReporter) {
    let Some(agreed) = convention(deployment) else { return };
    let mut tell = |(found, field, wish, place): (&Data, &str, String, String)| {
        let value = found.as_str().unwrap_or_default();
        let draft = reporter.at(found.place, value).blank("field", field).blank("found", value);
        draft.blank("wanted", wish).blank("policy", place).emit();
    };
    for object in deployment.of_kind(GROUP, "VaultStaticSecret").filter(|it| !is_for_database(deployment, it)) {
        let Some((spec, agreed)) = object.data.get("spec").zip(agreed.r#static.as_ref()) else { continue };
        let mut faults: Vec<Vec<Fault>> =
            claiming(spec, agreed).into_iter().map(|agreed| faults(deployment, object, spec, agreed)).collect();
        // The entry with the fewest faults is the one that was meant.
        faults.sort_by_key(Vec::len);
        faults.into_iter().next().and_then(|faults| faults.into_iter().next()).into_iter().for_each(&mut tell);
    }
    for object in deployment.of_kind(GROUP, "VaultDynamicSecret") {
        let Some((spec, agreed)) = object.data.get("spec").zip(agreed.dynamic.as_ref()) else { continue };
        let wishes = [("mount", &agreed.mount), ("path", &agreed.path)];
        let fault =
            wishes.into_iter().find_map(|(field, wish)| missed(deployment, object, spec, field, wish.as_ref()?));
        fault.into_iter().for_each(&mut tell);
    }
}

type Fault<'d> = (&'d Data, &'static str, String, String);

/// The entries that name the secret's mount, else all.
fn claiming<'a>(spec: &Data, agreed: &'a [Said<Static>]) -> Vec<&'a Said<Static>> {
    let mount = spec.str_at("mount").unwrap_or_default();
    let names_mount = |agreed: &&Said<Static>| agreed.mount.as_ref().is_some_and(|wish| wish.captures(mount).is_some());
    let named: Vec<&Said<Static>> = agreed.iter().filter(names_mount).collect();
    if named.is_empty() { agreed.iter().collect() } else { named }
}

/// What is wrong with a static secret, if this is what is agreed.
fn faults<'d>(deployment: &Deployment, object: &Object, spec: &'d Data, agreed: &Static) -> Vec<Fault<'d>> {
    let mount = agreed.mount.as_ref().and_then(|wish| missed(deployment, object, spec, "mount", wish));
    let kind = || {
        let (wish, (found, text)) = (agreed.r#type.as_ref()?, text(spec, "type")?);
        (wish.value != text).then(|| (found, "type", format!("`{}`", wish.value), wish.place.to_string()))
    };
    let path = || missed(deployment, object, spec, "path", agreed.path.as_ref()?);
    mount.into_iter().chain(kind()).chain(path()).collect()
}

fn missed<'d>(
    deployment: &Deployment,
    object: &Object,
    spec: &'d Data,
    field: &'static str,
    wish: &Said<Template>,
) -> Option<Fault<'d>> {
    let (found, value) = text(spec, field)?;
    let is_wrong = misses(deployment, object, wish, value.trim_matches('/'));
    is_wrong.then(|| (found, field, wanted(deployment, object, [wish]), wish.place.to_string()))
}

/// `static-database-credentials`
pub fn database(deployment: &Deployment, reporter: &mut UnitReporter) {
    let Some(agreed) = convention(deployment).and_then(|vault| vault.dynamic.as_ref()) else { return };
    for object in deployment.of_kind(GROUP, "VaultStaticSecret").filter(|it| is_for_database(deployment, it)) {
        let name = object.name_text().unwrap_or_default();
        reporter.at(head(object), name).blank("name", name).blank("policy", agreed.place.to_string()).emit();
    }
}

/// True for a static secret whose names say that it holds what Vault would issue.
fn is_for_database(deployment: &Deployment, object: &Object) -> bool {
    let agreed = convention(deployment).and_then(|vault| vault.dynamic.as_ref());
    if !agreed.is_some_and(|dynamic| dynamic.for_databases) {
        return false;
    }
    let names =
        ["metadata.name", "spec.path", "spec.destination.name"].into_iter().filter_map(|path| object.data.str_at(path));
    let destination = object.data.str_at("spec.destination.name").unwrap_or_default();
    let consumers = deployment.flow().consumers.iter().filter(|consumer| *consumer.name == *destination);
    let keys = consumers.flat_map(|consumer| &consumer.keys).map(|(key, _)| &**key);
    names.chain(keys).any(tells_database)
}

fn tells_database(name: &str) -> bool {
    name.split(|char: char| !char.is_ascii_alphanumeric())
        .any(|word| DATABASE.contains(&word.to_ascii_lowercase().as_str()))
}

fn misses(deployment: &Deployment, object: &Object, wish: &Template, text: &str) -> bool {
    !matches!(fit(deployment, object, wish, text), Fit::Fits)
}

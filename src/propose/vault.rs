//! `vault:` how the Vault Secrets Operator logs in, and where it reads.
//!
//! It does not know what a Vault holds.

use std::collections::BTreeMap;

use super::apps::App;
use super::facts::{Facts, Seen};
use super::majority::majority;
use super::page::{Entry, quoted};
use super::shape::{Text, shape};
use crate::graph::{Data, Place, is_open};

/// Logins and secrets are one to an application: two that end alike are enough.
const MANY: usize = 2;

pub fn all(facts: &Facts, app: Option<&App>) -> Vec<Entry> {
    [auth(facts, app), statics(facts, app), dynamic(facts, app)].into_iter().flatten().collect()
}

fn auth(facts: &Facts, app: Option<&App>) -> Option<Entry> {
    let logins = facts.of_vault("VaultAuth");
    let mut custom = Custom::default();
    custom.same("method", &logins, |seen| seen.at("method"));
    custom.same("mount", &logins, |seen| seen.at("mount"));
    custom.shaped("role", &logins, app, |seen| login(seen)?.get("role"));
    custom.shaped("service-account", &logins, app, |seen| login(seen)?.get("serviceAccount"));
    custom.entry("auth", format!("{} VaultAuths", logins.len()))
}

fn dynamic(facts: &Facts, app: Option<&App>) -> Option<Entry> {
    let secrets = facts.of_vault("VaultDynamicSecret");
    let mut custom = Custom::default();
    custom.same("mount", &secrets, |seen| seen.at("mount"));
    custom.shaped("path", &secrets, app, |seen| seen.at("path"));
    custom.entry("dynamic", format!("{} VaultDynamicSecrets", secrets.len()))
}

/// An item for each engine. One that a single secret reads stands beside those of several, if there are few of them.
fn statics(facts: &Facts, app: Option<&App>) -> Option<Entry> {
    let secrets = facts.of_vault("VaultStaticSecret");
    let mut engines: BTreeMap<(&str, &str), Vec<&Seen>> = BTreeMap::new();
    for seen in &secrets {
        let text = |field| seen.at(field).and_then(Data::as_str).filter(|text| !is_open(text));
        engines.entry((text("mount")?, text("type")?)).or_default().push(seen);
    }
    let single = engines.values().filter(|users| users.len() == 1).count();
    if single * 3 > secrets.len() || secrets.is_empty() {
        return None;
    }
    let (mut value, mut exceptions) = (String::new(), Vec::new());
    for ((mount, engine), users) in &engines {
        let mut custom = Custom::default();
        custom.shaped("path", users, app, |seen| seen.at("path"));
        let path: String = custom.parts.iter().map(|part| format!(", {part}")).collect();
        value.push_str(&format!(
            "\n    # {}\n    - {{ mount: {}, type: {}{path} }}",
            users.len(),
            quoted(mount),
            quoted(engine)
        ));
        exceptions.append(&mut custom.exceptions);
    }
    let comment = format!("{} VaultStaticSecrets, by engine", secrets.len());
    Some(Entry { key: "static", value, comment, exceptions })
}

fn login<'a>(seen: &Seen<'a>) -> Option<&'a Data> {
    seen.at(seen.at("method")?.as_str()?)
}

/// What objects of a kind have in common, field by field.
#[derive(Default)]
struct Custom {
    parts: Vec<String>,
    exceptions: Vec<(Place, String)>,
}

impl Custom {
    /// A field that says one thing.
    fn same<'a>(&mut self, key: &str, all: &[&Seen<'a>], field: impl Fn(&Seen<'a>) -> Option<&'a Data>) {
        let value = |seen: &&Seen<'a>| {
            let found = field(seen);
            let text = found.and_then(Data::as_str).filter(|text| !is_open(text));
            (text.map(str::to_owned), found.map_or(seen.head(), |found| found.place))
        };
        if let Some(agreed) = majority(all.iter().map(value).collect()) {
            self.parts.push(format!("{key}: {}", quoted(&agreed.value)));
            self.exceptions.extend(agreed.others);
        }
    }

    /// A field of one shape, with the application's name in it.
    fn shaped<'a>(
        &mut self,
        key: &str,
        all: &[&Seen<'a>],
        app: Option<&App>,
        field: impl Fn(&Seen<'a>) -> Option<&'a Data>,
    ) {
        let text = |seen: &&Seen<'a>| {
            let found = field(seen)?;
            let text = found.as_str()?.trim_matches('/');
            (!is_open(text)).then(|| Text::new(text, app.and_then(|app| app.of(&seen.path)), found.place))
        };
        let texts: Vec<Text> = all.iter().filter_map(text).collect();
        if let Some(shape) = shape(&texts, MANY) {
            self.parts.push(format!("{key}: {}", quoted(shape.text())));
            let others = texts.iter().filter(|text| !text.fits(&shape));
            self.exceptions.extend(others.map(|text| (text.place, text.text.to_owned())));
        }
    }

    fn entry(self, key: &'static str, comment: String) -> Option<Entry> {
        let value = format!("{{ {} }}", self.parts.join(", "));
        (!self.parts.is_empty()).then_some(Entry { key, value, comment, exceptions: self.exceptions })
    }
}

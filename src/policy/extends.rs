//! `extends:` a policy over profiles and over other files: later ones override earlier ones, the policy's own words come
//! last.
//!
//! It does not know how files are read: the caller reads them, by their path from the policy's root.

use std::sync::Arc;

use super::layer::{Layer, over};
use super::{Externals, Policy, RuleSetting, Targets, file, profiles};
use crate::model::{RepoPath, Rule};
use crate::text::settings::{Misread, Spanned};

/// A mistake in a policy, in a file that it extends or in a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    pub file: Arc<str>,
    pub wrong: Misread,
}

type Files<'f> = &'f dyn Fn(&str) -> Result<String, String>;

pub fn read(file: &str, text: &str, rules: &[&'static Rule], files: Files) -> Result<Policy, Vec<Mistake>> {
    let mut reader = Reader { rules, files, open: Vec::new() };
    reader.read(file, text)
}

struct Reader<'a> {
    rules: &'a [&'static Rule],
    files: Files<'a>,
    /// The files and profiles that are being read, each because the one before extends it.
    open: Vec<String>,
}

impl Reader<'_> {
    fn read(&mut self, file: &str, text: &str) -> Result<Policy, Vec<Mistake>> {
        let of_file = |wrong: Misread| Mistake { file: file.into(), wrong };
        let (own, extends) = file::read(text).map_err(|wrong| vec![of_file(wrong)])?;
        self.open.push(file.to_owned());
        let mut base = Policy::default();
        for name in extends {
            let next = match self.find(file, &name) {
                Ok((next, text)) => self.read(&next, &text)?,
                Err(message) => return Err(vec![of_file(Misread::at(&name, message))]),
            };
            base = next.over(base);
        }
        self.open.pop();
        // A policy may set what the rules of those that it extends weigh.
        let rules: Vec<_> = self.rules.iter().copied().chain(base.custom.iter().map(|custom| custom.rule)).collect();
        let own =
            file::verified(file, own, &rules).map_err(|wrong| wrong.into_iter().map(of_file).collect::<Vec<_>>())?;
        Ok(own.over(base))
    }

    /// The name and the text of what `file` extends.
    fn find(&self, file: &str, name: &Spanned<String>) -> Result<(String, String), String> {
        let name = name.value.as_str();
        let is_path = name.contains('/') || name.ends_with(".yaml") || name.ends_with(".yml");
        let found = match is_path {
            true => RepoPath::from(file).parent().join(name.as_bytes()).map(|path| path.to_text().into_owned()),
            false => Some(name.to_owned()),
        };
        let found = found.ok_or_else(|| format!("`{name}` leaves the folder of the policy"))?;
        if self.open.contains(&found) {
            return Err(format!("`{name}` extends itself: {} > {found}", self.open.join(" > ")));
        }
        match is_path {
            true => (self.files)(&found).map(|text| (found, text)),
            false => profiles::text(name).map(|text| (found, text.to_owned())),
        }
    }
}

/// Lists of settings are joined; what can be said once is said by the later policy. Of a convention each key below it can
/// be said once.
impl Layer for Policy {
    fn over(self, base: Policy) -> Policy {
        Policy {
            targets: self.targets.over(base.targets),
            externals: self.externals.over(base.externals),
            exclude: joined(self.exclude, base.exclude),
            rules: rules(self.rules, base.rules),
            ignore: joined(self.ignore, base.ignore),
            own_markers_only: self.own_markers_only || base.own_markers_only,
            baseline: self.baseline.or(base.baseline),
            bindings: self.bindings.over(base.bindings),
            external_secrets: over(self.external_secrets, base.external_secrets),
            helm: over(self.helm, base.helm),
            workloads: over(self.workloads, base.workloads),
            required_secrets: self.required_secrets.or(base.required_secrets),
            workload_identity: over(self.workload_identity, base.workload_identity),
            tenancy: over(self.tenancy, base.tenancy),
            rotation: self.rotation.or(base.rotation),
            stores: over(self.stores, base.stores),
            vault: over(self.vault, base.vault),
            value_references: self.value_references.or(base.value_references),
            environments: over(self.environments, base.environments),
            custom: self.custom.over(base.custom),
            ci: over(self.ci, base.ci),
            files: over(self.files, base.files),
            forbid: self.forbid.or(base.forbid),
            gates: self.gates.or(base.gates),
            images: over(self.images, base.images),
            placeholders: over(self.placeholders, base.placeholders),
            scripts: over(self.scripts, base.scripts),
            said: joined(self.said, base.said),
        }
    }
}

impl Layer for Targets {
    fn over(self, base: Targets) -> Targets {
        Targets {
            external_secrets: self.external_secrets.or(base.external_secrets),
            vault_secrets_operator: self.vault_secrets_operator.or(base.vault_secrets_operator),
            kubernetes: self.kubernetes.or(base.kubernetes),
        }
    }
}

impl Layer for Externals {
    fn over(self, base: Externals) -> Externals {
        Externals { secrets: joined(self.secrets, base.secrets), stores: joined(self.stores, base.stores) }
    }
}

/// What the later policy says of a rule comes first, so that its paths decide.
fn rules(own: Vec<RuleSetting>, base: Vec<RuleSetting>) -> Vec<RuleSetting> {
    let mut rules = own;
    for setting in base {
        match rules.iter_mut().find(|known| known.rule == setting.rule) {
            Some(known) => {
                known.level = known.level.or(setting.level);
                known.paths.extend(setting.paths);
            }
            None => rules.push(setting),
        }
    }
    rules
}

fn joined<T>(mut own: Vec<T>, base: Vec<T>) -> Vec<T> {
    own.extend(base);
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(files: &[(&str, &str)]) -> Result<Policy, String> {
        let text = |path: &str| files.iter().find(|(name, _)| *name == path).map(|(_, text)| (*text).to_owned());
        let read = |path: &str| text(path).ok_or_else(|| format!("{path} is not there"));
        Policy::load("tightlip.yaml", files[0].1, &[], &read).map_err(|mistakes| {
            let told =
                |it: &Mistake| format!("{}:{}:{}: {}", it.file, it.wrong.line, it.wrong.column, it.wrong.message);
            mistakes.iter().map(told).collect::<Vec<_>>().join("; ")
        })
    }

    #[test]
    fn later_policies_override_earlier_ones() {
        let policy = load(&[
            ("tightlip.yaml", "version: 1\nextends: [./a.yaml, team/b.yaml]\nexclude: [own]\n"),
            ("a.yaml", "version: 1\ntargets: { kubernetes: \"1.30\", external-secrets: \"0.16\" }\nexclude: [a]\n"),
            ("team/b.yaml", "version: 1\nextends: [../c.yaml]\ntargets: { kubernetes: \"1.34\" }\n"),
            ("c.yaml", "version: 1\nexternal-secrets: { refresh-interval: { equals: 1m } }\n"),
        ])
        .unwrap();
        let release = |text| crate::model::Release::parse(text);
        assert_eq!((policy.targets.kubernetes, policy.targets.external_secrets), (release("1.34"), release("0.16")));
        assert_eq!(policy.exclude.iter().map(|glob| glob.glob()).collect::<Vec<_>>(), ["own", "a"]);
        let interval = policy.external_secrets.unwrap().refresh_interval.unwrap();
        assert_eq!(interval.place.to_string(), "c.yaml:2");
    }

    #[test]
    fn what_cannot_be_extended_is_told_with_its_place() {
        for (files, expected) in [
            (
                &[
                    ("tightlip.yaml", "version: 1\nextends: [./a.yaml]\n"),
                    ("a.yaml", "extends: [./tightlip.yaml]\nversion: 1\n"),
                ][..],
                "a.yaml:1:11: `./tightlip.yaml` extends itself: tightlip.yaml > a.yaml > tightlip.yaml",
            ),
            (
                &[("tightlip.yaml", "version: 1\nextends: [../a.yaml]\n")],
                "tightlip.yaml:2:11: `../a.yaml` leaves the folder of the policy",
            ),
            (&[("tightlip.yaml", "version: 1\nextends: [./b.yaml]\n")], "tightlip.yaml:2:11: b.yaml is not there"),
            (&[("tightlip.yaml", "version: 1\nextends: [xred]\n")], "tightlip.yaml:2:11: unknown profile `xred`"),
            (
                &[
                    ("tightlip.yaml", "version: 1\nextends: [./a.yaml]\n"),
                    ("a.yaml", "version: 1\nrules: { nothing: off }\n"),
                ],
                "a.yaml:2:10: unknown rule `nothing`",
            ),
        ] {
            let told = load(files).err().unwrap_or_default();
            assert!(told.starts_with(expected), "{told}");
        }
    }
}

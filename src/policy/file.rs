//! The policy file as it is written, and the verified policy made of it.
//!
//! It does not know where the file lies.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor, value::MapAccessDeserializer};

use super::keys::{Key, key};
use super::outline::outline;
use super::place::Place;
use super::shape::Pairs;
use super::verifier::Verifier;
use super::{External, Externals, Ignore, Level, Policy, RuleSetting, Targets};
use super::{Helm, RequiredSecret, WorkloadIdentity, Workloads, rotation, tenancy};
use super::{bindings, custom, environments, external_secrets, stores, value_references, vault};
use super::{ci, files, forbid, gates, images, placeholders, scripts};
use crate::model::{Rule, Severity};
use crate::text::settings::{self, Misread, Spanned};
use crate::text::unknown;

/// What its keys mean.
pub const KEYS: &[Key] = &[
    key("version", "The version of the policy's form. It must be there.", &[]),
    key(
        "extends",
        "Profiles by name and files by their path from this file; none may lie outside of the policy's folder. Later ones override earlier ones, this file overrides all. Lists of `exclude`, `ignore`, `rules` and `externals` are joined.",
        &[],
    ),
    key(
        "targets",
        "The releases that the manifests are written for: they decide which API versions and fields exist. What is absent is unknown.",
        &[],
    ),
    key("targets.external-secrets", "The release of External Secrets Operator.", &[]),
    key("targets.vault-secrets-operator", "The release of Vault Secrets Operator.", &[]),
    key("targets.kubernetes", "The release of Kubernetes.", &[]),
    key("externals", "What is made outside of the repository, so that nobody misses its maker.", &[]),
    key(
        "externals.secrets",
        "Secrets by `name` or `namespace/name`; `*` and blanks such as `{service}` stand for anything.",
        &[],
    ),
    key("externals.stores", "Stores, written in the same way.", &[]),
    key("exclude", "Globs of files that are not looked at.", &[]),
    key(
        "rules",
        "What each rule weighs, by its id or an alias: a severity or `off`, or a mapping. Naming a rule here does not switch a convention on.",
        &[],
    ),
    key("rules.*.severity", "What it weighs where no path matches. Default: what the rule says itself.", &[]),
    key("rules.*.paths", "What it weighs by glob; the first that matches decides.", &[]),
    key("ignore", "Findings that stay quiet.", &[]),
    key("ignore[].rule", "The id or an alias of their rule.", &[]),
    key("ignore[].path", "A glob of their files. Default: all files.", &[]),
    key("ignore[].value", "The fingerprint of the one finding that is meant, as reports show it.", &[]),
    key("ignore[].reason", "Why; it may not be empty.", &[]),
    key("ignore[].until", "The last day on which it counts. Default: for ever.", &[]),
    key("baseline", "The file of known findings, from the policy's folder.", &[]),
    key(
        "ignore-markers",
        "Whose ignore comments count: `all` takes those of other scanners, too. Default: `all`.",
        &[],
    ),
];

/// What one file says, and what it extends, before anything is made of it.
pub fn read(text: &str) -> Result<(File, Vec<Spanned<String>>), Misread> {
    let mut shape: File = settings::read(if is_blank(text) { "version: 1" } else { text })?;
    let extends = std::mem::take(&mut shape.extends);
    shape.said = outline(text);
    Ok((shape, extends))
}

/// What a file means, which may name any of `rules` and its own; every mistake otherwise.
pub fn verified(file: &str, shape: File, rules: &[&'static Rule]) -> Result<Policy, Vec<Misread>> {
    let mut verifier = Verifier { rules: rules.into(), file: file.into(), errors: Vec::new() };
    let policy = verifier.policy(shape);
    if verifier.errors.is_empty() { Ok(policy) } else { Err(verifier.errors) }
}

fn is_blank(text: &str) -> bool {
    text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    version: Spanned<u32>,
    #[serde(default)]
    extends: Vec<Spanned<String>>,
    #[serde(default)]
    targets: TargetsShape,
    #[serde(default)]
    externals: ExternalsShape,
    #[serde(default)]
    exclude: Vec<Spanned<String>>,
    #[serde(default)]
    rules: Pairs<Spanned<RuleShape>>,
    #[serde(default)]
    ignore: Vec<IgnoreShape>,
    baseline: Option<String>,
    #[serde(default, rename = "ignore-markers")]
    ignore_markers: Markers,
    #[serde(default)]
    bindings: Pairs<Spanned<bindings::Shape>>,
    #[serde(rename = "external-secrets")]
    external_secrets: Option<external_secrets::Shape>,
    helm: Option<Helm>,
    workloads: Option<Workloads>,
    #[serde(rename = "required-secrets")]
    required_secrets: Option<Vec<Spanned<RequiredSecret>>>,
    #[serde(rename = "workload-identity")]
    workload_identity: Option<WorkloadIdentity>,
    tenancy: Option<tenancy::Shape>,
    rotation: Option<rotation::Shape>,
    stores: Option<stores::Shape>,
    vault: Option<vault::Shape>,
    #[serde(rename = "value-references")]
    value_references: Option<Vec<Spanned<String>>>,
    environments: Option<environments::Shape>,
    #[serde(default)]
    custom: Vec<custom::Shape>,
    ci: Option<ci::Shape>,
    files: Option<files::Shape>,
    forbid: Option<forbid::Shape>,
    gates: Option<gates::Shape>,
    images: Option<images::Shape>,
    placeholders: Option<placeholders::Shape>,
    scripts: Option<scripts::Shape>,
    /// The keys themselves, each with its line.
    #[serde(skip)]
    said: Vec<(String, u64)>,
}

/// Whose ignore comments count.
#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Markers {
    #[default]
    All,
    Tightlip,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct TargetsShape {
    external_secrets: Option<Spanned<String>>,
    vault_secrets_operator: Option<Spanned<String>>,
    kubernetes: Option<Spanned<String>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExternalsShape {
    #[serde(default)]
    secrets: Vec<Spanned<String>>,
    #[serde(default)]
    stores: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IgnoreShape {
    rule: Spanned<String>,
    path: Option<Spanned<String>>,
    value: Option<String>,
    reason: Spanned<String>,
    until: Option<Spanned<String>>,
}

/// `rule: note`, or `rule: { severity: note, paths: {…} }`.
enum RuleShape {
    Level(String),
    Settings(RuleSettings),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleSettings {
    severity: Option<Spanned<String>>,
    #[serde(default)]
    paths: Pairs<Spanned<String>>,
}

impl Verifier<'_> {
    fn policy(&mut self, file: File) -> Policy {
        if file.version.value != 1 {
            self.refuse(&file.version, format!("version {} is not known, only 1 is", file.version.value));
        }
        let scripts = file.scripts.map(|shape| shape.verified(self));
        let declared: Vec<String> = file.bindings.0.iter().map(|(name, _)| name.value.clone()).collect();
        let custom = custom::verified(file.custom, &declared, self);
        // What follows may name them.
        self.rules.to_mut().extend(custom.iter().map(|custom| custom.rule));
        let rules: Vec<RuleSetting> =
            file.rules.0.into_iter().filter_map(|(id, shape)| self.rule_setting(&id, shape)).collect();
        Policy {
            targets: Targets {
                external_secrets: self.release(file.targets.external_secrets),
                vault_secrets_operator: self.release(file.targets.vault_secrets_operator),
                kubernetes: self.release(file.targets.kubernetes),
            },
            externals: Externals {
                secrets: file.externals.secrets.iter().filter_map(|name| self.external(name)).collect(),
                stores: file.externals.stores.iter().filter_map(|name| self.external(name)).collect(),
            },
            exclude: file.exclude.iter().filter_map(|glob| self.glob(glob)).collect(),
            rules: scripts.iter().filter_map(scripts::Scripts::setting).chain(rules).collect(),
            ignore: file.ignore.into_iter().filter_map(|shape| self.ignore(shape)).collect(),
            baseline: file.baseline,
            own_markers_only: matches!(file.ignore_markers, Markers::Tightlip),
            bindings: bindings::verified(file.bindings, self),
            external_secrets: file.external_secrets.map(|shape| shape.verified(self)),
            helm: file.helm,
            workloads: file.workloads,
            required_secrets: file.required_secrets.map(|list| list.into_iter().map(|it| self.said(it)).collect()),
            workload_identity: file.workload_identity,
            tenancy: file.tenancy.map(|shape| shape.verified(self)),
            rotation: file.rotation.map(|shape| shape.verified(self)),
            stores: file.stores.map(|shape| shape.verified(self)),
            vault: file.vault.map(|shape| shape.verified(self)),
            value_references: value_references::verified(file.value_references, self),
            environments: file.environments.map(|shape| shape.verified(self)),
            said: self.places(file.said),
            custom,
            ci: file.ci.map(|shape| shape.verified(self)),
            files: file.files.map(|shape| shape.verified(self)),
            forbid: file.forbid.map(|written| forbid::verified(written, self)),
            gates: file.gates.map(|written| gates::verified(written, self)),
            images: file.images.map(|shape| shape.verified(self)),
            placeholders: file.placeholders.map(|shape| shape.verified(self)),
            scripts,
        }
    }

    fn places(&self, lines: Vec<(String, u64)>) -> Vec<(String, Place)> {
        lines.into_iter().map(|(key, line)| (key, Place { file: self.file.clone(), line })).collect()
    }

    /// `name` or `namespace/name`; `*` is anything, and so is a binding such as `{service}`.
    fn external(&mut self, written: &Spanned<String>) -> Option<External> {
        let mut glob = |part: &str| {
            let mut pattern = part.to_owned();
            while let Some((before, after)) =
                pattern.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?.1)))
            {
                pattern = format!("{before}*{after}");
            }
            self.glob(&Spanned::new(pattern, written.referenced, written.defined)).map(|glob| glob.compile_matcher())
        };
        Some(match written.value.split_once('/') {
            Some((namespace, name)) => External { namespace: Some(glob(namespace)?), name: glob(name)? },
            None => External { namespace: None, name: glob(&written.value)? },
        })
    }

    fn rule_setting(&mut self, id: &Spanned<String>, shape: Spanned<RuleShape>) -> Option<RuleSetting> {
        let (place, defined) = (shape.referenced, shape.defined);
        let settings = match shape.value {
            RuleShape::Settings(settings) => settings,
            RuleShape::Level(level) => {
                RuleSettings { severity: Some(Spanned::new(level, place, defined)), paths: Pairs::default() }
            }
        };
        let level = settings.severity.as_ref().and_then(|level| self.level(level));
        let by_path = settings.paths.0;
        let paths = by_path.iter().filter_map(|(glob, level)| Some((self.glob(glob)?, self.level(level)?))).collect();
        Some(RuleSetting { rule: self.rule(id)?, level, paths })
    }

    fn ignore(&mut self, shape: IgnoreShape) -> Option<Ignore> {
        if shape.reason.value.trim().is_empty() {
            self.refuse(&shape.reason, "an ignore needs a reason".to_owned());
        }
        let path = shape.path.as_ref().and_then(|glob| self.glob(glob));
        let until = shape.until.as_ref().and_then(|written| match written.value.parse() {
            Ok(date) => Some(date),
            Err(_) => {
                self.refuse(written, format!("`{}` is not a day such as 2027-01-31", written.value));
                None
            }
        });
        let rule = self.rule(&shape.rule)?;
        Some(Ignore { rule, path, fingerprint: shape.value, reason: shape.reason.value, until })
    }

    fn level(&mut self, written: &Spanned<String>) -> Option<Level> {
        match written.value.as_str() {
            "off" => Some(Level::Off),
            "note" => Some(Level::On(Severity::Note)),
            "warning" => Some(Level::On(Severity::Warning)),
            "error" => Some(Level::On(Severity::Error)),
            other => {
                self.refuse(written, unknown("severity", other, ["off", "note", "warning", "error"]));
                None
            }
        }
    }
}

impl<'de> Deserialize<'de> for RuleShape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct LevelOrSettings;

        impl<'de> Visitor<'de> for LevelOrSettings {
            type Value = RuleShape;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a severity, `off`, or a mapping with `severity` and `paths`")
            }

            fn visit_str<E>(self, level: &str) -> Result<Self::Value, E> {
                Ok(RuleShape::Level(level.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                RuleSettings::deserialize(MapAccessDeserializer::new(map)).map(RuleShape::Settings)
            }
        }

        deserializer.deserialize_any(LevelOrSettings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Confidence, Matcher, Release, Tier};

    static RULE: Rule = Rule {
        id: "plaintext-secret",
        title: "",
        family: "",
        severity: Severity::Error,
        confidence: Confidence::High,
        tier: Tier::Correctness,
        message: "",
        description: "",
        rationale: "",
        remediation: "",
        references: &[],
        aliases: &["MAN001"],
        tags: &[],
        once: false,
        fix: None,
        matcher: Matcher::Check,
        bad: &[],
        good: &[],
    };

    fn mistakes(text: &str) -> Vec<String> {
        let errors = Policy::read(text, &[&RULE]).err().unwrap_or_default();
        errors.iter().map(|wrong| format!("{}:{}: {}", wrong.line, wrong.column, wrong.message)).collect()
    }

    #[test]
    fn a_policy_is_read() {
        let text = "version: 1\ntargets: { external-secrets: \"2.9\" }\nexclude: [\"vendor/**\"]\nrules:\n  MAN001: { severity: note, paths: { \"dev/**\": off } }\nignore:\n  - { rule: plaintext-secret, path: \"a/*\", reason: local, until: 2027-01-31 }\n";
        let policy = Policy::read(text, &[&RULE]).unwrap();
        assert_eq!(policy.targets.external_secrets, Some(Release { major: 2, minor: 9 }));
        assert_eq!(policy.rules[0].rule, "plaintext-secret");
        assert_eq!(policy.rules[0].level, Some(Level::On(Severity::Note)));
        assert_eq!(policy.rules[0].paths[0].1, Level::Off);
        assert!(policy.ignore[0].is_over("2027-02-01".parse().unwrap()));
        assert!(!policy.ignore[0].is_over("2027-01-31".parse().unwrap()));
    }

    #[test]
    fn externals_name_secrets_and_stores_with_or_without_a_namespace() {
        let text = "version: 1\nexternals: { secrets: [\"cert-manager/*\", \"{service}-tls\"], stores: [vault] }\n";
        let externals = Policy::read(text, &[]).unwrap().externals;
        assert!(externals.has_secret(Some("cert-manager"), "any") && externals.has_secret(None, "any"));
        assert!(externals.has_secret(Some("web"), "web-tls") && !externals.has_secret(Some("web"), "web"));
        assert!(externals.has_store(Some("web"), "vault") && !externals.has_store(None, "vaults"));
    }

    #[test]
    fn an_empty_policy_asks_for_nothing() {
        assert!(Policy::read("# later\n\n", &[]).unwrap().rules.is_empty());
    }

    #[test]
    fn every_mistake_has_its_place() {
        for (text, expected) in [
            ("version: 1\nexlude: []\n", "2:1: unknown key `exlude`, did you mean `exclude`?"),
            ("version: 1\nexternals: { secret: [a] }\n", "2:14: unknown key `secret`, did you mean `secrets`?"),
            ("version: 2\n", "1:10: version 2 is not known, only 1 is"),
            ("exclude: []\n", "1:1: key `version` is missing"),
            (
                "version: 1\nrules:\n  plaintext-secrt: off\n",
                "3:3: unknown rule `plaintext-secrt`, did you mean `plaintext-secret`?",
            ),
            ("version: 1\nrules: { MAN001: eror }\n", "2:18: unknown severity `eror`, did you mean `error`?"),
            (
                "version: 1\nexclude: [\"a{\"]\n",
                "2:11: `a{` is not a glob: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)",
            ),
            ("version: 1\ntargets: { kubernetes: latest }\n", "2:24: `latest` is not a release such as \"2.9\""),
            ("version: 1\nignore: [{ rule: MAN001, reason: \"\" }]\n", "2:34: an ignore needs a reason"),
            (
                "version: 1\nignore: [{ rule: MAN001, reason: x, until: soon }]\n",
                "2:44: `soon` is not a day such as 2027-01-31",
            ),
        ] {
            assert_eq!(mistakes(text), [expected]);
        }
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        assert_eq!(mistakes("version: 3\nexclude: [\"[\"]\nrules: { nonsense-of-mine: off }\n").len(), 3);
    }
}

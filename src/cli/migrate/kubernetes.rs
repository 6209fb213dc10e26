//! The configurations of kube-linter and checkov. Most of what they check has nothing to do with secrets and stays theirs.
//!
//! It does not know their checks beyond those that have a twin.
//! <https://docs.kubelinter.io/#/configuring-kubelinter>, <https://www.checkov.io/2.Basics/CLI%20Command%20Reference.html>

use serde::Deserialize;

use super::{Carried, Foreign, twins};
use crate::text::settings;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct KubeLinter {
    checks: Checks,
    custom_checks: Vec<CustomCheck>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Checks {
    exclude: Vec<String>,
    include: Vec<String>,
    ignore_paths: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct CustomCheck {
    name: String,
}

pub fn kube_linter(file: &Foreign, carried: &mut Carried) -> Result<(), String> {
    let config: KubeLinter = settings::read(file.text).map_err(|wrong| format!("{}: {}", wrong.line, wrong.message))?;
    turn_off(file, &config.checks.exclude, carried);
    for check in config.checks.include.iter().filter(|check| twins::of(check).is_empty()) {
        carried.lose(file, format!("check `{check}` has no twin: keep kube-linter for it"));
    }
    for path in &config.checks.ignore_paths {
        carried.exclude.insert(path.trim_start_matches("./").to_owned());
    }
    for check in &config.custom_checks {
        carried.lose(file, format!("custom check `{}`: keep kube-linter for it", check.name));
    }
    Ok(())
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Checkov {
    check: Vec<String>,
    skip_check: Vec<String>,
    skip_path: Vec<String>,
    soft_fail: bool,
    baseline: Option<String>,
    external_checks_dir: Vec<String>,
}

pub fn checkov(file: &Foreign, carried: &mut Carried) -> Result<(), String> {
    let config: Checkov = settings::read(file.text).map_err(|wrong| format!("{}: {}", wrong.line, wrong.message))?;
    let each = |list: &[String]| -> Vec<String> {
        list.iter().flat_map(|text| text.split(',')).map(|text| text.trim().to_owned()).collect()
    };
    turn_off(file, &each(&config.skip_check), carried);
    for check in each(&config.check).iter().filter(|check| twins::of(check).is_empty()) {
        carried.lose(file, format!("check `{check}` has no twin: keep checkov for it"));
    }
    for pattern in &config.skip_path {
        carried.exclude_regex(file, pattern);
    }
    if config.soft_fail {
        carried.lose(file, "soft-fail: run with `--exit-zero`");
    }
    if let Some(baseline) = config.baseline {
        carried.lose(file, format!("the baseline {baseline} names resources, not places: `tightlip baseline create`"));
    }
    for folder in &config.external_checks_dir {
        carried.lose(file, format!("the checks in {folder}: keep checkov for them"));
    }
    Ok(())
}

fn turn_off(file: &Foreign, checks: &[String], carried: &mut Carried) {
    for check in checks {
        let twins = twins::of(check);
        if twins.is_empty() {
            carried.lose(file, format!("check `{check}` is off: it has no twin, so there is nothing to turn off"));
        }
        carried.off.extend(twins.iter().map(|twin| ((*twin).to_owned(), None)));
    }
}

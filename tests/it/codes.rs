//! The catalogue of faults that were to be found, against the rules that find them: a code is an alias of each rule that
//! covers a part of it.
//!
//! It does not know whether a rule covers all of its code.

use std::collections::BTreeSet;

use tightlip::catalog::Catalog;

/// How many faults each family has: manifests, Helm, external-secrets, stores, the Vault operator, kustomize, references,
/// GitOps, hygiene. The last of hygiene, ignores that silence nothing or give no reason, is told by notifications.
const CODES: [(&str, u32); 9] =
    [("MAN", 11), ("HLM", 9), ("ESO", 23), ("STO", 11), ("VSO", 12), ("KUS", 9), ("REF", 11), ("GIT", 6), ("HYG", 7)];

#[test]
fn every_code_of_the_catalogue_has_a_rule() {
    let catalog = Catalog::built_in();
    let aliases = catalog.rules().iter().flat_map(|rule| rule.aliases);
    let covered: BTreeSet<&str> = aliases.map(|alias| alias.split('-').next().unwrap_or(alias)).collect();
    let codes = CODES.iter().flat_map(|(family, last)| (1..=*last).map(move |number| format!("{family}{number:03}")));
    let missing: Vec<String> = codes.filter(|code| !covered.contains(code.as_str())).collect();
    assert!(missing.is_empty(), "no rule has these codes as aliases: {missing:?}");
}

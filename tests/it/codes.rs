//! The catalogue of faults that were to be found, against the rules that find them: a code is an alias of each rule that
//! covers a part of it.
//!
//! It does not know whether a rule covers all of its code.

use std::collections::BTreeSet;

use tightlip::catalog::Catalog;

/// Faults that need no policy, by family: manifests, Helm, external-secrets, stores, the Vault operator, kustomize,
/// references, GitOps.
const CODES: [(&str, &[u32]); 8] = [
    ("MAN", &[1, 2, 3, 4, 5, 6, 7, 8, 10]),
    ("HLM", &[1, 2, 4, 7, 9]),
    ("ESO", &[1, 2, 3, 4, 5, 7, 8, 13, 14, 17, 19, 20, 21, 22]),
    ("STO", &[1, 2, 3, 4, 5, 7, 10]),
    ("VSO", &[1, 2, 3, 4, 6, 7, 10, 12]),
    ("KUS", &[1, 2, 3, 4, 5, 6, 7, 8]),
    ("REF", &[1, 2, 3, 5, 6, 8, 10, 11]),
    ("GIT", &[3, 4]),
];

#[test]
fn every_code_of_the_catalogue_has_a_rule() {
    let catalog = Catalog::built_in();
    let aliases = catalog.rules().iter().flat_map(|rule| rule.aliases);
    let covered: BTreeSet<&str> = aliases.map(|alias| alias.split('-').next().unwrap_or(alias)).collect();
    let codes =
        CODES.iter().flat_map(|(family, numbers)| numbers.iter().map(move |number| format!("{family}{number:03}")));
    let missing: Vec<String> = codes.filter(|code| !covered.contains(code.as_str())).collect();
    assert!(missing.is_empty(), "no rule has these codes as aliases: {missing:?}");
}

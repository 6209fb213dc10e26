//! What most agree on, and who does not.
//!
//! It does not know what is counted.

use std::collections::BTreeMap;

use crate::graph::Place;

/// Fewer than these are no custom.
const FEWEST: usize = 2;

/// What nearly all say, and where others say something else.
pub struct Agreed {
    pub value: String,
    pub count: usize,
    pub all: usize,
    pub others: Vec<(Place, String)>,
}

/// The value of four in five, if there is one. `None` is a value that is missing.
pub fn majority(values: Vec<(Option<String>, Place)>) -> Option<Agreed> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    values.iter().filter_map(|(value, _)| value.as_deref()).for_each(|value| *counts.entry(value).or_default() += 1);
    let (value, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    let (value, all) = (value.to_owned(), values.len());
    if count < FEWEST || !is_most(count, all) {
        return None;
    }
    let differs = |(found, _): &(Option<String>, Place)| found.as_deref() != Some(value.as_str());
    let others = values.into_iter().filter(differs);
    let others = others.map(|(found, place)| (place, found.unwrap_or_else(|| "missing".to_owned()))).collect();
    Some(Agreed { value, count, all, others })
}

/// Four in five.
pub fn is_most(count: usize, all: usize) -> bool {
    count * 5 >= all * 4
}

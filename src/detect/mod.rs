//! Stub.
use crate::model::*;
pub mod keyed;
pub struct Detector {
    pub keyed: keyed::KeyedRules,
}
impl Detector {
    pub fn new(rules: &[&'static Rule]) -> Self {
        Detector { keyed: keyed::KeyedRules::of(rules) }
    }
    pub fn scan(&self, _b: &Blob, _d: &mut Vec<Draft>) {}
}

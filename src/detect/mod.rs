//! Stub.
use crate::model::*;
pub struct Detector;
impl Detector {
    pub fn new(_r: &[&'static Rule]) -> Self {
        Detector
    }
    pub fn scan(&self, _b: &Blob, _d: &mut Vec<Draft>) {}
}
pub mod keyed {
    use super::*;
    pub fn scan(_d: &Detector, _b: &Blob, _t: &crate::syntax::Tree, _x: &str, _dr: &mut Vec<Draft>) {}
}

//! What expressions compute with: values of CEL, and the one that nobody knows.
//!
//! It does not know where values come from.

use std::any::Any;
use std::collections::HashMap;

use cel::common::types::{CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString, Type};
use cel::common::value::{StaticVal, Val};

/// The name of the type of what is not known.
pub const UNKNOWN: &str = "unknown-here";

static TYPE: Type = Type::new_unspecified_type(UNKNOWN);

/// A value, for an expression to look at.
#[derive(Debug)]
pub struct Value(Box<dyn Val>);

impl Value {
    pub fn null() -> Value {
        Value(Box::new(CelNull))
    }

    /// What cannot be known, such as a template's hole: an expression that depends on it has no answer.
    pub fn unknown() -> Value {
        Value(Box::new(Unknown))
    }

    pub fn boolean(value: bool) -> Value {
        Value(Box::new(CelBool::from(value)))
    }

    pub fn integer(value: i64) -> Value {
        Value(Box::new(CelInt::from(value)))
    }

    pub fn number(value: f64) -> Value {
        Value(Box::new(CelDouble::from(value)))
    }

    pub fn text(value: &str) -> Value {
        Value(Box::new(CelString::from(value.to_owned())))
    }

    pub fn list(items: impl IntoIterator<Item = Value>) -> Value {
        let items: Vec<Box<dyn Val>> = items.into_iter().map(|item| item.0).collect();
        Value(Box::new(CelList::from(items)))
    }

    pub fn map(entries: impl IntoIterator<Item = (String, Value)>) -> Value {
        let entries: HashMap<CelMapKey, Box<dyn Val>> =
            entries.into_iter().map(|(key, value)| (CelMapKey::from(key), value.0)).collect();
        Value(Box::new(CelMap::from(entries)))
    }

    pub(super) fn val(&self) -> &dyn Val {
        &*self.0
    }
}

/// Nothing can be done with it: each operator refuses it, and `functions` refuses to compare it.
#[derive(Debug)]
pub struct Unknown;

impl Val for Unknown {
    fn get_type(&self) -> &Type {
        &TYPE
    }

    fn cel_type() -> &'static Type {
        &TYPE
    }

    fn equals(&self, _: &dyn Val) -> bool {
        false
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v> {
        Box::new(Unknown)
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for Unknown {}

//! One policy over another: how what a policy says itself and what it extends become one.
//!
//! It does not know which keys there are.

/// Something that a later policy can say over an earlier one.
pub trait Layer {
    fn over(self, base: Self) -> Self;
}

/// What only one of them says is said; what both say is laid one over the other.
pub fn over<T: Layer>(own: Option<T>, base: Option<T>) -> Option<T> {
    match (own, base) {
        (Some(own), Some(base)) => Some(own.over(base)),
        (own, base) => own.or(base),
    }
}

/// A struct of `Option`s in which each field is the later one's, else the earlier one's.
macro_rules! layered {
    ($name:ident { $($field:ident),* $(,)? }) => {
        impl $crate::policy::layer::Layer for $name {
            fn over(self, base: Self) -> Self {
                $name { $($field: self.$field.or(base.$field)),* }
            }
        }
    };
}

pub(super) use layered;

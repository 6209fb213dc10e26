//! Connection strings that are not put together from references, where the policy wants them to be.
//!
//! It does not know whether the literal works anywhere: that is what `password-in-uri` asks.

use super::{Reporter, Scalar};
use crate::document::{Document, Role};
use crate::policy::ConnectionStrings;
use crate::value::{self, uri};

/// `literal-in-connection-string`
pub fn run(document: &Document, scalar: &Scalar, reporter: &mut Reporter) {
    let workloads = scalar.policy.workloads.as_ref();
    let wanted = workloads.and_then(|workloads| workloads.connection_strings);
    let leaf = scalar.leaf;
    if wanted != Some(ConnectionStrings::FromReferences) || leaf.is_embedded() {
        return;
    }
    for password in uri::passwords(leaf.value) {
        let literal = &leaf.value[password.span.range()];
        let span = leaf.span(password.span);
        let is_filled_in = literal.is_empty() || literal.contains(['$', '%', '{']) || value::is_reference(literal);
        let is_data = *document.role != Role::ChartValues
            && document.manifest_at(span).is_none_or(|manifest| manifest.is("", "Secret"));
        if is_filled_in || is_data || leaf.node.tree().is_masked(span) {
            continue;
        }
        reporter.secret(leaf.node, span, literal).emit();
    }
}

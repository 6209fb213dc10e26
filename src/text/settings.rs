//! Our own YAML files (the policy, the rules) to typed values, each mistake with its place. The only file that names
//! serde-saphyr.
//!
//! It does not know what the files say.

use serde::de::DeserializeOwned;
use serde_saphyr::{DuplicateKeyPolicy, Error, Location};

use super::closest::unknown;

/// A value and where it was written.
pub use serde_saphyr::Spanned;

/// A mistake in one of our files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misread {
    /// 1-based, as is the column, in characters.
    pub line: u64,
    pub column: u64,
    pub message: String,
}

impl Misread {
    pub fn at<T>(place: &Spanned<T>, message: impl Into<String>) -> Misread {
        let location = Some(place.referenced);
        Misread::placed(location, message.into())
    }

    fn placed(location: Option<Location>, message: String) -> Misread {
        let known = location.filter(|place| place.line() > 0);
        let (line, column) = known.map_or((1, 1), |place| (place.line(), place.column()));
        Misread { line, column, message }
    }
}

/// Reads a whole file. Unknown keys (where the type denies them) come with the key that was probably meant.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Misread> {
    let options = serde_saphyr::options! {
        duplicate_keys: DuplicateKeyPolicy::Error,
        strict_booleans: true,
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let message = match error.without_snippet() {
            Error::SerdeUnknownField { field, expected, .. } => unknown("key", field, expected.iter().copied()),
            Error::SerdeUnknownVariant { variant, expected, .. } => unknown("value", variant, expected.iter().copied()),
            Error::SerdeMissingField { field, .. } => format!("key `{field}` is missing"),
            other => first_line(&other.to_string()),
        };
        Misread::placed(error.location(), message)
    })
}

/// Without the place that the library appends: ours is in front.
fn first_line(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    line.rsplit_once(" at line ").map_or(line, |(sentence, _)| sentence).to_owned()
}

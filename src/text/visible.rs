//! Text made safe to show: what would move a cursor or reorder a line is written as an escape.
//!
//! It does not know where it is shown.

use std::fmt::{self, Write};

/// True for control characters and those that change the direction of text.
pub fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Writes `text` with every hidden character escaped, newlines and tabs included.
pub fn write_visible(text: &str, out: &mut dyn Write) -> fmt::Result {
    for character in text.chars() {
        match is_hidden(character) {
            true => write!(out, "{}", character.escape_default())?,
            false => out.write_char(character)?,
        }
    }
    Ok(())
}

/// `text` with every hidden character escaped.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    write_visible(text, &mut out).expect("a string takes every write");
    out
}

//! Credentials by the keys before them in files that are no documents: settings, Terraform, Dockerfiles, scripts.
//!
//! It does not know these syntaxes, only that each gives a tree; `keyed` judges what stands in it.

use std::borrow::Cow;

use super::keyed::{self, KeyedRules};
use crate::model::{Blob, Draft};
use crate::syntax::Syntax;
use crate::value;

/// A larger file is data.
const LARGEST: usize = 4 << 20;

/// Judges every value of the file, where its name promises a syntax that is read loosely.
pub fn scan(rules: &KeyedRules, blob: &Blob, drafts: &mut Vec<Draft>) {
    if rules.is_empty() || blob.binary || blob.partial || blob.text.len() > LARGEST {
        return;
    }
    let Some(syntax) = Syntax::of_loose(blob.path(), blob.text) else { return };
    let text = readable(blob.text);
    if blob.path().extension() == Some(b"properties") && holds_messages(&text) {
        return;
    }
    // A login needs no word for it.
    let is_login = matches!(syntax, Syntax::Pgpass | Syntax::Shell | Syntax::Dockerfile);
    if is_login || value::may_hold_credentials(&text) {
        keyed::scan(rules, blob, &syntax.parse(&text), &text, drafts);
    }
}

/// True for texts that a program shows to people: every fourth value or more is a sentence.
fn holds_messages(text: &str) -> bool {
    let (mut values, mut sentences) = (0, 0);
    let settings = text.lines().map(str::trim).filter(|line| !line.starts_with(['#', '!']));
    for (_, value) in settings.filter_map(|line| line.split_once('=')) {
        values += 1;
        let is_word =
            |word: &str| word.chars().all(|character| character.is_alphabetic() || "?.,!".contains(character));
        sentences += usize::from(value.split_whitespace().filter(|word| is_word(word)).count() >= 2);
    }
    sentences > 0 && sentences * 4 >= values
}

/// The text with a `?` for each byte that is no UTF-8, so that every place stays where it is.
pub fn readable(text: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(text) {
        return Cow::Borrowed(text);
    }
    let mut readable = String::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        readable.push_str(chunk.valid());
        readable.extend(chunk.invalid().iter().map(|_| '?'));
    }
    Cow::Owned(readable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_keep_their_place() {
        assert_eq!(readable(b"a\xffb\xe2\x82c"), "a?b??c");
        assert_eq!(readable("größe".as_bytes()), "größe");
    }
}

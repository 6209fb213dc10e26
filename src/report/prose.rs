//! Text made to fit a terminal: on its line, in its width, without characters that could leave either.
//!
//! It does not know what the text says, and counts characters where a terminal counts cells.

use crate::model::Excerpt;
use crate::text::{Span, visible};

/// Text from a rule, a policy or a file, on one line and without hidden characters.
pub(super) fn prose(text: &str) -> String {
    visible(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Lines of at most `width` characters; only spaces are broken, so that ids and paths can be copied.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in visible(text).split(' ') {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

/// Up to the first full stop that a new sentence follows.
pub(super) fn first_sentence(text: &str) -> &str {
    let text = text.trim();
    let begins = |at: usize| text[at + 1..].trim_start().starts_with(char::is_uppercase);
    let stop = text.match_indices(['.', '!', '?']).map(|(at, _)| at);
    let end = stop.filter(|&at| text[at + 1..].starts_with(char::is_whitespace)).find(|&at| begins(at));
    end.map_or(text, |at| &text[..=at])
}

/// The excerpt with lines of at most `columns` characters, cut around the place where it would be out of sight.
pub(super) fn fit(excerpt: &Excerpt, columns: usize) -> (String, Span) {
    let columns = columns.max(20);
    let (mut out, mut start, mut end, mut at) = (String::new(), None, None, 0);
    for line in excerpt.text.split('\n') {
        if at > 0 {
            out.push('\n');
        }
        let shown = window(line, excerpt.highlight, at, columns);
        if shown.start > 0 {
            out.push('…');
        }
        let moved = |offset: usize| {
            let is_here = offset >= at && offset <= at + line.len();
            is_here.then(|| out.len() + offset.saturating_sub(at).clamp(shown.start, shown.end) - shown.start)
        };
        (start, end) = (start.or(moved(excerpt.highlight.start)), end.or(moved(excerpt.highlight.end)));
        out.push_str(&line[shown.range()]);
        if shown.end < line.len() {
            out.push('…');
        }
        at += line.len() + 1;
    }
    let start = start.unwrap_or(out.len());
    let end = end.unwrap_or(start).max(start);
    (out, Span::new(start, end))
}

/// The part of `line`, which begins at `at`, that fits into `columns` with an ellipsis on either side.
fn window(line: &str, place: Span, at: usize, columns: usize) -> Span {
    let column = |offset: usize| line.char_indices().take_while(|&(byte, _)| at + byte < offset).count();
    let total = line.chars().count();
    if total <= columns {
        return Span::new(0, line.len());
    }
    let is_here = place.start >= at && place.start <= at + line.len();
    let first = match is_here {
        true if column(place.end) >= columns => column(place.start).saturating_sub(columns / 4),
        _ => 0,
    };
    let byte = |character: usize| line.char_indices().nth(character).map_or(line.len(), |(byte, _)| byte);
    Span::new(byte(first), byte(first + columns - 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapping_never_breaks_a_word() {
        let lines = wrap("see external-secret-not-in-kustomization and a/very/long/path.yaml now", 20);
        assert_eq!(lines, ["see", "external-secret-not-in-kustomization", "and", "a/very/long/path.yaml", "now"]);
    }

    #[test]
    fn prose_is_one_line_that_cannot_move_a_cursor() {
        assert_eq!(prose("a\n\tb\u{1b}[2J \u{202e}c\u{9b}d"), "a b\\u{1b}[2J \\u{202e}c\\u{9b}d");
    }

    #[test]
    fn the_first_sentence_survives_abbreviations_and_versions() {
        assert_eq!(first_sentence("Since v1.2 e.g. keys leak. Rotate them."), "Since v1.2 e.g. keys leak.");
        assert_eq!(first_sentence("No stop at all"), "No stop at all");
        assert_eq!(first_sentence("Größe? Ja."), "Größe?");
        assert_eq!(first_sentence(""), "");
    }

    fn fitted(text: &str, place: Span, columns: usize) -> (String, String) {
        let (text, place) = fit(&Excerpt { first_line: 1, text: text.to_owned(), highlight: place }, columns);
        let shown = text[place.range()].to_owned();
        (text, shown)
    }

    #[test]
    fn lines_that_fit_are_left_alone() {
        assert_eq!(fitted("a: b\nc: d", Span::new(8, 9), 20), ("a: b\nc: d".into(), "d".into()));
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let text = format!("{}\n{}key=é{}", "ö".repeat(50), "ä".repeat(40), "ü".repeat(40));
        let at = text.find("key").unwrap();
        let (cut, shown) = fitted(&text, Span::new(at, at + 3), 24);
        assert_eq!(shown, "key");
        assert_eq!(cut, format!("{}…\n…{}key=é{}…", "ö".repeat(22), "ä".repeat(6), "ü".repeat(11)));
        assert!(cut.lines().all(|line| line.chars().count() <= 24));
    }

    #[test]
    fn a_place_longer_than_the_line_keeps_its_beginning() {
        let (cut, shown) = fitted(&format!("k: {}", "*".repeat(100)), Span::new(3, 103), 24);
        assert_eq!(cut, format!("k: {}…", "*".repeat(19)));
        assert_eq!(shown, "*".repeat(19));
    }
}

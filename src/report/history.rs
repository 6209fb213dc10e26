//! Where a finding stands in a history, in words.
//!
//! It does not know git: who, when and where were found out before.

use super::prose::prose;
use crate::model::{Attribution, Place};

/// Characters of an id that people read.
const SHORT: usize = 12;
/// Paths that are named.
const MOST_PATHS: usize = 5;

/// Who brought it, and whether it is still there.
pub(super) fn origin(attribution: &Attribution) -> String {
    let brought = match (attribution.commit.is_empty(), attribution.place) {
        (true, _) if attribution.object.is_empty() => "no commit".to_owned(),
        (true, _) => format!("object {}, which no commit holds", short(&attribution.object)),
        (false, Place::TagMessage) => format!("tag {}", short(&attribution.commit)),
        (false, _) => format!("commit {}", short(&attribution.commit)),
    };
    let who = [&attribution.author, &attribution.date];
    let who: Vec<String> = who.into_iter().filter(|text| !text.is_empty()).map(|text| prose(text)).collect();
    let still = match (attribution.present, attribution.on_default_branch) {
        (_, true) => "still on the default branch",
        (true, false) => "still at a tip",
        (false, false) => "gone from every tip",
    };
    let parts = std::iter::once(brought).chain(who).chain([still.to_owned()]);
    parts.collect::<Vec<_>>().join(", ")
}

/// Where it stood; nothing where the place of the finding says it all.
pub(super) fn paths(attribution: &Attribution) -> String {
    let all = attribution.paths.len() as u64 + attribution.more_paths;
    if all < 2 && attribution.place == Place::File {
        return String::new();
    }
    let named: Vec<String> = attribution.paths.iter().take(MOST_PATHS).map(ToString::to_string).collect();
    match all.saturating_sub(named.len() as u64) {
        0 => named.join(", "),
        more => format!("{}, and {more} more", named.join(", ")),
    }
}

fn short(id: &str) -> &str {
    id.get(..SHORT).unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RepoPath;

    fn attribution() -> Attribution {
        Attribution {
            place: Place::File,
            object: "b".repeat(40),
            commit: "a".repeat(40),
            author: "Ada <ada@example.org>".to_owned(),
            date: "2023-11-14T22:13:20+00:00".to_owned(),
            paths: vec![RepoPath::from("a")],
            more_paths: 0,
            present: false,
            on_default_branch: false,
        }
    }

    #[test]
    fn who_when_and_whether_it_is_still_there_are_one_sentence() {
        let expected = "commit aaaaaaaaaaaa, Ada <ada@example.org>, 2023-11-14T22:13:20+00:00, gone from every tip";
        assert_eq!(origin(&attribution()), expected);
        let dangling =
            Attribution { commit: String::new(), author: String::new(), date: String::new(), ..attribution() };
        assert_eq!(origin(&dangling), "object bbbbbbbbbbbb, which no commit holds, gone from every tip");
    }

    #[test]
    fn only_what_the_place_does_not_say_is_said_of_paths() {
        assert_eq!(paths(&attribution()), "");
        let several =
            Attribution { paths: "abcdefg".split("").skip(1).take(7).map(RepoPath::from).collect(), ..attribution() };
        assert_eq!(paths(&Attribution { more_paths: 10, ..several }), "a, b, c, d, e, and 12 more");
    }

    #[test]
    fn an_author_cannot_move_the_cursor() {
        let hostile = Attribution { author: "\u{1b}[2J\n".to_owned(), ..attribution() };
        assert!(!origin(&hostile).contains(['\u{1b}', '\n']));
    }
}

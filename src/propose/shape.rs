//! The shape that most texts have, segment by segment: the application's name, what all say, or anything.
//!
//! It does not know what the texts are: keys, paths or names.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::Place;
use crate::policy::Template;

/// What somebody wrote who may belong to an application.
pub struct Text<'a> {
    pub text: &'a str,
    pub segments: Vec<&'a str>,
    pub place: Place,
    app: Option<String>,
}

impl<'a> Text<'a> {
    pub fn new(text: &'a str, app: Option<String>, place: Place) -> Text<'a> {
        Text { text, segments: text.split('/').collect(), place, app }
    }

    pub fn fits(&self, shape: &Template) -> bool {
        shape.matches(self.text, &|name| self.app.clone().filter(|_| name == "app"))
    }
}

/// The shape of two texts in three, if it says anything. What all end with belongs to it from `many` of them on.
pub fn shape(texts: &[Text], many: usize) -> Option<Template> {
    let mut lengths: BTreeMap<usize, usize> = BTreeMap::new();
    texts.iter().for_each(|text| *lengths.entry(text.segments.len()).or_default() += 1);
    let (&length, &count) = lengths.iter().max_by_key(|(_, count)| **count)?;
    if count < 2 || count * 3 < texts.len() * 2 {
        return None;
    }
    let usual: Vec<&Text> = texts.iter().filter(|text| text.segments.len() == length).collect();
    let segment = |at: usize| {
        let first = usual[0].segments[at];
        let is_app = |text: &&Text| text.app.as_deref() == Some(text.segments[at]);
        // What all have at the end is as much a name as a custom.
        let is_same = usual.iter().all(|text| text.segments[at] == first);
        match () {
            () if usual.iter().filter(|text| is_app(text)).count() * 3 >= usual.len() * 2 => "{app}".to_owned(),
            () if is_same && !first.contains(['*', '{', '}']) && (at + 1 < length || usual.len() >= many) => {
                first.to_owned()
            }
            () => beginning(&usual, at),
        }
    };
    let text = (0..length).map(segment).collect::<Vec<_>>().join("/");
    let says_something = text.chars().any(|char| char != '*' && char != '/');
    Template::parse(&text).ok().filter(|_| says_something)
}

/// What all begin with, up to a hyphen: `recif-*`.
fn beginning(texts: &[&Text], at: usize) -> String {
    let first = texts[0].segments[at];
    let starts = first.match_indices('-').map(|(at, _)| &first[..=at]).rev();
    let names: BTreeSet<&str> = texts.iter().map(|text| text.segments[at]).collect();
    let all_start = |start: &&str| {
        names.len() > 1
            && !start.contains(['*', '{', '}'])
            && texts.iter().all(|text| text.segments[at].len() > start.len() && text.segments[at].starts_with(start))
    };
    starts.into_iter().find(all_start).map_or("*".to_owned(), |start| format!("{start}*"))
}

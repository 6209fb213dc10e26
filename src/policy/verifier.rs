//! Turns what is written in one policy file into what is meant, and keeps every mistake with its place.
//!
//! It does not know the keys: each key's file asks for what it needs.

use std::sync::Arc;

use globset::{Glob, GlobBuilder};

use super::place::{Place, Said};
use super::shape::{Pairs, Written};
use super::template::Template;
use crate::model::{Release, Rule};
use crate::text::settings::{Misread, Spanned};
use crate::text::{duration, unknown};

pub struct Verifier<'a> {
    pub rules: &'a [&'static Rule],
    /// The file, as messages name it.
    pub file: Arc<str>,
    pub errors: Vec<Misread>,
}

/// One value, or one for each name: an environment, a provider.
#[derive(Clone, Debug)]
pub enum ByName<T> {
    Always(Said<T>),
    Each(Vec<(String, Said<T>)>),
}

impl<T> ByName<T> {
    /// The value that counts for `name`; `None` where none is said, or which one cannot be told.
    pub fn of(&self, name: Option<&str>) -> Option<&Said<T>> {
        match self {
            ByName::Always(value) => Some(value),
            ByName::Each(values) => values.iter().find(|(known, _)| Some(known.as_str()) == name).map(|(_, it)| it),
        }
    }

    /// Every value that could count.
    pub fn all(&self) -> Vec<&Said<T>> {
        match self {
            ByName::Always(value) => vec![value],
            ByName::Each(values) => values.iter().map(|(_, value)| value).collect(),
        }
    }
}

impl Verifier<'_> {
    pub fn refuse<T>(&mut self, place: &Spanned<T>, message: impl Into<String>) {
        self.errors.push(Misread::at(place, message));
    }

    /// The value with the line that says it.
    pub fn said<T>(&self, written: Spanned<T>) -> Said<T> {
        let place = Place { file: self.file.clone(), line: written.referenced.line() };
        Said { value: written.value, place }
    }

    pub fn list(&self, written: Option<Vec<Spanned<String>>>) -> Option<Vec<Said<String>>> {
        written.map(|list| list.into_iter().map(|item| self.said(item)).collect())
    }

    pub fn pairs(&self, written: Option<Pairs<Spanned<String>>>) -> Option<Vec<(String, Said<String>)>> {
        let pair = |(key, value): (Spanned<String>, Spanned<String>)| (key.value, self.said(value));
        written.map(|pairs| pairs.0.into_iter().map(pair).collect())
    }

    /// `reads` makes the meant of the written, or says why it cannot.
    pub fn read<T>(
        &mut self,
        written: Option<Spanned<String>>,
        reads: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<Said<T>> {
        let written = written?;
        match reads(&written.value) {
            Ok(value) => Some(self.said(Spanned::new(value, written.referenced, written.defined))),
            Err(message) => {
                self.refuse(&written, message);
                None
            }
        }
    }

    pub fn template(&mut self, written: Option<Spanned<String>>) -> Option<Said<Template>> {
        self.read(written, Template::parse)
    }

    /// A template or several of which one has to fit.
    pub fn templates(&mut self, written: Option<Spanned<Written>>) -> Option<Vec<Said<Template>>> {
        let written = written?;
        let (referenced, defined) = (written.referenced, written.defined);
        let list = match written.value {
            Written::Text(text) => vec![Spanned::new(text, referenced, defined)],
            Written::List(list) => list,
            Written::Named(_) => {
                self.refuse(&Spanned::new((), referenced, defined), "a template or a list of templates is meant here");
                return None;
            }
        };
        Some(list.into_iter().filter_map(|item| self.template(Some(item))).collect())
    }

    /// One value, or one for each name.
    pub fn by_name<T>(
        &mut self,
        written: Option<Spanned<Written>>,
        reads: impl Fn(&str) -> Result<T, String>,
    ) -> Option<ByName<T>> {
        let written = written?;
        let (referenced, defined) = (written.referenced, written.defined);
        match written.value {
            Written::Text(text) => self.read(Some(Spanned::new(text, referenced, defined)), reads).map(ByName::Always),
            Written::Named(pairs) => {
                let pair = |(key, value): (Spanned<String>, _)| Some((key.value, self.read(Some(value), &reads)?));
                Some(ByName::Each(pairs.0.into_iter().filter_map(pair).collect()))
            }
            Written::List(_) => {
                self.refuse(&Spanned::new((), referenced, defined), "one value is meant here, or one for each name");
                None
            }
        }
    }

    /// One of a few words.
    pub fn word(
        &mut self,
        written: Option<Spanned<String>>,
        what: &str,
        known: &'static [&'static str],
    ) -> Option<Said<&'static str>> {
        let find = |word: &str| known.iter().copied().find(|known| *known == word);
        self.read(written, |word| find(word).ok_or_else(|| unknown(what, word, known.iter().copied())))
    }

    pub fn release(&mut self, written: Option<Spanned<String>>) -> Option<Release> {
        let reads =
            |text: &str| Release::parse(text).ok_or_else(|| format!("`{text}` is not a release such as \"2.9\""));
        self.read(written, reads).map(|said| said.value)
    }

    /// Seconds.
    pub fn duration(&mut self, written: Option<Spanned<String>>) -> Option<Said<Duration>> {
        self.read(written, |text| {
            let seconds = duration::parse(text);
            let seconds = seconds.ok_or_else(|| format!("`{text}` is not a duration such as \"1h30m\""))?;
            Ok(Duration { text: text.to_owned(), seconds })
        })
    }

    pub fn glob(&mut self, written: &Spanned<String>) -> Option<Glob> {
        match GlobBuilder::new(&written.value).literal_separator(true).build() {
            Ok(glob) => Some(glob),
            Err(error) => {
                self.refuse(written, format!("`{}` is not a glob: {}", written.value, error.kind()));
                None
            }
        }
    }

    /// The rule's id, also where an alias is written.
    pub fn rule(&mut self, written: &Spanned<String>) -> Option<&'static str> {
        let name = written.value.as_str();
        let found = self.rules.iter().find(|rule| rule.id == name || rule.aliases.contains(&name));
        if found.is_none() {
            let message = unknown("rule", name, self.rules.iter().map(|rule| rule.id).collect::<Vec<_>>());
            // The list of all rules would not help anybody.
            let message = message.split(", known are").next().unwrap_or_default().to_owned();
            self.refuse(written, message);
        }
        found.map(|rule| rule.id)
    }
}

/// A time span as it is written, and how long it is.
#[derive(Clone, Debug)]
pub struct Duration {
    pub text: String,
    pub seconds: f64,
}

//! A regular expression of somebody else's, made fit for a rule file: what to look for it by, which group is the secret,
//! and a sample as a recipe, since a rule without one proves nothing. The only file that names regex-syntax.
//!
//! It does not know where the expression comes from.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

/// The keywords as the text may spell them: gitleaks looks for them in any case, our anchors are exact.
pub fn anchors(keywords: &[String], regex: &str) -> Vec<String> {
    let lower = regex.to_ascii_lowercase();
    let mut anchors: Vec<String> = Vec::new();
    for keyword in keywords.iter().map(|keyword| keyword.to_ascii_lowercase()).filter(|keyword| keyword.len() >= 2) {
        let written = lower.find(&keyword).and_then(|at| regex.get(at..at + keyword.len()));
        let title =
            keyword.char_indices().map(|(at, letter)| if at == 0 { letter.to_ascii_uppercase() } else { letter });
        for spelling in [
            written.map(str::to_owned),
            Some(keyword.clone()),
            Some(title.collect()),
            Some(keyword.to_ascii_uppercase()),
        ] {
            anchors.extend(spelling.filter(|spelling| !anchors.contains(spelling)));
        }
    }
    anchors
}

/// The expression with its secret in a group of that name: the group that was asked for, else the first, else all of it.
pub fn name_group(regex: &str, group: usize) -> Option<String> {
    let opens = capturing(regex);
    match (group, opens.as_slice()) {
        (0, []) => Some(format!("(?P<secret>{regex})")),
        (0, [first, ..]) => Some(named_at(regex, *first)),
        (wanted, all) => all.get(wanted - 1).map(|at| named_at(regex, *at)),
    }
}

fn named_at(regex: &str, at: usize) -> String {
    // A group that has a name loses it.
    let rest = regex[at + 1..].strip_prefix("?P<").or_else(|| regex[at + 1..].strip_prefix("?<"));
    let rest = rest.and_then(|rest| rest.split_once('>')).map_or(&regex[at + 1..], |(_, rest)| rest);
    format!("{}(?P<secret>{rest}", &regex[..at])
}

/// Where each capturing group opens.
fn capturing(regex: &str) -> Vec<usize> {
    let (mut found, mut escaped, mut in_class) = (Vec::new(), false, false);
    for (at, byte) in regex.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'[' => in_class = true,
            b']' => in_class = false,
            b'(' if !in_class => {
                let rest = &regex[at + 1..];
                if !rest.starts_with('?') || rest.starts_with("?P<") || rest.starts_with("?<") {
                    found.push(at);
                }
            }
            _ => {}
        }
    }
    found
}

/// A text that the expression matches, as a recipe: literals stand as they are, everything else is drawn.
pub fn of(regex: &str, anchor: &str) -> Result<String, String> {
    let mut parser = ParserBuilder::new().unicode(false).utf8(false).build();
    let hir = parser
        .parse(regex)
        .map_err(|error| format!("its pattern is not understood: {}", last_line(&error.to_string())))?;
    let mut recipe = Recipe { anchor: anchor.to_ascii_lowercase(), parts: Vec::new() };
    recipe.take(&hir).ok_or("no sample can be made of its pattern")?;
    Ok(format!("@{{{}}}", recipe.written()))
}

fn last_line(text: &str) -> &str {
    text.lines().last().unwrap_or_default().trim_start_matches("error: ")
}

struct Recipe {
    /// Of several alternatives, the one that holds this is drawn.
    anchor: String,
    parts: Vec<Part>,
}

enum Part {
    Literal(String),
    Drawn { class: String, number: u32 },
}

impl Recipe {
    fn take(&mut self, hir: &Hir) -> Option<()> {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => Some(()),
            HirKind::Literal(literal) => self.literal(std::str::from_utf8(&literal.0).ok()?),
            HirKind::Class(class) => self.class(class, 1),
            HirKind::Capture(group) => self.take(&group.sub),
            HirKind::Concat(all) => all.iter().try_for_each(|part| self.take(part)),
            HirKind::Alternation(all) => {
                let holds = |hir: &&Hir| literals(hir).contains(&self.anchor);
                let chosen = all.iter().find(holds).or_else(|| all.first())?;
                self.take(&chosen.clone())
            }
            HirKind::Repetition(repeated) => {
                // An unbounded one is drawn long enough to look like a credential.
                let number = match (repeated.min, repeated.max) {
                    (0, _) => return Some(()),
                    (1, None) => 20,
                    (min, _) => min,
                };
                match repeated.sub.kind() {
                    HirKind::Class(class) => self.class(class, number),
                    _ => (0..number.min(64)).try_for_each(|_| self.take(&repeated.sub)),
                }
            }
        }
    }

    fn literal(&mut self, text: &str) -> Option<()> {
        match self.parts.last_mut() {
            Some(Part::Literal(before)) => before.push_str(text),
            _ => self.parts.push(Part::Literal(text.to_owned())),
        }
        Some(())
    }

    /// Letters and digits where the class has some, else its first visible character.
    fn class(&mut self, class: &Class, number: u32) -> Option<()> {
        let holds = |byte: u8| match class {
            Class::Bytes(class) => class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&byte)),
            Class::Unicode(class) => {
                class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&char::from(byte)))
            }
        };
        // A character in either case is spelled as the anchor is.
        let plain: Vec<u8> = (b'0'..=b'9').chain(b'a'..=b'z').chain(b'A'..=b'Z').filter(|byte| holds(*byte)).collect();
        match plain.as_slice() {
            [] => {
                let sign = (b' '..=b'~').find(|byte| holds(*byte) && !b"\"\\".contains(byte))?;
                self.literal(&char::from(sign).to_string().repeat(number.min(64) as usize))
            }
            [upper, lower] | [lower, upper] if lower.eq_ignore_ascii_case(upper) => {
                let lower = lower.to_ascii_lowercase();
                self.literal(&char::from(lower).to_string().repeat(number.min(64) as usize))
            }
            several => {
                let class = several.iter().map(|byte| char::from(*byte)).collect();
                self.parts.push(Part::Drawn { class, number: number.min(512) });
                Some(())
            }
        }
    }

    fn written(&self) -> String {
        let part = |part: &Part| match part {
            Part::Literal(text) => serde_json::to_string(text).unwrap_or_default(),
            Part::Drawn { class, number } => format!("[{}]*{number}", ranges(class)),
        };
        self.parts.iter().map(part).collect::<Vec<_>>().join(" ")
    }
}

/// The literal text inside, in lower case.
fn literals(hir: &Hir) -> String {
    let mut recipe = Recipe { anchor: String::new(), parts: Vec::new() };
    let _ = recipe.take(hir);
    let text = recipe.parts.iter().map(|part| match part {
        Part::Literal(text) => text.to_ascii_lowercase(),
        Part::Drawn { .. } => "\u{0}".to_owned(),
    });
    text.collect()
}

/// `abc…z` as `a-z`.
fn ranges(class: &str) -> String {
    let mut out = String::new();
    let mut characters = class.chars().peekable();
    while let Some(first) = characters.next() {
        let mut last = first;
        while let Some(next) = characters.next_if(|next| *next as u32 == last as u32 + 1) {
            last = next;
        }
        out.push(first);
        if last != first {
            out.extend(['-', last]);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_group_is_named() {
        assert_eq!(name_group("abc", 0).unwrap(), "(?P<secret>abc)");
        assert_eq!(name_group(r"\(a(?:b)[(](c)(d)", 0).unwrap(), r"\(a(?:b)[(](?P<secret>c)(d)");
        assert_eq!(name_group("(a)(?P<x>b)", 2).unwrap(), "(a)(?P<secret>b)");
        assert_eq!(name_group("(a)", 2), None);
    }

    #[test]
    fn a_recipe_is_made_of_a_pattern() {
        assert_eq!(of("acme_(?P<secret>[a-f0-9]{8,12})", "acme").unwrap(), r#"@{"acme_" [0-9a-f]*8}"#);
        assert_eq!(of(r"(?i)ac(?:x|me)\s*=(?P<secret>[a-z]+)", "acme").unwrap(), r#"@{"acx=" [a-zA-Z]*20}"#);
    }
}

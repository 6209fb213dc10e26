//! The words of one action.
//!
//! It does not know how words belong together.

#[derive(Clone, Debug, PartialEq)]
pub enum Word {
    /// `.` alone.
    Dot,
    /// `.name`; `joined` where nothing stands before it: it is taken of what comes before.
    Field {
        name: String,
        joined: bool,
    },
    Variable(String),
    Name(String),
    Text(String),
    Integer(i64),
    Float(f64),
    Open,
    /// `)`
    Close,
    Pipe,
    Comma,
    Declare,
    Assign,
}

/// The words of what stands between the braces; `None` where something is no word.
pub fn words(inner: &str) -> Option<Vec<Word>> {
    let mut words = Vec::new();
    let mut rest = inner;
    let mut joined = false;
    loop {
        let trimmed = rest.trim_start();
        joined &= trimmed.len() == rest.len();
        rest = trimmed;
        let Some(first) = rest.chars().next() else { return Some(words) };
        let (word, behind) = word(rest, first, joined)?;
        joined = matches!(word, Word::Field { .. } | Word::Variable(_) | Word::Close | Word::Name(_) | Word::Dot);
        words.push(word);
        rest = behind;
    }
}

fn word(rest: &str, first: char, joined: bool) -> Option<(Word, &str)> {
    let single = |word: Word| Some((word, &rest[first.len_utf8()..]));
    match first {
        '(' => single(Word::Open),
        ')' => single(Word::Close),
        '|' => single(Word::Pipe),
        ',' => single(Word::Comma),
        '=' => single(Word::Assign),
        ':' => Some((Word::Declare, rest.strip_prefix(":=")?)),
        '.' => {
            let (name, behind) = name(&rest[1..]);
            match name.is_empty() {
                true => single(Word::Dot),
                false => Some((Word::Field { name: name.to_owned(), joined }, behind)),
            }
        }
        '$' => {
            let (name, behind) = name(&rest[1..]);
            Some((Word::Variable(name.to_owned()), behind))
        }
        '"' => quoted(rest),
        '`' => {
            let (text, behind) = rest[1..].split_once('`')?;
            Some((Word::Text(text.to_owned()), behind))
        }
        '\'' => {
            let (text, behind) = rest[1..].split_once('\'')?;
            let mut characters = text.chars();
            let character = characters.next().filter(|_| characters.next().is_none())?;
            Some((Word::Integer(i64::from(u32::from(character))), behind))
        }
        '0'..='9' | '-' | '+' => number(rest),
        _ => {
            let (name, behind) = name(rest);
            (!name.is_empty()).then(|| (Word::Name(name.to_owned()), behind))
        }
    }
}

fn name(rest: &str) -> (&str, &str) {
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    rest.split_at(end)
}

fn number(rest: &str) -> Option<(Word, &str)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+' | '_');
    let end = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
    let (written, behind) = rest.split_at(end);
    let digits = written.replace('_', "");
    let (sign, bare) = digits.strip_prefix('-').map_or((1, digits.trim_start_matches('+')), |bare| (-1, bare));
    let integer = match bare.get(..2) {
        Some("0x" | "0X") => i64::from_str_radix(&bare[2..], 16).ok(),
        Some("0o" | "0O") => i64::from_str_radix(&bare[2..], 8).ok(),
        _ if bare.len() > 1 && bare.starts_with('0') => i64::from_str_radix(bare, 8).ok(),
        _ => bare.parse().ok(),
    };
    match integer {
        Some(integer) => Some((Word::Integer(sign * integer), behind)),
        None => Some((Word::Float(digits.parse().ok()?), behind)),
    }
}

/// A string with Go's escapes.
fn quoted(rest: &str) -> Option<(Word, &str)> {
    let mut text = String::new();
    let mut characters = rest.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((Word::Text(text), &rest[at + 1..])),
            '\\' => match characters.next()?.1 {
                'n' => text.push('\n'),
                't' => text.push('\t'),
                'r' => text.push('\r'),
                'x' => text.push(code(&mut characters, 2)?),
                'u' => text.push(code(&mut characters, 4)?),
                'U' => text.push(code(&mut characters, 8)?),
                other @ ('\\' | '"' | '\'') => text.push(other),
                _ => return None,
            },
            other => text.push(other),
        }
    }
    None
}

fn code(characters: &mut impl Iterator<Item = (usize, char)>, digits: usize) -> Option<char> {
    let digits: String = characters.by_ref().take(digits).map(|(_, digit)| digit).collect();
    char::from_u32(u32::from_str_radix(&digits, 16).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_know_what_they_are_taken_of() {
        let field = |name: &str, joined| Word::Field { name: name.to_owned(), joined };
        let words = words("index .Values.a $x.b (dict).c").unwrap();
        assert_eq!(words[1..3], [field("Values", false), field("a", true)]);
        assert_eq!(words[3..5], [Word::Variable("x".to_owned()), field("b", true)]);
        assert_eq!(words[8], field("c", true));
    }

    #[test]
    fn text_and_numbers_are_read_as_go_reads_them() {
        let text = |text: &str| Word::Text(text.to_owned());
        assert_eq!(words(r#""a\n\"b\"\x41" `\n`"#).unwrap(), [text("a\n\"b\"A"), text("\\n")]);
        assert_eq!(
            words("-12 0644 0x1f 1.5").unwrap(),
            [Word::Integer(-12), Word::Integer(0o644), Word::Integer(31), Word::Float(1.5)]
        );
        assert_eq!(words("\"open"), None);
    }
}

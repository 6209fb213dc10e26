//! Commits and tags, as far as history needs them: what they point to, when, who, and what they say.
//!
//! It does not know objects, and it takes any bytes: a header that is not there is `None`.

use super::objects::Kind;

/// What a commit points to. Ids are bytes, not yet numbers.
#[derive(Debug, Default)]
pub struct CommitHeader {
    pub tree: Vec<u8>,
    pub parents: Vec<Vec<u8>>,
    /// Seconds since 1970, the committer's clock; 0 where there is none.
    pub time: i64,
}

/// What a tag points to.
#[derive(Debug)]
pub struct TagHeader {
    pub target: Vec<u8>,
    pub kind: Option<Kind>,
    pub time: i64,
}

/// Who made a commit or a tag, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signature {
    /// `Name <address>`, as written.
    pub name: String,
    pub time: i64,
    /// Minutes east of Greenwich.
    pub offset: i32,
}

impl CommitHeader {
    pub fn of(commit: &[u8]) -> CommitHeader {
        let mut header = CommitHeader::default();
        for line in header_lines(commit) {
            match line.split_once_at(b' ') {
                Some((b"tree", id)) => header.tree = decoded(id),
                Some((b"parent", id)) => header.parents.push(decoded(id)),
                Some((b"committer", text)) => {
                    header.time = Signature::of(text).time;
                    break;
                }
                _ => {}
            }
        }
        header
    }
}

impl TagHeader {
    pub fn of(tag: &[u8]) -> TagHeader {
        let mut header = TagHeader { target: Vec::new(), kind: None, time: 0 };
        for line in header_lines(tag) {
            match line.split_once_at(b' ') {
                Some((b"object", id)) => header.target = decoded(id),
                Some((b"type", kind)) => header.kind = Kind::of_name(kind),
                Some((b"tagger", text)) => header.time = Signature::of(text).time,
                _ => {}
            }
        }
        header
    }
}

/// The author of a commit (when it was committed, by the committer's clock), the tagger of a tag.
pub fn signature(object: &[u8]) -> Signature {
    let find = |name: &[u8]| {
        let mut lines = header_lines(object).filter_map(|line| line.split_once_at(b' '));
        lines.find(|(key, _)| *key == name).map(|(_, text)| Signature::of(text))
    };
    match (find(b"author"), find(b"committer"), find(b"tagger")) {
        (Some(author), Some(committer), _) => Signature { name: author.name, ..committer },
        (author, committer, tagger) => author.or(committer).or(tagger).unwrap_or_default(),
    }
}

/// The text behind the headers.
pub fn message(object: &[u8]) -> &[u8] {
    memchr::memmem::find(object, b"\n\n").map_or(&[], |end| &object[end + 2..])
}

impl Signature {
    /// `Name <address> 1700000000 +0100`
    fn of(text: &[u8]) -> Signature {
        let end = memchr::memrchr(b'>', text).map_or(0, |end| end + 1);
        let mut numbers = text[end..].split(|&byte| byte == b' ').filter(|part| !part.is_empty());
        let mut number = || numbers.next().and_then(|part| std::str::from_utf8(part).ok()?.parse::<i64>().ok());
        let (time, zone) = (number().unwrap_or(0), number().unwrap_or(0));
        let zone = zone.clamp(-9_959, 9_959) as i32;
        Signature {
            name: String::from_utf8_lossy(&text[..end]).into_owned(),
            time,
            offset: zone / 100 * 60 + zone % 100,
        }
    }

    /// RFC 3339 with the writer's own offset; empty for a time that no calendar has.
    pub fn date(&self) -> String {
        let zone = jiff::tz::Offset::from_seconds(self.offset * 60);
        let (Ok(time), Ok(zone)) = (jiff::Timestamp::from_second(self.time), zone) else { return String::new() };
        let (sign, minutes) = (if self.offset < 0 { '-' } else { '+' }, self.offset.abs());
        let date = zone.to_datetime(time).strftime("%Y-%m-%dT%H:%M:%S").to_string();
        format!("{date}{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

impl Kind {
    pub fn of_name(name: &[u8]) -> Option<Kind> {
        match name {
            b"blob" => Some(Kind::Blob),
            b"tree" => Some(Kind::Tree),
            b"commit" => Some(Kind::Commit),
            b"tag" => Some(Kind::Tag),
            _ => None,
        }
    }
}

fn header_lines(object: &[u8]) -> impl Iterator<Item = &[u8]> {
    object.split(|&byte| byte == b'\n').take_while(|line| !line.is_empty())
}

fn decoded(id: &[u8]) -> Vec<u8> {
    data_encoding::HEXLOWER_PERMISSIVE.decode(id).unwrap_or_default()
}

trait SplitOnce {
    fn split_once_at(&self, byte: u8) -> Option<(&[u8], &[u8])>;
}

impl SplitOnce for [u8] {
    fn split_once_at(&self, byte: u8) -> Option<(&[u8], &[u8])> {
        let at = memchr::memchr(byte, self)?;
        Some((&self[..at], &self[at + 1..]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_says_who_and_when_with_the_writers_own_offset() {
        let signature = Signature::of(b"Ada Example <ada@example.org> 1700000000 -0330");
        assert_eq!(signature.name, "Ada Example <ada@example.org>");
        assert_eq!(signature.date(), "2023-11-14T18:43:20-03:30");
        assert_eq!(Signature { time: 951_782_400, ..Signature::default() }.date(), "2000-02-29T00:00:00+00:00");
    }

    #[test]
    fn any_bytes_are_a_commit_of_some_sort() {
        for bytes in [&b""[..], b"tree", b"tree xyz\nparent\ncommitter <> 99999999999999999999 x\n", b"\n\n\n"] {
            let header = CommitHeader::of(bytes);
            assert_eq!((header.tree.len(), header.time), (0, 0));
            signature(bytes).date();
        }
        let far = Signature { time: i64::MAX, offset: 9_999, ..Signature::default() };
        assert_eq!(far.date(), "");
    }

    #[test]
    fn the_message_begins_behind_the_first_empty_line() {
        assert_eq!(message(b"tree a\n\nfirst\n\nsecond"), b"first\n\nsecond");
        assert_eq!(message(b"tree a\n"), b"");
    }
}

//! YAML as nearly everybody writes it, in one pass over its lines: block mappings and lists, scalars of one line, blocks of
//! text, flow collections on one line.
//!
//! It does not know the rest of YAML and never guesses: at the first thing that it is not sure of it gives up, and the
//! whole text goes to the full parser. Where it answers, it answers exactly what that parser does; tests hold it to that.

use super::super::{Builder, Style, Tree};
use super::lines;
use crate::text::Span;

/// More collections inside each other, and longer keys, are left to the full parser and its limits.
const DEEPEST: usize = 64;
const LONGEST_KEY: usize = 1000;

/// `None` where the full parser has to read the text.
pub fn parse(text: &str) -> Option<Tree> {
    if !lines::is_printable(text) {
        return None;
    }
    let mut reader = Reader {
        text,
        bytes: text.as_bytes(),
        at: 0,
        line: 0,
        builder: Builder::for_text(text.len()),
        open: Vec::new(),
        waiting: Waiting::Document { mark: None },
    };
    while reader.at < text.len() {
        reader.line()?;
    }
    reader.end_document()?;
    Some(reader.builder.finish())
}

pub(super) struct Reader<'a> {
    pub text: &'a str,
    pub bytes: &'a [u8],
    /// What is read next.
    pub at: usize,
    /// Where the current line begins.
    line: usize,
    pub builder: Builder,
    open: Vec<Open>,
    waiting: Waiting,
}

/// A block collection that is not closed yet, and the column of its entries.
struct Open {
    column: usize,
    kind: Collection,
}

#[derive(Clone, Copy, PartialEq)]
enum Collection {
    Mapping,
    Sequence,
    /// A list that is indented no further than the key it belongs to.
    Indentless,
}

/// What the innermost open collection, or the document, still wants.
#[derive(Clone, Copy, PartialEq)]
enum Waiting {
    Nothing,
    /// Its root; where the `---` ends that stands before it.
    Document {
        mark: Option<usize>,
    },
    /// The value of the key whose colon ends here.
    Value {
        colon: usize,
    },
    Item,
}

/// A scalar of one line.
pub(super) struct Scalar {
    style: Style,
    pub span: Span,
    /// Without the quotes.
    inner: Span,
    /// Its value is not what is written.
    escaped: bool,
}

impl Scalar {
    pub fn plain(span: Span) -> Scalar {
        Scalar { style: Style::Plain, span, inner: span, escaped: false }
    }
}

impl Reader<'_> {
    fn line(&mut self) -> Option<()> {
        self.line = self.at;
        self.skip_spaces();
        match self.peek() {
            None | Some(b'\n' | b'#') => return self.end_line(),
            Some(b'-' | b'.') if self.at == self.line && lines::is_document_mark(&self.bytes[self.at..]) => {
                return self.document_mark();
            }
            Some(_) => {}
        }
        let (column, is_item) = (self.at - self.line, self.is_dash());
        self.close_beyond(column, is_item)?;
        match self.open.last() {
            Some(open) if open.column == column => match (open.kind, is_item, self.waiting) {
                (Collection::Mapping, false, _) => {
                    self.fill();
                    self.entry()
                }
                (Collection::Mapping, true, Waiting::Value { .. }) => self.sequence(Collection::Indentless),
                (Collection::Sequence | Collection::Indentless, true, Waiting::Nothing) => self.item(),
                _ => None,
            },
            // Further in: what a key, a dash or the document waits for, or the next line of something.
            _ if self.waiting != Waiting::Nothing => self.node(),
            _ => None,
        }
    }

    /// Closes the collections that a line at `column` does not belong to.
    fn close_beyond(&mut self, column: usize, is_item: bool) -> Option<()> {
        while let Some(open) = self.open.last() {
            let is_level = open.column == column && (is_item || open.kind != Collection::Indentless);
            if open.column < column || is_level {
                break;
            }
            self.close()?;
        }
        Some(())
    }

    fn close(&mut self) -> Option<()> {
        self.fill();
        self.builder.close(None);
        self.open.pop();
        (self.waiting == Waiting::Nothing).then_some(())
    }

    /// A value that is not written stands behind its colon.
    fn fill(&mut self) {
        if let Waiting::Value { colon } = self.waiting {
            self.builder.verbatim(Span::new(colon, colon), None);
            self.waiting = Waiting::Nothing;
        }
    }

    fn document_mark(&mut self) -> Option<()> {
        if self.bytes[self.at] != b'-' {
            return None;
        }
        self.end_document()?;
        self.at += lines::MARK;
        self.waiting = Waiting::Document { mark: Some(self.at) };
        self.end_line()
    }

    fn end_document(&mut self) -> Option<()> {
        while !self.open.is_empty() {
            self.close()?;
        }
        // Behind a mark, even nothing is a document.
        if let Waiting::Document { mark: Some(mark) } = self.waiting {
            self.builder.verbatim(Span::new(mark, mark), None);
        }
        Some(())
    }

    /// Whatever begins here, a block collection included.
    fn node(&mut self) -> Option<()> {
        match self.bytes[self.at] {
            b'-' if self.is_dash() => return self.sequence(Collection::Sequence),
            b'|' | b'>' | b'[' | b'{' => return self.value(),
            _ => {}
        }
        let scalar = self.scalar()?;
        match self.colon_behind(&scalar)? {
            Some(colon) => {
                self.builder.mapping(self.at, None);
                self.open(Collection::Mapping)?;
                self.key(scalar, colon)
            }
            None => self.scalar_value(scalar),
        }
    }

    fn sequence(&mut self, kind: Collection) -> Option<()> {
        self.builder.sequence(self.at, None);
        self.open(kind)?;
        self.item()
    }

    fn open(&mut self, kind: Collection) -> Option<()> {
        self.open.push(Open { column: self.at - self.line, kind });
        self.waiting = Waiting::Nothing;
        (self.open.len() <= DEEPEST).then_some(())
    }

    /// A dash and what stands behind it on its line.
    fn item(&mut self) -> Option<()> {
        self.at += 1;
        self.waiting = Waiting::Item;
        self.rest_of_line(Reader::node)
    }

    /// A key of the innermost mapping, and what stands behind it on its line.
    fn entry(&mut self) -> Option<()> {
        let scalar = self.scalar()?;
        let colon = self.colon_behind(&scalar)??;
        self.key(scalar, colon)
    }

    fn key(&mut self, scalar: Scalar, colon: usize) -> Option<()> {
        self.add(scalar)?;
        self.at = colon;
        self.waiting = Waiting::Value { colon };
        self.rest_of_line(Reader::value)
    }

    fn rest_of_line(&mut self, node: fn(&mut Self) -> Option<()>) -> Option<()> {
        self.skip_spaces();
        match self.peek() {
            None | Some(b'\n' | b'#') => self.end_line(),
            Some(_) => node(self),
        }
    }

    /// What can stand behind a key on its line.
    fn value(&mut self) -> Option<()> {
        match self.bytes[self.at] {
            b'|' | b'>' => {
                let parent = self.open.last()?.column;
                self.waiting = Waiting::Nothing;
                self.text_block(parent)
            }
            b'[' | b'{' if !self.open.is_empty() => {
                self.waiting = Waiting::Nothing;
                self.flow(0)?;
                self.end_line()
            }
            _ => {
                let scalar = self.scalar()?;
                match self.colon_behind(&scalar)? {
                    Some(_) => None,
                    None => self.scalar_value(scalar),
                }
            }
        }
    }

    fn scalar_value(&mut self, scalar: Scalar) -> Option<()> {
        // A document that is one scalar has rules of its own.
        self.open.last()?;
        self.waiting = Waiting::Nothing;
        self.at = scalar.span.end;
        self.add(scalar)?;
        self.end_line()
    }

    /// The scalar that begins here, if it has an end on this line.
    fn scalar(&self) -> Option<Scalar> {
        let first = self.bytes[self.at];
        match first {
            b'"' | b'\'' => self.quoted(first),
            _ if lines::begins_plain(&self.bytes[self.at..]) => {
                Some(Scalar::plain(Span::new(self.at, lines::plain_end(self.bytes, self.at)?)))
            }
            _ => None,
        }
    }

    pub fn quoted(&self, quote: u8) -> Option<Scalar> {
        let inner = self.at + 1;
        let (end, escaped) = match quote {
            b'"' => lines::double_quote_end(self.bytes, inner)?,
            _ => lines::single_quote_end(self.bytes, inner)?,
        };
        let style = if quote == b'"' { Style::DoubleQuoted } else { Style::SingleQuoted };
        Some(Scalar { style, span: Span::new(self.at, end + 1), inner: Span::new(inner, end), escaped })
    }

    /// Where the colon ends that makes a key of `scalar`; `None` inside where it is no key.
    fn colon_behind(&self, scalar: &Scalar) -> Option<Option<usize>> {
        let at = lines::skip_spaces(self.bytes, scalar.span.end);
        match (self.bytes.get(at), self.bytes.get(at + 1)) {
            (Some(b':'), None | Some(b' ' | b'\n')) => (scalar.span.len() <= LONGEST_KEY).then_some(Some(at + 1)),
            (Some(b':' | b'\t'), _) => None,
            _ => Some(None),
        }
    }

    pub fn add(&mut self, scalar: Scalar) -> Option<()> {
        let Scalar { style, span, inner, escaped } = scalar;
        if !escaped {
            self.builder.slice(inner, style, span, None);
            return Some(());
        }
        let text = self.text;
        let start = self.builder.value().len();
        lines::unescape(&text[inner.range()], style, self.builder.value())?;
        self.builder.written(text, start, style, span);
        Some(())
    }

    /// Nothing but a comment may be left on this line.
    pub fn end_line(&mut self) -> Option<()> {
        self.at = lines::end(self.bytes, self.at)?;
        Some(())
    }

    fn is_dash(&self) -> bool {
        matches!(self.bytes[self.at..], [b'-'] | [b'-', b' ' | b'\n', ..])
    }

    pub fn skip_spaces(&mut self) {
        self.at = lines::skip_spaces(self.bytes, self.at);
    }

    pub fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }
}

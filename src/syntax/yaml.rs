//! YAML to a tree; the only place that names the parser it stands on. What nearly everybody writes has a reader of ours,
//! several times as fast, that gives up where it is not sure.
//!
//! It does not know what a manifest is.

mod block;
mod flow;
mod lines;
#[cfg(test)]
mod tests;
mod text_block;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError};

use super::{Builder, NodeId, Style, SyntaxError, Tree};
use crate::text::{LineIndex, Span};

/// A document with an error in it has no nodes; those after it are read all the same.
pub fn parse(text: &str) -> Tree {
    block::parse(text).unwrap_or_else(|| parse_in_full(text))
}

fn parse_in_full(text: &str) -> Tree {
    let mut options = granit_parser::options! {
        emit_unresolved_aliases: true,
        // As libyaml, on which Kubernetes stands.
        block_scalar_eof_without_line_feed: true,
        bom_inside_document_as_content: true,
    };
    options.set_emit_comments(false);
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut reader = Reader { text, builder: Builder::new(), anchors: Vec::new(), brackets: Vec::new(), lines: None };
    loop {
        match parser.next() {
            None => break,
            Some(Ok((event, span))) => reader.event(event, span),
            Some(Err(error)) => {
                reader.broken(&error);
                if !parser.proceed_next_document().unwrap_or(false) {
                    break;
                }
            }
        }
    }
    reader.builder.finish()
}

struct Reader<'a> {
    text: &'a str,
    builder: Builder,
    /// The node of each anchor; the parser numbers them from 1 and never anew.
    anchors: Vec<Option<NodeId>>,
    /// Whether each open collection is written with brackets.
    brackets: Vec<bool>,
    /// Made for the first error.
    lines: Option<LineIndex>,
}

impl Reader<'_> {
    fn event(&mut self, event: Event, place: granit_parser::Span) {
        let span = span_of(place);
        let tag = place.tag_span().map(span_of);
        match event {
            Event::DocumentStart(..) | Event::DocumentEnd => self.builder.document(),
            Event::MappingStart(_, anchor, _) => {
                let id = self.builder.mapping(span.start, tag);
                self.opened(id, anchor, span);
            }
            Event::SequenceStart(_, anchor, _) => {
                let start = if span.is_empty() { self.first_dash(span.start) } else { span.start };
                let id = self.builder.sequence(start, tag);
                self.opened(id, anchor, span);
            }
            // Where there is no bracket, the parser reports the next token's place.
            Event::MappingEnd | Event::SequenceEnd => {
                let bracket = self.brackets.pop().unwrap_or(false);
                self.builder.close(bracket.then_some(span.end));
            }
            Event::Scalar(value, style, anchor, _) => {
                let id = self.scalar(&value, style, span, tag);
                self.anchor(anchor, id);
            }
            Event::Alias(anchor) => {
                let target = self.anchors.get(anchor).copied().flatten();
                self.builder.alias(span, target);
            }
            Event::UnresolvedAlias(name) => {
                self.builder.alias(span, None);
                self.error(span.start, format!("no anchor named {name} stands before this alias"), false);
            }
            _ => {}
        }
    }

    fn opened(&mut self, id: NodeId, anchor: usize, span: Span) {
        self.brackets.push(!span.is_empty());
        self.anchor(anchor, id);
    }

    /// Of a list that is indented no further than its key, the parser names what follows the first dash.
    fn first_dash(&self, offset: usize) -> usize {
        let line = self.text[..offset].rfind(['\n', '\r']).map_or(0, |end| end + 1);
        let rest = self.text[line..].trim_start_matches(' ');
        let dash = self.text.len() - rest.len();
        match self.builder.waiting_key() {
            Some(key) if rest.starts_with('-') && (key.end..offset).contains(&dash) => dash,
            _ => offset,
        }
    }

    fn anchor(&mut self, anchor: usize, id: NodeId) {
        if anchor > 0 {
            self.anchors.resize(self.anchors.len().max(anchor + 1), None);
            self.anchors[anchor] = Some(id);
        }
    }

    fn scalar(&mut self, value: &str, style: ScalarStyle, span: Span, tag: Option<Span>) -> NodeId {
        let style = match style {
            // Nothing is written here: the parser says "~".
            ScalarStyle::Plain if span.is_empty() => {
                let at = self.nothing_at(span.start);
                return self.builder.verbatim(Span::new(at, at), tag);
            }
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::SingleQuoted,
            ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
            ScalarStyle::Literal => Style::Literal,
            ScalarStyle::Folded => Style::Folded,
        };
        let span = match style {
            Style::Literal | Style::Folded => block_span(self.text, span, value, style),
            _ => span,
        };
        let inner = match style {
            Style::SingleQuoted | Style::DoubleQuoted if span.len() >= 2 => Span::new(span.start + 1, span.end - 1),
            _ => span,
        };
        match self.text.get(inner.range()) == Some(value) {
            true => self.builder.slice(inner, style, span, tag),
            false => self.builder.decoded(value, style, span, tag),
        }
    }

    /// Where a value that is not written would stand: behind its colon. The parser names the end of the key.
    fn nothing_at(&self, offset: usize) -> usize {
        let rest = self.text[offset..].trim_start_matches([' ', '\t']);
        match self.builder.waiting_key().is_some() && rest.starts_with(':') {
            true => self.text.len() - rest.len() + 1,
            false => offset,
        }
    }

    fn broken(&mut self, error: &ScanError) {
        self.builder.abandon();
        self.brackets.clear();
        let offset = error.marker().byte_offset().unwrap_or(self.text.len());
        let too_deep = matches!(error.kind(), ErrorKind::RecursionLimitExceeded);
        self.error(offset, explain(error.kind()), too_deep);
    }

    fn error(&mut self, offset: usize, message: String, too_deep: bool) {
        let lines = self.lines.get_or_insert_with(|| LineIndex::new(self.text.as_bytes()));
        let position = lines.position(self.text.as_bytes(), offset);
        self.builder.error(SyntaxError { position, message, too_deep });
    }
}

fn span_of(span: granit_parser::Span) -> Span {
    span.byte_range().map(|range| Span::new(range.start, range.end.max(range.start))).unwrap_or_default()
}

/// A block scalar's content lines. The parser's own span leaves out blank lines at the start, takes in blank lines and
/// the next token's indentation at the end, and lies at the next token where there is no content.
fn block_span(text: &str, span: Span, value: &str, style: Style) -> Span {
    let blank = [' ', '\t', '\n', '\r'];
    let before = text[..span.start].trim_end_matches(blank).len();
    let content = value.trim_end_matches('\n');
    if content.is_empty() {
        // The header's end; at the end of the text, the parser's span is the header itself.
        let at = if span.is_empty() { before } else { span.end };
        return Span::new(at, at);
    }
    let leading = value.len() - value.trim_start_matches('\n').len();
    let start = match leading {
        0 => span.start,
        _ => {
            let breaks: Vec<usize> = memchr::memchr_iter(b'\n', &text.as_bytes()[before..span.start]).collect();
            breaks.len().checked_sub(leading + 1).map_or(span.start, |header| before + breaks[header] + 1)
        }
    };
    let inside = &text[start..span.end];
    let length = match (style, value.len() - content.len()) {
        // Line by line the same.
        (Style::Literal, _) => lines_length(inside, value),
        _ if content.ends_with(blank) => inside.len(),
        (_, trailing) => {
            let written = inside.trim_end_matches(blank).len();
            written + lines_length(&inside[written..], &value[content.len()..][..trailing])
        }
    };
    Span::new(start, start + length)
}

/// The length of as many lines of `written` as `value` has.
fn lines_length(written: &str, value: &str) -> usize {
    let bytes = written.as_bytes();
    let mut breaks = memchr::memchr_iter(b'\n', bytes);
    let whole = match memchr::memchr_iter(b'\n', value.as_bytes()).count() {
        0 => 0,
        count => match breaks.nth(count - 1) {
            Some(last) => last + 1,
            None => return written.len(),
        },
    };
    if value.ends_with('\n') || value.is_empty() {
        return whole;
    }
    let end = breaks.next().unwrap_or(written.len());
    whole + written[whole..end].trim_end_matches('\r').len()
}

/// The parser's many reasons in a few words of ours: what is wrong, then what people usually meant.
fn explain(kind: &ErrorKind) -> String {
    use ErrorKind as E;
    let message = match kind {
        E::RecursionLimitExceeded => "collections are nested too deeply to be read",
        E::UnclosedQuotedScalar | E::DocumentIndicatorInQuotedScalar => "this quote is never closed",
        E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar => "text follows a closing quote",
        E::InvalidQuotedScalarIndent | E::InvalidFlowScalarIndent => {
            "a continued line must be indented further than the key it belongs to"
        }
        E::UnknownQuotedScalarEscape
        | E::InvalidQuotedScalarHexEscape
        | E::InvalidLowSurrogateHexEscape
        | E::InvalidLowSurrogate
        | E::MissingLowSurrogate
        | E::UnpairedLowSurrogate
        | E::InvalidUnicodeEscape => "double quotes hold an escape that YAML does not know",
        E::UnclosedFlowCollection { open } => return format!("this {open} is never closed"),
        E::MismatchedFlowCollectionEnd { open, close } => return format!("{open} is closed by {close}"),
        E::MisplacedFlowCollectionEnd => "a closing bracket without an opening one",
        E::UnexpectedEofFlowSequence | E::ExpectedFlowSequenceSeparator => "a list in [ ] lacks a comma or its end",
        E::UnexpectedEofFlowMapping | E::UnexpectedEofImplicitFlowMapping | E::ExpectedFlowMappingSeparator => {
            "a mapping in { } lacks a comma or its end"
        }
        E::UnexpectedEofBlockSequence | E::ExpectedBlockSequenceEntry | E::BlockSequenceEntryNotAllowed => {
            "a list item (- ) does not belong here; look at the indentation"
        }
        E::BlockEntryInFlowCollection => "a list item (- ) cannot stand inside brackets",
        E::UnexpectedEofBlockMapping | E::ExpectedBlockMappingKey | E::MappingKeyNotAllowed => {
            "a key does not belong here; look at the indentation of the lines above"
        }
        E::MappingValueNotAllowed | E::InvalidMappingValueWhitespace | E::InvalidColonPlacement => {
            "a colon does not belong here; quote the text if it is part of a value"
        }
        E::FlowMappingValueAdjacentCollection => "a space is missing between a colon and a bracket",
        E::SimpleKeyExpected | E::InvalidSimpleKey => "a key and its colon must stand on one line",
        E::InvalidIndentation | E::InvalidBlockScalarIndent => "this line is indented less than its block",
        E::TabNotAllowed | E::TabInBlockIndentation | E::TabInIndentation | E::TabAtBlockScalarStart => {
            "tabs cannot indent"
        }
        E::TabInPlainScalar => "a tab stands inside unquoted text",
        E::ZeroBlockScalarIndent | E::InvalidBlockScalarHeader => "the header of a block of text (| or >) is wrong",
        E::CommentInterceptedScalar => "a comment interrupts a text of several lines",
        E::CommentNotSeparated => "a comment needs a space before its #",
        E::UnexpectedCharacter { character } => {
            return format!("the character {} cannot stand here; quote the text", character.escape_default());
        }
        E::PlainScalarStartsWithDashFlowIndicator => "a dash and a bracket cannot begin unquoted text",
        E::InvalidBlockEntryWhitespace | E::ExpectedWhitespace => "a space is missing",
        E::MissingAnchorOrAliasName => "an anchor or alias has no name",
        E::UndeclaredTagHandle => "a tag uses a handle that no %TAG line declares",
        E::ExpectedDocumentStart | E::InvalidDocumentEnd => "a document ends here, and text follows; --- is missing",
        E::MissingDocumentEndBeforeDirective => "a % line needs the end of the document (...) before it",
        E::UnexpectedEof => "the text ends too early",
        E::ExpectedNodeContent => "a value is missing",
        other => return format!("this is no valid YAML: {other}"),
    };
    message.to_owned()
}

//! Two repairs without which masked lines change how the lines after them are read.
//!
//! It does not know why the lines were masked.

/// Mends a masked text in place; `text` is the template.
pub fn mend(text: &str, masked: &mut [u8]) {
    // In a block that has no text yet: the column beyond which it must begin, then the column at which it does.
    let mut parent = None;
    let mut held = None;
    let mut after_action = false;
    let mut at = 0;
    while at < masked.len() {
        let end = memchr::memchr(b'\n', &masked[at..]).map_or(masked.len(), |length| at + length);
        let line = masked[at..end].trim_ascii();
        let blank = line.is_empty();
        let was_action = blank && !text.as_bytes()[at..end].trim_ascii().is_empty();
        if after_action && matches!(line, b"{}" | b"[]") {
            masked[at..end].fill(b' ');
        }
        if !blank {
            parent = block_header(&masked[at..end]);
            held = None;
        } else if let Some(parent) = parent.take_if(|_| was_action) {
            held = next_column(&masked[end..]).filter(|&column| column > parent);
        }
        if let Some(column) = held.take_if(|column| was_action && at + *column < end) {
            // The block's text begins here, with a letter.
            masked[at + column] = b'x';
        }
        after_action = was_action || (after_action && blank);
        at = end + 1;
    }
}

/// `key: |` and its like: the column of what the block belongs to. Blank lines below it must not be longer than the first
/// line with text is indented.
fn block_header(line: &[u8]) -> Option<usize> {
    // Nearly every line ends otherwise.
    line.trim_ascii_end().last().filter(|&last| b"|>+-0123456789".contains(last))?;
    let mut words = line.rsplit(|byte| byte.is_ascii_whitespace()).filter(|word| !word.is_empty());
    let [b'|' | b'>', rest @ ..] = words.next()? else { return None };
    let before = words.next()?;
    let is_header = rest.iter().all(|byte| b"+-0123456789".contains(byte))
        && (before.ends_with(b":") || before == b"-" || before.starts_with(b"!"));
    let spaces = |from: usize| from + line[from..].iter().take_while(|&&byte| byte == b' ').count();
    let mut column = spaces(0);
    // The key of a list's item; a block that is the item belongs to the dash.
    while line[column..].starts_with(b"- ") && !matches!(line.get(spaces(column + 1)), Some(b'|' | b'>')) {
        column = spaces(column + 1);
    }
    is_header.then_some(column)
}

/// The column of the first character that follows, behind a line break.
fn next_column(following: &[u8]) -> Option<usize> {
    let content = following.iter().position(|byte| !byte.is_ascii_whitespace())?;
    Some(content - memchr::memrchr(b'\n', &following[..content]).map_or(0, |line_break| line_break + 1))
}

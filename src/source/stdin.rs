//! Standard input as a tree of one file.
//!
//! It does not know what the file's name was, unless it is told.

use std::io::Read;
use std::sync::Mutex;

use crate::model::{Buffer, Listing, Notification, Reason, RepoPath, Snapshot, WHOLE};

pub struct Stdin<R> {
    path: RepoPath,
    input: Mutex<Input<R>>,
}

enum Input<R> {
    Unread(R),
    /// All of it, for findings that are told only when everything has been seen.
    Whole(Vec<u8>),
    /// Larger than is kept.
    Gone,
}

impl<R: Read + Send + 'static> Stdin<R> {
    /// `path` is the name under which the input is judged.
    pub fn new(path: RepoPath, input: R) -> Self {
        Stdin { path, input: Mutex::new(Input::Unread(input)) }
    }
}

impl<R: Read + Send + 'static> Snapshot for Stdin<R> {
    fn list(&self) -> Listing {
        Listing { files: vec![self.path.clone()], ..Listing::default() }
    }

    fn holds(&self, path: &RepoPath) -> bool {
        *path == self.path
    }

    /// Nobody knows what stands beside it.
    fn is_part(&self) -> bool {
        true
    }

    fn read(&self, path: &RepoPath, buffer: &mut Buffer) -> Result<Option<Box<dyn Read>>, Notification> {
        let unreadable = |message: String| Notification::new(Reason::Unreadable, path, message);
        let gone = || unreadable("Standard input was already read.".to_owned());
        let mut state = self.input.lock().map_err(|_| gone())?;
        let mut input = match std::mem::replace(&mut *state, Input::Gone) {
            Input::Unread(input) => input,
            Input::Gone => return Err(gone()),
            Input::Whole(bytes) => {
                let copied = buffer.fill(&mut bytes.as_slice(), WHOLE, false);
                *state = Input::Whole(bytes);
                return copied.map(|_| None).map_err(|_| gone());
            }
        };
        let ended = buffer.fill(&mut input, WHOLE, false);
        match ended.map_err(|error| unreadable(format!("Standard input could not be read: {error}.")))? {
            true => {
                *state = Input::Whole(buffer.bytes().to_vec());
                Ok(None)
            }
            false => Ok(Some(Box::new(input))),
        }
    }
}

//! Messages in and out, on standard input and output.
//!
//! It does not know what they mean. One that cannot be read is passed over: it says so and hears on.

use std::io::{self, ErrorKind};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use lsp_server::Message;

pub enum Heard {
    Message(Message),
    /// Something that is no message. What it said is not repeated: it may hold a secret.
    Garbage,
}

/// What comes in, until nothing more does.
pub fn listen() -> Receiver<Heard> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut input = io::stdin().lock();
        loop {
            let heard = match Message::read(&mut input) {
                Ok(Some(message)) => Heard::Message(message),
                Err(error) if error.kind() == ErrorKind::InvalidData => Heard::Garbage,
                Ok(None) | Err(_) => return,
            };
            if sender.send(heard).is_err() {
                return;
            }
        }
    });
    receiver
}

pub fn say(message: impl Into<Message>) -> io::Result<()> {
    message.into().write(&mut io::stdout().lock())
}

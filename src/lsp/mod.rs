//! The door for editors: the Language Server Protocol on standard input and output. The only room that names its crates.
//!
//! It does not know how anything is found, and it writes no file: what is to change is handed to the editor.

mod actions;
mod completion;
mod hover;
mod positions;
mod server;
mod transport;
mod workspace;

pub use server::{Open, serve};
pub use workspace::Opened;

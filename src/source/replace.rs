//! A file on disk gets new content, all of it at once or none.
//!
//! It does not know what the content is for. It never follows a link, and it never writes over what it has not seen.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::model::RepoPath;

/// Puts `after` in the place of `before` in the file `path` below `root`: written beside it, then renamed, with the
/// permissions that it had. The error is the end of "not written: …".
pub fn replace(root: &Path, path: &RepoPath, before: &[u8], after: &[u8]) -> Result<(), String> {
    let target = root.join(path.to_path());
    let metadata = plain_file(root, &target)?;
    if metadata.permissions().readonly() {
        return Err("it is read-only".to_owned());
    }
    if read(&target).map_err(|error| error.to_string())? != before {
        return Err("it changed while it was looked at".to_owned());
    }
    let beside = beside(&target).ok_or("it has no name")?;
    let written = write(&beside, after, &metadata).and_then(|()| fs::rename(&beside, &target));
    written.map_err(|error| {
        // Nothing is lost when this fails, too: only our own file would stay.
        let _ = fs::remove_file(&beside);
        error.to_string()
    })
}

/// The metadata of a regular file to which no link leads, on the way from `root` either.
fn plain_file(root: &Path, target: &Path) -> Result<Metadata, String> {
    let mut above = target.ancestors().skip(1).take_while(|folder| *folder != root);
    if above.any(|folder| folder.symlink_metadata().is_ok_and(|it| it.is_symlink())) {
        return Err("it lies behind a link".to_owned());
    }
    let metadata = target.symlink_metadata().map_err(|error| error.to_string())?;
    match metadata.is_file() {
        true => Ok(metadata),
        false if metadata.is_symlink() => Err("it is a link".to_owned()),
        false => Err("it is no file".to_owned()),
    }
}

fn read(target: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    super::worktree::open(target)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn beside(target: &Path) -> Option<PathBuf> {
    let mut name = std::ffi::OsString::from(".");
    name.push(target.file_name()?);
    name.push(format!(".tightlip-{}", std::process::id()));
    Some(target.with_file_name(name))
}

fn write(beside: &Path, after: &[u8], metadata: &Metadata) -> io::Result<()> {
    let mut file: File = OpenOptions::new().write(true).create_new(true).open(beside)?;
    file.set_permissions(metadata.permissions())?;
    file.write_all(after)?;
    file.sync_all()
}

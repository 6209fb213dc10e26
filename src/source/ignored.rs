//! What the `.gitignore` files of a tree say of a path, whether or not anything is there: in any snapshot, on disk or not.
//!
//! It does not know a user's own ignores: they protect one machine.

use std::collections::BTreeMap;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::model::{Buffer, RepoPath, Snapshot};

/// Its lines hold for the folder that it lies in.
pub const IGNORE_FILE: &str = ".gitignore";

/// The `.gitignore` files of one tree, by folder.
pub struct Ignored {
    by_folder: BTreeMap<RepoPath, Gitignore>,
}

impl Ignored {
    /// `files` are those of `snapshot`. A file that cannot be read ignores nothing.
    pub fn read(snapshot: &dyn Snapshot, files: &[RepoPath]) -> Ignored {
        let mut buffer = Buffer::default();
        let mut by_folder = BTreeMap::new();
        for path in files.iter().filter(|path| path.file_name() == IGNORE_FILE.as_bytes()) {
            buffer.clear();
            if !matches!(snapshot.read(path, &mut buffer), Ok(None)) {
                continue;
            }
            let mut builder = GitignoreBuilder::new("");
            for line in String::from_utf8_lossy(buffer.bytes()).lines() {
                // git passes over a line that it cannot read, too.
                let _ = builder.add_line(None, line);
            }
            by_folder.extend(builder.build().ok().map(|rules| (path.parent(), rules)));
        }
        Ignored { by_folder }
    }

    /// True where git would not add a new file of that name.
    pub fn holds(&self, path: &RepoPath) -> bool {
        let mut folder = path.parent();
        loop {
            let rules = self.by_folder.get(&folder).zip(path.below(&folder));
            match rules.map(|(rules, below)| rules.matched_path_or_any_parents(below.to_path(), false)) {
                Some(Match::Ignore(_)) => return true,
                Some(Match::Whitelist(_)) => return false,
                Some(Match::None) | None if folder.as_bytes().is_empty() => return false,
                Some(Match::None) | None => folder = folder.parent(),
            }
        }
    }
}
